package plan

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// The kinds of notices of the room.
const (
	noticeReminded = "plan.target.reminded"
	noticeDue      = "plan.target.due"
	noticeReview   = "plan.value.to_review"
	noticeApprove  = "plan.value.to_approve"
	noticeApproved = "plan.value.approved"
	noticeReturned = "plan.value.returned"
)

func kinds() []notice.Kind {
	return []notice.Kind{
		{ID: noticeReminded, Title: lang.Text{ZH: "主管部门提醒填报", EN: "Reminders by the bureau"}, Gravity: notice.Important, Mail: notice.AtOnce, Mandatory: true},
		{ID: noticeDue, Title: lang.Text{ZH: "目标到期或里程碑逾期", EN: "Targets due, milestones overdue"}, Gravity: notice.Important, Mail: notice.Daily},
		{ID: noticeReview, Title: lang.Text{ZH: "填报值待审核", EN: "Values to review"}, Gravity: notice.Info, Mail: notice.Daily},
		{ID: noticeApprove, Title: lang.Text{ZH: "填报值待批准", EN: "Values to approve"}, Gravity: notice.Info, Mail: notice.Daily},
		{ID: noticeApproved, Title: lang.Text{ZH: "填报值已批准", EN: "Values approved"}, Gravity: notice.Info, Mail: notice.Daily},
		{ID: noticeReturned, Title: lang.Text{ZH: "填报值被退回", EN: "Values returned"}, Gravity: notice.Important, Mail: notice.AtOnce},
	}
}

// telling are notices that go with a change, in its transaction.
type telling func(ctx context.Context, tx *sqldb.Tx) error

func (m *Module) telling(list ...notice.Notice) telling {
	return func(ctx context.Context, tx *sqldb.Tx) error { return m.kit.Notices.Send(ctx, tx, list...) }
}

// aboutTarget is a notice whose title begins with the target's.
func aboutTarget(kind string, t target, zh, en string) notice.Notice {
	title := lang.Text{ZH: t.Title.In("zh") + "：" + zh, EN: t.Title.In("en") + ": " + en}
	return notice.Notice{Kind: kind, Title: title, Link: "/plan/targets/" + t.ID}
}

// reminded tells the owner of a target what the bureau asks.
func reminded(t target, n note) []notice.Notice {
	if t.OwnerID == "" {
		return nil
	}
	x := aboutTarget(noticeReminded, t, "请按要求办理", "please act")
	x.Body = lang.Text{ZH: n.Note, EN: n.Note}
	if n.Due != "" {
		x.Body.ZH += "\n期限：" + string(n.Due)
		x.Body.EN += "\nDue: " + string(n.Due)
	}
	x.To = notice.Audience{Organisation: t.OwnerID, Permission: "plan.report"}
	return []notice.Notice{x}
}

// awaiting tells who has the next step of a value, or its reporter how it ended.
func awaiting(ctx context.Context, p plan, t target, v value) notice.Notice {
	number := fmt.Sprintf("%v %s", v.Number, t.Unit.In("zh"))
	var x notice.Notice
	switch v.State {
	case stateReported:
		x = aboutTarget(noticeReview, t, "有新填报值待审核", "a value waits for review")
		x.To = notice.Audience{Organisation: p.OrganisationID, Permission: "plan.review"}
	case stateReviewed:
		x = aboutTarget(noticeApprove, t, "填报值待批准", "a value waits for approval")
		x.To = notice.Audience{Organisation: p.OrganisationID, Permission: "plan.approve"}
	case stateApproved:
		x = aboutTarget(noticeApproved, t, "填报值已批准", "the value is approved")
		x.To = notice.Audience{Persons: v.Reported.persons()}
	default:
		x = aboutTarget(noticeReturned, t, "填报值被退回", "the value is returned")
		x.To = notice.Audience{Persons: v.Reported.persons()}
	}
	x.Body = lang.Text{ZH: number, EN: number}
	if v.DecisionNote != "" && (v.State == stateReturned || v.State == stateApproved) {
		x.Body.ZH += "\n" + v.DecisionNote
		x.Body.EN += "\n" + v.DecisionNote
	}
	if v.State == stateReported || v.State == stateReviewed {
		x.Link = "/plan/values"
		x.To.Except = identity.From(ctx).PersonID
	}
	return x
}

// remindOwners tells owners what the plan itself asks of them: once for each
// milestone that is overdue and each value that is due.
func (m *Module) remindOwners(ctx context.Context) error {
	all := identity.With(ctx, identity.Identity{Scope: identity.Scope{All: true}})
	plans, err := m.plans.list(all, sqldb.ListParams{Limit: 500})
	if err != nil {
		return err
	}
	for _, listed := range plans.Items {
		b, p, err := m.board(all, listed.ID)
		if err != nil {
			return err
		}
		views := map[string]TargetView{}
		for _, v := range b.Targets {
			views[v.ID] = v
		}
		var list []notice.Notice
		for _, r := range p.asks(views, time.Now()) {
			if r.OwnerID != "" {
				list = append(list, asked(r))
			}
		}
		if err := m.targets.tell(ctx, m.telling(list...)); err != nil {
			return fmt.Errorf("remind owners of plan %s: %w", p.ID, err)
		}
	}
	return nil
}

func asked(r ReminderView) notice.Notice {
	x := aboutTarget(noticeDue, target{ID: r.TargetID, Title: r.Title}, "该填报了", "a value is due")
	x.Body = lang.Text{ZH: "期限：" + string(r.Due), EN: "Due: " + string(r.Due)}
	if r.Kind == "overdue_milestone" {
		x.Title = lang.Text{ZH: r.Title.In("zh") + "：里程碑逾期", EN: r.Title.In("en") + ": a milestone is overdue"}
		x.Body = lang.Text{ZH: r.What.In("zh") + "，" + x.Body.ZH, EN: r.What.In("en") + ", " + x.Body.EN}
	}
	x.To = notice.Audience{Organisation: r.OwnerID, Permission: "plan.report"}
	x.Key = r.Kind + " " + r.TargetID + " " + string(r.Due) + " " + r.What.ZH
	return x
}
