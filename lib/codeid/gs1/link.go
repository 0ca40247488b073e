package gs1

import (
	"net/url"
	"slices"
	"strings"
)

// CanonicalDomain is that of canonical Digital Link URIs.
const CanonicalDomain = "https://id.gs1.org"

// ParseLink reads a Digital Link URI of any domain. Parameters of its query that
// are no application identifiers are left out.
func ParseLink(text string) (Identification, error) {
	if len(text) > MaxText {
		return Identification{}, syntax("the address has more than %d octets", MaxText)
	}
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return Identification{}, syntax("a Digital Link is an address of http or https")
	}
	segments := strings.Split(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	list, err := parsePath(segments)
	if err != nil {
		return Identification{}, err
	}
	query, err := url.ParseQuery(strings.ReplaceAll(u.RawQuery, ";", "&"))
	if err != nil {
		return Identification{}, syntax("the query cannot be read: %v", err)
	}
	for ai, values := range query {
		if !isNumber(ai) {
			continue
		}
		e, err := NewElement(ai, values[0])
		if err != nil {
			return Identification{}, err
		}
		if slices.ContainsFunc(list, func(o Element) bool { return o.AI == ai }) {
			return Identification{}, syntax("(%s) is there twice", ai)
		}
		list = append(list, e)
	}
	i, err := Identify(list)
	if err != nil {
		return Identification{}, err
	}
	if i.Key != list[0] {
		return Identification{}, syntax("(%s) is no key of a Digital Link", list[0].AI)
	}
	return i, nil
}

// parsePath finds the key in a path, after which nothing but qualifiers in order
// may come.
func parsePath(segments []string) ([]Element, error) {
	fault := syntax("no part of the path is a key")
	for at := range segments {
		if _, ok := qualifiersOf(segments[at]); !ok || (len(segments)-at)%2 != 0 {
			continue
		}
		list, err := parsePairs(segments[at:])
		if err == nil {
			return list, nil
		}
		fault = err
	}
	return nil, fault
}

func parsePairs(segments []string) ([]Element, error) {
	var list []Element
	for ; len(segments) >= 2; segments = segments[2:] {
		value, err := url.PathUnescape(segments[1])
		if err != nil {
			return nil, syntax("%.40q cannot be read", segments[1])
		}
		e, err := NewElement(segments[0], value)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	alternatives, _ := qualifiersOf(list[0].AI)
	for _, qualifiers := range alternatives {
		if inOrder(list[1:], qualifiers) {
			return list, nil
		}
	}
	return nil, syntax("what follows (%s) is not its qualifiers in order", list[0].AI)
}

// inOrder tells whether the elements are some of the qualifiers, in their order.
func inOrder(list []Element, qualifiers []string) bool {
	for _, e := range list {
		at := slices.Index(qualifiers, e.AI)
		if at < 0 {
			return false
		}
		qualifiers = qualifiers[at+1:]
	}
	return true
}

// Link returns the Digital Link URI below a domain, as https://id.example/some;
// the canonical one below CanonicalDomain.
func (i Identification) Link(domain string) string {
	var b strings.Builder
	b.WriteString(strings.TrimRight(domain, "/"))
	for _, e := range append([]Element{i.Key}, i.Qualifiers...) {
		b.WriteString("/" + e.AI + "/" + percent(e.Value))
	}
	for n, e := range i.Attributes {
		b.WriteByte("?&"[min(n, 1)])
		b.WriteString(e.AI + "=" + percent(e.Value))
	}
	return b.String()
}

// percent percent-encodes all that is reserved (RFC 3986, section 2.3).
func percent(value string) string {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	const upper = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(value) {
		if c := value[i]; strings.IndexByte(unreserved, c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', upper[c>>4], upper[c&15]})
		}
	}
	return b.String()
}
