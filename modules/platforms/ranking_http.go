package platforms

import (
	"context"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/rank"
	"linghang/modules/platforms/internal/weight"
)

func (m *Module) rankingRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /rank/results", Permission: "platforms.view", Summary: "Rankings of platforms as they were computed, by month", Handler: httpd.List(m.listStandings)},
		{Pattern: "POST /rank/results", Permission: "platforms.review", Summary: "Compute the ranking of a month, as a draft", Handler: httpd.Created(m.computeRun)},
		{Pattern: "GET /rank/results/{id}", Permission: "platforms.view", Summary: "A ranking with its method, weights, places and how far they are to be trusted", Handler: httpd.JSON(m.readRun)},
		{Pattern: "GET /rank/results/{id}/places", Permission: "platforms.view", Summary: "The places of a ranking as a list", Handler: httpd.List(m.listPlaces)},
		{Pattern: "POST /rank/results/{id}/state", Permission: "platforms.review", Summary: "Publish a draft, or withdraw what was published", Handler: httpd.JSON(m.moveRun)},
		{Pattern: "GET /rank/methods", Permission: "platforms.view", Summary: "How platforms are ranked", Handler: httpd.JSON(m.listRankings)},
		{Pattern: "POST /rank/methods", Permission: "platforms.review", Summary: "Add a way to rank platforms", Handler: httpd.Created(m.addRanking)},
		{Pattern: "PUT /rank/methods/{id}", Permission: "platforms.review", Summary: "Change a way to rank platforms; what was computed keeps its own", Handler: httpd.JSON(m.editRanking)},
		{Pattern: "DELETE /rank/methods/{id}", Permission: "platforms.review", Summary: "Remove a way to rank platforms that nothing was computed by", Handler: httpd.JSON(m.removeRanking)},
		{
			Pattern: "POST /rank/previews", Permission: "platforms.review", Recorded: "nothing is kept",
			Summary: "What a ranking would be; nothing is kept", Handler: httpd.JSON(m.previewRanking),
		},
	}
}

type rankingView struct{ Ranking }

// ETag implements httpd.Versioned.
func (r rankingView) ETag() int64 { return r.Version }

type rankingsView struct {
	Items      []Ranking  `json:"items" nullable:"false"`
	Indicators []rankedBy `json:"indicators" nullable:"false" doc:"Indicators that can be ranked by"`
}

type rankedBy struct {
	Code  string    `json:"code"`
	Title lang.Text `json:"title"`
	Unit  lang.Text `json:"unit"`
	Rule  string    `json:"rule" enum:"last,sum,rise,mean"`
}

func (m *Module) listRankings(ctx context.Context, _ nothing) (rankingsView, error) {
	v := rankingsView{Indicators: []rankedBy{}}
	for _, x := range m.catalogue.Indicators {
		if m.catalogue.ranks(x.Code) {
			v.Indicators = append(v.Indicators, rankedBy{x.Code, x.Title, x.Unit, x.monthRule()})
		}
	}
	var err error
	v.Items, err = m.rankings.list(ctx)
	return v, err
}

type rankingInput struct {
	Name   lang.Text   `json:"name"`
	Note   string      `json:"note,omitempty" maxLength:"2000"`
	Class  string      `json:"class,omitempty" maxLength:"40"`
	Method rank.Method `json:"method"`
}

func (in rankingInput) apply(r Ranking) Ranking {
	r.Name, r.Note, r.Class, r.Method = in.Name, in.Note, in.Class, in.Method
	if r.Method.Judgements == nil || (r.Method.Weighting != rank.ByAHP && r.Method.Weighting != rank.ByAHPAndIt) {
		r.Method.Judgements = []weight.Judgement{}
	}
	return r
}

func (m *Module) addRanking(ctx context.Context, in struct{ Body rankingInput }) (rankingView, error) {
	r := in.Body.apply(Ranking{ID: ulid.Make().String(), CreatedAt: time.Now().UTC(), Version: 1})
	if err := r.check(m.catalogue); err != nil {
		return rankingView{}, err
	}
	return rankingView{r}, m.rankings.insert(ctx, r)
}

type editRankingInput struct {
	httpd.Object
	httpd.IfMatch
	Body rankingInput
}

