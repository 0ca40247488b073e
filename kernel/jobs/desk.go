package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/kernel/trace"
)

const (
	lease = 15 * time.Second
	beat  = 3 * time.Second
	// slots is how many jobs one process does at once.
	slots = 8
)

// Config says how the desk works.
type Config struct {
	// Look is how often it looks for work that nobody told it of; zero means a second.
	Look time.Duration
	// Trace begins the spans of jobs; nil traces nothing.
	Trace *trace.Tracer
	// Changed is told of jobs that begin, move and end.
	Changed func(j Job)
}

// Desk hands out work. Each process has one, on one table.
type Desk struct {
	db  *sqldb.DB
	cfg Config
	log *slog.Logger

	mu     sync.Mutex
	kinds  map[string]Kind
	served map[string]bool
	wake   chan struct{}
	holder string
	busy   chan struct{}
}

// NewDesk returns a desk on the system's database.
func NewDesk(db *sqldb.DB, cfg Config, log *slog.Logger) *Desk {
	if cfg.Look == 0 {
		cfg.Look = time.Second
	}
	if cfg.Changed == nil {
		cfg.Changed = func(Job) {}
	}
	return &Desk{
		db: db, cfg: cfg, log: log, kinds: map[string]Kind{}, served: map[string]bool{}, wake: make(chan struct{}, 1),
		holder: ulid.Make().String(), busy: make(chan struct{}, slots),
	}
}

// Declare makes a kind of work of a room known.
func (d *Desk) Declare(room string, k Kind) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	name := room + "." + k.Name
	_, twice := d.kinds[name]
	switch {
	case twice:
		return fmt.Errorf("job %s is declared twice", name)
	case k.Name == "" || (k.Do == nil) == (k.Run == nil):
		return fmt.Errorf("job %s has a name and either Do or Run", name)
	case k.Do != nil && k.Every <= 0:
		return fmt.Errorf("job %s has no input and no period: it would never run", name)
	}
	d.kinds[name] = k
	return nil
}

// Serve lets this process do the work of a room.
func (d *Desk) Serve(room string, k Kind) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.served[room+"."+k.Name] = true
}

func (d *Desk) kind(name string) (Kind, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	k, ok := d.kinds[name]
	return k, ok
}

// work returns the kinds that this process does.
func (d *Desk) work() map[string]Kind {
	d.mu.Lock()
	defer d.mu.Unlock()
	work := make(map[string]Kind, len(d.served))
	for name := range d.served {
		work[name] = d.kinds[name]
	}
	return work
}

// Room is the desk of one room.
type Room struct {
	d    *Desk
	room string
}

// Room returns the desk of a room, which knows the room's own kinds only.
func (d *Desk) Room(room string) *Room { return &Room{d, room} }

// Start asks for a job, owned by whoever asks in ctx, and returns its ID.
func (r *Room) Start(ctx context.Context, o Order) (string, error) {
	a, err := r.asked(ctx, o)
	if err != nil {
		return "", err
	}
	err = r.d.take(sqldb.Alone(ctx), a)
	r.d.nudge()
	return a.ID, err
}

// StartTx asks for a job within a change: it begins when the change is
// committed, and not at all when it is not.
func (r *Room) StartTx(ctx context.Context, tx *sqldb.Tx, o Order) (string, error) {
	a, err := r.asked(ctx, o)
	if err != nil {
		return "", err
	}
	return a.ID, tx.Emit(ctx, a)
}

// Read returns one of the room's own jobs.
func (r *Room) Read(ctx context.Context, id string) (Job, error) {
	j, err := r.d.Read(ctx, id, "")
	if err == nil && !strings.HasPrefix(j.Kind, r.room+".") {
		return Job{}, errNone()
	}
	return j, err
}

// Cancel ends one of the room's own jobs: at once when it waits, soon when it runs.
func (r *Room) Cancel(ctx context.Context, id string) error {
	if _, err := r.Read(ctx, id); err != nil {
		return err
	}
	_, err := r.d.Cancel(ctx, id, "")
	return err
}

func (r *Room) asked(ctx context.Context, o Order) (Asked, error) {
	name := r.room + "." + o.Kind
	if _, ok := r.d.kind(name); !ok {
		return Asked{}, fmt.Errorf("there is no job %s", name)
	}
	input, err := encoded(o.Input, maxInput, "input")
	if err != nil {
		return Asked{}, err
	}
	id := identity.From(ctx)
	a := Asked{ID: ulid.Make().String(), Kind: name, Input: input, Owner: id.Actor(), OwnerName: id.Name, OrganisationID: id.Organisation.ID}
	if !o.At.IsZero() {
		a.RunAt = o.At.UnixMilli()
	}
	return a, nil
}

// Asked is a job that a change asked for.
type Asked struct {
	ID             string `json:"id"`
	Kind           string `json:"kind"`
	Input          string `json:"input"`
	Owner          string `json:"owner"`
	OwnerName      string `json:"owner_name"`
	OrganisationID string `json:"organisation_id"`
	RunAt          int64  `json:"run_at"`
}

// Subject implements bus.Event.
func (Asked) Subject() string { return "jobs.work.asked" }

// Receive takes a job that a room's change asked for.
func (d *Desk) Receive(ctx context.Context, a Asked) error {
	err := d.take(ctx, a)
	d.nudge()
	return err
}

