package csaf

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// score is one CVSS object.
type score struct {
	at       *node
	key      string // cvss_v2, cvss_v3, cvss_v4
	products []string
}

// cvss gives the CVSS objects of a vulnerability.
func (d *Document) cvss(v *node) []score {
	var out []score
	for _, s := range d.scores(v) {
		var products []string
		for _, p := range s.items("products") {
			products = append(products, p.str())
		}
		inside := s
		if d.version == "2.1" {
			inside = s.get("content")
		}
		for _, key := range []string{"cvss_v2", "cvss_v3", "cvss_v4"} {
			if n := inside.get(key); n != nil && (key != "cvss_v4" || d.version == "2.1") {
				out = append(out, score{n, key, products})
			}
		}
	}
	return out
}

func (c *checker) scoresOnce() {
	for _, v := range c.d.vulnerabilities() {
		type had struct{ product, version, source string }
		seen := map[had]bool{}
		for _, s := range c.d.cvss(v) {
			version := s.at.value("version")
			if version == "" {
				version = s.key
			}
			source := ""
			if c.d.version == "2.1" {
				source = s.at.parent.parent.value("source")
			}
			for _, p := range s.products {
				k := had{p, version, source}
				if seen[k] {
					c.fail(s.at, fmt.Sprintf("the product %q has a second score of CVSS %s", p, version))
				}
				seen[k] = true
			}
		}
	}
}

func (c *checker) eachScore(do func(s score, v vector, err error)) {
	for _, v := range c.d.vulnerabilities() {
		for _, s := range c.d.cvss(v) {
			parsed, err := parseVector(s.key, s.at.value("version"), s.at.value("vectorString"))
			do(s, parsed, err)
		}
	}
}

// scoresValid holds objects against the schemas of FIRST: what has to be there,
// its type, and a vector that can be read.
func (c *checker) scoresValid() {
	c.eachScore(func(s score, _ vector, err error) {
		for _, key := range required(s.key) {
			if s.at.get(key) == nil {
				c.fail(s.at, fmt.Sprintf("%s is missing", key))
				return
			}
		}
		if !slices.Contains(versionsOf(s.key), s.at.value("version")) {
			c.fail(s.at, fmt.Sprintf("the version %q is none of %s", s.at.value("version"), strings.Join(versionsOf(s.key), ", ")))
			return
		}
		for _, k := range s.at.kids {
			if what := invalidProperty(s.key, k); what != "" {
				c.fail(k, what)
				return
			}
		}
		if err != nil {
			c.fail(s.at.get("vectorString"), err.Error())
		}
	})
}

func required(key string) []string {
	if key == "cvss_v2" {
		return []string{"version", "vectorString", "baseScore"}
	}
	return []string{"version", "vectorString", "baseScore", "baseSeverity"}
}

func versionsOf(key string) []string {
	switch key {
	case "cvss_v2":
		return []string{"2.0"}
	case "cvss_v3":
		return []string{"3.0", "3.1"}
	default:
		return []string{"4.0"}
	}
}

// undefinedLetter says that a value is what a metric has if it is left out.
func undefinedLetter(letter string) bool { return letter == "X" || letter == "ND" }

// invalidProperty says what is wrong with one property of a CVSS object, "" for nothing.
func invalidProperty(key string, n *node) string {
	if key == "cvss_v4" && slices.Contains([]string{"threatScore", "threatSeverity", "environmentalScore", "environmentalSeverity"}, n.key) {
		return n.key + " is not of CVSS 4.0, which has one score"
	}
	if strings.HasSuffix(n.key, "Score") {
		f, err := strconv.ParseFloat(n.text, 64)
		if n.kind != kindNumber || err != nil || f < 0 || f > 10 {
			return n.key + " is no number from 0 to 10"
		}
		return ""
	}
	if strings.HasSuffix(n.key, "Severity") && key != "cvss_v2" {
		if !slices.Contains([]string{"NONE", "LOW", "MEDIUM", "HIGH", "CRITICAL"}, n.str()) {
			return fmt.Sprintf("%s is %q, none of NONE, LOW, MEDIUM, HIGH, CRITICAL", n.key, n.str())
		}
		return ""
	}
	if m, ok := metric(key, n.key); ok {
		if _, known := m.letter(n.str()); !known {
			return fmt.Sprintf("%s has no value %q", n.key, n.str())
		}
	}
	return ""
}

func (c *checker) scoresComputed() {
	c.eachScore(func(s score, v vector, err error) {
		if err != nil {
			return // 6.1.8
		}
		for _, want := range v.results() {
			n := s.at.get(want.key)
			if n == nil {
				continue
			}
			if want.severity != "" && n.kind == kindText && n.text != want.severity {
				c.fail(n, fmt.Sprintf("%s is %s, and %s follows from the vector", want.key, n.text, want.severity))
			}
			if f, err := strconv.ParseFloat(n.text, 64); want.severity == "" && err == nil && math.Abs(f-want.score) > 0.0001 {
				c.fail(n, fmt.Sprintf("%s is %s, and %.1f follows from the vector", want.key, n.text, want.score))
			}
		}
	})
}

func (c *checker) scoresConsistent() {
	c.eachScore(func(s score, _ vector, _ error) {
		text := s.at.value("vectorString")
		for _, n := range s.at.kids {
			m, ok := metric(s.key, n.key)
			if !ok {
				continue
			}
			letter, known := m.letter(n.str())
			if got := metricOf(text, m.short); known && got != letter && (got != "" || !undefinedLetter(letter)) {
				c.fail(n, fmt.Sprintf("%s is %s, and the vector says %s:%s", n.key, n.str(), m.short, got))
			}
		}
	})
}
