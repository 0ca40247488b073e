package sigma

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Limits of one file.
const (
	maxFile      = 8 << 20 // octets
	maxDocuments = 20_000
	maxValues    = 20_000 // of one field in one search
	maxItems     = 2_000  // of one search
	maxSearches  = 500    // of one rule
	maxText      = 16 << 10
)

// LogSource says what log a rule is for, or an event is from. An attribute of a
// rule that is empty holds for every event.
type LogSource struct {
	Category string
	Product  string
	Service  string
}

// holds says whether an event from the log source is meant by l.
func (l LogSource) holds(event LogSource) bool {
	return (l.Category == "" || strings.EqualFold(l.Category, event.Category)) &&
		(l.Product == "" || strings.EqualFold(l.Product, event.Product)) &&
		(l.Service == "" || strings.EqualFold(l.Service, event.Service))
}

// Meta is what documents of all kinds say about themselves. Lists and texts are
// those of the file; Custom names the attributes that the specification does not
// know, which it allows.
type Meta struct {
	Place          Place
	Title          string
	ID             string
	Name           string
	Status         string // stable, test, experimental, deprecated, unsupported or ""
	Level          string // informational, low, medium, high, critical or ""
	Description    string
	Author         string
	Date           string
	Modified       string
	License        string
	Taxonomy       string
	References     []string
	Tags           []string
	Fields         []string
	FalsePositives []string
	Scope          []string
	Related        []Related
	Custom         []string
}

// label names the document for people.
func (m Meta) label() string {
	if m.Title != "" {
		return m.Title
	}
	return m.ID
}

// Related is another rule that a rule comes from or replaces.
type Related struct {
	ID   string
	Type string // derived, obsolete, merged, renamed, similar or correlation
}

// Rule is one detection rule.
type Rule struct {
	Meta
	Source     LogSource
	searches   []search
	conditions []condition
}

// condition is one condition as it is written.
type condition struct {
	at   Place
	text string
	tree *choice
}

// Filter suppresses hits of the rules that it names by id or name.
type Filter struct {
	Meta
	Source     LogSource
	Rules      []string
	searches   []search
	conditions []condition
}

// File is what one file holds.
type File struct {
	Rules        []*Rule
	Correlations []*Correlation
	Filters      []*Filter
}

// Parse reads a file of one or more YAML documents. name is used in faults only.
// The file it gives holds every document without fault; the error, if there is
// one, is a [*ParseError].
func Parse(name string, data []byte) (File, error) {
	var file File
	if len(data) > maxFile {
		return file, refused(Fault{Place: Place{File: name}, What: fmt.Sprintf("%d octets are more than %d", len(data), maxFile), Mend: "divide the file"})
	}
	var faults Faults
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for n := 0; ; n++ {
		if n == maxDocuments {
			faults = append(faults, Fault{Place: Place{File: name}, What: fmt.Sprintf("more than %d documents", maxDocuments), Mend: "divide the file"})
			break
		}
		var root yaml.Node
		err := decoder.Decode(&root)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			faults = append(faults, Fault{Place: Place{File: name}, What: "not YAML: " + err.Error()})
			break
		}
		if len(root.Content) == 0 || (root.Content[0].Kind == yaml.ScalarNode && root.Content[0].ShortTag() == "!!null") {
			continue
		}
		r := reader{file: name}
		file.add(&r, root.Content[0])
		faults = append(faults, r.faults...)
	}
	if len(faults) == 0 && len(file.Rules)+len(file.Correlations)+len(file.Filters) == 0 {
		faults = append(faults, Fault{Place: Place{File: name}, What: "no rule, correlation or filter in it"})
	}
	return file, faults.orNil()
}

// add reads one document into the file.
func (f *File) add(r *reader, root *yaml.Node) {
	top := r.mapping(root, "")
	if top == nil {
		return
	}
	if action, ok := top.take("action"); ok {
		r.fault(action, "action", "collections of rules with action (global, repeat, reset) are not of specification 2", "write each rule whole")
		return
	}
	r.rule = label(top)
	switch {
	case top.has("correlation"):
		if c := r.correlation(top); len(r.faults) == 0 {
			f.Correlations = append(f.Correlations, c)
		}
	case top.has("filter"):
		if g := r.filter(top); len(r.faults) == 0 {
			f.Filters = append(f.Filters, g)
		}
	default:
		if rule := r.detectionRule(top); len(r.faults) == 0 {
			f.Rules = append(f.Rules, rule)
		}
	}
}

func label(top *mapping) string {
	for _, key := range []string{"title", "id"} {
		if e, ok := top.find(key); ok && e.Kind == yaml.ScalarNode {
			return e.Value
		}
	}
	return ""
}

// detectionRule reads a rule.
func (r *reader) detectionRule(top *mapping) *Rule {
	rule := &Rule{}
	rule.Source = r.source(top)
	detection, ok := top.take("detection")
	if !ok {
		r.fault(top.node, "detection", "detection is missing", "say what to look for")
		return rule
	}
	rule.searches, rule.conditions = r.detection(detection, "detection")
	rule.Meta = r.meta(top)
	return rule
}

