package resolver_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// siteKey is the key of all servers in the tests, made once.
var siteKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// node is a small home of handles that counts what it is asked.
type node struct {
	site wire.Site
	srv  *server.Server

	mu      sync.Mutex
	records map[string][]wire.Value
	asked   map[string]int
	hook    func(req *server.Request, res *server.Response) bool // answers instead
}

func (n *node) put(handle string, values ...wire.Value) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.records[wire.Fold(handle)] = values
}

// count returns how often a handle was asked for.
func (n *node) count(handle string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked[wire.Fold(handle)]
}

func (n *node) all() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	sum := 0
	for _, c := range n.asked {
		sum += c
	}
	return sum
}

func (n *node) setHook(f func(req *server.Request, res *server.Response) bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hook = f
}

// always answers everything with a code.
func always(code wire.Code) func(*server.Request, *server.Response) bool {
	return func(_ *server.Request, res *server.Response) bool {
		res.Fail(code, "as the test says")
		return true
	}
}

// Handle implements server.Handler.
func (n *node) Handle(_ context.Context, req *server.Request, res *server.Response) {
	handle := wire.Fold(string(req.Query.Handle))
	n.mu.Lock()
	if len(n.asked) < 10_000 {
		n.asked[handle]++
	}
	hook := n.hook
	n.mu.Unlock()
	if hook != nil && hook(req, res) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if req.Header.Flags.Has(wire.FlagRecurse) {
		res.Fail(wire.CodeUnsupported, "this node does not recurse")
		return
	}
	values, ok := n.records[handle]
	if !ok {
		n.refer(handle, res)
		return
	}
	answer := wire.Values{Handle: string(req.Query.Handle)}
	for _, v := range values {
		if v.Permissions&wire.PublicRead != 0 && req.Query.Wants(v.Index, []byte(v.Type)) {
			answer.Values = append(answer.Values, v)
		}
	}
	if len(answer.Values) == 0 {
		res.Fail(wire.CodeValuesNotFound, "")
		return
	}
	res.Code, res.Body = wire.CodeSuccess, answer.Append(res.Body)
}

func (n *node) refer(handle string, res *server.Response) {
	for above, ok := wire.Parent(handle); ok; above, ok = wire.Parent(above) {
		var referral wire.Referral
		for _, v := range n.records[above] {
			if v.Type == wire.TypeSitePrefix || v.Type == wire.TypeServicePrefix {
				referral.Values = append(referral.Values, v)
			}
		}
		if len(referral.Values) > 0 {
			res.Refer(wire.CodePrefixReferral, &referral)
			return
		}
	}
	res.Fail(wire.CodeNotFound, "")
}

