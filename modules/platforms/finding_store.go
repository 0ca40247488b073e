package platforms

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/check"
)

// findingStore keeps findings, what was done about them, and grades by day.
type findingStore struct{ db *sqldb.DB }

const (
	doubtColumns = `f.id, f.platform_id, p.name_zh, p.name_en, p.organisation_id, p.operator_zh, p.operator_en, f.kind, f.code, f.other, f.about, f.from_at, f.until_at,
		f.severity, f.state, f.evidence, f.found_at, f.changed_at, f.version`
	doubtTables = `finding f JOIN platform p ON p.id = f.platform_id`
)

func scanDoubt(r sqldb.Row) (d Doubt, err error) {
	var from, until, found, changed int64
	err = r.Scan(&d.ID, &d.PlatformID, &d.Platform.ZH, &d.Platform.EN, &d.Operator.ID, &d.Operator.Name.ZH, &d.Operator.Name.EN, &d.Kind, &d.Code, &d.Other, &d.about, &from, &until,
		&d.Severity, &d.State, &d.evidence, &found, &changed, &d.Version)
	d.From, d.Until, d.FoundAt, d.ChangedAt = sqldb.Time(from), sqldb.Time(until), sqldb.Time(found), sqldb.Time(changed)
	return d, err
}

type doubtParams struct {
	sqldb.ListParams
	Platform string `query:"platform" maxLength:"26"`
	Kind     string `query:"kind" enum:"missing,late,negative,reset,unit,jump,frozen,digits,smooth,drift,duplicate,clock,flood,identity,copy,relation,served,frame"`
	Severity string `query:"severity" enum:"high,medium,low"`
	State    string `query:"state" enum:"open,explained,corrected,accepted"`
	Code     string `query:"code" maxLength:"60"`
}

// list returns findings of the platforms within the caller's scope.
func (s findingStore) list(ctx context.Context, in doubtParams) (sqldb.Page[Doubt], error) {
	l := sqldb.List{
		Select: doubtColumns, From: doubtTables, Key: "f.id", Order: "-found_at",
		Sort: map[string]string{
			"found_at": "f.found_at", "changed_at": "f.changed_at", "from": "f.from_at", "severity": "f.weight", "kind": "f.kind", "state": "f.state", "platform": "p.name_zh", "code": "f.code",
		},
		Search: []string{"p.name_zh", "p.name_en", "p.code", "f.code"},
	}
	l.WhereIf("f.platform_id = ?", in.Platform).WhereIf("f.kind = ?", in.Kind).WhereIf("f.severity = ?", in.Severity).WhereIf("f.state = ?", in.State).WhereIf("f.code = ?", in.Code)
	identity.From(ctx).Scope.Filter(&l, "p.organisation_id")
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanDoubt)
}

// read returns a finding of a platform within the caller's scope.
func (s findingStore) read(ctx context.Context, id string) (Doubt, error) {
	d, err := scanDoubt(s.db.QueryRow(ctx, `SELECT `+doubtColumns+` FROM `+doubtTables+` WHERE f.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.New(fault.NotFound, "kernel.not_found", "there is no such finding, or it is not yours to see")
	}
	if err != nil {
		return d, fmt.Errorf("read finding: %w", err)
	}
	return d, identity.From(ctx).Scope.Check(d.Operator.ID)
}

// of returns all findings of a platform.
func (s findingStore) of(ctx context.Context, platformID string) ([]Doubt, error) {
	rows, err := s.db.Query(ctx, `SELECT `+doubtColumns+` FROM `+doubtTables+` WHERE f.platform_id = $1`, platformID)
	if err != nil {
		return nil, fmt.Errorf("read findings: %w", err)
	}
	return sqldb.All(rows, scanDoubt)
}

// step is what somebody did about a finding; the checks have no name.
type step struct {
	At     time.Time    `json:"at"`
	Name   string       `json:"name" doc:"Empty: the checks"`
	State  findingState `json:"state" enum:"open,explained,corrected,accepted"`
	Reason string       `json:"reason"`
}

func (s findingStore) steps(ctx context.Context, id string) ([]step, error) {
	rows, err := s.db.Query(ctx, `SELECT at, name, state, reason FROM finding_step WHERE finding_id = $1 ORDER BY number`, id)
	if err != nil {
		return nil, fmt.Errorf("read what was done about a finding: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (step, error) {
		var x step
		var at int64
		err := r.Scan(&at, &x.Name, &x.State, &x.Reason)
		x.At = sqldb.Time(at)
		return x, err
	})
}

func addStep(ctx context.Context, tx *sqldb.Tx, d Doubt, actor, name, reason string) error {
	_, err := tx.Exec(ctx, `INSERT INTO finding_step (finding_id, number, at, actor, name, state, reason)
		SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6 FROM finding_step WHERE finding_id = $7`,
		d.ID, d.ChangedAt.UnixMilli(), actor, name, string(d.State), reason, d.ID)
	if err != nil {
		return fmt.Errorf("note a step of a finding: %w", err)
	}
	return nil
}

// change lets a person take a finding to another state.
func (s findingStore) change(ctx context.Context, before Doubt, version int64, reason string, decide func(Doubt) (Doubt, error)) (Doubt, error) {
	after, err := decide(before)
	if err != nil {
		return before, err
	}
	id := identity.From(ctx)
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE finding SET state = $1, changed_at = $2, version = version + 1 WHERE id = $3 AND version = $4`,
			string(after.State), after.ChangedAt.UnixMilli(), before.ID, version)
		if err != nil {
			return fmt.Errorf("change finding: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this finding meanwhile; read it again")
		}
		after.Version = version + 1
		tx.Changed("finding", before.ID, before, after)
		return addStep(ctx, tx, after, id.Actor(), id.Name, reason)
	})
	return after, err
}

