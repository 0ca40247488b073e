package demo

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// The hosts of a synthetic plant, in 10.8.0.0/16 of each.
const (
	hostHMI      = "10.8.0.10"
	hostStation  = "10.8.0.20"
	hostIntruder = "10.8.0.99"
	hostOutside  = "203.0.113.9" // of a block for documentation (RFC 5737)
	hostS7       = "10.8.1.31"
)

// plcsOf are how many controllers of a plant speak Modbus.
func plcsOf(n int) int { return 3 + n%4 }

func hostPLC(i int) string { return "10.8.1." + strconv.Itoa(11+i) }

// attack is what goes wrong in a plant.
type attack string

// The attacks of the demonstration.
const (
	quiet    attack = ""
	stopped  attack = "stop"     // an unknown host stops a controller
	switched attack = "switched" // an unknown host switches very many coils, and silences a device
	outside  attack = "outside"  // a write comes from the internet
)

// attackOn is what goes wrong in the n-th plant.
func attackOn(n int) attack {
	switch n % 12 {
	case 3:
		return stopped
	case 6:
		return switched
	case 10:
		return outside
	}
	return quiet
}

// tape writes a capture in the format of pcap: Ethernet, with times in microseconds.
type tape struct {
	out  bytes.Buffer
	next map[[2]string]uint32 // the next sequence number, by direction
}

func newTape() *tape {
	t := &tape{next: map[[2]string]uint32{}}
	head := make([]byte, 24)
	binary.LittleEndian.PutUint32(head, 0xa1b2c3d4)
	binary.LittleEndian.PutUint16(head[4:], 2)
	binary.LittleEndian.PutUint16(head[6:], 4)
	binary.LittleEndian.PutUint32(head[16:], 65535)
	binary.LittleEndian.PutUint32(head[20:], 1)
	_, _ = t.out.Write(head) // into memory
	return t
}

// macOf is a locally administered address, the same for the same host.
func macOf(host string) []byte {
	h := fnv.New32a()
	_, _ = h.Write([]byte(host))
	return binary.BigEndian.AppendUint32([]byte{2, 0}, h.Sum32())
}

// segment writes a segment of TCP that is joined in the middle of its session.
func (t *tape) segment(at time.Time, from, to netip.AddrPort, payload []byte) {
	way, back := [2]string{from.String(), to.String()}, [2]string{to.String(), from.String()}
	frame := append(macOf(to.Addr().String()), macOf(from.Addr().String())...)
	frame = append(frame, 8, 0, 0x45, 0)
	frame = binary.BigEndian.AppendUint16(frame, uint16(40+len(payload))) //nolint:gosec // a short one
	frame = append(frame, 0, 1, 0, 0, 64, 6, 0, 0)
	src, dst := from.Addr().As4(), to.Addr().As4()
	frame = append(append(frame, src[:]...), dst[:]...)
	frame = binary.BigEndian.AppendUint16(frame, from.Port())
	frame = binary.BigEndian.AppendUint16(frame, to.Port())
	frame = binary.BigEndian.AppendUint32(frame, 1000+t.next[way])
	frame = binary.BigEndian.AppendUint32(frame, 1000+t.next[back])
	frame = append(frame, 0x50, 0x18, 16, 0, 0, 0, 0, 0)
	t.next[way] += uint32(len(payload)) //nolint:gosec // a short one
	frame = append(frame, payload...)
	head := make([]byte, 16)
	binary.LittleEndian.PutUint32(head, uint32(at.Unix()))                //nolint:gosec // until 2106
	binary.LittleEndian.PutUint32(head[4:], uint32(at.Nanosecond()/1000)) //nolint:gosec // below a million
	binary.LittleEndian.PutUint32(head[8:], uint32(len(frame)))           //nolint:gosec // a short one
	binary.LittleEndian.PutUint32(head[12:], uint32(len(frame)))          //nolint:gosec // a short one
	_, _ = t.out.Write(slices.Concat(head, frame))                        // into memory
}

// ask writes a request and its answer, if there is one.
func (t *tape) ask(at time.Time, client, server string, port uint16, request, answer []byte) {
	c := netip.AddrPortFrom(netip.MustParseAddr(client), 40001+port%1000)
	s := netip.AddrPortFrom(netip.MustParseAddr(server), port)
	t.segment(at, c, s, request)
	if answer != nil {
		t.segment(at.Add(3*time.Millisecond), s, c, answer)
	}
}

// modbus puts a request or an answer into the frame of Modbus/TCP.
func modbus(number int, pdu ...byte) []byte {
	return append([]byte{byte(number >> 8), byte(number), 0, 0, 0, byte(1 + len(pdu)), 1}, pdu...) //nolint:gosec // a number goes round, a PDU is short
}

