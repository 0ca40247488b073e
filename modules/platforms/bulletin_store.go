package platforms

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// bulletinStore keeps monitoring reports, and when they are made by themselves.
type bulletinStore struct{ db *sqldb.DB }

const (
	bulletinColumns = `b.id, b.kind, b.period, b.from_at, b.until_at, b.subject, COALESCE(p.name_zh, ''), COALESCE(p.name_en, ''), COALESCE(p.code, ''), COALESCE(p.organisation_id, ''),
	b.number, b.state, b.problem, b.reason, b.changes, b.job_id, b.actor, b.name, b.asked_at, b.made_at, b.synthetic, b.digest, b.files, b.key_id, b.suite, b.public, b.signature,
	b.releaser_name, b.released_at, b.version`
	bulletinFrom = `bulletin b LEFT JOIN platform p ON p.id = b.platform_id`
)

func scanBulletin(r sqldb.Row) (b Bulletin, err error) {
	var from, until, asked, made, released int64
	var files string
	err = r.Scan(&b.ID, &b.Kind, &b.Period, &from, &until, &b.PlatformID, &b.Platform.ZH, &b.Platform.EN, &b.code, &b.organisation,
		&b.Number, &b.State, &b.Problem, &b.Reason, &b.Changes, &b.jobID, &b.actor, &b.By, &asked, &made, &b.Synthetic, &b.Digest, &files, &b.Key, &b.Suite, &b.Public, &b.Signature,
		&b.ReleasedBy, &released, &b.Version)
	if err != nil {
		return b, err
	}
	b.from, b.until, b.AskedAt = time.UnixMilli(from).In(cityTime()), time.UnixMilli(until).In(cityTime()), sqldb.Time(asked)
	for at, ms := range map[**time.Time]int64{&b.MadeAt: made, &b.ReleasedAt: released} {
		if ms > 0 {
			t := sqldb.Time(ms)
			*at = &t
		}
	}
	if err := json.Unmarshal([]byte(files), &b.Files); err != nil {
		return b, fmt.Errorf("read files of report %s: %w", b.ID, err)
	}
	return b, nil
}

type bulletinParams struct {
	sqldb.ListParams
	Kind     string `query:"kind" enum:"month,quarter"`
	State    string `query:"state" enum:"making,failed,draft,released"`
	Period   string `query:"period" maxLength:"7"`
	Platform string `query:"platform" maxLength:"26"`
	City     bool   `query:"city" doc:"Those of the whole city only"`
}

// list lists reports: all of them to who sees the whole city, to others the released
// ones of their platforms.
func (s bulletinStore) list(ctx context.Context, in bulletinParams) (sqldb.Page[Bulletin], error) {
	l := sqldb.List{
		Select: bulletinColumns, From: bulletinFrom, Key: "b.id", Order: "-asked_at",
		Sort: map[string]string{
			"period": "b.until_at", "kind": "b.kind", "platform": "COALESCE(p.name_zh, '')", "number": "b.number", "state": "b.state", "asked_at": "b.asked_at", "made_at": "b.made_at", "released_at": "b.released_at",
		},
		Search: []string{"p.name_zh", "p.name_en", "p.code", "b.period"},
	}
	l.WhereIf("b.kind = ?", in.Kind).WhereIf("b.state = ?", in.State).WhereIf("b.period = ?", in.Period).WhereIf("b.subject = ?", in.Platform)
	if in.City {
		l.Where("b.subject = ''")
	}
	if scope := identity.From(ctx).Scope; !scope.All {
		l.Where("b.state = ?", string(bulletinReleased))
		scope.Filter(&l, "p.organisation_id")
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanBulletin)
}

// read returns a report that the caller may see.
func (s bulletinStore) read(ctx context.Context, id string) (Bulletin, error) {
	b, err := s.get(ctx, s.db, id)
	if err != nil {
		return b, err
	}
	scope := identity.From(ctx).Scope
	if !scope.All && (b.State != bulletinReleased || b.organisation == "" || !scope.Allows(b.organisation)) {
		return Bulletin{}, noBulletin()
	}
	return b, nil
}