// apply writes down what the checks found of a platform, its grade of the day,
// and who is to be told, at once.
func (s findingStore) apply(ctx context.Context, p platform, t turn, q Quality, reports float64, sender *notice.Sender, tell func([]Doubt) []notice.Notice) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		told, err := s.begin(ctx, tx, t.begin)
		if err != nil {
			return err
		}
		for _, d := range slices.Concat(t.again, t.renew, t.mend) {
			if err := s.renew(ctx, tx, d); err != nil {
				return err
			}
		}
		if err := s.noteDay(ctx, tx, p.ID, q, reports); err != nil {
			return err
		}
		return sender.Send(ctx, tx, tell(append(told, t.again...))...)
	})
}

// begin opens findings and returns those that were not there.
func (s findingStore) begin(ctx context.Context, tx *sqldb.Tx, list []Doubt) (begun []Doubt, err error) {
	for _, d := range list {
		d.ID = ulid.Make().String()
		n, err := tx.Exec(ctx, `INSERT INTO finding (id, platform_id, kind, code, other, about, from_at, until_at, severity, weight, state, evidence, found_at, changed_at, version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1) ON CONFLICT (platform_id, kind, code, other, about) DO NOTHING`,
			d.ID, d.PlatformID, string(d.Kind), d.Code, d.Other, d.about, d.From.UnixMilli(), d.Until.UnixMilli(), string(d.Severity), int64(cost(d.Severity)), string(d.State), d.evidence,
			d.FoundAt.UnixMilli(), d.ChangedAt.UnixMilli())
		if err != nil {
			return nil, fmt.Errorf("open finding: %w", err)
		}
		if n == 0 {
			continue // another replica was here
		}
		if err := addStep(ctx, tx, d, "", "", ""); err != nil {
			return nil, err
		}
		begun = append(begun, d)
	}
	return begun, nil
}

