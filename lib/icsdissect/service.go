package icsdissect

import (
	"bytes"
	"encoding/binary"
)

// part is which side sends what was read.
type part uint8

const (
	anyPart part = iota
	clientPart
	serverPart
)

// serviceOf tells by the first octets of a payload what it is, and who sends
// such. It allocates nothing.
func serviceOf(b []byte, stream bool) (string, part) {
	if !stream {
		return "", anyPart // datagrams are told by their ports
	}
	for _, read := range [...]func([]byte) (string, part){readTLS, readSMB, readRPC, readTPKT, readText, readMQTT} {
		if s, by := read(b); s != "" {
			return s, by
		}
	}
	return "", anyPart
}

// readTLS reads a record of TLS (RFC 8446, section 5.1).
func readTLS(b []byte) (string, part) {
	if len(b) < 6 || b[0] < 20 || b[0] > 23 || b[1] != 3 || b[2] > 4 {
		return "", anyPart
	}
	if n := binary.BigEndian.Uint16(b[3:]); n == 0 || n > 1<<14+2048 {
		return "", anyPart
	}
	switch {
	case b[0] == 22 && b[5] == 1:
		return "tls", clientPart
	case b[0] == 22 && b[5] == 2:
		return "tls", serverPart
	}
	return "tls", anyPart
}

// readSMB reads messages of SMB 1, 2 and 3 on the session service of NetBIOS (RFC 1002).
func readSMB(b []byte) (string, part) {
	if len(b) == 72 && binary.BigEndian.Uint32(b) == 0x81000044 {
		return "smb", clientPart // a session request: two names
	}
	if len(b) < 24 || b[0] != 0 || string(b[5:8]) != "SMB" {
		return "", anyPart
	}
	var answer bool
	switch b[4] {
	case 0xff:
		answer = b[13]&0x80 != 0
	case 0xfe:
		answer = b[20]&1 != 0
	case 0xfd, 0xfc: // encrypted or compressed
		return "smb", anyPart
	default:
		return "", anyPart
	}
	if answer {
		return "smb", serverPart
	}
	return "smb", clientPart
}

// readRPC reads a PDU of DCE/RPC, version 5, on a connection (C706, chapter 12).
func readRPC(b []byte) (string, part) {
	if len(b) < 16 || b[0] != 5 || b[1] > 1 || b[4]&^0x11 != 0 || b[5] > 3 || b[6] != 0 || b[7] != 0 {
		return "", anyPart
	}
	var order binary.ByteOrder = binary.BigEndian
	if b[4]&0x10 != 0 {
		order = binary.LittleEndian
	}
	if order.Uint16(b[8:]) < 16 {
		return "", anyPart
	}
	switch b[2] {
	case 0, 11, 14, 16:
		return "dcerpc", clientPart
	case 2, 3, 12, 13, 15:
		return "dcerpc", serverPart
	}
	return "", anyPart
}

// readTPKT reads the transport that MMS, RDP and others use (RFC 1006, ISO 8073).
func readTPKT(b []byte) (string, part) {
	if len(b) < 7 || b[0] != 3 || b[1] != 0 || int(binary.BigEndian.Uint16(b[2:])) != len(b) || int(b[4]) > len(b)-5 {
		return "", anyPart
	}
	switch b[5] {
	case 0xe0:
		if bytes.Contains(b, []byte("Cookie: mstshash=")) {
			return "rdp", clientPart
		}
		return "iso_tsap", clientPart
	case 0xd0:
		return "iso_tsap", serverPart
	case 0xf0:
		return "iso_tsap", anyPart
	}
	return "", anyPart
}

// readText reads the first words of protocols of lines.
func readText(b []byte) (string, part) {
	switch {
	case bytes.HasPrefix(b, []byte("SSH-")):
		return "ssh", anyPart
	case bytes.HasPrefix(b, []byte("RFB 00")):
		return "vnc", anyPart
	case bytes.HasPrefix(b, []byte("HTTP/1.")):
		return "http", serverPart
	case bytes.HasPrefix(b, []byte("220 ")) || bytes.HasPrefix(b, []byte("220-")):
		line := b[:min(len(b), 256)]
		if bytes.Contains(line, []byte("FTP")) {
			return "ftp", serverPart
		}
		if bytes.Contains(line, []byte("SMTP")) {
			return "smtp", serverPart
		}
		return "", serverPart
	case len(b) >= 3 && b[0] == 0xff && b[1] >= 0xfb && b[1] <= 0xfe && b[2] < 50:
		return "telnet", anyPart
	}
	return readHTTP(b)
}

// readHTTP reads the line of a request.
func readHTTP(b []byte) (string, part) {
	for _, method := range [...]string{"GET ", "POST ", "HEAD ", "PUT ", "OPTIONS ", "CONNECT ", "DELETE ", "PATCH ", "PROPFIND "} {
		if len(b) > len(method) && string(b[:len(method)]) == method && bytes.Contains(b[:min(len(b), 2048)], []byte(" HTTP/1.")) {
			return "http", clientPart
		}
	}
	return "", anyPart
}

// readMQTT reads the packet with which MQTT begins.
func readMQTT(b []byte) (string, part) {
	if len(b) > 8 && b[0] == 0x10 && bytes.Contains(b[2:9], []byte{0, 4, 'M', 'Q', 'T'}) {
		return "mqtt", clientPart
	}
	return "", anyPart
}

// tcpServices are what well-known ports of TCP promise, by the registry of IANA.
func tcpServices() map[uint16]string {
	return map[uint16]string{
		20: "ftp", 21: "ftp", 22: "ssh", 23: "telnet", 25: "smtp", 53: "dns", 80: "http", 102: "iso_tsap", 135: "dcerpc", 139: "smb", 389: "ldap", 443: "tls", 445: "smb", 587: "smtp", 636: "ldap", 1433: "mssql",
		1883: "mqtt", 3306: "mysql", 3389: "rdp", 5432: "postgresql", 5900: "vnc", 5901: "vnc", 5902: "vnc", 5985: "winrm", 5986: "winrm", 8080: "http", 8883: "mqtt",
	}
}

// udpServices are what well-known ports of UDP promise.
func udpServices() map[uint16]string {
	return map[uint16]string{
		53: "dns", 69: "tftp", 123: "ntp", 161: "snmp", 162: "snmp", 443: "quic", 500: "ipsec", 514: "syslog", 1812: "radius", 1813: "radius", 3389: "rdp", 4500: "ipsec",
	}
}

// Services are the names of services that conversations have.
func Services() []string {
	return []string{
		"dcerpc", "dns", "ftp", "http", "ipsec", "iso_tsap", "ldap", "mqtt", "mssql", "mysql", "ntp", "postgresql", "quic", "radius", "rdp", "smb", "smtp", "snmp", "ssh", "syslog", "telnet", "tftp", "tls", "vnc", "winrm",
	}
}
