package incident

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/clock"
)

// People is what incidents ask of the register of organisations.
type People interface {
	Root(ctx context.Context) (identity.Organisation, error)
	Organisation(ctx context.Context, id string) (identity.Organisation, error)
}

// The permissions of incidents, beside seeing what concerns one.
const (
	mayView   = "security.view"
	mayReport = "security.incident.report"
	mayHandle = "security.incident.handle"
	mayLead   = "security.incident.lead"

	noticeReported = "security.incident.reported"
	noticeChanged  = "security.incident.changed"
	noticeDeadline = "security.incident.deadline"
	noticeTask     = "security.incident.task"
	noticeLetIn    = "security.incident.let_in"
)

// Incidents is the part of the room in which incidents are worked on.
type Incidents struct {
	kit    *module.Kit
	people People
	clocks *clock.Clocks
	store  store
	shelf  shelf
	// tellSTIX writes what programs of others are told.
	tellSTIX Tell
	broken   error // the data that come with the program cannot be read

	// Clock is the server's.
	Clock func() time.Time
}

// New returns the part of the room. Its handlers of clocks are set.
func New(kit *module.Kit, people People, clocks *clock.Clocks, now func() time.Time) *Incidents {
	m := &Incidents{kit: kit, people: people, clocks: clocks, store: store{kit.DB}, Clock: now}
	m.shelf, m.broken = readShelf()
	for _, obligation := range []string{toReport, toPassOn, toReview, toSumUp} {
		clocks.On(obligation, m.fired)
	}
	return m
}

// Broken reports data of the program that cannot be read.
func (m *Incidents) Broken() error { return m.broken }

func (m *Incidents) now() time.Time { return m.Clock().UTC().Truncate(time.Millisecond) }

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	return []module.Permission{
		{ID: mayReport, Title: lang.Text{ZH: "报告和处置本单位的安全事件", EN: "Report and work on incidents of one's own organisation"}, Roles: []identity.Role{identity.Manager, identity.Reporter}},
		{ID: mayHandle, Title: lang.Text{ZH: "研判和协调处置安全事件", EN: "Judge incidents and coordinate the answer"}, Roles: []identity.Role{identity.Officer}},
		{ID: mayLead, Title: lang.Text{ZH: "接收安全事件超时督办", EN: "Be told of incidents that are overdue"}, Roles: []identity.Role{identity.Leader}},
	}
}

// Notices are the kinds of notices that incidents send.
func Notices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeReported, Title: lang.Text{ZH: "有安全事件报告", EN: "An incident was reported"}, Gravity: notice.Urgent, Mail: notice.AtOnce},
		{ID: noticeChanged, Title: lang.Text{ZH: "安全事件有进展", EN: "Progress of an incident"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeDeadline, Title: lang.Text{ZH: "安全事件时限提醒", EN: "Time limits of incidents"}, Gravity: notice.Urgent, Mail: notice.AtOnce, Mandatory: true},
		{ID: noticeTask, Title: lang.Text{ZH: "安全事件任务", EN: "Tasks of incidents"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeLetIn, Title: lang.Text{ZH: "获准参与安全事件处置", EN: "Let in to an incident"}, Gravity: notice.Important, Mail: notice.AtOnce},
	}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_incident", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "number", "created_at"}},
		{Table: "security_incident", Person: "handler", Columns: []string{"handler_name"}, Show: []string{"id", "number"}},
		{Table: "security_incident_event", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"incident_id", "kind", "text", "written_at"}},
		{Table: "security_incident_task", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"incident_id", "title_zh", "created_at"}},
		{Table: "security_incident_report", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"incident_id", "authority", "created_at"}},
		{Table: "security_incident_guest", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"incident_id", "created_at"}},
		{Table: "security_incident_look", Person: "actor", Columns: []string{"name"}, Show: []string{"incident_id", "day", "way"}},
		{Table: "security_incident_evidence", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"incident_id", "sha256", "created_at"}},
		{Table: "security_incident_custody", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"evidence_id", "what", "at"}},
	}
}

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{
		{Section: section, Label: lang.Text{ZH: "安全事件", EN: "Incidents"}, Path: "/security/incidents", Icon: "alarms", Permission: mayView},
	}
}

