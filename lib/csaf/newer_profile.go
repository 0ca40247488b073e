package csaf

import (
	"fmt"
	"slices"
	"strings"
)

// more are further tests that CSAF 2.1 adds.
func more() []check {
	return []check{
		{"6.1.27.12", "Affected Products", (*checker).profileAffected},
		{"6.1.27.13", "Corresponding Affected Products", (*checker).profileCorresponding},
		{"6.1.27.14", "Document Notes", (*checker).goneNotes},
		{"6.1.27.15", "Product Tree", (*checker).goneProducts},
		{"6.1.27.16", "Revision History", (*checker).goneHistory},
		{"6.1.27.17", "Reasoning for Withdrawal", func(c *checker) { c.reasoning("csaf_withdrawn", "Reasoning for Withdrawal") }},
		{"6.1.27.18", "Reasoning for Supersession", func(c *checker) { c.reasoning("csaf_superseded", "Reasoning for Supersession") }},
		{"6.1.27.19", "Reference to Superseding Document", (*checker).superseding},
		{"6.1.35", "Contradicting Remediations", (*checker).remediationsAgree},
		{"6.1.36", "Contradicting Product Status Remediation Combination", (*checker).remediationsFit},
		{"6.1.40", "Invalid Sharing Group Name", (*checker).groupName},
		{"6.1.41", "Missing Sharing Group Name", (*checker).groupNamed},
		{"6.1.47", "Inconsistent SSVC Target IDs", (*checker).ssvcTargets},
		{"6.1.59", "Single Version as Product Version Range", (*checker).rangeOfOne},
		{"6.1.46", "Invalid SSVC", (*checker).ssvcValid},
		{"6.1.48", "SSVC Decision Points", (*checker).ssvcPoints},
		{"6.1.49", "Inconsistent SSVC Timestamp", (*checker).ssvcDates},
		{"6.1.50", "Product Version Range Rules", (*checker).rangeRules},
		{"6.1.54", "License Expression", (*checker).licenseExpression},
		{"6.1.55", "License Text", (*checker).licenseText},
		{"6.1.60.1", "Content Schema", (*checker).extensionContent},
		{"6.1.60.2", "Extension Schema", (*checker).extensionSchema},
		{"6.1.60.3", "Extension Metadata", (*checker).extensionMetadata},
	}
}

func (c *checker) profileAffected() {
	if !c.is("csaf_security_advisory") {
		return
	}
	for _, v := range c.d.vulnerabilities() {
		if v.at("product_status", "known_affected") == nil {
			c.fail(v, "product_status has no known_affected")
		}
	}
}

func (c *checker) gone() bool { return c.is("csaf_withdrawn", "csaf_superseded") }

func (c *checker) goneNotes() {
	document := c.d.root.get("document")
	is := func(n *node) bool { return n.value("category") == "description" }
	if c.gone() && !slices.ContainsFunc(document.items("notes"), is) {
		c.fail(document, "no note has the category description")
	}
}

func (c *checker) goneProducts() {
	if tree := c.d.root.get("product_tree"); c.gone() && tree != nil {
		c.fail(tree, "a document of the category "+c.category()+" has no product tree")
	}
}

func (c *checker) goneHistory() {
	if history := c.tracking().get("revision_history"); c.gone() && len(history.list()) < 2 {
		c.fail(c.tracking(), "the revision history has less than two items")
	}
}

// english says that a document is in English or does not say.
func (c *checker) english() bool {
	lang := strings.ToLower(c.d.root.get("document").value("lang"))
	return lang == "" || lang == "en" || strings.HasPrefix(lang, "en-")
}

func (c *checker) reasoning(category, title string) {
	if !c.is(category) || !c.english() {
		return
	}
	document := c.d.root.get("document")
	count := 0
	for _, n := range document.items("notes") {
		if n.value("title") == title {
			count++
			if n.value("category") != "description" {
				c.fail(n, fmt.Sprintf("the note %q is not of the category description", title))
			}
		}
	}
	if count != 1 {
		c.fail(document, fmt.Sprintf("%d notes have the title %q; one is needed", count, title))
	}
}

func (c *checker) superseding() {
	if !c.is("csaf_superseded") || !c.english() {
		return
	}
	document := c.d.root.get("document")
	is := func(r *node) bool {
		return strings.HasPrefix(r.value("summary"), "Superseding Document") && r.value("category") == "external"
	}
	if !slices.ContainsFunc(document.items("references"), is) {
		c.fail(document, `no external reference has a summary that begins with "Superseding Document"`)
	}
}

