package csaf

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Verdict is what an advisory says of a product in use about one vulnerability.
type Verdict struct {
	Answer      Answer
	Advisory    string // tracking id
	CVE         string // "" if the vulnerability has none
	Title       string // of the vulnerability
	ProductID   string
	Sentence    string // the product as the advisory names it
	Status      string // known_affected and so on
	Reason      Reason // why the answer is so
	Why         string // the same in English
	Statement   string // impact statement of the advisory, "" if it gives none
	Remediation []Remediation
}

// Reason is why an answer is so, for programs that say it in another language.
type Reason string

// The reasons. Sentence and Status of the verdict say the rest.
const (
	EveryVersion     Reason = "every_version"     // the advisory names every version so
	VersionNamed     Reason = "version_named"     // the version in use is among those that are named so
	VersionOutside   Reason = "version_outside"   // it is outside of those that are affected
	VersionUnknown   Reason = "version_unknown"   // the version in use is not known
	VersionUnordered Reason = "version_unordered" // the two versions cannot be compared
	VersionOther     Reason = "version_other"     // the advisory speaks of another version
	VersionsInWords  Reason = "versions_in_words" // the versions of the advisory are free text
	NotDecided       Reason = "not_decided"       // the advisory itself does not know yet
	ProductUnsure    Reason = "product_unsure"    // it may be another product of that name
	OnlyTogether     Reason = "only_together"     // only together with another product
)

// Remediation is what the advisory says to do.
type Remediation struct {
	Category string // vendor_fix, mitigation, workaround, none_available, no_fix_planned, …
	Details  string
	URL      string
	Date     string
}

// entry is a product of an advisory, ready to be compared.
type entry struct {
	advisory string
	id, name string // of the product; the tree of the document is let go
	text     string // the sentence of the advisory
	vendor   string
	words    []string // of product family and name, sorted
	numbers  []string // patterns of order and model numbers
	span     Range
	readable bool // span could be read
	version  string
	exact    bool // one version, not a range
	onlyOn   string
	said     []saying
}

// saying is what one vulnerability says of a product.
type saying struct {
	cve, title  string
	status      string
	group       string // affected, fixed and so on
	remediation []Remediation
	statement   string
}

// sayings gives what the vulnerabilities say, by product.
func (d *Document) sayings() map[string][]saying {
	out := map[string][]saying{}
	groups := contradicting("2.1")
	for _, v := range d.vulnerabilities() {
		remediation, statement := d.statements(v)
		for _, s := range statuses() {
			if s == "recommended" {
				continue
			}
			for _, p := range v.get("product_status").items(s) {
				id := p.str()
				out[id] = append(out[id], saying{v.value("cve"), v.value("title"), s, groups[s], remediation[id], statement[id]})
			}
		}
	}
	return out
}

// entries makes the products of a document comparable.
func (d *Document) entries(names map[string]string) []entry {
	said := d.sayings()
	var out []entry
	for _, def := range d.defined {
		p := d.products[def.id]
		if len(said[def.id]) == 0 || p == nil || p.at.get("product_id") != def.at {
			continue
		}
		e := entry{advisory: d.ID(), id: p.id, name: p.at.value("name"), said: said[def.id]}
		e.describe(d, p, names)
		e.text = e.sentence()
		out = append(out, e)
	}
	release(out)
	return out
}

// release copies what entries say, each text once: they are kept long, and texts
// are parts of the document's.
func release(entries []entry) {
	copies := map[string]string{}
	own := func(texts ...*string) {
		for _, s := range texts {
			if _, known := copies[*s]; !known {
				copies[*s] = strings.Clone(*s)
			}
			*s = copies[*s]
		}
	}
	for i := range entries {
		e := &entries[i]
		own(&e.advisory, &e.id, &e.name, &e.text, &e.vendor, &e.version, &e.onlyOn)
		for n := range e.words {
			own(&e.words[n])
		}
		for n := range e.numbers {
			own(&e.numbers[n])
		}
		for n := range e.said {
			s := &e.said[n]
			own(&s.cve, &s.title, &s.status, &s.group, &s.statement)
			for r := range s.remediation {
				own(&s.remediation[r].Category, &s.remediation[r].Details, &s.remediation[r].URL, &s.remediation[r].Date)
			}
		}
	}
}

// describe fills in what the branches and helpers of a product say. Of a
// relationship it is the product that is installed on, or a part of, another.
func (e *entry) describe(d *Document, p *product, names map[string]string) {
	for depth := 0; p.related != nil && depth < maxNesting; depth++ {
		refs := relates(p.related)
		if len(refs) == 0 || d.products[refs[0].str()] == nil {
			return
		}
		category := strings.ReplaceAll(p.related.value("category"), "_", " ")
		if len(refs) > 1 {
			if other := d.products[refs[1].str()]; other != nil {
				e.onlyOn = category + " " + other.at.value("name")
			}
		}
		p = d.products[refs[0].str()]
	}
	e.branches(p, names)
	if publisher := d.root.at("document", "publisher"); e.vendor == "" && publisher.value("category") == "vendor" {
		e.vendor = vendorIn(names, publisher.value("name")) // who speaks of its own products need not say so
	}
	helper := p.at.get("product_identification_helper")
	for _, key := range []string{"model_numbers", "skus"} {
		for _, n := range helper.items(key) {
			e.numbers = append(e.numbers, n.str())
		}
	}
}

