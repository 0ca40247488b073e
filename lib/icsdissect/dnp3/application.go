package dnp3

import (
	"linghang/lib/icsdissect/pdu"
)

// application reads a fragment: clause 4.2.
func application(p *pdu.PDU, b []byte) {
	r := pdu.NewReader(b)
	control, code := r.U8(), r.U8()
	if r.Short() {
		p.Function = "unknown"
		p.Fail("a fragment has no function")
		return
	}
	p.Code = uint32(code)
	p.Function, p.Class = function(code)
	p.Transaction = uint64(control & 15)
	from, to := p.Source, p.Unit
	if code >= 129 {
		from, to = to, from
		p.Role, p.Certain = pdu.Response, true
	}
	p.Key = uint64(from)<<24 | uint64(to)<<8 | p.Transaction
	p.Paired = code != 0 && code != 130
	data := hasData(code)
	if code == 129 || code == 130 {
		indications(p, &r)
	}
	for r.Len() > 0 && !r.Short() {
		if !objectHeader(p, &r, data) {
			return
		}
	}
	if r.Short() {
		p.Fail("objects are cut")
	}
}

// indications reads the internal indications: clause 4.2.2.7.
func indications(p *pdu.PDU, r *pdu.Reader) {
	iin := uint32(r.U8())<<8 | uint32(r.U8())
	p.ExceptionCode = iin
	switch {
	case iin&0x01 != 0:
		p.Exception = "function_not_supported"
	case iin&0x02 != 0:
		p.Exception = "object_unknown"
	case iin&0x04 != 0:
		p.Exception = "parameter_error"
	case iin&0x10 != 0:
		p.Exception = "already_executing"
	case iin&0x20 != 0:
		p.Exception = "configuration_corrupt"
	default:
		p.ExceptionCode = 0
	}
	switch {
	case iin&0x8000 != 0:
		p.Text = "device_restart"
	case iin&0x4000 != 0:
		p.Text = "device_trouble"
	}
}

// hasData reports whether objects follow their headers in a fragment of a function.
func hasData(code byte) bool {
	switch code {
	case 2, 3, 4, 5, 6, 25, 26, 27, 28, 29, 30, 31, 32, 33, 129, 130, 131:
		return true
	}
	return false
}

// function follows clause 4.2.2.5 and its table of function codes.
func function(code byte) (string, pdu.Class) {
	switch code {
	case 0:
		return "confirm", pdu.Session
	case 1:
		return "read", pdu.Read
	case 2:
		return "write", pdu.Write
	case 3:
		return "select", pdu.Control
	case 4:
		return "operate", pdu.Control
	case 5:
		return "direct_operate", pdu.Control
	case 6:
		return "direct_operate_no_ack", pdu.Control
	case 7:
		return "immediate_freeze", pdu.Write
	case 8:
		return "immediate_freeze_no_ack", pdu.Write
	case 9:
		return "freeze_clear", pdu.Write
	case 10:
		return "freeze_clear_no_ack", pdu.Write
	case 11:
		return "freeze_at_time", pdu.Write
	case 12:
		return "freeze_at_time_no_ack", pdu.Write
	}
	return laterFunction(code)
}

func laterFunction(code byte) (string, pdu.Class) {
	switch code {
	case 13:
		return "cold_restart", pdu.Control
	case 14:
		return "warm_restart", pdu.Control
	case 15:
		return "initialize_data", pdu.Config
	case 16:
		return "initialize_application", pdu.Control
	case 17:
		return "start_application", pdu.Control
	case 18:
		return "stop_application", pdu.Control
	case 19:
		return "save_configuration", pdu.Config
	case 20:
		return "enable_unsolicited", pdu.Config
	case 21:
		return "disable_unsolicited", pdu.Config
	case 22:
		return "assign_class", pdu.Config
	case 23:
		return "delay_measurement", pdu.Diagnostic
	case 24:
		return "record_current_time", pdu.Config
	}
	if code >= 32 {
		return answerFunction(code)
	}
	return fileFunction(code)
}

func answerFunction(code byte) (string, pdu.Class) {
	switch code {
	case 32:
		return "authenticate_request", pdu.Session
	case 33:
		return "authenticate_request_no_ack", pdu.Session
	case 129:
		return "response", pdu.Other
	case 130:
		return "unsolicited_response", pdu.Read
	case 131:
		return "authenticate_response", pdu.Session
	}
	return "unknown", pdu.Other
}

func fileFunction(code byte) (string, pdu.Class) {
	switch code {
	case 25:
		return "open_file", pdu.Program
	case 26:
		return "close_file", pdu.Program
	case 27:
		return "delete_file", pdu.Program
	case 28:
		return "get_file_info", pdu.Read
	case 29:
		return "authenticate_file", pdu.Session
	case 30:
		return "abort_file", pdu.Program
	case 31:
		return "activate_configuration", pdu.Config
	}
	return "unknown", pdu.Other
}
