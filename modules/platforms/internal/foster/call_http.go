package foster

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Fostering) callRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /foster/years", Permission: mayView, Summary: "How many platforms were fostered by year, beside the goals", Handler: httpd.JSON(m.listYears)},
		{Pattern: "PUT /foster/goals", Permission: mayManage, Summary: "Set how many platforms are to be fostered in which year", Handler: httpd.JSON(forCity(m.setGoals))},
		{Pattern: "GET /foster/criteria", Permission: mayView, Summary: "Ready-made criteria that a call can start from", Handler: httpd.JSON(m.listSets)},
		{Pattern: "GET /foster/calls", Permission: mayView, Summary: "Calls for applications", Handler: httpd.List(m.listCalls)},
		{Pattern: "POST /foster/calls", Permission: mayManage, Summary: "Draft a call", Handler: httpd.Created(forCity(m.addCall))},
		{Pattern: "GET /foster/calls/{id}", Permission: mayView, Summary: "A call with its criteria", Handler: httpd.JSON(m.readCall)},
		{Pattern: "PUT /foster/calls/{id}", Permission: mayManage, Summary: "Change a draft; of an open call, its text, or put off its deadline", Handler: httpd.JSON(forCity(m.editCall))},
		{Pattern: "DELETE /foster/calls/{id}", Permission: mayManage, Summary: "Remove a draft", Handler: httpd.JSON(forCity(m.removeCall))},
		{Pattern: "POST /foster/calls/{id}/state", Permission: mayManage, Summary: "Open a call, which freezes its criteria, or close it", Handler: httpd.JSON(forCity(m.moveCall))},
		{Pattern: "GET /foster/calls/{id}/ranking", Permission: maySeeAll, Summary: "The applications of a call by what their reviews came to", Handler: httpd.List(m.listPlaces)},
	}
}

type yearsView struct {
	Items []Year `json:"items" nullable:"false"`
	Goal  int    `json:"goal" doc:"Of all years that have one"`
	Total int    `json:"total" doc:"Platforms that count, each once: the measure platforms.specialised_new"`
}

// listYears joins goals and awards; a year with either is listed.
func (m *Fostering) listYears(ctx context.Context, _ nothing) (yearsView, error) {
	list, err := m.awards.years(ctx, now())
	if err != nil {
		return yearsView{}, err
	}
	goals, err := m.calls.readGoals(ctx, m.calls.db)
	if err != nil {
		return yearsView{}, err
	}
	v := yearsView{Items: list}
	for _, g := range goals {
		v.Goal += g.Goal
		i := slices.IndexFunc(v.Items, func(y Year) bool { return y.Year == g.Year })
		if i < 0 {
			v.Items = append(v.Items, Year{Year: g.Year, Goal: g.Goal})
			continue
		}
		v.Items[i].Goal = g.Goal
	}
	slices.SortFunc(v.Items, func(a, b Year) int { return cmp.Compare(a.Year, b.Year) })
	counted, err := m.awards.fostered(ctx)
	v.Total = int(counted.Number)
	return v, err
}

type fosterGoalsInput struct {
	Body struct {
		Goals []Goal `json:"goals" nullable:"false" maxItems:"50"`
	}
}

func (m *Fostering) setGoals(ctx context.Context, in fosterGoalsInput) (yearsView, error) {
	list := slices.SortedFunc(slices.Values(in.Body.Goals), func(a, b Goal) int { return cmp.Compare(a.Year, b.Year) })
	for i := 1; i < len(list); i++ {
		if list[i].Year == list[i-1].Year {
			return yearsView{}, fault.New(fault.Invalid, "platforms.foster.goals_invalid", "a year has two goals").At("body.goals", "one goal for each year")
		}
	}
	if err := m.calls.goals(ctx, list); err != nil {
		return yearsView{}, err
	}
	return m.listYears(ctx, nothing{})
}

type setsView struct {
	Items []Set `json:"items" nullable:"false"`
}

