package rest_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"testing"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/rest"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// siteKey is the key of all servers in the tests, made once.
var siteKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// place is a REST interface that is served over HTTP and HTTPS on one port.
type place struct {
	*store
	address string
	client  *http.Client
}

var (
	admin    = wire.Reference{Handle: "88.TEST/ADMIN", Index: 301}
	stranger = wire.Reference{Handle: "88.TEST/STRANGER", Index: 300}
)

const adminSecret, strangerSecret = "a secret: of colons", "another"

// people adds an administrator of prefix 88.TEST and somebody without rights.
func (s *store) people() {
	rights := wire.Admin{Rights: wire.RightsAll, Reference: admin}
	for _, h := range []string{"0.NA/88.TEST", admin.Handle, stranger.Handle} {
		values := []wire.Value{{Index: 100, TTL: wire.DefaultTTL, Permissions: wire.PermissionsPublic, Type: wire.TypeAdmin, Data: rights.Append(nil)}}
		secret := map[string]string{admin.Handle: adminSecret, stranger.Handle: strangerSecret}[h]
		if secret != "" {
			index := admin.Index
			if h == stranger.Handle {
				index = stranger.Index
			}
			values = append(values, wire.Value{Index: index, TTL: wire.DefaultTTL, Permissions: wire.PermissionsSecret, Type: wire.TypeSecretKey, Data: []byte(secret)})
		}
		s.put(h, values...)
	}
}

// start serves a store until the test ends. The options may be changed before.
func start(t testing.TB, s *store, change ...func(*rest.Options)) *place {
	t.Helper()
	key, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	record, err := auth.EncodePublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	site := wire.Site{
		Version: wire.Current(), Serial: 1, Primary: true, Hash: wire.HashAll,
		Attributes: []wire.Attribute{{Name: "desc", Value: "a test"}},
		Servers: []wire.Server{{ID: 1, Address: netip.MustParseAddr("10.77.0.1"), PublicKey: record, Interfaces: []wire.Interface{
			{Service: wire.ServiceQuery, Protocol: wire.UDP, Port: 2641}, {Service: wire.ServiceBoth, Protocol: wire.TCP, Port: 2641},
		}}},
	}
	srv, err := server.New(server.Options{Handler: s, Site: site, Key: key, Authenticate: server.KeyCheck(auth.Policy{}, s.lookup, nil)})
	if err != nil {
		t.Fatal(err)
	}
	o := rest.Options{Handler: s, Messages: srv, Lookup: s.lookup, Site: func() wire.Site { return site }}
	for _, c := range change {
		c(&o)
	}
	h, err := rest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := server.Certificate(key, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	ln, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() {
		config := rest.AskCertificate(&tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
		if err := srv.ServeWeb(ctx, ln, h, config); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	p := &place{store: s, address: ln.Addr().String(), client: newClient(nil)}
	t.Cleanup(func() {
		p.client.CloseIdleConnections()
		cancel()
		serving.Wait()
	})
	return p
}

func newClient(certificate *tls.Certificate) *http.Client {
	config := &tls.Config{InsecureSkipVerify: true}
	if certificate != nil {
		config.Certificates = []tls.Certificate{*certificate}
	}
	return &http.Client{
		Transport:     &http.Transport{TLSClientConfig: config, MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       time.Minute,
	}
}

// answer is one over HTTP.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask asks with headers that are written as "Name: value".
func (p *place) ask(t testing.TB, method, scheme, path, body string, headers ...string) answer {
	t.Helper()
	return p.askWith(t, p.client, method, scheme, path, body, headers...)
}

func (p *place) askWith(t testing.TB, client *http.Client, method, scheme, path, body string, headers ...string) answer {
	t.Helper()
	var in io.Reader
	if body != "" {
		in = bytes.NewReader([]byte(body))
	}
	req, err := http.NewRequestWithContext(context.Background(), method, scheme+"://"+p.address+path, in)
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := bytes.Cut([]byte(h), []byte(": "))
		req.Header.Set(string(name), string(value))
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	octets, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{resp.StatusCode, resp.Header, string(octets)}
}

// basic is the header of an identity with a secret, as PYHANDLE writes it.
func basic(identity wire.Reference, secret string) string {
	user := url.PathEscape(identity.String())
	user = string(bytes.ReplaceAll([]byte(user), []byte(":"), []byte("%3A")))
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+secret))
}

func asAdmin() string    { return basic(admin, adminSecret) }
func asStranger() string { return basic(stranger, strangerSecret) }