// start runs a server until the test ends.
func start(t testing.TB, handler server.Handler) (wire.Site, *server.Server) {
	t.Helper()
	key, err := siteKey()
	if err != nil {
		t.Fatal(err)
	}
	record, err := auth.EncodePublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	udp, err := server.ListenUDP(ctx, "127.0.0.1:0", 1)
	if err != nil {
		t.Fatal(err)
	}
	listen := func() net.Listener {
		ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return ln
	}
	tcp, web := listen(), listen()
	port := func(a net.Addr) uint32 { return uint32(netip.MustParseAddrPort(a.String()).Port()) }
	site := wire.Site{
		Version: wire.Current(), Serial: 7, Primary: true, Hash: wire.HashAll, Attributes: []wire.Attribute{{Name: "desc", Value: "a node of the tests"}},
		Servers: []wire.Server{{ID: 1, Address: netip.MustParseAddr("127.0.0.1"), PublicKey: record, Interfaces: []wire.Interface{
			{Service: wire.ServiceBoth, Protocol: wire.UDP, Port: port(udp[0].LocalAddr())},
			{Service: wire.ServiceBoth, Protocol: wire.TCP, Port: port(tcp.Addr())},
			{Service: wire.ServiceBoth, Protocol: wire.HTTP, Port: port(web.Addr())},
			{Service: wire.ServiceBoth, Protocol: wire.HTTPS, Port: port(web.Addr())},
		}}},
	}
	o := server.Options{Handler: handler, Site: site, Key: key, UDPRate: -1, Workers: 1024}
	srv, err := server.New(o)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := server.Certificate(key, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	var running sync.WaitGroup
	for _, serve := range []func() error{
		func() error { return srv.ServeUDP(ctx, udp[0]) },
		func() error { return srv.ServeTCP(ctx, tcp) },
		func() error { return srv.ServeWeb(ctx, web, srv, config) },
	} {
		running.Go(func() {
			if err := serve(); err != nil {
				t.Errorf("serve: %v", err)
			}
		})
	}
	t.Cleanup(func() {
		cancel()
		running.Wait()
		_ = udp[0].Close()
	})
	return site, srv
}

func newNode(t testing.TB) *node {
	t.Helper()
	n := &node{records: map[string][]wire.Value{}, asked: map[string]int{}}
	n.site, n.srv = start(t, n)
	return n
}

// at returns the value that leads to a site.
func at(index int32, typ string, site wire.Site) wire.Value {
	v := wire.Text(index, typ, "")
	v.Data = site.Append(nil)
	return v
}

func secret(index int32, text string) wire.Value {
	v := wire.Text(index, wire.TypeDescription, text)
	v.Permissions = wire.PermissionsSecret
	return v
}

func lasting(v wire.Value, seconds int32) wire.Value {
	v.TTL = seconds
	return v
}

// clock is the time of a resolver, which passes when the test says so.
type clock struct {
	began time.Time
	ahead atomic.Int64
}

func (c *clock) now() time.Time { return c.began.Add(time.Duration(c.ahead.Load())) }

func (c *clock) pass(d time.Duration) { c.ahead.Add(int64(d)) }

// network is how a resolver reaches servers: some are silent.
type network struct {
	mu     sync.Mutex
	silent map[string]bool // ports
	delay  map[string]time.Duration
}

// slow makes the answers of a site come later.
func (n *network) slow(site wire.Site, delay time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range site.Servers {
		for _, door := range s.Interfaces {
			n.delay[fmt.Sprint(door.Port)] = delay
		}
	}
}

// silence makes all doors of a site silent, or not.
func (n *network) silence(site wire.Site, silent bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range site.Servers {
		for _, door := range s.Interfaces {
			n.silent[fmt.Sprint(door.Port)] = silent
		}
	}
}

func (n *network) dial(ctx context.Context, kind, address string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	silent, delay := n.silent[port], n.delay[port]
	n.mu.Unlock()
	if silent && kind == "tcp" {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, kind, address)
	switch {
	case err != nil:
		return nil, err
	case silent:
		return deaf{conn}, nil
	case delay > 0:
		return slow{conn, delay}, nil
	default:
		return conn, nil
	}
}

// slow is a connection from which octets come later.
type slow struct {
	net.Conn
	delay time.Duration
}

func (s slow) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	<-time.NewTimer(s.delay).C // it is the network that takes its time
	return n, err
}

// deaf is a connection on which nothing is sent.
type deaf struct{ net.Conn }

func (deaf) Write(b []byte) (int, error) { return len(b), nil }

const (
	secondaryHandle  = "0.NA/88.101"
	enterpriseHandle = "0.NA/88.101.5"
	product          = "88.101.5/T001"
)

// house is a root, a secondary and an enterprise node, and a recursive node that
// a client asks.
type house struct {
	t                           testing.TB
	root, secondary, enterprise *node
	clock                       clock
	network                     network
	r                           *resolver.Resolver
	front                       wire.Site
}

