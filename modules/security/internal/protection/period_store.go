package protection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

type store struct{ db *sqldb.DB }

// Reader is the database, or a change of it.
type Reader interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

const periodColumns = `p.id, p.title, p.note, p.from_day, p.until_day, p.due_time, p.synthetic, p.begun_day, p.ended_at, p.reason, p.ender, p.ender_name, p.created_at, p.actor, p.actor_name, p.version,
	(SELECT COUNT(*) FROM security_protection_party y WHERE y.period_id = p.id)`

func scanPeriod(now time.Time) func(r sqldb.Row) (Period, error) {
	return func(r sqldb.Row) (p Period, err error) {
		var ended, created int64
		err = r.Scan(&p.ID, &p.Title, &p.Note, &p.From, &p.Until, &p.Time, &p.Synthetic, &p.BegunDay, &ended, &p.Reason, &p.ender, &p.EndedBy, &created, &p.actor, &p.By, &p.Version, &p.Parties)
		p.EndedAt, p.CreatedAt = sqldb.Instant(ended), sqldb.Time(created)
		p.State = p.at(now)
		return p, err
	}
}

type periodParams struct {
	sqldb.ListParams
	Synthetic string `query:"synthetic" enum:"real,synthetic" doc:"Only real ones, or only those of the demonstration"`
}

func (s store) periods(ctx context.Context, in periodParams, now time.Time) (sqldb.Page[Period], error) {
	l := sqldb.List{
		Select: periodColumns, From: "security_protection p", Key: "p.id", Order: "-from",
		Sort: map[string]string{"from": "p.from_day", "until": "p.until_day", "title": "p.title", "created_at": "p.created_at"}, Search: []string{"p.title", "p.note"},
	}
	switch in.Synthetic {
	case "real":
		l.Where("NOT p.synthetic")
	case "synthetic":
		l.Where("p.synthetic")
	}
	page, err := sqldb.Fetch(ctx, s.db, l, in.ListParams, scanPeriod(now))
	if err != nil {
		return page, err
	}
	ids := make([]string, len(page.Items))
	for i, p := range page.Items {
		ids[i] = p.ID
	}
	figures, err := figuresBy(ctx, s.db, "period_id", "", now, ids)
	for i, p := range page.Items {
		page.Items[i].Figures = figures[p.ID]
	}
	return page, err
}

