package clock

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/rating"
)

// Handler does what follows when a clock of its obligation fires.
type Handler func(ctx context.Context, tx *sqldb.Tx, f Fired) error

const (
	longestWait = 500 * time.Millisecond // until another replica's new clocks are seen
	atOnce      = 200                    // clocks that fire in one transaction
	pauseAfter  = time.Minute            // before what could not be done is tried again
)

// Clocks begins, meets and fires clocks.
type Clocks struct {
	kit      *module.Kit
	store    store
	book     Book
	handlers map[string]Handler
	wake     chan struct{}
	failures atomic.Int64
	broken   error // the rules that come with the program cannot be read; Run reports it

	// Now is the server's clock.
	Now func() time.Time
}

// New returns the clocks of the room. Handlers are added before Run.
func New(kit *module.Kit, now func() time.Time) *Clocks {
	book, err := ReadBook()
	return &Clocks{kit: kit, store: store{kit.DB}, book: book, broken: err, handlers: map[string]Handler{}, wake: make(chan struct{}, 1), Now: now}
}

// On says what follows when a clock of an obligation fires.
func (c *Clocks) On(obligation string, do Handler) { c.handlers[obligation] = do }

// rules are those that come with the program and what the city set itself, as far as is
// committed: another replica may have confirmed something a moment ago.
func (c *Clocks) rules(ctx context.Context, db reader) (Book, error) {
	own, err := limits(ctx, db, `l.confirmed`)
	if err != nil {
		return Book{}, err
	}
	book := c.book
	book.Limits = own
	return book, nil
}

// Begin starts a clock by the rule that holds at its beginning. found is false when no rule
// asks for the obligation: then nothing is owed. A running clock of the same object and
// obligation goes on as it is.
func (c *Clocks) Begin(ctx context.Context, tx *sqldb.Tx, s Start) (out Clock, found bool, err error) {
	book, err := c.rules(ctx, tx)
	if err != nil {
		return out, false, err
	}
	rule, pack, found := book.Find(s.Obligation, s.Kind, s.Level, s.At)
	if !found {
		return out, false, nil
	}
	if out, found, err = c.store.running(ctx, tx, s.Object, s.Obligation); err != nil || found {
		return out, found, err
	}
	calendar, err := c.calendarOf(ctx, tx, rule)
	if err != nil {
		return out, false, err
	}
	if out, err = c.begun(s, rule, pack, calendar); err != nil {
		return out, false, err
	}
	if err = c.store.insert(ctx, tx, out); err != nil {
		return out, false, err
	}
	c.hurry()
	return out, true, nil
}

// BeginAll starts clocks as Begin does, with few statements: of an obligation and at a time
// that all have in common. It returns the clocks in their order; one whose ID is empty was
// not asked for by any rule.
func (c *Clocks) BeginAll(ctx context.Context, tx *sqldb.Tx, list []Start) ([]Clock, error) {
	out, objects := make([]Clock, len(list)), make([]string, len(list))
	for i, s := range list {
		objects[i] = s.Object
	}
	known, err := c.store.of(ctx, tx, objects...)
	if err != nil {
		return nil, err
	}
	calendar, err := c.calendar(ctx, tx)
	if err != nil {
		return nil, err
	}
	book, err := c.rules(ctx, tx)
	if err != nil {
		return nil, err
	}
	var fresh []Clock
	for i, s := range list {
		rule, pack, found := book.Find(s.Obligation, s.Kind, s.Level, s.At)
		if !found {
			continue
		}
		if at := slices.IndexFunc(known, func(k Clock) bool { return k.Object == s.Object && k.Obligation == s.Obligation && k.State == Running }); at >= 0 {
			out[i] = known[at]
			continue
		}
		if out[i], err = c.begun(s, rule, pack, calendar); err != nil {
			return nil, err
		}
		fresh = append(fresh, out[i])
	}
	if len(fresh) == 0 {
		return out, nil
	}
	if err := c.store.insert(ctx, tx, fresh...); err != nil {
		return nil, err
	}
	c.hurry()
	return out, nil
}

// begun is a new clock by a rule.
func (c *Clocks) begun(s Start, rule Rule, pack Pack, calendar Calendar) (Clock, error) {
	if rule.Given != s.Due.After(s.At) {
		return Clock{}, fmt.Errorf("begin clock %s of %s: until when it runs is said by its rule or by whoever begins it, not by both", s.Obligation, s.Object)
	}
	out := Clock{
		ID: ulid.Make().String(), Object: s.Object, OrganisationID: s.OrganisationID, Obligation: s.Obligation, Level: s.Level, Legal: rule.Legal, Basis: rule.Basis,
		Pack: pack.ID, StartedAt: s.At.UTC(), DueAt: s.Due.UTC(), State: Running, Drill: s.Drill, kind: s.Kind, pace: max(s.Pace, 1),
	}
	out.aim(rule, calendar)
	return out, nil
}

