package pilot

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/measure"
	"linghang/kernel/sqldb"
)

// listingStore keeps objections, what was published, and how it was inspected.
type listingStore struct {
	db    *sqldb.DB
	calls callStore
}

const objectionColumns = `o.id, o.call_id, o.application_id, o.organisation_id, o.author, o.author_name, o.text, o.at, o.state, o.answer, o.answered_by, o.answered_by_name, o.answered_at`

func scanObjection(r sqldb.Row) (o Objection, err error) {
	var at, answered int64
	err = r.Scan(&o.ID, &o.CallID, &o.ApplicationID, &o.organisation, &o.author, &o.From, &o.Text, &at, &o.State, &o.Answer, &o.answerer, &o.answeredName, &answered)
	o.At, o.AnsweredAt = sqldb.Time(at), sqldb.Instant(answered)
	return o, err
}

// objections returns what was said against the choices of a call, as far as the caller
// may know: the city all of it, others their own.
func (s listingStore) objections(ctx context.Context, call string) ([]Objection, error) {
	rows, err := s.db.Query(ctx, `SELECT `+objectionColumns+` FROM pilot_objection o WHERE o.call_id = $1 ORDER BY o.at, o.id`, call)
	if err != nil {
		return nil, fmt.Errorf("read objections: %w", err)
	}
	all, err := sqldb.All(rows, scanObjection)
	seen := []Objection{}
	for _, o := range all {
		if identity.From(ctx).Scope.Allows(o.organisation) {
			seen = append(seen, o)
		}
	}
	return seen, err
}

// open counts the objections of a call that are not answered.
func (s listingStore) open(ctx context.Context, tx *sqldb.Tx, call string) (n int, err error) {
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM pilot_objection o WHERE o.call_id = $1 AND o.state = 'open'`, call).Scan(&n); err != nil {
		return 0, fmt.Errorf("count objections: %w", err)
	}
	return n, nil
}

// objectionsMost bounds how many objections a call takes.
const objectionsMost = 5000

func (s listingStore) object(ctx context.Context, tx *sqldb.Tx, o Objection) error {
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM pilot_objection o WHERE o.call_id = $1`, o.CallID).Scan(&n); err != nil {
		return fmt.Errorf("count objections: %w", err)
	}
	if n >= objectionsMost {
		return fault.New(fault.Conflict, "scenario.pilot.objections_full", "a call has %d objections at most", objectionsMost).With("limit", objectionsMost)
	}
	_, err := tx.Exec(ctx, `INSERT INTO pilot_objection (id, call_id, application_id, organisation_id, author, author_name, text, at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open')`,
		o.ID, o.CallID, o.ApplicationID, o.organisation, o.author, o.From, o.Text, o.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("keep objection: %w", err)
	}
	tx.Changed("pilot_objection", o.ID, nil, o)
	return nil
}

