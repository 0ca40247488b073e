package pdu_test

import (
	"strings"
	"testing"

	"linghang/lib/icsdissect/pdu"
)

func TestLimitsCountWhatTheyLeaveOut(t *testing.T) {
	var list pdu.List
	for range pdu.MaxPDUs + 3 {
		p := list.Add(pdu.Modbus)
		for range pdu.MaxObjects + 2 {
			p.Add(pdu.Object{Space: "coil", Value: make([]byte, 100)})
			p.Fact(pdu.Name, []byte("x"))
		}
		if len(p.Objects) != pdu.MaxObjects || p.More != 2 || len(p.Facts) != pdu.MaxFacts || len(p.Objects[0].Value) != pdu.MaxValue {
			t.Fatalf("%d objects, %d more, %d facts", len(p.Objects), p.More, len(p.Facts))
		}
	}
	if len(list.All()) != pdu.MaxPDUs || list.More != 3 {
		t.Errorf("%d PDUs, %d more", len(list.All()), list.More)
	}
	list.Reset()
	if p := list.Add(pdu.DNP3); len(p.Objects)+len(p.Facts)+p.More != 0 || p.Protocol != pdu.DNP3 {
		t.Errorf("%+v is not empty", p)
	}
}

func TestACloneSharesNothing(t *testing.T) {
	packet := []byte("abcd")
	p := pdu.PDU{Objects: []pdu.Object{{Name: packet[:2], Value: packet[2:]}}}
	c := p.Clone()
	copy(packet, "....")
	p.Objects[0].Space = "changed"
	if string(c.Objects[0].Name)+string(c.Objects[0].Value) != "abcd" || c.Objects[0].Space != "" {
		t.Errorf("%+v", c.Objects[0])
	}
}

func TestTextThatCanBeShown(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := pdu.Printable([]byte(in)); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	f(" CPU 315\x00\x00", "CPU 315")
	f("阀门", "阀门")
	f("a\x1b[31m", "a.[31m")
	f("\xc4\x80\xfe x", ".... x"[1:]) // not UTF-8: octet by octet
	f(strings.Repeat("x", 300), strings.Repeat("x", pdu.MaxText))
}

func TestAReaderRemembersThatItWentTooFar(t *testing.T) {
	r := pdu.NewReader([]byte{1, 2, 3, 4, 5, 6, 7})
	if r.LE16() != 0x0201 || r.BE16() != 0x0304 || r.LE24() != 0x070605 || r.Short() || r.Len() != 0 {
		t.Errorf("%+v", r)
	}
	if r.U8() != 0 || r.BE32() != 0 || r.LE64() != 0 || !r.Short() {
		t.Errorf("%+v", r)
	}
	r = pdu.NewReader([]byte{1})
	if r.Take(-1) != nil || !r.Short() {
		t.Error("a negative number of octets is taken")
	}
}
