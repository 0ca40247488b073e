package enip

import (
	"encoding/binary"
	"strconv"

	"linghang/lib/icsdissect/pdu"
)

func decimal(n uint32) []byte { return strconv.AppendUint(nil, uint64(n), 10) }

func hexadecimal(n uint32) []byte {
	const digits = "0123456789abcdef"
	b := make([]byte, 8)
	for i := range b {
		b[7-i] = digits[n>>(4*i)&15]
	}
	return b
}

// vendorName names the vendors that are met most in plants; the list itself is
// the ODVA's. A number that is not here stays a number.
func vendorName(id uint16) string {
	switch id {
	case 1:
		return "Rockwell Automation/Allen-Bradley"
	case 26:
		return "Festo"
	case 40:
		return "WAGO"
	case 47:
		return "Omron"
	case 243:
		return "Schneider Electric"
	}
	return ""
}

// message reads CIP messages of one frame.
type message struct {
	hint      pdu.Role
	key       uint64
	truncated bool
	index     uint64
}

const (
	classIdentity   = 0x01
	classRouter     = 0x02
	classManager    = 0x06
	classFile       = 0x37
	classPCCC       = 0x67
	deepest         = 3
	mostMultiple    = 64
	serviceMultiple = 0x0a
)

// message reads one request or answer: volume 1, 2-4.
func (m *message) message(b []byte, depth int, out *pdu.List) {
	if len(b) == 0 || depth > deepest {
		return
	}
	p := out.Add(pdu.CIP)
	p.Truncated = m.truncated
	service := b[0] & 0x7f
	p.Code = uint32(service)
	p.Certain = true
	p.Key, p.Paired = m.key^uint64(service)<<40^m.index<<48, true
	if b[0]&0x80 != 0 {
		p.Role = pdu.Response
		m.answer(p, service, b[1:], depth, out)
		return
	}
	p.Role = pdu.Request
	r := pdu.NewReader(b[1:])
	words := int(r.U8())
	route := r.Take(2 * words)
	if r.Short() {
		p.Function = "unknown"
		m.fail(p, "a path is cut")
		return
	}
	o := path(route)
	p.Function, p.Class = serviceName(service, o.Area, len(o.Name) > 0)
	m.request(p, &r, o, service, depth, out)
}

// request reads the data of a request behind its path.
func (m *message) request(p *pdu.PDU, r *pdu.Reader, o pdu.Object, service byte, depth int, out *pdu.List) {
	switch {
	case service == serviceMultiple && (o.Area == classRouter || o.Area == 0):
		p.Add(o)
		m.multiple(r.Rest(), depth, out)
	case o.Area == classManager && service == 0x52:
		p.Add(o)
		m.unconnected(r, depth, out)
	case o.Area == classManager && (service == 0x54 || service == 0x5b):
		p.Add(o)
		open(p, r, service == 0x5b)
	case o.Area == classPCCC && service == 0x4b:
		pccc(p, r, o)
	default:
		tag(p, r, o, service)
	}
}

// tag reads the data of a request on a tag or an attribute: 1756-PM020.
func tag(p *pdu.PDU, r *pdu.Reader, o pdu.Object, service byte) {
	named := len(o.Name) > 0 || o.Area == 0x6b
	switch {
	case named && (service == 0x4c || service == 0x52):
		o.Count = uint32(r.LE16())
	case named && (service == 0x4d || service == 0x53):
		if kind := r.LE16(); kind == 0x02a0 { // a structure has its handle
			r.Skip(2)
		}
		o.Count = uint32(r.LE16())
		if service == 0x53 {
			r.Skip(4)
		}
		o.Value = r.Rest()
	case p.Class.Changes():
		o.Value = r.Rest()
	}
	p.Add(o)
}

// answer reads an answer: volume 1, 2-4.2, with status codes of appendix B.
func (m *message) answer(p *pdu.PDU, service byte, b []byte, depth int, out *pdu.List) {
	p.Function, p.Class = serviceName(service, 0, true)
	r := pdu.NewReader(b)
	r.Skip(1)
	status := r.U8()
	r.Skip(2 * int(r.U8()))
	if r.Short() {
		m.fail(p, "an answer is cut")
		return
	}
	if status != 0 && status != 6 {
		p.Exception, p.ExceptionCode = statusName(status), uint32(status)
	}
	data := r.Rest()
	switch {
	case service == serviceMultiple:
		m.multiple(data, depth, out)
	case service == 0x01 && looksLikeIdentity(data):
		p.Function, p.Class = "get_attributes_all", pdu.Identity
		Identity(p, &r)
	case (service == 0x4c || service == 0x52) && len(data) > 2:
		p.Add(pdu.Object{Space: "tag", Value: data[2:]})
	case len(data) > 0 && (service == 0x0e || service == 0x01 || service == 0x03):
		p.Add(pdu.Object{Space: "cip", Value: data})
	}
}

