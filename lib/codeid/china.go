package codeid

import "strings"

// ecodeVersion is a version of Ecode: the digits of the numbering system, and at
// most how many the main code has.
type ecodeVersion struct {
	system, code int
	digits       bool
}

// ecodeVersions returns the versions in text form (GB/T 31866-2015, table 1; the
// edition of 2023 keeps version 0 for GS1).
func ecodeVersions() map[byte]ecodeVersion {
	return map[byte]ecodeVersion{'1': {4, 20, true}, '2': {4, 28, true}, '3': {5, 39, true}, '4': {5, 1024, false}}
}

// leastEcode is how many digits an Ecode has that stands alone: shorter ones are
// more likely something else.
const leastEcode = 19

// recogniseEcode recognises Ecode in text form. The canonical form is the code
// alone.
func recogniseEcode(text string) []Candidate {
	if code, ok := cutScheme(text, "ecode:"); ok {
		if code = strings.TrimSpace(code); isEcode(code) {
			return []Candidate{{Ecode, FormURI, code, ByScheme, true}}
		}
		return nil
	}
	if len(text) >= leastEcode && isNumber(text) && isEcode(text) {
		return []Candidate{{Ecode, FormPlain, text, ByLength, false}}
	}
	return nil
}

func isEcode(code string) bool {
	if code == "" {
		return false
	}
	v, ok := ecodeVersions()[code[0]]
	if !ok || len(code) < 1+v.system+1 || len(code) > 1+v.system+v.code || !isNumber(code[1:1+v.system]) {
		return false
	}
	main := code[1+v.system:]
	return v.digits && isNumber(main) || !v.digits && isPrinted(main)
}

// Bounds of a code under ISO/IEC 15459.
const (
	agencyVAA  = "VAA"
	maxVAA     = 50
	leastVAA   = 6
	identifier = "25S" // of data that is such a code (ANSI MH10.8.2)
)

// recogniseVAA recognises codes whose issuing agency is VAA. The canonical form is
// the code without a data identifier.
func recogniseVAA(text string) []Candidate {
	code := strings.TrimPrefix(text, identifier)
	if !strings.HasPrefix(code, agencyVAA) || len(code) < leastVAA || len(code) > maxVAA {
		return nil
	}
	if strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" || !strings.ContainsAny(code, digits) {
		return nil
	}
	return []Candidate{{VAA, FormPlain, code, ByAgency, false}}
}

// isBase58 tells whether a text has the characters and the length of an
// identifier of did:vaa.
func isBase58(text string) bool {
	const set = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	return len(text) >= 27 && len(text) <= 31 && strings.Trim(text, set) == ""
}
