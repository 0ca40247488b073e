package csaf

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

func (c *checker) weaknesses() {
	if c.data.Weakness == nil {
		c.skip("the catalogue of CWE is not given")
		return
	}
	for _, v := range c.d.vulnerabilities() {
		all := v.items("cwes")
		if w := v.get("cwe"); w != nil {
			all = append(slices.Clone(all), w)
		}
		for _, w := range all {
			name, ok := c.data.Weakness(w.value("version"), w.value("id"))
			switch {
			case !ok:
				c.fail(w, fmt.Sprintf("the weakness %q does not exist", w.value("id")))
			case name != w.value("name"):
				c.fail(w, fmt.Sprintf("%s is %q, not %q", w.value("id"), name, w.value("name")))
			}
		}
	}
}

func (c *checker) languages() {
	for _, key := range []string{"lang", "source_lang"} {
		n := c.d.root.get("document").get(key)
		if n == nil {
			continue
		}
		if what := wrongLanguage(n.str()); what != "" {
			c.fail(n, what)
		}
	}
}

// wrongLanguage says what is wrong with a language tag, by the registry of IANA.
func wrongLanguage(tag string) string {
	if private(tag) || strings.EqualFold(tag, "i-default") {
		return ""
	}
	_, err := language.Raw.Parse(tag)
	if err == nil {
		return ""
	}
	if unknown := language.ValueError(nil); errors.As(err, &unknown) {
		return fmt.Sprintf("the language %q has the subtag %q, which is not registered", tag, unknown.Subtag())
	}
	return fmt.Sprintf("%q is no language tag", tag)
}

// private says that a tag is of the ranges for private use (qaa to qtz, x-…).
func private(tag string) bool {
	first, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return first == "x" || (len(first) == 3 && first >= "qaa" && first <= "qtz")
}

func (c *checker) translator() {
	document := c.d.root.get("document")
	if document.get("publisher").value("category") == "translator" && document.value("source_lang") == "" {
		c.fail(document, "the publisher is a translator and source_lang is missing")
	}
}

func (c *checker) translation() {
	document := c.d.root.get("document")
	if lang := document.value("lang"); lang != "" && lang == document.value("source_lang") {
		c.fail(document.get("source_lang"), fmt.Sprintf("the language of the document and that of its source are both %q", lang))
	}
}

func (c *checker) packageURLs() {
	c.d.helpers(func(h *node) {
		all := h.items("purls")
		if p := h.get("purl"); p != nil {
			all = append(slices.Clone(all), p)
		}
		for _, p := range all {
			if err := wrongPackageURL(p.str()); err != nil {
				c.fail(p, fmt.Sprintf("the package URL %q is not valid: %v", p.str(), err))
			}
		}
	})
}

// wrongPackageURL says what is wrong with a package URL (pkg:type/namespace/name@version?qualifiers#subpath).
func wrongPackageURL(text string) error {
	rest, ok := strings.CutPrefix(text, "pkg:")
	if !ok {
		return errors.New("it does not begin with the scheme pkg")
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, qualifiers, _ := strings.Cut(rest, "?")
	rest = strings.TrimLeft(rest, "/")
	kind, rest, _ := strings.Cut(rest, "/")
	if kind == "" || strings.ContainsFunc(kind, func(r rune) bool { return !letter(r) && !digit(r) && r != '.' && r != '-' && r != '+' }) || digit(rune(kind[0])) {
		return errors.New("its type is missing or has letters that a type does not have")
	}
	rest = strings.TrimRight(rest, "/")
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = rest[:at]
	}
	parts := strings.Split(rest, "/")
	if parts[len(parts)-1] == "" {
		return errors.New("its name is missing")
	}
	for _, p := range append(parts, qualifiers) {
		if _, err := url.PathUnescape(p); err != nil {
			return fmt.Errorf("percent-encoding: %w", err)
		}
	}
	return wrongQualifiers(qualifiers, kind, len(parts))
}

func wrongQualifiers(qualifiers, kind string, parts int) error {
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(qualifiers, "&") {
		if pair == "" {
			continue
		}
		key, _, ok := strings.Cut(pair, "=")
		if !ok || key == "" || strings.ContainsFunc(key, func(r rune) bool { return !letter(r) && !digit(r) && r != '.' && r != '-' && r != '_' }) {
			return fmt.Errorf("the qualifier %q", pair)
		}
		if seen[strings.ToLower(key)] {
			return fmt.Errorf("the qualifier %q is given twice", key)
		}
		seen[strings.ToLower(key)] = true
	}
	if strings.EqualFold(kind, "maven") && parts < 2 {
		return errors.New("a package of maven has a namespace")
	}
	if strings.EqualFold(kind, "oci") && parts > 1 {
		return errors.New("a package of oci has no namespace")
	}
	return nil
}

func letter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }
func digit(r rune) bool  { return '0' <= r && r <= '9' }