func (s bulletinStore) get(ctx context.Context, db rowReader, id string) (Bulletin, error) {
	return oneBulletin(db.QueryRow(ctx, `SELECT `+bulletinColumns+` FROM `+bulletinFrom+` WHERE b.id = $1`, id))
}

func oneBulletin(row sqldb.Row) (Bulletin, error) {
	b, err := scanBulletin(row)
	if errors.Is(err, sql.ErrNoRows) {
		return b, noBulletin()
	}
	if err != nil {
		return b, fmt.Errorf("read report: %w", err)
	}
	return b, nil
}

// numbered returns a version of a report; its number is 0 where there is none.
func (s bulletinStore) numbered(ctx context.Context, b Bulletin, number int64) (Bulletin, error) {
	v, err := oneBulletin(s.db.QueryRow(ctx, `SELECT `+bulletinColumns+` FROM `+bulletinFrom+` WHERE b.subject = $1 AND b.kind = $2 AND b.period = $3 AND b.number = $4`, b.PlatformID, string(b.Kind), b.Period, number))
	if fault.Is(err, fault.NotFound) {
		return Bulletin{}, nil
	}
	return v, err
}

// newest returns the last version of a report; its number is 0 where there is none.
func (s bulletinStore) newest(ctx context.Context, b Bulletin) (Bulletin, error) {
	var number int64
	err := s.db.QueryRow(ctx, `SELECT COALESCE(MAX(number), 0) FROM bulletin WHERE subject = $1 AND kind = $2 AND period = $3`, b.PlatformID, string(b.Kind), b.Period).Scan(&number)
	if err != nil {
		return Bulletin{}, fmt.Errorf("count versions: %w", err)
	}
	if number == 0 {
		return Bulletin{}, nil
	}
	return s.numbered(ctx, b, number)
}

// versions returns the versions of a report, the newest first.
func (s bulletinStore) versions(ctx context.Context, b Bulletin) ([]Bulletin, error) {
	rows, err := s.db.Query(ctx, `SELECT `+bulletinColumns+` FROM `+bulletinFrom+` WHERE b.subject = $1 AND b.kind = $2 AND b.period = $3 AND b.number > 0 ORDER BY b.number DESC LIMIT 100`, b.PlatformID, string(b.Kind), b.Period)
	if err != nil {
		return nil, fmt.Errorf("read versions: %w", err)
	}
	return sqldb.All(rows, scanBulletin)
}

// order asks for a version, in place of an earlier try that failed.
func (s bulletinStore) order(ctx context.Context, b Bulletin, desk *jobs.Room) (Bulletin, error) {
	platform := sql.NullString{String: b.PlatformID, Valid: b.PlatformID != ""}
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM bulletin WHERE subject = $1 AND kind = $2 AND period = $3 AND state = 'failed'`, b.PlatformID, string(b.Kind), b.Period); err != nil {
			return fmt.Errorf("forget what failed: %w", err)
		}
		job, err := desk.StartTx(ctx, tx, jobs.Order{Kind: jobBulletin, Input: bulletinInput{b.ID}})
		if err != nil {
			return err
		}
		b.jobID = job
		_, err = tx.Exec(ctx, `INSERT INTO bulletin (id, kind, period, from_at, until_at, subject, platform_id, state, reason, job_id, actor, name, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			b.ID, string(b.Kind), b.Period, b.from.UnixMilli(), b.until.UnixMilli(), b.PlatformID, platform, string(b.State), b.Reason, job, b.actor, b.By, b.AskedAt.UnixMilli())
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "platforms.bulletin.making", "this report is being made already")
		}
		if err != nil {
			return fmt.Errorf("insert report: %w", err)
		}
		tx.Changed("bulletin", b.ID, nil, b)
		return nil
	})
	return b, err
}

