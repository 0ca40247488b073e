package process

import (
	"cmp"
	"context"
	"slices"

	"linghang/lib/schedule/model"
	"linghang/lib/schedule/team"
)

const (
	history = 40   // schedules that late acceptance looks back
	stale   = 1500 // schedules without a better one, after which the best is taken up again
)

// searcher is one worker.
type searcher struct {
	*decoder
	random   team.Random
	current  plan
	trial    plan
	best     plan
	value    value // of current
	least    value // of best
	past     [history]value
	place    []int32 // of bundles in the list of trial
	begin    []int64 // of bundles in current
	lateJobs []int32
	due      []int64 // by bundle: when it is to start at the latest
	moved    []int32 // bundles that are not where the baseline has them in current
	absent   []int32 // bundles that found no place in current
	ranked   []int32 // bundles as the baseline has them
	choices  []int32 // tasks with several ways
	steps    int     // of the search
	since    int     // steps without a better plan
	moves    int64
	most     int64
	first    bool
	later    bool // may be better
}

func newSearcher(in *instance, o Options, worker int) *searcher {
	s := &searcher{decoder: newDecoder(in), random: team.NewRandom(o.Seed, uint64(worker)), most: o.Moves, first: o.First} //nolint:gosec // workers count from 0
	s.later = in.delays()
	n := len(in.bundles)
	s.place, s.begin, s.due = make([]int32, n), make([]int64, n), make([]int64, n)
	for b, tasks := range in.bundles {
		s.due[b] = model.MaxTime
		for _, i := range tasks {
			due := in.deadline[i]
			if job := in.Tasks[i].Job; job != nil && in.Jobs[*job].Due != nil {
				due = min(due, *in.Jobs[*job].Due)
			}
			s.due[b] = min(s.due[b], due-in.tail[i])
		}
	}
	for i := range int32(in.tasks) { //nolint:gosec // a place
		if in.wayFirst[i+1]-in.wayFirst[i] > 1 && !in.pinned(i) {
			s.choices = append(s.choices, i)
		}
	}
	return s
}

func (s *searcher) over(ctx context.Context) bool {
	return s.most > 0 && s.moves >= s.most || ctx.Err() != nil
}

// run searches until the time is over.
func (s *searcher) run(ctx context.Context, shared *shared, worker int) {
	if s.starts(ctx, shared, worker) {
		return
	}
	s.current.copy(&s.best)
	s.value = s.least
	s.adopt(&s.best)
	for k := range s.past {
		s.past[k] = s.value
	}
	for !s.over(ctx) {
		v, better := s.step()
		if better && shared.offer(s.decoder, &v) {
			return
		}
	}
}

// step makes a move and its schedule, and keeps it if it is good enough. It tells whether it is better than all before.
func (s *searcher) step() (v value, better bool) {
	s.trial.copy(&s.current)
	s.disturb()
	v = s.decode(&s.trial)
	s.moves++
	k := s.steps % history
	s.steps++
	if better = s.take(&v); better {
		s.since = 0
	} else if s.since++; s.since > stale {
		s.revive()
		return v, false
	}
	if v.less(&s.past[k]) || v == s.past[k] || v.less(&s.value) {
		s.accept(&v)
	}
	s.past[k] = s.value
	return v, better
}

// revive takes up the best plan again.
func (s *searcher) revive() {
	s.since = 0
	s.trial.copy(&s.best)
	v := s.decode(&s.trial)
	s.moves++
	s.accept(&v)
	for k := range s.past {
		s.past[k] = v
	}
}

// take keeps a trial that is better than all before.
func (s *searcher) take(v *value) bool {
	if !v.less(&s.least) {
		return false
	}
	s.least = *v
	s.best.copy(&s.trial)
	s.settle(&s.best)
	return true
}

// accept makes the trial that was decoded last the current plan.
func (s *searcher) accept(v *value) {
	s.value = *v
	s.current.copy(&s.trial)
	s.settle(&s.current)
	s.adopt(&s.current)
}

