package intel

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/lib/stix"
)

// The object paths that what sensors record has something for, by what stands in them.
const (
	pathIPv4     = "ipv4-addr:value"
	pathIPv6     = "ipv6-addr:value"
	pathDomain   = "domain-name:value"
	pathURL      = "url:value"
	pathDst      = "network-traffic:dst_ref.value"
	pathSrc      = "network-traffic:src_ref.value"
	pathDstType  = "network-traffic:dst_ref.type"
	pathSrcType  = "network-traffic:src_ref.type"
	pathPort     = "network-traffic:dst_port"
	pathProtocol = "network-traffic:protocols[*]"
)

func addressPaths() []string { return []string{pathIPv4, pathIPv6, pathDst, pathSrc} }

// hashPaths are the ways in which hashes are written (STIX 2.1, section 10.6).
func hashPaths() []string {
	var out []string
	for _, name := range []string{"MD5", "SHA1", "SHA256", "SHA512", "SHA-1", "SHA-256", "SHA-512"} {
		out = append(out, "file:hashes."+name, "file:hashes.'"+name+"'")
	}
	return out
}

// Tokens are what transactions of TLS and HTTP say, by what they are.
const (
	tokenCert  = "certificate" // fingerprint
	tokenJA3   = "ja3"
	tokenJA3S  = "ja3s"
	tokenJA4   = "ja4"
	tokenAgent = "agent"
)

// tokenOf is what token stands in a path, "" of other paths. Those of certificates and of user
// agents are of the standard (STIX 2.1, sections 6.18 and 6.12.3); for JA3 and JA4 it has none,
// and these are how sources write them.
func tokenOf(path string) string {
	switch {
	case strings.HasPrefix(path, "x509-certificate:hashes."):
		return tokenCert
	case path == "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'":
		return tokenAgent
	}
	name, found := strings.CutPrefix(path, "network-traffic:extensions.'tls-ext'.")
	if !found {
		return ""
	}
	switch name = strings.TrimSuffix(name, "_hash"); name {
	case tokenJA3, tokenJA3S, tokenJA4:
		return name
	}
	return ""
}

func tokenPaths() []string {
	out := []string{"network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'"}
	for _, p := range hashPaths() {
		out = append(out, "x509-certificate:hashes."+strings.TrimPrefix(p, "file:hashes."))
	}
	for _, name := range []string{tokenJA3, tokenJA3S, tokenJA4} {
		out = append(out, "network-traffic:extensions.'tls-ext'."+name, "network-traffic:extensions.'tls-ext'."+name+"_hash")
	}
	return out
}

// tokenKey is how a token is written here: fingerprints without what stands between digits.
func tokenKey(kind, v string) string {
	switch kind {
	case tokenAgent:
		return kind + " " + strings.TrimSpace(v)
	case tokenCert:
		v = strings.ReplaceAll(v, ":", "")
	}
	return kind + " " + strings.ToLower(v)
}

// valuePaths are those by whose values indicators are found.
func valuePaths() []string {
	return slices.Concat(addressPaths(), []string{pathDomain, pathURL}, hashPaths(), tokenPaths())
}

func allPaths() []string {
	return slices.Concat(valuePaths(), []string{pathDstType, pathSrcType, pathPort, pathProtocol})
}

// Trouble is why an indicator is not matched.
type Trouble string

// The troubles.
const (
	Matched       Trouble = ""
	OtherLanguage Trouble = "pattern_type" // snort, yara, sigma and others
	NotPattern    Trouble = "pattern"      // what of it is not recorded, or not understood
	NoValue       Trouble = "no_value"     // nothing by which it could be found
	NotValue      Trouble = "value"        // a value that is not what its path says
	Private       Trouble = "private"      // an address that everybody has
	TooBroad      Trouble = "broad"        // a network so large that it is no sign of anything
)

// TroubleError says why an indicator is not matched.
type TroubleError struct {
	Trouble Trouble
	Text    string // what of it
}

func (e *TroubleError) Error() string { return string(e.Trouble) + ": " + e.Text }

func troubled(t Trouble, format string, args ...any) error {
	return &TroubleError{t, fmt.Sprintf(format, args...)}
}

// Bounds of networks: a shorter prefix is too broad.
const (
	shortest4 = 12
	shortest6 = 24
)

// compiled is an indicator as it is matched.
type compiled struct {
	id         string
	object     stix.ID
	name       string
	source     string
	tlp        string
	confidence int64
	from, to   time.Time // to: zero has no end

	pattern  *stix.Pattern
	kind     string
	keys     keys
	written  map[string][]string       // how values are written, by path and what they are
	networks map[string][]netip.Prefix // that values name, by path
}

// keys are by what an indicator is found.
type keys struct {
	addresses []netip.Addr
	networks  []netip.Prefix
	names     []string
	hashes    []string
	tokens    []string
}

func (k keys) size() int {
	return len(k.addresses) + len(k.networks) + len(k.names) + len(k.hashes) + len(k.tokens)
}

