package detection

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/incident"
	"linghang/modules/security/internal/zone"
)

// The permissions of alerts.
const (
	maySee    = "security.alert.view"
	mayHandle = "security.alert.handle"
	maySwitch = "security.rule.switch"
	mayBring  = "security.rule.bring"

	topic       = "security.alerts"
	noticeAlert = "security.alert.raised"
	jobDetect   = "detect"
)

// Looks notes that the caller looked at what is of a sensor of another organisation.
type Looks interface {
	Look(ctx context.Context, sensor, what string) error
}

// Incidents is where alerts become incidents.
type Incidents interface {
	Open(ctx context.Context, organisation string, s incident.Said, with func(ctx context.Context, tx *sqldb.Tx, id string) error) (id string, err error)
}

// Detection is the part of the room.
type Detection struct {
	kit       *module.Kit
	looks     Looks
	incidents Incidents
	store     store
	pack      *Pack
	broken    error
	watchers  []Watcher
	shelf     *shelf

	// Clock is the city's.
	Clock func() time.Time
}

// New returns the part of the room.
func New(kit *module.Kit, looks Looks, incidents Incidents, clock func() time.Time) *Detection {
	m := &Detection{kit: kit, looks: looks, incidents: incidents, store: store{kit.DB}, shelf: newShelf(), Clock: clock}
	m.pack, m.broken = readPack()
	if m.broken != nil {
		m.pack = &Pack{taxonomy: &taxonomy{}}
	}
	return m
}

// Broken tells why the rules that come with the program cannot be used.
func (m *Detection) Broken() error { return m.broken }

func (m *Detection) now() time.Time { return m.Clock().UTC().Truncate(time.Millisecond) }

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: maySee, Title: lang.Text{ZH: "查看安全告警", EN: "View security alerts"}, Roles: everyone},
		{ID: mayHandle, Title: lang.Text{ZH: "处理安全告警", EN: "Judge security alerts"}, Roles: []identity.Role{identity.Officer, identity.Manager, identity.Reporter}},
		{ID: maySwitch, Title: lang.Text{ZH: "停用和启用检测规则", EN: "Switch detection rules off and on"}, Roles: []identity.Role{identity.Officer, identity.Manager}},
		{ID: mayBring, Title: lang.Text{ZH: "自带检测规则", EN: "Bring one's own detection rules"}, Roles: []identity.Role{identity.Officer, identity.Manager}},
	}
}

// Topics are what browsers watch.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: maySee}} }

// Notices are the kinds of notices.
func Notices() []notice.Kind {
	return []notice.Kind{{ID: noticeAlert, Title: lang.Text{ZH: "严重和高级别的安全告警", EN: "Security alerts that are critical or high"}, Gravity: notice.Important, Mail: notice.AtOnce}}
}

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "安全告警", EN: "Security alerts"}, Path: "/security/alerts", Icon: "alarms", Permission: maySee}}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_alert_step", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"alert_id", "state", "at"}},
		{Table: "security_rule_switch", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"rule_id", "off", "at"}},
		{Table: "security_rule_set", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"name", "revision", "changed_at"}},
		{Table: "security_rule_revision", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"set_id", "revision", "at"}},
		{Table: "security_own_rule", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"title", "live_at"}},
		{Table: "security_rule_trial", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"set_id", "days", "at"}},
	}
}

// Jobs come around.
func (m *Detection) Jobs() []module.Job {
	return []module.Job{
		{Name: jobDetect, Title: lang.Text{ZH: "用检测规则检查探针上报", EN: "Ask the rules about what sensors sent"}, Run: m.Detect},
		{Name: "sweep_alerts", Title: lang.Text{ZH: "检查到期的压制和遗漏的上报", EN: "Suppressions that end, and batches that were left"}, Every: sweepEvery, Do: m.sweep},
		{Name: "sensor_health", Title: lang.Text{ZH: "检查探针状态", EN: "Sensors that fail"}, Every: time.Minute, Do: m.health}, // apart: a round tells that the city listens, and must not wait
		{Name: jobTrial, Title: lang.Text{ZH: "试运行自带检测规则", EN: "Try detection rules that were brought"}, Run: m.runTrial, AtOnce: 1, Tries: 2, Limit: time.Hour},
	}
}

