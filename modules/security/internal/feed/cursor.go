package feed

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// cursor goes once over a JSON text (RFC 8259) of valid UTF-8, and copies only what is wanted of it. Of EVE
// there are hundreds of thousands of lines in a second, and a general decoder takes most of the time of one:
// what is passed over is looked at here, but not taken apart. It takes what jsontext takes where names may be
// there twice; the last counts.
type cursor struct {
	text   []byte
	at     int
	recent recent
}

// deepest is how many arrays and objects may stand in each other, as in other decoders.
const deepest = 10_000

var (
	errEnds  = errors.New("it ends too early")
	errDepth = errors.New("it is too deep")
)

func (c *cursor) begin(text []byte) { c.text, c.at = text, 0 }

// next passes over white space and tells what stands behind it, 0 at the end.
func (c *cursor) next() byte {
	if c.at < len(c.text) && c.text[c.at] > ' ' { // nearly always
		return c.text[c.at]
	}
	return c.behindSpace()
}

func (c *cursor) behindSpace() byte {
	for ; c.at < len(c.text); c.at++ {
		switch b := c.text[c.at]; b {
		case ' ', '\t', '\r', '\n':
		default:
			return b
		}
	}
	return 0
}

// wrong says what stands where it should not.
func (c *cursor) wrong(wanted string) error {
	if c.at >= len(c.text) {
		return errEnds
	}
	return fmt.Errorf("%s is wanted at octet %d", wanted, c.at+1)
}

// end refuses whatever stands behind the text.
func (c *cursor) end() error {
	if c.next() != 0 || c.at < len(c.text) {
		return c.wrong("the end")
	}
	return nil
}

// members reads an object: each reads the value of the member whose name it is given. There is none
// where null stands.
func (c *cursor) members(each func(name []byte) error) (there bool, err error) {
	if c.next() == 'n' {
		return false, c.literal("null")
	}
	if c.next() != '{' {
		return false, c.wrong("an object")
	}
	for more := c.enter('}'); more; more, err = c.goesOn('}') {
		name, err := c.name()
		if err != nil {
			return true, err
		}
		if err := each(name); err != nil {
			return true, err
		}
	}
	return true, err
}

// enter passes the bracket of a list, and the other one if nothing is in it.
func (c *cursor) enter(closing byte) (more bool) {
	c.at++
	if c.next() != closing {
		return true
	}
	c.at++
	return false
}

// goesOn passes what stands behind a part of a list: a comma, or the closing bracket.
func (c *cursor) goesOn(closing byte) (more bool, err error) {
	switch c.next() {
	case ',':
		c.at++
		return true, nil
	case closing:
		c.at++
		return false, nil
	}
	return false, c.wrong("a comma or the end of a list")
}

// name reads the name of a member and its colon.
func (c *cursor) name() ([]byte, error) {
	if c.next() != '"' {
		return nil, c.wrong("a name")
	}
	from := c.at + 1
	to := letters(c.text, from)
	if to+1 < len(c.text) && c.text[to] == '"' && c.text[to+1] == ':' { // nearly always
		c.at = to + 2
		return c.text[from:to], nil
	}
	name, err := c.quoted()
	if err != nil {
		return nil, err
	}
	if c.next() != ':' {
		return nil, c.wrong("a colon")
	}
	c.at++
	return name, nil
}

// skip passes over a value.
func (c *cursor) skip() error { return c.pass(0) }

func (c *cursor) pass(depth int) error {
	switch c.next() {
	case '"':
		_, err := c.quoted()
		return err
	case '{':
		return c.passObject(depth + 1)
	case '[':
		return c.passArray(depth + 1)
	case 't':
		return c.literal("true")
	case 'f':
		return c.literal("false")
	case 'n':
		return c.literal("null")
	default:
		return c.number()
	}
}

func (c *cursor) passObject(depth int) (err error) {
	if depth > deepest {
		return errDepth
	}
	for more := c.enter('}'); more; more, err = c.goesOn('}') {
		if _, err := c.name(); err != nil {
			return err
		}
		if err := c.pass(depth); err != nil {
			return err
		}
	}
	return err
}

func (c *cursor) passArray(depth int) (err error) {
	if depth > deepest {
		return errDepth
	}
	for more := c.enter(']'); more; more, err = c.goesOn(']') {
		if err := c.pass(depth); err != nil {
			return err
		}
	}
	return err
}

func (c *cursor) literal(word string) error {
	if len(c.text)-c.at < len(word) || string(c.text[c.at:c.at+len(word)]) != word {
		return c.wrong(word)
	}
	c.at += len(word)
	return nil
}

