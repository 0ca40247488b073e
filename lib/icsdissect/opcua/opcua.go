// Package opcua reads the beginning of OPC UA conversations, passively: the
// connection protocol (OPC 10000-6, 7.1), opening of secure channels with
// policy and mode (7.2, OPC 10000-4, 5.5), the endpoints that a server offers,
// and which services are called where messages are not encrypted.
package opcua

import (
	"bytes"
	"encoding/binary"

	"linghang/lib/icsdissect/pdu"
)

const (
	header = 8
	most   = 64 << 20
)

// Length returns how many octets the chunk at the start of b has, 0 where too
// few are there to tell, and -1 where none begins: OPC 10000-6, 7.1.2.2.
func Length(b []byte) int {
	if len(b) >= 4 && kindOf(b) == "" {
		return -1
	}
	if len(b) < header {
		if len(b) > 0 && (b[0] < 'A' || b[0] > 'R') {
			return -1
		}
		return 0
	}
	n := binary.LittleEndian.Uint32(b[4:])
	if n < header+4 || n > most {
		return -1
	}
	return int(n)
}

// kindOf returns the type of message, or nothing where there is none such.
func kindOf(b []byte) string {
	kind := string(b[:3])
	switch kind {
	case "HEL", "ACK", "ERR", "RHE", "OPN", "CLO":
		if b[3] == 'F' {
			return kind
		}
	case "MSG":
		if b[3] == 'F' || b[3] == 'C' || b[3] == 'A' {
			return kind
		}
	}
	return ""
}

// Strict reports whether a whole chunk is surely OPC UA: its four letters and its size.
func Strict(frame []byte) bool { return len(frame) >= header+4 && Length(frame) == len(frame) }

// State is what one conversation has of messages in several chunks: only the
// first names the service. Its zero value is ready.
type State struct {
	open    [2]bool
	request [2]uint32
}

// Decode reads one chunk that side (0 or 1) sent. A chunk that only continues a message adds no PDU.
func (s *State) Decode(side uint8, b []byte, hint pdu.Role, out *pdu.List) {
	if len(b) < header {
		return
	}
	kind := kindOf(b)
	r := pdu.NewReader(b[header:])
	if kind == "MSG" && s.continues(side&1, b) {
		return
	}
	p := out.Add(pdu.OPCUA)
	p.Role, p.Class = hint, pdu.Session
	p.Truncated = len(b) < int(binary.LittleEndian.Uint32(b[4:]))
	fields(p, &r, kind, b[3])
	if r.Short() && !p.Truncated && !p.Opaque {
		p.Fail("fields are missing")
	}
}

func fields(p *pdu.PDU, r *pdu.Reader, kind string, chunk byte) {
	switch kind {
	case "HEL":
		p.Function, p.Role, p.Certain = "hello", pdu.Request, true
		r.Skip(20)
		p.Text = pdu.Printable(text(r))
	case "ACK":
		p.Function, p.Role, p.Certain = "acknowledge", pdu.Response, true
	case "RHE":
		p.Function, p.Role, p.Certain = "reverse_hello", pdu.Response, true
		text(r)
		p.Text = pdu.Printable(text(r))
	case "ERR":
		p.Function, p.Role, p.Class = "error", pdu.Response, pdu.Failure
		p.ExceptionCode = r.LE32()
		p.Exception, p.Text = "connection_error", pdu.Printable(text(r))
	case "OPN":
		open(p, r)
	case "CLO":
		p.Function, p.Role, p.Certain = "close_secure_channel", pdu.Request, true
		body := *r
		body.Skip(16)
		if id := nodeID(&body); id == idClose {
			p.Code = id
		}
	case "MSG":
		message(p, r, chunk)
	default:
		p.Function = "unknown"
	}
}

// continues keeps track of chunks: OPC 10000-6, 6.7.2.
func (s *State) continues(side uint8, b []byte) bool {
	if len(b) < header+16 {
		return false
	}
	request := binary.LittleEndian.Uint32(b[header+12:])
	was := s.open[side] && s.request[side] == request
	s.open[side], s.request[side] = b[3] == 'C', request
	return was
}

// text takes a string or octets with their length: OPC 10000-6, 5.2.2.4; -1 is null.
func text(r *pdu.Reader) []byte {
	n := r.LE32()
	if n == 0xffffffff {
		return nil
	}
	return r.Take(int(min(n, 1<<24)))
}

