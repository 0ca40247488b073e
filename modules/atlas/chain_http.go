package atlas

import (
	"context"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Module) chainRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /chains", Permission: "atlas.view", Summary: "Industrial chains", Handler: httpd.List(m.listChains)},
		{Pattern: "POST /chains", Permission: "atlas.edit", Summary: "Enter an industrial chain", Handler: httpd.Created(m.createChain)},
		{Pattern: "GET /chains/{id}", Permission: "atlas.view", Summary: "A chain in its present version, or a version before: ?version=", Handler: httpd.JSON(m.readChain)},
		{Pattern: "PUT /chains/{id}", Permission: "atlas.edit", Summary: "Make another version of a chain the present one", Handler: httpd.JSON(m.editChain)},
		{Pattern: "DELETE /chains/{id}", Permission: "atlas.edit", Summary: "Remove a chain of the demonstration city", Handler: httpd.JSON(m.removeChain)},
		{Pattern: "GET /chains/{id}/map", Permission: "atlas.view", Summary: "How the stages of a chain are on a day, with who stands where", Handler: httpd.JSON(m.mapChain)},
		{Pattern: "GET /chains/{id}/versions", Permission: "atlas.view", Summary: "What became of a chain", Handler: httpd.List(m.listVersions)},
	}
}

// ChainView is a chain as lists show it.
type ChainView struct {
	ID        string    `json:"id"`
	Name      lang.Text `json:"name" title:"产业链|Chain"`
	Stages    int       `json:"stages" title:"环节数|Stages"`
	Version   int64     `json:"version" title:"版本|Version"`
	Synthetic bool      `json:"synthetic" title:"合成数据|Synthetic"`
	UpdatedAt time.Time `json:"updated_at" title:"更新时间|Updated"`
}

// ETag implements httpd.Versioned.
func (v ChainView) ETag() int64 { return v.Version }

func viewChain(c Chain) ChainView {
	return ChainView{c.ID, c.Name, c.Stages, c.Version, c.Synthetic, c.UpdatedAt}
}

func (m *Module) listChains(ctx context.Context, in sqldb.ListParams) (sqldb.Page[ChainView], error) {
	page, err := m.chains.list(ctx, in)
	views := sqldb.Page[ChainView]{Items: []ChainView{}, NextCursor: page.NextCursor, Total: page.Total}
	for _, c := range page.Items {
		views.Items = append(views.Items, viewChain(c))
	}
	return views, err
}

// ChainDetail is a chain with what a version of it holds.
type ChainDetail struct {
	ChainView
	Content Content `json:"content"`
	Shown   int64   `json:"shown" doc:"Which version content is of"`
}

type readChainInput struct {
	httpd.Object
	Version int64 `query:"version" minimum:"0" doc:"0: the present one"`
}

func (m *Module) readChain(ctx context.Context, in readChainInput) (ChainDetail, error) {
	c, err := m.chains.read(ctx, m.kit.DB, in.ID)
	if err != nil {
		return ChainDetail{}, err
	}
	v := in.Version
	if v == 0 {
		v = c.Version
	}
	content, err := m.chains.content(ctx, in.ID, v)
	return ChainDetail{viewChain(c), content, v}, err
}

type chainInput struct {
	Name      lang.Text `json:"name"`
	Content   Content   `json:"content"`
	Note      string    `json:"note,omitempty" maxLength:"500" doc:"What is new, and on whose word"`
	Synthetic bool      `json:"synthetic,omitempty" doc:"Demonstration data; shown as such everywhere"`
}

type createChainInput struct{ Body chainInput }

func (in chainInput) check() (Content, error) {
	c := in.Content.tidy()
	if err := c.check(); err != nil {
		return c, err
	}
	if strings.TrimSpace(in.Name.ZH) == "" {
		return c, fault.New(fault.Invalid, "atlas.chain.name", "name the chain in Chinese").At("body.name.zh", "name the chain in Chinese")
	}
	return c, nil
}

func bureauOnly(ctx context.Context) error {
	if identity.From(ctx).Scope.All {
		return nil
	}
	return fault.New(fault.Forbidden, "atlas.city", "this is for the city's bureau")
}

func byCaller(ctx context.Context, c Content, note, origin string) edition {
	id := identity.From(ctx)
	return edition{c, strings.TrimSpace(note), origin, author{id.Actor(), id.Name}, time.Now().UTC().Truncate(time.Millisecond)}
}

func (m *Module) createChain(ctx context.Context, in createChainInput) (ChainDetail, error) {
	if err := bureauOnly(ctx); err != nil {
		return ChainDetail{}, err
	}
	content, err := in.Body.check()
	if err != nil {
		return ChainDetail{}, err
	}
	e := byCaller(ctx, content, in.Body.Note, "bureau")
	name := lang.Text{ZH: strings.TrimSpace(in.Body.Name.ZH), EN: strings.TrimSpace(in.Body.Name.EN)}
	c, err := m.chains.create(ctx, Chain{ID: newID(), Name: name, Synthetic: in.Body.Synthetic, CreatedAt: e.at}, e)
	if err == nil {
		m.kit.Notify(topicGraph, c.ID, "")
	}
	return ChainDetail{viewChain(c), content, c.Version}, err
}

