// Package s7comm reads the protocol of SIMATIC S7-300 and S7-400 controllers,
// passively, with what stands below it: TPKT (RFC 1006, section 6) and the
// data TPDU of the connection-oriented transport (ISO/IEC 8073, clause 13.7).
//
// Siemens does not publish the protocol itself (protocol identifier 0x32);
// what is read is what public dissectors and libraries agree on. Its successor
// (0x72) is told as such and not read.
package s7comm

import (
	"encoding/binary"

	"linghang/lib/icsdissect/pdu"
)

const (
	tpkt = 4
	cotp = 3
	body = tpkt + cotp // where a message begins

	rosctrJob      = 1
	rosctrAck      = 2
	rosctrAckData  = 3
	rosctrUserdata = 7
)

// Length returns how many octets the TPKT at the start of b has, 0 where too
// few are there to tell, and -1 where none begins: RFC 1006, section 6.
func Length(b []byte) int {
	if len(b) >= 1 && b[0] != 3 || len(b) >= 2 && b[1] != 0 {
		return -1
	}
	if len(b) < tpkt {
		return 0
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	if n < body {
		return -1
	}
	return n
}

// Strict reports whether a whole frame is surely a message of an S7: other
// protocols use the same transport.
func Strict(frame []byte) bool {
	if len(frame) < body+10 || Length(frame) != len(frame) || frame[4] != 2 || frame[5] != 0xf0 {
		return false
	}
	b := frame[body:]
	if b[0] == 0x72 {
		n := int(binary.BigEndian.Uint16(b[2:]))
		return b[1] >= 1 && b[1] <= 3 && (len(b) == n+8 || len(b) == n+4)
	}
	if b[0] != 0x32 || b[2] != 0 || b[3] != 0 {
		return false
	}
	n := 10
	switch b[1] {
	case rosctrJob, rosctrUserdata:
	case rosctrAck, rosctrAckData:
		n = 12
	default:
		return false
	}
	n += int(binary.BigEndian.Uint16(b[6:])) + int(binary.BigEndian.Uint16(b[8:]))
	return n == len(b)
}

// Decode reads the TPKT at the start of b. What carries no message of an S7
// adds no PDU.
func Decode(b []byte, hint pdu.Role, out *pdu.List) {
	if len(b) < body+2 || b[5]&0xf0 != 0xf0 {
		return
	}
	cut := len(b) < int(binary.BigEndian.Uint16(b[2:]))
	switch b = b[body:]; b[0] {
	case 0x32:
		p := out.Add(pdu.S7comm)
		p.Truncated = cut
		p.Role = hint
		message(p, b)
	case 0x72:
		p := out.Add(pdu.S7comm)
		p.Function, p.Code, p.Role, p.Opaque, p.Truncated = "s7comm_plus", 0x72, hint, true, cut
	}
}

func message(p *pdu.PDU, b []byte) {
	r := pdu.NewReader(b)
	r.Skip(1)
	kind := r.U8()
	r.Skip(2)
	reference := r.BE16()
	parameters, data := int(r.BE16()), int(r.BE16())
	p.Transaction, p.Key, p.Paired = uint64(reference), uint64(reference), true
	if kind == rosctrAck || kind == rosctrAckData {
		class, code := r.U8(), r.U8()
		if class != 0 || code != 0 {
			p.Exception, p.ExceptionCode = errorClass(class), uint32(class)<<8|uint32(code)
		}
	}
	param := pdu.NewReader(r.Take(parameters))
	if r.Short() {
		p.Function = "unknown"
		fail(p, "parameters are cut")
		return
	}
	content := pdu.NewReader(r.Take(min(data, r.Len())))
	switch kind {
	case rosctrJob:
		job(p, &param, &content)
	case rosctrAck, rosctrAckData:
		answer(p, &param, &content)
	case rosctrUserdata:
		userdata(p, &param, &content)
	default:
		p.Function = "unknown"
		fail(p, "an unknown kind of message")
	}
}

type named struct {
	name  string
	class pdu.Class
}

func function(code byte) named {
	switch code {
	case 0x04:
		return named{"read_var", pdu.Read}
	case 0x05:
		return named{"write_var", pdu.Write}
	case 0x1a:
		return named{"request_download", pdu.Program}
	case 0x1b:
		return named{"download_block", pdu.Program}
	case 0x1c:
		return named{"download_ended", pdu.Program}
	case 0x1d:
		return named{"start_upload", pdu.Program}
	case 0x1e:
		return named{"upload", pdu.Program}
	case 0x1f:
		return named{"end_upload", pdu.Program}
	case 0x28:
		return named{"plc_control", pdu.Control}
	case 0x29:
		return named{"plc_stop", pdu.Control}
	case 0xf0:
		return named{"setup_communication", pdu.Session}
	}
	return named{"unknown", pdu.Other}
}

// job reads a request. While a block is downloaded the controller asks for its
// parts (0x1b, 0x1c): those do not tell who is the client.
func job(p *pdu.PDU, param, data *pdu.Reader) {
	code := param.U8()
	f := function(code)
	p.Function, p.Class, p.Code, p.Role = f.name, f.class, uint32(code), pdu.Request
	p.Certain = code != 0x1b && code != 0x1c && f.class != pdu.Other
	switch code {
	case 0x04, 0x05:
		for n := param.U8(); n > 0 && !param.Short(); n-- {
			item(p, param)
		}
		if code == 0x05 {
			values(p, data, false)
		}
	case 0x1a, 0x1b, 0x1c, 0x1d:
		param.Skip(7)
		p.Add(pdu.Object{Space: "block", Name: param.Take(int(param.U8()))})
	case 0x28:
		service(p, param)
	case 0x29:
		param.Skip(5)
		p.Add(pdu.Object{Space: "service", Name: param.Take(int(param.U8()))})
	}
	if param.Short() {
		fail(p, "parameters are cut")
	}
}

// service reads the call of a program invocation: its name says what happens.
func service(p *pdu.PDU, param *pdu.Reader) {
	param.Skip(7)
	argument := param.Take(int(param.BE16()))
	name := param.Take(int(param.U8()))
	p.Add(pdu.Object{Space: "service", Name: name, Value: argument})
	switch string(name) {
	case "P_PROGRAM":
		p.Function = "plc_start"
	case "_INSE":
		p.Function, p.Class = "activate_block", pdu.Program
	case "_DELE":
		p.Function, p.Class = "delete_block", pdu.Program
	case "_GARB", "_MODU":
		p.Function, p.Class = "memory_service", pdu.Config
	}
}

// item reads the address of one variable.
func item(p *pdu.PDU, r *pdu.Reader) {
	r.Skip(1)
	spec := pdu.NewReader(r.Take(int(r.U8())))
	if syntax := spec.U8(); syntax != 0x10 {
		p.Add(pdu.Object{Space: "symbol", Area: uint32(syntax), Value: spec.Rest()})
		return
	}
	spec.Skip(1)
	o := pdu.Object{Count: uint32(spec.BE16()), Area: uint32(spec.BE16())}
	area := spec.U8()
	high := uint32(spec.U8())
	address := high<<16 | uint32(spec.BE16())
	o.Space = areaName(area)
	switch area {
	case 0x1c, 0x1d: // counters and timers have numbers
		o.Address = uint64(address)
	default:
		o.Address, o.Element = uint64(address>>3), address&7
	}
	if spec.Short() {
		fail(p, "an address is cut")
		return
	}
	p.Add(o)
}

func areaName(area byte) string {
	switch area {
	case 0x03:
		return "system_info"
	case 0x1c:
		return "counter"
	case 0x1d:
		return "timer"
	case 0x80:
		return "peripheral"
	case 0x81:
		return "input"
	case 0x82:
		return "output"
	case 0x83:
		return "flag"
	case 0x84:
		return "db"
	case 0x85:
		return "instance_db"
	case 0x86:
		return "local"
	}
	return "area"
}

// values puts values to the objects in their order; answers have a code each.
func values(p *pdu.PDU, r *pdu.Reader, answer bool) {
	for i := 0; r.Len() >= 4 && i < pdu.MaxObjects; i++ {
		code, transport := r.U8(), r.U8()
		n := int(r.BE16())
		if transport >= 3 && transport <= 5 {
			n = (n + 7) / 8
		}
		value := r.Take(min(n, r.Len()))
		if r.Len() > 0 {
			r.Skip(n & 1)
		}
		if answer {
			itemFailed(p, code)
			p.Add(pdu.Object{Space: "value", Value: value})
		} else if i < len(p.Objects) {
			p.Objects[i].Value = pdu.Clip(value)
		}
	}
}

func itemFailed(p *pdu.PDU, code byte) {
	if code == 0xff || p.Exception != "" {
		return
	}
	p.ExceptionCode = uint32(code)
	switch code {
	case 0x01:
		p.Exception = "hardware_fault"
	case 0x03:
		p.Exception = "access_denied"
	case 0x05:
		p.Exception = "address_out_of_range"
	case 0x06:
		p.Exception = "type_not_supported"
	case 0x07:
		p.Exception = "type_inconsistent"
	case 0x0a:
		p.Exception = "object_does_not_exist"
	default:
		p.Exception = "unknown"
	}
}

func answer(p *pdu.PDU, param, data *pdu.Reader) {
	p.Role = pdu.Response
	if param.Len() == 0 {
		p.Function, p.Certain = "acknowledge", true
		return
	}
	code := param.U8()
	f := function(code)
	p.Function, p.Class, p.Code = f.name, f.class, uint32(code)
	p.Certain = code != 0x1b && code != 0x1c && f.class != pdu.Other
	switch code {
	case 0x04:
		values(p, data, true)
	case 0x05:
		for data.Len() > 0 {
			itemFailed(p, data.U8())
		}
	}
}

func errorClass(class byte) string {
	switch class {
	case 0x81:
		return "application_relationship"
	case 0x82:
		return "object_definition"
	case 0x83:
		return "no_resources"
	case 0x84:
		return "service_processing"
	case 0x85:
		return "supplies"
	case 0x87:
		return "access_error"
	case 0xd2:
		return "block_error"
	case 0xd6:
		return "protection_error"
	}
	return "unknown"
}
