package csaf

import (
	"errors"
	"fmt"
	"slices"
)

// Document is one advisory. It does not change and may be used by many goroutines.
type Document struct {
	root     *node
	version  string
	products map[string]*product
	groups   map[string][]string
	defined  []definition // of products, in the order of the document
	names    []definition // of groups
}

// definition is a place that defines an id.
type definition struct {
	id string
	at *node
}

// product is a product of the product tree with the branches that lead to it.
type product struct {
	id       string
	at       *node   // full product name
	branches []*node // from the root to it
	related  *node   // the relationship that defines it
}

// Read takes one document of CSAF 2.0 or 2.1. What cannot be read at all is an
// error; what the standard forbids is a matter of [Document.Check].
func Read(data []byte) (*Document, error) {
	root, err := parseTree(data)
	if err != nil {
		return nil, err
	}
	version := root.get("document").value("csaf_version")
	if version != "2.0" && version != "2.1" {
		return nil, fmt.Errorf("csaf: /document/csaf_version is %q; 2.0 and 2.1 are read", version)
	}
	if root.at("document", "tracking").kindOf() != kindObject {
		return nil, errors.New("csaf: /document/tracking is missing")
	}
	d := &Document{root: root, version: version, products: map[string]*product{}, groups: map[string][]string{}}
	d.collect()
	return d, nil
}

func (n *node) kindOf() kind {
	if n == nil {
		return kindNull
	}
	return n.kind
}

// collect goes through the product tree.
func (d *Document) collect() {
	tree := d.root.get("product_tree")
	for _, b := range tree.items("branches") {
		d.branch(b, nil)
	}
	for _, p := range tree.items("full_product_names") {
		d.define(&product{at: p})
	}
	key := d.relation()
	for _, r := range tree.items(key) {
		d.define(&product{at: r.get("full_product_name"), related: r})
	}
	for _, g := range tree.items("product_groups") {
		id := g.value("group_id")
		d.names = append(d.names, definition{id, g.get("group_id")})
		for _, p := range g.items("product_ids") {
			d.groups[id] = append(d.groups[id], p.str())
		}
	}
}

// relation is the key of relationships, which CSAF 2.1 calls product_paths.
func (d *Document) relation() string {
	if d.root.get("product_tree").get("relationships") == nil && d.root.get("product_tree").get("product_paths") != nil {
		return "product_paths"
	}
	return "relationships"
}

func (d *Document) branch(b *node, above []*node) {
	way := append(slices.Clip(above), b)
	if p := b.get("product"); p != nil {
		d.define(&product{at: p, branches: way})
	}
	for _, inner := range b.items("branches") {
		d.branch(inner, way)
	}
}

func (d *Document) define(p *product) {
	p.id = p.at.value("product_id")
	if p.id == "" {
		return
	}
	d.defined = append(d.defined, definition{p.id, p.at.get("product_id")})
	if d.products[p.id] == nil {
		d.products[p.id] = p
	}
}

// Version is 2.0 or 2.1.
func (d *Document) Version() string { return d.version }

// ID is the tracking id of the advisory.
func (d *Document) ID() string { return d.root.at("document", "tracking").value("id") }

// Title is the title of the advisory.
func (d *Document) Title() string { return d.root.get("document").value("title") }

// Publisher is the name of who published the advisory.
func (d *Document) Publisher() string { return d.root.at("document", "publisher").value("name") }

// Revision is the version of the advisory.
func (d *Document) Revision() string { return d.root.at("document", "tracking").value("version") }

// Released is the date of the current release, as it is written.
func (d *Document) Released() string {
	return d.root.at("document", "tracking").value("current_release_date")
}

// Status is draft, interim or final.
func (d *Document) Status() string { return d.root.at("document", "tracking").value("status") }

// TLP is the label of the traffic light protocol, "" if there is none.
func (d *Document) TLP() string {
	return d.root.at("document", "distribution", "tlp").value("label")
}

func (d *Document) vulnerabilities() []*node { return d.root.items("vulnerabilities") }

// members gives the products that an object names by product_ids and group_ids.
func (d *Document) members(n *node) []string {
	var out []string
	for _, p := range n.items("product_ids") {
		out = append(out, p.str())
	}
	for _, g := range n.items("group_ids") {
		out = append(out, d.groups[g.str()]...)
	}
	return out
}
