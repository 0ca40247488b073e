package scenario

import (
	"cmp"
	"context"
	"slices"

	"linghang/kernel/fault"
	"linghang/modules/scenario/scenarioevent"
)

// Catalogued returns what the catalogue shows of a scenario to everybody, for other rooms.
func (m *Module) Catalogued(ctx context.Context, id string) (scenarioevent.Catalogued, error) {
	s, err := one(ctx, m.store.db, id)
	if fault.Is(err, fault.NotFound) || err == nil && s.Current == 0 {
		return scenarioevent.Catalogued{ScenarioID: id, Gone: true}, nil
	}
	if err != nil {
		return scenarioevent.Catalogued{}, err
	}
	e, err := edition(ctx, m.store.db, id, s.Current)
	return m.catalogued(s, e), err
}

// EachCatalogued hands over what the catalogue shows of all scenarios that are in it.
func (m *Module) EachCatalogued(ctx context.Context, do func(scenarioevent.Catalogued) error) error {
	return m.store.since(ctx, 0, func(r read) error {
		if r.Scenario.Status != published {
			return nil
		}
		return do(m.catalogued(r.Scenario, r.Edition))
	})
}

func (m *Module) catalogued(s Scenario, e Edition) scenarioevent.Catalogued {
	t := m.taxonomy()
	if i := slices.IndexFunc(m.editions, func(x *Taxonomy) bool { return x.Edition == e.Taxonomy }); i >= 0 {
		t = m.editions[i]
	}
	words := func(axis string, codes []string) []scenarioevent.Word {
		var list []scenarioevent.Word
		for _, code := range codes {
			title := t.title(axis, code)
			list = append(list, scenarioevent.Word{Code: code, ZH: title.ZH, EN: title.EN})
		}
		return list
	}
	c := e.Content
	v := scenarioevent.Catalogued{
		ScenarioID: s.ID, Withdrawn: s.Status == withdrawn, TitleZH: cmp.Or(c.Title.ZH, c.Title.EN), TitleEN: c.Title.EN, SummaryZH: cmp.Or(c.Summary.ZH, c.Summary.EN), SummaryEN: c.Summary.EN, Since: s.FirstPublished, Synthetic: s.Synthetic, Industries: c.Industries,
		Modes: words(axisMode, c.Modes), Stages: words(axisStage, c.Stages), Links: words(axisLink, c.Links), Technologies: words(axisTechnology, c.Technologies),
	}
	if c.Cost != nil {
		v.CostFrom, v.CostTo = &c.Cost.From, &c.Cost.To
	}
	if e.DecidedAt.After(v.Since) {
		v.Since = e.DecidedAt
	}
	if s.OrganisationID != "" {
		v.Owner = &scenarioevent.Party{Organisation: s.OrganisationID, ZH: s.Owner.ZH, EN: s.Owner.EN}
	}
	for _, p := range c.Providers {
		v.Providers = append(v.Providers, scenarioevent.Party{Organisation: p.OrganisationID, ZH: p.Name.ZH, EN: p.Name.EN})
	}
	return v
}
