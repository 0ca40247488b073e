package detection

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
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/incident"
)

type store struct{ db *sqldb.DB }

const alertColumns = `x.id, x.organisation_id, x.organisation_zh, x.organisation_en, x.sensor_id, x.sensor_name, x.fingerprint, x.rule_id, x.rule_zh, x.rule_en, x.pack, x.kind, x.level, x.technique, x.client, x.server, x.unit, x.client_zone, x.server_zone, x.why_zh, x.why_en,
	x.reasons, x.records, x.times, x.first_at, x.last_at, x.state, x.reason, x.until_at, x.incident_id, x.opened_at, x.changed_at, x.version, x.origin,
	EXISTS (SELECT 1 FROM security_sensor y WHERE y.id = x.sensor_id AND y.synthetic)`

func scanAlert(r sqldb.Row) (a ThreatAlert, err error) {
	var first, last, until, opened, changed int64
	var reasons, records, origin string
	err = r.Scan(&a.ID, &a.OrganisationID, &a.Enterprise.ZH, &a.Enterprise.EN, &a.SensorID, &a.Sensor, &a.fingerprint, &a.RuleID, &a.Rule.ZH, &a.Rule.EN, &a.Pack, &a.Kind, &a.Level, &a.Technique, &a.Client, &a.Server, &a.Unit, &a.ClientZone, &a.ServerZone, &a.Why.ZH, &a.Why.EN,
		&reasons, &records, &a.Times, &first, &last, &a.State, &a.Reason, &until, &a.IncidentID, &opened, &changed, &a.Version, &origin, &a.Synthetic)
	if err != nil {
		return a, err
	}
	a.FirstAt, a.LastAt, a.Until, a.OpenedAt, a.changed = sqldb.Time(first), sqldb.Time(last), sqldb.Instant(until), sqldb.Time(opened), sqldb.Time(changed)
	if err := json.Unmarshal([]byte(reasons), &a.reasons); err != nil {
		return a, fmt.Errorf("read what matched: %w", err)
	}
	if err := json.Unmarshal([]byte(records), &a.records); err != nil {
		return a, fmt.Errorf("read evidence: %w", err)
	}
	if origin == "" {
		return a, nil
	}
	a.Origin = &Origin{}
	if err := json.Unmarshal([]byte(origin), a.Origin); err != nil {
		return a, fmt.Errorf("read whose a rule is: %w", err)
	}
	return a, nil
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

// restrict leaves what the caller sees: their own, and those of sensors that are open to
// others in detail.
func restrict(ctx context.Context, l *sqldb.List) {
	id := identity.From(ctx)
	l.Where(`x.organisation_id = ? OR EXISTS (SELECT 1 FROM security_sensor s WHERE s.id = x.sensor_id AND s.consent = 'detail')`, id.Organisation.ID)
	id.Scope.Filter(l, "x.organisation_id")
}

type alertParams struct {
	sqldb.ListParams
	State        string `query:"state" enum:"new,looking,real,false_alarm,suppressed,wanted,open" doc:"open: new, being looked at, or real without an incident"`
	Level        string `query:"level" enum:"critical,high,medium,low,informational"`
	Kind         string `query:"kind" enum:"event,sequence,health,baseline,intel,log"`
	Technique    string `query:"technique" maxLength:"10"`
	Rule         string `query:"rule" maxLength:"40" doc:"ID of a rule"`
	Sensor       string `query:"sensor" maxLength:"40" doc:"ID of a sensor"`
	Organisation string `query:"organisation" maxLength:"40"`
	ClientZone   string `query:"client_zone" maxLength:"60" doc:"Zone of the client; of alerts of one's own"`
	ServerZone   string `query:"server_zone" maxLength:"60" doc:"Zone of the server; of alerts of one's own"`
}

func (s store) list(ctx context.Context, in alertParams) (sqldb.Page[ThreatAlert], error) {
	l := sqldb.List{
		Select: alertColumns, From: "security_alert x", Key: "x.id", Order: "-last_at",
		Sort:   map[string]string{"level": "x.rank", "last_at": "x.last_at", "first_at": "x.first_at", "times": "x.times", "state": "x.state", "rule": "x.rule_zh", "client": "x.client", "server": "x.server", "technique": "x.technique", "enterprise": "x.organisation_zh", "opened_at": "x.opened_at"},
		Search: []string{"x.rule_zh", "x.rule_en", "x.client", "x.server", "x.why_zh", "x.why_en", "x.sensor_name", "x.organisation_zh"},
	}
	if in.State == "open" {
		l.Where("x.state IN ('new', 'looking') OR (x.state = 'real' AND x.incident_id = '')")
	} else {
		l.WhereIf("x.state = ?", in.State)
	}
	l.WhereIf("x.level = ?", in.Level).WhereIf("x.kind = ?", in.Kind).WhereIf("x.technique = ?", in.Technique).WhereIf("x.rule_id = ?", in.Rule).WhereIf("x.sensor_id = ?", in.Sensor).WhereIf("x.organisation_id = ?", in.Organisation)
	if in.ClientZone+in.ServerZone != "" {
		l.WhereIf("x.client_zone = ?", in.ClientZone).WhereIf("x.server_zone = ?", in.ServerZone).Where("x.organisation_id = ?", identity.From(ctx).Organisation.ID)
	}
	restrict(ctx, &l)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanAlert)
}

