package platforms

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/platformsevent"
)

func (m *Module) registryRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /vocabulary", Permission: "platforms.view", Summary: "Classes, industries, districts, statuses", Handler: httpd.JSON(m.vocabulary)},
		{Pattern: "GET /catalogue", Permission: "platforms.view", Summary: "The indicator catalogue in force", Handler: httpd.JSON(m.showCatalogue)},
		{Pattern: "GET /summary", Permission: "platforms.view", Summary: "The room on one page", Handler: httpd.JSON(m.summary)},
		{Pattern: "GET /", Permission: "platforms.view", Summary: "Platforms within one's scope", Handler: httpd.List(m.listPlatforms)},
		{Pattern: "POST /", Permission: "platforms.register", Summary: "Register a platform", Handler: httpd.Created(m.register)},
		{Pattern: "GET /{id}", Permission: "platforms.view", Summary: "One platform", Handler: httpd.JSON(m.readPlatform)},
		{Pattern: "PUT /{id}", Permission: "platforms.register", Summary: "Edit a platform", Handler: httpd.JSON(m.editPlatform)},
		{Pattern: "DELETE /{id}", Permission: "platforms.review", Summary: "Remove a platform of the demonstration city", Handler: httpd.JSON(m.removePlatform)},
		{Pattern: "POST /{id}/status", Permission: "platforms.review", Summary: "Move a platform to another status", Handler: httpd.JSON(m.movePlatform)},
		{Pattern: "POST /{id}/keys", Permission: "platforms.key", Summary: "Issue a reporting key; its secret is shown once", Handler: httpd.Created(m.issueKey)},
		{Pattern: "DELETE /{id}/keys/{key}", Permission: "platforms.key", Summary: "Revoke a reporting key", Handler: httpd.JSON(m.revokeKey)},
		{Pattern: "GET /{id}/indicators", Permission: "platforms.view", Summary: "The newest values of a platform", Handler: httpd.JSON(m.indicators)},
		{Pattern: "GET /{id}/series", Permission: "platforms.view", Summary: "One indicator of a platform over time", Handler: httpd.JSON(m.series)},
		{Pattern: "GET /{id}/submissions", Permission: "platforms.view", Summary: "What a platform sent, and what became of it", Handler: httpd.List(m.listSubmissions)},
	}
}

func (m *Module) gateRoutes() []module.Route {
	ledger := "platforms.submission"
	return []module.Route{
		{
			Pattern: "POST /ingest/v1/reports", Permission: identity.Public, OwnKey: true, Recorded: ledger, Summary: "Report values as signed JSON",
			Handler: httpd.RawOf[report](http.HandlerFunc(m.serveReport)),
		},
		{
			Pattern: "POST /ingest/v1/check", Permission: identity.Public, OwnKey: true, Recorded: "nothing is kept", Summary: "Check a report and keep nothing of it",
			Handler: httpd.RawOf[report](http.HandlerFunc(m.serveCheck)),
		},
		{
			Pattern: "GET /ingest/v1/due", Permission: identity.Public, OwnKey: true, Summary: "What the platform owes now",
			Handler: httpd.Raw("", http.HandlerFunc(m.serveDue)),
		},
		{
			Pattern: "GET /ingest/v1/reports/{receipt}", Permission: identity.Public, OwnKey: true, Summary: "What became of a report",
			Handler: httpd.Raw("", http.HandlerFunc(m.serveReceipt)),
		},
		{
			Pattern: "POST /ingest/prometheus/write", Permission: identity.Public, OwnKey: true, Recorded: ledger, Summary: "Prometheus remote write 1.0 and 2.0",
			Handler: httpd.Raw("application/x-protobuf", http.HandlerFunc(m.serveRemoteWrite)),
		},
		{
			Pattern: "POST /ingest/otlp/v1/metrics", Permission: identity.Public, OwnKey: true, Recorded: ledger, Summary: "OpenTelemetry metrics (OTLP/HTTP)",
			Handler: httpd.Raw("application/x-protobuf", http.HandlerFunc(m.serveOTLP)),
		},
	}
}

// forCity keeps what holds for all platforms to who sees all of them.
func forCity[I, O any](call func(ctx context.Context, in I) (O, error)) func(ctx context.Context, in I) (O, error) {
	return func(ctx context.Context, in I) (out O, err error) {
		if !identity.From(ctx).Scope.All {
			return out, fault.New(fault.Forbidden, "platforms.city", "this holds for the whole city, and is for who sees all of it")
		}
		return call(ctx, in)
	}
}

type nothing struct{}

type vocabularyView struct {
	Classes    []term   `json:"classes" nullable:"false"`
	Industries []term   `json:"industries" nullable:"false"`
	Districts  []term   `json:"districts" nullable:"false"`
	Statuses   []term   `json:"statuses" nullable:"false"`
	Tiers      []term   `json:"tiers" nullable:"false"`
	Sizes      []string `json:"sizes" nullable:"false"`
}

