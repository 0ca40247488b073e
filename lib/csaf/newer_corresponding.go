package csaf

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// profileCorresponding holds that of each fixed product an affected version is named: one
// that differs in the version of one of its parts, or, where something was installed with
// it, the same without that. Which parts are versions of one product is told by the
// branches that lead to them; where they do not tell, any affected product may be it.
func (c *checker) profileCorresponding() {
	if !c.is("csaf_security_advisory") {
		return
	}
	all := c.d.correspondence()
	for _, v := range c.d.vulnerabilities() {
		status := v.get("product_status")
		affected := versions{}
		for _, s := range []string{"known_affected", "first_affected", "last_affected"} {
			for _, p := range status.items(s) {
				affected.add(all.of(p.str()))
			}
		}
		for _, s := range []string{"fixed", "first_fixed"} {
			for _, p := range status.items(s) {
				before, some := all.before[p.str()]
				if !affected.meet(all.of(p.str())) && (!some || !affected.meet(before)) {
					c.fail(p, fmt.Sprintf("the product %q is fixed, and no version of it is affected", p.str()))
				}
			}
		}
	}
}

// versions are keys of products, two of which share one if they are the same but for the
// version of a part; beside them there may be products without keys.
type versions struct {
	keys    []string
	unclear bool
	set     map[string]bool // keys of all that were added
}

func (v *versions) add(o versions) {
	if v.set == nil {
		v.set = map[string]bool{}
	}
	v.unclear = v.unclear || o.unclear
	for _, k := range o.keys {
		v.set[k] = true
	}
}

// meet says that a product is, or may be, among the versions.
func (v *versions) meet(o versions) bool {
	if v.unclear || o.unclear {
		return v.unclear || len(v.set) > 0
	}
	return slices.ContainsFunc(o.keys, func(k string) bool { return v.set[k] })
}

// correspondence has the keys of the products of a document. Keys are made of numbers
// that stand for ids and names, so that long ones do not count.
type correspondence struct {
	d       *Document
	numbers map[string]uint32
	names   map[string]uint32 // of products without their versions, by id; 0 if there is none
	known   map[string]versions
	before  map[string]versions // what was there before something was installed with it
}

const (
	maxParts  = 20 // of a product that keys are made for
	maxBefore = 40 // keys of what was there before something was installed
)

func (d *Document) correspondence() *correspondence {
	c := &correspondence{d: d, numbers: map[string]uint32{"": 0}, names: map[string]uint32{}, known: map[string]versions{}, before: map[string]versions{}}
	for _, r := range d.root.get("product_tree").items("product_paths") {
		parts, subpaths := relates(r), r.items("subpaths")
		if len(parts) != len(subpaths)+1 || len(parts) > maxParts {
			continue
		}
		for i, s := range subpaths {
			if s.value("category") == "installed_with" {
				keys := c.keys(parts[:i+1])
				c.note(r.get("full_product_name").value("product_id"), keys)
				c.note(parts[i+1].str(), keys)
			}
		}
	}
	return c
}

// note says what was there before a product was installed, or before it was made of that.
func (c *correspondence) note(id string, before versions) {
	old := c.before[id]
	old.unclear = old.unclear || before.unclear || len(old.keys) > maxBefore
	if !old.unclear {
		old.keys = append(old.keys, before.keys...)
	}
	c.before[id] = old
}

// of gives the keys of a product, those of its parts if a path defines it.
func (c *correspondence) of(id string) versions {
	if v, ok := c.known[id]; ok {
		return v
	}
	p := c.d.products[id]
	v := versions{unclear: true}
	switch {
	case p == nil:
	case p.related != nil:
		v = c.keys(relates(p.related))
	default:
		v = c.keys([]*node{p.at.get("product_id")})
	}
	c.known[id] = v
	return v
}

// keys have one part each without its version.
func (c *correspondence) keys(parts []*node) versions {
	if len(parts) > maxParts {
		return versions{unclear: true}
	}
	var whole []byte
	for _, p := range parts {
		whole = binary.BigEndian.AppendUint32(whole, c.number("\x00"+p.str()))
	}
	var out versions
	for i, p := range parts {
		name, ok := c.names[p.str()]
		if !ok {
			name = c.number(c.d.withoutVersion(p.str()))
			c.names[p.str()] = name
		}
		if name == 0 {
			return versions{unclear: true}
		}
		key := slices.Clone(whole)
		binary.BigEndian.PutUint32(key[4*i:], name)
		out.keys = append(out.keys, string(key))
	}
	return out
}

func (c *correspondence) number(text string) uint32 {
	n, ok := c.numbers[text]
	if !ok {
		n = uint32(len(c.numbers)) //nolint:gosec // less than MaxDocument
		c.numbers[text] = n
	}
	return n
}

// withoutVersion names a product without its version, by the branches.
func (d *Document) withoutVersion(id string) string {
	p := d.products[id]
	if p == nil {
		return ""
	}
	vendor, name, architecture := "", "", ""
	for _, b := range p.branches {
		switch b.value("category") {
		case "vendor":
			vendor = b.value("name")
		case "product_name":
			name = b.value("name")
		case "architecture":
			architecture = b.value("name")
		}
	}
	if name == "" {
		return ""
	}
	return strings.ToLower(strings.Join([]string{"", vendor, name, architecture}, "\x01"))
}