func newHouse(t testing.TB, change ...func(*resolver.Options)) *house {
	t.Helper()
	h := &house{t: t, root: newNode(t), secondary: newNode(t), enterprise: newNode(t)}
	h.clock.began = time.Now()
	h.network.silent, h.network.delay = map[string]bool{}, map[string]time.Duration{}
	h.root.put(wire.RootHandle, at(1, wire.TypeSite, h.root.site))
	h.root.put(secondaryHandle, at(1, wire.TypeSitePrefix, h.secondary.site), at(2, wire.TypeSite, h.secondary.site))
	h.secondary.put(enterpriseHandle, at(1, wire.TypeSite, h.enterprise.site))
	h.enterprise.put(product, wire.Text(1, wire.TypeURL, "http://a.example/T001"), wire.Text(2, wire.TypeEmail, "a@example"), secret(3, "for administrators"))
	h.r = h.resolver(change...)
	h.front, _ = start(t, h.r)
	return h
}

// resolver returns a recursive node for the house's root.
func (h *house) resolver(change ...func(*resolver.Options)) *resolver.Resolver {
	h.t.Helper()
	o := resolver.Options{Now: h.clock.now, Client: client.Options{
		Root: []wire.Site{h.root.site}, Dial: h.network.dial, Waits: []time.Duration{2 * time.Second},
	}}
	for _, c := range change {
		c(&o)
	}
	r, err := resolver.New(o)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		if err := r.Close(); err != nil {
			h.t.Errorf("close: %v", err)
		}
	})
	return r
}

// hurried makes a resolver give a silent server up soon.
func hurried(o *resolver.Options) {
	o.Client.Waits, o.Client.Timeout = []time.Duration{150 * time.Millisecond}, 150*time.Millisecond
}

func with(p resolver.Policy) func(*resolver.Options) {
	return func(o *resolver.Options) { o.Policy = p }
}

// run runs the resolver's own work until the test ends.
func (h *house) run() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.r.Run(ctx) }()
	h.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			h.t.Errorf("run: %v", err)
		}
	})
}

// client returns a client of the recursive node.
func (h *house) client(protocols ...wire.Protocol) *client.Client {
	c := client.New(client.Options{Resolver: []wire.Site{h.front}, Protocols: protocols, Waits: []time.Duration{10 * time.Second}, Timeout: 10 * time.Second})
	h.t.Cleanup(func() { _ = c.Close() })
	return c
}

// question is a query as a server hands it to its handler.
func question(handle string, flags wire.Flags, indexes []int32, types ...string) *server.Request {
	return &server.Request{
		Header: wire.Header{Op: wire.OpResolve, Flags: flags}, Version: wire.Current(), Query: wire.NewQuery(handle, indexes, types),
		Remote: netip.MustParseAddrPort("192.0.2.1:4000"), Transport: wire.UDP,
	}
}

const recurse = wire.FlagRecurse | wire.FlagCacheCertify | wire.FlagPublicOnly

// answer has a resolver answer a request as a server would.
func answer(t testing.TB, r *resolver.Resolver, req *server.Request) *server.Response {
	t.Helper()
	var res server.Response
	if !r.Resolve(req, &res) {
		res = server.Response{}
		r.Handle(context.Background(), req, &res)
	}
	if !res.Foreign {
		t.Error("the answer passes for the node's own")
	}
	return &res
}

// texts returns what an answer says.
func texts(t testing.TB, res *server.Response) []string {
	t.Helper()
	if res.Code != wire.CodeSuccess {
		f, err := wire.DecodeFailure(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return []string{fmt.Sprintf("%d %s", res.Code, f.Message)}
	}
	v, err := wire.DecodeValues(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for i := range v.Values {
		list = append(list, fmt.Sprintf("%d %s %s", v.Values[i].Index, v.Values[i].Type, v.Values[i].Data))
	}
	return list
}

// until waits for a condition.
func until(t testing.TB, what string, f func() bool) {
	t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	end := time.After(20 * time.Second)
	for !f() {
		select {
		case <-look.C:
		case <-end:
			t.Fatalf("waited in vain for: %s", what)
		}
	}
}

func same(t testing.TB, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}