func onePeriod(ctx context.Context, db Reader, id string, now time.Time) (Period, error) {
	p, err := scanPeriod(now)(db.QueryRow(ctx, `SELECT `+periodColumns+` FROM security_protection p WHERE p.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, noSuch("period of special protection")
	}
	if err != nil {
		return p, fmt.Errorf("read period of protection: %w", err)
	}
	return p, nil
}

// unbegun are the periods of which a day has come whose reports nobody has asked for.
func unbegun(ctx context.Context, db Reader, now time.Time) ([]Period, error) {
	rows, err := db.Query(ctx, `SELECT `+periodColumns+` FROM security_protection p WHERE p.ended_at = 0 AND p.from_day <= $1 AND p.begun_day < $1 AND p.begun_day < p.until_day ORDER BY p.id`, dayOf(now))
	if err != nil {
		return nil, fmt.Errorf("find days of protection that have come: %w", err)
	}
	return sqldb.All(rows, scanPeriod(now))
}

func insertPeriod(ctx context.Context, tx *sqldb.Tx, p Period, list []identity.Organisation) error {
	_, err := tx.Exec(ctx, `INSERT INTO security_protection (id, title, note, from_day, until_day, due_time, synthetic, created_at, actor, actor_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		p.ID, p.Title, p.Note, p.From, p.Until, p.Time, p.Synthetic, p.CreatedAt.UnixMilli(), p.actor, p.By)
	if err != nil {
		return fmt.Errorf("insert period of protection: %w", err)
	}
	rows := make([][]any, len(list))
	for i, o := range list {
		rows[i] = []any{p.ID, o.ID, o.Name.ZH, o.Name.EN}
	}
	if err := tx.InsertAll(ctx, `INSERT INTO security_protection_party (period_id, organisation_id, organisation_zh, organisation_en)`, rows); err != nil {
		return fmt.Errorf("insert who takes part: %w", err)
	}
	tx.Changed("security_protection", p.ID, nil, p)
	return nil
}

// saveEnd keeps that a period was ended, and that what is owed of later days is not owed any more.
func saveEnd(ctx context.Context, tx *sqldb.Tx, before, p Period) error {
	n, err := tx.Exec(ctx, `UPDATE security_protection SET ended_at = $1, reason = $2, ender = $3, ender_name = $4, version = version + 1 WHERE id = $5 AND version = $6`,
		sqldb.InstantMillis(p.EndedAt), p.Reason, p.ender, p.EndedBy, p.ID, before.Version)
	if err != nil {
		return fmt.Errorf("end period of protection: %w", err)
	}
	if n == 0 {
		return stale()
	}
	tx.Changed("security_protection", p.ID, before, p)
	if _, err := tx.Exec(ctx, `UPDATE security_protection_duty SET state = 'cancelled', closed_at = $1, version = version + 1 WHERE period_id = $2 AND state = 'owed' AND due_at > $1`, sqldb.InstantMillis(p.EndedAt), p.ID); err != nil {
		return fmt.Errorf("cancel what is owed of later days: %w", err)
	}
	return nil
}

// takeDay notes that the reports of a day are asked for; false: somebody else did, or the period was ended.
func takeDay(ctx context.Context, tx *sqldb.Tx, before, p Period) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE security_protection SET begun_day = $1 WHERE id = $2 AND begun_day = $3 AND ended_at = 0`, p.BegunDay, p.ID, before.BegunDay)
	if err != nil {
		return false, fmt.Errorf("begin day %s of period %s: %w", p.BegunDay, p.ID, err)
	}
	if n > 0 {
		tx.Changed("security_protection", p.ID, before, p)
	}
	return n > 0, nil
}

// party is who takes part.
type party struct {
	id   string
	name lang.Text
}

func parties(ctx context.Context, db Reader, period string) ([]party, error) {
	rows, err := db.Query(ctx, `SELECT y.organisation_id, y.organisation_zh, y.organisation_en FROM security_protection_party y WHERE y.period_id = $1 ORDER BY y.organisation_id`, period)
	if err != nil {
		return nil, fmt.Errorf("read who takes part: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x party, err error) { return x, r.Scan(&x.id, &x.name.ZH, &x.name.EN) })
}

// periodsOf are those that an organisation takes part in, the latest first.
func periodsOf(ctx context.Context, db Reader, organisation string, now time.Time, most int) ([]Period, error) {
	rows, err := db.Query(ctx, `SELECT `+periodColumns+` FROM security_protection p JOIN security_protection_party o ON o.period_id = p.id WHERE o.organisation_id = $1 ORDER BY p.from_day DESC, p.id DESC LIMIT $2`, organisation, most)
	if err != nil {
		return nil, fmt.Errorf("read own periods of protection: %w", err)
	}
	return sqldb.All(rows, scanPeriod(now))
}

// Partaker is one participant of a period, with its days.
type Partaker struct {
	OrganisationID string    `json:"organisation_id"`
	Organisation   lang.Text `json:"organisation" title:"单位|Organisation"`
	Figures
	Cells []Cell `json:"cells" nullable:"false" doc:"One for each day of the period, in their order"`
}

// Cell is how one day of a participant stands.
type Cell struct {
	Standing Standing `json:"standing" enum:"coming,owed,missing,nothing,something,cancelled"`
	Late     bool     `json:"late,omitempty"`
	Duty     string   `json:"duty,omitempty" doc:"ID of what is owed; absent: the day has not begun"`
}

type rowParams struct {
	sqldb.ListParams
	ID   string `path:"id" maxLength:"40"`
	Only string `query:"only" enum:"owing,missing,late,something" doc:"Those that owe the report of a day now, missed one, were late, or reported that something happened"`
}

func (s store) rows(ctx context.Context, p Period, in rowParams, now time.Time) (sqldb.Page[Partaker], error) {
	l := sqldb.List{
		Select: "y.organisation_id, y.organisation_zh, y.organisation_en", From: "security_protection_party y", Key: "y.organisation_id", Order: "organisation",
		Sort: map[string]string{"organisation": "y.organisation_zh"}, Search: []string{"y.organisation_zh", "y.organisation_en"},
	}
	l.Where("y.period_id = ?", p.ID)
	const duties = "EXISTS (SELECT 1 FROM security_protection_duty d WHERE d.period_id = y.period_id AND d.organisation_id = y.organisation_id AND "
	switch in.Only {
	case "owing":
		l.Where(duties+"d.state = 'owed' AND d.due_at >= ?)", now.UnixMilli())
	case "missing":
		l.Where(duties+"d.state = 'owed' AND d.due_at < ?)", now.UnixMilli())
	case "late":
		l.Where(duties + "d.late)")
	case "something":
		l.Where(duties + "d.state = 'something')")
	}
	page, err := sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (x Partaker, err error) {
		return x, r.Scan(&x.OrganisationID, &x.Organisation.ZH, &x.Organisation.EN)
	})
	if err != nil || len(page.Items) == 0 {
		return page, err
	}
	return page, s.fill(ctx, p, page.Items, now)
}

// fill puts days and figures to rows.
func (s store) fill(ctx context.Context, p Period, list []Partaker, now time.Time) error {
	at, days, ids, args := map[string]int{}, map[string]int{}, make([]string, len(list)), []any{p.ID}
	for i, day := range p.days() {
		days[day] = i
	}
	for i, x := range list {
		at[x.OrganisationID], ids[i], args = i, x.OrganisationID, append(args, x.OrganisationID)
		list[i].Cells = make([]Cell, len(days))
		for c := range list[i].Cells {
			list[i].Cells[c].Standing = p.unasked()
		}
	}
	figures, err := figuresBy(ctx, s.db, "organisation_id", p.ID, now, ids)
	if err != nil {
		return err
	}
	rows, err := s.db.Query(ctx, `SELECT `+dutyColumns+` FROM `+dutyTables+` WHERE d.period_id = $1 AND d.organisation_id IN (`+sqldb.Marks(2, len(ids))+`)`, args...)
	if err != nil {
		return fmt.Errorf("read days of a period: %w", err)
	}
	duties, err := sqldb.All(rows, scanDuty(now))
	for _, d := range duties {
		list[at[d.OrganisationID]].Cells[days[d.Day]] = Cell{d.Standing, d.Late, d.ID}
	}
	for i, x := range list {
		list[i].Figures = figures[x.OrganisationID]
	}
	return err
}

// unasked is how a day stands that nobody was asked for.
func (p Period) unasked() Standing {
	if p.EndedAt != nil {
		return Cancelled
	}
	return NotYet
}
