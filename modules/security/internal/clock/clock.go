package clock

import (
	"time"

	"linghang/kernel/lang"
	"linghang/modules/security/internal/rating"
)

// State is how an obligation stands.
type State string

// The states of a clock.
const (
	Running   State = "running"
	Met       State = "met"       // in time or not: see Late
	Cancelled State = "cancelled" // nothing is owed any more
)

// Clock is one obligation of one object.
type Clock struct {
	ID             string       `json:"id"`
	Object         string       `json:"object" doc:"Whose obligation it is, such as assignment/01J…"`
	OrganisationID string       `json:"organisation_id" doc:"Who owes it"`
	Obligation     string       `json:"obligation"`
	Level          rating.Level `json:"level"`
	Legal          bool         `json:"legal" doc:"It rests on a law: it is neither paused nor put off"`
	Basis          lang.Text    `json:"basis" doc:"What it rests on"`
	Pack           string       `json:"pack" doc:"The pack of rules that held when it began; limit/ID: a time limit that the city set itself"`
	StartedAt      time.Time    `json:"started_at"`
	DueAt          time.Time    `json:"due_at"`
	State          State        `json:"state" enum:"running,met,cancelled"`
	StoppedAt      *time.Time   `json:"stopped_at,omitempty"`
	Reason         string       `json:"reason" doc:"Why it was put off or cancelled"`
	Drill          string       `json:"drill" doc:"The drill that it belongs to; empty: it is real"`

	kind  string
	pace  float64
	steps []step
	next  int // index of the step that comes next
}

// Overdue tells whether the obligation was not met in time, as far as at.
func (c Clock) Overdue(at time.Time) bool {
	switch {
	case c.State == Cancelled:
		return false
	case c.StoppedAt != nil:
		return c.StoppedAt.After(c.DueAt)
	default:
		return at.After(c.DueAt)
	}
}

// Start is an obligation that begins.
type Start struct {
	Object         string
	OrganisationID string // who owes it
	Obligation     string
	Kind           string // of who owes it, where rules differ by it; empty: any
	Level          rating.Level
	At             time.Time
	Drill          string
	// Due is until when, where the rule leaves that to whoever begins it.
	Due time.Time
	// Pace is how many times faster than the wall a drill runs; 0 and 1 are real time.
	Pace float64
}

// Fired is what a clock says when its time has come. The handler is called within the
// transaction that writes down that it fired; it may be called again when that failed.
type Fired struct {
	Clock Clock
	// Part is the share of the time that is over: below 1 it is a reminder, 1 is the
	// end of the time, and above 1 is a step of escalation after it.
	Part   float64
	At     time.Time // when it should have fired
	LateBy time.Duration
}

// step is a moment at which a clock says something.
type step struct {
	Part float64 `json:"part"`
	At   int64   `json:"at"` // milliseconds since 1970
}