func (s listingStore) objection(ctx context.Context, db reader, id string) (Objection, error) {
	o, err := scanObjection(db.QueryRow(ctx, `SELECT `+objectionColumns+` FROM pilot_objection o WHERE o.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return o, noSuch("objection")
	}
	if err != nil {
		return o, fmt.Errorf("read objection: %w", err)
	}
	return o, nil
}

func (s listingStore) answer(ctx context.Context, tx *sqldb.Tx, before, o Objection) error {
	_, err := tx.Exec(ctx, `UPDATE pilot_objection SET state = $1, answer = $2, answered_by = $3, answered_by_name = $4, answered_at = $5 WHERE id = $6`,
		o.State, o.Answer, o.answerer, o.answeredName, sqldb.InstantMillis(o.AnsweredAt), o.ID)
	if err != nil {
		return fmt.Errorf("answer objection: %w", err)
	}
	tx.Changed("pilot_objection", o.ID, before, o)
	return nil
}

const (
	listingColumns = `l.id, l.call_id, l.application_id, l.organisation_id, a.organisation_zh, a.organisation_en, a.uscc, a.project, l.year, l.number, l.published_on, l.checked, l.removed_on, l.why, a.synthetic, l.version`
	listingFrom    = `pilot_listing l JOIN pilot_application a ON a.id = l.application_id`
)

func scanListing(r sqldb.Row) (l Pilot, err error) {
	return l, r.Scan(&l.ID, &l.CallID, &l.ApplicationID, &l.organisation, &l.Organisation.ZH, &l.Organisation.EN, &l.USCC, &l.Project, &l.Year, &l.Number, &l.PublishedOn, &l.Checked, &l.RemovedOn, &l.Why, &l.Synthetic, &l.Version)
}

type listingParams struct {
	sqldb.ListParams
	Year  int    `query:"year" minimum:"0" maximum:"2100"`
	Call  string `query:"call" maxLength:"26"`
	State string `query:"state" enum:"listed,removed"`
	From  string `query:"from" maxLength:"10" doc:"Published from this date, 2026-10-01"`
	Until string `query:"until" maxLength:"10" doc:"Published until this date, inclusive"`
}

// list lists pilots, which are public within the city; the applications behind them are not.
func (s listingStore) list(ctx context.Context, in listingParams) (sqldb.Page[Pilot], error) {
	l := sqldb.List{
		Select: listingColumns, From: listingFrom, Key: "l.id", Order: "number",
		Sort:   map[string]string{"number": "l.number", "project": "a.project", "organisation": "a.organisation_zh", "year": "l.year", "published_on": "l.published_on", "checked": "l.checked"},
		Search: []string{"l.number", "a.project", "a.organisation_zh", "a.organisation_en", "a.uscc"},
	}
	if in.Year > 0 {
		l.Where("l.year = ?", in.Year)
	}
	l.WhereIf("l.call_id = ?", in.Call).WhereIf("l.published_on >= ?", in.From).WhereIf("l.published_on <= ?", in.Until)
	switch in.State {
	case "listed":
		l.Where("l.removed_on = ''")
	case "removed":
		l.Where("l.removed_on <> ''")
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (Pilot, error) {
		v, err := scanListing(r)
		return v.shown(ctx), err
	})
}

// shown is a pilot without the way to an application that is not the caller's to see.
func (l Pilot) shown(ctx context.Context) Pilot {
	if !identity.From(ctx).Scope.Allows(l.organisation) {
		l.ApplicationID = ""
	}
	return l
}

func (s listingStore) get(ctx context.Context, db reader, id string) (Pilot, error) {
	l, err := scanListing(db.QueryRow(ctx, `SELECT `+listingColumns+` FROM `+listingFrom+` WHERE l.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return l, noSuch("pilot")
	}
	if err != nil {
		return l, fmt.Errorf("read pilot: %w", err)
	}
	return l, nil
}

// ofCall returns what was published of a call, in the order of the numbers.
func (s listingStore) ofCall(ctx context.Context, db reader, call string) ([]Pilot, error) {
	rows, err := db.Query(ctx, `SELECT `+listingColumns+` FROM `+listingFrom+` WHERE l.call_id = $1 ORDER BY l.number`, call)
	if err != nil {
		return nil, fmt.Errorf("read pilots: %w", err)
	}
	return sqldb.All(rows, scanListing)
}

// numbered tells how many numbers of a year are given out.
func (s listingStore) numbered(ctx context.Context, tx *sqldb.Tx, year int) (n int, err error) {
	if err := tx.Queue(ctx, "pilot/numbers"); err != nil {
		return 0, err
	}
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM pilot_listing l WHERE l.year = $1`, year).Scan(&n); err != nil {
		return 0, fmt.Errorf("count pilots: %w", err)
	}
	return n, nil
}

func (s listingStore) insert(ctx context.Context, tx *sqldb.Tx, l Pilot) error {
	_, err := tx.Exec(ctx, `INSERT INTO pilot_listing (id, call_id, application_id, organisation_id, year, number, published_on) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		l.ID, l.CallID, l.ApplicationID, l.organisation, l.Year, l.Number, l.PublishedOn)
	if err != nil {
		return fmt.Errorf("publish pilot: %w", err)
	}
	tx.Changed("pilot_listing", l.ID, nil, l)
	return nil
}

