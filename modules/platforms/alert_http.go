package platforms

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/alert"
)

// topicAlerts tells browsers that alerts changed.
const topicAlerts = "platforms.alerts"

func (m *Module) alertRoutes() []module.Route {
	const view, handle, rules, edit = "platforms.alert.view", "platforms.alert.handle", "platforms.alert.rules", "platforms.alert.edit"
	return []module.Route{
		{Pattern: "GET /alerting/alerts", Permission: view, Summary: "Alerts of platforms within one's scope", Handler: httpd.List(m.listAlerts)},
		{Pattern: "GET /alerting/summary", Permission: view, Summary: "How many alerts fire", Handler: httpd.JSON(m.countAlerts)},
		{Pattern: "GET /alerting/alerts/{id}", Permission: view, Summary: "One alert: what became of it, and who was told", Handler: httpd.JSON(m.readAlert)},
		{Pattern: "GET /alerting/alerts/{id}/curve", Permission: view, Summary: "What the rule of an alert measures, around it", Handler: httpd.JSON(m.alertCurve)},
		{Pattern: "POST /alerting/alerts/{id}/claim", Permission: handle, Summary: "Take care of an alert", Handler: httpd.JSON(m.claimAlert)},
		{Pattern: "POST /alerting/alerts/{id}/release", Permission: handle, Summary: "Give an alert back", Handler: httpd.JSON(m.releaseAlert)},
		{Pattern: "POST /alerting/alerts/{id}/close", Permission: handle, Summary: "Close an alert with a reason", Handler: httpd.JSON(m.closeAlert)},
		{Pattern: "GET /alerting/rules", Permission: rules, Summary: "The rules of alerts", Handler: httpd.JSON(m.listAlertRules)},
		{Pattern: "POST /alerting/rules", Permission: edit, Summary: "Make a rule", Handler: httpd.Created(m.addAlertRule)},
		{Pattern: "PUT /alerting/rules/{id}", Permission: edit, Summary: "Change a rule, or switch it on or off", Handler: httpd.JSON(m.editAlertRule)},
		{Pattern: "DELETE /alerting/rules/{id}", Permission: edit, Summary: "Remove a rule; its alerts stay as history", Handler: httpd.JSON(m.removeAlertRule)},
		{
			Pattern: "POST /alerting/preview", Permission: edit, Recorded: "nothing is kept",
			Summary: "For which series a rule would hold now", Handler: httpd.JSON(m.previewAlertRule),
		},
		{Pattern: "GET /alerting/silences", Permission: rules, Summary: "Silences", Handler: httpd.List(m.listSilences)},
		{Pattern: "POST /alerting/silences", Permission: edit, Summary: "Silence alerts for a time", Handler: httpd.Created(m.addSilence)},
		{Pattern: "DELETE /alerting/silences/{id}", Permission: edit, Summary: "End a silence now", Handler: httpd.JSON(m.endSilence)},
		{Pattern: "GET /alerting/routes", Permission: rules, Summary: "Who is told of which alerts", Handler: httpd.JSON(m.listAlertRoutes)},
		{Pattern: "POST /alerting/routes", Permission: edit, Summary: "Add a route before the last", Handler: httpd.Created(m.addAlertRoute)},
		{Pattern: "PUT /alerting/routes/{id}", Permission: edit, Summary: "Change a route", Handler: httpd.JSON(m.editAlertRoute)},
		{Pattern: "DELETE /alerting/routes/{id}", Permission: edit, Summary: "Remove a route", Handler: httpd.JSON(m.removeAlertRoute)},
	}
}

func (m *Module) listAlerts(ctx context.Context, in alertParams) (sqldb.Page[Alert], error) {
	return m.alerts.list(ctx, in)
}

func (m *Module) countAlerts(ctx context.Context, _ nothing) (alertCounts, error) {
	return m.alerts.counts(ctx)
}

