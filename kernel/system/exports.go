package system

import (
	"context"
	"fmt"

	"linghang/kernel/export"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// The permissions to see what downloads are asked for, and to let them go.
const (
	viewExports    = "system.export.view"
	approveExports = "system.export.approve"
)

// The kinds of notices about large downloads.
const (
	noticeExportAsked   = "system.export.asked"
	noticeExportDecided = "system.export.decided"
)

// Exports are what the house hands over for large downloads.
type Exports struct {
	Desk  *export.Desk
	Alone int
	// Find tells what the address of a list is, and how many rows the caller would get.
	Find func(ctx context.Context, address string) (export.Download, error)
}

func (m *Room) exportRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /exports", Permission: viewExports, Summary: "Requests for downloads of more rows than one person takes away alone", Handler: httpd.List(m.exports.Desk.List)},
		{Pattern: "POST /exports", Permission: identity.SignedIn, Summary: "Ask for the approval of a large download", Handler: httpd.Created(m.askExport)},
		{Pattern: "POST /exports/{id}/decision", Permission: approveExports, StepUp: true, Summary: "Approve a download as the second person, for once within a day, or return it with the reason", Handler: httpd.JSON(m.decideExport)},
		{Pattern: "GET /my-exports", Permission: identity.SignedIn, Summary: "Large downloads that one asked for oneself; ?address= of one list", Handler: httpd.List(m.ownExports)},
		{Pattern: "POST /my-exports/{id}/withdrawal", Permission: identity.SignedIn, Summary: "Withdraw what one asked for, or an approval that one does not need any more", Handler: httpd.JSON(m.withdrawExport)},
	}
}

func exportNotices() []notice.Kind {
	return []notice.Kind{
		{ID: noticeExportAsked, Title: lang.Text{ZH: "大量导出待审批", EN: "Large exports to approve"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeExportDecided, Title: lang.Text{ZH: "大量导出审批结果", EN: "Decisions on large exports"}, Gravity: notice.Important, Mail: notice.AtOnce},
	}
}

type exportInput struct {
	Body struct {
		Path   string `json:"path" minLength:"1" maxLength:"4000" doc:"The address of the list with its filters, such as /api/system/persons?q=li"`
		Reason string `json:"reason" maxLength:"500"`
	}
}

func (m *Room) askExport(ctx context.Context, in exportInput) (export.LargeExport, error) {
	what, err := m.exports.Find(ctx, in.Body.Path)
	if err != nil {
		return export.LargeExport{}, err
	}
	if m.exportAlone(ctx) == 0 || what.Rows <= m.exports.Alone {
		return export.LargeExport{}, fault.New(fault.Conflict, "system.export.free", "%d rows need no second person", what.Rows).With("rows", what.Rows)
	}
	root, err := m.directory.Root(ctx)
	if err != nil {
		return export.LargeExport{}, err
	}
	return m.exports.Desk.Ask(ctx, what, in.Body.Reason, func(ctx context.Context, tx *sqldb.Tx, r export.LargeExport) error {
		return m.kit.Notices.Send(ctx, tx, notice.Notice{
			Kind: noticeExportAsked, Link: "/system/exports?state=open", To: notice.Audience{Organisation: root.ID, Permission: approveExports, Except: r.AskedBy},
			Title: lang.Text{ZH: fmt.Sprintf("%s 申请导出 %d 行，须由第二人审批", r.AskedByName, r.Rows), EN: fmt.Sprintf("%s asks to download %d rows; a second person is to decide", r.AskedByName, r.Rows)},
			Body:  lang.Text{ZH: r.Reason, EN: r.Reason},
		})
	})
}

// exportAlone is how many rows the caller takes away without a second person; 0: all.
func (m *Room) exportAlone(ctx context.Context) int {
	if !export.Hinders(identity.From(ctx)) {
		return 0
	}
	return m.exports.Alone
}

type exportDecisionInput struct {
	httpd.Object
	Body struct {
		Approve bool   `json:"approve"`
		Answer  string `json:"answer,omitempty" maxLength:"500"`
	}
}

func (m *Room) decideExport(ctx context.Context, in exportDecisionInput) (export.LargeExport, error) {
	return m.exports.Desk.Decide(ctx, in.ID, in.Body.Approve, in.Body.Answer, func(ctx context.Context, tx *sqldb.Tx, r export.LargeExport) error {
		n := notice.Notice{Kind: noticeExportDecided, Link: "/system/my-exports", To: notice.Audience{Persons: []string{r.AskedBy}}, Body: lang.Text{ZH: r.Answer, EN: r.Answer}}
		n.Title = lang.Text{ZH: "您申请的导出已退回", EN: "The download that you asked for is returned"}
		if r.State == export.Approved {
			n.Title = lang.Text{ZH: "您申请的导出已获批准，24 小时内可下载一次", EN: "The download that you asked for is approved, for once within 24 hours"}
		}
		return m.kit.Notices.Send(ctx, tx, n)
	})
}

type ownExportParams struct {
	export.Params
	Address string `query:"address" maxLength:"4000" doc:"The address of a list with its filters"`
}

func (m *Room) ownExports(ctx context.Context, in ownExportParams) (sqldb.Page[export.LargeExport], error) {
	return m.exports.Desk.Own(ctx, in.Params, httpd.DownloadAt(in.Address))
}

func (m *Room) withdrawExport(ctx context.Context, in httpd.Object) (export.LargeExport, error) {
	return m.exports.Desk.Withdraw(ctx, in.ID)
}
