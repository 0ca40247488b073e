package client_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// siteKey is the key of all servers in the tests, made once.
var siteKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// node is a server with its store, listening on UDP, TCP and the web.
type node struct {
	*store
	site wire.Site
	key  *rsa.PrivateKey
}

// start runs a server until the test ends. The options may be changed before.
func start(t testing.TB, s *store, change ...func(*server.Options)) *node {
	t.Helper()
	key, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	record, err := auth.EncodePublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	udp, err := server.ListenUDP(t.Context(), "127.0.0.1:0", 2)
	if err != nil {
		t.Fatal(err)
	}
	listen := func() net.Listener {
		ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return ln
	}
	tcp, web := listen(), listen()
	port := func(a net.Addr) uint32 { return uint32(netip.MustParseAddrPort(a.String()).Port()) }
	n := &node{store: s, key: key, site: wire.Site{
		Version: wire.Current(), Serial: 7, Primary: true, Hash: wire.HashAll,
		Servers: []wire.Server{{ID: 1, Address: netip.MustParseAddr("127.0.0.1"), PublicKey: record, Interfaces: []wire.Interface{
			{Service: wire.ServiceBoth, Protocol: wire.UDP, Port: port(udp[0].LocalAddr())},
			{Service: wire.ServiceBoth, Protocol: wire.TCP, Port: port(tcp.Addr())},
			{Service: wire.ServiceBoth, Protocol: wire.HTTP, Port: port(web.Addr())},
			{Service: wire.ServiceBoth, Protocol: wire.HTTPS, Port: port(web.Addr())},
		}}},
	}}
	o := server.Options{
		Handler: s, Site: n.site, Key: key,
		Authenticate: server.KeyCheck(auth.Policy{}, s.lookup, nil),
	}
	for _, c := range change {
		c(&o)
	}
	srv, err := server.New(o)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := server.Certificate(key, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	run(t, udp, func(ctx context.Context) error { return srv.ServeUDP(ctx, udp[0]) },
		func(ctx context.Context) error { return srv.ServeUDP(ctx, udp[1]) },
		func(ctx context.Context) error { return srv.ServeTCP(ctx, tcp) },
		func(ctx context.Context) error { return srv.ServeWeb(ctx, web, srv, config) })
	return n
}

// run runs the listeners of a server until the test ends, and waits for their
// ends.
func run(t testing.TB, sockets []*net.UDPConn, serve ...func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, f := range serve {
		running.Go(func() {
			if err := f(ctx); err != nil {
				t.Errorf("serve: %v", err)
			}
		})
	}
	t.Cleanup(func() {
		cancel()
		running.Wait()
		for _, s := range sockets {
			_ = s.Close()
		}
	})
}

// siteValue returns the value that leads to a node.
func (n *node) siteValue(index int32, typ string) wire.Value {
	v := wire.Text(index, typ, "")
	v.Data = n.site.Append(nil)
	return v
}

// house is a root, a secondary and an enterprise node.
type house struct{ root, secondary, enterprise *node }

const (
	secondaryHandle  = "0.NA/88.101"
	enterpriseHandle = "0.NA/88.101.5"
	product          = "88.101.5/T001"
)

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{root: start(t, newStore(wire.RootHandle)), secondary: start(t, newStore(secondaryHandle)), enterprise: start(t, newStore(enterpriseHandle))}
	h.root.put(wire.RootHandle, h.root.siteValue(1, wire.TypeSite))
	h.root.put(secondaryHandle, h.secondary.siteValue(1, wire.TypeSitePrefix), h.secondary.siteValue(2, wire.TypeSite))
	h.secondary.put(enterpriseHandle, h.enterprise.siteValue(1, wire.TypeSite))
	h.enterprise.put(product, wire.Text(1, wire.TypeURL, "http://a.example/T001"), secret(2, "for administrators"))
	return h
}

func secret(index int32, text string) wire.Value {
	v := wire.Text(index, wire.TypeDescription, text)
	v.Permissions = wire.PermissionsSecret
	return v
}

// ask returns a client that knows the root.
func (h *house) ask(t *testing.T, change ...func(*client.Options)) *client.Client {
	t.Helper()
	o := client.Options{Root: []wire.Site{h.root.site}}
	for _, c := range change {
		c(&o)
	}
	c := client.New(o)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close client: %v", err)
		}
	})
	return c
}

// admin is an identity that the enterprise node knows.
func (h *house) admin(t *testing.T) func(*client.Options) {
	t.Helper()
	identity := auth.Identity{Reference: wire.Reference{Handle: "88.101.5/ADMIN", Index: 300}, Secret: []byte("a secret")}
	value := wire.Value{Index: 300, Permissions: wire.PermissionsSecret, Type: wire.TypeSecretKey, Data: identity.Secret}
	h.enterprise.put(identity.Reference.Handle, value)
	return func(o *client.Options) { o.Identity = &identity }
}

func only(p ...wire.Protocol) func(*client.Options) {
	return func(o *client.Options) { o.Protocols = p }
}
