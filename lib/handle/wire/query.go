package wire

import (
	"encoding/binary"
	"iter"
)

// Query is the body of a resolution (RFC 3652, section 3.2). It refers to the
// octets it was read from, so that a server reads it without memory of its own.
type Query struct {
	Handle  []byte
	indexes []byte // four octets each
	types   []byte // length and octets each
}

// NewQuery returns the query for a handle; without indexes and types it asks
// for all values.
func NewQuery(handle string, indexes []int32, types []string) Query {
	q := Query{Handle: []byte(handle)}
	for _, i := range indexes {
		q.indexes = appendInt32(q.indexes, i)
	}
	for _, t := range types {
		q.types = AppendBytes(q.types, t)
	}
	return q
}

// DecodeQuery reads the body of a resolution.
func DecodeQuery(body []byte) (Query, error) {
	c := NewCursor(body)
	q := Query{Handle: c.Name()}
	n := c.Count(4)
	if n > MaxValues {
		c.Fail(errCount)
	}
	q.indexes = c.Take(4 * n)
	n = c.Count(4)
	if n > MaxValues {
		c.Fail(errCount)
	}
	q.types = c.rest
	for range n {
		c.Bytes()
	}
	return q, c.End()
}

// PeekHandle returns the handle that a packet with a whole plain resolution asks for,
// nil if it seems to hold something else. It checks little: DecodeQuery tells.
func PeekHandle(packet []byte) []byte {
	const body = EnvelopeSize + HeaderSize
	if len(packet) < body+4 || binary.BigEndian.Uint32(packet[EnvelopeSize:]) != uint32(OpResolve) {
		return nil
	}
	n := binary.BigEndian.Uint32(packet[body:])
	if int64(n) > int64(len(packet)-body-4) {
		return nil
	}
	return packet[body+4:][:n]
}

// Append appends the body.
func (q *Query) Append(dst []byte) []byte {
	dst = AppendBytes(dst, q.Handle)
	dst = appendCount(dst, len(q.indexes)/4)
	dst = append(dst, q.indexes...)
	n := 0
	for range q.Types() {
		n++
	}
	dst = appendCount(dst, n)
	return append(dst, q.types...)
}

// All tells whether the query asks for all values.
func (q *Query) All() bool { return len(q.indexes) == 0 && len(q.types) == 0 }

// Indexes returns the indexes that are asked for.
func (q *Query) Indexes() iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for rest := q.indexes; len(rest) >= 4; rest = rest[4:] {
			if !yield(int32(binary.BigEndian.Uint32(rest))) { //nolint:gosec // the same bits
				return
			}
		}
	}
}

// Types returns the types that are asked for.
func (q *Query) Types() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for rest := q.types; len(rest) >= 4; {
			n := binary.BigEndian.Uint32(rest)
			if !yield(rest[4 : 4+n : 4+n]) {
				return
			}
			rest = rest[4+n:]
		}
	}
}

// Wants tells whether a value of that index and type is asked for: by its index
// or by its type.
func (q *Query) Wants(index int32, typ []byte) bool {
	if q.All() {
		return true
	}
	for i := range q.Indexes() {
		if i == index {
			return true
		}
	}
	for t := range q.Types() {
		if TypeMatches(t, typ) {
			return true
		}
	}
	return false
}

// Named tells whether the value is asked for by its index.
func (q *Query) Named(index int32) bool {
	for i := range q.Indexes() {
		if i == index {
			return true
		}
	}
	return false
}

// TypeMatches tells whether a type is the wanted one, or below it when the
// wanted one ends with a dot: "URL." is URL and URL.x.
func TypeMatches(wanted, typ []byte) bool {
	if n := len(wanted); n > 0 && wanted[n-1] == '.' {
		if len(typ) >= n {
			return Equal(wanted, typ[:n])
		}
		return Equal(wanted[:n-1], typ)
	}
	return Equal(wanted, typ)
}
