package gs1

import (
	"net/url"
	"strings"
)

// Beginnings of EPC URNs: of single things, and of classes of them.
const (
	epcID    = "urn:epc:id:"
	epcClass = "urn:epc:class:"
)

// Bounds of a company prefix.
const (
	minPrefix = 6
	maxPrefix = 12
)

// scheme is a kind of EPC whose company prefix and reference have so many
// digits together.
type scheme struct {
	name, ai  string
	digits    int
	leading   bool   // the reference's first digit stands before the company prefix
	qualifier string // the element that the serial number is, or + for a part of the key
	zero      string // what stands before the key
}

func schemes() []scheme {
	return []scheme{
		{epcID + "sgtin", "01", 13, true, "21", ""},
		{epcID + "upui", "01", 13, true, "235", ""},
		{epcClass + "lgtin", "01", 13, true, "10", ""},
		{epcID + "sscc", "00", 17, true, "", ""},
		{epcID + "sgln", "414", 12, false, "254", ""},
		{epcID + "pgln", "417", 12, false, "", ""},
		{epcID + "grai", "8003", 12, false, "+", "0"},
		{epcID + "gdti", "253", 12, false, "+", ""},
		{epcID + "sgcn", "255", 12, false, "+", ""},
		{epcID + "gsrn", "8018", 17, false, "", ""},
		{epcID + "gsrnp", "8017", 17, false, "", ""},
		{epcID + "gsin", "402", 16, false, "", ""},
	}
}

// noExtension is the serial part of a location without one.
const noExtension = "0"

// ParseEPC reads an EPC URN of a pure identity.
func ParseEPC(text string) (Identification, error) {
	if len(text) > MaxText {
		return Identification{}, syntax("the URN has more than %d octets", MaxText)
	}
	text = strings.TrimSpace(text)
	at := strings.LastIndexByte(text[:min(len(text), 24)], ':')
	if at < 0 {
		return Identification{}, syntax("an EPC begins with urn:epc:id:")
	}
	name, body := strings.ToLower(text[:at]), text[at+1:]
	for _, s := range schemes() {
		if s.name == name {
			return s.parse(body)
		}
	}
	switch name {
	case epcID + "giai", epcID + "ginc":
		return parseOpenEPC(map[string]string{epcID + "giai": "8004", epcID + "ginc": "401"}[name], body)
	case epcID + "cpi":
		return parseComponentEPC(body)
	case epcID + "itip":
		return parsePieceEPC(body)
	}
	return Identification{}, syntax("the kind of EPC %.32q is not known", name)
}

// parts splits the body of an EPC; the last part may have dots.
func parts(body string, n int) ([]string, error) {
	list := strings.SplitN(body, ".", n)
	if len(list) != n || len(list[0]) < minPrefix || len(list[0]) > maxPrefix || !isNumber(list[0]) {
		return nil, syntax("the EPC has not %d parts, a company prefix of 6 to 12 digits before them", n)
	}
	last, err := url.PathUnescape(list[n-1])
	if err != nil {
		return nil, syntax("%.40q cannot be read", list[n-1])
	}
	list[n-1] = last
	return list, nil
}

func (s scheme) parse(body string) (Identification, error) {
	n := 3
	if s.qualifier == "" {
		n = 2
	}
	list, err := parts(body, n)
	if err != nil {
		return Identification{}, err
	}
	key := list[0] + list[1]
	if len(key) != s.digits || !isNumber(key) || s.leading && list[1] == "" {
		return Identification{}, syntax("company prefix and reference have not %d digits", s.digits)
	}
	if s.leading {
		key = list[1][:1] + list[0] + list[1][1:]
	}
	check, _ := CheckDigit(key)
	key = s.zero + key + string(check)
	var elements []Element
	switch s.qualifier {
	case "":
	case "+":
		key += list[2]
	case "254":
		if list[2] == noExtension {
			break
		}
		fallthrough
	default:
		elements = append(elements, Element{s.qualifier, list[2]})
	}
	return identify(append([]Element{{s.ai, key}}, elements...)...)
}

// identify checks elements and tells what they identify.
func identify(list ...Element) (Identification, error) {
	for n, e := range list {
		checked, err := NewElement(e.AI, e.Value)
		if err != nil {
			return Identification{}, err
		}
		list[n] = checked
	}
	return Identify(list)
}

func parseOpenEPC(ai, body string) (Identification, error) {
	list, err := parts(body, 2)
	if err != nil {
		return Identification{}, err
	}
	if list[1] == "" {
		return Identification{}, syntax("the EPC has no reference")
	}
	return identify(Element{ai, list[0] + list[1]})
}