// alertDetail is an alert on its own page.
type alertDetail struct {
	Alert
	Steps     []alertStep   `json:"steps" nullable:"false" doc:"What became of it, the oldest first"`
	Notices   []alertNotice `json:"notices" nullable:"false" doc:"Who was told, the newest first"`
	Expr      string        `json:"expr" doc:"PromQL, of rules that have some"`
	MayClaim  bool          `json:"may_claim"`
	MayClose  bool          `json:"may_close"`
	MayGiveUp bool          `json:"may_give_up"`
	Mine      bool          `json:"mine" doc:"The caller takes care of it"`
}

func (m *Module) readAlert(ctx context.Context, in httpd.Object) (alertDetail, error) {
	a, err := m.alerts.read(ctx, in.ID)
	if err != nil {
		return alertDetail{}, err
	}
	return m.alertDetail(ctx, a)
}

func (m *Module) alertDetail(ctx context.Context, a Alert) (v alertDetail, err error) {
	who := identity.From(ctx)
	may := a.State == alert.Firing && who.May("platforms.alert.handle")
	v = alertDetail{Alert: a, Mine: a.claimedBy != "" && a.claimedBy == who.Actor(), MayClose: may}
	v.MayClaim, v.MayGiveUp = may && !v.Mine, may && v.Mine
	if v.Steps, err = m.alerts.steps(ctx, a.ID); err != nil {
		return v, err
	}
	if v.Notices, err = m.alertTells.notices(ctx, a.ID); err != nil {
		return v, err
	}
	if r, err := m.alertRules.get(ctx, m.kit.DB, a.RuleID); err == nil {
		v.Expr = r.Expr
	}
	return v, nil
}

// alertCurve is a curve of what a rule measures.
type alertCurve struct {
	Unit   lang.Text    `json:"unit"`
	Name   lang.Text    `json:"name" doc:"Of the indicator; empty for PromQL"`
	Points [][2]float64 `json:"points" nullable:"false" doc:"Unix milliseconds and value; none where the rule measures nothing over time"`
	Bound  *float64     `json:"bound" doc:"With which it is compared"`
	Op     string       `json:"op"`
}

// curveSpan is what a curve shows before an alert.
const curveSpan = 24 * time.Hour