// seen reads an alert that the caller sees.
func (s store) seen(ctx context.Context, id string) (ThreatAlert, error) {
	l := sqldb.List{Select: alertColumns, From: "security_alert x", Key: "x.id", Order: "id", Sort: map[string]string{"id": "x.id"}}
	l.Where("x.id = ?", id)
	restrict(ctx, &l)
	page, err := sqldb.Fetch(ctx, s.db, l, sqldb.ListParams{Limit: 1}, scanAlert)
	if err != nil {
		return ThreatAlert{}, err
	}
	if len(page.Items) == 0 {
		return ThreatAlert{}, noSuch("alert")
	}
	return page.Items[0], nil
}

// related are open alerts of the same enterprise between the same, about the same time.
func (s store) related(ctx context.Context, a ThreatAlert) ([]ThreatAlert, error) {
	l := sqldb.List{Select: alertColumns, From: "security_alert x", Key: "x.id", Order: "-last_at", Sort: map[string]string{"last_at": "x.last_at"}}
	l.Where("x.id <> ? AND x.organisation_id = ? AND x.incident_id = '' AND x.state IN ('new', 'looking', 'real')", a.ID, a.OrganisationID)
	l.Where("x.last_at >= ? AND x.first_at <= ?", a.FirstAt.Add(-relatedSpan).UnixMilli(), a.LastAt.Add(relatedSpan).UnixMilli())
	l.Where("(x.client <> '' AND x.client IN (?, ?)) OR (x.server <> '' AND x.server IN (?, ?))", a.Client, a.Server, a.Client, a.Server)
	restrict(ctx, &l)
	page, err := sqldb.Fetch(ctx, s.db, l, sqldb.ListParams{Limit: mostRelated}, scanAlert)
	return page.Items, err
}

// Step is what somebody did with an alert.
type Step struct {
	At         time.Time  `json:"at"`
	State      State      `json:"state" enum:"new,looking,real,false_alarm,suppressed,wanted"`
	Reason     string     `json:"reason" doc:"Of the platform: records_around when the sensor was asked what was said around the alert"`
	Until      *time.Time `json:"until,omitempty"`
	IncidentID string     `json:"incident_id"`
	Name       string     `json:"name" doc:"Empty: the platform"`
}

func (s store) steps(ctx context.Context, alert string) ([]Step, error) {
	rows, err := s.db.Query(ctx, `SELECT at, state, reason, until_at, incident_id, actor_name FROM security_alert_step WHERE alert_id = $1 ORDER BY at DESC, id DESC LIMIT 200`, alert)
	if err != nil {
		return nil, fmt.Errorf("read what was done: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x Step, err error) {
		var at, until int64
		err = r.Scan(&at, &x.State, &x.Reason, &until, &x.IncidentID, &x.Name)
		x.At, x.Until = sqldb.Time(at), sqldb.Instant(until)
		return x, err
	})
}

// hand is who does something; nobody: the platform.
type hand struct{ actor, name string }

func handOf(ctx context.Context) hand {
	who := identity.From(ctx)
	return hand{who.Actor(), who.Name}
}

