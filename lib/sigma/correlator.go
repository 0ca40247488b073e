package sigma

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
)

// maxEvidence is how many events are named by a correlated hit.
const maxEvidence = 32

// Bounds limit what a correlator remembers. Zero takes the default.
type Bounds struct {
	Groups  int // of one correlation; 100,000
	Entries int // counted events and values of all; 1,000,000
}

// Stats count what a correlator could not take into account.
type Stats struct {
	Late     uint64 // events older than one before; counts take them, orders as far as they can
	Unnamed  uint64 // hits whose event lacks a field of group-by or of the condition
	Evicted  uint64 // groups forgotten because of Bounds, those longest without event
	Expired  uint64 // groups whose time ran out
	Groups   int    // now
	Entries  int    // now
	Observed uint64 // events
}

// Correlated is a correlation that is fulfilled.
type Correlated struct {
	Correlation *Correlation
	Group       []Field // fields of group-by with their values in the newest event
	Count       int     // events, values or different rules
	First, Last time.Time
	Events      []string // ids of the newest events that were counted, at most 32
	Supporting  bool     // it serves other correlations only
}

// Correlator remembers hits for the correlations of a set. It belongs to one
// goroutine. When a correlation hits, what its group counted is consumed.
type Correlator struct {
	set    *Set
	bounds Bounds
	stats  Stats
	newest time.Time
	rules  map[int32][]feed
	chains map[int32][]feed
	states []state
	queue  []int32   // chains that the present event reaches
	come   [][]int32 // members of each that it matches
}

// Correlator makes one that remembers nothing yet.
func (s *Set) Correlator(bounds Bounds) *Correlator {
	if bounds.Groups <= 0 {
		bounds.Groups = 100_000
	}
	if bounds.Entries <= 0 {
		bounds.Entries = 1_000_000
	}
	c := &Correlator{
		set: s, bounds: bounds, rules: map[int32][]feed{}, chains: map[int32][]feed{},
		states: make([]state, len(s.chains)), come: make([][]int32, len(s.chains)),
	}
	for i := range s.chains {
		c.states[i].groups = map[string]*group{}
		for j, m := range s.chains[i].members {
			f := feed{int32(i), int32(j)}
			if m.rule >= 0 {
				c.rules[m.rule] = append(c.rules[m.rule], f)
			} else {
				c.chains[m.chain] = append(c.chains[m.chain], f)
			}
		}
	}
	return c
}

// Stats gives the counts up to now.
func (c *Correlator) Stats() Stats { return c.stats }

// Observe takes the hits of one event and gives the correlations that it
// fulfils. Events are expected about in the order of their time.
func (c *Correlator) Observe(e *Event, hits []Hit) ([]Correlated, error) {
	if e.Time.IsZero() {
		return nil, errors.New("sigma: an event without time cannot be correlated")
	}
	c.stats.Observed++
	if e.Time.Before(c.newest) {
		c.stats.Late++
	} else {
		c.newest = e.Time
	}
	for _, h := range hits {
		c.reach(c.rules[h.number])
	}
	var out []Correlated
	for len(c.queue) > 0 {
		n := c.queue[0]
		c.queue = c.queue[1:]
		members := c.come[n]
		slices.SortFunc(members, func(a, b int32) int { return int(b - a) }) // one event takes one step of an order
		if t := c.set.chains[n].correlation.Type; t == "event_count" || t == "value_count" {
			members = members[len(members)-1:] // one event counts once, however many of the rules it matches
		}
		fired := false
		for _, m := range members {
			if hit, ok := c.count(n, m, e); ok {
				out = append(out, hit)
				fired = true
				break
			}
		}
		c.come[n] = c.come[n][:0]
		if fired {
			c.reach(c.chains[n])
		}
	}
	return out, nil
}

// reach notes chains to look at; those that a chain leads to always come after it.
func (c *Correlator) reach(feeds []feed) {
	for _, f := range feeds {
		if at, there := slices.BinarySearch(c.queue, f.chain); !there {
			c.queue = slices.Insert(c.queue, at, f.chain)
		}
		c.come[f.chain] = append(c.come[f.chain], f.member)
	}
}