func (m *Module) alertCurve(ctx context.Context, in httpd.Object) (alertCurve, error) {
	v := alertCurve{Points: [][2]float64{}}
	a, err := m.alerts.read(ctx, in.ID)
	if err != nil {
		return v, err
	}
	r, err := m.alertRules.get(ctx, m.kit.DB, a.RuleID)
	if err != nil {
		return v, nil //nolint:nilerr // the rule is no more, and so is the curve
	}
	from, to := a.Since.Add(-curveSpan), time.Now().UTC()
	if a.EndedAt != nil {
		to = minTime(to, a.EndedAt.Add(curveSpan/12))
	}
	switch r.Kind {
	case alert.Bound, alert.Change:
		return m.indicatorCurve(ctx, r.Rule, a, from, to)
	case alert.Query:
		return m.queryCurve(ctx, r.Rule, a, from, to)
	default:
		return v, nil
	}
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func (m *Module) indicatorCurve(ctx context.Context, r alert.Rule, a Alert, from, to time.Time) (alertCurve, error) {
	x := m.catalogue.byCode[r.Indicator]
	v := alertCurve{Name: x.Title, Unit: x.Unit, Points: [][2]float64{}}
	if r.Kind == alert.Bound {
		v.Bound, v.Op = &r.Limit, r.Op
	}
	if x.Tier == daily {
		from = a.Since.AddDate(0, -2, 0)
	} else if x.Tier == monthly {
		from = a.Since.AddDate(-2, 0, 0)
	}
	if a.PlatformID == "" {
		return v, nil
	}
	line, err := m.series(ctx, seriesInput{Object: httpd.Object{ID: a.PlatformID}, Code: x.Code, From: from, To: to})
	if err == nil {
		v.Points = line.Points
	}
	return v, err
}

// queryCurve draws what a condition compares, for the labels of the alert. Who does
// not see the whole city gets series of the alert's platform only.
func (m *Module) queryCurve(ctx context.Context, r alert.Rule, a Alert, from, to time.Time) (alertCurve, error) {
	v := alertCurve{Points: [][2]float64{}}
	c, err := m.kit.Series.Condition(r.Expr)
	if err != nil {
		return v, nil //nolint:nilerr // it was checked when it was saved, by an older parser
	}
	if c.Op != "" {
		v.Bound, v.Op = &c.Bound, c.Op
	}
	platforms := r.Platforms
	if !identity.From(ctx).Scope.All {
		platforms = []string{a.PlatformID}
	}
	ctx, stop := context.WithTimeout(ctx, queryLimit)
	defer stop()
	step := max(15*time.Second, to.Sub(from)/200).Truncate(time.Second)
	lines, err := m.kit.Series.Range(ctx, c.Measured, from, to, step, onlyOf(platforms)...)
	if err != nil {
		return v, err
	}
	for _, l := range lines {
		labels := alert.Labels(l.Labels)
		delete(labels, "room")
		if r.Label(labels).Fingerprint() != a.instance.Fingerprint {
			continue
		}
		for _, p := range l.Points {
			v.Points = append(v.Points, [2]float64{float64(p.At), p.Value})
		}
	}
	return v, nil
}

type actOnAlert struct {
	httpd.Object
	httpd.IfMatch
}

func (m *Module) claimAlert(ctx context.Context, in actOnAlert) (alertDetail, error) {
	who, now := identity.From(ctx), time.Now().UTC()
	return m.changeAlert(ctx, in.ID, in.IfMatch, alertStep{At: now, Did: "claimed"}, func(a Alert) (Alert, error) { return a.claim(who.Actor(), who.Name, now) })
}

func (m *Module) releaseAlert(ctx context.Context, in actOnAlert) (alertDetail, error) {
	return m.changeAlert(ctx, in.ID, in.IfMatch, alertStep{At: time.Now().UTC(), Did: "released"}, Alert.release)
}

type closeAlertInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason string `json:"reason" maxLength:"1000"`
	}
}

func (m *Module) closeAlert(ctx context.Context, in closeAlertInput) (alertDetail, error) {
	reason := strings.TrimSpace(in.Body.Reason)
	return m.changeAlert(ctx, in.ID, in.IfMatch, alertStep{At: time.Now().UTC(), Did: "closed", Reason: reason}, func(a Alert) (Alert, error) { return a.close(reason) })
}

func (m *Module) changeAlert(ctx context.Context, id string, match httpd.IfMatch, x alertStep, decide func(Alert) (Alert, error)) (alertDetail, error) {
	version, err := match.Expected()
	if err != nil {
		return alertDetail{}, err
	}
	a, err := m.alerts.change(ctx, id, version, x, decide)
	if err != nil {
		return alertDetail{}, err
	}
	m.kit.Notify(topicAlerts, a.ID, a.Operator.ID)
	return m.alertDetail(ctx, a)
}

type alertRulesView struct {
	Items []AlertRule `json:"items" nullable:"false" doc:"The gravest first"`
	Most  int         `json:"most" doc:"Rules that there may be"`
}

func (m *Module) listAlertRules(ctx context.Context, _ nothing) (alertRulesView, error) {
	list, err := m.alertRules.list(ctx, false)
	return alertRulesView{list, alertRulesMost}, err
}

// known is what the checks of a rule ask for.
func (m *Module) known() alert.Known {
	return alert.Known{
		Indicator: func(code string) bool { _, ok := m.catalogue.byCode[code]; return ok },
		Query: func(expr string) string {
			if strings.TrimSpace(expr) == "" {
				return "it is empty"
			}
			if _, err := m.kit.Series.Condition(expr); err != nil {
				return failureOf(err)
			}
			return ""
		},
	}
}

