package scenario

import (
	"testing"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
)

func rooms(k *kernel.Kernel) []module.Module {
	return []module.Module{New(k.Kit("scenario"), k.Directory(), nil)}
}

func TestScenarios(t *testing.T) { kerneltest.Scenarios(t, rooms) }
