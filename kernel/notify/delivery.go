package notify

import "time"

// delivery is one message that leaves the house.
type delivery struct {
	ID             string
	NoticeID       string
	Kind           string
	Way            string
	ChannelID      string
	PersonID       string
	OrganisationID string
	Address        string
	Language       string
	State          string
	Attempts       int
	NextAt         time.Time
	TriedAt        time.Time
	DoneAt         time.Time
	Reason         string
	DigestID       string
	CreatedAt      time.Time
}
