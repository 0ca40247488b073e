package kernel

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/sqldb"
)

const (
	turnLife = 6 * time.Second
	// turnMargin is how much earlier a replica stops than its lease ends, so
	// that two never act at once.
	turnMargin = time.Second
)

// turn is work that one replica does at a time, for as long as it can: sending
// what is in the outboxes, so that events keep the order of their commits;
// writing time series that replicas share. When the replica is gone, another
// takes over within seconds.
type turn struct {
	name, holder string
	until        atomic.Pointer[time.Time]
}

func newTurn(name string) *turn { return &turn{name: name, holder: ulid.Make().String()} }

func (t *turn) mine() bool {
	until := t.until.Load()
	return until != nil && time.Now().Before(*until)
}

// relay runs the relays of all rooms until ctx ends. Of processes on SQLite
// there is one, which holds the files.
func (k *Kernel) relay(ctx context.Context) {
	var mine func() bool
	var all sync.WaitGroup
	if k.sql.Dialect() == sqldb.Postgres {
		t := newTurn("relay")
		mine = t.mine
		// Who does not reach the bus lets another try.
		all.Go(func() { k.keepTurn(ctx, t, k.bus.Connected) })
	}
	if k.seriesTurn != nil {
		all.Go(func() { k.keepTurn(ctx, k.seriesTurn, k.reachesSeries) })
	}
	for _, r := range k.rooms {
		all.Go(func() { k.bus.Relay(ctx, r.kit.DB, mine) })
	}
	all.Wait()
}

// reachesSeries lets another replica try now and then while this one does not
// reach the time-series store; then this one may try again.
func (k *Kernel) reachesSeries() bool {
	since, _ := k.series.Away()
	return since.IsZero() || time.Since(since)%(5*turnLife) < 3*turnLife
}

// keepTurn takes the lease when it is free, and keeps it while this replica is
// able to do the work.
func (k *Kernel) keepTurn(ctx context.Context, t *turn, able func() bool) {
	tick := time.NewTicker(turnLife / 3)
	defer tick.Stop()
	for {
		if able() {
			k.takeTurn(ctx, t)
		} else if t.mine() {
			k.giveTurn(ctx, t)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			k.giveTurn(context.WithoutCancel(ctx), t)
			return
		}
	}
}

func (k *Kernel) takeTurn(ctx context.Context, t *turn) {
	asked := time.Now()
	try, cancel := context.WithTimeout(ctx, turnLife/3)
	defer cancel()
	mine, err := k.directory.Lease(try, t.name, t.holder, turnLife)
	if err != nil {
		if ctx.Err() == nil {
			k.log.Warn("a turn could not be taken", "turn", t.name, "error", err)
		}
		return
	}
	if !mine {
		t.until.Store(nil)
		return
	}
	until := asked.Add(turnLife - turnMargin)
	t.until.Store(&until)
}

func (k *Kernel) giveTurn(ctx context.Context, t *turn) {
	t.until.Store(nil)
	try, cancel := context.WithTimeout(ctx, turnLife/3)
	defer cancel()
	if err := k.directory.Release(try, t.name, t.holder); err != nil {
		k.log.Debug("a turn ends by itself", "turn", t.name, "error", err)
	}
}
