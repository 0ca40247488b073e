package stix

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Object is one object of any type: the octets that came, and what they say. It
// does not change and may be used by many goroutines.
type Object struct {
	document string // where it stands in, which may be a bundle
	root     *node
}

// Parse reads one object. What has no type and no id that are texts is an error;
// what else the standard forbids is a matter of [Checker].
func Parse(data []byte) (*Object, error) {
	document := string(data)
	root, err := parseTree(document)
	if err != nil {
		return nil, err
	}
	return newObject(document, root)
}

func newObject(document string, root *node) (*Object, error) {
	if root.kind != kindObject {
		return nil, fmt.Errorf("stix: an object is expected, not %s", root.kind)
	}
	o := &Object{document: document, root: root}
	if o.Type() == "" {
		return nil, errors.New("stix: an object without type")
	}
	if o.ID() == "" {
		return nil, fmt.Errorf("stix: an object of type %.60q without id", o.Type())
	}
	return o, nil
}

// Raw gives a copy of the octets of the object as they came, without blanks
// before and after.
func (o *Object) Raw() []byte { return []byte(o.document[o.root.from:o.root.to]) }

// Size is the number of octets of [Object.Raw].
func (o *Object) Size() int { return int(o.root.to - o.root.from) }

// Type is the type of the object, such as indicator.
func (o *Object) Type() string { return o.root.get("type").str() }

// ID is the identifier of the object.
func (o *Object) ID() ID { return ID(o.root.get("id").str()) }

// SpecVersion is the version of the standard that the object names, "" if it
// names none, which cyber-observables need not.
func (o *Object) SpecVersion() string { return o.root.get("spec_version").str() }

// Created is when the object was made, "" if it does not say.
func (o *Object) Created() Timestamp { return Timestamp(o.root.get("created").str()) }

// Modified is when this version was made, "" if the object does not say.
func (o *Object) Modified() Timestamp { return Timestamp(o.root.get("modified").str()) }

// Version is what TAXII tells versions by: modified, or created, or "".
func (o *Object) Version() Timestamp {
	if m := o.Modified(); m != "" {
		return m
	}
	return o.Created()
}

// Property gives the octets of a property of the top level as they came.
func (o *Object) Property(name string) ([]byte, bool) {
	n := o.root.get(name)
	if n == nil {
		return nil, false
	}
	return []byte(o.document[n.from:n.to]), true
}

// Change is a new value of a property of the top level, as JSON. A nil value
// takes the property away.
type Change struct {
	Name  string
	Value []byte
}

// With gives the object with changed properties. All others keep their octets
// and their order; new ones come last. The id and the type cannot be changed.
func (o *Object) With(changes ...Change) (*Object, error) {
	for i, c := range changes {
		if c.Name == "id" || c.Name == "type" {
			return nil, fmt.Errorf("stix: %s of an object cannot be changed; make another object", c.Name)
		}
		if slices.ContainsFunc(changes[:i], func(d Change) bool { return d.Name == c.Name }) {
			return nil, fmt.Errorf("stix: %.60q is changed twice", c.Name)
		}
	}
	left := slices.Clone(changes)
	var parts []string
	for _, k := range o.root.kids {
		value := o.document[k.from:k.to]
		if i := slices.IndexFunc(left, func(c Change) bool { return c.Name == k.key }); i >= 0 {
			value = string(left[i].Value)
			left = slices.Delete(left, i, i+1)
		}
		if value != "" {
			parts = append(parts, string(quoted(nil, k.key))+":"+value)
		}
	}
	for _, c := range left {
		if len(c.Value) > 0 {
			parts = append(parts, string(quoted(nil, c.Name))+":"+string(c.Value))
		}
	}
	out, err := Parse([]byte("{" + strings.Join(parts, ",") + "}"))
	if err != nil {
		return nil, fmt.Errorf("change %.80s: %w", o.ID(), err)
	}
	return out, nil
}

// Bundle is a bundle (section 8) with its objects. It does not change.
type Bundle struct {
	shell   *Object
	objects []*Object
}

// ReadBundle reads a bundle, or the envelope of TAXII, which has no type and id.
func ReadBundle(data []byte) (*Bundle, error) {
	document := string(data)
	root, err := parseTree(document)
	if err != nil {
		return nil, err
	}
	if root.kind != kindObject {
		return nil, fmt.Errorf("stix: a bundle is expected, not %s", root.kind)
	}
	b := &Bundle{shell: &Object{document: document, root: root}}
	if t := root.get("type"); t != nil && t.str() != "bundle" {
		return nil, fmt.Errorf("stix: a bundle is expected, not the type %.60q", t.str())
	}
	objects := root.get("objects")
	if objects != nil && objects.kind != kindList {
		return nil, fmt.Errorf("stix: /objects is to be a list, not %s", objects.kind)
	}
	for i, n := range objects.list() {
		o, err := newObject(document, n)
		if err != nil {
			return nil, fmt.Errorf("/objects/%d: %w", i, err)
		}
		b.objects = append(b.objects, o)
	}
	return b, nil
}

// ID is the identifier of the bundle, "" of an envelope.
func (b *Bundle) ID() ID { return b.shell.ID() }

// Objects gives the objects in their order.
func (b *Bundle) Objects() []*Object { return slices.Clone(b.objects) }

// Raw gives a copy of the octets of the bundle as they came.
func (b *Bundle) Raw() []byte { return b.shell.Raw() }

// Join writes a bundle of objects; each has its octets as they came.
func Join(id ID, objects ...*Object) ([]byte, error) {
	if parsed, err := ParseID(string(id)); err != nil || parsed.Type() != "bundle" {
		return nil, fmt.Errorf("stix: %.80q is no identifier of a bundle", string(id))
	}
	size := 0
	for _, o := range objects {
		size += o.Size() + 1
	}
	if size > MaxDocument-200 {
		return nil, fmt.Errorf("stix: objects of %d octets are too many for one bundle", size)
	}
	out := make([]byte, 0, size+100)
	out = append(out, `{"type":"bundle","id":"`+string(id)+`"`...)
	for i, o := range objects {
		if i == 0 {
			out = append(out, `,"objects":[`...)
		} else {
			out = append(out, ',')
		}
		out = append(out, o.document[o.root.from:o.root.to]...)
	}
	if len(objects) > 0 {
		out = append(out, ']')
	}
	return append(out, '}'), nil
}
