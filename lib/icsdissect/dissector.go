package icsdissect

import (
	"time"

	"linghang/lib/icsdissect/pdu"
)

// Limits bound what a Dissector holds. A zero is its default.
type Limits struct {
	Flows      int           // conversations at a time: 65 536
	FlowBuffer int           // octets that wait in one direction of a conversation: 65 536
	Buffer     int           // octets that wait in all: 32 MiB
	Frame      int           // octets of one frame that are read: 16 384; the rest is passed over
	Idle       time.Duration // silence after which a conversation is forgotten: never, but for want of room
}

func (l Limits) withDefaults() Limits {
	or := func(n *int, usual, least int) {
		if *n <= 0 {
			*n = usual
		}
		*n = max(*n, least)
	}
	or(&l.Flows, 1<<16, 1)
	or(&l.FlowBuffer, 1<<16, 2048)
	or(&l.Buffer, 32<<20, 1<<16)
	or(&l.Frame, 16<<10, 1024)
	l.Frame = min(l.Frame, l.FlowBuffer)
	return l
}

// Options say where what was read goes. What is nil is not told. Functions are
// called by Packet, one after another.
type Options struct {
	Record     func(*Record)
	Identity   func(*Identity)
	Correction func(*Correction)
	// Conversation is told of what two say to each other in no protocol that is
	// read; see Conversation.
	Conversation func(*Conversation)
	Limits       Limits
}

// Dissector reads packets. It is not safe for use by several goroutines; a
// probe runs one for each share of the traffic.
type Dissector struct {
	options                  Options
	limits                   Limits
	protocols                []*protocol
	tcpPorts                 map[uint16]*protocol
	udpPorts                 map[uint16]*protocol
	tcpServices, udpServices map[uint16]string
	flows                    *table
	known                    *memory
	stats                    Stats
	buffered                 int
	now                      time.Time
	frame                    frame
	list                     pdu.List
	record                   Record
	scratch                  []byte
}

// New returns a dissector.
func New(o Options) *Dissector {
	d := &Dissector{
		options: o, limits: o.Limits.withDefaults(), protocols: protocols(),
		tcpPorts: map[uint16]*protocol{}, udpPorts: map[uint16]*protocol{},
		tcpServices: tcpServices(), udpServices: udpServices(),
		flows: newTable(), known: &memory{},
	}
	for _, p := range d.protocols {
		for _, port := range p.tcp {
			d.tcpPorts[port] = p
		}
		for _, port := range p.udp {
			d.udpPorts[port] = p
		}
	}
	return d
}

// Stats returns what was counted so far.
func (d *Dissector) Stats() Stats { return d.stats }

// Buffered is how many octets wait for what is missing before them or after.
func (d *Dissector) Buffered() int { return d.buffered }

// Flows is how many conversations are remembered.
func (d *Dissector) Flows() int { return len(d.flows.flows) }

// Packet reads one packet as it was captured. Packets come in the order of
// the capture; octets are not kept.
func (d *Dissector) Packet(at time.Time, link LinkType, octets []byte) {
	d.now = at
	d.stats.Packets++
	d.stats.Octets += uint64(len(octets))
	d.retire()
	switch d.frame.take(link, octets) {
	case isBroken:
		d.stats.Broken++
	case isOther:
		d.stats.Other++
	case isFragment:
		d.stats.Fragments++
	case isLink:
		d.link(&d.frame)
	case isTCP:
		d.tcp(&d.frame)
	case isUDP:
		d.udp(&d.frame)
	}
}

// Flush reads what waits for missing packets, as at the end of a capture.
func (d *Dissector) Flush() {
	for fl := d.flows.root.prev; fl != &d.flows.root; fl = fl.prev {
		d.giveUp(fl, 0, true)
		d.giveUp(fl, 1, true)
		d.ended(fl)
	}
}

// retire forgets conversations that are silent, a few with each packet.
func (d *Dissector) retire() {
	if d.limits.Idle <= 0 {
		return
	}
	for range 2 {
		fl := d.flows.oldest()
		if fl == nil || d.now.Sub(fl.last) < d.limits.Idle {
			return
		}
		d.stats.Evicted++
		d.forget(fl)
	}
}

func (d *Dissector) begin(k key, f *frame, side uint8) *flow {
	for len(d.flows.flows) >= d.limits.Flows {
		d.stats.Evicted++
		d.forget(d.flows.oldest())
	}
	d.stats.Flows++
	fl := d.flows.add(k, f, side)
	ports := d.tcpPorts
	if f.proto == protoUDP {
		ports = d.udpPorts
	}
	d.byPort(fl, ports[k.pa], ports[k.pb])
	return fl
}

