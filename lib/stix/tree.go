package stix

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits of a document.
const (
	MaxDocument = 64 << 20 // octets
	MaxDepth    = 64       // lists and objects inside each other
	MaxValues   = 4 << 20  // JSON values
	MaxKeys     = 2000     // of one JSON object
)

type kind uint8

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindText
	kindList
	kindObject
)

func (k kind) String() string {
	return [...]string{"null", "a boolean", "a number", "a text", "a list", "an object"}[k]
}

// node is one JSON value with where it stands in the document.
type node struct {
	kind     kind
	from, to int32 // octets of the document
	key      string
	text     string // of a text decoded, of a number and a word as written
	kids     []*node
}

// get gives the value of a key, nil if there is none. It may be called on nil.
func (n *node) get(key string) *node {
	if n == nil || n.kind != kindObject {
		return nil
	}
	for _, k := range n.kids {
		if k.key == key {
			return k
		}
	}
	return nil
}

// str gives a text, "" if it is none.
func (n *node) str() string {
	if n == nil || n.kind != kindText {
		return ""
	}
	return n.text
}

// list gives the items of a list, none if it is none.
func (n *node) list() []*node {
	if n == nil || n.kind != kindList {
		return nil
	}
	return n.kids
}

// parser reads JSON strictly (RFC 8259 with the restrictions of RFC 7493).
type parser struct {
	data   string
	at     int
	values int
	slab   []node
}

// parseTree reads one JSON document.
func parseTree(data string) (*node, error) {
	if len(data) > MaxDocument {
		return nil, fmt.Errorf("stix: %d octets are more than %d", len(data), MaxDocument)
	}
	if !utf8.ValidString(data) {
		return nil, errors.New("stix: the document is not UTF-8")
	}
	p := parser{data: data}
	p.blank()
	n, err := p.value(0)
	if err == nil {
		p.blank()
		if p.at < len(data) {
			err = errors.New("something follows the document")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("stix: not JSON as STIX has it at octet %d: %w", p.at, err)
	}
	return n, nil
}

func (p *parser) blank() {
	for p.at < len(p.data) {
		switch p.data[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) peek() byte {
	if p.at < len(p.data) {
		return p.data[p.at]
	}
	return 0
}

func (p *parser) node(k kind) *node {
	if len(p.slab) == 0 {
		p.slab = make([]node, min(256, 8+len(p.data)/16))
	}
	n := &p.slab[0]
	p.slab = p.slab[1:]
	n.kind, n.from = k, int32(p.at) //nolint:gosec // at most MaxDocument
	return n
}

func (p *parser) value(depth int) (*node, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("nested more than %d deep", MaxDepth)
	}
	if p.values++; p.values > MaxValues {
		return nil, fmt.Errorf("more than %d values", MaxValues)
	}
	var n *node
	var err error
	switch c := p.peek(); {
	case c == '{':
		n = p.node(kindObject)
		err = p.object(n, depth)
	case c == '[':
		n = p.node(kindList)
		err = p.list(n, depth)
	case c == '"':
		n = p.node(kindText)
		n.text, err = p.text()
	case c == '-' || '0' <= c && c <= '9':
		n = p.node(kindNumber)
		err = p.number(n)
	case p.at >= len(p.data):
		err = errors.New("it ends where a value is expected")
	default:
		n, err = p.word()
	}
	if err != nil {
		return nil, err
	}
	n.to = int32(p.at) //nolint:gosec // at most MaxDocument
	return n, nil
}

func (p *parser) word() (*node, error) {
	n := p.node(kindBool)
	for _, w := range [...]string{"true", "false", "null"} {
		if len(p.data)-p.at >= len(w) && p.data[p.at:p.at+len(w)] == w {
			p.at += len(w)
			n.text = w
			if w == "null" {
				n.kind = kindNull
			}
			return n, nil
		}
	}
	return nil, fmt.Errorf("%q does not begin a value", p.data[p.at])
}

func (p *parser) digits() bool {
	from := p.at
	for p.at < len(p.data) && '0' <= p.data[p.at] && p.data[p.at] <= '9' {
		p.at++
	}
	return p.at > from
}

// maxNumber bounds numbers, so that comparing them exactly costs little.
const maxNumber = 400

func (p *parser) number(n *node) error {
	from := p.at
	if p.peek() == '-' {
		p.at++
	}
	zero := p.peek() == '0'
	whole := p.at
	ok := p.digits() && (!zero || p.at == whole+1)
	if p.peek() == '.' {
		p.at++
		ok = p.digits() && ok
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.at++
		if c := p.peek(); c == '+' || c == '-' {
			p.at++
		}
		ok = p.digits() && ok
	}
	if !ok {
		return errors.New("not a number")
	}
	if p.at-from > maxNumber {
		return fmt.Errorf("a number of more than %d octets", maxNumber)
	}
	n.text = p.data[from:p.at]
	return nil
}

// text reads a string; the quote is next.
func (p *parser) text() (string, error) {
	p.at++
	from := p.at
	for p.at < len(p.data) {
		switch c := p.data[p.at]; {
		case c == '"':
			p.at++
			return p.data[from : p.at-1], nil
		case c == '\\':
			return p.escaped(from)
		case c < ' ':
			return "", errors.New("a control character in a text")
		default:
			p.at++
		}
	}
	return "", errors.New("a text does not end")
}

// escaped reads on from the first escape.
func (p *parser) escaped(from int) (string, error) {
	out := []byte(p.data[from:p.at])
	for p.at < len(p.data) {
		c := p.data[p.at]
		p.at++
		switch {
		case c == '"':
			return string(out), nil
		case c < ' ':
			return "", errors.New("a control character in a text")
		case c != '\\':
			out = append(out, c)
		default:
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			out = utf8.AppendRune(out, r)
		}
	}
	return "", errors.New("a text does not end")
}

func (p *parser) escape() (rune, error) {
	c := p.peek()
	p.at++
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		return p.character()
	default:
		return 0, errors.New("an escape that JSON does not have")
	}
}

// character reads the digits of \u, and of the second half of a pair.
func (p *parser) character() (rune, error) {
	r, err := p.hex()
	if err != nil || !utf16.IsSurrogate(r) {
		return r, err
	}
	if p.peek() == '\\' && p.at+1 < len(p.data) && p.data[p.at+1] == 'u' {
		p.at += 2
		low, err := p.hex()
		if err != nil {
			return 0, err
		}
		if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
			return r, nil
		}
	}
	return 0, errors.New("half of a surrogate pair")
}

