// Package pdu holds the words in which every dissector of lib/icsdissect
// speaks: one protocol data unit with its function, its class and the objects
// that it names. It is plain data; storage is reused from frame to frame, so
// that dissecting does not allocate.
package pdu

import "slices"

// Protocol names a protocol, in lower case.
type Protocol string

// The protocols that are dissected.
const (
	Modbus  Protocol = "modbus"
	DNP3    Protocol = "dnp3"
	ENIP    Protocol = "enip"
	CIP     Protocol = "cip"
	S7comm  Protocol = "s7comm"
	IEC104  Protocol = "iec104"
	OPCUA   Protocol = "opcua"
	BACnet  Protocol = "bacnet"
	PNIODCP Protocol = "pn_dcp"
)

// Role is the part that the sender of a PDU plays.
type Role uint8

// A PDU is a request of the client, an answer or report of the server, or
// one of both kinds that its octets do not tell apart.
const (
	Either Role = iota
	Request
	Response
)

// String returns either, request or response.
func (r Role) String() string { return [...]string{"either", "request", "response"}[min(r, Response)] }

// Class says what a function does to a plant: one table across protocols. An
// answer has the class of its request; a negative one has an Exception too.
type Class uint8

// The classes. Control starts, stops, operates or restarts; Program moves
// logic or firmware; Config changes how a device or its connection is set up;
// Diagnostic reads or clears counters and logs; Identity asks what a device
// is; Failure is a PDU that reports an error and nothing else.
const (
	Other Class = iota
	Session
	Read
	Write
	Control
	Config
	Program
	Diagnostic
	Identity
	Failure
)

// String returns the class in lower case.
func (c Class) String() string {
	return [...]string{
		"other", "session", "read", "write", "control", "config", "program", "diagnostic", "identity", "error",
	}[min(c, Failure)]
}

// Changes reports whether a function of the class alters a plant or a device.
func (c Class) Changes() bool { return c >= Write && c <= Program }

// Limits of one frame. What goes beyond is counted, not kept.
const (
	MaxPDUs    = 32 // PDUs of one frame
	MaxObjects = 32 // objects of one PDU
	MaxFacts   = 16 // facts about identity of one PDU
	MaxValue   = 32 // octets of a value
	MaxText    = 256
)

// Object is what a PDU reads, writes or reports.
type Object struct {
	// Space is the kind of address: coil, holding_register, db, class, g30v1, M_SP_NA_1.
	Space string
	// Area divides a space: number of a data block, CIP class, DNP3 group·256+variation, BACnet object type.
	Area uint32
	// Address is the first address: register, byte, index, instance, information object address.
	Address uint64
	// Element is a part below: bit, attribute, property.
	Element uint32
	// Count is how many follow one another; 0 where the PDU does not say.
	Count uint32
	// Name is a symbolic address; it aliases the packet.
	Name []byte
	// Value is at most MaxValue octets as they are on the wire; it aliases the packet.
	Value []byte
}

// Kind is what a fact tells of a device.
type Kind string

// The kinds of facts.
const (
	Vendor      Kind = "vendor"
	VendorID    Kind = "vendor_id"
	Model       Kind = "model"
	OrderNumber Kind = "order_number"
	Firmware    Kind = "firmware"
	Hardware    Kind = "hardware"
	Serial      Kind = "serial"
	Name        Kind = "name"
	Description Kind = "description"
	DeviceType  Kind = "device_type"
	Instance    Kind = "instance"
	Location    Kind = "location"
	Address     Kind = "address"
	Software    Kind = "software"
	Service     Kind = "service"
	Security    Kind = "security"
)

// Fact is one thing that a device says of itself.
type Fact struct {
	Kind  Kind
	Value string
}

