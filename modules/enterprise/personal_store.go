package enterprise

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// personal are the names of who did something with entries, and of who looked at them.
func personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "entry", Person: "decided_by", Columns: []string{"decided_name"}, Show: []string{"id", "decided_at", "status"}},
		{Table: "entry_step", Person: "actor", Columns: []string{"name"}, Show: []string{"entry_id", "at", "kind", "reason"}},
		{Table: "entry_access", Person: "actor", Columns: []string{"name"}, Show: []string{"entry_id", "day", "way", "fields"}},
		{Table: "entry_merge", Person: "actor", Columns: []string{"name"}, Show: []string{"survivor_id", "other_id", "at"}},
		{Table: "entry_merge", Person: "undone_by", Columns: []string{"undone_name"}, Show: []string{"survivor_id", "other_id", "undone_at"}},
		{Table: "entry_request", Person: "filed_by", Columns: []string{"filed_name"}, Show: []string{"id", "kind", "code", "filed_at"}},
		{Table: "entry_request", Person: "decided_by", Columns: []string{"decided_name"}, Show: []string{"id", "kind", "code", "decided_at"}},
		{Table: "entry_evidence", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"entry_id", "at", "name"}},
	}
}

// forgetPerson erases a person as the contact of enterprises, told by the e-mail
// address or the telephone number. The enterprise names another.
func (m *Module) forgetPerson(ctx context.Context, s identity.Subject) error {
	rows, err := m.kit.DB.Query(ctx, `SELECT entry_id, number, phone, email FROM entry_contact WHERE phone <> '' OR email <> ''`)
	if err != nil {
		return fmt.Errorf("read contacts: %w", err)
	}
	type contact struct {
		id           string
		number       int64
		phone, email string
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (c contact, err error) {
		err = r.Scan(&c.id, &c.number, &c.phone, &c.email)
		return c, err
	})
	if err != nil {
		return err
	}
	for _, c := range list {
		mailed, called := s.Email != "" && strings.EqualFold(c.email, s.Email), c.phone != "" && slices.Contains(s.Phones, c.phone)
		if !mailed && !called {
			continue
		}
		err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(ctx, `DELETE FROM entry_contact WHERE entry_id = $1 AND number = $2`, c.id, c.number); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE entry SET version = version + 1 WHERE id = $1`, c.id)
			return err
		})
		if err != nil {
			return fmt.Errorf("forget a contact: %w", err)
		}
	}
	return nil
}