// step saves how an alert stands now, and who brought it there.
func step(ctx context.Context, tx *sqldb.Tx, before, after ThreatAlert, who hand, now time.Time) error {
	until := int64(0)
	if after.Until != nil {
		until = after.Until.UnixMilli()
	}
	n, err := tx.Exec(ctx, `UPDATE security_alert SET state = $3, reason = $4, until_at = $5, incident_id = $6, changed_at = $7, version = $8, touched = $9 WHERE id = $1 AND version = $2`,
		after.ID, before.Version, after.State, after.Reason, until, after.IncidentID, now.UnixMilli(), after.Version, ulid.Make().String())
	if err != nil {
		return fmt.Errorf("change an alert: %w", err)
	}
	if n == 0 {
		return stale()
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_alert_step (id, alert_id, at, state, reason, until_at, incident_id, actor, actor_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		ulid.Make().String(), after.ID, now.UnixMilli(), after.State, after.Reason, until, after.IncidentID, who.actor, who.name)
	if err != nil {
		return fmt.Errorf("note what was done: %w", err)
	}
	return nil
}

func (s store) judge(ctx context.Context, before, after ThreatAlert, now time.Time, with func(ctx context.Context, tx *sqldb.Tx) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		tx.Changed("security_alert", after.ID, before, after)
		if err := step(ctx, tx, before, after, handOf(ctx), now); err != nil {
			return err
		}
		return with(ctx, tx)
	})
}

// expire makes alerts new again whose suppression ended while findings came in, and forgets
// old ones.
func (s store) expire(ctx context.Context, now time.Time) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+alertColumns+` FROM security_alert x WHERE x.state = 'suppressed' AND x.until_at > 0 AND x.until_at <= $1 AND x.last_at > x.changed_at LIMIT 500`, now.UnixMilli())
		if err != nil {
			return fmt.Errorf("find what is suppressed no longer: %w", err)
		}
		list, err := sqldb.All(rows, scanAlert)
		if err != nil {
			return err
		}
		for _, before := range list {
			after := before
			after.State, after.Reason, after.Until, after.Version = Fresh, "", nil, before.Version+1
			if err := step(ctx, tx, before, after, hand{}, now); err != nil {
				return err
			}
		}
		old := now.Add(-keepAlerts).UnixMilli()
		if _, err := tx.Exec(ctx, `DELETE FROM security_alert_step WHERE alert_id IN (SELECT x.id FROM security_alert x WHERE x.changed_at < $1 AND x.last_at < $1)`, old); err != nil {
			return fmt.Errorf("forget old alerts: %w", err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM security_alert WHERE changed_at < $1 AND last_at < $1`, old); err != nil {
			return fmt.Errorf("forget old alerts: %w", err)
		}
		return nil
	})
}

// put merges a finding into the alert that takes it, or opens one; fresh tells which.
func put(ctx context.Context, tx *sqldb.Tx, of sensorOf, pack string, f Finding, now time.Time) (a ThreatAlert, fresh bool, err error) {
	key := f.fingerprint(of.id)
	a, err = scanAlert(tx.QueryRow(ctx, `SELECT `+alertColumns+` FROM security_alert x WHERE x.fingerprint = $1 ORDER BY x.last_at DESC, x.id DESC LIMIT 1`, key))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return a, false, fmt.Errorf("find an alert: %w", err)
	}
	if err == nil && a.takes(f, now) {
		over, err := after(ctx, tx, a, f)
		if err != nil {
			return a, false, err
		}
		if !over {
			a = a.take(f, pack)
			return a, false, saveTaken(ctx, tx, a)
		}
	}
	a = ThreatAlert{
		ID: ulid.Make().String(), OrganisationID: of.organisation, Enterprise: of.name, SensorID: of.id, Sensor: of.title, RuleID: f.Rule.ID, Rule: f.Rule.Title, Pack: pack, Kind: f.Rule.Kind, Level: f.Rule.Level, Technique: f.Rule.Technique.ID,
		Client: f.Client, Server: f.Server, Unit: f.Unit, Why: f.Why, Times: int64(f.Count), FirstAt: f.First, LastAt: f.Last, State: Fresh, OpenedAt: now, Version: 1, fingerprint: key, reasons: f.Reasons, records: newest(f.Records),
		Origin: f.Rule.own,
	}
	if a.Client != "" || a.Server != "" {
		hosts, err := of.hosts()
		if err != nil {
			return a, false, err
		}
		a.ClientZone, a.ServerZone = hosts[a.Client].Zone, hosts[a.Server].Zone
	}
	return a, true, insertAlert(ctx, tx, a)
}

// after tells whether a finding came after the incident of an alert had ended. It is a new alert
// then: whoever closed the incident believes that it is over, and nobody looks at the old one.
// What was found before, and came late, is of the incident.
func after(ctx context.Context, tx *sqldb.Tx, a ThreatAlert, f Finding) (bool, error) {
	if a.IncidentID == "" {
		return false, nil
	}
	end, ended, err := incident.EndOf(ctx, tx, a.IncidentID)
	return ended && f.Last.After(end), err //nolint:wrapcheck // it says all
}

// before is the alert of an incident that was about the same as an alert is, the newest; nil: none.
func (s store) before(ctx context.Context, a ThreatAlert) (*ThreatAlert, error) {
	b, err := scanAlert(s.db.QueryRow(ctx, `SELECT `+alertColumns+` FROM security_alert x WHERE x.fingerprint = $1 AND x.organisation_id = $2 AND x.id < $3 AND x.incident_id <> '' ORDER BY x.id DESC LIMIT 1`, a.fingerprint, a.OrganisationID, a.ID))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // there was none
	}
	if err != nil {
		return nil, fmt.Errorf("find what was before: %w", err)
	}
	return &b, nil
}

func (a ThreatAlert) parts() (reasons, records string, err error) {
	x, err := json.Marshal(append([]Reason{}, a.reasons...))
	if err != nil {
		return "", "", fmt.Errorf("write what matched: %w", err)
	}
	y, err := json.Marshal(append([]string{}, a.records...))
	if err != nil {
		return "", "", fmt.Errorf("write evidence: %w", err)
	}
	return string(x), string(y), nil
}

func saveTaken(ctx context.Context, tx *sqldb.Tx, a ThreatAlert) error {
	reasons, records, err := a.parts()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE security_alert SET times = $2, first_at = $3, last_at = $4, why_zh = $5, why_en = $6, reasons = $7, records = $8, unit = $9, pack = $10, touched = $11, version = version + 1 WHERE id = $1`,
		a.ID, a.Times, a.FirstAt.UnixMilli(), a.LastAt.UnixMilli(), a.Why.ZH, a.Why.EN, reasons, records, a.Unit, a.Pack, ulid.Make().String())
	if err != nil {
		return fmt.Errorf("add to an alert: %w", err)
	}
	return nil
}