func (m *Fostering) listSets(context.Context, nothing) (setsView, error) {
	return setsView{sets()}, nil
}

func (m *Fostering) listCalls(ctx context.Context, in callParams) (sqldb.Page[CallRow], error) {
	return m.calls.list(ctx, in)
}

// CallDetail is a call on its own page.
type CallDetail struct {
	CallRow
	Accepts bool     `json:"accepts" doc:"Applications are taken now, by the server's clock"`
	Over    bool     `json:"over" doc:"The time to apply has gone by"`
	Acts    []string `json:"acts" nullable:"false" doc:"What the caller may do now: edit, remove, open, close, apply"`
}

// ETag implements httpd.Versioned.
func (v CallDetail) ETag() int64 { return v.Version }

func (m *Fostering) readCall(ctx context.Context, in httpd.Object) (CallDetail, error) {
	row, err := m.calls.view(ctx, in.ID)
	if err != nil {
		return CallDetail{}, err
	}
	id, at := identity.From(ctx), now()
	v := CallDetail{CallRow: row, Accepts: row.accepts(at), Over: row.over(at)}
	manages := id.May(mayManage) && id.Scope.All
	v.Acts = offered(
		act{"edit", manages && (row.State == CallDraft || row.State == CallOpen && at.Before(row.ClosesAt))}, act{"remove", manages && row.State == CallDraft},
		act{"open", manages && row.State == CallDraft}, act{"close", manages && row.State == CallOpen}, act{"apply", id.May(mayApply) && !id.Scope.All && v.Accepts},
	)
	return v, nil
}

type callInput struct {
	Year      int         `json:"year"`
	Title     lang.Text   `json:"title"`
	Text      string      `json:"text,omitempty" maxLength:"20000"`
	Classes   []string    `json:"classes" nullable:"false" maxItems:"10"`
	OpensAt   time.Time   `json:"opens_at"`
	ClosesAt  time.Time   `json:"closes_at" doc:"The deadline, by the server's clock"`
	Reviewers int         `json:"reviewers"`
	PassMark  float64     `json:"pass_mark"`
	Limit     int         `json:"limit"`
	Criteria  []Criterion `json:"criteria" nullable:"false"`
}

func (in callInput) apply(c Call) Call {
	c.Year, c.Title, c.Text, c.Classes, c.Reviewers, c.PassMark, c.Limit = in.Year, both(in.Title), in.Text, in.Classes, in.Reviewers, in.PassMark, in.Limit
	c.OpensAt, c.ClosesAt, c.Criteria = in.OpensAt.UTC().Truncate(time.Millisecond), in.ClosesAt.UTC().Truncate(time.Millisecond), tidy(in.Criteria)
	return c
}

func (m *Fostering) addCall(ctx context.Context, in struct{ Body callInput }) (CallDetail, error) {
	c := in.Body.apply(Call{ID: ulid.Make().String(), State: CallDraft, CreatedAt: now(), Version: 1})
	if err := c.check(m.site.Classes); err != nil {
		return CallDetail{}, err
	}
	if err := m.calls.insert(ctx, c); err != nil {
		return CallDetail{}, err
	}
	return m.readCall(ctx, httpd.Object{ID: c.ID})
}

type editFosterCallInput struct {
	httpd.Object
	httpd.IfMatch
	Body callInput
}

func (m *Fostering) editCall(ctx context.Context, in editFosterCallInput) (CallDetail, error) {
	return m.changeCall(ctx, in.ID, in.IfMatch, func(c Call) (Call, error) {
		to := in.Body.apply(c)
		if err := to.check(m.site.Classes); err != nil {
			return c, err
		}
		return c.edit(to, now())
	})
}

type moveFosterCallInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		To CallState `json:"to" enum:"open,closed"`
	}
}

func (m *Fostering) moveCall(ctx context.Context, in moveFosterCallInput) (CallDetail, error) {
	return m.changeCall(ctx, in.ID, in.IfMatch, func(c Call) (Call, error) { return c.move(in.Body.To, now()) })
}