// topic is what browsers watch.
const topic = "security.incidents"

// Topics are what browsers watch.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: mayView}} }

// Jobs is what comes around.
func (m *Incidents) Jobs() []module.Job {
	return []module.Job{
		{Name: "remind_incidents", Title: lang.Text{ZH: "提醒逾期的处置任务和整改措施", EN: "Remind of tasks and actions that are overdue"}, Every: 10 * time.Minute, Do: m.remind},
		{Name: "forget_looks", Title: lang.Text{ZH: "清理查看记录", EN: "Forget old records of looks"}, Every: 24 * time.Hour, Do: m.forgetLooks},
		{Name: "enter_incidents", Title: lang.Text{ZH: "补建事件检索文本", EN: "Words of incidents that came before the search"}, Every: time.Hour, Do: m.enterLeft},
	}
}

// Routes are the doors.
func (m *Incidents) Routes() []module.Route {
	return slices.Concat([]module.Route{
		{Pattern: "GET /incidents", Permission: mayView, Summary: "Incidents that one may know of", Handler: httpd.List(m.list)},
		{Pattern: "POST /incidents", Permission: mayView, Summary: "Report an incident of one's own organisation, or open one for an enterprise", Handler: httpd.Created(m.open)},
		{Pattern: "GET /incidents/words", Permission: mayView, Summary: "Categories, playbooks, what a report says, and where the rule of levels is from", Handler: httpd.JSON(m.words)},
		{Pattern: "GET /incidents/proposal", Permission: mayView, Summary: "Which level follows from what is known, and why", Handler: httpd.JSON(m.propose)},
		{Pattern: "GET /incidents/figures", Permission: mayView, Summary: "How many are open, how long they took, and whether reports were in time", Handler: httpd.JSON(m.figures)},
		{Pattern: "GET /incidents/{id}", Permission: mayView, Summary: "An incident, as far as one may see it", Handler: httpd.JSON(m.read)},
		{Pattern: "PUT /incidents/{id}", Permission: mayView, Summary: "Correct what was said of it", Handler: httpd.JSON(m.correct)},
		{Pattern: "PUT /incidents/{id}/facts", Permission: mayView, Summary: "Say what a report upward is to say", Handler: httpd.JSON(m.state)},
		{Pattern: "GET /incidents/{id}/timeline", Permission: mayView, Summary: "What happened", Handler: httpd.List(m.timeline)},
		{Pattern: "POST /incidents/{id}/notes", Permission: mayView, Summary: "Write something into the timeline, with the time when it happened", Handler: httpd.JSON(m.write)},
		{Pattern: "GET /incidents/{id}/looks", Permission: mayView, Summary: "Who of other organisations looked; for the enterprise and the city", Handler: httpd.List(m.looks)},
	}, m.workRoutes(), m.partRoutes(), m.evidenceRoutes(), m.stixRoutes(), m.paperRoutes())
}

// need refuses who has not the permission of their side.
func need(who identity.Identity, from side) error {
	p := map[side]string{owner: mayReport, guest: mayReport, city: mayHandle}[from]
	if who.May(p) {
		return nil
	}
	return fault.New(fault.Forbidden, "security.incident.may", "this needs the permission %s", p).With("permission", p)
}

// newNumber is a number that tells the day and nothing of how many there are.
func newNumber(now time.Time, drill string) string {
	const letters, n = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 5
	var b [n]byte
	_, _ = rand.Read(b[:]) // never fails
	for k := range b {
		b[k] = letters[int(b[k])%len(letters)]
	}
	number := now.In(cityTime()).Format("20060102") + "-" + string(b[:])
	if drill != "" {
		return "演练-" + number
	}
	return "SJ-" + number
}

