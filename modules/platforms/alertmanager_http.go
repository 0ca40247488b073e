package platforms

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/alert"
)

// alertmanagerBase is the address of Alertmanager's interface, below the room's.
const alertmanagerBase = "/alertmanager"

// alertmanagerVersion is the version whose API this is.
const alertmanagerVersion = "0.34.1"

// alertmanagerRoutes are Alertmanager's API v2 for who reads alerts and silences
// them: amtool, Grafana, Karma. Alerts from outside are not taken: rules are here.
func (m *Module) alertmanagerRoutes() []module.Route {
	const view, rules, edit = "platforms.alert.view", "platforms.alert.rules", "platforms.alert.edit"
	at := func(method, path, permission, summary string, h http.HandlerFunc) module.Route {
		consumes := ""
		if method == http.MethodPost {
			consumes = "application/json"
		}
		return module.Route{Pattern: method + " " + alertmanagerBase + "/api/v2" + path, Permission: permission, Summary: "Alertmanager API: " + summary, Handler: httpd.Raw(consumes, h)}
	}
	return []module.Route{
		at("GET", "/status", view, "version and start", m.serveManagerStatus),
		at("GET", "/receivers", rules, "routes as receivers", whole(m.serveManagerReceivers)),
		at("GET", "/alerts", view, "alerts that fire", m.serveManagerAlerts),
		at("GET", "/alerts/groups", rules, "alerts that fire, as they are told together", whole(m.serveManagerGroups)),
		at("GET", "/silences", rules, "silences", whole(m.serveManagerSilences)),
		at("POST", "/silences", edit, "make or replace a silence", whole(m.takeManagerSilence)),
		at("GET", "/silence/{id}", rules, "one silence", whole(m.serveManagerSilence)),
		at("DELETE", "/silence/{id}", edit, "end a silence", whole(m.endManagerSilence)),
	}
}

// whole lets who sees the whole city through: silences and routes hold for all of it.
func whole(serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, err := forCity(func(context.Context, nothing) (nothing, error) { return nothing{}, nil })(r.Context(), nothing{})
		if err != nil {
			refuseManager(w, err)
			return
		}
		serve(w, r)
	}
}

