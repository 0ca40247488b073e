package platforms

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
		{Pattern: "GET /alerting/rules", Permission: rules, Summary: "The rules of alerts", Handler: httpd.JSON(forCity(m.listAlertRules))},
		{Pattern: "POST /alerting/rules", Permission: edit, Summary: "Make a rule", Handler: httpd.Created(forCity(m.addAlertRule))},
		{Pattern: "PUT /alerting/rules/{id}", Permission: edit, Summary: "Change a rule, or switch it on or off", Handler: httpd.JSON(forCity(m.editAlertRule))},
		{Pattern: "DELETE /alerting/rules/{id}", Permission: edit, Summary: "Remove a rule; its alerts stay as history", Handler: httpd.JSON(forCity(m.removeAlertRule))},
		{
			Pattern: "POST /alerting/preview", Permission: edit, Recorded: "nothing is kept",
			Summary: "For which series a rule would hold now", Handler: httpd.JSON(forCity(m.previewAlertRule)),
		},
		{Pattern: "GET /alerting/silences", Permission: rules, Summary: "Silences", Handler: httpd.List(forCity(m.listSilences))},
		{Pattern: "POST /alerting/silences", Permission: edit, Summary: "Silence alerts for a time", Handler: httpd.Created(forCity(m.addSilence))},
		{Pattern: "DELETE /alerting/silences/{id}", Permission: edit, Summary: "End a silence now", Handler: httpd.JSON(forCity(m.endSilence))},
		{Pattern: "GET /alerting/routes", Permission: rules, Summary: "Who is told of which alerts", Handler: httpd.JSON(forCity(m.listAlertRoutes))},
		{Pattern: "POST /alerting/routes", Permission: edit, Summary: "Add a route before the last", Handler: httpd.Created(forCity(m.addAlertRoute))},
		{Pattern: "PUT /alerting/routes/{id}", Permission: edit, Summary: "Change a route", Handler: httpd.JSON(forCity(m.editAlertRoute))},
		{Pattern: "DELETE /alerting/routes/{id}", Permission: edit, Summary: "Remove a route", Handler: httpd.JSON(forCity(m.removeAlertRoute))},
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
	Duty      []OnDuty      `json:"duty" nullable:"false" doc:"Who is on duty now, of the rotas that its route and policy tell"`
	Escalates *escalating   `json:"escalates,omitempty" doc:"What follows while nobody takes it, or it is not over in time"`
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
	if v.Duty, v.Escalates, err = m.dutyOf(ctx, a, time.Now().UTC()); err != nil {
		return v, err
	}
	r, err := m.ruleOf(ctx, a)
	v.Expr = r.Expr
	return v, err
}

// ruleOf returns the rule of an alert; one that was removed is empty.
func (m *Module) ruleOf(ctx context.Context, a Alert) (AlertRule, error) {
	r, err := m.alertRules.get(ctx, m.kit.DB, a.RuleID)
	if fault.Is(err, fault.NotFound) {
		return AlertRule{}, nil
	}
	return r, err
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
	r, err := m.ruleOf(ctx, a)
	if err != nil {
		return v, err
	}
	from, to := a.Since.Add(-curveSpan), maxTime(time.Now().UTC(), a.instance.SeenAt)
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
	switch x.Tier {
	case daily:
		from = a.Since.AddDate(0, -2, 0)
	case monthly:
		from = a.Since.AddDate(-2, 0, 0)
	default:
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
		return v, nil // it was checked when it was saved, by an older parser
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
	from = from.Add(to.Sub(from) % step) // the last point is what is there now
	lines, err := m.kit.Series.Range(ctx, c.Measured, from, to, step, onlyOf(platforms)...)
	if err != nil {
		return v, err
	}
	for _, l := range lines {
		labels := alert.Labels(l.Labels)
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
