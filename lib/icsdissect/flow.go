package icsdissect

import (
	"cmp"
	"net/netip"
	"time"

	"linghang/lib/icsdissect/pdu"
)

// key is a conversation in canonical order: the lower address and port first.
type key struct {
	a, b   [16]byte
	pa, pb uint16
	vlan   uint16
	proto  uint8
}

// keyOf returns the key and on which side of it the sender is.
func keyOf(f *frame) (key, uint8) {
	k := key{a: f.src.As16(), b: f.dst.As16(), pa: f.sport, pb: f.dport, vlan: f.vlan, proto: f.proto}
	if c := f.src.Compare(f.dst); c < 0 || c == 0 && cmp.Compare(f.sport, f.dport) <= 0 {
		return k, 0
	}
	k.a, k.b, k.pa, k.pb = k.b, k.a, k.pb, k.pa
	return k, 1
}

// flow is a conversation. Side 0 is the lower address.
type flow struct {
	key        key
	id         uint64
	side       [2]Endpoint
	prev, next *flow // by last use
	last       time.Time
	protocol   *protocol
	byPort     bool // the protocol is the one of a port
	confirmed  bool // a frame of the protocol was seen
	ignored    bool
	tries      uint8 // payloads without a protocol
	waited     uint8 // of them, looked at for a service
	told       bool  // that it is a conversation of no protocol
	bannered   [2]uint8
	orient     orientation
	half       [2]half
	state      any
	pending    *pending
	records    uint64
}

// table is the conversations, bounded, in order of their last use.
type table struct {
	flows map[key]*flow
	root  flow // of the ring: next is the newest
	ids   uint64
}

func newTable() *table {
	t := &table{flows: map[key]*flow{}}
	t.root.prev, t.root.next = &t.root, &t.root
	return t
}

func (t *table) get(k key) *flow {
	fl := t.flows[k]
	if fl != nil && t.root.next != fl {
		fl.unlink()
		t.link(fl)
	}
	return fl
}

func (t *table) add(k key, f *frame, side uint8) *flow {
	t.ids++
	fl := &flow{key: k, id: t.ids}
	fl.side[side] = Endpoint{f.srcMAC, netip.AddrPortFrom(f.src, f.sport)}
	fl.side[1-side] = Endpoint{f.dstMAC, netip.AddrPortFrom(f.dst, f.dport)}
	fl.orient.client = side
	t.flows[k] = fl
	t.link(fl)
	return fl
}

func (t *table) link(fl *flow) {
	fl.prev, fl.next = &t.root, t.root.next
	fl.prev.next, fl.next.prev = fl, fl
}

func (fl *flow) unlink() {
	fl.prev.next, fl.next.prev = fl.next, fl.prev
	fl.prev, fl.next = nil, nil
}

func (t *table) remove(fl *flow) {
	fl.unlink()
	delete(t.flows, fl.key)
}

// oldest returns the conversation that was longest without a packet, or nil.
func (t *table) oldest() *flow {
	if t.root.prev == &t.root {
		return nil
	}
	return t.root.prev
}

func (fl *flow) tell() Flow {
	f := Flow{
		ID: fl.id, Transport: TCP, VLAN: fl.key.vlan, Orientation: fl.orient.source,
		Client: fl.side[fl.orient.client], Server: fl.side[1-fl.orient.client],
	}
	if fl.key.proto == protoUDP {
		f.Transport = UDP
	}
	return f
}

// orientation is who asks. votes are positive for side 0.
type orientation struct {
	client uint8
	source Source
	votes  int8
	// called is 1 plus the side that opened the connection, served 1 plus the side with the port.
	called, served uint8
}

const (
	manyVotes    = 3
	overruleAll  = 8
	saturateVote = 64
)

// vote counts a PDU that says which side is the client.
func (o *orientation) vote(client uint8) bool {
	if client == 0 {
		o.votes = min(o.votes+1, saturateVote)
	} else {
		o.votes = max(o.votes-1, -saturateVote)
	}
	return o.decide()
}

// decide weighs the evidence and reports whether the conversation turned round.
func (o *orientation) decide() bool {
	was := o.client
	net, voted := max(o.votes, -o.votes), uint8(0)
	if o.votes < 0 {
		voted = 1
	}
	switch {
	case o.called != 0 && (net < overruleAll || voted == o.called-1):
		o.client, o.source = o.called-1, ByHandshake
	case net >= manyVotes:
		o.client, o.source = voted, ByManySemantics
	case o.served != 0:
		o.client, o.source = 1-(o.served-1), ByPort
	case net > 0:
		o.client, o.source = voted, BySemantics
	default:
		o.source = ByNothing
	}
	return o.client != was
}

// hint is the role that the sender probably plays.
func (o *orientation) hint(side uint8) pdu.Role {
	switch {
	case o.source == ByNothing:
		return pdu.Either
	case side == o.client:
		return pdu.Request
	}
	return pdu.Response
}

// mostPending is how many requests of a conversation may wait for their answers.
const mostPending = 16

// pending are the last requests of a conversation that wait for their answers.
// Most conversations ask for one thing at a time.
type pending struct {
	ring []request
	at   uint8
	last uint64 // key of the last pair, plus one
}

type request struct {
	used     bool
	side     uint8
	key      uint64
	code     uint32
	function string
	class    pdu.Class
	object   pdu.Object
	named    bool
	name     [48]byte
	at       time.Time
}

func (p *pending) ask(side uint8, q *pdu.PDU, at time.Time) {
	r := p.slot()
	*r = request{used: true, side: side, key: q.Key, code: q.Code, function: q.Function, class: q.Class, at: at}
	if len(q.Objects) > 0 {
		r.object, r.named = q.Objects[0], true
		r.object.Value = nil
		r.object.Name = r.name[:copy(r.name[:], q.Objects[0].Name)]
	}
}

// slot is a free place, or a further one, or that of an old request.
func (p *pending) slot() *request {
	for i := range p.ring {
		if !p.ring[i].used {
			return &p.ring[i]
		}
	}
	if len(p.ring) < mostPending {
		p.ring = append(p.ring, request{})
		return &p.ring[len(p.ring)-1]
	}
	p.at = (p.at + 1) % mostPending
	return &p.ring[p.at]
}

// answer finds the request of the other side, and forgets it.
func (p *pending) answer(side uint8, q *pdu.PDU) *request {
	for i := range p.ring {
		r := &p.ring[i]
		if r.used && r.side != side && r.key == q.Key {
			r.used = false
			return r
		}
	}
	return nil
}
