package notice

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
)

// Origin is the notice of an upper level that a notice passes on.
type Origin struct {
	ID        string     `json:"id"`
	From      string     `json:"from" doc:"The source that it came from"`
	Number    string     `json:"number"`
	Title     string     `json:"title"`
	TLP       rating.TLP `json:"tlp"`
	Exercise  bool       `json:"exercise"`
	Withdrawn bool       `json:"withdrawn"`
	Changed   bool       `json:"changed" doc:"A later version came since it was passed on"`
	At        time.Time  `json:"at" doc:"When it was received"`
}

// Origins are the notices of upper levels.
type Origins interface {
	// Origin reads one. draft: something is to be written after it, which it has to allow.
	Origin(ctx context.Context, db Reader, id string, draft bool) (Origin, error)
	Drafted(ctx context.Context, tx *sqldb.Tx, id, notice string) error
	PassedOn(ctx context.Context, tx *sqldb.Tx, id, notice string, at time.Time) error
}

// PassOn says where notices of upper levels are found.
func (d *Desk) PassOn(from Origins) { d.origins = from }

// allows refuses a TLP that is opener than that of the origin of a notice, and what is an
// exercise here and not there, or the other way around.
func (d *Desk) allows(ctx context.Context, db Reader, n Notice, t rating.TLP) error {
	if n.OriginID == "" {
		return nil
	}
	o, err := d.origins.Origin(ctx, db, n.OriginID, false)
	if err != nil {
		return fmt.Errorf("read what a notice passes on: %w", err)
	}
	return n.after(o, t)
}

func (n Notice) after(o Origin, t rating.TLP) error {
	switch {
	case o.TLP.Stricter(t):
		return fault.New(fault.Invalid, "security.notice.origin_tlp", "the notice of the upper level is %s: what passes it on is not opener", o.TLP.Mark()).With("tlp", o.TLP.Mark()).
			At("body.tlp", "a TLP that is as strict as that of the notice that is passed on, or stricter")
	case o.Exercise && n.Drill == "":
		return fault.New(fault.Invalid, "security.notice.origin_exercise", "the notice of the upper level is an exercise, which is passed on within a drill").At("body.drill", "a drill that has not ended")
	case !o.Exercise && n.Drill != "":
		return fault.New(fault.Invalid, "security.notice.origin_real", "the notice of the upper level is real, which is not passed on within a drill").At("body.drill", "leave the drill out")
	case n.Synthetic:
		return fault.New(fault.Invalid, "security.notice.origin_synthetic", "demonstration data pass no notice of an upper level on").At("body.synthetic", "leave it out")
	}
	return nil
}

// begun notes that a draft was written after a notice of an upper level.
func (d *Desk) begun(ctx context.Context, tx *sqldb.Tx, n Notice) error {
	if n.OriginID == "" {
		return nil
	}
	o, err := d.origins.Origin(ctx, tx, n.OriginID, true)
	if err != nil {
		return err //nolint:wrapcheck // the refusal of the other part
	}
	if err := n.after(o, n.TLP); err != nil {
		return err
	}
	if err := d.origins.Drafted(ctx, tx, o.ID, n.ID); err != nil {
		return fmt.Errorf("note the draft of a notice of an upper level: %w", err)
	}
	return nil
}

// passedOn notes that a notice was issued that passes one of an upper level on.
func (d *Desk) passedOn(ctx context.Context, tx *sqldb.Tx, n Notice, at time.Time) error {
	if n.OriginID == "" {
		return nil
	}
	o, err := d.origins.Origin(ctx, tx, n.OriginID, true)
	if err != nil {
		return err //nolint:wrapcheck // the refusal of the other part
	}
	if err := n.after(o, n.TLP); err != nil {
		return err
	}
	if err := d.origins.PassedOn(ctx, tx, o.ID, n.ID, at); err != nil {
		return fmt.Errorf("note that a notice of an upper level is passed on: %w", err)
	}
	return nil
}
