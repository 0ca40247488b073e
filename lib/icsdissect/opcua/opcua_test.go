package opcua_test

import (
	"encoding/binary"
	"fmt"
	gostrings "strings"
	"testing"

	"linghang/lib/icsdissect/opcua"
	"linghang/lib/icsdissect/pdu"
)

// wire builds what OPC 10000-6 describes.
type wire []byte

func (w wire) u32(n ...uint32) wire {
	for _, v := range n {
		w = binary.LittleEndian.AppendUint32(w, v)
	}
	return w
}

func (w wire) text(s string) wire { return append(w.u32(uint32(len(s))), s...) }
func (w wire) null() wire         { return w.u32(0xffffffff) }
func (w wire) id(n uint16) wire   { return append(w, 1, 0, byte(n), byte(n>>8)) }

func (w wire) requestHeader() wire {
	w = append(w, 0, 0)
	return append(append(w, make([]byte, 16)...).null().u32(1000), 0, 0, 0)
}

func (w wire) responseHeader(status uint32) wire {
	w = append(w, make([]byte, 12)...)
	return append(append(w.u32(status), 0).null(), 0, 0, 0)
}

func (w wire) application() wire {
	w = append(w.text("urn:plc").text("urn:maker:product"), 2)
	return w.text("Line 1").u32(0).null().null().u32(0)
}

func chunk(kind string, body wire) []byte {
	return append(wire(kind).u32(uint32(8+len(body))), body...)
}

func told(p *pdu.PDU) string {
	s := fmt.Sprintf("%s %s %s", p.Role, p.Function, p.Class)
	for _, f := range p.Facts {
		s += fmt.Sprintf(" %s=%s", f.Kind, f.Value)
	}
	for _, w := range []string{p.Text, p.Exception, p.Malformed} {
		if w != "" {
			s += " !" + w
		}
	}
	if p.Opaque {
		s += " opaque"
	}
	return s
}

func TestChunks(t *testing.T) {
	f := func(b []byte, want string) {
		t.Helper()
		if opcua.Length(b) != len(b) || !opcua.Strict(b) {
			t.Errorf("%x is not recognised", b)
		}
		var s opcua.State
		var list pdu.List
		s.Decode(0, b, pdu.Either, &list)
		if got := told(&list.All()[0]); got != want {
			t.Errorf("%q\n got %s\nwant %s", b, got, want)
		}
	}
	f(chunk("HELF", wire{}.u32(0, 65536, 65536, 0, 0).text("opc.tcp://plc:4840")), "request hello session !opc.tcp://plc:4840")
	f(chunk("ACKF", wire{}.u32(0, 65536, 65536, 0, 0)), "response acknowledge session")
	f(chunk("ERRF", wire{}.u32(0x80820000).text("too big")), "response error error !too big !connection_error")
	f(chunk("RHEF", wire{}.text("urn:plc").text("opc.tcp://plc:4840")), "response reverse_hello session !opc.tcp://plc:4840")
	none := "http://opcfoundation.org/UA/SecurityPolicy#None"
	f(chunk("OPNF", wire{}.u32(0).text(none).null().null().u32(1, 1).id(446).requestHeader().u32(0, 0, 1).null().u32(3600000)),
		"request open_secure_channel session !policy=None mode=None")
	f(chunk("OPNF", wire{}.u32(7).text(none).null().null().u32(1, 1).id(449).responseHeader(0)), "response open_secure_channel session !policy=None")
	f(chunk("OPNF", wire{}.u32(0).text("http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256").text("no certificate").null().u32(1, 1, 99, 98)),
		"either open_secure_channel session !policy=Basic256Sha256 opaque")
	f(chunk("MSGF", wire{}.u32(7, 1, 2, 2).id(673).requestHeader()), "request write write")
	f(chunk("MSGF", wire{}.u32(7, 1, 2, 2).id(634).responseHeader(0)), "response read read")
	f(chunk("MSGF", wire{}.u32(7, 1, 2, 2).id(397).responseHeader(0x80100000)), "response service_fault error !bad_status")
	f(chunk("MSGF", wire{}.u32(7, 1, 2, 2).id(461).requestHeader().application()),
		"request create_session session name=Line 1 software=urn:maker:product description=urn:plc")
	f(chunk("MSGF", wire{}.u32(7, 1, 2, 2, 0x9a8b7c6d)), "either message other opaque")
	f(chunk("MSGF", wire{}.u32(7, 1, 2, 2).id(712).requestHeader()), "request call control")
	f(chunk("CLOF", wire{}.u32(7, 1, 3, 3)), "request close_secure_channel session")
	endpoint := func(w wire, mode uint32, policy string) wire {
		return append(w.text("opc.tcp://plc").application().null().u32(mode).text(policy).u32(0).text("binary"), 0)
	}
	two := endpoint(endpoint(wire{}.u32(7, 1, 2, 2).id(431).responseHeader(0).u32(2), 1, none), 3, "x#Aes256_Sha256_RsaPss")
	f(chunk("MSGF", two), "response get_endpoints identity name=Line 1 software=urn:maker:product description=urn:plc security=None None security=SignAndEncrypt Aes256_Sha256_RsaPss")
}

func TestOnlyTheFirstChunkOfAMessageNamesIt(t *testing.T) {
	var s opcua.State
	var list pdu.List
	s.Decode(1, chunk("MSGC", wire{}.u32(7, 1, 2, 5).id(634).responseHeader(0)), pdu.Response, &list)
	s.Decode(1, chunk("MSGC", wire{}.u32(7, 1, 3, 5).id(673)), pdu.Response, &list)
	s.Decode(1, chunk("MSGF", wire{}.u32(7, 1, 4, 5).id(673)), pdu.Response, &list)
	s.Decode(1, chunk("MSGF", wire{}.u32(7, 1, 5, 6).id(676).responseHeader(0)), pdu.Response, &list)
	var got []string
	for i := range list.All() {
		got = append(got, told(&list.All()[i]))
	}
	if want := "response read read, response write write"; gostrings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", gostrings.Join(got, ", "), want)
	}
}

func TestWhatIsNoChunkIsRefused(t *testing.T) {
	f := func(b []byte, want int) {
		t.Helper()
		if got := opcua.Length(b); got != want {
			t.Errorf("%q: %d, want %d", b, got, want)
		}
	}
	f([]byte("GET / HT"), -1)
	f([]byte("HEL"), 0)
	f([]byte("HELC\x20\x00\x00\x00"), -1)
	f([]byte("MSGF\x04\x00\x00\x00"), -1)
	f([]byte("MSGF\xff\xff\xff\xff"), -1)
}

func FuzzDecode(f *testing.F) {
	f.Add("HELF", []byte(wire{}.u32(0, 65536, 65536, 0, 0).text("opc.tcp://plc:4840")))
	f.Add("OPNF", []byte(wire{}.u32(0).text("x#None").null().null().u32(1, 1).id(446).requestHeader().u32(0, 0, 1)))
	f.Add("MSGF", []byte(wire{}.u32(7, 1, 2, 2).id(431).responseHeader(0).u32(1).text("x").application()))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		var s opcua.State
		var list pdu.List
		for _, b := range [][]byte{chunk((kind + "    ")[:4], body), body} {
			list.Reset()
			s.Decode(0, b, pdu.Either, &list)
			if n := opcua.Length(b); n > 64<<20 || n < -1 {
				t.Fatalf("length %d", n)
			}
			opcua.Strict(b)
		}
	})
}
