package s7comm

import (
	"encoding/binary"
	"strconv"

	"linghang/lib/icsdissect/pdu"
)

// fail marks a message, unless it is the capture that cut it.
func fail(p *pdu.PDU, why string) {
	if !p.Truncated {
		p.Fail(why)
	}
}

// userdata reads the services beside jobs: reading system state, blocks, the clock, passwords.
func userdata(p *pdu.PDU, param, data *pdu.Reader) {
	param.Skip(4)
	param.Skip(1)
	kind, sub := param.U8(), param.U8()
	param.Skip(1)
	if param.Short() {
		p.Function = "unknown"
		fail(p, "parameters are cut")
		return
	}
	group := kind & 15
	f := userdataFunction(group, sub)
	p.Function, p.Class = f.name, f.class
	p.Key = p.Transaction<<16 | 1<<40 | uint64(group)<<8 | uint64(sub)
	switch kind >> 4 {
	case 4:
		p.Role, p.Certain = pdu.Request, true
	case 8:
		p.Role, p.Certain = pdu.Response, true
		param.Skip(2)
		if code := param.BE16(); code != 0 {
			p.Exception, p.ExceptionCode = "service_failed", uint32(code)
		}
	default: // a report that nobody asked for
		p.Role, p.Certain, p.Paired = pdu.Response, true, false
	}
	if group == 4 && sub == 1 {
		systemState(p, data)
	}
}

func userdataFunction(group, sub byte) named {
	switch uint16(group)<<8 | uint16(sub) {
	case 0x0301:
		return named{"list_blocks", pdu.Read}
	case 0x0302:
		return named{"list_blocks_of_type", pdu.Read}
	case 0x0303:
		return named{"get_block_info", pdu.Read}
	case 0x0401:
		return named{"read_szl", pdu.Diagnostic}
	case 0x0402:
		return named{"message_service", pdu.Session}
	case 0x0501:
		return named{"set_password", pdu.Session}
	case 0x0502:
		return named{"clear_password", pdu.Session}
	case 0x0701, 0x0703:
		return named{"read_clock", pdu.Read}
	case 0x0702, 0x0704:
		return named{"set_clock", pdu.Config}
	}
	return groupFunction(group)
}

func groupFunction(group byte) named {
	switch group {
	case 0:
		return named{"mode_transition", pdu.Control}
	case 1:
		return named{"programmer_command", pdu.Diagnostic}
	case 2:
		return named{"cyclic_data", pdu.Read}
	case 3:
		return named{"block_function", pdu.Read}
	case 4:
		return named{"cpu_function", pdu.Diagnostic}
	case 5:
		return named{"security", pdu.Session}
	case 6:
		return named{"block_communication", pdu.Other}
	case 7:
		return named{"time_function", pdu.Other}
	}
	return named{"userdata", pdu.Other}
}

// systemState reads a part of the list of system states (SZL): 0x11 is the
// identification of modules, 0x1c that of components.
func systemState(p *pdu.PDU, r *pdu.Reader) {
	r.Skip(4)
	id, index := r.BE16(), r.BE16()
	if r.Short() {
		return
	}
	p.Add(pdu.Object{Space: "szl", Address: uint64(id), Element: uint32(index)})
	list := id & 0xff
	if list == 0x11 || list == 0x1c {
		p.Class = pdu.Identity
	}
	if p.Role != pdu.Response {
		return
	}
	size, count := int(r.BE16()), int(r.BE16())
	for ; count > 0 && !r.Short() && size >= 28; count-- {
		entry := r.Take(size)
		if entry == nil {
			return
		}
		number := binary.BigEndian.Uint16(entry)
		switch list {
		case 0x11:
			moduleEntry(p, number, entry)
		case 0x1c:
			if kind := componentKind(number); kind != "" {
				p.Fact(kind, entry[2:])
			}
		}
	}
}

// moduleEntry reads an order number of 20 characters, and a version of V and three numbers.
func moduleEntry(p *pdu.PDU, number uint16, entry []byte) {
	switch number {
	case 1:
		p.Fact(pdu.Vendor, []byte("Siemens"))
		p.Fact(pdu.OrderNumber, entry[2:22])
	case 7:
		version := entry[24:28]
		if version[0] == 'V' {
			text := append([]byte("V"), strconv.Itoa(int(version[1]))...)
			text = append(append(text, '.'), strconv.Itoa(int(version[2]))...)
			p.Fact(pdu.Firmware, append(append(text, '.'), strconv.Itoa(int(version[3]))...))
		}
	}
}

func componentKind(number uint16) pdu.Kind {
	switch number {
	case 1:
		return pdu.Name
	case 5:
		return pdu.Serial
	case 7:
		return pdu.Model
	case 11:
		return pdu.Location
	}
	return ""
}
