package atlas

import (
	"context"
	"strings"
	"testing"

	"linghang/kernel"
	"linghang/kernel/bus"
	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/modules/identifier/identifierevent"
	"linghang/modules/plan/planevent"
	"linghang/modules/security/securityevent"
)

// others stand for the rooms identifier, security and plan.
type others struct {
	resolution resolution
	watch      watch
	plans      plans
}

func newOthers(k *kernel.Kernel) others {
	return others{
		resolution{k.Kit("identifier"), newShelf[identifierevent.Listed]()},
		watch{k.Kit("security"), newShelf[securityevent.Watching]()},
		plans{k.Kit("plan"), newShelf[planevent.Owned]()},
	}
}

func (o others) modules() []module.Module { return []module.Module{o.resolution, o.watch, o.plans} }

type resolution struct {
	kit  *module.Kit
	list *shelf[identifierevent.Listed]
}

func (d resolution) Manifest() module.Manifest {
	return module.Manifest{Name: "identifier", Title: lang.Text{ZH: "标识", EN: "Identifiers"}, Publishes: []bus.Event{identifierevent.NodeChanged{}}}
}

func (d resolution) Listed(_ context.Context, id string) (identifierevent.Listed, error) {
	if n, ok := d.list.has(id); ok {
		return n, nil
	}
	return identifierevent.Listed{NodeID: id, Gone: true}, nil
}

func (d resolution) EachListed(_ context.Context, do func(identifierevent.Listed) error) error {
	return d.list.each(do)
}

type watch struct {
	kit  *module.Kit
	list *shelf[securityevent.Watching]
}

func (d watch) Manifest() module.Manifest {
	return module.Manifest{Name: "security", Title: lang.Text{ZH: "安全", EN: "Security"}, Publishes: []bus.Event{securityevent.SensorChanged{}}}
}

func (d watch) Watching(_ context.Context, id string) (securityevent.Watching, error) {
	if w, ok := d.list.has(id); ok {
		return w, nil
	}
	return securityevent.Watching{SensorID: id, Gone: true}, nil
}

func (d watch) EachWatching(_ context.Context, do func(securityevent.Watching) error) error {
	return d.list.each(do)
}

type plans struct {
	kit  *module.Kit
	list *shelf[planevent.Owned]
}

func (d plans) Manifest() module.Manifest {
	return module.Manifest{Name: "plan", Title: lang.Text{ZH: "计划", EN: "Plan"}, Publishes: []bus.Event{planevent.TargetChanged{}}}
}

func (d plans) Owned(_ context.Context, id string) (planevent.Owned, error) {
	if t, ok := d.list.has(id); ok {
		return t, nil
	}
	return planevent.Owned{TargetID: id, Gone: true}, nil
}

func (d plans) EachOwned(_ context.Context, do func(planevent.Owned) error) error {
	return d.list.each(do)
}

func TestNodesOfResolutionAreInTheGraph(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.tyres(t)
		const query = "* -runs-> resolver -under-> resolver"
		began, _ := daysAgo(30)
		top := identifierevent.Listed{NodeID: "top", Prefix: "88.300", NameZH: "二级节点", Operator: x.Ours.ID, OperatorZH: "我方", District: "370212", Since: began}
		below := identifierevent.Listed{NodeID: "low", Prefix: "88.300.1", AboveID: "top", NameZH: "企业节点", Operator: x.Theirs.ID, OperatorZH: "他方", Industry: "C29", Since: began}
		for _, n := range []identifierevent.Listed{top, below} {
			x.others.resolution.list.put(n.NodeID, n)
			tell(t, x.others.resolution.kit, identifierevent.NodeChanged{NodeID: n.NodeID})
		}
		x.waits(t, "the graph has nodes", query, "他方 > 企业节点 > 二级节点")
		below.Retired = true
		x.others.resolution.list.put("low", below)
		tell(t, x.others.resolution.kit, identifierevent.NodeChanged{NodeID: "low"})
		x.waits(t, "a node that answers no more is in no answer", query)
	})
}

func TestSensorsAreInTheBureausGraphAsFarAsTheirEnterpriseLets(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.tyres(t)
		const query = "* -runs-> sensor"
		began, _ := daysAgo(30)
		w := securityevent.Watching{SensorID: "s", Name: "一号探针", Organisation: x.Ours.ID, OrganisationZH: "我方", Since: began}
		x.others.watch.list.put("s", w)
		tell(t, x.others.watch.kit, securityevent.SensorChanged{SensorID: "s"})
		x.waits(t, "the graph has a sensor", query, "我方 > 一号探针")
		x.others.watch.list.drop("s") // its enterprise lets nobody see it any more
		tell(t, x.others.watch.kit, securityevent.SensorChanged{SensorID: "s"})
		x.waits(t, "nothing of it is left", query)
		if body := x.do(t, "GET", "/graph/nodes?kind=sensor", "officer", "", 200, nil); strings.Contains(body, "一号探针") {
			t.Errorf("its name is told: %s", body)
		}
	})
}

func TestTargetsOfThePlanAreInTheBureausGraph(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.tyres(t)
		const query = "* -answers-> target"
		began, _ := daysAgo(30)
		target := planevent.Owned{TargetID: "t", TitleZH: "二级节点数", Owner: x.Ours.ID, OwnerZH: "我方", Since: began, Until: began.AddDate(2, 0, 0)}
		x.others.plans.list.put("t", target)
		tell(t, x.others.plans.kit, planevent.TargetChanged{TargetID: "t"})
		x.waits(t, "the graph has a target", query, "我方 > 二级节点数")
		target.Owner, target.OwnerZH = x.Theirs.ID, "他方"
		x.others.plans.list.put("t", target)
		tell(t, x.others.plans.kit, planevent.TargetChanged{TargetID: "t"})
		x.waits(t, "another answers for it now", query, "他方 > 二级节点数")
	})
}