// nodeID takes a node identifier and returns its number, where it has one: 5.2.2.9.
func nodeID(r *pdu.Reader) uint32 {
	switch r.U8() & 0x3f {
	case 0:
		return uint32(r.U8())
	case 1:
		if r.U8() != 0 {
			r.Skip(2)
			return 0
		}
		return uint32(r.LE16())
	case 2:
		if r.LE16() != 0 {
			r.Skip(4)
			return 0
		}
		return r.LE32()
	case 3, 5:
		r.Skip(2)
		text(r)
	case 4:
		r.Skip(18)
	default:
		r.Skip(1 << 30)
	}
	return 0
}

// open reads an OPN: policy, the sender's certificate, and where nothing is
// encrypted which mode is asked for: OPC 10000-6, 6.7.2.3; OPC 10000-4, 5.5.2.
func open(p *pdu.PDU, r *pdu.Reader) {
	p.Function = "open_secure_channel"
	r.Skip(4)
	policy := text(r)
	p.Text = "policy=" + policyName(policy)
	certificate(p, text(r))
	text(r)
	r.Skip(4)
	request := r.LE32()
	p.Transaction, p.Key, p.Paired = uint64(request), 1<<63|uint64(request), true
	if policyName(policy) != "None" {
		p.Opaque = true // what follows is encrypted for the receiver's certificate
		return
	}
	p.Code = nodeID(r)
	switch p.Code {
	case idOpen:
		p.Role, p.Certain = pdu.Request, true
		rest := *r
		requestHeader(&rest)
		rest.Skip(8)
		if mode := rest.LE32(); !rest.Short() {
			p.Text += " mode=" + modeName(mode)
		}
	case idOpen + answerOffset:
		p.Role, p.Certain = pdu.Response, true
		result(p, r)
	}
}

// policyName is what follows the last # of a policy's address: OPC 10000-7, 6.
func policyName(uri []byte) string {
	return pdu.Printable(uri[bytes.LastIndexByte(uri, '#')+1:])
}

// modeName follows OPC 10000-4, 7.20.
func modeName(mode uint32) string {
	switch mode {
	case 1:
		return "None"
	case 2:
		return "Sign"
	case 3:
		return "SignAndEncrypt"
	}
	return "Invalid"
}

// requestHeader passes over OPC 10000-4, 7.33.
func requestHeader(r *pdu.Reader) {
	nodeID(r)
	r.Skip(16)
	text(r)
	r.Skip(4)
	extension(r)
}

// extension passes over an object of any type: OPC 10000-6, 5.2.2.15.
func extension(r *pdu.Reader) {
	nodeID(r)
	if r.U8() != 0 {
		text(r)
	}
}

// result reads the head of an answer: OPC 10000-4, 7.34; the highest bit is bad.
func result(p *pdu.PDU, r *pdu.Reader) {
	r.Skip(12)
	if code := r.LE32(); code&0x80000000 != 0 {
		p.Exception, p.ExceptionCode = "bad_status", code
	}
}

// message reads a MSG. Where the type of the body is no service that is known,
// the body is taken for encrypted.
func message(p *pdu.PDU, r *pdu.Reader, chunk byte) {
	channel := r.LE32()
	r.Skip(8)
	request := r.LE32()
	p.Transaction, p.Key, p.Paired = uint64(request), uint64(channel)<<32|uint64(request), true
	p.Function = "message"
	if chunk == 'A' {
		p.Function, p.Exception = "abort", "aborted"
		return
	}
	body := *r
	id := nodeID(&body)
	name, class := service(id)
	if name == "" || body.Short() {
		p.Opaque, p.Class = true, pdu.Other
		return
	}
	*r = body
	p.Function, p.Class, p.Code, p.Certain = name, class, id, true
	if !isRequest(id) {
		p.Role = pdu.Response
		result(p, r)
		if id == idEndpoints+answerOffset && p.Exception == "" {
			rest := *r // what is not read of it is no fault
			endpoints(p, &rest)
		}
		return
	}
	p.Role = pdu.Request
	if id == idCreateSession {
		rest := *r
		requestHeader(&rest)
		application(p, &rest)
	}
}
