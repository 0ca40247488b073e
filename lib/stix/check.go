package stix

import (
	"fmt"
	"slices"
	"strings"
)

// MaxFindings bounds a result; more findings are counted.
const MaxFindings = 1000

// Finding is one place where an object is not as the standard has it.
type Finding struct {
	Object  ID     // "" of the bundle itself
	Path    string // JSON pointer from the object, "" for all of it
	Rule    string // a word such as required, type, identifier, timestamp, reference, marking, extension
	Section string // of STIX 2.1
	Text    string // one sentence
	Should  bool   // what the standard only advises
}

// String gives all of it in one line.
func (f Finding) String() string {
	return fmt.Sprintf("%s%s: %s (STIX 2.1 section %s, %s)", f.Object, f.Path, f.Text, f.Section, f.Rule)
}

// Result is what [Checker] found, in the order of the document.
type Result struct {
	Findings []Finding
	Left     int // findings that are not listed
	musts    int
}

// Valid tells that nothing was found that the standard demands; advice that is
// not followed is in the findings.
func (r Result) Valid() bool { return r.musts == 0 }

// Checker tests objects. It may be used by many goroutines.
type Checker struct {
	shapes map[string]*shape
}

// NewChecker prepares the tests.
func NewChecker() (*Checker, error) {
	shapes, err := readSchema()
	if err != nil {
		return nil, fmt.Errorf("stix: schema: %w", err)
	}
	return &Checker{shapes}, nil
}

// Object tests one object.
func (c *Checker) Object(o *Object) Result {
	var out Result
	c.object(&out, o)
	return out
}

// Bundle tests a bundle with its objects: also that no version of an object is in
// it with two contents, and that markings do not mark each other in a loop.
// References to objects that are not in the bundle are allowed ([Bundle.Missing]).
func (c *Checker) Bundle(b *Bundle) Result {
	var out Result
	if b.shell.root.get("type") != nil {
		c.shell(&run{result: &out, shapes: c.shapes, o: b.shell}, b.shell.root)
	}
	seen := map[string]*Object{}
	for i, o := range b.objects {
		c.object(&out, o)
		key := string(o.ID()) + " " + string(o.Version())
		if first := seen[key]; first != nil && !equal(first.root, o.root) {
			text := fmt.Sprintf("%.120s is here twice with the same version %q and different contents", o.ID(), o.Version())
			out.add(Finding{Path: fmt.Sprintf("/objects/%d", i), Rule: "version", Section: "3.6", Text: text})
		} else if first == nil {
			seen[key] = o
		}
	}
	b.markingLoops(&out)
	return out
}

// shell tests the properties of the bundle itself (section 8).
func (*Checker) shell(r *run, root *node) {
	r.identifier(nil, root.get("id"), "bundle")
	for _, k := range root.kids {
		switch {
		case k.key == "objects":
			if len(k.kids) == 0 {
				r.must(&way{key: k.key}, "list", "8", "a bundle without objects leaves the list away; an empty list is not allowed")
			}
		case k.key != "type" && k.key != "id" && !strings.HasPrefix(k.key, "x_"):
			r.must(&way{key: k.key}, "property", "8", "a bundle has no such property")
		}
	}
}

func (r *Result) add(f Finding) {
	if !f.Should {
		r.musts++
	}
	if len(r.Findings) >= MaxFindings {
		r.Left++
		return
	}
	r.Findings = append(r.Findings, f)
}

// run is one object being tested.
type run struct {
	result *Result
	shapes map[string]*shape
	o      *Object
	shape  *shape // nil of a custom type
	open   bool   // an extension adds properties of the top level
}

// way leads to a value, so that paths are written for findings only.
type way struct {
	above *way
	key   string
}

func (w *way) String() string {
	var parts []string
	for ; w != nil; w = w.above {
		parts = append(parts, "/"+escape(w.key))
	}
	slices.Reverse(parts)
	return strings.Join(parts, "")
}

func (r *run) must(at *way, rule, section, text string, args ...any) {
	r.tell(at, Finding{Rule: rule, Section: section}, text, args)
}

func (r *run) should(at *way, rule, section, text string, args ...any) {
	r.tell(at, Finding{Rule: rule, Section: section, Should: true}, text, args)
}

// tell writes the words of findings that are listed; of the others none.
func (r *run) tell(at *way, f Finding, text string, args []any) {
	if len(r.result.Findings) < MaxFindings {
		f.Object, f.Path, f.Text = r.o.ID(), at.String(), fmt.Sprintf(text, args...)
	}
	r.result.add(f)
}

func (c *Checker) object(out *Result, o *Object) {
	r := &run{result: out, shapes: c.shapes, o: o}
	typ := o.Type()
	if typ == "bundle" {
		r.must(nil, "type", "8", "a bundle is no object and cannot be inside another")
		return
	}
	if !typeName(typ) {
		r.must(&way{key: "type"}, "type", "3.1", "%.60q is no name of a type: 3 to 250 of a to z, 0 to 9 and single hyphens, beginning with a letter", typ)
	}
	r.identifier(nil, o.root.get("id"), typ)
	r.extensions(o.root.get("extensions"))
	if s := c.shapes[typ]; s != nil && s.class != "part" && s.class != "ext" {
		r.shape = s
	} else {
		r.shape = r.custom(typ)
	}
	r.members(nil, o.root, r.shape)
	r.special()
	r.deterministic()
	r.granular()
	r.markings()
}

