package csaf

import (
	"slices"
	"strings"
	"unicode"
)

// InUse is a product in use, as an inventory knows it. What is not known is "".
type InUse struct {
	Vendor      string
	Name        string // such as SIMATIC S7-1500
	Model       string // such as CPU 1515-2 PN
	OrderNumber string // such as 6ES7 515-2AM01-0AB0
	Version     string // of the firmware or software
}

// Names makes names comparable.
type Names struct {
	// Vendors gives one name for several: the key and the value are as written,
	// case and legal forms do not count ("Schneider Electric Software, LLC":
	// "Schneider Electric").
	Vendors map[string]string
}

// compiled gives comparable names by comparable names.
func (n Names) compiled() map[string]string {
	out := make(map[string]string, len(n.Vendors))
	for from, to := range n.Vendors {
		out[vendorKey(from)] = vendorKey(to)
	}
	return out
}

// Vendor gives the comparable name of a vendor: two that are the same vendor have one.
func (n Names) Vendor(name string) string { return vendorIn(n.compiled(), name) }

// Lookup gives Vendor for many names.
func (n Names) Lookup() func(name string) string {
	names := n.compiled()
	return func(name string) string { return vendorIn(names, name) }
}

func vendorIn(names map[string]string, name string) string {
	key := vendorKey(name)
	if to, ok := names[key]; ok {
		return to
	}
	return key
}

// legalForms are words that say nothing of who a vendor is.
func legalForms() []string {
	return []string{"inc", "incorporated", "llc", "ltd", "limited", "gmbh", "ag", "se", "sa", "spa", "srl", "bv", "nv", "co", "corp", "corporation", "company", "kg", "oy", "ab", "as", "plc", "kk", "the"}
}

func vendorKey(name string) string {
	var out []string
	for _, x := range [][2]string{{"S.p.A", "spa"}, {"B.V", "bv"}, {"N.V", "nv"}, {"Co.,", "co "}} {
		name = strings.ReplaceAll(name, x[0], x[1])
	}
	for _, t := range tokens(name) {
		if !slices.Contains(legalForms(), t) {
			out = append(out, t)
		}
	}
	return strings.Join(out, " ")
}

// tokens divides a name into words and numbers in small letters: S7-1500 is s7 and 1500.
func tokens(text string) []string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.DeleteFunc(words, func(w string) bool {
		return w == "series" || w == "family" || w == "the" || w == "firmware" || w == "software" || w == "and"
	})
}

// fits compares an order or model number with a pattern of an advisory, in which
// * stands for any characters and ? for one; blanks, dashes and case do not count.
func fits(pattern, number string) bool {
	p, n := bare(pattern), bare(number)
	i, j, star, mark := 0, 0, -1, 0
	for j < len(n) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == n[j]):
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p) && n != ""
}

func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '_' || r == '.' || r == '/' {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}
