package criterion

import (
	"context"

	"linghang/kernel/lang"
)

// Subject is an enterprise that rules are asked about, as far as who asks may see it.
type Subject struct {
	ID             string
	OrganisationID string // that keeps it; empty: the bureau does
	Name           lang.Text
	Code           string
	District       string
	Industry       string
	Synthetic      bool
	Given          Given
	Lines          []Line
}

// Line is one line of a profile, as forms are filled with it.
type Line struct {
	Key   string    `json:"key"`
	Title lang.Text `json:"title"`
	Value lang.Text `json:"value"`
}

// Directory is where the enterprises are. Each of its answers holds what the caller may
// see, and no more.
type Directory interface {
	// OwnSubjects lists the accepted enterprises of the caller's own organisations.
	OwnSubjects(ctx context.Context) ([]Subject, error)
	// EachSubject hands over every accepted enterprise; it is for the city's bureau.
	EachSubject(ctx context.Context, do func(Subject) error) error
	// SubjectOf returns an enterprise of the caller's own, or any to the bureau.
	SubjectOf(ctx context.Context, id string) (Subject, error)
}
