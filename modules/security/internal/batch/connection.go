package batch

import "slices"

// Connection is the function of conversations of no industrial protocol: their protocol is the
// service that runs there, or tcp or udp, and their class session.
const Connection = "connection"

// IsConnection tells whether a protocol and a function are of such a conversation.
func IsConnection(protocol, function string) bool {
	return function == Connection && !Industrial(protocol)
}

// IndustrialProtocols are the protocols of which the probe reads each unit.
func IndustrialProtocols() []string {
	return []string{"bacnet", "cip", "dnp3", "enip", "iec104", "modbus", "opcua", "pn_dcp", "s7comm"}
}

// Industrial tells whether a protocol is read unit by unit.
func Industrial(protocol string) bool { return slices.Contains(IndustrialProtocols(), protocol) }

// Commands tells whether units of a class change a plant or a device.
func Commands(class string) bool {
	return slices.Contains([]string{"write", "control", "config", "program"}, class)
}
