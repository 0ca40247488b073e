package platforms

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/platforms/internal/alert"
)

// Bounds of alerts.
const (
	alertRulesMost    = 200
	alertsMost        = 500 // of a rule, that are not over; one more says that there are more
	alertRoutesMost   = 50
	alertSilencesMost = 500 // that are not over
	alertsKept        = 400 * 24 * time.Hour
	alertsTold        = 10 // named in one notice
)

// AlertRule is a rule with what it came to last.
type AlertRule struct {
	ID string `json:"id"`
	alert.Rule
	Ready       bool       `json:"ready" doc:"Comes with the house; it can be changed and switched off, not removed"`
	Firing      int64      `json:"firing" doc:"Alerts that fire"`
	EvaluatedAt *time.Time `json:"evaluated_at,omitempty"`
	TookMs      int64      `json:"took_ms"`
	Holds       int64      `json:"holds" doc:"For how many series it held when it was last evaluated"`
	Failure     string     `json:"failure" doc:"Why it could not be evaluated; empty when it could"`
	Version     int64      `json:"version"`

	organisation string // of who last saved it: its officers are told
}

// ETag implements httpd.Versioned.
func (r AlertRule) ETag() int64 { return r.Version }

const readyPrefix = "ready-"

// Alert is one alert, as lists show it.
type Alert struct {
	ID         string         `json:"id" title:"编号|ID"`
	RuleID     string         `json:"rule_id"`
	Code       string         `json:"code" title:"规则代码|Rule code"`
	Rule       lang.Text      `json:"rule" title:"规则|Rule"`
	Kind       alert.Kind     `json:"kind" enum:"silent,overdue,bound,change,finding,incident,certificate,query"`
	PlatformID string         `json:"platform_id" doc:"Empty: it is about no platform"`
	Platform   lang.Text      `json:"platform" title:"平台|Platform"`
	Operator   operator       `json:"operator"`
	Labels     alert.Labels   `json:"labels" audit:"hidden" doc:"Name and value"`
	Severity   alert.Severity `json:"severity" enum:"critical,warning,info" title:"级别|Severity"`
	State      alert.State    `json:"state" enum:"pending,firing,resolved,closed" title:"状态|State"`
	Summary    lang.Text      `json:"summary" title:"内容|Summary"`
	Value      float64        `json:"value" title:"数值|Value"`
	Since      time.Time      `json:"since" doc:"Since when it holds" title:"开始|Since"`
	FiredAt    *time.Time     `json:"fired_at,omitempty" title:"触发|Fired"`
	EndedAt    *time.Time     `json:"ended_at,omitempty" title:"结束|Ended"`
	Quiet      string         `json:"quiet" enum:",silenced,inhibited" doc:"Why nobody is told of it"`
	Claimed    string         `json:"claimed" doc:"The name of who takes care of it" title:"处理人|Claimed by"`
	ClaimedAt  *time.Time     `json:"claimed_at,omitempty"`
	Version    int64          `json:"version"`

	settled   bool
	claimedBy string
	office    string // the organisation whose officers are told
	instance  alert.Instance
}

// ETag implements httpd.Versioned.
func (a Alert) ETag() int64 { return a.Version }

// over tells whether nobody has to do anything about an alert.
func (a Alert) over() bool { return a.State == alert.Resolved || a.State == alert.Closed }

// claim gives an alert to who takes care of it.
func (a Alert) claim(actor, name string, now time.Time) (Alert, error) {
	if a.State != alert.Firing {
		return a, fault.New(fault.Conflict, "platforms.alert.over", "the alert is %s; there is nothing to take care of", a.State)
	}
	a.claimedBy, a.Claimed, a.ClaimedAt = actor, name, &now
	return a, nil
}

// release gives an alert back.
func (a Alert) release() (Alert, error) {
	if a.claimedBy == "" {
		return a, fault.New(fault.Conflict, "platforms.alert.unclaimed", "nobody takes care of the alert")
	}
	a.claimedBy, a.Claimed, a.ClaimedAt = "", "", nil
	return a, nil
}

// close ends an alert for people; the condition may still hold, and does not fire
// again before it was over.
func (a Alert) close(reason string) (Alert, error) {
	if a.State != alert.Firing {
		return a, fault.New(fault.Conflict, "platforms.alert.over", "the alert is %s; there is nothing to take care of", a.State)
	}
	if strings.TrimSpace(reason) == "" {
		return a, fault.New(fault.Invalid, "platforms.alert.reason", "say why").At("body.reason", "say why the alert is closed")
	}
	a.State = alert.Closed
	return a, nil
}

// AlertSilence is a silence with who made it.
type AlertSilence struct {
	ID string `json:"id"`
	alert.Silence
	State     string    `json:"state" enum:"pending,active,expired"`
	Author    string    `json:"author"`
	CreatedAt time.Time `json:"created_at"`
	Version   int64     `json:"version"`
}

// ETag implements httpd.Versioned.
func (s AlertSilence) ETag() int64 { return s.Version }

// AlertRoute is a route with its place.
type AlertRoute struct {
	ID string `json:"id"`
	alert.Route
	Last    bool  `json:"last" doc:"Takes the alerts that no other takes; it cannot be removed"`
	Version int64 `json:"version"`
}

// ETag implements httpd.Versioned.
func (r AlertRoute) ETag() int64 { return r.Version }

const lastRoute = "default"

