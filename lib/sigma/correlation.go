package sigma

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// Limits of correlations.
const (
	maxCount     = 100_000 // a condition may ask for
	maxTimespan  = 31 * 24 * time.Hour
	maxRelated   = 1000
	maxGroupedBy = 16
)

// Correlation finds several hits within a time.
type Correlation struct {
	Meta
	Type     string   // event_count, value_count, temporal or temporal_ordered
	Rules    []string // ids or names of rules and correlations
	GroupBy  []string // fields or aliases
	Timespan time.Duration
	Generate bool // the rules are told by themselves as well
	Aliases  map[string]map[string]string
	fields   []string // whose values are counted
	bounds   []bound
}

// bound is one comparison of a condition.
type bound struct {
	op string
	n  int
}

func (b bound) holds(n int) bool {
	switch b.op {
	case "gt":
		return n > b.n
	case "gte":
		return n >= b.n
	case "lt":
		return n < b.n
	case "lte":
		return n <= b.n
	case "eq":
		return n == b.n
	default:
		return n != b.n
	}
}

// least is the smallest count that fulfils the condition.
func (c *Correlation) least() int {
	least := 1
	for _, b := range c.bounds {
		switch b.op {
		case "gt":
			least = max(least, b.n+1)
		case "gte", "eq":
			least = max(least, b.n)
		}
	}
	return least
}

func (c *Correlation) fulfilled(n int) bool {
	for _, b := range c.bounds {
		if !b.holds(n) {
			return false
		}
	}
	return true
}

// correlation reads a correlation document.
func (r *reader) correlation(top *mapping) *Correlation {
	c := &Correlation{Aliases: map[string]map[string]string{}}
	node, _ := top.take("correlation")
	m := r.mapping(node, "correlation")
	if m == nil {
		return c
	}
	c.Type = r.text(m, "type", "correlation")
	switch c.Type {
	case "event_count", "value_count", "temporal", "temporal_ordered":
	case "value_sum", "value_avg", "value_percentile":
		r.fault(node, "correlation.type", fmt.Sprintf("the correlation type %s is not supported", c.Type), "use event_count, value_count, temporal or temporal_ordered")
	default:
		r.fault(node, "correlation.type", fmt.Sprintf("the correlation type %q is unknown", c.Type), "use event_count, value_count, temporal or temporal_ordered")
	}
	if rules, ok := m.take("rules"); ok {
		c.Rules = r.texts(rules, "correlation.rules")
	}
	if len(c.Rules) == 0 || len(c.Rules) > maxRelated {
		r.fault(node, "correlation.rules", fmt.Sprintf("1 to %d rules are expected", maxRelated), "name rules by id or name")
	}
	if by, ok := m.take("group-by"); ok {
		c.GroupBy = r.texts(by, "correlation.group-by")
	}
	if len(c.GroupBy) > maxGroupedBy {
		r.fault(node, "correlation.group-by", fmt.Sprintf("more than %d fields", maxGroupedBy), "")
	}
	c.Timespan = r.timespan(m, node)
	r.aliases(m, c)
	c.Generate = r.text(top, "generate", "") == "true"
	if r.text(m, "generate", "correlation") == "true" {
		c.Generate = true
	}
	r.bounds(m, node, c)
	for _, e := range m.rest() {
		r.fault(e.key, "correlation."+e.key.Value, "the key is not known", "use type, rules, group-by, timespan, aliases, condition, generate")
	}
	c.Meta = r.meta(top)
	return c
}

func (r *reader) timespan(m *mapping, node *yaml.Node) time.Duration {
	text := r.text(m, "timespan", "correlation")
	if text != "" {
		n, err := strconv.Atoi(text[:len(text)-1])
		unit := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour}[text[len(text)-1]]
		if err == nil && unit > 0 && n > 0 && n <= int(maxTimespan/unit) {
			return time.Duration(n) * unit
		}
	}
	r.fault(node, "correlation.timespan", fmt.Sprintf("%q is no timespan", text), "write a whole number with s, m, h or d, at most 31d")
	return 0
}

func (r *reader) aliases(m *mapping, c *Correlation) {
	node, ok := m.take("aliases")
	if !ok {
		return
	}
	all := r.mapping(node, "correlation.aliases")
	if all == nil {
		return
	}
	for _, e := range all.rest() {
		part := "correlation.aliases." + e.key.Value
		inner := r.mapping(e.value, part)
		if inner == nil {
			return
		}
		c.Aliases[e.key.Value] = map[string]string{}
		for _, a := range inner.rest() {
			if !slices.Contains(c.Rules, a.key.Value) {
				r.fault(a.key, part, fmt.Sprintf("the correlation does not refer to a rule %q", a.key.Value), "use the names under rules")
			}
			c.Aliases[e.key.Value][a.key.Value] = a.value.Value
		}
	}
}

// bounds reads the condition.
func (r *reader) bounds(m *mapping, node *yaml.Node, c *Correlation) {
	counts := c.Type == "event_count" || c.Type == "value_count"
	written, ok := m.take("condition")
	if !ok {
		if counts {
			r.fault(node, "correlation.condition", "condition is missing", "say how many: condition: {gte: 10}")
		}
		c.bounds = []bound{{"gte", len(c.Rules)}}
		return
	}
	part := "correlation.condition"
	if written.Kind == yaml.ScalarNode {
		r.fault(written, part, "a condition in words over rules is not of specification 2.1", "write a mapping such as {gte: 10}")
		return
	}
	inner := r.mapping(written, part)
	if inner == nil {
		return
	}
	if field, ok := inner.take("field"); ok {
		c.fields = r.texts(field, part+".field")
	}
	if (c.Type == "value_count") != (len(c.fields) > 0) {
		r.fault(written, part+".field", "field belongs to value_count, which needs it", "")
	}
	for _, e := range inner.rest() {
		c.bounds = append(c.bounds, r.bound(e, part))
	}
	r.streams(written, part, c)
}

func (r *reader) bound(e entry, part string) bound {
	b := bound{op: e.key.Value}
	if !slices.Contains([]string{"gt", "gte", "lt", "lte", "eq", "neq"}, b.op) {
		r.fault(e.key, part+"."+b.op, fmt.Sprintf("the comparison %q is unknown", b.op), "use gt, gte, lt, lte, eq, neq")
	}
	n, err := strconv.Atoi(e.value.Value)
	if err != nil || n < 0 || n > maxCount {
		r.fault(e.value, part+"."+b.op, fmt.Sprintf("%q is no whole number up to %d", e.value.Value, maxCount), "")
	}
	b.n = n
	return b
}

// streams refuses conditions that only the end of a time could decide.
func (r *reader) streams(at *yaml.Node, part string, c *Correlation) {
	lower := slices.ContainsFunc(c.bounds, func(b bound) bool { return b.op == "gt" || b.op == "gte" || b.op == "eq" })
	if !lower {
		r.fault(at, part, "a condition without gt, gte or eq is true before anything was counted, so that events as they pass cannot decide it", "add a lower bound")
		return
	}
	if !c.fulfilled(c.least()) {
		r.fault(at, part, "no count fulfils all comparisons when it is first reached", "mend the bounds")
	}
	if c.Type != "event_count" && c.Type != "value_count" && c.least() > len(c.Rules) {
		r.fault(at, part, "it asks for more different rules than are named", "lower the bound")
	}
	if c.Type == "temporal_ordered" && c.least() != len(c.Rules) {
		r.fault(at, part, "temporal_ordered needs all of its rules in their order", "leave the condition out")
	}
}