// Routes are the doors.
func (m *Detection) Routes() []module.Route {
	return append([]module.Route{
		{Pattern: "GET /alerts", Permission: maySee, Sensitive: true, Summary: "Alerts of one's own organisation, and of sensors that are open in detail", Handler: httpd.List(m.list)},
		{Pattern: "GET /alert-figures", Permission: maySee, Summary: "How many alerts enterprises have, by level, state and technique: of sensors that are open in figures or in detail, without the alerts themselves", Handler: httpd.List(m.counted)},
		{Pattern: "GET /alerts/{id}", Permission: maySee, Sensitive: true, Summary: "An alert: why, by which records, its technique, what to do, what was done", Handler: httpd.JSON(m.read)},
		{Pattern: "POST /alerts/{id}/judgement", Permission: mayHandle, Summary: "Say how an alert of one's own stands: looked at, real, a false alarm, or suppressed until", Handler: httpd.JSON(m.judge)},
		{Pattern: "POST /alert-incidents", Permission: mayHandle, Summary: "Make an incident of alerts of one enterprise", Handler: httpd.Created(m.escalate)},
		{Pattern: "GET /detection-rules", Permission: maySee, Summary: "The pack of rules, and which of them are switched off in one's own organisation", Handler: httpd.JSON(m.rules)},
		{Pattern: "PUT /detection-rules/{id}/switch", Permission: maySwitch, Summary: "Switch a rule off or on for one's own organisation, with why: off for seven days by one person, until it is switched on by two", Handler: httpd.JSON(m.toggle)},
	}, m.ownRoutes()...)
}

// Detect looks at what waits in the queue until nothing does.
func (m *Detection) Detect(ctx context.Context, _ *jobs.Task) (any, error) {
	return nil, m.drain(ctx)
}

// drain judges what waits, conversations after the records that came before them. A batch
// that cannot be judged stays in the queue and is tried again in the next round; those behind
// it do not wait for it.
func (m *Detection) drain(ctx context.Context) (err error) {
	var failed, wrong, unread []error
	defer func() { err = errors.Join(append(unread, err)...) }()
	if err := m.drainLogs(ctx, &unread); err != nil {
		return err
	}
	for ctx.Err() == nil && len(wrong) < mostFailed {
		d, talks, ok, err := m.store.nextTalks(ctx, len(wrong))
		if e := m.drainRecords(ctx, &failed); e != nil {
			return e
		}
		if err == nil && ok {
			err = m.talked(ctx, d, talks)
		}
		if err != nil && ok {
			wrong = append(wrong, fmt.Errorf("look at the conversations of batch %d of the spool %s of the sensor %s: %w", d.sequence, d.spool, d.sensor, err))
			continue
		}
		if err != nil || !ok {
			return errors.Join(append(slices.Concat(failed, wrong), err)...)
		}
	}
	return errors.Join(append(slices.Concat(failed, wrong), ctx.Err())...)
}

// drainRecords judges batches of records until none waits but those that failed.
func (m *Detection) drainRecords(ctx context.Context, failed *[]error) error {
	for ctx.Err() == nil && len(*failed) < mostFailed {
		d, ok, err := m.store.next(ctx, len(*failed))
		if err != nil || !ok {
			return err
		}
		if err := m.batch(ctx, d); err != nil {
			*failed = append(*failed, fmt.Errorf("judge batch %d of the spool %s of the sensor %s: %w", d.sequence, d.spool, d.sensor, err))
		}
	}
	return nil
}