// renew stores a finding as the checks see it now, unless a person has just
// changed it; the next run looks again.
func (s findingStore) renew(ctx context.Context, tx *sqldb.Tx, d Doubt) error {
	var before findingState
	err := tx.QueryRow(ctx, `SELECT state FROM finding WHERE id = $1 AND version = $2`, d.ID, d.kept).Scan(&before)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read finding: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE finding SET from_at = $1, until_at = $2, severity = $3, weight = $4, state = $5, evidence = $6, found_at = $7, changed_at = $8, version = $9 WHERE id = $10`,
		d.From.UnixMilli(), d.Until.UnixMilli(), string(d.Severity), int64(cost(d.Severity)), string(d.State), d.evidence, d.FoundAt.UnixMilli(), d.ChangedAt.UnixMilli(), d.Version, d.ID)
	if err != nil {
		return fmt.Errorf("renew finding: %w", err)
	}
	if before == d.State {
		return nil
	}
	return addStep(ctx, tx, d, "", "", "")
}

func (s findingStore) noteDay(ctx context.Context, tx *sqldb.Tx, platformID string, q Quality, reports float64) error {
	_, err := tx.Exec(ctx, `INSERT INTO quality_day (platform_id, day, definition, due, received, on_time, reports, score, grade, computed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (platform_id, day) DO UPDATE SET definition = excluded.definition, due = excluded.due, received = excluded.received, on_time = excluded.on_time, reports = excluded.reports,
			score = excluded.score, grade = excluded.grade, computed_at = excluded.computed_at`,
		platformID, daily.start(q.At).UnixMilli(), int64(q.Definition), int64(q.Due), int64(q.Received), int64(q.OnTime), int64(reports), q.Score, q.Grade, q.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("note the quality of a day: %w", err)
	}
	return nil
}

// qualityDay is a platform's quality as it was computed on a day.
type qualityDay struct {
	Day        time.Time `json:"day"`
	Definition int       `json:"definition"`
	Score      float64   `json:"score"`
	Grade      string    `json:"grade" enum:"A,B,C,D,none"`

	counted    check.Punctuality
	reports    float64
	computedAt time.Time
}

// days returns the grades of a platform's days since a time, oldest first.
func (s findingStore) days(ctx context.Context, platformID string, since time.Time) ([]qualityDay, error) {
	rows, err := s.db.Query(ctx, `SELECT day, definition, score, grade, due, received, on_time, reports, computed_at FROM quality_day WHERE platform_id = $1 AND day >= $2 ORDER BY day`, platformID, since.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read the quality of days: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (qualityDay, error) {
		var x qualityDay
		var day, computed int64
		err := r.Scan(&day, &x.Definition, &x.Score, &x.Grade, &x.counted.Due, &x.counted.Received, &x.counted.OnTime, &x.reports, &computed)
		x.Day, x.computedAt = sqldb.Time(day), sqldb.Time(computed)
		return x, err
	})
}

// watchedPlatforms are those whose figures are judged: in trial or in service.
func (s findingStore) watchedPlatforms(ctx context.Context) ([]platform, error) {
	rows, err := s.db.Query(ctx, `SELECT `+platformColumns+` FROM platform p WHERE `+watched+` ORDER BY p.id`)
	if err != nil {
		return nil, fmt.Errorf("read platforms to judge: %w", err)
	}
	return sqldb.All(rows, scanPlatform)
}

// points returns the periods of a total since a time, each in its newest revision.
func (s findingStore) points(ctx context.Context, platformID, code string, since time.Time) (points []check.Point, changed []time.Time, err error) {
	rows, err := s.db.Query(ctx, `SELECT period_at, value, known_at, method FROM fact WHERE platform_id = $1 AND code = $2 AND dims = '' AND period_at >= $3 ORDER BY period_at, revision`, platformID, code, since.UnixMilli())
	if err != nil {
		return nil, nil, fmt.Errorf("read the facts of %s: %w", code, err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var at, known int64
		var value float64
		var method string
		if err := r.Scan(&at, &value, &known, &method); err != nil {
			return struct{}{}, err
		}
		period := time.UnixMilli(at).In(cityTime())
		if n := len(points); n > 0 && points[n-1].At.Equal(period) {
			points[n-1].Value, changed[n-1] = value, sqldb.Time(known)
			return struct{}{}, nil
		}
		points = append(points, check.Point{At: period, Value: value, First: sqldb.Time(known), ByHand: method == channelCSV})
		changed = append(changed, sqldb.Time(known))
		return struct{}{}, nil
	})
	return points, changed, err
}

// reports counts what a platform sent since a time.
func (s findingStore) reports(ctx context.Context, platformID string, since time.Time) (n float64, err error) {
	if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM submission WHERE platform_id = $1 AND received_at >= $2`, platformID, since.UnixMilli()).Scan(&n); err != nil {
		return 0, fmt.Errorf("count reports: %w", err)
	}
	return n, nil
}

// negatives returns values below zero that the gate refused since a time.
func (s findingStore) negatives(ctx context.Context, platformID string, since time.Time) ([]check.Refusal, error) {
	rows, err := s.db.Query(ctx, `SELECT received_at, findings FROM submission WHERE platform_id = $1 AND received_at >= $2 AND rejected > 0 ORDER BY received_at LIMIT 1000`, platformID, since.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read refused values: %w", err)
	}
	var list []check.Refusal
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var at int64
		var text string
		if err := r.Scan(&at, &text); err != nil {
			return struct{}{}, err
		}
		var findings []finding
		if err := json.Unmarshal([]byte(text), &findings); err != nil {
			return struct{}{}, err
		}
		for _, f := range findings {
			if f.Key != "platforms.item.negative" {
				continue
			}
			x := check.Refusal{At: time.UnixMilli(at).In(cityTime()), Code: f.Code}
			value, _, _ := strings.Cut(strings.TrimPrefix(f.Message, "the value "), " ")
			if v, err := strconv.ParseFloat(value, 64); err == nil {
				x.Value = v
			}
			list = append(list, x)
		}
		return struct{}{}, nil
	})
	return list, err
}

// findingPersonal names who explained and decided.
func findingPersonal() []sqldb.Personal {
	return []sqldb.Personal{{Table: "finding_step", Person: "actor", Columns: []string{"name"}, Show: []string{"finding_id", "at", "state", "reason"}}}
}