// byPort takes the protocol that a port promises.
func (d *Dissector) byPort(fl *flow, a, b *protocol) {
	switch {
	case a == nil && b == nil:
		return
	case a != nil && b == nil:
		fl.protocol, fl.orient.served = a, 1
	case a == nil:
		fl.protocol, fl.orient.served = b, 2
	default: // both have a known port: the lower one is likelier to be asked
		fl.protocol = a
		if fl.key.pb < fl.key.pa {
			fl.protocol = b
		}
	}
	fl.byPort = true
	fl.orient.decide()
}

func (d *Dissector) forget(fl *flow) {
	d.giveUp(fl, 0, true)
	d.giveUp(fl, 1, true)
	d.ended(fl)
	for side := range fl.half {
		d.keep(&fl.half[side], nil)
	}
	d.flows.remove(fl)
}

func (d *Dissector) corrected(fl *flow) {
	if fl.records > 0 && d.options.Correction != nil {
		d.options.Correction(&Correction{d.now, fl.tell(), fl.records})
	}
}

// udp reads a datagram: whole frames, one or more.
func (d *Dissector) udp(f *frame) {
	d.stats.Datagrams++
	if d.identityDatagram(f) || len(f.payload) == 0 {
		return
	}
	k, side := keyOf(f)
	fl := d.flows.get(k)
	if fl == nil {
		fl = d.begin(k, f, side)
	}
	fl.last = d.now
	if fl.protocol == nil && !d.detect(fl, f.payload, false) {
		d.unclaimed(fl, side, f.payload)
		return
	}
	d.datagram(fl, side, f.payload, f.missing > 0)
}

func (d *Dissector) datagram(fl *flow, side uint8, b []byte, cut bool) {
	p := fl.protocol
	for len(b) > 0 {
		n := p.length(b)
		whole := n > 0 && n <= len(b)
		if n < 0 || !whole && (!cut || !fl.confirmed) {
			d.missed(fl)
			return
		}
		if !whole {
			n = len(b)
		}
		if !fl.confirmed && !fl.proves(b, n) {
			d.missed(fl)
			return
		}
		fl.confirmed = true
		d.decode(fl, side, b[:n])
		b = b[n:]
	}
}

// missed counts a payload that is not what the conversation's protocol says.
func (d *Dissector) missed(fl *flow) {
	d.stats.Guesses++
	if fl.confirmed || !fl.byPort {
		return
	}
	if fl.tries = min(fl.tries+1, 200); fl.tries == triesOfPort {
		fl.protocol, fl.byPort, fl.tries, fl.orient.served = nil, false, 0, 0
		fl.orient.decide()
	}
}

const (
	triesOfPort    = 16 // payloads that may be something else before a port is no longer believed
	triesOfContent = 8  // payloads that are looked at for any protocol
)

// detect looks for a protocol by content.
func (d *Dissector) detect(fl *flow, b []byte, stream bool) bool {
	if fl.ignored {
		return false
	}
	for _, p := range d.protocols {
		if stream && len(p.tcp) == 0 || !stream && len(p.udp) == 0 {
			continue
		}
		if n := p.length(b); n > 0 && n <= len(b) && p.strict(b[:n]) && (n == len(b) || p.chain(b[n:])) {
			fl.protocol = p
			return true
		}
	}
	if fl.tries++; fl.tries >= triesOfContent {
		fl.ignored = true
	}
	return false
}

// consume reads octets of a stream that are in order.
func (d *Dissector) consume(fl *flow, side uint8, b []byte) {
	h := &fl.half[side]
	if fl.bannered[side] < triesOfBanner {
		fl.bannered[side]++
		d.banner(fl, side, b)
	}
	if fl.protocol == nil && !d.detect(fl, b, true) {
		d.unclaimed(fl, side, b)
		return
	}
	if h.skip > 0 {
		n := min(h.skip, len(b))
		h.skip -= n
		b = b[n:]
	}
	if len(h.partial) > 0 {
		d.scratch = append(append(d.scratch[:0], h.partial...), b...)
		b = d.scratch
	}
	rest := d.frames(fl, side, b)
	d.keep(h, rest)
	if len(rest) > 0 {
		d.shed(fl)
	}
}