func (m *Fostering) changeCall(ctx context.Context, id string, match httpd.IfMatch, decide func(Call) (Call, error)) (CallDetail, error) {
	version, err := match.Expected()
	if err != nil {
		return CallDetail{}, err
	}
	if _, err := m.calls.change(ctx, id, version, decide); err != nil {
		return CallDetail{}, err
	}
	return m.readCall(ctx, httpd.Object{ID: id})
}

func (m *Fostering) removeCall(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.calls.remove(ctx, in.ID)
}

// Contender is an application in the ranking of its call.
type Contender struct {
	Place         int       `json:"place" doc:"0: none yet, or a veto" title:"名次|Place"`
	ApplicationID string    `json:"application_id"`
	Platform      lang.Text `json:"platform" title:"平台|Platform"`
	Operator      lang.Text `json:"operator" title:"运营单位|Operator"`
	State         State     `json:"state" enum:"draft,submitted,returned,in_review,awarded,not_awarded,withdrawn" title:"状态|State"`
	Reviews       int       `json:"reviews" title:"已提交评审|Reviews"`
	Ready         bool      `json:"ready" doc:"Enough reviews are in, and none is awaited" title:"评审完成|Complete"`
	Total         float64   `json:"total" title:"总分|Total"`
	Spread        float64   `json:"spread" title:"评审差异（标准差）|Spread (standard deviation)"`
	Veto          bool      `json:"veto" title:"一票否决|Veto"`
	Passed        bool      `json:"passed" title:"合格|Passed"`
	Hidden        bool      `json:"hidden" doc:"The caller has yet to submit an own review of it"`
	Synthetic     bool      `json:"synthetic"`
}

type placesParams struct {
	httpd.Object
	sqldb.ListParams
}

// listPlaces ranks the applications of a call, on one page. Who has yet to review
// one does not see what others gave it.
func (m *Fostering) listPlaces(ctx context.Context, in placesParams) (sqldb.Page[Contender], error) {
	c, err := m.calls.view(ctx, in.ID)
	if err != nil {
		return sqldb.Page[Contender]{}, err
	}
	list, err := m.reviews.applicationsOf(ctx, in.ID)
	if err != nil {
		return sqldb.Page[Contender]{}, err
	}
	reviews, err := m.reviews.ofCall(ctx, in.ID)
	if err != nil {
		return sqldb.Page[Contender]{}, err
	}
	rows, ranked := map[string]*Contender{}, []Ranked{}
	for _, a := range list {
		row := &Contender{ApplicationID: a.ID, Platform: a.Platform, Operator: a.Operator, State: a.State, Synthetic: a.Synthetic, Hidden: blinded(ctx, reviews[a.ID])}
		rows[a.ID] = row
		r, ready := result(c.Call, reviews[a.ID])
		row.Reviews = r.Reviews
		if row.Ready = ready; ready && !row.Hidden {
			row.Total, row.Spread, row.Veto, row.Passed = r.Total, r.Spread, r.Veto, r.Passed
			ranked = append(ranked, Ranked{ID: a.ID, Total: r.Total, Veto: r.Veto})
		}
	}
	page := sqldb.Page[Contender]{Items: []Contender{}, Total: len(list)}
	for _, x := range Rank(ranked) {
		rows[x.ID].Place = x.Place
		page.Items = append(page.Items, *rows[x.ID])
		delete(rows, x.ID)
	}
	for _, a := range list {
		if row, left := rows[a.ID]; left {
			page.Items = append(page.Items, *row)
		}
	}
	return page, nil
}

// blinded tells whether the caller has yet to submit an own review.
func blinded(ctx context.Context, reviews []Review) bool {
	who := identity.From(ctx).PersonID
	return who != "" && slices.ContainsFunc(reviews, func(r Review) bool { return r.PersonID == who && r.State == Assigned })
}
