package resolver

import (
	"cmp"
	"net/netip"
	"slices"
)

// span is a network and how it is treated; of two that are the same the later
// one holds.
type span struct {
	prefix netip.Prefix
	source source
}

// border is the first address from which on a source is treated so.
type border struct {
	from   netip.Addr
	source source
}

// spans tell for each address the narrowest network that it is in, in the time
// of a binary search.
type spans struct {
	usual   source
	borders []border // in order, IPv4 before IPv6
}

func newSpans(list []span, usual source) spans {
	s := spans{usual: usual}
	list = slices.Clone(list)
	for i := range list {
		p := list[i].prefix
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
		}
		list[i].prefix = p.Masked()
	}
	slices.SortStableFunc(list, func(a, b span) int {
		return cmp.Or(a.prefix.Addr().Compare(b.prefix.Addr()), cmp.Compare(a.prefix.Bits(), b.prefix.Bits()))
	})
	var open []span // networks that the current address is in, the widest first
	closeBefore := func(a netip.Addr) {
		for len(open) > 0 && !open[len(open)-1].prefix.Contains(a) {
			next := after(open[len(open)-1].prefix)
			open = open[:len(open)-1]
			if next.IsValid() {
				s.border(next, s.current(open))
			}
		}
	}
	for _, n := range list {
		closeBefore(n.prefix.Addr())
		open = append(open, n)
		s.border(n.prefix.Addr(), n.source)
	}
	closeBefore(netip.Addr{})
	return s
}

func (s *spans) current(open []span) source {
	if len(open) == 0 {
		return s.usual
	}
	return open[len(open)-1].source
}

func (s *spans) border(from netip.Addr, v source) {
	if n := len(s.borders); n > 0 && s.borders[n-1].from == from {
		s.borders[n-1].source = v
		return
	}
	s.borders = append(s.borders, border{from, v})
}

// after returns the first address after a network, or none.
func after(p netip.Prefix) netip.Addr {
	last := p.Addr().AsSlice()
	for i := p.Bits(); i < len(last)*8; i++ {
		last[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(last)
	return a.Next()
}

// find returns how an address is treated.
func (s *spans) find(a netip.Addr) source {
	if len(s.borders) == 0 {
		return s.usual
	}
	a = a.Unmap().WithZone("")
	low, high := 0, len(s.borders)
	for low < high {
		mid := int(uint(low+high) >> 1)
		if s.borders[mid].from.Compare(a) <= 0 {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low == 0 || s.borders[low-1].from.Is4() != a.Is4() {
		return s.usual
	}
	return s.borders[low-1].source
}