type editChainInput struct {
	httpd.Object
	httpd.IfMatch
	Body chainInput
}

func (m *Module) editChain(ctx context.Context, in editChainInput) (ChainDetail, error) {
	version, err := in.Expected()
	if err == nil {
		err = bureauOnly(ctx)
	}
	if err != nil {
		return ChainDetail{}, err
	}
	content, err := in.Body.check()
	if err != nil {
		return ChainDetail{}, err
	}
	c, err := m.chains.edit(ctx, in.ID, version, func(c Chain) Chain {
		c.Name = lang.Text{ZH: strings.TrimSpace(in.Body.Name.ZH), EN: strings.TrimSpace(in.Body.Name.EN)}
		return c
	}, byCaller(ctx, content, in.Body.Note, "bureau"))
	if err == nil {
		m.kit.Notify(topicGraph, c.ID, "")
	}
	return ChainDetail{viewChain(c), content, c.Version}, err
}

func (m *Module) removeChain(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	c, err := m.chains.read(ctx, m.kit.DB, in.ID)
	if err == nil {
		err = bureauOnly(ctx)
	}
	if err != nil {
		return httpd.Nothing{}, err
	}
	if !c.Synthetic {
		return httpd.Nothing{}, fault.New(fault.Conflict, "atlas.chain.kept", "only chains of the demonstration city can be removed")
	}
	if err := m.chains.remove(ctx, c); err != nil {
		return httpd.Nothing{}, err
	}
	m.kit.Notify(topicGraph, c.ID, "")
	return httpd.Nothing{}, nil
}

type versionsInput struct {
	httpd.Object
	sqldb.ListParams
}

func (m *Module) listVersions(ctx context.Context, in versionsInput) (sqldb.Page[ChainVersion], error) {
	if _, err := m.chains.read(ctx, m.kit.DB, in.ID); err != nil {
		return sqldb.Page[ChainVersion]{}, err
	}
	page, err := m.chains.versions(ctx, in.ID, in.ListParams)
	if !identity.From(ctx).Scope.All {
		for i := range page.Items {
			page.Items[i].Name = "" // who of another organisation edited is nobody's business
		}
	}
	return page, err
}

// ChainMap is how a chain is on a day.
type ChainMap struct {
	ChainView
	Day     string       `json:"day" doc:"Of the relations; the chain itself is in its present version"`
	Graph   int64        `json:"graph" doc:"Number of the graph's last change that counted"`
	Basis   string       `json:"basis" enum:"presence,figures" doc:"presence: who stands where is all that is known, or all that the caller may see"`
	Stages  []StageState `json:"stages" nullable:"false"`
	Links   []Link       `json:"links" nullable:"false"`
	Ends    []ChainEnd   `json:"ends" nullable:"false"`
	Missing int          `json:"missing"`
	Weak    int          `json:"weak"`
}

// ChainEnd is how an end product is.
type ChainEnd struct {
	Stage  string   `json:"stage"`
	Broken bool     `json:"broken" doc:"No way over stages of the city leads to it"`
	Way    []string `json:"way" nullable:"false" doc:"Stages from where the chain begins, with the fewest gaps"`
	Gaps   []string `json:"gaps" nullable:"false"`
}

// OnDay is the day of the graph that is asked.
type OnDay struct {
	Day string `query:"day" maxLength:"10" doc:"As 2026-01-31; today if empty"`
}

func (d OnDay) city(ctx context.Context, m *Module) (*city, error) {
	day := today(time.Now())
	if d.Day != "" {
		if _, err := time.Parse(time.DateOnly, d.Day); err != nil || d.Day > day {
			return nil, fault.New(fault.Invalid, "atlas.day", "%.20q is no day until today", d.Day).At("query.day", "a day until today, as 2026-01-31")
		}
		day = d.Day
	}
	return m.memory.on(ctx, day)
}

type mapInput struct {
	httpd.Object
	OnDay
}

func (m *Module) mapChain(ctx context.Context, in mapInput) (ChainMap, error) {
	detail, err := m.readChain(ctx, readChainInput{Object: in.Object})
	if err != nil {
		return ChainMap{}, err
	}
	c, err := in.city(ctx, m)
	if err != nil {
		return ChainMap{}, err
	}
	a, err := c.analyse(ctx, in.ID, detail.Content, identity.From(ctx).Scope.All)
	if err != nil {
		return ChainMap{}, err
	}
	v := ChainMap{ChainView: detail.ChainView, Day: c.day, Graph: c.seq, Basis: a.basis(), Stages: a.stages, Links: detail.Content.Links, Ends: []ChainEnd{}}
	for _, s := range a.stages {
		switch s.State {
		case "missing":
			v.Missing++
		case "weak":
			v.Weak++
		}
	}
	for _, e := range a.report.Ends {
		v.Ends = append(v.Ends, ChainEnd{e.Stage, e.Broken, whole(e.Way), whole(e.Gaps)})
	}
	return v, nil
}

func (a analysis) basis() string {
	if a.figures {
		return "figures"
	}
	return "presence"
}

// whole is a list that is there, if empty.
func whole(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
