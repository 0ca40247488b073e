package broker

import "fmt"

// frames follows the packets of a connection by their fixed headers, and stops
// one that is too large before memory is set aside for it: only a publish may be
// large, and nothing before the caller is known.
type frames struct {
	largest int // of a publish, in bytes
	known   bool
	kind    byte
	size    int
	digits  uint
	rest    int // of the packet under way, after its header
	inside  bool
}

// smallPacket bounds all packets but publishes. User name, password and client
// id are much shorter.
const smallPacket = 8 << 10

const kindPublish = 3

// pass follows what arrived.
func (f *frames) pass(b []byte) error {
	for len(b) > 0 {
		if f.rest > 0 {
			n := min(f.rest, len(b))
			f.rest -= n
			b = b[n:]
			continue
		}
		if !f.inside {
			f.kind, f.size, f.digits, f.inside = b[0]>>4, 0, 0, true
			b = b[1:]
			continue
		}
		f.size |= int(b[0]&0x7f) << (7 * f.digits)
		more := b[0]&0x80 != 0
		b = b[1:]
		if f.digits++; more && f.digits < 4 {
			continue
		}
		if more {
			return fmt.Errorf("the length of a packet of kind %d has more than 4 bytes", f.kind)
		}
		if limit := f.limit(); f.size > limit {
			return fmt.Errorf("a packet of kind %d has %d bytes, %d are taken", f.kind, f.size, limit)
		}
		f.rest, f.inside = f.size, false
	}
	return nil
}

func (f *frames) limit() int {
	if f.kind == kindPublish && f.known {
		return f.largest
	}
	return smallPacket
}
