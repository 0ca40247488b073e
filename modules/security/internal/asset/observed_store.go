package asset

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"linghang/kernel/sqldb"
)

// declared are the active assets of an enterprise.
func (s store) declared(ctx context.Context, organisation string) ([]compared, error) {
	rows, err := s.db.Query(ctx, `SELECT id, name, role, vendor, product, serial, addresses FROM security_asset WHERE organisation_id = $1 AND state = 'active' ORDER BY name, id LIMIT $2`, organisation, mostDeclared)
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x compared, err error) {
		var addresses string
		if err := r.Scan(&x.ID, &x.Name, &x.Role, &x.facts.Vendor, &x.facts.Product, &x.facts.Serial, &addresses); err != nil {
			return x, err
		}
		x.What = strings.TrimSpace(x.facts.Vendor + " " + x.facts.Product)
		if err := json.Unmarshal([]byte(addresses), &x.facts.Addresses); err != nil {
			return x, fmt.Errorf("read addresses: %w", err)
		}
		return x, nil
	})
}
