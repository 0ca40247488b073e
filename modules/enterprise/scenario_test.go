package enterprise

import (
	"testing"

	"linghang/kernel"
	"linghang/kernel/bus"
	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/modules/scenario/scenarioevent"
)

func rooms(k *kernel.Kernel) []module.Module {
	return []module.Module{New(k.Kit("enterprise"), k.Directory(), k.Inviting(), &knowing{}, &shelf{}), openings{k.Kit("scenario")}}
}

// Policies tell days by the clock of the scenario, all else by the server's.
func TestScenarios(t *testing.T) {
	kerneltest.ScenariosInTime(t, func(k *kernel.Kernel, clock *kerneltest.Clock) []module.Module {
		list := rooms(k)
		if m, ok := list[0].(*Module); ok {
			m.policies.Now = clock.Now
		}
		return list
	})
}

// openings stands for the room scenario, which a room's tests do not import.
type openings struct{ *module.Kit }

// Manifest publishes what this room hears.
func (openings) Manifest() module.Manifest {
	return module.Manifest{Name: "scenario", Title: lang.Text{ZH: "场景", EN: "Scenarios"}, Publishes: []bus.Event{scenarioevent.Completed{}}}
}
