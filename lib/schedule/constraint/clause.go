package constraint

import (
	"cmp"
	"slices"
)

// clauses are disjunctions of literals, of which two of each are watched (Moskewicz et al.,
// "Chaff: engineering an efficient SAT solver", DAC 2001). A watch waits until the contrary of its literal is so far.
type clauses struct {
	lits    []Lit
	list    []clause
	learned int       // clauses
	given   int       // literals of the others
	watches [][]watch // by signed variable
	bump    float32
	most    int // literals of learned clauses
	limit   int // learned clauses after which some are let go
	order   []int32
}

type clause struct {
	from, size int32
	levels     int32 // that it was of when it was learned; 0: it is not learned
	activity   float32
}

type watch struct {
	least  int32
	clause int32
	other  Lit // if it is true the clause is
}

func (c *clauses) of(id int32) []Lit {
	h := &c.list[id]
	return c.lits[h.from : h.from+h.size]
}

// Clause lets one of some literals be true at least. It is for the root.
func (k *Kernel) Clause(lits ...Lit) {
	var open []Lit
	for _, l := range lits {
		if k.True(l) {
			return
		}
		if k.False(l) {
			continue
		}
		if at := slices.IndexFunc(open, func(o Lit) bool { return o.of == l.of }); at >= 0 {
			open[at].least = min(open[at].least, l.least)
			continue
		}
		open = append(open, l)
	}
	switch len(open) {
	case 0:
		k.broken = true
	case 1:
		k.broken = k.broken || !k.post(open[0], reason{by: decided})
	default:
		k.keep(open, 0)
	}
}

// keep keeps a clause and returns it. Its first two literals are watched.
func (k *Kernel) keep(lits []Lit, levels int32) int32 {
	c := &k.clauses
	id := int32(len(c.list))                                                              //nolint:gosec // they are bounded
	c.list = append(c.list, clause{int32(len(c.lits)), int32(len(lits)), levels, c.bump}) //nolint:gosec // as above
	c.lits = append(c.lits, lits...)
	if levels > 0 {
		c.learned++
	} else {
		c.given += len(lits)
	}
	c.watch(id)
	return id
}

func (c *clauses) watch(id int32) {
	lits := c.of(id)
	for j := range 2 {
		n := lits[j].Not()
		c.watches[n.of] = append(c.watches[n.of], watch{n.least, id, lits[1-j]})
	}
}

// visit looks at the clauses that a raised bound may have made units.
func (k *Kernel) visit(of, old, value int32) bool {
	list := k.clauses.watches[of]
	kept := 0
	for i := range list {
		w := list[i]
		if w.least > value || w.least <= old || k.True(w.other) {
			list[kept] = w
			kept++
			continue
		}
		is, first := k.move(&w, of)
		if is {
			continue
		}
		list[kept] = w
		kept++
		if !k.post(first, reason{by: byClause, a: w.clause}) {
			kept += copy(list[kept:], list[i+1:])
			k.clauses.watches[of] = list[:kept]
			return false
		}
	}
	k.clauses.watches[of] = list[:kept]
	return true
}

// move looks for another literal to watch. If there is none it returns the one that is left, which may be true.
func (k *Kernel) move(w *watch, of int32) (bool, Lit) {
	lits := k.clauses.of(w.clause)
	gone := Lit{of, w.least}.Not()
	if lits[0] == gone {
		lits[0], lits[1] = lits[1], lits[0]
	}
	first := lits[0]
	w.other = first
	if k.True(first) {
		return false, first
	}
	for j := 2; j < len(lits); j++ {
		if l := lits[j]; !k.False(l) {
			lits[1], lits[j] = l, lits[1]
			n := l.Not()
			k.clauses.watches[n.of] = append(k.clauses.watches[n.of], watch{n.least, w.clause, first})
			return true, first
		}
	}
	return false, first
}

// use notes that a clause took part in a contradiction.
func (c *clauses) use(id int32) {
	h := &c.list[id]
	if h.levels == 0 {
		return
	}
	if h.activity += c.bump; h.activity > 1e20 {
		for i := range c.list {
			c.list[i].activity *= 1e-20
		}
		c.bump *= 1e-20
	}
}

// full tells whether some learned clauses are to be let go.
func (c *clauses) full() bool { return c.learned > c.limit || c.crowded() }

func (c *clauses) crowded() bool { return len(c.lits)-c.given > c.most }

// clean lets go, at the root, of clauses that are true and of the learned ones that are of many levels or took part in
// little lately, so that no more is kept than may be.
func (k *Kernel) clean() {
	c := &k.clauses
	c.order = c.order[:0]
	sacred := int32(2) // levels; but where there is no room nothing is
	if c.crowded() {
		sacred = 0
	}
	for id := range c.list {
		if h := &c.list[id]; h.levels > sacred {
			c.order = append(c.order, int32(id))
		}
	}
	slices.SortFunc(c.order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(c.list[b].activity, c.list[a].activity), cmp.Compare(a, b))
	})
	for _, id := range c.order[len(c.order)/2:] {
		c.list[id].size = 0
	}
	c.limit += c.limit / 20
	k.compact()
}

// compact takes together what is left of clauses.
func (k *Kernel) compact() {
	c := &k.clauses
	lits, list := c.lits[:0], c.list[:0]
	c.learned = 0
	for of := range c.watches {
		c.watches[of] = c.watches[of][:0]
	}
	for _, h := range c.list {
		from := int32(len(lits)) //nolint:gosec // they are bounded
		is := false
		for _, l := range c.lits[h.from : h.from+h.size] {
			is = is || k.True(l)
			if !k.False(l) {
				lits = append(lits, l)
			}
		}
		if is || h.size == 0 {
			lits = lits[:from]
			continue
		}
		h.size = int32(len(lits)) - from //nolint:gosec // as above
		h.from = from
		list = append(list, h)
		if h.levels > 0 {
			c.learned++
		}
	}
	c.lits, c.list = lits, list
	for id := range list {
		c.watch(int32(id))
	}
}
