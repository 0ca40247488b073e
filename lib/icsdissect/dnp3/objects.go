package dnp3

import "linghang/lib/icsdissect/pdu"

// objectHeader reads one header with its objects (clause 4.2.2.8) and reports
// whether another may follow: objects of unknown size end the reading.
func objectHeader(p *pdu.PDU, r *pdu.Reader, data bool) bool {
	group, variation, qualifier := r.U8(), r.U8(), r.U8()
	o := pdu.Object{Space: space(group), Area: uint32(group)<<8 | uint32(variation)}
	if r.Short() {
		p.Fail("an object header is cut")
		return false
	}
	if !ranged(&o, r, qualifier&15) {
		p.Fail("an object header has a reserved range")
		return false
	}
	prefix := (qualifier >> 4) & 7
	if !data {
		if prefix >= 1 && prefix <= 3 && o.Count > 0 {
			return indices(p, r, o, prefix)
		}
		p.Add(o)
		return !r.Short()
	}
	switch {
	case prefix >= 4:
		return sized(p, r, o, prefix)
	case group == 0:
		return attribute(p, r, o)
	case isPacked(group, variation):
		bits := int64(1)
		if group == 3 {
			bits = 2
		}
		o.Value = r.Take(int((int64(o.Count)*bits + 7) / 8))
		p.Add(o)
		return !r.Short()
	}
	n := octetsOf(group, variation)
	if n < 0 {
		p.Add(o)
		p.Opaque = true
		return false
	}
	if prefix == 0 {
		return unprefixed(p, r, o, n)
	}
	return prefixed(p, r, o, prefix, n)
}

// ranged reads the range of a header: clause 4.2.2.8.3.
func ranged(o *pdu.Object, r *pdu.Reader, code byte) bool {
	var start, stop uint32
	switch code {
	case 0, 3:
		start, stop = uint32(r.U8()), uint32(r.U8())
	case 1, 4:
		start, stop = uint32(r.LE16()), uint32(r.LE16())
	case 2, 5:
		start, stop = r.LE32(), r.LE32()
	case 6:
		return true // all of them
	case 7, 11:
		o.Count = uint32(r.U8())
		return true
	case 8:
		o.Count = uint32(r.LE16())
		return true
	case 9:
		o.Count = r.LE32()
		return true
	default:
		return false
	}
	if stop < start || stop-start > 1<<24 {
		return false
	}
	o.Address, o.Count = uint64(start), stop-start+1
	return true
}

func unprefixed(p *pdu.PDU, r *pdu.Reader, o pdu.Object, n int) bool {
	all := int64(o.Count) * int64(n)
	if all > int64(r.Len()) {
		o.Value = r.Rest()
		p.Add(o)
		p.Fail("objects are cut")
		return false
	}
	o.Value = r.Take(int(all))
	p.Add(o)
	return true
}

func index(r *pdu.Reader, prefix byte) uint64 {
	switch prefix {
	case 1:
		return uint64(r.U8())
	case 2:
		return uint64(r.LE16())
	}
	return uint64(r.LE32())
}

// indices reads headers whose objects are their indices only.
func indices(p *pdu.PDU, r *pdu.Reader, o pdu.Object, prefix byte) bool {
	for n := o.Count; n > 0 && !r.Short(); n-- {
		o.Address, o.Count = index(r, prefix), 1
		if !r.Short() {
			p.Add(o)
		}
	}
	return !r.Short()
}

// prefixed reads objects behind their indices.
func prefixed(p *pdu.PDU, r *pdu.Reader, o pdu.Object, prefix byte, n int) bool {
	for left := o.Count; left > 0 && !r.Short(); left-- {
		o.Address, o.Count = index(r, prefix), 1
		o.Value = r.Take(n)
		if r.Short() {
			break
		}
		p.Add(o)
		refused(p, o)
	}
	return !r.Short()
}

// refused reads the status of a control relay output block or an analogue
// output in an answer: annex A.8.1 and A.20; 0 is success.
func refused(p *pdu.PDU, o pdu.Object) {
	if p.Code != 129 || p.Exception != "" || len(o.Value) == 0 {
		return
	}
	group := o.Area >> 8
	if status := o.Value[len(o.Value)-1] & 0x7f; (group == 12 || group == 41) && status != 0 {
		p.Exception, p.ExceptionCode = "control_refused", uint32(status)
	}
}

