package rest

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// maxTarget bounds the octets of an address that a browser is sent to.
const maxTarget = 8 << 10

// target returns the address in a value if a browser may be sent there: an
// absolute one that it loads from a server, and none that it runs or that would
// break out of a header.
func target(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if len(text) > maxTarget || strings.ContainsFunc(text, unicode.IsControl) || strings.ContainsRune(text, '\\') {
		return "", false
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || strings.ContainsAny(u.Host, "\"'<> ") || !slices.Contains([]string{"http", "https", "ftp"}, u.Scheme) {
		return "", false
	}
	return escape(u.String()), true
}

// escape percent-encodes what is not printable ASCII, or would end an attribute
// of HTML.
func escape(text string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c <= ' ', c >= 0x7f, strings.IndexByte(`"'<>`, c) >= 0:
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
