package intel

import (
	"net/netip"
	"slices"
	"time"
)

// set are indicators by what they are found. It is written by one who holds it alone.
type set struct {
	serial     int64 // of the newest change in it
	indicators map[string]*compiled
	addresses  map[netip.Addr][]*compiled
	networks   map[netip.Prefix][]*compiled
	bits4      [33]int // how many networks have so many bits
	bits6      [129]int
	names      map[string][]*compiled
	hashes     map[string][]*compiled
	tokens     map[string][]*compiled
}

func newSet() *set {
	return &set{indicators: map[string]*compiled{}, addresses: map[netip.Addr][]*compiled{}, networks: map[netip.Prefix][]*compiled{}, names: map[string][]*compiled{}, hashes: map[string][]*compiled{}, tokens: map[string][]*compiled{}}
}

// put adds an indicator, or puts it in the place of the one that was.
func (s *set) put(c *compiled) {
	s.drop(c.id)
	s.indicators[c.id] = c
	for _, a := range c.keys.addresses {
		s.addresses[a] = append(s.addresses[a], c)
	}
	for _, n := range c.keys.networks {
		s.networks[n] = append(s.networks[n], c)
		s.count(n, 1)
	}
	for _, n := range c.keys.names {
		s.names[n] = append(s.names[n], c)
	}
	for _, h := range c.keys.hashes {
		s.hashes[h] = append(s.hashes[h], c)
	}
	for _, k := range c.keys.tokens {
		s.tokens[k] = append(s.tokens[k], c)
	}
}

func (s *set) count(n netip.Prefix, by int) {
	if n.Addr().Is4() {
		s.bits4[n.Bits()] += by
		return
	}
	s.bits6[n.Bits()] += by
}

// drop takes an indicator out.
func (s *set) drop(id string) {
	c := s.indicators[id]
	if c == nil {
		return
	}
	delete(s.indicators, id)
	for _, a := range c.keys.addresses {
		without(s.addresses, a, c)
	}
	for _, n := range c.keys.networks {
		without(s.networks, n, c)
		s.count(n, -1)
	}
	for _, n := range c.keys.names {
		without(s.names, n, c)
	}
	for _, h := range c.keys.hashes {
		without(s.hashes, h, c)
	}
	for _, k := range c.keys.tokens {
		without(s.tokens, k, c)
	}
}

func without[K comparable](m map[K][]*compiled, key K, c *compiled) {
	list := slices.DeleteFunc(m[key], func(x *compiled) bool { return x == c })
	if len(list) == 0 {
		delete(m, key)
		return
	}
	m[key] = list
}

// hits are the indicators that an observation matches and that are valid at its time and now.
func (s *set) hits(o *observation, now time.Time) (out []hit) {
	seen := map[*compiled]bool{}
	ask := func(list []*compiled) {
		for _, c := range list {
			if seen[c] || !c.valid(now) {
				continue
			}
			seen[c] = true
			if h, ok := c.match(o); ok {
				out = append(out, h)
			}
		}
	}
	for _, a := range o.addresses {
		ask(s.addresses[a])
		s.within(a, ask)
	}
	for _, n := range o.names {
		ask(s.names[n])
	}
	for _, h := range o.hashes {
		ask(s.hashes[h])
	}
	for _, k := range o.tokens {
		ask(s.tokens[k])
	}
	return out
}

// within asks the networks that an address is in.
func (s *set) within(a netip.Addr, ask func([]*compiled)) {
	counts := s.bits6[:]
	if a.Is4() {
		counts = s.bits4[:]
	}
	for bits, n := range counts {
		if n == 0 {
			continue
		}
		if p, err := a.Prefix(bits); err == nil {
			ask(s.networks[p])
		}
	}
}

// valid tells whether an indicator counts now.
func (c *compiled) valid(now time.Time) bool {
	return !now.Before(c.from) && (c.to.IsZero() || now.Before(c.to))
}
