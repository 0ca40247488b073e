package bacnet_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"linghang/lib/icsdissect/bacnet"
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

// datagram puts a network layer into an original unicast.
func datagram(npdu []byte) []byte {
	b := append([]byte{0x81, 0x0a, 0, 0}, npdu...)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	return b
}

func told(p *pdu.PDU) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s %s %s", p.Role, p.Function, p.Class)
	for _, o := range p.Objects {
		fmt.Fprintf(&s, " %s:%d:%d.%d+%d=%x", o.Space, o.Area, o.Address, o.Element, o.Count, o.Value)
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

// Examples of ASHRAE 135, annex F, where there is one.
func TestServices(t *testing.T) {
	f := func(npdu, want string) {
		t.Helper()
		b := datagram(octets(t, npdu))
		if bacnet.Length(b) != len(b) || !bacnet.Strict(b) {
			t.Errorf("%s is not recognised", npdu)
		}
		var list pdu.List
		bacnet.Decode(b, pdu.Either, &list)
		if got := told(&list.All()[0]); got != want {
			t.Errorf("%s\n got %s\nwant %s", npdu, got, want)
		}
	}
	f("0104 00 00 01 0c 0c 00000005 19 55", "request read_property read object:0:5.85+1=")                                          // F.3.5
	f("0100 30 01 0c 0c 00000005 19 55 3e 44 4290999a 3f", "response read_property read object:0:5.85+1=4290999a")                  // F.3.5
	f("0104 00 04 59 0f 0c 00800001 19 55 3e 44 43340000 3f 49 08", "request write_property write object:2:1.85+1=43340000")        // F.3.9
	f("0100 20 59 0f", "response write_property write")                                                                             // F.3.9
	f("0104 00 04 f1 0e 0c 00000010 1e 09 55 09 67 1f", "request read_property_multiple read object:0:16.85+1= object:0:16.103+1=") // F.3.7
	f("0100 30 f1 0e 0c 00000010 1e 29 55 4e 44 4290999a 4f 29 67 4e 91 00 4f 1f",
		"response read_property_multiple read object:0:16.85+1=4290999a object:0:16.103+1=00")
	f("0100 10 08", "request who_is identity") // F.4.10
	f("0100 10 08 09 03 19 03", "request who_is identity instance:0:3.0+1=")
	f("0100 10 00 c4 02000001 22 01e0 91 01 21 63", "response i_am identity object:8:1.0+1= instance=1 vendor_id=99") // F.4.9
	f("0104 00 04 05 11 09 05 19 01 2d 08 00 2366267879 00 21", "request device_communication_control control state:0:5.0+0= state:0:1.1+0=")
	f("0104 00 04 02 14 09 01 1d 09 00 4162434465666768", "request reinitialize_device control state:0:1.0+0=") // F.4.4
	f("0100 50 38 0c 91 01 91 1f", "response read_property read !error")
	f("0100 60 38 04", "response reject error !rejected")
	f("0120 ffff 00 ff 10 08", "request who_is identity")
	f("0108 0005 01 07 30 01 0c 0c 02000001 19 79 3e 75 05 00 41636d65 3f", "response read_property read object:8:1.121+1=0041636d65 vendor=Acme")
	f("0180 01 0005", "either network_message session")
	f("0104 00 00 01 0c 1c 00000005", "request read_property read !a property has no object")
}

func TestFramesOfTheLink(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		var list pdu.List
		b := octets(t, text)
		if !bacnet.Strict(b) {
			t.Errorf("%s is not recognised", text)
		}
		bacnet.Decode(b, pdu.Either, &list)
		if got := told(&list.All()[0]); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	f("8105 0006 003c", "either register_foreign_device session")
	f("8100 0006 0030", "response bvlc_result session !nak")
	f("8101 000e c0a80001bac0 ffffffff", "either write_broadcast_table config")
	f("8104 0012 c0a80001bac0 0120 ffff 00 ff 10 08", "request who_is identity")
}

func TestADatagramThatStatesMoreThanItHasIsReadButProvesNothing(t *testing.T) {
	b := octets(t, "810a 0011 0104 2008 14")
	if bacnet.Length(b) != len(b) || bacnet.Strict(b) {
		t.Errorf("length %d, strict %v", bacnet.Length(b), bacnet.Strict(b))
	}
	var list pdu.List
	bacnet.Decode(b, pdu.Either, &list)
	if got := told(&list.All()[0]); got != "response reinitialize_device control" || !list.All()[0].Truncated {
		t.Error(got)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x01\x04\x00\x00\x01\x0c\x0c\x00\x00\x00\x05\x19\x55"))
	f.Add([]byte("\x01\x00\x30\xf1\x0e\x0c\x00\x00\x00\x10\x1e\x29\x55\x4e\x44\x42\x90\x99\x9a\x4f\x29\x67\x4e\x91\x00\x4f\x1f"))
	f.Add([]byte("\x01\x00\x10\x00\xc4\x02\x00\x00\x01\x22\x01\xe0\x91\x01\x21\x63"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var list pdu.List
		for _, data := range [][]byte{datagram(b[:min(len(b), 1400)]), b} {
			list.Reset()
			if n := bacnet.Length(data); n > 1500 || n < -1 {
				t.Fatalf("length %d", n)
			}
			bacnet.Decode(data, pdu.Either, &list)
			bacnet.Strict(data)
		}
	})
}