func (d *Desk) nudge() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Run does work until ctx ends, then gives back what it has not finished.
func (d *Desk) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	for ctx.Err() == nil {
		if err := d.round(ctx, &running); err != nil && ctx.Err() == nil {
			d.log.Warn("work could not be looked up", "error", err)
		}
		// A little disorder keeps replicas from looking all at once.
		timer := time.NewTimer(d.cfg.Look + rand.N(d.cfg.Look/10+1)) //nolint:gosec // no secret depends on it
		select {
		case <-timer.C:
		case <-d.wake:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

func (d *Desk) round(ctx context.Context, running *sync.WaitGroup) error {
	work := d.work()
	if err := d.comeAround(ctx, work); err != nil {
		return err
	}
	for {
		select {
		case d.busy <- struct{}{}:
		default:
			return nil // all slots are taken; whoever ends wakes the loop
		}
		j, found, err := d.claim(ctx, work)
		if err != nil || !found {
			<-d.busy
			return err
		}
		running.Go(func() {
			defer func() { <-d.busy; d.nudge() }()
			d.do(ctx, j, work[j.Kind])
		})
	}
}

// do runs one claimed job and records what came of it.
func (d *Desk) do(ctx context.Context, j Job, k Kind) {
	d.cfg.Changed(j)
	t := &Task{ID: j.ID, Attempt: j.Attempt, Last: j.Attempt >= k.tries(), Owner: j.Owner, OrganisationID: j.OrganisationID, input: j.input}
	run, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	bounded, done := context.WithTimeout(run, k.limit())
	defer done()
	bounded, span := d.cfg.Trace.Begin(bounded, trace.Inside, "job "+j.Kind, "")
	held := make(chan struct{})
	holding, letGo := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer close(held)
		d.hold(holding, cancel, j, t)
	}()
	result, err := protect(func() (any, error) { return k.run(bounded, t) })
	if err != nil {
		span.Fail("error")
	}
	span.End()
	cause := context.Cause(run)
	if cause == nil && err != nil && errors.Is(bounded.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("it took longer than %s: %w", k.limit(), err)
	}
	switch {
	case errors.Is(cause, errLost), errors.Is(cause, ErrCancelled):
		err = cause
	case ctx.Err() != nil && err != nil:
		err = errStopping
	}
	d.conclude(context.WithoutCancel(ctx), j, k, result, err)
	letGo()
	<-held
}

// hold keeps the lease while the job runs, passes on its progress, and ends it
// when somebody cancels it or another replica has it.
func (d *Desk) hold(ctx context.Context, cancel context.CancelCauseFunc, j Job, t *Task) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		fraction, note, moved := t.progress()
		if !moved && time.Since(last) < beat {
			continue
		}
		asked := time.Now()
		try, stop := context.WithTimeout(ctx, beat)
		mine, cancelled, err := d.renew(try, j.ID, fraction, note)
		stop()
		switch {
		case err != nil && ctx.Err() == nil:
			d.log.Warn("the lease of a job could not be renewed", "job", j.Kind, "id", j.ID, "error", err)
			if time.Since(last) > lease-beat {
				cancel(errLost)
				return
			}
			continue
		case err == nil && !mine:
			d.log.Warn("a job is ended: another replica has it", "job", j.Kind, "id", j.ID)
			cancel(errLost)
			return
		case cancelled:
			cancel(ErrCancelled)
		}
		last = asked
		if moved {
			j.Fraction, j.Note = fraction, note
			d.cfg.Changed(j)
		}
	}
}

// conclude records the end of a try. When the database is away it tries for as
// long as the lease lasts; after that the job is begun again.
func (d *Desk) conclude(ctx context.Context, j Job, k Kind, result any, failed error) {
	if errors.Is(failed, errLost) {
		return
	}
	e := ending{state: Done, fraction: 1}
	text, err := encoded(result, maxResult, "result")
	if failed == nil {
		failed = err
	}
	switch {
	case failed == nil:
		e.result = text
	case errors.Is(failed, ErrCancelled):
		e.state, e.fraction = Cancelled, -1
	case errors.Is(failed, errStopping):
		e.state, e.fraction, e.back = Waiting, 0, true
	case j.Attempt < k.tries() && !final(failed):
		e.state, e.fraction, e.pause, e.err = Waiting, 0, pause(j.Attempt), failed.Error()
	default:
		e.state, e.fraction, e.err = Failed, -1, failed.Error()
	}
	if e.err != "" {
		d.log.Error("a job failed", "job", j.Kind, "id", j.ID, "try", j.Attempt, "state", e.state, "error", failed)
	}
	for end := time.Now().Add(lease); ; {
		try, stop := context.WithTimeout(ctx, beat)
		err := d.end(try, j.ID, e)
		stop()
		if err == nil {
			break
		}
		if time.Now().After(end) {
			d.log.Error("the end of a job could not be recorded; it is begun again", "job", j.Kind, "id", j.ID, "error", err)
			return
		}
		timer := time.NewTimer(time.Second)
		<-timer.C
	}
	j.State = e.state
	d.cfg.Changed(j)
}

func protect(fn func() (any, error)) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a job: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}

func errNone() error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such job, or it is not yours")
}

func errBusy(kind string) error {
	return fault.New(fault.Limited, "system.job.waiting", "%d jobs of %s wait already", maxWaiting, kind).After(60)
}
