package csaf

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

func (c *checker) rangeRules() {
	c.d.branches(func(b *node) {
		if b.value("category") != "product_version_range" {
			return
		}
		what, unknown := wrongRange(b.value("name"))
		if what != "" {
			c.fail(b.get("name"), fmt.Sprintf("%.200q is no range of versions in the form of VERS: %s", b.value("name"), what))
		}
		if unknown != "" {
			c.skip(fmt.Sprintf("the order of versions of the VERS type %q is not known here", unknown))
		}
	})
}

// wrongRange says what is wrong with a range that has to be VERS in its canonical form
// or the constraints of VERS alone, and names the type whose versions cannot be ordered.
func wrongRange(text string) (what, unknown string) {
	if text == "vers:/all" { // the test set of the standard has it as valid
		return "", ""
	}
	rest, vers := strings.CutPrefix(text, "vers:")
	if !vers {
		if len(text) >= 5 && strings.EqualFold(text[:5], "vers:") {
			return "vers: is in small letters", ""
		}
		_, what = constraintsOf(text)
		return what, ""
	}
	kind, constraints, _ := strings.Cut(rest, "/")
	switch {
	case kind == "" || !smallLetter(kind[0]) || strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz0123456789.-+") != "":
		return fmt.Sprintf("%q is no type", kind), ""
	case (kind == "all" || kind == "none") && constraints != "*":
		return "nothing but * may follow vers:" + kind + "/", ""
	case kind == "all" || kind == "none":
		return "", ""
	}
	all, what := constraintsOf(constraints)
	if what != "" {
		return what, ""
	}
	return ordered(kind, all)
}

func smallLetter(c byte) bool { return 'a' <= c && c <= 'z' }

// constraintsOf reads comparators with versions and tests what needs no order of them.
func constraintsOf(text string) (bounds, string) {
	var out bounds
	seen := map[string]bool{}
	for part := range strings.SplitSeq(text, "|") {
		b := bound{op: "=", version: part}
		for _, op := range []string{"<=", ">=", "!=", "<", ">", "="} {
			if rest, ok := strings.CutPrefix(part, op); ok {
				b = bound{op, rest}
				break
			}
		}
		if what := wrongVersion(b.version); what != "" {
			return nil, what
		}
		if seen[b.version] {
			return nil, fmt.Sprintf("the version %q is there twice", b.version)
		}
		seen[b.version] = true
		out = append(out, b)
	}
	return out, ""
}

func wrongVersion(v string) string {
	switch v {
	case "":
		return "a version is missing"
	case "*":
		return "all versions are vers:all/*"
	}
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c <= ' ' || c >= 0x7f:
			return "there is white space, or what is not ASCII"
		case strings.IndexByte("<>=!*", c) >= 0:
			return fmt.Sprintf("%q in a version is percent-encoded", c)
		case c == '%' && !encoded(v[i:]):
			return "% does not begin an encoded character in its canonical form"
		}
	}
	return ""
}

// encoded says that a text begins with a percent-encoded character that has to be one.
func encoded(text string) bool {
	const digits = "0123456789ABCDEF"
	if len(text) < 3 {
		return false
	}
	high, low := strings.IndexByte(digits, text[1]), strings.IndexByte(digits, text[2])
	if high < 0 || low < 0 {
		return false
	}
	c := byte(high<<4 | low) //nolint:gosec // two digits of four bits
	plain := smallLetter(c|0x20) || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
	return !plain
}

// ordered tests the order of constraints and which may follow which, where the
// order of versions is known.
func ordered(kind string, all bounds) (what, unknown string) {
	if !slices.Contains([]string{"intdot", "lexicographic", "datetime", "semver", "npm"}, kind) {
		return "", kind
	}
	for i := 1; i < len(all); i++ {
		order, ok := compareAs(kind, all[i-1].version, all[i].version)
		switch {
		case !ok:
			return "", kind
		case order == 0:
			return fmt.Sprintf("the versions %q and %q are the same", all[i-1].version, all[i].version), ""
		case order > 0:
			return fmt.Sprintf("the version %q is before %q", all[i].version, all[i-1].version), ""
		}
	}
	var last, bounded byte // the comparator before: without !=, and without = and !=
	for _, b := range all {
		switch c := b.op[0]; {
		case c == '!':
			continue
		case c == '<' && (last == '=' || bounded == '<'), c == '>' && bounded == '>':
			return fmt.Sprintf("%s%s may not follow what is before it", b.op, b.version), ""
		case c != '=':
			bounded = c
			last = c
		default:
			last = c
		}
	}
	return "", ""
}

// compareAs orders versions of the types of VERS that have an order which is defined in a few words.
func compareAs(kind, a, b string) (int, bool) {
	switch kind {
	case "intdot":
		return compareNumbers(a, b), true
	case "lexicographic":
		return strings.Compare(a, b), true
	case "datetime":
		x, err1 := time.Parse(time.RFC3339Nano, a)
		y, err2 := time.Parse(time.RFC3339Nano, b)
		return x.Compare(y), err1 == nil && err2 == nil
	case "semver", "npm":
		x, ok1 := parseDocVersion(a)
		y, ok2 := parseDocVersion(b)
		return x.compare(y), ok1 && ok2 && x.semantic && y.semantic
	default:
		return 0, false
	}
}

// compareNumbers orders numbers divided by dots, up to what is neither.
func compareNumbers(a, b string) int {
	numbers := func(text string) []string {
		end := strings.IndexFunc(text, func(r rune) bool { return r != '.' && !digit(r) })
		if end >= 0 {
			text = text[:end]
		}
		return strings.Split(text, ".")
	}
	as, bs := numbers(a), numbers(b)
	for i := range max(len(as), len(bs)) {
		x, y := "", ""
		if i < len(as) {
			x = strings.TrimLeft(as[i], "0")
		}
		if i < len(bs) {
			y = strings.TrimLeft(bs[i], "0")
		}
		if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
			return c
		}
	}
	return 0
}
