package platforms

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"linghang/kernel/httpd"
	"linghang/kernel/module"
	"linghang/kernel/series"
	"linghang/kernel/series/queryapi"
	"linghang/modules/platforms/internal/alert"
)

// queryBase is the address of the query API, below the room's.
const queryBase = "/prometheus"

// queryRoutes are what Grafana and others that read a Prometheus ask. Everybody
// gets the series of the platforms that they may see, and no others.
func (m *Module) queryRoutes() []module.Route {
	api := queryapi.New(queryapi.Site{Reader: m.reader, Families: m.families})
	var list []module.Route
	for _, e := range api.Endpoints() {
		h := httpd.Raw("", e.Handler)
		list = append(list, module.Route{Pattern: "GET " + queryBase + e.Path, Permission: "platforms.view", Summary: "Prometheus query API: " + e.Summary, Handler: h})
		if e.Posts {
			list = append(list, module.Route{
				Pattern: "POST " + queryBase + e.Path, Permission: "platforms.view", Recorded: "nothing is kept", Summary: "Prometheus query API, by a form: " + e.Summary,
				Handler: httpd.Raw("application/x-www-form-urlencoded", e.Handler),
			})
		}
	}
	return append(list,
		module.Route{
			Pattern: "GET " + queryBase + "/api/v1/rules", Permission: "platforms.alert.rules", Summary: "Prometheus query API: alert rules that are PromQL, with what fires",
			Handler: httpd.Raw("", http.HandlerFunc(m.serveRules)),
		},
		module.Route{
			Pattern: "GET " + queryBase + "/api/v1/alerts", Permission: "platforms.alert.view", Summary: "Prometheus query API: alerts that are pending or fire",
			Handler: httpd.Raw("", http.HandlerFunc(m.serveQueriedAlerts)),
		},
	)
}

// reader returns the series of the platforms that the caller may see.
func (m *Module) reader(ctx context.Context) (series.Reader, error) {
	ids, all, err := m.platforms.visible(ctx)
	if err != nil {
		return series.Reader{}, err
	}
	if err := m.projector.catchUp(ctx); err != nil {
		return series.Reader{}, err
	}
	if all {
		return m.kit.Series.Reader(), nil
	}
	return m.kit.Series.Reader(series.Only{Label: alert.PlatformLabel, Values: ids}), nil
}

// families tells what the metrics are. Of days and months there is the newest total.
func (m *Module) families(context.Context) []queryapi.Family {
	list := []queryapi.Family{{Name: platformSeries, Type: "gauge", Help: "平台的代码、名称和分类，恒为 1 | Code, name and class of a platform; always 1"}}
	for _, x := range m.catalogue.Indicators {
		list = append(list, queryapi.Family{Name: metricPrefix + x.Code, Type: x.metricType(), Help: x.Title.ZH + " | " + x.Title.EN, Unit: x.Unit.EN})
	}
	return list
}

// metricType is the type of an indicator among those of Prometheus.
func (x indicator) metricType() string {
	if x.Kind == "counter" {
		return "counter"
	}
	return "gauge"
}

// queriedAlert is an alert as Prometheus tells it.
type queriedAlert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	State       string            `json:"state"`
	ActiveAt    time.Time         `json:"activeAt"`
	Value       string            `json:"value"`
}

type queriedGroups struct {
	Groups []queriedGroup `json:"groups"`
}

type queriedGroup struct {
	Name     string        `json:"name"`
	File     string        `json:"file"`
	Interval float64       `json:"interval"` // seconds
	Rules    []queriedRule `json:"rules"`
}

type queriedRule struct {
	Type           string            `json:"type"`
	Name           string            `json:"name"`
	Query          string            `json:"query"`
	Duration       float64           `json:"duration"` // seconds
	State          string            `json:"state"`
	Labels         map[string]string `json:"labels"`
	Annotations    map[string]string `json:"annotations"`
	Alerts         []queriedAlert    `json:"alerts"`
	Health         string            `json:"health"`
	LastError      string            `json:"lastError,omitempty"`
	LastEvaluation time.Time         `json:"lastEvaluation"`
	EvaluationTime float64           `json:"evaluationTime"` // seconds
}

func (m *Module) serveRules(w http.ResponseWriter, r *http.Request) {
	rules, err := m.alertRules.list(r.Context(), true)
	if err != nil {
		queryapi.Refuse(w, err)
		return
	}
	alerts, err := m.queriedAlerts(r.Context())
	if err != nil {
		queryapi.Refuse(w, err)
		return
	}
	group := queriedGroup{Name: "linghang", File: "linghang", Interval: alertsEvery.Seconds(), Rules: []queriedRule{}}
	for _, rule := range rules {
		if rule.Expr != "" {
			group.Rules = append(group.Rules, viewQueriedRule(rule, alerts[rule.ID]))
		}
	}
	queryapi.Write(w, queriedGroups{[]queriedGroup{group}}, series.Notes{})
}

func viewQueriedRule(r AlertRule, alerts []queriedAlert) queriedRule {
	v := queriedRule{
		Type: "alerting", Name: r.Code, Query: r.Expr, Duration: float64(r.For), State: "inactive", Labels: map[string]string{"severity": string(r.Severity)},
		Annotations: map[string]string{"summary": r.Summary.ZH, "summary_en": r.Summary.EN}, Alerts: append([]queriedAlert{}, alerts...),
		Health: "ok", LastError: r.Failure, EvaluationTime: float64(r.TookMs) / 1000,
	}
	maps.Copy(v.Labels, r.Labels)
	for _, a := range alerts {
		if v.State != string(alert.Firing) {
			v.State = a.State
		}
	}
	switch {
	case r.EvaluatedAt == nil:
		v.Health = "unknown"
	case r.Failure != "":
		v.Health, v.LastEvaluation = "err", *r.EvaluatedAt
	default:
		v.LastEvaluation = *r.EvaluatedAt
	}
	return v
}

func (m *Module) serveQueriedAlerts(w http.ResponseWriter, r *http.Request) {
	byRule, err := m.queriedAlerts(r.Context())
	if err != nil {
		queryapi.Refuse(w, err)
		return
	}
	list := []queriedAlert{}
	for _, id := range slices.Sorted(maps.Keys(byRule)) {
		list = append(list, byRule[id]...)
	}
	queryapi.Write(w, map[string][]queriedAlert{"alerts": list}, series.Notes{})
}

// queriedAlerts returns the alerts that the caller may see and that are not over, by rule.
func (m *Module) queriedAlerts(ctx context.Context) (map[string][]queriedAlert, error) {
	list, err := m.alerts.standing(ctx)
	if err != nil {
		return nil, err
	}
	byRule := map[string][]queriedAlert{}
	for _, a := range list {
		labels := map[string]string{alert.NameLabel: a.Code, alert.SeverityLabel: string(a.Severity)}
		maps.Copy(labels, a.Labels)
		byRule[a.RuleID] = append(byRule[a.RuleID], queriedAlert{
			Labels: labels, Annotations: map[string]string{"summary": a.Summary.ZH, "summary_en": a.Summary.EN},
			State: string(a.State), ActiveAt: a.Since, Value: strconv.FormatFloat(a.Value, 'g', -1, 64),
		})
	}
	return byRule, nil
}