// inspect lets decide change a pilot, and keeps the inspection.
func (s listingStore) inspect(ctx context.Context, id string, i Inspection, decide func(Pilot) (Pilot, error), also func(tx *sqldb.Tx, l Pilot) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "pilot_listing/"+id); err != nil {
			return err
		}
		before, err := s.get(ctx, tx, id)
		if err != nil {
			return err
		}
		after, err := decide(before)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO pilot_inspection (id, listing_id, year, outcome, reason, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			i.ID, id, i.Year, i.Outcome, i.Reason, i.actor, i.By, i.At.UnixMilli())
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "scenario.pilot.inspected", "the inspection of %d was made already", i.Year).With("year", i.Year).At("body.year", "choose another year")
		}
		if err != nil {
			return fmt.Errorf("keep inspection: %w", err)
		}
		tx.Changed("pilot_inspection", i.ID, nil, i)
		_, err = tx.Exec(ctx, `UPDATE pilot_listing SET checked = $1, removed_on = $2, why = $3, version = version + 1 WHERE id = $4`, after.Checked, after.RemovedOn, after.Why, id)
		if err != nil {
			return fmt.Errorf("change pilot: %w", err)
		}
		tx.Changed("pilot_listing", id, before, after)
		return also(tx, after)
	})
}

func (s listingStore) inspections(ctx context.Context, id string) ([]Inspection, error) {
	rows, err := s.db.Query(ctx, `SELECT i.id, i.listing_id, i.year, i.outcome, i.reason, i.actor, i.actor_name, i.at FROM pilot_inspection i WHERE i.listing_id = $1 ORDER BY i.year, i.id`, id)
	if err != nil {
		return nil, fmt.Errorf("read inspections: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (i Inspection, err error) {
		var at int64
		err = r.Scan(&i.ID, &i.ListingID, &i.Year, &i.Outcome, &i.Reason, &i.actor, &i.By, &at)
		i.At = sqldb.Time(at)
		return i, err
	})
	if list == nil {
		list = []Inspection{}
	}
	return list, err
}

// count counts the pilots that are on the list.
func (s listingStore) count(ctx context.Context) (measure.Value, error) {
	v := measure.Value{At: time.Now().UTC(), Known: true}
	var n, synthetic int
	err := s.db.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN a.synthetic THEN 1 ELSE 0 END), 0) FROM `+listingFrom+` WHERE l.removed_on = ''`).Scan(&n, &synthetic)
	if err != nil {
		return v, fmt.Errorf("count pilots: %w", err)
	}
	v.Number, v.Synthetic = float64(n), synthetic > 0
	return v, nil
}

// Personal is where pilots keep something about persons. Who did what stays, without names.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "pilot_file", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"name", "at"}},
		{Table: "pilot_reviewer", Person: "person_id", Columns: []string{"person_name"}, Show: []string{"call_id", "fields", "capacity"}},
		{Table: "pilot_review", Person: "person_id", Show: []string{"application_id", "state", "marks", "note", "submitted_at"}},
		{Table: "pilot_relation", Person: "person_id", Columns: []string{"from_name"}, Show: []string{"kind", "to_name", "since_on", "until_on"}},
		{Table: "pilot_relation", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"kind", "at"}},
		{Table: "pilot_employment", Person: "person_id", Show: []string{"name", "since_on", "until_on"}, Drop: true},
		{Table: "pilot_objection", Person: "author", Columns: []string{"author_name"}, Show: []string{"text", "at"}},
		{Table: "pilot_objection", Person: "answered_by", Columns: []string{"answered_by_name"}, Show: []string{"answer", "answered_at"}},
		{Table: "pilot_inspection", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"listing_id", "year", "outcome", "at"}},
	}
}
