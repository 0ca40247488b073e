// Package iec104 reads IEC 60870-5-104, passively: the frames of its clause 5
// (APCI) and the data units of IEC 60870-5-101, clause 7 (ASDU), with two
// octets of cause, two of common address and three of object address, as
// IEC 60870-5-104, clause 8 asks.
package iec104

import (
	"linghang/lib/icsdissect/pdu"
)

const (
	start = 0x68
	least = 4
	most  = 253
	head  = 6 // start, length, control field
	asdu  = 6 // type, qualifier, cause of two, common address of two
)

// Length returns how many octets the frame at the start of b has, 0 where too
// few are there to tell, and -1 where none begins: clause 5.
func Length(b []byte) int {
	if len(b) >= 1 && b[0] != start || len(b) >= 2 && (b[1] < least || b[1] > most) {
		return -1
	}
	if len(b) < head {
		return 0
	}
	if b[2]&1 == 0 && b[1] < least+asdu || b[2]&1 == 1 && b[1] != least || b[4]&1 == 1 {
		return -1 // a frame with data has a data unit, the others have none
	}
	return 2 + int(b[1])
}

// Strict reports whether a whole frame is surely of the protocol: control
// fields are as they must be, and objects fill the data unit.
func Strict(frame []byte) bool {
	if len(frame) < head || Length(frame) != len(frame) {
		return false
	}
	switch frame[2] & 3 {
	case 1:
		return frame[2] == 1 && frame[3] == 0
	case 3:
		return controlFunction(frame[2]).name != "" && frame[3] == 0 && frame[4] == 0 && frame[5] == 0
	}
	b := frame[head:]
	size, known := elementSize(b[0])
	if !known || b[2]&0x3f == 0 {
		return false
	}
	if size < 0 {
		return len(b) >= asdu+3
	}
	n := int(b[1] & 0x7f)
	if b[1]&0x80 != 0 {
		return len(b) == asdu+3+n*size
	}
	return len(b) == asdu+n*(3+size)
}

type named struct {
	name  string
	class pdu.Class
}

// Decode reads the frame at the start of b. Frames that only acknowledge add no PDU.
func Decode(b []byte, hint pdu.Role, out *pdu.List) {
	if len(b) < head {
		return
	}
	switch {
	case b[2]&1 == 0:
		p := out.Add(pdu.IEC104)
		p.Role, p.Truncated = hint, len(b) < 2+int(b[1])
		unit(p, b[head:])
	case b[2]&3 == 3:
		p := out.Add(pdu.IEC104)
		f := controlFunction(b[2])
		p.Function, p.Class, p.Code, p.Role = f.name, f.class, uint32(b[2]), hint
		if f.name == "" {
			p.Function = "unknown"
			p.Fail("an unnumbered frame has not exactly one function")
		}
		control(p, b[2])
	}
}

// controlFunction follows clause 5.3: unnumbered control functions.
func controlFunction(code byte) named {
	switch code {
	case 0x07:
		return named{"startdt_act", pdu.Session}
	case 0x0b:
		return named{"startdt_con", pdu.Session}
	case 0x13:
		return named{"stopdt_act", pdu.Session}
	case 0x23:
		return named{"stopdt_con", pdu.Session}
	case 0x43:
		return named{"testfr_act", pdu.Session}
	case 0x83:
		return named{"testfr_con", pdu.Session}
	}
	return named{}
}

// control: only the controlling station starts and stops transfer; both test.
func control(p *pdu.PDU, code byte) {
	switch code {
	case 0x07, 0x13:
		p.Role, p.Certain = pdu.Request, true
	case 0x0b, 0x23:
		p.Role, p.Certain = pdu.Response, true
	}
}

// unit reads a data unit: IEC 60870-5-101, clause 7.1.
func unit(p *pdu.PDU, b []byte) {
	r := pdu.NewReader(b)
	kind, qualifier, cause, originator := r.U8(), r.U8(), r.U8(), r.U8()
	p.Unit, p.Source = uint32(r.LE16()), uint32(originator)
	f := typeName(kind)
	p.Function, p.Class, p.Code = f.name, f.class, uint32(kind)
	if r.Short() {
		p.Fail("a data unit is cut")
		return
	}
	p.Text = causeName(cause & 0x3f)
	p.Role, p.Certain = role(kind, cause&0x3f, p.Role)
	if cause&0x40 != 0 {
		p.Exception, p.ExceptionCode = "negative_confirmation", uint32(cause&0x3f)
	}
	if c := cause & 0x3f; c >= 44 && c <= 47 {
		p.Exception, p.ExceptionCode = p.Text, uint32(c)
	}
	size, known := elementSize(kind)
	if !known || size < 0 {
		p.Opaque = true
		p.Add(pdu.Object{Space: "ioa", Address: uint64(r.LE24()), Value: r.Rest()})
		return
	}
	objects(p, &r, int(qualifier&0x7f), qualifier&0x80 != 0, size)
	if kind >= 45 && len(p.Objects) > 0 {
		p.Key = uint64(kind)<<48 | uint64(p.Unit)<<32 | p.Objects[0].Address
		p.Paired = p.Text == "activation" || p.Text == "deactivation" || p.Text == "activation_confirmation" || p.Text == "deactivation_confirmation"
		selects(p, kind)
	}
	if r.Short() && !p.Truncated {
		p.Fail("objects are cut")
	}
}

// objects reads information objects, each with its address or in sequence: clause 7.2.2.1.
func objects(p *pdu.PDU, r *pdu.Reader, n int, sequence bool, size int) {
	if sequence {
		o := pdu.Object{Space: "ioa", Address: uint64(r.LE24()), Count: uint32(n)} //nolint:gosec // seven bits
		o.Value = r.Take(n * size)
		p.Add(o)
		return
	}
	for ; n > 0 && !r.Short(); n-- {
		o := pdu.Object{Space: "ioa", Address: uint64(r.LE24()), Count: 1}
		o.Value = r.Take(size)
		if !r.Short() {
			p.Add(o)
		}
	}
}

// selects tells whether a command only selects: the highest bit of its qualifier, clause 7.2.6.26.
func selects(p *pdu.PDU, kind byte) {
	v := p.Objects[0].Value
	at := -1
	switch kind {
	case 45, 46, 47, 58, 59, 60:
		at = 0
	case 48, 49, 61, 62:
		at = 2
	case 50, 63:
		at = 4
	}
	if at >= 0 && at < len(v) && v[at]&0x80 != 0 {
		p.Text += " select"
	}
}

// role follows the direction of types (clause 7.2.1.1) and of causes (clause 7.2.3).
func role(kind, cause byte, hint pdu.Role) (pdu.Role, bool) {
	switch {
	case kind < 45 || kind == 70:
		return pdu.Response, true
	case kind >= 120:
		return hint, false
	}
	switch cause {
	case 5, 6, 8:
		return pdu.Request, true
	case 7, 9, 10, 44, 45, 46, 47:
		return pdu.Response, true
	}
	return hint, false
}
