package detection

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"linghang/kernel/sqldb"
)

// The rules about sensors themselves, and when they apply.
const (
	ruleSilent  = "4e0a7c52-0b1d-4d57-9a07-7f2f6f3b0011"
	ruleClock   = "4e0a7c52-0b1d-4d57-9a07-7f2f6f3b0012"
	ruleNothing = "4e0a7c52-0b1d-4d57-9a07-7f2f6f3b0013"

	silentAfter  = 10 * time.Minute // a live sensor says something each minute
	clockOff     = 30 * time.Second
	nothingAfter = 20 * time.Minute // without a unit, of a sensor that reports
	mostSensors  = 5_000            // that are looked at in one round
)

// vital is how a live sensor is.
type vital struct {
	sensorOf
	seen, packet time.Time
	skew         time.Duration
}

// vitals are the live sensors that were heard of within a day.
func (s store) vitals(ctx context.Context, now time.Time) ([]vital, error) {
	rows, err := s.db.Query(ctx, `SELECT s.id, s.organisation_id, s.organisation_zh, s.organisation_en, s.name, s.seen_at, s.packet_at, s.skew_ms FROM security_sensor s
		WHERE s.retired_at = 0 AND s.live AND s.seen_at >= $1 ORDER BY s.id LIMIT $2`, now.Add(-24*time.Hour).UnixMilli(), mostSensors)
	if err != nil {
		return nil, fmt.Errorf("look how sensors are: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (v vital, err error) {
		var seen, packet, skew int64
		err = r.Scan(&v.id, &v.organisation, &v.name.ZH, &v.name.EN, &v.title, &seen, &packet, &skew)
		v.seen, v.packet, v.skew = sqldb.Time(seen), sqldb.TimeOrZero(packet), time.Duration(skew)*time.Millisecond
		return v, err
	})
}

// findings are what is wrong with a sensor now.
func (v vital) findings(p *Pack, now time.Time) []Finding {
	var out []Finding
	add := func(id string, since time.Time) {
		r, known := p.Rule(id)
		if !known {
			return
		}
		words := map[string]string{"sensor": v.title, "since": since.In(time.FixedZone("CST", 8*3600)).Format("2006-01-02 15:04"), "skew": strconv.Itoa(int(v.skew / time.Second))}
		out = append(out, Finding{Rule: r, First: since, Last: now, Count: 1, Why: r.sentence(words), Reasons: []Reason{{"since", since.UTC().Format(time.RFC3339)}}})
	}
	silent := now.Sub(v.seen) > silentAfter
	if silent {
		add(ruleSilent, v.seen)
	}
	if v.skew > clockOff || v.skew < -clockOff {
		add(ruleClock, v.seen)
	}
	if !silent && !v.packet.IsZero() && now.Sub(v.packet) > nothingAfter {
		add(ruleNothing, v.packet)
	}
	return out
}

// sweep looks how sensors are, at suppressions that end, and at what was left in the queue.
func (m *Detection) sweep(ctx context.Context) error {
	return errors.Join(m.health(ctx), m.store.expire(ctx, m.now()), m.drain(ctx))
}

// health raises what is wrong with sensors. It goes on being one alert, which is added to no
// more than once an hour.
func (m *Detection) health(ctx context.Context) error {
	now := m.now()
	list, err := m.store.vitals(ctx, now)
	if err != nil {
		return err
	}
	for _, v := range list {
		found := v.findings(m.pack, now)
		if len(found) == 0 {
			continue
		}
		off, err := m.store.switched(ctx, v.organisation)
		if err != nil {
			return err
		}
		raised := false
		err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
			raised = false
			if err := tx.Queue(ctx, "detection "+v.id); err != nil {
				return err
			}
			for _, f := range found {
				var lately int
				if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM security_alert WHERE fingerprint = $1 AND last_at > $2`, f.fingerprint(v.id), now.Add(-time.Hour).UnixMilli()).Scan(&lately); err != nil {
					return fmt.Errorf("find an alert: %w", err)
				}
				if lately > 0 || off[f.Rule.ID] {
					continue
				}
				raised = true
				if err := m.raise(ctx, tx, v.sensorOf, []Finding{f}, now); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if raised {
			m.kit.Notify(topic, "", v.organisation)
		}
	}
	return nil
}
