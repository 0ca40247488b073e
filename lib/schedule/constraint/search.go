package constraint

import "context"

// Answer is what is known of a question.
type Answer int

// Answers.
const (
	Unknown   Answer = iota // the time or the conflicts were over
	Satisfied               // there is a solution; Value has it
	Refuted                 // there is none; Core says by which assumptions
)

const (
	unit    = 50    // conflicts of the shortest run
	keeping = 4_000 // learned clauses before some are let go
	decay   = 0.95  // of activities
)

// search is how decisions are made.
type search struct {
	activity  []float64 // by variable
	bump      float64
	heap      []Int // by activity, of variables that may be decided
	place     []int // in heap, or -1
	branch    []bool
	phase     []int32 // by variable: what it was last
	hint      []int32 // by variable: the bound of it that was met in a contradiction last
	value     []int32 // by variable: of the last solution
	conflicts int64
	runs      int64
}

func (k *Kernel) addVariable(least int32) {
	k.activity, k.place, k.branch = append(k.activity, 0), append(k.place, -1), append(k.branch, false)
	k.phase, k.value = append(k.phase, least), append(k.value, least)
	k.hint = append(k.hint, absent)
}

// Decide has the search decide about a variable by how often it is in contradictions. Those
// about which it does not are as small as they can be when all others are decided.
func (k *Kernel) Decide(x Int) {
	k.branch[x] = true
	k.activity[x] = k.random.Unit() * 1e-3 // among equals any is first
	k.push(x)
}

// Value is what a variable is in the last solution.
func (k *Kernel) Value(x Int) int32 { return k.value[x] }

// Core is a part of the assumptions that cannot be together, of the last question that was refuted.
func (k *Kernel) Core() []Lit { return k.core }

// Conflicts is how many contradictions there were up to now.
func (k *Kernel) Conflicts() int64 { return k.conflicts }

// Solve looks for a solution in which all assumptions are true, until it is found or refuted, so many contradictions
// were met, or the context ends. What it learned is of use to the next question.
func (k *Kernel) Solve(ctx context.Context, assumed []Lit, conflicts int64) Answer {
	defer k.retreat(0)
	k.core = k.core[:0]
	if k.clauses.limit == 0 {
		k.clauses.limit = keeping
	}
	last := k.conflicts + conflicts
	for {
		k.retreat(0)
		if ctx.Err() != nil {
			return Unknown
		}
		if !k.settle() {
			return Refuted
		}
		if k.clauses.full() {
			k.clean()
		}
		k.runs++
		answer := k.run(ctx, assumed, min(last, k.conflicts+unit*luby(k.runs)))
		if answer != Unknown || k.conflicts >= last {
			return answer
		}
	}
}

// luby is the sequence 1 1 2 1 1 2 4 … (Luby, Sinclair, Zuckerman, "Optimal speedup of Las
// Vegas algorithms", Information Processing Letters 47, 1993).
func luby(i int64) int64 {
	for {
		p := int64(1)
		for p < i+1 {
			p *= 2
		}
		if p == i+1 {
			return p / 2
		}
		i -= p/2 - 1
	}
}

// run searches until so many contradictions were met.
func (k *Kernel) run(ctx context.Context, assumed []Lit, last int64) Answer {
	for steps := 0; ; steps++ {
		if !k.propagate() {
			if !k.recover(int32(len(assumed))) { //nolint:gosec // few
				return Refuted
			}
			if k.conflicts >= last {
				return Unknown
			}
			continue
		}
		if steps&15 == 15 && ctx.Err() != nil {
			return Unknown
		}
		l, answer := k.choose(assumed)
		if answer != Unknown {
			return answer
		}
		k.levels = append(k.levels, int32(len(k.trail))) //nolint:gosec // as long as memory
		for len(k.levelMet) <= len(k.levels) {
			k.levelMet = append(k.levelMet, false)
		}
		if l != Always() {
			k.post(l, reason{by: decided})
		}
	}
}

// recover learns from a contradiction and goes back. It returns false if there is no solution.
func (k *Kernel) recover(assumed int32) bool {
	k.conflicts++
	if !k.conflict() {
		k.broken = true
		return false
	}
	if k.floor <= assumed {
		k.blame()
		return false
	}
	level, levels := k.learn()
	k.retreat(level)
	for j := range k.learned {
		k.learned[j] = k.learned[j].Not()
	}
	why := reason{by: decided}
	if len(k.learned) > 1 {
		why = reason{by: byClause, a: k.keep(k.learned, levels)}
	}
	k.bump /= decay
	k.clauses.bump /= 0.999
	k.post(k.learned[0], why)
	return true
}

