// Package enip reads EtherNet/IP and the Common Industrial Protocol inside it,
// passively.
//
// Sources: The CIP Networks Library, volume 2 (EtherNet/IP Adaptation of CIP),
// chapter 2: the encapsulation header (2-3), commands (2-4), the common packet
// format (2-6); volume 1 (Common Industrial Protocol), appendix A (services),
// B (status codes), C (paths), chapter 3 (connection manager). Tags of Logix
// controllers follow Rockwell Automation's 1756-PM020, PCCC its 1770-6.5.16.
//
// A frame that carries CIP is told as its CIP messages; the command around
// them is told only when it carries none.
package enip

import (
	"encoding/binary"

	"linghang/lib/icsdissect/pdu"
)

const header = 24

const (
	cmdNOP               = 0x0000
	cmdReserved          = 0x0001 // reserved for older products, which still speak it
	cmdListServices      = 0x0004
	cmdListIdentity      = 0x0063
	cmdListInterfaces    = 0x0064
	cmdRegisterSession   = 0x0065
	cmdUnregisterSession = 0x0066
	cmdSendRRData        = 0x006f
	cmdSendUnitData      = 0x0070
	cmdIndicateStatus    = 0x0072
	cmdCancel            = 0x0073
)

// Length returns how many octets the frame at the start of b has, 0 where too
// few are there to tell, and -1 where none begins: volume 2, 2-3.
func Length(b []byte) int {
	if len(b) >= 2 && command(binary.LittleEndian.Uint16(b)) == "" {
		return -1
	}
	if len(b) < header {
		return 0
	}
	if binary.LittleEndian.Uint32(b[20:]) != 0 || binary.LittleEndian.Uint32(b[8:]) > 0xff {
		return -1 // options are 0, and status codes are small
	}
	return header + int(binary.LittleEndian.Uint16(b[2:]))
}

// Strict reports whether a whole frame is surely EtherNet/IP.
func Strict(frame []byte) bool {
	if len(frame) < header || Length(frame) != len(frame) {
		return false
	}
	data := frame[header:]
	switch code := binary.LittleEndian.Uint16(frame); code {
	case cmdNOP, cmdReserved: // zeroes are anything
		return false
	case cmdRegisterSession:
		return len(data) == 4 && data[0] == 1 && data[1] == 0
	case cmdUnregisterSession:
		return len(data) == 0 && binary.LittleEndian.Uint32(frame[4:]) != 0
	case cmdSendRRData, cmdSendUnitData:
		if len(data) == 0 {
			return binary.LittleEndian.Uint32(frame[8:]) != 0
		}
		if len(data) < 8 {
			return false
		}
		return binary.LittleEndian.Uint32(data) == 0 && itemsFit(data[6:])
	default:
		return len(data) == 0 || itemsFit(data)
	}
}

// itemsFit reports whether items of the common packet format fill b: volume 2, 2-6.1.
func itemsFit(b []byte) bool {
	r := pdu.NewReader(b)
	n := int(r.LE16())
	if n > 16 {
		return false
	}
	for range n {
		r.Skip(2)
		r.Skip(int(r.LE16()))
	}
	return !r.Short() && r.Len() == 0
}

func command(code uint16) string {
	switch code {
	case cmdNOP:
		return "nop"
	case cmdReserved:
		return "reserved"
	case cmdListServices:
		return "list_services"
	case cmdListIdentity:
		return "list_identity"
	case cmdListInterfaces:
		return "list_interfaces"
	case cmdRegisterSession:
		return "register_session"
	case cmdUnregisterSession:
		return "unregister_session"
	case cmdSendRRData:
		return "send_rr_data"
	case cmdSendUnitData:
		return "send_unit_data"
	case cmdIndicateStatus:
		return "indicate_status"
	case cmdCancel:
		return "cancel"
	}
	return ""
}

// Decode reads the frame at the start of b; hint decides roles that octets do not tell.
func Decode(b []byte, hint pdu.Role, out *pdu.List) {
	r := pdu.NewReader(b)
	code, length := r.LE16(), int(r.LE16())
	session, status := r.LE32(), r.LE32()
	context := r.LE64()
	r.Skip(4)
	if r.Short() {
		return
	}
	m := message{hint: hint, key: context ^ uint64(session)<<32, truncated: length > r.Len()}
	before := len(out.All())
	if (code == cmdSendRRData || code == cmdSendUnitData) && r.Len() > 0 {
		r.Skip(6)
		m.items(&r, out)
		if len(out.All()) > before {
			return
		}
	}
	p := out.Add(pdu.ENIP)
	p.Function, p.Code, p.Class, p.Role = command(code), uint32(code), pdu.Session, hint
	p.Truncated = m.truncated
	p.Transaction, p.Key, p.Paired = context, m.key, code != cmdNOP && code != cmdUnregisterSession
	p.Role, p.Certain = role(code, session, status, length, hint)
	if status != 0 {
		p.Exception, p.ExceptionCode = encapsulationStatus(status), status
	}
	if code == cmdRegisterSession { // the answer has a handle that the request had not
		p.Key = context ^ uint64(code)<<48
	}
	if code == cmdListIdentity {
		p.Class = pdu.Identity
		identities(p, &r)
	}
	if r.Short() && !p.Truncated {
		p.Fail("fields are missing")
	}
}

