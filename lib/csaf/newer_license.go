package csaf

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed spdx.txt
var spdxList string

// listedLicenses are the identifiers of the SPDX License List in small letters.
func listedLicenses() map[string]bool {
	out := map[string]bool{}
	for line := range strings.Lines(spdxList) {
		out[strings.ToLower(strings.TrimSuffix(line, "\n"))] = true
	}
	return out
}

// license reads a license expression by annex B of SPDX 3.0.1.
type license struct {
	words []string
	ids   []string // of licenses and exceptions
}

// readLicense gives the identifiers of an expression; what is "" if it is one.
func readLicense(text string) (ids []string, what string) {
	l := license{words: strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(text))}
	what = l.compound(0)
	if what == "" && len(l.words) > 0 {
		what = fmt.Sprintf("%q is not expected", l.words[0])
	}
	return l.ids, what
}

func (l *license) next() string {
	if len(l.words) == 0 {
		return ""
	}
	return l.words[0]
}

func (l *license) take() string {
	word := l.next()
	l.words = l.words[min(1, len(l.words)):]
	return word
}

// one says that the next word is an operator, in capitals or small letters.
func (l *license) one(operators ...string) bool {
	for _, o := range operators {
		if l.next() == o || l.next() == strings.ToLower(o) {
			return true
		}
	}
	return false
}

const maxLicenseDepth = 100

func (l *license) compound(depth int) string {
	for {
		if what := l.term(depth); what != "" {
			return what
		}
		if !l.one("AND", "OR") {
			return ""
		}
		l.take()
	}
}

func (l *license) term(depth int) string {
	if depth > maxLicenseDepth {
		return "it is nested too deep"
	}
	if l.next() == "(" {
		l.take()
		if what := l.compound(depth + 1); what != "" {
			return what
		}
		if l.take() != ")" {
			return "a parenthesis is not closed"
		}
		return ""
	}
	if l.one("AND", "OR", "WITH") {
		return fmt.Sprintf("a license is missing before %q", l.next())
	}
	if what := l.id(l.take(), "LicenseRef-"); what != "" {
		return what
	}
	if l.one("WITH") {
		l.take()
		return l.id(l.take(), "AdditionRef-")
	}
	return ""
}

// id takes one identifier: of the list, or with the prefix for those that are not.
func (l *license) id(word, prefix string) string {
	if word == "" {
		return "it ends where a license is expected"
	}
	if len(word) >= 12 && strings.EqualFold(word[:12], "DocumentRef-") {
		return "DocumentRef- is not used in CSAF"
	}
	name := word
	if len(word) >= len(prefix) && strings.EqualFold(word[:len(prefix)], prefix) {
		if !strings.HasPrefix(word, prefix) {
			return fmt.Sprintf("%q begins with another prefix than %s", word, prefix)
		}
		name = word[len(prefix):]
	} else if prefix == "LicenseRef-" {
		name = strings.TrimSuffix(word, "+")
	}
	if name == "" || strings.ContainsFunc(name, notOfLicense) {
		return fmt.Sprintf("%q is no identifier of a license", word)
	}
	l.ids = append(l.ids, strings.TrimSuffix(word, "+"))
	return ""
}

// notOfLicense says that a character is none of identifiers.
func notOfLicense(r rune) bool {
	return !digit(r) && (r|0x20 < 'a' || r|0x20 > 'z') && r != '-' && r != '.'
}

func (c *checker) licenseExpression() {
	at := c.d.root.at("document", "license_expression")
	if at == nil {
		return
	}
	if _, what := readLicense(at.str()); what != "" {
		c.fail(at, fmt.Sprintf("%.200q is no license expression: %s", at.str(), what))
	}
}

func (c *checker) licenseText() {
	document := c.d.root.get("document")
	at := document.get("license_expression")
	ids, what := readLicense(at.str())
	if at == nil || what != "" || !c.english() {
		return
	}
	unlisted, unknown := "", ""
	listed := listedLicenses()
	for _, id := range ids {
		switch {
		case strings.HasPrefix(id, "LicenseRef-scancode-"):
			unknown = id
		case !listed[strings.ToLower(id)]:
			unlisted = id
		}
	}
	var notes []*node
	for _, n := range document.items("notes") {
		if n.value("title") == "License" {
			notes = append(notes, n)
		}
	}
	right := len(notes) == 1 && notes[0].value("category") == "legal_disclaimer"
	switch {
	case right:
	case unlisted != "" && len(notes) == 1:
		c.fail(notes[0], fmt.Sprintf("the license %q is not listed, and the note with its text is not of the category legal_disclaimer", unlisted))
	case unlisted != "":
		c.fail(document, fmt.Sprintf("the license %q is not listed, and %d notes have the title License; one is needed", unlisted, len(notes)))
	case unknown != "":
		c.skip(fmt.Sprintf("whether the ScanCode LicenseDB has %q is not known here", unknown))
	}
}
