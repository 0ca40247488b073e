package advisory

import (
	"context"
	"fmt"

	"linghang/kernel/sqldb"
)

// drop takes an advisory away, with what it means for assets.
func (s store) drop(ctx context.Context, a Advisory) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM security_advisory WHERE id = $1 AND synthetic`, a.ID); err != nil {
			return fmt.Errorf("remove advisory: %w", err)
		}
		tx.Changed("security_advisory", a.ID, a, nil)
		return nil
	})
}
