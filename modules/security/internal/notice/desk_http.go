package notice

import (
	"context"
	"errors"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/measure"
	"linghang/kernel/module"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/clock"
)

// Permissions that notices ask for, and kinds of messages that tell of them.
const (
	mayView      = "security.view"
	mayRead      = "security.notice.read"
	mayWrite     = "security.notice.write"
	maySign      = "security.notice.sign"
	mayOversee   = "security.notice.oversee"
	mayAnswer    = "security.notice.answer"
	mayRepresent = "security.notice.represent"

	toldReceived  = "security.notice.received"
	toldChanged   = "security.notice.changed"
	toldReminder  = "security.notice.reminder"
	toldEscalated = "security.notice.escalated"
	toldAnswered  = "security.notice.answered"
	toldDecided   = "security.notice.decided"
	toldSign      = "security.notice.to_sign"

	jobDeliver = "deliver_notice"
	jobAgain   = "deliver_notices_again"
)

// Desk is the part of the room from which notices go out.
type Desk struct {
	kit           *module.Kit
	organisations Organisations
	clocks        *clock.Clocks
	store         store
	rungs         []rung
	hear          Hear
	matches       Matches
	origins       Origins
	causes        Causes
	played        Played
	onDuty        OnDuty
	clock         func() time.Time

	// Broken is why the data that come with the program cannot be read; the room reports it.
	Broken error
}

// New returns the desk. It hears the clocks of its own obligations.
func New(kit *module.Kit, organisations Organisations, clocks *clock.Clocks, now func() time.Time) *Desk {
	d := &Desk{kit: kit, organisations: organisations, clocks: clocks, store: store{kit.DB}, clock: now, played: func(context.Context, *sqldb.Tx, string) error { return nil }, onDuty: func(context.Context, *sqldb.Tx, time.Time) ([]string, error) { return nil, nil }}
	d.rungs, d.Broken = readRungs()
	for _, obligation := range []string{toAcknowledge, toFeedBack, toHandle, toVerify} {
		clocks.On(obligation, d.fired)
	}
	return d
}

func (d *Desk) now() time.Time { return d.clock().UTC().Truncate(time.Millisecond) }

// OnDuty says which persons of the city are on duty at a time.
type OnDuty func(ctx context.Context, tx *sqldb.Tx, at time.Time) ([]string, error)

// Wakes says who knows who is on duty.
func (d *Desk) Wakes(f OnDuty) { d.onDuty = f }

// handOf is who asks, as a hand under what they do now.
func (d *Desk) handOf(ctx context.Context) Signature {
	id := identity.From(ctx)
	return Signature{Name: id.Name, At: d.now(), actor: id.Actor()}
}

// Permissions are what the routes ask for, beside seeing what concerns one's own organisation.
func Permissions() []module.Permission {
	return []module.Permission{
		{ID: mayRead, Title: lang.Text{ZH: "查看全市安全通报及其办理情况", EN: "Read the city's security notices and what became of them"}, Roles: []identity.Role{identity.Officer, identity.Leader, identity.Auditor}},
		{ID: mayWrite, Title: lang.Text{ZH: "拟稿、发布和跟踪安全通报", EN: "Write, issue and follow security notices"}, Roles: []identity.Role{identity.Officer}},
		{ID: maySign, Title: lang.Text{ZH: "签发安全通报", EN: "Sign security notices"}, Roles: []identity.Role{identity.Officer, identity.Leader}},
		{ID: mayOversee, Title: lang.Text{ZH: "督办安全通报", EN: "Press for what is owed under security notices"}, Roles: []identity.Role{identity.Officer, identity.Leader}},
		{ID: mayAnswer, Title: lang.Text{ZH: "签收和反馈本机构的安全通报", EN: "Acknowledge and answer security notices to one's own organisation"}, Roles: []identity.Role{identity.Manager, identity.Reporter}},
		{ID: mayRepresent, Title: lang.Text{ZH: "代表本机构申请延期或提出异议", EN: "Ask for more time, or dispute, for one's own organisation"}, Roles: []identity.Role{identity.Manager}},
	}
}

