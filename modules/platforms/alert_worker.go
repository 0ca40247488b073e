package platforms

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/series"
	"linghang/modules/platforms/internal/alert"
	"linghang/modules/platforms/internal/check"
)

// Notices of alerts, by the gravest that fires.
const (
	noticeAlertCritical = "platforms.alert.critical"
	noticeAlertWarning  = "platforms.alert.warning"
	noticeAlertInfo     = "platforms.alert.info"
	noticeAlertResolved = "platforms.alert.resolved"
)

func alertNotices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeAlertCritical, Title: lang.Text{ZH: "告警：严重", EN: "Alerts: critical"}, Gravity: notice.Urgent, Mail: notice.AtOnce},
		{ID: noticeAlertWarning, Title: lang.Text{ZH: "告警：警告", EN: "Alerts: warning"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeAlertInfo, Title: lang.Text{ZH: "告警：提示", EN: "Alerts: info"}, Gravity: notice.Info, Mail: notice.Daily},
		{ID: noticeAlertResolved, Title: lang.Text{ZH: "告警：已恢复", EN: "Alerts: resolved"}, Gravity: notice.Info, Mail: notice.AtOnce},
	}
}

const (
	alertsEvery = 15 * time.Second
	queryLimit  = 10 * time.Second // for the query of one rule
)

func (m *Module) alertJobs() []module.Job {
	return []module.Job{
		{Name: "evaluate_alerts", Title: lang.Text{ZH: "评估告警规则并通知", EN: "Evaluate alert rules and tell people"}, Every: alertsEvery, Limit: 5 * time.Minute, Do: m.watchAlerts},
		{Name: "forget_alerts", Title: lang.Text{ZH: "清理旧告警", EN: "Forget old alerts"}, Every: 24 * time.Hour, Do: func(ctx context.Context) error { return m.alerts.forget(ctx, time.Now().Add(-alertsKept)) }},
	}
}

type alertMetrics struct {
	evaluated *prometheus.CounterVec
	turned    *prometheus.CounterVec
	told      prometheus.Counter
	escalated prometheus.Counter
	duration  prometheus.Histogram
}

func newAlertMetrics(reg prometheus.Registerer) alertMetrics {
	m := alertMetrics{
		evaluated: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "alert_evaluations_total", Help: "Evaluations of alert rules, by outcome: ok or failed."}, []string{"outcome"}),
		turned:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "alert_changes_total", Help: "Alerts that fired and that were resolved."}, []string{"to"}),
		told:      prometheus.NewCounter(prometheus.CounterOpts{Name: "alert_notices_total", Help: "Notices of groups of alerts."}),
		escalated: prometheus.NewCounter(prometheus.CounterOpts{Name: "alert_escalations_total", Help: "Steps of escalation policies that were told."}),
		duration:  prometheus.NewHistogram(prometheus.HistogramOpts{Name: "alert_round_seconds", Help: "How long it takes to evaluate all rules and to tell.", Buckets: prometheus.ExponentialBuckets(0.005, 2, 14)}),
	}
	reg.MustRegister(m.evaluated, m.turned, m.told, m.escalated, m.duration)
	return m
}

