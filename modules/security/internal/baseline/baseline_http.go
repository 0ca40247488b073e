package baseline

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/detection"
)

// The permissions of baselines.
const (
	maySee    = "security.baseline.view"
	mayReview = "security.baseline.review"

	topic       = "security.baselines"
	noticeTime  = "security.baseline.time"
	lookedAt    = "baselines"
	mayHandle   = "security.alert.handle"
	mostOfAlert = 500
)

// mostRemembered is how many editions are kept in memory.
const mostRemembered = 64

// Looks notes that the caller looked at what is of a sensor of another organisation.
type Looks interface {
	Look(ctx context.Context, sensor, what string) error
}

// Places tells what assets an enterprise has, by their addresses.
type Places func(ctx context.Context, organisation string) (map[string]Place, error)

// Alerts is where deviations become alerts.
type Alerts interface {
	Alert(ctx context.Context, id string) (detection.ThreatAlert, error)
	Wanted(ctx context.Context, tx *sqldb.Tx, fingerprint, reason string, now time.Time) error
	Changed(organisation string)
}

// Baselines is the part of the room.
type Baselines struct {
	kit    *module.Kit
	looks  Looks
	alerts Alerts
	places Places
	store  store

	// Clock is the city's.
	Clock func() time.Time

	mu       sync.Mutex
	editions map[string]*edition // that were read, by baseline and number
}

// New returns the part of the room.
func New(kit *module.Kit, looks Looks, alerts Alerts, places Places, clock func() time.Time) *Baselines {
	return &Baselines{kit: kit, looks: looks, alerts: alerts, places: places, store: store{kit.DB}, Clock: clock, editions: map[string]*edition{}}
}

func (m *Baselines) now() time.Time { return m.Clock().UTC().Truncate(time.Millisecond) }

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: maySee, Title: lang.Text{ZH: "查看通信基线", EN: "View communication baselines"}, Roles: everyone},
		{ID: mayReview, Title: lang.Text{ZH: "建立和评审通信基线", EN: "Begin and review communication baselines"}, Roles: []identity.Role{identity.Manager}},
	}
}

// Topics are what browsers watch.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: maySee}} }

// Notices are the kinds of notices.
func Notices() []notice.Kind {
	return []notice.Kind{{ID: noticeTime, Title: lang.Text{ZH: "通信基线待评审或恢复执行", EN: "Communication baselines that are to be reviewed or in force again"}, Gravity: notice.Info, Mail: notice.Daily}}
}

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "通信基线", EN: "Communication baselines"}, Path: "/security/baselines", Icon: "baselines", Permission: maySee}}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_baseline", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "name", "created_at"}},
		{Table: "security_baseline_line", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"baseline_id", "verdict", "judged_at"}},
		{Table: "security_baseline_edition", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"baseline_id", "number", "at"}},
		{Table: "security_baseline_window", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"baseline_id", "from_at", "to_at"}},
		{Table: "security_baseline_step", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"baseline_id", "state", "at"}},
	}
}

// Jobs come around.
func (m *Baselines) Jobs() []module.Job {
	return []module.Job{{Name: "sweep_baselines", Title: lang.Text{ZH: "通信基线学习期满和暂停到期", EN: "Learning and pauses of baselines that are over"}, Every: time.Minute, Do: m.sweep}}
}

