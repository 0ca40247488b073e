package stix

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Canonical writes a JSON document by the JSON Canonicalization Scheme (RFC
// 8785): keys in the order of their UTF-16 units, numbers as ECMAScript writes
// IEEE 754 doubles, no blanks. A number beyond the range of doubles is an error.
func Canonical(data []byte) ([]byte, error) {
	n, err := parseTree(string(data))
	if err != nil {
		return nil, err
	}
	return canonical(nil, n)
}

func canonical(out []byte, n *node) ([]byte, error) {
	var err error
	switch n.kind {
	case kindText:
		return quoted(out, n.text), nil
	case kindNumber:
		f, err := strconv.ParseFloat(n.text, 64)
		if err != nil {
			return nil, fmt.Errorf("stix: the number %s is no double", n.text)
		}
		return double(out, f), nil
	case kindList:
		out = append(out, '[')
		for i, k := range n.kids {
			if i > 0 {
				out = append(out, ',')
			}
			if out, err = canonical(out, k); err != nil {
				return nil, err
			}
		}
		return append(out, ']'), nil
	case kindObject:
		out = append(out, '{')
		for i, k := range sorted(n.kids) {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(quoted(out, k.key), ':')
			if out, err = canonical(out, k); err != nil {
				return nil, err
			}
		}
		return append(out, '}'), nil
	default:
		return append(out, n.text...), nil
	}
}

// sorted gives properties by their keys (RFC 8785 section 3.2.3).
func sorted(kids []*node) []*node {
	out := slices.Clone(kids)
	slices.SortFunc(out, func(a, b *node) int { return byUnits(a.key, b.key) })
	return out
}

// byUnits compares by UTF-16 units. UTF-8 orders the same but for characters
// outside the basic plane.
func byUnits(a, b string) int {
	plain := func(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r > 0xD7FF }) < 0 }
	if plain(a) && plain(b) {
		return cmp.Compare(a, b)
	}
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

// quoted writes a text (RFC 8785 section 3.2.2.2).
func quoted(out []byte, text string) []byte {
	const digits = "0123456789abcdef"
	out = append(out, '"')
	from := 0
	for i := range len(text) {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		out = append(out, text[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\b':
			out = append(out, `\b`...)
		case '\f':
			out = append(out, `\f`...)
		case '\n':
			out = append(out, `\n`...)
		case '\r':
			out = append(out, `\r`...)
		case '\t':
			out = append(out, `\t`...)
		default:
			out = append(out, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	return append(append(out, text[from:]...), '"')
}

// double writes a number as ECMAScript does (RFC 8785 section 3.2.2.3).
func double(out []byte, f float64) []byte {
	if f == 0 {
		return append(out, '0') // also of minus zero
	}
	if size := math.Abs(f); size >= 1e-6 && size < 1e21 {
		return strconv.AppendFloat(out, f, 'f', -1, 64)
	}
	text := strconv.FormatFloat(f, 'e', -1, 64)
	mantissa, exponent, _ := strings.Cut(text, "e")
	sign := exponent[:1]
	return append(out, mantissa+"e"+sign+strings.TrimLeft(exponent[1:], "0")...)
}

// Equal tells whether two JSON documents are the same but for blanks, the order
// of keys, and how texts are escaped and numbers are written. Numbers are
// compared exactly, not as doubles. An error says which document cannot be read.
func Equal(a, b []byte) (bool, error) {
	left, err := parseTree(string(a))
	if err != nil {
		return false, fmt.Errorf("the first document: %w", err)
	}
	right, err := parseTree(string(b))
	if err != nil {
		return false, fmt.Errorf("the second document: %w", err)
	}
	return equal(left, right), nil
}

func equal(a, b *node) bool {
	if a.kind != b.kind || len(a.kids) != len(b.kids) {
		return false
	}
	switch a.kind {
	case kindNumber:
		return a.text == b.text || decimal(a.text) == decimal(b.text)
	case kindList:
		return slices.EqualFunc(a.kids, b.kids, equal)
	case kindObject:
		return slices.EqualFunc(sorted(a.kids), sorted(b.kids), func(x, y *node) bool { return x.key == y.key && equal(x, y) })
	default:
		return a.text == b.text
	}
}

// decimal brings a number into one form: digits without zeros at either end,
// and the power of ten of the last.
func decimal(text string) string {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	digits, negative := strings.CutPrefix(mantissa, "-")
	whole, part, _ := strings.Cut(digits, ".")
	digits = strings.TrimLeft(whole+part, "0")
	short := strings.TrimRight(digits, "0")
	if short == "" {
		return "0"
	}
	power, err := strconv.ParseInt(exponent, 10, 32)
	if err != nil && exponent != "" {
		return text // an exponent that no number of this world has is only itself
	}
	power += int64(len(digits) - len(short) - len(part))
	if negative {
		short = "-" + short
	}
	return short + "e" + strconv.FormatInt(power, 10)
}
