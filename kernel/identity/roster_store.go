package identity

import (
	"context"
	"fmt"
	"strings"

	"linghang/kernel/sqldb"
)

// knownPerson is somebody whom a line may be about; inside the caller's scope or not.
type knownPerson struct {
	Person
	inside bool
}

// known returns the persons who have a login or an e-mail address of the lines.
func (d *Directory) known(ctx context.Context, rows []RosterRow) ([]knownPerson, error) {
	const step = 200
	scope := From(ctx).Scope
	seen := map[string]bool{}
	var list []knownPerson
	for len(rows) > 0 {
		some := rows[:min(step, len(rows))]
		rows = rows[len(some):]
		args, marks := make([]any, 0, 2*len(some)), make([]string, 0, 2*len(some))
		for _, r := range some {
			for _, v := range []string{strings.ToLower(strings.TrimSpace(r.Login)), strings.ToLower(strings.TrimSpace(r.Email))} {
				args = append(args, v)
				marks = append(marks, fmt.Sprintf("$%d", len(args)))
			}
		}
		in := strings.Join(marks, ", ")
		found, err := d.db.Query(ctx, `SELECT `+personColumns+` FROM person p WHERE p.login IN (`+in+`) OR (p.email <> '' AND LOWER(p.email) IN (`+in+`))`, args...)
		if err != nil {
			return nil, fmt.Errorf("look for known persons: %w", err)
		}
		people, err := sqldb.All(found, scanPerson)
		if err != nil {
			return nil, err
		}
		if err := d.join(ctx, people); err != nil {
			return nil, err
		}
		for _, p := range people {
			if !seen[p.ID] {
				seen[p.ID] = true
				list = append(list, knownPerson{p, scope.All || len(p.within(scope).Memberships) > 0})
			}
		}
	}
	return list, nil
}
