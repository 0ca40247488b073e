package icsdissect_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"linghang/lib/icsdissect"
)

// octets reads hexadecimal digits; spaces are free.
func octets(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// host is an end of a conversation in a test.
type host struct {
	mac  byte
	addr string
	port uint16
}

const (
	fin = 1
	syn = 2
	rst = 4
	ack = 16
)

func ethernet(from, to host, ether uint16, payload []byte) []byte {
	b := append([]byte{2, 0, 0, 0, 0, to.mac, 2, 0, 0, 0, 0, from.mac}, byte(ether>>8), byte(ether))
	return append(b, payload...)
}

func ipv4(from, to host, proto byte, payload []byte) []byte {
	b := make([]byte, 20, 20+len(payload))
	b[0], b[8], b[9] = 0x45, 64, proto
	binary.BigEndian.PutUint16(b[2:], uint16(20+len(payload)))
	copy(b[12:], netip.MustParseAddr(from.addr).AsSlice())
	copy(b[16:], netip.MustParseAddr(to.addr).AsSlice())
	return ethernet(from, to, 0x0800, append(b, payload...))
}

func tcp(from, to host, seq, acked uint32, flags byte, payload []byte) []byte {
	b := make([]byte, 20, 20+len(payload))
	binary.BigEndian.PutUint16(b, from.port)
	binary.BigEndian.PutUint16(b[2:], to.port)
	binary.BigEndian.PutUint32(b[4:], seq)
	binary.BigEndian.PutUint32(b[8:], acked)
	b[12], b[13] = 5<<4, flags
	return ipv4(from, to, 6, append(b, payload...))
}

func udp(from, to host, payload []byte) []byte {
	b := make([]byte, 8, 8+len(payload))
	binary.BigEndian.PutUint16(b, from.port)
	binary.BigEndian.PutUint16(b[2:], to.port)
	binary.BigEndian.PutUint16(b[4:], uint16(8+len(payload)))
	return ipv4(from, to, 17, append(b, payload...))
}

// desk runs a dissector and writes down what it tells, a line each.
type desk struct {
	*icsdissect.Dissector
	lines []string
	at    time.Time
}

func newDesk(limits icsdissect.Limits) *desk {
	d := &desk{at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	d.Dissector = icsdissect.New(icsdissect.Options{
		Limits: limits,
		Record: func(r *icsdissect.Record) { d.lines = append(d.lines, recordLine(r)) },
		Identity: func(id *icsdissect.Identity) {
			line := fmt.Sprintf("identity %s %s", id.Source, id.Addr)
			for _, f := range id.Facts {
				line += fmt.Sprintf(" %s=%s", f.Kind, f.Value)
			}
			d.lines = append(d.lines, line)
		},
		Correction: func(c *icsdissect.Correction) {
			d.lines = append(d.lines, fmt.Sprintf("correction client=%s by=%s records=%d", c.Flow.Client.Addr, c.Flow.Orientation, c.Records))
		},
	})
	return d
}

func recordLine(r *icsdissect.Record) string {
	from, to := r.Flow.Client.Addr, r.Flow.Server.Addr
	if !r.FromClient {
		from, to = to, from
	}
	p := r.PDU
	line := fmt.Sprintf("%s>%s %s %s %s", from, to, p.Protocol, p.Role, p.Function)
	for _, o := range p.Objects {
		line += fmt.Sprintf(" %s:%d:%d:%d+%d", o.Space, o.Area, o.Address, o.Element, o.Count)
		if len(o.Name) > 0 {
			line += fmt.Sprintf("(%s)", o.Name)
		}
		if len(o.Value) > 0 {
			line += fmt.Sprintf("=%x", o.Value)
		}
	}
	if p.Text != "" {
		line += " text=" + p.Text
	}
	if p.Exception != "" {
		line += " exception=" + p.Exception
	}
	if p.Malformed != "" {
		line += " malformed=" + p.Malformed
	}
	return line
}

func (d *desk) packet(b []byte) {
	d.at = d.at.Add(time.Millisecond)
	d.Packet(d.at, icsdissect.LinkEthernet, b)
}

// want compares what was told since the last question.
func (d *desk) want(t *testing.T, lines ...string) {
	t.Helper()
	got := strings.Join(d.lines, "\n")
	if want := strings.Join(lines, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	d.lines = nil
}
