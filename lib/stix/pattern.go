package stix

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// Bounds of a pattern.
const (
	MaxPattern = 16 << 10 // octets
	maxTerms   = 200
	maxDepth   = 32
	maxValues  = 1_000 // of one IN
)

// Term is one comparison of a pattern: what of an observation is compared, how, and with what.
type Term struct {
	Path   string // as written, such as ipv4-addr:value
	Op     string // =, IN, LIKE, MATCHES, ISSUBSET or ISSUPERSET
	Not    bool   // != and NOT
	Values []string

	match func(value string) bool
}

// Pattern is a pattern (section 9) that one observation decides: a comparison expression, or
// several of them with OR between. It does not change and may be used by many goroutines.
type Pattern struct {
	text  string
	root  expression
	terms []Term
}

// expression is a term, or several with AND or OR between.
type expression struct {
	and  bool
	kids []expression
	term int // where there are no kids
}

// PatternError says where a pattern cannot be used, and why.
type PatternError struct {
	At   int // octets before it
	What string
}

func (e *PatternError) Error() string { return fmt.Sprintf("stix: pattern at %d: %s", e.At, e.What) }

// ParsePattern reads a pattern that is to be decided on observations which have some object
// paths and no others. Whatever cannot be decided so is an error that names it: nothing of a
// pattern is ever left out.
func ParsePattern(text string, paths []string) (*Pattern, error) {
	if len(text) > MaxPattern {
		return nil, &PatternError{MaxPattern, fmt.Sprintf("a pattern has at most %d octets", MaxPattern)}
	}
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &reader{tokens: tokens, paths: paths, pattern: &Pattern{text: text}, end: len(text)}
	root, err := p.observations(0)
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != tokenEnd {
		return nil, p.refuse(t)
	}
	p.pattern.root = root
	return p.pattern, nil
}

// String is the pattern as it was read.
func (p *Pattern) String() string { return p.text }

// Terms are the comparisons in the order in which they are written.
func (p *Pattern) Terms() []Term { return slices.Clone(p.terms) }

// Keys are values of which an observation must have one, by path, for the pattern to match;
// none are given where that cannot be told. A host looks patterns up by them.
func (p *Pattern) Keys() map[string][]string {
	terms, told := p.anchors(p.root, func(t Term) bool { return t.Op == "=" || t.Op == "IN" })
	if !told {
		return nil
	}
	out := map[string][]string{}
	for _, t := range terms {
		out[t.Path] = append(out[t.Path], t.Values...)
	}
	return out
}

// Anchors are comparisons of some paths of which an observation must meet one for the pattern
// to match: with a value, with one of several, or with a network. None are given where that
// cannot be told. A host looks patterns up by them whose values it writes in another way.
func (p *Pattern) Anchors(paths []string) []Term {
	terms, told := p.anchors(p.root, func(t Term) bool {
		return slices.Contains(paths, t.Path) && (t.Op == "=" || t.Op == "IN" || t.Op == "ISSUBSET")
	})
	if !told {
		return nil
	}
	return terms
}

// anchors are terms that fit, of which one must hold.
func (p *Pattern) anchors(e expression, fit func(Term) bool) (out []Term, told bool) {
	if len(e.kids) == 0 {
		t := p.terms[e.term]
		return []Term{t}, !t.Not && fit(t)
	}
	for _, k := range e.kids {
		one, told := p.anchors(k, fit)
		switch {
		case e.and && told: // one of the parts is enough
			return one, true
		case !e.and && !told:
			return nil, false
		case !e.and:
			out = append(out, one...)
		}
	}
	return out, !e.and
}

// Match tells whether an observation matches, and by which terms. values gives what it has of
// a path; there may be several, of which one is enough. A comparison with what an observation
// does not have is false, and so is its negation.
func (p *Pattern) Match(values func(path string) []string) (matched bool, by []Term) {
	hit := p.match(p.root, values, &by)
	if !hit {
		return false, nil
	}
	return true, by
}

func (p *Pattern) match(e expression, values func(path string) []string, by *[]Term) bool {
	if len(e.kids) == 0 {
		t := p.terms[e.term]
		hit := slices.ContainsFunc(values(t.Path), func(v string) bool { return t.match(v) != t.Not })
		if hit {
			*by = append(*by, t)
		}
		return hit
	}
	mark := len(*by)
	for _, k := range e.kids {
		hit := p.match(k, values, by)
		if hit != e.and {
			if !hit {
				*by = (*by)[:mark]
			}
			return hit
		}
	}
	return e.and
}

// compare makes what a term does with a value.
func (t *Term) compare() error {
	switch t.Op {
	case "=", "IN":
		t.match = func(v string) bool { return slices.Contains(t.Values, v) }
	case "LIKE":
		x, err := regexp.Compile(like(t.Values[0]))
		if err != nil {
			return fmt.Errorf("LIKE %.80q: %w", t.Values[0], err)
		}
		t.match = x.MatchString
	case "MATCHES":
		x, err := regexp.Compile(`(?s)` + t.Values[0]) // linear in time, whatever it is
		if err != nil {
			return fmt.Errorf("MATCHES %.80q is no regular expression that is understood: %w", t.Values[0], err)
		}
		t.match = x.MatchString
	case "ISSUBSET", "ISSUPERSET":
		net, err := network(t.Values[0])
		if err != nil {
			return fmt.Errorf("%s %.80q is neither an IP address nor a network", t.Op, t.Values[0])
		}
		within := t.Op == "ISSUBSET"
		t.match = func(v string) bool {
			other, err := network(v)
			if err != nil {
				return false
			}
			if !within {
				return other.Bits() <= net.Bits() && other.Contains(net.Addr())
			}
			return net.Bits() <= other.Bits() && net.Contains(other.Addr())
		}
	}
	return nil
}

// like is the regular expression of what LIKE means: % any text, _ any one character.
func like(text string) string {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for _, r := range text {
		switch r {
		case '%':
			b.WriteString(`.*`)
		case '_':
			b.WriteString(`.`)
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	b.WriteString(`\z`)
	return b.String()
}

func network(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		return p.Masked(), err
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}
