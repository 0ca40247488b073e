package enterprise

import (
	"testing"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
)

func rooms(k *kernel.Kernel) []module.Module {
	return []module.Module{New(k.Kit("enterprise"), k.Directory())}
}

func TestScenarios(t *testing.T) { kerneltest.Scenarios(t, rooms) }
