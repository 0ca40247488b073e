package asset

import (
	"context"
	"encoding/json"
	"fmt"

	"linghang/kernel/sqldb"
)

// Placed is an asset by one of its addresses.
type Placed struct{ Name, Zone string }

// PlacedAsset is an active asset with its addresses.
type PlacedAsset struct {
	Placed
	Level     int // SL-T of its zone, 0: not set
	Addresses []Address
}

// Keys are the IP and MAC addresses by which sensors name an asset.
func (a PlacedAsset) Keys() (out []string) {
	for _, x := range a.Addresses {
		for _, key := range []string{x.IP, x.MAC} {
			if key != "" {
				out = append(out, key)
			}
		}
	}
	return out
}

// PlacedOf are the active assets of an enterprise.
func PlacedOf(ctx context.Context, db reader, organisation string) ([]PlacedAsset, error) {
	rows, err := db.Query(ctx, `SELECT name, zone, zone_level, addresses FROM security_asset WHERE organisation_id = $1 AND state = 'active' ORDER BY id LIMIT $2`, organisation, MostDeclared)
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x PlacedAsset, err error) {
		var addresses string
		if err := r.Scan(&x.Name, &x.Zone, &x.Level, &addresses); err != nil {
			return x, err
		}
		return x, json.Unmarshal([]byte(addresses), &x.Addresses)
	})
}

// Places are the active assets of an enterprise by their IP and MAC addresses. An address that
// several have, in different segments, is left out.
func (m *Assets) Places(ctx context.Context, organisation string) (map[string]Placed, error) {
	list, err := PlacedOf(ctx, m.store.db, organisation)
	out, times := map[string]Placed{}, map[string]int{}
	for _, x := range list {
		for _, key := range x.Keys() {
			out[key] = x.Placed
			times[key]++
		}
	}
	for key, n := range times {
		if n > 1 {
			delete(out, key)
		}
	}
	return out, err
}

// May tells whether who asks may see assets of an organisation one by one.
func (m *Assets) May(ctx context.Context, organisation string) (bool, error) {
	return m.store.may(ctx, m.store.db, organisation, m.now())
}
