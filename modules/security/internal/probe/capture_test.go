package probe

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// tape is a capture that a test writes: pcap, Ethernet, IPv4, TCP or UDP.
type tape struct {
	bytes.Buffer
	at  time.Time
	seq map[string]uint32
}

func newTape() *tape {
	t := &tape{at: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), seq: map[string]uint32{}}
	head := make([]byte, 24)
	binary.LittleEndian.PutUint32(head, 0xa1b2c3d4)
	binary.LittleEndian.PutUint16(head[4:], 2)
	binary.LittleEndian.PutUint16(head[6:], 4)
	binary.LittleEndian.PutUint32(head[16:], 65535)
	binary.LittleEndian.PutUint32(head[20:], 1)
	t.Write(head)
	return t
}

// party is a host with a port; its addresses end in n.
type party struct {
	n    byte
	port uint16
}

// tcp writes a segment in the middle of a session.
func (t *tape) tcp(from, to party, payload []byte) {
	key := string([]byte{from.n, byte(from.port >> 8), byte(from.port), to.n, byte(to.port >> 8), byte(to.port)})
	seq := t.seq[key] + 1000
	t.seq[key] += uint32(len(payload))
	segment := make([]byte, 20, 20+len(payload))
	binary.BigEndian.PutUint16(segment, from.port)
	binary.BigEndian.PutUint16(segment[2:], to.port)
	binary.BigEndian.PutUint32(segment[4:], seq)
	segment[12], segment[13] = 5<<4, 0x18
	binary.BigEndian.PutUint16(segment[14:], 4096)
	t.ip(from, to, 6, append(segment, payload...))
}

func (t *tape) ip(from, to party, protocol byte, segment []byte) {
	frame := []byte{2, 0, 0, 0, 0, to.n, 2, 0, 0, 0, 0, from.n, 8, 0}
	ip := []byte{0x45, 0, 0, 0, 0, 1, 0, 0, 64, protocol, 0, 0, 10, 0, 0, from.n, 10, 0, 0, to.n}
	binary.BigEndian.PutUint16(ip[2:], uint16(20+len(segment)))
	frame = append(append(frame, ip...), segment...)
	head := make([]byte, 16)
	binary.LittleEndian.PutUint32(head, uint32(t.at.Unix()))
	binary.LittleEndian.PutUint32(head[4:], uint32(t.at.Nanosecond()/1000))
	binary.LittleEndian.PutUint32(head[8:], uint32(len(frame)))
	binary.LittleEndian.PutUint32(head[12:], uint32(len(frame)))
	t.Write(head)
	t.Write(frame)
	t.at = t.at.Add(20 * time.Millisecond)
}

// modbus is a frame of Modbus/TCP to unit 1.
func modbus(transaction uint16, pdu ...byte) []byte {
	head := []byte{byte(transaction >> 8), byte(transaction), 0, 0, 0, byte(len(pdu) + 1), 1}
	return append(head, pdu...)
}

// plant writes polls of a controller, a write now and then, and an exception.
func plant(polls int) *tape {
	t := newTape()
	station, controller, engineer := party{1, 40001}, party{2, 502}, party{3, 40003}
	for i := range polls {
		n := uint16(i)
		t.tcp(station, controller, modbus(n, 3, 0, 0, 0, 2))
		t.tcp(controller, station, modbus(n, 3, 4, 0, 1, 0, 2))
		if i%10 == 3 {
			t.tcp(engineer, controller, modbus(n, 6, 0, 4, 0, byte(i)))
			t.tcp(controller, engineer, modbus(n, 6, 0, 4, 0, byte(i)))
		}
		if i%50 == 7 {
			t.tcp(engineer, controller, modbus(n, 5, 0, 9, 0xff, 0))
			t.tcp(controller, engineer, modbus(n, 0x85, 2))
		}
		t.at = t.at.Add(time.Second)
	}
	return t
}

func (t *tape) file(tb testing.TB) string {
	tb.Helper()
	name := filepath.Join(tb.TempDir(), "plant.pcap")
	if err := os.WriteFile(name, t.Bytes(), 0o600); err != nil {
		tb.Fatal(err)
	}
	return name
}