func (m *Module) editRanking(ctx context.Context, in editRankingInput) (rankingView, error) {
	version, err := in.Expected()
	if err != nil {
		return rankingView{}, err
	}
	before, err := m.rankings.read(ctx, m.rankings.db, in.ID)
	if err != nil {
		return rankingView{}, err
	}
	r := in.Body.apply(before)
	if err := r.check(m.catalogue); err != nil {
		return rankingView{}, err
	}
	r.Version = version + 1
	return rankingView{r}, m.rankings.update(ctx, r, version)
}

func (m *Module) removeRanking(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.rankings.remove(ctx, in.ID)
}

// compute ranks the platforms of a class by a method, by what is known of a month.
func (m *Module) compute(ctx context.Context, class string, method rank.Method, month time.Time) (out ranked, synthetic bool, err error) {
	list, synthetic, err := m.rankings.candidates(ctx, class)
	if err != nil {
		return out, false, err
	}
	if len(list) > mostRanked {
		return out, false, tooMany(len(list))
	}
	facts := map[string]map[string][]monthFact{}
	for _, code := range codesOf(method) {
		from := month
		if m.catalogue.byCode[code].Kind == "counter" {
			from = month.AddDate(0, -1, 0) // a counter's rise begins with what it was before
		}
		of, err := m.rankings.facts(ctx, code, from, month.AddDate(0, 1, 0))
		if err != nil {
			return out, false, err
		}
		for _, f := range of {
			if facts[f.platformID] == nil {
				facts[f.platformID] = map[string][]monthFact{}
			}
			facts[f.platformID][code] = append(facts[f.platformID][code], f)
		}
	}
	result, err := rank.Score(method, m.catalogue.rankRows(method, list, facts, month))
	return ranked{result, list}, synthetic, err
}

