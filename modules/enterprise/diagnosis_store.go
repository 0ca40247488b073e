package enterprise

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/internal/diagnosis"
)

// Told implements diagnosis.Directory.
func (s entryStore) Told(ctx context.Context, entry string) error {
	return s.noteAccess(ctx, wayDiagnosis, []given{{entry, []string{groupAnswers}}}, time.Now())
}

// ownMost bounds how many enterprises a group of companies diagnoses.
const ownMost = 500

// Own implements diagnosis.Directory: the accepted enterprises that the caller's
// organisation, or one below it, keeps. The bureau keeps enterprises without an account,
// and answers for none of them.
func (s entryStore) Own(ctx context.Context) ([]diagnosis.Enterprise, error) {
	who := identity.From(ctx)
	args := []any{who.Organisation.ID}
	if !who.Scope.All {
		for _, id := range who.Scope.IDs {
			args = append(args, id)
		}
	}
	marks := make([]string, len(args))
	for i := range args {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	rows, err := s.db.Query(ctx, `SELECT e.id, e.organisation_id, e.name_zh, e.name_en, e.district, e.industry, e.synthetic FROM entry e
		WHERE e.organisation_id <> '' AND e.organisation_id IN (`+strings.Join(marks, ", ")+`) AND e.status = 'accepted' ORDER BY e.name_zh, e.id LIMIT `+fmt.Sprint(ownMost), args...)
	if err != nil {
		return nil, fmt.Errorf("read own enterprises: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (e diagnosis.Enterprise, err error) {
		return e, r.Scan(&e.ID, &e.OrganisationID, &e.Name.ZH, &e.Name.EN, &e.District, &e.Industry, &e.Synthetic)
	})
}
