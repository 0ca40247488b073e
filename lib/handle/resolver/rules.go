package resolver

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
)

// rules are a policy as it is looked up. They do not change.
type rules struct {
	Policy
	sources  spans
	handles  map[string]bool // that are blocked, by key
	answers  map[string][]answer
	prefixes map[string]*prefixRule
	any      *prefixRule
	places   map[string][]wire.Value
	keep     map[wire.Code]time.Duration
	roots    []trust.Root
	groups   []*group
}

// prefixRule is what holds for a prefix and what is below it.
type prefixRule struct {
	blocked   bool
	sensitive bool
	forward   *group
}

// answer is a Forced with its values as an entry.
type answer struct {
	*Forced
	entry *entry
}

func compile(p *Policy) (*rules, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	c := &rules{
		Policy: *p, handles: map[string]bool{}, answers: map[string][]answer{}, prefixes: map[string]*prefixRule{}, any: &prefixRule{},
		places: map[string][]wire.Value{}, keep: map[wire.Code]time.Duration{}, roots: p.Trust.Roots,
	}
	keep := p.Keep
	if len(keep) == 0 {
		keep = DefaultKeep()
	}
	for _, k := range keep {
		c.keep[k.Code] = k.For
	}
	var err error
	if c.sources, err = compileSources(p); err != nil {
		return nil, err
	}
	for _, step := range []func() error{c.addPrefixes, c.addForwarders, c.addSites} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	c.inherit()
	return c, c.addHandles() // their keys depend on what prefixes say
}

func (c *rules) addPrefixes() error {
	for _, list := range []struct {
		prefixes []string
		set      func(*prefixRule)
	}{
		{c.BlockPrefixes, func(r *prefixRule) { r.blocked = true }},
		{c.CaseSensitive, func(r *prefixRule) { r.sensitive = true }},
	} {
		for _, prefix := range list.prefixes {
			r, err := c.rule(prefix)
			if err != nil {
				return err
			}
			list.set(r)
		}
	}
	return nil
}

func (c *rules) addForwarders() error {
	for i := range c.Forward {
		f := &c.Forward[i]
		if err := f.check(); err != nil {
			return err
		}
		g := newGroup(f)
		c.groups = append(c.groups, g)
		for _, prefix := range f.Prefixes {
			r := c.any
			if prefix != "*" {
				var err error
				if r, err = c.rule(prefix); err != nil {
					return fmt.Errorf("forwarders %s: %w", f.Name, err)
				}
			}
			if r.forward != nil {
				return fmt.Errorf("prefix %s is forwarded twice", prefix)
			}
			r.forward = g
		}
	}
	return nil
}

func (c *rules) addSites() error {
	for _, f := range c.Sites {
		prefix, err := cleanPrefix(f.Prefix)
		if err != nil {
			return fmt.Errorf("forced site: %w", err)
		}
		place, typ := wire.NA+prefix, wire.TypeSite
		if f.Below {
			place, typ = place+".", wire.TypeSitePrefix
		}
		if len(f.Sites) == 0 || len(c.places[place]) > 0 {
			return fmt.Errorf("forced site of %s: it has none, or there are two", f.Prefix)
		}
		for i := range f.Sites {
			if len(f.Sites[i].Servers) == 0 {
				return fmt.Errorf("forced site of %s: it has no server", f.Prefix)
			}
			v := wire.Text(int32(i+1), typ, "")
			v.Data = f.Sites[i].Append(nil)
			c.places[place] = append(c.places[place], v)
		}
	}
	return nil
}

func (c *rules) addHandles() error {
	for _, h := range c.BlockHandles {
		if err := wire.CheckHandle(h); err != nil {
			return fmt.Errorf("blocked handle %q: %w", h, err)
		}
		c.handles[string(c.appendKey(nil, []byte(h)))] = true
	}
	for i := range c.Answers {
		f := &c.Answers[i]
		if err := f.check(); err != nil {
			return err
		}
		key := string(c.appendKey(nil, []byte(f.Handle)))
		c.answers[key] = append(c.answers[key], answer{f, newEntry(&record{key: key, code: f.Code, values: f.Values})})
	}
	return nil
}

// rule returns that of a prefix, which is made if there is none.
func (c *rules) rule(prefix string) (*prefixRule, error) {
	prefix, err := cleanPrefix(prefix)
	if err != nil {
		return nil, err
	}
	r := c.prefixes[prefix]
	if r == nil {
		r = &prefixRule{}
		c.prefixes[prefix] = r
	}
	return r, nil
}

