package sigma

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// reader walks over YAML nodes and notes what is wrong with them and where.
type reader struct {
	file   string
	rule   string
	faults Faults
}

const maxFaults = 50 // of one document

func (r *reader) place(n *yaml.Node) Place {
	if n == nil {
		return Place{File: r.file}
	}
	return Place{File: r.file, Line: n.Line, Column: n.Column}
}

func (r *reader) fault(n *yaml.Node, part, what, mend string) {
	r.faultAt(r.place(n), part, what, mend)
}

func (r *reader) faultAt(at Place, part, what, mend string) {
	if len(r.faults) < maxFaults {
		r.faults = append(r.faults, Fault{Place: at, Rule: r.rule, Part: part, What: what, Mend: mend})
	}
}

// entry is a key with its value.
type entry struct{ key, value *yaml.Node }

// mapping is a YAML mapping whose entries are taken one by one.
type mapping struct {
	node    *yaml.Node
	entries []entry
	taken   []bool
}

// mapping reads one; nil, with a fault, if it is none. Keys are texts and occur once.
func (r *reader) mapping(n *yaml.Node, part string) *mapping {
	if n == nil || n.Kind != yaml.MappingNode {
		r.fault(n, part, "a mapping of names to values is expected here", "")
		return nil
	}
	m := &mapping{node: n}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode:
			r.fault(key, part, "a key that is not a text", "")
			return nil
		case key.ShortTag() == "!!merge":
			r.fault(key, part, "merging of mappings (<<) is not supported", "write the values out")
			return nil
		case value.Kind == yaml.AliasNode:
			r.fault(value, join(part, key.Value), "aliases (*"+value.Value+") are not supported", "write the value out")
			return nil
		case seen[key.Value]:
			r.fault(key, join(part, key.Value), "the key occurs twice, so that one of its values would be lost", "give a list, or use a second search")
			return nil
		}
		seen[key.Value] = true
		m.entries = append(m.entries, entry{key, value})
	}
	m.taken = make([]bool, len(m.entries))
	return m
}

func join(part, key string) string {
	if part == "" {
		return key
	}
	return part + "." + key
}

func (m *mapping) find(key string) (*yaml.Node, bool) {
	for _, e := range m.entries {
		if e.key.Value == key {
			return e.value, true
		}
	}
	return nil, false
}

func (m *mapping) has(key string) bool {
	_, ok := m.find(key)
	return ok
}

// take finds a value and marks it as read.
func (m *mapping) take(key string) (*yaml.Node, bool) {
	for i, e := range m.entries {
		if e.key.Value == key {
			m.taken[i] = true
			return e.value, true
		}
	}
	return nil, false
}

// rest gives what was not taken.
func (m *mapping) rest() []entry {
	var out []entry
	for i, e := range m.entries {
		if !m.taken[i] {
			out = append(out, e)
		}
	}
	return out
}

// text takes an optional text.
func (r *reader) text(m *mapping, key, part string) string {
	n, ok := m.take(key)
	if !ok {
		return ""
	}
	if n.Kind != yaml.ScalarNode {
		r.fault(n, join(part, key), "a text is expected here", "")
		return ""
	}
	if n.ShortTag() == "!!null" {
		return ""
	}
	if len(n.Value) > 1<<16 {
		r.fault(n, join(part, key), "more than 65536 octets", "")
		return ""
	}
	return n.Value
}

// list takes an optional list of texts.
func (r *reader) list(m *mapping, key string) []string {
	n, ok := m.take(key)
	if !ok || (n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null") {
		return nil
	}
	return r.texts(n, key)
}

// texts reads a text or a list of texts.
func (r *reader) texts(n *yaml.Node, part string) []string {
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) > maxValues {
		r.fault(n, part, fmt.Sprintf("a list of at most %d texts is expected here", maxValues), "")
		return nil
	}
	var out []string
	for _, c := range n.Content {
		if c.Kind != yaml.ScalarNode {
			r.fault(c, part, "a text is expected here", "")
			return nil
		}
		out = append(out, c.Value)
	}
	return out
}

// scalarKind is the type of a value in a rule.
type scalarKind uint8

const (
	scalarText scalarKind = iota
	scalarNumber
	scalarBool
	scalarNull
)

// scalar is one value of a rule.
type scalar struct {
	at   Place
	kind scalarKind
	text string // numbers in decimal
}

// scalar reads one value.
func (r *reader) scalar(n *yaml.Node, part string) (scalar, bool) {
	s := scalar{at: r.place(n)}
	if n.Kind != yaml.ScalarNode {
		r.fault(n, part, "a value is a text, a number, true, false or null; this is a list, a mapping or an alias", "")
		return s, false
	}
	if len(n.Value) > maxText {
		r.fault(n, part, fmt.Sprintf("a value of more than %d octets", maxText), "")
		return s, false
	}
	s.text = n.Value
	switch n.ShortTag() {
	case "!!null":
		s.kind = scalarNull
	case "!!bool":
		s.kind = scalarBool
		var b bool
		if err := n.Decode(&b); err != nil {
			r.fault(n, part, "not a truth value", "")
			return s, false
		}
		s.text = strconv.FormatBool(b)
	case "!!int", "!!float":
		s.kind = scalarNumber
		text, err := decimal(n)
		if err != nil {
			r.fault(n, part, "not a number that can be held: "+n.Value, "put it in quotes if it is a text")
			return s, false
		}
		s.text = text
	}
	return s, true
}

// decimal writes a YAML number in the one way in which events have them.
func decimal(n *yaml.Node) (string, error) {
	var whole int64
	if err := n.Decode(&whole); err == nil && n.ShortTag() == "!!int" {
		return strconv.FormatInt(whole, 10), nil
	}
	var large uint64
	if err := n.Decode(&large); err == nil && n.ShortTag() == "!!int" {
		return strconv.FormatUint(large, 10), nil
	}
	var f float64
	if err := n.Decode(&f); err != nil {
		return "", fmt.Errorf("number: %w", err)
	}
	return number(f), nil
}

// number writes a number: whole ones without point or exponent up to 2^53.
func number(f float64) string {
	if f == float64(int64(f)) && f < 1<<53 && f > -1<<53 {
		return strconv.FormatInt(int64(f), 10)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}
