package constraint

// arc lets one signed variable be so much more than another at least, when a literal is true.
type arc struct {
	from, to int32
	by       int32
	when     Lit
}

// guard is an arc that holds when a bound is so far.
type guard struct{ least, arc int32 }

// After lets to be at least from and a number, if a literal is true.
func (k *Kernel) After(from, to Int, by int32, when Lit) {
	k.arc(arc{int32(from) << 1, int32(to) << 1, by, when})
	k.arc(arc{int32(to)<<1 | 1, int32(from)<<1 | 1, by, when})
}

func (k *Kernel) arc(a arc) {
	id := int32(len(k.arcs)) //nolint:gosec // there are not so many
	k.arcs = append(k.arcs, a)
	k.leave[a.from] = append(k.leave[a.from], id)
	if !k.True(a.when) {
		k.enable[a.when.of] = append(k.enable[a.when.of], guard{a.when.least, id})
	}
	k.broken = k.broken || !k.along(id)
}

// along draws conclusions from one arc.
func (k *Kernel) along(id int32) bool {
	a := &k.arcs[id]
	v := k.low[a.from] + a.by
	if v <= k.low[a.to] {
		return true
	}
	if k.low[a.when.of] >= a.when.least {
		return k.post(Lit{a.to, v}, reason{by: byArc, a: id})
	}
	if v > -k.low[a.to^1] {
		return k.post(a.when.Not(), reason{by: blocked, a: id})
	}
	return true
}

// follow goes along the arcs that a raised bound is about.
func (k *Kernel) follow(of, old, value int32) bool {
	for _, id := range k.leave[of] {
		if !k.along(id) {
			return false
		}
	}
	for _, g := range k.enable[of] {
		if old < g.least && g.least <= value && !k.along(g.arc) {
			return false
		}
	}
	return true
}

func (k *Kernel) explainArc(l Lit, why reason, at int32) {
	a := &k.arcs[why.a]
	if why.by == byArc {
		k.needs(Lit{a.from, l.least - a.by})
		k.needs(a.when)
		return
	}
	// The arc cannot hold, because from + by is above the most of to.
	most := k.before(a.to^1, at)
	k.needs(Lit{a.to ^ 1, most})
	k.needs(Lit{a.from, 1 - a.by - most})
}
