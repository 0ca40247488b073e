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
	in.ordered(before)
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

// ordered tells which bundles come before which on their machines, by their precedences, and in tanks.
func (in *instance) ordered(before func(from, to int32)) {
	for i := range int32(in.tasks) { //nolint:gosec // a place
		for _, a := range in.out[i] {
			if !in.pinned(i) {
				before(in.bundleOf[i], in.bundleOf[a.task])
			}
		}
	}
	queues := in.baselineQueues()
	for _, tasks := range queues[:len(in.Resources)] {
		for k := 1; k < len(tasks); k++ {
			before(in.bundleOf[tasks[k-1]], in.bundleOf[tasks[k]])
		}
	}
	for k, tasks := range queues[len(in.Resources):] {
		in.poured(k, tasks, before)
	}
}

// poured tells which bundles come before which in a tank: all of a product before all of the next one, and of one
// product what is filled before what draws it, if no bundle does both. Nothing else: what is drawn late does not wait for
// fills in between.
func (in *instance) poured(tank int, tasks []int32, before func(from, to int32)) {
	flow := func(i int32) pour {
		flows := in.ways[in.keptWay[i]].flows
		return flows[slices.IndexFunc(flows, func(f pour) bool { return f.tank == tank })]
	}
	var last []int32 // of the product before
	for len(tasks) > 0 {
		family := flow(tasks[0]).family
		next := slices.IndexFunc(tasks, func(i int32) bool { return flow(i).family != family })
		if next < 0 {
			next = len(tasks)
		}
		run := tasks[:next]
		var fills, draws []int32
		for _, i := range run {
			for _, o := range last {
				before(in.bundleOf[o], in.bundleOf[i])
			}
			other := func(o int32) bool {
				return in.bundleOf[o] == in.bundleOf[i] && flow(o).amount > 0 != (flow(i).amount > 0)
			}
			switch {
			case slices.ContainsFunc(run, other):
			case flow(i).amount > 0:
				fills = append(fills, i)
			default:
				draws = append(draws, i)
			}
		}
		content := int64(0)
		for _, i := range draws {
			// What is drawn before it is filled was there, from what is pinned.
			for content += flow(i).amount; content < 0 && len(fills) > 0 && in.kept[fills[0]] < in.kept[i]; fills = fills[1:] {
				content += flow(fills[0]).amount
				before(in.bundleOf[fills[0]], in.bundleOf[i])
			}
			content = max(0, content)
		}
		last, tasks = run, tasks[next:]
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
// of each tank, by their starts.
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
	for _, tasks := range queues {
		slices.SortStableFunc(tasks, func(a, b int32) int { return cmp.Compare(in.kept[a], in.kept[b]) })
	}
	return queues
}

// queued is a task that the baseline has before another on a machine to which tasks are appended.
type queued struct{ resource, task int32 }

// layQueues notes who is before whom on machines to which tasks are appended.
func (in *instance) layQueues() {
	in.ahead = make([][]queued, in.tasks)
	for r, tasks := range in.baselineQueues()[:len(in.Resources)] {
		for k := 1; k < len(tasks); k++ {
			in.ahead[tasks[k]] = append(in.ahead[tasks[k]], queued{int32(r), tasks[k-1]})
		}
	}
}

// aheadOn is the task before another on a machine, or none.
func (in *instance) aheadOn(i, resource int32) int32 {
	for _, q := range in.ahead[i] {
		if q.resource == resource {
			return q.task
		}
	}
	return none
}

// followers are the bundles that may come after a pinned task on its machines: all with a way
// that needs one, and a start in the baseline that is not before.
func (in *instance) followers(i int32) (list []int32) {
	way := in.pinnedWay(i)
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

// repairs takes what cannot be where the baseline has it, and then what that pushes, out of the plan to its end, until
// nothing is pushed any more. Then it tries, for each bundle that moved, places further up the list, where its machines
// have room before others that stay where they are. Then it does so for the first one that something pushes from
// its place, and goes on with the next. Workers begin at different ones.
func (s *searcher) repairs(ctx context.Context, shared *shared, worker int) (done bool) {
	list := s.disturbed()
	if done = s.eject(ctx, shared, &list); done {
		return true
	}
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

// mostEjected is how many bundles are taken out of the plan; if more are pushed, others are.
const mostEjected = 40

// eject takes bundles out of the plan to its end, and after each the first one that is pushed then, and notes them.
func (s *searcher) eject(ctx context.Context, shared *shared, list *[]int32) (over bool) {
	s.trial.copy(&s.best)
	s.trial.list = append(s.trial.list[:0], s.ranked...)
	out := make([]bool, len(s.bundles))
	for k := 0; k < len(*list) && k < mostEjected; k++ {
		b := (*list)[k]
		out[b] = true
		for _, i := range s.bundles[b] {
			s.trial.prefer[i], s.trial.freed[i] = none, true
		}
		at := slices.Index(s.trial.list, b)
		s.trial.list = append(slices.Delete(s.trial.list, at, at+1), b)
		if k+1 < len(*list) {
			continue
		}
		if s.over(ctx) {
			return true
		}
		v := s.decode(&s.trial)
		s.moves++
		s.take(&v)
		if shared.offer(s.decoder, &v) {
			return true
		}
		if next := s.firstPushed(out); next >= 0 {
			*list = append(*list, next)
		}
	}
	return false
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
