package atlas

import (
	"context"
	"embed"
	"io/fs"
	"slices"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/modules/enterprise/enterpriseevent"
)

//go:embed migrations/*.sql
var migrations embed.FS

// topicGraph tells browsers that the graph changed.
const topicGraph = "atlas.graph"

// Enterprises tells what of the city's enterprises everybody may see.
type Enterprises interface {
	Shown(ctx context.Context, id string) (enterpriseevent.Shown, error)
	EachShown(ctx context.Context, do func(enterpriseevent.Shown) error) error
}

// Organisations is the register of organisations: who reviews proposals.
type Organisations interface {
	Root(ctx context.Context) (identity.Organisation, error)
}

// Module is the room.
type Module struct {
	kit         *module.Kit
	enterprises Enterprises
	elements    elementStore
	chains      chainStore
	proposals   proposalStore
	lists       listStore
	memory      *memory

	organisations Organisations
}

// New returns the room.
func New(kit *module.Kit, organisations Organisations, enterprises Enterprises) *Module {
	elements := elementStore{kit.DB}
	chains := chainStore{kit.DB, elements}
	return &Module{
		kit: kit, enterprises: enterprises, organisations: organisations, elements: elements, chains: chains, proposals: proposalStore{chains, kit.Notices},
		lists: listStore{kit.DB}, memory: &memory{store: elements},
	}
}

// Manifest implements module.Module.
func (m *Module) Manifest() module.Manifest {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		dir = migrations
	}
	section := lang.Text{ZH: "图谱", EN: "Atlas"}
	everyone := []identity.Role{identity.Officer, identity.Leader, identity.Auditor, identity.Manager, identity.Reporter, identity.Viewer}
	return module.Manifest{
		Name: "atlas", Title: lang.Text{ZH: "产业图谱", EN: "Atlas of industry"}, Migrations: dir,
		Permissions: []module.Permission{
			{ID: "atlas.view", Title: lang.Text{ZH: "查看图谱和产业链", EN: "View the graph and its chains"}, Roles: everyone},
			{ID: "atlas.propose", Title: lang.Text{ZH: "对产业链提出修改建议、保存名单", EN: "Propose changes of chains, and keep lists"}, Roles: []identity.Role{identity.Officer, identity.Manager}},
			{ID: "atlas.edit", Title: lang.Text{ZH: "维护产业链、审核建议、导入关系", EN: "Keep chains, review proposals and import relations"}, Roles: []identity.Role{identity.Officer}},
		},
		Routes: slices.Concat(m.chainRoutes(), m.proposalRoutes(), m.importRoutes(), m.exportRoutes(), m.questionRoutes(), m.listRoutes(), m.graphRoutes()),
		Subscribes: []module.Subscription{
			bus.On(m.onAccepted), bus.On(m.onChanged), bus.On(m.onMerged), bus.On(m.onUnmerged),
		},
		Personal: personal(),
		Notices:  notices(),
		Topics:   []module.Topic{{Name: topicGraph, Permission: "atlas.view"}},
		Jobs: []module.Job{
			{Name: "gather", Title: lang.Text{ZH: "核对企业名录与图谱", EN: "Compare the directory with the graph"}, Every: time.Hour, Do: m.gather},
		},
		Nav: []module.NavItem{
			{Section: section, Label: lang.Text{ZH: "产业链", EN: "Chains"}, Path: "/atlas", Icon: "rules", Permission: "atlas.view"},
			{Section: section, Label: lang.Text{ZH: "图谱浏览", EN: "Explore"}, Path: "/atlas/explorer", Icon: "nodes", Permission: "atlas.view"},
			{Section: section, Label: lang.Text{ZH: "问图谱", EN: "Questions"}, Path: "/atlas/questions", Icon: "explain", Permission: "atlas.view"},
			{Section: section, Label: lang.Text{ZH: "名单", EN: "Lists"}, Path: "/atlas/lists", Icon: "list", Permission: "atlas.view"},
			{Section: section, Label: lang.Text{ZH: "导入关系", EN: "Import"}, Path: "/atlas/import", Icon: "files", Permission: "atlas.edit"},
		},
	}
}
