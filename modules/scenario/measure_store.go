package scenario

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/measure"
	"linghang/kernel/module"
)

// measureList are the numbers of the catalogue.
func (m *Module) measureList() []module.Measure {
	unit := lang.Text{ZH: "个", EN: "scenarios"}
	return []module.Measure{
		{
			ID: "scenario.published", Title: lang.Text{ZH: "发布的赋能场景数", EN: "Scenarios in the catalogue"}, Unit: unit, Page: "/scenario?status=published",
			Counts: lang.Text{ZH: "已发布且未撤下的场景，每个场景只计一次，不论有多少版本", EN: "Scenarios that are published and not withdrawn, each once, however many versions it has"},
			Value:  m.store.counted(0),
		},
		{
			ID: "scenario.published_this_year", Title: lang.Text{ZH: "本年发布的赋能场景数", EN: "Scenarios published this year"}, Unit: unit, Page: "/scenario?status=published",
			Counts: lang.Text{ZH: "首个版本在本年（北京时间）发布且未撤下的场景；修订不计", EN: "Scenarios whose first version was published this year (Beijing time) and that are not withdrawn; revisions do not count"},
			Value:  m.store.counted(1),
		},
		{
			ID: "scenario.applied_5g", Title: lang.Text{ZH: "5G工业场景应用数", EN: "Industrial scenarios applied with 5G"}, Unit: unit, Page: "/scenario?status=published&technology=5g&maturity=running,replicated",
			Counts: lang.Text{
				ZH: "已发布且未撤下、技术含5G、成熟度为“已投用”或“已复制推广”的场景，每个只计一次；设想和试点不计",
				EN: "Scenarios that are published and not withdrawn, name 5G among their technologies, and are in use or replicated, each once; ideas and trials do not count",
			},
			Value: m.applied5G,
		},
	}
}

// applied5G counts what the list of the catalogue shows under the measure's page.
func (m *Module) applied5G(ctx context.Context) (measure.Value, error) {
	list, err := m.finder.find(ctx, question{sees: []string{everyone}, filters: map[string][]string{columnStatus: {published}, axisTechnology: {"5g"}, axisMaturity: {"running", "replicated"}}})
	if err != nil {
		return measure.Value{}, fmt.Errorf("count scenarios with 5G: %w", err)
	}
	v := measure.Value{Number: float64(len(list)), At: time.Now(), Known: true}
	for _, r := range list {
		v.Synthetic = v.Synthetic || r.Synthetic
	}
	return v, nil
}

// counted counts published scenarios: those of this year, or of all (years 0).
func (x store) counted(years int) func(context.Context) (measure.Value, error) {
	return func(ctx context.Context) (measure.Value, error) {
		from := int64(0)
		if years > 0 {
			from, _ = yearBounds(yearOf(time.Now()))
		}
		var n, synthetic int
		err := x.db.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN s.synthetic THEN 1 ELSE 0 END), 0) FROM scenario s WHERE s.status = 'published' AND s.first_published >= $1`, from).Scan(&n, &synthetic)
		if err != nil {
			return measure.Value{}, fmt.Errorf("count scenarios: %w", err)
		}
		return measure.Value{Number: float64(n), At: time.Now(), Known: true, Synthetic: synthetic > 0}, nil
	}
}

// Published implements opening.Catalogue.
func (m *Module) Published(ctx context.Context, id string) (title lang.Text, providers []string, synthetic bool, err error) {
	s, err := one(ctx, m.store.db, id)
	if err == nil && s.Status != published {
		err = noSuch()
	}
	if err != nil {
		return title, nil, false, err
	}
	e, err := edition(ctx, m.store.db, id, s.Current)
	for _, p := range e.Content.Providers {
		providers = append(providers, p.OrganisationID)
	}
	return e.Content.Title, providers, s.Synthetic, err
}

// KnowsValue implements opening.Catalogue.
func (m *Module) KnowsValue(code string) bool { return m.taxonomy().knows(axisValue, code) }
