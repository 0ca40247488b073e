package identifier

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// personal says where something about persons is kept for a while.
func personal() []sqldb.Personal {
	return []sqldb.Personal{{Table: "edit", Person: "actor", Columns: []string{"actor"}, Show: []string{"handle"}}}
}

// forgetPerson erases a person as the contact of nodes, told by the e-mail
// address or the telephone number. Who operates the node names another.
func (m *Module) forgetPerson(ctx context.Context, s identity.Subject) error {
	rows, err := m.kit.DB.Query(ctx, `SELECT id, contact_phone, contact_email FROM node WHERE contact_phone <> '' OR contact_email <> ''`)
	if err != nil {
		return fmt.Errorf("read contacts: %w", err)
	}
	type reached struct{ id, phone, email string }
	list, err := sqldb.All(rows, func(r sqldb.Row) (c reached, err error) {
		err = r.Scan(&c.id, &c.phone, &c.email)
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
			_, err := tx.Exec(ctx, `UPDATE node SET contact_name = '', contact_phone = '', contact_email = '', version = version + 1 WHERE id = $1`, c.id)
			return err
		})
		if err != nil {
			return fmt.Errorf("forget a contact: %w", err)
		}
	}
	return nil
}
