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
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/alert"
)

// alertStore keeps alerts and what was done about them.
type alertStore struct {
	db      *sqldb.DB
	remarks *module.Remarks
}

const (
	alertColumns = `a.id, a.rule_id, r.code, r.name_zh, r.name_en, r.kind, r.organisation_id, COALESCE(a.platform_id, ''), COALESCE(p.name_zh, ''), COALESCE(p.name_en, ''),
		COALESCE(p.organisation_id, ''), COALESCE(p.operator_zh, ''), COALESCE(p.operator_en, ''), a.fingerprint, a.labels, a.severity, a.state, a.summary_zh, a.summary_en, a.value,
		a.since, a.fired_at, a.seen_at, a.ended_at, a.settled, a.quiet, a.claimed_by, a.claimed_name, a.claimed_at, a.version`
	alertTables = `alert a JOIN alert_rule r ON r.id = a.rule_id LEFT JOIN platform p ON p.id = a.platform_id`
)

func scanAlert(row sqldb.Row) (a Alert, err error) {
	var labels string
	var since, fired, seen, ended, claimed int64
	i := &a.instance
	err = row.Scan(&a.ID, &a.RuleID, &a.Code, &a.Rule.ZH, &a.Rule.EN, &a.Kind, &a.office, &a.PlatformID, &a.Platform.ZH, &a.Platform.EN,
		&a.Operator.ID, &a.Operator.Name.ZH, &a.Operator.Name.EN, &i.Fingerprint, &labels, &a.Severity, &a.State, &a.Summary.ZH, &a.Summary.EN, &a.Value,
		&since, &fired, &seen, &ended, &a.settled, &a.Quiet, &a.claimedBy, &a.Claimed, &claimed, &a.Version)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal([]byte(labels), &a.Labels); err != nil {
		return a, fmt.Errorf("read the labels of alert %s: %w", a.ID, err)
	}
	a.Since, a.FiredAt, a.EndedAt, a.ClaimedAt = sqldb.Time(since), sometime(fired), sometime(ended), sometime(claimed)
	i.ID, i.Labels, i.State, i.Value, i.Since, i.FiredAt, i.SeenAt, i.EndedAt = a.ID, a.Labels, a.State, a.Value, a.Since, sqldb.Time(fired), sqldb.Time(seen), sqldb.Time(ended)
	return a, nil
}

// sometime reads 0 as never.
func sometime(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	at := sqldb.Time(ms)
	return &at
}

type alertParams struct {
	sqldb.ListParams
	Platform string `query:"platform" maxLength:"26"`
	Rule     string `query:"rule" maxLength:"26"`
	Severity string `query:"severity" enum:"critical,warning,info"`
	State    string `query:"state" enum:"pending,firing,resolved,closed"`
	Claimed  string `query:"claimed" enum:"true,false"`
}

// list returns the alerts of platforms within the caller's scope; those of no
// platform are for who sees the whole city.
func (s alertStore) list(ctx context.Context, in alertParams) (sqldb.Page[Alert], error) {
	l := sqldb.List{
		Select: alertColumns, From: alertTables, Key: "a.id", Order: "-since",
		Sort: map[string]string{
			"since": "a.since", "fired_at": "a.fired_at", "ended_at": "a.ended_at", "severity": "a.weight", "state": "a.state", "rule": "r.code",
			"platform": "COALESCE(p.name_zh, '')", "value": "a.value",
		},
		Search: []string{"a.summary_zh", "a.summary_en", "r.code", "r.name_zh", "r.name_en", "COALESCE(p.code, '')", "COALESCE(p.name_zh, '')", "COALESCE(p.name_en, '')"},
	}
	l.WhereIf("a.platform_id = ?", in.Platform).WhereIf("a.rule_id = ?", in.Rule).WhereIf("a.severity = ?", in.Severity).WhereIf("a.state = ?", in.State)
	switch in.Claimed {
	case "true":
		l.Where("a.claimed_by <> ''")
	case "false":
		l.Where("a.claimed_by = ''")
	}
	identity.From(ctx).Scope.Filter(&l, "COALESCE(p.organisation_id, '')")
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanAlert)
}

