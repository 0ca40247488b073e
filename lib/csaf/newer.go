package csaf

import (
	"fmt"
	"strings"
	"time"
)

// newer are the mandatory tests that CSAF 2.1 adds and that are here.
func newer() []check {
	return []check{
		{"6.1.34", "Branches Recursion Depth", (*checker).branchDepth},
		{"6.1.37", "Date and Time", (*checker).dates},
		{"6.1.38", "Non-Public Sharing Group with Max UUID", (*checker).groupMaxUUID},
		{"6.1.39", "Public Sharing Group with No Max UUID", (*checker).groupNoMaxUUID},
		{"6.1.42", "PURL Qualifiers", (*checker).purlQualifiers},
		{"6.1.43", "Use of Multiple Stars in Model Number", func(c *checker) { c.stars("model_numbers") }},
		{"6.1.44", "Use of Multiple Stars in Serial Number", func(c *checker) { c.stars("serial_numbers") }},
		{"6.1.45", "Inconsistent Disclosure Date", (*checker).disclosed},
		{"6.1.51", "Inconsistent EPSS Timestamp", (*checker).epssDates},
		{"6.1.52", "Inconsistent First Known Exploitation Dates", (*checker).exploited},
		{"6.1.53", "Inconsistent Exploitation Date", (*checker).exploitedKnown},
		{"6.1.56", "Use of CVSS and Qualitative Severity Rating", (*checker).scoreOrRating},
		{"6.1.57", "Stacked Branch Categories", (*checker).stacked},
		{"6.1.58", "Use of product_version in one Path with product_version_range", (*checker).versionAndRange},
		{"6.1.61", "Use of Multiple Stars in SKU", func(c *checker) { c.stars("skus") }},
	}
}

// maxBranches is how deep branches may be.
const maxBranches = 30

func (c *checker) branchDepth() {
	c.leaves(func(p *node, way []*node) {
		if len(way) > maxBranches {
			c.fail(p, fmt.Sprintf("the product is %d branches deep; at most %d are allowed", len(way), maxBranches))
		}
	})
}

// leaves calls yield for each product of the branches with the way to it.
func (c *checker) leaves(yield func(product *node, way []*node)) {
	var walk func(n *node, way []*node)
	walk = func(n *node, way []*node) {
		for _, b := range n.items("branches") {
			here := append(way, b)
			if p := b.get("product"); p != nil {
				yield(p, here)
			}
			walk(b, here)
		}
	}
	walk(c.d.root.get("product_tree"), nil)
}

// moments calls yield for each place of a date and time.
func (d *Document) moments(yield func(at *node)) {
	note := func(n *node, key string) {
		if at := n.get(key); at != nil {
			yield(at)
		}
	}
	tracking := d.root.at("document", "tracking")
	note(tracking, "current_release_date")
	note(tracking, "initial_release_date")
	note(tracking.get("generator"), "date")
	for _, r := range tracking.items("revision_history") {
		note(r, "date")
	}
	for _, v := range d.vulnerabilities() {
		note(v, "disclosure_date")
		note(v, "discovery_date")
		for _, key := range []string{"first_known_exploitation_dates", "flags", "involvements", "remediations", "threats"} {
			for _, n := range v.items(key) {
				note(n, "date")
				note(n, "exploitation_date")
			}
		}
		for _, m := range v.items("metrics") {
			note(m.at("content", "epss"), "timestamp")
			note(m.at("content", "ssvc_v2"), "timestamp")
		}
	}
}

// isMoment says that a text is a date and time as CSAF writes it.
func isMoment(text string) bool {
	_, err := time.Parse(time.RFC3339Nano, text)
	return err == nil && !strings.ContainsAny(text, "tz, ") && !strings.HasSuffix(text, "-00:00")
}

func (c *checker) dates() {
	c.d.moments(func(at *node) {
		text := at.str()
		if !isMoment(text) {
			c.fail(at, fmt.Sprintf("%q is no date and time of RFC 3339 with T and Z in capitals and a known offset", text))
		}
	})
}

const (
	maxUUID = "ffffffff-ffff-ffff-ffff-ffffffffffff"
	nilUUID = "00000000-0000-0000-0000-000000000000"
)

func (c *checker) sharing() (at *node, id string) {
	at = c.d.root.at("document", "distribution", "sharing_group", "id")
	return at, strings.ToLower(at.str())
}

func (c *checker) groupMaxUUID() {
	if at, id := c.sharing(); id == maxUUID && c.d.TLP() != "CLEAR" {
		c.fail(at, fmt.Sprintf("the sharing group is everybody, and the label is TLP:%s", c.d.TLP()))
	}
}

