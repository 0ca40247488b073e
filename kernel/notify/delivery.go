package notify

import (
	"math/rand/v2"
	"time"
)

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

// outcome is what became of one attempt.
type outcome struct {
	ok      bool
	final   bool // no further attempt would help
	untried bool // it was not this delivery's fault: the attempt does not count
	reason  string
	next    time.Time
}

// patience is how long a delivery is tried again.
const patience = 24 * time.Hour

// again plans the next attempt, ever more slowly; in the end it gives up. wait
// is what the other side asked for, or zero.
func (d delivery) again(reason string, now time.Time, first, wait time.Duration) outcome {
	if now.Sub(d.CreatedAt) > patience {
		return outcome{final: true, reason: "given up after a day: " + reason}
	}
	pause := min(first<<min(max(d.Attempts-1, 0), 12), time.Hour)
	pause += rand.N(pause/10 + 1) //nolint:gosec // no secret depends on it
	return outcome{reason: reason, next: now.Add(max(pause, min(wait, time.Hour)))}
}

// never says that no attempt would succeed.
func never(reason string) outcome { return outcome{final: true, reason: reason} }

// reasonLimit bounds what is kept of the other side's words.
const reasonLimit = 500
