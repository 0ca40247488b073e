package sigma

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// valueBuilder turns the values of one item into atoms.
type valueBuilder struct {
	b      *builder
	item   *item
	plan   plan
	search string
	field  int32
	fields map[string]string
}

func (v *valueBuilder) refuse(s scalar, what, mend string) *expr {
	v.b.refuse(s.at, v.item.part, what, mend)
	return nil
}

func (v *valueBuilder) leaf(s scalar, key string, a atom) *expr {
	a.field = v.field
	return &expr{op: exprAtom, atom: v.b.intern(key, a), search: v.search, item: v.item, wanted: s.text}
}

// build gives what one value asks; nil, with a fault, if it is refused.
func (v *valueBuilder) build(s scalar) *expr {
	p := v.plan
	if s.kind == scalarNull {
		return v.null(s)
	}
	switch {
	case p.kind == "exists":
		return v.exists(s)
	case p.kind == "fieldref":
		return v.fieldref(s)
	case p.part != "" || p.kind == "lt" || p.kind == "lte" || p.kind == "gt" || p.kind == "gte":
		return v.compare(s)
	}
	texts, err := v.texts(s)
	if err != nil {
		return v.refuse(s, err.Error(), "")
	}
	var some []*expr
	for _, text := range texts {
		e := v.one(s, text)
		if e == nil {
			return nil
		}
		some = append(some, e)
	}
	return orOf(some...)
}

func (v *valueBuilder) one(s scalar, text string) *expr {
	switch v.plan.kind {
	case "re":
		return v.regexp(s, text)
	case "cidr":
		return v.cidr(s, text)
	default:
		return v.text(s, text)
	}
}

// texts replaces placeholders, if the value asks for that.
func (v *valueBuilder) texts(s scalar) ([]string, error) {
	if !v.plan.expand {
		return []string{s.text}, nil
	}
	out := []string{""}
	rest := s.text
	for rest != "" {
		var choices []string
		choices, rest = nextPlaceholder(rest)
		if len(choices) == 2 { // a name
			values, ok := v.b.values[choices[1]]
			if !ok || len(values) == 0 {
				return nil, fmt.Errorf("the placeholder %%%s%% has no values here", choices[1])
			}
			choices = values
		}
		var next []string
		for _, o := range out {
			for _, c := range choices {
				next = append(next, o+c)
			}
		}
		if len(next) > maxVariants {
			return nil, fmt.Errorf("placeholders make more than %d values", maxVariants)
		}
		out = next
	}
	return out, nil
}

// nextPlaceholder divides a text: plain text as one choice, or "" and the name
// of a placeholder. \% is a plain percent sign.
func nextPlaceholder(text string) (choices []string, rest string) {
	if text[0] == '%' {
		name, after, closed := strings.Cut(text[1:], "%")
		if closed && name != "" && !strings.ContainsAny(name, ` \`) {
			return []string{"", name}, after
		}
		return []string{"%"}, text[1:]
	}
	if strings.HasPrefix(text, `\%`) {
		return []string{"%"}, text[2:]
	}
	for i := 1; i < len(text); i++ {
		if text[i] == '%' || strings.HasPrefix(text[i:], `\%`) {
			return []string{text[:i]}, text[i:]
		}
	}
	return []string{text}, ""
}

func (v *valueBuilder) null(s scalar) *expr {
	if v.field == keywords {
		return v.refuse(s, "null cannot be a keyword", "name a field")
	}
	if p := v.plan; p.kind != "" || p.part != "" || p.wrap != "" || p.expand || p.cased || len(p.encode) > 0 {
		return v.refuse(s, "null takes no modifier but neq", "write field: null")
	}
	s.text = "null"
	return v.leaf(s, "null", atom{kind: atomNull})
}

func (v *valueBuilder) exists(s scalar) *expr {
	if s.kind != scalarBool {
		return v.refuse(s, "exists takes true or false", "")
	}
	e := v.leaf(s, "exists", atom{kind: atomExists})
	if s.text == "false" {
		return notOf(e)
	}
	return e
}

func (v *valueBuilder) fieldref(s scalar) *expr {
	if s.kind != scalarText || s.text == "" {
		return v.refuse(s, "fieldref takes the name of a field", "")
	}
	other := v.b.field(s.text, v.fields)
	a := atom{kind: atomFieldRef, other: other, wrap: v.plan.wrap, cased: v.plan.cased}
	return v.leaf(s, v.plan.wrap+" "+strconv.Itoa(int(other)), a)
}

func (v *valueBuilder) compare(s scalar) *expr {
	if s.kind != scalarNumber {
		return v.refuse(s, fmt.Sprintf("the modifier %q takes a number, and this is none", v.plan.part+v.plan.kind), "write it without quotes")
	}
	n, err := strconv.ParseFloat(s.text, 64)
	if err != nil {
		return v.refuse(s, "not a number: "+s.text, "")
	}
	a := atom{kind: atomCompare, op: v.plan.kind, part: v.plan.part, num: n}
	return v.leaf(s, a.part+" "+a.op+" "+s.text, a)
}

func (v *valueBuilder) regexp(s scalar, text string) *expr {
	re, err := compileRegexp(text, v.plan.flags)
	if err != nil {
		return v.refuse(s, err.Error(), "use only what RE2 has: no look-around and no back references")
	}
	a := atom{kind: atomRegexp, re: re, literal: longEnough(literalOf(re.String()))}
	return v.leaf(s, re.String(), a)
}

func (v *valueBuilder) cidr(s scalar, text string) *expr {
	net, err := network(text)
	if err != nil {
		return v.refuse(s, err.Error(), "write a network such as 10.0.0.0/8 or fe80::/10")
	}
	return v.leaf(s, net.String(), atom{kind: atomCIDR, net: net})
}

func network(text string) (netip.Prefix, error) {
	net, err := netip.ParsePrefix(text)
	if err != nil {
		return net, fmt.Errorf("%q is no network in CIDR notation", text)
	}
	if net.Masked() != net {
		return net, fmt.Errorf("the network %q has bits behind its prefix", text)
	}
	if net.Addr().Is4In6() {
		return net, errors.New("an IPv4 network in IPv6 notation is not supported")
	}
	return net, nil
}

// longEnough drops a literal that is found too often to lead to an atom that is
// costly to decide; such an atom is decided when a rule asks.
func longEnough(literal string) string {
	if len(literal) < 3 {
		return ""
	}
	return literal
}

// text builds the atoms of a text, of which encodings may make several.
func (v *valueBuilder) text(s scalar, text string) *expr {
	p := parsePattern(text)
	if s.kind == scalarNumber {
		p = pattern{{tokenText, text}}
	}
	variants, err := encoded(p, v.plan.encode)
	if err != nil {
		return v.refuse(s, err.Error(), "")
	}
	before, after := v.plan.before, v.plan.after
	if v.field == keywords && v.plan.wrap == "" {
		before, after = true, true
	}
	var some []*expr
	for _, variant := range variants {
		variant = variant.around(before, after)
		a := atom{kind: atomText, cased: v.plan.cased, literal: foldString(variant.longest())}
		_, a.whole = variant.plain()
		if !v.plan.cased {
			variant = variant.folded()
		}
		a.text = variant
		if !a.whole && a.form() == formPattern {
			a.literal = longEnough(a.literal)
		}
		some = append(some, v.leaf(s, variant.key(), a))
	}
	return orOf(some...)
}

// key writes a pattern so that different ones differ.
func (p pattern) key() string {
	var b strings.Builder
	for _, t := range p {
		fmt.Fprintf(&b, "%d%q", t.kind, t.text)
	}
	return b.String()
}
