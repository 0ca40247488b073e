package resolver_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/lib/handle/client"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
)

// chainKeys are those of the root of trust, of the secondary and the enterprise.
var chainKeys = sync.OnceValues(func() (keys [3]*rsa.PrivateKey, err error) {
	for i := range keys {
		if keys[i], err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return keys, err
		}
	}
	return keys, nil
})

const (
	rootName       = "300:0.0/0.0"
	secondaryName  = "300:0.NA/88.101"
	enterpriseName = "300:0.NA/88.101.5"
)

func sign(t *testing.T, c *trust.Claims, key *rsa.PrivateKey) string {
	t.Helper()
	token, err := trust.Sign(c, key)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// certified is a house whose records are signed up to a root of trust.
func certified(t *testing.T, refuse bool, expires time.Duration) (*house, *rsa.PrivateKey) {
	t.Helper()
	keys, err := chainKeys()
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, with(resolver.Policy{Trust: resolver.Trust{On: true, Refuse: refuse, Roots: []trust.Root{
		{Reference: wire.Reference{Handle: "0.0/0.0", Index: 300}, Key: &keys[0].PublicKey},
	}}}))
	at400 := func(token string) wire.Value { return wire.Text(400, wire.TypeCertificate, token) }
	end := time.Now().Add(expires).Unix()
	h.root.put(secondaryHandle, at(1, wire.TypeSitePrefix, h.secondary.site), at(2, wire.TypeSite, h.secondary.site), at400(sign(t, &trust.Claims{
		Issuer: rootName, Subject: secondaryName, PublicKey: jwk(t, &keys[1].PublicKey),
		Permissions: []trust.Permission{{Handle: "0.NA/88.101", Scope: trust.DerivedPrefixes}},
	}, keys[0])))
	h.secondary.put(enterpriseHandle, at(1, wire.TypeSite, h.enterprise.site), at400(sign(t, &trust.Claims{
		Issuer: secondaryName, Subject: enterpriseName, PublicKey: jwk(t, &keys[2].PublicKey), Expires: end,
		Permissions: []trust.Permission{{Handle: "0.NA/88.101.5", Scope: trust.HandlesUnderThisPrefix}},
	}, keys[1])))
	h.putSigned(product, keys[2], wire.Text(1, wire.TypeURL, "u"))
	return h, keys[2]
}

func (h *house) putSigned(handle string, key *rsa.PrivateKey, values ...wire.Value) {
	t := h.t.(*testing.T)
	t.Helper()
	token := sign(t, &trust.Claims{Issuer: enterpriseName, Subject: handle, Digests: trust.DigestsOf(values)}, key)
	h.enterprise.put(handle, append(values, wire.Text(401, wire.TypeSignature, token), wire.Text(9, wire.TypeEmail, "unsigned"))...)
}

const trusting = recurse | wire.FlagTrustedQuery

func TestATrustedQueryLearnsWhetherTheChainHolds(t *testing.T) {
	h, key := certified(t, false, time.Hour)
	other, err := chainKeys()
	if err != nil {
		t.Fatal(err)
	}
	h.putSigned("88.101.5/forged", other[0], wire.Text(1, wire.TypeURL, "u"))
	h.enterprise.put("88.101.5/none", wire.Text(1, wire.TypeURL, "u"))
	for _, c := range []struct {
		handle string
		types  []string
		flags  wire.Flags
		holds  bool
	}{
		{product, []string{"URL"}, trusting, true},
		{product, []string{"URL"}, trusting, true}, // from what is kept
		{product, []string{"URL"}, recurse, false}, // nobody wants to know
		{product, []string{"URL", "HS_SIGNATURE"}, trusting, true},
		{product, []string{"EMAIL"}, trusting, false},
		{product, nil, trusting, false}, // one of them is not signed
		{"88.101.5/forged", []string{"URL"}, trusting, false},
		{"88.101.5/none", nil, trusting, false},
	} {
		res := answer(t, h.r, question(c.handle, c.flags, nil, c.types...))
		if res.Code != wire.CodeSuccess || res.Flags.Has(wire.FlagTrustedResult) != c.holds {
			t.Errorf("%s %v: %s, flags %x", c.handle, c.types, texts(t, res), res.Flags)
		}
	}
	if n := h.enterprise.count(product); n != 1 {
		t.Errorf("asked %d times", n)
	}
	a, err := h.client(wire.UDP).Resolve(t.Context(), product, client.Query{Trusted: true, KeepAlias: true, Types: []string{"URL"}})
	if err != nil || !a.Trusted {
		t.Errorf("over the wire: %+v, %v", a, err)
	}
	// A record that was kept before anybody wanted to know is checked without being fetched.
	h.putSigned("88.101.5/later", key, wire.Text(1, wire.TypeURL, "u"))
	answer(t, h.r, question("88.101.5/later", recurse, nil))
	if res := answer(t, h.r, question("88.101.5/later", trusting, nil, "URL")); !res.Flags.Has(wire.FlagTrustedResult) || h.enterprise.count("88.101.5/later") != 1 {
		t.Errorf("checked later: flags %x, asked %d times", res.Flags, h.enterprise.count("88.101.5/later"))
	}
}

