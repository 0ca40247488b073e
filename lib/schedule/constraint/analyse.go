package constraint

import (
	"fmt"
	"slices"
)

// absent is a bound that no literal has.
const absent = -1 << 31

// analysis is what is needed to learn from a contradiction.
type analysis struct {
	need     []int32 // by change: the bound that is needed of it, or absent
	met      []int32 // changes of which something is needed
	here     int     // of them on the current level
	floor    int32   // the current level while one is analysed
	gather   bool    // needs go to a list
	list     []Lit
	learned  []Lit   // what is true and may not be together, the newest first
	kept     []int32 // by signed variable: the bound in learned, or absent
	levelMet []bool  // by level
	tries    int
	core     []Lit
	strict   bool  // tests look whether explanations are true
	upTo     int32 // before which change
}

// needs is called by who explains, for each literal from which it follows.
func (k *Kernel) needs(l Lit) {
	if k.strict && k.before(l.of, k.upTo) < l.least {
		panic(fmt.Sprintf("a literal is explained by what was not true before: %+v", l))
	}
	if k.gather {
		k.list = append(k.list, l)
		return
	}
	k.require(l)
}

func (k *Kernel) require(l Lit) {
	i := k.since(l)
	if i < 0 {
		return
	}
	if k.need[i] == absent {
		k.need[i] = l.least
		k.met = append(k.met, i)
		if k.trail[i].level == k.floor {
			k.here++
		}
		k.bumpVariable(l.Int())
		if l.of&1 == 0 {
			k.hint[l.of>>1] = l.least
		} else {
			k.hint[l.of>>1] = 1 - l.least
		}
		return
	}
	k.need[i] = max(k.need[i], l.least)
}

// explain calls needs with what a literal follows from.
func (k *Kernel) explain(l Lit, why reason, at int32) {
	k.upTo = at
	switch why.by {
	case decided:
	case byClause:
		k.clauses.use(why.a)
		for _, other := range k.clauses.of(why.a)[1:] {
			k.needs(other.Not())
		}
	case byArc, blocked:
		k.explainArc(l, why, at)
	default:
		k.propagators[why.by].explain(k, l, why, at)
	}
}

// conflict is what may not be together by the last contradiction: it makes need of it, and
// goes back to the last level that takes part. It returns false if that is the root.
func (k *Kernel) conflict() bool {
	for len(k.need) < len(k.trail) {
		k.need = append(k.need, absent)
	}
	k.met, k.here, k.floor = k.met[:0], 0, -1
	k.explain(k.failed, k.failure, int32(len(k.trail))) //nolint:gosec // as long as memory
	k.require(k.failed.Not())
	top := int32(0)
	for _, i := range k.met {
		top = max(top, k.trail[i].level)
	}
	for _, i := range k.met {
		if k.trail[i].level == top {
			k.here++
		}
	}
	k.retreat(top)
	k.floor = top
	return top > 0
}

// learn resolves a contradiction to its first unique implication point (Marques-Silva,
// Sakallah, "GRASP: a search algorithm for propositional satisfiability", IEEE
// Transactions on Computers 48, 1999), and returns to which level to go back. It is after conflict.
func (k *Kernel) learn() (level, levels int32) {
	at := int32(len(k.trail)) - 1 //nolint:gosec // as long as memory
	for ; ; at-- {
		if k.need[at] == absent {
			continue
		}
		if k.here == 1 {
			break
		}
		l := Lit{k.trail[at].of, k.need[at]}
		k.need[at] = absent
		k.here--
		k.explain(l, k.trail[at].why, at)
	}
	k.learned = append(k.learned[:0], Lit{k.trail[at].of, k.need[at]})
	slices.Sort(k.met)
	for _, i := range slices.Backward(k.met) {
		if i >= at || k.need[i] == absent {
			continue
		}
		if l := (Lit{k.trail[i].of, k.need[i]}); k.kept[l.of] == absent && l.of != k.learned[0].of {
			k.kept[l.of] = l.least
			k.learned = append(k.learned, l)
		}
	}
	k.kept[k.learned[0].of] = k.learned[0].least
	k.shorten()
	for _, i := range k.met {
		k.need[i] = absent
	}
	return k.rank()
}

// shorten leaves out of what was learned what follows from the rest (Sörensson, Biere,
// "Minimizing learned clauses", SAT 2009).
func (k *Kernel) shorten() {
	kept := 1
	for _, l := range k.learned[1:] {
		k.kept[l.of] = absent
		k.tries = 40
		if !k.follows(l, 0) {
			k.kept[l.of] = l.least
			k.learned[kept] = l
			kept++
		}
	}
	for _, l := range k.learned {
		k.kept[l.of] = absent
	}
	k.learned = k.learned[:kept]
}

// follows tells whether a literal follows from what was learned, within a few steps.
func (k *Kernel) follows(l Lit, depth int) bool {
	if k.kept[l.of] >= l.least {
		return true
	}
	i := k.since(l)
	if i < 0 {
		return true
	}
	why := k.trail[i].why
	if k.tries--; why.by == decided || depth > 6 || k.tries < 0 {
		return false
	}
	from := len(k.list)
	k.gather = true
	k.explain(l, why, i)
	k.gather = false
	ok := true
	for j := from; ok && j < len(k.list); j++ {
		ok = k.follows(k.list[j], depth+1)
	}
	k.list = k.list[:from]
	return ok
}

// rank puts the literal of the second highest level second, and counts levels.
func (k *Kernel) rank() (level, levels int32) {
	second := 0
	for j, l := range k.learned {
		of := k.trail[k.since(l)].level
		if !k.levelMet[of] {
			k.levelMet[of] = true
			levels++
		}
		if j > 0 && of > level {
			level, second = of, j
		}
	}
	for _, l := range k.learned {
		k.levelMet[k.trail[k.since(l)].level] = false
	}
	if second > 0 {
		k.learned[1], k.learned[second] = k.learned[second], k.learned[1]
	}
	return level, levels
}

// blame finds the assumptions by which one of them, or all of the rest, is false. It leaves them in core.
func (k *Kernel) blame() {
	k.core = k.core[:0]
	for at := int32(len(k.trail)) - 1; at >= 0; at-- { //nolint:gosec // as long as memory
		if k.need[at] == absent {
			continue
		}
		c := &k.trail[at]
		if l := (Lit{c.of, k.need[at]}); c.why.by == decided {
			k.core = append(k.core, Lit{c.of, c.value})
		} else {
			k.explain(l, c.why, at)
		}
		k.need[at] = absent
	}
}
