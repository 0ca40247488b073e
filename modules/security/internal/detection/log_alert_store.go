package detection

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

// mostAlarms is how many alerts of logs are opened of a sensor in a day: a Suricata whose rules
// were never tuned writes thousands of signatures a day, in which nobody finds anything. Those
// beyond are one alert, with how many they are.
const mostAlarms = 100

// alarmsBeyond is the rule of those.
const alarmsBeyond = "log_beyond"

const alarmColumns = `g.id, g.format, g.kind, g.code, g.title, g.detail, g.host, g.client, g.server, g.protocol, g.port, g.severity, g.at, g.until, g.again`

func scanAlarm(r sqldb.Row) (l alarm, err error) {
	var at, until int64
	err = r.Scan(&l.id, &l.format, &l.kind, &l.code, &l.title, &l.detail, &l.host, &l.client, &l.server, &l.protocol, &l.port, &l.severity, &at, &until, &l.again)
	l.at, l.until = sqldb.Time(at), sqldb.TimeOrZero(until)
	return l, err
}

// alarmed are the findings of the alarms of a batch of logs.
func (m *Detection) alarmed(ctx context.Context, d due, of sensorOf) ([]Finding, error) {
	rows, err := m.store.db.Query(ctx, `SELECT `+alarmColumns+` FROM security_sensor_log g WHERE g.sensor_id = $1 AND g.spool = $2 AND g.sequence = $3 AND `+alarming+` ORDER BY g.at, g.item LIMIT $4`, d.sensor, d.spool, d.sequence, batch.MaxLogs)
	if err != nil {
		return nil, fmt.Errorf("read alerts of other sensors: %w", err)
	}
	list, err := sqldb.All(rows, scanAlarm)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	off, err := m.store.switched(ctx, of.organisation, m.now())
	if err != nil {
		return nil, err
	}
	var found []Finding
	for _, l := range list {
		name, said := l.rule()
		if r, known := m.pack.Named(name); known && !off[r.ID] {
			found = append(found, l.finding(r, said))
		}
	}
	return m.within(ctx, of, joined(d.sensor, found), off)
}

// within puts what is beyond the alerts of a day together.
func (m *Detection) within(ctx context.Context, of sensorOf, list []Finding, off map[string]bool) ([]Finding, error) {
	if len(list) == 0 {
		return nil, nil
	}
	since := m.now().Add(-mergeWindow).UnixMilli()
	var opened int
	err := m.store.db.QueryRow(ctx, `SELECT COUNT(*) FROM security_alert WHERE organisation_id = $1 AND last_at > $2 AND sensor_id = $3 AND kind = 'log' AND opened_at > $2`, of.organisation, since, of.id).Scan(&opened)
	if err != nil {
		return nil, fmt.Errorf("count alerts of logs: %w", err)
	}
	out := list[:0]
	for _, f := range list {
		known, err := m.store.mergesInto(ctx, f.fingerprint(of.id))
		if err != nil {
			return nil, err
		}
		if !known && opened >= mostAlarms {
			r, there := m.pack.Named(alarmsBeyond)
			if !there || off[r.ID] {
				continue
			}
			f.Rule, f.Client, f.Server, f.Signature = r, "", "", ""
			f.Why = beyond(r, of, f.Why)
		} else if !known {
			opened++
		}
		out = append(out, f)
	}
	return out, nil
}

// mergesInto tells whether there is an alert of a fingerprint, about which a further finding opens
// no new one, or one in its place.
func (s store) mergesInto(ctx context.Context, fingerprint string) (is bool, err error) {
	err = s.db.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM security_alert WHERE fingerprint = $1)`, fingerprint).Scan(&is)
	if err != nil {
		return false, fmt.Errorf("find an alert: %w", err)
	}
	return is, nil
}

// alarmEvidence are what alarms say, by the IDs of their logs: shown as fields of the evidence.
func (s store) alarmEvidence(ctx context.Context, sensor string, ids []string) (map[string][]batch.LogField, error) {
	args := []any{sensor}
	for _, id := range ids {
		args = append(args, id)
	}
	rows, err := s.db.Query(ctx, `SELECT `+alarmColumns+` FROM security_sensor_log g WHERE g.sensor_id = $1 AND g.id IN (`+sqldb.Marks(2, len(ids))+`) AND `+alarming, args...)
	if err != nil {
		return nil, fmt.Errorf("read alerts of other sensors: %w", err)
	}
	list, err := sqldb.All(rows, scanAlarm)
	out := map[string][]batch.LogField{}
	for _, l := range list {
		_, said := l.rule()
		for _, f := range []batch.LogField{{Name: "signature", Value: l.code}, {Name: "message", Value: l.title}, {Name: "severity", Value: said}, {Name: "category", Value: l.detail}, {Name: "host", Value: l.host}, {Name: "again", Value: times(l)}} {
			if strings.TrimSpace(f.Value) != "" {
				out[l.id] = append(out[l.id], f)
			}
		}
	}
	return out, err
}

// times is how often an alarm was written once more, and until when.
func times(l alarm) string {
	if l.again == 0 {
		return ""
	}
	return fmt.Sprintf("%d, %s", l.again, l.until.Format(time.RFC3339))
}

// beyond is the sentence of what was put together, with the newest of it in each language.
func beyond(r Rule, of sensorOf, newest lang.Text) lang.Text {
	words := func(last string) map[string]string {
		return map[string]string{"sensor": of.title, "most": strconv.Itoa(mostAlarms), "last": last}
	}
	return lang.Text{ZH: r.sentence(words(newest.ZH)).ZH, EN: r.sentence(words(newest.EN)).EN}
}
