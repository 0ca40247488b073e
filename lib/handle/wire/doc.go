// Package wire is the Handle System protocol as octets: envelope, header,
// bodies, credential (RFC 3652), values and built-in types (RFC 3651). Where
// the RFCs and the servers in use differ, it follows the servers: version 2.11,
// reading 2.1 to 2.10 and taking a major version 3 as 2.11.
//
// Encoders append to a slice and allocate nothing of their own. Decoders take
// octets from strangers: a length or a count is believed only as far as the
// octets at hand bear it out. What they return refers to the octets they were
// given, except for strings.
package wire

import (
	"errors"
	"fmt"
)

// Limits of the protocol.
const (
	MaxMessage         = 262_144    // octets of a message without its envelopes
	MaxMessageNational = 16_672_500 // the same in China's national dialect
	MaxArray           = 1_048_576  // what a length or a count may say
	MaxHandle          = 2_048      // octets of a handle
	MaxValues          = 2_048      // values of a handle, and of what a query asks for
	MaxPacket          = 512        // octets of a UDP packet
	MaxPayload         = MaxPacket - EnvelopeSize
	MaxListed          = 50 // handles in one message of a list
)

// Port is where handle servers listen, UDP and TCP; PortRecursive is where
// recursive nodes do in China.
const (
	Port          = 2641
	PortHTTP      = 8000
	PortRecursive = 3641
)

// MediaType is that of a message over HTTP, envelope first.
const MediaType = "application/x-hdl-message"

// ErrMalformed is what every decoder reports for octets that are no such
// thing; a server answers it with CodeProtocolError. ErrHandle is reported for a
// name that cannot be one, for CodeInvalidHandle.
var (
	ErrMalformed = errors.New("the message is malformed")
	ErrHandle    = errors.New("the handle is not valid")
)

// Made once: an attacker's packets cost no memory.
var (
	errShort      = fmt.Errorf("%w: it ends early", ErrMalformed)
	errLong       = fmt.Errorf("%w: a length is over the limit", ErrMalformed)
	errCount      = fmt.Errorf("%w: a count is larger than what follows", ErrMalformed)
	errTrailing   = fmt.Errorf("%w: octets are left over", ErrMalformed)
	errVersion    = fmt.Errorf("%w: the version is not known", ErrMalformed)
	errCredential = fmt.Errorf("%w: the credential's version is not known", ErrMalformed)
	errDigest     = fmt.Errorf("%w: the kind of digest is not known", ErrMalformed)
	errFormat     = fmt.Errorf("%w: the record's format is not known", ErrMalformed)
	errSequence   = fmt.Errorf("%w: a fragment lies outside its message", ErrMalformed)
	errUTF8       = fmt.Errorf("%w: it is not UTF-8", ErrHandle)
	errLongName   = fmt.Errorf("%w: it has more than %d octets", ErrHandle, MaxHandle)
	errEmptyName  = fmt.Errorf("%w: it is empty", ErrHandle)
	errNoSuffix   = fmt.Errorf("%w: nothing follows its first slash", ErrHandle)
	errNoPrefix   = fmt.Errorf("%w: nothing is before its first slash", ErrHandle)
	errSegment    = fmt.Errorf("%w: its prefix has an empty segment", ErrHandle)
	errReference  = fmt.Errorf("%w: a reference is written index:handle", ErrHandle)
)