// role follows volume 2, 2-4: what a request has not, an answer has.
func role(code uint16, session, status uint32, length int, hint pdu.Role) (pdu.Role, bool) {
	if status != 0 {
		return pdu.Response, true
	}
	answered := false
	switch code {
	case cmdUnregisterSession, cmdCancel:
	case cmdRegisterSession:
		answered = session != 0
	case cmdListIdentity, cmdListServices, cmdListInterfaces, cmdReserved:
		answered = length > 0
	default:
		return hint, false
	}
	if answered {
		return pdu.Response, true
	}
	return pdu.Request, true
}

func encapsulationStatus(status uint32) string {
	switch status {
	case 1:
		return "unsupported_command"
	case 2:
		return "insufficient_memory"
	case 3:
		return "incorrect_data"
	case 0x64:
		return "invalid_session"
	case 0x65:
		return "invalid_length"
	case 0x69:
		return "unsupported_revision"
	}
	return "unknown"
}

// identities reads the items of an answer to ListIdentity: volume 2, 2-4.2.
func identities(p *pdu.PDU, r *pdu.Reader) {
	if r.Len() == 0 {
		return
	}
	for n := min(r.LE16(), 16); n > 0 && !r.Short(); n-- {
		kind := r.LE16()
		item := pdu.NewReader(r.Take(int(r.LE16())))
		if kind != 0x000c {
			continue
		}
		item.Skip(18) // version and socket address
		Identity(p, &item)
	}
}

// Identity reads the first attributes of the identity object: volume 1, 5-2.
func Identity(p *pdu.PDU, r *pdu.Reader) {
	vendor, kind, product := r.LE16(), r.LE16(), r.LE16()
	major, minor := r.U8(), r.U8()
	r.Skip(2)
	serial := r.LE32()
	name := r.Take(int(r.U8()))
	if r.Short() {
		return
	}
	p.Fact(pdu.VendorID, decimal(uint32(vendor)))
	if known := vendorName(vendor); known != "" {
		p.Fact(pdu.Vendor, []byte(known))
	}
	p.Fact(pdu.DeviceType, decimal(uint32(kind)))
	p.Fact(pdu.OrderNumber, decimal(uint32(product)))
	p.Fact(pdu.Firmware, append(append(decimal(uint32(major)), '.'), decimal(uint32(minor))...))
	p.Fact(pdu.Serial, hexadecimal(serial))
	p.Fact(pdu.Model, name)
}

// items reads the common packet format.
func (m *message) items(r *pdu.Reader, out *pdu.List) {
	for n := min(r.LE16(), 16); n > 0 && !r.Short(); n-- {
		kind, length := r.LE16(), int(r.LE16())
		if m.truncated {
			length = min(length, r.Len())
		}
		body := r.Take(length)
		switch kind {
		case 0x00b1:
			if len(body) > 2 {
				m.key ^= uint64(binary.LittleEndian.Uint16(body)) << 8
				m.message(body[2:], 0, out)
			}
		case 0x00b2:
			if len(body) > 0 {
				m.message(body, 0, out)
			}
		}
	}
}

// LengthIO returns the length of a datagram of implicit messages, which is
// all of b, or -1: volume 2, 2-6.
func LengthIO(b []byte) int {
	if len(b) < 18 {
		return -1
	}
	kind := binary.LittleEndian.Uint16(b[2:])
	if binary.LittleEndian.Uint16(b) != 2 || kind != 0x8002 || binary.LittleEndian.Uint16(b[4:]) != 8 || !itemsFit(b) {
		return -1
	}
	return len(b)
}

// StrictIO reports whether a datagram is surely one of implicit messages.
func StrictIO(b []byte) bool { return LengthIO(b) == len(b) }

// DecodeIO reads a datagram of implicit messages: which connection, and data.
// Which of its ends it comes from is told when the connection is opened, not here.
func DecodeIO(b []byte, hint pdu.Role, out *pdu.List) {
	p := out.Add(pdu.CIP)
	p.Function, p.Role = "implicit_io", hint
	r := pdu.NewReader(b)
	r.Skip(6)
	id := r.LE32()
	p.Transaction = uint64(r.LE32())
	r.Skip(2)
	p.Add(pdu.Object{Space: "connection", Address: uint64(id), Value: r.Take(int(r.LE16()))})
	if r.Short() {
		p.Fail("fields are missing")
	}
}