// count adds an event as one member of a correlation and says whether that fulfils it.
func (c *Correlator) count(n, at int32, e *Event) (Correlated, bool) {
	ch := &c.set.chains[n]
	m := ch.members[at]
	key, group, ok := keyOf(e, m.group, ch.correlation.GroupBy)
	counted, _, there := keyOf(e, m.fields, m.fields)
	if !ok || !there {
		c.stats.Unnamed++
		return Correlated{}, false
	}
	g := c.group(n, key, len(ch.members))
	before := g.size()
	s := stamp{at: e.Time, id: e.ID}
	var found []stamp
	span := ch.correlation.Timespan
	switch ch.correlation.Type {
	case "event_count":
		found = g.events(s, span, ch.least)
	case "value_count":
		found = g.distinct(s, counted, span, ch.least)
	case "temporal":
		found = g.together(s, at, span, ch.least)
	default:
		found = g.ordered(s, at, span)
	}
	if found != nil {
		c.stats.Entries -= before
		c.states[n].remove(g)
		c.stats.Groups--
		return correlated(ch, group, found), true
	}
	c.stats.Entries += g.size() - before
	c.shrink(n, g)
	return Correlated{}, false
}

func correlated(ch *chain, group []Field, found []stamp) Correlated {
	out := Correlated{Correlation: ch.correlation, Group: group, Count: len(found), Supporting: ch.supporting, First: found[0].at, Last: found[0].at}
	slices.SortStableFunc(found, func(a, b stamp) int { return a.at.Compare(b.at) })
	out.First, out.Last = found[0].at, found[len(found)-1].at
	for _, s := range found[max(0, len(found)-maxEvidence):] {
		if s.id != "" && !slices.Contains(out.Events, s.id) {
			out.Events = append(out.Events, s.id)
		}
	}
	return out
}

// group finds or makes the group of a key and makes it the newest.
func (c *Correlator) group(n int32, key string, members int) *group {
	s := &c.states[n]
	g, ok := s.groups[key]
	if ok {
		s.unlink(g)
		s.push(g)
		return g
	}
	for len(s.groups) >= c.bounds.Groups {
		c.forget(s, s.oldest)
	}
	g = &group{key: key, members: members}
	s.groups[key] = g
	s.push(g)
	c.stats.Groups++
	return g
}

func (c *Correlator) forget(s *state, g *group) {
	c.stats.Entries -= g.size()
	c.stats.Groups--
	c.stats.Evicted++
	s.remove(g)
}

// shrink forgets the groups of a correlation that are longest without event,
// until all entries are within the bound; the group in use goes last.
func (c *Correlator) shrink(n int32, keep *group) {
	s := &c.states[n]
	for c.stats.Entries > c.bounds.Entries {
		g := s.oldest
		c.forget(s, g)
		if g == keep {
			return
		}
	}
}

// Expire forgets groups that nothing within their timespan before now can
// complete. It is called now and then with the time of the house, not of events,
// which may be wrong.
func (c *Correlator) Expire(now time.Time) {
	for i := range c.states {
		s := &c.states[i]
		span := c.set.chains[i].correlation.Timespan
		for _, g := range s.groups {
			if now.Sub(g.newest) > span {
				c.stats.Entries -= g.size()
				c.stats.Groups--
				c.stats.Expired++
				s.remove(g)
			}
		}
	}
}

// maxKey is how long a value in a key may be before its digest takes its place.
const maxKey = 256

// keyOf gives the values of fields as one key; false if one is absent. The first
// value counts where a field has several.
func keyOf(e *Event, names, shown []string) (string, []Field, bool) {
	var key strings.Builder
	var fields []Field
	for i, name := range names {
		at := slices.IndexFunc(e.Fields, func(f Field) bool { return f.Name == name && !f.Null })
		if at < 0 {
			return "", nil, false
		}
		text := e.Fields[at].Value
		fields = append(fields, Field{Name: shown[i], Value: text})
		text = foldString(text)
		if len(text) > maxKey {
			sum := sha256.Sum256([]byte(text))
			text = "\x00" + hex.EncodeToString(sum[:])
		}
		key.WriteString(text)
		key.WriteByte(0)
	}
	return key.String(), fields, true
}