func (p *parser) hex() (rune, error) {
	if p.at+4 > len(p.data) {
		return 0, errors.New("an escape of a character that is cut off")
	}
	n, err := strconv.ParseUint(p.data[p.at:p.at+4], 16, 16)
	if err != nil {
		return 0, errors.New("an escape of a character that is not hexadecimal")
	}
	p.at += 4
	return rune(n), nil
}

func (p *parser) list(n *node, depth int) error {
	p.at++
	p.blank()
	if p.peek() == ']' {
		p.at++
		return nil
	}
	for {
		kid, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		n.kids = append(n.kids, kid)
		p.blank()
		switch p.peek() {
		case ',':
			p.at++
			p.blank()
		case ']':
			p.at++
			return nil
		default:
			return errors.New("a list needs a comma or its end here")
		}
	}
}

func (p *parser) object(n *node, depth int) error {
	p.at++
	p.blank()
	if p.peek() == '}' {
		p.at++
		return nil
	}
	var seen map[string]bool
	for {
		kid, err := p.property(depth)
		if err != nil {
			return err
		}
		seen, err = once(n, kid.key, seen)
		if err != nil {
			return err
		}
		n.kids = append(n.kids, kid)
		p.blank()
		switch p.peek() {
		case ',':
			p.at++
			p.blank()
		case '}':
			p.at++
			return nil
		default:
			return errors.New("an object needs a comma or its end here")
		}
	}
}

// property reads a key and its value.
func (p *parser) property(depth int) (*node, error) {
	if p.peek() != '"' {
		return nil, errors.New("a key is expected here")
	}
	key, err := p.text()
	if err != nil {
		return nil, err
	}
	p.blank()
	if p.peek() != ':' {
		return nil, errors.New("a colon is expected here")
	}
	p.at++
	p.blank()
	kid, err := p.value(depth + 1)
	if err != nil {
		return nil, err
	}
	kid.key = key
	return kid, nil
}

// once refuses a key that is there already. Objects of many keys are looked up
// in a map, which it makes and gives back.
func once(n *node, key string, seen map[string]bool) (map[string]bool, error) {
	const few = 24
	if len(n.kids) >= MaxKeys {
		return nil, fmt.Errorf("an object of more than %d keys", MaxKeys)
	}
	if seen == nil && len(n.kids) > few {
		seen = make(map[string]bool, 2*few)
		for _, k := range n.kids {
			seen[k.key] = true
		}
	}
	if seen[key] || seen == nil && n.get(key) != nil {
		return nil, fmt.Errorf("the key %q occurs twice", key)
	}
	if seen != nil {
		seen[key] = true
	}
	return seen, nil
}