// finish keeps a version that was made, and tells of it; done is false when it was
// cancelled meanwhile.
func (s bulletinStore) finish(ctx context.Context, b Bulletin, sender *notice.Sender, tell notice.Notice) (done bool, err error) {
	files, err := json.Marshal(b.Files)
	if err != nil {
		return false, fmt.Errorf("write files: %w", err)
	}
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE bulletin SET number = $1, state = $2, changes = $3, made_at = $4, synthetic = $5, digest = $6, files = $7, key_id = $8, suite = $9, public = $10, signature = $11, version = version + 1
			WHERE id = $12 AND state = 'making'`,
			b.Number, string(b.State), int64(b.Changes), b.MadeAt.UnixMilli(), b.Synthetic, b.Digest, string(files), b.Key, b.Suite, b.Public, b.Signature, b.ID)
		if err != nil {
			return fmt.Errorf("keep report: %w", err)
		}
		if done = n > 0; !done {
			return nil
		}
		tx.Changed("bulletin", b.ID, Bulletin{ID: b.ID, State: bulletinMaking}, b)
		return sender.Send(ctx, tx, tell)
	})
	return done, err
}

// fail ends what is being made.
func (s bulletinStore) fail(ctx context.Context, id, problem string) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE bulletin SET state = 'failed', problem = $1, version = version + 1 WHERE id = $2 AND state = 'making'`, problem, id)
		if err != nil {
			return fmt.Errorf("end report: %w", err)
		}
		if n > 0 {
			tx.Changed("bulletin", id, Bulletin{ID: id, State: bulletinMaking}, Bulletin{ID: id, State: bulletinFailed, Problem: problem})
		}
		return nil
	})
}

// making returns what is being made, a bounded number.
func (s bulletinStore) making(ctx context.Context) ([]Bulletin, error) {
	rows, err := s.db.Query(ctx, `SELECT `+bulletinColumns+` FROM `+bulletinFrom+` WHERE b.state = 'making' ORDER BY b.asked_at LIMIT 2000`)
	if err != nil {
		return nil, fmt.Errorf("read reports that are being made: %w", err)
	}
	return sqldb.All(rows, scanBulletin)
}

