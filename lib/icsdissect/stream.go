package icsdissect

import (
	"slices"
	"time"
)

// half is one direction of a TCP connection, put back together (RFC 9293,
// section 3.4). It joins in the middle, and gives up a hole when the other
// side has acknowledged what is behind it, when it is old, or when too much waits.
type half struct {
	known, synced bool
	next          uint32 // sequence number that comes next
	acked         uint32 // what this side has acknowledged of the other
	acks          bool
	skip          int    // octets of a frame that is too long, still to be passed over
	partial       []byte // the beginning of a frame
	held          []segment
	heldOctets    int
	heldSince     time.Time
	heldPackets   int
}

type segment struct {
	seq     uint32
	data    []byte
	missing int
}

const (
	window        = 1 << 20 // farther away is another stream under the same name
	maxHeld       = 32
	patience      = 50 * time.Millisecond
	patiencePacks = 8
	oldHole       = 2 * time.Second
)

func (d *Dissector) tcp(f *frame) {
	k, side := keyOf(f)
	fl := d.flows.get(k)
	if f.flags&flagSYN != 0 && f.flags&(flagFIN|flagRST) != 0 {
		d.stats.Broken++ // no system opens and closes at once; scanners and damaged packets do
		return
	}
	opening := f.flags&(flagSYN|flagACK) == flagSYN
	if fl != nil && opening && fl.half[side].known && fl.half[side].next != f.seq+1 {
		d.forget(fl)
		fl = nil
	}
	if fl == nil {
		if len(f.payload) == 0 && f.flags&flagSYN == 0 {
			return // nothing to learn; millions of these open a scan
		}
		fl = d.begin(k, f, side)
	}
	fl.last = d.now
	h := &fl.half[side]
	if f.flags&flagSYN != 0 {
		h.known, h.synced, h.next = true, true, f.seq+1
		d.opened(fl, side, f.flags&flagACK != 0)
		return
	}
	if f.flags&flagACK != 0 {
		h.acked, h.acks = f.ack, true
		d.acknowledged(fl, 1-side)
	}
	if len(f.payload)+f.missing > 0 {
		d.stats.Segments++
		d.segment(fl, side, segment{f.seq, f.payload, f.missing})
	}
	if f.flags&(flagFIN|flagRST) != 0 {
		d.giveUp(fl, side, true)
		d.ended(fl)
	}
}

func (d *Dissector) opened(fl *flow, side uint8, answer bool) {
	client := side
	if answer {
		client = 1 - side
	}
	fl.orient.called = client + 1
	if fl.orient.decide() {
		d.corrected(fl)
	}
}

// segment puts one segment in its place.
func (d *Dissector) segment(fl *flow, side uint8, s segment) {
	h := &fl.half[side]
	if !h.known {
		h.known, h.next = true, s.seq
	}
	far := int32(s.seq - h.next) //nolint:gosec // numbers of octets wrap around
	switch {
	case far > window || far < -window:
		d.giveUp(fl, side, true)
		d.lose(fl, side, 0)
		h.next = s.seq
	case far < 0:
		old := int(-far)
		if old >= len(s.data)+s.missing {
			d.stats.Repeated++
			return
		}
		s.seq = h.next
		if old >= len(s.data) {
			s.missing -= old - len(s.data)
			s.data = nil
		} else {
			s.data = s.data[old:]
		}
	case far > 0:
		d.hold(fl, side, s)
		return
	}
	d.inOrder(fl, side, s)
	d.drain(fl, side)
}

func (d *Dissector) inOrder(fl *flow, side uint8, s segment) {
	h := &fl.half[side]
	h.next += uint32(len(s.data) + s.missing) //nolint:gosec // at most 64 KiB
	if len(s.data) > 0 {
		d.consume(fl, side, s.data)
	}
	if s.missing > 0 {
		d.lose(fl, side, s.missing)
	}
}

// hold keeps a segment that came too early.
func (d *Dissector) hold(fl *flow, side uint8, s segment) {
	h := &fl.half[side]
	d.stats.Reordered++
	at, same := slices.BinarySearchFunc(h.held, s.seq, func(a segment, seq uint32) int {
		return int(int32(a.seq - seq)) //nolint:gosec // numbers of octets wrap around
	})
	if same && len(h.held[at].data) >= len(s.data) {
		d.stats.Repeated++
		return
	}
	if len(h.held) == 0 {
		h.heldSince, h.heldPackets = d.now, 0
	}
	s.data = slices.Clone(s.data)
	h.held = slices.Insert(h.held, at, s)
	h.heldOctets += len(s.data)
	d.buffered += len(s.data)
	if len(h.held) > maxHeld || h.heldOctets > d.limits.FlowBuffer {
		d.giveUp(fl, side, false)
	}
	d.shed(fl)
}