// Routes are the doors.
func (m *Baselines) Routes() []module.Route {
	return []module.Route{
		{Pattern: "GET /baselines", Permission: maySee, Sensitive: true, Summary: "Communication baselines of one's own organisation, and of those whose sensors are open in detail", Handler: httpd.List(m.list)},
		{Pattern: "POST /baselines", Permission: mayReview, Summary: "Begin a baseline: sensors of one's own organisation learn for some days", Handler: httpd.Created(m.begin)},
		{Pattern: "GET /baselines/{id}", Permission: maySee, Sensitive: true, Summary: "A baseline: how it stands, how learning goes, its editions and windows of maintenance", Handler: httpd.JSON(m.read)},
		{Pattern: "POST /baselines/{id}/orders", Permission: mayReview, Summary: "End learning early, pause, go on, learn anew, or end a baseline of one's own", Handler: httpd.JSON(m.order)},
		{Pattern: "GET /baselines/{id}/lines", Permission: maySee, Sensitive: true, Summary: "What was learned, line by line, and what was said of it", Handler: httpd.List(m.lines)},
		{Pattern: "GET /baselines/{id}/network", Permission: maySee, Sensitive: true, Summary: "What was learned as a picture: nodes and links", Handler: httpd.JSON(m.network)},
		{Pattern: "POST /baselines/{id}/verdicts", Permission: mayReview, Summary: "Accept or reject lines, or take a verdict back", Handler: httpd.JSON(m.judge)},
		{Pattern: "POST /baselines/{id}/groups", Permission: mayReview, Summary: "Accept a wider line for several: of any port, unit or function", Handler: httpd.JSON(m.group)},
		{Pattern: "POST /baselines/{id}/editions", Permission: mayReview, Summary: "Put what was reviewed into force as the next edition", Handler: httpd.JSON(m.edit)},
		{Pattern: "GET /baselines/{id}/entries", Permission: maySee, Sensitive: true, Summary: "What an edition allows", Handler: httpd.List(m.entries)},
		{Pattern: "GET /baselines/{id}/deviations", Permission: maySee, Sensitive: true, Summary: "What the edition in force does not allow and was seen", Handler: httpd.List(m.deviations)},
		{Pattern: "POST /baselines/{id}/acceptances", Permission: mayReview, Summary: "Agree to deviations: the next edition allows them", Handler: httpd.JSON(m.accept)},
		{Pattern: "GET /alerts/{id}/deviations", Permission: maySee, Sensitive: true, Summary: "The baseline and the deviations that an alert is about", Handler: httpd.JSON(m.about)},
		{Pattern: "POST /alerts/{id}/acceptance", Permission: mayReview, Summary: "Say that what an alert is about is wanted: the next edition allows it", Handler: httpd.JSON(m.wanted)},
		{Pattern: "POST /baselines/{id}/windows", Permission: mayReview, Summary: "Name a time of maintenance, in which deviations are kept and raise no alert", Handler: httpd.JSON(m.maintain)},
		{Pattern: "POST /baselines/{id}/windows/{window}/end", Permission: mayReview, Summary: "End a time of maintenance now", Handler: httpd.JSON(m.endWindow)},
	}
}

// sweep moves baselines on whose time is over, and tells those who review.
func (m *Baselines) sweep(ctx context.Context) error {
	now := m.now()
	ids, err := m.store.due(ctx, now)
	if err != nil {
		return err
	}
	for _, id := range ids {
		var b Baseline
		moved := false
		err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
			was, err := inside(ctx, tx, id)
			if err != nil {
				return err
			}
			if b, moved = was.over(now); !moved {
				return nil
			}
			if err := save(ctx, tx, was, b, "", hand{}, now); err != nil {
				return err
			}
			return m.kit.Notices.Send(ctx, tx, told(b))
		})
		if err != nil {
			return fmt.Errorf("move the baseline %s on: %w", id, err)
		}
		if moved {
			m.kit.Notify(topic, id, b.OrganisationID)
		}
	}
	return nil
}

// told is what those who review are told.
func told(b Baseline) notice.Notice {
	n := notice.Notice{Kind: noticeTime, Link: "/security/baselines/" + b.ID, Key: fmt.Sprintf("%s/%s/%d", noticeTime, b.ID, b.Version), To: notice.Audience{Organisation: b.OrganisationID, Permission: mayReview}}
	if b.State == Review {
		n.Title = lang.Text{ZH: "通信基线学习期满，等待评审：" + b.Name, EN: "A communication baseline is to be reviewed: " + b.Name}
		n.Body = lang.Text{ZH: fmt.Sprintf("学到 %d 行，评审并发布后才开始执行。", b.Lines), EN: fmt.Sprintf("%d lines were learned; nothing is enforced before they are reviewed.", b.Lines)}
		return n
	}
	n.Title = lang.Text{ZH: "通信基线暂停期满，恢复执行：" + b.Name, EN: "A communication baseline is in force again: " + b.Name}
	return n
}