func (m *Module) vocabulary(context.Context, nothing) (vocabularyView, error) {
	return vocabularyView{classes(), industries(), districts(), statuses(), []term{
		{string(realTime), lang.Text{ZH: "实时（分钟）", EN: "Real time (minute)"}},
		{string(quarterly), lang.Text{ZH: "一刻钟", EN: "Quarter of an hour"}},
		{string(daily), lang.Text{ZH: "日", EN: "Day"}},
		{string(monthly), lang.Text{ZH: "月", EN: "Month"}},
	}, sizes()}, nil
}

func (m *Module) showCatalogue(context.Context, nothing) (catalogue, error) {
	return *m.catalogue, m.broken
}

func (m *Module) summary(ctx context.Context, _ nothing) (overview, error) {
	return m.measures.overview(ctx, time.Now())
}

// PlatformView is a platform as lists show it.
type PlatformView struct {
	ID           string             `json:"id" title:"编号|ID"`
	Code         string             `json:"code" title:"代码|Code"`
	Name         lang.Text          `json:"name" title:"名称|Name"`
	Class        string             `json:"class" title:"类别|Class"`
	Industry     string             `json:"industry" title:"行业|Industry"`
	District     string             `json:"district" title:"区市|District"`
	Operator     operator           `json:"operator"`
	Status       status             `json:"status" enum:"applied,reviewed,trial,in_service,suspended,retired" title:"状态|Status"`
	Freshness    string             `json:"freshness" enum:"never,reporting,late,silent" title:"报送情况|Freshness"`
	LastReportAt *time.Time         `json:"last_report_at,omitempty" title:"最近报送|Last report"`
	Series       int                `json:"series" title:"序列数|Series"`
	Synthetic    bool               `json:"synthetic" title:"合成数据|Synthetic"`
	Shared       bool               `json:"shared" doc:"Another organisation's, shared by a rule: to be looked at" title:"共享|Shared"`
	Indicators   map[string]float64 `json:"indicators" doc:"Newest totals by indicator"`
	Version      int64              `json:"version"`
}

func (m *Module) view(p platform, totals map[string]float64, series int, now time.Time) PlatformView {
	v := PlatformView{
		ID: p.ID, Code: p.Code, Name: p.Name, Class: p.Class, Industry: p.Industry, District: p.District, Operator: p.Operator,
		Status: p.Status, Freshness: p.freshness(now), Series: series, Synthetic: p.Synthetic, Indicators: totals, Version: p.Version,
	}
	if v.Indicators == nil {
		v.Indicators = map[string]float64{}
	}
	if v.Freshness != freshNever {
		v.LastReportAt = &p.LastReportAt
	}
	return v
}

func (m *Module) listPlatforms(ctx context.Context, in platformParams) (sqldb.Page[PlatformView], error) {
	now := time.Now()
	page, err := m.platforms.list(ctx, in, now)
	if err != nil {
		return sqldb.Page[PlatformView]{}, err
	}
	ids := make([]string, len(page.Items))
	for i, p := range page.Items {
		ids[i] = p.ID
	}
	totals, series, err := m.platforms.totals(ctx, ids)
	views := sqldb.Page[PlatformView]{Items: make([]PlatformView, len(ids)), NextCursor: page.NextCursor, Total: page.Total}
	scope := identity.From(ctx).Scope
	for i, p := range page.Items {
		views.Items[i] = m.view(p, totals[p.ID], series[p.ID], now)
		views.Items[i].Shared = !scope.Allows(p.Operator.ID)
	}
	return views, err
}

// platformInput is what registering or editing asks for.
type platformInput struct {
	Name        lang.Text `json:"name"`
	Code        string    `json:"code,omitempty" maxLength:"40" doc:"Kept as it is when editing"`
	Class       string    `json:"class" maxLength:"20"`
	Industry    string    `json:"industry,omitempty" maxLength:"4"`
	District    string    `json:"district" maxLength:"6"`
	OperatorID  string    `json:"operator_id,omitempty" maxLength:"26" doc:"Default: the caller's organisation"`
	Operator    lang.Text `json:"operator_name,omitzero" doc:"Name of the operator; default: the caller's organisation"`
	Contact     contact   `json:"contact,omitzero"`
	URL         string    `json:"url,omitempty" maxLength:"300"`
	Description string    `json:"description,omitempty" maxLength:"2000"`
	Synthetic   bool      `json:"synthetic,omitempty" doc:"Demonstration data; shown as such everywhere"`
}

