package system

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// retainAudit is the permission to propose and confirm for how long the audit log is kept.
const retainAudit = "system.audit.retain"

// The kinds of notices about how long the audit log is kept.
const (
	noticeRetention = "system.audit.retention"
	noticeExportDue = "system.audit.export_due"
)

func (m *Room) retentionRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /audit/retention", Permission: "system.audit.view", Summary: "For how long entries are kept, and what is to be removed", Handler: httpd.JSON(m.retention)},
		{Pattern: "POST /audit/retention", Permission: retainAudit, StepUp: true, Summary: "Propose for how long entries are kept; a shorter time waits for a second person", Handler: httpd.Created(m.proposeRetention)},
		{Pattern: "POST /audit/retention/{id}/decision", Permission: retainAudit, StepUp: true, Summary: "Confirm a shorter time as the second person, or refuse it", Handler: httpd.JSON(m.decideRetention)},
	}
}

func retentionNotices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeRetention, Title: lang.Text{ZH: "审计日志保存期限变更", EN: "How long the audit log is kept"}, Gravity: notice.Important, Mail: notice.AtOnce, Mandatory: true},
		{ID: noticeExportDue, Title: lang.Text{ZH: "审计日志待导出", EN: "Audit entries to be exported before they go"}, Gravity: notice.Important, Mail: notice.AtOnce},
	}
}

func (m *Room) retentionJob() module.Job {
	return module.Job{Name: "audit_retention", Title: lang.Text{ZH: "清理超期审计日志", EN: "Remove audit entries past their time"}, Every: 24 * time.Hour, Do: m.removeOld}
}

func (m *Room) retention(ctx context.Context, _ nothing) (audit.RetentionState, error) {
	return m.audit.RetentionState(ctx)
}

type retentionInput struct {
	Body struct {
		Days   int64  `json:"days" minimum:"0" doc:"0: for ever"`
		Reason string `json:"reason" maxLength:"500"`
	}
}

func (m *Room) proposeRetention(ctx context.Context, in retentionInput) (audit.Retention, error) {
	tell, err := m.tellAuditors(ctx)
	if err != nil {
		return audit.Retention{}, err
	}
	return m.audit.ProposeRetention(ctx, in.Body.Days, in.Body.Reason, tell)
}

type retentionDecisionInput struct {
	httpd.Object
	Body struct {
		Approve bool   `json:"approve"`
		Answer  string `json:"answer,omitempty" maxLength:"500"`
	}
}

func (m *Room) decideRetention(ctx context.Context, in retentionDecisionInput) (audit.Retention, error) {
	tell, err := m.tellAuditors(ctx)
	if err != nil {
		return audit.Retention{}, err
	}
	return m.audit.DecideRetention(ctx, in.ID, in.Body.Approve, in.Body.Answer, tell)
}

// auditors are all who may decide for how long the log is kept.
func (m *Room) auditors(ctx context.Context) (notice.Audience, error) {
	root, err := m.directory.Root(ctx)
	return notice.Audience{Organisation: root.ID, Permission: retainAudit}, err
}

// tellAuditors tells them what was proposed or decided.
func (m *Room) tellAuditors(ctx context.Context) (func(context.Context, *sqldb.Tx, audit.Retention) error, error) {
	to, err := m.auditors(ctx)
	if err != nil {
		return nil, err
	}
	to.Except = identity.From(ctx).PersonID
	return func(ctx context.Context, tx *sqldb.Tx, r audit.Retention) error {
		n := notice.Notice{Kind: noticeRetention, Link: "/system/audit?retention=1", To: to, Body: lang.Text{ZH: r.Reason, EN: r.Reason}}
		switch r.State {
		case audit.RetentionProposed:
			n.Title = lang.Text{ZH: fmt.Sprintf("有人提议审计日志只保存 %d 天，须由第二人确认", r.Days), EN: fmt.Sprintf("It is proposed to keep the audit log for %d days only; a second person is to confirm", r.Days)}
		case audit.RetentionRefused:
			n.Title = lang.Text{ZH: "缩短审计日志保存期限的提议未通过", EN: "The proposal to keep the audit log for a shorter time is refused"}
		default:
			n.Title = lang.Text{ZH: fmt.Sprintf("审计日志的保存期限现为 %d 天", r.Days), EN: fmt.Sprintf("The audit log is now kept for %d days", r.Days)}
			if r.Days == 0 {
				n.Title = lang.Text{ZH: "审计日志现永久保存", EN: "The audit log is now kept for ever"}
			}
		}
		return m.kit.Notices.Send(ctx, tx, n)
	}, nil
}

// removeOld removes entries past their time; where no export holds them it tells
// those who can make one, once for each day's worth.
func (m *Room) removeOld(ctx context.Context) error {
	err := m.audit.RemoveOld(ctx)
	f := fault.As(err)
	if f == nil || f.Key != "system.audit.retention.not_exported" {
		return err
	}
	to, failed := m.auditors(ctx)
	if failed != nil {
		return failed
	}
	n := notice.Notice{
		Kind: noticeExportDue, Link: "/system/audit?retention=1", To: to, Key: fmt.Sprintf("audit export %v", f.Params["last"]),
		Title: lang.Text{ZH: "有审计记录超过保存期限，须先导出才能清理", EN: "Audit entries are past their time; export them so that they can be removed"},
		Body:  lang.Text{ZH: fmt.Sprintf("第 %v 至 %v 条。", f.Params["first"], f.Params["last"]), EN: fmt.Sprintf("Entries %v to %v.", f.Params["first"], f.Params["last"])},
	}
	return m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error { return m.kit.Notices.Send(ctx, tx, n) })
}
