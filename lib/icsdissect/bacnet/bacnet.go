// Package bacnet reads BACnet/IP, passively: the virtual link layer
// (ASHRAE 135-2020, annex J.2), the network layer (clause 6.2) and the
// application layer (clause 20.1) with the services that name objects.
package bacnet

import (
	"encoding/binary"

	"linghang/lib/icsdissect/pdu"
)

// Length returns the length of the datagram b, -1 where it is no BACnet/IP:
// annex J.2. Some devices state more than they send: then it is all of b.
func Length(b []byte) int {
	if len(b) < 4 || b[0] != 0x81 || b[1] > 0x0c {
		return -1
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	if n < 4 || n > 1500 {
		return -1
	}
	return min(n, len(b))
}

// Strict reports whether a whole datagram is surely BACnet/IP.
func Strict(frame []byte) bool {
	if Length(frame) != len(frame) || int(binary.BigEndian.Uint16(frame[2:])) != len(frame) {
		return false
	}
	npdu, ok := network(frame)
	if !ok {
		return len(frame) >= 4 && frame[1] != 4 && frame[1] != 9 && frame[1] != 10 && frame[1] != 11
	}
	return len(npdu) >= 2 && npdu[0] == 1
}

// network returns what a frame of the link layer carries, if it carries any.
func network(b []byte) ([]byte, bool) {
	switch b[1] {
	case 0x09, 0x0a, 0x0b:
		return b[4:], true
	case 0x04:
		return b[min(10, len(b)):], true
	}
	return nil, false
}

// Decode reads a datagram. The code of a PDU is its kind and its service, 256 apart.
func Decode(b []byte, hint pdu.Role, out *pdu.List) {
	if len(b) < 4 {
		return
	}
	p := out.Add(pdu.BACnet)
	p.Role = hint
	p.Truncated = len(b) < int(binary.BigEndian.Uint16(b[2:]))
	npdu, ok := network(b)
	if !ok {
		link(p, b)
		return
	}
	r := pdu.NewReader(npdu)
	if version := r.U8(); version != 1 {
		p.Function = "unknown"
		p.Fail("the network layer has another version")
		return
	}
	control := r.U8()
	if control&0x20 != 0 {
		p.Unit = uint32(r.BE16())
		r.Skip(int(r.U8()))
	}
	if control&0x08 != 0 {
		p.Source = uint32(r.BE16())
		r.Skip(int(r.U8()))
	}
	if control&0x20 != 0 {
		r.Skip(1)
	}
	if control&0x80 != 0 {
		p.Function, p.Class, p.Code = "network_message", pdu.Session, uint32(r.U8())<<16|0xff00
	} else {
		application(p, &r)
	}
	if r.Short() && !p.Truncated {
		p.Fail("fields are missing")
	}
}

// link names frames of the link layer alone: annex J.2. Tables of broadcasts
// and foreign devices are configuration.
func link(p *pdu.PDU, b []byte) {
	p.Code = 0xff00 | uint32(b[1])
	switch b[1] {
	case 0:
		p.Function, p.Class, p.Role, p.Certain = "bvlc_result", pdu.Session, pdu.Response, true
		if len(b) >= 6 && (b[4] != 0 || b[5] != 0) {
			p.Exception, p.ExceptionCode = "nak", uint32(binary.BigEndian.Uint16(b[4:]))
		}
	case 1:
		p.Function, p.Class = "write_broadcast_table", pdu.Config
	case 2, 3:
		p.Function, p.Class = "read_broadcast_table", pdu.Diagnostic
	case 5:
		p.Function, p.Class = "register_foreign_device", pdu.Session
	case 6, 7:
		p.Function, p.Class = "read_foreign_devices", pdu.Diagnostic
	case 8:
		p.Function, p.Class = "delete_foreign_device", pdu.Config
	default:
		p.Function, p.Class, p.Opaque = "secured", pdu.Other, true
	}
}

// application reads clause 20.1.2 to 20.1.9.
func application(p *pdu.PDU, r *pdu.Reader) {
	head := r.U8()
	kind := head >> 4
	switch kind {
	case 0:
		r.Skip(1)
		invoke(p, r, pdu.Request)
		segmented(r, head)
		confirmed(p, r, kind)
	case 1:
		p.Role = pdu.Request
		unconfirmed(p, r)
	case 2:
		invoke(p, r, pdu.Response)
		code := r.U8()
		p.Function, p.Class = confirmedName(code)
		p.Code = uint32(kind)<<8 | uint32(code)
	case 3:
		invoke(p, r, pdu.Response)
		segmented(r, head)
		confirmed(p, r, kind)
	case 4:
		invoke(p, r, pdu.Either)
		r.Skip(2)
		p.Function, p.Class, p.Paired, p.Code = "segment_ack", pdu.Session, false, uint32(kind)<<8
	case 5, 6, 7:
		failed(p, r, kind)
	default:
		p.Function = "unknown"
		p.Fail("there is no such kind of APDU")
	}
}

func invoke(p *pdu.PDU, r *pdu.Reader, role pdu.Role) {
	p.Role = role
	p.Transaction = uint64(r.U8())
	p.Key, p.Paired = p.Transaction, true
}

func segmented(r *pdu.Reader, head byte) {
	if head&8 != 0 {
		r.Skip(2)
	}
}

// failed reads an error, a reject or an abort: clause 20.1.7 to 20.1.9, 18.
func failed(p *pdu.PDU, r *pdu.Reader, kind byte) {
	invoke(p, r, pdu.Response)
	code := r.U8()
	p.ExceptionCode = uint32(code)
	p.Code = uint32(kind)<<8 | uint32(code)
	switch kind {
	case 5:
		p.Function, p.Class = confirmedName(code)
		p.Exception, p.ExceptionCode = "error", 0
		if t, ok := next(r); ok && t.application && t.number == 9 {
			class := unsigned(t.value)
			if t, ok := next(r); ok {
				p.ExceptionCode = class<<16 | unsigned(t.value)
			}
		}
	case 6:
		p.Function, p.Class, p.Exception = "reject", pdu.Failure, "rejected"
	case 7:
		p.Function, p.Class, p.Exception = "abort", pdu.Failure, "aborted"
	}
}

// confirmedName follows clause 21, BACnetConfirmedServiceChoice.
func confirmedName(code byte) (string, pdu.Class) {
	switch code {
	case 0:
		return "acknowledge_alarm", pdu.Write
	case 1:
		return "confirmed_cov_notification", pdu.Read
	case 2:
		return "confirmed_event_notification", pdu.Read
	case 3:
		return "get_alarm_summary", pdu.Read
	case 4:
		return "get_enrollment_summary", pdu.Read
	case 5:
		return "subscribe_cov", pdu.Session
	case 6:
		return "atomic_read_file", pdu.Program
	case 7:
		return "atomic_write_file", pdu.Program
	case 8:
		return "add_list_element", pdu.Write
	case 9:
		return "remove_list_element", pdu.Write
	case 10:
		return "create_object", pdu.Config
	case 11:
		return "delete_object", pdu.Config
	case 12:
		return "read_property", pdu.Read
	case 14:
		return "read_property_multiple", pdu.Read
	}
	return laterConfirmed(code)
}

func laterConfirmed(code byte) (string, pdu.Class) {
	switch code {
	case 15:
		return "write_property", pdu.Write
	case 16:
		return "write_property_multiple", pdu.Write
	case 17:
		return "device_communication_control", pdu.Control
	case 18:
		return "confirmed_private_transfer", pdu.Other
	case 19:
		return "confirmed_text_message", pdu.Other
	case 20:
		return "reinitialize_device", pdu.Control
	case 26:
		return "read_range", pdu.Read
	case 27:
		return "life_safety_operation", pdu.Control
	case 28:
		return "subscribe_cov_property", pdu.Session
	case 29:
		return "get_event_information", pdu.Read
	case 30:
		return "subscribe_cov_property_multiple", pdu.Session
	case 31:
		return "confirmed_cov_notification_multiple", pdu.Read
	}
	return "unknown", pdu.Other
}

// unconfirmedName follows clause 21, BACnetUnconfirmedServiceChoice.
func unconfirmedName(code byte) (string, pdu.Class) {
	switch code {
	case 0:
		return "i_am", pdu.Identity
	case 1:
		return "i_have", pdu.Identity
	case 2:
		return "cov_notification", pdu.Read
	case 3:
		return "event_notification", pdu.Read
	case 4:
		return "private_transfer", pdu.Other
	case 5:
		return "text_message", pdu.Other
	case 6:
		return "time_synchronization", pdu.Config
	case 7:
		return "who_has", pdu.Identity
	case 8:
		return "who_is", pdu.Identity
	case 9:
		return "utc_time_synchronization", pdu.Config
	case 10:
		return "write_group", pdu.Write
	}
	return "unknown", pdu.Other
}
