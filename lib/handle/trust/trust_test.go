package trust_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"

	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
)

// keys makes the keys of the tests once: it takes seconds.
var keys = sync.OnceValues(func() ([3]*rsa.PrivateKey, error) {
	var list [3]*rsa.PrivateKey
	for i := range list {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return list, err
		}
		list[i] = key
	}
	return list, nil
})

// house is a root, a prefix that it certified, and an enterprise below.
type house struct {
	t                        *testing.T
	root, prefix, enterprise *rsa.PrivateKey
	certificates             map[string][]wire.Value
	verifier                 *trust.Verifier
}

const (
	rootName       = "300:0.0/0.0"
	prefixName     = "300:0.NA/88.101"
	enterpriseName = "300:0.NA/88.101.5"
)

func newHouse(t *testing.T) *house {
	t.Helper()
	list, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, root: list[0], prefix: list[1], enterprise: list[2], certificates: map[string][]wire.Value{}}
	root, err := wire.ParseReference(rootName)
	if err != nil {
		t.Fatal(err)
	}
	h.verifier = &trust.Verifier{
		Roots: []trust.Root{{Reference: root, Key: &h.root.PublicKey}},
		Lookup: func(_ context.Context, handle string) ([]wire.Value, error) {
			return h.certificates[handle], nil
		},
	}
	h.certify(rootName, h.root, prefixName, &h.prefix.PublicKey,
		trust.Permission{Handle: "0.NA/88.101", Scope: trust.DerivedPrefixes}, trust.Permission{Handle: "0.NA/88.101", Scope: trust.HandlesUnderThisPrefix})
	h.certify(prefixName, h.prefix, enterpriseName, &h.enterprise.PublicKey,
		trust.Permission{Handle: "0.NA/88.101.5", Scope: trust.HandlesUnderThisPrefix})
	return h
}

func (h *house) sign(c *trust.Claims, key crypto.PrivateKey) string {
	h.t.Helper()
	token, err := trust.Sign(c, key)
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}

func (h *house) certify(issuer string, by crypto.PrivateKey, subject string, key crypto.PublicKey, permissions ...trust.Permission) {
	h.t.Helper()
	token := h.sign(&trust.Claims{
		Issuer: issuer, Subject: subject, Permissions: permissions, PublicKey: jwk(h.t, key),
		NotBefore: time.Now().Add(-time.Hour).Unix(), Expires: time.Now().Add(time.Hour).Unix(),
	}, by)
	r, err := wire.ParseReference(subject)
	if err != nil {
		h.t.Fatal(err)
	}
	h.certificates[r.Handle] = []wire.Value{wire.Text(400, wire.TypeCertificate, token)}
}

func values() []wire.Value {
	return []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example/x"), wire.Text(2, wire.TypeDescription, "a part")}
}

func (h *house) signature(list []wire.Value) string {
	h.t.Helper()
	return h.sign(&trust.Claims{Issuer: enterpriseName, Subject: "88.101.5/T001", Digests: trust.DigestsOf(list)}, h.enterprise)
}

func TestAChainLeadsFromTheValuesToTheRoot(t *testing.T) {
	h := newHouse(t)
	list := values()
	list[0].Timestamp = 99 // is not signed
	verdict, err := h.verifier.Values(t.Context(), "88.101.5/T001", append(list, wire.Text(9, wire.TypeEmail, "x@example")), h.signature(values()))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(verdict.Signed, []int32{1, 2}) || !slices.Equal(verdict.Unsigned, []int32{9}) {
		t.Errorf("signed %v, unsigned %v", verdict.Signed, verdict.Unsigned)
	}
	if len(verdict.Chain) != 3 || verdict.Chain[2].String() != rootName {
		t.Errorf("chain %v", verdict.Chain)
	}
	certificate := string(h.certificates["0.NA/88.101.5"][0].Data)
	if verdict, err := h.verifier.Certificate(t.Context(), certificate); err != nil || len(verdict.Chain) != 2 {
		t.Errorf("certificate: %+v, %v", verdict, err)
	}
}

