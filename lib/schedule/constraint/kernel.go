package constraint

import "linghang/lib/schedule/team"

// Int is a variable whose values are whole numbers.
type Int int32

// Lit says that a variable, or its negative, is at least a number. Nothing is made for it
// anywhere: any bound can be decided, explained and learned.
type Lit struct {
	of    int32 // the variable twice, and one more for its negative
	least int32
}

// AtLeast says that x is at least v.
func (x Int) AtLeast(v int32) Lit { return Lit{int32(x) << 1, v} }

// AtMost says that x is at most v.
func (x Int) AtMost(v int32) Lit { return Lit{int32(x)<<1 | 1, -v} }

// Not says the contrary.
func (l Lit) Not() Lit { return Lit{l.of ^ 1, 1 - l.least} }

// Int is the variable that a literal is of.
func (l Lit) Int() Int { return Int(l.of >> 1) }

// Always is true in every kernel.
func Always() Lit { return Lit{0, 1} }

// reason says why a literal is true; what the numbers mean is the business of who gives it.
type reason struct {
	by      int32 // a propagator, or one of the following
	a, b, c int32
}

const (
	decided  = -1 - iota
	byClause // a: the clause
	byArc    // a: the arc
	blocked  // a: the arc, which cannot hold
)

// change is a bound that was raised.
type change struct {
	of, value, old int32
	before         int32 // the last change of the same bound, or -1
	level          int32
	why            reason
}

// propagator draws conclusions from bounds.
type propagator interface {
	// propagate posts what follows, and returns false if a post did.
	propagate(k *Kernel) bool
	// explain calls Kernel.needs with literals that were true before change at and from which l follows.
	explain(k *Kernel, l Lit, why reason, at int32)
}

// Kernel is variables, what holds of them, and a search. It is for one goroutine.
type Kernel struct {
	low    []int32 // by signed variable: it is at least that
	last   []int32 // by signed variable: its last change, or -1
	trail  []change
	levels []int32 // where each level but the root begins
	done   int     // changes that were propagated
	broken bool    // there is no solution at all

	clauses clauses
	arcs    []arc
	leave   [][]int32 // by signed variable: arcs from it
	enable  [][]guard // by signed variable: arcs that hold when it is so far

	propagators []propagator
	wakes       [][]int32 // by signed variable
	waiting     [3][]int32
	queued      []bool
	slow        []int8 // which of waiting

	failed  Lit
	failure reason

	analysis
	search
	random team.Random
}

// Options are the seed, and how much is kept of what is learned.
type Options struct {
	Seed     uint64
	Literals int // of learned clauses; 0 is 1 << 20
}

// New returns a kernel without variables.
func New(o Options) *Kernel {
	k := &Kernel{random: team.NewRandom(o.Seed, 0)}
	if k.clauses.most = o.Literals; o.Literals == 0 {
		k.clauses.most = 1 << 20
	}
	k.bump, k.clauses.bump = 1, 1
	k.Int(1, 1)
	return k
}

// Int makes a variable.
func (k *Kernel) Int(least, most int32) Int {
	x := Int(len(k.low) / 2) //nolint:gosec // there are not so many
	k.low = append(k.low, least, -most)
	k.last = append(k.last, -1, -1)
	for range 2 {
		k.leave, k.enable, k.wakes, k.clauses.watches = append(k.leave, nil), append(k.enable, nil), append(k.wakes, nil), append(k.clauses.watches, nil)
		k.kept, k.levelMet = append(k.kept, absent), append(k.levelMet, false)
	}
	k.addVariable(least)
	k.broken = k.broken || least > most
	return x
}

// Bool makes a variable that is 0 or 1, and returns that it is 1.
func (k *Kernel) Bool() Lit { return k.Int(0, 1).AtLeast(1) }

// Least is the least that a variable can be, by what is known.
func (k *Kernel) Least(x Int) int32 { return k.low[x<<1] }

// Most is the most that a variable can be, by what is known.
func (k *Kernel) Most(x Int) int32 { return -k.low[x<<1|1] }