func parseComponentEPC(body string) (Identification, error) {
	list, err := parts(body, 3)
	if err != nil {
		return Identification{}, err
	}
	reference, err := url.PathUnescape(list[1])
	if err != nil || reference == "" {
		return Identification{}, syntax("the EPC has no reference")
	}
	return identify(Element{"8010", list[0] + reference}, Element{"8011", list[2]})
}

func parsePieceEPC(body string) (Identification, error) {
	list, err := parts(body, 5)
	if err != nil {
		return Identification{}, err
	}
	if len(list[0])+len(list[1]) != 13 || list[1] == "" || !isNumber(list[1]+list[2]+list[3]) || len(list[2]) != 2 || len(list[3]) != 2 {
		return Identification{}, syntax("company prefix and reference have not 13 digits, piece and total not 2")
	}
	key := list[1][:1] + list[0] + list[1][1:]
	check, _ := CheckDigit(key)
	return identify(Element{"8006", key + string(check) + list[2] + list[3]}, Element{"21", list[4]})
}

// EPC returns the EPC URN of what is identified, with a company prefix of so many
// digits: how long it is, only its owner knows. Attributes are not in it.
func (i Identification) EPC(prefixDigits int) (string, error) {
	if prefixDigits < minPrefix || prefixDigits > maxPrefix {
		return "", syntax("a company prefix has 6 to 12 digits")
	}
	switch i.Key.AI {
	case "8004", "401", "8010", "8006":
		return i.openEPC(prefixDigits)
	}
	for _, s := range schemes() {
		if s.ai == i.Key.AI && s.takes(i.Qualifiers) {
			return s.format(i, prefixDigits)
		}
	}
	return "", syntax("%s has no EPC: it needs a serial number or a batch", i)
}

// takes tells whether the qualifiers can be those of a scheme.
func (s scheme) takes(qualifiers []Element) bool {
	switch s.qualifier {
	case "", "+":
		return len(qualifiers) == 0
	case "254":
		return len(qualifiers) == 0 || qualifiers[0].AI == s.qualifier
	case "10":
		return len(qualifiers) > 0 && qualifiers[len(qualifiers)-1].AI == "10"
	default:
		return len(qualifiers) > 0 && qualifiers[len(qualifiers)-1].AI == s.qualifier
	}
}

func (s scheme) format(i Identification, prefixDigits int) (string, error) {
	value := strings.TrimPrefix(i.Key.Value, s.zero)
	key, serial := value[:s.digits], value[s.digits+1:]
	if s.leading {
		key = key[1:1+prefixDigits] + "." + key[:1] + key[1+prefixDigits:]
	} else {
		key = key[:prefixDigits] + "." + key[prefixDigits:]
	}
	switch s.qualifier {
	case "":
		return s.name + ":" + key, nil
	case "+":
		if serial == "" {
			return "", syntax("%s has no EPC: it needs a serial number", i)
		}
	default:
		serial = noExtension
		if n := len(i.Qualifiers); n > 0 {
			serial = i.Qualifiers[n-1].Value
		}
	}
	return s.name + ":" + key + "." + escapeURN(serial), nil
}

// openEPC is that of keys whose reference has no fixed length.
func (i Identification) openEPC(prefixDigits int) (string, error) {
	value := i.Key.Value
	if len(value) <= prefixDigits || !isNumber(value[:prefixDigits]) {
		return "", syntax("%s has no company prefix of %d digits", i, prefixDigits)
	}
	split := value[:prefixDigits] + "." + escapeURN(value[prefixDigits:])
	n := len(i.Qualifiers)
	switch {
	case i.Key.AI == "8004" && n == 0:
		return epcID + "giai:" + split, nil
	case i.Key.AI == "401":
		return epcID + "ginc:" + split, nil
	case i.Key.AI == "8010" && n == 1:
		return epcID + "cpi:" + split + "." + i.Qualifiers[0].Value, nil
	case i.Key.AI == "8006" && n > 0 && i.Qualifiers[n-1].AI == "21":
		return epcID + "itip:" + value[1:1+prefixDigits] + "." + value[:1] + value[1+prefixDigits:13] + "." + value[14:16] + "." + value[16:18] +
			"." + escapeURN(i.Qualifiers[n-1].Value), nil
	default:
		return "", syntax("%s has no EPC: it needs a serial number", i)
	}
}

// escapeURN encodes what a URN does not allow (Tag Data Standard, table A-1).
func escapeURN(value string) string {
	return strings.NewReplacer("%", "%25", `"`, "%22", "&", "%26", "/", "%2F", "<", "%3C", ">", "%3E", "?", "%3F", "#", "%23").Replace(value)
}
