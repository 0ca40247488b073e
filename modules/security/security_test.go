package security

import (
	"testing"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
)

func TestScenarios(t *testing.T) {
	kerneltest.ScenariosInTime(t, func(k *kernel.Kernel, clock *kerneltest.Clock) []module.Module {
		m := New(k.Kit("security"), k.Directory(), nil)
		m.now = clock.Now
		return []module.Module{m}
	})
}
