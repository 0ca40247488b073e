package scenario

import (
	"testing"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
)

func TestScenarios(t *testing.T) {
	kerneltest.ScenariosInTime(t, func(k *kernel.Kernel, clock *kerneltest.Clock) []module.Module {
		m := New(k.Kit("scenario"), k.Directory(), nil)
		m.now, m.opening.Clock = clock.Now, clock.Now
		return []module.Module{m}
	})
}
