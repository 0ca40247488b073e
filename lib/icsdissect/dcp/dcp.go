// Package dcp reads the Discovery and basic Configuration Protocol of
// PROFINET, passively: IEC 61158-6-10, 4.3. Its frames are told apart by the
// FrameID of the PROFINET EtherType 0x8892.
package dcp

import (
	"fmt"
	"net/netip"

	"linghang/lib/icsdissect/pdu"
)

const (
	frameHello    = 0xfefc
	frameGetSet   = 0xfefd
	frameIdentify = 0xfefe
	frameAnswer   = 0xfeff

	serviceGet      = 3
	serviceSet      = 4
	serviceIdentify = 5
	serviceHello    = 6
)

// Is reports whether the content of a PROFINET frame is DCP.
func Is(b []byte) bool {
	return len(b) >= 12 && b[0] == 0xfe && b[1] >= frameHello&0xff
}

// Decode reads the content of a PROFINET frame, from its FrameID on; what is not DCP adds no PDU.
func Decode(b []byte, out *pdu.List) {
	if !Is(b) {
		return
	}
	r := pdu.NewReader(b)
	frame, service, kind := r.BE16(), r.U8(), r.U8()
	p := out.Add(pdu.PNIODCP)
	p.Code = uint32(service)
	p.Transaction = uint64(r.BE32())
	p.Key, p.Paired = p.Transaction, true
	r.Skip(2)
	length := int(r.BE16())
	p.Role, p.Certain = pdu.Request, true
	if kind&1 != 0 || frame == frameHello {
		p.Role = pdu.Response
	}
	p.Function, p.Class = name(service)
	if kind&4 != 0 {
		p.Exception = "not_supported"
	}
	if length > r.Len() {
		p.Fail("blocks are cut")
		length = r.Len()
	}
	blocks := pdu.NewReader(r.Take(length))
	for blocks.Len() >= 4 && !blocks.Short() {
		option, sub := blocks.U8(), blocks.U8()
		n := int(blocks.BE16())
		body := blocks.Take(n)
		if blocks.Len() > 0 {
			blocks.Skip(n & 1)
		}
		block(p, service, option, sub, body)
	}
	if blocks.Short() {
		p.Fail("a block is cut")
	}
}

func name(service byte) (string, pdu.Class) {
	switch service {
	case serviceGet:
		return "get", pdu.Identity
	case serviceSet:
		return "set", pdu.Config
	case serviceIdentify:
		return "identify", pdu.Identity
	case serviceHello:
		return "hello", pdu.Identity
	}
	return "unknown", pdu.Other
}

const (
	optionIP      = 1
	optionDevice  = 2
	optionControl = 5
)

// block reads one block: 4.3.1.4. In answers two octets of information stand
// before the value, in set requests two of qualifier.
func block(p *pdu.PDU, service, option, sub byte, body []byte) {
	o := pdu.Object{Space: "dcp", Area: uint32(option), Address: uint64(sub)}
	prefixed := p.Role == pdu.Response || service == serviceSet
	if prefixed && len(body) >= 2 {
		body = body[2:]
	}
	o.Value = body
	p.Add(o)
	if option == optionControl && p.Role == pdu.Request {
		control(p, sub)
	}
	if p.Role == pdu.Response && option != optionControl {
		facts(p, option, sub, body)
	}
	if p.Role == pdu.Response && option == optionControl && sub == 4 && len(body) >= 1 && body[0] != 0 {
		p.Exception, p.ExceptionCode = "set_refused", uint32(body[0])
	}
}

// control names what a set request makes a device do: 4.3.1.4.14 ff.
func control(p *pdu.PDU, sub byte) {
	switch sub {
	case 3:
		p.Function, p.Class = "signal", pdu.Control
	case 5:
		p.Function, p.Class = "factory_reset", pdu.Control
	case 6:
		p.Function, p.Class = "reset_to_factory", pdu.Control
	}
}

func facts(p *pdu.PDU, option, sub byte, body []byte) {
	r := pdu.NewReader(body)
	switch {
	case option == optionIP && sub == 2 && len(body) >= 4:
		p.Fact(pdu.Address, []byte(netip.AddrFrom4([4]byte(body[:4])).String()))
	case option == optionDevice && sub == 1:
		p.Fact(pdu.Model, body)
	case option == optionDevice && sub == 2:
		p.Fact(pdu.Name, body)
	case option == optionDevice && sub == 3 && len(body) >= 4:
		p.Fact(pdu.VendorID, fmt.Appendf(nil, "0x%04x", r.BE16()))
		p.Fact(pdu.DeviceType, fmt.Appendf(nil, "0x%04x", r.BE16()))
	case option == optionDevice && sub == 6:
		p.Fact(pdu.Description, body)
	}
}
