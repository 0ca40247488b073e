package sigma

import "math"

// exprOp joins atoms to what a rule asks.
type exprOp uint8

const (
	exprAnd exprOp = iota
	exprOr
	exprNot
	exprAtom
	// Of nodes only: all or any of atoms that are found by an index.
	exprAllFound
	exprAnyFound
)

// expr is what a rule asks, as a tree over atoms.
type expr struct {
	op   exprOp
	kids []*expr
	atom int32
	// Of leaves, for the reasons of a hit:
	search string
	item   *item
	wanted string
}

func andOf(kids ...*expr) *expr { return joinExpr(exprAnd, kids) }
func orOf(kids ...*expr) *expr  { return joinExpr(exprOr, kids) }

func joinExpr(op exprOp, kids []*expr) *expr {
	var flat []*expr
	for _, k := range kids {
		if k == nil {
			continue
		}
		if k.op == op {
			flat = append(flat, k.kids...)
			continue
		}
		flat = append(flat, k)
	}
	if len(flat) == 1 {
		return flat[0]
	}
	return &expr{op: op, kids: flat}
}

func notOf(kid *expr) *expr {
	if kid.op == exprNot {
		return kid.kids[0]
	}
	return &expr{op: exprNot, kids: []*expr{kid}}
}

// atoms calls yield for every leaf.
func (e *expr) atoms(yield func(leaf *expr)) {
	if e.op == exprAtom {
		yield(e)
		return
	}
	for _, k := range e.kids {
		k.atoms(yield)
	}
}

// node is an expr laid flat, for evaluation.
type node struct {
	op       exprOp
	asked    bool // the atom is not among those that an index has found by now
	atom     int32
	from, to int32 // kids in Set.kids; atoms for exprAllFound and exprAnyFound
}

// flatten appends a tree to the set's nodes and gives the place of its root.
// Kids that cost nothing come first.
func (s *Set) flatten(e *expr) int32 {
	at := int32(len(s.nodes)) //nolint:gosec // bounded by the size of the files
	s.nodes = append(s.nodes, node{op: e.op, atom: e.atom})
	if e.op == exprAtom {
		s.nodes[at].asked = !s.foundByNow(e)
		return at
	}
	var found, kids []int32
	for _, k := range e.kids {
		if e.op != exprNot && s.foundByNow(k) {
			found = append(found, k.atom)
		}
	}
	if len(found) > 0 {
		kids = append(kids, s.flattenFound(e.op, found))
	}
	for _, costly := range []bool{false, true} {
		for _, k := range e.kids {
			if s.costly(k) == costly && (e.op == exprNot || !s.foundByNow(k)) {
				kids = append(kids, s.flatten(k))
			}
		}
	}
	s.nodes[at].from, s.nodes[at].to = s.adopt(kids)
	return at
}

func (s *Set) flattenFound(op exprOp, atoms []int32) int32 {
	n := node{op: exprAllFound}
	if op == exprOr {
		n.op = exprAnyFound
	}
	n.from, n.to = s.adopt(atoms)
	s.nodes = append(s.nodes, n)
	return int32(len(s.nodes) - 1) //nolint:gosec // bounded by the size of the files
}

func (s *Set) adopt(kids []int32) (from, to int32) {
	from = int32(len(s.kids)) //nolint:gosec // bounded by the size of the files
	s.kids = append(s.kids, kids...)
	return from, int32(len(s.kids)) //nolint:gosec // as above
}

// foundByNow says that a tree is an atom that is known once all fields were looked at.
func (s *Set) foundByNow(e *expr) bool {
	return e.op == exprAtom && s.atoms[e.atom].indexed() && s.atoms[e.atom].field != keywords
}

func (s *Set) costly(e *expr) bool {
	found := false
	e.atoms(func(leaf *expr) { found = found || !s.atoms[leaf.atom].indexed() })
	return found
}

// indexed says that an atom is found by the index of its field.
func (a *atom) indexed() bool { return a.whole || a.literal != "" }

// triggers gives atoms of which at least one is true whenever the expression
// is, and how often about that is; nil if there is no such set.
func (s *Set) triggers(e *expr) ([]int32, float64) {
	switch e.op {
	case exprAtom:
		if a := &s.atoms[e.atom]; a.indexed() {
			return []int32{e.atom}, a.frequency()
		}
	case exprAnd:
		var best []int32
		least := math.Inf(1)
		for _, k := range e.kids {
			if found, f := s.triggers(k); found != nil && f < least {
				best, least = found, f
			}
		}
		return best, least
	case exprOr:
		var all []int32
		sum := 0.0
		for _, k := range e.kids {
			found, f := s.triggers(k)
			if found == nil {
				return nil, 0
			}
			all, sum = append(all, found...), sum+f
		}
		return all, sum
	default: // of what is not there, no index can tell
	}
	return nil, 0
}

// frequency guesses how often an atom is true: long texts are rarer, and what
// many rules ask for is more common.
func (a *atom) frequency() float64 {
	f := 0.3
	if a.field == keywords { // every value has to be looked at
		return 0.9
	}
	for range min(len(a.literal), 24) {
		f *= 0.8
	}
	if a.whole {
		f = max(f/4, 0.002)
	}
	return f * (1 + float64(a.uses)/4)
}