// refuseManager answers with a text in JSON, as Alertmanager does.
func refuseManager(w http.ResponseWriter, err error) {
	status, said := http.StatusInternalServerError, "the alerts could not be read"
	if f, ok := errors.AsType[*fault.Error](err); ok {
		said = f.Message
		for _, field := range f.Fields {
			said += "; " + field.Location + ": " + field.Message
		}
	}
	switch fault.KindOf(err) {
	case fault.BadRequest, fault.Invalid, fault.Conflict:
		status = http.StatusBadRequest
	case fault.Forbidden:
		status = http.StatusForbidden
	case fault.NotFound:
		status = http.StatusNotFound
	case fault.Unavailable:
		status = http.StatusServiceUnavailable
	default:
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(said) // the caller may have gone
}

type managedStatus struct {
	Cluster     map[string]string `json:"cluster"`
	VersionInfo map[string]string `json:"versionInfo"`
	Config      map[string]string `json:"config"`
	Uptime      time.Time         `json:"uptime"`
}

func (m *Module) serveManagerStatus(w http.ResponseWriter, _ *http.Request) {
	version := map[string]string{"version": alertmanagerVersion, "revision": "linghang", "branch": "", "buildUser": "", "buildDate": "", "goVersion": runtime.Version()}
	writeJSON(w, managedStatus{map[string]string{"status": "disabled"}, version, map[string]string{"original": ""}, m.began})
}

type managedReceiver struct {
	Name string `json:"name"`
}

func (m *Module) serveManagerReceivers(w http.ResponseWriter, r *http.Request) {
	routes, err := m.alertTells.routes(r.Context())
	if err != nil {
		refuseManager(w, err)
		return
	}
	list := []managedReceiver{}
	for _, x := range routes {
		list = append(list, managedReceiver{x.Name.ZH})
	}
	writeJSON(w, list)
}

// managedAlert is an alert that fires, as Alertmanager tells it.
type managedAlert struct {
	Labels       alert.Labels      `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	Fingerprint  string            `json:"fingerprint"`
	StartsAt     time.Time         `json:"startsAt"`
	UpdatedAt    time.Time         `json:"updatedAt"`
	EndsAt       time.Time         `json:"endsAt"`
	Receivers    []managedReceiver `json:"receivers"`
	Status       managedState      `json:"status"`
	GeneratorURL string            `json:"generatorURL"`

	route string
}

type managedState struct {
	State       string   `json:"state"`
	SilencedBy  []string `json:"silencedBy"`
	InhibitedBy []string `json:"inhibitedBy"`
	MutedBy     []string `json:"mutedBy"`
}

// managed returns the alerts that fire of the platforms within the caller's
// scope. Receivers and silences are told to who sees the whole city.
func (m *Module) managed(ctx context.Context, now time.Time) ([]managedAlert, error) {
	standing, err := m.alerts.standing(ctx)
	if err != nil {
		return nil, err
	}
	standing = slices.DeleteFunc(standing, func(a Alert) bool { return a.State != alert.Firing })
	routes, err := m.alertTells.routes(ctx)
	if err != nil {
		return nil, err
	}
	silences, err := m.alertTells.active(ctx, now)
	if err != nil {
		return nil, err
	}
	takes, err := compiled(routes, func(r AlertRoute) ([]alert.Matcher, string) { return r.Matchers, r.ID })
	if err != nil {
		return nil, err
	}
	hushes, err := compiled(silences, func(s AlertSilence) ([]alert.Matcher, string) { return s.Matchers, s.ID })
	if err != nil {
		return nil, err
	}
	city, silent := identity.From(ctx).Scope.All, silentAlerts(standing)
	list := make([]managedAlert, len(standing))
	for i, a := range standing {
		v := viewManaged(a, now)
		passes := func(test alert.Matching) bool { return test(a.Labels) }
		if at := slices.IndexFunc(takes, passes); at >= 0 && city {
			v.Receivers, v.route = []managedReceiver{{routes[at].Name.ZH}}, routes[at].ID
		}
		for k, hush := range hushes {
			if hush(a.Labels) {
				v.Status.SilencedBy = append(v.Status.SilencedBy, silences[k].ID)
			}
		}
		if by := silent[a.PlatformID]; by != "" && a.Kind.HangsOn() {
			v.Status.InhibitedBy = append(v.Status.InhibitedBy, by)
		}
		if len(v.Status.SilencedBy)+len(v.Status.InhibitedBy) > 0 {
			v.Status.State = "suppressed"
		}
		list[i] = v
	}
	return list, nil
}

// silentAlerts are the alerts that say that a platform is silent, by the platform.
func silentAlerts(list []Alert) map[string]string {
	silent := map[string]string{}
	for _, a := range list {
		if a.Kind == alert.Silent && a.PlatformID != "" {
			silent[a.PlatformID] = a.ID
		}
	}
	return silent
}

func viewManaged(a Alert, now time.Time) managedAlert {
	labels := alert.Labels{alert.NameLabel: a.Code, alert.SeverityLabel: string(a.Severity)}
	maps.Copy(labels, a.Labels)
	v := managedAlert{
		Labels: labels, Annotations: map[string]string{"summary": a.Summary.ZH, "summary_en": a.Summary.EN}, Fingerprint: labels.Fingerprint(),
		StartsAt: a.Since, UpdatedAt: now, EndsAt: now.Add(4 * alertsEvery), Receivers: []managedReceiver{},
		Status: managedState{"active", []string{}, []string{}, []string{}}, GeneratorURL: "/platforms/alerts",
	}
	if a.PlatformID != "" {
		v.Annotations["platform"], v.Annotations["platform_en"] = a.Platform.ZH, a.Platform.EN
	}
	return v
}

// managedFilter is what a caller wants of the alerts.
type managedFilter struct {
	matches                     alert.Matching
	receiver                    *regexp.Regexp
	active, silenced, inhibited bool
}

func readManagedFilter(r *http.Request) (f managedFilter, err error) {
	q := r.URL.Query()
	if f.matches, err = matchersOf(q["filter"]); err != nil {
		return f, err
	}
	if f.receiver, err = regexp.Compile("^(?:" + q.Get("receiver") + ")$"); err != nil {
		return f, fault.New(fault.BadRequest, "platforms.alertmanager.receiver", "receiver is no regular expression (RE2)")
	}
	for name, into := range map[string]*bool{"active": &f.active, "silenced": &f.silenced, "inhibited": &f.inhibited} {
		*into = true
		if text := q.Get(name); text != "" {
			if *into, err = strconv.ParseBool(text); err != nil {
				return f, fault.New(fault.BadRequest, "platforms.alertmanager.parameter", "%s is true or false", name)
			}
		}
	}
	if q.Get("receiver") == "" {
		f.receiver = nil
	}
	return f, nil
}

// matchersOf reads repeated matchers, all of which have to match.
func matchersOf(texts []string) (alert.Matching, error) {
	list := make([]alert.Matcher, len(texts))
	for i, text := range texts {
		matcher, err := alert.ParseMatcher(text)
		if err != nil {
			return nil, fault.New(fault.BadRequest, "platforms.alertmanager.filter", "bad matcher format: %v", err)
		}
		list[i] = matcher
	}
	return alert.Compile(list)
}

func (f managedFilter) wants(a managedAlert) bool {
	switch {
	case !f.matches(a.Labels),
		!f.silenced && len(a.Status.SilencedBy) > 0,
		!f.inhibited && len(a.Status.InhibitedBy) > 0,
		!f.active && a.Status.State == "active":
		return false
	}
	return f.receiver == nil || slices.ContainsFunc(a.Receivers, func(r managedReceiver) bool { return f.receiver.MatchString(r.Name) })
}

// wanted returns the alerts that the caller asks for.
func (m *Module) wanted(r *http.Request) ([]managedAlert, error) {
	f, err := readManagedFilter(r)
	if err != nil {
		return nil, err
	}
	list, err := m.managed(r.Context(), time.Now().UTC())
	return slices.DeleteFunc(list, func(a managedAlert) bool { return !f.wants(a) }), err
}

func (m *Module) serveManagerAlerts(w http.ResponseWriter, r *http.Request) {
	list, err := m.wanted(r)
	if err != nil {
		refuseManager(w, err)
		return
	}
	writeJSON(w, append([]managedAlert{}, list...))
}

type managedGroup struct {
	Labels      alert.Labels    `json:"labels"`
	RouteLabels alert.Labels    `json:"routeLabels"`
	Receiver    managedReceiver `json:"receiver"`
	Alerts      []managedAlert  `json:"alerts"`
}

func (m *Module) serveManagerGroups(w http.ResponseWriter, r *http.Request) {
	list, err := m.wanted(r)
	if err != nil {
		refuseManager(w, err)
		return
	}
	routes, err := m.alertTells.routes(r.Context())
	if err != nil {
		refuseManager(w, err)
		return
	}
	groups := map[string]*managedGroup{}
	for _, a := range list {
		at := slices.IndexFunc(routes, func(x AlertRoute) bool { return x.ID == a.route })
		if at < 0 {
			continue // it was removed meanwhile
		}
		route := routes[at]
		key := route.Key(route.ID, a.Labels)
		if groups[key] == nil {
			groups[key] = &managedGroup{a.Labels.Pick(route.GroupBy), alert.Labels{}, managedReceiver{route.Name.ZH}, nil}
		}
		groups[key].Alerts = append(groups[key].Alerts, a)
	}
	answer := []managedGroup{}
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		answer = append(answer, *groups[key])
	}
	writeJSON(w, answer)
}

// managedSilence is a silence as Alertmanager tells and takes it.
type managedSilence struct {
	ID          string               `json:"id,omitempty"`
	Matchers    []managedMatcher     `json:"matchers"`
	StartsAt    time.Time            `json:"startsAt"`
	EndsAt      time.Time            `json:"endsAt"`
	CreatedBy   string               `json:"createdBy"`
	Comment     string               `json:"comment"`
	Annotations map[string]string    `json:"annotations"`
	UpdatedAt   *time.Time           `json:"updatedAt,omitempty"`
	Status      *managedSilenceState `json:"status,omitempty"`
}

type managedSilenceState struct {
	State string `json:"state"`
}

type managedMatcher struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	IsRegex bool   `json:"isRegex"`
	IsEqual *bool  `json:"isEqual,omitempty"`
}

func viewManagedSilence(s AlertSilence) managedSilence {
	v := managedSilence{
		ID: s.ID, StartsAt: s.From, EndsAt: s.To, CreatedBy: s.Author, Comment: s.Reason, Annotations: map[string]string{}, UpdatedAt: &s.CreatedAt,
		Status: &managedSilenceState{s.State}, Matchers: []managedMatcher{},
	}
	for _, x := range s.Matchers {
		equal := x.Op == alert.Equal || x.Op == alert.Like
		v.Matchers = append(v.Matchers, managedMatcher{x.Name, x.Value, x.Op == alert.Like || x.Op == alert.Unlike, &equal})
	}
	return v
}

func (m managedMatcher) matcher() alert.Matcher {
	equal := m.IsEqual == nil || *m.IsEqual
	op := map[[2]bool]string{{true, false}: alert.Equal, {true, true}: alert.Like, {false, false}: alert.Unequal, {false, true}: alert.Unlike}[[2]bool{equal, m.IsRegex}]
	return alert.Matcher{Name: m.Name, Op: op, Value: m.Value}
}

// managedSilencesMost is how many silences are told, the newest first.
const managedSilencesMost = 500

func (m *Module) serveManagerSilences(w http.ResponseWriter, r *http.Request) {
	matches, err := matchersOf(r.URL.Query()["filter"])
	if err != nil {
		refuseManager(w, err)
		return
	}
	page, err := m.alertTells.silences(r.Context(), silenceParams{ListParams: sqldb.ListParams{Limit: managedSilencesMost}}, time.Now().UTC())
	if err != nil {
		refuseManager(w, err)
		return
	}
	list := []managedSilence{}
	for _, s := range page.Items {
		labels := alert.Labels{} // a filter asks for the matchers of a silence as if they were labels
		for _, x := range s.Matchers {
			labels[x.Name] = x.Value
		}
		if matches(labels) {
			list = append(list, viewManagedSilence(s))
		}
	}
	writeJSON(w, list)
}

func (m *Module) serveManagerSilence(w http.ResponseWriter, r *http.Request) {
	s, err := m.alertTells.silence(r.Context(), m.kit.DB, r.PathValue("id"), time.Now().UTC())
	if err != nil {
		refuseManager(w, err)
		return
	}
	writeJSON(w, viewManagedSilence(s))
}

// takeManagerSilence makes a silence. One that is named is ended, and the new one
// has another ID, as with Alertmanager. Who made it is the caller.
func (m *Module) takeManagerSilence(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		refuseManager(w, fault.New(fault.BadRequest, "platforms.alertmanager.body", "the body cannot be read: %v", err))
		return
	}
	var in managedSilence
	if err := json.Unmarshal(body, &in); err != nil {
		refuseManager(w, fault.New(fault.BadRequest, "platforms.alertmanager.body", "the body is no silence: %v", err))
		return
	}
	made, err := m.replaceSilence(r.Context(), in)
	if err != nil {
		refuseManager(w, err)
		return
	}
	writeJSON(w, map[string]string{"silenceID": made.ID})
}

func (m *Module) replaceSilence(ctx context.Context, in managedSilence) (AlertSilence, error) {
	var out silenceInput
	out.Body.From, out.Body.To, out.Body.Reason = in.StartsAt, in.EndsAt, strings.TrimSpace(in.Comment)
	for _, x := range in.Matchers {
		out.Body.Matchers = append(out.Body.Matchers, x.matcher())
	}
	if in.ID != "" {
		if _, err := m.alertTells.silence(ctx, m.kit.DB, in.ID, time.Now().UTC()); err != nil {
			return AlertSilence{}, err
		}
	}
	made, err := m.addSilence(ctx, out)
	if err != nil || in.ID == "" {
		return made, err
	}
	_, err = m.endSilence(ctx, httpd.Object{ID: in.ID})
	if fault.Is(err, fault.Conflict) {
		err = nil // it was over
	}
	return made, err
}

func (m *Module) endManagerSilence(w http.ResponseWriter, r *http.Request) {
	if _, err := m.endSilence(r.Context(), httpd.Object{ID: r.PathValue("id")}); err != nil {
		refuseManager(w, err)
		return
	}
	w.WriteHeader(http.StatusOK)
}
