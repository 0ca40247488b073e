package share

import (
	"context"
	"fmt"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// personal is where the room keeps something about persons: who drafted, proposed
// and approved a rule, and who changed it.
func personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "rule", Person: "created_by", Columns: []string{"created_by_name"}, Show: []string{"id", "title_zh", "created_at"}},
		{Table: "rule", Person: "proposed_by", Columns: []string{"proposed_by_name"}, Show: []string{"id", "title_zh", "changed_at"}},
		{Table: "rule", Person: "approved_by", Columns: []string{"approved_by_name"}, Show: []string{"id", "title_zh", "changed_at"}},
		{Table: "rule_history", Person: "by_id", Columns: []string{"by_name"}, Show: []string{"rule_id", "act", "at"}},
	}
}

// forgetPerson erases a person from rows of earlier releases, which have the name
// and no number, also within the versions that are kept whole. Somebody of the
// same name loses it there too.
func (m *Room) forgetPerson(ctx context.Context, s identity.Subject) error {
	err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		for _, q := range []string{
			`UPDATE rule SET created_by_name = $1 WHERE created_by = '' AND created_by_name = $2`,
			`UPDATE rule SET approved_by_name = $1 WHERE approved_by = '' AND approved_by_name = $2`,
			`UPDATE rule_history SET by_name = $1 WHERE by_id = '' AND by_name = $2`,
			`UPDATE rule_history SET snapshot = REPLACE(snapshot, '_by_name":"' || $2 || '"', '_by_name":"' || $1 || '"')`,
		} {
			if _, err := tx.Exec(ctx, q, sqldb.ErasedName, s.Name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forget a person among rules: %w", err)
	}
	return nil
}
