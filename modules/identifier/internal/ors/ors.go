// Package ors resolves object identifiers by DNS, as ITU-T X.672 | ISO/IEC 29168-1
// (Object identifier resolution system) has it: the arcs of an OID, reversed, are a
// name below a zone, whose NAPTR records (RFC 3403) tell a service each: COID the
// canonical OID, CINF what is below, RINF who registered it, MINF a module of ASN.1,
// UINF a URI, LINF a registry of identifiers. What answers tell is from outside: it is
// bounded, read and told, and nothing that it names is fetched.
package ors

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/miekg/dns"
)

// Zone is the zone of the international tree of object identifiers.
const Zone = "oid-res.org"

// Bounds of one resolution.
const (
	MaxRecords = 32
	maxHops    = 8  // questions, one after the other
	maxAliases = 16 // names that stand for others, within all answers
	maxValue   = 2048
)

// Services are the types of services that X.672 and its registry name.
func Services() []string { return []string{"COID", "CINF", "RINF", "MINF", "UINF", "LINF"} }

// Record is what a NAPTR record tells of an object identifier.
type Record struct {
	Service    string // type of the service: UINF; empty if the record is none of ORS
	Field      string // as the record has it: ORS+UINF
	Order      uint16
	Preference uint16
	Flags      string
	Value      string // what the rule gives: a URI, or whatever the service tells
	Fault      string // why the rule gives nothing
}

// Hop is one question and its answer.
type Hop struct {
	Server        string
	Protocol      string // udp or tcp
	Name          string // that was asked for, without the last dot
	Code          string // NOERROR, NXDOMAIN, …; empty when nobody answered
	Took          time.Duration
	Authenticated bool   // the resolver has checked it by DNSSEC
	Leads         string // name that it leads to; empty if nowhere
	Fault         string // why nobody answered
}

// Answer is what DNS tells of an object identifier.
type Answer struct {
	Name    string // below which the records are
	Records []Record
	More    bool // there are more than MaxRecords
	Hops    []Hop
	Code    string // of the last hop
}

// Faults that a resolution ends with, where names lead to no records.
var (
	ErrLoop = errors.New("names lead back to where they were")
	ErrFar  = fmt.Errorf("names lead on and on, more than %d questions", maxHops)
)

// Name is the name of a dotted object identifier below a zone.
func Name(oid, zone string) (string, error) {
	arcs := strings.Split(oid, ".")
	slices.Reverse(arcs)
	name := dns.Fqdn(strings.Join(arcs, ".") + "." + strings.Trim(zone, "."))
	if _, ok := dns.IsDomainName(name); !ok {
		return "", fmt.Errorf("%s is too long for a name below %s", oid, zone)
	}
	return name, nil
}

// IsZone tells whether a text is the name of a zone.
func IsZone(text string) bool {
	_, ok := dns.IsDomainName(text)
	return ok && strings.Trim(text, ".") != "" && !strings.ContainsAny(text, " /\\")
}

// ParseServer reads the address of a resolver; its port is 53 when none is named.
func ParseServer(text string) (string, error) {
	if a, err := netip.ParseAddrPort(text); err == nil {
		return a.String(), nil
	}
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return "", fmt.Errorf("%q is no IP address, alone or with a port", text)
	}
	return netip.AddrPortFrom(a, 53).String(), nil
}

// orsField is how the field of services begins with X.672: ORS, a version maybe, and
// the type of the service.
var orsField = regexp.MustCompile(`(?i)^ORS[0-9.]*\+([A-Z0-9]{1,32})$`)

// read reads the rule of a record for an object identifier.
func read(r *dns.NAPTR, oid string) Record {
	// The library gives strings as zone files have them.
	rec := Record{Field: printable(plain(r.Service)), Order: r.Order, Preference: r.Preference, Flags: printable(plain(r.Flags))}
	if m := orsField.FindStringSubmatch(rec.Field); m != nil {
		rec.Service = strings.ToUpper(m[1])
	}
	switch {
	case rec.Service == "":
		rec.Fault = "no service of ORS"
	case !strings.EqualFold(rec.Flags, "u"):
		rec.Fault = "the flag is not u"
	default:
		value, err := rewrite(plain(r.Regexp), oid)
		if rec.Value = value; err != nil {
			rec.Value, rec.Fault = "", err.Error()
		}
	}
	return rec
}

