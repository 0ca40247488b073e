package asset

import (
	"context"
	"fmt"

	"linghang/kernel/sqldb"
)

func (s store) byKey(ctx context.Context, db reader, organisation string) (keyed, error) {
	rows, err := db.Query(ctx, `SELECT value, MIN(asset_id) FROM security_asset_key WHERE organisation_id = $1 AND rank < $2 GROUP BY value`, organisation, byLikeness)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	out := keyed{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var value, id string
		err := r.Scan(&value, &id)
		out[value] = id
		return struct{}{}, err
	})
	return out, err
}
