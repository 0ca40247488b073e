package opening

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

type store struct{ db *sqldb.DB }

type reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

const openingColumns = `o.id, o.scenario_id, o.scenario_zh, o.scenario_en, o.organisation_id, o.name_zh, o.name_en, o.title, o.what, o.data, o.site, o.schedule, o.budget_from, o.budget_to, o.confidential,
	o.deadline, o.state, o.reason, o.application_id, o.provider_id, o.provider_zh, o.provider_en, o.milestones, o.effects, o.own_verdict, o.their_verdict, o.synthetic, o.opened_at, o.chosen_at, o.completed_at, o.created_at, o.version`

func scanOpening(r sqldb.Row) (o Opening, err error) {
	t := &o.Terms
	var secret, milestones, effects, own, theirs string
	var deadline, opened, chosen, completed, created int64
	err = r.Scan(&o.ID, &o.ScenarioID, &o.Scenario.ZH, &o.Scenario.EN, &o.OrganisationID, &o.Enterprise.ZH, &o.Enterprise.EN, &t.Title, &t.What, &t.Data, &t.Site, &t.Schedule, &t.BudgetFrom, &t.BudgetTo, &secret,
		&deadline, &o.State, &o.Reason, &o.application, &o.ProviderID, &o.Provider.ZH, &o.Provider.EN, &milestones, &effects, &own, &theirs, &o.Synthetic, &opened, &chosen, &completed, &created, &o.Version)
	if err != nil {
		return o, err
	}
	t.Deadline = time.UnixMilli(deadline).UTC()
	o.Deadline, o.Title, o.OpenedAt, o.ChosenAt, o.CompletedAt, o.createdAt = t.Deadline, t.Title, sqldb.Instant(opened), sqldb.Instant(chosen), sqldb.Instant(completed), time.UnixMilli(created).UTC()
	err = errors.Join(json.Unmarshal([]byte(secret), &t.Confidential), json.Unmarshal([]byte(milestones), &o.Milestones), json.Unmarshal([]byte(effects), &o.Effects))
	if err != nil {
		return o, fmt.Errorf("read opening: %w", err)
	}
	if o.own, err = readVerdict(own); err != nil {
		return o, err
	}
	o.theirs, err = readVerdict(theirs)
	return o, err
}

func readVerdict(text string) (*Verdict, error) {
	if text == "" {
		return nil, nil
	}
	v := &Verdict{}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return nil, fmt.Errorf("read evaluation: %w", err)
	}
	return v, nil
}

func write(v any) (string, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write opening: %w", err)
	}
	return string(data), nil
}

// parts are the parts of an opening that are kept as JSON.
func (o Opening) parts() (list [5]string, err error) {
	for i, v := range []any{o.Terms.Confidential, o.Milestones, o.Effects, o.own, o.theirs} {
		if list[i], err = write(v); err != nil {
			return list, err
		}
		if list[i] == "null" {
			list[i] = ""
		}
	}
	return list, nil
}