// compile reads a pattern; an error is a TroubleError.
func compile(pattern, language string) (*compiled, error) {
	if language != "stix" {
		return nil, troubled(OtherLanguage, "%.40s", language)
	}
	p, err := stix.ParsePattern(pattern, allPaths())
	if err != nil {
		return nil, troubled(NotPattern, "%s", strings.TrimPrefix(err.Error(), "stix: "))
	}
	c := &compiled{pattern: p, written: map[string][]string{}, networks: map[string][]netip.Prefix{}}
	for _, t := range p.Terms() {
		if err := c.term(t); err != nil {
			return nil, err
		}
	}
	anchors := p.Anchors(valuePaths())
	if len(anchors) == 0 {
		return nil, troubled(NoValue, "%.200s", pattern)
	}
	for _, t := range anchors {
		for _, v := range t.Values {
			if err := c.key(t.Path, v); err != nil {
				return nil, err
			}
		}
	}
	c.kind = kindOf(anchors)
	return c, nil
}

// kindOf is what an indicator is about, mixed where that is several.
func kindOf(anchors []stix.Term) string {
	out := ""
	for _, t := range anchors {
		k := "hash"
		switch {
		case slices.Contains(addressPaths(), t.Path):
			k = "address"
		case t.Path == pathDomain:
			k = "domain"
		case t.Path == pathURL:
			k = "url"
		case tokenOf(t.Path) == tokenAgent:
			k = "other"
		case tokenOf(t.Path) != "":
			k = "fingerprint"
		}
		if out != "" && out != k {
			return "mixed"
		}
		out = k
	}
	return out
}

// term notes how the values of a comparison are written: what is recorded is written in one
// way, and a pattern compares texts.
func (c *compiled) term(t stix.Term) error {
	if !slices.Contains(valuePaths(), t.Path) {
		return nil
	}
	if t.Not {
		return troubled(NotPattern, "NOT and != of %s would hold for whatever else is recorded", t.Path)
	}
	if t.Path == pathURL && t.Op != "=" && t.Op != "IN" {
		return troubled(NotPattern, "%s of %s: whole URLs are not recorded, only their hosts", t.Op, t.Path)
	}
	if t.Op != "=" && t.Op != "IN" {
		return nil
	}
	for _, v := range t.Values {
		key, err := c.plain(t.Path, v)
		if err != nil {
			return err
		}
		c.written[t.Path+" "+key] = append(c.written[t.Path+" "+key], v)
	}
	return nil
}

// plain is a value as observations have it; networks are noted.
func (c *compiled) plain(path, v string) (string, error) {
	switch {
	case slices.Contains(addressPaths(), path) && strings.Contains(v, "/"):
		n, err := netip.ParsePrefix(v)
		if err != nil {
			return "", troubled(NotValue, "%s = %.80s", path, v)
		}
		c.networks[path] = append(c.networks[path], n.Masked())
		return n.Masked().String(), nil
	case slices.Contains(addressPaths(), path):
		if a, err := netip.ParseAddr(v); err == nil {
			return a.Unmap().WithZone("").String(), nil
		}
		return v, nil
	case path == pathURL:
		return hostOf(v), nil
	case tokenOf(path) != "":
		return tokenKey(tokenOf(path), v), nil
	}
	return strings.ToLower(strings.TrimSuffix(v, ".")), nil
}

// key adds by what an indicator is found.
func (c *compiled) key(path, v string) error {
	switch {
	case slices.Contains(addressPaths(), path):
		return c.addressKey(path, v)
	case path == pathURL:
		h := hostOf(v)
		if a, err := netip.ParseAddr(h); err == nil {
			return c.addressKey(path, a.String())
		}
		if nameOf(h) == "" {
			return troubled(NotValue, "%s = %.200s", path, v)
		}
		c.keys.names = append(c.keys.names, nameOf(h))
	case path == pathDomain:
		n := nameOf(v)
		if n == "" {
			return troubled(NotValue, "%s = %.200s", path, v)
		}
		c.keys.names = append(c.keys.names, n)
	case tokenOf(path) != "":
		k := tokenKey(tokenOf(path), v)
		if !isToken(tokenOf(path), k) {
			return troubled(NotValue, "%s = %.200s", path, v)
		}
		c.keys.tokens = append(c.keys.tokens, k)
	default:
		if !isHash(v) {
			return troubled(NotValue, "%s = %.200s", path, v)
		}
		c.keys.hashes = append(c.keys.hashes, strings.ToLower(v))
	}
	return nil
}

// isToken tells whether a value is what its path says.
func isToken(kind, key string) bool {
	v := key[len(kind)+1:]
	switch kind {
	case tokenCert:
		return isHash(v)
	case tokenJA3, tokenJA3S:
		return len(v) == 32 && isHash(v)
	case tokenJA4:
		return ja4Form.MatchString(v)
	}
	return len(v) >= shortestAgent
}

// shortestAgent keeps an indicator of a user agent from being found wherever there is one.
const shortestAgent = 4

