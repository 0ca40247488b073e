package gs1

import (
	"strings"
)

// Element is an application identifier with its value.
type Element struct{ AI, Value string }

// Separator is FNC1 as scanners send it, between elements of variable length.
const Separator = "\x1d"

// NewElement returns an element whose value is in the format of its application
// identifier. A GTIN of 8, 12 or 13 digits gets its zeros.
func NewElement(ai, value string) (Element, error) {
	format, ok := formatOf(ai)
	if !ok {
		return Element{}, syntax("the application identifier (%.8s) is not known", ai)
	}
	if ai == "01" && (len(value) == 8 || len(value) == 12 || len(value) == 13) {
		value = strings.Repeat("0", 14-len(value)) + value
	}
	if err := matches(format, value); err != nil {
		return Element{}, syntax("(%s): %v", ai, err)
	}
	return Element{ai, value}, nil
}

// ParseElements reads an element string: with brackets, as people read it, or as
// scanners send it, with a symbology identifier or without.
func ParseElements(text string) ([]Element, error) {
	if len(text) > MaxText {
		return nil, syntax("the text has more than %d octets", MaxText)
	}
	text = strings.TrimSpace(text)
	var list []Element
	var err error
	if strings.HasPrefix(text, "(") {
		list, err = parseBrackets(text)
	} else {
		list, err = parseScanned(text)
	}
	if err != nil {
		return nil, err
	}
	seen := map[string]string{}
	for _, e := range list {
		if value, twice := seen[e.AI]; twice && value != e.Value {
			return nil, syntax("(%s) has two values", e.AI)
		}
		seen[e.AI] = e.Value
	}
	return list, nil
}

func parseBrackets(text string) ([]Element, error) {
	var list []Element
	for text != "" {
		ai, rest, ok := cutBrackets(text)
		if !ok {
			return nil, syntax("an application identifier in brackets is missing before %.20q", text)
		}
		end := 0
		for ; end < len(rest); end++ {
			if _, _, next := cutBrackets(rest[end:]); next {
				break
			}
		}
		e, err := NewElement(ai, rest[:end])
		if err != nil {
			return nil, err
		}
		list, text = append(list, e), rest[end:]
	}
	return list, nil
}

// cutBrackets reads an application identifier in brackets. A value may have
// brackets too, but with no such thing in them.
func cutBrackets(text string) (ai, rest string, ok bool) {
	if !strings.HasPrefix(text, "(") {
		return "", "", false
	}
	end := strings.IndexByte(text[:min(len(text), 6)], ')')
	if end < 0 {
		return "", "", false
	}
	_, ok = formatOf(text[1:end])
	return text[1:end], text[end+1:], ok
}

func parseScanned(text string) ([]Element, error) {
	for _, symbology := range []string{"]C1", "]e0", "]d2", "]Q3", "]J1"} {
		text = strings.TrimPrefix(text, symbology)
	}
	text = strings.TrimPrefix(text, Separator)
	if text == "" {
		return nil, syntax("there is no element")
	}
	var list []Element
	for text != "" {
		n := lengthOf(text)
		if n > len(text) {
			return nil, syntax("an application identifier ends early: %.20q", text)
		}
		ai, rest := text[:n], text[n:]
		value, after, separated := strings.Cut(rest, Separator)
		if fixed := predefined(ai); fixed > 0 {
			if len(rest) < fixed-n {
				return nil, syntax("(%s) ends early", ai)
			}
			value, after = rest[:fixed-n], strings.TrimPrefix(rest[fixed-n:], Separator)
			separated = false
		}
		if separated && after == "" {
			return nil, syntax("nothing follows the last separator")
		}
		e, err := NewElement(ai, value)
		if err != nil {
			return nil, err
		}
		list, text = append(list, e), after
	}
	return list, nil
}

// lengthOf returns how long the application identifier is that a text begins
// with, by its first two digits.
func lengthOf(text string) int {
	if len(text) < 2 {
		return 2
	}
	switch text[:2] {
	case "23", "24", "25", "40", "41", "42", "71":
		return 3
	case "31", "32", "33", "34", "35", "36", "39", "43", "70", "72", "80", "81", "82":
		return 4
	default:
		return 2
	}
}

// predefined returns how long an element is, identifier and value, that needs no
// separator (General Specifications, figure 7.8.5-2), or zero.
func predefined(ai string) int {
	switch ai[:2] {
	case "00":
		return 20
	case "01", "02", "03", "41":
		return 16
	case "11", "12", "13", "14", "15", "16", "17", "18", "19":
		return 8
	case "20":
		return 4
	case "31", "32", "33", "34", "35", "36":
		return 10
	default:
		return 0
	}
}

// Brackets writes elements as people read them.
func Brackets(list []Element) string {
	var b strings.Builder
	for _, e := range list {
		b.WriteString("(" + e.AI + ")" + e.Value)
	}
	return b.String()
}

// Scanned writes elements as scanners send them, those of predefined length
// first.
func Scanned(list []Element) string {
	var fixed, rest strings.Builder
	for _, e := range list {
		if predefined(e.AI) > 0 {
			fixed.WriteString(e.AI + e.Value)
			continue
		}
		if rest.Len() > 0 {
			rest.WriteString(Separator)
		}
		rest.WriteString(e.AI + e.Value)
	}
	return fixed.String() + rest.String()
}
