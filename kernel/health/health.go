// Package health is what an installation knows about itself: components that
// each say how they are, since when, and how to mend them. The door answers
// /healthz and /readyz from it, the health page shows it to people.
package health

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"linghang/kernel/lang"
)

// State is how a component is.
type State string

// The states.
const (
	Good     State = "good"
	Degraded State = "degraded" // works, with a loss that somebody should know of
	Down     State = "down"     // does not work
)

func (s State) rank() int {
	switch s {
	case Down:
		return 2
	case Degraded:
		return 1
	default:
		return 0
	}
}

// Worse reports whether s is worse than o.
func (s State) Worse(o State) bool { return s.rank() > o.rank() }

// Number is the state as a metric: 0 good, 1 degraded, 2 down.
func (s State) Number() int { return s.rank() }

// Finding is what a check found. The zero Finding is good.
type Finding struct {
	State State
	Note  lang.Text // what is the matter, or a figure worth knowing
	Mend  lang.Text // what somebody can do, empty when there is nothing to do
}

// Component is a part that can be well or not.
type Component struct {
	ID    string // lower-case words with dots, such as outbox or platforms.projector
	Title lang.Text
	// Vital components make the replica not ready while they are down.
	Vital bool
	// Check looks now. It gets two seconds; nil for a component whose room says so by Set.
	Check func(ctx context.Context) Finding
}

// Report is a component as it is now.
type Report struct {
	ID    string    `json:"id"`
	Title lang.Text `json:"title"`
	State State     `json:"state" enum:"good,degraded,down"`
	Vital bool      `json:"vital" doc:"The replica is not ready while it is down"`
	Since time.Time `json:"since" doc:"Since when the state is what it is"`
	Note  lang.Text `json:"note"`
	Mend  lang.Text `json:"mend" doc:"How to mend it; empty when there is nothing to do"`
}

const (
	checkWait = 2 * time.Second
	checkPace = 5 * time.Second
)

// Register holds the components of one process.
type Register struct {
	mu      sync.Mutex
	entries []*entry
	changed []func(Report)
	now     func() time.Time
}

type entry struct {
	Component
	last Report
}

// NewRegister returns an empty register.
func NewRegister() *Register { return &Register{now: time.Now} }

// Add adds a component, which is good until something else is found. Adding an
// ID again replaces the component.
func (r *Register) Add(c Component) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := &entry{Component: c, last: Report{ID: c.ID, Title: c.Title, State: Good, Vital: c.Vital, Since: r.now().UTC()}}
	if i := slices.IndexFunc(r.entries, func(o *entry) bool { return o.ID == c.ID }); i >= 0 {
		r.entries[i] = e
		return
	}
	r.entries = append(r.entries, e)
}

// Set says how a component is that has no check of its own.
func (r *Register) Set(id string, f Finding) {
	for _, e := range r.some(func(e *entry) bool { return e.ID == id }) {
		r.note(e, f)
	}
}

func (r *Register) some(which func(*entry) bool) []*entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.entries), func(e *entry) bool { return !which(e) })
}

// OnChange calls fn whenever a component's state changes; call it before Run.
func (r *Register) OnChange(fn func(Report)) { r.changed = append(r.changed, fn) }

// note keeps a finding, and the time when the state became what it is.
func (r *Register) note(e *entry, f Finding) Report {
	if f.State == "" {
		f.State = Good
	}
	r.mu.Lock()
	turned := e.last.State != f.State
	if turned {
		e.last.Since = r.now().UTC()
	}
	e.last.State, e.last.Note, e.last.Mend = f.State, f.Note, f.Mend
	report := e.last
	r.mu.Unlock()
	if turned {
		for _, fn := range r.changed {
			fn(report)
		}
	}
	return report
}

// Read checks all components now, at the same time, and returns their reports,
// the worst first. A check that does not answer is down.
func (r *Register) Read(ctx context.Context) []Report {
	return r.read(ctx, r.some(func(*entry) bool { return true }))
}

// ReadVital checks the vital components now.
func (r *Register) ReadVital(ctx context.Context) []Report {
	return r.read(ctx, r.some(func(e *entry) bool { return e.Vital }))
}

func (r *Register) read(ctx context.Context, entries []*entry) []Report {
	reports := make([]Report, len(entries))
	var all sync.WaitGroup
	for i, e := range entries {
		if e.Check == nil {
			r.mu.Lock()
			reports[i] = e.last
			r.mu.Unlock()
			continue
		}
		all.Go(func() { reports[i] = r.note(e, check(ctx, e.Check)) })
	}
	all.Wait()
	return sorted(reports)
}

// Last returns the reports of the last check, the worst first, without looking again.
func (r *Register) Last() []Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	reports := make([]Report, len(r.entries))
	for i, e := range r.entries {
		reports[i] = e.last
	}
	return sorted(reports)
}

func sorted(reports []Report) []Report {
	slices.SortStableFunc(reports, func(x, y Report) int {
		return cmp.Or(cmp.Compare(y.State.rank(), x.State.rank()), cmp.Compare(x.ID, y.ID))
	})
	return reports
}

// Worst returns the worst state of the reports.
func Worst(reports []Report) State {
	worst := Good
	for _, p := range reports {
		if p.State.Worse(worst) {
			worst = p.State
		}
	}
	return worst
}

// Run checks all components over and over until ctx ends, so that the time of
// each change is known though nobody asks.
func (r *Register) Run(ctx context.Context) {
	tick := time.NewTicker(checkPace)
	defer tick.Stop()
	for {
		r.Read(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// check runs one check, bounded: a check that hangs goes on alone and its late
// answer is dropped.
func check(ctx context.Context, look func(context.Context) Finding) Finding {
	ctx, cancel := context.WithTimeout(ctx, checkWait)
	defer cancel()
	found := make(chan Finding, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				found <- Failed(fmt.Errorf("panic in a check: %v\n%s", p, debug.Stack()), lang.Text{})
			}
		}()
		found <- look(ctx)
	}()
	select {
	case f := <-found:
		return f
	case <-ctx.Done():
		return Failed(errors.New("no answer within two seconds"), lang.Text{})
	}
}

// Failed is the finding of a component that does not work because of err.
func Failed(err error, mend lang.Text) Finding {
	text := err.Error()
	text, _, _ = strings.Cut(text, "\n")
	if len(text) > 300 {
		text = text[:300]
	}
	return Finding{State: Down, Note: lang.Text{ZH: text, EN: text}, Mend: mend}
}

// Room narrows the register to the components of one room.
type Room struct {
	r    *Register
	room string
}

// Room returns the register of a room, whose components are named <room>.<id>.
func (r *Register) Room(room string) *Room { return &Room{r, room} }

// Add adds a component of the room.
func (m *Room) Add(c Component) {
	c.ID = m.room + "." + c.ID
	m.r.Add(c)
}

// Set says how a component of the room is that has no check of its own.
func (m *Room) Set(id string, f Finding) { m.r.Set(m.room+"."+id, f) }
