package enterprise

import (
	"context"
	"fmt"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/internal/assessment"
	"linghang/modules/enterprise/internal/provider"
)

// OwnEnterprises implements provider.Directory, by the same rule as Own.
func (s entryStore) OwnEnterprises(ctx context.Context) ([]provider.Enterprise, error) {
	who, args := identity.From(ctx), []any{identity.From(ctx).Organisation.ID}
	if !who.Scope.All {
		for _, id := range who.Scope.IDs {
			args = append(args, id)
		}
	}
	rows, err := s.db.Query(ctx, `SELECT e.id, e.code, e.organisation_id, e.name_zh, e.name_en, e.district, e.industry, e.synthetic FROM entry e
		WHERE e.organisation_id <> '' AND e.organisation_id IN (`+places(len(args))+`) AND e.status = 'accepted' ORDER BY e.name_zh, e.id LIMIT `+fmt.Sprint(ownMost), args...)
	if err != nil {
		return nil, fmt.Errorf("read own enterprises: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (e provider.Enterprise, err error) {
		return e, r.Scan(&e.ID, &e.Code, &e.OrganisationID, &e.Name.ZH, &e.Name.EN, &e.District, &e.Industry, &e.Synthetic)
	})
}

// vocabularies are those of providers and needs: the scenarios are those of the
// assessment of small enterprises.
func vocabularies() (provider.Words, error) {
	w := provider.Words{Industries: termsOf(industries()), Districts: termsOf(districts()), Scenarios: []provider.Term{}}
	l, err := assessment.NewLibrary()
	if err != nil {
		return w, fmt.Errorf("read scenarios: %w", err)
	}
	t, ok := l.Newest("sme-2024")
	if !ok || t.Scenarios == nil {
		return w, fmt.Errorf("the questionnaire sme-2024 has no scenarios")
	}
	for _, g := range t.Scenarios.Groups {
		for _, s := range g.Scenarios {
			w.Scenarios = append(w.Scenarios, provider.Term{Code: s.Code, Title: s.Title})
		}
	}
	return w, nil
}

func termsOf(list []Term) []provider.Term {
	out := make([]provider.Term, len(list))
	for i, t := range list {
		out[i] = provider.Term{Code: t.Code, Title: t.Title}
	}
	return out
}
