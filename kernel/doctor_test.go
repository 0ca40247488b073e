package kernel

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/health"
)

func TestConfigurationsThatAreNotWise(t *testing.T) {
	f := func(want string, change func(c *Config)) {
		t.Helper()
		c := Defaults()
		c.Data = t.TempDir()
		change(&c)
		d := &doctor{k: &Kernel{cfg: c}}
		d.checkConfiguration()
		var got []string
		for _, x := range d.list {
			if x.State != health.Good {
				got = append(got, x.Check)
				if x.Mend.ZH == "" || x.Mend.EN == "" {
					t.Errorf("%s does not say how to mend it", x.Check)
				}
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("found %v, want %s", got, want)
		}
	}
	f("", func(*Config) {})
	f("", func(c *Config) { c.PublicURL, c.TrustProxy = "https://industry.example.cn", true })
	f("configuration.trust-proxy", func(c *Config) { c.PublicURL = "https://industry.example.cn" })
	f("configuration.public-url", func(c *Config) { c.HTTP = "0.0.0.0:8080" })
	f("configuration.public-url configuration.trust-proxy", func(c *Config) { c.HTTP, c.TrustProxy = ":8080", true })
	f("configuration.public-url", func(c *Config) { c.PublicURL, c.TrustProxy = "http://industry.example.cn", true })
}

func TestCertificatesThatEndSoon(t *testing.T) {
	srv := httptest.NewTLSServer(http.NotFoundHandler())
	defer srv.Close()
	host := strings.TrimPrefix(srv.URL, "https://")
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	at := func(now time.Time) *tls.Config {
		return &tls.Config{RootCAs: pool, Time: func() time.Time { return now }}
	}
	if f := certificate(t.Context(), host, at(time.Now())); f.State.Worse(health.Good) || !strings.Contains(f.Note.EN, "good until") {
		t.Errorf("a good one: %+v", f)
	}
	if f := certificate(t.Context(), host, at(srv.Certificate().NotAfter.Add(time.Hour))); f.State != health.Down || f.Mend.EN == "" {
		t.Errorf("one that has ended: %+v", f)
	}
	if f := certificate(t.Context(), host, nil); f.State != health.Down {
		t.Errorf("one that nobody knows: %+v", f)
	}
	if f := certificate(t.Context(), "127.0.0.1:1", nil); f.State != health.Degraded {
		t.Errorf("nobody answers: %+v", f)
	}
}

func TestClocksThatAreApart(t *testing.T) {
	for ahead, want := range map[time.Duration]health.State{0: "", -time.Second: "", 5 * time.Second: health.Degraded, -time.Minute: health.Down} {
		if f := clockFinding(ahead); f.State != want {
			t.Errorf("%s apart is %q", ahead, f.State)
		}
	}
}

func TestAddressesThatTheDoctorLooksAt(t *testing.T) {
	k := &Kernel{cfg: Config{PublicURL: "https://industry.example.cn", OTLPURL: "https://[::1]:4318"}}
	if got := k.secureAddresses(); !slices.Equal(got, []secureAddress{{"otlp-url", "[::1]:4318"}, {"public-url", "industry.example.cn:443"}}) {
		t.Errorf("%v", got)
	}
	for address, want := range map[string]string{":80": "127.0.0.1:80", "0.0.0.0:80": "127.0.0.1:80", "10.0.0.1:80": "10.0.0.1:80"} {
		if got := reachable(address); got != want {
			t.Errorf("%s is reached at %s", address, got)
		}
	}
}
