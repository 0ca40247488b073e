package kernel

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/module"
)

// repeat runs a job each time its period has passed, in one replica at a time:
// the one that holds the lease.
func (k *Kernel) repeat(ctx context.Context, room string, j module.Job) {
	name, holder := room+"."+j.Name, ulid.Make().String()
	for {
		// A little disorder keeps replicas and jobs from starting all at once.
		wait(ctx, j.Every+rand.N(j.Every/10+1)) //nolint:gosec // no secret depends on it
		if ctx.Err() != nil {
			return
		}
		mine, err := k.directory.Lease(ctx, name, holder, max(j.Every, time.Minute))
		if err != nil {
			k.log.Error("a lease could not be taken", "job", name, "error", err)
			continue
		}
		if !mine {
			continue
		}
		run, cancel := context.WithTimeout(ctx, 10*time.Minute)
		if err := protect(func() error { return j.Do(run) }); err != nil && ctx.Err() == nil {
			k.log.Error("a job failed; it comes around again", "job", name, "error", err)
		}
		cancel()
	}
}