// standing returns what is pending or fires of the platforms within the caller's
// scope, at most a few thousand.
func (s alertStore) standing(ctx context.Context) ([]Alert, error) {
	const most = 5000
	l := sqldb.List{Select: alertColumns, From: alertTables, Key: "a.id", Order: "since", Sort: map[string]string{"since": "a.since"}}
	l.Where("a.ended_at = 0 AND a.state IN ('firing', 'pending')")
	identity.From(ctx).Scope.Filter(&l, "COALESCE(p.organisation_id, '')")
	var list []Alert
	for p := (sqldb.ListParams{Limit: 500}); len(list) < most; {
		page, err := sqldb.Fetch(ctx, s.db, l, p, scanAlert)
		if err != nil {
			return nil, err
		}
		list = append(list, page.Items...)
		if p.Cursor = page.NextCursor; p.Cursor == "" {
			break
		}
	}
	return list, nil
}

// alertCounts is how many alerts fire.
type alertCounts struct {
	Critical  int `json:"critical"`
	Warning   int `json:"warning"`
	Info      int `json:"info"`
	Unclaimed int `json:"unclaimed"`
	Quiet     int `json:"quiet" doc:"Silenced or inhibited"`
	Pending   int `json:"pending"`
}

// counts adds up what fires of the platforms within the caller's scope.
func (s alertStore) counts(ctx context.Context) (c alertCounts, err error) {
	l := sqldb.List{
		Select: "x.severity, x.state, x.claimed, x.quiet, x.number", Key: "x.id", Order: "id", Sort: map[string]string{"id": "x.id"},
		From: `(SELECT MIN(a.id) AS id, COALESCE(p.organisation_id, '') AS organisation_id, a.severity, a.state, a.claimed_by <> '' AS claimed, a.quiet <> '' AS quiet, COUNT(*) AS number
			FROM ` + alertTables + ` WHERE a.ended_at = 0 AND a.state IN ('firing', 'pending')
			GROUP BY COALESCE(p.organisation_id, ''), a.severity, a.state, a.claimed_by <> '', a.quiet <> '') x`,
	}
	identity.From(ctx).Scope.Filter(&l, "x.organisation_id")
	for p := (sqldb.ListParams{Limit: 500}); ; {
		page, err := sqldb.Fetch(ctx, s.db, l, p, func(r sqldb.Row) (struct{}, error) {
			var severity, state string
			var claimed, quiet bool
			var n int
			if err := r.Scan(&severity, &state, &claimed, &quiet, &n); err != nil {
				return struct{}{}, err
			}
			c.add(alert.Severity(severity), alert.State(state), claimed, quiet, n)
			return struct{}{}, nil
		})
		if p.Cursor = page.NextCursor; err != nil || p.Cursor == "" {
			return c, err
		}
	}
}

func (c *alertCounts) add(severity alert.Severity, state alert.State, claimed, quiet bool, n int) {
	if state == alert.Pending {
		c.Pending += n
		return
	}
	switch severity {
	case alert.Critical:
		c.Critical += n
	case alert.Warning:
		c.Warning += n
	default:
		c.Info += n
	}
	if !claimed {
		c.Unclaimed += n
	}
	if quiet {
		c.Quiet += n
	}
}

// read returns an alert that the caller may see.
func (s alertStore) read(ctx context.Context, id string) (Alert, error) {
	a, err := s.get(ctx, s.db, id)
	if err != nil {
		return a, err
	}
	return a, identity.From(ctx).Scope.Check(a.Operator.ID)
}