func (in platformInput) apply(p platform) platform {
	p.Name = in.Name
	if p.Name.ZH == "" {
		p.Name.ZH = in.Name.EN
	}
	if p.Name.EN == "" {
		p.Name.EN = in.Name.ZH
	}
	p.Class, p.Industry, p.District, p.Contact, p.URL, p.Description = in.Class, in.Industry, in.District, in.Contact, in.URL, in.Description
	return p
}

type registerInput struct{ Body platformInput }

// register enters a platform. What a reviewer registers goes into trial at
// once; what an operator registers is an application.
func (m *Module) register(ctx context.Context, in registerInput) (platformDetail, error) {
	id, now := identity.From(ctx), time.Now().UTC()
	p := in.Body.apply(platform{
		ID: ulid.Make().String(), Code: strings.ToLower(in.Body.Code), Status: applied, Synthetic: in.Body.Synthetic, CreatedAt: now, Version: 1,
		Operator: operator{id.Organisation.ID, id.Organisation.Name},
	})
	if in.Body.OperatorID != "" && in.Body.OperatorID != id.Organisation.ID {
		if err := id.Scope.Check(in.Body.OperatorID); err != nil {
			return platformDetail{}, err
		}
		p.Operator = operator{in.Body.OperatorID, in.Body.Operator}
	}
	if id.May("platforms.review") {
		p.Status = trial
	}
	if err := p.check(); err != nil {
		return platformDetail{}, err
	}
	if err := m.platforms.insert(ctx, p, platformsevent.Registered{PlatformID: p.ID, At: now}); err != nil {
		return platformDetail{}, err
	}
	m.kit.Notify(topicList, p.ID, p.Operator.ID)
	return m.detail(ctx, p)
}

// platformDetail is a platform on its own page.
type platformDetail struct {
	PlatformView
	Contact      contact    `json:"contact"`
	URL          string     `json:"url"`
	Description  string     `json:"description"`
	StatusReason string     `json:"status_reason"`
	CreatedAt    time.Time  `json:"created_at"`
	Keys         []KeyView  `json:"keys" nullable:"false"`
	Limits       limitsView `json:"limits"`
	Transitions  []status   `json:"transitions" nullable:"false" doc:"Statuses that it may move to"`
}

// ETag implements httpd.Versioned.
func (d platformDetail) ETag() int64 { return d.Version }

type limitsView struct {
	Series           int `json:"series"`
	SeriesUsed       int `json:"series_used"`
	SamplesPerMinute int `json:"samples_per_minute"`
}

func (m *Module) readPlatform(ctx context.Context, in httpd.Object) (platformDetail, error) {
	p, own, err := m.platforms.view(ctx, in.ID)
	if err != nil {
		return platformDetail{}, err
	}
	d, err := m.detail(ctx, p)
	if !own {
		// What is shared is the entry and the indicators, not whom to ring up nor how it is fed.
		d.Shared, d.Contact, d.StatusReason, d.Keys, d.Transitions, d.Limits = true, contact{}, "", []KeyView{}, []status{}, limitsView{}
	}
	return d, err
}

func (m *Module) detail(ctx context.Context, p platform) (platformDetail, error) {
	totals, series, err := m.platforms.totals(ctx, []string{p.ID})
	if err != nil {
		return platformDetail{}, err
	}
	keys, err := m.keys.list(ctx, p.ID)
	d := platformDetail{
		PlatformView: m.view(p, totals[p.ID], series[p.ID], time.Now()), Contact: p.Contact, URL: p.URL, Description: p.Description,
		StatusReason: p.StatusReason, CreatedAt: p.CreatedAt, Keys: []KeyView{}, Transitions: p.Status.next(),
		Limits: limitsView{m.gate.limits.Series, series[p.ID], m.gate.limits.SamplesPerMinute},
	}
	for _, k := range keys {
		d.Keys = append(d.Keys, viewKey(k))
	}
	return d, err
}

type editInput struct {
	httpd.Object
	httpd.IfMatch
	Body platformInput
}

func (m *Module) editPlatform(ctx context.Context, in editInput) (platformDetail, error) {
	return m.change(ctx, in.ID, in.IfMatch, func(p platform) (platform, []bus.Event, error) {
		p = in.Body.apply(p)
		return p, []bus.Event{platformsevent.Changed{PlatformID: p.ID, At: time.Now().UTC()}}, p.check()
	})
}

type moveInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		To     status `json:"to" enum:"applied,reviewed,trial,in_service,suspended,retired"`
		Reason string `json:"reason,omitempty" maxLength:"500"`
	}
}

func (m *Module) movePlatform(ctx context.Context, in moveInput) (platformDetail, error) {
	return m.change(ctx, in.ID, in.IfMatch, func(p platform) (platform, []bus.Event, error) {
		return p.move(in.Body.To, in.Body.Reason, time.Now().UTC())
	})
}

