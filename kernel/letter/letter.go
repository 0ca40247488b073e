// Package letter keeps deliveries of events that failed. The bus parks them
// here before it acknowledges them, so that none is lost and none holds up the
// others. They are tried again ever more slowly for about an hour; what is not
// handled by then is dead, and a person replays or discards it.
package letter

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/bus"
	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// State is what becomes of a letter.
type State string

// The states.
const (
	Waiting   State = "waiting"   // it is tried again by itself
	Dead      State = "dead"      // somebody has to decide
	Handled   State = "handled"   // a later try went well
	Discarded State = "discarded" // somebody gave it up
)

// Letter is one delivery that failed.
type Letter struct {
	ID        string     `json:"id" title:"编号|ID"`
	Consumer  string     `json:"consumer" title:"接收方|Consumer"`
	EventID   string     `json:"event_id" title:"事件编号|Event"`
	Subject   string     `json:"subject" title:"事件|Subject"`
	EmittedAt time.Time  `json:"emitted_at" title:"发出时间|Emitted"`
	State     State      `json:"state" enum:"waiting,dead,handled,discarded" title:"状态|State"`
	Tries     int        `json:"tries" title:"尝试次数|Tries"`
	Error     string     `json:"error" title:"错误|Error"`
	FirstAt   time.Time  `json:"first_at" title:"首次失败|First failed"`
	LastAt    time.Time  `json:"last_at" title:"最近失败|Last failed"`
	NextAt    *time.Time `json:"next_at,omitempty" title:"下次尝试|Next try"`
	Reason    string     `json:"reason,omitempty" title:"丢弃理由|Reason"`
	DecidedBy string     `json:"decided_by,omitempty" title:"处理人|Decided by"`
	DecidedAt *time.Time `json:"decided_at,omitempty" title:"处理时间|Decided"`
}

const (
	// RetryFor is how long a letter is tried again by itself, unless told otherwise.
	RetryFor = time.Hour
	// full is how many letters of one consumer wait at most; further ones stay on the bus.
	full       = 10_000
	firstPause = 15 * time.Second
	lastPause  = 20 * time.Minute
	look       = time.Second
	// claim is how long a replica has a letter for itself; a handler has less.
	claim        = time.Minute
	keepHandled  = 7 * 24 * time.Hour
	keepDecided  = 90 * 24 * time.Hour
	longestError = 4000
)

// after says when a letter is tried again, and whether it is: pause grows with
// each try, and there is an end. What cannot be read is not tried again.
func after(first, now time.Time, tries int, unreadable bool, retryFor time.Duration) (time.Time, State) {
	pause := min(firstPause<<min(max(tries-bus.QuickTries, 0), 10), lastPause)
	if unreadable || now.Add(pause).Sub(first) > retryFor {
		return time.Time{}, Dead
	}
	return now.Add(pause), Waiting
}

// Config says how long letters are tried again, and who is told of changes.
type Config struct {
	RetryFor time.Duration
	Changed  func(id string)
}

// Box holds the letters of all rooms, in the system's database.
type Box struct {
	db    *sqldb.DB
	audit *audit.Log
	cfg   Config
	log   *slog.Logger

	mu        sync.Mutex
	consumers map[string]bus.Subscription
	bus       *bus.Bus
	wake      chan struct{}
}

// NewBox returns a box kept in db.
func NewBox(db *sqldb.DB, log *audit.Log, cfg Config, logger *slog.Logger) *Box {
	if cfg.RetryFor <= 0 {
		cfg.RetryFor = RetryFor
	}
	if cfg.Changed == nil {
		cfg.Changed = func(string) {}
	}
	return &Box{db: db, audit: log, cfg: cfg, log: logger, consumers: map[string]bus.Subscription{}, wake: make(chan struct{}, 1)}
}

// Serve lets this process try the letters of a room's handler again.
func (b *Box) Serve(room string, s bus.Subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.consumers[bus.Consumer(room, s)] = s
}

// Open hands the box the bus, whose handlers it calls.
func (b *Box) Open(on *bus.Bus) { b.bus = on }

func (b *Box) served() ([]string, map[string]bus.Subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	names, subscriptions := make([]string, 0, len(b.consumers)), make(map[string]bus.Subscription, len(b.consumers))
	for name, s := range b.consumers {
		names = append(names, name)
		subscriptions[name] = s
	}
	return names, subscriptions
}

// Run tries letters again when they are due, until ctx ends.
func (b *Box) Run(ctx context.Context) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		if err := b.round(ctx); err != nil && ctx.Err() == nil {
			b.log.Warn("failed deliveries could not be looked up", "error", err)
		}
		select {
		case <-tick.C:
		case <-b.wake:
		case <-ctx.Done():
			return
		}
	}
}

func (b *Box) round(ctx context.Context) error {
	names, subscriptions := b.served()
	due, err := b.due(ctx, names)
	if err != nil {
		return err
	}
	for _, l := range due {
		mine, err := b.claim(ctx, l)
		if err != nil {
			return err
		}
		if !mine || ctx.Err() != nil {
			continue
		}
		failed := b.bus.Handle(ctx, bus.Delivery{MessageID: l.EventID, Consumer: l.Consumer}, subscriptions[l.Consumer], l.data, "")
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the claim ends by itself
		}
		if err := b.tried(ctx, l, failed); err != nil {
			return err
		}
		b.cfg.Changed(l.ID)
	}
	return nil
}

// nudge lets the loop look at once.
func (b *Box) nudge() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func cut(text string) string {
	if len(text) > longestError {
		return text[:longestError]
	}
	return text
}

func errNone() error {
	return fault.New(fault.Conflict, "system.letter.none", "none of these deliveries waits for a decision").
		At("body.ids", "choose deliveries that are waiting or dead")
}
