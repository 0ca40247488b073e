package sensor

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"linghang/kernel/sqldb"
)

// SeenDevice is a device that sensors of an enterprise saw: one that said who it is, or an
// address within private networks that spoke.
type SeenDevice struct {
	FoundAsset
	SensorID string // one that saw it speak; empty when none did
}

// Of returns what a device said of itself under one name.
func (a FoundAsset) Of(kind string) string {
	for _, p := range a.Properties {
		if p.Kind == kind {
			return p.Value
		}
	}
	return ""
}

// mostSeen is how many facts and how many talkers are looked at, the newest.
const mostSeen = 20_000

// talker is somebody who speaks.
type talker struct {
	sensor, addr string
	first, last  time.Time
}

// Seen returns what the sensors of an enterprise saw that are not retired, and how many of
// them saw anything.
func (m *Sensors) Seen(ctx context.Context, organisation string) (list []SeenDevice, sensors int, err error) {
	err = m.store.db.QueryRow(ctx, `SELECT COUNT(*) FROM security_sensor WHERE organisation_id = $1 AND retired_at = 0 AND packet_at > 0`, organisation).Scan(&sensors)
	if err != nil {
		return nil, 0, fmt.Errorf("count sensors: %w", err)
	}
	if sensors == 0 {
		return nil, 0, nil
	}
	facts, err := m.store.factsOf(ctx, organisation)
	if err != nil {
		return nil, 0, err
	}
	talkers, err := m.store.talkers(ctx, organisation)
	if err != nil {
		return nil, 0, err
	}
	return seen(assets(facts), talkers), sensors, nil
}

// seen joins devices with who speaks: a talker whose address a device has is that device.
func seen(found []FoundAsset, talkers []talker) []SeenDevice {
	by := map[string]talker{}
	for _, t := range talkers {
		by[t.addr] = t
	}
	list := make([]SeenDevice, 0, len(found)+len(talkers))
	said := map[string]bool{}
	for _, a := range found {
		d := SeenDevice{FoundAsset: a}
		for _, addr := range a.Addrs {
			said[addr] = true
			if t, speaks := by[addr]; speaks && d.SensorID == "" {
				d.SensorID, d.LastAt = t.sensor, later(d.LastAt, t.last)
			}
		}
		list = append(list, d)
	}
	for _, t := range talkers {
		if a, err := netip.ParseAddr(t.addr); said[t.addr] || err != nil || !a.IsPrivate() && !a.IsLinkLocalUnicast() { // others are not of the plant
			continue
		}
		said[t.addr] = true
		list = append(list, SeenDevice{FoundAsset{Key: "address " + t.addr, By: "address", MACs: []string{}, Addrs: []string{t.addr}, FirstAt: t.first, LastAt: t.last}, t.sensor})
	}
	return list
}

func (s store) factsOf(ctx context.Context, organisation string) ([]DeviceFact, error) {
	rows, err := s.db.Query(ctx, `SELECT `+factColumns+` FROM security_sensor_fact f JOIN security_sensor x ON x.id = f.sensor_id WHERE x.organisation_id = $1 AND x.retired_at = 0 ORDER BY f.last_at DESC, f.id LIMIT $2`, organisation, mostSeen)
	if err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	return sqldb.All(rows, scanFact)
}

func (s store) talkers(ctx context.Context, organisation string) ([]talker, error) {
	rows, err := s.db.Query(ctx, `SELECT MIN(t.sensor_id), t.addr, MIN(t.first_at), MAX(t.last_at) FROM (
			SELECT p.sensor_id, p.client AS addr, p.first_at, p.last_at FROM security_sensor_pair p JOIN security_sensor x ON x.id = p.sensor_id WHERE x.organisation_id = $1 AND x.retired_at = 0
			UNION ALL SELECT p.sensor_id, p.server, p.first_at, p.last_at FROM security_sensor_pair p JOIN security_sensor x ON x.id = p.sensor_id WHERE x.organisation_id = $1 AND x.retired_at = 0
		) t GROUP BY t.addr ORDER BY 4 DESC, 2 LIMIT $2`, organisation, mostSeen)
	if err != nil {
		return nil, fmt.Errorf("read who speaks: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (t talker, err error) {
		var first, last int64
		err = r.Scan(&t.sensor, &t.addr, &first, &last)
		t.first, t.last = sqldb.Time(first), sqldb.Time(last)
		return t, err
	})
}
