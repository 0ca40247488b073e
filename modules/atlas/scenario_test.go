package atlas

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"

	"linghang/kernel"
	"linghang/kernel/bus"
	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/modules/enterprise/enterpriseevent"
	"linghang/modules/platforms/platformsevent"
	"linghang/modules/scenario/scenarioevent"
)

// directory stands for the rooms that the graph asks, which a room's tests do not import.
type directory struct {
	kit        *module.Kit
	list       *shelf[enterpriseevent.Shown]
	offerings  *shelf[enterpriseevent.Offering]
	agreements *shelf[enterpriseevent.Agreement]
}

func newDirectory(kit *module.Kit) *directory {
	return &directory{kit, newShelf[enterpriseevent.Shown](), newShelf[enterpriseevent.Offering](), newShelf[enterpriseevent.Agreement]()}
}

// Manifest publishes what the room enterprise does.
func (d *directory) Manifest() module.Manifest {
	return module.Manifest{
		Name: "enterprise", Title: lang.Text{ZH: "企业", EN: "Enterprises"},
		Publishes: []bus.Event{
			enterpriseevent.Accepted{},
			enterpriseevent.Changed{},
			enterpriseevent.Merged{},
			enterpriseevent.Unmerged{},
			enterpriseevent.ProviderChanged{},
			enterpriseevent.AgreementAccepted{},
			enterpriseevent.AgreementClosed{},
		},
	}
}

func (d *directory) Shown(_ context.Context, id string) (enterpriseevent.Shown, error) {
	if s, ok := d.list.has(id); ok {
		return s, nil
	}
	return enterpriseevent.Shown{EntryID: id, Gone: true}, nil
}

func (d *directory) EachShown(_ context.Context, do func(enterpriseevent.Shown) error) error {
	return d.list.each(func(s enterpriseevent.Shown) error {
		if s.Gone {
			return nil
		}
		return do(s)
	})
}

func (d *directory) Offering(_ context.Context, id string) (enterpriseevent.Offering, error) {
	if o, ok := d.offerings.has(id); ok {
		return o, nil
	}
	return enterpriseevent.Offering{ProviderID: id, Gone: true}, nil
}

func (d *directory) EachOffering(_ context.Context, do func(enterpriseevent.Offering) error) error {
	return d.offerings.each(do)
}

func (d *directory) Agreement(_ context.Context, id string) (enterpriseevent.Agreement, error) {
	if a, ok := d.agreements.has(id); ok {
		return a, nil
	}
	return enterpriseevent.Agreement{AgreementID: id, Gone: true}, nil
}

func (d *directory) EachAgreement(_ context.Context, do func(enterpriseevent.Agreement) error) error {
	return d.agreements.each(do)
}

// shelf is what a room has by ID. The graph asks while a test puts things there.
type shelf[V any] struct {
	mu   sync.Mutex
	list map[string]V
}

func newShelf[V any]() *shelf[V] { return &shelf[V]{list: map[string]V{}} }

func (s *shelf[V]) put(id string, v V) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list[id] = v
}

func (s *shelf[V]) drop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.list, id)
}

func (s *shelf[V]) has(id string) (V, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.list[id]
	return v, ok
}

func (s *shelf[V]) get(id string) V {
	v, _ := s.has(id)
	return v
}

func (s *shelf[V]) each(do func(V) error) error {
	s.mu.Lock()
	list := slices.Collect(maps.Values(s.list))
	s.mu.Unlock()
	for _, v := range list {
		if err := do(v); err != nil {
			return err
		}
	}
	return nil
}

// catalogue stands for the room scenario.
type catalogue struct {
	kit  *module.Kit
	list *shelf[scenarioevent.Catalogued]
}

// Manifest publishes what the room scenario does.
func (d catalogue) Manifest() module.Manifest {
	return module.Manifest{Name: "scenario", Title: lang.Text{ZH: "场景", EN: "Scenarios"}, Publishes: []bus.Event{scenarioevent.Published{}, scenarioevent.Withdrawn{}}}
}

func (d catalogue) Catalogued(_ context.Context, id string) (scenarioevent.Catalogued, error) {
	if c, ok := d.list.has(id); ok {
		return c, nil
	}
	return scenarioevent.Catalogued{ScenarioID: id, Gone: true}, nil
}

func (d catalogue) EachCatalogued(_ context.Context, do func(scenarioevent.Catalogued) error) error {
	return d.list.each(func(c scenarioevent.Catalogued) error {
		if c.Withdrawn {
			return nil
		}
		return do(c)
	})
}

// registry stands for the room platforms.
type registry struct {
	kit  *module.Kit
	list *shelf[platformsevent.Listed]
}

// Manifest publishes what the room platforms does.
func (d registry) Manifest() module.Manifest {
	return module.Manifest{Name: "platforms", Title: lang.Text{ZH: "平台", EN: "Platforms"}, Publishes: []bus.Event{platformsevent.Registered{}, platformsevent.StatusChanged{}, platformsevent.Changed{}}}
}

func (d registry) Listed(_ context.Context, id string) (platformsevent.Listed, error) {
	if p, ok := d.list.has(id); ok {
		return p, nil
	}
	return platformsevent.Listed{PlatformID: id, Gone: true}, nil
}

func (d registry) EachListed(_ context.Context, do func(platformsevent.Listed) error) error {
	return d.list.each(do)
}

// rooms are those of the scenarios, with two enterprises in the directory.
func rooms(k *kernel.Kernel) []module.Module {
	d, c, p := newDirectory(k.Kit("enterprise")), catalogue{k.Kit("scenario"), newShelf[scenarioevent.Catalogued]()}, registry{k.Kit("platforms"), newShelf[platformsevent.Listed]()}
	a, b := shown("a", "甲橡胶", "370212", "合成橡胶"), shown("b", "乙轮胎", "370212", "轮胎")
	b.Technologies = []string{"机器视觉"}
	d.list.put("a", a)
	d.list.put("b", b)
	o := newOthers(k)
	return append(o.modules(), d, c, p, New(NewGraph(k.Kit("atlas")), k.Directory(), Rooms{d, d, d, c, p, o.resolution, o.watch, o.plans}))
}

func TestScenarios(t *testing.T) { kerneltest.Scenarios(t, rooms) }