// codesOf are the indicators that a method needs, each once.
func codesOf(m rank.Method) []string {
	var list []string
	for _, x := range m.Items {
		list = append(list, x.Code)
		if x.Per != "" {
			list = append(list, x.Per)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (m *Module) listStandings(ctx context.Context, in standingParams) (sqldb.Page[Standing], error) {
	return m.rankings.runs(ctx, in)
}

type computeRunInput struct {
	Body struct {
		RankingID string `json:"ranking_id" maxLength:"26"`
		Month     string `json:"month" maxLength:"7" doc:"2026-10"`
	}
}

func (m *Module) computeRun(ctx context.Context, in computeRunInput) (runDetail, error) {
	now := time.Now().UTC()
	month, err := readMonth(in.Body.Month, now)
	if err != nil {
		return runDetail{}, err
	}
	r, err := m.rankings.read(ctx, m.rankings.db, in.Body.RankingID)
	if err != nil {
		return runDetail{}, err
	}
	out, synthetic, err := m.compute(ctx, r.Class, r.Method, month)
	if err != nil {
		return runDetail{}, err
	}
	id := identity.From(ctx)
	x := Standing{
		ID: ulid.Make().String(), RankingID: r.ID, Name: r.Name, Class: r.Class, Edition: r.Version, Month: monthOf(month), State: runDraft, actor: id.Actor(), By: id.Name,
		ComputedAt: now, Platforms: len(out.Places), Synthetic: synthetic, Version: 1,
	}
	if err := m.rankings.keep(ctx, x, month, r.Method, out); err != nil {
		return runDetail{}, err
	}
	return m.runDetail(ctx, x, r.Method, out), nil
}

// runDetail is a run on its own page.
type runDetail struct {
	Standing
	Method  rank.Method `json:"method"`
	Result  ranked      `json:"result"`
	MayMove []runState  `json:"may_move" nullable:"false"`
}

// ETag implements httpd.Versioned.
func (r runDetail) ETag() int64 { return r.Version }

// runDetail shows everybody the order, the weights and the grades; the figures of a
// platform only to the city and to who operates it.
func (m *Module) runDetail(ctx context.Context, r Standing, method rank.Method, out ranked) runDetail {
	id := identity.From(ctx)
	theirs := map[string]bool{}
	for i, p := range out.Platforms {
		if !id.Scope.Allows(p.Owner) {
			out.Platforms[i].Inputs, out.Platforms[i].Owner, theirs[p.ID] = []rankInput{}, "", true
		}
	}
	for i, p := range out.Places {
		if !theirs[p.ID] {
			continue
		}
		for k := range p.Parts {
			out.Places[i].Parts[k].Raw = 0
		}
	}
	v := runDetail{Standing: r, Method: method, Result: out, MayMove: []runState{}}
	switch {
	case !id.May("platforms.review"):
	case r.State == runDraft:
		v.MayMove = append(v.MayMove, runPublished)
	case r.State == runPublished:
		v.MayMove = append(v.MayMove, runWithdrawn)
	}
	return v
}

func (m *Module) readRun(ctx context.Context, in httpd.Object) (runDetail, error) {
	r, method, out, err := m.rankings.run(ctx, in.ID)
	if err != nil {
		return runDetail{}, err
	}
	return m.runDetail(ctx, r, method, out), nil
}

type moveRunInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		To     runState `json:"to" enum:"published,withdrawn"`
		Reason string   `json:"reason,omitempty" maxLength:"2000"`
	}
}

func (m *Module) moveRun(ctx context.Context, in moveRunInput) (runDetail, error) {
	version, err := in.Expected()
	if err != nil {
		return runDetail{}, err
	}
	before, method, out, err := m.rankings.run(ctx, in.ID)
	if err != nil {
		return runDetail{}, err
	}
	if before.Version != version {
		return runDetail{}, staleRanking()
	}
	after, err := before.move(in.Body.To, in.Body.Reason, time.Now().UTC())
	if err != nil {
		return runDetail{}, err
	}
	if err := m.rankings.move(ctx, before, after, version); err != nil {
		return runDetail{}, err
	}
	after.Version = version + 1
	return m.runDetail(ctx, after, method, out), nil
}

// placeRow is a place in a list.
type placeRow struct {
	Rank   int       `json:"rank" title:"名次|Rank"`
	Name   lang.Text `json:"name" title:"平台|Platform"`
	ID     string    `json:"id"`
	Class  string    `json:"class" title:"类别|Class"`
	Score  float64   `json:"score" title:"得分|Score"`
	Low    int       `json:"low" title:"名次区间上限|Best rank within the error"`
	High   int       `json:"high" title:"名次区间下限|Worst rank within the error"`
	Tied   bool      `json:"tied" title:"与上一名不可区分|Tied with the place above"`
	Grade  string    `json:"grade" enum:"A,B,C,D,none" title:"数据质量等级|Data quality grade"`
	Sum    float64   `json:"sum" title:"质量系数前得分|Score before the quality factor"`
	Factor float64   `json:"factor" title:"质量系数|Quality factor"`
}

type placesParams struct {
	httpd.Object
	sqldb.ListParams
}

// listPlaces is one page: a ranking has no more places than fit.
func (m *Module) listPlaces(ctx context.Context, in placesParams) (sqldb.Page[placeRow], error) {
	_, _, out, err := m.rankings.run(ctx, in.ID)
	if err != nil {
		return sqldb.Page[placeRow]{}, err
	}
	of := map[string]rankedPlatform{}
	for _, p := range out.Platforms {
		of[p.ID] = p
	}
	page := sqldb.Page[placeRow]{Items: []placeRow{}, Total: len(out.Places)}
	for _, p := range out.Places {
		page.Items = append(page.Items, placeRow{p.Rank, of[p.ID].Name, p.ID, of[p.ID].Class, p.Score, p.Low, p.High, p.Tied, of[p.ID].Grade, p.Sum, p.Factor})
	}
	return page, nil
}

type previewInput struct {
	Body struct {
		Month  string      `json:"month" maxLength:"7" doc:"2026-10"`
		Class  string      `json:"class,omitempty" maxLength:"40"`
		Method rank.Method `json:"method"`
	}
}

// previewRanking computes what is on a form.
func (m *Module) previewRanking(ctx context.Context, in previewInput) (ranked, error) {
	month, err := readMonth(in.Body.Month, time.Now())
	if err != nil {
		return ranked{}, err
	}
	r := rankingInput{Name: lang.Text{ZH: "-"}, Class: in.Body.Class, Method: in.Body.Method}.apply(Ranking{})
	if err := r.check(m.catalogue); err != nil {
		return ranked{}, err
	}
	out, _, err := m.compute(ctx, r.Class, r.Method, month)
	return out, err
}
