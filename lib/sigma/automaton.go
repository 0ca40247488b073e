package sigma

import "slices"

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
	out  []int32
}

// newAutomaton builds one for texts without empty ones; the place in the list is
// the number that scan gives.
func newAutomaton(texts []string) *automaton {
	a := &automaton{width: 1}
	a.classes(texts)
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
		states[at].out = append(states[at].out, int32(n))
	}
	a.link(states)
	return a
}

// classes numbers octets by how common they are, so that what is looked up most
// lies together.
func (a *automaton) classes(texts []string) {
	var counts [256]int
	for _, t := range texts {
		for i := range len(t) {
			counts[t[i]]++
		}
	}
	var octets []int
	for b, n := range counts {
		if n > 0 {
			octets = append(octets, b)
		}
	}
	slices.SortFunc(octets, func(x, y int) int { return counts[y] - counts[x] })
	for _, b := range octets {
		a.class[b] = uint16(a.width) //nolint:gosec // at most 256
		a.width++
	}
}

// link goes through the states by depth, so that the state to fall back on is
// complete when it is needed, and numbers them in that order, so that those near
// the root, where most of a scan is, lie together.
func (a *automaton) link(states []trieState) {
	width := int(a.width)
	a.next = make([]int32, len(states)*width)
	a.from = make([]int32, 1, len(states)+1)
	queue := make([]int32, 1, len(states)) // new number -> old number
	fails := make([]int32, len(states))    // new number -> new number
	outs := make([][]int32, len(states))
	for s := 0; s < len(queue); s++ {
		st := &states[queue[s]]
		outs[s] = st.out
		if s != 0 {
			outs[s] = slices.Concat(st.out, outs[fails[s]])
		}
		a.out = append(a.out, outs[s]...)
		a.from = append(a.from, int32(len(a.out))) //nolint:gosec // at most states times length of a fragment
		for c := range width {
			fallback := int32(0)
			if s != 0 {
				fallback = a.next[int(fails[s])*width+c]
			}
			old, ok := st.next[uint16(c)]
			if !ok {
				a.next[s*width+c] = fallback
				continue
			}
			fails[len(queue)] = fallback
			a.next[s*width+c] = int32(len(queue)) //nolint:gosec // number of states
			queue = append(queue, old)
		}
	}
	for i, to := range a.next {
		mark := int32(0)
		if a.from[to+1] > a.from[to] {
			mark = 1
		}
		a.next[i] = to<<1 | mark
	}
}
