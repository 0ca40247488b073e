package upward

import (
	"context"
	"fmt"
	"slices"
	"time"

	"linghang/kernel/egress"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	message "linghang/kernel/notice"
	"linghang/kernel/sqldb"
	"linghang/lib/taxii"
	"linghang/modules/security/internal/peer"
)

// The permissions of reports to upper levels, and how they are told of.
const (
	maySee     = "security.upward.view"
	mayManage  = "security.upward.manage"
	mayRelease = "security.upward.release"
	mayStrict  = "security.upward.strict"

	topic      = "security.upward"
	toldFailed = "security.upward.failed"
	jobNow     = "report_upward_now"
)

// Published are the objects that the newest version of a notice is published as, the report of
// STIX last; nothing where it is not published.
type Published func(ctx context.Context, tx *sqldb.Tx, notice string) ([]taxii.Object, error)

// Notices reads notices as far as they matter here; nobody but the city's people finds one.
type Notices func(ctx context.Context, db Reader, id string) (Notice, error)

// Organisations is the register of organisations.
type Organisations interface {
	Root(ctx context.Context) (identity.Organisation, error)
	Organisation(ctx context.Context, id string) (identity.Organisation, error)
}

// Upward is the part of the room that reports to upper levels.
type Upward struct {
	kit           *module.Kit
	organisations Organisations
	published     Published
	notices       Notices
	store         store
	guard         *egress.Guard
	broken        error
	clock         func() time.Time
}

// New returns the part of the room.
func New(kit *module.Kit, organisations Organisations, notices Notices, published Published, set peer.Settings, clock func() time.Time) *Upward {
	u := &Upward{kit: kit, organisations: organisations, notices: notices, published: published, store: store{kit.DB}, clock: clock}
	u.guard, u.broken = set.Guard()
	return u
}

// Broken is why nothing can be reported; nil nearly always.
func (u *Upward) Broken() error { return u.broken }

func (u *Upward) now() time.Time { return u.clock().UTC().Truncate(time.Millisecond) }

// Permissions are what the routes ask for.
func Permissions() []module.Permission {
	return []module.Permission{
		{ID: maySee, Title: lang.Text{ZH: "查看通报上报、下发情况", EN: "See which notices are reported to upper levels and sent down"}, Roles: []identity.Role{identity.Officer, identity.Leader, identity.Auditor}},
		{ID: mayManage, Title: lang.Text{ZH: "配置上级单位和下发通道", EN: "Set up upper levels, and channels downward"}, Roles: []identity.Role{identity.Officer}},
		{ID: mayRelease, Title: lang.Text{ZH: "批准通报上报、下发", EN: "Release notices to upper levels and channels downward"}, Roles: []identity.Role{identity.Officer, identity.Leader}},
		{ID: mayStrict, Title: lang.Text{ZH: "批准上报、下发 TLP:AMBER+STRICT 和 TLP:RED 的通报", EN: "Release notices that are TLP:AMBER+STRICT or TLP:RED"}, Roles: []identity.Role{identity.Leader}},
	}
}

// Topics are what browsers watch.
func Topics() []module.Topic { return []module.Topic{{Name: topic, Permission: maySee}} }

// Notified are the kinds of messages that reports are told by.
func Notified() []message.Kind {
	return []message.Kind{{ID: toldFailed, Title: lang.Text{ZH: "通报未能上报、下发", EN: "Notices that could not be reported upward or sent down"}, Gravity: message.Urgent, Mail: message.AtOnce}}
}

// Nav are the entries of the menu.
func Nav(section lang.Text) []module.NavItem {
	return []module.NavItem{
		{Section: section, Label: lang.Text{ZH: "通报上报", EN: "Reports upward"}, Path: "/security/upward", Icon: "deliveries", Permission: maySee},
		{Section: section, Label: lang.Text{ZH: "通报下发", EN: "Downward"}, Path: "/security/downward", Icon: "shared", Permission: maySee},
	}
}

