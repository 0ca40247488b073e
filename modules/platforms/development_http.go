package platforms

import (
	"context"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/index"
)

func (m *Module) developmentRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /index/results", Permission: "platforms.view", Summary: "Development indices as they were computed", Handler: httpd.List(m.listIndexRuns)},
		{Pattern: "POST /index/results", Permission: "platforms.review", Summary: "Compute a development index until a month, as a draft", Handler: httpd.Created(m.computeIndex)},
		{Pattern: "GET /index/results/{id}", Permission: "platforms.view", Summary: "A development index with its definition, sample and levels by month, chained and matched", Handler: httpd.JSON(m.readIndexRun)},
		{Pattern: "GET /index/results/{id}/levels", Permission: "platforms.view", Summary: "The levels of an index, of its dimensions and items by month as a list", Handler: httpd.List(m.listLevels)},
		{Pattern: "GET /index/results/{id}/figures", Permission: "platforms.view", Summary: "The figures that a month of an index was computed from, with the reports that they came in with", Handler: httpd.List(m.listIndexInputs)},
		{Pattern: "GET /index/results/{id}/weighed", Permission: "platforms.view", Summary: "The figures of a month that the weights of an index by entropy were computed from, with the reports that they came in with", Handler: httpd.List(m.listWeighed)},
		{Pattern: "POST /index/results/{id}/state", Permission: "platforms.review", Summary: "Publish a draft, or withdraw what was published", Handler: httpd.JSON(m.moveIndexRun)},
		{Pattern: "GET /index/definitions", Permission: "platforms.view", Summary: "What development indices are made of", Handler: httpd.JSON(m.listIndices)},
		{Pattern: "POST /index/definitions", Permission: "platforms.review", Summary: "Add a development index", Handler: httpd.Created(m.addIndex)},
		{Pattern: "PUT /index/definitions/{id}", Permission: "platforms.review", Summary: "Change a development index; what was computed keeps its own definition", Handler: httpd.JSON(m.editIndex)},
		{Pattern: "DELETE /index/definitions/{id}", Permission: "platforms.review", Summary: "Remove a development index that was never computed", Handler: httpd.JSON(m.removeIndex)},
		{
			Pattern: "POST /index/weights", Permission: "platforms.review", Recorded: "nothing is kept",
			Summary: "What the weights of a development index would be now; nothing is kept", Handler: httpd.JSON(m.previewWeights),
		},
	}
}

type indexView struct{ DevelopmentIndex }

// ETag implements httpd.Versioned.
func (x indexView) ETag() int64 { return x.Version }

type indicesView struct {
	Items      []DevelopmentIndex `json:"items" nullable:"false"`
	Indicators []developing       `json:"indicators" nullable:"false" doc:"Indicators that can be items"`
}

// developing is an indicator that can be an item.
type developing struct {
	Code  string    `json:"code"`
	Group lang.Text `json:"group"`
	Title lang.Text `json:"title"`
	Unit  lang.Text `json:"unit"`
	Rule  string    `json:"rule" enum:"last,sum,rise,mean"`
}

func (m *Module) listIndices(ctx context.Context, _ nothing) (indicesView, error) {
	v := indicesView{Indicators: []developing{}}
	groups := map[string]lang.Text{}
	for _, g := range m.catalogue.Groups {
		groups[g.Code] = g.Title
	}
	for _, x := range m.catalogue.Indicators {
		if m.catalogue.develops(x.Code) {
			v.Indicators = append(v.Indicators, developing{x.Code, groups[x.Group], x.Title, x.Unit, x.monthRule()})
		}
	}
	var err error
	v.Items, err = m.development.list(ctx)
	return v, err
}

type indexDraft struct {
	Name       lang.Text        `json:"name"`
	Note       string           `json:"note,omitempty" maxLength:"2000"`
	Sample     cohort           `json:"sample"`
	Definition index.Definition `json:"definition"`
}

// apply returns an index as the draft has it, with the weights that do not hang on figures.
func (in indexDraft) apply(x DevelopmentIndex, c *catalogue) (DevelopmentIndex, error) {
	x.Name, x.Note, x.Sample, x.Definition = in.Name, in.Note, in.Sample, in.Definition
	if err := x.check(c); err != nil {
		return x, err
	}
	var err error
	x.Definition, err = x.Definition.Settled()
	return x, err
}

func (m *Module) addIndex(ctx context.Context, in struct{ Body indexDraft }) (indexView, error) {
	x, err := in.Body.apply(DevelopmentIndex{ID: ulid.Make().String(), CreatedAt: time.Now().UTC(), Version: 1}, m.catalogue)
	if err != nil {
		return indexView{}, err
	}
	return indexView{x}, m.development.insert(ctx, x)
}

type editIndexInput struct {
	httpd.Object
	httpd.IfMatch
	Body indexDraft
}