// looksLikeIdentity reports whether all attributes of an object are those of
// an identity: the name fills the rest, but for one octet, and can be read.
func looksLikeIdentity(b []byte) bool {
	if len(b) < 18 {
		return false
	}
	name := b[15:]
	if n := int(b[14]); n < 3 || n != len(name) && n+1 != len(name) {
		return false
	}
	for _, c := range name[:b[14]] {
		if c < 0x20 || c > 0x7e {
			return false
		}
	}
	return true
}

// multiple reads the messages of a multiple service packet: volume 1, A-4.10.
func (m *message) multiple(b []byte, depth int, out *pdu.List) {
	if len(b) < 2 {
		return
	}
	n := int(binary.LittleEndian.Uint16(b))
	if n > mostMultiple || 2+2*n > len(b) {
		return
	}
	for i := range n {
		start, end := int(binary.LittleEndian.Uint16(b[2+2*i:])), len(b)
		if i+1 < n {
			end = int(binary.LittleEndian.Uint16(b[4+2*i:]))
		}
		if start < 2+2*n || end > len(b) || start >= end {
			return
		}
		m.index = uint64(i) + 1
		m.message(b[start:end], depth+1, out)
	}
}

// unconnected reads the message inside Unconnected_Send: volume 1, 3-5.5.4.
func (m *message) unconnected(r *pdu.Reader, depth int, out *pdu.List) {
	r.Skip(2)
	inner := r.Take(int(r.LE16()))
	m.message(inner, depth+1, out)
}

// open reads what a connection is opened to: volume 1, 3-5.5.2.
func open(p *pdu.PDU, r *pdu.Reader, large bool) {
	parameters := 2
	if large {
		parameters = 4
	}
	r.Skip(2)
	r.Skip(4)
	id := r.LE32()
	r.Skip(2 + 2 + 4 + 4 + 4 + parameters + 4 + parameters + 1)
	route := r.Take(2 * int(r.U8()))
	if r.Short() {
		p.Fail("a connection's path is cut")
		return
	}
	o := path(route)
	p.Add(pdu.Object{Space: "connection", Area: o.Area, Address: uint64(id), Element: o.Element, Name: o.Name})
}

// path reads a path: volume 1, appendix C-1.4. The last of each kind counts:
// what stands before leads to it.
func path(b []byte) pdu.Object {
	o := pdu.Object{Space: "cip"}
	r := pdu.NewReader(b)
	for r.Len() > 0 && !r.Short() {
		s := r.U8()
		switch s >> 5 {
		case 0: // port
			link := 1
			if s&0x10 != 0 {
				link = int(r.U8())
			}
			if s&15 == 15 {
				r.Skip(2)
			}
			r.Skip(link)
			if s&0x10 != 0 && link%2 == 1 {
				r.Skip(1)
			}
		case 1: // logical
			logical(&o, &r, s)
		case 4: // data
			if s == 0x91 {
				n := int(r.U8())
				o.Name = r.Take(n)
				o.Space = "tag"
				r.Skip(n & 1)
				continue
			}
			r.Skip(2 * int(r.U8()))
		default:
			return o
		}
	}
	return o
}

func logical(o *pdu.Object, r *pdu.Reader, s byte) {
	if s == 0x34 { // an electronic key
		r.Skip(9)
		return
	}
	var n uint32
	switch s & 3 {
	case 0:
		n = uint32(r.U8())
	case 1:
		r.Skip(1)
		n = uint32(r.LE16())
	case 2:
		r.Skip(1)
		n = r.LE32()
	}
	switch s >> 2 & 7 {
	case 0:
		o.Area = n
	case 1:
		o.Address = uint64(n)
	case 2, 3, 4:
		o.Element = n
	}
}

// fail marks a message, unless it is the capture that cut it.
func (m *message) fail(p *pdu.PDU, why string) {
	if !m.truncated {
		p.Fail(why)
	}
}
