package csaf

import (
	"fmt"
	"slices"
	"strings"
)

func (c *checker) cveOnce() {
	seen := map[string]bool{}
	for _, v := range c.d.vulnerabilities() {
		cve := v.value("cve")
		if cve != "" && seen[cve] {
			c.fail(v.get("cve"), fmt.Sprintf("%s is used for two vulnerabilities", cve))
		}
		seen[cve] = true
	}
}

func (c *checker) involvementsOnce() {
	for _, v := range c.d.vulnerabilities() {
		seen := map[[2]string]bool{}
		for _, i := range v.items("involvements") {
			if i.get("date") == nil && c.d.version == "2.0" {
				continue
			}
			key := [2]string{i.value("party"), i.value("date")}
			if seen[key] {
				c.fail(i, fmt.Sprintf("the party %q is given twice for the same date", key[0]))
			}
			seen[key] = true
		}
	}
}

func (c *checker) needsProducts(list, what string) {
	for _, v := range c.d.vulnerabilities() {
		for _, n := range v.items(list) {
			if n.get("product_ids") == nil && n.get("group_ids") == nil {
				c.fail(n, "the "+what+" names no product and no product group")
			}
		}
	}
}

func (c *checker) remediationProducts() { c.needsProducts("remediations", "remediation") }
func (c *checker) flagProducts()        { c.needsProducts("flags", "flag") }

// justifications are the labels of flags that say why a product is not affected.
func justifications() []string {
	return []string{"component_not_present", "inline_mitigations_already_exist", "vulnerable_code_cannot_be_controlled_by_adversary", "vulnerable_code_not_in_execute_path", "vulnerable_code_not_present"}
}

func (c *checker) flagsOnce() {
	for _, v := range c.d.vulnerabilities() {
		seen := map[string]string{}
		for _, f := range v.items("flags") {
			label := f.value("label")
			if !slices.Contains(justifications(), label) {
				continue
			}
			mine := map[string]bool{} // a product may be named by itself and by a group
			for _, p := range c.d.members(f) {
				if other, ok := seen[p]; ok && !mine[p] {
					c.fail(f, fmt.Sprintf("the product %q has the flags %s and %s", p, other, label))
				}
				seen[p], mine[p] = label, true
			}
		}
	}
}

func (c *checker) category() string { return c.d.root.get("document").value("category") }

// profiles are the categories with a profile of their own.
func profiles(version string) []string {
	out := []string{"csaf_security_incident_response", "csaf_informational_advisory", "csaf_security_advisory", "csaf_vex"}
	if version == "2.1" {
		out = append(out, "csaf_deprecated_security_advisory", "csaf_withdrawn", "csaf_superseded")
	}
	return out
}

func (c *checker) categoryName() {
	category := c.category()
	if category == "csaf_base" || slices.Contains(profiles(c.d.version), category) || category == "" {
		return
	}
	at := c.d.root.get("document").get("category")
	if strings.HasPrefix(strings.ToLower(category), "csaf_") {
		c.fail(at, fmt.Sprintf("the category %q begins with csaf_, which is reserved", category))
		return
	}
	for _, p := range profiles(c.d.version) {
		if plain(category) == plain(strings.TrimPrefix(p, "csaf_")) || plain(category) == plain(p) {
			c.fail(at, fmt.Sprintf("the category %q is the name of the profile %s", category, p))
			return
		}
	}
}

// plain leaves out dashes, blanks and underscores.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-‐‑‒–—―_", r) || r == ' ' || r == '\t' || r == '\u00a0' {
			return -1
		}
		return r
	}, strings.ToLower(text))
}

func (c *checker) is(categories ...string) bool { return slices.Contains(categories, c.category()) }

func (c *checker) profileNotes() {
	if !c.is("csaf_informational_advisory", "csaf_security_incident_response") {
		return
	}
	document := c.d.root.get("document")
	for _, n := range document.items("notes") {
		if slices.Contains([]string{"description", "details", "general", "summary"}, n.value("category")) {
			return
		}
	}
	c.fail(document, "no note has the category description, details, general or summary")
}

func (c *checker) profileReferences() {
	if !c.is("csaf_informational_advisory", "csaf_security_incident_response") {
		return
	}
	document := c.d.root.get("document")
	for _, r := range document.items("references") {
		if category := r.value("category"); category == "external" || category == "" { // external is the default
			return
		}
	}
	c.fail(document, "no reference has the category external")
}