// one reads an opening, whoever asks.
func one(ctx context.Context, db reader, id string) (Opening, error) {
	o, err := scanOpening(db.QueryRow(ctx, `SELECT `+openingColumns+` FROM scenario_opening o WHERE o.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return o, noSuch("opening")
	}
	if err != nil {
		return o, fmt.Errorf("read opening: %w", err)
	}
	return o, nil
}

// lookAt tells from where who asks looks at an opening.
func lookAt(ctx context.Context, o Opening) side {
	id := identity.From(ctx)
	own := func(organisation string) bool {
		return organisation != "" && (organisation == id.Organisation.ID || !id.Scope.All && id.Scope.Allows(organisation))
	}
	switch {
	case own(o.OrganisationID):
		return owner
	case own(o.ProviderID):
		return provider
	case id.Scope.All:
		return city
	default:
		return stranger
	}
}

// seen reads an opening that who asks may know of: drafts are the enterprise's and the city's.
func (s store) seen(ctx context.Context, db reader, id string) (Opening, side, error) {
	o, err := one(ctx, db, id)
	if err != nil {
		return o, stranger, err
	}
	from := lookAt(ctx, o)
	if from == stranger && o.OpenedAt == nil {
		return Opening{}, stranger, noSuch("opening")
	}
	return o, from, nil
}

type openingParams struct {
	sqldb.ListParams
	State    string `query:"state" enum:"draft,open,running,completed,cancelled"`
	Scenario string `query:"scenario" maxLength:"40" doc:"ID of a scenario"`
	Year     int    `query:"year" minimum:"0" maximum:"2100" doc:"In which it was opened"`
	Quarter  string `query:"quarter" pattern:"^[0-9]{4}Q[1-4]$" doc:"In which it was opened, such as 2026Q3"`
	Mine     string `query:"mine" enum:"owner,provider" doc:"Of one's own organisation as the enterprise, or as the chosen provider"`
}

// yearBounds are the first millisecond of a year of the city, and that of the next.
func yearBounds(year int) (from, until int64) {
	at := time.Date(year, 1, 1, 0, 0, 0, 0, time.FixedZone("Asia/Shanghai", 8*3600))
	return at.UnixMilli(), at.AddDate(1, 0, 0).UnixMilli()
}

// quarterBounds are those of a quarter such as 2026Q3, which the door has checked.
func quarterBounds(quarter string) (from, until int64) {
	var year, n int
	if _, err := fmt.Sscanf(quarter, "%dQ%d", &year, &n); err != nil {
		return 0, 0
	}
	at := time.Date(year, time.Month(3*n-2), 1, 0, 0, 0, 0, time.FixedZone("Asia/Shanghai", 8*3600))
	return at.UnixMilli(), at.AddDate(0, 3, 0).UnixMilli()
}

func (s store) list(ctx context.Context, in openingParams) (sqldb.Page[Opening], error) {
	l := sqldb.List{
		Select: openingColumns, From: "scenario_opening o", Key: "o.id", Order: "-opened_at",
		Sort:   map[string]string{"opened_at": "o.opened_at", "deadline": "o.deadline", "title": "o.title", "state": "o.state", "completed_at": "o.completed_at"},
		Search: []string{"o.title", "o.scenario_zh", "o.scenario_en", "o.name_zh", "o.name_en"},
	}
	l.WhereIf("o.state = ?", in.State).WhereIf("o.scenario_id = ?", in.Scenario)
	if in.Year > 0 {
		from, until := yearBounds(in.Year)
		l.Where("o.opened_at >= ? AND o.opened_at < ?", from, until)
	}
	if in.Quarter != "" {
		from, until := quarterBounds(in.Quarter)
		l.Where("o.opened_at >= ? AND o.opened_at < ?", from, until)
	}
	id := identity.From(ctx)
	switch in.Mine {
	case "owner":
		l.Where("o.organisation_id = ?", id.Organisation.ID)
	case "provider":
		l.Where("o.provider_id = ?", id.Organisation.ID)
	}
	if !id.Scope.All {
		known, args := "o.opened_at > 0 OR o.organisation_id = ?", []any{id.Organisation.ID}
		for _, own := range id.Scope.IDs {
			known, args = known+" OR o.organisation_id = ?", append(args, own)
		}
		l.Where(known, args...)
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanOpening)
}

func (s store) insert(ctx context.Context, o Opening, actor, name string) error {
	parts, err := o.parts()
	if err != nil {
		return err
	}
	t := o.Terms
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO scenario_opening (id, scenario_id, scenario_zh, scenario_en, organisation_id, name_zh, name_en, title, what, data, site, schedule, budget_from, budget_to, confidential,
			deadline, state, synthetic, actor, actor_name, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $21)`,
			o.ID, o.ScenarioID, o.Scenario.ZH, o.Scenario.EN, o.OrganisationID, o.Enterprise.ZH, o.Enterprise.EN, t.Title, t.What, t.Data, t.Site, t.Schedule, t.BudgetFrom, t.BudgetTo, parts[0],
			t.Deadline.UnixMilli(), o.State, o.Synthetic, actor, name, o.createdAt.UnixMilli())
		if err != nil {
			return fmt.Errorf("insert opening: %w", err)
		}
		tx.Changed("scenario_opening", o.ID, nil, o)
		return nil
	})
}

// companion is what goes with a change, in its transaction.
type companion func(ctx context.Context, tx *sqldb.Tx, o Opening) error