func insertAlert(ctx context.Context, tx *sqldb.Tx, a ThreatAlert) error {
	reasons, records, err := a.parts()
	if err != nil {
		return err
	}
	origin := ""
	if a.Origin != nil {
		text, err := json.Marshal(a.Origin)
		if err != nil {
			return fmt.Errorf("write whose a rule is: %w", err)
		}
		origin = string(text)
	}
	_, err = tx.Exec(ctx, `INSERT INTO security_alert (id, organisation_id, organisation_zh, organisation_en, sensor_id, sensor_name, fingerprint, rule_id, rule_zh, rule_en, pack, kind, level, rank, technique, client, server, unit, why_zh, why_en,
		reasons, records, times, first_at, last_at, state, reason, until_at, incident_id, opened_at, changed_at, version, client_zone, server_zone, touched, origin)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, '', 0, '', $27, $27, 1, $28, $29, $1, $30)`,
		a.ID, a.OrganisationID, a.Enterprise.ZH, a.Enterprise.EN, a.SensorID, a.Sensor, a.fingerprint, a.RuleID, a.Rule.ZH, a.Rule.EN, a.Pack, a.Kind, a.Level, a.Level.rank(), a.Technique, a.Client, a.Server, a.Unit, a.Why.ZH, a.Why.EN,
		reasons, records, a.Times, a.FirstAt.UnixMilli(), a.LastAt.UnixMilli(), a.State, a.OpenedAt.UnixMilli(), a.ClientZone, a.ServerZone, origin)
	if err != nil {
		return fmt.Errorf("open an alert: %w", err)
	}
	return nil
}