// branches reads the way to a product.
func (e *entry) branches(p *product, names map[string]string) {
	var words []string
	e.readable, e.span.all = true, true
	for _, b := range p.branches {
		name := b.value("name")
		switch b.value("category") {
		case "vendor":
			e.vendor = vendorIn(names, name)
		case "product_family", "product_name":
			words = append(words, tokens(name)...)
		case "product_version", "product_version_range":
			e.version, e.exact = name, b.value("category") == "product_version"
			e.span, e.readable = ParseRange(strings.Clone(name))
			e.exact = e.exact && (e.span.exact || !e.readable)
		}
	}
	if len(p.branches) == 0 {
		words = tokens(p.at.value("name"))
		e.readable, e.span.all = false, false // versions are within the name, if anywhere
	}
	slices.Sort(words)
	e.words = slices.Compact(words)
}

// likeness says how sure it is that a product in use is the one of an entry.
type likeness uint8

const (
	other likeness = iota
	perhaps
	same
)

// like compares a product in use; words are its words, and name those of its name, sorted.
func (e *entry) like(use InUse, words, name []string) likeness {
	for _, number := range []string{use.OrderNumber, use.Model} {
		if number != "" && slices.ContainsFunc(e.numbers, func(p string) bool { return fits(p, number) }) {
			return same
		}
	}
	if len(e.numbers) > 0 && use.OrderNumber != "" {
		return other // the advisory lists numbers, and this is none of them
	}
	switch {
	case len(e.words) == 0 || len(words) == 0:
		return other
	case within(e.words, words):
		return same
	case within(name, e.words):
		return perhaps
	default:
		return other
	}
}

func tokensSorted(text string) []string {
	out := tokens(text)
	slices.Sort(out)
	return slices.Compact(out)
}

// within says that each word of a is in b; both are sorted.
func within(a, b []string) bool {
	if len(a) == 0 {
		return false
	}
	at := 0
	for _, w := range a {
		for at < len(b) && b[at] < w {
			at++
		}
		if at == len(b) || b[at] != w {
			return false
		}
	}
	return true
}

// judge gives the verdicts of one entry, one for each vulnerability that has it.
// Most vulnerabilities of an advisory have the same status, and so the same answer.
func (e *entry) judge(use InUse, how likeness, yield func(v Verdict)) {
	v := Verdict{Advisory: e.advisory, ProductID: e.id, Sentence: e.text}
	last := ""
	for i := range e.said {
		s := &e.said[i]
		v.CVE, v.Title, v.Status, v.Remediation, v.Statement = s.cve, s.title, s.status, s.remediation, s.statement
		if s.group != last {
			last = s.group
			v.Answer, v.Reason, v.Why = e.verdict(use, how, s.group)
		}
		yield(v)
	}
}

func (e *entry) verdict(use InUse, how likeness, group string) (Answer, Reason, string) {
	answer, reason, why := e.answer(use, group)
	if answer != CannotTell && how == perhaps {
		return CannotTell, ProductUnsure, fmt.Sprintf("the advisory names %q, which may or may not be %q", e.name, use.Name)
	}
	if answer == Affected && e.onlyOn != "" {
		return CannotTell, OnlyTogether, "it is affected only if it is " + e.onlyOn
	}
	return answer, reason, why
}

func (e *entry) sentence() string {
	name := e.name
	if e.version != "" && !strings.Contains(name, e.version) {
		name += " " + e.version
	}
	return name
}

// answer decides by status and version.
func (e *entry) answer(use InUse, group string) (Answer, Reason, string) {
	if group == "under investigation" || group == "unknown" {
		return CannotTell, NotDecided, "the advisory says that it is " + group
	}
	if !e.readable {
		return CannotTell, VersionsInWords, fmt.Sprintf("the versions %q are written in words that cannot be compared", cmp.Or(e.version, e.name))
	}
	if use.Version == "" && !e.span.all {
		return CannotTell, VersionUnknown, "the version in use is not known"
	}
	within := e.span.Contains(use.Version)
	switch {
	case within == CannotTell:
		return CannotTell, VersionUnordered, fmt.Sprintf("the version %q cannot be compared with %q", use.Version, e.version)
	case within == Affected && group == "affected":
		return Affected, e.named(), e.said1(use, "is named as affected")
	case within == Affected && group == "fixed":
		return NotAffected, e.named(), e.said1(use, "is named as fixed")
	case within == Affected:
		return NotAffected, e.named(), e.said1(use, "is named as not affected")
	case group == "affected" && !e.exact:
		return NotAffected, VersionOutside, fmt.Sprintf("the version %s is outside %q, which is affected", use.Version, e.version)
	default:
		return CannotTell, VersionOther, fmt.Sprintf("the advisory speaks of %q and not of %s", e.version, use.Version)
	}
}

func (e *entry) named() Reason {
	if e.version == "" || e.span.all {
		return EveryVersion
	}
	return VersionNamed
}

func (e *entry) said1(use InUse, what string) string {
	if e.version == "" || e.span.all {
		return "every version " + what
	}
	return fmt.Sprintf("the version %s, by %q, %s", use.Version, e.version, what)
}

// statements gives, by product, what the advisory says to do about a
// vulnerability, and why a product is not affected.
func (d *Document) statements(v *node) (map[string][]Remediation, map[string]string) {
	remediation, statement := map[string][]Remediation{}, map[string]string{}
	for _, r := range v.items("remediations") {
		one := Remediation{Category: r.value("category"), Details: r.value("details"), URL: r.value("url"), Date: r.value("date")}
		for _, p := range d.members(r) {
			remediation[p] = append(remediation[p], one)
		}
	}
	for _, f := range v.items("flags") {
		for _, p := range d.members(f) {
			statement[p] = f.value("label")
		}
	}
	for _, t := range v.items("threats") {
		if t.value("category") == "impact" {
			for _, p := range d.members(t) {
				statement[p] = t.value("details")
			}
		}
	}
	return remediation, statement
}
