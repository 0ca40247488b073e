package capture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"time"

	"linghang/lib/icsdissect"
	"linghang/lib/icsdissect/capture"
)

// pcap writes a file in either order of octets, with nanoseconds.
func pcap(order binary.AppendByteOrder, link uint32, packets ...[]byte) []byte {
	b := order.AppendUint32(nil, 0xa1b23c4d)
	b = order.AppendUint16(order.AppendUint16(b, 2), 4)
	b = order.AppendUint32(append(b, make([]byte, 8)...), 65535)
	b = order.AppendUint32(b, link)
	for i, p := range packets {
		b = order.AppendUint32(order.AppendUint32(b, uint32(1000+i)), 7)
		b = order.AppendUint32(order.AppendUint32(b, uint32(len(p))), uint32(len(p)))
		b = append(b, p...)
	}
	return b
}

// block is a block of a pcapng file.
func block(kind uint32, body []byte) []byte {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	n := uint32(12 + len(body))
	b := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, kind), n)
	return binary.LittleEndian.AppendUint32(append(b, body...), n)
}

// pcapng writes two interfaces of two link types, and a packet of each.
func pcapng() []byte {
	le := binary.LittleEndian
	section := le.AppendUint32(nil, 0x1a2b3c4d)
	section = append(le.AppendUint16(le.AppendUint16(section, 1), 0), bytes.Repeat([]byte{0xff}, 8)...)
	face := func(link uint16) []byte { return block(1, append(le.AppendUint16(nil, link), 0, 0, 0, 0, 4, 0)) }
	packet := func(face uint32, data string) []byte {
		b := le.AppendUint32(le.AppendUint32(le.AppendUint32(nil, face), 0), 5_000_000)
		b = le.AppendUint32(le.AppendUint32(b, uint32(len(data))), uint32(len(data)))
		return block(6, append(b, data...))
	}
	return bytes.Join([][]byte{block(0x0a0d0d0a, section), face(1), face(101), packet(0, "one"), packet(1, "three")}, nil)
}

func readAll(t testing.TB, b []byte) (list []capture.Packet, err error) {
	t.Helper()
	r, err := capture.Open(bytes.NewReader(b))
	for err == nil {
		var p capture.Packet
		if p, err = r.Next(); err == nil {
			p.Octets = bytes.Clone(p.Octets)
			list = append(list, p)
		}
	}
	return list, err
}

func TestPcapInBothOrders(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		list, err := readAll(t, pcap(order, 276, []byte("one"), []byte("two")))
		if !errors.Is(err, io.EOF) || len(list) != 2 || string(list[1].Octets) != "two" ||
			!list[1].Time.Equal(time.Unix(1001, 7)) || list[1].Link != icsdissect.LinkSLL2 {
			t.Errorf("%s: %+v, %v", order, list, err)
		}
	}
}

func TestPcapngWithInterfacesOfSeveralLinkTypes(t *testing.T) {
	list, err := readAll(t, pcapng())
	if !errors.Is(err, io.EOF) || len(list) != 2 || list[0].Link != icsdissect.LinkEthernet || list[1].Link != icsdissect.LinkRaw ||
		string(list[1].Octets) != "three" || !list[1].Time.Equal(time.Unix(5, 0)) {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestFilesThatAreNotWhole(t *testing.T) {
	whole := pcap(binary.LittleEndian, 1, []byte("one"))
	for _, b := range [][]byte{nil, []byte("GIF8"), []byte("PK\x03\x04 and more than a header of a capture"), whole[:20]} {
		if _, err := capture.Open(bytes.NewReader(b)); err == nil {
			t.Errorf("%q is opened", b)
		}
	}
	if list, err := readAll(t, whole[:len(whole)-1]); len(list) != 0 || err == nil || errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%+v, %v", list, err)
	}
	huge := pcap(binary.LittleEndian, 1, []byte("one"))
	binary.LittleEndian.PutUint32(huge[32:], 1<<31)
	if list, err := readAll(t, huge); len(list) != 0 || err == nil {
		t.Errorf("%d packets, %v", len(list), err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(pcap(binary.LittleEndian, 1, []byte("one")))
	f.Add(pcapng())
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := readAll(t, b)
		if err == nil {
			t.Fatal("a file has no end")
		}
		for _, p := range list {
			if len(p.Octets) > capture.MaxPacket {
				t.Fatalf("%d octets", len(p.Octets))
			}
		}
	})
}
