package sigma

import (
	"slices"
	"time"
)

// state is what one correlation remembers: groups, in the order of their use.
type state struct {
	groups         map[string]*group
	oldest, latest *group
}

// group is what one correlation remembers about one set of values.
type group struct {
	key        string
	older      *group
	newer      *group
	members    int
	newest     time.Time
	times      []stamp          // event_count: sorted, at most as many as are needed
	values     map[string]stamp // value_count: newest event of each value
	seen       []stamp          // temporal: newest event of each member
	paths      []path           // temporal_ordered: best path that ends with each member
	seenAmount int
}

// stamp is when an event was and which.
type stamp struct {
	at time.Time
	id string
}

// path is a row of events in the order of the rules.
type path struct{ steps []stamp }

func (s *state) push(g *group) {
	g.older, g.newer = s.latest, nil
	if s.latest != nil {
		s.latest.newer = g
	} else {
		s.oldest = g
	}
	s.latest = g
}

func (s *state) unlink(g *group) {
	if g.older != nil {
		g.older.newer = g.newer
	} else {
		s.oldest = g.newer
	}
	if g.newer != nil {
		g.newer.older = g.older
	} else {
		s.latest = g.older
	}
}

func (s *state) remove(g *group) {
	s.unlink(g)
	delete(s.groups, g.key)
}

// size is how many entries the group holds.
func (g *group) size() int {
	n := len(g.times) + len(g.values) + g.seenAmount
	for _, p := range g.paths {
		n += len(p.steps)
	}
	return n
}

func (g *group) touch(s stamp) {
	if s.at.After(g.newest) {
		g.newest = s.at
	}
}

// events counts an event and gives all that count once there are enough within
// the timespan before the newest.
func (g *group) events(s stamp, span time.Duration, least int) []stamp {
	g.touch(s)
	at, _ := slices.BinarySearchFunc(g.times, s, func(a, b stamp) int {
		if a.at.After(b.at) {
			return 1
		}
		return -1 // after those of the same time
	})
	g.times = slices.Insert(g.times, at, s)
	from := 0
	for from < len(g.times) && g.newest.Sub(g.times[from].at) > span {
		from++
	}
	g.times = slices.Delete(g.times, 0, from)
	if len(g.times) >= least {
		return g.times
	}
	return nil
}

// distinct counts a value and gives the events of all values once there are enough.
func (g *group) distinct(s stamp, value string, span time.Duration, least int) []stamp {
	g.touch(s)
	if g.values == nil {
		g.values = map[string]stamp{}
	}
	if old, ok := g.values[value]; !ok || !s.at.Before(old.at) {
		g.values[value] = s
	}
	if len(g.values) < least {
		return nil
	}
	for v, old := range g.values {
		if g.newest.Sub(old.at) > span {
			delete(g.values, v)
		}
	}
	if len(g.values) < least {
		return nil
	}
	var out []stamp
	for _, v := range g.values {
		out = append(out, v)
	}
	return out
}

// together notes a member and gives the newest events of all members that are
// within the timespan, once there are enough different ones.
func (g *group) together(s stamp, member int32, span time.Duration, least int) []stamp {
	g.touch(s)
	if g.seen == nil {
		g.seen = make([]stamp, g.members)
	}
	if g.seen[member].at.IsZero() {
		g.seenAmount++
	}
	if !s.at.Before(g.seen[member].at) {
		g.seen[member] = s
	}
	var out []stamp
	for _, o := range g.seen {
		if !o.at.IsZero() && g.newest.Sub(o.at) <= span {
			out = append(out, o)
		}
	}
	if len(out) < least {
		return nil
	}
	return out
}

// ordered notes a member after the best path of the one before it, the path that
// began last, and gives the path once it is whole.
func (g *group) ordered(s stamp, member int32, span time.Duration) []stamp {
	g.touch(s)
	if g.paths == nil {
		g.paths = make([]path, g.members)
	}
	var before []stamp
	if member > 0 {
		before = g.paths[member-1].steps
		if len(before) == 0 || before[len(before)-1].at.After(s.at) || s.at.Sub(before[0].at) > span {
			return nil
		}
	}
	steps := append(slices.Clone(before), s)
	old := g.paths[member].steps
	if len(old) == 0 || !steps[0].at.Before(old[0].at) {
		g.paths[member].steps = steps
	}
	if int(member) == g.members-1 {
		return steps
	}
	return nil
}