// drain takes held segments that follow now.
func (d *Dissector) drain(fl *flow, side uint8) {
	h := &fl.half[side]
	for len(h.held) > 0 {
		s := h.held[0]
		far := int32(s.seq - h.next) //nolint:gosec // numbers of octets wrap around
		if far > 0 {
			return
		}
		d.unhold(h)
		d.segment(fl, side, s)
	}
}

func (d *Dissector) unhold(h *half) {
	n := len(h.held[0].data)
	h.heldOctets -= n
	d.buffered -= n
	h.held = slices.Delete(h.held, 0, 1)
	if len(h.held) == 0 {
		h.held = nil
	}
}

// acknowledged gives up a hole in the direction of side when its receiver has
// what is behind it: the capture lost it, and nobody will send it again. A
// little patience is left for packets that the capture put out of order.
func (d *Dissector) acknowledged(fl *flow, side uint8) {
	h := &fl.half[side]
	if len(h.held) == 0 {
		return
	}
	h.heldPackets++
	waited := d.now.Sub(h.heldSince)
	other := &fl.half[1-side]
	has := other.acks && int32(other.acked-h.held[0].seq) >= 0 //nolint:gosec // numbers of octets wrap around
	if has && (h.heldPackets >= patiencePacks || waited >= patience) || waited >= oldHole {
		d.giveUp(fl, side, false)
	}
}

// giveUp passes over the first hole, or over all of them.
func (d *Dissector) giveUp(fl *flow, side uint8, all bool) {
	h := &fl.half[side]
	for len(h.held) > 0 {
		s := h.held[0]
		d.unhold(h)
		d.lose(fl, side, int(s.seq-h.next))
		h.next = s.seq
		d.inOrder(fl, side, s)
		d.drain(fl, side)
		if !all {
			h.heldSince, h.heldPackets = d.now, 0
			return
		}
	}
}

// lose notes that octets of a stream were not seen: a frame that was begun is
// given up, unless the hole is inside what was to be passed over anyway.
func (d *Dissector) lose(fl *flow, side uint8, octets int) {
	h := &fl.half[side]
	if octets > 0 {
		d.stats.Gaps++
		d.stats.GapOctets += uint64(octets)
	}
	if octets > 0 && h.skip >= octets {
		h.skip -= octets
		return
	}
	d.keep(h, nil)
	h.skip, h.synced = 0, false
}

// keep sets the beginning of a frame that waits for the rest.
func (d *Dissector) keep(h *half, b []byte) {
	d.buffered += len(b) - len(h.partial)
	if len(b) == 0 {
		h.partial = nil
		return
	}
	h.partial = append(h.partial[:0:cap(h.partial)], b...)
}

// shed empties buffers, those of the longest silent conversations first, when
// all together hold more than the limit.
func (d *Dissector) shed(own *flow) {
	if d.buffered <= d.limits.Buffer {
		return
	}
	victim := d.flows.root.prev
	for range 64 {
		if victim == &d.flows.root || d.buffered <= d.limits.Buffer {
			break
		}
		next := victim.prev
		d.empty(victim)
		victim = next
	}
	if d.buffered > d.limits.Buffer {
		d.empty(own)
	}
}

// empty drops what a conversation has in its buffers.
func (d *Dissector) empty(fl *flow) {
	for side := range fl.half {
		h := &fl.half[side]
		d.stats.Dropped += uint64(len(h.partial)) + uint64(h.heldOctets) //nolint:gosec // never negative
		d.buffered -= h.heldOctets
		if n := len(h.held); n > 0 {
			h.next = h.held[n-1].seq + uint32(len(h.held[n-1].data)) //nolint:gosec // at most 64 KiB
		}
		if len(h.partial)+h.heldOctets > 0 {
			h.synced, h.skip = false, 0
		}
		h.held, h.heldOctets = nil, 0
		d.keep(h, nil)
	}
}
