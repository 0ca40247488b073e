// Package modbus reads Modbus frames of TCP and UDP, passively.
//
// Sources: MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3.1
// (the header of seven octets, MBAP), and MODBUS Application Protocol
// Specification V1.1b3, section 6 (functions) and 7 (exceptions). Function 90
// carries UMAS, which Schneider Electric does not publish: its function codes
// are those that public research agrees on.
//
// Requests and answers of some functions look the same (5, 6, 8, 21, 22):
// their role is the caller's hint. All others tell their role by their shape.
package modbus

import (
	"encoding/binary"

	"linghang/lib/icsdissect/pdu"
)

const (
	header = 7   // transaction, protocol, length, unit
	most   = 266 // V1.0b section 3.1 allows 260; controllers that program themselves over function 90 write a little more
)

// Length returns how many octets the frame at the start of b has, 0 where too
// few are there to tell, and -1 where no Modbus frame begins.
func Length(b []byte) int {
	if len(b) >= 4 && (b[2] != 0 || b[3] != 0) {
		return -1
	}
	if len(b) >= 5 && b[4] > 1 {
		return -1
	}
	if len(b) < 6 {
		return 0
	}
	n := int(binary.BigEndian.Uint16(b[4:]))
	if n < 2 || 6+n > most {
		return -1
	}
	if len(b) > header && (b[header] == 0 || b[header] == 0x80) {
		return -1
	}
	return 6 + n
}

// Strict reports whether a whole frame is surely Modbus: a known function in
// a shape that the specification gives to it.
func Strict(frame []byte) bool {
	if len(frame) <= header || Length(frame) != len(frame) {
		return false
	}
	code, data := frame[header], frame[header+1:]
	if code&0x80 != 0 {
		return len(data) == 1 && exceptionName(data[0]) != "" && function(code&0x7f).name != ""
	}
	if function(code).name == "" {
		return false
	}
	return isRequest(code, data) || isResponse(code, data)
}

// Decode reads the frame at the start of b. hint is the role that the caller
// expects of the sender; it decides where the octets do not.
func Decode(b []byte, hint pdu.Role, out *pdu.List) {
	p := out.Add(pdu.Modbus)
	p.Role = hint
	if len(b) <= header {
		p.Function, p.Truncated = "unknown", true
		return
	}
	p.Transaction, p.Paired = uint64(binary.BigEndian.Uint16(b)), true
	p.Key = p.Transaction<<16 | uint64(b[6])<<8 | uint64(b[header]&0x7f)
	p.Unit = uint32(b[6])
	p.Truncated = len(b) < 6+int(binary.BigEndian.Uint16(b[4:]))
	code, data := b[header], b[header+1:]
	f := function(code & 0x7f)
	p.Function, p.Class, p.Code = f.name, f.class, uint32(code&0x7f)
	if p.Function == "" {
		p.Function = "unknown"
	}
	if code&0x80 != 0 {
		exception(p, data)
		return
	}
	if p.Truncated {
		fields(p, code, data)
		return
	}
	req, resp := isRequest(code, data), isResponse(code, data)
	switch {
	case f.name == "":
		return
	case req && !resp:
		p.Role, p.Certain = pdu.Request, true
	case resp && !req:
		p.Role, p.Certain = pdu.Response, true
	case !req && !resp:
		p.Fail("neither a request nor an answer of the function has this shape")
		return
	}
	fields(p, code, data)
}

func exception(p *pdu.PDU, data []byte) {
	p.Role, p.Certain = pdu.Response, true
	if len(data) < 1 {
		p.Fail("an exception without its code")
		return
	}
	p.ExceptionCode = uint32(data[0])
	p.Exception = exceptionName(data[0])
	if p.Exception == "" {
		p.Exception = "unknown"
	}
	if len(data) != 1 {
		p.Fail("an exception has more than its code")
	}
}

// exceptionName follows V1.1b3 section 7.
func exceptionName(code byte) string {
	switch code {
	case 1:
		return "illegal_function"
	case 2:
		return "illegal_data_address"
	case 3:
		return "illegal_data_value"
	case 4:
		return "server_device_failure"
	case 5:
		return "acknowledge"
	case 6:
		return "server_device_busy"
	case 7:
		return "negative_acknowledge"
	case 8:
		return "memory_parity_error"
	case 10:
		return "gateway_path_unavailable"
	case 11:
		return "gateway_target_failed_to_respond"
	}
	return ""
}

type named struct {
	name  string
	class pdu.Class
}

