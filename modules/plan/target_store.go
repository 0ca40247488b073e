package plan

import (
	"context"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

type targetStore struct {
	db     *sqldb.DB
	search *module.Search
}

// Change is one field of a target that was changed, and why.
type Change struct {
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`
	Name   string    `json:"name"`
	Field  string    `json:"field"`
	Before string    `json:"before"`
	After  string    `json:"after"`
	Reason string    `json:"reason"`
}

// edited is a target with the reason why it is so, for the record.
type edited struct {
	target
	Reason string
}

// update saves a target with the record of what changed, if nobody changed it meanwhile.
func (s targetStore) update(ctx context.Context, before target, after edited, version int64, changes []Change) error {
	t := after.target
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE target SET goal = $1, goal_high = $2, baseline = $3, owner_zh = $4, owner_en = $5, owner_id = $6, kind = $7, formula = $8,
			version = version + 1 WHERE id = $9 AND version = $10`,
			t.Goal, t.GoalHigh, t.Baseline, t.Owner.ZH, t.Owner.EN, t.OwnerID, t.Kind, t.Formula, t.ID, version)
		if err != nil {
			return fmt.Errorf("update target: %w", err)
		}
		if n == 0 {
			return stale("target")
		}
		tx.Changed("target", t.ID, edited{target: before}, after)
		for _, c := range changes {
			_, err := tx.Exec(ctx, `INSERT INTO target_change (id, target_id, at, actor, name, field, before, after, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
				ulid.Make().String(), t.ID, c.At.UnixMilli(), c.Actor, c.Name, c.Field, c.Before, c.After, c.Reason)
			if err != nil {
				return fmt.Errorf("record change: %w", err)
			}
		}
		if err := tellTarget(ctx, tx, t.ID); err != nil {
			return err
		}
		return found(ctx, tx, s.search, t.PlanID, t.ID)
	})
}

func (s targetStore) changes(ctx context.Context, targetID string) ([]Change, error) {
	rows, err := s.db.Query(ctx, `SELECT at, actor, name, field, before, after, reason FROM target_change WHERE target_id = $1 ORDER BY at DESC, id DESC LIMIT 200`, targetID)
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (Change, error) {
		var c Change
		var at int64
		err := r.Scan(&at, &c.Actor, &c.Name, &c.Field, &c.Before, &c.After, &c.Reason)
		c.At = sqldb.Time(at)
		return c, err
	})
}

const milestoneColumns = `m.id, m.target_id, m.title_zh, m.title_en, m.due_day, m.goal, m.done_at, m.version`

func scanMilestone(r sqldb.Row) (milestone, error) {
	var m milestone
	var done int64
	err := r.Scan(&m.ID, &m.TargetID, &m.Title.ZH, &m.Title.EN, &m.Due, &m.Goal, &done, &m.Version)
	m.DoneAt = sqldb.Time(done)
	return m, err
}

func insertMilestone(ctx context.Context, tx *sqldb.Tx, m milestone) error {
	_, err := tx.Exec(ctx, `INSERT INTO milestone (id, target_id, title_zh, title_en, due_day, goal) VALUES ($1, $2, $3, $4, $5, $6)`,
		m.ID, m.TargetID, m.Title.ZH, m.Title.EN, string(m.Due), m.Goal)
	if err != nil {
		return fmt.Errorf("insert milestone: %w", err)
	}
	return nil
}

func (s targetStore) addMilestone(ctx context.Context, m milestone) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		tx.Changed("milestone", m.ID, nil, m)
		return insertMilestone(ctx, tx, m)
	})
}

// targetOf returns which target a milestone or reminder belongs to.
func (s targetStore) targetOf(ctx context.Context, table, id string) (string, error) {
	var targetID string
	rows, err := s.db.Query(ctx, `SELECT target_id FROM `+table+` WHERE id = $1`, id)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", table, err)
	}
	ids, err := sqldb.All(rows, func(r sqldb.Row) (string, error) { err := r.Scan(&targetID); return targetID, err })
	if err == nil && len(ids) == 0 {
		err = noSuch(table)
	}
	return targetID, err
}

func (s targetStore) updateMilestone(ctx context.Context, before, m milestone, version int64) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE milestone SET title_zh = $1, title_en = $2, due_day = $3, goal = $4, done_at = $5, version = version + 1 WHERE id = $6 AND version = $7`,
			m.Title.ZH, m.Title.EN, string(m.Due), m.Goal, max(0, m.DoneAt.UnixMilli()), m.ID, version)
		if err != nil {
			return fmt.Errorf("update milestone: %w", err)
		}
		if n == 0 {
			return stale("milestone")
		}
		tx.Changed("milestone", m.ID, before, m)
		return nil
	})
}

