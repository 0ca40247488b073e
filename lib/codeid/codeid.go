// Package codeid recognises what an identifier is one of: GS1, DID, OID, URN,
// Ecode, VAA, Handle. Grammars that are closed are tried first, so that what can
// be only one thing comes before what may be many; each candidate has a canonical
// form and the reason why it fits.
//
// It follows RFC 8141 (URN), RFC 3061 and ITU-T X.660 (OID), DID 1.0 of the W3C,
// GB/T 31866-2015 (Ecode), ISO/IEC 15459 (VAA), RFC 3651 (Handle), and package gs1.
// Nothing is looked up: what is recognised may well not exist.
package codeid

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is how many octets a text may have that is recognised.
const MaxText = 4096

// System is what an identifier belongs to.
type System string

// Systems.
const (
	GS1    System = "gs1"
	DID    System = "did"
	OID    System = "oid"
	URN    System = "urn"
	Ecode  System = "ecode"
	VAA    System = "vaa"
	Handle System = "handle"
)

// Form is how an identifier is written.
type Form string

// Forms.
const (
	FormElements    Form = "elements"     // of GS1, with brackets or as scanned
	FormDigitalLink Form = "digital-link" // of GS1
	FormEPC         Form = "epc"          // of GS1
	FormGTIN        Form = "gtin"         // digits alone
	FormGLN         Form = "gln"          // digits alone
	FormSSCC        Form = "sscc"         // digits alone
	FormURI         Form = "uri"          // with the scheme of the system
	FormAddress     Form = "address"      // of the web, at a resolver of the system
	FormDotted      Form = "dotted"       // an object identifier in digits and dots
	FormBraces      Form = "braces"       // an object identifier in braces, with names
	FormSuffixed    Form = "suffixed"     // an object identifier with a part of its own after a slash
	FormPlain       Form = "plain"        // without anything around it
	FormPrefix      Form = "prefix"       // the prefix of handles alone
)

// Reason is why a candidate fits.
type Reason string

// Reasons.
const (
	ByScheme     Reason = "scheme"      // it begins with the scheme of the system
	ByAddress    Reason = "address"     // it is the address of a resolver of the system
	ByElements   Reason = "elements"    // all of it is application identifiers with values in their formats
	ByCheckDigit Reason = "check-digit" // its last digit is the check digit; that of one number in ten is
	ByArcs       Reason = "arcs"        // its numbers are as those of object identifiers are
	ByAgency     Reason = "agency"      // it begins with the code of the issuing agency
	ByLength     Reason = "length"      // digits as many as the system has
	ByPrefix     Reason = "prefix"      // it begins as prefixes do, with a slash after it
)

// Candidate is what an identifier may be.
type Candidate struct {
	System    System
	Form      Form
	Canonical string
	Reason    Reason
	Sure      bool // nothing of another system is written so
}

// Recognise returns what a text may be, the surest first.
func Recognise(text string) []Candidate {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > MaxText || !utf8.ValidString(text) {
		return nil
	}
	var list []Candidate
	for _, recognise := range []func(string) []Candidate{recogniseGS1, recogniseDID, recogniseOID, recogniseURN, recogniseEcode, recogniseVAA, recogniseHandle} {
		list = append(list, recognise(text)...)
	}
	slices.SortStableFunc(list, func(a, b Candidate) int {
		switch {
		case a.Sure == b.Sure:
			return 0
		case a.Sure:
			return -1
		default:
			return 1
		}
	})
	return list
}

// cutScheme cuts a scheme off, whatever its case.
func cutScheme(text, scheme string) (string, bool) {
	if len(text) < len(scheme) || !strings.EqualFold(text[:len(scheme)], scheme) {
		return "", false
	}
	return text[len(scheme):], true
}

const digits = "0123456789"

// isNumber tells whether there are digits and nothing else.
func isNumber(s string) bool { return s != "" && strings.Trim(s, digits) == "" }

// isPrinted tells whether nothing in a text is invisible but spaces.
func isPrinted(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

// fold raises ASCII letters.
func fold(text string) string {
	b := []byte(text)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - ('a' - 'A')
		}
	}
	return string(b)
}