func cleanPrefix(prefix string) (string, error) {
	if err := wire.CheckHandle(prefix + "/x"); err != nil || strings.Contains(prefix, "/") {
		return "", fmt.Errorf("%q is no prefix", prefix)
	}
	return wire.Fold(prefix), nil
}

// inherit gives each rule what holds above it, so that the nearest says all.
func (c *rules) inherit() {
	names := make([]string, 0, len(c.prefixes))
	for name := range c.prefixes {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return len(a) - len(b) })
	for _, name := range names {
		r, above := c.prefixes[name], c.any
		if i := strings.LastIndexByte(name, '.'); i >= 0 {
			above = c.above([]byte(name[:i]))
		}
		r.blocked, r.sensitive = r.blocked || above.blocked, r.sensitive || above.sensitive
		if r.forward == nil {
			r.forward = above.forward
		}
	}
}

// above returns the rule of the nearest prefix, from the folded one upwards.
func (c *rules) above(prefix []byte) *prefixRule {
	for len(c.prefixes) > 0 {
		if r := c.prefixes[string(prefix)]; r != nil {
			return r
		}
		i := bytes.LastIndexByte(prefix, '.')
		if i < 0 {
			break
		}
		prefix = prefix[:i]
	}
	return c.any
}

// ruleOf returns the rule for a key. The handle of a prefix is the prefix's.
func (c *rules) ruleOf(key []byte) *prefixRule { return c.above(subject(key)) }

// subject is the prefix that a key is about.
func subject(key []byte) []byte {
	if bytes.HasPrefix(key, []byte(wire.NA)) {
		return key[len(wire.NA):]
	}
	prefix, _, _ := bytes.Cut(key, []byte{'/'})
	return prefix
}

// appendKey appends what a handle is kept under: the folded handle. A name
// without a slash is a prefix.
func (c *rules) appendKey(dst, handle []byte) []byte {
	start := len(dst)
	at := bytes.IndexByte(handle, '/')
	if at < 0 {
		dst = append(dst, wire.NA...)
	}
	dst = wire.AppendFold(dst, handle)
	if at >= 0 && len(c.prefixes) > 0 && c.ruleOf(dst[start:]).sensitive && !bytes.HasPrefix(dst[start:], []byte(wire.NA)) {
		copy(dst[start+at:], handle[at:])
	}
	return dst
}

// forcedPlace returns where a service is said to be.
func (c *rules) forcedPlace(place string) []wire.Value { return c.places[place] }

// forced returns the forced answer to a query.
func (c *rules) forced(key []byte, q *wire.Query) *answer {
	list := c.answers[string(key)]
	for i := range list {
		a := &list[i]
		if a.Index == 0 && a.Type == "" || a.Index != 0 && q.Named(a.Index) {
			return a
		}
		if a.Type == "" {
			continue
		}
		for t := range q.Types() {
			if wire.Equal(a.Type, t) {
				return a
			}
		}
	}
	return nil
}

// source is how a network is treated.
type source struct {
	allowed bool
	rate    Rate
}

func compileSources(p *Policy) (spans, error) {
	var list []span
	add := func(groups []Group, allowed bool) error {
		for _, g := range groups {
			if err := g.Rate.check("group " + g.Name); err != nil {
				return err
			}
			rate := g.Rate
			if rate.PerSecond == 0 {
				rate = p.SourceRate
			}
			for _, n := range g.Networks {
				if !n.IsValid() {
					return fmt.Errorf("group %s has a network that is none", g.Name)
				}
				list = append(list, span{prefix: n, source: source{allowed, rate}})
			}
		}
		return nil
	}
	if err := add(p.Allow, true); err != nil {
		return spans{}, err
	}
	if err := add(p.Block, false); err != nil {
		return spans{}, err
	}
	return newSpans(list, source{allowed: len(p.Allow) == 0, rate: p.SourceRate}), nil
}

// networkOf is what an address is counted under: who has one address of it may
// well have them all.
func networkOf(a netip.Addr) netip.Addr {
	n := 56
	if a = a.Unmap(); a.Is4() {
		n = 24
	}
	p, err := a.WithZone("").Prefix(n)
	if err != nil {
		return netip.Addr{}
	}
	return p.Addr()
}