// ja4Form is a_b_c of JA4: transport, version, name and counts; ciphers; extensions.
var ja4Form = regexp.MustCompile(`^[tqd][0-9a-z]{9}_[0-9a-f]{12}_[0-9a-f]{12}$`)

func (c *compiled) addressKey(path, v string) error {
	n, err := netip.ParsePrefix(v)
	if err != nil {
		a, err := netip.ParseAddr(v)
		if err != nil {
			return troubled(NotValue, "%s = %.80s", path, v)
		}
		a = a.Unmap().WithZone("")
		n = netip.PrefixFrom(a, a.BitLen())
	}
	n = n.Masked()
	switch {
	case n.Addr().Is4() && n.Bits() < shortest4 || n.Addr().Is6() && n.Bits() < shortest6:
		return troubled(TooBroad, "%s = %.80s", path, v)
	case everybodys(n.Addr()):
		return troubled(Private, "%s = %.80s", path, v)
	case n.IsSingleIP():
		c.keys.addresses = append(c.keys.addresses, n.Addr())
	default:
		c.keys.networks = append(c.keys.networks, n)
	}
	return nil
}

// everybodys tells whether an address says nothing of who has it.
func everybodys(a netip.Addr) bool {
	shared := netip.MustParsePrefix("100.64.0.0/10")
	return a.IsPrivate() || a.IsLoopback() || a.IsUnspecified() || a.IsMulticast() || a.IsLinkLocalUnicast() || shared.Contains(a) || a == netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// hit is that an observation matches an indicator.
type hit struct {
	*compiled
	path, value string // by which comparison, as the pattern writes it
	host        bool   // only by the host of an URL
	o           *observation
}

// match tells whether an observation matches, and by what.
func (c *compiled) match(o *observation) (hit, bool) {
	values := func(path string) []string { return c.values(o, path) }
	matched, by := c.pattern.Match(values)
	if !matched {
		return hit{}, false
	}
	h := hit{compiled: c, o: o, host: true}
	for _, t := range by {
		if !slices.Contains(valuePaths(), t.Path) {
			continue
		}
		v := t.Values[0]
		for _, x := range values(t.Path) {
			if (t.Op == "=" || t.Op == "IN") && slices.Contains(t.Values, x) {
				v = x
				break
			}
		}
		if h.path == "" || h.path == pathURL {
			h.path, h.value = t.Path, v
		}
		h.host = h.host && t.Path == pathURL && !slices.Contains(o.urls, v)
	}
	return h, true
}

// values are what an observation has of a path, and what of the pattern is the same written
// in another way.
func (c *compiled) values(o *observation, path string) []string {
	switch path {
	case pathIPv4, pathIPv6:
		return c.addresses(o, path)
	case pathDst:
		return c.address(path, o.server4)
	case pathSrc:
		return c.address(path, o.client4)
	case pathDstType:
		return typeOf(o.server4)
	case pathSrcType:
		return typeOf(o.client4)
	case pathDomain:
		return c.alike(path, o.names)
	case pathURL:
		return c.hosts(o)
	case pathPort:
		if o.port > 0 {
			return []string{strconv.Itoa(o.port)}
		}
		return nil
	case pathProtocol:
		return o.protocols
	}
	if kind := tokenOf(path); kind != "" {
		return c.tokens(o, path, kind)
	}
	return c.alike(path, o.hashes)
}

func (c *compiled) addresses(o *observation, path string) (out []string) {
	for _, a := range o.addresses {
		if a.Is4() == (path == pathIPv4) {
			out = append(out, c.address(path, a)...)
		}
	}
	return out
}

// tokens are those of a kind, as the pattern writes them.
func (c *compiled) tokens(o *observation, path, kind string) (out []string) {
	for _, k := range o.tokens {
		if rest, mine := strings.CutPrefix(k, kind+" "); mine {
			out = append(append(out, rest), c.written[path+" "+k]...)
		}
	}
	return out
}

// alike are values, and what of the pattern is the same.
func (c *compiled) alike(path string, list []string) (out []string) {
	for _, x := range list {
		out = append(append(out, x), c.written[path+" "+x]...)
	}
	return out
}

// hosts are the URLs that were seen whole, and those of the pattern whose host was seen.
func (c *compiled) hosts(o *observation) []string {
	out := slices.Clone(o.urls)
	for _, a := range o.addresses {
		out = append(out, c.written[pathURL+" "+a.String()]...)
	}
	for _, n := range o.names {
		out = append(out, c.written[pathURL+" "+n]...)
	}
	return out
}

func (c *compiled) address(path string, a netip.Addr) []string {
	if !a.IsValid() {
		return nil
	}
	out := append([]string{a.String()}, c.written[path+" "+a.String()]...)
	for _, n := range c.networks[path] {
		if n.Contains(a) {
			out = append(out, c.written[path+" "+n.String()]...)
		}
	}
	return out
}

func typeOf(a netip.Addr) []string {
	switch {
	case a.Is4():
		return []string{"ipv4-addr"}
	case a.Is6():
		return []string{"ipv6-addr"}
	}
	return nil
}
