package wire_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"linghang/lib/handle/wire"
)

func TestLengthsAreBelievedAsFarAsOctetsBearThemOut(t *testing.T) {
	huge := []byte{0x7f, 0xff, 0xff, 0xff}
	million := binary.BigEndian.AppendUint32(nil, 1_000_000)
	name := wire.AppendBytes(nil, "88.1/A")
	for what, decode := range map[string]func([]byte) error{
		"values": func(b []byte) error {
			_, err := wire.DecodeValues(append(slices.Clip(name), b...))
			return err
		},
		"indexes": func(b []byte) error {
			_, err := wire.DecodeIndexes(append(slices.Clip(name), b...))
			return err
		},
		"query": func(b []byte) error { _, err := wire.DecodeQuery(append(slices.Clip(name), b...)); return err },
		"list":  func(b []byte) error { _, err := wire.DecodeList(b); return err },
		"vlist": func(b []byte) error { _, err := wire.DecodeVList(b); return err },
		"referral": func(b []byte) error {
			_, err := wire.DecodeReferral(append(slices.Clip(name), b...))
			return err
		},
		"handle": func(b []byte) error { _, err := wire.DecodeHandle(b); return err },
	} {
		for _, count := range [][]byte{huge, million} {
			if allocated := testing.AllocsPerRun(10, func() {
				if err := decode(count); err == nil {
					t.Errorf("%s: a count of %x without elements was taken", what, count)
				}
			}); allocated > 4 {
				t.Errorf("%s: %g allocations for a count of %x", what, allocated, count)
			}
		}
	}
}

func TestAQueryForAMillionIndexesIsRefused(t *testing.T) {
	body := wire.AppendBytes(nil, "88.1/A")
	body = binary.BigEndian.AppendUint32(body, 1_000_000)
	body = append(body, make([]byte, 4_000_000)...)
	body = binary.BigEndian.AppendUint32(body, 0)
	if _, err := wire.DecodeQuery(body); !errors.Is(err, wire.ErrMalformed) {
		t.Errorf("decoded: %v", err)
	}
}

func TestBadHandlesAreToldFromBadMessages(t *testing.T) {
	if _, err := wire.DecodeHandle(wire.AppendBytes(nil, "88.1/\xff")); !errors.Is(err, wire.ErrHandle) {
		t.Errorf("no UTF-8: %v", err)
	}
	if _, err := wire.DecodeHandle(wire.AppendBytes(nil, strings.Repeat("x", 2049))); !errors.Is(err, wire.ErrHandle) {
		t.Errorf("long: %v", err)
	}
	for handle, ok := range map[string]bool{
		"88.101.5/T001": true, "0.NA/88": true, "88": true, "0": true, "88/": false, "/x": false, "": false,
		"88..1/x": false, ".88/x": false, "88./x": false, "88/a/b": true, "88/标识": true, "88/\xff": false,
		"88/" + strings.Repeat("x", 2048): false,
	} {
		if err := wire.CheckHandle(handle); (err == nil) != ok {
			t.Errorf("%.20q: %v", handle, err)
		}
	}
}

func TestNames(t *testing.T) {
	for handle, want := range map[string][3]string{
		"88.101.5/T001": {"88.101.5", "T001", "0.NA/88.101.5"},
		"88.1/a/b":      {"88.1", "a/b", "0.NA/88.1"},
		"88.1":          {"0.NA", "88.1", "0.NA/0.NA"},
	} {
		prefix, suffix := wire.Split(handle)
		if got := [3]string{prefix, suffix, wire.PrefixHandle(handle)}; got != want {
			t.Errorf("%s: %v", handle, got)
		}
	}
	if parent, ok := wire.Parent("0.NA/88.101.5"); !ok || parent != "0.NA/88.101" {
		t.Errorf("parent %s, %v", parent, ok)
	}
	for _, top := range []string{"0.NA/88", "88.1/a.b", "0.NA/.88"} {
		if parent, ok := wire.Parent(top); ok {
			t.Errorf("%s has the parent %s", top, parent)
		}
	}
	if !wire.Equal("0.na/ä", "0.NA/ä") || wire.Equal("ä", "Ä") {
		t.Error("only ASCII letters have two cases")
	}
	if got := wire.FoldPrefix("a.b/Cd"); got != "A.B/Cd" {
		t.Errorf("folded to %s", got)
	}
	if r, err := wire.ParseReference("300:0.NA/88.1"); err != nil || r.String() != "300:0.NA/88.1" {
		t.Errorf("reference %v, %v", r, err)
	}
	for _, bad := range []string{"x", "-1:88/a", "1:", "99999999999:88/a"} {
		if _, err := wire.ParseReference(bad); err == nil {
			t.Errorf("%s is taken for a reference", bad)
		}
	}
}