// True tells whether a literal is known to be true.
func (k *Kernel) True(l Lit) bool { return k.low[l.of] >= l.least }

// False tells whether a literal is known to be false.
func (k *Kernel) False(l Lit) bool { return k.low[l.of^1] > -l.least }

func (k *Kernel) level() int32 { return int32(len(k.levels)) } //nolint:gosec // no more than changes

// post makes a literal true. It returns false, and keeps why, if it cannot be.
func (k *Kernel) post(l Lit, why reason) bool {
	old := k.low[l.of]
	if old >= l.least {
		return true
	}
	if l.least > -k.low[l.of^1] {
		k.failed, k.failure = l, why
		return false
	}
	k.trail = append(k.trail, change{l.of, l.least, old, k.last[l.of], k.level(), why})
	k.last[l.of] = int32(len(k.trail)) - 1 //nolint:gosec // the trail is as long as memory
	k.low[l.of] = l.least
	return true
}

// never is what a propagator posts that finds a contradiction.
func never() Lit { return Lit{0, 2} }

// before is a bound as it was before a change.
func (k *Kernel) before(of, at int32) int32 {
	v := k.low[of]
	for i := k.last[of]; i >= at; i = k.trail[i].before {
		v = k.trail[i].old
	}
	return v
}

// since is the change by which a literal became true, which it is, or -1 if it is at the root.
func (k *Kernel) since(l Lit) int32 {
	i := k.last[l.of]
	for i >= 0 && k.trail[i].old >= l.least {
		i = k.trail[i].before
	}
	if i >= 0 && k.trail[i].level == 0 {
		return -1
	}
	return i
}

// retreat takes back all levels after one.
func (k *Kernel) retreat(level int32) {
	if k.level() <= level {
		return
	}
	from := k.levels[level]
	for i := int32(len(k.trail)) - 1; i >= from; i-- { //nolint:gosec // as above
		c := &k.trail[i]
		k.forget(c)
		k.low[c.of], k.last[c.of] = c.old, c.before
	}
	k.trail, k.levels = k.trail[:from], k.levels[:level]
	k.done = int(from)
	k.rest()
}

// rest lets nobody wait.
func (k *Kernel) rest() {
	for q, list := range k.waiting {
		for _, p := range list {
			k.queued[p] = false
		}
		k.waiting[q] = list[:0]
	}
}

// add adds a propagator that wakes when a signed variable grows.
func (k *Kernel) add(p propagator, slow int8, on ...int32) {
	id := int32(len(k.propagators)) //nolint:gosec // there are not so many
	k.propagators, k.queued, k.slow = append(k.propagators, p), append(k.queued, false), append(k.slow, slow)
	for _, of := range on {
		k.wakes[of] = append(k.wakes[of], id)
	}
	k.wake(id)
}

func (k *Kernel) wake(p int32) {
	if k.queued[p] {
		return
	}
	k.queued[p] = true
	k.waiting[k.slow[p]] = append(k.waiting[k.slow[p]], p)
}

// propagate draws conclusions until there are no more, and returns false on a contradiction.
func (k *Kernel) propagate() bool {
	for {
		for k.done < len(k.trail) {
			c := k.trail[k.done]
			k.done++
			if !k.visit(c.of, c.old, c.value) || !k.follow(c.of, c.old, c.value) {
				k.rest()
				return false
			}
			for _, p := range k.wakes[c.of] {
				k.wake(p)
			}
		}
		q := 0
		for q < len(k.waiting)-1 && len(k.waiting[q]) == 0 {
			q++
		}
		last := len(k.waiting[q]) - 1
		if last < 0 {
			return true
		}
		p := k.waiting[q][last]
		k.waiting[q] = k.waiting[q][:last]
		k.queued[p] = false
		if !k.propagators[p].propagate(k) {
			k.rest()
			return false
		}
	}
}

// settle propagates at the root and lets nothing of it be taken back.
func (k *Kernel) settle() bool {
	if k.broken || !k.propagate() {
		k.broken = true
		return false
	}
	for i := range k.trail {
		k.last[k.trail[i].of] = -1
	}
	k.trail, k.done = k.trail[:0], 0
	return true
}
