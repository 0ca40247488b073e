package codeid

import (
	"strings"

	"linghang/lib/codeid/gs1"
)

// recogniseGS1 gives the canonical Digital Link as the canonical form.
func recogniseGS1(text string) []Candidate {
	if _, ok := cutScheme(text, "urn:epc:"); ok {
		return gs1Candidate(FormEPC, ByScheme, true)(gs1.ParseEPC(text))
	}
	if _, ok := cutScheme(text, "http"); ok {
		return gs1Candidate(FormDigitalLink, ByAddress, true)(gs1.ParseLink(text))
	}
	if isNumber(text) {
		if list := recogniseKey(text); len(list) > 0 {
			return list
		}
	}
	elements, err := gs1.ParseElements(text)
	if err != nil {
		return nil
	}
	marked := strings.ContainsAny(text[:1], "(]\x1d") || strings.ContainsRune(text, '\x1d')
	if !marked && len(elements) == 1 && elements[0].AI != "00" && elements[0].AI != "01" {
		return nil // any text that begins with two such digits
	}
	return gs1Candidate(FormElements, ByElements, marked)(gs1.Identify(elements))
}

func gs1Candidate(form Form, reason Reason, sure bool) func(gs1.Identification, error) []Candidate {
	return func(i gs1.Identification, err error) []Candidate {
		if err != nil {
			return nil
		}
		return []Candidate{{GS1, form, i.Link(gs1.CanonicalDomain), reason, sure}}
	}
}

// recogniseKey recognises a key that stands alone, by its length and check digit.
func recogniseKey(number string) []Candidate {
	if !gs1.HasCheckDigit(number) || strings.Trim(number, "0") == "" {
		return nil
	}
	key := func(form Form, ai string) []Candidate {
		e, err := gs1.NewElement(ai, number)
		if err != nil {
			return nil
		}
		return gs1Candidate(form, ByCheckDigit, false)(gs1.Identify([]gs1.Element{e}))
	}
	switch len(number) {
	case 8, 12, 14:
		return key(FormGTIN, "01")
	case 13:
		return append(key(FormGTIN, "01"), key(FormGLN, "414")...)
	case 18:
		return key(FormSSCC, "00")
	default:
		return nil
	}
}
