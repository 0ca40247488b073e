package wire_test

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"reflect"
	"slices"
	"testing"

	"linghang/lib/handle/wire"
)

// The vectors were made with a server in use, version 9.3.1 of the reference
// implementation, from inputs of our own.

func octets(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func same(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s\n got %x\nwant %x", what, got, want)
	}
}

const (
	goldenValue = "000000016553f10000000151800e0000000355524c00000012687474703a2f2f612e6578616d706c652f7800000000"
	goldenQuery = "00000001000000001900000000070000655499c0000000210000000638382e312f41" +
		"000000020000000100000002000000010000000355524c00000000"
	goldenChallengeDigest = "9e0fa2db20c2f6385dbf804acb26fc9069685e8e806cdb7525d76c209eaff77c"
)

func goldenURL() wire.Value {
	v := wire.Text(1, wire.TypeURL, "http://a.example/x")
	v.Timestamp = 1_700_000_000
	return v
}

func goldenHeader() wire.Header {
	return wire.Header{
		Op: wire.OpResolve, Flags: wire.FlagRecurse | wire.FlagCacheCertify | wire.FlagPublicOnly,
		SiteSerial: 7, Expires: 1_700_043_200,
	}
}

func TestValuesAreAsServersWriteThem(t *testing.T) {
	referring := wire.Text(2, wire.TypeURL, "x")
	referring.Timestamp, referring.References = 1, []wire.Reference{{Handle: "88.1/A", Index: 300}}
	for _, c := range []struct {
		value wire.Value
		hex   string
	}{
		{goldenURL(), goldenValue},
		{referring, "000000020000000100000151800e0000000355524c0000000178000000010000000638382e312f410000012c"},
	} {
		want := octets(t, c.hex)
		same(t, "value", c.value.Append(nil), want)
		cut, rest, err := wire.CutValue(want)
		if err != nil || len(rest) != 0 {
			t.Fatalf("cut: %v, %d left", err, len(rest))
		}
		got, err := cut.Decode()
		if err != nil || !reflect.DeepEqual(got, c.value) {
			t.Errorf("decoded %+v, %v, want %+v", got, err, c.value)
		}
		if cut.Index() != c.value.Index || string(cut.Type()) != c.value.Type || string(cut.Data()) != string(c.value.Data) || cut.Permissions() != c.value.Permissions {
			t.Errorf("encoded value reads as %d %s %s %x", cut.Index(), cut.Type(), cut.Data(), cut.Permissions())
		}
	}
}

func TestAdministratorsAreAsServersWriteThem(t *testing.T) {
	admin := wire.Admin{Rights: wire.RightsAll, Reference: wire.Reference{Handle: "0.NA/88.1", Index: 300}}
	want := octets(t, "0fff00000009302e4e412f38382e310000012c")
	same(t, "HS_ADMIN", admin.Append(nil), want)
	for _, data := range [][]byte{want, append(slices.Clip(want), 0, 0)} {
		if got, err := wire.DecodeAdmin(data); err != nil || got != admin {
			t.Errorf("%x decoded to %+v, %v", data, got, err)
		}
	}
	list := []wire.Reference{{Handle: "88.1/A", Index: 300}, {Handle: "88.1/B"}}
	want = octets(t, "000000020000000638382e312f410000012c0000000638382e312f4200000000")
	same(t, "HS_VLIST", wire.AppendVList(nil, list), want)
	if got, err := wire.DecodeVList(want); err != nil || !reflect.DeepEqual(got, list) {
		t.Errorf("decoded %v, %v", got, err)
	}
}

func goldenSite() wire.Site {
	return wire.Site{
		Version: wire.Current(), Serial: 7, Primary: true, Hash: wire.HashAll, HashFilter: []byte{},
		Attributes: []wire.Attribute{{Name: "desc", Value: "t"}},
		Servers: []wire.Server{{
			ID: 1, Address: netip.MustParseAddr("10.0.0.1"), PublicKey: []byte{1, 2, 3},
			Interfaces: []wire.Interface{
				{Service: wire.ServiceBoth, Protocol: wire.TCP, Port: 2641},
				{Service: wire.ServiceQuery, Protocol: wire.UDP, Port: 2641},
				{Service: wire.ServiceBoth, Protocol: wire.HTTP, Port: 8000},
			},
		}},
	}
}

func TestSitesAreAsServersWriteThem(t *testing.T) {
	site := goldenSite()
	want := octets(t, "0001020b0007800200000000000000010000000464657363000000017400000001"+
		"000000010000000000000000000000000a0000010000000301020300000003030100000a51020000000a51030200001f40")
	same(t, "HS_SITE", site.Append(nil), want)
	got, err := wire.DecodeSite(want)
	if err != nil || !reflect.DeepEqual(got, site) {
		t.Errorf("decoded %+v, %v", got, err)
	}
	if _, err := wire.DecodeSite(append(want, 0)); err == nil {
		t.Error("octets left over were taken")
	}
}

