package baseline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// Edition is what was agreed to at a time. It never changes.
type Edition struct {
	Number  int64     `json:"number" title:"版次|Edition"`
	Round   int64     `json:"round" doc:"Of learning, whose review it comes of"`
	Entries int64     `json:"entries" title:"条数|Entries"`
	Added   int64     `json:"added" title:"新增|Added"`
	Removed int64     `json:"removed" title:"删除|Removed"`
	Digest  string    `json:"digest" doc:"SHA-256 over its entries in their order, each with its seven fields and tabs between them"`
	Reason  string    `json:"reason" title:"说明|Reason"`
	At      time.Time `json:"at" title:"时间|At"`
	By      string    `json:"by" title:"操作人|By"`
}

func (s store) editions(ctx context.Context, id string) ([]Edition, error) {
	rows, err := s.db.Query(ctx, `SELECT number, round, entries, added, removed, digest, reason, at, actor_name FROM security_baseline_edition WHERE baseline_id = $1 ORDER BY number DESC LIMIT 200`, id)
	if err != nil {
		return nil, fmt.Errorf("read editions: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (e Edition, err error) {
		var at int64
		err = r.Scan(&e.Number, &e.Round, &e.Entries, &e.Added, &e.Removed, &e.Digest, &e.Reason, &at, &e.By)
		e.At = sqldb.Time(at)
		return e, err
	})
}

// AllowedWay is one way that an edition allows.
type AllowedWay struct {
	ID string `json:"id"`
	Way
	Since int64 `json:"since" doc:"The first edition with it" title:"始于版次|Since edition"`
}

type entryParams struct {
	ID string `path:"id" maxLength:"40"`
	sqldb.ListParams
	Edition int64  `query:"edition" minimum:"0" doc:"0: the one in force"`
	Host    string `query:"host" maxLength:"64"`
	Class   string `query:"class" maxLength:"64"`
}

func (s store) entries(ctx context.Context, b Baseline, in entryParams) (sqldb.Page[AllowedWay], error) {
	number := in.Edition
	if number == 0 {
		number = b.Edition
	}
	l := sqldb.List{
		Select: "e.id, e.client, e.server, e.protocol, e.port, e.unit, e.class, e.function, e.since", From: "security_baseline_entry e", Key: "e.id", Order: "client",
		Sort:   map[string]string{"client": "e.client", "server": "e.server", "protocol": "e.protocol", "class": "e.class", "function": "e.function", "since": "e.since"},
		Search: []string{"e.client", "e.server", "e.function"},
	}
	l.Where("e.baseline_id = ? AND e.since <= ? AND (e.until = 0 OR e.until > ?)", b.ID, number, number).WhereIf("e.class = ?", in.Class)
	if in.Host != "" {
		l.Where("e.client = ? OR e.server = ?", in.Host, in.Host)
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (e AllowedWay, err error) {
		return e, r.Scan(&e.ID, &e.Client, &e.Server, &e.Protocol, &e.Port, &e.Unit, &e.Class, &e.Function, &e.Since)
	})
}

// publish makes the next edition of what the review accepted, and puts it into force.
func (m *Baselines) publish(ctx context.Context, tx *sqldb.Tx, b Baseline, reason string, keep bool, now time.Time) (Baseline, error) {
	switch {
	case b.State != Review:
		return b, fault.New(fault.Conflict, "security.baseline.not_reviewed", "an edition comes of a review; the baseline is not in one")
	case b.Undecided > 0:
		return b, fault.New(fault.Conflict, "security.baseline.undecided", "%d lines are not judged yet", b.Undecided)
	}
	rows, err := tx.Query(ctx, `SELECT client, server, protocol, port, unit, class, function FROM security_baseline_line WHERE baseline_id = $1 AND round = $2 AND verdict = 'accepted'`, b.ID, b.Round)
	if err != nil {
		return b, fmt.Errorf("read what was accepted: %w", err)
	}
	allowed, err := sqldb.All(rows, scanWay)
	if err != nil {
		return b, err
	}
	if keep {
		more, err := m.store.unseen(ctx, b)
		if err != nil {
			return b, err
		}
		allowed = append(allowed, more...)
	}
	if len(allowed) == 0 {
		return b, fault.New(fault.Conflict, "security.baseline.empty", "nothing was accepted: an edition without entries would forbid everything")
	}
	b.State, b.Holding, b.published = Enforced, true, b.Round
	return m.put(ctx, tx, b, allowed, reason, now)
}

