package platforms

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// forgetPerson erases a person as the contact of platforms, told by the e-mail
// address or the telephone number. Who runs the platform names another.
func (m *Module) forgetPerson(ctx context.Context, s identity.Subject) error {
	rows, err := m.kit.DB.Query(ctx, `SELECT id, contact_phone, contact_email FROM platform WHERE contact_phone <> '' OR contact_email <> ''`)
	if err != nil {
		return fmt.Errorf("read contacts: %w", err)
	}
	type contact struct{ id, phone, email string }
	list, err := sqldb.All(rows, func(r sqldb.Row) (c contact, err error) {
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
			_, err := tx.Exec(ctx, `UPDATE platform SET contact_name = '', contact_phone = '', contact_email = '', version = version + 1 WHERE id = $1`, c.id)
			return err
		})
		if err != nil {
			return fmt.Errorf("forget a contact: %w", err)
		}
	}
	return nil
}

// submissionPersonal are the names of persons whose tables brought figures; the figures
// and the reasons for corrections stay.
func submissionPersonal() []sqldb.Personal {
	return []sqldb.Personal{{Table: "submission", Person: "key_id", Columns: []string{"sender"}, Show: []string{"id", "platform_id", "received_at", "period", "items", "reason"}, Where: "sender <> ''"}}
}
