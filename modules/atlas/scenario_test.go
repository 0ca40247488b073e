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
)

// directory stands for the room enterprise, which a room's tests do not import.
type directory struct {
	kit  *module.Kit
	list map[string]enterpriseevent.Shown
}

// Manifest publishes what the room enterprise does.
func (d directory) Manifest() module.Manifest {
	return module.Manifest{
		Name: "enterprise", Title: lang.Text{ZH: "企业", EN: "Enterprises"},
		Publishes: []bus.Event{enterpriseevent.Accepted{}, enterpriseevent.Changed{}, enterpriseevent.Merged{}, enterpriseevent.Unmerged{}},
	}
}

func (d directory) Shown(_ context.Context, id string) (enterpriseevent.Shown, error) {
	if s, ok := d.list[id]; ok {
		return s, nil
	}
	return enterpriseevent.Shown{EntryID: id, Gone: true}, nil
}

func (d directory) EachShown(_ context.Context, do func(enterpriseevent.Shown) error) error {
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

// rooms are those of the scenarios, with two enterprises in the directory.
func rooms(k *kernel.Kernel) []module.Module {
	a, b := shown("a", "甲橡胶", "370212", "合成橡胶"), shown("b", "乙轮胎", "370212", "轮胎")
	b.Technologies = []string{"机器视觉"}
	d := directory{kit: k.Kit("enterprise"), list: map[string]enterpriseevent.Shown{"a": a, "b": b}}
	return []module.Module{d, New(k.Kit("atlas"), k.Directory(), d)}
}

func TestScenarios(t *testing.T) { kerneltest.Scenarios(t, rooms) }