type alertRuleInput struct{ Body alert.Rule }

func (m *Module) addAlertRule(ctx context.Context, in alertRuleInput) (AlertRule, error) {
	r := AlertRule{ID: ulid.Make().String(), Rule: in.Body.Tidy(), Version: 1, organisation: identity.From(ctx).Organisation.ID}
	if err := m.checkRule(ctx, r.Rule); err != nil {
		return AlertRule{}, err
	}
	err := m.alertRules.insert(ctx, r, time.Now())
	m.kit.Notify(topicAlerts, "", "")
	return r, err
}

func (m *Module) checkRule(ctx context.Context, r alert.Rule) error {
	if err := r.Check(m.known()); err != nil {
		return err
	}
	for i, id := range r.Platforms {
		if _, err := m.platforms.read(ctx, id); err != nil {
			return fault.New(fault.Invalid, "platforms.alert_rule.invalid", "the rule is incomplete or wrong").At(fmt.Sprintf("body.platforms[%d]", i), "choose a platform")
		}
	}
	return nil
}

type editAlertRuleInput struct {
	httpd.Object
	httpd.IfMatch
	Body alert.Rule
}

func (m *Module) editAlertRule(ctx context.Context, in editAlertRuleInput) (AlertRule, error) {
	version, err := in.Expected()
	if err != nil {
		return AlertRule{}, err
	}
	before, err := m.alertRules.get(ctx, m.kit.DB, in.ID)
	if err != nil {
		return AlertRule{}, err
	}
	in.Body.Code, in.Body.Kind = before.Code, before.Kind
	after := before
	after.Rule, after.organisation = in.Body.Tidy(), identity.From(ctx).Organisation.ID
	if err := m.checkRule(ctx, after.Rule); err != nil {
		return AlertRule{}, err
	}
	if err := m.alertRules.edit(ctx, after, version, time.Now().UTC()); err != nil {
		return AlertRule{}, err
	}
	m.kit.Notify(topicAlerts, "", "")
	return m.alertRules.get(ctx, m.kit.DB, in.ID)
}

func (m *Module) removeAlertRule(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	if strings.HasPrefix(in.ID, readyPrefix) {
		return httpd.Nothing{}, fault.New(fault.Conflict, "platforms.alert_rule.ready", "a ready-made rule is switched off, not removed")
	}
	err := m.alertRules.remove(ctx, in.ID, time.Now().UTC())
	m.kit.Notify(topicAlerts, "", "")
	return httpd.Nothing{}, err
}

// previewSample is one series for which a rule would hold.
type previewSample struct {
	Labels     alert.Labels `json:"labels"`
	PlatformID string       `json:"platform_id"`
	Platform   lang.Text    `json:"platform"`
	Value      float64      `json:"value"`
	Summary    lang.Text    `json:"summary"`
}

type alertPreview struct {
	Holds   int             `json:"holds" doc:"For how many series it would hold now"`
	Items   []previewSample `json:"items" nullable:"false" doc:"The first of them"`
	TookMs  int64           `json:"took_ms"`
	Failure string          `json:"failure" doc:"Why it could not be evaluated"`
}

const previewMost = 50

// previewAlertRule evaluates a rule as it would be, and keeps nothing.
func (m *Module) previewAlertRule(ctx context.Context, in alertRuleInput) (alertPreview, error) {
	r := in.Body.Tidy()
	if err := m.checkRule(ctx, r); err != nil {
		return alertPreview{}, err
	}
	names, err := m.platformNames(ctx)
	if err != nil {
		return alertPreview{}, err
	}
	o := m.observe(ctx, r, names, time.Now().UTC())
	v := alertPreview{Holds: len(o.samples), Items: []previewSample{}, TookMs: o.took.Milliseconds(), Failure: o.failure}
	for _, s := range o.samples[:min(len(o.samples), previewMost)] {
		id := s.Labels[alert.PlatformLabel]
		v.Items = append(v.Items, previewSample{s.Labels, id, names[id].Name, s.Value, o.say(s.Labels, s.Value)})
	}
	return v, nil
}