func TestWhatDoesNotHoldIsRefusedIfThePolicySaysSo(t *testing.T) {
	h, _ := certified(t, true, time.Hour)
	same(t, "unsigned", texts(t, answer(t, h.r, question(product, trusting, nil, "EMAIL"))),
		[]string{"3001 no signature that leads to a root of trust covers the values"})
	if res := answer(t, h.r, question(product, recurse, nil, "EMAIL")); res.Code != wire.CodeSuccess {
		t.Errorf("not asked to be trusted: %s", texts(t, res))
	}
	if n := h.r.Snapshot().Untrusted; n != 1 {
		t.Errorf("counted %d", n)
	}
}

func TestTrustEndsWithTheCertificate(t *testing.T) {
	h, _ := certified(t, false, 40*time.Second)
	if res := answer(t, h.r, question(product, trusting, nil, "URL")); !res.Flags.Has(wire.FlagTrustedResult) {
		t.Errorf("before: %s", texts(t, res))
	}
	h.clock.pass(41 * time.Second)
	if res := answer(t, h.r, question(product, trusting, nil, "URL")); res.Code != wire.CodeSuccess || res.Flags.Has(wire.FlagTrustedResult) {
		t.Errorf("after: %s, flags %x", texts(t, res), res.Flags)
	}
}

func TestASignedRecordIsServedAsItIs(t *testing.T) {
	h, _ := certified(t, false, time.Hour)
	answer(t, h.r, question(product, recurse, nil))
	h.clock.pass(time.Minute)
	v, err := wire.DecodeValues(answer(t, h.r, question(product, recurse, nil)).Body)
	if err != nil || v.Values[0].TTL != wire.DefaultTTL {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestATraceTellsWhatWasChecked(t *testing.T) {
	h, _ := certified(t, false, time.Hour)
	tr := h.r.Trace(t.Context(), product, resolver.Query{Trusted: true, Types: []string{"URL"}})
	if !tr.Trusted || tr.Code != wire.CodeSuccess {
		t.Errorf("%+v", tr.Answer)
	}
	found := false
	for _, s := range tr.Steps {
		if s.Kind == resolver.StepTrust {
			found = s.Signed && strings.Contains(s.SignedWhy, rootName) && strings.Contains(s.SignedWhy, "[1]")
		}
	}
	if !found {
		t.Errorf("steps %+v", tr.Steps)
	}
}

// An issuer that cannot be asked, or whose certificate is renewed, does not make a
// record untrusted for as long as it is kept.
func TestWhatCouldNotBeCheckedIsCheckedAgainSoon(t *testing.T) {
	h, _ := certified(t, false, time.Hour)
	answer(t, h.r, question("88.101.5/none", recurse, nil)) // the way is known
	h.root.setHook(always(wire.CodeBusy))
	if res := answer(t, h.r, question(product, trusting, nil, "URL")); res.Code != wire.CodeSuccess || res.Flags.Has(wire.FlagTrustedResult) {
		t.Errorf("the root is busy: %s, flags %x", texts(t, res), res.Flags)
	}
	h.root.setHook(nil)
	h.clock.pass(31 * time.Second)
	if res := answer(t, h.r, question(product, trusting, nil, "URL")); !res.Flags.Has(wire.FlagTrustedResult) {
		t.Errorf("healed: %s, flags %x", texts(t, res), res.Flags)
	}
}

func TestATraceTellsByWhomValuesAreSignedAndWhereAChainBreaks(t *testing.T) {
	h, key := certified(t, false, time.Hour)
	for range 2 { // the second time from what is kept
		a := h.r.Trace(t.Context(), product, resolver.Query{Trusted: true})
		if len(a.Signatures) != 1 {
			t.Fatalf("%+v", a)
		}
		s := a.Signatures[0]
		if s.Index != 401 || s.Reason != trust.Holds || !slices.Equal(s.Chain, []string{enterpriseName, secondaryName, rootName}) || !slices.Equal(s.Unsigned, []int32{9}) || s.Until.IsZero() {
			t.Errorf("%+v", s)
		}
	}
	if n := h.enterprise.count(product); n != 1 {
		t.Errorf("asked %d times", n)
	}
	h.putSigned(product, key, wire.Text(1, wire.TypeURL, "u"))
	h.secondary.put(enterpriseHandle, at(1, wire.TypeSite, h.enterprise.site)) // the certificate is taken back
	a := h.r.Trace(t.Context(), product, resolver.Query{Trusted: true, PastCache: true, Fresh: true})
	if len(a.Signatures) != 1 || a.Signatures[0].Reason != trust.NoCertificate || !slices.Equal(a.Signatures[0].Chain, []string{enterpriseName}) || a.Trusted {
		t.Errorf("without a certificate: %+v", a)
	}
}

func jwk(t *testing.T, key crypto.PublicKey) *trust.JWK {
	t.Helper()
	k, err := trust.KeyOf(key)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