// watchAlerts evaluates all rules and tells what is to be told. One replica at a
// time does; what it keeps lets another go on where it was.
func (m *Module) watchAlerts(ctx context.Context) error {
	if m.alertsRest {
		return nil
	}
	now, err := m.kit.DB.Clock(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := m.evaluateAlerts(ctx, now.UTC()); err != nil {
		return err
	}
	err = m.tellAlerts(ctx, now.UTC())
	m.alertMetrics.duration.Observe(time.Since(began).Seconds())
	return err
}

// evaluateAlerts evaluates the rules that are on. A rule that cannot be evaluated
// says so and leaves its alerts as they are; the others go on.
func (m *Module) evaluateAlerts(ctx context.Context, now time.Time) error {
	rules, err := m.alertRules.list(ctx, true)
	if err != nil || len(rules) == 0 {
		return err
	}
	names, err := m.platformNames(ctx)
	if err != nil {
		return err
	}
	changed := false
	for _, r := range rules {
		if ctx.Err() != nil {
			return ctx.Err() //nolint:wrapcheck // it was told to end
		}
		o := m.observe(ctx, r.Rule, names, now)
		turn, err := m.alerts.apply(ctx, r, o, now)
		if err != nil {
			return err
		}
		if o.failure != "" {
			m.alertMetrics.evaluated.WithLabelValues("failed").Inc()
			continue
		}
		m.alertMetrics.evaluated.WithLabelValues("ok").Inc()
		m.alertMetrics.turned.WithLabelValues("firing").Add(float64(len(turn.Fire)))
		m.alertMetrics.turned.WithLabelValues("resolved").Add(float64(len(turn.End)))
		changed = changed || !turn.Empty()
	}
	if changed {
		m.kit.Notify(topicAlerts, "", "")
	}
	return nil
}

// platformNames are the platforms by id.
func (m *Module) platformNames(ctx context.Context) (map[string]platform, error) {
	names := map[string]platform{}
	err := m.platforms.each(ctx, func(p platform) error {
		names[p.ID] = p
		return nil
	})
	return names, err
}

// observe asks for what a rule asks for; a failure is part of the outcome.
func (m *Module) observe(ctx context.Context, r alert.Rule, names map[string]platform, now time.Time) outcome {
	began := time.Now()
	samples, err := m.samples(ctx, r, names, now)
	o := outcome{
		took: time.Since(began), say: m.sayer(r, names),
		known: func(id string) bool { _, ok := names[id]; return ok },
	}
	if err != nil {
		o.failure = failureOf(err)
		m.kit.Log.Warn("an alert rule could not be evaluated", "rule", r.Code, "error", err)
		return o
	}
	for _, s := range samples {
		if !math.IsNaN(s.Value) && !math.IsInf(s.Value, 0) {
			o.samples = append(o.samples, alert.Sample{Labels: r.Label(s.Labels), Value: s.Value})
		}
	}
	return o
}

func failureOf(err error) string {
	const most = 500
	text := err.Error()
	if f := fault.As(err); f != nil {
		text = f.Message
	}
	if len(text) > most {
		text = text[:most]
	}
	return text
}

func (m *Module) samples(ctx context.Context, r alert.Rule, names map[string]platform, now time.Time) ([]alert.Sample, error) {
	ctx, stop := context.WithTimeout(ctx, queryLimit)
	defer stop()
	s := m.alertSamples
	switch r.Kind {
	case alert.Silent:
		return s.silent(ctx, r.Platforms, now)
	case alert.Overdue:
		return s.overdue(ctx, r.Platforms, m.catalogue, r.Indicator, now)
	case alert.Bound:
		list, err := s.newest(ctx, r.Platforms, r.Indicator)
		return slices.DeleteFunc(list, func(x alert.Sample) bool { return !r.Passes(x.Value) }), err
	case alert.Change:
		return m.changes(ctx, r, names, now)
	case alert.Finding:
		return s.findings(ctx, r.Platforms, r.Least)
	case alert.Incident:
		return s.incidents(ctx, r.Platforms, now)
	case alert.Certificate:
		return s.certificates(ctx, r.Platforms, r.Limit, now)
	default:
		return m.query(ctx, r.Expr, r.Platforms, now)
	}
}

// changes compares figures with those of the period before: the day or month, and
// of figures of minutes the same time a day before.
func (m *Module) changes(ctx context.Context, r alert.Rule, names map[string]platform, now time.Time) ([]alert.Sample, error) {
	x := m.catalogue.byCode[r.Indicator]
	var list []alert.Sample
	if x.periodic() {
		pairs, err := m.alertSamples.lastTwo(ctx, r.Platforms, x.Code, x.Tier, now)
		for _, p := range pairs {
			if percent, minds := r.Changed(p.before, p.after); minds {
				list = append(list, alert.Sample{Labels: alert.Labels{alert.PlatformLabel: p.platform, "indicator": x.Code}, Value: percent})
			}
		}
		return list, err
	}
	total := fmt.Sprintf(`%s%s{industry="",district="",size="",type=""}`, metricPrefix, x.Code)
	lines, err := m.query(ctx, fmt.Sprintf("100 * (%s - %s offset 1d) / abs(%s offset 1d)", total, total, total), r.Platforms, now)
	for _, l := range lines {
		id := l.Labels[alert.PlatformLabel]
		if p, ok := names[id]; ok && p.Status.reports() && r.MindsChange(l.Value) {
			list = append(list, alert.Sample{Labels: alert.Labels{alert.PlatformLabel: id, "indicator": x.Code}, Value: l.Value})
		}
	}
	return list, err
}

// query evaluates PromQL over the room's series, of some platforms when there are any.
func (m *Module) query(ctx context.Context, expr string, platforms []string, now time.Time) ([]alert.Sample, error) {
	if err := m.projector.catchUp(ctx); err != nil {
		return nil, err
	}
	lines, err := m.kit.Series.Instant(ctx, expr, now, onlyOf(platforms)...)
	if err != nil {
		return nil, err
	}
	list := make([]alert.Sample, 0, len(lines))
	for _, l := range lines {
		if len(l.Points) == 0 {
			continue
		}
		labels := alert.Labels{}
		maps.Copy(labels, l.Labels)
		delete(labels, "__name__")
		list = append(list, alert.Sample{Labels: labels, Value: l.Points[len(l.Points)-1].Value})
	}
	return list, nil
}

// onlyOf narrows queries to some platforms; none are all.
func onlyOf(platforms []string) []series.Only {
	if len(platforms) == 0 {
		return nil
	}
	return []series.Only{{Label: alert.PlatformLabel, Values: platforms}}
}

// sayer fills the sentence of a rule; platforms, indicators and findings are called
// by their names.
func (m *Module) sayer(r alert.Rule, names map[string]platform) func(l alert.Labels, value float64) lang.Text {
	zh, errZH := alert.ParseTemplate(r.Summary.ZH)
	en, errEN := alert.ParseTemplate(r.Summary.EN)
	return func(l alert.Labels, value float64) lang.Text {
		if errZH != nil || errEN != nil {
			return r.Name
		}
		if l[alert.OverflowLabel] != "" {
			return lang.Text{
				ZH: fmt.Sprintf("规则“%s”同时满足的序列有 %s 个，超过 %d 个，其余不单独告警", r.Name.ZH, alert.WriteValue(value), alertsMost),
				EN: fmt.Sprintf("The rule %q holds for %s series; more than %d get no alert of their own", r.Name.EN, alert.WriteValue(value), alertsMost),
			}
		}
		name := func(language string) func(string) string {
			return func(label string) string {
				v := l[label]
				switch label {
				case alert.PlatformLabel:
					if p, ok := names[v]; ok {
						return p.Name.In(language)
					}
				case "indicator":
					if x, ok := m.catalogue.byCode[v]; ok {
						return x.Title.In(language)
					}
				case "finding":
					if t := kindTitle(check.Kind(v)); t.ZH != "" {
						return strings.ToLower(t.In(language)) // within a sentence
					}
				}
				return v
			}
		}
		return lang.Text{ZH: zh.Fill(name("zh"), value), EN: en.Fill(name("en"), value)}
	}
}

// tellAlerts tells people of groups whose turn it is.
func (m *Module) tellAlerts(ctx context.Context, now time.Time) error {
	alerts, err := m.alertTells.unsettled(ctx)
	if err != nil {
		return err
	}
	groups, err := m.alertTells.groups(ctx)
	if err != nil {
		return err
	}
	runs, err := m.escalations.runs(ctx)
	if err != nil || len(alerts)+len(groups)+len(runs) == 0 {
		return err
	}
	routes, err := m.alertTells.routes(ctx)
	if err != nil {
		return err
	}
	silences, err := m.alertTells.active(ctx, now)
	if err != nil {
		return err
	}
	list, quiet, err := gather(alerts, routes, silences)
	if err != nil {
		return err
	}
	if err := m.hushAlerts(ctx, alerts, quiet); err != nil {
		return err
	}
	for _, g := range list {
		group, known := groups[g.key]
		delete(groups, g.key)
		if err := m.tellGroup(ctx, g, group, known, now); err != nil {
			return err
		}
	}
	for _, g := range groups {
		if err := m.alertTells.end(ctx, g); err != nil {
			return err
		}
	}
	return m.escalate(ctx, list, runs, now)
}

// hushAlerts notes what changed of who is told of nothing.
func (m *Module) hushAlerts(ctx context.Context, alerts []Alert, quiet map[string]string) error {
	changed := map[string]string{}
	for _, a := range alerts {
		if !a.over() && a.Quiet != quiet[a.ID] {
			changed[a.ID] = quiet[a.ID]
		}
	}
	if len(changed) == 0 {
		return nil
	}
	if err := m.alertTells.hush(ctx, changed); err != nil {
		return err
	}
	m.kit.Notify(topicAlerts, "", "")
	return nil
}

func (m *Module) tellGroup(ctx context.Context, g gathering, group alert.Group, known bool, now time.Time) error {
	if !known {
		if len(g.firing)+g.quiet == 0 {
			return m.alertTells.settleUntold(ctx, idsOf(g.resolved))
		}
		var err error
		if group, err = m.alertTells.begin(ctx, g.key, now.Add(time.Duration(g.route.Wait)*time.Second)); err != nil {
			return err
		}
	}
	if now.Before(group.FlushAt) {
		return nil
	}
	after, n := group.Flush(g.route, idsOf(g.firing), idsOf(g.resolved), now)
	var x *told
	if n != nil {
		var err error
		if x, err = m.tellingOf(ctx, g, after, *n, now); err != nil {
			return err
		}
	}
	done, err := m.alertTells.flush(ctx, group, after, idsOf(g.resolved), x, m.kit.Notices)
	if done && x != nil {
		m.alertMetrics.told.Inc()
		m.kit.Notify(topicAlerts, "", "")
	}
	return err
}

// part is what of some alerts is told to whom.
type part struct {
	whom     string // operator, office, persons, duty
	id       string // of the organisation or the person; empty for the persons of a route
	to       notice.Audience
	firing   []Alert
	resolved []Alert
}

// partsOf are whom a route tells, beside who is on duty. The operator of a platform
// is told of its alerts only, also where those of several are put together.
func partsOf(r alert.Route, firing, resolved []Alert) (parts []part) {
	by := func(of func(Alert) string, whom string, permission string) {
		organisations := map[string]bool{}
		for _, a := range slices.Concat(firing, resolved) {
			if id := of(a); id != "" {
				organisations[id] = true
			}
		}
		for _, id := range slices.Sorted(maps.Keys(organisations)) {
			theirs := func(list []Alert) []Alert {
				return slices.DeleteFunc(slices.Clone(list), func(a Alert) bool { return of(a) != id })
			}
			parts = append(parts, part{whom, id, notice.Audience{Organisation: id, Permission: permission}, theirs(firing), theirs(resolved)})
		}
	}
	if r.Operator {
		by(func(a Alert) string { return a.Operator.ID }, "operator", "platforms.alert.handle")
	}
	if r.Office {
		by(func(a Alert) string { return a.office }, "office", "platforms.alert.edit")
	}
	if len(r.Persons) > 0 {
		parts = append(parts, part{whom: "persons", to: notice.Audience{Persons: r.Persons}, firing: firing, resolved: resolved})
	}
	return parts
}

// whomOf names the kinds of receivers of parts, each once.
func whomOf(parts []part) []string {
	whom := []string{}
	for _, p := range parts {
		if !slices.Contains(whom, p.whom) {
			whom = append(whom, p.whom)
		}
	}
	return whom
}

// tellingOf makes the notices of a group.
func (m *Module) tellingOf(ctx context.Context, g gathering, group alert.Group, n alert.Notice, now time.Time) (*told, error) {
	resolved := slices.DeleteFunc(slices.Clone(g.resolved), func(a Alert) bool { return !slices.Contains(n.Resolved, a.ID) })
	x := &told{title: alertTitle(g.firing, resolved, n.Repeat), firing: g.firing, resolved: resolved}
	parts := partsOf(g.route, g.firing, resolved)
	if len(g.route.Rotas) > 0 {
		calls, err := m.call(ctx, g.route.Rotas, nil, slices.Concat(g.firing, resolved), now)
		if err != nil {
			return nil, err
		}
		parts, x.persons = append(parts, calls.parts(g.firing, resolved)...), calls.told(slices.Concat(g.firing, resolved))
	}
	for _, p := range parts {
		key := fmt.Sprintf("alerts %s %d %s", group.ID, group.Number, strings.TrimSpace(p.whom+" "+p.id))
		x.notices = append(x.notices, alertNoticeOf(key, p.to, p.firing, p.resolved, n.Repeat))
	}
	x.whom = whomOf(parts)
	return x, nil
}

func alertNoticeOf(key string, to notice.Audience, firing, resolved []Alert, again bool) notice.Notice {
	n := notice.Notice{Kind: noticeAlertResolved, Key: key, To: to, Title: alertTitle(firing, resolved, again), Body: alertBody(firing, resolved), Link: "/platforms/alerts"}
	weight := 0
	for _, a := range firing {
		weight = max(weight, a.Severity.Weight())
	}
	switch weight {
	case alert.Critical.Weight():
		n.Kind = noticeAlertCritical
	case alert.Warning.Weight():
		n.Kind = noticeAlertWarning
	case alert.Info.Weight():
		n.Kind = noticeAlertInfo
	}
	if list := slices.Concat(firing, resolved); len(list) == 1 {
		n.Link += "?open=" + list[0].ID
	}
	return n
}
