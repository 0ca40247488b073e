package machine

import (
	"context"
	"fmt"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// personal is where the room keeps something about persons: who added and who
// revoked a machine.
func personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "machine", Person: "created_by_id", Columns: []string{"created_by"}, Show: []string{"id", "name", "created_at"}},
		{Table: "machine", Person: "revoked_by_id", Columns: []string{"revoked_by"}, Show: []string{"id", "name", "revoked_at"}},
	}
}

// forgetPerson erases a person from rows of earlier releases, which have the name
// and no number. Somebody of the same name loses it there too.
func (m *Room) forgetPerson(ctx context.Context, s identity.Subject) error {
	err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		for _, q := range []string{
			`UPDATE machine SET created_by = $1 WHERE created_by_id = '' AND created_by = $2`,
			`UPDATE machine SET revoked_by = $1 WHERE revoked_by_id = '' AND revoked_by = $2`,
		} {
			if _, err := tx.Exec(ctx, q, sqldb.ErasedName, s.Name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget a person among machines: %w", err)
	}
	return nil
}