// choose returns the next decision, or that all is decided, or that an assumption is false.
func (k *Kernel) choose(assumed []Lit) (Lit, Answer) {
	if at := int(k.level()); at < len(assumed) {
		l := assumed[at]
		switch {
		case k.True(l):
			return Always(), Unknown
		case k.False(l):
			k.deny(l)
			return l, Refuted
		}
		return l, Unknown
	}
	for len(k.heap) > 0 {
		x := k.pop()
		least, most := k.Least(x), k.Most(x)
		if least == most {
			continue
		}
		if most-least > 1 {
			k.push(x) // one decision may not be enough
		}
		return k.split(x, least, most), Unknown
	}
	for x := range Int(len(k.value)) { //nolint:gosec // there are not so many
		if least := k.Least(x); least < k.Most(x) {
			return x.AtMost(least), Unknown
		}
	}
	for x := range k.value {
		k.value[x] = k.low[x<<1]
		k.phase[x] = k.value[x]
	}
	return Always(), Satisfied
}

// split decides a variable near to what it was before.
func (k *Kernel) split(x Int, least, most int32) Lit {
	v := k.phase[x]
	if h := k.hint[x]; h > least && h <= most && most-least > 1 {
		return x.AtMost(h - 1)
	}
	switch {
	case v <= least || v > most || most-least > 1:
		return x.AtMost(least)
	case v == most:
		return x.AtLeast(most)
	}
	return x.AtMost(v)
}

// deny finds the assumptions by which one is false.
func (k *Kernel) deny(l Lit) {
	for len(k.need) < len(k.trail) {
		k.need = append(k.need, absent)
	}
	k.met, k.floor = k.met[:0], -1
	k.require(l.Not())
	k.blame()
	k.core = append(k.core, l)
}

// forget is told of a change that is taken back.
func (k *Kernel) forget(c *change) {
	x := Int(c.of >> 1)
	if v := k.low[x<<1]; v == -k.low[x<<1|1] {
		k.phase[x] = v
	}
	if k.branch[x] && k.place[x] < 0 {
		k.push(x)
	}
}

func (k *Kernel) bumpVariable(x Int) {
	if k.activity[x] += k.bump; k.activity[x] > 1e100 {
		for i := range k.activity {
			k.activity[i] *= 1e-100
		}
		k.bump *= 1e-100
	}
	if k.place[x] >= 0 {
		k.up(k.place[x])
	}
}

func (k *Kernel) push(x Int) {
	if k.place[x] >= 0 {
		return
	}
	k.place[x] = len(k.heap)
	k.heap = append(k.heap, x)
	k.up(k.place[x])
}

func (k *Kernel) pop() Int {
	top, last := k.heap[0], len(k.heap)-1
	k.heap[0] = k.heap[last]
	k.place[k.heap[0]] = 0
	k.heap = k.heap[:last]
	k.place[top] = -1
	if last > 0 {
		k.down(0)
	}
	return top
}

func (k *Kernel) up(i int) {
	x := k.heap[i]
	for i > 0 {
		p := (i - 1) / 2
		if k.activity[k.heap[p]] >= k.activity[x] {
			break
		}
		k.heap[i] = k.heap[p]
		k.place[k.heap[i]] = i
		i = p
	}
	k.heap[i] = x
	k.place[x] = i
}

func (k *Kernel) down(i int) {
	x := k.heap[i]
	for {
		c := 2*i + 1
		if c >= len(k.heap) {
			break
		}
		if c+1 < len(k.heap) && k.activity[k.heap[c+1]] > k.activity[k.heap[c]] {
			c++
		}
		if k.activity[k.heap[c]] <= k.activity[x] {
			break
		}
		k.heap[i] = k.heap[c]
		k.place[k.heap[i]] = i
		i = c
	}
	k.heap[i] = x
	k.place[x] = i
}

// Holds tells whether a literal is true in the last solution.
func (k *Kernel) Holds(l Lit) bool {
	if v := k.value[l.of>>1]; l.of&1 == 0 {
		return v >= l.least
	} else { //nolint:revive // v is needed
		return -v >= l.least
	}
}
