package codeid

import "strings"

// recogniseDID recognises decentralised identifiers (DID 1.0, section 3.1), and
// addresses below one, of which the canonical form leaves nothing out.
func recogniseDID(text string) []Candidate {
	rest, ok := strings.CutPrefix(text, "did:")
	if !ok {
		return nil
	}
	method, id, ok := strings.Cut(rest, ":")
	if !ok || method == "" || strings.Trim(method, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return nil
	}
	bare := id
	if end := strings.IndexAny(id, "/?#"); end >= 0 {
		bare = id[:end]
	}
	if bare == "" || strings.HasSuffix(bare, ":") || !isURI(bare, ".-_:") || !isURI(id[len(bare):], uriMarks) {
		return nil
	}
	list := []Candidate{{DID, FormURI, text, ByScheme, true}}
	if method == "vaa" && isBase58(bare) {
		list = append(list, Candidate{VAA, FormURI, "did:vaa:" + bare, ByScheme, true})
	}
	return list
}

// uriMarks are what a URI may have beside letters, digits and what is encoded.
const uriMarks = ".-_~!$&'()*+,;=:@/?#"

// isURI tells whether a text has letters, digits, marks and encoded octets only.
func isURI(text, marks string) bool {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte(marks, c) >= 0:
		case c == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			i += 2
		default:
			return false
		}
	}
	return true
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// recogniseURN recognises the names of other namespaces than those of GS1 and of
// object identifiers. The canonical form is that by which two are compared (RFC
// 8141, section 3.1): without components, the namespace in small letters.
func recogniseURN(text string) []Candidate {
	rest, ok := cutScheme(text, "urn:")
	if !ok {
		return nil
	}
	space, name, ok := strings.Cut(rest, ":")
	space = strings.ToLower(space)
	if !ok || len(space) < 2 || len(space) > 32 || space == "epc" || space == "oid" || space[0] == '-' || space[len(space)-1] == '-' ||
		strings.Trim(space, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return nil
	}
	bare := name
	for _, component := range []string{"?+", "?=", "#"} {
		bare, _, _ = strings.Cut(bare, component)
	}
	if bare == "" || bare[0] == '/' || !isURI(bare, ".-_~!$&'()*+,;=:@/") || !isURI(name, uriMarks) {
		return nil
	}
	return []Candidate{{URN, FormURI, "urn:" + space + ":" + foldEncoded(bare), ByScheme, true}}
}

// foldEncoded raises the letters of encoded octets.
func foldEncoded(text string) string {
	b := []byte(text)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], fold(string(b[i+1:i+3])))
		}
	}
	return string(b)
}