// batch judges one batch.
func (m *Detection) batch(ctx context.Context, d due) error {
	of, err := m.store.sensor(ctx, d.sensor)
	if err != nil {
		return err
	}
	events, err := m.store.arrived(ctx, d)
	if err != nil {
		return err
	}
	var list []Finding
	var t Tally
	if len(events) > 0 {
		j, err := m.judgeOf(ctx, d, of, events)
		if err != nil {
			return err
		}
		for _, e := range events {
			more, err := j.judge(e)
			if err != nil {
				return err
			}
			list = append(list, more...)
		}
		t = j.counted()
	}
	changed, err := m.keep(ctx, d, of, events, list, t)
	if err == nil && changed {
		m.kit.Notify(topic, "", of.organisation)
	}
	return err
}

// judgeOf makes a judge that remembers what came before some events.
func (m *Detection) judgeOf(ctx context.Context, d due, of sensorOf, events []Event) (*Judge, error) {
	j, _, err := m.judgeFor(ctx, of)
	if err != nil {
		return nil, err
	}
	earlier, err := m.store.earlier(ctx, d, events[0].At.Add(-lookBack), events[len(events)-1].At)
	if err != nil {
		return nil, err
	}
	if err := m.store.acquaint(ctx, d.sensor, earlier, events); err != nil {
		return nil, err
	}
	plan, err := zone.EnforcedOf(ctx, m.kit.DB, of.organisation)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	pass(plan, events)
	for _, e := range earlier {
		if err := j.remember(e); err != nil {
			return nil, err
		}
	}
	j.begin()
	return j, nil
}

func (m *Detection) list(ctx context.Context, in alertParams) (sqldb.Page[ThreatAlert], error) {
	page, err := m.store.list(ctx, in)
	if err != nil {
		return page, err
	}
	for i, a := range page.Items {
		page.Items[i] = shown(ctx, a)
	}
	return page, m.looked(ctx, page.Items...)
}

func (m *Detection) counted(ctx context.Context, in figureParams) (sqldb.Page[AlertFigure], error) {
	return m.store.figures(ctx, in, m.now())
}

func own(ctx context.Context, a ThreatAlert) bool {
	return identity.From(ctx).Organisation.ID == a.OrganisationID
}

// shown is an alert as the caller sees it: in which zones assets are is the enterprise's to know.
func shown(ctx context.Context, a ThreatAlert) ThreatAlert {
	if a.Own = own(ctx, a); !a.Own {
		a.ClientZone, a.ServerZone = "", ""
	}
	return a
}

// looked notes in the record of each sensor of others that somebody looked at its alerts.
func (m *Detection) looked(ctx context.Context, list ...ThreatAlert) error {
	var sensors []string
	for _, a := range list {
		if !own(ctx, a) && !slices.Contains(sensors, a.SensorID) {
			sensors = append(sensors, a.SensorID)
		}
	}
	for _, id := range sensors {
		if err := m.looks.Look(ctx, id, "alerts"); err != nil {
			return err
		}
	}
	return nil
}

// AlertDetail is an alert on its own page.
type AlertDetail struct {
	ThreatAlert
	TechniqueName lang.Text     `json:"technique_name"`
	Matters       lang.Text     `json:"matters" doc:"Why it matters"`
	Do            lang.Text     `json:"do" doc:"What to do"`
	Normal        lang.Text     `json:"normal" doc:"What looks the same and is no attack; often empty"`
	Reasons       []Reason      `json:"reasons" nullable:"false" doc:"What the rule looked for and found"`
	Evidence      []Evidence    `json:"evidence" nullable:"false" doc:"The records, the newest last, 20 at most; those that are over their time are gone"`
	Related       []ThreatAlert `json:"related" nullable:"false" doc:"Open alerts between the same about the same time: perhaps one incident"`
	Before        *ThreatAlert  `json:"before,omitempty" doc:"The newest alert about the same that became an incident before this one was opened"`
	Steps         []Step        `json:"steps" nullable:"false" doc:"What was done, the newest first"`
	May           bool          `json:"may" doc:"The caller may judge it"`
	MayEscalate   bool          `json:"may_escalate" doc:"The caller may make an incident of it"`
}

