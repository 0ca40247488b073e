package stix

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// value tests one value against the kind of its property (section 2).
func (r *run) value(at *way, n *node, p property) {
	if n.kind == kindNull {
		r.must(at, "value", "3.1", "null is no value; leave the property away")
		return
	}
	switch p.kind {
	case "strings", "enums", "refs", "langs", "many":
		r.list(at, n, p)
	case "one":
		r.part(at, n, p.types[0])
	case "bool":
		r.kind(at, n, kindBool)
	case "int":
		r.integer(at, n, p)
	case "float":
		r.float(at, n, p)
	case "hashes":
		r.hashes(at, n)
	case "dict":
		r.dictionary(at, n)
	case "object":
		if r.kind(at, n, kindObject) {
			r.free(at, n)
		}
	default:
		if r.kind(at, n, kindText) {
			r.text(at, n, p)
		}
	}
}

func (r *run) kind(at *way, n *node, k kind) bool {
	if n.kind != k {
		r.must(at, "type", "2", "%s is expected, not %s", k, n.kind)
		return false
	}
	return true
}

// text tests a value that is a text.
func (r *run) text(at *way, n *node, p property) {
	switch p.kind {
	case "time", "millis":
		r.timestamp(at, n.text, p.kind == "millis")
	case "ref":
		r.reference(at, n.text, p.types)
	case "enum":
		if !slices.Contains(p.types, n.text) {
			r.must(at, "enumeration", "2.4", "%.60q is none of %s", n.text, strings.Join(p.types, ", "))
		}
	case "version":
		if n.text != "2.1" {
			r.must(at, "spec_version", "3.2", "the version of the standard is 2.1 here, not %.20q", n.text)
		}
	default:
		r.form(at, n.text, p.kind)
	}
}

// form tests a text that has one; a string has none.
func (r *run) form(at *way, text, kind string) {
	var ok bool
	var wanted string
	rule, section := kind, r.sectionOf()
	switch kind {
	case "hex":
		_, err := hex.DecodeString(text)
		ok = err == nil && text != "" && strings.ToLower(text) == text
		section, wanted = "2.8", "pairs of hexadecimal digits, a to f in lower case"
	case "binary":
		_, err := base64.StdEncoding.DecodeString(text)
		ok = err == nil && text != ""
		section, wanted = "2.1", "Base64 (RFC 4648 section 4)"
	case "lang":
		ok = language(text)
		rule, section, wanted = "language", "3.2", "a language tag of RFC 5646, such as zh-Hans,"
	case "word":
		ok = text != "" && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
		wanted = "a word of a to z, 0 to 9 and hyphen"
	case "ipv4", "ipv6", "mac":
		ok = address(text, kind)
		rule, wanted = "address", map[string]string{"ipv4": "an IPv4 address or a CIDR block", "ipv6": "an IPv6 address or a CIDR block", "mac": "a MAC address such as d2:fb:49:24:37:18, in lower case,"}[kind]
	case "cpe":
		ok = strings.HasPrefix(text, "cpe:2.3:") && strings.Count(strings.ReplaceAll(text, `\:`, ""), ":") == 12
		wanted = "a name of CPE 2.3 with its 13 parts"
	default:
		return
	}
	if !ok {
		r.must(at, rule, section, "%s is expected, not %.60q", wanted, text)
	}
}

// sectionOf is the section of what is being tested.
func (r *run) sectionOf() string {
	if r.shape == nil {
		return "2"
	}
	return r.shape.section
}

// address holds a value against sections 6.8 to 6.10.
func address(text, kind string) bool {
	if kind == "mac" {
		hardware, err := net.ParseMAC(text)
		return err == nil && len(hardware) == 6 && hardware.String() == text
	}
	one, err := netip.ParseAddr(text)
	if block, bad := netip.ParsePrefix(text); bad == nil {
		one, err = block.Addr(), nil
	}
	return err == nil && one.Zone() == "" && one.Is4() == (kind == "ipv4")
}

func (r *run) timestamp(at *way, text string, millis bool) {
	t := Timestamp(text)
	if _, err := t.Time(); err != nil {
		r.must(at, "timestamp", "2.16", "%v: RFC 3339 in UTC with Z is expected", err)
		return
	}
	if millis && t.Places() < 3 {
		r.must(at, "timestamp", "3.2", "%s has %d decimal places of seconds and needs at least 3", text, t.Places())
	}
}

