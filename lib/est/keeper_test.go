package est_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/lib/est"
)

// city is a server with an authority: the messages of this package, nothing else.
type city struct {
	*httptest.Server
	root     *x509.Certificate
	key      *ecdsa.PrivateKey
	validity time.Duration

	mu     sync.Mutex
	now    func() time.Time
	fail   int // so many answers are refused first
	serial int64
	asked  []string // how each request came
}

func newCity(t *testing.T) *city {
	t.Helper()
	c := &city{key: newKey(t), validity: 30 * 24 * time.Hour, now: time.Now}
	c.root = c.sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "CA"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-100 * time.Hour), NotAfter: time.Now().Add(10000 * time.Hour),
	}, c.key.Public())
	server := newKey(t)
	own := c.sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "server"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-100 * time.Hour), NotAfter: time.Now().Add(100 * time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, server.Public())
	c.Server = httptest.NewUnstartedServer(c)
	c.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{own.Raw, c.root.Raw}, PrivateKey: server}}, ClientAuth: tls.RequestClientCert}
	c.StartTLS()
	t.Cleanup(c.Close)
	return c
}

func (c *city) sign(t *testing.T, x *x509.Certificate, public any) *x509.Certificate {
	t.Helper()
	c.serial++
	x.SerialNumber = big.NewInt(c.serial)
	parent := c.root
	if parent == nil {
		parent = x
	}
	der, err := x509.CreateCertificate(rand.Reader, x, parent, public, c.key)
	if err != nil {
		t.Fatal(err)
	}
	if x, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return x
}

func (c *city) fingerprint() string {
	sum := sha256.Sum256(c.root.Raw)
	return hex.EncodeToString(sum[:])
}

func (c *city) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w.Header().Set("Date", c.now().UTC().Format(http.TimeFormat))
	if r.URL.Path == est.PathCACerts {
		der, _ := est.EncodeCertificates(c.root)
		_, _ = w.Write(est.Encode(der))
		return
	}
	how := r.URL.Path
	if _, password, ok := r.BasicAuth(); ok {
		how += " " + password
	}
	if len(r.TLS.PeerCertificates) > 0 {
		how += " " + r.TLS.PeerCertificates[0].SerialNumber.String()
	}
	c.asked = append(c.asked, how)
	if c.fail > 0 {
		c.fail--
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `{"key":"kernel.busy","detail":"come back later"}`)
		return
	}
	body, _ := io.ReadAll(r.Body)
	csr, err := est.DecodeRequest(body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.serial++
	der, _ := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(c.serial), Subject: pkix.Name{CommonName: "machine"}, NotBefore: c.now().Add(-48 * time.Hour), NotAfter: c.now().Add(c.validity),
	}, c.root, csr.PublicKey, c.key)
	own, _ := x509.ParseCertificate(der)
	der, _ = est.EncodeCertificates(own)
	_, _ = w.Write(est.Encode(der))
}

func TestAMachineEnrolsWithAFingerprintAndRenewsAtTwoThirds(t *testing.T) {
	c := newCity(t)
	now := time.Now()
	k := est.Keeper{Dir: filepath.Join(t.TempDir(), "m"), Now: func() time.Time { return now }}
	if _, err := k.Enrol(t.Context(), c.URL, "t0ken", strings.Repeat("00", 32)); err == nil || !strings.Contains(err.Error(), "fingerprint") {
		t.Fatalf("a stranger's server is believed: %v", err)
	}
	if _, err := k.Enrol(t.Context(), c.URL, "t0ken", ""); err == nil {
		t.Fatal("a server that no root verifies is believed")
	}
	if len(c.asked) > 0 {
		t.Fatalf("the token went to a server that was not verified: %v", c.asked)
	}
	s, err := k.Enrol(t.Context(), c.URL, "t0ken", c.fingerprint())
	if err != nil || s.Is != est.Valid || s.Subject != "machine" {
		t.Fatalf("%+v %v", s, err)
	}
	if d := s.RenewAt.Sub(now); d < 20*24*time.Hour-time.Minute || d > 20*24*time.Hour+time.Minute {
		t.Errorf("renewal is due in %s", d)
	}
	if _, err := k.Enrol(t.Context(), c.URL, "t0ken", c.fingerprint()); err == nil {
		t.Error("a machine enrols over its certificate")
	}
	for _, f := range []string{"machine.pem", "machine.json"} {
		if info, err := os.Stat(filepath.Join(k.Dir, f)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f, info, err)
		}
	}
	now = now.Add(21 * 24 * time.Hour)
	if s, _ = k.Status(); s.Is != est.Due {
		t.Errorf("after 21 days it is %s", s.Is)
	}
	now = now.Add(-21 * 24 * time.Hour) // the server's certificate is of today
	first := s.Serial
	if s, err = k.Renew(t.Context()); err != nil || s.Serial == first {
		t.Fatalf("%+v %v", s, err)
	}
	client, url, err := k.HTTP()
	if err != nil {
		t.Fatal(err)
	}
	r, err := client.Get(url + "/anything")
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if last := c.asked[len(c.asked)-1]; last != "/anything 4" {
		t.Errorf("the program showed %q", last)
	}
}