func (m *Module) editIndex(ctx context.Context, in editIndexInput) (indexView, error) {
	version, err := in.Expected()
	if err != nil {
		return indexView{}, err
	}
	before, err := m.development.read(ctx, m.development.db, in.ID)
	if err != nil {
		return indexView{}, err
	}
	x, err := in.Body.apply(before, m.catalogue)
	if err != nil {
		return indexView{}, err
	}
	x.Version = version + 1
	return indexView{x}, m.development.update(ctx, x, version)
}

func (m *Module) removeIndex(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.development.remove(ctx, in.ID)
}

func (m *Module) listIndexRuns(ctx context.Context, in indexRunParams) (sqldb.Page[IndexRun], error) {
	return m.development.runs(ctx, in)
}

type computeIndexInput struct {
	Body struct {
		IndexID string `json:"index_id" maxLength:"26"`
		Month   string `json:"month" maxLength:"7" doc:"2026-10"`
	}
}

func (m *Module) computeIndex(ctx context.Context, in computeIndexInput) (indexRunDetail, error) {
	now := time.Now().UTC()
	x, err := m.development.read(ctx, m.development.db, in.Body.IndexID)
	if err != nil {
		return indexRunDetail{}, err
	}
	months, err := x.readSpan(in.Body.Month, now)
	if err != nil {
		return indexRunDetail{}, err
	}
	members, err := m.development.members(ctx, x.Sample)
	if err != nil {
		return indexRunDetail{}, err
	}
	w, err := m.weights(ctx, x, members, now)
	if err != nil {
		return indexRunDetail{}, err
	}
	x.Definition = x.Definition.With(w.Weights)
	values, err := m.panel(ctx, x.Definition.Codes(), members, months)
	if err != nil {
		return indexRunDetail{}, err
	}
	out := x.index(months, members, values)
	out.Weights = w
	if err := x.noBase(out); err != nil {
		return indexRunDetail{}, err
	}
	id, last := identity.From(ctx), out.Months[months.months-1]
	r := IndexRun{
		ID: ulid.Make().String(), IndexID: x.ID, Name: x.Name, Edition: x.Version, Base: x.Definition.Base, Month: last.Month, Level: last.Level.Chained, State: runDraft, actor: id.Actor(), By: id.Name,
		ComputedAt: now, Platforms: len(members), Synthetic: synthetic(members), Version: 1,
	}
	if err := m.development.keep(ctx, r, months, x, out); err != nil {
		return indexRunDetail{}, err
	}
	return m.indexRunDetail(ctx, r, x, out), nil
}

// weights are those that an index is computed with: where they come by entropy, those of
// what was published by the same version of the definition, if anything was.
func (m *Module) weights(ctx context.Context, x DevelopmentIndex, members []member, now time.Time) (indexWeights, error) {
	if !x.Definition.UsesEntropy() {
		return x.weigh(span{}, members, nil)
	}
	if x.ID != "" {
		w, ok, err := m.development.inForce(ctx, x)
		if err != nil || ok {
			return w, err
		}
	}
	s, err := x.readWindow(now)
	if err != nil {
		return indexWeights{}, err
	}
	values, err := m.panel(ctx, x.Definition.Codes(), members, s)
	if err != nil {
		return indexWeights{}, err
	}
	return x.weigh(s, members, values)
}

// previewWeights computes the weights of what is on a form.
func (m *Module) previewWeights(ctx context.Context, in struct{ Body indexDraft }) (indexWeights, error) {
	x, err := in.Body.apply(DevelopmentIndex{}, m.catalogue)
	if err != nil {
		return indexWeights{}, err
	}
	members, err := m.development.members(ctx, x.Sample)
	if err != nil {
		return indexWeights{}, err
	}
	return m.weights(ctx, x, members, time.Now())
}

// indexRunDetail is an index on its own page.
type indexRunDetail struct {
	IndexRun
	Sample     cohort           `json:"sample"`
	Definition index.Definition `json:"definition"`
	Result     indexResult      `json:"result"`
	MayMove    []runState       `json:"may_move" nullable:"false"`
}

// ETag implements httpd.Versioned.
func (r indexRunDetail) ETag() int64 { return r.Version }

// indexRunDetail shows everybody the definition, the sample and levels that many
// platforms make; sums and items only to the city.
func (m *Module) indexRunDetail(ctx context.Context, r IndexRun, x DevelopmentIndex, out indexResult) indexRunDetail {
	id := identity.From(ctx)
	if !id.Scope.All {
		for n := range out.Months {
			out.Months[n] = out.Months[n].veil()
		}
		r.Level = out.Months[len(out.Months)-1].Level.Chained
	}
	v := indexRunDetail{IndexRun: r, Sample: x.Sample, Definition: x.Definition, Result: out, MayMove: []runState{}}
	switch {
	case !id.May("platforms.review"):
	case r.State == runDraft:
		v.MayMove = append(v.MayMove, runPublished)
	case r.State == runPublished:
		v.MayMove = append(v.MayMove, runWithdrawn)
	}
	return v
}

