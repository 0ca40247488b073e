package service

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// store keeps services with what proves them.
type store struct{ db *sqldb.DB }

// reader reads rows, as of now or as a change sees them.
type reader interface {
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// marks are ?, ?, … for so many arguments of lists.
func marks(n int) string { return "?" + strings.Repeat(", ?", n-1) }

const serviceColumns = `s.id, s.entry_id, s.code, s.name_zh, s.name_en, s.district, s.industry, s.synthetic, s.provider, s.provider_zh, s.provider_en, s.recorder_id, s.matter, s.about, s.started_on, s.ended_on, s.quarter,
	s.state, s.counted, s.duplicate_of, s.verdict, s.reason, s.origin, s.source, s.rule, s.window_days, s.recorded_at, s.recorded_by, s.recorded_name, s.due_at, s.answered_at, s.answered_by, s.answered_name, s.version`

func scanService(r sqldb.Row) (s Service, err error) {
	var quarter int
	var recorded, due, answered int64
	err = r.Scan(&s.ID, &s.EntryID, &s.Code, &s.Name.ZH, &s.Name.EN, &s.District, &s.Industry, &s.Synthetic, &s.Provider, &s.ProviderName.ZH, &s.ProviderName.EN, &s.recorder, &s.Matter, &s.About, &s.StartedOn, &s.EndedOn, &quarter,
		&s.State, &s.Counted, &s.DuplicateOf, &s.Verdict, &s.Reason, &s.Origin, &s.Source, &s.Rule, &s.window, &recorded, &s.recordedBy, &s.RecordedName, &due, &answered, &s.answeredBy, &s.AnsweredName, &s.Version)
	s.Quarter, s.RecordedAt, s.DueAt, s.AnsweredAt = quarterText(quarter), sqldb.Time(recorded), sqldb.Time(due), sqldb.Instant(answered)
	return s, err
}

func (s store) get(ctx context.Context, db reader, id string) (Service, error) {
	x, err := scanService(db.QueryRow(ctx, `SELECT `+serviceColumns+` FROM service s WHERE s.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return x, noSuch("service")
	}
	if err != nil {
		return x, fmt.Errorf("read service: %w", err)
	}
	return x, nil
}

// clash returns the service of the same enterprise, provider and matter that x would be
// one with; ok is false where there is none.
func (s store) clash(ctx context.Context, db reader, x Service) (first Service, ok bool, err error) {
	rows, err := db.Query(ctx, `SELECT `+serviceColumns+` FROM service s WHERE s.entry_id = $1 AND s.provider = $2 AND s.matter = $3 AND s.state <> 'withdrawn' ORDER BY s.recorded_at, s.id`, x.EntryID, x.Provider, x.Matter)
	if err != nil {
		return first, false, fmt.Errorf("look for the same service: %w", err)
	}
	list, err := sqldb.All(rows, scanService)
	if err != nil {
		return first, false, err
	}
	i := slices.IndexFunc(list, func(y Service) bool { return x.claim().near(y.claim()) })
	if i < 0 {
		return first, false, nil
	}
	return list[i], true, nil
}

// oneWithEarlier is the fault of a service that is one with an earlier one.
const oneWithEarlier = "enterprise.service.twice"

// twice refuses a service that is one with an earlier one, which it names.
func twice(first Service, window int) error {
	return fault.New(fault.Conflict, oneWithEarlier, "%s was served by %s on this matter from %s on, less than %d days apart: that is one service, recorded as %s", first.Name.EN, first.ProviderName.EN, first.StartedOn, window, first.ID).
		With("id", first.ID).With("day", first.StartedOn).With("window", window).At("body.started_on", "this is one service with an earlier one")
}

// also goes with a change, in its transaction.
type also func(ctx context.Context, tx *sqldb.Tx) error

// record keeps services, all or none.
func (s store) record(ctx context.Context, list []Service, with also) error {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Service) int { return strings.Compare(a.EntryID, b.EntryID) }) // queues in one order
	entries := make([]string, len(list))
	for i, x := range list {
		entries[i] = x.EntryID
	}
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, id := range slices.Compact(entries) {
			if err := tx.Queue(ctx, "service/"+id); err != nil {
				return err
			}
		}
		if err := figured(ctx, tx, entries, func() error { return s.insertAll(ctx, tx, list) }); err != nil {
			return err
		}
		return with(ctx, tx)
	})
}

// insertAll keeps services whose enterprises the transaction has queued for.
func (s store) insertAll(ctx context.Context, tx *sqldb.Tx, list []Service) error {
	for _, x := range list {
		first, ok, err := s.clash(ctx, tx, x)
		if err != nil {
			return err
		}
		if ok {
			return twice(first, x.window)
		}
		if err := s.insert(ctx, tx, x); err != nil {
			return err
		}
	}
	return nil
}

func (s store) insert(ctx context.Context, tx *sqldb.Tx, x Service) error {
	_, err := tx.Exec(ctx, `INSERT INTO service (id, entry_id, code, name_zh, name_en, district, industry, synthetic, provider, provider_zh, provider_en, recorder_id, matter, about, started_on, ended_on, quarter,
		state, origin, source, rule, window_days, words, recorded_at, recorded_by, recorded_name, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)`,
		x.ID, x.EntryID, x.Code, x.Name.ZH, x.Name.EN, x.District, x.Industry, x.Synthetic, x.Provider, x.ProviderName.ZH, x.ProviderName.EN, x.recorder, x.Matter, x.About, x.StartedOn, x.EndedOn, quarterOf(x.StartedOn),
		string(x.State), x.Origin, x.Source, x.Rule, x.window, x.matches(), x.RecordedAt.UnixMilli(), x.recordedBy, x.RecordedName, x.DueAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("record service: %w", err)
	}
	for _, id := range x.evidence {
		if _, err := tx.Exec(ctx, `INSERT INTO service_proof (service_id, evidence_id) VALUES ($1, $2)`, x.ID, id); err != nil {
			return fmt.Errorf("attach evidence: %w", err)
		}
	}
	tx.Changed("service", x.ID, nil, x)
	return nil
}

// change lets decide change a service, and finds out what counts of its enterprise then.
func (s store) change(ctx context.Context, id string, version int64, decide func(Service) (Service, error), with also) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := s.locked(ctx, tx, id)
		if err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		after, err := decide(before)
		if err != nil {
			return err
		}
		if err := s.save(ctx, tx, before, after); err != nil {
			return err
		}
		return with(ctx, tx)
	})
}

// locked reads a service that nobody else changes until the change is over.
func (s store) locked(ctx context.Context, tx *sqldb.Tx, id string) (Service, error) {
	x, err := s.get(ctx, tx, id)
	if err != nil {
		return x, err
	}
	if err := tx.Queue(ctx, "service/"+x.EntryID); err != nil {
		return x, err
	}
	return s.get(ctx, tx, id)
}

// save keeps a change of a service whose enterprise the transaction has queued for.
func (s store) save(ctx context.Context, tx *sqldb.Tx, before, x Service) error {
	return figured(ctx, tx, []string{x.EntryID}, func() error { return s.put(ctx, tx, before, x) })
}

func (s store) put(ctx context.Context, tx *sqldb.Tx, before, x Service) error {
	n, err := tx.Exec(ctx, `UPDATE service SET state = $1, reason = $2, verdict = $3, answered_at = $4, answered_by = $5, answered_name = $6, version = version + 1 WHERE id = $7 AND version = $8`,
		string(x.State), x.Reason, x.Verdict, sqldb.InstantMillis(x.AnsweredAt), x.answeredBy, x.AnsweredName, x.ID, before.Version)
	if err != nil {
		return fmt.Errorf("save service: %w", err)
	}
	if n == 0 {
		return stale()
	}
	tx.Changed("service", x.ID, before, x)
	return settleEntry(ctx, tx, x.EntryID)
}

// settleEntry finds out which services to an enterprise count.
func settleEntry(ctx context.Context, tx *sqldb.Tx, entry string) error {
	rows, err := tx.Query(ctx, `SELECT `+serviceColumns+` FROM service s WHERE s.entry_id = $1`, entry)
	if err != nil {
		return fmt.Errorf("read services to settle: %w", err)
	}
	list, err := sqldb.All(rows, scanService)
	if err != nil {
		return err
	}
	claims := make([]claim, len(list))
	for i, x := range list {
		claims[i] = x.claim()
	}
	result := settle(claims)
	for _, x := range list {
		now := result[x.ID]
		if x.Counted == now.counted && x.DuplicateOf == now.duplicateOf {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE service SET counted = $1, duplicate_of = $2 WHERE id = $3`, now.counted, now.duplicateOf, x.ID); err != nil {
			return fmt.Errorf("settle service: %w", err)
		}
	}
	return nil
}

// due are services to which the enterprise said nothing in time, lapseAtOnce at most.
func (s store) due(ctx context.Context, now time.Time) ([]Service, error) {
	rows, err := s.db.Query(ctx, `SELECT `+serviceColumns+` FROM service s WHERE s.state = 'waiting' AND s.due_at < $1 ORDER BY s.due_at LIMIT $2`, now.UnixMilli(), lapseAtOnce)
	if err != nil {
		return nil, fmt.Errorf("read services that were not answered: %w", err)
	}
	return sqldb.All(rows, scanService)
}

type serviceParams struct {
	sqldb.ListParams
	Quarter  string `query:"quarter" maxLength:"6" doc:"Of the first day: a year or a quarter, as 2026 or 2026Q4"`
	District string `query:"district" maxLength:"6"`
	Industry string `query:"industry" maxLength:"4"`
	Matter   string `query:"matter" maxLength:"20"`
	Provider string `query:"provider" maxLength:"18"`
	State    string `query:"state" enum:"waiting,confirmed,objected,silent,withdrawn"`
	Counted  string `query:"counted" enum:"true,false"`
	Verdict  string `query:"verdict" enum:"upheld,rejected"`
	Entry    string `query:"entry" maxLength:"26" doc:"To this enterprise only"`
}

// eyes is whose services somebody sees.
type eyes struct {
	all     bool
	entries []string // their own enterprises
	who     identity.Identity
}

// list lists the services that the caller may see.
func (s store) list(ctx context.Context, in serviceParams, as eyes) (sqldb.Page[Service], error) {
	first, last, err := period(in.Quarter)
	if err != nil {
		return sqldb.Page[Service]{}, err
	}
	l := serviceList{sqldb.List{
		Select: serviceColumns, From: "service s", Key: "s.id", Order: "-started_on",
		Sort:  map[string]string{"started_on": "s.started_on", "name": "s.name_zh", "recorded_at": "s.recorded_at"},
		Words: "s.words",
	}}
	l.WhereIf("s.district = ?", in.District).WhereIf("s.industry = ?", in.Industry).WhereIf("s.matter = ?", in.Matter).WhereIf("s.provider = ?", in.Provider).WhereIf("s.entry_id = ?", in.Entry)
	if in.State != "" {
		l.Where("s.state = ?", in.State)
		if in.State != string(Confirmed) {
			l.Where("s.state <> 'confirmed'") // lets the index of what is open be used
		}
	}
	if in.Verdict != "" {
		l.Where("s.verdict = ? AND s.verdict <> ''", in.Verdict)
	}
	l.within(in, first, last)
	as.limit(&l.List)
	return sqldb.Fetch(ctx, s.db, l.List, in.ListParams, scanService)
}

type serviceList struct{ sqldb.List }

// within leaves what began in a time, and what counts. In the order of days an index
// finds both, and the page walks it. In another order the same would have all that pass
// gathered and sorted: the page walks that order, and is told so by conditions that no
// index answers.
func (l *serviceList) within(in serviceParams, first, last int) {
	byDay := strings.TrimPrefix(in.Sort, "-") == "started_on" || in.Sort == ""
	if in.Quarter != "" && byDay {
		from, until := daysOf(first, last)
		l.Where("s.started_on BETWEEN ? AND ?", from, until)
	}
	if in.Quarter != "" && !byDay {
		l.Where("s.quarter + 0 BETWEEN ? AND ?", first, last)
	}
	switch {
	case in.Counted == "":
	case byDay:
		l.Where("s.counted = ?", in.Counted == "true")
	case in.Counted == "true":
		l.Where("s.counted")
	default:
		l.Where("NOT s.counted")
	}
}

// limit leaves what somebody may see.
func (e eyes) limit(l *sqldb.List) {
	if e.all {
		return
	}
	args := []any{e.who.Organisation.ID}
	for _, id := range e.who.Scope.IDs {
		args = append(args, id)
	}
	condition := "s.recorder_id IN (" + marks(len(args)) + ")"
	if len(e.entries) > 0 {
		condition += " OR s.entry_id IN (" + marks(len(e.entries)) + ")"
		for _, id := range e.entries {
			args = append(args, id)
		}
	}
	l.Where(condition, args...)
}

// Personal names who recorded, answered and audited.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "service", Person: "recorded_by", Columns: []string{"recorded_name"}, Show: []string{"name_zh", "matter", "recorded_at"}},
		{Table: "service", Person: "answered_by", Columns: []string{"answered_name"}, Show: []string{"name_zh", "matter", "answered_at"}},
		{Table: "service_rule", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"version", "at"}},
		{Table: "service_evidence", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"name", "at"}},
		{Table: "service_sample", Person: "drawn_by", Columns: []string{"drawn_name"}, Show: []string{"id", "drawn_at"}},
		{Table: "service_sampled", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"service_id", "verdict", "at"}},
	}
}
