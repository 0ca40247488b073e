package project

import (
	"context"
	"slices"

	"linghang/lib/schedule/team"
)

// rankBits are those of a task's rank in a sorting key; its time is above them.
const rankBits = 20

// individual is a schedule as a list of tasks by their starts.
type individual struct {
	list  []int32
	modes []int32 // by task, counted over all tasks
	start []int32
	span  int32
	print uint64 // of all starts, by which equal schedules are told
}

func (in *instance) newIndividual() *individual {
	return &individual{list: make([]int32, in.tasks), modes: make([]int32, in.tasks), start: make([]int32, in.tasks)}
}

// solver is one worker.
type solver struct {
	*instance
	random team.Random
	line   *timeline
	end    []int32
	node   []int32
	keys   []int64
	taken  []bool
	ready  []int32
	waits  []int32
	people []*individual
	child  *individual
	moves  int64
	most   int64
	least  int32 // of the population
	since  int64 // moves when it was found
}

func newSolver(in *instance, o Options, worker int) *solver {
	return &solver{
		instance: in, random: team.NewRandom(o.Seed, uint64(worker)), line: newTimeline(in), end: make([]int32, in.tasks), node: make([]int32, in.tasks), //nolint:gosec // workers count from 0
		keys: make([]int64, in.tasks), taken: make([]bool, in.tasks), ready: make([]int32, 0, in.tasks), waits: make([]int32, in.tasks), child: in.newIndividual(), most: o.Moves, least: maxTime,
	}
}

func (s *solver) over(ctx context.Context, best *shared) bool {
	return s.most > 0 && s.moves >= s.most || best.done.Load() || ctx.Err() != nil
}

// sample makes a list at random in which tasks with long ways to the end tend to be
// early, and modes that tend to be short.
func (s *solver) sample(v *individual) {
	s.ready = s.ready[:0]
	for i := range s.waits {
		s.waits[i] = s.forward.first[i+1] - s.forward.first[i]
		if s.waits[i] == 0 {
			s.ready = append(s.ready, int32(i))
		}
		v.modes[i] = s.anyMode(int32(i))
	}
	pressure := s.random.Below(4)
	for at := range v.list {
		k := s.random.Below(len(s.ready))
		for range pressure {
			if other := s.random.Below(len(s.ready)); s.late[s.ready[other]] > s.late[s.ready[k]] {
				k = other
			}
		}
		i := s.ready[k]
		v.list[at] = i
		last := len(s.ready) - 1
		s.ready[k] = s.ready[last]
		s.ready = s.ready[:last]
		for _, a := range s.backward.of(i) {
			if s.waits[a.task]--; s.waits[a.task] == 0 {
				s.ready = append(s.ready, a.task)
			}
		}
	}
}

// anyMode is the shorter of two modes at random.
func (s *solver) anyMode(task int32) int32 {
	first, n := s.modeFirst[task], int(s.modeFirst[task+1]-s.modeFirst[task])
	if n == 1 {
		return first
	}
	a, b := first+int32(s.random.Below(n)), first+int32(s.random.Below(n)) //nolint:gosec // few
	if s.duration[b] < s.duration[a] {
		return b
	}
	return a
}

