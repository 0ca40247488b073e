// Command linghang is a city's industrial internet in one program.
package main

import (
	"slices"

	"github.com/spf13/cobra"

	"linghang/kernel"
	"linghang/kernel/module"
	"linghang/modules/atlas"
	"linghang/modules/enterprise"
	"linghang/modules/identifier"
	"linghang/modules/plan"
	"linghang/modules/platforms"
	"linghang/modules/scenario"
	"linghang/modules/security"
	"linghang/web"
)

// version is set by the build.
var version = "dev"

func main() {
	house := kernel.House{Version: version, Rooms: platform, Web: web.Files()}
	kernel.Main(house, slices.Concat(identifier.Commands(), platforms.Commands(), security.Commands(), []*cobra.Command{demoCommand(house), scheduleCommand()})...)
}

// platform lists the rooms in start order. An argument after the kit is a
// bridge: the only way in which one room calls another.
func platform(k *kernel.Kernel) []module.Module {
	monitoring := platforms.New(k.Kit("platforms"), k.Directory())
	graph := atlas.NewGraph(k.Kit("atlas"))
	scenarios := scenario.New(k.Kit("scenario"), k.Directory(), graphTies{graph})
	enterprises := enterprise.New(k.Kit("enterprise"), k.Directory(), k.Inviting(), graphFits{graph}, scenarios)
	plans, resolution, watch := plan.New(k.Kit("plan")), identifier.New(k.Kit("identifier"), k.Directory()), security.New(k.Kit("security"), k.Directory(), dutyRotas{monitoring})
	return []module.Module{
		plans,
		monitoring,
		resolution,
		enterprises,
		scenarios,
		watch,
		atlas.New(graph, k.Directory(), atlas.Rooms{
			Enterprises: enterprises, Providers: enterprises, Agreements: enterprises, Scenarios: scenarios, Platforms: monitoring, Resolvers: resolution, Sensors: watch, Targets: plans,
		}),
	}
}