func TestAChangedValueIsFound(t *testing.T) {
	h := newHouse(t)
	list := values()
	signature := h.signature(list)
	list[1].Data = []byte("another part")
	if _, err := h.verifier.Values(t.Context(), "88.101.5/T001", list, signature); !errors.Is(err, trust.ErrDigest) {
		t.Errorf("changed value: %v", err)
	}
	if _, err := h.verifier.Values(t.Context(), "88.101.5/T002", values(), signature); !errors.Is(err, trust.ErrSignature) {
		t.Errorf("another handle: %v", err)
	}
}

func TestAnIssuerVouchesOnlyForWhatItMay(t *testing.T) {
	for name, permission := range map[string]trust.Permission{
		"another prefix":    {Handle: "0.NA/88.101.6", Scope: trust.HandlesUnderThisPrefix},
		"the prefix itself": {Handle: "0.NA/88.101.5", Scope: trust.ThisHandle},
		"prefixes below":    {Handle: "0.NA/88.101.5", Scope: trust.DerivedPrefixes},
		"more than its own": {Scope: trust.Everything},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.certify(prefixName, h.prefix, enterpriseName, &h.enterprise.PublicKey, permission)
			_, err := h.verifier.Values(t.Context(), "88.101.5/T001", values(), h.signature(values()))
			if !errors.Is(err, trust.ErrPermission) {
				t.Errorf("checked with %v", err)
			}
		})
	}
}

func TestCertificatesThatLeadInACircleEnd(t *testing.T) {
	h := newHouse(t)
	h.certify(enterpriseName, h.enterprise, prefixName, &h.prefix.PublicKey, trust.Permission{Scope: trust.Everything})
	_, err := h.verifier.Values(t.Context(), "88.101.5/T001", values(), h.signature(values()))
	if !errors.Is(err, trust.ErrChain) {
		t.Errorf("checked with %v", err)
	}
	h.certificates = nil
	if _, err = h.verifier.Values(t.Context(), "88.101.5/T001", values(), h.signature(values())); !errors.Is(err, trust.ErrIssuer) {
		t.Errorf("without certificates: %v", err)
	}
}

func TestOldSignaturesAndOtherKeysAreRefused(t *testing.T) {
	h := newHouse(t)
	old := h.sign(&trust.Claims{
		Issuer: enterpriseName, Subject: "88.101.5/T001", Digests: trust.DigestsOf(values()), Expires: time.Now().Add(-time.Minute).Unix(),
	}, h.enterprise)
	if _, err := h.verifier.Values(t.Context(), "88.101.5/T001", values(), old); !errors.Is(err, trust.ErrTime) {
		t.Errorf("expired: %v", err)
	}
	forged := h.sign(&trust.Claims{Issuer: enterpriseName, Subject: "88.101.5/T001", Digests: trust.DigestsOf(values())}, h.root)
	if _, err := h.verifier.Values(t.Context(), "88.101.5/T001", values(), forged); !errors.Is(err, trust.ErrSignature) {
		t.Errorf("another key: %v", err)
	}
}

