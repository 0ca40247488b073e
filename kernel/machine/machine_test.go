package machine_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/lib/est"
)

// site is a city with a clock that the test moves.
type site struct {
	*kerneltest.City
	now time.Time
}

func newSite(t *testing.T, o kerneltest.Options) *site {
	t.Helper()
	s := &site{City: kerneltest.Start(t, func(*kernel.Kernel) []module.Module { return nil }, o), now: time.Now()}
	s.Machines().SetNow(func() time.Time { return s.now })
	return s
}

type added struct {
	ID, Token, State, Command string
	Fingerprint               string
}

func (s *site) add(t *testing.T, name string) added {
	t.Helper()
	r := s.Send(t, "POST", "/api/machine/machines", "manager-ours", fmt.Sprintf(`{"name":%q,"kind":"gateway"}`, name))
	if r.Status != http.StatusCreated {
		t.Fatalf("add: %d %s", r.Status, r.Body)
	}
	var a added
	r.Decode(t, &a)
	return a
}

type shown struct {
	ID, Name, State, Serial string
	ClockOff                bool      `json:"clock_off"`
	AheadSeconds            int       `json:"ahead_seconds"`
	NotAfter                time.Time `json:"not_after"`
	Certificates            []struct{ Serial, Reason string }
}

func (s *site) show(t *testing.T, id string) shown {
	t.Helper()
	var m shown
	s.Get(t, "/api/machine/machines/"+id, "manager-ours").Decode(t, &m)
	return m
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func csr(t testing.TB, key crypto.Signer, template x509.CertificateRequest) []byte {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &template, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// post sends a request as a machine would, over TLS, with a certificate if it has one.
func (s *site) post(t testing.TB, path, token string, own *x509.Certificate, body []byte) kerneltest.Reply {
	t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(string(body)))
	r.TLS = &tls.ConnectionState{}
	if own != nil {
		r.TLS.PeerCertificates = []*x509.Certificate{own}
	}
	if token != "" {
		r.SetBasicAuth("", token)
	}
	r.Header.Set("Content-Type", est.TypeRequest)
	return s.Do(r)
}

func (s *site) self(own *x509.Certificate, header ...string) kerneltest.Reply {
	r := httptest.NewRequest("GET", "/api/machine/self", nil)
	r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{own}}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return s.Do(r)
}

func certificateOf(t testing.TB, r kerneltest.Reply) *x509.Certificate {
	t.Helper()
	if r.Status != http.StatusOK {
		t.Fatalf("no certificate: %d %s", r.Status, r.Body)
	}
	list, err := est.DecodeCertificates(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

func key(r kerneltest.Reply) string {
	var p struct{ Key string }
	_ = json.Unmarshal(r.Body, &p)
	return p.Key
}

func (s *site) enrol(t testing.TB, a added, k crypto.Signer) *x509.Certificate {
	t.Helper()
	return certificateOf(t, s.post(t, est.PathEnrol, a.Token, nil, est.Encode(csr(t, k, x509.CertificateRequest{}))))
}

func (s *site) audited(t *testing.T, action, outcome string) int {
	t.Helper()
	var page struct {
		Items []struct{ Action, Outcome, Actor string }
	}
	s.Get(t, "/api/system/audit?limit=500&q="+action, "auditor").Decode(t, &page)
	n := 0
	for _, e := range page.Items {
		if e.Action == action && e.Outcome == outcome {
			n++
		}
	}
	return n
}

func TestAMachineEnrolsOnceActsAndIsRevokedAtOnce(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		s := newSite(t, o)
		a := s.add(t, "1 号网关")
		if a.State != "waiting" || !strings.HasPrefix(a.Token, "lhm_") || !strings.Contains(a.Command, a.Token) {
			t.Errorf("added %+v", a)
		}
		k := newKey(t)
		own := s.enrol(t, a, k)
		if own.Subject.CommonName != a.ID || own.IsCA || own.NotAfter.Sub(s.now) > 30*24*time.Hour || s.now.Sub(own.NotBefore) < 47*time.Hour {
			t.Errorf("the certificate is of %s, from %s until %s", own.Subject, own.NotBefore, own.NotAfter)
		}
		r := s.self(own)
		var self struct {
			ID          string
			Permissions []string
		}
		r.Decode(t, &self)
		if r.Status != http.StatusOK || self.ID != a.ID || fmt.Sprint(self.Permissions) != "[machine.self]" {
			t.Errorf("the machine acts as %d %s", r.Status, r.Body)
		}
		for _, path := range []string{"/api/machine/machines", "/api/system/session", "/api/system/organisations", "/api/view/views?list=x"} {
			q := httptest.NewRequest("GET", path, nil)
			q.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{own}}
			if r := s.Do(q); r.Status != http.StatusForbidden {
				t.Errorf("a machine reads %s: %d", path, r.Status)
			}
		}
		if r := s.self(own, "Origin", "https://elsewhere.example"); r.Status != http.StatusForbidden {
			t.Errorf("a page of another origin uses the certificate: %d", r.Status)
		}
		if m := s.show(t, a.ID); m.State != "valid" || m.Serial != own.SerialNumber.Text(16) {
			t.Errorf("the page shows %+v", m)
		}
		if r := s.Get(t, "/api/machine/machines/"+a.ID, "manager-theirs"); r.Status != http.StatusNotFound {
			t.Errorf("a stranger sees it: %d", r.Status)
		}
		for _, who := range []string{"viewer-ours", "manager-theirs"} {
			if r := s.Send(t, "POST", "/api/machine/machines/"+a.ID+"/revocation", who, `{"reason":"ceased"}`); r.Status != http.StatusForbidden && r.Status != http.StatusNotFound {
				t.Errorf("%s revokes: %d", who, r.Status)
			}
		}
		if r := s.Send(t, "POST", "/api/machine/machines/"+a.ID+"/revocation", "manager-ours", `{"reason":"key_compromise"}`); r.Status != http.StatusOK {
			t.Fatalf("revoke: %d %s", r.Status, r.Body)
		}
		if r := s.self(own); r.Status != http.StatusUnauthorized || key(r) != "machine.certificate.revoked" {
			t.Errorf("after the revocation: %d %s", r.Status, r.Body)
		}
		if r := s.post(t, est.PathReenrol, "", own, est.Encode(csr(t, newKey(t), x509.CertificateRequest{}))); key(r) != "machine.certificate.revoked" {
			t.Errorf("a revoked machine renews: %d %s", r.Status, r.Body)
		}
		s.checkCRL(t, own, 1)
		kerneltest.Wait(t, "the acts to be recorded", func() bool {
			return s.audited(t, "machine.enrol", "done") == 1 && s.audited(t, "machine.use", "refused") == 1 && s.audited(t, "machine.renew", "refused") == 1
		})
	})
}

