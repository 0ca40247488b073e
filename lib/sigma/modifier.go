package sigma

import (
	"fmt"
	"slices"
	"strings"
)

// plan is what the modifiers of an item say, in the order in which they apply.
type plan struct {
	all, neq, cased bool
	before, after   bool     // stars around the value: endswith, startswith, contains
	wrap            string   // the modifier that says so
	encode          []string // windash, wide, base64, …
	expand          bool
	kind            string // re, cidr, exists, fieldref, lt, lte, gt, gte
	flags           string // i, m, s of re
	part            string // minute, hour, day, week, month, year
}

// modifierFault says which modifier cannot be where it is.
type modifierFault struct{ what, mend string }

// planOf reads modifiers. A modifier that is unknown, twice, or that has no
// meaning after those before it, is refused by name.
func planOf(modifiers []string) (plan, *modifierFault) {
	var p plan
	for i, m := range modifiers {
		if slices.Contains(modifiers[:i], m) {
			return p, &modifierFault{fmt.Sprintf("the modifier %q is given twice", m), "give it once"}
		}
		if f := p.add(m, modifiers[:i]); f != nil {
			return p, f
		}
	}
	return p, p.check()
}

func (p *plan) add(m string, earlier []string) *modifierFault {
	switch m {
	case "all":
		p.all = true
	case "neq":
		p.neq = true
	case "cased":
		p.cased = true
	case "expand":
		if len(p.encode) > 0 {
			return &modifierFault{fmt.Sprintf("the modifier expand comes after %q", p.encode[0]), "write expand first"}
		}
		p.expand = true
	case "contains", "startswith", "endswith":
		p.before, p.after = m != "startswith", m != "endswith"
		return once(&p.wrap, m)
	case "windash", "base64", "base64offset", "wide", "utf16le", "utf16be", "utf16":
		if p.wrap != "" && m != "windash" {
			return &modifierFault{fmt.Sprintf("the modifier %q comes after %q, whose stars cannot be encoded", m, p.wrap), fmt.Sprintf("write %s before %s", m, p.wrap)}
		}
		p.encode = append(p.encode, m)
	case "re", "cidr", "exists", "fieldref", "lt", "lte", "gt", "gte":
		return once(&p.kind, m)
	case "i", "m", "s":
		if !slices.Contains(earlier, "re") {
			return &modifierFault{fmt.Sprintf("the modifier %q belongs to re and does not follow it", m), "write re|" + m}
		}
		p.flags += m
	case "minute", "hour", "day", "week", "month", "year":
		return once(&p.part, m)
	default:
		return &modifierFault{fmt.Sprintf("the modifier %q is not known", m), "use one of the specification's appendix of modifiers, 2.1"}
	}
	return nil
}

// once sets a place that only one modifier of its family may have.
func once(place *string, m string) *modifierFault {
	if *place != "" {
		return &modifierFault{fmt.Sprintf("the modifiers %q and %q exclude each other", *place, m), "keep one"}
	}
	*place = m
	return nil
}

// check refuses what cannot be together.
func (p *plan) check() *modifierFault {
	if p.kind == "exists" && (p.all || p.neq || p.cased) {
		return &modifierFault{"exists takes true or false and no other modifier", "write field|exists: true"}
	}
	for _, pair := range p.clashes() {
		if pair[0] != "" && pair[1] != "" {
			return &modifierFault{fmt.Sprintf("the modifiers %q and %q have no meaning together", pair[0], pair[1]), "keep one"}
		}
	}
	return nil
}

// clashes gives pairs of modifiers that must not both be there; "" is one that is not.
func (p *plan) clashes() [][2]string {
	first := ""
	if len(p.encode) > 0 {
		first = p.encode[0]
	}
	flag := func(on bool, name string) string {
		if on {
			return name
		}
		return ""
	}
	but := func(name string, except ...string) string { return flag(!slices.Contains(except, name), name) }
	compares := slices.Contains([]string{"lt", "lte", "gt", "gte"}, p.kind)
	expand, cased := flag(p.expand, "expand"), flag(p.cased, "cased")
	return [][2]string{
		{p.kind, first},
		{but(p.kind, "fieldref"), p.wrap},
		{p.part, p.wrap},
		{p.part, first},
		{p.part, but(p.kind, "lt", "lte", "gt", "gte")},
		{expand, but(p.kind, "cidr")},
		{expand, p.part},
		{cased, flag(compares || p.kind == "cidr", p.kind)},
		{cased, p.part},
		{cased, flag(strings.Contains(p.flags, "i"), "i")},
	}
}