// calendarOf is the calendar that holds, where a rule counts working days.
func (c *Clocks) calendarOf(ctx context.Context, tx *sqldb.Tx, r Rule) (Calendar, error) {
	if r.WorkingDays == 0 {
		return Calendar{}, nil
	}
	return c.calendar(ctx, tx)
}

// aim sets until when a clock runs, unless that is given, and when it says something, by a rule.
func (c *Clock) aim(r Rule, calendar Calendar) {
	if r.Given {
		c.steps = r.steps(c.StartedAt, c.DueAt)
		return
	}
	due := r.Due(c.StartedAt, calendar)
	if c.pace > 1 {
		due = c.StartedAt.Add(time.Duration(float64(due.Sub(c.StartedAt)) / c.pace))
	}
	c.DueAt, c.steps = due.UTC(), r.steps(c.StartedAt, due)
}

// Meet ends a clock whose obligation is met; found is false when none runs.
func (c *Clocks) Meet(ctx context.Context, tx *sqldb.Tx, object, obligation string, at time.Time) (Clock, bool, error) {
	return c.stop(ctx, tx, object, obligation, Met, at, "")
}

// Cancel ends the clock of an obligation that is no longer owed; an empty obligation means
// all of the object.
func (c *Clocks) Cancel(ctx context.Context, tx *sqldb.Tx, object, obligation string, at time.Time, reason string) error {
	if obligation != "" {
		_, _, err := c.stop(ctx, tx, object, obligation, Cancelled, at, reason)
		return err
	}
	list, err := c.store.of(ctx, tx, object)
	if err != nil {
		return err
	}
	for _, k := range list {
		if _, _, err := c.stop(ctx, tx, object, k.Obligation, Cancelled, at, reason); err != nil {
			return err
		}
	}
	return nil
}

// CancelAll ends all clocks of objects with few statements, however many they are.
func (c *Clocks) CancelAll(ctx context.Context, tx *sqldb.Tx, at time.Time, reason string, objects ...string) error {
	for part := range slices.Chunk(objects, mostObjects) {
		if err := c.store.cancel(ctx, tx, at, reason, part); err != nil {
			return err
		}
	}
	return nil
}

func (c *Clocks) stop(ctx context.Context, tx *sqldb.Tx, object, obligation string, state State, at time.Time, reason string) (Clock, bool, error) {
	k, found, err := c.store.running(ctx, tx, object, obligation)
	if err != nil || !found {
		return k, false, err
	}
	at = at.UTC()
	k.State, k.StoppedAt, k.next = state, &at, len(k.steps)
	if reason != "" {
		k.Reason = reason
	}
	return k, true, c.store.update(ctx, tx, k)
}

// PutOff moves the end of a house clock; a legal one is refused.
func (c *Clocks) PutOff(ctx context.Context, tx *sqldb.Tx, object, obligation string, until time.Time, reason string) (Clock, error) {
	k, found, err := c.store.running(ctx, tx, object, obligation)
	switch {
	case err != nil:
		return k, err
	case !found:
		return k, fault.New(fault.Conflict, "security.clock.not_running", "no time limit runs for this any more")
	case k.Legal:
		return k, fault.New(fault.Conflict, "security.clock.legal", "this time limit rests on a law and cannot be put off: %s", k.Basis.EN)
	case !until.After(k.DueAt):
		return k, fault.New(fault.Invalid, "security.clock.not_later", "choose a time after %s, when it is due now", k.DueAt.In(cityTime()).Format("2006-01-02 15:04"))
	}
	book, err := c.rules(ctx, tx)
	if err != nil {
		return k, err
	}
	rule, _ := book.ran(k)
	k.DueAt, k.Reason, k.steps, k.next = until.UTC(), reason, rule.steps(k.StartedAt, until), 0
	k.pass(c.Now())
	if err := c.store.update(ctx, tx, k); err != nil {
		return k, err
	}
	c.hurry()
	return k, nil
}

// pass leaves out the steps that lie before at.
func (c *Clock) pass(at time.Time) {
	c.next = slices.IndexFunc(c.steps, func(s step) bool { return s.At > at.UnixMilli() })
	if c.next < 0 {
		c.next = len(c.steps)
	}
}