// Jobs come around, or are asked for.
func (u *Upward) Jobs() []module.Job {
	return []module.Job{
		{Name: "report_upward", Title: lang.Text{ZH: "上报、下发通报", EN: "Report notices upward, and send them down"}, Every: 15 * time.Second, Do: u.send},
		{Name: jobNow, Title: lang.Text{ZH: "立即上报、下发通报", EN: "Report notices upward, and send them down, now"}, Run: func(ctx context.Context, _ *jobs.Task) (any, error) { return nil, u.send(ctx) }, Tries: 1},
		{Name: "forget_upward_files", Title: lang.Text{ZH: "清理过期的签名文件", EN: "Forget old signed files"}, Every: 24 * time.Hour, Do: u.forgetFiles},
	}
}

func (u *Upward) ask(ctx context.Context, tx *sqldb.Tx) error {
	if _, err := u.kit.Jobs.StartTx(ctx, tx, jobs.Order{Kind: jobNow}); err != nil {
		return fmt.Errorf("ask for reports to be sent: %w", err)
	}
	return nil
}

// Changed queues a version of a notice for the upper levels whose rule names its level, and for
// those that earlier versions went to by a release that said so, in the transaction of the
// change. What TLP does not let through is kept as withheld, so that people see it.
func (u *Upward) Changed(ctx context.Context, tx *sqldb.Tx, n Notice) error {
	if n.Drill || n.Synthetic || !n.Issued {
		return nil
	}
	list, err := allUppers(ctx, tx)
	if err != nil {
		return err
	}
	var objects []taxii.Object
	for _, x := range list {
		last, found, err := lastTo(ctx, tx, x.ID, n.ID)
		if err != nil {
			return err
		}
		cause := x.wants(n, last, found)
		if cause == "" || !x.Begun() {
			continue
		}
		if objects == nil {
			if objects, err = u.objects(ctx, tx, n); err != nil {
				return err
			}
		}
		r := draw(x, n, objects)
		if r.Cause = cause; cause == byFollow {
			r.Follows, r.actor, r.By = true, last.actor, last.By
		}
		why, err := bar(ctx, tx, x, n.ID, n.TLP, false)
		if err != nil {
			return err
		}
		if err := u.queue(ctx, tx, r, why); err != nil {
			return err
		}
	}
	return nil
}

// wants tells why a version of a notice goes to an upper level without a release; empty: it
// does not. last is what went before.
func (x Upper) wants(n Notice, last Report, found bool) string {
	switch {
	case found && last.Follows:
		return byFollow
	case slices.Contains(x.Levels, n.Level) && (found || !n.Withdrawn):
		return byRule
	}
	return ""
}

// queue keeps a report that is to be sent now, or that is withheld for a reason.
func (u *Upward) queue(ctx context.Context, tx *sqldb.Tx, r Report, why string) error {
	r = r.start(u.now())
	if why != "" {
		r = r.end(Withheld, why, "", u.now())
	}
	if err := insertReport(ctx, tx, r); err != nil {
		return err
	}
	return u.ask(ctx, tx)
}

// start lets a report be sent from now on.
func (r Report) start(now time.Time) Report {
	until := now.Add(giveUpAfter)
	r.State, r.ReleasedAt, r.NextAt, r.UntilAt, r.EndedAt = Waiting, now, &now, &until, nil
	r.Tries, r.Fault, r.FaultText, r.statusID = 0, "", "", ""
	return r
}

// objects are what is published of a notice.
func (u *Upward) objects(ctx context.Context, tx *sqldb.Tx, n Notice) ([]taxii.Object, error) {
	list, err := u.published(ctx, tx, n.ID)
	if err != nil {
		return nil, fmt.Errorf("report notice %s: %w", n.Number, err)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("report notice %s: it is not published", n.Number)
	}
	return list, nil
}
