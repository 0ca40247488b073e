package iec104_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"linghang/lib/icsdissect/iec104"
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

func told(p *pdu.PDU) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s %s %s unit=%d", p.Role, p.Function, p.Class, p.Unit)
	for _, o := range p.Objects {
		fmt.Fprintf(&s, " %d+%d=%x", o.Address, o.Count, o.Value)
	}
	for _, w := range []string{p.Text, p.Exception, p.Malformed} {
		if w != "" {
			s.WriteString(" !" + w)
		}
	}
	return s.String()
}

func TestFrames(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		b := octets(t, text)
		if iec104.Length(b) != len(b) || !iec104.Strict(b) {
			t.Errorf("%s is not recognised", text)
		}
		var list pdu.List
		iec104.Decode(b, pdu.Either, &list)
		got := ""
		if len(list.All()) > 0 {
			got = told(&list.All()[0])
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
	f("6804 07000000", "request startdt_act session unit=0")
	f("6804 0b000000", "response startdt_con session unit=0")
	f("6804 43000000", "either testfr_act session unit=0")
	f("6804 01000a00", "") // acknowledges only
	f("680e 00000000 64 01 0600 0100 000000 14", "request c_ic_na_1 read unit=1 0+1=14 !activation")
	f("680e 00000200 64 01 0700 0100 000000 14", "response c_ic_na_1 read unit=1 0+1=14 !activation_confirmation")
	f("680e 02000200 2d 01 0600 0100 050000 81", "request c_sc_na_1 control unit=1 5+1=81 !activation select")
	f("680e 02000200 2d 01 4700 0100 050000 01", "response c_sc_na_1 control unit=1 5+1=01 !activation_confirmation !negative_confirmation")
	f("680e 02000200 2d 01 2f00 0100 050000 01", "response c_sc_na_1 control unit=1 5+1=01 !unknown_object_address !unknown_object_address")
	f("6812 02000200 32 01 0600 0100 010200 0000c03f 00", "request c_se_nc_1 write unit=1 513+1=0000c03f00 !activation")
	f("6812 02000200 01 02 0300 0a00 010000 01 020000 00", "response m_sp_na_1 read unit=10 1+1=01 2+1=00 !spontaneous")
	f("6810 02000200 01 83 1400 0a00 010000 010001", "response m_sp_na_1 read unit=10 1+3=010001 !interrogated")
	f("680e 02000200 69 01 0600 0100 000000 01", "request c_rp_na_1 control unit=1 0+1=01 !activation")
}

func TestWhatIsNoFrameIsRefused(t *testing.T) {
	f := func(text string, length int) {
		t.Helper()
		b := octets(t, text)
		if got := iec104.Length(b); got != length {
			t.Errorf("%s: length %d, want %d", text, got, length)
		}
		if iec104.Strict(b) {
			t.Errorf("%s is strict", text)
		}
	}
	f("6704", -1)
	f("6803", -1)
	f("68fe", -1)
	f("6804 0000", 0)
	f("6804 00000000", -1)                              // data without a data unit
	f("6804 0f000000", 6)                               // two functions
	f("680f 00000000 64 01 0600 0100 000000 14 00", 17) // an octet too many
	f("680e 00000000 c8 01 0600 0100 000000 14", 16)    // a type that nobody defined
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x68\x0e\x00\x00\x00\x00\x64\x01\x06\x00\x01\x00\x00\x00\x00\x14"))
	f.Add([]byte("\x68\x10\x02\x00\x02\x00\x01\x83\x14\x00\x0a\x00\x01\x00\x00\x01\x00\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if n := iec104.Length(b); n > 255 || n < -1 {
			t.Fatalf("length %d", n)
		}
		var list pdu.List
		iec104.Decode(b, pdu.Either, &list)
		if iec104.Strict(b) && len(list.All()) > 0 && list.All()[0].Malformed != "" {
			t.Fatalf("%x is strict and malformed: %s", b, list.All()[0].Malformed)
		}
	})
}
