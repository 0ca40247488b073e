package identity

import (
	"context"
	"fmt"
	"strings"

	"linghang/kernel/sqldb"
)

// Recipient is somebody who is told something.
type Recipient struct {
	PersonID       string
	Name           string
	Email          string
	Language       string
	OrganisationID string // for which they are told
}

func scanRecipient(r sqldb.Row) (Recipient, error) {
	var p Recipient
	err := r.Scan(&p.PersonID, &p.Name, &p.Email, &p.Language, &p.OrganisationID)
	return p, err
}

// Members returns who may sign in for an organisation, and for those below it
// if asked, and holds the permission there; an empty permission asks for none.
// A person with several memberships comes once.
func (d *Directory) Members(ctx context.Context, organisation string, below bool, permission string) ([]Recipient, error) {
	args := []any{organisation}
	query := `SELECT p.id, p.name, p.email, p.language, MIN(m.organisation_id) FROM membership m JOIN person p ON p.id = m.person_id
		WHERE p.disabled = FALSE AND m.organisation_id = $1`
	if below {
		query = `WITH RECURSIVE tree (id) AS (
			SELECT id FROM organisation WHERE id = $1
			UNION ALL SELECT o.id FROM organisation o JOIN tree t ON o.parent_id = t.id
		) SELECT p.id, p.name, p.email, p.language, MIN(m.organisation_id) FROM membership m JOIN tree t ON t.id = m.organisation_id
			JOIN person p ON p.id = m.person_id WHERE p.disabled = FALSE`
	}
	if permission != "" {
		marks := []string{}
		want := d.catalogue.Set([]string{permission})
		for _, r := range Roles() {
			if d.catalogue.Of(r.ID).Holds(want) && want != (Bits{}) {
				args = append(args, string(r.ID))
				marks = append(marks, fmt.Sprintf("$%d", len(args)))
			}
		}
		if len(marks) == 0 {
			return nil, nil
		}
		query += ` AND m.role IN (` + strings.Join(marks, ", ") + `)`
	}
	rows, err := d.db.Query(ctx, query+` GROUP BY p.id, p.name, p.email, p.language ORDER BY p.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read members of %s: %w", organisation, err)
	}
	return sqldb.All(rows, scanRecipient)
}

// PersonsByID returns those of the persons who may sign in.
func (d *Directory) PersonsByID(ctx context.Context, ids []string) ([]Recipient, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args, marks := make([]any, len(ids)), make([]string, len(ids))
	for i, id := range ids {
		args[i], marks[i] = id, fmt.Sprintf("$%d", i+1)
	}
	rows, err := d.db.Query(ctx, `SELECT p.id, p.name, p.email, p.language, '' FROM person p WHERE p.disabled = FALSE AND p.id IN (`+strings.Join(marks, ", ")+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read persons: %w", err)
	}
	return sqldb.All(rows, scanRecipient)
}