// number passes over a number (RFC 8259, 6).
func (c *cursor) number() error {
	if c.at < len(c.text) && c.text[c.at] == '-' {
		c.at++
	}
	if c.at < len(c.text) && c.text[c.at] == '0' {
		c.at++
	} else if err := c.digits("a value"); err != nil {
		return err
	}
	if c.at < len(c.text) && c.text[c.at] == '.' {
		c.at++
		if err := c.digits("a digit"); err != nil {
			return err
		}
	}
	if c.at == len(c.text) || c.text[c.at]|' ' != 'e' {
		return nil
	}
	c.at++
	if c.at < len(c.text) && (c.text[c.at] == '+' || c.text[c.at] == '-') {
		c.at++
	}
	return c.digits("a digit")
}

// digits passes over one digit or more.
func (c *cursor) digits(wanted string) error {
	i := c.at
	for i < len(c.text) && c.text[i]-'0' <= 9 {
		i++
	}
	if i == c.at {
		return c.wrong(wanted)
	}
	c.at = i
	return nil
}

// quoted reads a text, without its quotes and escapes.
func (c *cursor) quoted() ([]byte, error) {
	from := c.at + 1
	to := letters(c.text, from)
	if to < len(c.text) && c.text[to] == '"' { // nearly always
		c.at = to + 1
		return c.text[from:to], nil
	}
	return c.escaped(from, to)
}

// escaped reads on from the first letter of a text that is none.
func (c *cursor) escaped(from, to int) ([]byte, error) {
	for ; to < len(c.text); to = letters(c.text, to) {
		switch c.text[to] {
		case '"':
			c.at = to + 1
			return jsontext.AppendUnquote(nil, c.text[from-1:c.at]) //nolint:wrapcheck // it says what
		case '\\':
			to += 2
		default:
			c.at = to
			return nil, c.wrong("a letter")
		}
	}
	return nil, errEnds
}

// letters passes over what is no quote, no backslash and no control character, eight octets at a time: the
// top bit of each octet says whether it is one of these. A quote is 34, and 32 when its second bit is turned;
// with control characters, which stay what they are, it is what is then below 33. The lowest such bit is true.
func letters(text []byte, at int) int {
	const ones, tops = 0x0101_0101_0101_0101, 0x8080_8080_8080_8080
	for at+8 <= len(text) {
		w := binary.LittleEndian.Uint64(text[at:])
		low, slash := (w^ones*2)-ones*33, (w^ones*'\\')-ones
		if stop := (low | slash) &^ w & tops; stop != 0 {
			return at + bits.TrailingZeros64(stop)/8
		}
		at += 8
	}
	for at < len(text) && text[at] != '"' && text[at] != '\\' && text[at] >= ' ' {
		at++
	}
	return at
}

// inner reads a text; there is none where null stands.
func (c *cursor) inner() (text []byte, there bool, err error) {
	switch c.next() {
	case 'n':
		return nil, false, c.literal("null")
	case '"':
		text, err = c.quoted()
		return text, err == nil, err
	}
	return nil, false, c.wrong("a text")
}

// string reads a text; null changes nothing.
func (c *cursor) string(into *string) error {
	text, there, err := c.inner()
	if there {
		*into = c.recent.text(text)
	}
	return err
}

// moment reads a time; null changes nothing.
func (c *cursor) moment(into *time.Time) error {
	text, there, err := c.inner()
	if !there {
		return err
	}
	if at, is := c.recent.moment(text); is {
		*into = at
		return nil
	}
	*into, err = moment(string(text))
	return err
}

// whole reads a whole number that is not negative; null changes nothing.
func whole[N uint16 | uint64](c *cursor, into *N) error {
	if c.next() == 'n' {
		return c.literal("null")
	}
	from := c.at
	if n, is := c.short(); is && uint64(N(n)) == n {
		*into = N(n)
		return nil
	}
	c.at = from
	if err := c.number(); err != nil {
		return err
	}
	n, err := strconv.ParseUint(string(c.text[from:c.at]), 10, 64)
	if *into = N(n); err != nil || uint64(*into) != n {
		return fmt.Errorf("a whole number to %d is wanted at octet %d", ^N(0), from+1)
	}
	return nil
}

// short reads a whole number of few digits, if that is what stands there.
func (c *cursor) short() (n uint64, is bool) {
	i := c.at
	for i < len(c.text) && c.text[i]-'0' <= 9 {
		n = n*10 + uint64(c.text[i]-'0')
		i++
	}
	size := i - c.at
	if size == 0 || size > 18 || size > 1 && c.text[c.at] == '0' || i < len(c.text) && (c.text[i] == '.' || c.text[i]|' ' == 'e') {
		return 0, false
	}
	c.at = i
	return n, true
}

// raw keeps a value as it stands.
func (c *cursor) raw(into *json.RawMessage) error {
	c.next()
	from := c.at
	err := c.skip()
	*into = append((*into)[:0], c.text[from:c.at]...)
	return err
}
