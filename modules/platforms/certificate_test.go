package platforms

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/lib/est"
)

// tlsDoor serves a city over TLS as its TLS port does: certificates are asked for, and
// the handshake proves that who shows one has its key.
func (s *site) tlsDoor(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(s.Handler())
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12, ClientAuth: tls.RequestClientCert}
	server.StartTLS()
	t.Cleanup(server.Close)
	s.Machines().ServesOn(server.Listener.Addr().String())
	return server
}

// holder is a machine of an organisation with its certificate.
type holder struct {
	ID, Serial  string
	certificate tls.Certificate
}

// enrol adds a machine and has it enrol over TLS.
func (s *site) enrol(t *testing.T, server *httptest.Server, organisation string) holder {
	t.Helper()
	r := s.Send(t, "POST", "/api/machine/machines", "manager-bureau", fmt.Sprintf(`{"name":"报送服务器","kind":"platform","organisation_id":%q}`, organisation))
	if r.Status != http.StatusCreated {
		t.Fatalf("add a machine: %d %s", r.Status, r.Body)
	}
	var added struct{ ID, Token string }
	r.Decode(t, &added)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		t.Fatal(err)
	}
	q, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+est.PathEnrol, bytes.NewReader(est.Encode(der)))
	q.SetBasicAuth("", added.Token)
	q.Header.Set("Content-Type", est.TypeRequest)
	status, body := send(t, server, nil, q)
	if status != http.StatusOK {
		t.Fatalf("enrol: %d %s", status, body)
	}
	list, err := est.DecodeCertificates(body)
	if err != nil {
		t.Fatal(err)
	}
	return holder{added.ID, list[0].SerialNumber.Text(16), tls.Certificate{Certificate: [][]byte{list[0].Raw}, PrivateKey: key}}
}

// send asks on a connection of its own, with the certificate if there is one.
func send(t *testing.T, server *httptest.Server, own *tls.Certificate, q *http.Request) (int, []byte) {
	t.Helper()
	cfg := server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	if own != nil {
		cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return own, nil }
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: cfg, DisableKeepAlives: true, DialContext: (&net.Dialer{}).DialContext}}
	a, err := client.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Body.Close() }()
	var b bytes.Buffer
	if _, err := b.ReadFrom(a.Body); err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, b.Bytes()
}

// certified issues a key that requires a certificate.
func (s *site) certified(t *testing.T, kind string) credentials {
	t.Helper()
	r := s.Send(t, "POST", "/api/platforms/"+s.id+"/keys", "officer", fmt.Sprintf(`{"kind":%q,"certificate":true}`, kind))
	if r.Status != http.StatusCreated {
		t.Fatalf("issue key: %d %s", r.Status, r.Body)
	}
	var k credentials
	r.Decode(t, &k)
	return k
}

func faultOf(body []byte) string {
	var p struct{ Key string }
	_ = json.Unmarshal(body, &p)
	return p.Key
}

func TestAKeyThatAsksForACertificateIsGoodWithAMachineOfTheOperator(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		s := newSite(t, o)
		if r := s.Send(t, "POST", "/api/platforms/"+s.id+"/keys", "officer", `{"kind":"push","certificate":true}`); faultOf(r.Body) != "platforms.key.certificate_port" {
			t.Errorf("without a TLS port: %d %s", r.Status, r.Body)
		}
		server := s.tlsDoor(t)
		own, foreign, revoked := s.enrol(t, server, s.Bureau.ID), s.enrol(t, server, s.Theirs.ID), s.enrol(t, server, s.Bureau.ID)
		if r := s.Send(t, "POST", "/api/machine/machines/"+revoked.ID+"/revocation", "manager-bureau", `{"reason":"ceased"}`); r.Status >= 300 {
			t.Fatalf("revoke: %d %s", r.Status, r.Body)
		}
		k := s.certified(t, pushKey)
		for _, d := range certifiedDoors() {
			for _, c := range []struct {
				what string
				own  *tls.Certificate
				want string
			}{
				{"none", nil, "platforms.key.certificate"},
				{"that of another organisation's machine", &foreign.certificate, "platforms.key.certificate_foreign"},
				{"a revoked one", &revoked.certificate, "machine.certificate.revoked"},
			} {
				if status, said := send(t, server, c.own, d.request(t, s, k, server.URL)); faultOf(said) != c.want || status < 400 {
					t.Errorf("%s with %s: %d %s", d.path, c.what, status, said)
				}
			}
			plain := d.request(t, s, k, "http://city.example")
			plain.Header.Set("X-Forwarded-Proto", "https")
			plain.Header.Set("X-Client-Cert", "anything")
			if r := s.Do(plain); faultOf(r.Body) != "platforms.key.certificate" {
				t.Errorf("%s over plain HTTP: %d %s", d.path, r.Status, r.Body)
			}
		}
		if n := len(s.latest(t, s.id)); n != 0 {
			t.Errorf("what was refused changed %d values", n)
		}
		for _, d := range certifiedDoors() {
			if status, said := send(t, server, &own.certificate, d.request(t, s, k, server.URL)); status >= 300 {
				t.Errorf("%s with a certificate of the operator's: %d %s", d.path, status, said)
			}
		}
		var page struct{ Items []submission }
		s.Get(t, "/api/platforms/"+s.id+"/submissions", "officer").Decode(t, &page)
		if len(page.Items) != len(certifiedDoors()) {
			t.Errorf("%d submissions", len(page.Items))
		}
		for _, x := range page.Items {
			if x.MachineID != own.ID || x.Certificate != own.Serial {
				t.Errorf("the record says %s %s", x.MachineID, x.Certificate)
			}
		}
		if _, err := s.room.admitKey(t.Context(), k.ID, k.Secret); err == nil {
			t.Error("over MQTT a key that asks for a certificate is admitted")
		}
	})
}

// certifiedDoor is a way in.
type certifiedDoor struct{ path, media, encoding string }

func certifiedDoors() []certifiedDoor {
	return []certifiedDoor{{reportDoor, "application/json", ""}, {writeDoor, typeV1, "snappy"}, {otlpDoor, "application/x-protobuf", ""}}
}

// request sends one value, with user name and password.
func (d certifiedDoor) request(t *testing.T, s *site, k credentials, at string) *http.Request {
	t.Helper()
	var body []byte
	switch d.path {
	case writeDoor:
		body = writeV1(t, seriesOf("iip_dev_connected", time.Now(), 12))
	case otlpDoor:
		body = otlp(t, "iip.dev_connected", time.Now(), 12)
	default:
		body = s.nextReport(`{"code":"dev_connected","value":12}`)
	}
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at+d.path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	q.SetBasicAuth(k.ID, k.Secret)
	q.Header.Set("Content-Type", d.media)
	if d.encoding != "" {
		q.Header.Set("Content-Encoding", d.encoding)
		q.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
	}
	return q
}
