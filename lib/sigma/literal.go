package sigma

import (
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// literalOf gives a folded text that everything which a regular expression
// matches contains; "" if none is seen.
func literalOf(expression string) string {
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return ""
	}
	return required(tree.Simplify())
}

// required looks for the longest text that cannot be left out.
func required(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		if slices.Contains(re.Rune, utf8.RuneError) { // also matches octets that are not UTF-8
			return ""
		}
		return foldString(string(re.Rune))
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return required(re.Sub[0])
		}
	case syntax.OpConcat:
		best := ""
		for _, sub := range re.Sub {
			if text := required(sub); len(text) > len(best) {
				best = text
			}
		}
		return best
	default: // may match texts of which nothing is certain
	}
	return ""
}