// settle has a plan prefer the ways that were taken.
func (s *searcher) settle(p *plan) {
	for i, w := range s.way {
		if w >= 0 {
			p.prefer[i] = w
		}
	}
}

// adopt remembers what moves need to know of the schedule of a plan.
func (s *searcher) adopt(p *plan) {
	for _, b := range p.list {
		i := s.bundles[b][0]
		if s.way[i] >= 0 {
			s.begin[b] = s.start[i]
		}
	}
	s.lateJobs = s.lateJobs[:0]
	for j := range s.Jobs {
		if d := s.Jobs[j].Due; d != nil && s.ends[j] > *d {
			s.lateJobs = append(s.lateJobs, int32(j))
		}
	}
	s.moved = s.moved[:0]
	for i, t := range s.kept {
		if t >= 0 && s.way[i] >= 0 && (s.start[i] != t || s.way[i] != s.keptWay[i]) {
			s.moved = append(s.moved, s.bundleOf[i])
		}
	}
	s.absent = s.absent[:0]
	for _, w := range s.off {
		s.absent = append(s.absent, w.bundle)
	}
}

// starts decodes the plans of a few rules and keeps the best.
func (s *searcher) starts(ctx context.Context, shared *shared, worker int) (done bool) {
	rules := []func(b int32) (int64, int64){
		func(b int32) (int64, int64) { return s.due[b], 0 },
		func(b int32) (int64, int64) { return s.released(b), s.due[b] },
		func(b int32) (int64, int64) { return -s.tail[s.bundles[b][0]], s.due[b] },
		func(b int32) (int64, int64) { return int64(s.family[s.bundles[b][0]]), s.due[b] },
	}
	var rank []int64
	if s.Baseline != nil {
		rank = s.ranks()
		rules = []func(b int32) (int64, int64){func(b int32) (int64, int64) { return rank[b], 0 }}
	}
	s.trial = plan{list: make([]int32, len(s.bundles)), prefer: make([]int32, s.tasks), freed: make([]bool, s.tasks)}
	if s.later {
		s.trial.wait = make([]int64, len(s.bundles))
	}
	for k := range 2 * len(rules) {
		rule := rules[(k/2+worker)%len(rules)]
		for b := range s.trial.list {
			s.trial.list[b] = int32(b)
		}
		slices.SortStableFunc(s.trial.list, func(a, b int32) int {
			a1, a2 := rule(a)
			b1, b2 := rule(b)
			return cmp.Or(cmp.Compare(a1, b1), cmp.Compare(a2, b2))
		})
		s.trial.weight = int64(k % 2)
		copy(s.trial.prefer, s.keptWay)
		if s.Baseline != nil && k%2 == 1 {
			s.evade()
		}
		v := s.decode(&s.trial)
		s.moves++
		if k == 0 || v.less(&s.least) {
			s.least = v
			s.best.copy(&s.trial)
			s.settle(&s.best)
		}
		if shared.offer(s.decoder, &v) {
			return true
		}
		if s.over(ctx) {
			return true
		}
	}
	s.trial.copy(&s.best)
	s.least = s.decode(&s.trial)
	s.settle(&s.best)
	if s.Baseline != nil {
		s.ranked = slices.Clone(s.trial.list)
		slices.SortStableFunc(s.ranked, func(a, b int32) int {
			return cmp.Compare(rank[a], rank[b])
		})
		return s.repairs(ctx, shared, worker)
	}
	return false
}

// evade lets tasks choose another way that cannot be done when and where the baseline has them.
func (s *searcher) evade() {
	for i, t := range s.kept {
		if t < 0 || s.pinned(int32(i)) {
			continue
		}
		if s.closed(i, t) {
			s.trial.prefer[i] = none
		}
	}
}

func (s *searcher) released(b int32) int64 {
	t := int64(0)
	for _, i := range s.bundles[b] {
		t = max(t, s.release[i])
	}
	return t
}
