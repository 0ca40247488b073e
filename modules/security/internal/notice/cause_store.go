package notice

import (
	"context"

	"linghang/kernel/fault"
	"linghang/modules/security/internal/rating"
)

// Cause is the incident because of which a notice is written. Addressees are not told which it is.
type Cause struct {
	ID        string       `json:"id"`
	Number    string       `json:"number"`
	Title     string       `json:"title"`
	State     string       `json:"state" enum:"new,triaged,confirmed,rejected,contained,eradicated,recovered,closed,reviewed,merged"`
	Level     rating.Level `json:"level" doc:"1 to 4, as a person confirmed; 0: not yet"`
	Drill     string       `json:"drill" doc:"ID of the drill that it belongs to; empty: it is real"`
	Synthetic bool         `json:"synthetic"`
}

// Causes are the incidents.
type Causes interface {
	// Cause reads one for who asks, and refuses what they do not see.
	Cause(ctx context.Context, db Reader, id string) (Cause, error)
}

// BecauseOf says where incidents are found.
func (d *Desk) BecauseOf(from Causes) { d.causes = from }

// because refuses an incident that is none of the kind of a notice: a drill has its own, and so has the demonstration.
func (d *Desk) because(ctx context.Context, db Reader, n Notice) error {
	if n.IncidentID == "" {
		return nil
	}
	c, err := d.causes.Cause(ctx, db, n.IncidentID)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Invalid, "security.notice.incident", "there is no such incident").At("body.incident", "an incident that you see")
	}
	switch {
	case err != nil:
		return err //nolint:wrapcheck // it says what it does
	case c.State == "rejected" || c.State == "merged":
		return fault.New(fault.Invalid, "security.notice.incident_over", "the incident is none any more: it was rejected, or goes on as another one").At("body.incident", "an incident that is neither rejected nor merged")
	case c.Drill != n.Drill:
		return fault.New(fault.Invalid, "security.notice.incident_drill", "an incident of a drill has notices of a drill only, and a real one real ones").At("body.incident", "an incident of the same drill, or a real one for a real notice")
	case c.Synthetic != n.Synthetic:
		return fault.New(fault.Invalid, "security.notice.incident_synthetic", "an incident of the demonstration has notices of the demonstration only, and a real one real ones").At("body.incident", "leave it out, or a real one")
	}
	return nil
}
