package kernel

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/module"
)

// repeat runs a job each time its period has passed, in one replica at a time.
// The lease says when it is due again, so that a restart neither repeats a job
// nor puts it off: nobody holds the lease again before its period has passed.
func (k *Kernel) repeat(ctx context.Context, room string, j module.Job) {
	name, look := room+"."+j.Name, max(j.Every/10, time.Second)
	for {
		// A little disorder keeps replicas and jobs from starting all at once.
		wait(ctx, look+rand.N(look/10+1)) //nolint:gosec // no secret depends on it
		if ctx.Err() != nil {
			return
		}
		due, err := k.directory.Lease(ctx, name, ulid.Make().String(), j.Every)
		if err != nil {
			k.log.Error("a lease could not be taken", "job", name, "error", err)
			continue
		}
		if !due {
			continue
		}
		run, cancel := context.WithTimeout(ctx, 10*time.Minute)
		if err := protect(func() error { return j.Do(run) }); err != nil && ctx.Err() == nil {
			k.log.Error("a job failed; it comes around again", "job", name, "error", err)
		}
		cancel()
	}
}