func (c *checker) groupNoMaxUUID() {
	at, id := c.sharing()
	if at == nil || c.d.TLP() != "CLEAR" || id == maxUUID || (id == nilUUID && c.d.Status() == "draft") {
		return
	}
	c.fail(at, "the label is TLP:CLEAR, and the sharing group is not everybody")
}

func (c *checker) purlQualifiers() {
	c.d.helpers(func(h *node) {
		first := ""
		for i, p := range h.items("purls") {
			text, _, _ := strings.Cut(p.str(), "?")
			if i > 0 && text != first {
				c.fail(p, fmt.Sprintf("the package URL %q differs from the first one in more than qualifiers", p.str()))
			}
			if i == 0 {
				first = text
			}
		}
	})
}

func (c *checker) stars(key string) {
	c.d.helpers(func(h *node) {
		for _, n := range h.items(key) {
			plain := strings.NewReplacer(`\\`, "", `\*`, "").Replace(n.str())
			if strings.Count(plain, "*") > 1 {
				c.fail(n, fmt.Sprintf("%q has several stars", n.str()))
			}
		}
	})
}

// newest is the date of the newest revision.
func (c *checker) newest() (time.Time, bool) {
	all := c.d.history()
	if len(all) == 0 || !c.released() {
		return time.Time{}, false
	}
	return all[len(all)-1].when, true
}

// notLater holds that a date is not after the newest revision.
func (c *checker) notLater(at *node) {
	newest, ok := c.newest()
	if when, err := time.Parse(time.RFC3339Nano, at.str()); ok && err == nil && when.After(newest) {
		c.fail(at, fmt.Sprintf("%s is later than the newest revision", at.str()))
	}
}

func (c *checker) disclosed() {
	if c.d.TLP() != "CLEAR" {
		return
	}
	for _, v := range c.d.vulnerabilities() {
		c.notLater(v.get("disclosure_date"))
	}
}

func (c *checker) epssDates() {
	for _, v := range c.d.vulnerabilities() {
		for _, m := range v.items("metrics") {
			c.notLater(m.at("content", "epss", "timestamp"))
		}
	}
}

func (c *checker) exploited() {
	for _, v := range c.d.vulnerabilities() {
		for _, e := range v.items("first_known_exploitation_dates") {
			c.notLater(e.get("date"))
			c.notLater(e.get("exploitation_date"))
		}
	}
}

func (c *checker) exploitedKnown() {
	for _, v := range c.d.vulnerabilities() {
		for _, e := range v.items("first_known_exploitation_dates") {
			known, err1 := time.Parse(time.RFC3339Nano, e.value("date"))
			done, err2 := time.Parse(time.RFC3339Nano, e.value("exploitation_date"))
			if err1 == nil && err2 == nil && done.After(known) {
				c.fail(e.get("exploitation_date"), "the exploitation is later than it was known")
			}
		}
	}
}

func (c *checker) scoreOrRating() {
	for _, v := range c.d.vulnerabilities() {
		scored, rated := map[[2]string]bool{}, map[[2]string]*node{}
		for _, m := range v.items("metrics") {
			content := m.get("content")
			for _, p := range m.items("products") {
				k := [2]string{p.str(), m.value("source")}
				if content.get("cvss_v2") != nil || content.get("cvss_v3") != nil || content.get("cvss_v4") != nil {
					scored[k] = true
				}
				if r := content.get("qualitative_severity_rating"); r != nil {
					rated[k] = r
				}
			}
		}
		for k, r := range rated {
			if scored[k] {
				c.fail(r, fmt.Sprintf("the product %q has both a score of CVSS and a rating in words by one source", k[0]))
			}
		}
	}
}

func (c *checker) stacked() {
	c.leaves(func(p *node, way []*node) {
		seen := map[string]bool{}
		for _, b := range way {
			category := b.value("category")
			if seen[category] && category != "product_family" {
				c.fail(b.get("category"), fmt.Sprintf("the category %q occurs twice on the way to %q", category, p.value("product_id")))
			}
			seen[category] = true
		}
	})
}

func (c *checker) versionAndRange() {
	c.leaves(func(p *node, way []*node) {
		version, span := false, false
		for _, b := range way {
			version = version || b.value("category") == "product_version"
			span = span || b.value("category") == "product_version_range"
		}
		if version && span {
			c.fail(p, "both a version and a range of versions are on the way to the product")
		}
	})
}