// extend makes the next edition with more than the one in force allows.
func (m *Baselines) extend(ctx context.Context, tx *sqldb.Tx, b Baseline, more []Way, reason string, now time.Time) (Baseline, error) {
	allowed, err := entries(ctx, tx, b.ID, b.Edition)
	if err != nil {
		return b, err
	}
	b, err = m.put(ctx, tx, b, append(allowed, more...), reason, now)
	if err != nil || !b.learns() {
		return b, err
	}
	for _, w := range more { // the round that is learned now need not ask again
		_, err := tx.Exec(ctx, `UPDATE security_baseline_line SET verdict = 'accepted', known = TRUE WHERE baseline_id = $1 AND round = $2 AND verdict = 'open' AND `+of(3), append([]any{b.ID, b.Round}, w.args()...)...)
		if err != nil {
			return b, fmt.Errorf("note what is known: %w", err)
		}
	}
	return b, nil
}

// put writes an edition: what it has no more ends with it, what is new begins with it.
func (m *Baselines) put(ctx context.Context, tx *sqldb.Tx, b Baseline, allowed []Way, reason string, now time.Time) (Baseline, error) {
	slices.SortFunc(allowed, compareWays)
	allowed = slices.Compact(allowed)
	if len(allowed) > mostEntries {
		return b, fault.New(fault.Conflict, "security.baseline.large", "an edition has at most %d entries, this one would have %d: put lines into wider ones", mostEntries, len(allowed))
	}
	was, err := entries(ctx, tx, b.ID, b.Edition)
	if err != nil {
		return b, err
	}
	b.Edition++
	has := map[Way]bool{}
	for _, w := range was {
		has[w] = true
	}
	e := Edition{Number: b.Edition, Entries: int64(len(allowed)), Digest: digest(allowed)}
	for _, w := range allowed {
		if has[w] {
			delete(has, w)
			continue
		}
		e.Added++
		_, err := tx.Exec(ctx, `INSERT INTO security_baseline_entry (id, baseline_id, client, server, protocol, port, unit, class, function, since, until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)`,
			append(append([]any{ulid.Make().String(), b.ID}, w.args()...), b.Edition)...)
		if err != nil {
			return b, fmt.Errorf("keep an entry: %w", err)
		}
	}
	for w := range has {
		e.Removed++
		if _, err := tx.Exec(ctx, `UPDATE security_baseline_entry SET until = $2 WHERE baseline_id = $1 AND until = 0 AND `+of(3), append([]any{b.ID, b.Edition}, w.args()...)...); err != nil {
			return b, fmt.Errorf("end an entry: %w", err)
		}
	}
	who := handOf(ctx)
	_, err = tx.Exec(ctx, `INSERT INTO security_baseline_edition (baseline_id, number, round, entries, added, removed, digest, reason, at, actor, actor_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		b.ID, e.Number, b.published, e.Entries, e.Added, e.Removed, e.Digest, reason, now.UnixMilli(), who.actor, who.name)
	if err != nil {
		return b, fmt.Errorf("keep an edition: %w", err)
	}
	return b, m.settle(ctx, tx, b, newEdition(b.Edition, allowed, nil), reason, now)
}

// settle notes which deviations an edition allows, and ends the alerts all of whose are.
func (m *Baselines) settle(ctx context.Context, tx *sqldb.Tx, b Baseline, e *edition, reason string, now time.Time) error {
	rows, err := tx.Query(ctx, `SELECT id, fingerprint, client, server, protocol, port, unit, class, function FROM security_baseline_deviation WHERE baseline_id = $1 AND accepted = 0 ORDER BY id`, b.ID)
	if err != nil {
		return fmt.Errorf("read deviations: %w", err)
	}
	type one struct {
		id, fingerprint string
		way             Way
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x one, err error) {
		w := &x.way
		return x, r.Scan(&x.id, &x.fingerprint, &w.Client, &w.Server, &w.Protocol, &w.Port, &w.Unit, &w.Class, &w.Function)
	})
	if err != nil {
		return err
	}
	settled, open := []string{}, map[string]bool{}
	for _, d := range list {
		if e.judge(d.way) != "" {
			open[d.fingerprint] = true
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE security_baseline_deviation SET accepted = $2 WHERE id = $1`, d.id, b.Edition); err != nil {
			return fmt.Errorf("note what is agreed to: %w", err)
		}
		if !slices.Contains(settled, d.fingerprint) {
			settled = append(settled, d.fingerprint)
		}
	}
	text := fmt.Sprintf("%s（基线“%s”第 %d 版 / edition %d）", reason, b.Name, b.Edition, b.Edition)
	for _, f := range settled {
		if open[f] {
			continue
		}
		if err := m.alerts.Wanted(ctx, tx, f, text, now); err != nil {
			return err
		}
	}
	return nil
}

