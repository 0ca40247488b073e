package gs1_test

import (
	"testing"

	"linghang/lib/codeid/gs1"
)

// FuzzParseElements: what is read is written so that it is read again the same.
func FuzzParseElements(f *testing.F) {
	for _, p := range pairs {
		f.Add(p.elements)
	}
	f.Add("]d201095060001343521725122510ABC123\x1d21XYZ")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := gs1.ParseElements(text)
		if err != nil {
			return
		}
		again, err := gs1.ParseElements(gs1.Scanned(list))
		if err != nil || gs1.Scanned(again) != gs1.Scanned(list) {
			t.Fatalf("%q: %q: %v", text, gs1.Scanned(list), err)
		}
		i, err := gs1.Identify(list)
		if err != nil {
			return
		}
		link, err := gs1.ParseLink(i.Link(gs1.CanonicalDomain))
		if len(i.Link(gs1.CanonicalDomain)) < gs1.MaxText && (err != nil || link.Link("") != i.Link("")) {
			t.Fatalf("%s: %s: %v", i, i.Link(gs1.CanonicalDomain), err)
		}
	})
}

// FuzzParseLink: the canonical form is its own.
func FuzzParseLink(f *testing.F) {
	for _, l := range links {
		f.Add(l.link)
	}
	f.Fuzz(func(t *testing.T, text string) {
		i, err := gs1.ParseLink(text)
		if err != nil {
			return
		}
		canonical := i.Link(gs1.CanonicalDomain)
		again, err := gs1.ParseLink(canonical)
		if len(canonical) < gs1.MaxText && (err != nil || again.Link(gs1.CanonicalDomain) != canonical) {
			t.Fatalf("%q: %s: %v", text, canonical, err)
		}
	})
}

// FuzzParseEPC: an EPC comes back from what it identifies.
func FuzzParseEPC(f *testing.F) {
	for _, p := range pairs {
		f.Add(p.epc)
	}
	f.Fuzz(func(t *testing.T, text string) {
		i, err := gs1.ParseEPC(text)
		if err != nil {
			return
		}
		for digits := 6; digits <= 12; digits++ {
			epc, err := i.EPC(digits)
			if err != nil {
				continue
			}
			again, err := gs1.ParseEPC(epc)
			if err != nil || again.String() != i.String() {
				t.Fatalf("%q: %s: %s, %v", text, epc, again, err)
			}
		}
	})
}
