package intel

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
)

const indicatorColumns = `i.id, i.object_id, i.name, i.description, i.pattern, i.pattern_type, i.kind, i.trouble, i.trouble_text, i.source, i.origin, i.confidence, i.tlp, i.valid_from, i.expires_at, i.revoked, i.silenced_at, i.silenced_why, i.hits, i.hit_at, i.beyond, i.taken_at, i.actor_name, i.version`

func scanIndicator(r sqldb.Row) (i Indicator, err error) {
	var confidence, from, ends, silenced, hit, taken int64
	err = r.Scan(&i.ID, &i.ObjectID, &i.Name, &i.description, &i.Pattern, &i.PatternType, &i.Kind, &i.Trouble, &i.TroubleText, &i.Source, &i.Origin, &confidence, &i.TLP, &from, &ends, &i.revoked, &silenced, &i.silencedWhy, &i.Hits, &hit, &i.beyond, &taken, &i.takenBy, &i.Version)
	if confidence >= 0 {
		i.Confidence = &confidence
	}
	i.ValidFrom, i.ExpiresAt, i.silencedAt, i.HitAt, i.TakenAt = sqldb.Time(from), sqldb.Time(ends), sqldb.TimeOrZero(silenced), sqldb.Instant(hit), sqldb.Time(taken)
	return i, err
}

type indicatorParams struct {
	sqldb.ListParams
	State  State  `query:"state" enum:"live,waiting,expired,revoked,silenced,unmatchable"`
	Kind   string `query:"kind" enum:"address,domain,url,hash,fingerprint,mixed,other"`
	Source string `query:"source" maxLength:"100" doc:"Whose"`
	Origin string `query:"origin" enum:"file,inbox,feed"`
	TLP    string `query:"tlp" enum:"clear,green,amber,amber+strict,red"`
	Hits   string `query:"hits" enum:"yes" doc:"yes: those that hit something"`
}

// forCity tells whether somebody sees the whole city.
func forCity(ctx context.Context) bool { return identity.From(ctx).Scope.All }

// restrict leaves what the caller may know: the city everything, others what is for all, and
// what was seen at them as far as its TLP lets them.
func restrict(ctx context.Context, l *sqldb.List) {
	if forCity(ctx) {
		return
	}
	l.Where(`i.tlp IN ('clear', 'green') OR i.tlp = 'amber' AND EXISTS (SELECT 1 FROM security_intel_hit h WHERE h.indicator_id = i.id AND h.organisation_id = ?)`, identity.From(ctx).Organisation.ID)
}

// stands adds the condition of a state.
func stands(l *sqldb.List, s State, now time.Time) {
	at := now.UnixMilli()
	switch s {
	case Revoked:
		l.Where("i.revoked")
	case Silenced:
		l.Where("NOT i.revoked AND i.silenced_at > 0")
	case Unmatchable:
		l.Where("NOT i.revoked AND i.silenced_at = 0 AND i.trouble <> ''")
	case Expired:
		l.Where("NOT i.revoked AND i.silenced_at = 0 AND i.trouble = '' AND i.expires_at <= ?", at)
	case Waiting:
		l.Where("NOT i.revoked AND i.silenced_at = 0 AND i.trouble = '' AND i.expires_at > ? AND i.valid_from > ?", at, at)
	case Live:
		l.Where("NOT i.revoked AND i.silenced_at = 0 AND i.trouble = '' AND i.expires_at > ? AND i.valid_from <= ?", at, at)
	}
}

