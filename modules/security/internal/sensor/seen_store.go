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

// Sight is what sensors of an enterprise saw.
type Sight struct {
	Devices []SeenDevice
	Sensors []string // that saw anything
	Hidden  int      // that saw anything, and are not open
}

// Seen returns what the sensors of an enterprise saw that are not retired; open: only those
// that it opened in detail.
func (m *Sensors) Seen(ctx context.Context, organisation string, open bool) (out Sight, err error) {
	all, err := m.store.sighted(ctx, organisation, false)
	if err != nil {
		return out, err
	}
	if out.Sensors, err = m.store.sighted(ctx, organisation, open); err != nil {
		return out, err
	}
	if out.Hidden = len(all) - len(out.Sensors); len(out.Sensors) == 0 {
		return out, nil
	}
	facts, err := m.store.factsOf(ctx, organisation, open)
	if err != nil {
		return out, err
	}
	talkers, err := m.store.talkers(ctx, organisation, open)
	if err != nil {
		return out, err
	}
	out.Devices = seen(assets(facts), talkers)
	return out, nil
}

// visible narrows sensors x to those in detail, where $2 says so.
const visible = ` AND (NOT $2 OR x.consent = 'detail')`

// sighted are the sensors of an enterprise that saw anything.
func (s store) sighted(ctx context.Context, organisation string, open bool) ([]string, error) {
	rows, err := s.db.Query(ctx, `SELECT x.id FROM security_sensor x WHERE x.organisation_id = $1 AND x.retired_at = 0 AND x.packet_at > 0`+visible+` ORDER BY x.id LIMIT $3`, organisation, open, mostSensors)
	if err != nil {
		return nil, fmt.Errorf("read sensors: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
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

func (s store) factsOf(ctx context.Context, organisation string, open bool) ([]DeviceFact, error) {
	rows, err := s.db.Query(ctx, `SELECT `+factColumns+` FROM security_sensor_fact f JOIN security_sensor x ON x.id = f.sensor_id WHERE x.organisation_id = $1 AND x.retired_at = 0`+visible+` ORDER BY f.last_at DESC, f.id LIMIT $3`, organisation, open, mostSeen)
	if err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	return sqldb.All(rows, scanFact)
}

func (s store) talkers(ctx context.Context, organisation string, open bool) ([]talker, error) {
	rows, err := s.db.Query(ctx, `SELECT MIN(t.sensor_id), t.addr, MIN(t.first_at), MAX(t.last_at) FROM (
			SELECT p.sensor_id, p.client AS addr, p.first_at, p.last_at FROM security_sensor_pair p JOIN security_sensor x ON x.id = p.sensor_id WHERE x.organisation_id = $1 AND x.retired_at = 0`+visible+`
			UNION ALL SELECT p.sensor_id, p.server, p.first_at, p.last_at FROM security_sensor_pair p JOIN security_sensor x ON x.id = p.sensor_id WHERE x.organisation_id = $1 AND x.retired_at = 0`+visible+`
		) t GROUP BY t.addr ORDER BY 4 DESC, 2 LIMIT $3`, organisation, open, mostSeen)
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