// change is what somebody does with an incident.
type change struct {
	object httpd.Object
	match  httpd.IfMatch
	may    []side
	// decide changes it, and says what stands in the timeline.
	decide func(ctx context.Context, tx *sqldb.Tx, i Case, from side) (Case, CaseEvent, error)
	// with goes with it in its transaction.
	with func(ctx context.Context, tx *sqldb.Tx, before, after Case) error
}

// change loads an incident, lets decide change it, lets its clocks follow, and saves it.
func (m *Incidents) change(ctx context.Context, c change) (Detail, error) {
	version, err := c.match.Expected()
	if err != nil {
		return Detail{}, err
	}
	err = m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		now := m.now()
		before, from, err := m.store.seen(ctx, tx, c.object.ID, now)
		if err != nil {
			return err
		}
		if !slices.Contains(c.may, from) {
			return otherSide()
		}
		if err := need(identity.From(ctx), from); err != nil {
			return err
		}
		if before.Version != version {
			return stale()
		}
		after, event, err := c.decide(ctx, tx, before, from)
		if err != nil {
			return err
		}
		if after, err = m.follow(ctx, tx, before, after, now); err != nil {
			return err
		}
		if err := m.store.save(ctx, tx, before, after); err != nil {
			return err
		}
		event.WrittenAt = now
		if event.At.IsZero() {
			event.At = now
		}
		if err := m.store.note(ctx, tx, after.ID, event); err != nil {
			return err
		}
		if c.with != nil {
			if err := c.with(ctx, tx, before, after); err != nil {
				return err
			}
		}
		return m.store.enter(ctx, tx, after.ID)
	})
	if err != nil {
		return Detail{}, err
	}
	d, err := m.read(ctx, c.object)
	if err == nil {
		m.kit.Notify(topic, d.ID, d.OrganisationID)
	}
	return d, err
}

func otherSide() error {
	return fault.New(fault.Forbidden, "security.incident.side", "this is for the other side")
}

// add is what somebody adds to an incident without changing it: a task, a note, a file.
func (m *Incidents) add(ctx context.Context, id string, may []side, do func(ctx context.Context, tx *sqldb.Tx, i Case, from side, now time.Time) error) error {
	var organisation string
	err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		now := m.now()
		i, from, err := m.store.seen(ctx, tx, id, now)
		if err != nil {
			return err
		}
		if !slices.Contains(may, from) {
			return otherSide()
		}
		if err := need(identity.From(ctx), from); err != nil {
			return err
		}
		organisation = i.OrganisationID
		if err := do(ctx, tx, i, from, now); err != nil {
			return err
		}
		return m.store.enter(ctx, tx, i.ID)
	})
	if err == nil {
		m.kit.Notify(topic, id, organisation)
	}
	return err
}

// tell sends a notice of an incident. It names the number only: who may read the title
// finds it behind the link.
func (m *Incidents) tell(ctx context.Context, tx *sqldb.Tx, kind, key string, i Case, to notice.Audience, what lang.Text) error {
	if i.Drill == "" && i.Synthetic && to.Organisation == i.bureau {
		return nil // it would stay in inboxes when the demonstration is gone
	}
	to.Except = identity.From(ctx).PersonID
	return m.kit.Notices.Send(ctx, tx, notice.Notice{
		Kind: kind, Key: key, Link: "/security/incidents/" + i.ID, To: to,
		Title: lang.Text{ZH: marked(i, "【演练】") + "事件 " + i.Number + "：" + what.ZH, EN: marked(i, "[EXERCISE] ") + "Incident " + i.Number + ": " + what.EN},
		Body:  lang.Text{ZH: i.TLP.Mark(), EN: i.TLP.Mark()},
	})
}

func marked(i Case, mark string) string {
	if i.Drill == "" {
		return ""
	}
	return mark
}
