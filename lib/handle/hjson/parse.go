package hjson

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"linghang/lib/handle/wire"
)

// valueText is a value whose parts are still JSON.
type valueText struct {
	Index       json.RawMessage `json:"index"`
	Type        json.RawMessage `json:"type"`
	Data        json.RawMessage `json:"data"`
	TTL         json.RawMessage `json:"ttl"`
	Timestamp   json.RawMessage `json:"timestamp"`
	Permissions json.RawMessage `json:"permissions"`
	References  json.RawMessage `json:"references"`
}

// ParseValues reads the body of a request that changes a handle: an array of
// values, an object with values, or one value.
func ParseValues(body []byte) ([]wire.Value, error) {
	if err := check(body); err != nil {
		return nil, err
	}
	if bytes.TrimLeft(body, " \t\r\n")[0] == '[' {
		return parseArray(body, "values", parseValue)
	}
	var t struct {
		Values json.RawMessage `json:"values"`
	}
	if err := unmarshal(body, &t, ""); err != nil {
		return nil, err
	}
	if len(t.Values) > 0 {
		return parseArray(t.Values, "values", parseValue)
	}
	v, err := parseValue(body, "value")
	if err != nil {
		return nil, err
	}
	return []wire.Value{v}, nil
}

// ParseValue reads one value.
func ParseValue(text []byte) (wire.Value, error) {
	if err := check(text); err != nil {
		return wire.Value{}, err
	}
	return parseValue(text, "value")
}

// check tells why a text cannot be JSON that is read here.
func check(text []byte) error {
	if len(bytes.TrimLeft(text, " \t\r\n")) == 0 {
		return &Error{wire.CodeProtocolError, "", `the body is empty: send {"values":[…]} or an array of values`}
	}
	if !utf8.Valid(text) {
		return &Error{wire.CodeProtocolError, "", "the body is not UTF-8"}
	}
	if err := scan(text); err != nil {
		return err
	}
	var whole json.RawMessage
	err := json.Unmarshal(text, &whole)
	if fault, ok := errors.AsType[*json.SyntaxError](err); ok {
		return &Error{wire.CodeProtocolError, "", fmt.Sprintf("it is no JSON at octet %d: %v", fault.Offset, fault)}
	}
	if err != nil {
		return &Error{wire.CodeProtocolError, "", "it is no JSON: " + err.Error()}
	}
	return nil
}

// scan tells why a text nests too deep or escapes half a character. Nothing is
// remembered for what nests, so that depth costs nothing.
func scan(text []byte) error {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			n := escapeAt(text[i:])
			if n == 0 {
				return &Error{wire.CodeProtocolError, "", fmt.Sprintf("half a character is escaped at octet %d: a surrogate stands in a pair", i+1)}
			}
			i += n - 1
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return &Error{wire.CodeProtocolError, "", fmt.Sprintf("the JSON nests deeper than %d levels at octet %d", maxDepth, i+1)}
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

// escapeAt returns how many octets the escape at the start of a text has, and zero
// for a surrogate alone, which decoders would change without a word.
func escapeAt(text []byte) int {
	first := surrogate(text)
	switch {
	case first == 0:
		return 2
	case first < 0xdc00 && len(text) > 6 && surrogate(text[6:]) >= 0xdc00:
		return 12
	default:
		return 0
	}
}

// surrogate returns the surrogate that a text begins with, escaped, or zero.
func surrogate(text []byte) uint64 {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil || n < 0xd800 || n > 0xdfff {
		return 0
	}
	return n
}

// unmarshal reads JSON that is known to be JSON.
func unmarshal(raw json.RawMessage, to any, where string) error {
	err := json.Unmarshal(raw, to)
	if fault, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if fault.Field != "" {
			where = strings.TrimPrefix(where+"."+fault.Field, ".")
		}
		return invalid(where, kindOf(fault.Type.Kind().String())+" is needed instead of "+fault.Value)
	}
	if err != nil {
		return invalid(where, err.Error())
	}
	return nil
}

// kindOf names a kind of Go as JSON does.
func kindOf(kind string) string {
	switch {
	case kind == "struct":
		return "an object"
	case kind == "slice":
		return "a list"
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "uint"):
		return "a whole number that is not too large"
	default:
		return "a " + kind
	}
}