func (s targetStore) removeMilestone(ctx context.Context, m milestone) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		tx.Changed("milestone", m.ID, m, nil)
		_, err := tx.Exec(ctx, `DELETE FROM milestone WHERE id = $1`, m.ID)
		return err
	})
}

// note is an explicit reminder to the owner of a target.
type note struct {
	ID        string
	TargetID  string
	Note      string
	Due       day
	CreatedAt time.Time
	CreatedBy string `audit:"-"`
	Name      string `audit:"-"`
}

func (s targetStore) addNote(ctx context.Context, n note, tell telling) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO reminder (id, target_id, note, due_day, created_at, created_by, name) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			n.ID, n.TargetID, n.Note, string(n.Due), n.CreatedAt.UnixMilli(), n.CreatedBy, n.Name)
		if err != nil {
			return fmt.Errorf("insert reminder: %w", err)
		}
		tx.Changed("reminder", n.ID, nil, n)
		return tell(ctx, tx)
	})
}

// tell sends notices that go with no change of rows.
func (s targetStore) tell(ctx context.Context, tell telling) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error { return tell(ctx, tx) })
}

// notes returns the explicit reminders of a plan that are not done.
func (s targetStore) notes(ctx context.Context, planID string) ([]note, error) {
	rows, err := s.db.Query(ctx, `SELECT r.id, r.target_id, r.note, r.due_day, r.created_at, r.created_by, r.name FROM reminder r
		JOIN target t ON t.id = r.target_id WHERE t.plan_id = $1 AND r.done_at = 0 ORDER BY r.created_at`, planID)
	if err != nil {
		return nil, fmt.Errorf("read reminders: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (note, error) {
		var n note
		var at int64
		err := r.Scan(&n.ID, &n.TargetID, &n.Note, &n.Due, &at, &n.CreatedBy, &n.Name)
		n.CreatedAt = sqldb.Time(at)
		return n, err
	})
}

func (s targetStore) done(ctx context.Context, id string, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE reminder SET done_at = $1, done_by = $2 WHERE id = $3 AND done_at = 0`, now.UnixMilli(), identity.From(ctx).Actor(), id)
		return err
	})
}

// liveTarget is what the sampler needs to know.
type liveTarget struct {
	id, planID, formula string
	owners              [2]string // the plan's organisation and the target's, which may be empty
	synthetic           bool
}

func (s targetStore) live(ctx context.Context) ([]liveTarget, error) {
	rows, err := s.db.Query(ctx, `SELECT t.id, t.plan_id, t.formula, p.organisation_id, t.owner_id, p.synthetic FROM target t JOIN plan p ON p.id = t.plan_id WHERE t.kind = 'live'`)
	if err != nil {
		return nil, fmt.Errorf("read live targets: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (liveTarget, error) {
		var t liveTarget
		err := r.Scan(&t.id, &t.planID, &t.formula, &t.owners[0], &t.owners[1], &t.synthetic)
		return t, err
	})
}

// differences lists what an edit changes, in words of the API.
func differences(before, after target) []Change {
	var list []Change
	add := func(field, a, b string) {
		if a != b {
			list = append(list, Change{Field: field, Before: a, After: b})
		}
	}
	number := func(v float64) string { return fmt.Sprintf("%v", v) }
	both := func(t lang.Text) string { return t.ZH + " | " + t.EN }
	add("goal", number(before.Goal), number(after.Goal))
	add("goal_high", number(before.GoalHigh), number(after.GoalHigh))
	add("baseline", number(before.Baseline), number(after.Baseline))
	add("owner", both(before.Owner), both(after.Owner))
	add("owner_id", before.OwnerID, after.OwnerID)
	add("kind", before.Kind, after.Kind)
	add("formula", before.Formula, after.Formula)
	return list
}