// checkCRL reads the list as others do, and checks its signature.
func (s *site) checkCRL(t *testing.T, own *x509.Certificate, reason int) {
	t.Helper()
	list, err := x509.ParseRevocationList(s.Get(t, "/api/machine/crl", "").Body)
	if err != nil {
		t.Fatal(err)
	}
	authority, err := est.DecodeCertificates(s.Get(t, est.PathCACerts, "").Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := list.CheckSignatureFrom(authority[0]); err != nil {
		t.Errorf("the list's signature: %v", err)
	}
	if err := own.CheckSignatureFrom(authority[0]); err != nil {
		t.Errorf("the certificate's signature: %v", err)
	}
	for _, e := range list.RevokedCertificateEntries {
		if e.SerialNumber.Cmp(own.SerialNumber) == 0 && e.ReasonCode == reason && list.NextUpdate.After(s.now) {
			return
		}
	}
	t.Errorf("the list does not hold %s for reason %d", own.SerialNumber.Text(16), reason)
}

func TestATokenIsGoodForOneKeyOnce(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		s := newSite(t, o)
		a := s.add(t, "网关")
		k := newKey(t)
		body := est.Encode(csr(t, k, x509.CertificateRequest{}))
		if r := s.post(t, est.PathEnrol, "", nil, body); r.Status != http.StatusUnauthorized || r.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("without a token: %d", r.Status)
		}
		if r := s.post(t, est.PathEnrol, "lhm_wrong", nil, body); key(r) != "machine.token.unknown" {
			t.Errorf("with a wrong token: %d %s", r.Status, r.Body)
		}
		own := s.enrol(t, a, k)
		again := s.enrol(t, a, k) // the answer was lost on its way
		if own.SerialNumber.Cmp(again.SerialNumber) != 0 {
			t.Errorf("the same key got two certificates")
		}
		other := est.Encode(csr(t, newKey(t), x509.CertificateRequest{}))
		if r := s.post(t, est.PathEnrol, a.Token, nil, other); r.Status != http.StatusUnauthorized || key(r) != "machine.token.used" {
			t.Errorf("the token is replayed: %d %s", r.Status, r.Body)
		}
		s.self(own)
		if r := s.post(t, est.PathEnrol, a.Token, nil, body); key(r) != "machine.token.used" {
			t.Errorf("the token works after its certificate was used: %d %s", r.Status, r.Body)
		}
		kerneltest.Wait(t, "the replays to be recorded", func() bool { return s.audited(t, "machine.enrol", "refused") == 3 })

		late := s.add(t, "晚到")
		s.now = s.now.Add(8 * 24 * time.Hour)
		if m := s.show(t, late.ID); m.State != "lapsed" {
			t.Errorf("a token that ran out shows as %s", m.State)
		}
		if r := s.post(t, est.PathEnrol, late.Token, nil, other); key(r) != "machine.token.expired" {
			t.Errorf("an old token: %d %s", r.Status, r.Body)
		}
		var fresh added
		s.Send(t, "POST", "/api/machine/machines/"+late.ID+"/token", "manager-ours", "{}").Decode(t, &fresh)
		if r := s.post(t, est.PathEnrol, late.Token, nil, other); key(r) != "machine.token.unknown" {
			t.Errorf("the replaced token: %d %s", r.Status, r.Body)
		}
		s.enrol(t, fresh, newKey(t))

		plain := httptest.NewRequest("POST", est.PathEnrol, strings.NewReader(string(body)))
		plain.SetBasicAuth("", fresh.Token)
		if r := s.Do(plain); key(r) != "machine.tls" {
			t.Errorf("a token over plain HTTP from afar: %d %s", r.Status, r.Body)
		}
	})
}

