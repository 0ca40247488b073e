package enip_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"linghang/lib/icsdissect/enip"
	"linghang/lib/icsdissect/pdu"
)

func octets(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// frame makes an encapsulation frame.
func frame(command uint16, session, status uint32, data []byte) []byte {
	b := make([]byte, 24, 24+len(data))
	binary.LittleEndian.PutUint16(b, command)
	binary.LittleEndian.PutUint16(b[2:], uint16(len(data)))
	binary.LittleEndian.PutUint32(b[4:], session)
	binary.LittleEndian.PutUint32(b[8:], status)
	copy(b[12:], "context1")
	return append(b, data...)
}

// unconnected wraps a CIP message for SendRRData.
func unconnected(cip []byte) []byte {
	b := append(make([]byte, 6), 2, 0, 0, 0, 0, 0, 0xb2, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(cip)))
	return frame(0x6f, 7, 0, append(b, cip...))
}

// connected wraps a CIP message for SendUnitData.
func connected(cip []byte) []byte {
	b := append(make([]byte, 6), 2, 0, 0xa1, 0, 4, 0, 1, 2, 3, 4, 0xb1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(cip)+2))
	return frame(0x70, 7, 0, append(append(b, 9, 0), cip...))
}

func told(p *pdu.PDU) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s %s %s %s", p.Protocol, p.Role, p.Function, p.Class)
	for _, o := range p.Objects {
		fmt.Fprintf(&s, " %s:%d:%d:%d+%d%s=%x", o.Space, o.Area, o.Address, o.Element, o.Count, o.Name, o.Value)
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

func check(t *testing.T, b []byte, want ...string) {
	t.Helper()
	if enip.Length(b) != len(b) || !enip.Strict(b) {
		t.Errorf("%x is not recognised: length %d of %d", b, enip.Length(b), len(b))
	}
	var list pdu.List
	enip.Decode(b, pdu.Either, &list)
	var got []string
	for i := range list.All() {
		got = append(got, told(&list.All()[i]))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%x\n got %s\nwant %s", b, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

func TestCommands(t *testing.T) {
	check(t, frame(0x65, 0, 0, octets(t, "0100 0000")), "enip request register_session session")
	check(t, frame(0x65, 5, 0, octets(t, "0100 0000")), "enip response register_session session")
	check(t, frame(0x66, 5, 0, nil), "enip request unregister_session session")
	check(t, frame(0x6f, 5, 0x64, nil), "enip response send_rr_data session !invalid_session")
	check(t, frame(0x63, 0, 0, nil), "enip request list_identity identity")
	identity := octets(t, "0100 0c00 2b00 0100 0002af12c0a80102 0000000000000000 0100 0c00 3a00 0a1f 3000 c3ae5100 0a 313735362d454e42542f 03")
	identity[4] = byte(len(identity) - 6)
	check(t, frame(0x63, 0, 0, identity),
		"enip response list_identity identity vendor_id=1 vendor=Rockwell Automation/Allen-Bradley device_type=12 order_number=58 firmware=10.31 serial=0051aec3 model=1756-ENBT/")
}

func TestMessagesOfCIP(t *testing.T) {
	// 1756-PM020: Read Tag of "SCADA", Write Tag of a DINT, their answers.
	check(t, connected(octets(t, "4c 04 91 05 5343414441 00 0100")), "cip request read_tag read tag:0:0:0+1SCADA=")
	check(t, connected(octets(t, "cc 00 00 00 c400 01000000")), "cip response read_tag read tag:0:0:0+0=01000000")
	check(t, connected(octets(t, "4d 04 91 05 5343414441 00 c400 0100 0e000000")), "cip request write_tag write tag:0:0:0+1SCADA=0e000000")
	check(t, connected(octets(t, "cd 00 05 00")), "cip response write_tag write !path_destination_unknown")
	check(t, unconnected(octets(t, "0e 03 20 01 24 01 30 07")), "cip request get_attribute_single identity cip:1:1:7+0=")
	check(t, unconnected(octets(t, "10 03 20 f5 24 01 30 05 c0a80001")), "cip request set_attribute_single write cip:245:1:5+0=c0a80001")
	check(t, unconnected(octets(t, "05 02 20 01 24 01 01")), "cip request reset control cip:1:1:0+0=01")
	check(t, unconnected(octets(t, "07 02 20 8e 24 01")), "cip request stop control cip:142:1:0+0=")
	check(t, unconnected(octets(t, "4c 03 20 37 25 00 0102")), "cip request initiate_download program cip:55:513:0+0=")
	check(t, unconnected(octets(t, "81 00 00 00 0100 0c00 3a00 0a1f 3000 c3ae5100 04 41424344")),
		"cip response get_attributes_all identity vendor_id=1 vendor=Rockwell Automation/Allen-Bradley device_type=12 order_number=58 firmware=10.31 serial=0051aec3 model=ABCD")
}

func TestMessagesInsideMessages(t *testing.T) {
	check(t, connected(octets(t, "0a 02 20 02 24 01 0200 0600 1000 4c 02 91 02 4131 0100 00 00 4c 02 91 02 4232 0300")),
		"cip request multiple_service_packet other cip:2:1:0+0=",
		"cip request read_tag read tag:0:0:0+1A1=", "cip request read_tag read tag:0:0:0+3B2=")
	check(t, unconnected(octets(t, "52 02 20 06 24 01 05 9d 0800 4c 02 91 02 4131 0100 01 00 01 00")),
		"cip request unconnected_send session cip:6:1:0+0=", "cip request read_tag read tag:0:0:0+1A1=")
	check(t, unconnected(octets(t, "54 02 20 06 24 01 07 e9 00000000 78563412 0100 0100 01020304 00 000000 80841e00 f843 80841e00 f843 a3 02 20 02 24 01")),
		"cip request forward_open session cip:6:1:0+0= connection:2:305419896:0+0=")
	check(t, unconnected(octets(t, "4b 02 20 67 24 01 07 0100 01020304 0f 00 3412 aa 02 07 89 00 00 0100")),
		"cip request pccc_write write pccc:103:1:4010+0=02078900000100")
}

func TestImplicitMessages(t *testing.T) {
	b := octets(t, "0200 0280 0800 11223344 05000000 b100 0400 0100ffff")
	if enip.LengthIO(b) != len(b) || enip.LengthIO(b[:len(b)-1]) != -1 {
		t.Fatal("not recognised")
	}
	var list pdu.List
	enip.DecodeIO(b, pdu.Either, &list)
	if got := told(&list.All()[0]); got != "cip either implicit_io other connection:0:1144201745:0+0=0100ffff" {
		t.Error(got)
	}
}

func TestWhatIsNotEtherNetIPIsRefused(t *testing.T) {
	f := func(b []byte, length int) {
		t.Helper()
		if got := enip.Length(b); got != length {
			t.Errorf("%x: length %d, want %d", b, got, length)
		}
		if enip.Strict(b) {
			t.Errorf("%x is strict", b)
		}
	}
	f([]byte("GET / HTTP/1.1\r\nHost: x\r\n"), -1)
	f(make([]byte, 24), 24)
	f(frame(0x65, 0, 0, []byte{2, 0, 0, 0}), 28)
	f(frame(0x6f, 1, 0, []byte{1, 2, 3}), 27)
	f(frame(0x65, 0, 0, nil)[:10], 0)
}

func FuzzDecode(f *testing.F) {
	f.Add(connected([]byte("\x4c\x04\x91\x05SCADA\x00\x01\x00")))
	f.Add(unconnected([]byte("\x52\x02\x20\x06\x24\x01\x05\x9d\x08\x00\x4c\x02\x91\x02A1\x01\x00\x01\x00\x01\x00")))
	f.Add(connected([]byte("\x0a\x02\x20\x02\x24\x01\x02\x00\x06\x00\x10\x00\x4c\x02\x91\x02\x41\x31\x01\x00\x00\x00")))
	f.Fuzz(func(t *testing.T, b []byte) {
		var list pdu.List
		for _, data := range [][]byte{b, connected(b), unconnected(b)} {
			if n := enip.Length(data); n > 65535+24 || n < -1 {
				t.Fatalf("length %d", n)
			}
			enip.Strict(data)
			list.Reset()
			enip.Decode(data, pdu.Either, &list)
			enip.DecodeIO(data, pdu.Either, &list)
			enip.LengthIO(data)
		}
	})
}
