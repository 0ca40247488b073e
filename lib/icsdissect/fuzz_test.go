package icsdissect_test

import (
	"testing"
	"time"

	"linghang/lib/icsdissect"
	"linghang/lib/icsdissect/pdu"
)

// FuzzPacket gives packets of any octets, as frames of each link type and as
// segments of one conversation with every protocol's port.
func FuzzPacket(f *testing.F) {
	f.Add(uint16(502), uint32(0), []byte("\x00\x01\x00\x00\x00\x06\x01\x03\x00\x00\x00\x01"), []byte("\x00\x01\x00\x00\x00\x03\x01\x83\x02"))
	f.Add(uint16(20000), uint32(3), []byte("\x05\x64\x05\xc0\x01\x00\x00\x04\xe9\x21"), []byte{})
	f.Add(uint16(4840), uint32(9), []byte("HELF\x20\x00\x00\x00"), []byte("MSGC"))
	f.Add(uint16(102), uint32(1<<31), []byte("\x03\x00\x00\x19\x02\xf0\x80\x32\x01\x00\x00\x00\x05\x00\x08\x00\x00\xf0\x00\x00\x01\x00\x01\x01\xe0"), []byte{})
	f.Add(uint16(47808), uint32(0), []byte("\x81\x0b\x00\x0c\x01\x20\xff\xff\x00\xff\x10\x08"), []byte{})
	f.Fuzz(func(t *testing.T, port uint16, jump uint32, first, second []byte) {
		first, second = first[:min(len(first), 3000)], second[:min(len(second), 3000)]
		limits := icsdissect.Limits{Flows: 4, FlowBuffer: 4096, Buffer: 1 << 16, Frame: 2048}
		d := icsdissect.New(icsdissect.Options{
			Conversation: func(*icsdissect.Conversation) {},
			Limits:       limits,
			Identity:     func(*icsdissect.Identity) {},
			Record: func(r *icsdissect.Record) {
				if r.PDU.Function == "" || r.PDU.Protocol == "" {
					t.Fatalf("a record without a name: %+v", r.PDU)
				}
				if len(r.PDU.Objects) > pdu.MaxObjects || len(r.PDU.Facts) > pdu.MaxFacts {
					t.Fatalf("%d objects, %d facts", len(r.PDU.Objects), len(r.PDU.Facts))
				}
				_ = r.Clone()
			},
		})
		at := time.Unix(1, 0)
		for _, link := range []icsdissect.LinkType{icsdissect.LinkNull, icsdissect.LinkEthernet, icsdissect.LinkRaw, icsdissect.LinkSLL, icsdissect.LinkSLL2} {
			d.Packet(at, link, first)
		}
		a, b := host{1, "10.0.0.1", 50000}, host{2, "10.0.0.2", port}
		give := func(p []byte) {
			at = at.Add(time.Second)
			d.Packet(at, icsdissect.LinkEthernet, p)
		}
		give(tcp(a, b, 0, 0, ack, first))
		give(tcp(a, b, jump, 0, ack, second))
		give(tcp(b, a, jump, 1, ack, second))
		give(tcp(a, b, uint32(len(first)), 0, ack, second))
		give(tcp(b, a, 0, jump, ack, first))
		give(udp(a, b, first))
		give(udp(b, a, second))
		give(ethernet(a, b, port, first))
		if d.Buffered() < 0 || d.Buffered() > 1<<16 || d.Flows() > 4 {
			t.Fatalf("%d octets, %d flows", d.Buffered(), d.Flows())
		}
		d.Flush()
	})
}

// FuzzCut cuts a stream of frames into segments of any sizes, in any order and
// with repeats: what is told is what the uncut stream tells.
func FuzzCut(f *testing.F) {
	f.Add([]byte{5, 1, 30, 7}, []byte{0, 2, 1, 3})
	f.Add([]byte{12, 12, 12}, []byte{2, 2, 1, 0})
	f.Fuzz(func(t *testing.T, sizes, order []byte) {
		var stream []byte
		var want []string
		for i := range byte(8) {
			stream = append(stream, read(t, i, i)...)
			want = append(want, asked(string('0'+rune(i))))
		}
		type piece struct {
			at   int
			data []byte
		}
		var pieces []piece
		for at, i := 0, 0; at < len(stream); i++ {
			n := 13
			if i < len(sizes) {
				n = int(sizes[i])%60 + 1
			}
			n = min(n, len(stream)-at)
			pieces = append(pieces, piece{at, stream[at : at+n]})
			at += n
		}
		d := newDesk(icsdissect.Limits{})
		d.packet(tcp(client(), plc(), 99, 0, syn, nil))
		for _, o := range order[:min(len(order), 20)] {
			p := pieces[int(o)%len(pieces)]
			d.packet(tcp(client(), plc(), uint32(100+p.at), 0, ack, p.data))
		}
		for _, p := range pieces {
			d.packet(tcp(client(), plc(), uint32(100+p.at), 0, ack, p.data))
		}
		d.want(t, want...)
		if d.Buffered() != 0 {
			t.Fatalf("%d octets are left", d.Buffered())
		}
	})
}
