package vouch_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/vouch"
)

func signer(t *testing.T, prefixHandle string) *vouch.Signer {
	t.Helper()
	key, err := vouch.NewKey(vouch.SM2)
	if err != nil {
		t.Fatal(err)
	}
	s, err := vouch.NewSigner(prefixHandle, key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestACertificateIsKeptAsLongAsItIsWhatWouldBeMade(t *testing.T) {
	root, node := signer(t, wire.RootHandle), signer(t, "0.NA/88.101")
	now := time.Now()
	subject := vouch.Subject{Prefix: "0.NA/88.101", Key: node.Public(), Below: true}
	value, err := root.Certify(subject, now)
	if err != nil {
		t.Fatal(err)
	}
	shorter, enterprise, other := subject, subject, subject
	shorter.Until = now.Add(24 * time.Hour)
	enterprise.Below = false
	other.Key = signer(t, "0.NA/88.101").Public()
	for name, c := range map[string]struct {
		by      *vouch.Signer
		subject vouch.Subject
		at      time.Time
		kept    bool
	}{
		"as it was":            {root, subject, now, true},
		"a month before":       {root, subject, now.Add(vouch.CertifiedFor - 29*24*time.Hour), false},
		"a contract that ends": {root, shorter, now, false},
		"it allocates no more": {root, enterprise, now, false},
		"another key":          {root, other, now, false},
		"another root":         {signer(t, wire.RootHandle), subject, now, false},
	} {
		if _, kept := c.by.Certified([]wire.Value{wire.Text(1, wire.TypeURL, "u"), value}, c.subject, c.at); kept != c.kept {
			t.Errorf("%s: kept is %v", name, kept)
		}
	}
}

func TestASealIsMadeAnewOnlyWhenValuesChange(t *testing.T) {
	s := signer(t, "0.NA/88.101.5")
	secret := wire.Text(2, wire.TypeSecretKey, "a secret")
	secret.Permissions = wire.PermissionsSecret
	values := []wire.Value{wire.Text(1, wire.TypeURL, "u"), secret, wire.Text(400, wire.TypeDescription, "taken")}
	sealed, err := s.Seal(t.Context(), "88.101.5/A", values)
	if err != nil || len(sealed) != 4 || sealed[3].Index != 401 {
		t.Fatalf("%+v, %v", sealed, err)
	}
	again, err := s.Seal(t.Context(), "88.101.5/A", sealed)
	if err != nil || string(again[3].Data) != string(sealed[3].Data) {
		t.Errorf("sealed again: %v", err)
	}
	again[0].Data = []byte("v")
	if changed, err := s.Seal(t.Context(), "88.101.5/A", again); err != nil || len(changed) != 4 || string(changed[3].Data) == string(sealed[3].Data) {
		t.Errorf("after a change: %+v, %v", changed, err)
	}
	if rest := vouch.Strip("0.NA/88.101.5", sealed); len(rest) != 3 {
		t.Errorf("stripped: %+v", rest)
	}
	if rest := vouch.Strip("0.NA/88.101.6", sealed); len(rest) != 4 {
		t.Error("the signature of another is gone")
	}
	full := make([]wire.Value, wire.MaxValues)
	for i := range full {
		full[i] = wire.Text(int32(i+1), wire.TypeURL, "u")
	}
	if _, err := s.Seal(t.Context(), "88.101.5/A", full); err == nil {
		t.Error("there was room for a signature")
	}
}

func TestARootOfTrustIsReadAsItWasWritten(t *testing.T) {
	s := signer(t, wire.RootHandle)
	text, err := vouch.RootFile(s.Root())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "trust.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if root, err := vouch.LoadRoot(file); err != nil || !root.Reference.Equal(s.Issuer()) {
		t.Errorf("%+v, %v", root, err)
	}
	for _, bad := range []string{"", "{}", `{"issuer":"x"}`, `{"issuer":"300:0.0/0.0"}`, `{"issuer":"300:0.0/0.0","publicKey":{"kty":"EC","crv":"SM2","x":"AA","y":"AA"}}`} {
		if _, err := vouch.ParseRoot([]byte(bad)); err == nil {
			t.Errorf("%s is a root of trust", bad)
		}
	}
}
