package csaf

import (
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
	with := c.d.installedWith()
	for _, v := range c.d.vulnerabilities() {
		status := v.get("product_status")
		affected := c.affectedVersions(status)
		for _, s := range []string{"fixed", "first_fixed"} {
			for _, p := range status.items(s) {
				found := affected.has(c.d.versionsOf(c.d.parts(p.str())))
				for _, before := range with[p.str()] {
					found = found || affected.has(c.d.versionsOf(before))
				}
				if !found {
					c.fail(p, fmt.Sprintf("the product %q is fixed, and no version of it is affected", p.str()))
				}
			}
		}
	}
}

// versions are keys of products, beside which there may be some without.
type versions struct {
	keys    map[string]bool
	unclear bool
}

func (c *checker) affectedVersions(status *node) versions {
	out := versions{keys: map[string]bool{}}
	for _, s := range []string{"known_affected", "first_affected", "last_affected"} {
		for _, p := range status.items(s) {
			keys, ok := c.d.versionsOf(c.d.parts(p.str()))
			out.unclear = out.unclear || !ok
			for _, k := range keys {
				out.keys[k] = true
			}
		}
	}
	return out
}

// has says that a product with one of the keys is, or may be, among the versions.
func (v versions) has(keys []string, ok bool) bool {
	if v.unclear || !ok {
		return v.unclear || len(v.keys) > 0
	}
	return slices.ContainsFunc(keys, func(k string) bool { return v.keys[k] })
}

// parts are the products that a product is made of; a product of the branches is one.
func (d *Document) parts(id string) []string {
	p := d.products[id]
	if p == nil || p.related == nil {
		return []string{id}
	}
	var out []string
	for _, n := range relates(p.related) {
		out = append(out, n.str())
	}
	return out
}

// installedWith gives for each product what was there before something was installed: for
// a path, what leads to that, and for what was installed, the same.
func (d *Document) installedWith() map[string][][]string {
	out := map[string][][]string{}
	for _, r := range d.root.get("product_tree").items("product_paths") {
		all := relates(r)
		subpaths := r.items("subpaths")
		if len(all) != len(subpaths)+1 || len(all) > maxParts {
			continue
		}
		var before []string
		for i, s := range subpaths {
			before = append(before, all[i].str())
			if s.value("category") != "installed_with" {
				continue
			}
			for _, id := range []string{r.get("full_product_name").value("product_id"), all[i+1].str()} {
				out[id] = append(out[id], slices.Clip(before))
			}
		}
	}
	return out
}

const maxParts = 20

// versionsOf gives keys, one of which a product made of parts shares with each that
// differs in the version of one part. ok is false if that cannot be told.
func (d *Document) versionsOf(parts []string) (keys []string, ok bool) {
	if len(parts) > maxParts {
		return []string{""}, false
	}
	for i, id := range parts {
		name := d.withoutVersion(id)
		if name == "" {
			return []string{""}, false
		}
		key := append(append(append([]string{}, parts[:i]...), name), parts[i+1:]...)
		keys = append(keys, strings.Join(key, "\x00"))
	}
	return keys, true
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
	return "\x01" + strings.ToLower(strings.Join([]string{vendor, name, architecture}, "\x01"))
}
