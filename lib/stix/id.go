package stix

import (
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 9562 section 5.5 makes UUIDs of version 5 of it; nothing rests on its strength
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// ID is an identifier (section 2.9): a type, two hyphens, and a UUID.
type ID string

// namespace is that of UUIDs of cyber-observables (section 2.9).
const namespace = "00abedb4-aa42-466c-9c01-fed23315a9b7"

// Type is the type of object that the identifier is of.
func (id ID) Type() string {
	if i := strings.LastIndex(string(id), "--"); i >= 0 {
		return string(id[:i])
	}
	return ""
}

// ParseID reads an identifier: a name of a type (section 3.1) and a UUID of the
// variant of RFC 9562, of versions 1 to 8.
func ParseID(text string) (ID, error) {
	id := ID(text)
	if !typeName(id.Type()) {
		return "", fmt.Errorf("%.80q does not begin with a type and two hyphens", text)
	}
	uuid := text[len(id.Type())+2:]
	raw, err := parseUUID(uuid)
	if err != nil {
		return "", fmt.Errorf("%.80q does not end with a UUID: %w", text, err)
	}
	if raw[8]>>6 != 2 || raw[6]>>4 == 0 || raw[6]>>4 > 8 {
		return "", fmt.Errorf("%.80q ends with a UUID that is none of RFC 9562", text)
	}
	return id, nil
}

func parseUUID(text string) ([16]byte, error) {
	var out [16]byte
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return out, fmt.Errorf("%.40q has not the form 8-4-4-4-12", text)
	}
	digits := text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:]
	if _, err := hex.Decode(out[:], []byte(digits)); err != nil {
		return out, fmt.Errorf("%.40q has other than hexadecimal digits", text)
	}
	return out, nil
}

func formatUUID(raw [16]byte, version byte) string {
	raw[6] = raw[6]&15 | version<<4
	raw[8] = raw[8]&63 | 128
	h := hex.EncodeToString(raw[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// NewID makes an identifier with a random UUID.
func NewID(typ string) ID {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails
	return ID(typ + "--" + formatUUID(raw, 4))
}

// NamedID makes an identifier that is the same for the same name, by UUID version
// 5 in a namespace of the caller's. That of cyber-observables is refused: the
// standard keeps it for them (section 2.9).
func NamedID(typ, space, name string) (ID, error) {
	raw, err := parseUUID(space)
	if err != nil {
		return "", fmt.Errorf("stix: namespace: %w", err)
	}
	if strings.EqualFold(space, namespace) {
		return "", fmt.Errorf("stix: the namespace %s is for cyber-observables; take one of your own", namespace)
	}
	if !typeName(typ) {
		return "", fmt.Errorf("stix: %.60q is no name of a type", typ)
	}
	return named(typ, raw, []byte(name)), nil
}

func named(typ string, space [16]byte, name []byte) ID {
	sum := sha1.Sum(append(space[:], name...)) //nolint:gosec // as above
	return ID(typ + "--" + formatUUID([16]byte(sum[:16]), 5))
}

// typeName holds a name against section 3.1: 3 to 250 of a–z, 0–9 and hyphen,
// beginning with a letter, no two hyphens together.
func typeName(text string) bool {
	if len(text) < 3 || len(text) > 250 || text[0] < 'a' || text[0] > 'z' || strings.Contains(text, "--") {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' })
}

// contributing lists of each cyber-observable what its identifier is made of
// (section 6). Processes have none.
func contributing(typ string) []string {
	switch typ {
	case "artifact":
		return []string{"hashes", "payload_bin"}
	case "autonomous-system":
		return []string{"number"}
	case "directory":
		return []string{"path"}
	case "domain-name", "email-addr", "ipv4-addr", "ipv6-addr", "mac-addr", "url":
		return []string{"value"}
	case "email-message":
		return []string{"from_ref", "subject", "body"}
	case "file":
		return []string{"hashes", "name", "parent_directory_ref", "extensions"}
	case "mutex":
		return []string{"name"}
	case "network-traffic":
		return []string{"start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"}
	case "software":
		return []string{"name", "cpe", "swid", "vendor", "version"}
	case "user-account":
		return []string{"account_type", "user_id", "account_login"}
	case "windows-registry-key":
		return []string{"key", "values"}
	case "x509-certificate":
		return []string{"hashes", "serial_number"}
	default:
		return nil
	}
}

// ObservableID computes the identifier of a cyber-observable from its contributing
// properties (sections 2.9 and 3.4): UUID version 5 of their canonical JSON. The object
// may be without id, as one is that is being made. It is false for types that
// have no such properties and for objects in which all are absent; those have a
// random one ([NewID]).
//
// The objects of custom types say nothing of what contributes; use
// [ObservableIDOf] for them.
func ObservableID(data []byte) (ID, bool, error) {
	n, err := parseTree(string(data))
	if err != nil {
		return "", false, err
	}
	return observableID(n, contributing(n.get("type").str()))
}

// ObservableIDOf is [ObservableID] with named contributing properties, as the
// definition of an extension tells them.
func ObservableIDOf(data []byte, properties ...string) (ID, bool, error) {
	n, err := parseTree(string(data))
	if err != nil {
		return "", false, err
	}
	return observableID(n, properties)
}

func observableID(n *node, properties []string) (ID, bool, error) {
	named5 := &node{kind: kindObject}
	for _, name := range properties {
		switch k := n.get(name); {
		case k == nil:
		case name == "hashes" && k.kind == kindObject && len(k.kids) > 0:
			named5.kids = append(named5.kids, &node{kind: kindObject, key: name, kids: []*node{oneHash(k)}})
		default:
			named5.kids = append(named5.kids, k)
		}
	}
	typ := n.get("type").str()
	if len(named5.kids) == 0 || !typeName(typ) {
		return "", false, nil
	}
	text, err := canonical(nil, named5)
	if err != nil {
		return "", false, err
	}
	space, err := parseUUID(namespace)
	if err != nil {
		return "", false, err
	}
	return named(typ, space, text), true, nil
}

// oneHash chooses one of several hashes: the first of those that section 2.9
// names, or the first by name.
func oneHash(hashes *node) *node {
	for _, name := range []string{"MD5", "SHA-1", "SHA-256", "SHA-512"} {
		if k := hashes.get(name); k != nil {
			return k
		}
	}
	return slices.MinFunc(hashes.kids, func(a, b *node) int { return byUnits(a.key, b.key) })
}