// identity is the answer of a Modbus device to who it is (43/14).
func identityPDU(vendor, product, revision string) []byte {
	pdu := []byte{43, 14, 1, 1, 0, 0, 3}
	for i, text := range []string{vendor, product, revision} {
		pdu = append(append(pdu, byte(i), byte(len(text))), text...) //nolint:gosec // three short texts
	}
	return pdu
}

// listened is how long a synthetic capture is.
const listened = 10 * time.Minute

// captureOf is what is heard in the n-th plant until a moment: a panel polls controllers and
// writes set points, a controller of S7 is read, and what goes wrong there.
func captureOf(n int, until time.Time) []byte {
	t := newTape()
	h := fnv.New64a()
	_, _ = h.Write([]byte("plant/" + strconv.Itoa(n)))
	dice := rand.New(rand.NewPCG(h.Sum64(), uint64(until.Unix()))) //nolint:gosec // a pattern, not a secret
	begin := until.Add(-listened)
	number := 0
	poll := 5 * time.Second
	for at := begin; at.Before(until); at = at.Add(poll) {
		for i := range plcsOf(n) {
			number++
			when := at.Add(time.Duration(i*40+dice.IntN(30)) * time.Millisecond)
			values := []byte{3, 8, 0, byte(60 + dice.IntN(20)), 1, byte(dice.IntN(256)), 0, byte(i), 0, 1} //nolint:gosec // a plant has few controllers
			t.ask(when, hostHMI, hostPLC(i), 502, modbus(number, 3, 0, 0, 0, 4), modbus(number, values...))
			if number%97 == 0 { // a set point
				set := []byte{6, 0, 4, 0, byte(50 + dice.IntN(40))} //nolint:gosec // below 90
				t.ask(when.Add(10*time.Millisecond), hostHMI, hostPLC(i), 502, modbus(number+1, set...), modbus(number+1, set...))
				number++
			}
		}
		if n%2 == 0 {
			t.ask(at.Add(300*time.Millisecond), hostHMI, hostS7, 102, s7Read(number), nil)
		}
	}
	for i := range plcsOf(n) {
		number++
		p := productOf(n, i)
		t.ask(begin.Add(time.Duration(i)*time.Second+time.Millisecond*500), hostStation, hostPLC(i), 502, modbus(number, 43, 14, 1, 0), modbus(number, identityPDU(vendorName, p.product, p.firmware)...))
	}
	t.wrong(attackOn(n), until.Add(-listened/3), number)
	return t.out.Bytes()
}

// wrong writes an attack.
func (t *tape) wrong(a attack, at time.Time, number int) {
	switch a {
	case stopped:
		t.ask(at, hostIntruder, hostS7, 102, s7Stop(number), nil)
	case switched:
		coils := append([]byte{15, 0, 0, 3, 32, 100}, bytes.Repeat([]byte{255}, 100)...)
		t.ask(at, hostIntruder, hostPLC(0), 502, modbus(number+1, coils...), modbus(number+1, 15, 0, 0, 3, 32))
		t.ask(at.Add(time.Second), hostIntruder, hostPLC(1), 502, modbus(number+2, 8, 0, 4, 0, 0), nil)
	case outside:
		t.ask(at, hostOutside, hostPLC(0), 502, modbus(number+1, 6, 0, 4, 0, 99), modbus(number+1, 6, 0, 4, 0, 99))
	case quiet:
	}
}

// s7Read asks a controller of S7 for a word of a data block.
func s7Read(number int) []byte {
	return []byte{3, 0, 0, 31, 2, 0xf0, 0x80, 0x32, 1, 0, 0, byte(number >> 8), byte(number), 0, 14, 0, 0, 4, 1, 0x12, 10, 0x10, 4, 0, 1, 0, 1, 0x84, 0, 0, 0} //nolint:gosec // a number goes round
}

// s7Stop orders a controller of S7 to stop.
func s7Stop(number int) []byte {
	head := []byte{3, 0, 0, 33, 2, 0xf0, 0x80, 0x32, 1, 0, 0, byte(number >> 8), byte(number), 0, 16, 0, 0, 0x29, 0, 0, 0, 0, 0, 9} //nolint:gosec // a number goes round
	return append(head, "P_PROGRAM"...)
}

// vendorName is that of the synthetic equipment: no vendor is called so.
const vendorName = "Demo Controls"

// product is a synthetic device.
type product struct{ product, firmware string }

// productOf is the i-th controller of the n-th plant.
func productOf(n, i int) product {
	return product{fmt.Sprintf("DC-%d00", 1+(n+i)%3), []string{"1.2", "1.9", "2.1", "2.4"}[(n*3+i)%4]}
}
