package graph

import (
	"context"
	"fmt"
	"slices"
)

// MaxSteps is how many steps a pattern has at most.
const MaxSteps = 6

// Match says which nodes fit at a place of a pattern: those that are of one of the
// types and are one of those named. Nil lists let everything through.
type Match struct {
	Types []string
	IDs   []string
}

// Step is an edge of a pattern and where it leads.
type Step struct {
	Direction Direction
	EdgeTypes []string // nil is any
	To        Match
}

// Pattern is a row of typed steps. Where no Start.IDs are given but the last step
// names nodes, it costs less to put the pattern the other way round.
type Pattern struct {
	Start Match
	Steps []Step // 1 to MaxSteps
	Limit Limit
}

// place is a Match by numbers.
type place struct {
	kinds []bool
	nodes map[uint32]bool
}

func (p place) fits(s *Snapshot, i uint32) bool {
	return (p.kinds == nil || p.kinds[s.nodeKind[i]]) && (p.nodes == nil || p.nodes[i])
}

func (v *View) placeOf(m Match) (place, error) {
	p := place{}
	var err error
	if p.kinds, err = v.s.nodeKinds.among(m.Types); err != nil {
		return p, err
	}
	if m.IDs == nil {
		return p, nil
	}
	p.nodes = map[uint32]bool{}
	for _, id := range m.IDs {
		i, err := v.find(id)
		if err != nil {
			return p, err
		}
		p.nodes[i] = true
	}
	return p, nil
}

// matcher walks depth first through what fits a pattern.
type matcher struct {
	v      *View
	p      *Pattern
	limit  Limit
	work   meter
	places []place // one for each step
	edges  [][]bool
	way    way
	answer Paths
}

// Match returns the ways that fit a pattern and visit no node twice, each of length
// the number of its steps, in the order of the nodes' numbers. It reports
// ErrUnknownNode, ErrUnknownType and ErrQuery.
func (v *View) Match(ctx context.Context, p Pattern) (Paths, error) {
	if len(p.Steps) < 1 || len(p.Steps) > MaxSteps {
		return Paths{}, fmt.Errorf("pattern: %w: %d steps, and 1 to %d can be asked for", ErrQuery, len(p.Steps), MaxSteps)
	}
	start, err := v.placeOf(p.Start)
	if err != nil {
		return Paths{}, fmt.Errorf("pattern, start: %w", err)
	}
	limit := p.Limit.withDefaults()
	m := &matcher{v: v, p: &p, limit: limit, work: meter{left: limit.Work}}
	for i, step := range p.Steps {
		if err := m.prepare(step); err != nil {
			return Paths{}, fmt.Errorf("pattern, step %d: %w", i+1, err)
		}
	}
	err = v.each(p.Start.IDs, func(i uint32) (bool, error) {
		if ok, err := m.work.spend(ctx); err != nil || !ok {
			m.answer.Truncated = !ok
			return false, err
		}
		if !start.fits(v.s, i) {
			return true, nil
		}
		m.way = way{nodes: []uint32{i}}
		return m.walk(ctx)
	})
	if err != nil {
		return Paths{}, fmt.Errorf("pattern: %w", err)
	}
	return m.answer, nil
}

func (m *matcher) prepare(step Step) error {
	if err := step.Direction.check(); err != nil {
		return err
	}
	to, err := m.v.placeOf(step.To)
	if err != nil {
		return err
	}
	edges, err := m.v.s.edgeKinds.among(step.EdgeTypes)
	if err != nil {
		return err
	}
	m.places, m.edges = append(m.places, to), append(m.edges, edges)
	return nil
}

// walk goes on from the end of the way, and reports false when enough was found.
func (m *matcher) walk(ctx context.Context) (bool, error) {
	done := len(m.way.places)
	if done == len(m.p.Steps) {
		if len(m.answer.List) == m.limit.Paths {
			m.answer.Truncated = true
			return false, nil
		}
		m.way.length = float64(done)
		m.answer.List = append(m.answer.List, m.v.pathOf(&m.way))
		return true, nil
	}
	s := m.v.s
	for end, at := range m.v.arcs(m.way.nodes[done], m.p.Steps[done].Direction) {
		if ok, err := m.work.spend(ctx); err != nil || !ok {
			m.answer.Truncated = !ok
			return false, err
		}
		kinds := m.edges[done]
		if kinds != nil && !kinds[s.edgeKind[at]] || !m.places[done].fits(s, end) || slices.Contains(m.way.nodes, end) {
			continue
		}
		m.way.nodes, m.way.places = append(m.way.nodes, end), append(m.way.places, at)
		on, err := m.walk(ctx)
		m.way.nodes, m.way.places = m.way.nodes[:done+1], m.way.places[:done]
		if err != nil || !on {
			return false, err
		}
	}
	return true, nil
}
