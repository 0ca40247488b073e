package codeid

import (
	"strconv"
	"strings"
)

// Bounds of an object identifier. An arc may be a UUID: 39 digits.
const (
	maxArcs      = 64
	maxArcDigits = 39
	leastDotted  = 3 // arcs of one that stands alone: 1.5 is a number
)

// recogniseOID recognises object identifiers. The canonical form is dotted.
func recogniseOID(text string) []Candidate {
	if dotted, ok := cutScheme(text, "urn:oid:"); ok {
		return oidCandidate(dotted, FormURI, ByScheme, 1, true)
	}
	if dotted, ok := cutScheme(text, "oid:"); ok {
		return oidCandidate(dotted, FormURI, ByScheme, 1, true)
	}
	if dotted, ok := cutScheme(text, "oid."); ok {
		return oidCandidate(dotted, FormURI, ByScheme, 1, true)
	}
	if strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") {
		if dotted, ok := fromBraces(text[1 : len(text)-1]); ok {
			return oidCandidate(dotted, FormBraces, ByArcs, 1, true)
		}
		return nil
	}
	dotted, suffix, suffixed := strings.Cut(text, "/")
	if !suffixed {
		return oidCandidate(dotted, FormDotted, ByArcs, leastDotted, false)
	}
	if suffix == "" || !isPrinted(suffix) || !isOID(dotted, leastDotted) {
		return nil
	}
	return []Candidate{{OID, FormSuffixed, text, ByArcs, false}}
}

func oidCandidate(dotted string, form Form, reason Reason, least int, sure bool) []Candidate {
	if !isOID(dotted, least) {
		return nil
	}
	return []Candidate{{OID, form, dotted, reason, sure}}
}

// IsOID tells whether a text is an object identifier in its dotted form.
func IsOID(dotted string) bool { return isOID(dotted, 1) }

// isOID tells whether a text is an object identifier of at least so many arcs
// (X.660, section 6.2).
func isOID(dotted string, least int) bool {
	arcs := strings.Split(dotted, ".")
	if len(arcs) < least || len(arcs) > maxArcs {
		return false
	}
	for _, arc := range arcs {
		if !isNumber(arc) || len(arc) > maxArcDigits || arc[0] == '0' && len(arc) > 1 {
			return false
		}
	}
	if len(arcs[0]) > 1 || arcs[0] > "2" {
		return false
	}
	if len(arcs) < 2 || arcs[0] == "2" {
		return true
	}
	second, err := strconv.Atoi(arcs[1])
	return err == nil && second < 40
}

// fromBraces reads the notation of values of ASN.1 (X.680, section 32), as
// {iso member-body(2) 156}.
func fromBraces(text string) (string, bool) {
	var dotted strings.Builder
	for n, word := range strings.Fields(text) {
		name, number, hasNumber := strings.Cut(word, "(")
		if hasNumber {
			if !strings.HasSuffix(number, ")") || !isArcName(name) {
				return "", false
			}
			number = strings.TrimSuffix(number, ")")
		} else if isNumber(word) {
			name, number = "", word
		}
		if known, ok := knownArc(dotted.String(), name); ok {
			if number != "" && number != known {
				return "", false
			}
			number = known
		}
		if !isNumber(number) || n == maxArcs {
			return "", false
		}
		if n > 0 {
			dotted.WriteByte('.')
		}
		dotted.WriteString(number)
	}
	return dotted.String(), true
}

func isArcName(name string) bool {
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && (i == 0 || (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-') {
			return false
		}
	}
	return name != ""
}

// knownArc returns the number of a name that needs none (X.660, annex A), below
// an object identifier.
func knownArc(above, name string) (string, bool) {
	switch above + "/" + name {
	case "/itu-t", "/ccitt", "0/recommendation", "1/standard":
		return "0", true
	case "/iso", "0/question", "1/registration-authority":
		return "1", true
	case "/joint-iso-itu-t", "/joint-iso-ccitt", "0/administration", "1/member-body":
		return "2", true
	case "0/network-operator", "1/identified-organization":
		return "3", true
	case "0/identified-organization":
		return "4", true
	case "2/country":
		return "16", true
	case "2/uuid":
		return "25", true
	case "2/example":
		return "999", true
	default:
		return "", false
	}
}
