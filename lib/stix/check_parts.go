package stix

import (
	"slices"
	"strconv"
	"strings"
)

// identifier tests an id and that it is of the type of its object.
func (r *run) identifier(at *way, n *node, typ string) {
	here := &way{at, "id"}
	id, err := ParseID(n.str())
	switch {
	case n == nil:
		r.must(here, "required", "3.2", "an id is needed")
	case err != nil:
		r.must(here, "identifier", "2.9", "%v", err)
	case id.Type() != typ:
		r.must(here, "identifier", "2.9", "the id of a %.60s begins with %.60s--, not %.60s--", typ, typ, id.Type())
	}
}

// reference tests an identifier of another object and that it may be of this type.
func (r *run) reference(at *way, text string, types []string) {
	id, err := ParseID(text)
	if err != nil {
		r.must(at, "identifier", "2.9", "%v", err)
		return
	}
	if !r.mayBe(id.Type(), types) {
		r.must(at, "reference", r.shape.section, "a %.60s cannot be referred to here, only %s", id.Type(), strings.Join(types, ", "))
	}
}

// mayBe tells whether a type is among those listed. A custom type may be of any
// class, and is none of the types of the standard.
func (r *run) mayBe(typ string, types []string) bool {
	if typ == "bundle" {
		return false
	}
	s := r.shapes[typ]
	known := s != nil && s.class != "part" && s.class != "ext"
	return slices.ContainsFunc(types, func(t string) bool {
		class := strings.ToLower(t)
		if class == t {
			return typ == t
		}
		return !known || s.class == class
	})
}

// extensions tests section 7.3: their names, their kinds, and the predefined ones
// of cyber-observables.
func (r *run) extensions(n *node) {
	at := &way{key: "extensions"}
	if n == nil || n.kind != kindObject {
		return // what is no object is told by its kind
	}
	if len(n.kids) == 0 {
		r.must(at, "extension", "7.3", "an empty dictionary is not allowed")
	}
	for _, k := range n.kids {
		here := &way{at, k.key}
		if !r.kind(here, k, kindObject) {
			continue
		}
		if len(k.kids) == 0 {
			r.must(here, "extension", "7.3", "an extension says something")
		}
		if s := r.shapes[k.key]; s != nil && s.class == "ext" {
			r.shape = s
			r.predefined(here, k, s)
			continue
		}
		r.extension(here, k)
	}
}

func (r *run) extension(at *way, n *node) {
	id, err := ParseID(n.key)
	if err != nil || id.Type() != "extension-definition" {
		r.should(at, "extension", "7.3", "%.60q is no identifier of an extension definition; such extensions are deprecated", n.key)
		return
	}
	kind := n.get("extension_type").str()
	switch kind {
	case "toplevel-property-extension", "new-sdo", "new-sco", "new-sro":
		r.open = true
	case "property-extension":
		if len(n.kids) < 2 {
			r.must(at, "extension", "7.3", "a property-extension has properties")
		}
	case "":
		r.must(&way{at, "extension_type"}, "required", "3.2", "an extension says what kind it is by extension_type")
	default:
		r.must(&way{at, "extension_type"}, "extension", "7.3", "%.60q is no kind of extension", kind)
	}
	known := r.shapes[r.o.Type()]
	if strings.HasPrefix(kind, "new-") && known != nil && known.class != "part" && known.class != "ext" {
		r.must(&way{at, "extension_type"}, "extension", "7.3", "%s is a type of the standard; %s is for types that are none", r.o.Type(), kind)
	}
}

// predefined tests an extension that section 6 has for a type.
func (r *run) predefined(at *way, n *node, s *shape) {
	of := map[string]string{"6.7": "file", "6.12": "network-traffic", "6.13": "process", "6.16": "user-account"}[s.section[:strings.LastIndexByte(s.section, '.')]]
	if of != r.o.Type() {
		r.must(at, "extension", s.section, "%s is an extension of %s", s.name, of)
	}
	r.members(at, n, s)
	if s.name != "socket-ext" {
		return
	}
	for _, k := range n.get("options").list() {
		if k.kind != kindNumber {
			r.must(&way{&way{at, "options"}, k.key}, "type", s.section, "options of sockets are numbers")
		}
	}
}

// special tests what only some types demand.
func (r *run) special() {
	n := r.o.root
	if c, m := r.o.Created(), r.o.Modified(); c != "" && m != "" && m.Compare(c) < 0 {
		r.must(&way{key: "modified"}, "order", "3.2", "modified is before created")
	}
	switch r.o.Type() {
	case "malware":
		if truth(n, "is_family") == "true" && n.get("name") == nil {
			r.must(&way{key: "name"}, "required", "4.11", "a family of malware has a name")
		}
	case "email-message":
		r.email()
	case "network-traffic":
		if n.get("end") != nil && truth(n, "is_active") == "true" {
			r.must(&way{key: "end"}, "exclusive", "6.12", "what has ended is not active")
		}
	case "marking-definition":
		r.definition()
	case "observed-data":
		r.observed(n.get("objects"))
	default: // the others have nothing of their own
	}
}

