package s7comm_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"linghang/lib/icsdissect/pdu"
	"linghang/lib/icsdissect/s7comm"
)

func octets(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// message makes a TPKT with a data TPDU and a message of reference 5.
func message(kind byte, failure, param, data []byte) []byte {
	b := []byte{3, 0, 0, 0, 2, 0xf0, 0x80, 0x32, kind, 0, 0, 0, 5}
	b = binary.BigEndian.AppendUint16(b, uint16(len(param)))
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)))
	b = append(append(append(b, failure...), param...), data...)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	return b
}

func told(p *pdu.PDU) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s %s %s", p.Role, p.Function, p.Class)
	for _, o := range p.Objects {
		fmt.Fprintf(&s, " %s:%d:%d.%d+%d%s=%x", o.Space, o.Area, o.Address, o.Element, o.Count, o.Name, o.Value)
	}
	for _, f := range p.Facts {
		fmt.Fprintf(&s, " %s=%s", f.Kind, f.Value)
	}
	for _, w := range []string{p.Exception, p.Malformed} {
		if w != "" {
			s.WriteString(" !" + w)
		}
	}
	return s.String()
}

func TestMessages(t *testing.T) {
	f := func(kind byte, failure, param, data, want string) {
		t.Helper()
		b := message(kind, octets(t, failure), octets(t, param), octets(t, data))
		if s7comm.Length(b) != len(b) || !s7comm.Strict(b) {
			t.Errorf("%x is not recognised", b)
		}
		var list pdu.List
		s7comm.Decode(b, pdu.Either, &list)
		if got := told(&list.All()[0]); got != want {
			t.Errorf("%s %s\n got %s\nwant %s", param, data, got, want)
		}
	}
	f(1, "", "f000 0001 0001 01e0", "", "request setup_communication session")
	f(3, "0000", "f000 0001 0001 00f0", "", "response setup_communication session")
	f(1, "", "0402 120a10 02 0004 0001 84 000050 120a10 01 0001 0000 83 00000b", "",
		"request read_var read db:1:10.0+4= flag:0:1.3+1=")
	f(3, "0000", "0402", "ff04 0020 01020304 0a00 0000", "response read_var read value:0:0.0+0=01020304 value:0:0.0+0= !object_does_not_exist")
	f(1, "", "0501 120a10 01 0001 0000 82 000001", "0003 0001 01", "request write_var write output:0:0.1+1=01")
	f(3, "0000", "0501", "ff", "response write_var write")
	f(3, "0000", "0501", "03", "response write_var write !access_denied")
	f(1, "", "29 0000000000 09 505f50524f4752414d", "", "request plc_stop control service:0:0.0+0P_PROGRAM=")
	f(1, "", "28 000000000000fd 0000 09 505f50524f4752414d", "", "request plc_start control service:0:0.0+0P_PROGRAM=")
	f(1, "", "28 000000000000fd 000a 01003038303030303150 05 5f494e5345", "", "request activate_block program service:0:0.0+0_INSE=01003038303030303150")
	f(1, "", "1a 00 0100 00000000 09 5f30383030303031 50", "", "request request_download program block:0:0.0+0_0800001P=")
	f(1, "", "1b 00 0000 00000000 09 5f30383030303031 50", "", "request download_block program block:0:0.0+0_0800001P=")
	f(2, "8104", "", "", "response acknowledge other !application_relationship")
	f(7, "", "000112 04 11 44 01 00", "ff09 0004 0011 0001", "request read_szl identity szl:0:17.1+0=")
	f(7, "", "000112 08 12 84 01 01 00 00 0000",
		"ff09 0040 0011 0000 001c 0002 0001 36455337203331352d32454831342d30414230 20 00c0 0001 0000"+
			"0007 2020202020202020202020202020202020202020 00c0 5603 0206",
		"response read_szl identity szl:0:17.0+0= vendor=Siemens order_number=6ES7 315-2EH14-0AB0 firmware=V3.2.6")
	f(7, "", "000112 08 12 84 01 01 00 00 d402", "0a00 0000", "response read_szl diagnostic !service_failed")
	f(7, "", "000112 04 11 47 02 00", "", "request set_clock config")
	f(7, "", "000112 04 11 45 01 00", "ff09 0008 0102030405060708", "request set_password session")
}

func TestOtherProtocolsOfTheTransportAreNotS7(t *testing.T) {
	f := func(text string) {
		t.Helper()
		b := octets(t, text)
		if s7comm.Strict(b) {
			t.Errorf("%s is strict", text)
		}
		var list pdu.List
		s7comm.Decode(b, pdu.Either, &list)
		if len(list.All()) != 0 {
			t.Errorf("%s is %s", text, told(&list.All()[0]))
		}
	}
	f("0300 0016 11e0 0000 0001 00c1 0201 00c2 0201 02c0 010a") // connection request
	f("0300 0007 02f0 80")                                      // nothing
	f("0300 0014 02f0 80 a00b 0201 01a6 0602 0100 8001 00")     // MMS
	if got := s7comm.Length(octets(t, "0300 0003")); got != -1 {
		t.Errorf("length %d", got)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(byte(1), []byte("\x04\x01\x12\x0a\x10\x02\x00\x04\x00\x01\x84\x00\x00\x50"), []byte{})
	f.Add(byte(7), []byte("\x00\x01\x12\x08\x12\x84\x01\x01\x00\x00\x00\x00"), []byte("\xff\x09\x00\x40\x00\x11\x00\x00\x00\x1c\x00\x02"))
	f.Fuzz(func(t *testing.T, kind byte, param, data []byte) {
		param, data = param[:min(len(param), 1000)], data[:min(len(data), 1000)]
		var list pdu.List
		for _, b := range [][]byte{message(kind, nil, param, data), message(kind, []byte{0, 0}, param, data), data} {
			list.Reset()
			s7comm.Decode(b, pdu.Either, &list)
			if n := s7comm.Length(b); n > 65535 || n < -1 {
				t.Fatalf("length %d", n)
			}
			s7comm.Strict(b)
		}
	})
}