func (s store) list(ctx context.Context, in indicatorParams, now time.Time) (sqldb.Page[Indicator], error) {
	l := sqldb.List{
		Select: indicatorColumns, From: "security_indicator i", Key: "i.id", Order: "-taken_at",
		Sort:   map[string]string{"taken_at": "i.taken_at", "name": "i.name", "source": "i.source", "kind": "i.kind", "confidence": "i.confidence", "expires_at": "i.expires_at"},
		Search: []string{"i.name", "i.pattern", "i.object_id", "i.source"},
	}
	if forCity(ctx) { // what others hit is not for everybody, in their order neither
		l.Sort["hits"], l.Sort["hit_at"] = "i.hits", "i.hit_at"
	}
	stands(&l, in.State, now)
	l.WhereIf("i.kind = ?", in.Kind).WhereIf("i.source = ?", in.Source).WhereIf("i.origin = ?", in.Origin).WhereIf("i.tlp = ?", in.TLP)
	switch {
	case in.Hits == "":
	case forCity(ctx):
		l.Where("i.hits > 0")
	default:
		l.Where("EXISTS (SELECT 1 FROM security_intel_hit h WHERE h.indicator_id = i.id AND h.organisation_id = ?)", identity.From(ctx).Organisation.ID)
	}
	restrict(ctx, &l)
	page, err := sqldb.Fetch(ctx, s.db, l, in.ListParams, scanIndicator)
	if err != nil {
		return page, err
	}
	return page, s.told(ctx, page.Items, now)
}

