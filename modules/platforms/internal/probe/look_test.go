package probe

import (
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linghang/kernel/egress"
)

func proberFor(t testing.TB, caFile string, allow ...string) *Prober {
	t.Helper()
	g, err := egress.New("test", allow, caFile, LongestTimeout)
	if err != nil {
		t.Fatal(err)
	}
	return New(g)
}

// server answers what assertions are made about.
func server(t *testing.T) *httptest.Server {
	t.Helper()
	release := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("User-Agent") != "Linghang-Probe" || r.Header.Get("Cookie") != "" {
			w.WriteHeader(http.StatusTeapot)
		}
		_, _ = io.WriteString(w, `{"status":"UP","checks":[{"db":true}]}`)
	})
	mux.HandleFunc("/error", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	mux.HandleFunc("/login", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/health", http.StatusMovedPermanently)
	})
	mux.HandleFunc("/elsewhere", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace("http://"+r.Host+"/health", "127.0.0.1", "127.0.0.2", 1), http.StatusFound)
	})
	mux.HandleFunc("/hang", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-release:
		}
	})
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) { // 64 MiB of nothing in 64 KiB, the word at its end
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		block := make([]byte, 1<<20)
		for range 64 {
			if _, err := z.Write(block); err != nil {
				return
			}
		}
		_, _ = io.WriteString(z, "needle")
		_ = z.Close()
	})
	s := httptest.NewServer(mux)
	t.Cleanup(func() { close(release); s.Close() })
	return s
}

func TestWhatALookSees(t *testing.T) {
	s := server(t)
	p := proberFor(t, "", "127.0.0.1/32")
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := closed.Addr().String()
	_ = closed.Close()
	plain := strings.TrimPrefix(s.URL, "http://")
	for name, c := range map[string]struct {
		spec  Spec
		fault string
	}{
		"up":                       {Spec{Kind: HTTP, Address: s.URL + "/health"}, ""},
		"HEAD":                     {Spec{Kind: HTTP, Address: s.URL + "/health", Method: "HEAD"}, ""},
		"redirected":               {Spec{Kind: HTTP, Address: s.URL + "/moved"}, ""},
		"another status":           {Spec{Kind: HTTP, Address: s.URL + "/error"}, FaultStatus},
		"an expected refusal":      {Spec{Kind: HTTP, Address: s.URL + "/login", Statuses: "401"}, ""},
		"text":                     {Spec{Kind: HTTP, Address: s.URL + "/health", Contains: `"UP"`}, ""},
		"no such text":             {Spec{Kind: HTTP, Address: s.URL + "/health", Contains: "DOWN"}, FaultBody},
		"JSON":                     {Spec{Kind: HTTP, Address: s.URL + "/health", Path: "$.checks[0].db", Value: "true"}, ""},
		"JSON says other":          {Spec{Kind: HTTP, Address: s.URL + "/health", Path: "$.status", Value: "DOWN"}, FaultBody},
		"redirects without end":    {Spec{Kind: HTTP, Address: s.URL + "/loop"}, FaultProtocol},
		"redirected to forbidden":  {Spec{Kind: HTTP, Address: s.URL + "/elsewhere"}, FaultForbid},
		"no answer":                {Spec{Kind: HTTP, Address: s.URL + "/hang", Timeout: 1}, FaultTimeout},
		"a bomb is cut":            {Spec{Kind: HTTP, Address: s.URL + "/bomb", Contains: "needle"}, FaultBody},
		"nobody there":             {Spec{Kind: HTTP, Address: "http://" + gone}, FaultConnect},
		"no such name":             {Spec{Kind: HTTP, Address: "http://nowhere.invalid/"}, FaultName},
		"TCP":                      {Spec{Kind: TCP, Address: plain}, ""},
		"TCP, nobody there":        {Spec{Kind: TCP, Address: gone}, FaultConnect},
		"TLS of who speaks none":   {Spec{Kind: TLS, Address: plain}, FaultTLS},
		"https of who speaks none": {Spec{Kind: HTTP, Address: "https://" + plain}, FaultProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			if c.spec.Timeout == 0 {
				c.spec.Timeout = 20
			}
			c.spec.Interval = 60
			spec := c.spec.Fill()
			if wrong := spec.Check(); len(wrong) > 0 {
				t.Fatalf("%+v", wrong)
			}
			l := p.Look(t.Context(), spec, time.Now())
			if l.Fault != c.fault || l.OK != (c.fault == "") || (!l.OK && l.Detail == "") {
				t.Errorf("%+v, not %q", l, c.fault)
			}
			if strings.Contains(l.Detail, ":53") {
				t.Errorf("the look names the name server: %s", l.Detail)
			}
		})
	}
}

