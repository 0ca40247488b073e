package sigma

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
)

// maxAtoms bounds a set; the public rules have 34,000.
const maxAtoms = 500_000

// Options are what an installation adds to rules.
type Options struct {
	Pipelines []*Pipeline
	// Placeholders gives the values of `%name%` under expand; they may have wildcards.
	Placeholders map[string][]string
}

// Set is a compiled set of rules. It does not change and may be used by many goroutines.
type Set struct {
	rules       []compiled
	atoms       []atom
	nodes       []node
	kids        []int32
	fields      map[string]int32
	names       []string
	indexes     []fieldIndex
	words       fieldIndex // of keywords, over every value
	starts      [][]int32  // atom -> rules that it makes worth looking at
	always      []int32    // rules that no index leads to
	sources     []LogSource
	chains      []chain // correlations, each after those that it refers to
	hasWords    bool    // some rule has keywords
	wordSources []int32 // sources of rules that only keywords lead to
}

// compiled is one rule of a set.
type compiled struct {
	rule       *Rule
	tree       *expr
	root       int32
	source     int32
	fields     map[string]string // as the pipelines name them
	supporting bool              // serves correlations only
}

// builder compiles a set.
type builder struct {
	set     *Set
	options Options
	keys    map[string]int32
	sources map[LogSource]int32
	faults  Faults
	rule    string
	values  map[string][]string
}

// Compile makes one set of the rules of all files, with their filters and
// correlations. What has a fault is left out of the set and told; a correlation
// over a rule that is left out is left out too.
func Compile(options Options, files ...File) (*Set, Faults) {
	b := builder{
		set: &Set{fields: map[string]int32{}}, options: options,
		keys: map[string]int32{}, sources: map[LogSource]int32{}, values: map[string][]string{},
	}
	for _, p := range options.Pipelines {
		maps.Copy(b.values, p.placeholders)
	}
	maps.Copy(b.values, options.Placeholders)
	known := map[string]int{}
	for _, f := range files {
		for _, r := range f.Rules {
			b.add(r, known)
		}
	}
	for _, f := range files {
		for _, filter := range f.Filters {
			b.filter(filter, known)
		}
	}
	b.finish()
	var trees []*Correlation
	for _, f := range files {
		trees = append(trees, f.Correlations...)
	}
	b.correlations(trees, known)
	return b.set, b.faults
}

func (b *builder) refuse(at Place, part, what, mend string) {
	b.faults = append(b.faults, Fault{Place: at, Rule: b.rule, Part: part, What: what, Mend: mend})
}

// add compiles one rule, unless it has a fault.
func (b *builder) add(r *Rule, known map[string]int) {
	before := len(b.faults)
	b.rule = r.label()
	for _, name := range []string{r.ID, r.Name} {
		if _, twice := known[name]; twice && name != "" {
			b.refuse(r.Place, "id", fmt.Sprintf("%q names another rule already", name), "give every rule an id and name of its own")
			return
		}
	}
	if len(b.set.atoms) > maxAtoms {
		b.refuse(r.Place, "", fmt.Sprintf("the set asks more than %d different things already", maxAtoms), "use fewer rules at once")
		return
	}
	way, ok := b.way(r)
	if !ok {
		return
	}
	tree := b.conditions(r.searches, r.conditions, way.fields)
	if len(b.faults) > before {
		return
	}
	for _, m := range way.matches {
		tree = andOf(b.search(m, way.fields), tree)
	}
	if len(b.faults) > before {
		return
	}
	n := len(b.set.rules)
	b.set.rules = append(b.set.rules, compiled{rule: r, tree: tree, source: b.source(way.source), fields: way.fields})
	for _, name := range []string{r.ID, r.Name} {
		if name != "" {
			known[name] = n
		}
	}
}

func (b *builder) source(l LogSource) int32 {
	l = LogSource{strings.ToLower(l.Category), strings.ToLower(l.Product), strings.ToLower(l.Service)}
	n, ok := b.sources[l]
	if !ok {
		n = int32(len(b.set.sources)) //nolint:gosec // at most one a rule
		b.sources[l] = n
		b.set.sources = append(b.set.sources, l)
	}
	return n
}

// filter adds `and not` to the rules that a filter names.
func (b *builder) filter(f *Filter, known map[string]int) {
	b.rule = f.label()
	for _, name := range f.Rules {
		n, ok := known[name]
		if !ok {
			b.refuse(f.Place, "filter.rules", fmt.Sprintf("there is no rule %q", name), "name a rule of the set by id or name")
			continue
		}
		r := &b.set.rules[n]
		if !f.Source.holds(r.rule.Source) {
			b.refuse(f.Place, "logsource", fmt.Sprintf("the filter is for another log source than the rule %q", name), "give the log source of the rules")
			continue
		}
		before := len(b.faults)
		tree := b.conditions(f.searches, f.conditions, r.fields)
		if len(b.faults) == before {
			r.tree = andOf(r.tree, notOf(tree))
		}
	}
}

