package gs1

import (
	"slices"
	"strings"
)

// Identification is what elements identify: a key with its qualifiers in order,
// and what else they say of it.
type Identification struct {
	Key        Element
	Qualifiers []Element
	Attributes []Element // by application identifier
}

// qualifiersOf returns the qualifiers a key may have, in order, and false for
// what is no key. A key may have alternatives.
func qualifiersOf(ai string) ([][]string, bool) {
	switch ai {
	case "01":
		return [][]string{{"22", "10", "21"}, {"235"}}, true
	case "8006":
		return [][]string{{"22", "10", "21"}}, true
	case "414":
		return [][]string{{"254"}, {"7040"}}, true
	case "415":
		return [][]string{{"8020"}}, true
	case "417", "8004":
		return [][]string{{"7040"}}, true
	case "8010":
		return [][]string{{"8011"}}, true
	case "8017", "8018":
		return [][]string{{"8019"}}, true
	case "00", "253", "255", "401", "402", "8003", "8013":
		return [][]string{nil}, true
	default:
		return nil, false
	}
}

// Identify tells what elements identify: by the first key among them.
func Identify(list []Element) (Identification, error) {
	at := slices.IndexFunc(list, func(e Element) bool {
		_, ok := qualifiersOf(e.AI)
		return ok
	})
	if at < 0 {
		return Identification{}, syntax("no element is a key")
	}
	i := Identification{Key: list[at]}
	if i.Key.AI == "415" && !slices.ContainsFunc(list, func(e Element) bool { return e.AI == "8020" }) {
		return Identification{}, syntax("(415) needs (8020)")
	}
	alternatives, _ := qualifiersOf(i.Key.AI)
	chosen := alternatives[0]
	for _, qualifiers := range alternatives {
		if slices.ContainsFunc(list, func(e Element) bool { return slices.Contains(qualifiers, e.AI) }) {
			chosen = qualifiers
			break
		}
	}
	for _, ai := range chosen {
		if q := slices.IndexFunc(list, func(e Element) bool { return e.AI == ai }); q >= 0 {
			i.Qualifiers = append(i.Qualifiers, list[q])
		}
	}
	for n, e := range list {
		if n == at || e == i.Key || slices.Contains(i.Qualifiers, e) || slices.Contains(i.Attributes, e) {
			continue
		}
		for _, other := range alternatives {
			if slices.Contains(other, e.AI) {
				return Identification{}, syntax("(%s) does not go with (%s)", e.AI, i.Qualifiers[0].AI)
			}
		}
		i.Attributes = append(i.Attributes, e)
	}
	slices.SortStableFunc(i.Attributes, func(a, b Element) int { return strings.Compare(a.AI, b.AI) })
	return i, nil
}

// Elements returns key, qualifiers and attributes.
func (i Identification) Elements() []Element {
	return slices.Concat([]Element{i.Key}, i.Qualifiers, i.Attributes)
}

// String returns the elements with brackets.
func (i Identification) String() string { return Brackets(i.Elements()) }

// Up returns what is one level above, without attributes: the batch of a serial
// number, the GTIN of a batch; false at the key.
func (i Identification) Up() (Identification, bool) {
	n := len(i.Qualifiers)
	if n == 0 {
		return Identification{}, false
	}
	return Identification{Key: i.Key, Qualifiers: i.Qualifiers[: n-1 : n-1]}, true
}

// CompanyDigits returns the digits of the key that begin with the prefix of a
// company: those behind the indicator of a GTIN and the extension of an SSCC.
func (i Identification) CompanyDigits() string {
	digits := i.Key.Value
	switch i.Key.AI {
	case "00", "01", "8003", "8006":
		digits = digits[1:]
	default:
	}
	if end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		return digits[:end]
	}
	return digits
}
