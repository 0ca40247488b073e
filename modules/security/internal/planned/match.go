package planned

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"linghang/modules/security/internal/asset"
)

// list is one of those that are compared.
type list int

// The lists.
const (
	inPlan list = iota
	inInventory
	onWire
	lists
)

// The kinds of traces, the surest first.
const (
	bySerial = iota
	byMAC
	byBACnet
	byStation
	byIP
	byName // only between revisions of one plan
)

func kinds() []string { return []string{"serial", "mac", "bacnet", "station", "ip", "name"} }

// trace is something by which a thing is known again. Where the segment is known, the same
// value in another one is something else.
type trace struct {
	kind           int
	value, segment string
}

// thing is one entry of one list.
type thing struct {
	list   list
	traces []trace
}

// rule is one round: what has the same trace is one.
type rule struct {
	kind    int
	segment bool // with the same segment
}

// rules are the rounds, the surest first.
func rules() []rule {
	return []rule{{bySerial, false}, {byMAC, false}, {byBACnet, true}, {byBACnet, false}, {byStation, true}, {byStation, false}, {byIP, true}, {byIP, false}, {byName, false}}
}

// common is how many entries of one list may share a trace; what more have is a
// placeholder, and tells nothing.
const common = 4

// set is things that are one, by their place in what was matched.
type set struct {
	members [lists][]int
	doubt   *doubt
}

// doubt says why it cannot be told which things are one.
type doubt struct {
	kind   int
	value  string
	rivals []int // the sets that it could be
}

// matching is under way.
type matching struct {
	things []thing
	parent []int
	doubts []open
}

// open is a trace by which nothing could be told.
type open struct {
	kind   int
	value  string
	things []int
}

// match puts together what is one. A set has one entry of the plans and one of the inventory
// at most, and as many devices on the wire as the asset has interfaces. The order of things
// does not matter: each round looks at all of them before it joins any.
func match(things []thing) []set {
	m := &matching{things: things, parent: make([]int, len(things))}
	for i := range m.parent {
		m.parent[i] = i
	}
	for _, r := range rules() {
		m.round(r)
	}
	return m.sets()
}

func (m *matching) root(i int) int {
	for m.parent[i] != i {
		m.parent[i] = m.parent[m.parent[i]]
		i = m.parent[i]
	}
	return i
}

// holder is a thing that has a trace.
type holder struct {
	at      int
	segment string
}

// round joins by one kind of trace. First it finds which traces are beyond doubt, then what
// they link together, and only then it joins what they link without contradiction.
func (m *matching) round(r rule) {
	of := map[string][]holder{}
	for i, t := range m.things {
		for _, x := range t.traces {
			if x.kind != r.kind || r.segment && x.segment == "" {
				continue
			}
			key := x.value
			if r.segment {
				key += "\x1f" + x.segment
			}
			of[key] = append(of[key], holder{i, x.segment})
		}
	}
	counts := m.counts()
	next := slices.Clone(m.parent)
	links := &matching{things: m.things, parent: next}
	linked := map[string]int{} // by which trace something is linked
	for _, key := range slices.Sorted(maps.Keys(of)) {
		held := of[key]
		switch m.judge(r, held, counts) {
		case clear:
			for _, h := range held[1:] {
				links.join(held[0].at, h.at)
			}
			linked[key] = held[0].at
		case doubtful:
			m.doubts = append(m.doubts, open{r.kind, plainValue(key), ats(held)})
		case silent:
		}
	}
	m.take(r, links, counts, linked)
}

// take joins the things that links joins, where that is no contradiction.
func (m *matching) take(r rule, links *matching, counts map[int][lists]int, linked map[string]int) {
	whole := map[int][]int{} // root of links → roots that it joins
	for root := range counts {
		whole[links.root(root)] = append(whole[links.root(root)], root)
	}
	values := map[int]string{}
	for key, at := range linked {
		if root := links.root(at); values[root] == "" || key < values[root] {
			values[root] = key
		}
	}
	for _, to := range slices.Sorted(maps.Keys(whole)) {
		roots := whole[to]
		if len(roots) < 2 {
			continue
		}
		var n [lists]int
		for _, x := range roots {
			for l, k := range counts[x] {
				n[l] += k
			}
		}
		slices.Sort(roots)
		if n[inPlan] > 1 || n[inInventory] > 1 {
			m.doubts = append(m.doubts, open{r.kind, plainValue(values[to]), roots})
			continue
		}
		for _, x := range roots[1:] {
			m.join(roots[0], x)
		}
	}
}

