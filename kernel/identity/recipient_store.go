package identity

import (
	"context"
	"fmt"
	"strings"

	"linghang/kernel/lang"
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

// mailed is a person's e-mail address, unless they want no notices there.
const mailed = `CASE WHEN EXISTS (SELECT 1 FROM consent c WHERE c.person_id = p.id AND c.purpose = '` + ForNotifications + `')
	AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.person_id = p.id AND c.purpose = '` + ForNotifications + `' AND c.withdrawn_at = 0) THEN '' ELSE p.email END`

// Members returns who may sign in for an organisation, and for those below it
// if asked, and holds the permission there; an empty permission asks for none.
// A person with several memberships comes once.
func (d *Directory) Members(ctx context.Context, organisation string, below bool, permission string) ([]Recipient, error) {
	args := []any{organisation}
	query := `SELECT p.id, p.name, ` + mailed + `, p.language, MIN(m.organisation_id) FROM membership m JOIN person p ON p.id = m.person_id
		WHERE p.disabled = FALSE AND m.organisation_id = $1`
	if below {
		query = `WITH RECURSIVE tree (id) AS (
			SELECT id FROM organisation WHERE id = $1
			UNION ALL SELECT o.id FROM organisation o JOIN tree t ON o.parent_id = t.id
		) SELECT p.id, p.name, ` + mailed + `, p.language, MIN(m.organisation_id) FROM membership m JOIN tree t ON t.id = m.organisation_id
			JOIN person p ON p.id = m.person_id WHERE p.disabled = FALSE`
	}
	if permission != "" {
		roles := d.rolesWith(permission)
		if len(roles) == 0 {
			return nil, nil
		}
		query += ` AND m.role IN (` + placed(&args, roles) + `)`
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
	var args []any
	rows, err := d.db.Query(ctx, `SELECT p.id, p.name, `+mailed+`, p.language, '' FROM person p WHERE p.disabled = FALSE AND p.id IN (`+placed(&args, ids)+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read persons: %w", err)
	}
	return sqldb.All(rows, scanRecipient)
}

// rolesWith returns the roles that hold a permission.
func (d *Directory) rolesWith(permission string) []string {
	var roles []string
	want := d.catalogue.Set([]string{permission})
	for _, r := range Roles() {
		if d.catalogue.Of(r.ID).Holds(want) && want != (Bits{}) {
			roles = append(roles, string(r.ID))
		}
	}
	return roles
}

// placed adds values to the arguments and returns their places, such as $2, $3.
func placed(args *[]any, values []string) string {
	marks := make([]string, len(values))
	for i, v := range values {
		*args = append(*args, v)
		marks[i] = fmt.Sprintf("$%d", len(*args))
	}
	return strings.Join(marks, ", ")
}

// Seer is somebody who sees rows of an organisation.
type Seer struct {
	PersonID     string
	Name         string
	Organisation lang.Text // for which they do
}

// SeerParams says which of the seers are wanted.
type SeerParams struct {
	Organisations []string // whose rows; empty means the whole city's
	Permission    string   // which they hold
	Persons       []string // only these; empty means all
	Name          string   // a part of it; empty means all
	Limit         int
}

// Seers returns who sees rows of any of the organisations: the members of these
// and of those above them who hold the permission there, and may sign in.
func (d *Directory) Seers(ctx context.Context, in SeerParams) ([]Seer, error) {
	roles := d.rolesWith(in.Permission)
	if len(roles) == 0 {
		return nil, nil
	}
	var args []any
	above := `SELECT id, parent_id FROM organisation`
	if len(in.Organisations) > 0 {
		above += ` WHERE id IN (` + placed(&args, in.Organisations) + `) UNION SELECT o.id, o.parent_id FROM organisation o JOIN above a ON o.id = a.parent_id`
	}
	query := `WITH RECURSIVE above (id, parent_id) AS (` + above + `), seer (person_id, organisation_id) AS (
			SELECT m.person_id, MIN(m.organisation_id) FROM membership m JOIN above a ON a.id = m.organisation_id WHERE m.role IN (` + placed(&args, roles) + `) GROUP BY m.person_id
		) SELECT p.id, p.name, o.name_zh, o.name_en FROM seer s JOIN person p ON p.id = s.person_id JOIN organisation o ON o.id = s.organisation_id WHERE p.disabled = FALSE`
	if len(in.Persons) > 0 {
		query += ` AND p.id IN (` + placed(&args, in.Persons) + `)`
	}
	if name := strings.ToLower(strings.TrimSpace(in.Name)); name != "" {
		args = append(args, "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(name)+"%")
		query += fmt.Sprintf(` AND LOWER(p.name) LIKE $%d ESCAPE '\'`, len(args))
	}
	rows, err := d.db.Query(ctx, query+fmt.Sprintf(` ORDER BY p.name, p.id LIMIT %d`, in.Limit), args...)
	if err != nil {
		return nil, fmt.Errorf("read who sees rows of %v: %w", in.Organisations, err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (Seer, error) {
		var s Seer
		err := r.Scan(&s.PersonID, &s.Name, &s.Organisation.ZH, &s.Organisation.EN)
		return s, err
	})
}
