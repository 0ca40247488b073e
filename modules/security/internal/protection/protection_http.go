package protection

import (
	"context"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/clock"
)

const (
	mayView      = "security.view"
	mayRead      = "security.notice.read"
	mayWrite     = "security.notice.write"
	mayAnswer    = "security.notice.answer"
	mayRepresent = "security.notice.represent"

	toldAsked    = "security.protection.asked"
	toldReminder = "security.protection.reminder"
	toldMissing  = "security.protection.missing"
	toldHappened = "security.protection.happened"

	topic = "security.protection"
	page  = "/security/protection"

	// zero is what a participant owes each day.
	zero = "protection.zero"
)

// Organisations is the register of organisations: who takes part, and who is told.
type Organisations interface {
	Root(ctx context.Context) (identity.Organisation, error)
	Organisation(ctx context.Context, id string) (identity.Organisation, error)
}

// OnDuty says which persons of the city are on duty at a time.
type OnDuty func(ctx context.Context, tx *sqldb.Tx, at time.Time) ([]string, error)

// Incident is one that a report is about.
type Incident struct {
	ID, Number, Drill string
	Synthetic         bool
}

// Incidents reads one for who asks, and refuses what they do not see.
type Incidents func(ctx context.Context, db Reader, id string) (Incident, error)

// Protection is the part of the room that follows periods of special protection.
type Protection struct {
	kit           *module.Kit
	organisations Organisations
	clocks        *clock.Clocks
	store         store
	onDuty        OnDuty
	incidents     Incidents
	clock         func() time.Time
}

// New returns the part. It hears the clocks of its own obligation.
func New(kit *module.Kit, organisations Organisations, clocks *clock.Clocks, onDuty OnDuty, incidents Incidents, now func() time.Time) *Protection {
	p := &Protection{kit: kit, organisations: organisations, clocks: clocks, store: store{kit.DB}, onDuty: onDuty, incidents: incidents, clock: now}
	clocks.On(zero, p.fired)
	return p
}

func (p *Protection) now() time.Time { return p.clock().UTC().Truncate(time.Millisecond) }

// Notices are the kinds of messages that periods are told by.
func Notices() []message.Kind {
	return []message.Kind{
		{ID: toldAsked, Title: lang.Text{ZH: "重保期和零报告要求", EN: "Periods of special protection, and what they ask"}, Gravity: message.Important, Mail: message.AtOnce, Mandatory: true},
		{ID: toldReminder, Title: lang.Text{ZH: "重保零报告时限提醒", EN: "Time limits of daily reports in special protection"}, Gravity: message.Urgent, Mail: message.AtOnce, Mandatory: true},
		{ID: toldMissing, Title: lang.Text{ZH: "重保零报告逾期未报", EN: "Daily reports in special protection that are missing"}, Gravity: message.Urgent, Mail: message.AtOnce},
		{ID: toldHappened, Title: lang.Text{ZH: "重保期报告有事件", EN: "Reports in special protection that something happened"}, Gravity: message.Urgent, Mail: message.AtOnce},
	}
}

// Topics are what tells browsers of changes.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: mayView}} }

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{{Section: section, Label: lang.Text{ZH: "重保零报告", EN: "Special protection"}, Path: page, Icon: "plan", Permission: mayView}}
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_protection", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "title", "created_at"}},
		{Table: "security_protection", Person: "ender", Columns: []string{"ender_name"}, Show: []string{"id", "title", "ended_at"}},
		{Table: "security_protection_duty", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "day", "said_at"}},
		{Table: "security_protection_report", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "duty_id", "at"}},
	}
}

// Jobs begin and close days.
func (p *Protection) Jobs() []module.Job {
	return []module.Job{{Name: "turn_protection_days", Title: lang.Text{ZH: "重保零报告逐日起算", EN: "Begin and close the days of special protection"}, Every: time.Minute, Do: p.turn}}
}

// Routes are the doors.
func (p *Protection) Routes() []module.Route {
	return []module.Route{
		{Pattern: "GET /protection", Permission: mayView, Summary: "The periods of special protection that one's own organisation takes part in, and what it owes", Handler: httpd.JSON(p.own)},
		{Pattern: "GET /protection-periods", Permission: mayRead, Summary: "Periods of special protection (重保期), for the city", Handler: httpd.List(p.periods)},
		{Pattern: "POST /protection-periods", Permission: mayWrite, Summary: "Make a period in which everybody who takes part reports each day", Handler: httpd.Created(p.make)},
		{Pattern: "GET /protection-periods/{id}", Permission: mayRead, Summary: "A period with its days and how it stands", Handler: httpd.JSON(p.read)},
		{Pattern: "GET /protection-periods/{id}/organisations", Permission: mayRead, Summary: "Who takes part, with each day", Handler: httpd.List(p.rows)},
		{Pattern: "POST /protection-periods/{id}/end", Permission: mayWrite, Summary: "End a period before its last day, with the reason", Handler: httpd.JSON(p.end)},
		{Pattern: "GET /protection-duties", Permission: mayView, Summary: "The daily reports that are owed, and those that were given: one's own organisation's, for the city all", Handler: httpd.List(p.duties)},
		{Pattern: "GET /protection-duties/{id}", Permission: mayView, Summary: "The report of a day, with those that stood there before", Handler: httpd.JSON(p.duty)},
		{Pattern: "POST /protection-duties/{id}/report", Permission: mayAnswer, Summary: "Report for one's own organisation that nothing happened (零报告), or what did", Handler: httpd.JSON(p.report)},
	}
}

func cityOnly(ctx context.Context) error {
	if !identity.From(ctx).Scope.All {
		return fault.New(fault.Forbidden, "security.protection.city", "periods of special protection are the city's")
	}
	return nil
}
