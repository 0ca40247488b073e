package csaf

import (
	"slices"
	"strconv"
	"strings"
)

// Vulnerability is one that an advisory tells of, as people read it.
type Vulnerability struct {
	CVE         string
	Title       string
	CWE         string  // such as CWE-787
	Score       float64 // the gravest base score of CVSS 3 or 4, or of CVSS 2 if there is no other; 0: none
	Severity    string  // of that score: LOW, MEDIUM, HIGH, CRITICAL, or ""
	Vector      string
	Description string
	Affected    []string // product ids that are known to be affected
	Remediation []Advice
}

// Advice is a remediation with the products that it is for.
type Advice struct {
	Remediation
	Products []string
}

// Product is a product of the product tree.
type Product struct {
	ID      string
	Name    string
	Vendor  string
	Family  string // product family and name, as the branches have them
	Version string // a version or a range, as it is written
	Numbers []string
}

// Namespace is the address that, with ID, names the advisory in the world.
func (d *Document) Namespace() string {
	return d.root.at("document", "publisher").value("namespace")
}

// Summary is the note that says in short what the advisory is about.
func (d *Document) Summary() string {
	notes := d.root.get("document").items("notes")
	for _, category := range []string{"summary", "description", "general"} {
		for _, n := range notes {
			if n.value("category") == category {
				return n.value("text")
			}
		}
	}
	return ""
}

// Products are those of the product tree, in its order.
func (d *Document) Products() []Product {
	var out []Product
	for _, def := range d.defined {
		p := d.products[def.id]
		if p.at.get("product_id") != def.at {
			continue
		}
		one := Product{ID: p.id, Name: p.at.value("name")}
		for _, b := range p.branches {
			switch b.value("category") {
			case "vendor":
				one.Vendor = b.value("name")
			case "product_family", "product_name":
				one.Family = strings.TrimSpace(one.Family + " " + b.value("name"))
			case "product_version", "product_version_range":
				one.Version = b.value("name")
			}
		}
		helper := p.at.get("product_identification_helper")
		for _, key := range []string{"model_numbers", "skus"} {
			for _, n := range helper.items(key) {
				one.Numbers = append(one.Numbers, n.str())
			}
		}
		out = append(out, one)
	}
	return out
}

// Vendors are those that the product tree names, each once.
func (d *Document) Vendors() []string {
	var out []string
	for _, p := range d.Products() {
		if p.Vendor != "" && !slices.Contains(out, p.Vendor) {
			out = append(out, p.Vendor)
		}
	}
	return out
}

// Vulnerabilities are those that the advisory tells of, in its order.
func (d *Document) Vulnerabilities() []Vulnerability {
	var out []Vulnerability
	for _, v := range d.vulnerabilities() {
		one := Vulnerability{CVE: v.value("cve"), Title: v.value("title"), CWE: v.get("cwe").value("id")}
		if one.CWE == "" {
			for _, c := range v.items("cwes") {
				one.CWE = c.value("id")
				break
			}
		}
		for _, n := range v.items("notes") {
			if c := n.value("category"); c == "summary" || c == "description" {
				one.Description = n.value("text")
				break
			}
		}
		for _, p := range v.get("product_status").items("known_affected") {
			one.Affected = append(one.Affected, p.str())
		}
		one.score(v)
		for _, r := range v.items("remediations") {
			one.Remediation = append(one.Remediation, Advice{Remediation{r.value("category"), r.value("details"), r.value("url"), r.value("date")}, d.members(r)})
		}
		out = append(out, one)
	}
	return out
}

// score takes the gravest score.
func (x *Vulnerability) score(v *node) {
	old := false
	for _, s := range append(v.items("scores"), v.items("metrics")...) {
		if content := s.get("content"); content != nil {
			s = content
		}
		for _, key := range []string{"cvss_v4", "cvss_v3", "cvss_v2"} {
			c := s.get(key)
			score, err := strconv.ParseFloat(number(c), 64)
			if err != nil || key == "cvss_v2" && x.Score > 0 && !old || !old && score <= x.Score {
				continue
			}
			if old && key == "cvss_v2" && score <= x.Score {
				continue
			}
			x.Score, x.Vector, old = score, c.value("vectorString"), key == "cvss_v2"
			x.Severity = severity(score)
		}
	}
}

func number(c *node) string {
	if n := c.get("baseScore"); n != nil && n.kind == kindNumber {
		return strings.TrimSpace(n.text)
	}
	return ""
}
