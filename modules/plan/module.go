package plan

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/modules/plan/planevent"
)

//go:embed migrations/*.sql
var migrations embed.FS

const topicBoard = "plan.board"

// Module is the room.
type Module struct {
	kit       *module.Kit
	templates []plan
	plans     planStore
	targets   targetStore
	values    valueStore
	readings  *readings
	broken    error // the binary's own templates cannot be read; Run reports it
}

// New returns the room.
func New(kit *module.Kit) *Module {
	m := &Module{
		kit: kit, plans: planStore{kit.DB, kit.Search, kit.Remarks}, targets: targetStore{kit.DB, kit.Search}, values: valueStore{kit.DB}, readings: newReadings(kit.Measures),
	}
	m.templates, m.broken = readTemplates()
	return m
}

// Manifest implements module.Module.
func (m *Module) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	section := lang.Text{ZH: "行动计划", EN: "Action plan"}
	return module.Manifest{
		Name: "plan", Title: section, Migrations: dir,
		Publishes:   []bus.Event{planevent.TargetChanged{}},
		Permissions: permissions(),
		Routes:      append(append(m.planRoutes(), m.targetRoutes()...), m.valueRoutes()...),
		Finds:       m.plans.finds(),
		Remarks:     m.remarks(),
		Reports:     m.reports(),
		Notices:     kinds(),
		Personal:    personal(),
		Jobs:        []module.Job{{Name: "remind", Title: lang.Text{ZH: "提醒责任单位", EN: "Remind the owners of targets"}, Every: 6 * time.Hour, Do: m.remindOwners}},
		Topics:      []module.Topic{{Name: topicBoard, Permission: "plan.view"}},
		Nav: []module.NavItem{
			{Section: section, Label: lang.Text{ZH: "计划看板", EN: "Plan board"}, Path: "/plan", Icon: "plan", Permission: "plan.view"},
			{Section: section, Label: lang.Text{ZH: "填报与审批", EN: "Reported values"}, Path: "/plan/values", Icon: "values", Permission: "plan.view"},
			{Section: section, Label: lang.Text{ZH: "提醒", EN: "Reminders"}, Path: "/plan/reminders", Icon: "reminders", Permission: "plan.view"},
			{Section: section, Label: lang.Text{ZH: "大屏", EN: "Big screen"}, Path: "/screen", Icon: "screen", Permission: "plan.view"},
		},
	}
}

func permissions() []module.Permission {
	const officer, leader = identity.Officer, identity.Leader
	everyone := []identity.Role{officer, leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return []module.Permission{
		{ID: "plan.view", Title: lang.Text{ZH: "查看行动计划", EN: "View the action plan"}, Roles: everyone},
		{ID: "plan.manage", Title: lang.Text{ZH: "编制和调整计划、目标、里程碑", EN: "Make and change plans, targets, milestones"}, Roles: []identity.Role{officer}},
		{ID: "plan.report", Title: lang.Text{ZH: "填报目标值、上传证明", EN: "Report values with evidence"}, Roles: []identity.Role{officer, identity.Manager, identity.Reporter}},
		{ID: "plan.review", Title: lang.Text{ZH: "审核填报值", EN: "Review reported values"}, Roles: []identity.Role{officer, leader}},
		{ID: "plan.approve", Title: lang.Text{ZH: "批准填报值", EN: "Approve reported values"}, Roles: []identity.Role{leader}},
		{ID: "plan.remind", Title: lang.Text{ZH: "提醒责任部门", EN: "Remind owners"}, Roles: []identity.Role{officer, leader}},
		{ID: "plan.comment", Title: lang.Text{ZH: "评论目标", EN: "Comment on targets"}, Roles: []identity.Role{officer, leader, identity.Auditor, identity.Manager, identity.Reporter}},
	}
}

// Run samples the live targets until ctx ends.
func (m *Module) Run(ctx context.Context) error {
	if m.broken != nil {
		return m.broken
	}
	return newSampler(m).run(ctx)
}
