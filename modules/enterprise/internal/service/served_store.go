package service

import (
	"context"
	"fmt"

	"linghang/kernel/sqldb"
)

// Served returns by unified social credit code how many enterprises of an industry, other
// than the one of the entry, a provider served, as these confirmed and as it counts.
func (m *Services) Served(ctx context.Context, industry, entry string) (map[string]int, error) {
	rows, err := m.store.db.Query(ctx, `SELECT s.provider, COUNT(DISTINCT s.entry_id) FROM service s WHERE s.industry = $1 AND s.counted AND s.state = 'confirmed' AND s.entry_id <> $2 AND s.provider <> $3 GROUP BY s.provider`, industry, entry, City)
	if err != nil {
		return nil, fmt.Errorf("count whom providers served in %s: %w", industry, err)
	}
	found := map[string]int{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (code string, err error) {
		var n int
		if err = r.Scan(&code, &n); err == nil {
			found[code] = n
		}
		return code, err
	})
	return found, err
}
