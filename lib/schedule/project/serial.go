package project

import "context"

// arc is a task that another one waits for.
type arc struct{ task, lag int32 }

// direction is the precedences seen one way: forward, or backward from the end.
type direction struct {
	first   []int32 // arcs of task i are list[first[i]:first[i+1]]
	list    []arc
	release []int32 // nil is 0
}

// instance is a project laid out flat, which all workers read.
type instance struct {
	tasks     int
	resources int
	capacity  []int32
	modeFirst []int32   // modes of task i are modeFirst[i] to modeFirst[i+1]
	duration  []int32   // by mode
	work      []float32 // by mode: duration and share of the resources
	needFirst []int32   // by mode
	needs     []Need
	forward   direction
	backward  direction
	order     []int32 // topological
	rank      []int32 // place in it
	late      []int32 // longest way from the start of a task to the end, in the shortest modes
	bound     int32
}

func newInstance(p Problem) (*instance, error) {
	n := len(p.Tasks)
	in := &instance{tasks: n, resources: len(p.Capacity), capacity: p.Capacity, needFirst: []int32{0}, modeFirst: make([]int32, 1, n+1), rank: make([]int32, n), late: make([]int32, n)}
	for _, modes := range p.Tasks {
		for _, m := range modes {
			in.duration = append(in.duration, m.Duration)
			if m.Duration > 0 {
				in.needs = append(in.needs, m.Needs...)
			}
			in.needFirst = append(in.needFirst, int32(len(in.needs))) //nolint:gosec // bounded by validate
			share := float32(0)
			for _, n := range m.Needs {
				share += float32(n.Amount) / float32(max(1, p.Capacity[n.Resource]))
			}
			in.work = append(in.work, share*float32(m.Duration))
		}
		in.modeFirst = append(in.modeFirst, int32(len(in.duration))) //nolint:gosec // as above
	}
	in.forward = directed(n, p.Precedences, func(a Precedence) (int32, int32) { return a.Before, a.After })
	in.backward = directed(n, p.Precedences, func(a Precedence) (int32, int32) { return a.After, a.Before })
	in.forward.release = p.Release
	if err := in.sort(); err != nil {
		return nil, err
	}
	in.measure()
	return in, nil
}

// directed lists, for each second task of a precedence, the first ones.
func directed(n int, list []Precedence, ends func(Precedence) (int32, int32)) direction {
	d := direction{first: make([]int32, n+1), list: make([]arc, len(list))}
	for _, a := range list {
		_, to := ends(a)
		d.first[to+1]++
	}
	for i := range n {
		d.first[i+1] += d.first[i]
	}
	next := append([]int32(nil), d.first[:n]...)
	for _, a := range list {
		from, to := ends(a)
		d.list[next[to]] = arc{from, a.MinLag}
		next[to]++
	}
	return d
}

func (d *direction) of(task int32) []arc { return d.list[d.first[task]:d.first[task+1]] }

// sort finds the topological order.
func (in *instance) sort() error {
	waits := make([]int32, in.tasks)
	for i := range waits {
		waits[i] = in.forward.first[i+1] - in.forward.first[i]
		if waits[i] == 0 {
			in.order = append(in.order, int32(i))
		}
	}
	for at := 0; at < len(in.order); at++ {
		i := in.order[at]
		in.rank[i] = int32(at)
		for _, a := range in.backward.of(i) {
			if waits[a.task]--; waits[a.task] == 0 {
				in.order = append(in.order, a.task)
			}
		}
	}
	if len(in.order) < in.tasks {
		return ErrProblem
	}
	return nil
}

// measure computes the longest ways and the lower bound.
func (in *instance) measure() {
	head := make([]int32, in.tasks)
	work := make([]int64, in.resources)
	earliest := int32(maxTime)
	for _, i := range in.order {
		if in.forward.release != nil {
			head[i] = in.forward.release[i]
		}
		for _, a := range in.forward.of(i) {
			head[i] = max(head[i], head[a.task]+in.shortest(a.task)+a.lag)
		}
		earliest = min(earliest, head[i])
		in.addWork(i, work)
	}
	for at := in.tasks - 1; at >= 0; at-- {
		i := in.order[at]
		for _, a := range in.backward.of(i) {
			in.late[i] = max(in.late[i], in.late[a.task]+a.lag)
		}
		in.late[i] += in.shortest(i)
		in.bound = max(in.bound, head[i]+in.late[i])
	}
	for r, w := range work {
		if c := int64(in.capacity[r]); c > 0 {
			in.bound = max(in.bound, earliest+int32((w+c-1)/c)) //nolint:gosec // no more than all durations
		}
	}
}