// decode makes the list of v a schedule, shifts all tasks to the right and to the left
// again as long as that shortens it, and makes the list the order of their starts.
func (s *solver) decode(ctx context.Context, v *individual) {
	v.span = s.generate(ctx, &s.forward, v.list, v.modes, v.start)
	for range 3 {
		if v.span == maxTime {
			return
		}
		before := v.span
		for i, at := range v.start {
			end := at + s.duration[v.modes[i]]
			s.keys[i] = int64(maxTime-end)<<rankBits | int64(s.tasks-1-int(s.rank[i]))
		}
		s.arrange(v.list, true)
		right := s.generate(ctx, &s.backward, v.list, v.modes, v.start)
		if right == maxTime {
			v.span = maxTime
			return
		}
		for i, at := range v.start {
			s.keys[i] = int64(right-at-s.duration[v.modes[i]])<<rankBits | int64(s.rank[i])
		}
		s.arrange(v.list, false)
		v.span = s.generate(ctx, &s.forward, v.list, v.modes, v.start)
		if v.span >= before {
			break
		}
	}
	for i, at := range v.start {
		s.keys[i] = int64(at)<<rankBits | int64(s.rank[i])
	}
	s.arrange(v.list, false)
	v.print = 0
	for i, at := range v.start {
		v.print = (v.print ^ uint64(at)<<23 ^ uint64(v.modes[i])) * 0x9E3779B97F4A7C15 //nolint:gosec // any bits will do
		v.print ^= v.print >> 29
	}
}

// arrange sorts the list by keys, which tell tasks by their ranks, from the end if
// backward.
func (s *solver) arrange(list []int32, backward bool) {
	slices.Sort(s.keys)
	for k, key := range s.keys {
		rank := int(key & (1<<rankBits - 1))
		if backward {
			rank = s.tasks - 1 - rank
		}
		list[k] = s.order[rank]
	}
}

// stretch returns where a random stretch of a list begins and ends.
func (s *solver) stretch(v *individual) (from, until int) {
	n := len(v.list)
	length := 1 + s.random.Below(max(1, n*3/4))
	from = s.random.Below(n - length + 1)
	return from, from + length
}

// density is how much of the resources the tasks of a stretch take in its time.
func (s *solver) density(v *individual, from, until int) float32 {
	first, last, work := int32(maxTime), int32(0), float32(0)
	for _, i := range v.list[from:until] {
		m := v.modes[i]
		work += s.work[m]
		first, last = min(first, v.start[i]), max(last, v.start[i]+s.duration[m])
	}
	return work / float32(1+last-first)
}

// cross makes child of two parents: a stretch of the mother that uses resources well stays
// as it is, and the rest is in the father's order before and after it.
func (s *solver) cross(mother, father *individual) {
	from, until := s.stretch(mother)
	for range 2 {
		if f, u := s.stretch(mother); s.density(mother, f, u) > s.density(mother, from, until) {
			from, until = f, u
		}
	}
	clear(s.taken)
	for _, i := range mother.list[from:until] {
		s.taken[i] = true
		s.child.modes[i] = mother.modes[i]
	}
	// What the stretch waits for goes before it: mother has it before the stretch.
	before := s.waits
	clear(before)
	for _, i := range mother.list[:from] {
		before[i] = 1
	}
	k := 0
	for _, i := range father.list {
		if before[i] == 1 {
			s.child.list[k], s.child.modes[i] = i, father.modes[i]
			k++
		}
	}
	k += copy(s.child.list[k:], mother.list[from:until])
	for _, i := range father.list {
		if before[i] == 0 && !s.taken[i] {
			s.child.list[k], s.child.modes[i] = i, father.modes[i]
			k++
		}
	}
}

// mutate moves a few tasks of child to other places that their precedences allow, and
// changes a few modes.
func (s *solver) mutate() {
	list := s.child.list
	rate := 1 + s.random.Below(6)*s.random.Below(6) // in hundredths, most often small
	for at := range list {
		if s.random.Below(100) < rate {
			s.shift(list, at)
		}
		i := list[at]
		if s.modeFirst[i+1]-s.modeFirst[i] > 1 && s.random.Below(100) < 4 {
			s.child.modes[i] = s.anyMode(i)
		}
	}
}

// shift exchanges a task with the next as long as chance wants and it need not be before.
func (s *solver) shift(list []int32, at int) {
	for at+1 < len(list) {
		for _, a := range s.forward.of(list[at+1]) {
			if a.task == list[at] {
				return
			}
		}
		list[at], list[at+1] = list[at+1], list[at]
		at++
		if s.random.Below(3) == 0 {
			return
		}
	}
}
