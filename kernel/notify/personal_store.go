package notify

import (
	"context"
	"fmt"
	"strings"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// personal is where the room keeps something about persons.
func personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "inbox", Person: "person_id", Show: []string{"notice_id", "at", "read_at"}, Drop: true},
		{Table: "preference", Person: "person_id", Show: []string{"kind", "mail"}, Drop: true},
		{Table: "wish", Person: "person_id", Show: []string{"language", "quiet_from", "quiet_to"}, Drop: true},
		{Table: "delivery", Person: "person_id", Show: []string{"kind", "address", "state", "created_at"}, Drop: true},
	}
}

// forgetPerson erases what notices say of a person: those that they caused name
// them, and mails went to their address.
func (m *Room) forgetPerson(ctx context.Context, s identity.Subject) error {
	err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE notice SET by_name = $1, title_zh = REPLACE(title_zh, $2, $1), title_en = REPLACE(title_en, $2, $1), body_zh = REPLACE(body_zh, $2, $1), body_en = REPLACE(body_en, $2, $1)
			WHERE by_id = $3`, sqldb.ErasedName, s.Name, s.ID)
		if err != nil || s.Email == "" {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE delivery SET address = '' WHERE LOWER(address) = $1 AND state <> 'waiting'`, strings.ToLower(s.Email))
		return err
	})
	if err != nil {
		return fmt.Errorf("forget a person in notices: %w", err)
	}
	return nil
}
