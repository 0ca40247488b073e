package icsdissect_test

import (
	"fmt"
	"testing"
	"time"

	"linghang/lib/icsdissect"
)

// talks is a desk that writes down conversations and records.
func talks() *desk {
	d := &desk{at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	d.Dissector = icsdissect.New(icsdissect.Options{
		Record: func(r *icsdissect.Record) { d.lines = append(d.lines, recordLine(r)) },
		Conversation: func(c *icsdissect.Conversation) {
			d.lines = append(d.lines, fmt.Sprintf("%s %s>%s %s by %s content=%v", c.Flow.Transport, c.Flow.Client.Addr, c.Flow.Server.Addr, c.Service, c.Flow.Orientation, c.ByContent))
		},
	})
	return d
}

func TestAConversationOfNoProtocolIsToldOnceWithWhoOpenedIt(t *testing.T) {
	rtu, other := host{1, "10.0.0.1", 1622}, host{2, "10.0.0.2", 445}
	negotiate := octets(t, "00000054 ff534d42 72 00000000 18 0128 00000000000000000000000000000000000000000000")
	d := talks()
	d.packet(tcp(rtu, other, 10, 0, syn, nil))
	d.packet(tcp(other, rtu, 90, 11, syn|ack, nil))
	d.want(t)
	d.packet(tcp(rtu, other, 11, 91, ack, negotiate))
	d.packet(tcp(other, rtu, 91, 11, ack, negotiate))
	d.packet(tcp(rtu, other, 11+uint32(len(negotiate)), 91, ack|fin, nil))
	d.want(t, "tcp 10.0.0.1:1622>10.0.0.2:445 smb by handshake content=true")
	if d.Stats().Conversations != 1 {
		t.Errorf("%+v", d.Stats())
	}
}

func TestContentTellsTheServiceBeforeThePortDoes(t *testing.T) {
	hello := "16030100050100000100"
	for _, c := range []struct {
		name             string
		from, to         uint16
		payload, service string
	}{
		{"TLS anywhere", 1630, 4444, hello, "10.0.0.1:1630>10.0.0.2:4444 tls by semantics content=true"},
		{"TLS whose beginning nobody saw", 1630, 4444, "1703000020" + "6f", "10.0.0.1:1630>10.0.0.2:4444 tls by nothing content=true"},
		{"an answer of TLS", 4444, 1630, "16030100050200000100", "10.0.0.2:1630>10.0.0.1:4444 tls by semantics content=true"},
		{"RDP in TLS", 50000, 3389, hello, "10.0.0.1:50000>10.0.0.2:3389 rdp by port content=true"},
		{"WinRM", 50000, 5985, fmt.Sprintf("%x", "POST /wsman HTTP/1.1\r\n"), "10.0.0.1:50000>10.0.0.2:5985 winrm by port content=true"},
		{"HTTP on the port of another", 50000, 22, fmt.Sprintf("%x", "GET / HTTP/1.1\r\n"), "10.0.0.1:50000>10.0.0.2:22 http by port content=true"},
		{"SSH", 50000, 22, fmt.Sprintf("%x", "SSH-2.0-x\r\n"), "10.0.0.1:50000>10.0.0.2:22 ssh by port content=true"},
		{"FTP answers", 2121, 50000, fmt.Sprintf("%x", "220 FTP ready\r\n"), "10.0.0.2:50000>10.0.0.1:2121 ftp by semantics content=true"},
		{"SMB 2 answers", 50001, 50000, "00000040fe534d42400000000000000000000000010000000000", "10.0.0.2:50000>10.0.0.1:50001 smb by semantics content=true"},
		{"DCE/RPC binds", 50000, 49664, "05000b0310000000480000000100000000", "10.0.0.1:50000>10.0.0.2:49664 dcerpc by semantics content=true"},
		{"what nobody reads on a known port", 50000, 23, "0d0a", "10.0.0.1:50000>10.0.0.2:23 telnet by port content=false"},
	} {
		d := talks()
		d.packet(tcp(host{1, "10.0.0.1", c.from}, host{2, "10.0.0.2", c.to}, 10, 0, ack, octets(t, c.payload)))
		if len(d.lines) != 1 || d.lines[0] != "tcp "+c.service {
			t.Errorf("%s: %q, want %q", c.name, d.lines, c.service)
		}
	}
}

func TestWhatNobodyKnowsIsToldWhenItEndsOrGoesOn(t *testing.T) {
	a, b := host{1, "10.0.0.1", 1617}, host{2, "10.0.0.2", 24295}
	line := "tcp 10.0.0.1:1617>10.0.0.2:24295  by nothing content=false"
	d := talks()
	d.packet(tcp(a, b, 10, 0, ack, []byte("ab")))
	d.packet(tcp(a, b, 12, 0, ack, []byte("cd")))
	d.want(t)
	d.packet(tcp(b, a, 90, 0, ack, []byte("ef")))
	d.want(t, line)

	d = talks()
	d.packet(tcp(a, b, 10, 0, ack, []byte("ab")))
	d.packet(tcp(a, b, 12, 0, ack|fin, nil))
	d.want(t, line)

	d = talks()
	d.packet(tcp(a, b, 10, 0, ack, []byte("ab")))
	d.Flush()
	d.Flush()
	d.want(t, line)
}

func TestIndustrialProtocolsChatterAndEmptyConnectionsAreNoConversations(t *testing.T) {
	d := talks()
	station, plc := host{1, "10.0.0.1", 40001}, host{2, "10.0.0.2", 502}
	d.packet(tcp(station, plc, 10, 0, ack, octets(t, "0001 0000 0006 01 03 0000 0002")))
	moved := host{2, "10.0.0.2", 1502} // on a port that nothing promises, with the beginning of a frame first
	d.packet(tcp(station, moved, 10, 0, ack, octets(t, "0000")))
	d.packet(tcp(station, moved, 12, 0, ack, octets(t, "0001 0000 0006 01 03 0000 0002 0002 0000 0006 01 03 0000 0002")))
	if n := len(d.lines); n != 3 {
		t.Errorf("%q", d.lines)
	}
	d.lines = nil
	for _, p := range [][2]host{
		{{1, "10.0.0.1", 137}, {2, "10.0.0.255", 137}},
		{{1, "10.0.0.1", 5000}, {2, "239.255.255.250", 1900}},
		{{1, "10.0.0.1", 5000}, {2, "224.0.0.5", 7000}},
		{{1, "10.0.0.1", 5000}, {0xff, "10.0.0.255", 7000}},
		{{1, "10.0.0.1", 5000}, {2, "255.255.255.255", 7000}},
	} {
		for range 5 {
			b := udp(p[0], p[1], []byte("hello hello"))
			if p[1].mac == 0xff {
				copy(b, []byte{255, 255, 255, 255, 255, 255})
			}
			d.packet(b)
		}
	}
	scan := host{1, "10.0.0.1", 41000}
	d.packet(tcp(scan, host{2, "10.0.0.2", 445}, 10, 0, syn, nil))
	d.packet(tcp(host{2, "10.0.0.2", 445}, scan, 0, 11, ack|rst, nil))
	d.Flush()
	d.want(t)
	d.packet(udp(host{1, "10.0.0.1", 123}, host{2, "10.0.0.9", 123}, make([]byte, 48)))
	d.packet(udp(host{1, "10.0.0.1", 5000}, host{2, "10.0.0.9", 53}, make([]byte, 20)))
	d.want(t, "udp 10.0.0.1:123>10.0.0.9:123 ntp by port content=false", "udp 10.0.0.1:5000>10.0.0.9:53 dns by port content=false")
}

func TestConversationsCostNoAllocationWhileTheyGoOn(t *testing.T) {
	told := 0
	d := icsdissect.New(icsdissect.Options{Conversation: func(*icsdissect.Conversation) { told++ }})
	a, b := host{1, "10.0.0.1", 1617}, host{2, "10.0.0.2", 4444}
	var seq uint32 = 10
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	packets := make([][]byte, 300)
	for i := range packets {
		packets[i] = tcp(a, b, seq, 0, ack, []byte("ab"))
		seq += 2
	}
	d.Packet(at, icsdissect.LinkEthernet, packets[0])
	i := 0
	if n := testing.AllocsPerRun(200, func() { i++; d.Packet(at, icsdissect.LinkEthernet, packets[i]) }); n > 0.1 {
		t.Errorf("%v allocations for a packet", n)
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}