// Deviation is a way that the edition in force does not allow, or did not.
type Deviation struct {
	ID string `json:"id"`
	Way
	SensorID    string    `json:"sensor_id"`
	Sensor      string    `json:"sensor" title:"探针|Sensor"`
	ClientPlace Place     `json:"client_place"`
	ServerPlace Place     `json:"server_place"`
	Rule        string    `json:"rule" enum:"baseline_rejected,baseline_new_master,baseline_new_command,baseline_new_peer,baseline_new_function" title:"规则|Rule"`
	Edition     int64     `json:"edition" doc:"It deviated from, the last time" title:"版次|Edition"`
	FirstAt     time.Time `json:"first_at" title:"首次出现|First seen"`
	LastAt      time.Time `json:"last_at" title:"最近出现|Last seen"`
	Units       int64     `json:"units" title:"报文数|Units"`
	WindowID    string    `json:"window_id" doc:"Of maintenance, if it was seen in one the last time: then there is no alert of it"`
	Accepted    int64     `json:"accepted" doc:"The edition that allows it; 0: none"`
	AlertID     string    `json:"alert_id" doc:"The newest alert about it; empty: none"`
}

type deviationParams struct {
	ID string `path:"id" maxLength:"40"`
	sqldb.ListParams
	Open  string `query:"open" enum:"yes,no" doc:"Not agreed to yet"`
	Rule  string `query:"rule" maxLength:"40"`
	Host  string `query:"host" maxLength:"64"`
	Alert string `query:"alert" maxLength:"40" doc:"ID of an alert: what it is about"`
}

func (s store) deviations(ctx context.Context, b Baseline, in deviationParams, fingerprint string) (sqldb.Page[Deviation], error) {
	l := sqldb.List{
		Select: `d.id, d.client, d.server, d.protocol, d.port, d.unit, d.class, d.function, d.sensor_id, COALESCE((SELECT s.name FROM security_sensor s WHERE s.id = d.sensor_id), ''), d.rule, d.edition, d.first_at, d.last_at, d.units, d.window_id, d.accepted,
			COALESCE((SELECT MAX(a.id) FROM security_alert a WHERE a.fingerprint = d.fingerprint), '')`,
		From: "security_baseline_deviation d", Key: "d.id", Order: "-last_at",
		Sort:   map[string]string{"last_at": "d.last_at", "first_at": "d.first_at", "client": "d.client", "server": "d.server", "rule": "d.rule", "units": "d.units", "accepted": "d.accepted"},
		Search: []string{"d.client", "d.server", "d.function"},
	}
	l.Where("d.baseline_id = ?", b.ID).WhereIf("d.rule = ?", in.Rule).WhereIf("d.fingerprint = ?", fingerprint)
	if in.Host != "" {
		l.Where("d.client = ? OR d.server = ?", in.Host, in.Host)
	}
	if in.Open != "" {
		l.Where("(d.accepted = 0) = ?", in.Open == "yes")
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, func(r sqldb.Row) (d Deviation, err error) {
		var first, last int64
		err = r.Scan(&d.ID, &d.Client, &d.Server, &d.Protocol, &d.Port, &d.Unit, &d.Class, &d.Function, &d.SensorID, &d.Sensor, &d.Rule, &d.Edition, &first, &last, &d.Units, &d.WindowID, &d.Accepted, &d.AlertID)
		d.FirstAt, d.LastAt = sqldb.Time(first), sqldb.Time(last)
		return d, err
	})
}

// waysOf are the ways of deviations that are not agreed to.
func waysOf(ctx context.Context, tx *sqldb.Tx, b Baseline, ids []string) ([]Way, error) {
	var out []Way
	for i, id := range ids {
		rows, err := tx.Query(ctx, `SELECT client, server, protocol, port, unit, class, function FROM security_baseline_deviation WHERE id = $1 AND baseline_id = $2 AND accepted = 0`, id, b.ID)
		if err != nil {
			return nil, fmt.Errorf("read a deviation: %w", err)
		}
		one, err := sqldb.All(rows, scanWay)
		if err != nil {
			return nil, err
		}
		if len(one) == 0 {
			return nil, fault.New(fault.Conflict, "security.baseline.deviation", "there is no such deviation that is open").At(fmt.Sprintf("body.deviations[%d]", i), "read them again; somebody agreed to it, or it is another baseline's")
		}
		out = append(out, one[0])
	}
	return out, nil
}

// about are the open deviations that an alert is about, and their baseline.
func (s store) about(ctx context.Context, sensor, fingerprint string) (baseline string, ids []string, err error) {
	rows, err := s.db.Query(ctx, `SELECT baseline_id, id FROM security_baseline_deviation WHERE sensor_id = $1 AND fingerprint = $2 AND accepted = 0 ORDER BY id LIMIT $3`, sensor, fingerprint, mostDeviations)
	if err != nil {
		return "", nil, fmt.Errorf("find what an alert is about: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x [2]string, err error) { return x, r.Scan(&x[0], &x[1]) })
	for _, x := range list {
		if baseline == "" || x[0] == baseline {
			baseline, ids = x[0], append(ids, x[1])
		}
	}
	return baseline, ids, err
}