// change loads an opening, lets decide change it, and saves it.
func (s store) change(ctx context.Context, id string, version int64, may []side, decide func(ctx context.Context, tx *sqldb.Tx, o Opening) (Opening, error), with ...companion) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, from, err := s.seen(ctx, tx, id)
		if err != nil {
			return err
		}
		if !slices.Contains(may, from) {
			return fault.New(fault.Forbidden, "scenario.opening.side", "this is for the other side of the opening")
		}
		if before.Version != version {
			return stale()
		}
		after, err := decide(ctx, tx, before)
		if err != nil {
			return err
		}
		if err := save(ctx, tx, before, after); err != nil {
			return err
		}
		for _, c := range with {
			if err := c(ctx, tx, after); err != nil {
				return err
			}
		}
		return nil
	})
}

func save(ctx context.Context, tx *sqldb.Tx, before, o Opening) error {
	parts, err := o.parts()
	if err != nil {
		return err
	}
	t := o.Terms
	n, err := tx.Exec(ctx, `UPDATE scenario_opening SET title = $1, what = $2, data = $3, site = $4, schedule = $5, budget_from = $6, budget_to = $7, confidential = $8, deadline = $9, state = $10, reason = $11,
		application_id = $12, provider_id = $13, provider_zh = $14, provider_en = $15, milestones = $16, effects = $17, own_verdict = $18, their_verdict = $19, opened_at = $20, chosen_at = $21, completed_at = $22,
		updated_at = $23, version = version + 1 WHERE id = $24 AND version = $25`,
		t.Title, t.What, t.Data, t.Site, t.Schedule, t.BudgetFrom, t.BudgetTo, parts[0], t.Deadline.UnixMilli(), o.State, o.Reason,
		o.application, o.ProviderID, o.Provider.ZH, o.Provider.EN, parts[1], parts[2], parts[3], parts[4], sqldb.InstantMillis(o.OpenedAt), sqldb.InstantMillis(o.ChosenAt), sqldb.InstantMillis(o.CompletedAt), time.Now().UnixMilli(), o.ID, before.Version)
	if err != nil {
		return fmt.Errorf("update opening: %w", err)
	}
	if n == 0 {
		return stale()
	}
	tx.Changed("scenario_opening", o.ID, before, o)
	return nil
}

// Proven is an effect that an opening of a scenario brought.
type Proven struct {
	OpeningID  string    `json:"opening_id"`
	Enterprise lang.Text `json:"enterprise"`
	Provider   lang.Text `json:"provider"`
	At         time.Time `json:"at"`
	Effect     Effect    `json:"effect"`
}

func (s store) proven(ctx context.Context, scenario string) ([]Proven, error) {
	rows, err := s.db.Query(ctx, `SELECT `+openingColumns+` FROM scenario_opening o WHERE o.scenario_id = $1 AND o.completed_at > 0 ORDER BY o.completed_at DESC, o.id LIMIT 100`, scenario)
	if err != nil {
		return nil, fmt.Errorf("read what openings brought: %w", err)
	}
	list, err := sqldb.All(rows, scanOpening)
	if err != nil {
		return nil, err
	}
	out := []Proven{}
	for _, o := range list {
		for _, e := range o.Effects {
			out = append(out, Proven{o.ID, o.Enterprise, o.Provider, *o.CompletedAt, e})
		}
	}
	return out, nil
}

// counts are how many openings there were, and enterprises served by them.
func (s store) counts(ctx context.Context, query string) (n, synthetic int, err error) {
	if err = s.db.QueryRow(ctx, query).Scan(&n, &synthetic); err != nil {
		err = fmt.Errorf("count openings: %w", err)
	}
	return n, synthetic, err
}

const (
	countOpened = `SELECT COUNT(*), COALESCE(SUM(CASE WHEN o.synthetic THEN 1 ELSE 0 END), 0) FROM scenario_opening o WHERE o.opened_at > 0 AND o.state <> 'cancelled'`
	countServed = `SELECT COUNT(DISTINCT o.organisation_id), COALESCE(SUM(CASE WHEN o.synthetic THEN 1 ELSE 0 END), 0) FROM scenario_opening o WHERE o.completed_at > 0`
)
