package module

import (
	"context"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/paper"
)

// Report is a report that a room can make.
type Report struct {
	ID         string // <room>.<name>
	Title      lang.Text
	About      lang.Text // what is in it
	Permission string    // beside the one to make reports
	Parameters []Parameter
	// Build reads as the one who asked, and sees what they may see.
	Build func(ctx context.Context, r ReportRequest) (paper.Document, error)
}

// Parameter is what one chooses before a report is made.
type Parameter struct {
	Name    string
	Title   lang.Text
	Choices func(ctx context.Context) ([]Choice, error)
}

// Choice is one value of a parameter.
type Choice struct {
	Value string    `json:"value"`
	Title lang.Text `json:"title"`
}

// ReportRequest is what a report is made from.
type ReportRequest struct {
	Values   map[string]string // of the parameters
	Language string
	At       time.Time          // now, for everything in the report
	Progress func(done float64) // 0 to 1
}
