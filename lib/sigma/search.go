package sigma

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// search is a search identifier: at least one of its blocks has to match.
type search struct {
	name   string
	at     Place
	blocks []block
}

// block is a mapping of fields: all of its items have to match.
type block struct{ items []item }

// item is one field with modifiers and values. Keywords have no field.
type item struct {
	at        Place
	part      string
	field     string
	modifiers []string
	values    []scalar
}

// search reads a search identifier: a mapping, a list of mappings, or keywords.
func (r *reader) search(name string, n *yaml.Node, part string) search {
	s := search{name: name, at: r.place(n)}
	switch n.Kind {
	case yaml.MappingNode:
		s.blocks = append(s.blocks, r.block(n, part))
	case yaml.ScalarNode:
		s.blocks = r.keywords(n, []*yaml.Node{n}, part)
	case yaml.SequenceNode:
		if len(n.Content) > maxValues {
			r.fault(n, part, fmt.Sprintf("more than %d entries", maxValues), "")
			return s
		}
		s.blocks = r.listed(n, part)
	default:
		r.fault(n, part, "a search is a mapping, a list of mappings or a list of texts", "write it out if it is an alias")
	}
	if len(s.blocks) == 0 && len(r.faults) == 0 {
		r.fault(n, part, "the search is empty", "say what to look for")
	}
	return s
}

// listed reads a list of mappings and keywords, joined by or.
func (r *reader) listed(n *yaml.Node, part string) []block {
	var words []*yaml.Node
	var blocks []block
	for i, c := range n.Content {
		if c.Kind == yaml.MappingNode {
			blocks = append(blocks, r.block(c, fmt.Sprintf("%s[%d]", part, i)))
			continue
		}
		words = append(words, c)
	}
	if len(words) > 0 {
		blocks = append(blocks, r.keywords(n, words, part)...)
	}
	return blocks
}

func (r *reader) keywords(at *yaml.Node, words []*yaml.Node, part string) []block {
	it := item{at: r.place(at), part: part}
	for _, w := range words {
		v, ok := r.scalar(w, part)
		if !ok {
			return nil
		}
		it.values = append(it.values, v)
	}
	return []block{{items: []item{it}}}
}

func (r *reader) block(n *yaml.Node, part string) block {
	var b block
	m := r.mapping(n, part)
	if m == nil {
		return b
	}
	if len(m.entries) == 0 || len(m.entries) > maxItems {
		r.fault(n, part, fmt.Sprintf("a mapping of 1 to %d fields is expected here", maxItems), "")
		return b
	}
	for _, e := range m.entries {
		b.items = append(b.items, r.item(e, join(part, e.key.Value)))
	}
	return b
}

func (r *reader) item(e entry, part string) item {
	names := strings.Split(e.key.Value, "|")
	it := item{at: r.place(e.key), part: part, field: names[0], modifiers: names[1:]}
	nodes := []*yaml.Node{e.value}
	if e.value.Kind == yaml.SequenceNode {
		nodes = e.value.Content
	}
	if len(nodes) == 0 || len(nodes) > maxValues {
		r.fault(e.value, part, fmt.Sprintf("1 to %d values are expected here", maxValues), "")
		return it
	}
	for _, n := range nodes {
		v, ok := r.scalar(n, part)
		if !ok {
			return it
		}
		if v.kind == scalarNull && len(nodes) > 1 {
			r.fault(n, part, "null cannot be part of a list of values", "put it in a search of its own")
			return it
		}
		it.values = append(it.values, v)
	}
	return it
}
