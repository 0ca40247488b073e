// Package ident reads what devices say of themselves in protocols that are not
// industrial: ARP (RFC 826), DHCP (RFC 2131, options of RFC 2132), LLDP
// (IEEE 802.1AB-2016, clause 8), multicast DNS (RFC 6762, service discovery of
// RFC 6763), and the first words of SSH (RFC 4253, 4.2), HTTP (RFC 9110,
// 10.2.4) and FTP (RFC 959) servers.
package ident

import (
	"bytes"
	"net/netip"

	"linghang/lib/icsdissect/pdu"
)

// Found is what one packet tells. MAC is zero and Addr not valid where it tells none.
type Found struct {
	Source string
	MAC    [6]byte
	Addr   netip.Addr
	Facts  []pdu.Fact
}

// mostFacts bounds what one packet tells.
const mostFacts = pdu.MaxFacts

func (f *Found) fact(kind pdu.Kind, value []byte) {
	text := pdu.Printable(value)
	if text == "" || len(f.Facts) >= mostFacts {
		return
	}
	for _, had := range f.Facts {
		if had.Kind == kind && had.Value == text {
			return
		}
	}
	f.Facts = append(f.Facts, pdu.Fact{Kind: kind, Value: text})
}

// ARP reads the content of an ARP frame: which address is whose.
func ARP(b []byte) (Found, bool) {
	r := pdu.NewReader(b)
	hardware, protocol, sizes, operation := r.BE16(), r.BE16(), r.BE16(), r.BE16()
	mac, addr := r.Take(6), r.Take(4)
	if r.Short() || hardware != 1 || protocol != 0x0800 || sizes != 0x0604 || operation < 1 || operation > 2 {
		return Found{}, false
	}
	f := Found{Source: "arp", MAC: [6]byte(mac), Addr: netip.AddrFrom4([4]byte(addr))}
	return f, f.Addr != netip.IPv4Unspecified() && f.MAC != [6]byte{}
}

const (
	optionHostName = 12
	optionClass    = 60
	optionKind     = 53
	optionPad      = 0
	optionEnd      = 255

	dhcpAck = 5
)

// DHCP reads a datagram of DHCP: what a client tells of itself, and the
// address that a server acknowledges.
func DHCP(b []byte) (Found, bool) {
	const cookie = "\x63\x82\x53\x63"
	if len(b) < 240 || b[0] != 1 && b[0] != 2 || b[1] != 1 || b[2] != 6 || string(b[236:240]) != cookie {
		return Found{}, false
	}
	f := Found{Source: "dhcp", MAC: [6]byte(b[28:34])}
	ack := f.options(b[240:], b[0] == 1)
	client, yours := netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
	switch {
	case b[0] == 1 && client != netip.IPv4Unspecified():
		f.Addr = client
	case ack && yours != netip.IPv4Unspecified():
		f.Addr = yours
	}
	return f, f.Addr.IsValid() || len(f.Facts) > 0
}

// options reads what a client tells, and reports whether a server acknowledges.
func (f *Found) options(b []byte, client bool) (ack bool) {
	r := pdu.NewReader(b)
	for r.Len() > 0 && !r.Short() {
		code := r.U8()
		if code == optionPad {
			continue
		}
		if code == optionEnd {
			break
		}
		value := r.Take(int(r.U8()))
		switch code {
		case optionHostName:
			if client {
				f.fact(pdu.Name, value)
			}
		case optionClass:
			if client {
				f.fact(pdu.Description, value)
			}
		case optionKind:
			ack = len(value) == 1 && value[0] == dhcpAck
		}
	}
	return ack
}

// LLDP reads the content of an LLDP frame.
func LLDP(b []byte) (Found, bool) {
	f := Found{Source: "lldp"}
	r := pdu.NewReader(b)
	for first := true; r.Len() >= 2; first = false {
		head := r.BE16()
		value := r.Take(int(head & 0x1ff))
		kind := head >> 9
		if r.Short() || first && kind != 1 {
			return Found{}, false
		}
		if kind == 0 {
			break
		}
		f.lldp(kind, value)
	}
	return f, len(f.Facts) > 0
}

// lldp reads one element: clause 8.5.
func (f *Found) lldp(kind uint16, value []byte) {
	switch kind {
	case 1:
		switch {
		case len(value) == 7 && value[0] == 4:
			copy(f.MAC[:], value[1:])
		case len(value) > 1 && value[0] == 7: // PROFINET puts the station's name here
			f.fact(pdu.Name, value[1:])
		}
	case 4:
		f.fact(pdu.Description, value)
	case 5:
		f.fact(pdu.Name, value)
	case 6:
		f.fact(pdu.Description, value)
	case 8:
		if len(value) >= 6 && value[0] == 5 && value[1] == 1 {
			f.Addr = netip.AddrFrom4([4]byte(value[2:6]))
		}
	}
}

// Banner reads the first octets that one side of a stream sent.
func Banner(b []byte) (Found, bool) {
	b = b[:min(len(b), 2048)]
	switch {
	case bytes.HasPrefix(b, []byte("SSH-")):
		f := Found{Source: "ssh"}
		f.fact(pdu.Software, line(b))
		return f, len(f.Facts) > 0
	case bytes.HasPrefix(b, []byte("HTTP/1.")):
		return server(b)
	case bytes.HasPrefix(b, []byte("220 ")) && bytes.Contains(bytes.ToUpper(line(b)), []byte("FTP")):
		f := Found{Source: "ftp"}
		f.fact(pdu.Software, line(b[4:]))
		return f, len(f.Facts) > 0
	}
	return Found{}, false
}

func line(b []byte) []byte {
	if at := bytes.IndexAny(b, "\r\n"); at >= 0 {
		return b[:at]
	}
	return b
}

func server(b []byte) (Found, bool) {
	f := Found{Source: "http"}
	for len(b) > 0 {
		l := line(b)
		if len(l) == 0 {
			break
		}
		if len(l) > 7 && bytes.EqualFold(l[:7], []byte("server:")) {
			f.fact(pdu.Software, l[7:])
		}
		b = bytes.TrimPrefix(b[len(l):], []byte("\r"))
		b = bytes.TrimPrefix(b, []byte("\n"))
	}
	return f, len(f.Facts) > 0
}
