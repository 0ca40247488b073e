package planned

import "slices"

// hosts puts together what sensors told apart and is one box on the wire: what has one MAC,
// such as the units behind a gateway, and what was seen without a MAC, as behind a router, by
// the address of one host alone. It returns places in seen.
func hosts(seen []Observed) [][]int {
	j := &matching{parent: make([]int, len(seen))}
	for i := range j.parent {
		j.parent[i] = i
	}
	byMAC, bare := map[string]int{}, map[string]int{}
	for i, o := range seen {
		for _, mac := range o.MACs {
			j.under(byMAC, mac, i)
		}
		if len(o.MACs) > 0 {
			continue
		}
		for _, addr := range o.Addrs {
			j.under(bare, addr, i)
		}
	}
	j.nearest(seen)
	at, out := map[int]int{}, [][]int{}
	for i := range seen {
		root := j.root(i)
		n, known := at[root]
		if !known {
			n = len(out)
			at[root], out = n, append(out, nil)
		}
		out[n] = append(out[n], i)
	}
	return out
}

// under joins an entry with the first that has the same key.
func (m *matching) under(first map[string]int, key string, i int) {
	if n, known := first[key]; known {
		m.join(n, i)
		return
	}
	first[key] = i
}

// nearest joins what has no MAC with the one host that has its addresses.
func (m *matching) nearest(seen []Observed) {
	with := map[string][]int{} // address → roots of hosts with a MAC
	for i, o := range seen {
		for _, addr := range o.Addrs {
			if root := m.root(i); len(o.MACs) > 0 && !slices.Contains(with[addr], root) {
				with[addr] = append(with[addr], root)
			}
		}
	}
	near := map[int][]int{} // root without a MAC → roots with one
	for i, o := range seen {
		if len(o.MACs) > 0 {
			continue
		}
		for _, addr := range o.Addrs {
			for _, root := range with[addr] {
				if n := near[m.root(i)]; !slices.Contains(n, root) {
					near[m.root(i)] = append(n, root)
				}
			}
		}
	}
	for bare, roots := range near {
		if len(roots) == 1 {
			m.join(bare, roots[0])
		}
	}
}