func TestRenewalWithinGraceAndSupersededCopies(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		s := newSite(t, o)
		a := s.add(t, "离线网关")
		first := s.enrol(t, a, newKey(t))
		s.self(first)
		next := newKey(t)
		renew := func(with *x509.Certificate, k crypto.Signer) kerneltest.Reply {
			return s.post(t, est.PathReenrol, "", with, est.Encode(csr(t, k, x509.CertificateRequest{Subject: pkix.Name{CommonName: a.ID}})))
		}
		s.now = s.now.Add(21 * 24 * time.Hour)
		if m := s.show(t, a.ID); m.State != "due" {
			t.Errorf("after 21 days it is %s", m.State)
		}
		s.now = s.now.Add(10 * 24 * time.Hour)
		if m := s.show(t, a.ID); m.State != "grace" {
			t.Errorf("after 31 days it is %s", m.State)
		}
		if r := s.self(first); key(r) != "machine.certificate.grace" {
			t.Errorf("within its grace a certificate does more than renew: %d %s", r.Status, r.Body)
		}
		second := certificateOf(t, renew(first, next))
		if again := certificateOf(t, renew(first, next)); again.SerialNumber.Cmp(second.SerialNumber) != 0 {
			t.Errorf("asking again with the same key brings another certificate")
		}
		if r := s.self(second); r.Status != http.StatusOK {
			t.Errorf("the renewed certificate: %d %s", r.Status, r.Body)
		}
		if r := renew(first, newKey(t)); key(r) != "machine.certificate.superseded" {
			t.Errorf("a copy of the machine renews: %d %s", r.Status, r.Body)
		}
		s.checkCRL(t, first, 4)
		s.now = s.now.Add(46 * 24 * time.Hour)
		if m := s.show(t, a.ID); m.State != "expired" {
			t.Errorf("after its grace it is %s", m.State)
		}
		if r := renew(second, newKey(t)); key(r) != "machine.certificate.expired" {
			t.Errorf("after its grace it renews: %d %s", r.Status, r.Body)
		}
		if n := len(s.show(t, a.ID).Certificates); n != 2 {
			t.Errorf("there are %d certificates", n)
		}
	})
}