func TestALateAnswerIsAFault(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-time.NewTimer(5 * time.Millisecond).C }))
	defer s.Close()
	l := proberFor(t, "", "127.0.0.0/8").Look(t.Context(), Spec{Kind: HTTP, Address: s.URL, MostMs: 1, Timeout: 20, Interval: 60}.Fill(), time.Now())
	if l.Fault != FaultSlow || l.Status != http.StatusOK {
		t.Errorf("%+v", l)
	}
}

// By default no door behind the firewall is knocked at, by whatever name or
// notation, of whatever kind, and wherever a server leads.
func TestPrivateAddressesAreRefusedUnlessTheyAreAllowed(t *testing.T) {
	s := server(t)
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	p := proberFor(t, "")
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "[fe80::1]", "[fd00::1]"} {
		for _, kind := range []string{HTTP, TCP, TLS} {
			spec := Spec{Kind: kind, Address: host + port, Timeout: 5, Interval: 60}
			if kind == HTTP {
				spec.Address = "http://" + spec.Address + "/health"
			}
			if l := p.Look(t.Context(), spec.Fill(), time.Now()); l.Fault != FaultForbid && l.Fault != FaultConnect && l.Fault != FaultName || l.OK {
				t.Errorf("%s %s: %+v", kind, host, l)
			} else if l.Fault != FaultForbid && host != "[::1]" && host != "[fe80::1]" && host != "[fd00::1]" {
				t.Errorf("%s %s was tried: %+v", kind, host, l)
			}
		}
	}
}

// certificate writes a chain of a root and a leaf for 127.0.0.1, which ends at a time.
func certificate(t *testing.T, until time.Time) (leaf tls.Certificate, rootFile string) {
	t.Helper()
	key := func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	rootKey, leafKey := key(), key()
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test root"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	if err != nil {
		t.Fatal(err)
	}
	one := &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: time.Now().Add(-24 * 400 * time.Hour), NotAfter: until, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	leafDER, err := x509.CreateCertificate(rand.Reader, one, root, leafKey.Public(), rootKey)
	if err != nil {
		t.Fatal(err)
	}
	rootFile = filepath.Join(t.TempDir(), "root.pem")
	if err := os.WriteFile(rootFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: leafKey}, rootFile
}

func TestCertificatesAreCheckedAndTheirEndIsSeen(t *testing.T) {
	until := time.Now().AddDate(0, 0, 5).UTC().Truncate(time.Second)
	for name, c := range map[string]struct {
		until   time.Time
		trusted bool
		fault   string
	}{
		"trusted": {until, true, ""}, "of an unknown root": {until, false, FaultTLS}, "over": {time.Now().Add(-time.Hour), true, FaultTLS},
	} {
		t.Run(name, func(t *testing.T) {
			leaf, root := certificate(t, c.until)
			if !c.trusted {
				root = ""
			}
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "ok") }))
			s.TLS = &tls.Config{Certificates: []tls.Certificate{leaf}, MinVersion: tls.VersionTLS12}
			s.Config.ErrorLog = nil
			s.StartTLS()
			defer s.Close()
			p := proberFor(t, root, "127.0.0.0/8")
			for _, spec := range []Spec{{Kind: TLS, Address: strings.TrimPrefix(s.URL, "https://")}, {Kind: HTTP, Address: s.URL}} {
				spec.Timeout, spec.Interval = 20, 60
				l := p.Look(t.Context(), spec.Fill(), time.Now())
				if l.Fault != c.fault || (c.fault == "" && (l.Until == nil || !l.Until.Equal(until))) {
					t.Errorf("%s: %+v", spec.Kind, l)
				}
			}
		})
	}
}
