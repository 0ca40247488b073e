package platforms

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/alert"
)

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

func (m *Module) addAlertRoute(ctx context.Context, in alertRouteInput) (AlertRoute, error) {
	x := AlertRoute{ID: ulid.Make().String(), Route: in.Body.Tidy(), Version: 1}
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
	x := AlertRoute{ID: in.ID, Route: in.Body.Tidy(), Last: in.ID == lastRoute, Version: version + 1}
	if err := x.Check(x.Last); err != nil {
		return AlertRoute{}, err
	}
	return x, m.alertTells.saveRoute(ctx, x, version, time.Now())
}

func (m *Module) removeAlertRoute(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	return httpd.Nothing{}, m.alertTells.removeRoute(ctx, in.ID)
}
