package atlas

import (
	"context"
	"embed"
	"io/fs"
	"slices"
	"sync/atomic"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/modules/enterprise/enterpriseevent"
	"linghang/modules/identifier/identifierevent"
	"linghang/modules/plan/planevent"
	"linghang/modules/platforms/platformsevent"
	"linghang/modules/scenario/scenarioevent"
	"linghang/modules/security/securityevent"
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

// Providers tells what providers offer.
type Providers interface {
	Offering(ctx context.Context, id string) (enterpriseevent.Offering, error)
	EachOffering(ctx context.Context, do func(enterpriseevent.Offering) error) error
}

// Agreements tells who serves whom.
type Agreements interface {
	Agreement(ctx context.Context, id string) (enterpriseevent.Agreement, error)
	EachAgreement(ctx context.Context, do func(enterpriseevent.Agreement) error) error
}

// Scenarios tells what the catalogue of scenarios shows.
type Scenarios interface {
	Catalogued(ctx context.Context, id string) (scenarioevent.Catalogued, error)
	EachCatalogued(ctx context.Context, do func(scenarioevent.Catalogued) error) error
}

// Platforms tells what the registry of platforms has.
type Platforms interface {
	Listed(ctx context.Context, id string) (platformsevent.Listed, error)
	EachListed(ctx context.Context, do func(platformsevent.Listed) error) error
}

// Resolvers tells which nodes of identifier resolution there are.
type Resolvers interface {
	Listed(ctx context.Context, id string) (identifierevent.Listed, error)
	EachListed(ctx context.Context, do func(identifierevent.Listed) error) error
}

// Sensors tells who has sensors of industrial security, as far as the city may see them.
type Sensors interface {
	Watching(ctx context.Context, id string) (securityevent.Watching, error)
	EachWatching(ctx context.Context, do func(securityevent.Watching) error) error
}

// Targets tells who answers for targets of the plan.
type Targets interface {
	Owned(ctx context.Context, id string) (planevent.Owned, error)
	EachOwned(ctx context.Context, do func(planevent.Owned) error) error
}

// Rooms are those that the graph asks.
type Rooms struct {
	Enterprises Enterprises
	Providers   Providers
	Agreements  Agreements
	Scenarios   Scenarios
	Platforms   Platforms
	Resolvers   Resolvers
	Sensors     Sensors
	Targets     Targets
}

// Organisations is the register of organisations: who reviews proposals, and whose
// scenarios and platforms are.
type Organisations interface {
	Root(ctx context.Context) (identity.Organisation, error)
	Organisation(ctx context.Context, id string) (identity.Organisation, error)
}

// Graph is the graph itself, which asks nobody: rooms that are built before this one ask it.
type Graph struct {
	kit      *module.Kit
	elements elementStore
	memory   *memory
}

// NewGraph returns the graph of the room.
func NewGraph(kit *module.Kit) *Graph {
	elements := elementStore{kit.DB, kit.Search}
	return &Graph{kit, elements, &memory{store: elements}}
}

// Module is the room.
type Module struct {
	*Graph
	rooms     Rooms
	chains    chainStore
	proposals proposalStore
	lists     listStore
	settled   atomic.Value // settled: of what the search was told all

	organisations Organisations
}

// New returns the room.
func New(graph *Graph, organisations Organisations, rooms Rooms) *Module {
	chains := chainStore{graph.kit.DB, graph.elements}
	return &Module{Graph: graph, rooms: rooms, organisations: organisations, chains: chains, proposals: proposalStore{chains, graph.kit.Notices}, lists: listStore{graph.kit.DB}}
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
		Routes: slices.Concat(m.chainRoutes(), m.proposalRoutes(), m.importRoutes(), m.outsideRoutes(), m.exportRoutes(), m.questionRoutes(), m.listRoutes(), m.graphRoutes()),
		Subscribes: []module.Subscription{
			bus.On(m.onAccepted), bus.On(m.onChanged), bus.On(m.onMerged), bus.On(m.onUnmerged),
			bus.On(m.onProvider), bus.On(m.onAgreed), bus.On(m.onClosed),
			bus.On(m.onPublished), bus.On(m.onWithdrawn),
			bus.On(m.onRegistered), bus.On(m.onMoved), bus.On(m.onEdited),
			bus.On(m.onResolver), bus.On(m.onSensor), bus.On(m.onTarget),
		},
		Finds:    m.finds(),
		Measures: m.measures(),
		Personal: personal(),
		Notices:  notices(),
		Topics:   []module.Topic{{Name: topicGraph, Permission: "atlas.view"}},
		Jobs: []module.Job{
			{Name: "gather", Title: lang.Text{ZH: "核对各业务数据与图谱", EN: "Compare what rooms have with the graph"}, Every: time.Hour, Do: m.gather},
			{Name: "found", Title: lang.Text{ZH: "按日期更新搜索中的图谱节点", EN: "Tell the search what the day made of the graph"}, Every: 10 * time.Minute, Do: m.settleFound},
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
