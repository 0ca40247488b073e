package scenario

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// Pair is what was decided of two scenarios that are alike.
type Pair struct {
	ID       string     `json:"id"`
	KeptID   string     `json:"kept_id"`
	OtherID  string     `json:"other_id"`
	Kept     lang.Text  `json:"kept" title:"保留|Kept"`
	Other    lang.Text  `json:"other" title:"另一场景|The other"`
	Same     bool       `json:"same" doc:"They are one: the other was withdrawn; otherwise they are two" title:"为同一场景|One scenario"`
	By       string     `json:"by" doc:"Name of who decided" title:"经办人|By" audit:"-"`
	At       time.Time  `json:"at" title:"时间|Time"`
	UndoneAt *time.Time `json:"undone_at,omitempty" title:"撤销时间|Undone"`
	UndoneBy string     `json:"undone_by" title:"撤销人|Undone by" audit:"-"`

	stamp int64 // version of the other after it was withdrawn
}

const pairColumns = `p.id, p.kept_id, p.other_id, p.same, p.stamp, p.actor_name, p.at, p.undone_at, p.undone_name`

func scanPair(r sqldb.Row) (p Pair, err error) {
	var at, undone int64
	err = r.Scan(&p.ID, &p.KeptID, &p.OtherID, &p.Same, &p.stamp, &p.By, &at, &undone, &p.UndoneBy)
	p.At = sqldb.TimeOrZero(at)
	if undone > 0 {
		t := sqldb.TimeOrZero(undone)
		p.UndoneAt = &t
	}
	return p, err
}

func (x store) listPairs(ctx context.Context, in sqldb.ListParams) (sqldb.Page[Pair], error) {
	return sqldb.Fetch(ctx, x.db, sqldb.List{Select: pairColumns, From: "scenario_pair p", Key: "p.id", Order: "-at", Sort: map[string]string{"at": "p.at"}}, in, scanPair)
}

// decided returns the pairs of which a decision stands, in both orders.
func (x store) decided(ctx context.Context) (map[[2]string]bool, error) {
	rows, err := x.db.Query(ctx, `SELECT `+pairColumns+` FROM scenario_pair p WHERE p.undone_at = 0`)
	if err != nil {
		return nil, fmt.Errorf("read decisions: %w", err)
	}
	list, err := sqldb.All(rows, scanPair)
	known := map[[2]string]bool{}
	for _, p := range list {
		known[[2]string{p.KeptID, p.OtherID}], known[[2]string{p.OtherID, p.KeptID}] = true, true
	}
	return known, err
}

// pairUp decides of two scenarios: they are one, and the other is withdrawn, or two.
func (x store) pairUp(ctx context.Context, p Pair, by hand) error {
	return x.db.Write(ctx, func(tx *sqldb.Tx) error {
		kept, err := one(ctx, tx, p.KeptID)
		if err != nil {
			return err
		}
		other, err := one(ctx, tx, p.OtherID)
		if err != nil {
			return err
		}
		if err := decidable(kept, other); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM scenario_pair WHERE undone_at = 0 AND (kept_id = $1 AND other_id = $2 OR kept_id = $2 AND other_id = $1)`, p.KeptID, p.OtherID).Scan(&n); err != nil {
			return fmt.Errorf("look for a decision: %w", err)
		}
		if n > 0 {
			return fault.New(fault.Conflict, "scenario.pair.decided", "this was decided already; undo that first")
		}
		if p.Same {
			e, err := edition(ctx, tx, kept.ID, kept.Current)
			if err != nil {
				return err
			}
			reason := "与场景“" + e.Content.Title.In("zh") + "”重复 / the same as " + e.Content.Title.In("en")
			err = x.apply(ctx, tx, other, theCurrent, func(s Scenario, e Edition) (Scenario, Edition, error) { return s.withdraw(e, reason, kept.ID, p.At) })
			if err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO scenario_pair (id, kept_id, other_id, same, stamp, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			p.ID, p.KeptID, p.OtherID, p.Same, other.Version+1, by.actor, by.name, p.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep the decision: %w", err)
		}
		tx.Changed("scenario_pair", p.ID, nil, p)
		return nil
	})
}

// undo takes a decision back; what was withdrawn is published again, if nothing was done
// with it since.
func (x store) undo(ctx context.Context, id string, by hand, now time.Time) error {
	return x.db.Write(ctx, func(tx *sqldb.Tx) error {
		p, err := scanPair(tx.QueryRow(ctx, `SELECT `+pairColumns+` FROM scenario_pair p WHERE p.id = $1`, id))
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "kernel.not_found", "there is no such decision")
		}
		if err != nil {
			return fmt.Errorf("read decision: %w", err)
		}
		over := fault.New(fault.Conflict, "scenario.pair.over", "this was undone, or something was done with the scenario since")
		if p.UndoneAt != nil {
			return over
		}
		if p.Same {
			other, err := one(ctx, tx, p.OtherID)
			if err != nil {
				return err
			}
			if other.Version != p.stamp {
				return over
			}
			if err := x.apply(ctx, tx, other, theCurrent, func(s Scenario, e Edition) (Scenario, Edition, error) { return s.restore(e, now) }); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE scenario_pair SET undone_at = $1, undone_by = $2, undone_name = $3 WHERE id = $4`, now.UnixMilli(), by.actor, by.name, id); err != nil {
			return fmt.Errorf("undo the decision: %w", err)
		}
		after := p
		after.UndoneAt, after.UndoneBy = &now, by.name
		tx.Changed("scenario_pair", id, p, after)
		return nil
	})
}