func (c *checker) profileNoVulnerabilities() {
	is := c.is("csaf_informational_advisory") || (c.d.version == "2.1" && c.is("csaf_withdrawn", "csaf_superseded"))
	if v := c.d.root.get("vulnerabilities"); v != nil && is {
		c.fail(v, "a document of the category "+c.category()+" has no vulnerabilities")
	}
}

func (c *checker) advisoryOrVEX() bool {
	return c.is("csaf_security_advisory", "csaf_vex") || (c.d.version == "2.1" && c.is("csaf_deprecated_security_advisory"))
}

func (c *checker) profileProductTree() {
	if c.advisoryOrVEX() && c.d.root.get("product_tree") == nil {
		c.fail(c.d.root, "product_tree is missing")
	}
}

func (c *checker) profileVulnerabilities() {
	if c.advisoryOrVEX() && c.d.root.get("vulnerabilities") == nil {
		c.fail(c.d.root, "vulnerabilities is missing")
	}
}

func (c *checker) profileVulnerabilityNotes() {
	if !c.advisoryOrVEX() {
		return
	}
	for _, v := range c.d.vulnerabilities() {
		if v.get("notes") == nil {
			c.fail(v, "notes is missing")
		}
	}
}

func (c *checker) profileProductStatus() {
	if !c.is("csaf_security_advisory") && (c.d.version != "2.1" || !c.is("csaf_deprecated_security_advisory")) {
		return
	}
	for _, v := range c.d.vulnerabilities() {
		if v.get("product_status") == nil {
			c.fail(v, "product_status is missing")
		}
	}
}

func (c *checker) profileVEXStatus() {
	if !c.is("csaf_vex") {
		return
	}
	for _, v := range c.d.vulnerabilities() {
		s := v.get("product_status")
		if s.get("fixed") == nil && s.get("known_affected") == nil && s.get("known_not_affected") == nil && s.get("under_investigation") == nil {
			c.fail(v, "product_status has none of fixed, known_affected, known_not_affected, under_investigation")
		}
	}
}

func (c *checker) profileVulnerabilityID() {
	if !c.is("csaf_vex") {
		return
	}
	for _, v := range c.d.vulnerabilities() {
		if v.get("cve") == nil && v.get("ids") == nil {
			c.fail(v, "neither cve nor ids is there")
			continue
		}
		if v.get("cve") == nil && c.d.version == "2.1" {
			c.identified(v)
		}
	}
}

// identified holds that each product has an id, where ids are of some products only.
func (c *checker) identified(v *node) {
	named := map[string]bool{}
	for _, id := range v.items("ids") {
		if id.get("product_ids") == nil && id.get("group_ids") == nil {
			return
		}
		for _, p := range c.d.members(id) {
			named[p] = true
		}
	}
	for _, s := range statuses() {
		for _, p := range v.get("product_status").items(s) {
			if !named[p.str()] {
				c.fail(p, fmt.Sprintf("no id of the vulnerability is for the product %q", p.str()))
			}
		}
	}
}

// stated holds that each product of a status is named by a statement.
func (c *checker) stated(v *node, status string, statements []*node, what string) {
	named := map[string]bool{}
	for _, s := range statements {
		for _, p := range c.d.members(s) {
			named[p] = true
		}
	}
	for _, p := range v.get("product_status").items(status) {
		if !named[p.str()] {
			c.fail(p, fmt.Sprintf("there is no %s for the product %q", what, p.str()))
		}
	}
}

func (c *checker) profileImpact() {
	if !c.is("csaf_vex") {
		return
	}
	for _, v := range c.d.vulnerabilities() {
		statements := slices.Clone(v.items("flags"))
		for _, t := range v.items("threats") {
			if t.value("category") == "impact" {
				statements = append(statements, t)
			}
		}
		c.stated(v, "known_not_affected", statements, "impact statement")
	}
}

func (c *checker) profileAction() {
	if !c.is("csaf_vex") {
		return
	}
	for _, v := range c.d.vulnerabilities() {
		c.stated(v, "known_affected", v.items("remediations"), "action statement")
	}
}
