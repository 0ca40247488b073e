package process

import (
	"cmp"
	"context"
	"slices"
)

// ranks puts bundles into an order in which serial generation can repeat the baseline: those
// that have a machine or a tank in common one after the other as there, and else by their starts.
func (in *instance) ranks() []int64 {
	after := make([][]int32, len(in.bundles))
	waits := make([]int32, len(in.bundles))
	before := func(from, to int32) {
		if from != to {
			after[from] = append(after[from], to)
			waits[to]++
		}
	}
	in.queued(before)
	in.unblocked(before)
	begin := filled[int64](len(in.bundles), 1<<40)
	for i, t := range in.kept {
		if t >= 0 {
			begin[in.bundleOf[i]] = min(begin[in.bundleOf[i]], t)
		}
	}
	// Of the bundles that wait for none the one that begins first; if all wait, as queues may
	// contradict one another, that of all.
	rank := filled[int64](len(in.bundles), none)
	left := make([]int32, len(in.bundles))
	for b := range left {
		left[b] = int32(b)
	}
	slices.SortStableFunc(left, func(a, b int32) int { return cmp.Compare(begin[a], begin[b]) })
	for n := int64(0); len(left) > 0; n++ {
		at := max(0, slices.IndexFunc(left, func(b int32) bool { return waits[b] <= 0 }))
		b := left[at]
		left = slices.Delete(left, at, at+1)
		rank[b] = n
		for _, to := range after[b] {
			waits[to]--
		}
	}
	return rank
}

// queued tells which bundles come before which on their machines and tanks.
func (in *instance) queued(before func(from, to int32)) {
	for _, tasks := range in.baselineQueues() {
		slices.SortStableFunc(tasks, func(a, b int32) int { return cmp.Compare(in.kept[a], in.kept[b]) })
		for k := 1; k < len(tasks); k++ {
			before(in.bundleOf[tasks[k-1]], in.bundleOf[tasks[k]])
		}
	}
}

// unblocked tells that what frees a pinned task comes before what follows on its machine.
func (in *instance) unblocked(before func(from, to int32)) {
	for i := range int32(in.tasks) { //nolint:gosec // a place
		for _, a := range in.out[i] {
			if a.blocking && in.pinned(i) && !in.pinned(a.task) {
				for _, b := range in.followers(i) {
					before(in.bundleOf[a.task], b)
				}
			}
		}
	}
}

// baselineQueues are the tasks of the baseline on each machine to which tasks are appended, and
// of each tank.
func (in *instance) baselineQueues() [][]int32 {
	queues := make([][]int32, len(in.Resources)+len(in.Tanks))
	for i, w := range in.keptWay {
		if w < 0 {
			continue
		}
		for _, n := range in.ways[w].needs {
			if in.sequenced[n.Resource] {
				queues[n.Resource] = append(queues[n.Resource], int32(i))
			}
		}
		for _, f := range in.ways[w].flows {
			queues[len(in.Resources)+f.tank] = append(queues[len(in.Resources)+f.tank], int32(i))
		}
	}
	return queues
}

// followers are the bundles that may come after a pinned task on its machines: all with a way
// that needs one, and a start in the baseline that is not before.
func (in *instance) followers(i int32) (list []int32) {
	way := in.wayFirst[i]
	if mode := in.Tasks[i].Pin.Mode; mode != nil {
		way += int32(*mode) //nolint:gosec // a place
	}
	for j, w := range in.keptWay {
		if w < 0 || in.pinned(int32(j)) || in.kept[j] < *in.Tasks[i].Pin.Start {
			continue
		}
		for _, n := range in.ways[w].needs {
			for _, o := range in.ways[way].needs {
				if n.Resource == o.Resource && in.Resources[n.Resource].Capacity == 1 {
					list = append(list, in.bundleOf[j])
				}
			}
		}
	}
	return list
}

// repairs tries, for each bundle that cannot be where the baseline has it, places further down
// the list, where its machines have room before others that stay where they are: the end, half of
// the way there, and so on. Then it does so for the first one that something pushes from its place, which
// would push all that follow on its machine, and goes on with the next. Workers begin at different ones.
func (s *searcher) repairs(ctx context.Context, shared *shared, worker int) (done bool) {
	list := s.disturbed()
	if worker&1 == 1 {
		slices.Reverse(list)
	}
	tried := make([]bool, len(s.bundles))
	for {
		if len(list) == 0 {
			s.trial.copy(&s.best)
			s.least = s.decode(&s.trial)
			b := s.firstPushed(tried)
			if b < 0 {
				return false
			}
			list = append(list, b)
		}
		b := list[0]
		list, tried[b] = list[1:], true
		if s.relocate(ctx, shared, b) {
			return true
		}
	}
}

// relocate tries places of a bundle further down the list, and keeps what is better. It tells whether the search
// is over.
func (s *searcher) relocate(ctx context.Context, shared *shared, b int32) (over bool) {
	at := slices.Index(s.best.list, b)
	for left := len(s.best.list) - 1 - at; left > 0; left /= 2 {
		if s.over(ctx) {
			return true
		}
		s.trial.copy(&s.best)
		for k, o := range s.trial.list {
			s.place[o] = int32(k)
		}
		for _, i := range s.bundles[b] {
			s.trial.prefer[i], s.trial.freed[i] = none, true
		}
		s.shift(b, at+left)
		v := s.decode(&s.trial)
		s.moves++
		s.take(&v)
		if shared.offer(s.decoder, &v) {
			return true
		}
	}
	return false
}

// firstPushed is, of the bundles that were not tried yet and are not where the baseline has them in the schedule that
// was made last, the one that begins first there, or none.
func (s *searcher) firstPushed(tried []bool) int32 {
	first := int32(none)
	for i, t := range s.kept {
		b := s.bundleOf[i]
		if t < 0 || tried[b] || s.pinned(int32(i)) || s.way[i] == s.keptWay[i] && s.start[i] == t {
			continue
		}
		if first < 0 || t < s.kept[first] {
			first = int32(i)
		}
	}
	if first < 0 {
		return none
	}
	return s.bundleOf[first]
}

// disturbed are the bundles with a task that cannot be done when and where the baseline has it.
func (s *searcher) disturbed() (list []int32) {
	for i, t := range s.kept {
		if t < 0 || s.pinned(int32(i)) || slices.Contains(list, s.bundleOf[i]) {
			continue
		}
		if t < s.release[i] || s.closed(i, t) {
			list = append(list, s.bundleOf[i])
		}
	}
	return list
}

// closed tells whether a task cannot begin at a time in its way in the baseline.
func (s *searcher) closed(i int, t int64) bool {
	w := &s.ways[s.keptWay[i]]
	if w.always || w.duration == 0 {
		return false
	}
	start, _ := w.open.fit(t, w.duration, s.breaks[i])
	return start != t
}