func TestTokensWithoutASignatureAreRefused(t *testing.T) {
	raw := base64.RawURLEncoding
	claims := raw.EncodeToString([]byte(`{"iss":"300:0.0/0.0","sub":"x"}`))
	for _, header := range []string{`{"alg":"none"}`, `{"alg":"HS256"}`, `{}`, `{"alg":"RS256","crit":["b64"]}`, `[]`} {
		if _, err := trust.Parse(raw.EncodeToString([]byte(header)) + "." + claims + "."); !errors.Is(err, trust.ErrToken) {
			t.Errorf("%s: %v", header, err)
		}
	}
	for _, text := range []string{"", "..", "a.b", "a.b.c.d", strings.Repeat("x", trust.MaxToken+1)} {
		if _, err := trust.Parse(text); !errors.Is(err, trust.ErrToken) {
			t.Errorf("%.20s: %v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	raw := base64.RawURLEncoding
	f.Add(raw.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." +
		raw.EncodeToString([]byte(`{"iss":"300:0.0/0.0","sub":"x","publicKey":{"kty":"RSA","n":"AQAB","e":"AQAB"},"digests":{"alg":"SHA-256","digests":[{"index":1,"digest":"eA=="}]}}`)) + ".eA")
	f.Fuzz(func(t *testing.T, text string) {
		token, err := trust.Parse(text)
		if err != nil {
			return
		}
		if key, err := token.Claims.PublicKey.Key(); err == nil {
			if err := token.Check(key, time.Now()); err == nil {
				t.Skip("a signature that is right")
			}
		}
	})
}

func jwk(t *testing.T, key crypto.PublicKey) *trust.JWK {
	t.Helper()
	k, err := trust.KeyOf(key)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestAChainOfSM2KeysLeadsToTheRoot(t *testing.T) {
	h := newHouse(t)
	var list [3]*sm2.PrivateKey
	for i := range list {
		key, err := sm2.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		list[i] = key
	}
	h.verifier.Roots = append(h.verifier.Roots, trust.Root{Reference: h.verifier.Roots[0].Reference, Key: &list[0].PublicKey}) // two networks call their roots alike
	h.certify(rootName, list[0], prefixName, &list[1].PublicKey, trust.Permission{Handle: "0.NA/88.101", Scope: trust.DerivedPrefixes})
	h.certify(prefixName, list[1], enterpriseName, &list[2].PublicKey, trust.Permission{Handle: "0.NA/88.101.5", Scope: trust.HandlesUnderThisPrefix})
	token := h.sign(&trust.Claims{Issuer: enterpriseName, Subject: "88.101.5/T001", Digests: trust.DigestsOf(values())}, list[2])
	verdict, err := h.verifier.Values(t.Context(), "88.101.5/T001", values(), token)
	if err != nil || len(verdict.Chain) != 3 || !slices.Equal(verdict.Signed, []int32{1, 2}) {
		t.Fatalf("%+v, %v", verdict, err)
	}
	parts := strings.Split(token, ".")
	for name, broken := range map[string]string{
		"another payload": parts[0] + "." + strings.Split(h.sign(&trust.Claims{Issuer: enterpriseName, Subject: "88.101.5/T001", Digests: trust.DigestsOf(nil)}, list[2]), ".")[1] + "." + parts[2],
		"a short one":     parts[0] + "." + parts[1] + "." + parts[2][:20],
		"by RSA":          h.sign(&trust.Claims{Issuer: enterpriseName, Subject: "88.101.5/T001", Digests: trust.DigestsOf(values())}, h.enterprise),
	} {
		if _, err := h.verifier.Values(t.Context(), "88.101.5/T001", values(), broken); !errors.Is(err, trust.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAValueThatIsGoneIsTold(t *testing.T) {
	h := newHouse(t)
	verdict, err := h.verifier.Values(t.Context(), "88.101.5/T001", values()[:1], h.signature(values()))
	if err != nil || !slices.Equal(verdict.Missing, []int32{2}) {
		t.Errorf("%+v, %v", verdict, err)
	}
}

func TestAFailureHasAWordAndTheChainSoFar(t *testing.T) {
	h := newHouse(t)
	changed := values()
	changed[0].Data = []byte("http://evil.example")
	verdict, err := h.verifier.Values(t.Context(), "88.101.5/T001", changed, h.signature(values()))
	if trust.ReasonOf(err) != trust.WrongDigest || len(verdict.Chain) != 3 {
		t.Errorf("%+v, %v", verdict, err)
	}
	h.certificates["0.NA/88.101.5"] = nil // taken back
	verdict, err = h.verifier.Values(t.Context(), "88.101.5/T001", values(), h.signature(values()))
	if trust.ReasonOf(err) != trust.NoCertificate || len(verdict.Chain) != 1 {
		t.Errorf("%+v, %v", verdict, err)
	}
	if trust.ReasonOf(nil) != trust.Holds || trust.ReasonOf(context.Canceled) != trust.Unanswered {
		t.Error("a reason has another word")
	}
}