// frames reads the frames at the start of b and returns the beginning of one that is not whole.
func (d *Dissector) frames(fl *flow, side uint8, b []byte) []byte {
	h := &fl.half[side]
	for len(b) > 0 && fl.protocol != nil {
		p := fl.protocol
		if !h.synced || !fl.confirmed {
			at := d.search(fl, b, h.synced)
			if at < 0 {
				d.missed(fl)
				h.synced = false
				return nil
			}
			if at > 0 {
				d.stats.Resyncs++
			}
			b, h.synced = b[at:], true
		}
		n := p.length(b)
		switch {
		case n < 0:
			h.synced = false
			d.stats.Resyncs++
			if b = b[1:]; !fl.confirmed {
				d.missed(fl)
				return nil
			}
			continue
		case n == 0:
			return d.short(h, b)
		case n > len(b) && (n <= d.limits.Frame || len(b) < leastOfLong):
			return d.short(h, b)
		case n > len(b): // too long to wait for: what is there is read, the rest passed over
			h.skip = n - len(b)
			n = len(b)
		}
		fl.confirmed = true
		d.decode(fl, side, b[:n])
		b = b[n:]
	}
	return nil
}

// leastOfLong is how much of a frame that is too long is waited for.
const leastOfLong = 1024

// short keeps the beginning of a frame, if the limit allows.
func (d *Dissector) short(h *half, b []byte) []byte {
	if len(b) > d.limits.Frame {
		h.synced = false
		d.stats.Dropped += uint64(len(b))
		return nil
	}
	return b
}

// search returns where in b a frame begins, or -1. A conversation that is not
// confirmed needs a whole frame at the start. Later in b, frames must follow
// one another to its very end: octets of values look like headers by chance.
// opened says that b is the start of the stream.
func (d *Dissector) search(fl *flow, b []byte, opened bool) int {
	p := fl.protocol
	n := p.length(b)
	if n > 0 && n <= len(b) && fl.proves(b, n) {
		return 0
	}
	if (n == 0 || n > len(b)) && (fl.confirmed || opened || fl.byPort && n > 0) {
		return 0
	}
	for at := 1; at < min(len(b), 4096); at++ {
		if p.chain(b[at:]) {
			return at
		}
	}
	return -1
}

// decode reads one frame and tells what is in it.
func (d *Dissector) decode(fl *flow, side uint8, b []byte) {
	d.stats.Frames++
	d.list.Reset()
	fl.protocol.decode(fl, side, b, &d.list)
	all := d.list.All()
	for i := range all {
		d.tell(fl, side, &all[i])
	}
}

func (d *Dissector) tell(fl *flow, side uint8, p *pdu.PDU) {
	asked := d.pair(fl, side, p)
	if p.Certain && p.Role != pdu.Either {
		client := side
		if p.Role == pdu.Response {
			client = 1 - side
		}
		if fl.orient.vote(client) {
			d.corrected(fl)
		}
	}
	if p.Role == pdu.Either && fl.orient.source != ByNothing {
		p.Role = fl.orient.hint(side)
	}
	fl.records++
	d.stats.Records++
	if p.Malformed != "" {
		d.stats.Malformed++
	}
	d.facts(fl, side, p)
	if d.options.Record == nil {
		return
	}
	d.record = Record{Time: d.now, Flow: fl.tell(), FromClient: side == fl.orient.client, PDU: p}
	if asked != nil {
		d.record.Latency, d.record.Asked = d.now.Sub(asked.at), asked.function
		if asked.named {
			d.record.Request = &asked.object
		}
	}
	d.options.Record(&d.record)
}

// pair remembers requests and finds those that are answered. Where octets and
// orientation do not tell who asks, the second of a pair is the answer; pairs
// whose transactions differ from the last one's are evidence.
func (d *Dissector) pair(fl *flow, side uint8, p *pdu.PDU) *request {
	if !p.Paired {
		return nil
	}
	if fl.pending == nil {
		fl.pending = &pending{}
	}
	if p.Role == pdu.Request {
		fl.pending.ask(side, p, d.now)
		return nil
	}
	asked := fl.pending.answer(side, p)
	if p.Role == pdu.Either && asked == nil {
		fl.pending.ask(side, p, d.now)
		return nil
	}
	if asked == nil {
		return nil
	}
	if p.Role == pdu.Either {
		p.Role = pdu.Response
		if fl.pending.last != 0 && fl.pending.last != p.Key+1 && fl.orient.vote(1-side) {
			d.corrected(fl)
		}
		fl.pending.last = p.Key + 1
	}
	asked.complete(p)
	return asked
}

// complete gives to an answer what only its request says.
func (r *request) complete(p *pdu.PDU) {
	if p.Code == r.code { // the request's path says more than the answer's number
		p.Function, p.Class = r.function, r.class
	}
	if p.Class == pdu.Other {
		p.Class = r.class
	}
	if len(p.Objects) > 0 && p.Objects[0].Count == 0 && p.Objects[0].Space == r.object.Space {
		value := p.Objects[0].Value
		p.Objects[0] = r.object
		p.Objects[0].Value = value
	}
}