// filter reads a filter.
func (r *reader) filter(top *mapping) *Filter {
	f := &Filter{}
	f.Source = r.source(top)
	body, _ := top.take("filter")
	inner := r.mapping(body, "filter")
	if inner == nil {
		return f
	}
	rules, ok := inner.take("rules")
	if !ok {
		r.fault(body, "filter.rules", "rules is missing", "name the rules that are filtered, by id or name")
		return f
	}
	f.Rules = r.texts(rules, "filter.rules")
	f.searches, f.conditions = r.detectionOf(inner, "filter")
	for _, c := range f.conditions {
		if c.tree != nil && c.tree.op == opNot {
			r.fault(body, "filter.condition", "a condition that begins with not is read in two ways by tools",
				"say what is suppressed, as the specification does: condition: selection")
		}
	}
	f.Meta = r.meta(top)
	return f
}

// source reads the log source, which is mandatory.
func (r *reader) source(top *mapping) LogSource {
	node, ok := top.take("logsource")
	if !ok {
		r.fault(top.node, "logsource", "logsource is missing", "give category, product or service")
		return LogSource{}
	}
	m := r.mapping(node, "logsource")
	if m == nil {
		return LogSource{}
	}
	return LogSource{Category: r.text(m, "category", "logsource"), Product: r.text(m, "product", "logsource"), Service: r.text(m, "service", "logsource")}
}

// detection reads searches and conditions.
func (r *reader) detection(node *yaml.Node, part string) ([]search, []condition) {
	m := r.mapping(node, part)
	if m == nil {
		return nil, nil
	}
	return r.detectionOf(m, part)
}

func (r *reader) detectionOf(m *mapping, part string) ([]search, []condition) {
	if frame, ok := m.take("timeframe"); ok {
		r.fault(frame, part+".timeframe", "timeframe belongs to aggregations of old rules, which specification 2 replaced", "write a correlation rule")
	}
	written, ok := m.take("condition")
	if !ok {
		r.fault(m.node, part+".condition", "condition is missing", "say which searches have to match")
		return nil, nil
	}
	var searches []search
	for _, e := range m.rest() {
		if len(searches) == maxSearches {
			r.fault(e.key, part, fmt.Sprintf("more than %d searches", maxSearches), "divide the rule")
			break
		}
		searches = append(searches, r.search(e.key.Value, e.value, part+"."+e.key.Value))
	}
	if len(searches) == 0 {
		r.fault(m.node, part, "no search identifier", "say what to look for")
	}
	var conditions []condition
	nodes := []*yaml.Node{written}
	if written.Kind == yaml.SequenceNode {
		nodes = written.Content
	}
	for _, n := range nodes {
		conditions = append(conditions, r.condition(n, part+".condition", searches))
	}
	if len(conditions) == 0 {
		r.fault(written, part+".condition", "the list of conditions is empty", "")
	}
	return searches, conditions
}

func (r *reader) condition(node *yaml.Node, part string, searches []search) condition {
	c := condition{at: r.place(node), text: node.Value}
	if node.Kind != yaml.ScalarNode {
		r.fault(node, part, "a condition is a text or a list of texts", "")
		return c
	}
	names := make([]string, len(searches))
	for i, s := range searches {
		names[i] = s.name
	}
	tree, err := parseCondition(node.Value, names)
	if err != nil {
		r.fault(node, part, err.Error(), err.mend)
	}
	c.tree = tree
	return c
}

// meta reads what is left of a document.
func (r *reader) meta(top *mapping) Meta {
	m := Meta{
		Place: r.place(top.node), Title: r.text(top, "title", ""), ID: r.text(top, "id", ""), Name: r.text(top, "name", ""),
		Status: r.text(top, "status", ""), Level: r.text(top, "level", ""), Description: r.text(top, "description", ""),
		Author: r.text(top, "author", ""), Date: r.text(top, "date", ""), Modified: r.text(top, "modified", ""),
		License: r.text(top, "license", ""), Taxonomy: r.text(top, "taxonomy", ""),
		References: r.list(top, "references"), Tags: r.list(top, "tags"), Fields: r.list(top, "fields"),
		FalsePositives: r.list(top, "falsepositives"), Scope: r.list(top, "scope"),
	}
	if m.Title == "" {
		r.fault(top.node, "title", "title is missing", "say what the rule detects")
	}
	r.oneOf(top.node, "level", m.Level, "informational", "low", "medium", "high", "critical")
	r.oneOf(top.node, "status", m.Status, "stable", "test", "experimental", "deprecated", "unsupported")
	if node, ok := top.take("related"); ok {
		m.Related = r.related(node)
	}
	for _, e := range top.rest() {
		m.Custom = append(m.Custom, e.key.Value)
	}
	return m
}

func (r *reader) oneOf(node *yaml.Node, part, value string, allowed ...string) {
	if value != "" && !slices.Contains(allowed, value) {
		r.fault(node, part, fmt.Sprintf("%s %q is unknown", part, value), "use one of "+strings.Join(allowed, ", "))
	}
}

func (r *reader) related(node *yaml.Node) []Related {
	if node.Kind != yaml.SequenceNode {
		r.fault(node, "related", "related is a list", "")
		return nil
	}
	var out []Related
	for _, n := range node.Content {
		m := r.mapping(n, "related")
		if m == nil {
			return nil
		}
		out = append(out, Related{ID: r.text(m, "id", "related"), Type: r.text(m, "type", "related")})
	}
	return out
}