func TestACrashAtAnyMomentLeavesADirectoryToGoOnWith(t *testing.T) {
	c := newCity(t)
	dir := t.TempDir()
	k := est.Keeper{Dir: dir}
	c.fail = 1
	if _, err := k.Enrol(t.Context(), c.URL, "t", c.fingerprint()); err == nil {
		t.Fatal("a refusal passes")
	}
	if s, err := k.Status(); err != nil || s.Is != est.Waiting {
		t.Fatalf("%+v %v", s, err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "next.key"))
	if err != nil {
		t.Fatal(err)
	}
	// The state is there and the certificate is not: killed between the two.
	if err := os.WriteFile(filepath.Join(dir, "machine.json"), []byte(`{"url":"`+c.URL+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := k.Status(); err != nil || s.Is != est.Waiting {
		t.Fatalf("%+v %v", s, err)
	}
	if _, err := k.Enrol(t.Context(), c.URL, "t", c.fingerprint()); err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile(filepath.Join(dir, "machine.pem"))
	if err != nil || !strings.HasPrefix(string(own), string(before)) {
		t.Errorf("the key that was made first is not the one in force: %v", err)
	}
	// Half a key of a renewal that was cut off.
	if err := os.WriteFile(filepath.Join(dir, "next.key"), []byte("-----BEGIN PRIV"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.fail = 1
	if _, err := k.Renew(t.Context()); err == nil {
		t.Fatal("a refusal passes")
	}
	s, err := k.Status()
	if err != nil || s.Failures != 1 || !strings.Contains(s.LastError, "come back later") {
		t.Errorf("%+v %v", s, err)
	}
	if s, err = k.Renew(t.Context()); err != nil || s.Failures != 0 {
		t.Errorf("%+v %v", s, err)
	}
}

func TestAClockADayOffEnrolsAndKnowsIt(t *testing.T) {
	c := newCity(t)
	for _, off := range []time.Duration{24 * time.Hour, -24 * time.Hour} {
		k := est.Keeper{Dir: t.TempDir(), Now: func() time.Time { return time.Now().Add(off) }}
		s, err := k.Enrol(t.Context(), c.URL, "t", c.fingerprint())
		if err != nil || (s.Ahead+off).Abs() > 2*time.Second || s.Is != est.Valid {
			t.Errorf("a clock %s off: %+v %v", off, s, err)
		}
		if d := time.Until(s.RenewAt); d < 20*24*time.Hour-time.Hour || d > 20*24*time.Hour+time.Hour {
			t.Errorf("a clock %s off renews in %s", off, d)
		}
	}
}

func TestWatchRenewsAgainAndAgain(t *testing.T) {
	c := newCity(t)
	c.validity = 3 * time.Second
	k := est.Keeper{Dir: t.TempDir()}
	if _, err := k.Enrol(t.Context(), c.URL, "t", c.fingerprint()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	renewed := 0
	err := k.Watch(ctx, func(_ est.Status, err error) {
		if err != nil {
			t.Errorf("%v", err)
		}
		if renewed++; renewed == 2 {
			stop()
		}
	})
	if err != nil || renewed != 2 {
		t.Errorf("%d renewals, %v", renewed, err)
	}
}