// sized reads objects that tell their size: files and authentication.
func sized(p *pdu.PDU, r *pdu.Reader, o pdu.Object, prefix byte) bool {
	for left := max(o.Count, 1); left > 0 && !r.Short(); left-- {
		n := int(min(index(r, prefix-3), 1<<16))
		o.Count, o.Value = 1, r.Take(n)
		if !r.Short() {
			p.Add(o)
		}
	}
	return !r.Short()
}

// attribute reads device attributes (annex A.1): type, length, value.
func attribute(p *pdu.PDU, r *pdu.Reader, o pdu.Object) bool {
	for left := o.Count; left > 0 && r.Len() > 0 && !r.Short(); left-- {
		kind := r.U8()
		o.Value = r.Take(int(r.U8()))
		p.Add(o)
		if known := attributeKind(byte(o.Area & 0xff)); known != "" && kind == 1 && p.Role == pdu.Response {
			p.Fact(known, o.Value)
		}
	}
	return !r.Short()
}

func attributeKind(variation byte) pdu.Kind {
	switch variation {
	case 242:
		return pdu.Firmware
	case 243:
		return pdu.Hardware
	case 245:
		return pdu.Location
	case 247:
		return pdu.Name
	case 248:
		return pdu.Serial
	case 250:
		return pdu.Model
	case 252:
		return pdu.Vendor
	}
	return ""
}

// space names a group: annex A.
func space(group byte) string {
	switch group {
	case 0:
		return "device_attribute"
	case 1, 2:
		return "binary_input"
	case 3, 4:
		return "double_bit_input"
	case 10, 11:
		return "binary_output"
	case 12, 13:
		return "control_relay_output"
	case 20, 21, 22, 23:
		return "counter"
	case 30, 31, 32, 33, 34:
		return "analog_input"
	case 40, 41, 42, 43:
		return "analog_output"
	case 50, 51, 52:
		return "time"
	case 60:
		return "class_data"
	case 70:
		return "file"
	case 80:
		return "internal_indications"
	case 110, 111:
		return "octet_string"
	case 120:
		return "authentication"
	}
	return "object"
}

func isPacked(group, variation byte) bool {
	switch group {
	case 1, 3, 10, 80:
		return variation == 1
	case 12:
		return variation == 3
	}
	return false
}

// octetsOf is the size of one object (annex A), -1 where it is not known.
func octetsOf(group, variation byte) int {
	if group == 110 || group == 111 || group == 112 || group == 113 {
		return int(variation)
	}
	if group == 60 {
		return 0
	}
	v := int(variation)
	if v < 1 {
		return -1
	}
	sizes := sizesOf(group)
	if v > len(sizes) {
		return -1
	}
	if n := int(sizes[v-1]); n > 0 {
		return n
	}
	return -1
}

// sizesOf lists the sizes of variations 1, 2, …; 0 is one that does not exist.
func sizesOf(group byte) []byte {
	switch group {
	case 1, 3, 10:
		return []byte{0, 1}
	case 2, 4:
		return []byte{1, 7, 3}
	case 11, 13:
		return []byte{1, 7}
	case 12:
		return []byte{11, 11}
	case 20:
		return []byte{5, 3, 5, 3, 4, 2, 4, 2}
	case 21:
		return []byte{5, 3, 5, 3, 11, 9, 11, 9, 4, 2, 4, 2}
	case 22, 23:
		return []byte{5, 3, 5, 3, 11, 9, 11, 9}
	case 30:
		return []byte{5, 3, 4, 2, 5, 9}
	case 31:
		return []byte{5, 3, 11, 9, 4, 2, 5, 9}
	case 32, 33, 42, 43:
		return []byte{5, 3, 11, 9, 5, 9, 11, 15}
	case 34:
		return []byte{2, 4, 4}
	case 40, 41:
		return []byte{5, 3, 5, 9}
	}
	return timeSizes(group)
}

func timeSizes(group byte) []byte {
	switch group {
	case 50:
		return []byte{6, 10, 6, 11}
	case 51:
		return []byte{6, 6}
	case 52:
		return []byte{2, 2}
	}
	return nil
}
