package protection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

const (
	dutyTables  = `security_protection_duty d JOIN security_protection p ON p.id = d.period_id`
	dutyColumns = `d.id, d.period_id, p.title, p.synthetic, d.organisation_id, d.organisation_zh, d.organisation_en, d.day, d.begun_at, d.due_at, d.state, d.late, d.said_at, d.events, d.handled, d.what,
	d.incident_id, d.incident_number, d.reports, d.escalated_at, d.actor, d.actor_name, d.version, p.until_day, p.due_time, p.ended_at`
)

func scanDuty(now time.Time) func(r sqldb.Row) (Duty, error) {
	return func(r sqldb.Row) (d Duty, err error) {
		var begun, owed, said, escalated, ended int64
		var until, clock string
		err = r.Scan(&d.ID, &d.PeriodID, &d.Period, &d.Synthetic, &d.OrganisationID, &d.Organisation.ZH, &d.Organisation.EN, &d.Day, &begun, &owed, &d.state, &d.Late, &said, &d.Events, &d.Handled, &d.What,
			&d.IncidentID, &d.IncidentNumber, &d.Reports, &escalated, &d.actor, &d.By, &d.Version, &until, &clock, &ended)
		if err != nil {
			return d, err
		}
		d.BegunAt, d.DueAt, d.SaidAt, d.EscalatedAt = sqldb.Time(begun), sqldb.Time(owed), sqldb.Instant(said), sqldb.Instant(escalated)
		d.BegunLate, d.Happened, d.Standing, d.Acts = begun > owed, d.state == Something, d.standing(now), []string{}
		if d.closesAt = due(until, clock).Add(madeUpFor); ended > 0 {
			d.closesAt = sqldb.Time(ended).Add(madeUpFor)
		}
		return d, nil
	}
}

type dutyParams struct {
	sqldb.ListParams
	Period       string `query:"period" maxLength:"40" doc:"ID of a period"`
	Organisation string `query:"organisation" maxLength:"40" doc:"ID of a participant"`
	Day          string `query:"day" maxLength:"10" doc:"As 2026-12-01"`
	Standing     string `query:"standing" enum:"owed,missing,nothing,something,cancelled"`
	Only         string `query:"only" enum:"late,corrected,escalated" doc:"Those that were late, corrected, or escalated to the city"`
}

// duties are those of the organisations that who asks may see: for the city all, for a participant its own.
func (s store) duties(ctx context.Context, in dutyParams, now time.Time) (sqldb.Page[Duty], error) {
	l := sqldb.List{
		Select: dutyColumns, From: dutyTables, Key: "d.id", Order: "-due",
		Sort:   map[string]string{"due": "d.due_at", "said_at": "d.said_at", "organisation": "d.organisation_zh", "period": "p.title"},
		Search: []string{"d.organisation_zh", "d.organisation_en", "d.what", "d.incident_number"},
	}
	l.WhereIf("d.period_id = ?", in.Period).WhereIf("d.organisation_id = ?", in.Organisation).WhereIf("d.day = ?", in.Day)
	switch Standing(in.Standing) {
	case Owed:
		l.Where("d.state = 'owed' AND d.due_at >= ?", now.UnixMilli())
	case Missing:
		l.Where("d.state = 'owed' AND d.due_at < ?", now.UnixMilli())
	default:
		l.WhereIf("d.state = ?", in.Standing)
	}
	switch in.Only {
	case "late":
		l.Where("d.late")
	case "corrected":
		l.Where("d.reports > 1")
	case "escalated":
		l.Where("d.escalated_at > 0")
	}
	identity.From(ctx).Scope.Filter(&l, "d.organisation_id")
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanDuty(now))
}

// dutiesOf are those of an organisation in a period, the latest day first.
func dutiesOf(ctx context.Context, db Reader, period, organisation string, now time.Time) ([]Duty, error) {
	rows, err := db.Query(ctx, `SELECT `+dutyColumns+` FROM `+dutyTables+` WHERE d.period_id = $1 AND d.organisation_id = $2 ORDER BY d.day DESC`, period, organisation)
	if err != nil {
		return nil, fmt.Errorf("read own days of a period: %w", err)
	}
	return sqldb.All(rows, scanDuty(now))
}

