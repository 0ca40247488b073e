package csaf

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits of a document.
const (
	MaxDocument = 64 << 20 // octets
	maxNesting  = 120
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

// node is one JSON value. It knows where it is, so that findings can say so.
type node struct {
	kind   kind
	index  int32 // in a list
	text   string
	key    string // in an object
	parent *node
	kids   []*node
}

// parser reads JSON strictly: what encoding/json takes, keys once, UTF-8 only. Texts
// without escapes are parts of the document's; nodes and lists of them are cut from slabs.
type parser struct {
	data string
	at   int
	slab []node
	held []*node // values of the lists and objects that have begun
	kids []*node
}

const slabNodes = 256

// parseTree reads one JSON document.
func parseTree(data []byte) (*node, error) {
	if len(data) > MaxDocument {
		return nil, fmt.Errorf("csaf: %d octets are more than %d", len(data), MaxDocument)
	}
	if !utf8.Valid(data) {
		return nil, errors.New("csaf: the document is not UTF-8")
	}
	p := parser{data: string(data)}
	p.blank()
	n, err := p.value(nil, 0)
	if err == nil {
		p.blank()
		if p.at < len(data) {
			err = errors.New("something follows the document")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("csaf: not JSON at octet %d: %w", p.at, err)
	}
	return n, nil
}

func (p *parser) blank() {
	at := p.at
	for at < len(p.data) && (p.data[at] == ' ' || p.data[at] == '\n' || p.data[at] == '\r' || p.data[at] == '\t') {
		at++
	}
	p.at = at
}

func (p *parser) node(k kind, parent *node) *node {
	if len(p.slab) == 0 {
		p.slab = make([]node, slabNodes)
	}
	n := &p.slab[0]
	p.slab = p.slab[1:]
	n.kind, n.parent = k, parent
	return n
}

// hold gives a list or object its values, those that are held from a place on.
func (p *parser) hold(n *node, from int) {
	count := len(p.held) - from
	if count > len(p.kids) {
		p.kids = make([]*node, max(count, slabNodes))
	}
	n.kids = p.kids[:count:count]
	p.kids = p.kids[count:]
	copy(n.kids, p.held[from:])
	p.held = p.held[:from]
}

func (p *parser) peek() byte {
	if p.at < len(p.data) {
		return p.data[p.at]
	}
	return 0
}

func (p *parser) value(parent *node, depth int) (*node, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("nested more than %d deep", maxNesting)
	}
	switch c := p.peek(); {
	case c == '{':
		return p.object(parent, depth)
	case c == '[':
		return p.list(parent, depth)
	case c == '"':
		n := p.node(kindText, parent)
		var err error
		n.text, err = p.text()
		return n, err
	case c == '-' || '0' <= c && c <= '9':
		return p.number(parent)
	case c == 0 && p.at >= len(p.data):
		return nil, errors.New("it ends where a value is expected")
	default:
		return p.word(parent)
	}
}

func (p *parser) word(parent *node) (*node, error) {
	for _, w := range []struct {
		text string
		kind kind
	}{{"true", kindBool}, {"false", kindBool}, {"null", kindNull}} {
		if len(p.data)-p.at >= len(w.text) && p.data[p.at:p.at+len(w.text)] == w.text {
			p.at += len(w.text)
			n := p.node(w.kind, parent)
			n.text = w.text
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

func (p *parser) number(parent *node) (*node, error) {
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
		return nil, errors.New("not a number")
	}
	n := p.node(kindNumber, parent)
	n.text = p.data[from:p.at]
	return n, nil
}

// text reads a string; the quote is next.
func (p *parser) text() (string, error) {
	rest := p.data[p.at+1:]
	for i := range len(rest) {
		c := rest[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		from := p.at + 1
		p.at = from + i
		switch c {
		case '"':
			p.at++
			return rest[:i], nil
		case '\\':
			return p.escaped(from)
		default:
			return "", errors.New("a control character in a text")
		}
	}
	p.at = len(p.data)
	return "", errors.New("a text does not end")
}

// escaped reads on from the first escape.
func (p *parser) escaped(from int) (string, error) {
	out := append([]byte(nil), p.data[from:p.at]...)
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
		r, err := p.hex()
		if err != nil || !utf16.IsSurrogate(r) {
			return r, err
		}
		if p.peek() == '\\' && p.at+1 < len(p.data) && p.data[p.at+1] == 'u' {
			p.at += 2
			low, err := p.hex()
			return utf16.DecodeRune(r, low), err
		}
		return utf8.RuneError, nil
	default:
		return 0, errors.New("an escape that JSON does not have")
	}
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

func (p *parser) list(parent *node, depth int) (*node, error) {
	n := p.node(kindList, parent)
	p.at++
	p.blank()
	if p.peek() == ']' {
		p.at++
		return n, nil
	}
	from := len(p.held)
	for {
		kid, err := p.value(n, depth+1)
		if err != nil {
			return nil, err
		}
		kid.index = int32(len(p.held) - from) //nolint:gosec // at most MaxDocument
		p.held = append(p.held, kid)
		p.blank()
		switch p.peek() {
		case ',':
			p.at++
			p.blank()
		case ']':
			p.at++
			p.hold(n, from)
			return n, nil
		default:
			return nil, errors.New("a list needs a comma or its end here")
		}
	}
}

func (p *parser) object(parent *node, depth int) (*node, error) {
	n := p.node(kindObject, parent)
	p.at++
	p.blank()
	if p.peek() == '}' {
		p.at++
		return n, nil
	}
	from := len(p.held)
	for {
		if p.peek() != '"' {
			return nil, errors.New("a key is expected here")
		}
		key, err := p.text()
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(p.held[from:], func(k *node) bool { return k.key == key }) {
			return nil, fmt.Errorf("the key %q occurs twice", key)
		}
		p.blank()
		if p.peek() != ':' {
			return nil, errors.New("a colon is expected here")
		}
		p.at++
		p.blank()
		kid, err := p.value(n, depth+1)
		if err != nil {
			return nil, err
		}
		kid.key = key
		p.held = append(p.held, kid)
		if len(p.held)-from > maxKeys {
			return nil, fmt.Errorf("an object of more than %d keys", maxKeys)
		}
		p.blank()
		switch p.peek() {
		case ',':
			p.at++
			p.blank()
		case '}':
			p.at++
			p.hold(n, from)
			return n, nil
		default:
			return nil, errors.New("an object needs a comma or its end here")
		}
	}
}

const maxKeys = 1000
