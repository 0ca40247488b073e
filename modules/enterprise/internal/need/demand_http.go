package need

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/modules/scenario/scenarioevent"
)

// Catalogue is the catalogue of scenarios, as far as everybody may read it.
type Catalogue interface {
	// Fitting returns published scenarios that fit what is wanted, the best first.
	Fitting(ctx context.Context, w scenarioevent.Wanted) ([]scenarioevent.Fitting, error)
	// Catalogued returns a scenario.
	Catalogued(ctx context.Context, id string) (scenarioevent.Catalogued, error)
}

func (m *Needs) demandRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /needs/{id}/scenarios", Permission: mayView, Summary: "Published scenarios that fit a need, each with reasons, for whoever sees the need", Handler: httpd.JSON(m.scenariosOf)},
		{Pattern: "GET /scenarios/{id}/needs", Permission: mayView, Summary: "Open needs that a scenario fits, each with reasons; confidential ones are never among them", Handler: httpd.JSON(m.needsOf)},
	}
}

// FittingScenario is a scenario of the catalogue that fits a need.
type FittingScenario struct {
	ScenarioID string    `json:"scenario_id"`
	Title      lang.Text `json:"title"`
	Summary    lang.Text `json:"summary"`
	Synthetic  bool      `json:"synthetic"`
	Score      float64   `json:"score" doc:"0 to 1"`
	Reasons    []Reason  `json:"reasons" nullable:"false" doc:"What is known, the weightiest first"`
	Found      []string  `json:"found" nullable:"false" doc:"What of the scenario's own words answers, the longest first"`
}

type needScenariosView struct {
	Items []FittingScenario `json:"items" nullable:"false" doc:"10 at most"`
}

func (m *Needs) scenariosOf(ctx context.Context, in httpd.Object) (needScenariosView, error) {
	v := needScenariosView{Items: []FittingScenario{}}
	n, _, err := m.store.read(ctx, m.store.db, in.ID)
	if err != nil {
		return v, err
	}
	w := scenarioevent.Wanted{Text: m.matcher.asked(n.Body), Link: n.Body.Scenario, Industry: n.Industry, BudgetFrom: n.Body.BudgetFrom, BudgetTo: n.Body.BudgetTo}
	for _, t := range m.providers.Words().Technologies {
		if slices.Contains(n.Body.Technologies, t.Code) {
			w.Technologies = append(w.Technologies, scenarioevent.Word{Code: t.Code, ZH: t.Title.ZH, EN: t.Title.EN})
		}
	}
	list, err := m.catalogue.Fitting(ctx, w)
	if err != nil {
		return v, fmt.Errorf("ask the catalogue what fits: %w", err)
	}
	for _, x := range list {
		s := FittingScenario{
			ScenarioID: x.ScenarioID, Title: lang.Text{ZH: x.TitleZH, EN: x.TitleEN}, Summary: lang.Text{ZH: x.SummaryZH, EN: x.SummaryEN}, Synthetic: x.Synthetic,
			Score: x.Score, Reasons: []Reason{}, Found: append([]string{}, x.Found...),
		}
		for _, r := range x.Reasons {
			s.Reasons = append(s.Reasons, Reason(r))
		}
		v.Items = append(v.Items, s)
	}
	return v, nil
}

// FittingNeed is a need that a scenario fits.
type FittingNeed struct {
	Posting
	Score   float64  `json:"score" doc:"0 to 1"`
	Reasons []Reason `json:"reasons" nullable:"false" doc:"What is known, the weightiest first"`
	Found   []string `json:"found" nullable:"false" doc:"What of the need's own words answers, the longest first"`
}

type scenarioNeedsView struct {
	Title lang.Text     `json:"title" doc:"Of the scenario"`
	Items []FittingNeed `json:"items" nullable:"false" doc:"20 at most, of the 2 000 open needs that were begun last"`
}

func (m *Needs) needsOf(ctx context.Context, in httpd.Object) (scenarioNeedsView, error) {
	v := scenarioNeedsView{Items: []FittingNeed{}}
	c, err := m.catalogue.Catalogued(ctx, in.ID)
	if err != nil {
		return v, fmt.Errorf("read the scenario: %w", err)
	}
	if c.Gone || c.Withdrawn {
		return v, fault.New(fault.NotFound, "enterprise.need.no_scenario", "the catalogue has no such scenario")
	}
	v.Title = lang.Text{ZH: c.TitleZH, EN: cmp.Or(c.TitleEN, c.TitleZH)}
	list, err := m.store.demanded(ctx)
	if err != nil {
		return v, err
	}
	at, who := now(), identity.From(ctx)
	ranked, said, err := m.demand.wanting(ctx, c, list, at)
	if err != nil {
		return v, err
	}
	for _, x := range ranked {
		n := list[slices.IndexFunc(list, func(n Need) bool { return n.ID == x.ID })]
		item := FittingNeed{Posting: row(n, mine(who, n.OrganisationID), at), Score: x.Score, Reasons: []Reason{}, Found: append([]string{}, said[x.ID]...)}
		for _, r := range x.Reasons {
			item.Reasons = append(item.Reasons, reason(r, x.Score))
		}
		v.Items = append(v.Items, item)
	}
	return v, nil
}
