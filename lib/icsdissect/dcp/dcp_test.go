package dcp_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"linghang/lib/icsdissect/dcp"
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

func TestServices(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		var list pdu.List
		dcp.Decode(octets(t, text), &list)
		got := ""
		for _, p := range list.All() {
			got = fmt.Sprintf("%s %s %s", p.Role, p.Function, p.Class)
			for _, f := range p.Facts {
				got += fmt.Sprintf(" %s=%s", f.Kind, f.Value)
			}
			for _, w := range []string{p.Exception, p.Malformed} {
				if w != "" {
					got += " !" + w
				}
			}
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
	f("fefe 05 00 00000001 0001 0004 ff ff 0000", "request identify identity")
	f("feff 05 01 00000001 0000 0034"+
		" 02 01 0008 0000 53372d333030"+ // S7-300
		" 02 02 0007 0000 706c632d31 00"+ // plc-1, padded
		" 02 03 0006 0000 002a 010d"+
		" 01 02 000e 0001 c0a80001 ffffff00 00000000",
		"response identify identity model=S7-300 name=plc-1 vendor_id=0x002a device_type=0x010d address=192.168.0.1")
	f("fefd 04 00 00000002 0000 000c 02 02 0007 0001 706c632d32 00", "request set config")
	f("fefd 04 00 00000002 0000 0008 05 03 0004 0000 0100", "request signal control")
	f("fefd 04 00 00000002 0000 0006 05 06 0002 0004", "request reset_to_factory control")
	f("fefd 04 01 00000002 0000 0008 05 04 0003 0202 03 00", "response set config !set_refused")
	f("fefd 03 05 00000002 0000 0000", "response get identity !not_supported")
	f("8001 05 00 00000001 0001 0004 ff ff 0000", "")
	f("fefe 05 00 00000001 0001 0006 02 02 0009 0000", "request identify identity !a block is cut")
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\xfe\xff\x05\x01\x00\x00\x00\x01\x00\x00\x00\x0c\x02\x02\x00\x07\x00\x00plc-1\x00"))
	f.Add([]byte("\xfe\xfd\x04\x00\x00\x00\x00\x01\x00\x00\x00\x08\x05\x03\x00\x04\x00\x00\x01\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var list pdu.List
		dcp.Decode(b, &list)
		if len(list.All()) > 1 || !dcp.Is(b) && len(list.All()) > 0 {
			t.Fatal("one frame is one PDU")
		}
	})
}
