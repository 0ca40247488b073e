package sigma

// exprOp joins atoms to what a rule asks.
type exprOp uint8

const (
	exprAnd exprOp = iota
	exprOr
	exprNot
	exprAtom
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
	lazy     bool
	atom     int32
	from, to int32 // kids in Set.kids
}

// flatten appends a tree to the set's nodes and gives the place of its root.
// Kids that cost nothing come first.
func (s *Set) flatten(e *expr) int32 {
	at := int32(len(s.nodes)) //nolint:gosec // bounded by the size of the files
	s.nodes = append(s.nodes, node{op: e.op, atom: e.atom})
	if e.op == exprAtom {
		s.nodes[at].lazy = !s.atoms[e.atom].indexed()
		return at
	}
	kids := make([]int32, 0, len(e.kids))
	for _, costly := range []bool{false, true} {
		for _, k := range e.kids {
			if s.costly(k) == costly {
				kids = append(kids, s.flatten(k))
			}
		}
	}
	s.nodes[at].from = int32(len(s.kids)) //nolint:gosec // as above
	s.kids = append(s.kids, kids...)
	s.nodes[at].to = int32(len(s.kids)) //nolint:gosec // as above
	return at
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
		least := 2.0
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
	}
	return nil, 0
}

// frequency guesses how often an atom is true: long texts are rarer, and what
// many rules ask for is more common.
func (a *atom) frequency() float64 {
	f := 0.3
	for range min(len(a.literal), 24) {
		f *= 0.8
	}
	if a.whole {
		f = max(f/4, 0.002)
	}
	return f * (1 + float64(a.uses)/4)
}
