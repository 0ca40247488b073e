package atlas

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"linghang/kernel/fault"
	"linghang/lib/graph"
)

// A query is a row of steps, as
//
//	enterprise("甲公司") -makes-> product <-makes- outside
//
// query = place { step }, with 1 to 6 steps;
// step = "-" kinds "->" place | "<-" kinds "-" place | "-" kinds "-" place;
// place = kinds [ "(" quoted ")" ]; kinds = "*" | kind { "|" kind }.
//
// What is quoted is a name or an ID. Nothing else can be said: no query changes anything
// or runs for longer than its limits.
type pathQuery struct {
	start placeQuery
	steps []stepQuery
}

type placeQuery struct {
	kinds []string // nil is any
	name  string   // empty is any
}

type stepQuery struct {
	direction graph.Direction
	kinds     []string
	to        placeQuery
}

// mostQuery bounds the text of a query, in octets.
const mostQuery = 2000

type queryParser struct {
	in []rune
	at int
}

func parseQuery(text string) (pathQuery, error) {
	var q pathQuery
	if len(text) > mostQuery {
		return q, fault.New(fault.Invalid, "atlas.query", "a query has at most %d octets", mostQuery).At("query.q", "a shorter query")
	}
	p := &queryParser{in: []rune(text)}
	var err error
	if q.start, err = p.place(); err != nil {
		return q, err
	}
	for p.space(); p.at < len(p.in); p.space() {
		if len(q.steps) == graph.MaxSteps {
			return q, p.wrong("at most 6 steps")
		}
		s, err := p.step()
		if err != nil {
			return q, err
		}
		q.steps = append(q.steps, s)
	}
	if len(q.steps) == 0 {
		return q, p.wrong("a step, as -makes-> product")
	}
	return q, nil
}

func (p *queryParser) wrong(want string) error {
	return fault.New(fault.Invalid, "atlas.query", "at character %d of the query: expected %s", p.at+1, want).With("character", p.at+1).With("expected", want).
		At("query.q", "a row of steps, as enterprise -makes-> product")
}

func (p *queryParser) space() {
	for p.at < len(p.in) && unicode.IsSpace(p.in[p.at]) {
		p.at++
	}
}

// take takes a mark if it is next.
func (p *queryParser) take(mark string) bool {
	p.space()
	r := []rune(mark)
	if p.at+len(r) > len(p.in) || string(p.in[p.at:p.at+len(r)]) != mark {
		return false
	}
	p.at += len(r)
	return true
}

func (p *queryParser) kinds(known []string, what string) ([]string, error) {
	if p.take("*") {
		return nil, nil
	}
	var list []string
	for {
		p.space()
		begin := p.at
		for p.at < len(p.in) && p.in[p.at] >= 'a' && p.in[p.at] <= 'z' {
			p.at++
		}
		word := string(p.in[begin:p.at])
		if !slices.Contains(known, word) {
			p.at = begin
			return nil, p.wrong(fmt.Sprintf("%s: *, or of %s", what, strings.Join(known, ", ")))
		}
		list = append(list, word)
		if !p.take("|") {
			return list, nil
		}
	}
}

func (p *queryParser) place() (q placeQuery, err error) {
	if q.kinds, err = p.kinds(nodeKinds(), "a kind of nodes"); err != nil || !p.take("(") {
		return q, err
	}
	if !p.take(`"`) {
		return q, p.wrong("a name in double quotes")
	}
	begin := p.at
	for p.at < len(p.in) && p.in[p.at] != '"' {
		p.at++
	}
	q.name = strings.TrimSpace(string(p.in[begin:p.at]))
	if q.name == "" || !p.take(`"`) || !p.take(")") {
		return q, p.wrong(`a name, then ")`)
	}
	return q, nil
}

func (p *queryParser) step() (s stepQuery, err error) {
	back := p.take("<-")
	if !back && !p.take("-") {
		return s, p.wrong("- or <-")
	}
	if s.kinds, err = p.kinds(edgeKinds(), "a kind of edges"); err != nil {
		return s, err
	}
	switch {
	case back:
		s.direction = graph.In
		if !p.take("-") {
			return s, p.wrong("-")
		}
	case p.take("->"):
		s.direction = graph.Out
	case p.take("-"):
		s.direction = graph.Both
	default:
		return s, p.wrong("-> or -")
	}
	s.to, err = p.place()
	return s, err
}

// mostNamed is how many nodes a name stands for at most.
const mostNamed = 50

// match is what a place of a query means in the graph, for somebody.
func (c *city) match(q placeQuery, bureau bool) graph.Match {
	var m graph.Match
	kinds := q.kinds
	if kinds == nil {
		kinds = nodeKinds()
	}
	m.Types = present(kinds, bureau, c.snapshot.NodeTypes())
	if q.name == "" {
		return m
	}
	m.IDs = []string{}
	words := normal(q.name)
	for id, n := range c.nodes {
		if id != q.name && fit(n.Name, words) < 3 {
			continue
		}
		if _, in := c.snapshot.Number(id); in && (bureau || !c.hidden[id]) && slices.Contains(kinds, n.Kind) && len(m.IDs) < mostNamed {
			m.IDs = append(m.IDs, id)
		}
	}
	slices.Sort(m.IDs)
	return m
}

// pattern is a query in the graph, for somebody.
func (c *city) pattern(q pathQuery, bureau bool, most int) graph.Pattern {
	p := graph.Pattern{Start: c.match(q.start, bureau), Limit: graph.Limit{Paths: most, Work: 2_000_000}}
	for _, s := range q.steps {
		kinds := s.kinds
		if kinds == nil {
			kinds = edgeKinds()
		}
		p.Steps = append(p.Steps, graph.Step{Direction: s.direction, EdgeTypes: present(kinds, bureau, c.snapshot.EdgeTypes()), To: c.match(s.to, bureau)})
	}
	return p
}
