package platforms

import (
	"testing"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
)

func TestScenarios(t *testing.T) {
	kerneltest.Scenarios(t, func(k *kernel.Kernel) []module.Module { return []module.Module{New(k.Kit("platforms"), k.Directory())} })
}