func (s alertStore) get(ctx context.Context, db rowReader, id string) (Alert, error) {
	a, err := scanAlert(db.QueryRow(ctx, `SELECT `+alertColumns+` FROM `+alertTables+` WHERE a.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return a, fault.New(fault.NotFound, "kernel.not_found", "there is no such alert, or it is not yours to see")
	}
	if err != nil {
		return a, fmt.Errorf("read alert: %w", err)
	}
	return a, nil
}

// alertStep is what became of an alert; the evaluation has no name.
type alertStep struct {
	At     time.Time `json:"at"`
	Name   string    `json:"name" doc:"Empty: the evaluation"`
	Did    string    `json:"did" enum:"fired,resolved,rule,claimed,released,closed"`
	Reason string    `json:"reason"`

	actor string
}

func addAlertStep(ctx context.Context, tx *sqldb.Tx, id string, x alertStep) error {
	_, err := tx.Exec(ctx, `INSERT INTO alert_step (alert_id, number, at, actor, name, did, reason)
		SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6 FROM alert_step WHERE alert_id = $7`,
		id, x.At.UnixMilli(), x.actor, x.Name, x.Did, x.Reason, id)
	if err != nil {
		return fmt.Errorf("note what became of an alert: %w", err)
	}
	return nil
}

func (s alertStore) steps(ctx context.Context, id string) ([]alertStep, error) {
	rows, err := s.db.Query(ctx, `SELECT at, name, did, reason FROM alert_step WHERE alert_id = $1 ORDER BY number`, id)
	if err != nil {
		return nil, fmt.Errorf("read what became of an alert: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x alertStep, err error) {
		var at int64
		err = r.Scan(&at, &x.Name, &x.Did, &x.Reason)
		x.At = sqldb.Time(at)
		return x, err
	})
}

// change lets a person do something about an alert.
func (s alertStore) change(ctx context.Context, id string, version int64, x alertStep, decide func(Alert) (Alert, error)) (after Alert, err error) {
	if _, err := s.read(ctx, id); err != nil {
		return after, err
	}
	who := identity.From(ctx)
	x.actor, x.Name = who.Actor(), who.Name
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := s.get(ctx, tx, id)
		if err != nil {
			return err
		}
		if after, err = decide(before); err != nil {
			return err
		}
		var claimed int64
		if after.ClaimedAt != nil {
			claimed = after.ClaimedAt.UnixMilli()
		}
		n, err := tx.Exec(ctx, `UPDATE alert SET state = $1, claimed_by = $2, claimed_name = $3, claimed_at = $4, version = version + 1 WHERE id = $5 AND version = $6 AND state = $7`,
			string(after.State), after.claimedBy, after.Claimed, claimed, id, version, string(before.State))
		if err != nil {
			return fmt.Errorf("change alert: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this alert meanwhile; read it again")
		}
		after.Version = version + 1
		tx.Changed("alert", id, before, after)
		return addAlertStep(ctx, tx, id, x)
	})
	return after, err
}

// outcome is what an evaluation came to.
type outcome struct {
	samples []alert.Sample
	failure string
	took    time.Duration
	say     func(l alert.Labels, value float64) lang.Text
	known   func(platformID string) bool
}

// apply notes what an evaluation came to, unless a later one did so already or the
// rule was changed meanwhile, and returns what it changed.
func (s alertStore) apply(ctx context.Context, r AlertRule, o outcome, now time.Time) (t alert.Turn, err error) {
	err = s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		t = alert.Turn{}
		if err := queueForRule(ctx, tx, r.ID); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE alert_rule SET evaluated_at = $1, took_ms = $2, failure = $3, holds = $4 WHERE id = $5 AND version = $6 AND enabled AND removed_at = 0 AND evaluated_at < $7`,
			now.UnixMilli(), o.took.Milliseconds(), o.failure, len(o.samples), r.ID, r.Version, now.UnixMilli())
		if err != nil {
			return fmt.Errorf("note an evaluation: %w", err)
		}
		if n == 0 || o.failure != "" {
			return nil
		}
		rows, err := tx.Query(ctx, `SELECT `+alertColumns+` FROM `+alertTables+` WHERE a.rule_id = $1 AND a.ended_at = 0`, r.ID)
		if err != nil {
			return fmt.Errorf("read alerts that last: %w", err)
		}
		lasting, err := sqldb.All(rows, scanAlert)
		if err != nil {
			return err
		}
		kept, before := make([]alert.Instance, len(lasting)), map[string]Alert{}
		for i, a := range lasting {
			kept[i], before[a.ID] = a.instance, a
		}
		t = alert.Step(r.Rule, kept, alert.Bounded(r.Rule, kept, o.samples, alertsMost), now)
		return s.turn(ctx, tx, r, t, before, o)
	})
	if err != nil {
		return t, fmt.Errorf("apply rule %s: %w", r.Code, err)
	}
	return t, nil
}

func (s alertStore) turn(ctx context.Context, tx *sqldb.Tx, r AlertRule, t alert.Turn, before map[string]Alert, o outcome) error {
	for _, i := range t.Begin {
		if err := insertAlert(ctx, tx, r, i, o); err != nil {
			return err
		}
	}
	for _, i := range t.Fire {
		if err := renewAlert(ctx, tx, i, o); err != nil {
			return err
		}
		if err := addAlertStep(ctx, tx, i.ID, alertStep{At: i.FiredAt, Did: "fired"}); err != nil {
			return err
		}
	}
	for _, i := range t.GoOn {
		if before[i.ID].Value == i.Value && r.Keep == 0 {
			continue // nothing to write down
		}
		if err := renewAlert(ctx, tx, i, o); err != nil {
			return err
		}
	}
	for _, i := range t.End {
		if err := endAlert(ctx, tx, i); err != nil {
			return err
		}
	}
	for _, i := range t.Drop {
		if _, err := tx.Exec(ctx, `DELETE FROM alert WHERE id = $1`, i.ID); err != nil {
			return fmt.Errorf("drop pending alert: %w", err)
		}
	}
	return nil
}

