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

// forgetPerson erases a person as the contact of nodes, and as who stands for an
// operator in law, told by the e-mail address or the telephone number. Who operates
// the node names another.
func (m *Module) forgetPerson(ctx context.Context, s identity.Subject) error {
	err := m.forgetReached(ctx, s, `SELECT id, contact_phone, contact_email FROM node WHERE contact_phone <> '' OR contact_email <> ''`,
		`UPDATE node SET contact_name = '', contact_phone = '', contact_email = '', version = version + 1 WHERE id = $1`,
		`UPDATE particulars SET contact_document_kind = '', contact_document = '', version = version + 1 WHERE node_id = $1`)
	if err != nil {
		return fmt.Errorf("forget a contact: %w", err)
	}
	err = m.forgetReached(ctx, s, `SELECT node_id, legal_phone, legal_email FROM particulars WHERE legal_phone <> '' OR legal_email <> ''`,
		`UPDATE particulars SET legal_name = '', legal_document_kind = '', legal_document = '', legal_phone = '', legal_email = '', legal_fax = '', version = version + 1 WHERE node_id = $1`)
	if err != nil {
		return fmt.Errorf("forget a legal person: %w", err)
	}
	return nil
}

// forgetReached runs statements for each row whose telephone number or e-mail
// address is the person's.
func (m *Module) forgetReached(ctx context.Context, s identity.Subject, list string, statements ...string) error {
	rows, err := m.kit.DB.Query(ctx, list)
	if err != nil {
		return fmt.Errorf("read who is reached: %w", err)
	}
	type reached struct{ id, phone, email string }
	all, err := sqldb.All(rows, func(r sqldb.Row) (c reached, err error) {
		err = r.Scan(&c.id, &c.phone, &c.email)
		return c, err
	})
	if err != nil {
		return err
	}
	for _, c := range all {
		mailed, called := s.Email != "" && strings.EqualFold(c.email, s.Email), c.phone != "" && slices.Contains(s.Phones, c.phone)
		if !mailed && !called {
			continue
		}
		err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
			for _, statement := range statements {
				if _, err := tx.Exec(ctx, statement, c.id); err != nil {
					return fmt.Errorf("erase: %w", err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
