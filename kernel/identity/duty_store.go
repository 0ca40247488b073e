package identity

import (
	"context"
	"database/sql"
	"fmt"

	"linghang/kernel/sqldb"
)

const countDuties = `SELECT m.role, COUNT(DISTINCT m.person_id) FROM membership m JOIN person p ON p.id = m.person_id JOIN organisation o ON o.id = m.organisation_id
	WHERE m.role IN ('administrator', 'security_administrator', 'auditor') AND p.disabled = FALSE AND o.parent_id IS NULL GROUP BY m.role`

// querier is a database or a change of it.
type querier interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// dutyCounts returns how many persons of the city's own bureau hold each duty.
func (d *Directory) dutyCounts(ctx context.Context) (map[Role]int, error) {
	return dutyCounts(ctx, d.db)
}

func dutyCounts(ctx context.Context, q querier) (map[Role]int, error) {
	rows, err := q.Query(ctx, countDuties)
	if err != nil {
		return nil, fmt.Errorf("count holders of duties: %w", err)
	}
	counts := map[Role]int{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var role Role
		var n int
		err := r.Scan(&role, &n)
		counts[role] = n
		return struct{}{}, err
	})
	return counts, err
}

func (d *Directory) holders(ctx context.Context) ([]Holder, error) {
	rows, err := d.db.Query(ctx, `SELECT DISTINCT p.id, p.name, p.login, m.role FROM membership m JOIN person p ON p.id = m.person_id JOIN organisation o ON o.id = m.organisation_id
		WHERE m.role IN ('administrator', 'security_administrator', 'auditor') AND p.disabled = FALSE AND o.parent_id IS NULL ORDER BY p.name, p.id`)
	if err != nil {
		return nil, fmt.Errorf("read holders of duties: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (Holder, error) {
		var h Holder
		err := r.Scan(&h.ID, &h.Name, &h.Login, &h.role)
		return h, err
	})
}

// memberships returns what a person belongs to, as a change sees it.
func memberships(ctx context.Context, tx *sqldb.Tx, person string) ([]Membership, error) {
	rows, err := tx.Query(ctx, `SELECT organisation_id, role FROM membership WHERE person_id = $1`, person)
	if err != nil {
		return nil, fmt.Errorf("read memberships: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (Membership, error) {
		var m Membership
		err := r.Scan(&m.OrganisationID, &m.Role)
		return m, err
	})
}
