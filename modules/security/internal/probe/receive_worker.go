package probe

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/receive"
)

// receive takes messages that come over the network into the spool until the context ends.
func (p *Probe) receive(ctx context.Context, c LogConfig) error {
	r, err := receive.Open(ctx, c.receiver())
	if err != nil {
		return err //nolint:wrapcheck // it says all
	}
	p.log.InfoContext(ctx, "syslog is received", "listen", c.Listen, "address", r.Address().String())
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return r.Run(ctx) })
	work.Go(func() error { return p.took(ctx, c, r) })
	return work.Wait() //nolint:wrapcheck // it says all
}

// took puts what a receiver has into the spool; at the end what still waits there, too.
func (p *Probe) took(ctx context.Context, c LogConfig, r *receive.Receiver) error {
	l := p.newLogging(c)
	tick := time.NewTicker(everyLook)
	defer tick.Stop()
	var told time.Time
	for {
		n, full, err := l.receive(r, time.Now())
		if err != nil {
			return err
		}
		if full != nil && time.Since(told) > everyFault {
			told = time.Now()
			p.log.WarnContext(ctx, "messages cannot be kept; they wait, and over UDP they are dropped", "listen", c.Listen, "error", full)
		}
		if n == batch.MaxLogs || ctx.Err() != nil && n > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// receive keeps what waits, at most what one batch holds.
func (l *logging) receive(r *receive.Receiver, now time.Time) (n int, full, err error) {
	if !l.full { // else what was taken waits for room
		n = r.Take(batch.MaxLogs, func(message []byte) {
			l.line(l.state.Offset, message, now)
			l.state.Offset += int64(len(message))
		})
	}
	x := r.Counts()
	changed := l.state.Long != l.was.Long+x.Long || l.state.Dropped != l.was.Dropped+x.Dropped || l.state.Gone != l.was.Gone+x.Cut
	l.state.Long, l.state.Dropped, l.state.Gone = l.was.Long+x.Long, l.was.Dropped+x.Dropped, l.was.Gone+x.Cut
	l.fresh = l.fresh || changed
	if !l.due(n, now) {
		return n, nil, nil
	}
	full, err = l.keep(now)
	if full != nil {
		return 0, full, nil
	}
	return n, nil, err
}
