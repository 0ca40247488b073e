package graph

import "hash/maphash"

// names keeps the identifiers of nodes: all text in one piece, and an open hash
// table of numbers of 32 bits. A map of strings would need four times as much.
type names struct {
	seed  maphash.Seed
	text  string
	ends  []uint32 // where the text of each ends
	slots []uint32 // one more than the number of the node; 0 is free; a power of two
}

func (n *names) name(i uint32) string {
	begin := uint32(0)
	if i > 0 {
		begin = n.ends[i-1]
	}
	return n.text[begin:n.ends[i]]
}

// find returns the number of an identifier, and the slot where it is or would be.
func (n *names) find(id string) (number, slot uint32, ok bool) {
	mask := uint64(len(n.slots) - 1) //nolint:gosec // there are always slots
	at := maphash.String(n.seed, id) & mask
	for n.slots[at] != 0 {
		if number := n.slots[at] - 1; n.name(number) == id {
			return number, uint32(at), true //nolint:gosec // below the number of slots
		}
		at = (at + 1) & mask
	}
	return 0, uint32(at), false //nolint:gosec // below the number of slots
}

// grow doubles the slots when three of four are taken.
func (n *names) grow() {
	if 4*(len(n.ends)+1) <= 3*len(n.slots) {
		return
	}
	n.slots = make([]uint32, 2*len(n.slots))
	for i := range uint32(len(n.ends)) { //nolint:gosec // Options bound the number of nodes
		_, slot, _ := n.find(n.name(i))
		n.slots[slot] = i + 1
	}
}

// kinds keeps types by number.
type kinds struct {
	names  []string
	counts []int
	number map[string]uint16
}

func (k *kinds) add(name string, limit int) (uint16, bool) {
	if i, ok := k.number[name]; ok {
		k.counts[i]++
		return i, true
	}
	if len(k.names) >= limit {
		return 0, false
	}
	i := uint16(len(k.names)) //nolint:gosec // the limit is below 65 536
	k.number[name] = i
	k.names = append(k.names, name)
	k.counts = append(k.counts, 1)
	return i, true
}