// Relevel goes over to another level with few statements, of however many objects. A graver
// one shortens what remains and never lengthens it; a lighter one leaves what runs as it is.
func (c *Clocks) Relevel(ctx context.Context, tx *sqldb.Tx, level rating.Level, objects ...string) error {
	calendar, err := c.calendar(ctx, tx)
	if err != nil {
		return err
	}
	book, err := c.rules(ctx, tx)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(objects, mostObjects) {
		list, err := c.store.of(ctx, tx, part...)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(k Clock) bool { return k.State != Running || !level.GraverThan(k.Level) })
		for i := range list {
			list[i] = c.raised(list[i], level, book, calendar)
		}
		if err := c.store.rewrite(ctx, tx, list); err != nil {
			return err
		}
	}
	c.hurry()
	return nil
}

// raised is a clock at a graver level.
func (c *Clocks) raised(k Clock, level rating.Level, book Book, calendar Calendar) Clock {
	k.Level = level
	rule, pack, found := book.Find(k.Obligation, k.kind, level, k.StartedAt)
	if !found {
		return k
	}
	sooner := k
	sooner.Legal, sooner.Basis, sooner.Pack = rule.Legal, rule.Basis, pack.ID
	sooner.aim(rule, calendar)
	if !sooner.DueAt.Before(k.DueAt) {
		return k
	}
	sooner.pass(c.Now().Add(-time.Millisecond))
	sooner.keepEnd(c.Now())
	return sooner
}

// keepEnd keeps the end of the time as a step still to come when it lies behind us already.
func (c *Clock) keepEnd(now time.Time) {
	if c.DueAt.After(now) {
		return
	}
	c.next = slices.IndexFunc(c.steps, func(s step) bool { return s.Part >= 1 })
}

// Of are the clocks of objects, those that began first at first.
func (c *Clocks) Of(ctx context.Context, objects ...string) (map[string][]Clock, error) {
	out := make(map[string][]Clock, len(objects))
	list, err := c.store.of(ctx, c.kit.DB, objects...)
	for _, k := range list {
		out[k.Object] = append(out[k.Object], k)
	}
	return out, err
}

// hurry makes the loop look again at once; a change that is rolled back costs one look.
func (c *Clocks) hurry() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Run fires clocks until ctx ends. Replicas may all run it: each step is taken by one.
func (c *Clocks) Run(ctx context.Context) error {
	if c.broken != nil {
		return c.broken
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.wake:
		case <-timer.C:
		}
		wait := longestWait
		if c.kit.Fit(ctx) == nil {
			more, err := c.fire(ctx)
			if err != nil && ctx.Err() == nil {
				c.kit.Log.Error("fire clocks", slog.Any("error", err))
			}
			if more {
				wait = 0
			}
		}
		timer.Reset(wait)
	}
}

// fire lets what is due fire, at most so many at once; more says that others wait.
func (c *Clocks) fire(ctx context.Context) (more bool, err error) {
	list, err := c.store.due(ctx, c.Now(), atOnce)
	if err != nil || len(list) == 0 {
		return false, err
	}
	err = c.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		for _, k := range list {
			if err := c.take(ctx, tx, k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return len(list) == atOnce, c.fireEach(ctx, list)
	}
	return len(list) == atOnce, nil
}

// fireEach fires one by one, so that one that fails does not keep the others.
func (c *Clocks) fireEach(ctx context.Context, list []Clock) error {
	for _, k := range list {
		err := c.kit.DB.Write(ctx, func(tx *sqldb.Tx) error { return c.take(ctx, tx, k) })
		if ctx.Err() != nil {
			return fmt.Errorf("fire clock %s: %w", k.ID, ctx.Err())
		}
		if err == nil {
			continue
		}
		c.failures.Add(1)
		c.kit.Log.Error("a clock could not fire and is tried again", slog.String("clock", k.ID), slog.String("obligation", k.Obligation), slog.Any("error", err))
		if err := c.store.pause(ctx, k, c.Now().Add(pauseAfter)); err != nil {
			return err
		}
	}
	return nil
}

// take lets the next step of a clock fire, unless it was stopped, or another replica was first.
func (c *Clocks) take(ctx context.Context, tx *sqldb.Tx, k Clock) error {
	taken, err := c.store.advance(ctx, tx, k)
	if err != nil || !taken {
		return err
	}
	do := c.handlers[k.Obligation]
	if do == nil {
		return nil
	}
	at := sqldb.Time(k.steps[k.next].At)
	if err := do(ctx, tx, Fired{Clock: k, Part: k.steps[k.next].Part, At: at, LateBy: max(c.Now().Sub(at), 0)}); err != nil {
		return fmt.Errorf("clock %s of %s: %w", k.Obligation, k.Object, err)
	}
	return nil
}
