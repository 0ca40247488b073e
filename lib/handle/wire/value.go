package wire

import (
	"encoding/binary"
	"time"
)

// Permissions of a value (RFC 3651, section 3.1).
type Permissions uint8

// Permission bits. A value without either read bit never leaves its server.
const (
	AdminRead   Permissions = 0x08
	AdminWrite  Permissions = 0x04
	PublicRead  Permissions = 0x02
	PublicWrite Permissions = 0x01

	PermissionsPublic = AdminRead | AdminWrite | PublicRead // usual
	PermissionsSecret = AdminRead | AdminWrite              // of keys that are secret
)

// DefaultTTL is how long a value may be cached when nobody says otherwise, in
// seconds.
const DefaultTTL = 86_400

// Kinds of a value's TTL.
const (
	TTLRelative uint8 = 0 // seconds after the answer
	TTLAbsolute uint8 = 1 // seconds since 1970
)

// Value is one value of a handle (RFC 3651, section 3.1).
type Value struct {
	Index       int32
	Timestamp   uint32 // seconds since 1970 of the last change
	TTLType     uint8
	TTL         int32
	Permissions Permissions
	Type        string
	Data        []byte
	References  []Reference
}

// Text returns a value as most are: public, cached for a day, of UTF-8.
func Text(index int32, typ, text string) Value {
	return Value{Index: index, TTL: DefaultTTL, Permissions: PermissionsPublic, Type: typ, Data: []byte(text)}
}

// Until tells when a value that was received at now must be asked for again.
func (v *Value) Until(now time.Time) time.Time {
	if v.TTLType == TTLAbsolute {
		return time.Unix(int64(v.TTL), 0)
	}
	return now.Add(time.Duration(v.TTL) * time.Second)
}

// Append appends the value.
func (v *Value) Append(dst []byte) []byte {
	dst = appendInt32(dst, v.Index)
	dst = appendUint32(dst, v.Timestamp)
	dst = append(dst, v.TTLType)
	dst = appendInt32(dst, v.TTL)
	dst = append(dst, byte(v.Permissions))
	dst = AppendBytes(dst, v.Type)
	dst = AppendBytes(dst, v.Data)
	dst = appendCount(dst, len(v.References))
	for _, r := range v.References {
		dst = appendReference(dst, r)
	}
	return dst
}

// Places in an encoded value.
const (
	valueFixed    = 14 // octets before the type
	valueTTL      = 8
	valueSize     = valueFixed + 3*4
	valueUnsigned = 8 // index and timestamp, which a digest does not cover
)

// Encoded is one value as it stands on the wire, checked by CutValue: a server
// keeps values so and copies them.
type Encoded []byte

// CutValue splits the first value off.
func CutValue(b []byte) (Encoded, []byte, error) {
	c := NewCursor(b)
	c.Take(valueFixed)
	c.Bytes()
	c.Bytes()
	for range c.Count(referenceSize) {
		c.Name()
		c.Take(4)
	}
	if c.err != nil {
		return nil, nil, c.err
	}
	n := len(b) - c.Len()
	return Encoded(b[:n:n]), b[n:], nil
}

// Index returns the value's index.
func (e Encoded) Index() int32 {
	return int32(binary.BigEndian.Uint32(e)) //nolint:gosec // the same bits
}

// Permissions returns the value's permissions.
func (e Encoded) Permissions() Permissions { return Permissions(e[valueFixed-1]) }

// TTL returns the kind of the value's TTL, and the TTL.
func (e Encoded) TTL() (kind uint8, ttl int32) {
	return e[valueTTL], int32(binary.BigEndian.Uint32(e[valueTTL+1:])) //nolint:gosec // the same bits
}

// SetTTL writes another TTL over the value's. Its digest is another then.
func (e Encoded) SetTTL(kind uint8, ttl int32) {
	e[valueTTL] = kind
	binary.BigEndian.PutUint32(e[valueTTL+1:], uint32(ttl)) //nolint:gosec // the same bits
}

// Type returns the value's type.
func (e Encoded) Type() []byte {
	end := valueFixed + 4 + int(binary.BigEndian.Uint32(e[valueFixed:]))
	return e[valueFixed+4 : end : end]
}

// Data returns the value's data.
func (e Encoded) Data() []byte {
	at := valueFixed + 4 + int(binary.BigEndian.Uint32(e[valueFixed:]))
	end := at + 4 + int(binary.BigEndian.Uint32(e[at:]))
	return e[at+4 : end : end]
}

// Covered returns the octets that a digest of the value in HS_SIGNATURE covers.
func (e Encoded) Covered() []byte { return e[valueUnsigned:] }

// Decode returns the value; its Data refers to e.
func (e Encoded) Decode() (Value, error) {
	c := NewCursor(e)
	v := c.value()
	return v, c.End()
}

func (c *Cursor) value() Value {
	v := Value{
		Index: c.Int32(), Timestamp: c.Uint32(), TTLType: c.Uint8(), TTL: c.Int32(),
		Permissions: Permissions(c.Uint8()), Type: c.Text(), Data: c.Bytes(),
	}
	v.References = c.references()
	return v
}

func (c *Cursor) references() []Reference {
	n := c.Count(referenceSize)
	if n == 0 {
		return nil
	}
	list := make([]Reference, 0, min(n, MaxValues))
	for range n {
		list = append(list, c.Reference())
		if c.err != nil {
			return nil
		}
	}
	return list
}

func (c *Cursor) values() []Value {
	n := c.Count(valueSize)
	if n > MaxValues {
		c.Fail(errCount)
		return nil
	}
	list := make([]Value, 0, n)
	for range n {
		list = append(list, c.value())
		if c.err != nil {
			return nil
		}
	}
	return list
}

func appendValues(dst []byte, list []Value) []byte {
	dst = appendCount(dst, len(list))
	for i := range list {
		dst = list[i].Append(dst)
	}
	return dst
}
