package scenario

import (
	"context"

	"linghang/kernel/httpd"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Module) pairRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /duplicates", Permission: mayReview, Summary: "Published scenarios that are likely one, side by side, of which nothing was decided", Handler: httpd.JSON(m.listDuplicates)},
		{Pattern: "GET /duplicates/decisions", Permission: mayReview, Summary: "What was decided of scenarios that are alike", Handler: httpd.List(m.listPairs)},
		{Pattern: "POST /duplicates/decisions", Permission: mayReview, Summary: "Decide that two scenarios are one, which withdraws the other, or two", Handler: httpd.Created(m.decidePair)},
		{Pattern: "DELETE /duplicates/decisions/{id}", Permission: mayReview, Summary: "Undo a decision", Handler: httpd.JSON(m.undoPair)},
	}
}

// Duplicate is two scenarios that are likely one.
type Duplicate struct {
	A        CatalogueRow `json:"a" doc:"The older one"`
	B        CatalogueRow `json:"b"`
	Likeness float64      `json:"likeness" doc:"0 to 1"`
	Rule     string       `json:"rule" enum:"title,summary"`
}

type duplicatesView struct {
	Items []Duplicate `json:"items" nullable:"false"`
	Total int         `json:"total" doc:"500 at most"`
}

// shownPairs is how many pairs are shown at once.
const shownPairs = 50

func (m *Module) listDuplicates(ctx context.Context, _ nothing) (duplicatesView, error) {
	v := duplicatesView{Items: []Duplicate{}}
	if err := city(ctx); err != nil {
		return v, err
	}
	rows, list, err := m.finder.told(ctx)
	if err != nil {
		return v, err
	}
	decided, err := m.store.decided(ctx)
	if err != nil {
		return v, err
	}
	for _, n := range nearOnes(list, 0) {
		if decided[[2]string{rows[n.a].ID, rows[n.b].ID}] {
			continue
		}
		v.Total++
		if len(v.Items) < shownPairs {
			v.Items = append(v.Items, Duplicate{rows[n.a], rows[n.b], n.likeness, n.rule})
		}
	}
	return v, nil
}

func (m *Module) listPairs(ctx context.Context, in sqldb.ListParams) (sqldb.Page[Pair], error) {
	if err := city(ctx); err != nil {
		return sqldb.Page[Pair]{}, err
	}
	page, err := m.store.listPairs(ctx, in)
	if err != nil {
		return page, err
	}
	m.finder.ready.RLock()
	defer m.finder.ready.RUnlock()
	for i, p := range page.Items {
		page.Items[i].Kept, page.Items[i].Other = m.finder.rows[p.KeptID].row.Title, m.finder.rows[p.OtherID].row.Title
	}
	return page, nil
}

type scenarioPairInput struct {
	Body struct {
		KeptID  string `json:"kept_id" maxLength:"40"`
		OtherID string `json:"other_id" maxLength:"40"`
		Same    bool   `json:"same"`
	}
}

func (m *Module) decidePair(ctx context.Context, in scenarioPairInput) (Pair, error) {
	p := Pair{ID: newID(), KeptID: in.Body.KeptID, OtherID: in.Body.OtherID, Same: in.Body.Same, At: now()}
	if err := city(ctx); err != nil {
		return p, err
	}
	by := handOf(ctx)
	p.By = by.name
	if err := m.store.pairUp(ctx, p, by); err != nil {
		return p, err
	}
	m.kit.Notify(topicScenarios, p.OtherID, "")
	return p, nil
}

func (m *Module) undoPair(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	if err := city(ctx); err != nil {
		return httpd.Nothing{}, err
	}
	m.kit.Notify(topicScenarios, in.ID, "")
	return httpd.Nothing{}, m.store.undo(ctx, in.ID, handOf(ctx), now())
}
