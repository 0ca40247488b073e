// Package report makes reports (room: report): PDF with Chinese type and charts,
// and XLSX with native charts, of what rooms declare in their Manifests.
//
// Whoever may make a report chooses its parameters; the run is a job: it waits,
// shows how far it is, can be cancelled, and survives the end of the process that
// works on it. Its row stays when the job is forgotten.
// It reads as the one who asked: with their permissions, within their scope, as
// these are when it runs. Files are kept in blobs for three years with the
// digest of everything the report says; runs are shown to the organisation that
// asked and those above it, if they may read the report.
//
// Settings: font, a TrueType file with Chinese and Latin characters instead of
// the built-in one (a subset of LXGW WenKai: GB 2312 and Latin).
//
// Table: run. Tells: nothing. Hears: nothing.
package report

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/paper"
	"linghang/kernel/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

const topicRuns = "report.runs"

// kept is how long finished runs stay.
const kept = 3 * 365 * 24 * time.Hour

// Room is the room of reports.
type Room struct {
	kit       *module.Kit
	runs      runStore
	directory *identity.Directory
	reports   func() []module.Report
	font      string
	broken    error
}

// New returns the room; reports are those of all rooms, complete when serving.
func New(kit *module.Kit, directory *identity.Directory, reports func() []module.Report) *Room {
	m := &Room{kit: kit, runs: runStore{kit.DB}, directory: directory, reports: reports}
	var settings struct {
		Font string `json:"font"`
	}
	if m.broken = kit.Config(&settings); m.broken == nil && settings.Font != "" {
		_, m.broken = paper.Font(settings.Font)
	}
	m.font = settings.Font
	return m
}

// Check reports settings that cannot work.
func (m *Room) Check() error { return m.broken }

// Manifest implements module.Module.
func (m *Room) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	everyone := []identity.Role{identity.Administrator, identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return module.Manifest{
		Name: "report", Title: lang.Text{ZH: "报告", EN: "Reports"}, Migrations: dir,
		Permissions: []module.Permission{
			{ID: "report.view", Title: lang.Text{ZH: "查看报告", EN: "View reports"}, Roles: everyone},
			{ID: "report.make", Title: lang.Text{ZH: "生成报告", EN: "Make reports"}, Roles: []identity.Role{identity.Administrator, identity.Officer, identity.Leader, identity.Auditor, identity.Manager}},
		},
		Routes: []module.Route{
			{Pattern: "GET /kinds", Permission: "report.view", Summary: "Reports that one may make, with what can be chosen", Handler: httpd.JSON(m.kinds)},
			{Pattern: "GET /runs", Permission: "report.view", Summary: "Reports that were asked for", Handler: httpd.List(m.list)},
			{Pattern: "POST /runs", Permission: "report.make", Summary: "Ask for a report", Handler: httpd.Created(m.ask)},
			{Pattern: "GET /runs/{id}", Permission: "report.view", Summary: "One report and how far it is", Handler: httpd.JSON(m.read)},
			{Pattern: "POST /runs/{id}/cancel", Permission: "report.make", Summary: "Cancel a report that is not finished", Handler: httpd.JSON(m.cancel)},
			{Pattern: "DELETE /runs/{id}", Permission: "report.make", Summary: "Remove a report with its files", Handler: httpd.JSON(m.remove)},
			{Pattern: "GET /runs/{id}/pdf", Permission: "report.view", Summary: "Download as PDF", Handler: httpd.Raw("", m.download("pdf"))},
			{Pattern: "GET /runs/{id}/xlsx", Permission: "report.view", Summary: "Download as XLSX", Handler: httpd.Raw("", m.download("xlsx"))},
		},
		Topics: []module.Topic{{Name: topicRuns, Permission: "report.view"}},
		Personal: []sqldb.Personal{
			{Table: "run", Person: "asked_by", Columns: []string{"asked_by_name"}, Show: []string{"report", "title", "parameters", "asked_at"}},
		},
		Jobs: []module.Job{
			// Two at once, so that a heap of reports does not slow down everything else.
			{Name: jobMake, Title: lang.Text{ZH: "生成报告", EN: "Make a report"}, Run: m.work, AtOnce: 2, Tries: 3, Limit: runTime},
			{Name: "mend", Title: lang.Text{ZH: "核对未完成的报告", EN: "Check unfinished reports"}, Every: 10 * time.Minute, Do: m.mend},
			{Name: "forget", Title: lang.Text{ZH: "清理过期报告", EN: "Forget old reports"}, Every: 24 * time.Hour, Do: m.forget},
		},
		Nav: []module.NavItem{{
			Section: lang.Text{ZH: "报告", EN: "Reports"}, Label: lang.Text{ZH: "报告", EN: "Reports"}, Path: "/reports", Icon: "reports", Permission: "report.view",
		}},
	}
}

// known returns the report with the id that the caller may read.
func (m *Room) known(ctx context.Context, id string) (module.Report, error) {
	for _, r := range m.reports() {
		if r.ID == id && identity.From(ctx).May(r.Permission) {
			return r, nil
		}
	}
	return module.Report{}, fault.New(fault.NotFound, "kernel.not_found", "there is no such report, or it is not yours to see")
}

// forget removes runs that finished long ago, and files that no other run has.
func (m *Room) forget(ctx context.Context) error {
	old, err := m.runs.stale(ctx, time.Now().Add(-kept))
	if err != nil {
		return err
	}
	for _, r := range old {
		if err := m.drop(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

func (m *Room) drop(ctx context.Context, r Run) error {
	unused, err := m.runs.remove(ctx, r)
	if err != nil {
		return err
	}
	for _, hash := range unused {
		if err := m.kit.Blobs.Remove(ctx, hash); err != nil {
			return err
		}
	}
	return nil
}
