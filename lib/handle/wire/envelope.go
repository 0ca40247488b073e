package wire

import (
	"encoding/binary"
	"strconv"
)

// EnvelopeSize and HeaderSize are the octets of an envelope and of a header.
const (
	EnvelopeSize = 20
	HeaderSize   = 24
)

// Version is a version of the protocol. What a message is encoded in selects
// layouts: the width of digests, what a credential covers.
type Version struct{ Major, Minor uint8 }

// Current is the version this package writes by itself.
func Current() Version { return Version{2, 11} }

// AtLeast tells whether the version is that one or a later one.
func (v Version) AtLeast(major, minor uint8) bool {
	return v.Major > major || v.Major == major && v.Minor >= minor
}

// Known tells whether messages of the version can be read: 2.1 and later, 3.
func (v Version) Known() bool { return v.Major == 3 || v.Major == 2 && v.Minor >= 1 }

// String returns the version as 2.11.
func (v Version) String() string {
	return strconv.Itoa(int(v.Major)) + "." + strconv.Itoa(int(v.Minor))
}

// Bits of an envelope's third octet.
const (
	bitCompressed = 0x80
	bitEncrypted  = 0x40
	bitTruncated  = 0x20
)

// Envelope stands before a message and before each of its fragments (RFC 3652,
// section 2.2.1).
type Envelope struct {
	Version    Version // what the message is encoded in
	Suggested  Version // what the sender would like best; 0.x is the same as Version
	Compressed bool
	Encrypted  bool
	Truncated  bool // part of a message; not all senders set it
	Session    uint32
	Request    uint32
	Sequence   uint32 // of a fragment
	Length     uint32 // of the whole message without envelopes
}

// Put writes the envelope over the first EnvelopeSize octets of b.
func (e *Envelope) Put(b []byte) {
	_ = b[EnvelopeSize-1]
	flags := e.Suggested.Major & suggestedMask(e.Version.Major)
	if e.Compressed {
		flags |= bitCompressed
	}
	if e.Encrypted {
		flags |= bitEncrypted
	}
	if e.Truncated {
		flags |= bitTruncated
	}
	b[0], b[1], b[2], b[3] = e.Version.Major, e.Version.Minor, flags, e.Suggested.Minor
	binary.BigEndian.PutUint32(b[4:], e.Session)
	binary.BigEndian.PutUint32(b[8:], e.Request)
	binary.BigEndian.PutUint32(b[12:], e.Sequence)
	binary.BigEndian.PutUint32(b[16:], e.Length)
}

// Append appends the envelope.
func (e *Envelope) Append(dst []byte) []byte {
	var head [EnvelopeSize]byte
	e.Put(head[:])
	return append(dst, head[:]...)
}

// suggestedMask gives the bits of the suggested major version: two, and five
// since version 3.
func suggestedMask(major uint8) uint8 {
	if major >= 3 {
		return 0x1f
	}
	return 0x03
}

// DecodeEnvelope reads the envelope at the start of b. The envelope of a
// version that is not known is returned beside the error, so that an answer can
// name its request.
func DecodeEnvelope(b []byte) (Envelope, error) {
	if len(b) < EnvelopeSize {
		return Envelope{}, errShort
	}
	e := Envelope{
		Version:    Version{b[0], b[1]},
		Suggested:  Version{b[2] & suggestedMask(b[0]), b[3]},
		Compressed: b[2]&bitCompressed != 0,
		Encrypted:  b[2]&bitEncrypted != 0,
		Truncated:  b[2]&bitTruncated != 0,
		Session:    binary.BigEndian.Uint32(b[4:]),
		Request:    binary.BigEndian.Uint32(b[8:]),
		Sequence:   binary.BigEndian.Uint32(b[12:]),
		Length:     binary.BigEndian.Uint32(b[16:]),
	}
	if !e.Version.Known() {
		return e, errVersion
	}
	return e, nil
}

// Spoken returns the version to write to whoever speaks this one. What 2.6 signs
// is told nowhere; 2.5 does as those before it.
func (v Version) Spoken() Version {
	switch {
	case !v.Known() || v.AtLeast(2, 11):
		return Current()
	case v == Version{2, 6}:
		return Version{2, 5}
	default:
		return v
	}
}

// AnswerVersion is what to encode an answer to the message in: the lower of
// what its sender suggests and Current.
func (e *Envelope) AnswerVersion() Version {
	v := e.Suggested
	if v.Major == 0 {
		v = e.Version
	}
	return v.Spoken()
}

// Header is the first part of a message (RFC 3652, section 2.2.2).
type Header struct {
	Op         Op
	Code       Code
	Flags      Flags
	SiteSerial uint16 // of the site information the client used, or SerialUnknown
	Recursion  uint8
	Expires    uint32 // seconds since 1970; zero is never
	BodyLength uint32
}

// SerialUnknown is the site serial of a client that does not know it.
const SerialUnknown = 0xffff

// Put writes the header over the first HeaderSize octets of b.
func (h *Header) Put(b []byte) {
	_ = b[HeaderSize-1]
	binary.BigEndian.PutUint32(b[0:], uint32(h.Op))
	binary.BigEndian.PutUint32(b[4:], uint32(h.Code))
	binary.BigEndian.PutUint32(b[8:], uint32(h.Flags))
	binary.BigEndian.PutUint16(b[12:], h.SiteSerial)
	b[14], b[15] = h.Recursion, 0
	binary.BigEndian.PutUint32(b[16:], h.Expires)
	binary.BigEndian.PutUint32(b[20:], h.BodyLength)
}

// Message is a message without its envelope. Signed is its header and body, as
// credentials and digests cover them.
type Message struct {
	Header
	Body       []byte
	Credential []byte // encoded, empty if there is none
	Signed     []byte
}

// DecodeMessage reads a whole message. The credential, with its length, may be
// missing altogether.
func DecodeMessage(b []byte) (Message, error) {
	if len(b) < HeaderSize {
		return Message{}, errShort
	}
	m := Message{Header: Header{
		Op:         Op(binary.BigEndian.Uint32(b[0:])),
		Code:       Code(binary.BigEndian.Uint32(b[4:])),
		Flags:      Flags(binary.BigEndian.Uint32(b[8:])),
		SiteSerial: binary.BigEndian.Uint16(b[12:]),
		Recursion:  b[14],
		Expires:    binary.BigEndian.Uint32(b[16:]),
		BodyLength: binary.BigEndian.Uint32(b[20:]),
	}}
	if int64(m.BodyLength) > int64(len(b)-HeaderSize) {
		return Message{}, errShort
	}
	end := HeaderSize + int(m.BodyLength)
	m.Signed, m.Body = b[:end:end], b[HeaderSize:end:end]
	if end == len(b) {
		return m, nil
	}
	c := NewCursor(b[end:])
	n := c.Uint32()
	if int64(n) > int64(c.Len()) {
		return Message{}, errShort
	}
	m.Credential = c.Take(int(n))
	return m, c.End()
}

// AppendMessage appends header, body and credential, which may be empty. It
// sets the header's BodyLength.
func AppendMessage(dst []byte, h *Header, body, credential []byte) []byte {
	h.BodyLength = uint32(len(body)) //nolint:gosec // below MaxMessage
	var head [HeaderSize]byte
	h.Put(head[:])
	dst = append(dst, head[:]...)
	dst = append(dst, body...)
	return AppendBytes(dst, credential)
}