// Notices are the kinds of messages that notices are told by.
func Notices() []message.Kind {
	return []message.Kind{
		{ID: toldReceived, Title: lang.Text{ZH: "收到安全通报", EN: "Security notices received"}, Gravity: message.Urgent, Mail: message.AtOnce, Mandatory: true},
		{ID: toldReminder, Title: lang.Text{ZH: "安全通报时限提醒", EN: "Time limits of security notices"}, Gravity: message.Urgent, Mail: message.AtOnce, Mandatory: true},
		{ID: toldChanged, Title: lang.Text{ZH: "安全通报有变更", EN: "Changes of security notices"}, Gravity: message.Important, Mail: message.AtOnce, Mandatory: true},
		{ID: toldDecided, Title: lang.Text{ZH: "安全通报反馈的核查结果", EN: "Decisions on answers to security notices"}, Gravity: message.Important, Mail: message.AtOnce},
		{ID: toldEscalated, Title: lang.Text{ZH: "安全通报逾期与督办", EN: "Security notices that are overdue"}, Gravity: message.Urgent, Mail: message.AtOnce},
		{ID: toldAnswered, Title: lang.Text{ZH: "企业对安全通报的反馈", EN: "Answers to security notices"}, Gravity: message.Info, Mail: message.Daily},
		{ID: toldSign, Title: lang.Text{ZH: "安全通报待签发", EN: "Security notices to sign"}, Gravity: message.Important, Mail: message.AtOnce},
	}
}

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{
		{Section: section, Label: lang.Text{ZH: "应急通报", EN: "Notices"}, Path: "/security/notices", Icon: "notices", Permission: mayRead},
		{Section: section, Label: lang.Text{ZH: "收到的通报", EN: "Notices received"}, Path: "/security/assignments", Icon: "deliveries", Permission: mayAnswer},
		{Section: section, Label: lang.Text{ZH: "应急演练", EN: "Drills"}, Path: "/security/drills", Icon: "jobs", Permission: mayRead},
	}
}

// Jobs deliver what is issued.
func (d *Desk) Jobs() []module.Job {
	return []module.Job{
		{Name: jobDeliver, Title: lang.Text{ZH: "送达安全通报", EN: "Deliver a security notice"}, AtOnce: 4, Run: d.deliverOne},
		{Name: jobAgain, Title: lang.Text{ZH: "重试送达安全通报", EN: "Deliver security notices that could not be"}, Every: againAfter, Do: d.deliverAgain},
	}
}

// order asks for a notice to be delivered, with the change that it is about.
func (d *Desk) order(ctx context.Context, tx *sqldb.Tx, n Notice, again bool) error {
	_, err := d.kit.Jobs.StartTx(ctx, tx, jobs.Order{Kind: jobDeliver, Input: delivery{n.ID, again}})
	return err
}

// Personal is where something about persons is kept.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "security_drill", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "title", "created_at"}},
		{Table: "security_notice", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "title", "created_at"}},
		{Table: "security_notice_revision", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "notice_id", "at"}},
		{Table: "security_notice_signature", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "of_id", "at"}},
		{Table: "security_assignment", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "notice_id", "acknowledged_at"}},
		{Table: "security_assignment", Person: "delegate", Columns: []string{"delegate_name"}, Show: []string{"id", "notice_id", "delegated_at"}},
		{Table: "security_feedback", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "assignment_id", "at"}},
		{Table: "security_course", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "act", "at"}},
		{Table: "security_notice_file", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"id", "name", "at"}},
	}
}

// Measures are of real notices only.
func (d *Desk) Measures() []module.Measure {
	return []module.Measure{
		{
			ID: "security.notices_issued", Title: lang.Text{ZH: "发布的安全通报数", EN: "Security notices issued"}, Unit: lang.Text{ZH: "份", EN: "notices"}, Page: "/security/notices",
			Counts: lang.Text{ZH: "已发布的通报和预警；撤回的和演练的不计", EN: "Notices and warnings that were issued; withdrawn ones and those of drills do not count"},
			Value:  d.countIssued,
		},
		{
			ID: "security.notices_acknowledged_in_time", Title: lang.Text{ZH: "安全通报按时签收率", EN: "Share of security notices acknowledged in time"}, Unit: lang.Text{ZH: "%", EN: "%"}, Page: "/security/notices",
			Counts: lang.Text{ZH: "已签收或签收逾期的送达中按时签收的比例；演练的不计", EN: "Of deliveries that are acknowledged or overdue, those acknowledged in time; drills do not count"},
			Value:  d.shareInTime,
		},
	}
}

func (d *Desk) countIssued(ctx context.Context) (measure.Value, error) {
	n, synthetic, err := d.store.countIssued(ctx)
	return measure.Value{Number: float64(n), At: d.now(), Known: err == nil, Synthetic: synthetic}, err
}

func (d *Desk) shareInTime(ctx context.Context) (measure.Value, error) {
	inTime, all, synthetic, err := d.store.inTime(ctx, d.now())
	v := measure.Value{At: d.now(), Known: err == nil && all > 0, Synthetic: synthetic}
	if all > 0 {
		v.Number = 100 * float64(inTime) / float64(all)
	}
	return v, err
}

func isStale(err error) bool {
	var f *fault.Error
	return errors.As(err, &f) && f.Kind == fault.Precondition
}
