package kernel

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/module"
	"linghang/kernel/trace"
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
		holder := ulid.Make().String()
		due, err := k.directory.Lease(ctx, name, holder, j.Every)
		if err != nil {
			k.log.Error("a lease could not be taken", "job", name, "error", err)
			continue
		}
		if !due {
			continue
		}
		run, cancel := context.WithTimeout(ctx, 10*time.Minute)
		held := make(chan struct{})
		go func() {
			defer close(held)
			k.hold(run, cancel, name, holder, j.Every)
		}()
		run, span := k.tracer.Begin(run, trace.Inside, "job "+name, "")
		if err := protect(func() error { return j.Do(run) }); err != nil && ctx.Err() == nil {
			span.Fail("error")
			k.log.ErrorContext(run, "a job failed; it comes around again", "job", name, "error", err)
		}
		span.End()
		cancel()
		<-held
	}
}

// hold keeps the lease of a job that takes longer than its period, and ends
// the job when another replica has the lease.
func (k *Kernel) hold(run context.Context, cancel func(), name, holder string, life time.Duration) {
	tick := time.NewTicker(life / 2)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-run.Done():
			return
		}
		mine, err := k.directory.Lease(run, name, holder, life)
		if err != nil && run.Err() == nil {
			k.log.Warn("a lease could not be kept", "job", name, "error", err)
		}
		if err == nil && !mine {
			k.log.Warn("a job is ended: another replica does it", "job", name)
			cancel()
			return
		}
	}
}
