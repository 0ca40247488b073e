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
	relayLease = "relay"
	relayLife  = 6 * time.Second
	// relayMargin is how much earlier a replica stops than its lease ends, so
	// that two never send at once.
	relayMargin = time.Second
)

// turn says whether this replica sends what is in the outboxes. One does at a
// time, so that events keep the order of their commits; when it is gone,
// another takes over within seconds.
type turn struct {
	until  atomic.Pointer[time.Time]
	holder string
}

func (t *turn) mine() bool {
	until := t.until.Load()
	return until != nil && time.Now().Before(*until)
}

// relay runs the relays of all rooms until ctx ends.
func (k *Kernel) relay(ctx context.Context) {
	t := &turn{holder: ulid.Make().String()}
	mine := t.mine
	if k.sql.Dialect() == sqldb.SQLite { // one process holds the files
		mine = nil
	}
	var all sync.WaitGroup
	if mine != nil {
		all.Go(func() { k.keepTurn(ctx, t) })
	}
	for _, r := range k.rooms {
		all.Go(func() { k.bus.Relay(ctx, r.kit.DB, mine) })
	}
	all.Wait()
}

// keepTurn takes the lease when it is free and keeps it while this replica
// reaches the bus; one that does not lets another try.
func (k *Kernel) keepTurn(ctx context.Context, t *turn) {
	tick := time.NewTicker(relayLife / 3)
	defer tick.Stop()
	for {
		if k.bus.Connected() {
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
	try, cancel := context.WithTimeout(ctx, relayLife/3)
	defer cancel()
	mine, err := k.directory.Lease(try, relayLease, t.holder, relayLife)
	if err != nil {
		if ctx.Err() == nil {
			k.log.Warn("the turn to relay events could not be taken", "error", err)
		}
		return
	}
	if !mine {
		t.until.Store(nil)
		return
	}
	until := asked.Add(relayLife - relayMargin)
	t.until.Store(&until)
}

func (k *Kernel) giveTurn(ctx context.Context, t *turn) {
	t.until.Store(nil)
	try, cancel := context.WithTimeout(ctx, relayLife/3)
	defer cancel()
	if err := k.directory.Release(try, relayLease, t.holder); err != nil {
		k.log.Debug("the turn to relay events ends by itself", "error", err)
	}
}