func (m *Module) readIndexRun(ctx context.Context, in httpd.Object) (indexRunDetail, error) {
	r, x, out, err := m.development.run(ctx, in.ID)
	if err != nil {
		return indexRunDetail{}, err
	}
	return m.indexRunDetail(ctx, r, x, out), nil
}

type moveIndexInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		To     runState `json:"to" enum:"published,withdrawn"`
		Reason string   `json:"reason,omitempty" maxLength:"2000"`
	}
}

func (m *Module) moveIndexRun(ctx context.Context, in moveIndexInput) (indexRunDetail, error) {
	version, err := in.Expected()
	if err != nil {
		return indexRunDetail{}, err
	}
	before, x, out, err := m.development.run(ctx, in.ID)
	if err != nil {
		return indexRunDetail{}, err
	}
	if before.Version != version {
		return indexRunDetail{}, staleIndex()
	}
	after, err := before.move(in.Body.To, in.Body.Reason, time.Now().UTC())
	if err != nil {
		return indexRunDetail{}, err
	}
	if err := m.development.move(ctx, before, after, version); err != nil {
		return indexRunDetail{}, err
	}
	after.Version = version + 1
	return m.indexRunDetail(ctx, after, x, out), nil
}

// levelRow is a level in a list: of the index, of a dimension, or of an item.
type levelRow struct {
	Month     string    `json:"month" title:"月份|Month"`
	Dimension lang.Text `json:"dimension" title:"维度|Dimension"`
	Item      string    `json:"item" title:"指标代码|Indicator"`
	Weight    float64   `json:"weight" title:"权重（%）|Weight (%)"`
	Chained   *float64  `json:"chained" title:"链接指数|Chained"`
	Matched   *float64  `json:"matched" title:"同口径指数|Matched"`
	Sum       *float64  `json:"sum" title:"合计|Sum"`
	Divisor   *float64  `json:"divisor" title:"除数|Divisor"`
	Platforms *int      `json:"platforms" title:"计入平台数|Platforms counted"`
}

type levelsParams struct {
	httpd.Object
	sqldb.ListParams
}

// listLevels is one page: an index has no more levels than fit.
func (m *Module) listLevels(ctx context.Context, in levelsParams) (sqldb.Page[levelRow], error) {
	_, x, out, err := m.development.run(ctx, in.ID)
	if err != nil {
		return sqldb.Page[levelRow]{}, err
	}
	page := sqldb.Page[levelRow]{Items: []levelRow{}}
	for _, month := range out.Months {
		if !identity.From(ctx).Scope.All {
			month = month.veil()
		}
		page.Items = append(page.Items, levelRow{Month: month.Month, Dimension: lang.Text{ZH: "总指数", EN: "Index"}, Weight: 100, Chained: month.Level.Chained, Matched: month.Level.Matched})
		for j, d := range month.Dimensions {
			of := x.Definition.Dimensions[j]
			page.Items = append(page.Items, levelRow{Month: month.Month, Dimension: of.Name, Weight: of.Weight, Chained: d.Level.Chained, Matched: d.Level.Matched})
			for k, i := range d.Items {
				page.Items = append(page.Items, levelRow{month.Month, of.Name, i.Code, of.Items[k].Weight, i.Level.Chained, i.Level.Matched, &i.Sum, &i.Divisor, &i.Platforms})
			}
		}
	}
	page.Total = len(page.Items)
	return page, nil
}

type indexInputsParams struct {
	httpd.Object
	sqldb.ListParams
	Month string `query:"month" maxLength:"7" required:"true" doc:"2026-10"`
	Code  string `query:"code" maxLength:"60" doc:"Of this indicator only"`
}

// listIndexInputs is one page: a month has no more figures than fit.
func (m *Module) listIndexInputs(ctx context.Context, in indexInputsParams) (sqldb.Page[indexInput], error) {
	return m.indexFigures(ctx, in, m.development.inputs)
}

// listWeighed is one page, as listIndexInputs is.
func (m *Module) listWeighed(ctx context.Context, in indexInputsParams) (sqldb.Page[indexInput], error) {
	return m.indexFigures(ctx, in, m.development.weighed)
}

func (m *Module) indexFigures(ctx context.Context, in indexInputsParams, of func(context.Context, string, time.Time) ([]indexInput, error)) (sqldb.Page[indexInput], error) {
	page := sqldb.Page[indexInput]{Items: []indexInput{}}
	if _, _, _, err := m.development.run(ctx, in.ID); err != nil {
		return page, err
	}
	month, err := readMonthAt("query.month", in.Month, time.Now())
	if err != nil {
		return page, err
	}
	all, err := of(ctx, in.ID, month)
	for _, x := range all {
		if in.Code == "" || in.Code == x.Code {
			page.Items = append(page.Items, x)
		}
	}
	page.Total = len(page.Items)
	return page, err
}