func (m *matching) join(a, b int) { m.parent[m.root(a)] = m.root(b) }

// counts are how many entries of each list every set has so far, by its root.
func (m *matching) counts() map[int][lists]int {
	out := map[int][lists]int{}
	for i, t := range m.things {
		n := out[m.root(i)]
		n[t.list]++
		out[m.root(i)] = n
	}
	return out
}

// verdict is what a trace tells of those that have it.
type verdict int

const (
	silent   verdict = iota // nothing
	clear                   // they are one
	doubtful                // some may be one, and it cannot be told which
)

func (m *matching) judge(r rule, held []holder, counts map[int][lists]int) verdict {
	var n, sets [lists]int
	roots, segments := map[int]bool{}, map[string]bool{}
	for _, h := range held {
		n[m.things[h.at].list]++
		if h.segment != "" {
			segments[h.segment] = true
		}
		root := m.root(h.at)
		if roots[root] {
			continue
		}
		roots[root] = true
		for l, k := range counts[root] {
			if k > 0 {
				sets[l]++
			}
		}
	}
	seen := n[onWire] > 0
	switch {
	case len(roots) < 2 || slices.Max(n[:]) > common:
		return silent
	case !r.segment && len(segments) > 1: // they are different things, of which one was seen
		if seen {
			return doubtful
		}
		return silent
	case slices.Max(sets[:]) > 1:
		return doubtful
	case r.kind == byIP && !r.segment && !seen: // the same address may be there in two networks
		return doubtful
	}
	return clear
}

func ats(held []holder) (out []int) {
	for _, h := range held {
		out = append(out, h.at)
	}
	return out
}

func plainValue(key string) string { return strings.ReplaceAll(key, "\x1f", " ") }

// sets are the outcome. A doubt stays with a set as long as one of those that share the trace
// has what it lacks.
func (m *matching) sets() []set {
	at := map[int]int{}
	var out []set
	for i, t := range m.things {
		root := m.root(i)
		n, known := at[root]
		if !known {
			n = len(out)
			at[root] = n
			out = append(out, set{})
		}
		out[n].members[t.list] = append(out[n].members[t.list], i)
	}
	slices.SortStableFunc(m.doubts, func(a, b open) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.value, b.value)) })
	for _, d := range m.doubts {
		var concerned []int
		for _, x := range d.things {
			if n := at[m.root(x)]; !slices.Contains(concerned, n) {
				concerned = append(concerned, n)
			}
		}
		for _, n := range concerned {
			if out[n].doubt == nil {
				out[n].doubt = out[n].doubted(d, concerned, out, n)
			}
		}
	}
	return out
}

// doubted is the doubt of the n-th set, if there is one: of it and of the others one has what
// the other lacks.
func (s set) doubted(d open, concerned []int, all []set, n int) *doubt {
	out := doubt{kind: d.kind, value: d.value}
	for _, o := range concerned {
		if o != n && s.lacks(all[o]) {
			out.rivals = append(out.rivals, o)
		}
	}
	if len(out.rivals) == 0 {
		return nil
	}
	return &out
}

func (s set) lacks(o set) bool {
	for l := range lists {
		if len(s.members[l]) == 0 && len(o.members[l]) > 0 {
			return true
		}
	}
	return false
}

// tracesOf are what facts leave to be known by. vendor gives the one name of a vendor.
func tracesOf(f asset.Facts, vendor func(string) string) (out []trace) {
	add := func(kind int, value, segment string) {
		x := trace{kind, strings.ToLower(value), strings.ToLower(segment)}
		if value != "" && !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	if f.Vendor != "" && f.Serial != "" {
		add(bySerial, vendor(f.Vendor)+"\x1f"+f.Serial, "")
	}
	for _, a := range f.Addresses {
		add(byMAC, a.MAC, "")
		add(byBACnet, a.BACnet, a.Segment)
		add(byStation, a.Station, a.Segment)
		add(byIP, a.IP, a.Segment)
	}
	slices.SortStableFunc(out, func(a, b trace) int { return cmp.Compare(a.kind, b.kind) })
	return out
}
