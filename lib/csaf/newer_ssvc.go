package csaf

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

//go:embed decisionpoints.txt
var decisionPoints string

// decisionPoint gives the keys of the values of a decision point in their order.
func decisionPoint(namespace, key, version string) ([]string, bool) {
	for _, part := range []string{namespace, key, version} {
		if strings.ContainsAny(part, "\t\n") {
			return nil, false
		}
	}
	_, rest, ok := strings.Cut(decisionPoints, "\n"+namespace+"\t"+key+"\t"+version+"\t")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.Fields(line), ok
}

// registeredNamespace says that SSVC defines decision points in a namespace.
func registeredNamespace(name string) bool {
	return slices.Contains([]string{"ssvc", "cvss", "cisa", "basic", "nist"}, name)
}

// ssvc calls yield for each object of SSVC.
func (c *checker) ssvc(yield func(at *node)) {
	for _, v := range c.d.vulnerabilities() {
		for _, m := range v.items("metrics") {
			if n := m.at("content", "ssvc_v2"); n != nil {
				yield(n)
			}
		}
	}
}

// ssvcPatterns are those of the schema of selection lists 2.0.0; that of namespaces is
// without the registry of languages, which it repeats.
type ssvcPatterns struct{ key, version, namespace *regexp.Regexp }

func newSSVCPatterns() ssvcPatterns {
	const (
		number = `(0|[1-9]\d*)`
		pre    = `(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)`
		label  = `[a-z0-9](-*[a-z0-9])*`
		domain = label + `(\.` + label + `)+`
		part   = `#[a-z0-9]+([.-][a-z0-9]+)*`
		lang   = `[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*`
		base   = `(x_` + domain + part + `|[a-z][a-z0-9](([.-])?[a-z0-9])+(` + part + `)?)`
		more   = `/(` + lang + `|\.` + domain + part + `|\.` + domain + `(` + part + `)?\$` + lang + `)`
	)
	return ssvcPatterns{
		key:       regexp.MustCompile(`^([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9_]*[a-zA-Z0-9]|T\*)$`),
		version:   regexp.MustCompile(`^` + number + `\.` + number + `\.` + number + `(-` + pre + `(\.` + pre + `)*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$`),
		namespace: regexp.MustCompile(`^` + base + `(/(` + lang + `)?(` + more + `)*)?$`),
	}
}

func (c *checker) ssvcValid() {
	var patterns *ssvcPatterns
	c.ssvc(func(n *node) {
		if patterns == nil {
			p := newSSVCPatterns()
			patterns = &p
		}
		c.members(n, []string{"timestamp", "schemaVersion", "selections"}, []string{"target_ids", "decision_point_resources", "references"})
		if version := n.get("schemaVersion"); version != nil && version.str() != "2.0.0" {
			c.fail(version, "schemaVersion is not 2.0.0")
		}
		if at := n.get("timestamp"); at != nil && !isMoment(at.str()) {
			c.fail(at, fmt.Sprintf("%q is no date and time of RFC 3339", at.str()))
		}
		for _, key := range []string{"selections", "target_ids", "decision_point_resources", "references"} {
			if list := n.get(key); list != nil && len(list.list()) == 0 {
				c.fail(list, key+" is no list with at least one item")
			}
		}
		c.ssvcTexts(n)
		for _, s := range n.items("selections") {
			c.ssvcSelection(s, patterns)
		}
	})
}

// ssvcTexts tests what is said beside the selections.
func (c *checker) ssvcTexts(n *node) {
	seen := map[string]bool{}
	for _, target := range n.items("target_ids") {
		if target.kind != kindText || seen[target.str()] {
			c.fail(target, "a target is no text, or is there twice")
		}
		seen[target.str()] = true
	}
	for _, key := range []string{"decision_point_resources", "references"} {
		for _, r := range n.items(key) {
			c.members(r, []string{"uri", "summary"}, nil)
			c.filled(r, "uri")
		}
	}
}

func (c *checker) ssvcSelection(s *node, p *ssvcPatterns) {
	c.members(s, []string{"namespace", "key", "version", "values"}, []string{"name", "definition"})
	c.filled(s, "name", "definition")
	for _, f := range []struct {
		key     string
		pattern *regexp.Regexp
	}{{"namespace", p.namespace}, {"key", p.key}, {"version", p.version}} {
		if at := s.get(f.key); at != nil && (!f.pattern.MatchString(at.str()) || len(at.str()) > 1000) {
			c.fail(at, fmt.Sprintf("%q is no %s of SSVC", at.str(), f.key))
		}
	}
	if values := s.get("values"); values != nil && len(values.list()) == 0 {
		c.fail(values, "values is no list with at least one item")
	}
	for _, v := range s.items("values") {
		c.members(v, []string{"key"}, []string{"name", "definition"})
		c.filled(v, "name", "definition")
		if at := v.get("key"); at != nil && !p.key.MatchString(at.str()) {
			c.fail(at, fmt.Sprintf("%q is no key of a value of SSVC", at.str()))
		}
	}
}

// filled tests that members, where they are there, are texts with something in them.
func (c *checker) filled(n *node, keys ...string) {
	for _, key := range keys {
		if at := n.get(key); at != nil && at.str() == "" {
			c.fail(at, key+" is no text, or an empty one")
		}
	}
}

// members tests that an object has what it must have and nothing that it may not have.
func (c *checker) members(n *node, must, may []string) {
	if n.kind != kindObject {
		c.fail(n, "this is no object")
		return
	}
	for _, key := range must {
		if n.get(key) == nil {
			c.fail(n, key+" is missing")
		}
	}
	for _, k := range n.kids {
		if !slices.Contains(must, k.key) && !slices.Contains(may, k.key) {
			c.fail(k, fmt.Sprintf("%q is not allowed here", k.key))
		}
	}
}

func (c *checker) ssvcPoints() {
	c.ssvc(func(n *node) {
		for _, s := range n.items("selections") {
			c.ssvcPoint(s)
		}
	})
}

func (c *checker) ssvcPoint(s *node) {
	namespace, _, _ := strings.Cut(s.value("namespace"), "/")
	name, _, _ := strings.Cut(namespace, "#")
	switch {
	case name == "invalid" || name == "x_invalid":
		c.fail(s.get("namespace"), fmt.Sprintf("the namespace %q must not be used", name))
		return
	case !registeredNamespace(name): // also those for examples and tests
		return
	}
	order, ok := decisionPoint(namespace, s.value("key"), s.value("version"))
	if !ok {
		c.fail(s, fmt.Sprintf("SSVC has no decision point %q in version %q in the namespace %q", s.value("key"), s.value("version"), namespace))
		return
	}
	last := -1
	for _, v := range s.items("values") {
		at := slices.Index(order, v.value("key"))
		if at < 0 {
			c.fail(v, fmt.Sprintf("the decision point %q has no value %q", s.value("key"), v.value("key")))
			continue
		}
		if at <= last {
			c.fail(v, fmt.Sprintf("the value %q is not in the order of the decision point %q: %s", v.value("key"), s.value("key"), strings.Join(order, ", ")))
		}
		last = at
	}
}
