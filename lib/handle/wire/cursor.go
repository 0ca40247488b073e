package wire

import (
	"encoding/binary"
	"unicode/utf8"
)

// Cursor reads the fields of a message one after the other. The first fault
// stays, and all later reads return zero; Err or End tells it.
type Cursor struct {
	rest []byte
	err  error
}

// NewCursor returns a cursor at the first octet.
func NewCursor(b []byte) Cursor { return Cursor{rest: b} }

// Fail makes err the cursor's fault, unless it has one.
func (c *Cursor) Fail(err error) {
	if c.err == nil {
		c.err = err
	}
	c.rest = nil
}

// Take returns the next n octets.
func (c *Cursor) Take(n int) []byte {
	if c.err != nil {
		return nil
	}
	if n < 0 || n > len(c.rest) {
		c.Fail(errShort)
		return nil
	}
	taken := c.rest[:n:n]
	c.rest = c.rest[n:]
	return taken
}

// Uint8 reads an octet.
func (c *Cursor) Uint8() uint8 {
	if b := c.Take(1); b != nil {
		return b[0]
	}
	return 0
}

// Uint16 reads two octets.
func (c *Cursor) Uint16() uint16 {
	if b := c.Take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

// Uint32 reads four octets.
func (c *Cursor) Uint32() uint32 {
	if b := c.Take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// Uint64 reads eight octets.
func (c *Cursor) Uint64() uint64 {
	if b := c.Take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// Int32 reads four octets as two's complement.
func (c *Cursor) Int32() int32 { return int32(c.Uint32()) } //nolint:gosec // the same bits

// Bytes reads a length and as many octets.
func (c *Cursor) Bytes() []byte {
	n := c.Uint32()
	if n > MaxArray {
		c.Fail(errLong)
		return nil
	}
	return c.Take(int(n))
}

// Text reads a length and as many octets of text.
func (c *Cursor) Text() string { return string(c.Bytes()) }

// Name reads a handle, which may be empty.
func (c *Cursor) Name() []byte {
	b := c.Bytes()
	if len(b) > MaxHandle {
		c.Fail(errLongName)
		return nil
	}
	if !utf8.Valid(b) {
		c.Fail(errUTF8)
		return nil
	}
	return b
}

// Reference reads a handle and an index.
func (c *Cursor) Reference() Reference {
	return Reference{Handle: string(c.Name()), Index: c.Int32()}
}

// Count reads how many elements follow, each of size octets or more.
func (c *Cursor) Count(size int) int {
	n := c.Uint32()
	if n > MaxArray {
		c.Fail(errLong)
		return 0
	}
	if int(n)*size > len(c.rest) {
		c.Fail(errCount)
		return 0
	}
	return int(n)
}

// Len returns how many octets are left.
func (c *Cursor) Len() int { return len(c.rest) }

// Rest takes all octets that are left.
func (c *Cursor) Rest() []byte { return c.Take(len(c.rest)) }

// Err returns the first fault.
func (c *Cursor) Err() error { return c.err }

// End returns the first fault; octets that are left over are one.
func (c *Cursor) End() error {
	if len(c.rest) > 0 {
		c.Fail(errTrailing)
	}
	return c.err
}

// AppendBytes appends a length and the octets.
func AppendBytes[T ~string | ~[]byte](dst []byte, b T) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(b))) //nolint:gosec // below MaxMessage
	return append(dst, b...)
}

func appendUint16(dst []byte, v uint16) []byte { return binary.BigEndian.AppendUint16(dst, v) }
func appendUint32(dst []byte, v uint32) []byte { return binary.BigEndian.AppendUint32(dst, v) }
func appendUint64(dst []byte, v uint64) []byte { return binary.BigEndian.AppendUint64(dst, v) }
func appendInt32(dst []byte, v int32) []byte   { return appendUint32(dst, uint32(v)) } //nolint:gosec // the same bits

func appendCount(dst []byte, n int) []byte {
	return appendUint32(dst, uint32(n)) //nolint:gosec // lengths of slices in memory, below MaxArray
}
