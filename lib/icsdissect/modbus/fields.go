package modbus

import "linghang/lib/icsdissect/pdu"

// space is the kind of address of a function.
func space(code byte) string {
	switch code {
	case 1, 5, 15:
		return "coil"
	case 2:
		return "discrete_input"
	case 4:
		return "input_register"
	}
	return "holding_register"
}

// fields reads what a function names; p.Role says whose shape it has.
func fields(p *pdu.PDU, code byte, data []byte) {
	r := pdu.NewReader(data)
	request := p.Role != pdu.Response
	switch code {
	case 1, 2, 3, 4:
		readFields(p, code, &r, request)
	case 5, 6:
		p.Add(pdu.Object{Space: space(code), Address: uint64(r.BE16()), Count: 1, Value: r.Take(2)})
	case 8:
		diagnostics(p, &r)
	case 15, 16:
		writeFields(p, code, &r, request)
	case 22:
		p.Add(pdu.Object{Space: space(code), Address: uint64(r.BE16()), Count: 1, Value: r.Take(4)})
	case 23:
		readWrite(p, &r, request)
	case 90:
		umas(p, data)
	default:
		rareFields(p, code, &r, request)
	}
	if r.Short() && !p.Truncated {
		p.Fail("fields are missing")
	}
}

func rareFields(p *pdu.PDU, code byte, r *pdu.Reader, request bool) {
	switch code {
	case 17:
		if !request {
			p.Fact(pdu.Description, r.Take(int(r.U8())))
		}
	case 20, 21:
		fileRecords(p, code, r, request)
	case 24:
		if request {
			p.Add(pdu.Object{Space: "fifo", Address: uint64(r.BE16()), Count: 1})
		}
	case 43:
		encapsulated(p, r, request)
	}
}

func writeFields(p *pdu.PDU, code byte, r *pdu.Reader, request bool) {
	o := pdu.Object{Space: space(code), Address: uint64(r.BE16()), Count: uint32(r.BE16())}
	if request {
		r.Skip(1)
		o.Value = r.Rest()
	}
	p.Add(o)
}

func readFields(p *pdu.PDU, code byte, r *pdu.Reader, request bool) {
	if request {
		p.Add(pdu.Object{Space: space(code), Address: uint64(r.BE16()), Count: uint32(r.BE16())})
		return
	}
	r.Skip(1)
	p.Add(pdu.Object{Space: space(code), Value: r.Rest()})
}

// diagnostics follows V1.1b3 section 6.8: sub-function 1 restarts
// communications, 4 forces the device to listen only, 10 clears counters.
func diagnostics(p *pdu.PDU, r *pdu.Reader) {
	switch sub := r.BE16(); sub {
	case 0:
		p.Function = "diagnostics_return_query_data"
	case 1:
		p.Function, p.Class = "diagnostics_restart_communications", pdu.Control
	case 4:
		p.Function, p.Class = "diagnostics_force_listen_only", pdu.Control
	case 10:
		p.Function, p.Class = "diagnostics_clear_counters", pdu.Config
	default:
		p.Add(pdu.Object{Space: "subfunction", Address: uint64(sub)})
	}
}

func fileRecords(p *pdu.PDU, code byte, r *pdu.Reader, request bool) {
	r.Skip(1)
	for r.Len() > 0 && !r.Short() {
		if code == 20 && !request {
			n := int(r.U8())
			r.Skip(1)
			p.Add(pdu.Object{Space: "file", Value: r.Take(n - 1)})
			continue
		}
		r.Skip(1)
		o := pdu.Object{Space: "file", Area: uint32(r.BE16()), Address: uint64(r.BE16()), Count: uint32(r.BE16())}
		if code == 21 {
			o.Value = r.Take(2 * int(o.Count))
		}
		p.Add(o)
	}
}

func readWrite(p *pdu.PDU, r *pdu.Reader, request bool) {
	if !request {
		r.Skip(1)
		p.Add(pdu.Object{Space: "holding_register", Value: r.Rest()})
		return
	}
	read := pdu.Object{Space: "holding_register", Address: uint64(r.BE16()), Count: uint32(r.BE16())}
	p.Add(read)
	write := pdu.Object{Space: "holding_register", Address: uint64(r.BE16()), Count: uint32(r.BE16())}
	r.Skip(1)
	write.Value = r.Rest()
	p.Add(write)
}

// encapsulated follows V1.1b3 section 6.21: 14 reads the identification of the
// device, objects 0 to 6 of which have a meaning; 13 is CANopen.
func encapsulated(p *pdu.PDU, r *pdu.Reader, request bool) {
	kind := r.U8()
	if kind == 13 {
		p.Function, p.Class = "canopen_general_reference", pdu.Other
		return
	}
	p.Function, p.Class = "read_device_identification", pdu.Identity
	if request {
		return
	}
	r.Skip(4)
	for n := int(r.U8()); n > 0 && !r.Short(); n-- {
		id := r.U8()
		value := r.Take(int(r.U8()))
		if known := identity(id); known != "" {
			p.Fact(known, value)
		}
	}
}

func identity(object byte) pdu.Kind {
	switch object {
	case 0:
		return pdu.Vendor
	case 1:
		return pdu.OrderNumber // ProductCode
	case 2:
		return pdu.Firmware // MajorMinorRevision
	case 4:
		return pdu.Name // ProductName
	case 5:
		return pdu.Model // ModelName
	case 6:
		return pdu.Software // UserApplicationName
	}
	return ""
}

// umasAnswer reports whether function 90 carries an answer: 0xfe is done, 0xfd refused.
func umasAnswer(data []byte) bool { return data[1] == 0xfe || data[1] == 0xfd }

func umas(p *pdu.PDU, data []byte) {
	if len(data) < 2 {
		return
	}
	if umasAnswer(data) {
		p.Function = "umas_answer"
		if data[1] == 0xfd {
			p.Exception, p.ExceptionCode = "umas_refused", uint32(data[1])
		}
		return
	}
	f := umasFunction(data[1])
	p.Function, p.Class = f.name, f.class
	p.Add(pdu.Object{Space: "umas", Address: uint64(data[1])})
}

func umasFunction(code byte) named {
	switch code {
	case 0x01:
		return named{"umas_init_comm", pdu.Session}
	case 0x02:
		return named{"umas_read_id", pdu.Identity}
	case 0x03, 0x04, 0x06:
		return named{"umas_read_info", pdu.Identity}
	case 0x10:
		return named{"umas_take_reservation", pdu.Session}
	case 0x11:
		return named{"umas_release_reservation", pdu.Session}
	case 0x12:
		return named{"umas_keep_alive", pdu.Session}
	case 0x20, 0x22, 0x24, 0x70:
		return named{"umas_read", pdu.Read}
	case 0x23, 0x25, 0x71:
		return named{"umas_write", pdu.Write}
	case 0x30, 0x31, 0x32:
		return named{"umas_upload", pdu.Program}
	case 0x33, 0x34, 0x35:
		return named{"umas_download", pdu.Program}
	case 0x40:
		return named{"umas_start", pdu.Control}
	case 0x41:
		return named{"umas_stop", pdu.Control}
	case 0x50, 0x58, 0x73:
		return named{"umas_monitor", pdu.Diagnostic}
	}
	return named{"umas_other", pdu.Other}
}