// PDU is one protocol data unit.
type PDU struct {
	Protocol Protocol
	// Role of the sender; Certain where the octets alone say so.
	Role    Role
	Certain bool
	// Function is a stable name in lower case, Code its number on the wire.
	Function string
	Code     uint32
	Class    Class
	// Unit is the device behind the address: Modbus unit, DNP3 destination, IEC 104 common address.
	Unit uint32
	// Source is the sender's own number where the protocol has one: DNP3 source, IEC 104 originator.
	Source uint32
	// Transaction is the number that the protocol gives to request and answer.
	Transaction uint64
	// Key is the same in a request and in its answer, and in nothing near them; only where Paired.
	Key     uint64
	Paired  bool
	Objects []Object
	// More is how many objects were on the wire and are not in Objects.
	More int
	// Exception is the name of a negative answer, with its code; empty otherwise.
	Exception     string
	ExceptionCode uint32
	// Malformed says what contradicts the specification; empty otherwise.
	Malformed string
	// Truncated says that the capture or a limit cut the frame.
	Truncated bool
	// Opaque says that the content is encrypted or of a kind that is not read.
	Opaque bool
	// Text is what names the PDU beside its objects: a security policy, an endpoint; at most MaxText octets.
	Text  string
	Facts []Fact
}

// Object adds an object and returns it, or nil beyond MaxObjects.
func (p *PDU) Object() *Object {
	if len(p.Objects) >= MaxObjects {
		p.More++
		return nil
	}
	p.Objects = append(p.Objects, Object{})
	return &p.Objects[len(p.Objects)-1]
}

// Add adds an object by its fields; see Object.
func (p *PDU) Add(o Object) {
	if at := p.Object(); at != nil {
		*at = o
		at.Value = Clip(o.Value)
	}
}

// Fact adds a fact unless it is empty or the limit is reached. The value is
// trimmed, and octets that cannot be shown become a full stop.
func (p *PDU) Fact(kind Kind, value []byte) {
	if text := Printable(value); text != "" && len(p.Facts) < MaxFacts {
		p.Facts = append(p.Facts, Fact{kind, text})
	}
}

// Fail marks a PDU as contradicting the specification; the first word stays.
func (p *PDU) Fail(why string) {
	if p.Malformed == "" {
		p.Malformed = why
	}
}

// Clone returns a PDU that shares nothing with the packet or the dissector.
func (p *PDU) Clone() PDU {
	c := *p
	c.Objects, c.Facts = slices.Clone(p.Objects), slices.Clone(p.Facts)
	for i := range c.Objects {
		c.Objects[i].Name = slices.Clone(c.Objects[i].Name)
		c.Objects[i].Value = slices.Clone(c.Objects[i].Value)
	}
	return c
}

// Clip returns at most MaxValue octets.
func Clip(b []byte) []byte {
	return b[:min(len(b), MaxValue)]
}

// Printable returns text as it can be shown: at most MaxText octets, without
// spaces and zeroes at its ends, everything but ASCII as a full stop unless
// the whole is well-formed UTF-8.
func Printable(b []byte) string { return printable(b[:min(len(b), MaxText)]) }

// List collects the PDUs of one frame in storage that is reused.
type List struct {
	pdus [MaxPDUs]PDU
	n    int
	// More is how many PDUs were beyond MaxPDUs.
	More int
}

// Reset forgets the PDUs.
func (l *List) Reset() { l.n, l.More = 0, 0 }

// Add returns an empty PDU of a protocol. Beyond MaxPDUs it is one that is
// not in the list, so that callers need not ask.
func (l *List) Add(protocol Protocol) *PDU {
	if l.n == MaxPDUs {
		l.More++
		return &PDU{Protocol: protocol}
	}
	p := &l.pdus[l.n]
	l.n++
	*p = PDU{Protocol: protocol, Objects: p.Objects[:0], Facts: p.Facts[:0]}
	return p
}

// All returns the PDUs; they are valid until the next Reset.
func (l *List) All() []PDU { return l.pdus[:l.n] }