func (in *instance) shortest(task int32) int32 {
	least := int32(maxTime)
	for _, d := range in.duration[in.modeFirst[task]:in.modeFirst[task+1]] {
		least = min(least, d)
	}
	return least
}

// addWork adds the least that a task takes of each resource, over its modes.
func (in *instance) addWork(task int32, work []int64) {
	for r := range work {
		least := int64(-1)
		for m := in.modeFirst[task]; m < in.modeFirst[task+1]; m++ {
			taken := int64(0)
			for _, n := range in.needs[in.needFirst[m]:in.needFirst[m+1]] {
				if int(n.Resource) == r {
					taken += int64(n.Amount) * int64(in.duration[m])
				}
			}
			if least < 0 || taken < least {
				least = taken
			}
		}
		work[r] += least
	}
}

// timeline is what is free of each resource over time: a list of nodes in the order of
// their times, each good until the next; the last is good for ever and all is free there.
type timeline struct {
	resources int
	time      []int32
	next      []int32
	free      []int32 // by node and resource
	used      int32
}

func newTimeline(in *instance) *timeline {
	nodes := 2*in.tasks + 1
	return &timeline{resources: in.resources, time: make([]int32, nodes), next: make([]int32, nodes), free: make([]int32, nodes*in.resources)}
}

func (t *timeline) reset(capacity []int32) {
	t.time[0], t.next[0], t.used = 0, -1, 1
	copy(t.free, capacity)
}

// split begins a node at a time within node c.
func (t *timeline) split(c, at int32) int32 {
	n, r := t.used, t.resources
	t.used++
	t.time[n], t.next[n] = at, t.next[c]
	copy(t.free[int(n)*r:int(n)*r+r], t.free[int(c)*r:int(c)*r+r])
	t.next[c] = n
	return n
}

// reach returns the node in which a time is, from an earlier one on.
func (t *timeline) reach(c, at int32) int32 {
	for n := t.next[c]; n >= 0 && t.time[n] <= at; n = t.next[c] {
		c = n
	}
	return c
}

// enough says whether a node has what is needed.
func (t *timeline) enough(c int32, needs []Need) bool {
	free := t.free[int(c)*t.resources:]
	for _, n := range needs {
		if free[n.Resource] < n.Amount {
			return false
		}
	}
	return true
}

// place takes what a task needs as early as it can be from a time on, which is not before
// node c. It returns the start and a node not after the end.
func (t *timeline) place(c, at, duration int32, needs []Need) (start, end int32) {
	c = t.reach(c, at)
	if len(needs) == 0 {
		return at, c
	}
	from, start := c, at
	for {
		n := t.next[c]
		if !t.enough(c, needs) {
			c, from, start = n, n, t.time[n]
			continue
		}
		if n < 0 || t.time[n] >= start+duration {
			break
		}
		c = n
	}
	if t.time[from] < start {
		from = t.split(from, start)
	}
	return start, t.take(from, start+duration, needs)
}

// take takes from a node on up to a time, and returns the node that begins then.
func (t *timeline) take(c, until int32, needs []Need) int32 {
	for {
		n := t.next[c]
		if n < 0 || t.time[n] > until {
			n = t.split(c, until)
		}
		free := t.free[int(c)*t.resources:]
		for _, need := range needs {
			free[need.Resource] -= need.Amount
		}
		if t.time[n] == until {
			return n
		}
		c = n
	}
}

// generate makes a schedule of a list, each task as early as it can be in the direction
// of time, and returns its makespan. List has to be topological in that direction. If the
// time is over before that, the schedule has no end, and nobody keeps it.
func (s *solver) generate(ctx context.Context, d *direction, list []int32, modes, start []int32) int32 {
	in := s.instance
	s.line.reset(in.capacity)
	span := int32(0)
	for k, i := range list {
		if k&1023 == 1023 && ctx.Err() != nil {
			return maxTime
		}
		at, node := int32(0), int32(0)
		if d.release != nil {
			at = d.release[i]
		}
		for _, a := range d.of(i) {
			at = max(at, s.end[a.task]+a.lag)
			if n := s.node[a.task]; s.line.time[n] > s.line.time[node] {
				node = n
			}
		}
		m := modes[i]
		duration := in.duration[m]
		start[i], s.node[i] = s.line.place(node, at, duration, in.needs[in.needFirst[m]:in.needFirst[m+1]])
		s.end[i] = start[i] + duration
		span = max(span, s.end[i])
	}
	s.moves++
	return span
}
