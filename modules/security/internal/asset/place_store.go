package asset

import (
	"context"
	"encoding/json"
	"fmt"

	"linghang/kernel/sqldb"
)

// Placed is an asset by one of its addresses.
type Placed struct{ Name, Zone string }

// Places are the active assets of an enterprise by their IP and MAC addresses. An address that
// several have, in different segments, is left out.
func (m *Assets) Places(ctx context.Context, organisation string) (map[string]Placed, error) {
	rows, err := m.store.db.Query(ctx, `SELECT name, zone, addresses FROM security_asset WHERE organisation_id = $1 AND state = 'active' ORDER BY id LIMIT $2`, organisation, mostDeclared)
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	type one struct {
		Placed
		addresses []Address
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x one, err error) {
		var addresses string
		if err := r.Scan(&x.Name, &x.Zone, &addresses); err != nil {
			return x, err
		}
		return x, json.Unmarshal([]byte(addresses), &x.addresses)
	})
	out, times := map[string]Placed{}, map[string]int{}
	for _, x := range list {
		for _, a := range x.addresses {
			for _, key := range []string{a.IP, a.MAC} {
				if key == "" {
					continue
				}
				out[key] = x.Placed
				times[key]++
			}
		}
	}
	for key, n := range times {
		if n > 1 {
			delete(out, key)
		}
	}
	return out, err
}