// endAlert notes that an alert holds no more.
func endAlert(ctx context.Context, tx *sqldb.Tx, i alert.Instance) error {
	if _, err := tx.Exec(ctx, `UPDATE alert SET state = $1, ended_at = $2, version = version + 1 WHERE id = $3`, string(i.State), i.EndedAt.UnixMilli(), i.ID); err != nil {
		return fmt.Errorf("end alert: %w", err)
	}
	if i.State != alert.Resolved {
		return nil
	}
	return addAlertStep(ctx, tx, i.ID, alertStep{At: i.EndedAt, Did: "resolved"})
}

func insertAlert(ctx context.Context, tx *sqldb.Tx, r AlertRule, i alert.Instance, o outcome) error {
	labels, err := json.Marshal(i.Labels)
	if err != nil {
		return fmt.Errorf("write down labels: %w", err)
	}
	i.ID = ulid.Make().String()
	summary := o.say(i.Labels, i.Value)
	var platform any
	if id := i.Labels[alert.PlatformLabel]; id != "" && o.known(id) {
		platform = id
	}
	_, err = tx.Exec(ctx, `INSERT INTO alert (id, rule_id, fingerprint, platform_id, labels, severity, weight, summary_zh, summary_en, state, value, since, fired_at, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		i.ID, r.ID, i.Fingerprint, platform, string(labels), string(r.Severity), r.Severity.Weight(), summary.ZH, summary.EN, string(i.State), i.Value,
		i.Since.UnixMilli(), sqldb.MillisOrZero(i.FiredAt), i.SeenAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("insert alert: %w", err)
	}
	if i.State != alert.Firing {
		return nil
	}
	return addAlertStep(ctx, tx, i.ID, alertStep{At: i.FiredAt, Did: "fired"})
}

func renewAlert(ctx context.Context, tx *sqldb.Tx, i alert.Instance, o outcome) error {
	summary := o.say(i.Labels, i.Value)
	_, err := tx.Exec(ctx, `UPDATE alert SET state = $1, value = $2, fired_at = $3, seen_at = $4, summary_zh = $5, summary_en = $6 WHERE id = $7`,
		string(i.State), i.Value, sqldb.MillisOrZero(i.FiredAt), i.SeenAt.UnixMilli(), summary.ZH, summary.EN, i.ID)
	if err != nil {
		return fmt.Errorf("renew alert: %w", err)
	}
	return nil
}

// forget drops alerts that were over long ago, with what was said about them.
func (s alertStore) forget(ctx context.Context, before time.Time) error {
	return s.db.Write(sqldb.Alone(ctx), func(tx *sqldb.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id FROM alert WHERE ended_at > 0 AND ended_at < $1 ORDER BY ended_at LIMIT 5000`, before.UnixMilli())
		if err != nil {
			return fmt.Errorf("read old alerts: %w", err)
		}
		ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
		if err != nil {
			return err
		}
		for _, id := range ids {
			if _, err := tx.Exec(ctx, `DELETE FROM alert WHERE id = $1`, id); err != nil {
				return fmt.Errorf("forget alert: %w", err)
			}
		}
		for _, query := range []string{
			`DELETE FROM alert_notice WHERE at < $1`, `DELETE FROM alert_silence WHERE to_at < $1`, `DELETE FROM rota_override WHERE to_at < $1`,
			`DELETE FROM alert_rule WHERE removed_at > 0 AND removed_at < $1 AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.rule_id = alert_rule.id)`,
		} {
			if _, err := tx.Exec(ctx, query, before.UnixMilli()); err != nil {
				return fmt.Errorf("forget what alerts left: %w", err)
			}
		}
		return s.remarks.Gone(ctx, tx, nounAlert, ids...)
	})
}

// alertPersonal names who did something about alerts, and who silenced them.
func alertPersonal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "alert_step", Person: "actor", Columns: []string{"name"}, Show: []string{"alert_id", "at", "did", "reason"}},
		{Table: "alert", Person: "claimed_by", Columns: []string{"claimed_name"}, Show: []string{"id", "claimed_at"}},
		{Table: "alert_silence", Person: "actor", Columns: []string{"name"}, Show: []string{"id", "from_at", "to_at", "reason"}},
	}
}