func TestRequestsForMoreThanOnesOwnNameAreRefused(t *testing.T) {
	s := newSite(t, kerneltest.Options{})
	a := s.add(t, "网关")
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	extension := func(id string, v any) []pkix.Extension {
		var oid asn1.ObjectIdentifier
		for part := range strings.SplitSeq(id, ".") {
			var n int
			_, _ = fmt.Sscan(part, &n)
			oid = append(oid, n)
		}
		der, err := asn1.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return []pkix.Extension{{Id: oid, Value: der}}
	}
	isCA := struct{ IsCA bool }{true}
	uri, _ := url.Parse("urn:linghang:machine:another")
	good := newKey(t)
	for name, c := range map[string]struct {
		key     crypto.Signer
		request x509.CertificateRequest
		at      string
	}{
		"another name":    {good, x509.CertificateRequest{Subject: pkix.Name{CommonName: "admin"}}, "csr.subject"},
		"another country": {good, x509.CertificateRequest{Subject: pkix.Name{Country: []string{"CN"}}}, "csr.subject"},
		"a host name":     {good, x509.CertificateRequest{DNSNames: []string{"industry.example.cn"}}, "csr.subjectAltName"},
		"an address":      {good, x509.CertificateRequest{IPAddresses: []net.IP{net.IPv4(10, 0, 0, 1)}}, "csr.subjectAltName"},
		"another's URI":   {good, x509.CertificateRequest{URIs: []*url.URL{uri}}, "csr.subjectAltName"},
		"an authority":    {good, x509.CertificateRequest{ExtraExtensions: extension("2.5.29.19", isCA)}, "csr.basicConstraints"},
		"signing others":  {good, x509.CertificateRequest{ExtraExtensions: extension("2.5.29.15", asn1.BitString{Bytes: []byte{0x04}, BitLength: 6})}, "csr.keyUsage"},
		"a server":        {good, x509.CertificateRequest{ExtraExtensions: extension("2.5.29.37", []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 1}})}, "csr.extKeyUsage"},
		"something else":  {good, x509.CertificateRequest{ExtraExtensions: extension("1.2.3.4", isCA)}, "csr.extensions"},
		"a weak RSA key":  {weak, x509.CertificateRequest{}, "csr.key"},
		"a weak curve":    {p224, x509.CertificateRequest{}, "csr.key"},
	} {
		r := s.post(t, est.PathEnrol, a.Token, nil, est.Encode(csr(t, c.key, c.request)))
		if r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), `"`+c.at+`"`) {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
	for name, body := range map[string]string{"nothing": "", "no base64": "<>", "no request": "AAAA", "too much": strings.Repeat("A", 80_000)} {
		if r := s.post(t, est.PathEnrol, a.Token, nil, []byte(body)); r.Status != http.StatusBadRequest && r.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
	forged := csr(t, good, x509.CertificateRequest{})
	forged[len(forged)-1] ^= 1
	if r := s.post(t, est.PathEnrol, a.Token, nil, est.Encode(forged)); r.Status != http.StatusBadRequest {
		t.Errorf("a forged request: %d %s", r.Status, r.Body)
	}
	if m := s.show(t, a.ID); m.State != "waiting" {
		t.Errorf("refusals changed the machine: %s", m.State)
	}
	s.enrol(t, a, good)
}

func TestAClockThatIsOffIsToleratedAndShown(t *testing.T) {
	s := newSite(t, kerneltest.Options{})
	a := s.add(t, "网关")
	own := s.enrol(t, a, newKey(t))
	day := s.now.Add(-24 * time.Hour)
	if r := s.self(own, "Date", day.UTC().Format(http.TimeFormat)); r.Status != http.StatusOK {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	if m := s.show(t, a.ID); !m.ClockOff || m.AheadSeconds > -86390 || m.AheadSeconds < -86410 {
		t.Errorf("the page shows %+v", m)
	}
	if own.NotBefore.After(day) {
		t.Errorf("a machine a day behind finds its certificate not begun: %s", own.NotBefore)
	}
	var page struct{ Total int }
	s.Get(t, "/api/machine/machines?clock=off&state=valid&kind=gateway&sort=-state", "manager-ours").Decode(t, &page)
	if page.Total != 1 {
		t.Errorf("the filter finds %d", page.Total)
	}
	s.self(own, "Date", s.now.UTC().Format(http.TimeFormat))
	if m := s.show(t, a.ID); m.ClockOff {
		t.Errorf("a clock that was set is still off")
	}
	metrics := string(s.Do(local("/metrics")).Body)
	for _, line := range []string{`linghang_machine_machines{state="valid"} 1`, `linghang_machine_certificates_issued_total{action="machine.enrol"} 1`} {
		if !strings.Contains(metrics, line) {
			t.Errorf("/metrics lacks %s", line)
		}
	}
}

func local(path string) *http.Request {
	r := httptest.NewRequest("GET", path, nil)
	r.RemoteAddr = "127.0.0.1:1"
	return r
}

func TestNobodyIsToldTwiceOfAMachineThatDoesNotRenew(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		s := newSite(t, o)
		a := s.add(t, "静默网关")
		s.enrol(t, a, newKey(t))
		inbox := func() int {
			var page struct{ Total int }
			s.Get(t, "/api/notify/inbox?q=%E9%9D%99%E9%BB%98", "manager-ours").Decode(t, &page)
			return page.Total
		}
		step := func(d time.Duration) {
			s.now = s.now.Add(d)
			for range 2 {
				if err := s.Machines().Watch(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		step(21 * 24 * time.Hour)
		step(5 * 24 * time.Hour)
		kerneltest.Wait(t, "a notice before the end", func() bool { return inbox() == 1 })
		step(5 * 24 * time.Hour)
		kerneltest.Wait(t, "a notice at the end", func() bool { return inbox() == 2 })
	})
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	cfg := kernel.Defaults()
	cfg.Data = t.TempDir()
	cfg.Rooms = map[string]json.RawMessage{"machine": json.RawMessage(`{"validity":"1s"}`)}
	_, err := kernel.New(cfg, kernel.House{Rooms: func(*kernel.Kernel) []module.Module { return nil }}, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "[machine] validity") {
		t.Errorf("%v", err)
	}
}
