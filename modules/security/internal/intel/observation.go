package intel

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/detection"
	"linghang/modules/security/internal/feed"
)

// mostWords bounds what is taken out of one text.
const mostWords = 64

// observation is what patterns are held against: a record, a conversation, or a log.
type observation struct {
	client, server string
	port           int
	protocols      []string
	host           string // that wrote a log
	record         string // evidence of detection
	first, last    time.Time

	client4, server4 netip.Addr // not valid where there is no address
	addresses        []netip.Addr
	names            []string // small letters, without the dot at the end
	hashes           []string // small letters
	urls             []string
	tokens           []string // of TLS and HTTP, see tokenKey
}

// of completes an observation whose client and server are known.
func (o *observation) of() {
	if a, err := netip.ParseAddr(o.client); err == nil {
		o.client4 = a.Unmap().WithZone("")
		o.addresses = append(o.addresses, o.client4)
	}
	if a, err := netip.ParseAddr(o.server); err == nil {
		o.server4 = a.Unmap().WithZone("")
		o.addresses = append(o.addresses, o.server4)
	}
}

// ofEvent is what a record says; nothing of one whose direction is corrected only.
func ofEvent(e detection.Event) (o observation, ok bool) {
	r := e.Record
	if len(r.Why) == 0 || r.Why[0] == batch.WhyCorrected {
		return o, false
	}
	o = observation{client: e.Client, server: e.Server, port: e.Port, protocols: words(r.Protocol, r.Transport), record: e.ID, first: e.At, last: e.At}
	o.of()
	o.read(r.Text)
	return o, true
}

// ofTalk is what a conversation says.
func ofTalk(t batch.Talk) observation {
	o := observation{client: t.Client, server: t.Server, port: int(t.Port), protocols: words(t.Protocol), first: t.First, last: t.Last}
	o.of()
	return o
}

// logLine is what a log of another sensor says.
type logLine struct {
	at                                                  time.Time
	kind, host, client, server, protocol, title, detail string
	port                                                int
	fields                                              []batch.LogField
}

// ofLog is what a log says: a transaction in its fields, other logs also in their texts. What a
// file is called is no name of a host, and is not taken for one.
func ofLog(l logLine) observation {
	o := observation{client: l.client, server: l.server, port: l.port, protocols: words(l.protocol), host: l.host, first: l.at, last: l.at}
	o.of()
	for _, f := range l.fields {
		o.field(f)
	}
	texts := []string{l.host, l.title, l.detail}
	if transaction(l.kind) && len(l.fields) > 0 {
		texts = texts[:1]
	}
	for _, text := range texts {
		o.read(text)
	}
	return o
}

// transaction tells whether a log says nothing in its texts that it does not say in its fields.
func transaction(kind string) bool {
	return slices.Contains([]string{"dns", "tls", "http", "fileinfo"}, kind)
}

// field takes what a field of a transaction says.
func (o *observation) field(f batch.LogField) {
	switch f.Name {
	case feed.DNSQuery, feed.DNSAnswer, feed.TLSName, feed.TLSNames, feed.HTTPHost:
		o.named(f.Value)
	case feed.HTTPWhole:
		if h := hostOf(f.Value); h != "" {
			o.urls = append(o.urls, f.Value)
			o.named(h)
		}
	case feed.FileMD5, feed.FileSHA1, feed.FileSHA256:
		o.hashes = append(o.hashes, strings.ToLower(f.Value))
	case feed.TLSPrint:
		o.tokens = append(o.tokens, tokenKey(tokenCert, f.Value))
	case feed.TLSJA3:
		o.tokens = append(o.tokens, tokenKey(tokenJA3, f.Value))
	case feed.TLSJA3S:
		o.tokens = append(o.tokens, tokenKey(tokenJA3S, f.Value))
	case feed.TLSJA4:
		o.tokens = append(o.tokens, tokenKey(tokenJA4, f.Value))
	case feed.HTTPAgent:
		o.tokens = append(o.tokens, tokenKey(tokenAgent, f.Value))
	}
}

func words(list ...string) (out []string) {
	for _, w := range list {
		if w != "" {
			out = append(out, strings.ToLower(w))
		}
	}
	return out
}

// read takes addresses, names, URLs and hashes out of a text that somebody wrote.
func (o *observation) read(text string) {
	if len(text) < 4 {
		return
	}
	n := 0
	for _, word := range strings.FieldsFunc(text, apart) {
		if n++; n > mostWords {
			return
		}
		o.word(strings.Trim(word, ".:,;-"))
	}
}

// apart tells what stands between words of which one may be an address, a name, an URL or a hash.
func apart(r rune) bool {
	return r <= ' ' || strings.ContainsRune("\"'`<>()[]{}|,;=", r)
}

func (o *observation) word(w string) {
	switch {
	case len(w) < 4:
	case strings.Contains(w, "://"):
		if h := hostOf(w); h != "" {
			o.urls = append(o.urls, w)
			o.named(h)
		}
	case isHash(w):
		o.hashes = append(o.hashes, strings.ToLower(w))
	default:
		if a, err := netip.ParseAddrPort(w); err == nil {
			w = a.Addr().String()
		}
		o.named(w)
	}
}

// named adds an address or a name.
func (o *observation) named(w string) {
	if a, err := netip.ParseAddr(w); err == nil {
		o.addresses = append(o.addresses, a.Unmap().WithZone(""))
		return
	}
	if host, port, found := strings.Cut(w, ":"); found {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return
		}
		w = host
	}
	if n := nameOf(w); n != "" {
		o.names = append(o.names, n)
	}
}

// isHash tells whether a word has the form of MD5, SHA-1, SHA-256 or SHA-512.
func isHash(w string) bool {
	switch len(w) {
	case 32, 40, 64, 128:
	default:
		return false
	}
	for i := range len(w) {
		c := w[i] | 0x20
		if (w[i] < '0' || w[i] > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// hostOf is the host of an URL in small letters, "" of what is none.
func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return ""
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap().WithZone("").String()
	}
	return host
}

// domain is a name with a dot, letters of which the last label has one.
var domain = regexp.MustCompile(`^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+([a-z][a-z0-9-]{0,61}[a-z0-9])$`)

// nameOf is a domain name in small letters, "" of what is none.
func nameOf(w string) string {
	w = strings.ToLower(strings.TrimSuffix(w, "."))
	if len(w) > 253 || !strings.Contains(w, ".") || !domain.MatchString(w) {
		return ""
	}
	return w
}
