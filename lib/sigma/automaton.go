package sigma

// automaton finds many texts in one pass (Aho-Corasick), with one step of a
// table per octet. Octets that no text has share a class, which keeps the table
// small.
type automaton struct {
	class [256]uint16
	width int32
	next  []int32 // state*width+class -> state<<1, plus 1 where texts end
	from  []int32 // state -> first place in out; one more at the end
	out   []int32 // numbers of texts
}

// trieState is a state while the automaton is being built.
type trieState struct {
	next map[uint16]int32
	fail int32
	out  []int32
}

// newAutomaton builds one for texts without empty ones; the place in the list is
// the number that scan gives.
func newAutomaton(texts []string) *automaton {
	a := &automaton{width: 1}
	for _, t := range texts {
		for i := range len(t) {
			if a.class[t[i]] == 0 {
				a.class[t[i]] = uint16(a.width) //nolint:gosec // at most 256
				a.width++
			}
		}
	}
	states := []trieState{{next: map[uint16]int32{}}}
	for n, t := range texts {
		at := int32(0)
		for i := range len(t) {
			c := a.class[t[i]]
			to, ok := states[at].next[c]
			if !ok {
				to = int32(len(states)) //nolint:gosec // limited by the size of all rules
				states = append(states, trieState{next: map[uint16]int32{}})
				states[at].next[c] = to
			}
			at = to
		}
		states[at].out = append(states[at].out, int32(n)) //nolint:gosec // as above
	}
	a.link(states)
	return a
}

// link goes through the states by depth, so that the state to fall back on is
// complete when it is needed.
func (a *automaton) link(states []trieState) {
	width := int(a.width)
	a.next = make([]int32, len(states)*width)
	queue := make([]int32, 1, len(states))
	for head := 0; head < len(queue); head++ {
		s := queue[head]
		st := &states[s]
		if s != 0 {
			st.out = append(st.out, states[st.fail].out...)
		}
		for c := range width {
			fallback := int32(0)
			if s != 0 {
				fallback = a.next[int(st.fail)*width+c]
			}
			to, ok := st.next[uint16(c)] //nolint:gosec // at most 256
			if !ok {
				a.next[int(s)*width+c] = fallback
				continue
			}
			states[to].fail = fallback
			a.next[int(s)*width+c] = to
			queue = append(queue, to)
		}
	}
	a.from = make([]int32, len(states)+1)
	for s := range states {
		a.out = append(a.out, states[s].out...)
		a.from[s+1] = int32(len(a.out)) //nolint:gosec // at most states times depth
	}
	for i, to := range a.next {
		mark := int32(0)
		if a.from[to+1] > a.from[to] {
			mark = 1
		}
		a.next[i] = to<<1 | mark
	}
}

// scan calls found with the number of each text and the place after its end.
func (a *automaton) scan(text []byte, found func(number int32, end int)) {
	s := int32(0)
	for i, b := range text {
		n := a.next[s*a.width+int32(a.class[b])]
		s = n >> 1
		if n&1 == 0 {
			continue
		}
		for _, number := range a.out[a.from[s]:a.from[s+1]] {
			found(number, i+1)
		}
	}
}
