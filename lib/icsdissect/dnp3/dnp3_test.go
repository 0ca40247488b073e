package dnp3_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"linghang/lib/icsdissect/dnp3"
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

// check is the CRC of IEEE 1815 bit by bit, from the polynomial, to test the table.
func check(b []byte) uint16 {
	var sum uint16
	for _, c := range b {
		sum ^= uint16(c)
		for range 8 {
			if sum&1 != 0 {
				sum = sum>>1 ^ 0xa6bc
			} else {
				sum >>= 1
			}
		}
	}
	return ^sum
}

// link makes a frame around user data.
func link(control byte, destination, source uint16, user []byte) []byte {
	b := []byte{5, 0x64, byte(5 + len(user)), control, byte(destination), byte(destination >> 8), byte(source), byte(source >> 8)}
	sum := check(b)
	b = append(b, byte(sum), byte(sum>>8))
	for len(user) > 0 {
		n := min(16, len(user))
		sum := check(user[:n])
		b = append(append(b, user[:n]...), byte(sum), byte(sum>>8))
		user = user[n:]
	}
	return b
}

func told(p *pdu.PDU) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s %s %s %d>%d", p.Role, p.Function, p.Class, p.Source, p.Unit)
	for _, o := range p.Objects {
		fmt.Fprintf(&s, " %s/g%dv%d@%d+%d=%x", o.Space, o.Area>>8, o.Area&255, o.Address, o.Count, o.Value)
	}
	for _, f := range p.Facts {
		fmt.Fprintf(&s, " %s=%s", f.Kind, f.Value)
	}
	for _, w := range []string{p.Exception, p.Text, p.Malformed} {
		if w != "" {
			s.WriteString(" !" + w)
		}
	}
	return s.String()
}

func TestFragmentsAreRead(t *testing.T) {
	f := func(control byte, user, want string) {
		t.Helper()
		b := link(control, 10, 1, octets(t, user))
		if control&0x80 == 0 {
			b = link(control, 1, 10, octets(t, user))
		}
		if !dnp3.Strict(b) {
			t.Fatalf("%x is not recognised", b)
		}
		var s dnp3.State
		var list pdu.List
		s.Decode(0, b, &list)
		if len(list.All()) != 1 {
			t.Fatalf("%d PDUs", len(list.All()))
		}
		if got := told(&list.All()[0]); got != want {
			t.Errorf("%s\n got %s\nwant %s", user, got, want)
		}
	}
	f(0xc4, "c0 c0 01 3c0206 3c0306 3c0406 3c0106",
		"request read read 1>10 class_data/g60v2@0+0= class_data/g60v3@0+0= class_data/g60v4@0+0= class_data/g60v1@0+0=")
	f(0xc4, "c1 c1 01 01 02 00 03 07", "request read read 1>10 binary_input/g1v2@3+5=")
	f(0xc4, "c1 c3 05 0c01 17 01 05 41 03 64000000 c8000000 00",
		"request direct_operate control 1>10 control_relay_output/g12v1@5+1=410364000000c800000000")
	f(0xc4, "c1 c3 03 2902 28 0100 0300 e803 00", "request select control 1>10 analog_output/g41v2@3+1=e80300")
	f(0xc4, "c2 c4 0d", "request cold_restart control 1>10")
	f(0xc4, "c2 c5 02 3201 07 01 0102030405ff", "request write write 1>10 time/g50v1@0+1=0102030405ff")
	f(0x44, "c0 c3 81 0000 0c01 17 01 05 41 03 64000000 c8000000 04",
		"response response other 10>1 control_relay_output/g12v1@5+1=410364000000c800000004 !control_refused")
	f(0x44, "c0 c1 81 8000 1e02 00 0001 01 1000 01 2000", "response response other 10>1 analog_input/g30v2@0+2=011000012000 !device_restart")
	f(0x44, "c0 c1 81 0002", "response response other 10>1 !object_unknown")
	f(0x44, "c0 f1 82 0000 0201 17 01 07 81", "response unsolicited_response read 10>1 binary_input/g2v1@7+1=81")
	f(0x44, "c0 c1 81 0000 00fc 00 0000 01 04 41636d65", "response response other 10>1 device_attribute/g0v252@0+1=41636d65 vendor=Acme")
	f(0x44, "c0 c1 81 0000 0101 00 0009 ff01", "response response other 10>1 binary_input/g1v1@0+10=ff01")
	f(0xc4, "c0 c1 19 4603 5b 01 0400 01020304", "request open_file program 1>10 file/g70v3@0+1=01020304")
	f(0xc0, "", "request link_reset session 1>10")
	f(0x0b, "", "response link_status session 10>1")
	f(0x44, "c0 c1 81 0000 1e02 00 0009 01 1000", "response response other 10>1 analog_input/g30v2@0+10=011000 !objects are cut")
	f(0xc4, "c0 c1 01 0102 0a 03", "request read read 1>10 !an object header has a reserved range")
}

// The frame with its check is one that is printed again and again: a reset of the link from 1024 to 1.
func TestAPublishedFrameHasARightCheck(t *testing.T) {
	if got := dnp3.Length(octets(t, "0564 05c0 0100 0004 e921")); got != 10 {
		t.Errorf("length %d", got)
	}
	if got := dnp3.Length(octets(t, "0564 05c0 0100 0004 e821")); got != -1 {
		t.Errorf("a wrong check is believed: %d", got)
	}
}

func TestFragmentsOfSeveralSegments(t *testing.T) {
	var s dnp3.State
	var list pdu.List
	read := func(user string) []pdu.PDU {
		list.Reset()
		s.Decode(1, link(0x44, 1, 10, octets(t, user)), &list)
		return list.All()
	}
	if got := read("40 c1 81 0000 1e02 00 0001"); len(got) != 0 {
		t.Fatalf("half a fragment is told: %s", told(&got[0]))
	}
	got := read("81 01 1000 01 2000")
	if len(got) != 1 || told(&got[0]) != "response response other 10>1 analog_input/g30v2@0+2=011000012000" {
		t.Fatalf("got %v", got)
	}
	read("42 c1 81 0000 1e02 00 0001")
	if got := read("84 01 1000 01 2000"); len(got) != 0 {
		t.Errorf("a segment is missing, and %s is told", told(&got[0]))
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(byte(0xc4), []byte("\xc0\xc0\x01\x3c\x02\x06"), []byte{})
	f.Add(byte(0x44), []byte("\xc0\xc1\x81\x00\x00\x1e\x02\x00\x00\x01\x01\x10\x00\x01\x20\x00"), []byte("x"))
	f.Fuzz(func(t *testing.T, control byte, user, raw []byte) {
		var s dnp3.State
		var list pdu.List
		b := link(control, 1, 2, user[:min(len(user), 250)])
		if dnp3.Length(b) != len(b) || !dnp3.Strict(b) {
			t.Fatalf("%x is not recognised", b)
		}
		s.Decode(0, b, &list)
		s.Decode(0, raw, &list)
		if n := dnp3.Length(raw); n > 292 {
			t.Fatalf("length %d", n)
		}
		dnp3.Strict(raw)
	})
}