// looked notes that somebody of another organisation looked at a baseline.
func (m *Baselines) looked(ctx context.Context, list ...Baseline) error {
	for _, b := range list {
		if b.Own {
			continue
		}
		sensors, err := m.store.sensors(ctx, b.ID)
		if err != nil {
			return err
		}
		for _, s := range sensors {
			if err := m.looks.Look(ctx, s.ID, lookedAt); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *Baselines) list(ctx context.Context, in baselineParams) (sqldb.Page[Baseline], error) {
	page, err := m.store.list(ctx, in)
	if err != nil {
		return page, err
	}
	own := identity.From(ctx).Organisation.ID
	for i := range page.Items {
		page.Items[i].Own = page.Items[i].OrganisationID == own
	}
	return page, m.looked(ctx, page.Items...)
}

type beginBaselineInput struct {
	Body struct {
		Name    string   `json:"name" minLength:"1" maxLength:"80"`
		Sensors []string `json:"sensors" minItems:"1" maxItems:"50" doc:"IDs of sensors that hear the same network; each is in one baseline at most"`
		Days    int      `json:"days,omitempty" minimum:"0" maximum:"90" doc:"Of learning; 0: 14, two weeks with at least one session of engineers"`
		Past    int      `json:"past_days,omitempty" minimum:"0" maximum:"90" doc:"It begins with what these sensors kept of so many days; what only guesses who asks whom is left out and counted"`
	}
}

func (m *Baselines) begin(ctx context.Context, in beginBaselineInput) (Baseline, error) {
	who := identity.From(ctx)
	name := strings.TrimSpace(in.Body.Name)
	if who.Organisation.Kind == identity.Bureau {
		return Baseline{}, fault.New(fault.Forbidden, "security.baseline.theirs", "each enterprise learns and reviews its own baselines")
	}
	if name == "" {
		return Baseline{}, fault.New(fault.Invalid, "security.baseline.name", "the name is missing").At("body.name", "name the line or the network as people on site do")
	}
	days := in.Body.Days
	if days == 0 {
		days = usualDays
	}
	now := m.now()
	b := Baseline{
		ID: ulid.Make().String(), OrganisationID: who.Organisation.ID, Enterprise: who.Organisation.Name, Name: name, State: Learning, Round: 1, LearnFrom: now.Add(-time.Duration(in.Body.Past) * day), LearnTo: now.Add(time.Duration(days) * day),
		CreatedAt: now, CreatedBy: who.Name, Own: true, Version: 1, actor: who.Actor(),
	}
	err := m.store.insert(ctx, b, in.Body.Sensors, func(tx *sqldb.Tx) error {
		if in.Body.Past == 0 {
			return nil
		}
		return m.recall(ctx, tx, b, in.Body.Sensors)
	})
	if err != nil {
		return Baseline{}, err
	}
	m.kit.Notify(topic, b.ID, b.OrganisationID)
	return b, nil
}

// Detail is a baseline on its own page.
type Detail struct {
	Baseline
	Sensors  []SensorIn `json:"sensors" nullable:"false"`
	Counts   Counts     `json:"counts"`
	Step     int64      `json:"step" doc:"Seconds of a point of growth"`
	Growth   []Growth   `json:"growth" nullable:"false" doc:"Lines that were new, over the time of learning: it flattens when enough was heard"`
	Editions []Edition  `json:"editions" nullable:"false" doc:"The newest first, 200 at most"`
	Windows  []Window   `json:"windows" nullable:"false" doc:"Of maintenance, the last to end first"`
	Steps    []Step     `json:"steps" nullable:"false" doc:"What was done, the newest first"`
	May      bool       `json:"may" doc:"The caller may review it"`
	Most     int        `json:"most" doc:"Lines that a round has at most"`
}

func (m *Baselines) read(ctx context.Context, in httpd.Object) (d Detail, err error) {
	b, err := m.store.seen(ctx, in.ID)
	if err != nil {
		return d, err
	}
	d = Detail{Baseline: b, Most: mostLines, May: b.Own && identity.From(ctx).May(mayReview)}
	step := day
	if b.LearnTo.Sub(b.LearnFrom) <= 3*day || m.now().Sub(b.LearnFrom) <= 3*day {
		step = time.Hour
	}
	d.Step = int64(step / time.Second)
	if d.Sensors, err = m.store.sensors(ctx, b.ID); err != nil {
		return d, err
	}
	if d.Counts, err = m.store.counts(ctx, b); err != nil {
		return d, err
	}
	if d.Growth, err = m.store.growth(ctx, b, step); err != nil {
		return d, err
	}
	if d.Editions, err = m.store.editions(ctx, b.ID); err != nil {
		return d, err
	}
	if d.Windows, err = m.store.windows(ctx, b.ID); err != nil {
		return d, err
	}
	if d.Steps, err = m.store.steps(ctx, b.ID); err != nil {
		return d, err
	}
	return d, m.looked(ctx, b)
}

// mine reads a baseline of the caller's own organisation.
func (m *Baselines) mine(ctx context.Context, id string) (Baseline, error) {
	b, err := m.store.seen(ctx, id)
	if err == nil && !b.Own {
		err = fault.New(fault.Forbidden, "security.baseline.theirs", "each enterprise learns and reviews its own baselines")
	}
	return b, err
}

type orderBaselineInput struct {
	httpd.Object
	httpd.IfMatch
	Body Order
}

func (m *Baselines) order(ctx context.Context, in orderBaselineInput) (Detail, error) {
	version, err := in.Expected()
	if err != nil {
		return Detail{}, err
	}
	if _, err := m.mine(ctx, in.ID); err != nil {
		return Detail{}, err
	}
	now := m.now()
	err = m.store.change(ctx, in.ID, version, strings.TrimSpace(in.Body.Reason), now, func(tx *sqldb.Tx, b Baseline) (Baseline, error) {
		after, err := b.follow(in.Body, now)
		if err != nil {
			return b, err
		}
		if after.State == Ended {
			return after, release(ctx, tx, b.ID)
		}
		if after.Round != b.Round {
			return after, forget(ctx, tx, after)
		}
		return after, nil
	})
	if err != nil {
		return Detail{}, err
	}
	return m.changed(ctx, in.Object)
}

// changed tells browsers, and the caller how it is now.
func (m *Baselines) changed(ctx context.Context, in httpd.Object) (Detail, error) {
	d, err := m.read(ctx, in)
	if err == nil {
		m.kit.Notify(topic, d.ID, d.OrganisationID)
	}
	return d, err
}

type editBaselineInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Reason     string `json:"reason" maxLength:"1000" doc:"What was reviewed, and by what standard"`
		KeepUnseen bool   `json:"keep_unseen,omitempty" doc:"Keep entries of the edition in force that this round did not hear"`
	}
}

func (m *Baselines) edit(ctx context.Context, in editBaselineInput) (Detail, error) {
	version, err := in.Expected()
	if err != nil {
		return Detail{}, err
	}
	b, err := m.mine(ctx, in.ID)
	if err != nil {
		return Detail{}, err
	}
	reason := strings.TrimSpace(in.Body.Reason)
	if reason == "" {
		return Detail{}, noReason()
	}
	now := m.now()
	err = m.store.change(ctx, in.ID, version, reason, now, func(tx *sqldb.Tx, b Baseline) (Baseline, error) {
		after, err := m.publish(ctx, tx, b, reason, in.Body.KeepUnseen, now)
		if err != nil {
			return b, err
		}
		return after, forget(ctx, tx, after)
	})
	if err != nil {
		return Detail{}, err
	}
	m.alerts.Changed(b.OrganisationID)
	return m.changed(ctx, in.Object)
}

func noReason() error {
	return fault.New(fault.Invalid, "security.baseline.reason", "say why").At("body.reason", "say why; it stays with the edition")
}