func (r *run) list(at *way, n *node, p property) {
	if !r.kind(at, n, kindList) {
		return
	}
	if len(n.kids) == 0 {
		r.must(at, "list", "2.12", "an empty list is not allowed; leave the property away")
	}
	for i, k := range n.kids {
		here := &way{at, strconv.Itoa(i)}
		if p.kind == "many" {
			r.part(here, k, p.types[0])
			continue
		}
		if r.kind(here, k, kindText) {
			r.text(here, k, property{kind: map[string]string{"strings": "string", "enums": "enum", "refs": "ref", "langs": "lang"}[p.kind], types: p.types})
		}
	}
}

func (r *run) part(at *way, n *node, name string) {
	if !r.kind(at, n, kindObject) {
		return
	}
	if len(n.kids) == 0 {
		r.must(at, "required", "3.1", "an empty object is not allowed")
	}
	r.members(at, n, r.shapes[name])
}

func (r *run) integer(at *way, n *node, p property) {
	if !r.kind(at, n, kindNumber) {
		return
	}
	value, err := strconv.ParseInt(n.text, 10, 64)
	const edge = 1<<53 - 1 // section 2.10
	if err != nil || value < -edge || value > edge {
		r.must(at, "integer", "2.10", "%.40s is no integer between -(2**53)+1 and (2**53)-1", n.text)
		return
	}
	r.bounded(at, float64(value), p)
}

func (r *run) float(at *way, n *node, p property) {
	if !r.kind(at, n, kindNumber) {
		return
	}
	value, err := strconv.ParseFloat(n.text, 64)
	if err != nil {
		r.must(at, "float", "2.6", "%.40s is beyond a double of IEEE 754", n.text)
		return
	}
	r.bounded(at, value, p)
}

func (r *run) bounded(at *way, value float64, p property) {
	if value >= p.least && value <= p.most {
		return
	}
	if math.IsInf(p.most, 1) {
		r.must(at, "range", r.shape.section, "%v is less than %v", value, p.least)
		return
	}
	r.must(at, "range", r.shape.section, "%v is not between %v and %v", value, p.least, p.most)
}

// dictionary tests section 2.3.
func (r *run) dictionary(at *way, n *node) {
	if !r.kind(at, n, kindObject) {
		return
	}
	if len(n.kids) == 0 {
		r.must(at, "dictionary", "2.3", "an empty dictionary is not allowed")
	}
	for _, k := range n.kids {
		here := &way{at, k.key}
		if !dictionaryKey(k.key) {
			r.must(here, "dictionary", "2.3", "%.60q is no key: 1 to 250 of a to z, A to Z, 0 to 9, hyphen and underscore", k.key)
		}
		r.free(here, k)
	}
}

func dictionaryKey(key string) bool {
	return key != "" && len(key) <= 250 && !strings.ContainsFunc(key, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_'
	})
}

// hashes tests section 2.7.
func (r *run) hashes(at *way, n *node) {
	if !r.kind(at, n, kindObject) {
		return
	}
	if len(n.kids) == 0 {
		r.must(at, "hashes", "2.7", "no hash is given")
	}
	for _, k := range n.kids {
		here := &way{at, k.key}
		if len(k.key) < 3 || !dictionaryKey(k.key) {
			r.must(here, "hashes", "2.7", "%.60q is no name of an algorithm: 3 to 250 of a to z, A to Z, 0 to 9, hyphen and underscore", k.key)
		}
		if !r.kind(here, k, kindText) {
			continue
		}
		size := map[string]int{"MD5": 32, "SHA-1": 40, "SHA-256": 64, "SHA-512": 128, "SHA3-256": 64, "SHA3-512": 128}[k.key]
		if size == 0 {
			continue
		}
		if _, err := hex.DecodeString(k.text); err != nil || len(k.text) != size {
			r.must(here, "hashes", "10.7", "a value of %s is %d hexadecimal digits", k.key, size)
		}
	}
}

// language holds a tag against the form of RFC 5646 section 2.1: parts of 1 to 8
// letters and digits, the first of 2 or more letters, or x or i with more after it.
func language(tag string) bool {
	parts := strings.Split(tag, "-")
	first := strings.ToLower(parts[0])
	if len(first) < 2 && (len(parts) == 1 || first != "x" && first != "i") {
		return false
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	for i, part := range parts {
		allowed := letters + "0123456789"
		if i == 0 {
			allowed = letters
		}
		if part == "" || len(part) > 8 || strings.Trim(part, allowed) != "" {
			return false
		}
	}
	return true
}
