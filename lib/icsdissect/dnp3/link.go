// Package dnp3 reads DNP3 of TCP and UDP, passively: the data link layer
// (IEEE 1815-2012, clause 9), the transport function (clause 8) and the
// application layer (clause 4) with its objects (clause 11 and annex A).
//
// The direction bit of the link layer tells who is the master, so that roles
// are never guessed. Fragments of the application layer are put together
// from the segments of one direction; State holds them.
package dnp3

import (
	"encoding/binary"

	"linghang/lib/icsdissect/pdu"
)

const (
	head        = 10
	block       = 16
	mostAddress = 65519 // above are reserved, and broadcasts
	// mostFragment is more than the 2 048 octets that clause 4.1 suggests.
	mostFragment = 4096
)

// Length returns how many octets the link frame at the start of b has, 0
// where too few are there to tell, and -1 where none begins: clause 9.2.4.
func Length(b []byte) int {
	if len(b) >= 1 && b[0] != 0x05 || len(b) >= 2 && b[1] != 0x64 || len(b) >= 3 && b[2] < 5 {
		return -1
	}
	if len(b) < head {
		return 0
	}
	if crc(b[:8]) != binary.LittleEndian.Uint16(b[8:]) {
		return -1
	}
	return size(int(b[2]) - 5)
}

// size is the octets of a frame with user data: each block of 16 has a check of two.
func size(user int) int { return head + user + 2*((user+block-1)/block) }

// Strict reports whether a whole frame has only right checks.
func Strict(frame []byte) bool {
	if len(frame) < head || Length(frame) != len(frame) {
		return false
	}
	for b := frame[head:]; len(b) > 0; {
		n := min(block+2, len(b))
		if n < 3 || crc(b[:n-2]) != binary.LittleEndian.Uint16(b[n-2:]) {
			return false
		}
		b = b[n:]
	}
	return true
}

// crc is the check of clause 9.2.4.4 (annex E): x16+x13+x12+x11+x10+x8+x6+x5+x2+1.
func crc(b []byte) uint16 {
	table := [16]uint16{
		0x0000, 0xb26b, 0x29af, 0x9bc4, 0x535e, 0xe135, 0x7af1, 0xc89a,
		0xa6bc, 0x14d7, 0x8f13, 0x3d78, 0xf5e2, 0x4789, 0xdc4d, 0x6e26,
	}
	var sum uint16
	for _, c := range b {
		sum = sum>>4 ^ table[(sum^uint16(c))&15]
		sum = sum>>4 ^ table[(sum^uint16(c>>4))&15]
	}
	return ^sum
}

// State is what one conversation has of fragments that are not whole. Its
// zero value is ready.
type State struct {
	side [2]fragment
	user []byte
}

type fragment struct {
	open bool
	next byte
	from uint32 // source and destination
	data []byte
}

// Decode reads one frame that side (0 or 1) sent. A frame that only continues
// a fragment adds no PDU.
func (s *State) Decode(side uint8, b []byte, out *pdu.List) {
	if len(b) < head {
		return
	}
	control := b[3]
	destination, source := binary.LittleEndian.Uint16(b[4:]), binary.LittleEndian.Uint16(b[6:])
	user, fault := s.unchecked(b)
	begin := func() *pdu.PDU {
		p := out.Add(pdu.DNP3)
		p.Role, p.Certain = pdu.Response, true
		if control&0x80 != 0 {
			p.Role = pdu.Request
		}
		p.Unit, p.Source = uint32(destination), uint32(source)
		p.Malformed = fault
		return p
	}
	if control&0x40 == 0 || control&15 != 3 && control&15 != 4 {
		p := begin()
		p.Function, p.Class = linkFunction(control), pdu.Session
		p.Code = uint32(control & 15)
		return
	}
	f := &s.side[side&1]
	whole := f.add(user, uint32(source)<<16|uint32(destination), fault == "")
	if whole == nil {
		if fault != "" {
			begin().Function = "unknown"
		}
		return
	}
	application(begin(), whole)
}

// unchecked takes the checks out of the user data; the first wrong one ends it.
func (s *State) unchecked(b []byte) (data []byte, fault string) {
	left := int(b[2]) - 5
	data = s.user[:0]
	defer func() { s.user = data }()
	for b = b[head:]; left > 0; {
		n := min(block, left)
		if len(b) < n+2 {
			return data, "the frame is cut"
		}
		if crc(b[:n]) != binary.LittleEndian.Uint16(b[n:]) {
			return data, "a check of a block is wrong"
		}
		data = append(data, b[:n]...)
		left -= n
		b = b[n+2:]
	}
	return data, ""
}

// linkFunction follows clause 9.2.4.1.3.
func linkFunction(control byte) string {
	if control&0x40 != 0 {
		switch control & 15 {
		case 0:
			return "link_reset"
		case 2:
			return "link_test"
		case 9:
			return "link_request_status"
		}
		return "link_unknown"
	}
	switch control & 15 {
	case 0:
		return "link_ack"
	case 1:
		return "link_nack"
	case 11:
		return "link_status"
	case 15:
		return "link_not_supported"
	}
	return "link_unknown"
}

// add takes a transport segment (clause 8.2) and returns the fragment once it is whole.
func (f *fragment) add(user []byte, from uint32, sound bool) []byte {
	if len(user) < 2 || !sound {
		f.close()
		return nil
	}
	first, final, sequence := user[0]&0x40 != 0, user[0]&0x80 != 0, user[0]&0x3f
	user = user[1:]
	if first {
		if final {
			f.close()
			return user
		}
		f.open, f.next, f.from, f.data = true, (sequence+1)&0x3f, from, append(f.data[:0], user...)
		return nil
	}
	if !f.open || f.from != from || f.next != sequence || len(f.data)+len(user) > mostFragment {
		f.close()
		return nil
	}
	f.next, f.data = (sequence+1)&0x3f, append(f.data, user...)
	if !final {
		return nil
	}
	f.open = false
	return f.data
}

func (f *fragment) close() { f.open, f.data = false, f.data[:0] }