// function follows V1.1b3 section 5.1 and 6.
func function(code byte) named {
	switch code {
	case 1:
		return named{"read_coils", pdu.Read}
	case 2:
		return named{"read_discrete_inputs", pdu.Read}
	case 3:
		return named{"read_holding_registers", pdu.Read}
	case 4:
		return named{"read_input_registers", pdu.Read}
	case 5:
		return named{"write_single_coil", pdu.Write}
	case 6:
		return named{"write_single_register", pdu.Write}
	case 7:
		return named{"read_exception_status", pdu.Diagnostic}
	case 8:
		return named{"diagnostics", pdu.Diagnostic}
	case 11:
		return named{"get_comm_event_counter", pdu.Diagnostic}
	case 12:
		return named{"get_comm_event_log", pdu.Diagnostic}
	case 15:
		return named{"write_multiple_coils", pdu.Write}
	case 16:
		return named{"write_multiple_registers", pdu.Write}
	case 17:
		return named{"report_server_id", pdu.Identity}
	}
	return laterFunction(code)
}

func laterFunction(code byte) named {
	switch code {
	case 20:
		return named{"read_file_record", pdu.Read}
	case 21:
		return named{"write_file_record", pdu.Write}
	case 22:
		return named{"mask_write_register", pdu.Write}
	case 23:
		return named{"read_write_multiple_registers", pdu.Write}
	case 24:
		return named{"read_fifo_queue", pdu.Read}
	case 43:
		return named{"encapsulated_interface", pdu.Read}
	case 90:
		return named{"umas", pdu.Other}
	}
	return named{}
}

// readMost is how many coils or registers one request may ask for: sections 6.1 to 6.4.
func readMost(code byte) int {
	if code <= 2 {
		return 2000
	}
	return 125
}

// isRequest reports whether data after the function code has the shape of a request.
func isRequest(code byte, data []byte) bool {
	n := len(data)
	switch code {
	case 1, 2, 3, 4:
		return n == 4 && isQuantity(code, data[2:])
	case 5, 6, 8, 21, 22:
		return isEchoed(code, data)
	case 7, 11, 12, 17:
		return n == 0
	case 15, 16:
		return n >= 6 && int(data[4]) == n-5 && sizeFits(code, int(binary.BigEndian.Uint16(data[2:])), n-5)
	}
	return isRareRequest(code, data)
}

func isRareRequest(code byte, data []byte) bool {
	n := len(data)
	switch code {
	case 20:
		return isCounted(data, 8) && data[1] == 6 && (n-1)%7 == 0
	case 23:
		return n >= 11 && int(data[8]) == n-9 && int(binary.BigEndian.Uint16(data[6:]))*2 == n-9
	case 24:
		return n == 2
	case 43:
		return isCANopen(data) || n == 3 && isIdentification(data)
	case 90:
		return n >= 2 && !umasAnswer(data)
	}
	return false
}

func isQuantity(code byte, b []byte) bool {
	quantity := int(binary.BigEndian.Uint16(b))
	return quantity >= 1 && quantity <= readMost(code)
}

// isEchoed is the shape of functions whose answer repeats the request: sections 6.5, 6.6, 6.8, 6.15, 6.16.
func isEchoed(code byte, data []byte) bool {
	n := len(data)
	switch code {
	case 5:
		return n == 4 && data[3] == 0 && (data[2] == 0 || data[2] == 0xff)
	case 6:
		return n == 4
	case 8:
		return n >= 4 && n%2 == 0
	case 21:
		return n >= 8 && int(data[0]) == n-1 && data[1] == 6
	}
	return n == 6
}

// isIdentification is the beginning of section 6.21: 14, and one of four ways to read.
func isIdentification(data []byte) bool { return data[0] == 14 && data[1] >= 1 && data[1] <= 4 }

func isCANopen(data []byte) bool { return len(data) >= 1 && data[0] == 13 }

func sizeFits(code byte, quantity, octets int) bool {
	if code == 15 {
		return quantity >= 1 && (quantity+7)/8 == octets
	}
	return quantity >= 1 && quantity*2 == octets
}

// isResponse reports whether data after the function code has the shape of an answer.
func isResponse(code byte, data []byte) bool {
	n := len(data)
	switch code {
	case 1, 2, 3, 4, 23:
		return isCounted(data, 2) && (code <= 2 || (n-1)%2 == 0)
	case 5, 6, 8, 21, 22:
		return isEchoed(code, data)
	case 7:
		return n == 1
	case 11, 15, 16:
		return n == 4
	}
	return isRareResponse(code, data)
}

func isRareResponse(code byte, data []byte) bool {
	n := len(data)
	switch code {
	case 12:
		return isCounted(data, 7)
	case 17:
		return isCounted(data, 2)
	case 20:
		return isCounted(data, 4) && data[2] == 6
	case 24:
		return n >= 4 && int(binary.BigEndian.Uint16(data)) == n-2
	case 43:
		return isCANopen(data) || n >= 6 && isIdentification(data)
	case 90:
		return n >= 2 && umasAnswer(data)
	}
	return false
}

// isCounted reports whether the first octet counts the others.
func isCounted(data []byte, least int) bool {
	return len(data) >= least && int(data[0]) == len(data)-1
}