func oneDuty(ctx context.Context, db Reader, id string, now time.Time) (Duty, error) {
	d, err := scanDuty(now)(db.QueryRow(ctx, `SELECT `+dutyColumns+` FROM `+dutyTables+` WHERE d.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return d, noSuch("report of a day")
	}
	if err != nil {
		return d, fmt.Errorf("read report of a day: %w", err)
	}
	return d, nil
}

// seenDuty reads one that who asks may know of.
func seenDuty(ctx context.Context, db Reader, id string, now time.Time) (Duty, error) {
	d, err := oneDuty(ctx, db, id, now)
	if err == nil && !identity.From(ctx).Scope.Allows(d.OrganisationID) {
		return Duty{}, noSuch("report of a day")
	}
	return d, err
}

// insertDuties asks for the reports of a day; closed tells that the day is over already.
func insertDuties(ctx context.Context, tx *sqldb.Tx, list []Duty, closed bool) error {
	rows := make([][]any, len(list))
	for i, d := range list {
		closedAt := int64(0)
		if closed {
			closedAt = d.BegunAt.UnixMilli()
		}
		rows[i] = []any{d.ID, d.PeriodID, d.OrganisationID, d.Organisation.ZH, d.Organisation.EN, d.Day, d.BegunAt.UnixMilli(), d.DueAt.UnixMilli(), Owed, closedAt}
	}
	if err := tx.InsertAll(ctx, `INSERT INTO security_protection_duty (id, period_id, organisation_id, organisation_zh, organisation_en, day, begun_at, due_at, state, closed_at)`, rows); err != nil {
		return fmt.Errorf("ask for the reports of a day: %w", err)
	}
	return nil
}

// saveReport keeps a report, beside those that stood there before.
func saveReport(ctx context.Context, tx *sqldb.Tx, before, d Duty) error {
	n, err := tx.Exec(ctx, `UPDATE security_protection_duty SET state = $1, late = $2, said_at = $3, events = $4, handled = $5, what = $6, incident_id = $7, incident_number = $8, reports = $9, actor = $10, actor_name = $11, version = version + 1 WHERE id = $12 AND version = $13`,
		d.state, d.Late, sqldb.InstantMillis(d.SaidAt), d.Events, d.Handled, d.What, d.IncidentID, d.IncidentNumber, d.Reports, d.actor, d.By, d.ID, before.Version)
	if err != nil {
		return fmt.Errorf("save report of a day: %w", err)
	}
	if n == 0 {
		return stale()
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_protection_report (id, duty_id, number, at, late, happened, events, handled, what, incident_id, incident_number, actor, actor_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		ulid.Make().String(), d.ID, d.Reports, sqldb.InstantMillis(d.SaidAt), d.Late, d.Happened, d.Events, d.Handled, d.What, d.IncidentID, d.IncidentNumber, d.actor, d.By)
	if err != nil {
		return fmt.Errorf("keep report of a day: %w", err)
	}
	tx.Changed("security_protection_duty", d.ID, before, d)
	return nil
}

// saveEscalated keeps that the city was told; it is no change for who reports meanwhile.
func saveEscalated(ctx context.Context, tx *sqldb.Tx, before, d Duty) error {
	if _, err := tx.Exec(ctx, `UPDATE security_protection_duty SET escalated_at = $1 WHERE id = $2`, sqldb.InstantMillis(d.EscalatedAt), d.ID); err != nil {
		return fmt.Errorf("keep that a report is missing: %w", err)
	}
	tx.Changed("security_protection_duty", d.ID, before, d)
	return nil
}

func versionsOf(ctx context.Context, db Reader, duty string) ([]Version, error) {
	rows, err := db.Query(ctx, `SELECT r.number, r.at, r.actor_name, r.late, r.happened, r.events, r.handled, r.what, r.incident_number FROM security_protection_report r WHERE r.duty_id = $1 ORDER BY r.number DESC LIMIT 100`, duty)
	if err != nil {
		return nil, fmt.Errorf("read reports of a day: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (v Version, err error) {
		var at int64
		err = r.Scan(&v.Number, &at, &v.By, &v.Late, &v.Happened, &v.Events, &v.Handled, &v.What, &v.IncidentNumber)
		v.At = sqldb.Time(at)
		return v, err
	})
}

// figuresBy counts what is owed by organisation_id or period_id, of some of them; within a period, unless it is empty.
func figuresBy(ctx context.Context, db Reader, column, period string, now time.Time, of []string) (map[string]Figures, error) {
	out, args := map[string]Figures{}, []any{now.UnixMilli(), period}
	if len(of) == 0 {
		return out, nil
	}
	for _, x := range of {
		args = append(args, x)
	}
	count := func(condition string) string { return `SUM(CASE WHEN ` + condition + ` THEN 1 ELSE 0 END)` }
	const counts, said = `d.begun_at <= d.due_at AND d.state <> 'cancelled'`, `d.state IN ('nothing', 'something')`
	rows, err := db.Query(ctx, `SELECT d.`+column+`, `+count(counts+` AND (`+said+` OR d.due_at < $1)`)+`, `+count(counts+` AND `+said+` AND NOT d.late`)+`, `+count(counts+` AND d.late`)+`, `+
		count(counts+` AND d.state = 'owed' AND d.due_at < $1`)+`, `+count(`d.state = 'something'`)+`, `+count(`d.begun_at > d.due_at AND d.state <> 'cancelled'`)+
		` FROM security_protection_duty d WHERE ($2 = '' OR d.period_id = $2) AND d.`+column+` IN (`+sqldb.Marks(3, len(of))+`) GROUP BY d.`+column, args...)
	if err != nil {
		return nil, fmt.Errorf("count reports: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var key string
		var f Figures
		err := r.Scan(&key, &f.Counted, &f.OnTime, &f.Late, &f.Missing, &f.Something, &f.Uncounted)
		out[key] = f.shared()
		return struct{}{}, err
	})
	return out, err
}

// today is how many were asked for the report of a day, and how many have given it.
func today(ctx context.Context, db Reader, period, day string) (said, of int, err error) {
	err = db.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN d.state IN ('nothing', 'something') THEN 1 ELSE 0 END), 0) FROM security_protection_duty d WHERE d.period_id = $1 AND d.day = $2 AND d.state <> 'cancelled'`, period, day).Scan(&of, &said)
	if err != nil {
		return 0, 0, fmt.Errorf("count reports of a day: %w", err)
	}
	return said, of, nil
}

// missing is how many have not given the report of a day whose time is over.
func missing(ctx context.Context, db Reader, period, day string) (n int, err error) {
	err = db.QueryRow(ctx, `SELECT COUNT(*) FROM security_protection_duty d WHERE d.period_id = $1 AND d.day = $2 AND d.state = 'owed'`, period, day).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count reports that are missing: %w", err)
	}
	return n, nil
}

