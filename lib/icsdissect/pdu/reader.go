package pdu

import "encoding/binary"

// Reader takes fields from octets. Beyond the end it returns zeroes and
// remembers, so that a parser asks once, at the end, whether all was there.
type Reader struct {
	b     []byte
	short bool
}

// NewReader returns a reader of octets.
func NewReader(b []byte) Reader { return Reader{b: b} }

// Short reports whether more was taken than there is.
func (r *Reader) Short() bool { return r.short }

// Len is how many octets are left.
func (r *Reader) Len() int { return len(r.b) }

// Rest returns what is left and takes nothing.
func (r *Reader) Rest() []byte { return r.b }

// Take returns the next n octets, or nil where there are fewer or n is negative.
func (r *Reader) Take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.short, r.b = true, nil
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

// Skip passes over n octets.
func (r *Reader) Skip(n int) { r.Take(n) }

// U8 takes one octet.
func (r *Reader) U8() uint8 {
	b := r.Take(1)
	if b == nil {
		return 0
	}
	return b[0]
}

// BE16 takes a big-endian number.
func (r *Reader) BE16() uint16 {
	b := r.Take(2)
	if b == nil {
		return 0
	}
	return binary.BigEndian.Uint16(b)
}

// BE32 takes a big-endian number.
func (r *Reader) BE32() uint32 {
	b := r.Take(4)
	if b == nil {
		return 0
	}
	return binary.BigEndian.Uint32(b)
}

// LE16 takes a little-endian number.
func (r *Reader) LE16() uint16 {
	b := r.Take(2)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint16(b)
}

// LE24 takes a little-endian number of three octets.
func (r *Reader) LE24() uint32 {
	b := r.Take(3)
	if b == nil {
		return 0
	}
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
}

// LE32 takes a little-endian number.
func (r *Reader) LE32() uint32 {
	b := r.Take(4)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint32(b)
}

// LE64 takes a little-endian number.
func (r *Reader) LE64() uint64 {
	b := r.Take(8)
	if b == nil {
		return 0
	}
	return binary.LittleEndian.Uint64(b)
}