// told completes indicators as the caller knows them: others than the city know of hits at
// themselves only, and not who took an indicator over.
func (s store) told(ctx context.Context, list []Indicator, now time.Time) error {
	for k := range list {
		list[k].State = list[k].state(now)
	}
	if forCity(ctx) || len(list) == 0 {
		return nil
	}
	args, at := []any{identity.From(ctx).Organisation.ID}, map[string]int{}
	var marks []string
	for k := range list {
		list[k].Hits, list[k].HitAt, list[k].takenBy, list[k].beyond, list[k].silencedWhy = 0, nil, "", 0, ""
		args = append(args, list[k].ID)
		marks = append(marks, fmt.Sprintf("$%d", len(args)))
		at[list[k].ID] = k
	}
	rows, err := s.db.Query(ctx, `SELECT indicator_id, SUM(times), MAX(last_at) FROM security_intel_hit WHERE organisation_id = $1 AND indicator_id IN (`+strings.Join(marks, ", ")+`) GROUP BY indicator_id`, args...)
	if err != nil {
		return fmt.Errorf("count hits: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (none struct{}, err error) {
		var id string
		var times, last int64
		if err := r.Scan(&id, &times, &last); err != nil {
			return none, err
		}
		list[at[id]].Hits, list[at[id]].HitAt = times, sqldb.Instant(last)
		return none, nil
	})
	return err
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

// one reads an indicator that the caller may know.
func (s store) one(ctx context.Context, id string, now time.Time) (Indicator, error) {
	l := sqldb.List{Select: indicatorColumns, From: "security_indicator i", Key: "i.id", Order: "id", Sort: map[string]string{"id": "i.id"}}
	l.Where("i.id = ?", id)
	restrict(ctx, &l)
	page, err := sqldb.Fetch(ctx, s.db, l, sqldb.ListParams{Limit: 1}, scanIndicator)
	if err != nil {
		return Indicator{}, err
	}
	if len(page.Items) == 0 {
		return Indicator{}, noSuch("indicator")
	}
	return page.Items[0], s.told(ctx, page.Items[:1], now)
}

// raw is the object of an indicator as it came.
func (s store) raw(ctx context.Context, object string) (raw string, err error) {
	if err := s.db.QueryRow(ctx, `SELECT raw FROM security_intel_object WHERE object_id = $1`, object).Scan(&raw); err != nil {
		return "", fmt.Errorf("read an object: %w", err)
	}
	return raw, nil
}

// Pointed is what intelligence says an indicator points to.
type Pointed struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

// context are the objects that relationships lead to from an indicator, as far as the caller
// may know them and the relationships.
func (s store) context(ctx context.Context, object string) ([]Pointed, error) {
	labels := []any{rating.Clear, rating.Green, rating.Amber}
	if forCity(ctx) {
		labels = append(labels, rating.AmberStrict, rating.Red)
	}
	var marks []string
	for k := range labels {
		marks = append(marks, fmt.Sprintf("$%d", k+2))
	}
	known := strings.Join(marks, ", ")
	rows, err := s.db.Query(ctx, `SELECT DISTINCT o.type, o.name FROM security_intel_object r JOIN security_intel_object o ON o.object_id = r.to_ref WHERE r.from_ref = $1 AND r.type = 'relationship' AND r.tlp IN (`+known+`) AND o.tlp IN (`+known+`) ORDER BY o.type, o.name LIMIT 50`, append([]any{object}, labels...)...)
	if err != nil {
		return nil, fmt.Errorf("read what an indicator points to: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x Pointed, err error) { return x, r.Scan(&x.Type, &x.Name) })
	return append([]Pointed{}, list...), err
}

// IndicatorStep is what somebody said of an indicator.
type IndicatorStep struct {
	At       time.Time `json:"at"`
	Silenced bool      `json:"silenced"`
	Reason   string    `json:"reason"`
	Name     string    `json:"name"`
}

func (s store) steps(ctx context.Context, id string) ([]IndicatorStep, error) {
	rows, err := s.db.Query(ctx, `SELECT at, silenced, reason, actor_name FROM security_intel_step WHERE indicator_id = $1 ORDER BY at DESC, id DESC LIMIT 100`, id)
	if err != nil {
		return nil, fmt.Errorf("read what was said of an indicator: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x IndicatorStep, err error) {
		var at int64
		err = r.Scan(&at, &x.Silenced, &x.Reason, &x.Name)
		x.At = sqldb.Time(at)
		return x, err
	})
	return append([]IndicatorStep{}, list...), err
}

// silence notes that the hits of an indicator are false, or that it is heard again: then what
// was stored meanwhile is held against it.
func (s store) silence(ctx context.Context, before, after Indicator, reason string, now time.Time, ask func(ctx context.Context, tx *sqldb.Tx) error) error {
	who := handOf(ctx)
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := serial(ctx, tx)
		if err != nil {
			return err
		}
		changed, err := tx.Exec(ctx, `UPDATE security_indicator SET silenced_at = $3, silenced_why = $4, matched_at = 0, serial = $5, version = version + 1 WHERE id = $1 AND version = $2`,
			after.ID, before.Version, sqldb.MillisOrZero(after.silencedAt), after.silencedWhy, n)
		if err != nil {
			return fmt.Errorf("change an indicator: %w", err)
		}
		if changed == 0 {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
		}
		_, err = tx.Exec(ctx, `INSERT INTO security_intel_step (id, indicator_id, at, silenced, reason, actor, actor_name) VALUES ($1, $2, $3, $4, $5, $6, $7)`, ulid.Make().String(), after.ID, now.UnixMilli(), !after.silencedAt.IsZero(), reason, who.actor, who.name)
		if err != nil {
			return fmt.Errorf("note what was said of an indicator: %w", err)
		}
		tx.Changed("security_indicator", after.ID, map[string]any{"object_id": before.ObjectID, "state": before.State}, map[string]any{"object_id": after.ObjectID, "state": after.state(now), "reason": reason})
		return ask(ctx, tx)
	})
}

// IndicatorHit is what an indicator was seen in.
type IndicatorHit struct {
	ID         string    `json:"id"`
	Enterprise lang.Text `json:"enterprise" title:"企业|Enterprise"`
	SensorID   string    `json:"sensor_id"`
	Sensor     string    `json:"sensor" title:"探针|Sensor"`
	Client     string    `json:"client" doc:"Empty where the sensor lets the caller know figures only, or a log names none" title:"请求方|Client"`
	Server     string    `json:"server" title:"响应方|Server"`
	Value      string    `json:"value" title:"命中|What matched"`
	Times      int64     `json:"times" title:"次数|Times"`
	FirstAt    time.Time `json:"first_at" title:"首次|First"`
	LastAt     time.Time `json:"last_at" title:"最近|Last"`
	AlertID    string    `json:"alert_id" title:"告警|Alert"`

	organisation string
	detail       bool
}

// hits are what an indicator was seen in, as far as consent lets the caller know.
func (s store) hits(ctx context.Context, indicator string, in sqldb.ListParams) (sqldb.Page[IndicatorHit], error) {
	l := sqldb.List{
		Select: `h.id, h.organisation_id, s.organisation_zh, s.organisation_en, h.sensor_id, s.name, h.client, h.server, h.path, h.value, h.times, h.first_at, h.last_at, s.consent,
			COALESCE((SELECT MAX(x.id) FROM security_alert x WHERE x.fingerprint = h.fingerprint), '')`,
		From: "security_intel_hit h JOIN security_sensor s ON s.id = h.sensor_id", Key: "h.id", Order: "-last_at",
		Sort: map[string]string{"last_at": "h.last_at", "first_at": "h.first_at", "times": "h.times", "enterprise": "s.organisation_zh"},
	}
	l.Where("h.indicator_id = ?", indicator)
	who := identity.From(ctx)
	if forCity(ctx) {
		l.Where("h.organisation_id = ? OR s.consent IN ('figures', 'detail')", who.Organisation.ID)
	} else {
		l.Where("h.organisation_id = ?", who.Organisation.ID)
	}
	return sqldb.Fetch(ctx, s.db, l, in, func(r sqldb.Row) (h IndicatorHit, err error) {
		var first, last int64
		var path, consent string
		err = r.Scan(&h.ID, &h.organisation, &h.Enterprise.ZH, &h.Enterprise.EN, &h.SensorID, &h.Sensor, &h.Client, &h.Server, &path, &h.Value, &h.Times, &first, &last, &consent, &h.AlertID)
		h.FirstAt, h.LastAt, h.Value = sqldb.Time(first), sqldb.Time(last), path+" = "+h.Value
		h.detail = h.organisation == who.Organisation.ID || consent == "detail"
		if !h.detail {
			h.Client, h.Server, h.AlertID = "", "", ""
		}
		return h, err
	})
}

// sources are whose indicators there are, as far as the caller may know them.
func (s store) sources(ctx context.Context) ([]string, error) {
	condition := ""
	if !forCity(ctx) {
		condition = ` WHERE tlp IN ('clear', 'green')`
	}
	rows, err := s.db.Query(ctx, `SELECT DISTINCT source FROM security_indicator`+condition+` ORDER BY source LIMIT 200`)
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x string, err error) { return x, r.Scan(&x) })
	return append([]string{}, list...), err
}