// owing are duties that a condition with one argument is true for and that clocks may run for.
func owing(ctx context.Context, db Reader, condition string, arg any, most int) ([]string, error) {
	rows, err := db.Query(ctx, `SELECT d.id FROM security_protection_duty d WHERE d.state = 'owed' AND d.closed_at = 0 AND `+condition+` ORDER BY d.due_at, d.id LIMIT $2`, arg, most)
	if err != nil {
		return nil, fmt.Errorf("find what is owed: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
}

// closeDuties notes that nobody is reminded of duties any more.
func closeDuties(ctx context.Context, tx *sqldb.Tx, ids []string, at time.Time) error {
	args := []any{at.UnixMilli()}
	for _, id := range ids {
		args = append(args, id)
	}
	if _, err := tx.Exec(ctx, `UPDATE security_protection_duty SET closed_at = $1 WHERE id IN (`+sqldb.Marks(2, len(ids))+`)`, args...); err != nil {
		return fmt.Errorf("close days that are over: %w", err)
	}
	return nil
}

// Forget takes away what an organisation owes and owed, which was removed, and the periods in
// which nobody takes part any more: those of the demonstration.
func (p *Protection) Forget(ctx context.Context, tx *sqldb.Tx, organisation string) error {
	for _, q := range []string{
		`DELETE FROM security_protection_report WHERE duty_id IN (SELECT d.id FROM security_protection_duty d WHERE d.organisation_id = $1)`,
		`DELETE FROM security_protection_duty WHERE organisation_id = $1`,
		`DELETE FROM security_protection_party WHERE organisation_id = $1`,
	} {
		if _, err := tx.Exec(ctx, q, organisation); err != nil {
			return fmt.Errorf("forget what %s reported: %w", organisation, err)
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM security_protection WHERE synthetic AND NOT EXISTS (SELECT 1 FROM security_protection_party y WHERE y.period_id = security_protection.id)`); err != nil {
		return fmt.Errorf("forget periods of the demonstration: %w", err)
	}
	return nil
}
