package feed

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Bounds of what is read of one transaction. They leave room for a batch of a thousand.
const (
	mostFields    = 32
	mostFieldText = 1024 // characters of one value
	mostFieldSize = 3072 // octets of all values
	mostValues    = 8    // values of one name, as answers of DNS
)

// Bounds of what is read of one event of Windows: command lines and scripts are long, and rules
// look at their ends.
const (
	mostData     = 48
	mostDataText = 4096
	mostDataSize = 8192
)

// Field is one thing that a transaction says, under a name of Names.
type Field struct {
	Name  string
	Value string
}

// Fact is what a transaction says of a device of the plant itself.
type Fact struct {
	MAC    string // empty where the writer does not tell it
	Addr   string
	Source string // protocol
	Kind   string
	Value  string
}

// fields gathers what a transaction says within the bounds; what has no room is left out.
type fields struct {
	list []Field
	size int
	long bool // the bounds are those of events of Windows
}

// bounds are how many values have room, how long each may be, and all of them.
func (f *fields) bounds() (count, text, size int) {
	if f.long {
		return mostData, mostDataText, mostDataSize
	}
	return mostFields, mostFieldText, mostFieldSize
}

func (f *fields) add(name string, values ...string) {
	n := 0
	count, text, size := f.bounds()
	for _, v := range values {
		v = cleanTo(v, text)
		if v == "" || n >= mostValues || slices.Contains(f.list, Field{name, v}) {
			continue
		}
		if len(f.list) >= count || f.size+len(v) > size {
			return
		}
		n++
		f.list, f.size = append(f.list, Field{name, v}), f.size+len(v)
	}
}

// secret is the name of a parameter whose value opens something.
var secret = regexp.MustCompile(`(?i)(passw|passwd|pwd|secret|token|api_?key|auth|session|sess_?id|^sid$|^key$|^pin$|^code$|credential|signature|^sig$)`)

// plainURL is an URL or its path without what is nobody's business: who signs in, the fragment,
// and the values of parameters that open something. Of the rest the city needs every letter, as
// indicators name whole URLs.
func plainURL(s string) string {
	s, _, _ = strings.Cut(s, "#")
	head, query, found := strings.Cut(s, "?")
	if scheme, rest, whole := strings.Cut(head, "://"); whole {
		host, path, slash := strings.Cut(rest, "/")
		if at := strings.LastIndexByte(host, '@'); at >= 0 {
			host = host[at+1:]
		}
		head = scheme + "://" + host
		if slash {
			head += "/" + path
		}
	}
	if !found {
		return head
	}
	parts := strings.Split(query, "&")
	for i, p := range parts {
		name, _, has := strings.Cut(p, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		if has && secret.MatchString(plain) {
			parts[i] = name + "=***"
		}
	}
	return head + "?" + strings.Join(parts, "&")
}

// ofPlant tells whether an address is one that a plant gives to its own: facts of others are
// nobody's assets.
func ofPlant(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && (a.IsPrivate() || a.IsLinkLocalUnicast())
}

// hostName is a name of a host, "" of an address and of what is neither.
func hostName(s string) string {
	s = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(s), "."))
	if _, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil || s == "" || len(s) > 253 || strings.ContainsAny(s, " /\\\"'<>*:@") {
		return ""
	}
	return s
}

// hex keeps the digits of a hash or a fingerprint, without what stands between them.
func hexadecimal(s string) string {
	s = strings.ToLower(strings.ReplaceAll(s, ":", ""))
	if len(s) > 128 || strings.Trim(s, "0123456789abcdef") != "" {
		return ""
	}
	return s
}