func TestATypeWithADotMatchesWhatIsBelow(t *testing.T) {
	for _, c := range []struct {
		wanted, typ string
		want        bool
	}{
		{"URL", "url", true},
		{"URL", "URL.x", false},
		{"URL.", "url", true},
		{"URL.", "URL.x", true},
		{"URL.", "URLX", false},
		{"URL.", "UR", false},
		{"", "", true},
		{"", "URL", false},
	} {
		if got := wire.TypeMatches([]byte(c.wanted), []byte(c.typ)); got != c.want {
			t.Errorf("%s matches %s: %v", c.wanted, c.typ, got)
		}
	}
}

func TestAnswersSpeakTheLowerVersion(t *testing.T) {
	for _, c := range []struct{ version, suggested, want wire.Version }{
		{wire.Version{Major: 2, Minor: 11}, wire.Version{Major: 2, Minor: 11}, wire.Current()},
		{wire.Version{Major: 2, Minor: 1}, wire.Version{Major: 2, Minor: 10}, wire.Version{Major: 2, Minor: 10}},
		{wire.Version{Major: 2, Minor: 5}, wire.Version{}, wire.Version{Major: 2, Minor: 5}},
		{wire.Version{Major: 3}, wire.Version{Major: 3}, wire.Current()},
		{wire.Version{Major: 2, Minor: 1}, wire.Version{Major: 3}, wire.Current()},
	} {
		e := wire.Envelope{Version: c.version, Suggested: c.suggested}
		if got := e.AnswerVersion(); got != c.want {
			t.Errorf("%v suggesting %v is answered in %v", c.version, c.suggested, got)
		}
	}
	for _, v := range []wire.Version{{Major: 1}, {Major: 2}, {Major: 5}, {Major: 4}} {
		head := make([]byte, wire.EnvelopeSize)
		e := wire.Envelope{Version: v, Request: 9}
		e.Put(head)
		if got, err := wire.DecodeEnvelope(head); err == nil || got.Request != 9 {
			t.Errorf("version %v: %v, request %d", v, err, got.Request)
		}
	}
}

func TestAddressesOfBothFamilies(t *testing.T) {
	for _, text := range []string{"10.0.0.1", "0.0.0.0", "::1", "2001:db8::1", "255.255.255.255"} {
		site := wire.Site{Servers: []wire.Server{{Address: netip.MustParseAddr(text)}}}
		got, err := wire.DecodeSite(site.Append(nil))
		if err != nil || got.Servers[0].Address.String() != text {
			t.Errorf("%s is read as %v, %v", text, got.Servers[0].Address, err)
		}
	}
	mapped := wire.Site{Servers: []wire.Server{{Address: netip.MustParseAddr("::ffff:10.0.0.1")}}}
	if got, err := wire.DecodeSite(mapped.Append(nil)); err != nil || got.Servers[0].Address.String() != "10.0.0.1" {
		t.Errorf("a mapped address is read as %v, %v", got.Servers[0].Address, err)
	}
}

func TestInterfacesOutOfServiceAreNoDoors(t *testing.T) {
	site := goldenSite()
	server := &site.Servers[0]
	server.Interfaces = append(server.Interfaces, wire.Interface{Service: wire.ServiceNone, Protocol: wire.HTTPS, Port: 8000})
	for _, c := range []struct {
		service  wire.Service
		protocol wire.Protocol
		want     string
	}{
		{wire.ServiceAdmin, wire.TCP, "10.0.0.1:2641"},
		{wire.ServiceQuery, wire.UDP, "10.0.0.1:2641"},
		{wire.ServiceAdmin, wire.UDP, ""},
		{wire.ServiceQuery, wire.HTTPS, ""},
	} {
		door, ok := server.Door(c.service, c.protocol)
		if ok != (c.want != "") || ok && door.String() != c.want {
			t.Errorf("%v for %v: %v, %v", c.protocol, c.service, door, ok)
		}
	}
}