func (m *Module) change(ctx context.Context, id string, match httpd.IfMatch, decide func(platform) (platform, []bus.Event, error)) (platformDetail, error) {
	version, err := match.Expected()
	if err != nil {
		return platformDetail{}, err
	}
	p, err := m.platforms.change(ctx, id, version, decide)
	if err != nil {
		return platformDetail{}, err
	}
	m.keyring.forget(p.ID)
	m.kit.Notify(topicList, p.ID, p.Operator.ID)
	return m.detail(ctx, p)
}

// removePlatform deletes a platform of the demonstration city with all it
// reported. Others are retired and kept.
func (m *Module) removePlatform(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	p, err := m.platforms.read(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if !p.Synthetic {
		return httpd.Nothing{}, fault.New(fault.Conflict, "platforms.platform.kept", "only platforms of the demonstration city can be removed; retire this one")
	}
	if err := m.platforms.remove(ctx, p); err != nil {
		return httpd.Nothing{}, err
	}
	m.keyring.forget(p.ID)
	m.ledger.rolls.forget(p.ID)
	m.kit.Notify(topicList, p.ID, p.Operator.ID)
	if err := m.recountReach(ctx); err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.kit.Series.Delete(ctx, "platform", p.ID)
}

type indicatorView struct {
	Value
	Title lang.Text `json:"title"`
	Unit  lang.Text `json:"unit"`
	Kind  string    `json:"kind"`
	Tier  tier      `json:"tier"`
	Group string    `json:"group"`
}

type indicatorsView struct {
	Items []indicatorView `json:"items" nullable:"false"`
}

func (m *Module) indicators(ctx context.Context, in httpd.Object) (indicatorsView, error) {
	if _, _, err := m.platforms.view(ctx, in.ID); err != nil {
		return indicatorsView{}, err
	}
	values, err := m.ledger.values(ctx, in.ID)
	v := indicatorsView{Items: make([]indicatorView, len(values))}
	for i, x := range values {
		ind := m.catalogue.byCode[x.Code]
		v.Items[i] = indicatorView{x, ind.Title, ind.Unit, ind.Kind, ind.Tier, ind.Group}
	}
	return v, err
}

type seriesInput struct {
	httpd.Object
	Code string    `query:"code" required:"true" maxLength:"60"`
	From time.Time `query:"from" doc:"Default: a day before to"`
	To   time.Time `query:"to" doc:"Default: now"`
	Step int       `query:"step" minimum:"0" maximum:"86400" doc:"Seconds; default: about 200 points"`
}

type seriesView struct {
	Code   string       `json:"code"`
	Unit   lang.Text    `json:"unit"`
	Source string       `json:"source" enum:"facts,series" doc:"facts: values of days or months; series: values of minutes"`
	Points [][2]float64 `json:"points" nullable:"false" doc:"Unix milliseconds and value"`
}

func (m *Module) series(ctx context.Context, in seriesInput) (seriesView, error) {
	if _, _, err := m.platforms.view(ctx, in.ID); err != nil {
		return seriesView{}, err
	}
	x, ok := m.catalogue.byCode[in.Code]
	if !ok {
		return seriesView{}, fault.New(fault.Invalid, "platforms.indicator.unknown", "there is no indicator %q", in.Code).At("query.code", "see the catalogue")
	}
	if in.To.IsZero() {
		in.To = time.Now()
	}
	if in.From.IsZero() {
		in.From = in.To.Add(-24 * time.Hour)
	}
	v := seriesView{Code: x.Code, Unit: x.Unit, Source: "facts", Points: [][2]float64{}}
	if x.periodic() {
		facts, err := m.ledger.facts(ctx, in.ID, x.Code, in.From, in.To)
		if err != nil || len(facts) > 0 {
			v.Points = facts
			return v, err
		}
	}
	step := time.Duration(in.Step) * time.Second
	if step == 0 {
		step = max(15*time.Second, in.To.Sub(in.From)/200)
	}
	if err := m.projector.catchUp(ctx); err != nil {
		return v, err
	}
	lines, err := m.kit.Series.Range(ctx, fmt.Sprintf(`%s%s{platform=%q,industry="",district="",size="",type=""}`, metricPrefix, x.Code, in.ID), in.From, in.To, step)
	v.Source = "series"
	for _, line := range lines {
		for _, p := range line.Points {
			v.Points = append(v.Points, [2]float64{float64(p.At), p.Value})
		}
	}
	return v, err
}

func (m *Module) listSubmissions(ctx context.Context, in submissionParams) (sqldb.Page[submission], error) {
	if _, err := m.platforms.read(ctx, in.ID); err != nil {
		return sqldb.Page[submission]{}, err
	}
	return m.ledger.submissions(ctx, in)
}