// parseArray reads a list, element by element, and stops where it is too long.
func parseArray[T any](raw json.RawMessage, where string, parse func(json.RawMessage, string) (T, error)) ([]T, error) {
	in := json.NewDecoder(bytes.NewReader(raw))
	if begin, err := in.Token(); err != nil || begin != json.Delim('[') {
		return nil, invalid(where, "a list is needed: […]")
	}
	list := []T{}
	for in.More() {
		if len(list) == wire.MaxValues {
			return nil, invalid(where, fmt.Sprintf("there are more than %d", wire.MaxValues))
		}
		var element json.RawMessage
		if err := in.Decode(&element); err != nil {
			return nil, invalid(where, err.Error())
		}
		v, err := parse(element, fmt.Sprintf("%s[%d]", where, len(list)))
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func parseValue(raw json.RawMessage, where string) (wire.Value, error) {
	var t valueText
	v := wire.Value{TTL: wire.DefaultTTL, Permissions: wire.PermissionsPublic}
	err := unmarshal(raw, &t, where)
	if err == nil {
		v.Index, err = parseIndex(t.Index, where+".index")
	}
	if err == nil {
		v.Type, err = parseText(t.Type, where+".type", `write the type, as "URL"`)
	}
	if err == nil {
		v.Data, err = parseData(t.Data, where+".data")
	}
	if err == nil && given(t.TTL) {
		v.TTLType, v.TTL, err = parseTTL(t.TTL, where+".ttl")
	}
	if err == nil && given(t.Timestamp) {
		v.Timestamp, err = parseTimestamp(t.Timestamp, where+".timestamp")
	}
	if err == nil && given(t.Permissions) {
		v.Permissions, err = parsePermissions(t.Permissions, where+".permissions")
	}
	if err == nil && given(t.References) {
		v.References, err = parseArray(t.References, where+".references", parseReference)
	}
	if err != nil {
		return wire.Value{}, err
	}
	return v, nil
}

// given tells whether a property is there and not null.
func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// parseIndex reads a number of 32 bits, which may be in quotes: clients in use
// send it so.
func parseIndex(raw json.RawMessage, where string) (int32, error) {
	n, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 32)
	if err != nil {
		return 0, invalid(where, "write a whole number")
	}
	return int32(n), nil
}

func parseText(raw json.RawMessage, where, mend string) (string, error) {
	var text string
	if !given(raw) || json.Unmarshal(raw, &text) != nil {
		return "", invalid(where, mend)
	}
	return text, nil
}

// parseTTL reads seconds, or the time at which a value ends.
func parseTTL(raw json.RawMessage, where string) (uint8, int32, error) {
	if n, err := parseIndex(raw, where); err == nil {
		return wire.TTLRelative, n, nil
	}
	text, err := parseText(raw, where, "write seconds as a whole number, or a time as 2026-11-24T02:01:09Z")
	if err != nil {
		return 0, 0, err
	}
	at, fault := time.Parse(time.RFC3339, text)
	if fault != nil || at.Unix() < 0 || at.Unix() > math.MaxInt32 {
		return 0, 0, invalid(where, "write seconds as a whole number, or a time from 1970 to 2038 as 2026-11-24T02:01:09Z")
	}
	return wire.TTLAbsolute, int32(at.Unix()), nil //nolint:gosec // in bounds
}

func parseTimestamp(raw json.RawMessage, where string) (uint32, error) {
	const mend = "write a time from 1970 to 2106 as 2026-11-24T02:01:09Z, or leave it out: the server sets it"
	text, err := parseText(raw, where, mend)
	if err != nil {
		return 0, err
	}
	at, fault := time.Parse(time.RFC3339, text)
	if fault != nil || at.Unix() < 0 || at.Unix() > math.MaxUint32 {
		return 0, invalid(where, mend)
	}
	return uint32(at.Unix()), nil //nolint:gosec // in bounds
}

// parsePermissions reads four digits, of which every one counts.
func parsePermissions(raw json.RawMessage, where string) (wire.Permissions, error) {
	const mend = `write four digits 0 or 1 for administrators' reading and writing and the public's, as "1110"`
	text, err := parseText(raw, where, mend)
	if err != nil {
		return 0, err
	}
	bits, ok := parseBits(text, 4, 4)
	if !ok {
		return 0, invalid(where, mend)
	}
	return wire.Permissions(bits), nil //nolint:gosec // four bits
}

// parseBits reads so many binary digits, the highest first.
func parseBits(text string, least, most int) (uint64, bool) {
	if len(text) < least || len(text) > most || strings.Trim(text, "01") != "" {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 2, 16)
	return n, err == nil
}

type referenceText struct {
	Handle      json.RawMessage `json:"handle"`
	Index       json.RawMessage `json:"index"`
	Permissions json.RawMessage `json:"permissions"`
}

func (t *referenceText) reference(where string) (wire.Reference, error) {
	handle, err := parseText(t.Handle, where+".handle", `write a handle, as "0.NA/88.101"`)
	if err != nil {
		return wire.Reference{}, err
	}
	if len(handle) > wire.MaxHandle {
		return wire.Reference{}, invalid(where+".handle", fmt.Sprintf("the handle has more than %d octets", wire.MaxHandle))
	}
	index, err := parseIndex(t.Index, where+".index")
	if err != nil {
		return wire.Reference{}, err
	}
	return wire.Reference{Handle: handle, Index: index}, nil
}

func parseReference(raw json.RawMessage, where string) (wire.Reference, error) {
	var t referenceText
	if err := unmarshal(raw, &t, where); err != nil {
		return wire.Reference{}, err
	}
	return t.reference(where)
}

// parseData reads the data of a value: text, or an object with format and value.
func parseData(raw json.RawMessage, where string) ([]byte, error) {
	if !given(raw) {
		return nil, invalid(where, `it is missing: write text, or {"format":"string","value":"…"}`)
	}
	if raw[0] == '"' {
		return parseString(raw, where)
	}
	var t struct {
		Format string          `json:"format"`
		Value  json.RawMessage `json:"value"`
	}
	if err := unmarshal(raw, &t, where); err != nil {
		return nil, err
	}
	where += ".value"
	switch t.Format {
	case formatString:
		return parseString(t.Value, where)
	case formatBase64, formatHex:
		return parseOctets(t.Value, t.Format, where)
	case formatAdmin:
		return parseAdmin(t.Value, where)
	case formatVList:
		list, err := parseArray(t.Value, where, parseReference)
		if err != nil {
			return nil, err
		}
		return wire.AppendVList(nil, list), nil
	case formatKey:
		return parseKey(t.Value, where)
	case formatSite:
		site, err := parseSite(t.Value, where)
		if err != nil {
			return nil, err
		}
		return site.Append(nil), nil
	default:
		return nil, invalid(strings.TrimSuffix(where, ".value")+".format", `write "string", "base64", "hex", "admin", "vlist", "key" or "site"`)
	}
}

func parseString(raw json.RawMessage, where string) ([]byte, error) {
	text, err := parseText(raw, where, "write text in quotes")
	return []byte(text), err
}

func parseOctets(raw json.RawMessage, format, where string) ([]byte, error) {
	text, err := parseText(raw, where, "write the octets in "+format+", in quotes")
	if err != nil {
		return nil, err
	}
	decode := decodeBase64
	if format == formatHex {
		decode = hex.DecodeString
	}
	data, fault := decode(text)
	if fault != nil {
		return nil, invalid(where, "it is no "+format+": "+fault.Error())
	}
	return data, nil
}

func parseAdmin(raw json.RawMessage, where string) ([]byte, error) {
	var t referenceText
	if !given(raw) {
		return nil, invalid(where, `write {"handle":"…","index":300,"permissions":"011111110011"}`)
	}
	if err := unmarshal(raw, &t, where); err != nil {
		return nil, err
	}
	reference, err := t.reference(where)
	if err != nil {
		return nil, err
	}
	const mend = `write twelve digits 0 or 1, as "011111110011"`
	text, err := parseText(t.Permissions, where+".permissions", mend)
	if err != nil {
		return nil, err
	}
	bits, ok := parseBits(text, 12, 13)
	if !ok {
		return nil, invalid(where+".permissions", mend)
	}
	a := wire.Admin{Rights: wire.Rights(bits), Reference: reference} //nolint:gosec // at most 13 bits
	return a.Append(nil), nil
}
