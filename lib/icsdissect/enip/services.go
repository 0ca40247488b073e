package enip

import "linghang/lib/icsdissect/pdu"

// serviceName names a service; class is 0 where it is not known, named says
// that the path has the name of a tag. Volume 1, appendix A-3, and for what
// classes define themselves chapter 3 (connection manager), 5-42 (file) and
// 1756-PM020 (tags).
func serviceName(service byte, class uint32, named bool) (string, pdu.Class) {
	if service < 0x32 {
		name, kind := common(service)
		if class == classIdentity && kind == pdu.Read {
			kind = pdu.Identity
		}
		return name, kind
	}
	switch {
	case class == classManager:
		return managerService(service)
	case class == classFile:
		return fileService(service)
	case class == classPCCC && service == 0x4b:
		return "execute_pccc", pdu.Other
	case service == 0x54:
		return "forward_open", pdu.Session
	case service == 0x5b:
		return "large_forward_open", pdu.Session
	case named || class == 0x6b || class == 0x6c || class == 0xac:
		return tagService(service)
	}
	return "service_of_class", pdu.Other
}

func common(service byte) (string, pdu.Class) {
	switch service {
	case 0x01:
		return "get_attributes_all", pdu.Read
	case 0x02:
		return "set_attributes_all", pdu.Write
	case 0x03:
		return "get_attribute_list", pdu.Read
	case 0x04:
		return "set_attribute_list", pdu.Write
	case 0x05:
		return "reset", pdu.Control
	case 0x06:
		return "start", pdu.Control
	case 0x07:
		return "stop", pdu.Control
	case 0x08:
		return "create", pdu.Config
	case 0x09:
		return "delete", pdu.Config
	case serviceMultiple:
		return "multiple_service_packet", pdu.Other
	case 0x0d:
		return "apply_attributes", pdu.Config
	case 0x0e:
		return "get_attribute_single", pdu.Read
	case 0x10:
		return "set_attribute_single", pdu.Write
	}
	return laterCommon(service)
}

func laterCommon(service byte) (string, pdu.Class) {
	switch service {
	case 0x11:
		return "find_next_object_instance", pdu.Read
	case 0x15:
		return "restore", pdu.Config
	case 0x16:
		return "save", pdu.Config
	case 0x17:
		return "no_operation", pdu.Other
	case 0x18:
		return "get_member", pdu.Read
	case 0x19:
		return "set_member", pdu.Write
	case 0x1a:
		return "insert_member", pdu.Write
	case 0x1b:
		return "remove_member", pdu.Write
	case 0x1c:
		return "group_sync", pdu.Session
	}
	return "reserved_service", pdu.Other
}

func managerService(service byte) (string, pdu.Class) {
	switch service {
	case 0x4e:
		return "forward_close", pdu.Session
	case 0x52:
		return "unconnected_send", pdu.Session
	case 0x54:
		return "forward_open", pdu.Session
	case 0x56:
		return "get_connection_data", pdu.Diagnostic
	case 0x57:
		return "search_connection_data", pdu.Diagnostic
	case 0x5a:
		return "get_connection_owner", pdu.Diagnostic
	case 0x5b:
		return "large_forward_open", pdu.Session
	}
	return "service_of_class", pdu.Other
}

func fileService(service byte) (string, pdu.Class) {
	switch service {
	case 0x4b:
		return "initiate_upload", pdu.Program
	case 0x4c:
		return "initiate_download", pdu.Program
	case 0x4d:
		return "initiate_partial_read", pdu.Read
	case 0x4e:
		return "initiate_partial_write", pdu.Program
	case 0x4f:
		return "upload_transfer", pdu.Program
	case 0x50:
		return "download_transfer", pdu.Program
	case 0x51:
		return "clear_file", pdu.Program
	}
	return "service_of_class", pdu.Other
}

func tagService(service byte) (string, pdu.Class) {
	switch service {
	case 0x4b:
		return "execute_pccc", pdu.Other
	case 0x4c:
		return "read_tag", pdu.Read
	case 0x4d:
		return "write_tag", pdu.Write
	case 0x4e:
		return "read_modify_write_tag", pdu.Write
	case 0x52:
		return "read_tag_fragmented", pdu.Read
	case 0x53:
		return "write_tag_fragmented", pdu.Write
	case 0x55:
		return "get_instance_attribute_list", pdu.Read
	}
	return "service_of_class", pdu.Other
}

// pccc reads a command of the PLC-5 and SLC family inside CIP: 1770-6.5.16,
// chapter 7, behind the requester's number of 1756-PM020.
func pccc(p *pdu.PDU, r *pdu.Reader, o pdu.Object) {
	r.Skip(int(r.U8()) - 1)
	command := r.U8()
	r.Skip(1)
	o.Space = "pccc"
	p.Transaction = uint64(r.LE16())
	function := r.U8()
	if r.Short() {
		p.Fail("a PCCC command is cut")
		return
	}
	o.Element = uint32(command)<<8 | uint32(function)
	p.Function, p.Class = "pccc_other", pdu.Other
	switch command {
	case 0x06:
		p.Function, p.Class = "pccc_diagnostic", pdu.Diagnostic
	case 0x0f:
		p.Function, p.Class = pcccFunction(function)
	}
	if p.Class == pdu.Write {
		o.Value = r.Rest()
	}
	p.Add(o)
}

func pcccFunction(function byte) (string, pdu.Class) {
	switch function {
	case 0x01, 0x29, 0x68, 0xa1, 0xa2, 0xa7:
		return "pccc_read", pdu.Read
	case 0x00, 0x26, 0x67, 0xa9, 0xaa, 0xab, 0xaf:
		return "pccc_write", pdu.Write
	case 0x3a, 0x80:
		return "pccc_set_mode", pdu.Control
	case 0x50, 0x52, 0x57, 0x06:
		return "pccc_download", pdu.Program
	case 0x53, 0x55:
		return "pccc_upload", pdu.Program
	}
	return "pccc_other", pdu.Other
}

// statusName follows volume 1, appendix B-1.
func statusName(status byte) string {
	switch status {
	case 0x01:
		return "connection_failure"
	case 0x02:
		return "resource_unavailable"
	case 0x03:
		return "invalid_parameter_value"
	case 0x04:
		return "path_segment_error"
	case 0x05:
		return "path_destination_unknown"
	case 0x07:
		return "connection_lost"
	case 0x08:
		return "service_not_supported"
	case 0x09:
		return "invalid_attribute_value"
	case 0x0c:
		return "object_state_conflict"
	case 0x0e:
		return "attribute_not_settable"
	case 0x0f:
		return "privilege_violation"
	case 0x10:
		return "device_state_conflict"
	}
	return laterStatus(status)
}

func laterStatus(status byte) string {
	switch status {
	case 0x11:
		return "reply_data_too_large"
	case 0x13:
		return "not_enough_data"
	case 0x14:
		return "attribute_not_supported"
	case 0x15:
		return "too_much_data"
	case 0x16:
		return "object_does_not_exist"
	case 0x1e:
		return "embedded_service_error"
	case 0x20:
		return "invalid_parameter"
	case 0x26:
		return "invalid_path_size"
	case 0xff:
		return "general_error"
	}
	return "unknown"
}