// leads tells the name at which a rule goes on; empty if it does not.
func leads(r *dns.NAPTR) string {
	if r.Flags != "" || r.Regexp != "" || r.Replacement == "." || r.Replacement == "" {
		return ""
	}
	return dns.CanonicalName(r.Replacement)
}

// plain is a character string without the escapes of zone files.
func plain(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c != '\\' || i+1 == len(text) {
			b.WriteByte(c)
			continue
		}
		if i+3 < len(text) && digits(text[i+1:i+4]) {
			if v := int(text[i+1]-'0')*100 + int(text[i+2]-'0')*10 + int(text[i+3]-'0'); v < 256 {
				b.WriteByte(byte(v)) //nolint:gosec // below 256
				i += 3
				continue
			}
		}
		i++
		b.WriteByte(text[i])
	}
	return b.String()
}

func digits(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
}

func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
}

// rewrite applies a substitution expression (RFC 3402, section 3.2), as !^.*$!https://a.example!,
// to an object identifier. Expressions are those of POSIX, in time that is linear.
func rewrite(substitution, oid string) (string, error) {
	parts, err := divide(substitution)
	if err != nil {
		return "", err
	}
	expression, err := compile(parts[0], parts[2] == "i")
	if err != nil {
		return "", errors.New("the expression cannot be read")
	}
	at := expression.FindStringSubmatchIndex(oid)
	if at == nil {
		return "", errors.New("the expression does not fit the identifier")
	}
	with, err := fill(parts[1], oid, at)
	if err != nil {
		return "", err
	}
	value := oid[:at[0]] + with + oid[at[1]:]
	if len(value) > maxValue || !utf8.ValidString(value) || printable(value) != value {
		return "", errors.New("the rule gives no text that can be shown")
	}
	return value, nil
}

// divide gives the expression, the replacement and the flags of a substitution, which
// is divided by the character that it begins with.
func divide(substitution string) (parts [3]string, err error) {
	if substitution == "" {
		return parts, errors.New("the rule has no expression")
	}
	delimiter, size := utf8.DecodeRuneInString(substitution)
	if delimiter == utf8.RuneError || delimiter == '\\' || delimiter == 'i' || delimiter >= '0' && delimiter <= '9' {
		return parts, errors.New("the expression begins with what cannot divide it")
	}
	parts, ok := cut(substitution[size:], delimiter)
	if !ok || parts[2] != "" && parts[2] != "i" {
		return parts, fmt.Errorf("the expression is not of the form %[1]cexpression%[1]creplacement%[1]c", delimiter)
	}
	return parts, nil
}

// compile reads an expression of POSIX, of which the longest match counts.
func compile(text string, anyCase bool) (*regexp.Regexp, error) {
	flags := syntax.POSIX
	if anyCase {
		flags |= syntax.FoldCase
	}
	tree, err := syntax.Parse(text, flags)
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	expression, err := regexp.Compile(tree.String())
	if err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	expression.Longest()
	return expression, nil
}

// cut divides a substitution by a delimiter; the one behind a backslash stays.
func cut(text string, delimiter rune) (parts [3]string, ok bool) {
	n, escaped := 0, false
	var b strings.Builder
	for _, r := range text {
		switch {
		case escaped:
			if r != delimiter {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
			escaped = false
		case r == '\\':
			escaped = true
		case r == delimiter:
			if n == 2 {
				return parts, false
			}
			parts[n] = b.String()
			b.Reset()
			n++
		default:
			b.WriteRune(r)
		}
	}
	parts[2] = b.String()
	return parts, n == 2 && !escaped
}

// fill puts what was matched at the places \1 to \9.
func fill(replacement, oid string, at []int) (string, error) {
	var b strings.Builder
	for i := 0; i < len(replacement); i++ {
		c := replacement[i]
		if c != '\\' || i+1 == len(replacement) {
			b.WriteByte(c)
			continue
		}
		i++
		c = replacement[i]
		if c < '1' || c > '9' {
			b.WriteByte(c)
			continue
		}
		group := int(c-'0') * 2
		if group+1 >= len(at) {
			return "", fmt.Errorf(`the replacement names \%c, and the expression has no such group`, c)
		}
		if at[group] >= 0 {
			b.WriteString(oid[at[group]:at[group+1]])
		}
		if b.Len() > maxValue {
			return "", errors.New("the rule gives no text that can be shown")
		}
	}
	return b.String(), nil
}
