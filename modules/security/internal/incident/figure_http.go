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

func (m *Incidents) figures(ctx context.Context, in figureParams) (Figures, error) {
	now, who := m.now(), identity.From(ctx)
	from, until := time.Time{}, now.AddDate(10, 0, 0)
	if in.Year > 0 {
		from = time.Date(in.Year, 1, 1, 0, 0, 0, 0, cityTime())
		until = from.AddDate(1, 0, 0)
	}
	list, err := m.store.counted(ctx, from, until)
	if err != nil {
		return Figures{}, err
	}
	own := slices.DeleteFunc(slices.Clone(list), func(i Case) bool { return lookAt(who, i.OrganisationID) == stranger })
	f := Figures{Own: gather("", own, now), District: []Group{}, Industry: []Group{}, Fewest: fewest}
	all := gather("", list, now)
	if who.Scope.All || all.Organisations >= fewest {
		f.City = &all
	}
	if who.Scope.All {
		f.District, f.Industry = groups(list, func(i Case) string { return i.District }, now), groups(list, func(i Case) string { return i.Industry }, now)
	}
	return f, nil
}