// forget takes out what ended a year ago.
func (s store) forget(ctx context.Context, now time.Time) error {
	before := now.AddDate(-1, 0, 0).UnixMilli()
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, q := range []string{
			`DELETE FROM security_intel_hit WHERE indicator_id IN (SELECT id FROM security_indicator WHERE expires_at < $1 AND taken_at < $1)`,
			`DELETE FROM security_intel_step WHERE indicator_id IN (SELECT id FROM security_indicator WHERE expires_at < $1 AND taken_at < $1)`,
			`DELETE FROM security_intel_sighting WHERE indicator_id IN (SELECT id FROM security_indicator WHERE expires_at < $1 AND taken_at < $1)`,
			`DELETE FROM security_intel_object WHERE object_id IN (SELECT object_id FROM security_indicator WHERE expires_at < $1 AND taken_at < $1)`,
			`DELETE FROM security_indicator WHERE expires_at < $1 AND taken_at < $1`,
		} {
			if _, err := tx.Exec(ctx, q, before); err != nil {
				return fmt.Errorf("forget indicators that ended: %w", err)
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM security_intel_object WHERE type <> 'indicator' AND taken_at < $1`, now.AddDate(-2, 0, 0).UnixMilli()); err != nil {
			return fmt.Errorf("forget objects of long ago: %w", err)
		}
		return nil
	})
}
