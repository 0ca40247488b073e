package csaf

import (
	"fmt"
	"slices"
	"strings"
)

// statuses are the keys of product_status.
func statuses() []string {
	return []string{"first_affected", "first_fixed", "fixed", "known_affected", "known_not_affected", "last_affected", "recommended", "under_investigation", "unknown"}
}

// named calls yield for each item of the lists of a key, anywhere but in the product tree.
func (d *Document) named(key string, yield func(at *node)) {
	var walk func(n *node)
	walk = func(n *node) {
		if n.key == key && n.kind == kindList {
			for _, item := range n.kids {
				yield(item)
			}
			return
		}
		for _, k := range n.kids {
			walk(k)
		}
	}
	for _, k := range d.root.kids {
		if k.key != "product_tree" {
			walk(k)
		}
	}
}

// references calls yield for every place that names a product.
func (d *Document) references(yield func(at *node)) {
	tree := d.root.get("product_tree")
	for _, g := range tree.items("product_groups") {
		for _, n := range g.items("product_ids") {
			yield(n)
		}
	}
	for _, r := range tree.items(d.relation()) {
		for _, n := range relates(r) {
			yield(n)
		}
	}
	d.named("product_ids", yield)
	d.named("products", yield)
	for _, v := range d.vulnerabilities() {
		for _, s := range statuses() {
			for _, n := range v.get("product_status").items(s) {
				yield(n)
			}
		}
	}
}

// relates gives the products that a relationship or path is made of.
func relates(r *node) []*node {
	var out []*node
	for _, key := range []string{"product_reference", "relates_to_product_reference", "beginning_product_reference"} {
		if n := r.get(key); n != nil {
			out = append(out, n)
		}
	}
	for _, s := range r.items("subpaths") {
		if n := s.get("next_product_reference"); n != nil {
			out = append(out, n)
		}
	}
	return out
}

// scores are the objects with products and scores: scores of 2.0, metrics of 2.1.
func (d *Document) scores(v *node) []*node {
	if d.version == "2.1" {
		return v.items("metrics")
	}
	return v.items("scores")
}

func (c *checker) productsDefined() {
	c.d.references(func(at *node) {
		if c.d.products[at.str()] == nil {
			c.fail(at, fmt.Sprintf("the product %q is not defined in the product tree", at.str()))
		}
	})
}

func (c *checker) productsOnce() { c.once(c.d.defined, "product") }

func (c *checker) groupsOnce() { c.once(c.d.names, "product group") }

func (c *checker) once(definitions []definition, what string) {
	seen := map[string]bool{}
	for _, def := range definitions {
		if def.id != "" && seen[def.id] {
			c.fail(def.at, fmt.Sprintf("the %s %q is defined a second time", what, def.id))
		}
		seen[def.id] = true
	}
}

func (c *checker) productsCircle() {
	const (
		busy = 1
		done = 2
	)
	state := map[string]int{}
	var circular func(id string) bool
	circular = func(id string) bool {
		p := c.d.products[id]
		if p == nil || p.related == nil || state[id] == done {
			return false
		}
		if state[id] == busy {
			return true
		}
		state[id] = busy
		found := slices.ContainsFunc(relates(p.related), func(n *node) bool { return circular(n.str()) })
		state[id] = done
		return found
	}
	for _, def := range c.d.defined {
		if circular(def.id) {
			c.fail(def.at, fmt.Sprintf("the product %q is defined by itself", def.id))
		}
	}
}

func (c *checker) groupsDefined() {
	c.d.named("group_ids", func(g *node) {
		if _, ok := c.d.groups[g.str()]; !ok {
			c.fail(g, fmt.Sprintf("the product group %q is not defined in the product tree", g.str()))
		}
	})
}

// contradicting are the groups of statuses of which a product may be in one only.
func contradicting(version string) map[string]string {
	out := map[string]string{
		"first_affected": "affected", "known_affected": "affected", "last_affected": "affected",
		"known_not_affected": "not affected", "first_fixed": "fixed", "fixed": "fixed", "under_investigation": "under investigation",
	}
	if version == "2.1" {
		out["unknown"] = "unknown"
	}
	return out
}

func (c *checker) statusDisjoint() {
	groups := contradicting(c.d.version)
	for _, v := range c.d.vulnerabilities() {
		is := map[string]string{}
		for _, s := range statuses() {
			group := groups[s]
			if group == "" {
				continue
			}
			for _, p := range v.get("product_status").items(s) {
				if other, ok := is[p.str()]; ok && other != group {
					c.fail(p, fmt.Sprintf("the product %q is both %s and %s", p.str(), other, group))
				}
				is[p.str()] = group
			}
		}
	}
}

// helpers calls yield for the identification helper of each product.
func (d *Document) helpers(yield func(at *node)) {
	for _, def := range d.defined {
		if h := def.at.parent.get("product_identification_helper"); h != nil {
			yield(h)
		}
	}
}

func (c *checker) hashesOnce() {
	c.d.helpers(func(h *node) {
		for _, file := range h.items("hashes") {
			seen := map[string]bool{}
			for _, hash := range file.items("file_hashes") {
				algorithm := hash.value("algorithm")
				if seen[algorithm] {
					c.fail(hash, fmt.Sprintf("the hash algorithm %q is used twice for one file", algorithm))
				}
				seen[algorithm] = true
			}
		}
	})
}

// branches calls yield for every branch.
func (d *Document) branches(yield func(at *node)) {
	var walk func(n *node)
	walk = func(n *node) {
		for _, b := range n.items("branches") {
			yield(b)
			walk(b)
		}
	}
	walk(d.root.get("product_tree"))
}

func (c *checker) versionNoRange() {
	c.d.branches(func(b *node) {
		if b.value("category") != "product_version" {
			return
		}
		name := strings.ToLower(b.value("name"))
		if strings.ContainsAny(name, "<>") {
			c.fail(b.get("name"), fmt.Sprintf("the product version %q is a range: it has a comparison", b.value("name")))
			return
		}
		for word := range strings.FieldsSeq(name) {
			if slices.Contains([]string{"after", "all", "before", "earlier", "later", "prior", "versions"}, word) {
				c.fail(b.get("name"), fmt.Sprintf("the product version %q is a range: it has %q", b.value("name"), word))
				return
			}
		}
	})
}
