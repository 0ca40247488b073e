package bacnet

import (
	"strconv"

	"linghang/lib/icsdissect/pdu"
)

// tag is one tag of clause 20.2.1 with its content.
type tag struct {
	number        uint32
	application   bool
	opens, closes bool
	value         []byte
}

// next takes one tag; opening and closing tags have no content.
func next(r *pdu.Reader) (tag, bool) {
	if r.Len() == 0 {
		return tag{}, false
	}
	b := r.U8()
	t := tag{number: uint32(b >> 4), application: b&8 == 0}
	if t.number == 15 {
		t.number = uint32(r.U8())
	}
	length := uint32(b & 7)
	switch {
	case !t.application && length == 6:
		t.opens = true
		return t, !r.Short()
	case !t.application && length == 7:
		t.closes = true
		return t, !r.Short()
	case t.application && t.number == 1: // a Boolean is its length
		return t, !r.Short()
	}
	if length == 5 {
		length = uint32(r.U8())
		switch length {
		case 254:
			length = uint32(r.BE16())
		case 255:
			length = r.BE32()
		}
	}
	t.value = r.Take(int(min(length, 1<<20)))
	return t, !r.Short()
}

func unsigned(b []byte) uint32 {
	var n uint32
	for _, c := range b[:min(len(b), 4)] {
		n = n<<8 | uint32(c)
	}
	return n
}

// object splits an object identifier: clause 20.2.14.
func object(b []byte) pdu.Object {
	id := unsigned(b)
	return pdu.Object{Space: "object", Area: id >> 22, Address: uint64(id & 0x3fffff), Count: 1}
}

const typeDevice = 8

// confirmed reads a confirmed request or its answer: clauses 13 to 16.
func confirmed(p *pdu.PDU, r *pdu.Reader, kind byte) {
	code := r.U8()
	p.Function, p.Class = confirmedName(code)
	p.Code = uint32(kind)<<8 | uint32(code)
	if code == 1 || code == 2 || code == 31 { // devices report to who subscribed
		p.Certain = false
	} else {
		p.Certain = p.Function != "unknown"
	}
	if r.Short() {
		return
	}
	body := pdu.NewReader(r.Rest())
	switch code {
	case 12, 15, 26:
		property(p, &body)
	case 14, 16:
		properties(p, &body)
	case 17, 20:
		for range 2 {
			if t, ok := next(&body); ok && t.number <= 1 && len(t.value) <= 4 {
				p.Add(pdu.Object{Space: "state", Element: t.number, Address: uint64(unsigned(t.value))})
			}
		}
	case 10, 11, 5, 28:
		if o, ok := firstObject(&body); ok {
			p.Add(o)
		}
	}
}

// firstObject finds the first identifier of an object, context or application.
func firstObject(r *pdu.Reader) (pdu.Object, bool) {
	for range 4 {
		t, ok := next(r)
		if !ok {
			break
		}
		if len(t.value) == 4 && (t.application && t.number == 12 || !t.application && t.number <= 1) {
			return object(t.value), true
		}
	}
	return pdu.Object{}, false
}

// property reads one property and its value: clause 15.5 and 15.9.
func property(p *pdu.PDU, r *pdu.Reader) {
	t, ok := next(r)
	if !ok || t.application || t.number != 0 || len(t.value) != 4 {
		p.Fail("a property has no object")
		return
	}
	o := object(t.value)
	t, ok = next(r)
	if !ok || t.application || t.number != 1 {
		p.Fail("a property has no number")
		return
	}
	o.Element = unsigned(t.value)
	inside := false
	for {
		t, ok = next(r)
		if !ok {
			break
		}
		switch {
		case t.opens:
			inside = true
		case inside && o.Value == nil && t.value != nil:
			o.Value = t.value
			fact(p, o.Area, o.Element, t)
		}
	}
	p.Add(o)
}

// properties reads lists of properties: clause 15.7 and 15.10. depth counts
// what is opened: 1 is a list of properties, 3 or 4 in it a value.
func properties(p *pdu.PDU, r *pdu.Reader) {
	var o pdu.Object
	depth, named := 0, false
	for depth >= 0 && depth <= 8 {
		t, ok := next(r)
		switch {
		case !ok:
			return
		case t.opens:
			depth++
		case t.closes:
			depth--
		case depth == 0 && isContext(t, 0) && len(t.value) == 4:
			o, named = object(t.value), true
		case depth == 1 && named && (isContext(t, 0) || isContext(t, 2)):
			o.Element = unsigned(t.value)
			p.Add(o)
		case depth >= 2 && t.application:
			valueOfLast(p, t)
		}
	}
}

func isContext(t tag, number uint32) bool { return !t.application && t.number == number }

// valueOfLast gives a value to the property that was named last; of a list the first counts.
func valueOfLast(p *pdu.PDU, t tag) {
	if len(p.Objects) == 0 || len(t.value) == 0 {
		return
	}
	if last := &p.Objects[len(p.Objects)-1]; last.Value == nil {
		last.Value = pdu.Clip(t.value)
		fact(p, last.Area, last.Element, t)
	}
}

// fact keeps what a device says of itself: properties of clause 12.11.
func fact(p *pdu.PDU, kind, property uint32, t tag) {
	if kind != typeDevice || p.Role != pdu.Response || !t.application {
		return
	}
	text := t.value
	if t.number == 7 && len(text) > 1 { // a string is behind its character set
		text = text[1:]
	}
	switch property {
	case 12:
		p.Fact(pdu.Software, text)
	case 28:
		p.Fact(pdu.Description, text)
	case 44:
		p.Fact(pdu.Firmware, text)
	case 58:
		p.Fact(pdu.Location, text)
	case 70:
		p.Fact(pdu.Model, text)
	case 77:
		p.Fact(pdu.Name, text)
	case 121:
		p.Fact(pdu.Vendor, text)
	case 372:
		p.Fact(pdu.Serial, text)
	case 120:
		p.Fact(pdu.VendorID, strconv.AppendUint(nil, uint64(unsigned(text)), 10))
	}
}

// unconfirmed reads clause 13.7, 16.7 to 16.10 and others.
func unconfirmed(p *pdu.PDU, r *pdu.Reader) {
	code := r.U8()
	p.Function, p.Class = unconfirmedName(code)
	p.Code = 1<<8 | uint32(code)
	body := pdu.NewReader(r.Rest())
	switch code {
	case 0:
		iAm(p, &body)
	case 1, 2, 3:
		p.Role = pdu.Response
		if o, ok := firstObject(&body); ok {
			p.Add(o)
		}
	case 8:
		low, ok := next(&body)
		high, more := next(&body)
		if ok && more {
			from, to := unsigned(low.value), unsigned(high.value)
			p.Add(pdu.Object{Space: "instance", Address: uint64(from), Count: max(to, from) - from + 1})
		}
	}
}

// iAm reads the announcement of a device: clause 16.10.
func iAm(p *pdu.PDU, r *pdu.Reader) {
	p.Role = pdu.Response
	id, ok := next(r)
	if !ok || !id.application || id.number != 12 || len(id.value) != 4 {
		p.Fail("a device has no identifier")
		return
	}
	o := object(id.value)
	p.Add(o)
	p.Fact(pdu.Instance, strconv.AppendUint(nil, o.Address, 10))
	next(r)
	next(r)
	if vendor, ok := next(r); ok {
		p.Fact(pdu.VendorID, strconv.AppendUint(nil, uint64(unsigned(vendor.value)), 10))
	}
}