// release keeps that a report was released, and tells of it.
func (s bulletinStore) release(ctx context.Context, before, after Bulletin, version int64, releaser string, sender *notice.Sender, tell []notice.Notice) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE bulletin SET state = $1, releaser = $2, releaser_name = $3, released_at = $4, version = version + 1 WHERE id = $5 AND version = $6`,
			string(after.State), releaser, after.ReleasedBy, after.ReleasedAt.UnixMilli(), after.ID, version)
		if err != nil {
			return fmt.Errorf("release report: %w", err)
		}
		if n == 0 {
			return staleBulletin()
		}
		tx.Changed("bulletin", after.ID, before, after)
		return sender.Send(ctx, tx, tell...)
	})
}

func staleBulletin() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

// unmade returns of which platforms, and of the city as "", no report of a period was
// made or asked for that had one due: the ledger took something of them in the period
// or until the report was due.
func (s bulletinStore) unmade(ctx context.Context, x reportPeriod, due time.Time, platforms bool) (subjects []string, err error) {
	const (
		reported = `EXISTS (SELECT 1 FROM submission s WHERE s.platform_id = p.id AND s.received_at >= $1 AND s.received_at < $2 AND s.accepted > 0)`
		none     = `NOT EXISTS (SELECT 1 FROM bulletin b WHERE b.subject = %s AND b.kind = $3 AND b.period = $4 AND (b.state <> 'failed' OR b.problem = 'platforms.bulletin.cancelled'))`
	)
	query := `SELECT DISTINCT '' FROM platform p WHERE ` + reported + ` AND ` + fmt.Sprintf(none, "''")
	if platforms {
		query += ` UNION SELECT p.id FROM platform p WHERE ` + watched + ` AND ` + reported + ` AND ` + fmt.Sprintf(none, "p.id")
	}
	rows, err := s.db.Query(ctx, query+` ORDER BY 1 LIMIT 500`, x.from.UnixMilli(), due.UnixMilli(), string(x.kind), x.String())
	if err != nil {
		return nil, fmt.Errorf("find reports that are due: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
}

// outdated returns of which platforms (of the city as "") figures of a period came in
// after the last version of its report was made.
func (s bulletinStore) outdated(ctx context.Context, x reportPeriod) (subjects []string, err error) {
	const later = `EXISTS (SELECT 1 FROM fact f WHERE f.platform_id = %s AND f.dims = '' AND f.period_at >= $1 AND f.period_at < $2 AND f.known_at > b.made_at)`
	rows, err := s.db.Query(ctx, `SELECT b.subject FROM bulletin b WHERE b.kind = $3 AND b.period = $4 AND b.number > 0
		AND NOT EXISTS (SELECT 1 FROM bulletin c WHERE c.subject = b.subject AND c.kind = b.kind AND c.period = b.period AND (c.number > b.number OR c.state = 'making'))
		AND (b.subject <> '' AND `+fmt.Sprintf(later, "b.subject")+` OR b.subject = '' AND EXISTS (SELECT 1 FROM platform p WHERE `+fmt.Sprintf(later, "p.id")+`)) ORDER BY b.subject LIMIT 500`,
		x.from.UnixMilli(), x.until.UnixMilli(), string(x.kind), x.String())
	if err != nil {
		return nil, fmt.Errorf("find reports whose figures were corrected: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
}

// plans are when reports are made by themselves.
func (s bulletinStore) plans(ctx context.Context) ([]BulletinPlan, error) {
	rows, err := s.db.Query(ctx, `SELECT kind, enabled, days, platforms, version FROM bulletin_plan ORDER BY kind`)
	if err != nil {
		return nil, fmt.Errorf("read plan of reports: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (p BulletinPlan, err error) {
		return p, r.Scan(&p.Kind, &p.Enabled, &p.Days, &p.Platforms, &p.Version)
	})
}

func (s bulletinStore) setPlan(ctx context.Context, p BulletinPlan, version int64) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var before BulletinPlan
		if err := tx.QueryRow(ctx, `SELECT kind, enabled, days, platforms, version FROM bulletin_plan WHERE kind = $1`, string(p.Kind)).Scan(&before.Kind, &before.Enabled, &before.Days, &before.Platforms, &before.Version); err != nil {
			return fmt.Errorf("read plan of reports: %w", err)
		}
		n, err := tx.Exec(ctx, `UPDATE bulletin_plan SET enabled = $1, days = $2, platforms = $3, version = version + 1 WHERE kind = $4 AND version = $5`, p.Enabled, int64(p.Days), p.Platforms, string(p.Kind), version)
		if err != nil {
			return fmt.Errorf("change plan of reports: %w", err)
		}
		if n == 0 {
			return staleBulletin()
		}
		tx.Changed("bulletin_plan", string(p.Kind), before, p)
		return nil
	})
}

// newBulletin is a report that is to be made.
func newBulletin(x reportPeriod, subject, reason, actor, name string, now time.Time) Bulletin {
	return Bulletin{
		ID: ulid.Make().String(), Kind: x.kind, Period: x.String(), PlatformID: subject, State: bulletinMaking, Reason: reason, By: name, AskedAt: now.UTC(), Files: []bulletinFile{}, Version: 1,
		from: x.from, until: x.until, actor: actor,
	}
}

// span is the period of the report.
func (b *Bulletin) span() reportPeriod { return reportPeriod{b.Kind, b.from, b.until} }

// bulletinPersonal names who asked for a report and who released it.
func bulletinPersonal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "bulletin", Person: "actor", Columns: []string{"name"}, Show: []string{"kind", "period", "number", "asked_at"}},
		{Table: "bulletin", Person: "releaser", Columns: []string{"releaser_name"}, Show: []string{"kind", "period", "number", "released_at"}},
	}
}
