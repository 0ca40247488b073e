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
	case "contains", "startswith", "endswith":
		if p.wrap != "" {
			return &modifierFault{fmt.Sprintf("the modifiers %q and %q exclude each other", p.wrap, m), "keep one"}
		}
		p.wrap, p.before, p.after = m, m != "startswith", m != "endswith"
	case "windash":
		p.encode = append(p.encode, m)
	case "base64", "base64offset", "wide", "utf16le", "utf16be", "utf16":
		if p.wrap != "" {
			return &modifierFault{fmt.Sprintf("the modifier %q comes after %q, whose stars cannot be encoded", m, p.wrap), fmt.Sprintf("write %s before %s", m, p.wrap)}
		}
		p.encode = append(p.encode, m)
	case "expand":
		if len(p.encode) > 0 {
			return &modifierFault{fmt.Sprintf("the modifier expand comes after %q", p.encode[0]), "write expand first"}
		}
		p.expand = true
	case "re", "cidr", "exists", "fieldref", "lt", "lte", "gt", "gte":
		if p.kind != "" {
			return &modifierFault{fmt.Sprintf("the modifiers %q and %q exclude each other", p.kind, m), "keep one"}
		}
		p.kind = m
	case "i", "m", "s":
		if !slices.Contains(earlier, "re") {
			return &modifierFault{fmt.Sprintf("the modifier %q belongs to re and does not follow it", m), "write re|" + m}
		}
		p.flags += m
	case "minute", "hour", "day", "week", "month", "year":
		if p.part != "" {
			return &modifierFault{fmt.Sprintf("the modifiers %q and %q exclude each other", p.part, m), "keep one"}
		}
		p.part = m
	default:
		return &modifierFault{fmt.Sprintf("the modifier %q is not known", m), "use one of the specification's appendix of modifiers, 2.1"}
	}
	return nil
}

// check refuses what cannot be together.
func (p *plan) check() *modifierFault {
	refuse := func(a, b string) *modifierFault {
		return &modifierFault{fmt.Sprintf("the modifiers %q and %q have no meaning together", a, b), "keep one"}
	}
	compares := p.kind == "lt" || p.kind == "lte" || p.kind == "gt" || p.kind == "gte"
	switch {
	case p.kind != "" && len(p.encode) > 0:
		return refuse(p.kind, p.encode[0])
	case p.kind != "" && p.kind != "fieldref" && p.wrap != "":
		return refuse(p.kind, p.wrap)
	case p.part != "" && p.wrap != "":
		return refuse(p.part, p.wrap)
	case p.part != "" && len(p.encode) > 0:
		return refuse(p.part, p.encode[0])
	case p.part != "" && p.kind != "" && !compares:
		return refuse(p.part, p.kind)
	case p.expand && p.kind != "" && p.kind != "cidr":
		return refuse("expand", p.kind)
	case p.expand && p.part != "":
		return refuse("expand", p.part)
	case p.kind == "exists" && (p.all || p.neq || p.cased):
		return &modifierFault{"exists takes true or false and no other modifier", "write field|exists: true"}
	case p.cased && (p.kind == "cidr" || compares || p.part != ""):
		return refuse("cased", p.kind+p.part)
	case p.cased && strings.Contains(p.flags, "i"):
		return refuse("cased", "i")
	}
	return nil
}
