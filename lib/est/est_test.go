package est_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linghang/lib/est"
)

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func request(t testing.TB) []byte {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "x"}}, newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func certificate(t testing.TB, name string) *x509.Certificate {
	t.Helper()
	k := newKey(t)
	c := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCertificatesSurviveTheMessage(t *testing.T) {
	one, two := certificate(t, "one"), certificate(t, "two")
	der, err := est.EncodeCertificates(one, two)
	if err != nil {
		t.Fatal(err)
	}
	list, err := est.DecodeCertificates(est.Encode(der))
	if err != nil || len(list) != 2 || !list[0].Equal(one) || !list[1].Equal(two) {
		t.Errorf("%v %v", list, err)
	}
}

// OpenSSL is a reader and a writer that nobody here wrote.
func TestOpenSSLReadsOurMessagesAndWeReadIts(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	run := func(in []byte, args ...string) []byte {
		t.Helper()
		cmd := exec.Command(openssl, args...)
		cmd.Dir, cmd.Stdin = dir, bytes.NewReader(in)
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("openssl %v: %v %s", args, err, said.String())
		}
		return out
	}
	ours, err := est.EncodeCertificates(certificate(t, "ours"))
	if err != nil {
		t.Fatal(err)
	}
	if out := run(ours, "pkcs7", "-inform", "DER", "-print_certs", "-noout"); !strings.Contains(string(out), "CN = ours") {
		t.Errorf("openssl reads %s", out)
	}
	attrs, err := est.EncodeCSRAttrs()
	if err != nil {
		t.Fatal(err)
	}
	if out := run(attrs, "asn1parse", "-inform", "DER"); !strings.Contains(string(out), "prime256v1") || !strings.Contains(string(out), "ecdsa-with-SHA256") {
		t.Errorf("openssl reads %s", out)
	}
	run(nil, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=theirs", "-days", "1")
	theirs := run(nil, "crl2pkcs7", "-nocrl", "-certfile", "cert.pem", "-outform", "DER")
	list, err := est.DecodeCertificates(est.Encode(theirs))
	if err != nil || list[0].Subject.CommonName != "theirs" {
		t.Errorf("we read %v %v", list, err)
	}
	made := run(nil, "req", "-new", "-key", "key.pem", "-subj", "/CN=theirs", "-outform", "DER")
	if r, err := est.DecodeRequest(est.Encode(made)); err != nil || r.Subject.CommonName != "theirs" {
		t.Errorf("we read %v %v", r, err)
	}
}

func TestWhatIsNoMessageIsRefused(t *testing.T) {
	der := request(t)
	forged := bytes.Clone(der)
	forged[len(forged)-1] ^= 1
	for name, text := range map[string][]byte{
		"nothing": {}, "no base64": []byte("<html>"), "no request": est.Encode([]byte{1, 2, 3}), "forged": est.Encode(forged),
		"more behind it": est.Encode(append(bytes.Clone(der), 0)), "too long": bytes.Repeat([]byte("A"), est.MaxMessage+1),
	} {
		if _, err := est.DecodeRequest(text); err == nil {
			t.Errorf("%s passes for a request", name)
		}
		if _, err := est.DecodeCertificates(text); err == nil {
			t.Errorf("%s passes for certificates", name)
		}
	}
}

func FuzzDecodeRequest(f *testing.F) {
	f.Add(est.Encode(request(f)))
	f.Add([]byte("MIIB"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := est.DecodeRequest(text)
		if err == nil && r.CheckSignature() != nil {
			t.Error("a request without a signature of its key passes")
		}
	})
}

func FuzzDecodeCertificates(f *testing.F) {
	der, err := est.EncodeCertificates(certificate(f, "seed"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(est.Encode(der))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := est.DecodeCertificates(text)
		if err == nil && len(list) == 0 {
			t.Error("no certificates pass for some")
		}
	})
}

func TestTheClocksDifferenceIsToldToTheSecond(t *testing.T) {
	asked := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for want, theirs := range map[time.Duration]time.Time{0: asked, 24 * time.Hour: asked.Add(24 * time.Hour), -time.Hour: asked.Add(-time.Hour)} {
		if got := est.Ahead(theirs, asked, asked.Add(200*time.Millisecond)); (got - want).Abs() > time.Second {
			t.Errorf("%s ahead is told as %s", want, got)
		}
	}
}

func ExampleKeeper_Status() {
	dir, err := os.MkdirTemp("", "machine")
	if err != nil {
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	_ = os.WriteFile(filepath.Join(dir, "next.key"), nil, 0o600)
	s, err := est.Keeper{Dir: dir}.Status()
	fmt.Println(s.Is, err)
	// Output: waiting <nil>
}
