package icsdissect

import (
	"linghang/lib/icsdissect/bacnet"
	"linghang/lib/icsdissect/dnp3"
	"linghang/lib/icsdissect/enip"
	"linghang/lib/icsdissect/iec104"
	"linghang/lib/icsdissect/modbus"
	"linghang/lib/icsdissect/opcua"
	"linghang/lib/icsdissect/pdu"
	"linghang/lib/icsdissect/s7comm"
)

// protocol is what the dissector asks of a protocol on TCP or UDP.
type protocol struct {
	tcp, udp []uint16
	// length of the frame at the start: 0 too few octets to tell, -1 no frame.
	length func(b []byte) int
	// strict reports whether a whole frame is surely of the protocol.
	strict func(frame []byte) bool
	decode func(fl *flow, side uint8, b []byte, out *pdu.List)
	// exact says that a header whose length fills the payload to its end is
	// proof enough on the protocol's own port, whatever the function is.
	exact bool
}

// chain reports whether b is one strict frame after another to its end.
func (p *protocol) chain(b []byte) bool {
	for len(b) > 0 {
		n := p.length(b)
		if n <= 0 || n > len(b) || !p.strict(b[:n]) {
			return false
		}
		b = b[n:]
	}
	return true
}

// proves reports whether the frame of n octets at the start of b is surely of the flow's protocol.
func (fl *flow) proves(b []byte, n int) bool {
	return fl.protocol.strict(b[:n]) || fl.byPort && fl.protocol.exact && n == len(b)
}

// hinted makes a decoder of one that asks for the role only.
func hinted(decode func([]byte, pdu.Role, *pdu.List)) func(*flow, uint8, []byte, *pdu.List) {
	return func(fl *flow, side uint8, b []byte, out *pdu.List) { decode(b, fl.orient.hint(side), out) }
}

func decodeDNP3(fl *flow, side uint8, b []byte, out *pdu.List) {
	state, ok := fl.state.(*dnp3.State)
	if !ok {
		state = &dnp3.State{}
		fl.state = state
	}
	state.Decode(side, b, out)
}

func decodeOPCUA(fl *flow, side uint8, b []byte, out *pdu.List) {
	state, ok := fl.state.(*opcua.State)
	if !ok {
		state = &opcua.State{}
		fl.state = state
	}
	state.Decode(side, b, fl.orient.hint(side), out)
}

// protocols are in the order in which content is asked.
func protocols() []*protocol {
	return []*protocol{
		{[]uint16{20000}, []uint16{20000}, dnp3.Length, dnp3.Strict, decodeDNP3, false},
		{[]uint16{44818}, []uint16{44818}, enip.Length, enip.Strict, hinted(enip.Decode), true},
		{nil, []uint16{2222}, enip.LengthIO, enip.StrictIO, hinted(enip.DecodeIO), false},
		{[]uint16{4840}, nil, opcua.Length, opcua.Strict, decodeOPCUA, false},
		{nil, []uint16{47808}, bacnet.Length, bacnet.Strict, hinted(bacnet.Decode), false},
		{[]uint16{102}, nil, s7comm.Length, s7comm.Strict, hinted(s7comm.Decode), false},
		{[]uint16{2404}, nil, iec104.Length, iec104.Strict, hinted(iec104.Decode), false},
		{[]uint16{502}, []uint16{502}, modbus.Length, modbus.Strict, hinted(modbus.Decode), true},
	}
}