// conditions compiles conditions, of which one has to hold.
func (b *builder) conditions(searches []search, conditions []condition, fields map[string]string) *expr {
	compiledSearches := make([]*expr, len(searches))
	for i, s := range searches {
		compiledSearches[i] = b.search(s, fields)
	}
	var some []*expr
	for _, c := range conditions {
		some = append(some, lower(c.tree, compiledSearches))
	}
	return orOf(some...)
}

func lower(c *choice, searches []*expr) *expr {
	if c == nil {
		return nil
	}
	if c.op == opSearch {
		return searches[c.search]
	}
	kids := make([]*expr, len(c.kids))
	for i, k := range c.kids {
		kids[i] = lower(k, searches)
		if kids[i] == nil {
			return nil
		}
	}
	switch c.op {
	case opAnd:
		return andOf(kids...)
	case opOr:
		return orOf(kids...)
	default:
		return notOf(kids[0])
	}
}

// search compiles a search; nil, with a fault, if something is refused.
func (b *builder) search(s search, fields map[string]string) *expr {
	var some []*expr
	for _, bl := range s.blocks {
		var all []*expr
		for i := range bl.items {
			e := b.item(&bl.items[i], s.name, fields)
			if e == nil {
				return nil
			}
			all = append(all, e)
		}
		some = append(some, andOf(all...))
	}
	return orOf(some...)
}

// item compiles a field with its modifiers and values.
func (b *builder) item(it *item, search string, fields map[string]string) *expr {
	p, bad := planOf(it.modifiers)
	if bad != nil {
		b.refuse(it.at, it.part, bad.what, bad.mend)
		return nil
	}
	if p.all && len(it.values) == 1 {
		b.refuse(it.at, it.part, "the modifier all is given for a single value", "leave it out, or give a list")
		return nil
	}
	v := valueBuilder{b: b, item: it, plan: p, search: search, fields: fields}
	v.field = b.field(it.field, fields)
	if v.field == keywords && (p.kind != "" && p.kind != "re" || p.part != "") {
		b.refuse(it.at, it.part, fmt.Sprintf("keywords have no field, which the modifier %q needs", p.kind+p.part), "name a field")
		return nil
	}
	var parts []*expr
	for _, value := range it.values {
		e := v.build(value)
		if e == nil {
			return nil
		}
		parts = append(parts, e)
	}
	whole := orOf(parts...)
	if p.all {
		whole = andOf(parts...)
	}
	if p.neq {
		return notOf(whole)
	}
	return whole
}

// field gives the number of a field, as the pipeline names it.
func (b *builder) field(name string, fields map[string]string) int32 {
	if name == "" {
		return keywords
	}
	if mapped, ok := fields[name]; ok {
		name = mapped
	}
	n, ok := b.set.fields[name]
	if !ok {
		n = int32(len(b.set.names)) //nolint:gosec // bounded by the size of the files
		b.set.fields[name] = n
		b.set.names = append(b.set.names, name)
	}
	return n
}

// intern gives the number of an atom that is the same for all who ask it.
func (b *builder) intern(key string, a atom) int32 {
	key = fmt.Sprintf("%d\x00%d\x00%t\x00%s", a.kind, a.field, a.cased, key)
	n, ok := b.keys[key]
	if !ok {
		n = int32(len(b.set.atoms)) //nolint:gosec // bounded by the size of the files
		b.keys[key] = n
		b.set.atoms = append(b.set.atoms, a)
	}
	return n
}

func compileRegexp(text, flags string) (*regexp.Regexp, error) {
	if flags != "" {
		text = "(?" + flags + ")" + text
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, fmt.Errorf("regular expression: %w", err)
	}
	return re, nil
}

// Rules gives the rules of the set, in the order of the files; what was refused is not among them.
func (s *Set) Rules() []*Rule {
	out := make([]*Rule, len(s.rules))
	for i := range s.rules {
		out[i] = s.rules[i].rule
	}
	return out
}

// Correlations gives the correlations of the set, each after those that it refers to.
func (s *Set) Correlations() []*Correlation {
	out := make([]*Correlation, len(s.chains))
	for i := range s.chains {
		out[i] = s.chains[i].correlation
	}
	return out
}