// gathering is the alerts of a group, and its route.
type gathering struct {
	key      string
	route    alert.Route
	firing   []Alert // that are told
	quiet    int     // that fire and are not told
	resolved []Alert
}

// compiled are the conditions of a list, read once.
func compiled[T any](list []T, of func(T) ([]alert.Matcher, string)) ([]alert.Matching, error) {
	tests := make([]alert.Matching, len(list))
	for i, x := range list {
		matchers, id := of(x)
		test, err := alert.Compile(matchers)
		if err != nil {
			return nil, fmt.Errorf("read the conditions of %s: %w", id, err)
		}
		tests[i] = test
	}
	return tests, nil
}

// gather puts alerts into groups by the first route that takes them, and says
// which are told to nobody.
func gather(alerts []Alert, routes []AlertRoute, silences []AlertSilence) (list []gathering, quiet map[string]string, err error) {
	takes, err := compiled(routes, func(r AlertRoute) ([]alert.Matcher, string) { return r.Matchers, r.ID })
	if err != nil {
		return nil, nil, err
	}
	hushes, err := compiled(silences, func(s AlertSilence) ([]alert.Matcher, string) { return s.Matchers, s.ID })
	if err != nil {
		return nil, nil, err
	}
	silent := silentPlatforms(alerts)
	groups := map[string]*gathering{}
	quiet = map[string]string{}
	for _, a := range alerts {
		passes := func(test alert.Matching) bool { return test(a.Labels) }
		at := slices.IndexFunc(takes, passes)
		if at < 0 {
			continue // there is always a last route, which takes all
		}
		route := routes[at]
		key := route.Key(route.ID, a.Labels)
		g := groups[key]
		if g == nil {
			g = &gathering{key: key, route: route.Route}
			groups[key] = g
		}
		switch {
		case a.over():
			g.resolved = append(g.resolved, a)
		case slices.ContainsFunc(hushes, passes):
			quiet[a.ID] = "silenced"
			g.quiet++
		case a.Kind.HangsOn() && silent[a.PlatformID]:
			quiet[a.ID] = "inhibited"
			g.quiet++
		default:
			g.firing = append(g.firing, a)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		list = append(list, *groups[key])
	}
	return list, quiet, nil
}

// silentPlatforms are those of which an alert says that they are silent.
func silentPlatforms(alerts []Alert) map[string]bool {
	silent := map[string]bool{}
	for _, a := range alerts {
		if a.Kind == alert.Silent && a.State == alert.Firing && a.PlatformID != "" {
			silent[a.PlatformID] = true
		}
	}
	return silent
}

func idsOf(list []Alert) []string {
	ids := make([]string, len(list))
	for i, a := range list {
		ids[i] = a.ID
	}
	return ids
}

// alertTitle says what a notice is about, and alertBody which alerts.
func alertTitle(firing, resolved []Alert, again bool) lang.Text {
	list, over := firing, len(firing) == 0
	if over {
		list = resolved
	}
	first := slices.MaxFunc(list, func(a, b Alert) int { return cmp.Compare(a.Severity.Weight(), b.Severity.Weight()) })
	what, mark := first.Rule, first.Severity.Title()
	if over {
		mark = lang.Text{ZH: "已恢复", EN: "Resolved"}
	} else if again {
		mark = lang.Text{ZH: mark.ZH + "·持续", EN: mark.EN + ", still"}
	}
	if !slices.ContainsFunc(list, func(a Alert) bool { return a.PlatformID != first.PlatformID }) && first.PlatformID != "" {
		what = lang.Text{ZH: first.Platform.In("zh") + " · " + what.ZH, EN: first.Platform.In("en") + " · " + what.EN}
	}
	t := lang.Text{ZH: fmt.Sprintf("【%s】%s", mark.ZH, what.ZH), EN: fmt.Sprintf("[%s] %s", mark.EN, what.EN)}
	if n := len(list); n > 1 {
		t.ZH, t.EN = fmt.Sprintf("%s（%d 条）", t.ZH, n), fmt.Sprintf("%s (%d alerts)", t.EN, n)
	}
	return t
}

func alertBody(firing, resolved []Alert) lang.Text {
	var zh, en []string
	for _, a := range firing[:min(len(firing), alertsTold)] {
		at := a.Since.In(cityTime()).Format(time.DateTime)
		zh, en = append(zh, fmt.Sprintf("%s（%s 起）", a.Summary.ZH, at)), append(en, fmt.Sprintf("%s (since %s, UTC+8)", a.Summary.EN, at))
	}
	if more := len(firing) - alertsTold; more > 0 {
		zh, en = append(zh, fmt.Sprintf("另有 %d 条", more)), append(en, fmt.Sprintf("and %d more", more))
	}
	for _, a := range resolved[:min(len(resolved), alertsTold)] {
		word := lang.Text{ZH: "已恢复", EN: "resolved"}
		if a.State == alert.Closed {
			word = lang.Text{ZH: "已关闭", EN: "closed"}
		}
		zh, en = append(zh, word.ZH+"："+a.Summary.ZH), append(en, word.EN+": "+a.Summary.EN)
	}
	if more := len(resolved) - alertsTold; more > 0 {
		zh, en = append(zh, fmt.Sprintf("另有 %d 条已恢复", more)), append(en, fmt.Sprintf("and %d more are resolved", more))
	}
	return lang.Text{ZH: strings.Join(zh, "\n"), EN: strings.Join(en, "\n")}
}