// excludes says that two categories of remediations must not be given for one
// product (table "Remediation Combinations").
func excludes(a, b string) bool {
	if a == b {
		return false
	}
	soft := func(s string) bool { return s == "workaround" || s == "mitigation" }
	alone := func(s string) bool { return s == "optional_patch" || s == "none_available" }
	switch {
	case alone(a) || alone(b):
		return true
	case soft(a) || soft(b):
		return false
	default: // vendor_fix, fix_planned, no_fix_planned
		return true
	}
}

func knownRemediation(category string) bool {
	return slices.Contains([]string{"workaround", "mitigation", "vendor_fix", "optional_patch", "none_available", "fix_planned", "no_fix_planned"}, category)
}

func (c *checker) remediationsAgree() {
	for _, v := range c.d.vulnerabilities() {
		given := map[string][]string{}
		for _, r := range v.items("remediations") {
			category := r.value("category")
			if !knownRemediation(category) {
				continue
			}
			for _, p := range c.d.members(r) {
				for _, other := range given[p] {
					if excludes(category, other) {
						c.fail(r, fmt.Sprintf("the product %q has the remediations %s and %s, which exclude each other", p, other, category))
					}
				}
				if !slices.Contains(given[p], category) {
					given[p] = append(given[p], category)
				}
			}
		}
	}
}

// prohibited says that a remediation must not be given for a product of a status
// (table "Product Status Remediation Category Combinations").
func prohibited(category, group string) bool {
	switch category {
	case "workaround", "mitigation", "vendor_fix", "none_available":
		return group == "not affected" || group == "fixed"
	case "optional_patch":
		return group == "affected"
	case "fix_planned", "no_fix_planned":
		return group == "fixed"
	default:
		return false
	}
}

func (c *checker) remediationsFit() {
	groups := contradicting(c.d.version)
	for _, v := range c.d.vulnerabilities() {
		is := map[string][]string{}
		recommended := map[string]bool{}
		for _, s := range statuses() {
			for _, p := range v.get("product_status").items(s) {
				if s == "recommended" {
					recommended[p.str()] = true
				}
				is[p.str()] = append(is[p.str()], groups[s])
			}
		}
		for _, r := range v.items("remediations") {
			for _, p := range c.d.members(r) {
				for _, group := range is[p] {
					if prohibited(r.value("category"), group) && !recommended[p] {
						c.fail(r, fmt.Sprintf("the product %q is %s, for which there is no %s", p, group, r.value("category")))
					}
				}
			}
		}
	}
}

func (c *checker) groupName() {
	at := c.d.root.at("document", "distribution", "sharing_group", "name")
	_, id := c.sharing()
	if (at.str() == "Public" && id != maxUUID) || (at.str() == "No sharing allowed" && id != nilUUID) {
		c.fail(at, fmt.Sprintf("the name %q is reserved for another id", at.str()))
	}
}

func (c *checker) groupNamed() {
	at, id := c.sharing()
	name := c.d.root.at("document", "distribution", "sharing_group").value("name")
	if (id == maxUUID && name != "Public") || (id == nilUUID && name != "No sharing allowed") {
		c.fail(at, fmt.Sprintf("the sharing group %s has the name %q, not the one that is reserved for it", id, name))
	}
}

func (c *checker) ssvcTargets() {
	vulnerabilities := c.d.vulnerabilities()
	for _, v := range vulnerabilities {
		ids := []string{v.value("cve")}
		for _, id := range v.items("ids") {
			ids = append(ids, id.value("text"))
		}
		if len(vulnerabilities) == 1 {
			ids = append(ids, c.d.ID())
		}
		for _, m := range v.items("metrics") {
			for _, target := range m.at("content", "ssvc_v2").items("target_ids") {
				whole := target.str() == c.d.ID() && len(vulnerabilities) > 1
				if whole || !slices.Contains(ids, target.str()) {
					c.fail(target, fmt.Sprintf("%q is no id of the vulnerability", target.str()))
				}
			}
		}
	}
}

func (c *checker) rangeOfOne() {
	c.d.branches(func(b *node) {
		if b.value("category") != "product_version_range" {
			return
		}
		r, ok := ParseRange(b.value("name"))
		if ok && len(r.any) == 1 && len(r.any[0]) == 1 && r.any[0][0].op == "=" {
			c.fail(b.get("name"), fmt.Sprintf("the range %q is one version", b.value("name")))
		}
	})
}

func (c *checker) ssvcDates() {
	for _, v := range c.d.vulnerabilities() {
		for _, m := range v.items("metrics") {
			c.notLater(m.at("content", "ssvc_v2", "timestamp"))
		}
	}
}
