package security

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/notice"
)

// concerned tells notices whose assets they concern.
type concerned struct {
	db     *sqldb.DB
	vendor func(name string) string // one name for all of a vendor
	now    func() time.Time
}

// Concerned implements notice.Matches.
func (c concerned) Concerned(ctx context.Context, a notice.Audience) (open, closed []string, err error) {
	args := []any{c.now().UnixMilli()}
	mark := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	var parts []string
	if len(a.Advisories) > 0 {
		var marks []string
		for _, id := range a.Advisories {
			marks = append(marks, mark(id))
		}
		answers := `x.answer = 'affected'`
		if a.Unsure {
			answers = `x.answer IN ('affected', 'cannot_tell')`
		}
		parts = append(parts, `EXISTS (SELECT 1 FROM security_exposure x WHERE x.organisation_id = i.organisation_id AND x.state = 'open' AND `+answers+` AND x.advisory_id IN (`+strings.Join(marks, ", ")+`))`)
	}
	for _, p := range a.Products {
		part := `EXISTS (SELECT 1 FROM security_asset s WHERE s.organisation_id = i.organisation_id AND s.state = 'active' AND s.vendor_key = ` + mark(c.vendor(p.Vendor))
		if p.Product != "" {
			part += ` AND LOWER(s.product) = ` + mark(strings.ToLower(p.Product))
		}
		parts = append(parts, part+`)`)
	}
	if len(parts) == 0 {
		return nil, nil, nil
	}
	rows, err := c.db.Query(ctx, `SELECT i.organisation_id, i.consent_id <> '' AND (i.consent_until = 0 OR i.consent_until > $1) FROM security_inventory i WHERE `+strings.Join(parts, " OR ")+` ORDER BY i.organisation_id`, args...)
	if err != nil {
		return nil, nil, fmt.Errorf("find whose assets a notice concerns: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var id string
		var consents bool
		err := r.Scan(&id, &consents)
		if consents {
			open = append(open, id)
		} else {
			closed = append(closed, id)
		}
		return struct{}{}, err
	})
	return open, closed, err
}
