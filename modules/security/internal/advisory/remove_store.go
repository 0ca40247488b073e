package advisory

import (
	"context"
	"fmt"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/sqldb"
)

// remove takes an advisory of the demonstration away, with what it means for assets.
func (m *Advisories) remove(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	if err := cityOnly(ctx); err != nil {
		return httpd.Nothing{}, err
	}
	a, err := m.store.seen(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if !a.Synthetic {
		return httpd.Nothing{}, fault.New(fault.Conflict, "security.advisory.kept", "only advisories of the demonstration city can be removed")
	}
	return httpd.Nothing{}, m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM security_advisory WHERE id = $1 AND synthetic`, a.ID); err != nil {
			return fmt.Errorf("remove advisory: %w", err)
		}
		tx.Changed("security_advisory", a.ID, a, nil)
		return nil
	})
}
