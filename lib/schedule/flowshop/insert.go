package flowshop

import "linghang/lib/schedule/team"

// placer tries a job in all places of a sequence at once.
type placer interface {
	// place returns the best place of a job in a sequence without it, and the makespan then.
	place(sequence []int32, job int32) (at int, span int32)
	makespan(sequence []int32) int32
	of(job int32) []int32 // durations by machine
	changed(at int)       // a job came in or went at a place
	forget()              // the next sequence is another
}

func newPlacer(p Problem, random team.Random) placer {
	switch {
	case p.NoWait:
		w := newWaitless(p)
		w.random = random
		return w
	case p.Setups != nil:
		return &setupTable{newTable(p), newSpacing(p), choice{random: random}}
	default:
		return newTable(p)
	}
}

// choice is the best of what is looked at, and of equal ones any.
type choice struct {
	random team.Random
	at     int
	span   int32
	ties   int
}

func (c *choice) begin() { c.span, c.ties = 1<<31-1, 0 }

func (c *choice) look(at int, span int32) {
	switch {
	case span < c.span:
		c.at, c.span, c.ties = at, span, 1
	case span == c.span:
		if c.ties++; c.random.Below(c.ties) == 0 {
			c.at = at
		}
	}
}

// table places jobs that wait and need no setups.
type table struct {
	machines int
	p        []int32 // durations by job, machines together
	ends     []int32 // row i: when machines have done the first i jobs
	tails    []int32 // row i: what follows the start of job i on each machine
	heads    []int32 // of the job that is tried, in one place
	spans    []int32 // by place
	// Of the sequence that was filled last: its length, and between which places it was
	// changed since. A job that came in and one that went leave what is outside as it was.
	length, low, high int
}

func newTable(p Problem) *table {
	n, m := len(p.Durations), len(p.Durations[0])
	t := &table{machines: m, p: make([]int32, 0, n*m), ends: make([]int32, (n+1)*m), tails: make([]int32, (n+1)*m), heads: make([]int32, m), spans: make([]int32, n)}
	for _, job := range p.Durations {
		t.p = append(t.p, job...)
	}
	return t
}

func (t *table) of(job int32) []int32 {
	m := t.machines
	return t.p[int(job)*m : int(job)*m+m]
}

func (t *table) changed(at int) { t.low, t.high = min(t.low, at), max(t.high, at) }

func (t *table) forget() { t.length = -1 }

// fill computes ends and tails of a sequence, as far as it was changed.
func (t *table) fill(sequence []int32) {
	m, k := t.machines, len(sequence)
	low, high := t.low, t.high
	if t.length != k {
		low, high = 0, k
		clear(t.tails[k*m : k*m+m])
	}
	t.length, t.low, t.high = k, k, 0
	for i := low; i < k; i++ {
		p := t.of(sequence[i])
		before, row := t.ends[i*m:][:len(p)], t.ends[(i+1)*m:][:len(p)]
		end := int32(0)
		for j, d := range p {
			end = max(end, before[j]) + d
			row[j] = end
		}
	}
	for i := min(high, k) - 1; i >= 0; i-- {
		p := t.of(sequence[i])
		after, row := t.tails[(i+1)*m:][:len(p)], t.tails[i*m:][:len(p)]
		tail := int32(0)
		for j := len(p) - 1; j >= 0; j-- {
			tail = max(tail, after[j]) + p[j]
			row[j] = tail
		}
	}
}

func (t *table) makespan(sequence []int32) int32 {
	row := t.heads
	clear(row)
	for _, job := range sequence {
		end := int32(0)
		for j, d := range t.of(job) {
			end = max(end, row[j]) + d
			row[j] = end
		}
	}
	return row[len(row)-1]
}

// Of equal places the one with the least idle time is taken, or the first.
func (t *table) place(sequence []int32, job int32) (at int, span int32) {
	t.fill(sequence)
	k := len(sequence)
	span = t.try(k, job)
	ties := 0
	for i, s := range t.spans[:k+1] {
		if s == span {
			if ties++; ties == 1 {
				at = i
			}
		}
	}
	if ties > 1 {
		at = t.leastIdle(sequence, job, span)
	}
	return at, span
}

// try computes the makespans of all places 0 to k, two at a time because each is a chain
// of dependent steps, and returns the least.
func (t *table) try(k int, job int32) int32 {
	m, p := t.machines, t.of(job)
	least := int32(1<<31 - 1)
	i := 0
	for ; i+1 <= k; i += 2 {
		// Slices as long as p need no check in the loop.
		e0, e1 := t.ends[i*m:][:len(p)], t.ends[(i+1)*m:][:len(p)]
		q0, q1 := t.tails[i*m:][:len(p)], t.tails[(i+1)*m:][:len(p)]
		var f0, f1, s0, s1 int32
		for j, d := range p {
			f0, f1 = max(f0, e0[j])+d, max(f1, e1[j])+d
			s0, s1 = max(s0, f0+q0[j]), max(s1, f1+q1[j])
		}
		t.spans[i], t.spans[i+1] = s0, s1
		least = min(least, s0, s1)
	}
	if i <= k {
		e, q := t.ends[i*m:][:len(p)], t.tails[i*m:][:len(p)]
		var f, s int32
		for j, d := range p {
			f = max(f, e[j]) + d
			s = max(s, f+q[j])
		}
		t.spans[i] = s
		least = min(least, s)
	}
	return least
}

// leastIdle chooses among places with the same makespan by the idle time that they make on
// the machines, estimated over the job and the next (Fernandez-Viagas, Framinan 2014).
func (t *table) leastIdle(sequence []int32, job, span int32) int {
	m, p, k := t.machines, t.of(job), len(sequence)
	best, least := 0, int32(1<<31-1)
	for i, s := range t.spans[:k+1] {
		if s != span {
			continue
		}
		idle, end, next := int32(0), int32(0), int32(0)
		before := t.ends[i*m : i*m+m]
		if i == k {
			for j, d := range p {
				end = max(end, before[j])
				idle += end - before[j]
				end += d
			}
		} else {
			was, after := t.ends[(i+1)*m:(i+1)*m+m], t.of(sequence[i])
			for j, d := range p {
				end = max(end, before[j]) + d
				idle += end - was[j] + after[j] - d + max(0, next-end)
				next = max(next, end) + after[j]
			}
		}
		if idle < least {
			best, least = i, idle
		}
	}
	return best
}
