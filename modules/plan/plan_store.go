package plan

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

type planStore struct {
	db      *sqldb.DB
	search  *module.Search
	remarks *module.Remarks
}

// noSuch is the same for what is not there and what is not the caller's to see.
func noSuch(noun string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", noun)
}

// onlySeen keeps the rows of a list whose plan (target false) or target the
// caller may see.
func onlySeen(ctx context.Context, l *sqldb.List, column string, target bool) {
	scope := identity.From(ctx).Scope
	if scope.All {
		return
	}
	id := "plan_id"
	if target {
		id = "target_id"
	}
	var inner sqldb.List
	scope.Filter(&inner, "s.organisation_id")
	inner.Nest(l, column+" IN (SELECT s."+id+" FROM seen s WHERE ", ")")
}

// insert stores a plan with everything in it, and gives the parts their ids.
func (s planStore) insert(ctx context.Context, p plan, actor string) error {
	text, err := json.Marshal(p.Rules)
	if err != nil {
		return fmt.Errorf("encode rules: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO plan (id, organisation_id, template, title_zh, title_en, note_zh, note_en, source_zh, source_en,
			from_day, to_day, rules, synthetic, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
			p.ID, p.OrganisationID, p.Template, p.Title.ZH, p.Title.EN, p.Note.ZH, p.Note.EN, p.Source.ZH, p.Source.EN,
			string(p.From), string(p.To), string(text), p.Synthetic, p.CreatedAt.UnixMilli(), actor)
		if err != nil {
			return fmt.Errorf("insert plan: %w", err)
		}
		tx.Changed("plan", p.ID, nil, p)
		for i, a := range p.Actions {
			if _, err := tx.Exec(ctx, `INSERT INTO plan_action (plan_id, code, position, title_zh, title_en) VALUES ($1, $2, $3, $4, $5)`,
				p.ID, a.Code, i, a.Title.ZH, a.Title.EN); err != nil {
				return fmt.Errorf("insert action: %w", err)
			}
			for j, m := range a.Measures {
				if _, err := tx.Exec(ctx, `INSERT INTO plan_measure (plan_id, code, action_code, position, title_zh, title_en, source) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
					p.ID, m.Code, a.Code, j, m.Title.ZH, m.Title.EN, m.Source); err != nil {
					return fmt.Errorf("insert measure: %w", err)
				}
			}
		}
		for i, t := range p.Targets {
			if err := insertTarget(ctx, tx, p.ID, i, t); err != nil {
				return err
			}
		}
		return found(ctx, tx, s.search, p.ID, "")
	})
}

func insertTarget(ctx context.Context, tx *sqldb.Tx, planID string, position int, t target) error {
	id := ulid.Make().String()
	_, err := tx.Exec(ctx, `INSERT INTO target (id, plan_id, code, measure, position, title_zh, title_en, unit_zh, unit_en, direction, goal, goal_high,
		baseline, from_day, to_day, owner_zh, owner_en, owner_id, kind, formula, source)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		id, planID, t.Code, t.Measure, position, t.Title.ZH, t.Title.EN, t.Unit.ZH, t.Unit.EN, string(t.Direction), t.Goal, t.GoalHigh,
		t.Baseline, string(t.From), string(t.To), t.Owner.ZH, t.Owner.EN, t.OwnerID, t.Kind, t.Formula, t.Source)
	if err != nil {
		return fmt.Errorf("insert target: %w", err)
	}
	if err := tellTarget(ctx, tx, id); err != nil {
		return err
	}
	for _, m := range t.Milestones {
		m.ID, m.TargetID = ulid.Make().String(), id
		if err := insertMilestone(ctx, tx, m); err != nil {
			return err
		}
	}
	return nil
}

const planColumns = `p.id, p.organisation_id, p.template, p.title_zh, p.title_en, p.note_zh, p.note_en, p.source_zh, p.source_en,
	p.from_day, p.to_day, p.rules, p.synthetic, p.created_at, p.version`

func scanPlan(r sqldb.Row) (plan, error) {
	var p plan
	var text string
	var created int64
	if err := r.Scan(&p.ID, &p.OrganisationID, &p.Template, &p.Title.ZH, &p.Title.EN, &p.Note.ZH, &p.Note.EN, &p.Source.ZH, &p.Source.EN,
		&p.From, &p.To, &text, &p.Synthetic, &created, &p.Version); err != nil {
		return p, err
	}
	p.CreatedAt = sqldb.Time(created)
	return p, json.Unmarshal([]byte(text), &p.Rules)
}

// read returns a plan with everything in it that the caller may see: an owner
// who is not of the plan's organisation sees only its own targets.
func (s planStore) read(ctx context.Context, id string) (plan, error) {
	p, err := s.load(ctx, id)
	if err != nil {
		return p, err
	}
	scope := identity.From(ctx).Scope
	if scope.Allows(p.OrganisationID) {
		return p, nil
	}
	p.Targets = slices.DeleteFunc(p.Targets, func(t target) bool { return t.OwnerID == "" || !scope.Allows(t.OwnerID) })
	if len(p.Targets) == 0 {
		return plan{}, noSuch("plan")
	}
	return p, nil
}

func (s planStore) load(ctx context.Context, id string) (plan, error) {
	p, err := scanPlan(s.db.QueryRow(ctx, `SELECT `+planColumns+` FROM plan p WHERE p.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, noSuch("plan")
	}
	if err != nil {
		return p, fmt.Errorf("read plan: %w", err)
	}
	if p.Actions, err = s.actions(ctx, id); err != nil {
		return p, err
	}
	p.Targets, err = s.targets(ctx, id)
	return p, err
}

func (s planStore) actions(ctx context.Context, id string) ([]action, error) {
	rows, err := s.db.Query(ctx, `SELECT code, title_zh, title_en FROM plan_action WHERE plan_id = $1 ORDER BY position`, id)
	if err != nil {
		return nil, fmt.Errorf("read actions: %w", err)
	}
	at := map[string]int{}
	actions, err := sqldb.All(rows, func(r sqldb.Row) (action, error) {
		a := action{Measures: []planMeasure{}}
		err := r.Scan(&a.Code, &a.Title.ZH, &a.Title.EN)
		at[a.Code] = len(at)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("read actions: %w", err)
	}
	rows, err = s.db.Query(ctx, `SELECT action_code, code, title_zh, title_en, source FROM plan_measure WHERE plan_id = $1 ORDER BY action_code, position`, id)
	if err != nil {
		return nil, fmt.Errorf("read measures: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var in string
		var m planMeasure
		err := r.Scan(&in, &m.Code, &m.Title.ZH, &m.Title.EN, &m.Source)
		if i, ok := at[in]; ok {
			actions[i].Measures = append(actions[i].Measures, m)
		}
		return struct{}{}, err
	})
	return actions, err
}

const targetColumns = `t.id, t.plan_id, t.code, t.measure, t.title_zh, t.title_en, t.unit_zh, t.unit_en, t.direction, t.goal, t.goal_high, t.baseline,
	t.from_day, t.to_day, t.owner_zh, t.owner_en, t.owner_id, t.kind, t.formula, t.source, t.version`

func scanTarget(r sqldb.Row) (target, error) {
	var t target
	err := r.Scan(&t.ID, &t.PlanID, &t.Code, &t.Measure, &t.Title.ZH, &t.Title.EN, &t.Unit.ZH, &t.Unit.EN, &t.Direction, &t.Goal, &t.GoalHigh, &t.Baseline,
		&t.From, &t.To, &t.Owner.ZH, &t.Owner.EN, &t.OwnerID, &t.Kind, &t.Formula, &t.Source, &t.Version)
	return t, err
}

func (s planStore) targets(ctx context.Context, id string) ([]target, error) {
	rows, err := s.db.Query(ctx, `SELECT `+targetColumns+` FROM target t WHERE t.plan_id = $1 ORDER BY t.position`, id)
	if err != nil {
		return nil, fmt.Errorf("read targets: %w", err)
	}
	targets, err := sqldb.All(rows, scanTarget)
	if err != nil {
		return nil, fmt.Errorf("read targets: %w", err)
	}
	at := map[string]int{}
	for i, t := range targets {
		at[t.ID] = i
	}
	rows, err = s.db.Query(ctx, `SELECT `+milestoneColumns+` FROM milestone m JOIN target t ON t.id = m.target_id WHERE t.plan_id = $1 ORDER BY m.due_day, m.id`, id)
	if err != nil {
		return nil, fmt.Errorf("read milestones: %w", err)
	}
	steps, err := sqldb.All(rows, scanMilestone)
	for _, m := range steps {
		if i, ok := at[m.TargetID]; ok {
			targets[i].Milestones = append(targets[i].Milestones, m)
		}
	}
	return targets, err
}

// planOf returns the target and the plan that it belongs to, as far as the
// caller may see it.
func (s planStore) planOf(ctx context.Context, targetID string) (plan, target, error) {
	var id string
	err := s.db.QueryRow(ctx, `SELECT plan_id FROM target WHERE id = $1`, targetID).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return plan{}, target{}, noSuch("target")
	}
	if err != nil {
		return plan{}, target{}, fmt.Errorf("read target: %w", err)
	}
	p, err := s.read(ctx, id)
	if err != nil {
		return p, target{}, err
	}
	i := slices.IndexFunc(p.Targets, func(t target) bool { return t.ID == targetID })
	if i < 0 {
		return plan{}, target{}, noSuch("target")
	}
	return p, p.Targets[i], nil
}

// listed is a plan in a list.
type listed struct {
	plan
	targets int
}

func (s planStore) list(ctx context.Context, in sqldb.ListParams) (sqldb.Page[listed], error) {
	l := sqldb.List{
		Select: planColumns + `, (SELECT COUNT(*) FROM target t WHERE t.plan_id = p.id)`, From: "plan p", Key: "p.id", Order: "-created_at",
		Sort:   map[string]string{"created_at": "p.created_at", "title": "p.title_zh", "from": "p.from_day"},
		Search: []string{"p.title_zh", "p.title_en"},
	}
	onlySeen(ctx, &l, "p.id", false)
	return sqldb.Fetch(ctx, s.db, l, in, func(r sqldb.Row) (listed, error) {
		var v listed
		var err error
		v.plan, err = scanPlan(extra{r, &v.targets})
		return v, err
	})
}

// extra reads one more column after those of the scan function.
type extra struct {
	row  sqldb.Row
	last any
}

// Scan implements sqldb.Row.
func (e extra) Scan(dest ...any) error { return e.row.Scan(append(dest, e.last)...) }

// update saves a plan's head, if nobody changed it meanwhile.
func (s planStore) update(ctx context.Context, before, p plan, version int64) error {
	text, err := json.Marshal(p.Rules)
	if err != nil {
		return fmt.Errorf("encode rules: %w", err)
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE plan SET title_zh = $1, title_en = $2, note_zh = $3, note_en = $4, rules = $5, version = version + 1 WHERE id = $6 AND version = $7`,
			p.Title.ZH, p.Title.EN, p.Note.ZH, p.Note.EN, string(text), p.ID, version)
		if err != nil {
			return fmt.Errorf("update plan: %w", err)
		}
		if n == 0 {
			return stale("plan")
		}
		tx.Changed("plan", p.ID, before, p)
		return found(ctx, tx, s.search, p.ID, "")
	})
}

func stale(noun string) error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this %s meanwhile; read it again", noun)
}

func (s planStore) remove(ctx context.Context, p plan) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := s.lost(ctx, tx, p.ID); err != nil {
			return err
		}
		tx.Changed("plan", p.ID, p, nil)
		_, err := tx.Exec(ctx, `DELETE FROM plan WHERE id = $1`, p.ID)
		return err
	})
}

// some returns targets by id; which of them the caller may see is checked elsewhere.
func (s planStore) some(ctx context.Context, ids map[string]bool) (map[string]target, error) {
	found := map[string]target{}
	if len(ids) == 0 {
		return found, nil
	}
	var args []any
	var marks []string
	for id := range ids {
		args = append(args, id)
		marks = append(marks, fmt.Sprintf("$%d", len(args)))
	}
	rows, err := s.db.Query(ctx, `SELECT `+targetColumns+` FROM target t WHERE t.id IN (`+strings.Join(marks, ", ")+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read targets: %w", err)
	}
	list, err := sqldb.All(rows, scanTarget)
	for _, t := range list {
		found[t.ID] = t
	}
	return found, err
}
