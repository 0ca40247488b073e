package icsdissect

import (
	"encoding/binary"
	"net/netip"
)

// LinkType is what a packet begins with, by the numbers of the registry that
// capture files use (draft-ietf-opsawg-pcaplinktype).
type LinkType uint32

// The link types that are read.
const (
	LinkNull     LinkType = 0
	LinkEthernet LinkType = 1
	LinkRaw      LinkType = 101
	LinkLoop     LinkType = 108
	LinkSLL      LinkType = 113
	LinkIPv4     LinkType = 228
	LinkIPv6     LinkType = 229
	LinkSLL2     LinkType = 276
	linkRawBSD   LinkType = 12
	linkRawOpen  LinkType = 14
)

// MAC is an address of IEEE 802.
type MAC [6]byte

const (
	etherIPv4     = 0x0800
	etherARP      = 0x0806
	etherVLAN     = 0x8100
	etherIPv6     = 0x86dd
	etherQinQ     = 0x88a8
	etherQinQOld  = 0x9100
	etherPROFINET = 0x8892
	etherLLDP     = 0x88cc

	protoTCP = 6
	protoUDP = 17
)

// frame is one packet, taken apart down to its transport. Slices alias the packet.
type frame struct {
	srcMAC, dstMAC MAC
	vlan           uint16
	ether          uint16
	src, dst       netip.Addr
	proto          uint8
	sport, dport   uint16
	seq, ack       uint32
	flags          uint8
	payload        []byte
	missing        int // octets that the packet had and the capture has not
}

const (
	flagFIN = 1
	flagSYN = 2
	flagRST = 4
	flagACK = 16
)

// what taking a packet apart ends with.
type outcome uint8

const (
	isBroken outcome = iota
	isOther
	isFragment
	isLink // payload is that of an Ethernet frame which carries no IP
	isTCP
	isUDP
)

// take takes a packet apart: Ethernet (IEEE 802.3), VLAN tags (IEEE 802.1Q),
// Linux cooked captures, IPv4 (RFC 791), IPv6 with its extension headers
// (RFC 8200), TCP (RFC 9293), UDP (RFC 768). Checksums are not looked at:
// captures from a host carry those that its network card would have filled in.
func (f *frame) take(link LinkType, b []byte) outcome {
	*f = frame{}
	switch link {
	case LinkEthernet:
		return f.ethernet(b)
	case LinkNull, LinkLoop:
		if len(b) < 4 {
			return isBroken
		}
		return f.raw(b[4:])
	case LinkRaw, LinkIPv4, LinkIPv6, linkRawBSD, linkRawOpen:
		return f.raw(b)
	case LinkSLL:
		if len(b) < 16 {
			return isBroken
		}
		copy(f.srcMAC[:], b[6:12])
		return f.tagged(binary.BigEndian.Uint16(b[14:]), b[16:])
	case LinkSLL2:
		if len(b) < 20 {
			return isBroken
		}
		copy(f.srcMAC[:], b[12:18])
		return f.tagged(binary.BigEndian.Uint16(b), b[20:])
	}
	return isOther
}

func (f *frame) raw(b []byte) outcome {
	switch {
	case len(b) == 0:
		return isBroken
	case b[0]>>4 == 4:
		f.ether = etherIPv4
		return f.ipv4(b)
	case b[0]>>4 == 6:
		f.ether = etherIPv6
		return f.ipv6(b)
	}
	return isOther
}

func (f *frame) ethernet(b []byte) outcome {
	if len(b) < 14 {
		return isBroken
	}
	copy(f.dstMAC[:], b)
	copy(f.srcMAC[:], b[6:])
	return f.tagged(binary.BigEndian.Uint16(b[12:]), b[14:])
}

// tagged passes over at most three tags; the outermost is kept.
func (f *frame) tagged(ether uint16, b []byte) outcome {
	for range 3 {
		if ether != etherVLAN && ether != etherQinQ && ether != etherQinQOld {
			break
		}
		if len(b) < 4 {
			return isBroken
		}
		if f.vlan == 0 {
			f.vlan = binary.BigEndian.Uint16(b) & 0xfff
		}
		ether, b = binary.BigEndian.Uint16(b[2:]), b[4:]
	}
	f.ether = ether
	switch ether {
	case etherIPv4:
		return f.ipv4(b)
	case etherIPv6:
		return f.ipv6(b)
	case etherARP, etherPROFINET, etherLLDP:
		f.payload = b
		return isLink
	}
	return isOther
}

func (f *frame) ipv4(b []byte) outcome {
	if len(b) < 20 || b[0]>>4 != 4 {
		return isBroken
	}
	head, total := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
	if total == 0 { // left to the network card (segmentation offload)
		total = len(b)
	}
	if head < 20 || head > len(b) || total < head {
		return isBroken
	}
	f.src, f.dst = netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
	f.missing = max(0, total-len(b))
	offset := binary.BigEndian.Uint16(b[6:])
	if offset&0x3fff != 0 { // more to come, or not the first
		return isFragment
	}
	return f.transport(b[9], b[head:min(total, len(b))])
}

func (f *frame) ipv6(b []byte) outcome {
	if len(b) < 40 || b[0]>>4 != 6 {
		return isBroken
	}
	f.src, f.dst = netip.AddrFrom16([16]byte(b[8:24])).Unmap(), netip.AddrFrom16([16]byte(b[24:40])).Unmap()
	length, next := int(binary.BigEndian.Uint16(b[4:])), b[6]
	b = b[40:]
	if length == 0 {
		length = len(b)
	}
	f.missing = max(0, length-len(b))
	b = b[:min(length, len(b))]
	for range 8 {
		switch next {
		case 0, 43, 60, 51, 135:
			if len(b) < 8 {
				return isBroken
			}
			size := (int(b[1]) + 1) * 8
			if next == 51 {
				size = (int(b[1]) + 2) * 4
			}
			if size > len(b) {
				return isBroken
			}
			next, b = b[0], b[size:]
		case 44:
			return isFragment
		default:
			return f.transport(next, b)
		}
	}
	return isBroken
}

func (f *frame) transport(proto uint8, b []byte) outcome {
	f.proto = proto
	switch proto {
	case protoTCP:
		return f.tcp(b)
	case protoUDP:
		return f.udp(b)
	}
	return isOther
}

func (f *frame) tcp(b []byte) outcome {
	if len(b) < 20 {
		return isBroken
	}
	head := int(b[12]>>4) * 4
	if head < 20 || head > len(b) {
		return isBroken
	}
	f.sport, f.dport = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	f.seq, f.ack = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	f.flags = b[13]
	f.payload = b[head:]
	return isTCP
}

func (f *frame) udp(b []byte) outcome {
	if len(b) < 8 {
		return isBroken
	}
	f.sport, f.dport = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	length := int(binary.BigEndian.Uint16(b[4:]))
	if length == 0 {
		length = len(b)
	}
	if length < 8 {
		return isBroken
	}
	f.payload = b[8:max(8, min(length, len(b)))]
	return isUDP
}