func (m *Module) listSilences(ctx context.Context, in silenceParams) (sqldb.Page[AlertSilence], error) {
	return m.alertTells.silences(ctx, in, time.Now().UTC())
}

type silenceInput struct {
	Body struct {
		Matchers []alert.Matcher `json:"matchers" maxItems:"20" nullable:"false"`
		From     time.Time       `json:"from,omitzero" doc:"Default: now"`
		To       time.Time       `json:"to"`
		Reason   string          `json:"reason" maxLength:"500"`
	}
}

func (m *Module) addSilence(ctx context.Context, in silenceInput) (AlertSilence, error) {
	now := time.Now().UTC().Truncate(time.Millisecond)
	b := in.Body
	if b.From.IsZero() {
		b.From = now
	}
	x := AlertSilence{
		ID: ulid.Make().String(), Silence: alert.Silence{Matchers: b.Matchers, From: b.From.UTC(), To: b.To.UTC(), Reason: strings.TrimSpace(b.Reason)},
		Author: identity.From(ctx).Name, CreatedAt: now, Version: 1,
	}
	if err := x.Check(now); err != nil {
		return AlertSilence{}, err
	}
	if err := m.alertTells.insertSilence(ctx, x, now); err != nil {
		return AlertSilence{}, err
	}
	x.State = x.Silence.State(now)
	m.kit.Notify(topicAlerts, "", "")
	return x, nil
}

func (m *Module) endSilence(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	err := m.alertTells.expire(ctx, in.ID, time.Now().UTC())
	m.kit.Notify(topicAlerts, "", "")
	return httpd.Nothing{}, err
}

type alertRoutesView struct {
	Items []AlertRoute `json:"items" nullable:"false" doc:"In their order; the first that matches takes an alert"`
}

func (m *Module) listAlertRoutes(ctx context.Context, _ nothing) (alertRoutesView, error) {
	list, err := m.alertTells.routes(ctx)
	return alertRoutesView{list}, err
}

type alertRouteInput struct{ Body alert.Route }

// tidyRoute fills what may be left out.
func tidyRoute(r alert.Route) alert.Route {
	if r.Name.ZH == "" {
		r.Name.ZH = r.Name.EN
	}
	if r.Name.EN == "" {
		r.Name.EN = r.Name.ZH
	}
	slices.Sort(r.Persons)
	r.Persons = append([]string{}, slices.Compact(r.Persons)...)
	r.GroupBy, r.Matchers = append([]string{}, r.GroupBy...), append([]alert.Matcher{}, r.Matchers...)
	return r
}

func (m *Module) addAlertRoute(ctx context.Context, in alertRouteInput) (AlertRoute, error) {
	x := AlertRoute{ID: ulid.Make().String(), Route: tidyRoute(in.Body), Version: 1}
	if err := x.Check(false); err != nil {
		return AlertRoute{}, err
	}
	err := m.alertTells.saveRoute(ctx, x, 0, time.Now())
	return x, err
}

type editAlertRouteInput struct {
	httpd.Object
	httpd.IfMatch
	Body alert.Route
}

func (m *Module) editAlertRoute(ctx context.Context, in editAlertRouteInput) (AlertRoute, error) {
	version, err := in.Expected()
	if err != nil {
		return AlertRoute{}, err
	}
	x := AlertRoute{ID: in.ID, Route: tidyRoute(in.Body), Last: in.ID == lastRoute, Version: version + 1}
	if err := x.Check(x.Last); err != nil {
		return AlertRoute{}, err
	}
	return x, m.alertTells.saveRoute(ctx, x, version, time.Now())
}

func (m *Module) removeAlertRoute(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.alertTells.removeRoute(ctx, in.ID)
}