func TestQueriesAreAsClientsWriteThem(t *testing.T) {
	envelope := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Request: 0x01020304, Length: 0x3d}
	head := make([]byte, wire.EnvelopeSize)
	envelope.Put(head)
	same(t, "envelope", head, octets(t, "020b020b0000000001020304000000000000003d"))
	if got, err := wire.DecodeEnvelope(head); err != nil || got != envelope {
		t.Errorf("decoded %+v, %v", got, err)
	}

	query := wire.NewQuery("88.1/A", []int32{1, 2}, []string{wire.TypeURL})
	header, want := goldenHeader(), octets(t, goldenQuery)
	same(t, "query", wire.AppendMessage(nil, &header, query.Append(nil), nil), want)
	m, err := wire.DecodeMessage(want)
	if err != nil || m.Header != header {
		t.Fatalf("decoded %+v, %v", m.Header, err)
	}
	if m, err = wire.DecodeMessage(want[:len(want)-4]); err != nil || len(m.Credential) != 0 {
		t.Errorf("without a credential's length: %v", err)
	}
	got, err := wire.DecodeQuery(m.Body)
	if err != nil || string(got.Handle) != "88.1/A" {
		t.Fatalf("query %s, %v", got.Handle, err)
	}
	for _, c := range []struct {
		index int32
		typ   string
		want  bool
	}{{1, "X", true}, {3, "url", true}, {3, "URL.x", false}} {
		if got.Wants(c.index, []byte(c.typ)) != c.want {
			t.Errorf("wants %d %s: %v", c.index, c.typ, !c.want)
		}
	}
}

func TestAnswersAreAsServersWriteThem(t *testing.T) {
	header := goldenHeader()
	header.Code, header.Flags = wire.CodeSuccess, header.Flags|wire.FlagAuthoritative
	body := wire.Values{Handle: "88.1/A", Values: []wire.Value{goldenURL()}}
	want := octets(t, "00000001000000019900000000070000655499c00000003d0000000638382e312f4100000001"+goldenValue+"00000000")
	same(t, "answer", wire.AppendMessage(nil, &header, body.Append(nil), nil), want)
	m, err := wire.DecodeMessage(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := wire.DecodeValues(m.Body); err != nil || !reflect.DeepEqual(got, body) {
		t.Errorf("decoded %+v, %v", got, err)
	}

	header = goldenHeader()
	header.Code = wire.CodeNotFound
	none := wire.Failure{}
	same(t, "failure", wire.AppendMessage(nil, &header, none.Append(nil), nil),
		octets(t, "00000001000000641900000000070000655499c0000000040000000000000000"))
}

func TestChallengesAreAsServersWriteThem(t *testing.T) {
	query := wire.NewQuery("88.1/A", []int32{1, 2}, []string{wire.TypeURL})
	header := goldenHeader()
	header.Flags |= wire.FlagReturnDigest
	m, err := wire.DecodeMessage(wire.AppendMessage(nil, &header, query.Append(nil), nil))
	if err != nil {
		t.Fatal(err)
	}
	digest := wire.DigestFor(wire.Current(), m.Signed)
	same(t, "digest", digest.Sum, octets(t, goldenChallengeDigest))
	if !digest.Of(m.Signed) || digest.Of(m.Body) {
		t.Error("the digest tells no request from another")
	}
	challenge := wire.Challenge{Digest: digest, Nonce: octets(t, "000102030405060708090a0b0c0d0e0f")}
	want := octets(t, "03"+goldenChallengeDigest+"00000010000102030405060708090a0b0c0d0e0f")
	same(t, "challenge", challenge.Append(nil), want)
	if got, err := wire.DecodeChallenge(want); err != nil || !reflect.DeepEqual(got, challenge) {
		t.Errorf("decoded %+v, %v", got, err)
	}
}

func TestSessionsAreSetUpAsClientsDo(t *testing.T) {
	setUp := wire.SessionSetUp{
		Mode: wire.ModeDiffieHellman, Timeout: 86_400, PublicKey: []byte{9, 9},
		Identity: wire.Reference{Handle: "88.1/A", Index: 300},
	}
	want := octets(t, "0004000151800000000638382e312f410000012c0000000209090000")
	got := setUp.Append(nil)
	for _, b := range [][]byte{want, want[:len(want)-2], got} {
		if decoded, err := wire.DecodeSessionSetUp(b); err != nil || !reflect.DeepEqual(decoded, setUp) {
			t.Errorf("decoded %+v, %v", decoded, err)
		}
	}
	same(t, "set-up", got, want)
}

func TestHashesChooseAsServersDo(t *testing.T) {
	for handle, want := range map[string][3]uint32{
		"88.1/a":                    {1937118296, 783072809, 1198751869},
		"88.101.5/T001":             {1036655112, 1254944000, 984531175},
		"0.NA/88.101.5":             {36223079, 1036655112, 1827506874},
		"20.1000/100":               {1205827564, 412039459, 1534963079},
		"10.1045/may99-payette":     {618843948, 915922301, 720506085},
		"10.1045/MAY99-Payette":     {618843948, 915922301, 720506085},
		"0.na/88.101.5":             {36223079, 1036655112, 1827506874},
		string([]byte("88.1/\x61")): {1937118296, 783072809, 1198751869},
	} {
		for option, n := range want {
			if got := wire.Hash([]byte(handle), wire.HashOption(option)); got != n {
				t.Errorf("%s by option %d: %d, want %d", handle, option, got, n)
			}
		}
	}
}