func (m *Detection) read(ctx context.Context, in httpd.Object) (d AlertDetail, err error) {
	if d.ThreatAlert, err = m.store.seen(ctx, in.ID); err != nil {
		return d, err
	}
	who := identity.From(ctx)
	d.ThreatAlert = shown(ctx, d.ThreatAlert)
	d.May = d.Own && who.May(mayHandle)
	d.MayEscalate = who.May(mayHandle) && d.IncidentID == "" && (d.Own || who.Organisation.Kind == identity.Bureau)
	d.Reasons = append([]Reason{}, d.reasons...)
	d.explain(m.pack)
	if d.Evidence, err = m.store.evidence(ctx, d.SensorID, d.records); err != nil {
		return d, err
	}
	if d.Steps, err = m.store.steps(ctx, d.ID); err != nil {
		return d, err
	}
	if d.Related, err = m.store.related(ctx, d.ThreatAlert); err != nil {
		return d, err
	}
	for i, a := range d.Related {
		d.Related[i] = shown(ctx, a)
	}
	before, err := m.store.before(ctx, d.ThreatAlert)
	if err != nil {
		return d, err
	}
	if before != nil {
		*before = shown(ctx, *before)
		d.Before = before
	}
	return d, m.looked(ctx, append(slices.Clone(d.Related), d.ThreatAlert)...)
}

type judgeAlertInput struct {
	httpd.Object
	httpd.IfMatch
	Body Judged
}

func (m *Detection) judge(ctx context.Context, in judgeAlertInput) (AlertDetail, error) {
	version, err := in.Expected()
	if err != nil {
		return AlertDetail{}, err
	}
	before, err := m.store.seen(ctx, in.ID)
	switch {
	case err != nil:
		return AlertDetail{}, err
	case !own(ctx, before):
		return AlertDetail{}, fault.New(fault.Forbidden, "security.alert.theirs", "the enterprise itself judges its alerts")
	case before.Version != version:
		return AlertDetail{}, stale()
	}
	now := m.now()
	after, err := before.judge(in.Body, now)
	if err != nil {
		return AlertDetail{}, err
	}
	critical, err := m.alone(ctx, before, in.Body, now)
	if err != nil {
		return AlertDetail{}, err
	}
	err = m.store.judge(ctx, before, after, now, func(ctx context.Context, tx *sqldb.Tx) error {
		if critical == "" {
			return nil
		}
		return m.askOther(ctx, tx, after.OrganisationID, mayHandle, "压制告警："+after.Rule.ZH, "/security/alerts/"+after.ID)
	})
	if err != nil {
		return AlertDetail{}, err
	}
	m.kit.Notify(topic, after.ID, after.OrganisationID)
	return m.read(ctx, in.Object)
}

type escalateAlertsInput struct {
	Body struct {
		Alerts []string `json:"alerts" minItems:"1" maxItems:"50" doc:"IDs of alerts of one enterprise"`
		incident.Said
	}
}

// AlertIncident is the incident that alerts became.
type AlertIncident struct {
	ID string `json:"id"`
}

