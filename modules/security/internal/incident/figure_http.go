package incident

import (
	"context"
	"slices"
	"time"

	"linghang/kernel/identity"
)

type figureParams struct {
	Year int `query:"year" minimum:"0" maximum:"2100" doc:"In which they were received; all if nothing is said"`
}

// real leaves incidents of the demonstration out, unless all are.
func real(list []Case) (_ []Case, synthetic bool) {
	if len(list) > 0 && !slices.ContainsFunc(list, func(i Case) bool { return !i.Synthetic }) {
		return list, true
	}
	return slices.DeleteFunc(slices.Clone(list), func(i Case) bool { return i.Synthetic }), false
}

func (m *Incidents) figures(ctx context.Context, in figureParams) (Figures, error) {
	now, who := m.now(), identity.From(ctx)
	from, until := time.Time{}, now.AddDate(10, 0, 0)
	if in.Year > 0 {
		from = time.Date(in.Year, 1, 1, 0, 0, 0, 0, cityTime())
		until = from.AddDate(1, 0, 0)
	}
	all, err := m.store.counted(ctx, from, until)
	if err != nil {
		return Figures{}, err
	}
	list, synthetic := real(all)
	ours := list
	if who.Organisation.Synthetic {
		ours = all
	}
	own := slices.DeleteFunc(slices.Clone(ours), func(i Case) bool { return lookAt(who, i.OrganisationID) == stranger })
	f := Figures{Own: gather("", own, now), District: []Group{}, Industry: []Group{}, Fewest: fewest, Synthetic: synthetic}
	whole := gather("", list, now)
	if who.Scope.All || whole.Organisations >= fewest {
		f.City = &whole
	}
	if who.Scope.All {
		f.District, f.Industry = groups(list, byDistrict(), now), groups(list, byIndustry(), now)
		f.Unsaid = unsaid(whole, f.Industry)
	}
	return f, nil
}
