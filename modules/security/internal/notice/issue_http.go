package notice

import (
	"context"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

func (d *Desk) issue(ctx context.Context, in actInput) (Detail, error) {
	n, err := d.store.seen(ctx, d.store.db, in.ID)
	if err != nil {
		return Detail{}, err
	}
	list, synthetic, err := d.goesTo(ctx, n)
	if err != nil {
		return Detail{}, err
	}
	unnamed, err := d.unnamed(ctx, n, synthetic)
	if err != nil {
		return Detail{}, err
	}
	if len(list)+len(unnamed) == 0 {
		return Detail{}, fault.New(fault.Invalid, "security.notice.no_addressee", "the notice has no addressee").At("body.audience", "choose addressees before it is sent to review")
	}
	return d.change(ctx, in, func(ctx context.Context, tx *sqldb.Tx, n Notice, by Signature) (Notice, step, error) {
		if err := d.within(ctx, tx, n); err != nil {
			return n, step{}, err
		}
		year := by.At.In(cityTime()).Year()
		n.Synthetic = synthetic
		serial, err := nextSerial(ctx, tx, n.Drill != "", n.Synthetic, year)
		if err != nil {
			return n, step{}, err
		}
		if n, err = n.issue(year, serial, by.At); err != nil {
			return n, step{}, err
		}
		if err := d.passedOn(ctx, tx, n, by.At); err != nil {
			return n, step{}, err
		}
		if err := insertAssignments(ctx, tx, n, list); err != nil {
			return n, step{}, err
		}
		first := Revision{ID: ulid.Make().String(), Number: 1, Act: "issue", State: "held", Text: n.Text, By: n.Author, At: by.At, actor: n.actor}
		if err := insertRevision(ctx, tx, n.ID, first); err != nil {
			return n, step{}, err
		}
		if err := d.hint(ctx, tx, n, unnamed); err != nil {
			return n, step{}, err
		}
		data := map[string]any{"addressees": len(list)}
		if len(unnamed) > 0 {
			data["unnamed"] = len(unnamed)
		}
		return n, step{act: "issued", data: data}, d.order(ctx, tx, n, false)
	})
}
