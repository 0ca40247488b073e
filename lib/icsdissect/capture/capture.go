// Package capture reads packets from capture files and, on Linux, from network
// interfaces without ever sending: pcap
// (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng), with either
// order of octets, micro- and nanoseconds, and interfaces of several link
// types. The reading itself is github.com/gopacket/gopacket's; this package
// tells the two formats apart and bounds what one packet may take.
package capture

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/pcapgo"

	"linghang/lib/icsdissect"
)

// MaxPacket is the largest packet that is read, in octets; it is that of tcpdump.
const MaxPacket = 262144

// Packet is one packet. Octets are valid until the next is read.
type Packet struct {
	Time   time.Time
	Link   icsdissect.LinkType
	Octets []byte
	Wire   int // octets that it had on the wire; more than there are when it was cut
}

// Reader reads a capture file.
type Reader struct {
	source source
	link   func(gopacket.CaptureInfo) icsdissect.LinkType
	missed map[int]uint64 // by interface
}

// Missed is how many packets are missing in what was read so far, as far as its writer says so.
func (r *Reader) Missed() (n uint64) {
	for _, x := range r.missed {
		n += x
	}
	return n
}

type source interface {
	ZeroCopyReadPacketData() ([]byte, gopacket.CaptureInfo, error)
}

// Open reads the beginning of a capture file and tells its format.
func Open(r io.Reader) (*Reader, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	magic, err := b.Peek(4)
	if err != nil {
		return nil, fmt.Errorf("read the beginning of a capture file: %w", err)
	}
	if binary.BigEndian.Uint32(magic) == 0x0a0d0d0a {
		return openNg(b)
	}
	file, err := pcapgo.NewReader(b)
	if err != nil {
		return nil, fmt.Errorf("read the header of a pcap file: %w", err)
	}
	file.SetSnaplen(MaxPacket) // writers state less than they write, or four gigabytes
	link := icsdissect.LinkType(file.LinkType())
	return &Reader{source: file, link: func(gopacket.CaptureInfo) icsdissect.LinkType { return link }}, nil
}

func openNg(b *bufio.Reader) (*Reader, error) {
	options := pcapgo.DefaultNgReaderOptions
	options.WantMixedLinkType = true
	options.SkipUnknownVersion = true
	missed := map[int]uint64{}
	options.StatisticsCallback = func(face int, s pcapgo.NgInterfaceStatistics) {
		if s.PacketsDropped != pcapgo.NgNoValue64 {
			missed[face] = s.PacketsDropped
		}
	}
	file, err := pcapgo.NewNgReader(b, options)
	if err != nil {
		return nil, fmt.Errorf("read the header of a pcapng file: %w", err)
	}
	return &Reader{source: file, missed: missed, link: func(info gopacket.CaptureInfo) icsdissect.LinkType {
		face, err := file.Interface(info.InterfaceIndex)
		if err != nil {
			return icsdissect.LinkType(file.LinkType())
		}
		return icsdissect.LinkType(face.LinkType)
	}}, nil
}

// Next returns the next packet, and io.EOF behind the last. A file that ends
// within a packet returns io.ErrUnexpectedEOF.
func (r *Reader) Next() (Packet, error) {
	octets, info, err := r.source.ZeroCopyReadPacketData()
	switch {
	case errors.Is(err, io.EOF):
		return Packet{}, io.EOF
	case err != nil:
		return Packet{}, fmt.Errorf("read a packet: %w", err)
	case len(octets) > MaxPacket:
		return Packet{}, fmt.Errorf("a packet has %d octets, more than %d", len(octets), MaxPacket)
	}
	return Packet{info.Timestamp, r.link(info), octets, info.Length}, nil
}
