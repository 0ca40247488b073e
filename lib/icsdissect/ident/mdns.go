package ident

import (
	"bytes"
	"net/netip"

	"linghang/lib/icsdissect/pdu"
)

const (
	mostRecords = 64
	mostName    = 255
	mostJumps   = 8

	typeA   = 1
	typePTR = 12
	typeTXT = 16
	typeSRV = 33
)

// MDNS reads an answer of multicast DNS.
func MDNS(b []byte) (Found, bool) {
	f := Found{Source: "mdns"}
	r := pdu.NewReader(b)
	r.Skip(2)
	flags := r.BE16()
	questions, records := int(r.BE16()), 0
	for range 3 {
		records += int(r.BE16())
	}
	if r.Short() || flags&0x8000 == 0 || questions > mostRecords {
		return Found{}, false
	}
	for range questions {
		skipName(&r)
		r.Skip(4)
	}
	for range min(records, mostRecords) {
		at := len(b) - r.Len()
		skipName(&r)
		kind := r.BE16()
		r.Skip(6)
		start := len(b) - r.Len() + 2
		data := r.Take(int(r.BE16()))
		if r.Short() {
			break
		}
		f.record(b, at, kind, start, data)
	}
	return f, len(f.Facts) > 0
}

func (f *Found) record(b []byte, owner int, kind uint16, start int, data []byte) {
	switch kind {
	case typeA:
		if len(data) == 4 {
			f.Addr = netip.AddrFrom4([4]byte(data))
			f.fact(pdu.Name, host(name(b, owner)))
		}
	case typePTR:
		if service := name(b, owner); bytes.HasPrefix(service, []byte("_")) {
			f.fact(pdu.Service, service)
			instance, _, _ := bytes.Cut(name(b, start), []byte("._"))
			f.fact(pdu.Name, instance)
		}
	case typeSRV:
		if len(data) > 6 {
			f.fact(pdu.Name, host(name(b, start+6)))
		}
	case typeTXT:
		f.text(data)
	}
}

// text reads pairs of a key and a value: RFC 6763, section 6.
func (f *Found) text(data []byte) {
	r := pdu.NewReader(data)
	for r.Len() > 0 && !r.Short() {
		key, value, ok := bytes.Cut(r.Take(int(r.U8())), []byte("="))
		if !ok {
			continue
		}
		switch string(bytes.ToLower(key)) {
		case "model", "md", "ty":
			f.fact(pdu.Model, value)
		case "vendor", "manufacturer", "mfg", "usb_mfg":
			f.fact(pdu.Vendor, value)
		case "fw", "fwversion", "firmware", "version":
			f.fact(pdu.Firmware, value)
		case "sn", "serial", "serialnumber":
			f.fact(pdu.Serial, value)
		}
	}
}

func host(name []byte) []byte { return bytes.TrimSuffix(name, []byte(".local")) }

// skipName passes over a name, which ends with a zero or a reference.
func skipName(r *pdu.Reader) {
	for !r.Short() {
		n := r.U8()
		switch {
		case n == 0:
			return
		case n >= 0xc0:
			r.Skip(1)
			return
		case n > 63:
			r.Skip(1 << 30)
		default:
			r.Skip(int(n))
		}
	}
}

// name reads a name with its references (RFC 1035, 4.1.4), which may only
// point back; a name that is not sound is empty.
func name(b []byte, at int) []byte {
	var out []byte
	for jumps := 0; at < len(b); {
		n := int(b[at])
		switch {
		case n == 0:
			return bytes.TrimSuffix(out, []byte("."))
		case n >= 0xc0:
			if jumps++; at+1 >= len(b) || jumps > mostJumps {
				return nil
			}
			to := (n&0x3f)<<8 | int(b[at+1])
			if to >= at {
				return nil
			}
			at = to
		case n > 63 || at+1+n > len(b) || len(out)+n+1 > mostName:
			return nil
		default:
			out = append(append(out, b[at+1:at+1+n]...), '.')
			at += 1 + n
		}
	}
	return nil
}
