package enterprise

import (
	"context"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Module) mergeRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /codes/{code}", Permission: "enterprise.view", Summary: "The entry that a unified social credit code leads to, also one that was merged into another", Handler: httpd.JSON(m.resolveCode)},
		{Pattern: "GET /duplicates", Permission: "enterprise.review", Summary: "Entries that are likely one enterprise, and by which rule", Handler: httpd.JSON(forCity(m.listDuplicates))},
		{Pattern: "POST /duplicates/apart", Permission: "enterprise.review", Summary: "Say that two entries are two enterprises", Handler: httpd.JSON(forCity(m.keepApart))},
		{Pattern: "GET /merges", Permission: "enterprise.review", Summary: "Entries that were merged", Handler: httpd.List(m.listMerges)},
		{Pattern: "POST /merges", Permission: "enterprise.review", Summary: "Merge an entry into another; its code leads there from then on", Handler: httpd.Created(forCity(m.mergeEntries))},
		{Pattern: "POST /merges/{id}/undo", Permission: "enterprise.review", Summary: "Undo a merge, exactly, while the survivor was not changed", Handler: httpd.JSON(forCity(m.undoMerge))},
	}
}

// forCity keeps what is about entries of several enterprises to the city's bureau.
func forCity[I, O any](call func(ctx context.Context, in I) (O, error)) func(ctx context.Context, in I) (O, error) {
	return func(ctx context.Context, in I) (out O, err error) {
		if !identity.From(ctx).Scope.All {
			return out, fault.New(fault.Forbidden, "enterprise.city", "this is for the city's bureau")
		}
		return call(ctx, in)
	}
}

type codeParams struct {
	Code string `path:"code" maxLength:"18"`
}

type codeView struct {
	ID   string `json:"id"`
	Code string `json:"code" doc:"Of the entry; another than was asked for where that is a former one"`
}

func (m *Module) resolveCode(ctx context.Context, in codeParams) (codeView, error) {
	id, err := m.entries.resolve(ctx, strings.ToUpper(in.Code))
	if err != nil {
		return codeView{}, err
	}
	e, err := whole(ctx, m.entries.db, id)
	if err != nil {
		return codeView{}, err
	}
	if _, err := m.entries.near(ctx, e); err != nil {
		return codeView{}, err
	}
	return codeView{e.ID, e.Code}, nil
}

type pairsView struct {
	Items []Pair `json:"items" nullable:"false" doc:"200 at most"`
}

func (m *Module) listDuplicates(ctx context.Context, _ nothing) (pairsView, error) {
	list, err := m.entries.pairs(ctx)
	if list == nil {
		list = []Pair{}
	}
	return pairsView{list}, err
}

type apartInput struct {
	Body struct {
		FirstID  string `json:"first_id" maxLength:"26"`
		SecondID string `json:"second_id" maxLength:"26"`
	}
}

func (m *Module) keepApart(ctx context.Context, in apartInput) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.entries.keepApart(ctx, in.Body.FirstID, in.Body.SecondID)
}

func (m *Module) listMerges(ctx context.Context, in sqldb.ListParams) (sqldb.Page[Merge], error) {
	return forCity(m.entries.merges)(ctx, in)
}

type mergeInput struct {
	Body struct {
		SurvivorID string   `json:"survivor_id" maxLength:"26"`
		OtherID    string   `json:"other_id" maxLength:"26" doc:"Leaves the directory; its code leads to the survivor"`
		Take       []string `json:"take" maxItems:"10" nullable:"false" doc:"Groups that the survivor takes from the other: name, location, founding, business, size, staff, finance, qualifications; of qualifications both keep theirs"`
	}
}

type mergedView struct {
	ID string `json:"id"`
}

func (m *Module) mergeEntries(ctx context.Context, in mergeInput) (mergedView, error) {
	id, err := m.entries.merge(ctx, in.Body.SurvivorID, in.Body.OtherID, words(in.Body.Take), time.Now().UTC().Truncate(time.Millisecond))
	m.kit.Notify(topicEntries, in.Body.SurvivorID, "")
	return mergedView{id}, err
}

func (m *Module) undoMerge(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	err := m.entries.undo(ctx, in.ID, time.Now().UTC().Truncate(time.Millisecond))
	m.kit.Notify(topicEntries, in.ID, "")
	return httpd.Nothing{}, err
}