// custom is the shape of an object of a type that the standard does not have:
// what its extension says it is, and else a domain object (section 11.2).
func (r *run) custom(typ string) *shape {
	class := "sdo"
	told := false
	if e := r.o.root.get("extensions"); e != nil {
		for _, k := range e.kids {
			if now, ok := strings.CutPrefix(k.get("extension_type").str(), "new-"); ok {
				class, told = now, true
			}
		}
	}
	if !told {
		if r.o.root.get("created") == nil && r.o.root.get("modified") == nil {
			class = "sco"
		}
		if !strings.HasPrefix(typ, "x-") {
			r.should(&way{key: "type"}, "custom", "11.2", "%.60q is no type of the standard; custom types begin with x- or are told by an extension", typ)
		}
	}
	s := &shape{class: class, name: typ, section: "11.2", properties: map[string]property{}}
	if err := s.common(); err != nil || len(s.properties) == 0 {
		r.must(&way{key: "extensions"}, "extension", "7.3", "new-%.40s is no kind of extension", class)
	}
	r.open = true
	return s
}

// members tests the properties of an object or a part against its shape.
func (r *run) members(at *way, n *node, s *shape) {
	for _, name := range s.required {
		if n.get(name) == nil {
			r.must(&way{at, name}, "required", s.section, "%s needs the property %s", s.name, name)
		}
	}
	for _, k := range n.kids {
		p, known := s.properties[k.key]
		here := &way{at, k.key}
		if known {
			r.value(here, k, p)
		} else {
			r.customProperty(here, k, s)
		}
	}
	for _, d := range s.demands {
		r.demand(at, n, s, d)
	}
}

// customProperty tests a property that the standard does not have (sections 3.1
// and 11.1).
func (r *run) customProperty(at *way, n *node, s *shape) {
	if !propertyName(n.key) {
		r.must(at, "property", "3.1", "%.60q is no name of a property: 3 to 250 of a to z, 0 to 9 and underscore, beginning with a letter", n.key)
	}
	switch {
	case strings.HasPrefix(n.key, "x_"):
	case at.above == nil && commonName(n.key):
		r.must(at, "property", "3.2", "%s has no such property, which other types have", s.name)
	case !r.open:
		r.should(at, "property", "11.1", "%s has no such property; custom ones begin with x_ or are told by an extension", s.name)
	}
	r.free(at, n)
}

// commonName tells whether section 3.2 has a property, which some types do not use.
func commonName(name string) bool {
	switch name {
	case "created_by_ref", "created", "modified", "revoked", "labels", "confidence", "lang", "external_references", "defanged", "extensions":
		return true
	default:
		return false
	}
}

// propertyName holds a name against section 3.1.
func propertyName(name string) bool {
	return len(name) >= 3 && len(name) <= 250 && name[0] >= 'a' && name[0] <= 'z' &&
		!strings.ContainsFunc(name, func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' })
}

// free tests a value of which nothing else is known: no null, no empty lists.
func (r *run) free(at *way, n *node) {
	switch {
	case n.kind == kindNull:
		r.must(at, "value", "3.1", "null is no value; leave the property away")
	case n.kind == kindList && len(n.kids) == 0:
		r.must(at, "list", "2.12", "an empty list is not allowed; leave the property away")
	case n.kind == kindList:
		for i, k := range n.kids {
			r.free(&way{at, fmt.Sprint(i)}, k)
		}
	case n.kind == kindObject:
		for _, k := range n.kids {
			r.free(&way{at, k.key}, k)
		}
	default:
	}
}

func (r *run) demand(at *way, n *node, s *shape, d demand) {
	var there []string
	for _, name := range d.names {
		if n.get(name) != nil {
			there = append(there, name)
		}
	}
	list := strings.Join(d.names, ", ")
	switch d.op {
	case "any":
		if len(there) == 0 {
			r.must(at, "required", s.section, "%s needs at least one of %s", s.name, list)
		}
	case "one":
		if len(there) != 1 {
			r.must(at, "required", s.section, "%s needs exactly one of %s", s.name, list)
		}
	case "most":
		if len(there) > 1 {
			r.must(at, "exclusive", s.section, "%s has at most one of %s", s.name, list)
		}
	case "needs":
		if len(there) == 1 && there[0] == d.names[0] {
			r.must(&way{at, d.names[0]}, "required", s.section, "%s needs %s beside it", d.names[0], d.names[1])
		}
	default:
		if len(there) == 2 {
			r.order(at, n, s, d)
		}
	}
}

// order tests that one time is not after another, or before it.
func (r *run) order(at *way, n *node, s *shape, d demand) {
	from, to := Timestamp(n.get(d.names[0]).str()), Timestamp(n.get(d.names[1]).str())
	switch c := from.Compare(to); {
	case c > 0:
		r.must(&way{at, d.names[1]}, "order", s.section, "%s is before %s", d.names[1], d.names[0])
	case c == 0 && d.op == "<":
		r.must(&way{at, d.names[1]}, "order", s.section, "%s is not after %s", d.names[1], d.names[0])
	}
}