// escalate makes an incident of alerts; they and the incident change at once, or nothing does.
func (m *Detection) escalate(ctx context.Context, in escalateAlertsInput) (AlertIncident, error) {
	var list []ThreatAlert
	for _, id := range in.Body.Alerts {
		a, err := m.store.seen(ctx, id)
		if err != nil {
			return AlertIncident{}, err
		}
		if a.IncidentID != "" {
			return AlertIncident{}, fault.New(fault.Conflict, "security.alert.incident", "the alert %q is part of an incident already", a.Rule.EN)
		}
		if len(list) > 0 && list[0].OrganisationID != a.OrganisationID {
			return AlertIncident{}, fault.New(fault.Invalid, "security.alert.several", "an incident is of one enterprise").At("body.alerts", "alerts of one enterprise")
		}
		if !slices.ContainsFunc(list, func(b ThreatAlert) bool { return b.ID == a.ID }) {
			list = append(list, a)
		}
	}
	now := m.now()
	id, err := m.incidents.Open(ctx, list[0].OrganisationID, in.Body.Said, func(ctx context.Context, tx *sqldb.Tx, id string) error {
		for _, before := range list {
			after := before
			after.IncidentID, after.State, after.Reason, after.Until, after.Version = id, Real, "", nil, before.Version+1
			tx.Changed("security_alert", after.ID, before, after)
			if err := step(ctx, tx, before, after, handOf(ctx), now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return AlertIncident{}, err
	}
	m.kit.Notify(topic, "", list[0].OrganisationID)
	return AlertIncident{id}, m.looked(ctx, list...)
}

// RuleShown is a rule, and whether it is on for the caller's organisation.
type RuleShown struct {
	Rule
	Off    bool      `json:"off"`
	Reason string    `json:"reason" doc:"Why it was switched off, or on again"`
	At     time.Time `json:"at" doc:"When; zero: never"`
	By     string    `json:"by" doc:"By whom"`
	// Until is there where one person alone switched it off.
	Until *time.Time `json:"until,omitempty" doc:"Until when it is off, or was, by the word of one person; a second person who switches it off meanwhile makes it last"`
}

// RulePack is the pack with its rules.
type RulePack struct {
	Version string      `json:"version"`
	Date    string      `json:"date"`
	Source  lang.Text   `json:"source"`
	Rules   []RuleShown `json:"rules" nullable:"false"`
	May     bool        `json:"may" doc:"The caller may switch rules"`
}

type nothing struct{}

func (m *Detection) rules(ctx context.Context, _ nothing) (RulePack, error) {
	who := identity.From(ctx)
	p := RulePack{Version: m.pack.Version, Date: m.pack.Date, Source: m.pack.Source, Rules: []RuleShown{}, May: who.May(maySwitch) && who.Organisation.Kind != identity.Bureau}
	switches, err := m.store.switches(ctx, who.Organisation.ID, m.now())
	if err != nil {
		return p, err
	}
	for _, r := range m.pack.Rules {
		s := switches[r.ID]
		s.Rule = r
		p.Rules = append(p.Rules, s)
	}
	slices.SortStableFunc(p.Rules, func(a, b RuleShown) int { return a.Level.rank() - b.Level.rank() })
	return p, nil
}

type switchRuleInput struct {
	httpd.Object
	Body struct {
		Off    bool   `json:"off"`
		Reason string `json:"reason" maxLength:"1000" doc:"It stays with the rule"`
	}
}

func (m *Detection) toggle(ctx context.Context, in switchRuleInput) (RulePack, error) {
	reason := strings.TrimSpace(in.Body.Reason)
	if reason == "" {
		return RulePack{}, fault.New(fault.Invalid, "security.rule.reason", "say why").At("body.reason", "say why; it stays with the rule")
	}
	who := identity.From(ctx)
	r, known := m.pack.Rule(in.ID)
	if !known {
		if err := m.switchOwn(ctx, in, reason); err != nil {
			return RulePack{}, err
		}
		m.kit.Notify(topic, "", who.Organisation.ID)
		return m.rules(ctx, nothing{})
	}
	if who.Organisation.Kind == identity.Bureau {
		return RulePack{}, fault.New(fault.Forbidden, "security.rule.theirs", "each enterprise switches rules for itself")
	}
	err := m.store.toggle(ctx, who.Organisation.ID, r, in.Body.Off, reason, m.now(), func(ctx context.Context, tx *sqldb.Tx) error {
		return m.askOther(ctx, tx, who.Organisation.ID, maySwitch, "停用规则："+r.Title.ZH, "/security/detection-rules")
	})
	if err != nil {
		return RulePack{}, err
	}
	return m.rules(ctx, nothing{})
}
