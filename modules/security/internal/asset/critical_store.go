package asset

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"linghang/kernel/sqldb"
)

// critical is from which criticality on the plant stands still, or people are in danger.
const critical = 4

// CriticalOf names an active asset of an enterprise that is critical and has one of some
// addresses; empty: none.
func CriticalOf(ctx context.Context, db reader, organisation string, addresses ...string) (string, error) {
	rows, err := db.Query(ctx, `SELECT name, addresses FROM security_asset WHERE organisation_id = $1 AND state = 'active' AND criticality >= $2 ORDER BY id LIMIT $3`, organisation, critical, MostDeclared)
	if err != nil {
		return "", fmt.Errorf("read critical assets: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x PlacedAsset, err error) {
		var text string
		if err := r.Scan(&x.Name, &text); err != nil {
			return x, err
		}
		return x, json.Unmarshal([]byte(text), &x.Addresses)
	})
	for _, x := range list {
		if slices.ContainsFunc(x.Keys(), func(key string) bool { return slices.Contains(addresses, key) }) {
			return x.Name, err
		}
	}
	return "", err
}
