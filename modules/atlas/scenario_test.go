package atlas

import (
	"context"
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
	list       map[string]enterpriseevent.Shown
	offerings  map[string]enterpriseevent.Offering
	agreements map[string]enterpriseevent.Agreement
}

func newDirectory(kit *module.Kit) *directory {
	return &directory{kit: kit, list: map[string]enterpriseevent.Shown{}, offerings: map[string]enterpriseevent.Offering{}, agreements: map[string]enterpriseevent.Agreement{}}
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
	if s, ok := d.list[id]; ok {
		return s, nil
	}
	return enterpriseevent.Shown{EntryID: id, Gone: true}, nil
}

func (d *directory) EachShown(_ context.Context, do func(enterpriseevent.Shown) error) error {
	for _, s := range d.list {
		if s.Gone {
			continue
		}
		if err := do(s); err != nil {
			return err
		}
	}
	return nil
}

func (d *directory) Offering(_ context.Context, id string) (enterpriseevent.Offering, error) {
	if o, ok := d.offerings[id]; ok {
		return o, nil
	}
	return enterpriseevent.Offering{ProviderID: id, Gone: true}, nil
}

func (d *directory) EachOffering(_ context.Context, do func(enterpriseevent.Offering) error) error {
	return each(d.offerings, do)
}

func (d *directory) Agreement(_ context.Context, id string) (enterpriseevent.Agreement, error) {
	if a, ok := d.agreements[id]; ok {
		return a, nil
	}
	return enterpriseevent.Agreement{AgreementID: id, Gone: true}, nil
}

func (d *directory) EachAgreement(_ context.Context, do func(enterpriseevent.Agreement) error) error {
	return each(d.agreements, do)
}

func each[V any](list map[string]V, do func(V) error) error {
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
	list map[string]scenarioevent.Catalogued
}

// Manifest publishes what the room scenario does.
func (d catalogue) Manifest() module.Manifest {
	return module.Manifest{Name: "scenario", Title: lang.Text{ZH: "场景", EN: "Scenarios"}, Publishes: []bus.Event{scenarioevent.Published{}, scenarioevent.Withdrawn{}}}
}

func (d catalogue) Catalogued(_ context.Context, id string) (scenarioevent.Catalogued, error) {
	if c, ok := d.list[id]; ok {
		return c, nil
	}
	return scenarioevent.Catalogued{ScenarioID: id, Gone: true}, nil
}

func (d catalogue) EachCatalogued(_ context.Context, do func(scenarioevent.Catalogued) error) error {
	for _, c := range d.list {
		if c.Withdrawn {
			continue
		}
		if err := do(c); err != nil {
			return err
		}
	}
	return nil
}

// registry stands for the room platforms.
type registry struct {
	kit  *module.Kit
	list map[string]platformsevent.Listed
}

// Manifest publishes what the room platforms does.
func (d registry) Manifest() module.Manifest {
	return module.Manifest{Name: "platforms", Title: lang.Text{ZH: "平台", EN: "Platforms"}, Publishes: []bus.Event{platformsevent.Registered{}, platformsevent.StatusChanged{}, platformsevent.Changed{}}}
}

func (d registry) Listed(_ context.Context, id string) (platformsevent.Listed, error) {
	if p, ok := d.list[id]; ok {
		return p, nil
	}
	return platformsevent.Listed{PlatformID: id, Gone: true}, nil
}

func (d registry) EachListed(_ context.Context, do func(platformsevent.Listed) error) error {
	return each(d.list, do)
}

// rooms are those of the scenarios, with two enterprises in the directory.
func rooms(k *kernel.Kernel) []module.Module {
	d, c, p := newDirectory(k.Kit("enterprise")), catalogue{kit: k.Kit("scenario")}, registry{kit: k.Kit("platforms")}
	a, b := shown("a", "甲橡胶", "370212", "合成橡胶"), shown("b", "乙轮胎", "370212", "轮胎")
	b.Technologies = []string{"机器视觉"}
	d.list = map[string]enterpriseevent.Shown{"a": a, "b": b}
	return []module.Module{d, c, p, New(NewGraph(k.Kit("atlas")), k.Directory(), Rooms{d, d, d, c, p})}
}

func TestScenarios(t *testing.T) { kerneltest.Scenarios(t, rooms) }