func randomValue(r *rand.Rand) wire.Value {
	text := func(n int) string {
		b := make([]byte, r.IntN(n))
		for i := range b {
			b[i] = byte('a' + r.IntN(26))
		}
		return string(b)
	}
	v := wire.Value{
		Index: int32(r.Uint32()), Timestamp: r.Uint32(), TTLType: uint8(r.IntN(2)), TTL: int32(r.Uint32()),
		Permissions: wire.Permissions(r.IntN(16)), Type: text(20), Data: []byte(text(600)),
	}
	for range r.IntN(4) {
		v.References = append(v.References, wire.Reference{Handle: "88/" + text(9), Index: int32(r.Uint32())})
	}
	return v
}

func TestEverythingIsReadAsItWasWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		values := wire.Values{Handle: "88.1/A", Values: []wire.Value{}}
		for range r.IntN(5) {
			values.Values = append(values.Values, randomValue(r))
		}
		got, err := wire.DecodeValues(values.Append(nil))
		if err != nil || !reflect.DeepEqual(got, values) {
			t.Fatalf("%+v is read as %+v, %v", values, got, err)
		}
		header := wire.Header{
			Op: wire.Op(r.Uint32()), Code: wire.Code(r.Uint32()), Flags: wire.Flags(r.Uint32()), SiteSerial: uint16(r.Uint32()),
			Recursion: uint8(r.Uint32()), Expires: r.Uint32(),
		}
		body, credential := values.Append(nil), []byte("credential")
		m, err := wire.DecodeMessage(wire.AppendMessage(nil, &header, body, credential))
		if err != nil || m.Header != header || !bytes.Equal(m.Body, body) || !bytes.Equal(m.Credential, credential) {
			t.Fatalf("%+v is read as %+v, %v", header, m, err)
		}
		for i := range body {
			if _, err := wire.DecodeValues(body[:i]); err == nil {
				t.Fatalf("%d of %d octets are taken for a body", i, len(body))
			}
		}
	}
}

func TestEncodingAndReadingAQueryAllocateNothing(t *testing.T) {
	query := wire.NewQuery("88.1/A", []int32{1, 2}, []string{"URL", "EMAIL"})
	value := goldenURL()
	header, buffer := goldenHeader(), make([]byte, 0, 2048)
	body := query.Append(nil)
	message := wire.AppendMessage(nil, &header, body, nil)
	typ := []byte("EMAIL")
	if n := testing.AllocsPerRun(100, func() {
		m, err := wire.DecodeMessage(message)
		if err != nil {
			t.Fatal(err)
		}
		q, err := wire.DecodeQuery(m.Body)
		if err != nil || !q.Wants(9, typ) {
			t.Fatal(err)
		}
		wire.Hash(q.Handle, wire.HashAll)
		out := wire.AppendMessage(buffer[:0], &header, body, nil)
		out = q.Append(out)
		value.Append(out)
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func TestCodesAndOperationsHaveWords(t *testing.T) {
	seen := map[string]bool{}
	for c := range wire.Code(3002) {
		if s := c.String(); !strings.HasPrefix(s, "code ") {
			if seen[s] {
				t.Errorf("two codes are called %s", s)
			}
			seen[s] = true
		}
	}
	if len(seen) != 38 {
		t.Errorf("%d codes have words", len(seen))
	}
	if got := wire.OpResolve.String() + wire.Op(9999).String(); got != "resolveoperation 9999" {
		t.Error(got)
	}
	if got := wire.Rights(0x7f3).String(); got != "011111110011" {
		t.Error(got)
	}
	if got := wire.CodeInvalidValue.For(wire.Version{Major: 2, Minor: 4}); got != wire.CodeValueExists {
		t.Error(got)
	}
}
