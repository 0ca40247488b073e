package platforms

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/check"
)

func (m *Module) findingRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /quality/findings", Permission: "platforms.view", Summary: "Doubts about figures of platforms within one's scope", Handler: httpd.List(m.listFindings)},
		{Pattern: "GET /quality/findings/{id}", Permission: "platforms.view", Summary: "One finding with its evidence", Handler: httpd.JSON(m.readFinding)},
		{Pattern: "POST /quality/findings/{id}/explanation", Permission: "platforms.explain", Summary: "Say what is behind a finding", Handler: httpd.JSON(m.explainFinding)},
		{Pattern: "POST /quality/findings/{id}/decision", Permission: "platforms.review", Summary: "Accept an explanation, or open the finding again", Handler: httpd.JSON(m.decideFinding)},
		{Pattern: "POST /quality/checks", Permission: "platforms.review", Summary: "Run the checks now", Handler: httpd.JSON(m.runChecks)},
		{Pattern: "GET /quality/definition", Permission: "platforms.view", Summary: "How the data quality grade is computed", Handler: httpd.JSON(m.gradeDefinition)},
		{Pattern: "GET /{id}/quality", Permission: "platforms.view", Summary: "A platform's data quality grade", Handler: httpd.JSON(m.platformQuality)},
	}
}

// discreet hides which other platform a finding compares with from who does not
// see the whole city.
func discreet(ctx context.Context, d Doubt) Doubt {
	if d.Kind == check.Copy && !identity.From(ctx).Scope.All {
		d.Other = ""
	}
	return d
}

func (m *Module) listFindings(ctx context.Context, in doubtParams) (sqldb.Page[Doubt], error) {
	page, err := m.findings.list(ctx, in)
	for i, d := range page.Items {
		page.Items[i] = discreet(ctx, d)
	}
	return page, err
}

// findingDetail is a finding on its own page.
type findingDetail struct {
	Doubt
	Title      lang.Text `json:"title" doc:"Of the indicator"`
	Unit       lang.Text `json:"unit"`
	Tier       tier      `json:"tier"`
	OtherTitle lang.Text `json:"other_title"`
	Evidence   evidence  `json:"evidence"`
	Steps      []step    `json:"steps" nullable:"false" doc:"Who did what, oldest first"`
	MayExplain bool      `json:"may_explain"`
	MayAccept  bool      `json:"may_accept"`
	MayReopen  bool      `json:"may_reopen"`
}

// ETag implements httpd.Versioned.
func (d findingDetail) ETag() int64 { return d.Version }

func (m *Module) readFinding(ctx context.Context, in httpd.Object) (findingDetail, error) {
	d, err := m.findings.read(ctx, in.ID)
	if err != nil {
		return findingDetail{}, err
	}
	return m.findingDetail(ctx, d)
}

func (m *Module) findingDetail(ctx context.Context, d Doubt) (findingDetail, error) {
	x := m.catalogue.byCode[d.Code]
	id := identity.From(ctx)
	live := d.State == findingOpen || d.State == findingExplained
	v := findingDetail{
		Doubt: discreet(ctx, d), Title: x.Title, Unit: x.Unit, Tier: x.Tier,
		MayExplain: live && id.May("platforms.explain"), MayAccept: live && id.May("platforms.review"), MayReopen: d.State != findingOpen && id.May("platforms.review"),
	}
	if err := json.Unmarshal([]byte(d.evidence), &v.Evidence); err != nil {
		return v, fmt.Errorf("read evidence: %w", err)
	}
	v.Evidence = v.Evidence.whole()
	switch {
	case d.Kind == check.Copy && v.Other == "":
		v.Evidence.Against = []check.Spot{}
	case d.Kind == check.Copy:
		other, err := m.platforms.get(ctx, d.Other)
		if err == nil {
			v.OtherTitle = other.Name
		}
	default:
		v.OtherTitle = m.catalogue.byCode[d.Other].Title
	}
	var err error
	v.Steps, err = m.findings.steps(ctx, d.ID)
	return v, err
}

type explainFindingInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"2000"`
	}
}

func (m *Module) explainFinding(ctx context.Context, in explainFindingInput) (findingDetail, error) {
	return m.changeFinding(ctx, in.ID, in.IfMatch, in.Body.Reason, func(d Doubt) (Doubt, error) { return d.explain(in.Body.Reason, time.Now().UTC()) })
}

type decideFindingInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Accept bool   `json:"accept" doc:"false: open again"`
		Reason string `json:"reason" maxLength:"2000"`
	}
}

func (m *Module) decideFinding(ctx context.Context, in decideFindingInput) (findingDetail, error) {
	return m.changeFinding(ctx, in.ID, in.IfMatch, in.Body.Reason, func(d Doubt) (Doubt, error) { return d.decide(in.Body.Accept, in.Body.Reason, time.Now().UTC()) })
}

func (m *Module) changeFinding(ctx context.Context, id string, match httpd.IfMatch, reason string, decide func(Doubt) (Doubt, error)) (findingDetail, error) {
	version, err := match.Expected()
	if err != nil {
		return findingDetail{}, err
	}
	d, err := m.findings.read(ctx, id)
	if err != nil {
		return findingDetail{}, err
	}
	if d.Version != version {
		return findingDetail{}, fault.New(fault.Precondition, "kernel.stale", "somebody changed this finding meanwhile; read it again")
	}
	if d, err = m.findings.change(ctx, d, version, reason, decide); err != nil {
		return findingDetail{}, err
	}
	m.kit.Notify(topicList, d.PlatformID, d.Operator.ID)
	return m.findingDetail(ctx, d)
}

// runChecks runs the checks while the caller waits; they are the same as those
// that come around by themselves.
func (m *Module) runChecks(ctx context.Context, _ nothing) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.checkFigures(ctx, time.Now().UTC())
}

// gradeView is the computation of the grade, for pages to show.
type gradeView struct {
	Definition   int                        `json:"definition"`
	Completeness float64                    `json:"completeness" doc:"Share in the score"`
	Timeliness   float64                    `json:"timeliness"`
	Validity     float64                    `json:"validity"`
	Days         int                        `json:"days" doc:"Over which values due are counted"`
	Least        int                        `json:"least" doc:"Values due, below which there is no grade"`
	HalfLife     int                        `json:"half_life" doc:"Days after which a finding costs half"`
	Costs        map[check.Severity]float64 `json:"costs" doc:"Points that an open finding costs, by severity"`
	Grades       map[string]float64         `json:"grades" doc:"Least score of each grade"`
}

func (m *Module) gradeDefinition(context.Context, nothing) (gradeView, error) {
	return gradeView{
		gradeDefinition, shareComplete, shareTimely, shareValid, gradeDays, gradeLeast, halfLife,
		map[check.Severity]float64{check.High: cost(check.High), check.Medium: cost(check.Medium), check.Low: cost(check.Low)},
		map[string]float64{"A": 90, "B": 75, "C": 60, "D": 0},
	}, nil
}

type qualityView struct {
	Quality
	History []qualityDay `json:"history" nullable:"false" doc:"As computed on each of the last 90 days"`
}

// platformQuality is the grade now: what was due as last counted, and the findings
// as they are. Whom a platform is shared with sees the grade.
func (m *Module) platformQuality(ctx context.Context, in httpd.Object) (qualityView, error) {
	if _, _, err := m.platforms.view(ctx, in.ID); err != nil {
		return qualityView{}, err
	}
	now := time.Now().UTC()
	days, err := m.findings.days(ctx, in.ID, now.AddDate(0, 0, -90))
	if err != nil {
		return qualityView{}, err
	}
	doubts, err := m.findings.of(ctx, in.ID)
	if err != nil {
		return qualityView{}, err
	}
	v := qualityView{History: days}
	var counted check.Punctuality
	at := now
	if n := len(days); n > 0 {
		counted, at = days[n-1].counted, days[n-1].computedAt
	}
	v.Quality = grade(counted, at, doubts, now)
	return v, nil
}
