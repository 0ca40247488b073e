package plan

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/measure"
)

const (
	// sampleEvery bounds how long the board lags behind a measure. Polling, and
	// not events, because some measures change by time passing alone: a platform
	// that falls silent tells nobody.
	sampleEvery = time.Second
	// keepEvery is how often a value is kept that does not change.
	keepEvery = time.Hour
	// keepGap is the least time between two kept values of a target; a measure
	// that moves with every report would fill the disk otherwise.
	keepGap = 10 * time.Second
)

// reading is what a measure answered.
type reading struct {
	measure.Value
	found  bool // some room answers the measure
	room   string
	title  lang.Text
	counts lang.Text
	page   string
	err    error
	read   time.Time
}

// readings reads the register of measures, and not again for a moment.
type readings struct {
	register *measure.Register
	mu       sync.Mutex
	last     map[string]reading
}

func newReadings(r *measure.Register) *readings {
	return &readings{register: r, last: map[string]reading{}}
}

// read answers the measures from readings not older than fresh.
func (r *readings) read(ctx context.Context, ids []string, fresh time.Duration) map[string]reading {
	answers := make(map[string]reading, len(ids))
	for _, id := range ids {
		r.mu.Lock()
		x, ok := r.last[id]
		r.mu.Unlock()
		if !ok || time.Since(x.read) >= fresh {
			x = r.ask(ctx, id)
			r.mu.Lock()
			r.last[id] = x
			r.mu.Unlock()
		}
		answers[id] = x
	}
	return answers
}

func (r *readings) ask(ctx context.Context, id string) reading {
	e, ok := r.register.Get(id)
	if !ok {
		return reading{read: time.Now()}
	}
	x := reading{found: true, room: e.Room, title: e.Title, counts: e.Counts, page: e.Page}
	x.Value, x.err = r.register.Read(ctx, id)
	x.read = time.Now()
	return x
}

// rooms returns the rooms that answer any measure.
func (r *readings) rooms() map[string]bool {
	rooms := map[string]bool{}
	for _, e := range r.register.List() {
		rooms[e.Room] = true
	}
	return rooms
}

// answer is a formula computed from readings.
type answer struct {
	number    float64
	known     bool
	synthetic bool
	asOf      time.Time // of the oldest reading in it
}

// differs tells whether a board shows the answers differently.
func (a answer) differs(b answer) bool {
	return a.number != b.number || a.known != b.known || a.synthetic != b.synthetic
}

func compute(f formula, read map[string]reading) answer {
	var a answer
	a.number, a.known = f.eval(func(id string) (float64, bool) {
		x := read[id]
		a.synthetic = a.synthetic || x.Synthetic
		if a.asOf.IsZero() || x.At.Before(a.asOf) {
			a.asOf = x.At
		}
		return x.Number, x.found && x.err == nil && x.Known
	})
	return a
}

// sampler keeps the values of live targets and tells browsers when they move.
type sampler struct {
	m     *Module
	last  map[string]answer    // by target, as of the last round
	saved map[string]sample    // by target, the last value kept by this process
	parse map[string]formula   // by text
	tried map[string]time.Time // by measure, when its failure was last logged
}

func newSampler(m *Module) *sampler {
	return &sampler{m, map[string]answer{}, map[string]sample{}, map[string]formula{}, map[string]time.Time{}}
}

func (s *sampler) run(ctx context.Context) error {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		if err := s.round(ctx, time.Now()); err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// round reads every measure that a live target needs, once.
func (s *sampler) round(ctx context.Context, now time.Time) error {
	targets, err := s.m.targets.live(ctx)
	if err != nil || len(targets) == 0 {
		return err
	}
	read := s.m.readings.read(ctx, s.needed(targets), 0)
	s.complain(read, now)
	var fresh []sample
	moved := map[[2]string]bool{} // plan and organisation
	present := map[string]bool{}
	for _, t := range targets {
		present[t.id] = true
		a := compute(s.formula(t.formula), read)
		a.synthetic = a.synthetic || t.synthetic
		before, seen := s.last[t.id]
		s.last[t.id] = a
		if !seen || before.differs(a) {
			moved[[2]string{t.planID, t.owners[0]}] = true
			if t.owners[1] != "" {
				moved[[2]string{t.planID, t.owners[1]}] = true
			}
		}
		if x := (sample{t.id, a.number, now.UTC(), a.synthetic, t.formula}); a.known && s.due(x) {
			fresh = append(fresh, x)
		}
	}
	s.forget(present)
	if len(fresh) > 0 {
		if err := s.m.values.keep(ctx, fresh); err != nil {
			return err
		}
		for _, x := range fresh {
			s.saved[x.targetID] = x
		}
	}
	for who := range moved {
		s.m.kit.Notify(topicBoard, who[0], who[1])
	}
	return nil
}

// needed lists the measures of the targets.
func (s *sampler) needed(targets []liveTarget) []string {
	needed := map[string]bool{}
	for _, t := range targets {
		for _, id := range s.formula(t.formula).measures {
			needed[id] = true
		}
	}
	return slices.Collect(maps.Keys(needed))
}

// due tells whether a sample is worth keeping.
func (s *sampler) due(x sample) bool {
	before, ok := s.saved[x.targetID]
	if !ok {
		return true
	}
	age := x.at.Sub(before.at)
	if before.number != x.number || before.synthetic != x.synthetic || before.formula != x.formula {
		return age >= keepGap
	}
	return age >= keepEvery
}

func (s *sampler) forget(present map[string]bool) {
	for id := range s.last {
		if !present[id] {
			delete(s.last, id)
			delete(s.saved, id)
		}
	}
}

// formula parses a text once; what was stored has been checked.
func (s *sampler) formula(text string) formula {
	f, ok := s.parse[text]
	if !ok {
		f = formulaOf(text)
		s.parse[text] = f
	}
	return f
}

// formulaOf is for texts that were checked when they were stored; one that
// cannot be read any more is unknown.
func formulaOf(text string) formula {
	f, err := parseFormula(text)
	if err != nil {
		return formula{root: func(reader) (float64, bool) { return 0, false }}
	}
	return f
}

// complain logs measures that fail, each once in an hour.
func (s *sampler) complain(read map[string]reading, now time.Time) {
	for id, x := range read {
		if x.err != nil && now.Sub(s.tried[id]) > time.Hour {
			s.tried[id] = now
			s.m.kit.Log.Warn("a measure cannot be read; its targets have no value meanwhile", "measure", id, "error", x.err)
		}
	}
}