// truth gives true, false, or "" of what is no boolean.
func truth(n *node, name string) string {
	if k := n.get(name); k != nil && k.kind == kindBool {
		return k.text
	}
	return ""
}

func (r *run) email() {
	n := r.o.root
	multipart := truth(n, "is_multipart")
	if multipart == "true" && n.get("body") != nil {
		r.must(&way{key: "body"}, "exclusive", "6.6", "a message of several parts has no body")
	}
	if multipart == "false" && n.get("body_multipart") != nil {
		r.must(&way{key: "body_multipart"}, "exclusive", "6.6", "a message of one part has no body_multipart")
	}
}

// deterministic tells of a cyber-observable with an id of version 5 that is not the
// one that section 2.9 computes. Ids of other versions are allowed.
func (r *run) deterministic() {
	if r.shape.class != "sco" {
		return
	}
	own, err := ParseID(string(r.o.ID()))
	if err != nil {
		return
	}
	uuid := string(own)[len(own.Type())+2:]
	want, ok, err := observableID(r.o.root, contributing(r.o.Type()))
	if err == nil && ok && uuid[14] == '5' && !strings.EqualFold(string(want), string(own)) {
		r.should(&way{key: "id"}, "identifier", "2.9", "the contributing properties give %s", want)
	}
}

// observed tests the deprecated dictionary of cyber-observables.
func (r *run) observed(n *node) {
	if n == nil || n.kind != kindObject {
		return
	}
	at := &way{key: "objects"}
	r.should(at, "deprecated", "4.14", "objects is deprecated; object_refs takes its place")
	for _, k := range n.kids {
		if k.get("type").str() == "" {
			r.must(&way{at, k.key}, "required", "4.14", "an object with a type is expected")
		}
	}
}

// definition tests section 7.2.1: statements, and the four markings of TLP 1, which
// nobody else may define.
func (r *run) definition() {
	at := &way{key: "definition"}
	definition := r.o.root.get("definition")
	switch r.o.root.get("definition_type").str() {
	case "statement":
		if definition.get("statement").str() == "" {
			r.must(&way{at, "statement"}, "required", "7.2.1.3", "a marking of the type statement has one")
		}
	case "tlp":
		r.tlp(at)
	default: // other types are custom ones
	}
}

func (r *run) tlp(at *way) {
	word := r.o.root.get("definition").get("tlp").str()
	for _, row := range tlpTable() {
		if row.old == "" || row.old != word {
			continue
		}
		if r.o.ID() != row.oldID {
			r.must(&way{key: "id"}, "marking", "7.2.1.4", "TLP:%s is %s and no other", strings.ToUpper(word), row.oldID)
		}
		if name := r.o.root.get("name").str(); name != row.oldName && name != "" {
			r.must(&way{key: "name"}, "marking", "7.2.1.4", "the name of this marking is %s", row.oldName)
		}
		if created, err := r.o.Created().Time(); err != nil || created.Format("2006-01-02T15:04:05") != "2017-01-20T00:00:00" {
			r.must(&way{key: "created"}, "marking", "7.2.1.4", "the markings of TLP were created 2017-01-20T00:00:00.000Z")
		}
		return
	}
	r.must(&way{at, "tlp"}, "marking", "7.2.1.4", "%.40q is none of white, green, amber, red", word)
}

// markings tests that no object marks itself.
func (r *run) markings() {
	for i, n := range r.o.root.get("object_marking_refs").list() {
		if n.kind == kindText && n.text == string(r.o.ID()) {
			r.must(&way{&way{key: "object_marking_refs"}, strconv.Itoa(i)}, "marking", "7.2.1", "a marking does not mark itself")
		}
	}
}

// maxSelectors bounds what following selectors costs.
const maxSelectors = 10_000

// granular tests that the selectors of granular markings lead somewhere (section
// 7.2.3.1).
func (r *run) granular() {
	left := maxSelectors
	for i, g := range r.o.root.get("granular_markings").list() {
		at := &way{&way{&way{key: "granular_markings"}, strconv.Itoa(i)}, "selectors"}
		for j, s := range g.get("selectors").list() {
			if s.kind != kindText {
				continue // told by its kind
			}
			if left--; left < 0 {
				r.must(at, "selector", "7.2.3.1", "more than %d selectors of one object are not followed", maxSelectors)
				return
			}
			if n := selected(r.o.root, s.text); n == nil {
				r.must(&way{at, strconv.Itoa(j)}, "selector", "7.2.3.1", "%.80q leads to nothing in this object", s.text)
			}
		}
	}
}

// selected follows a selector: keys and [index], between periods.
func selected(n *node, selector string) *node {
	for part := range strings.SplitSeq(selector, ".") {
		if number, ok := strings.CutPrefix(part, "["); ok {
			i, err := strconv.Atoi(strings.TrimSuffix(number, "]"))
			if err != nil || i < 0 || i >= len(n.list()) || !strings.HasSuffix(part, "]") {
				return nil
			}
			n = n.list()[i]
			continue
		}
		if n = n.get(part); n == nil {
			return nil
		}
	}
	return n
}
