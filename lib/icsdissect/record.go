package icsdissect

import (
	"net/netip"
	"slices"
	"time"

	"linghang/lib/icsdissect/pdu"
)

// Transport is what a conversation runs on.
type Transport string

// The transports.
const (
	TCP      Transport = "tcp"
	UDP      Transport = "udp"
	Ethernet Transport = "ethernet"
)

// Source says what the orientation of a conversation rests on.
type Source uint8

// The sources of an orientation, the weakest first.
const (
	// ByNothing: the side that was seen first is taken for the client.
	ByNothing Source = iota
	// BySemantics: one or two PDUs that only a client, or only a server, can have sent.
	BySemantics
	// ByPort: one side, and not the other, has the port of the protocol.
	ByPort
	// ByManySemantics: three PDUs more than contradict them. They overrule the
	// port, and eight overrule the handshake: stations exist that call their master.
	ByManySemantics
	// ByHandshake: the packet that opened the connection was seen.
	ByHandshake
)

// String returns the source in lower case.
func (s Source) String() string {
	return [...]string{"nothing", "semantics", "port", "many_semantics", "handshake"}[min(s, ByHandshake)]
}

// Confidence is how sure an orientation is, in percent: an ordering, not a probability.
func (s Source) Confidence() int {
	return [...]int{20, 60, 80, 90, 99}[min(s, ByHandshake)]
}

// Endpoint is one side of a conversation. MAC is that of the packet; behind a
// router it is the router's. Addr is not valid for conversations on Ethernet.
type Endpoint struct {
	MAC  MAC
	Addr netip.AddrPort
}

// Flow tells a conversation. ID is unique within a Dissector and 0 for
// conversations on Ethernet. Client is the side that asks, as far as is known.
type Flow struct {
	ID             uint64
	Transport      Transport
	VLAN           uint16
	Client, Server Endpoint
	Orientation    Source
}

// Record is one protocol data unit in its conversation. It is valid during
// the call only; Clone keeps it.
type Record struct {
	Time time.Time
	Flow Flow
	// FromClient says which side of the flow sent it.
	FromClient bool
	PDU        *pdu.PDU
	// Asked is the function of the request that is answered, where it was
	// seen; Request is what it named first, without its value; Latency is the
	// time since then.
	Asked   string
	Request *pdu.Object
	Latency time.Duration
}

// Clone returns a record that shares nothing with packet or dissector.
func (r *Record) Clone() Record {
	c := *r
	p := r.PDU.Clone()
	c.PDU = &p
	if r.Request != nil {
		o := *r.Request
		o.Name = slices.Clone(o.Name)
		c.Request = &o
	}
	return c
}

// Correction says that later evidence turned a conversation round: in all
// records of the flow so far, Client and Server are to be exchanged.
type Correction struct {
	Time    time.Time
	Flow    Flow // as it is now
	Records uint64
}

// Identity is what a device said of itself, or what binds its addresses.
type Identity struct {
	Time time.Time
	// MAC is the device's where it told it, else the packet's: behind a router it is the router's.
	MAC  MAC
	VLAN uint16
	Addr netip.Addr
	// Source is where it was read: modbus, enip, s7comm, bacnet, pn_dcp, arp, dhcp, lldp, mdns, ssh, http, ftp.
	Source string
	// Unit is the device behind the address, where the protocol has one.
	Unit  uint32
	Facts []pdu.Fact
}

// Stats counts what happened to packets. Nothing is dropped uncounted.
type Stats struct {
	Packets, Octets uint64
	Broken          uint64 // headers that contradict themselves or are cut
	Other           uint64 // not TCP, UDP or a link protocol that is read
	Fragments       uint64 // IP fragments, which are not joined
	Segments        uint64 // TCP segments with payload
	Datagrams       uint64
	Flows           uint64 // conversations begun
	Evicted         uint64 // conversations forgotten for want of room or after silence
	Repeated        uint64 // segments that brought nothing new
	Reordered       uint64 // segments that came before an earlier one
	Gaps            uint64 // holes that were given up
	GapOctets       uint64
	Resyncs         uint64 // times that a stream had to be searched for a frame
	Dropped         uint64 // octets in buffers that a limit emptied
	Frames          uint64
	Records         uint64
	Malformed       uint64 // records of frames that contradict their specification
	Guesses         uint64 // times that a port promised a protocol that was not there
	Conversations   uint64 // told, of no protocol that is read
	Suppressed      uint64 // facts about identity that were told within the last ten minutes
}
