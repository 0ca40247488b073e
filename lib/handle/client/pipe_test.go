package client_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linghang/lib/handle/client"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// counted counts the connections by TCP, and keeps them.
type counted struct {
	n    atomic.Int32
	mu   sync.Mutex
	list []net.Conn
}

func (c *counted) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err == nil && network == "tcp" {
		c.n.Add(1)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.list = append(c.list, conn)
	}
	return conn, err
}

func (c *counted) closeAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.list {
		_ = conn.Close()
	}
	c.list = nil
}

// piped returns a client that asks a server on so many connections.
func piped(t testing.TB, n *node, pipeline int) (*client.Client, *counted) {
	t.Helper()
	var conns counted
	c := client.New(client.Options{Resolver: []wire.Site{n.site}, Protocols: []wire.Protocol{wire.TCP}, Pipeline: pipeline, Dial: conns.dial})
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c, &conns
}

// askAll asks for n handles from as many goroutines as there are askers.
func askAll(t *testing.T, c *client.Client, askers, n int) {
	t.Helper()
	var asking sync.WaitGroup
	for a := range askers {
		asking.Go(func() {
			for i := range n {
				handle := fmt.Sprintf("88.101.5/p%d", (a*31+i)%50)
				got, err := c.Resolve(context.Background(), handle, client.Query{})
				if err != nil || string(got.Values[0].Data) != handle {
					t.Errorf("%s: %+v, %v", handle, got, err)
					return
				}
			}
		})
	}
	asking.Wait()
}

func numberedNode(t *testing.T, slow bool, change ...func(*server.Options)) *node {
	t.Helper()
	s := newStore()
	s.slow = slow
	for i := range 50 {
		handle := fmt.Sprintf("88.101.5/p%d", i)
		s.put(handle, wire.Text(1, wire.TypeURL, handle))
	}
	return start(t, s, change...)
}

func TestQueriesShareAConnection(t *testing.T) {
	for _, slow := range []bool{false, true} { // answers may come in another order
		for _, connections := range []int{1, 3} {
			c, conns := piped(t, numberedNode(t, slow), connections)
			askAll(t, c, 16, 100)
			if n := int(conns.n.Load()); n != connections {
				t.Errorf("%d connections, %d were to be", n, connections)
			}
		}
	}
}

func TestAServerThatClosesAfterEachAnswerIsAskedOneByOne(t *testing.T) {
	n := numberedNode(t, false, func(o *server.Options) { o.Connections = server.KeepNever })
	c, conns := piped(t, n, 2)
	askAll(t, c, 8, 20)
	before := conns.n.Load()
	askAll(t, c, 1, 20)
	if n := conns.n.Load() - before; n != 20 {
		t.Errorf("%d connections for twenty questions", n)
	}
}

func TestAConnectionThatBreaksIsReplaced(t *testing.T) {
	c, conns := piped(t, numberedNode(t, true), 1)
	var breaking sync.WaitGroup
	stop := make(chan struct{})
	breaking.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				conns.closeAll()
			}
		}
	})
	for range 200 { // a question meets two breaks now and then
		if _, err := c.Resolve(t.Context(), "88.101.5/p1", client.Query{}); err != nil && !errors.Is(err, client.ErrNoServer) {
			t.Error(err)
		}
	}
	close(stop)
	breaking.Wait()
	askAll(t, c, 4, 20)
}

func TestWhoGivesUpDoesNotBreakTheConnectionOfOthers(t *testing.T) {
	open := make(chan struct{})
	handler := server.HandlerFunc(func(_ context.Context, req *server.Request, res *server.Response) {
		if string(req.Query.Handle) == "88.101.5/never" {
			<-open
		}
		v := wire.Values{Handle: string(req.Query.Handle), Values: []wire.Value{wire.Text(1, wire.TypeURL, string(req.Query.Handle))}}
		res.Code, res.Body = wire.CodeSuccess, v.Append(res.Body)
	})
	n := start(t, newStore(), func(o *server.Options) { o.Handler = handler })
	defer close(open)
	c, conns := piped(t, n, 1)
	askAll(t, c, 1, 1)
	var asking sync.WaitGroup
	for i := range 20 { // fewer than a server answers beside a connection
		asking.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+i%7)*time.Millisecond)
			defer cancel()
			if _, err := c.Resolve(ctx, "88.101.5/never", client.Query{}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("without an answer: %v", err)
			}
		})
	}
	askAll(t, c, 8, 50)
	asking.Wait()
	if n := conns.n.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

func TestConnectionsOverHTTPAreKept(t *testing.T) {
	n := numberedNode(t, false)
	for _, p := range []wire.Protocol{wire.HTTP, wire.HTTPS} {
		var conns counted
		c := client.New(client.Options{Resolver: []wire.Site{n.site}, Protocols: []wire.Protocol{p}, KeepIdle: 1, Dial: conns.dial})
		askAll(t, c, 1, 20)
		if n := conns.n.Load(); n != 1 {
			t.Errorf("%s: %d connections", p, n)
		}
		conns.closeAll()
		askAll(t, c, 1, 20)
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestConnectionsThatAreKeptAreBounded(t *testing.T) {
	n := numberedNode(t, false, func(o *server.Options) { o.MaxPerPeer = 1000 })
	port := n.site.Servers[0]
	for name, o := range map[string]client.Options{"kept": {KeepIdle: 1}, "shared": {Pipeline: 1}} {
		var open atomic.Int32
		o.Protocols = []wire.Protocol{wire.TCP}
		o.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) { // every address leads to the node
			conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", doorOf(n.site, wire.TCP).String())
			open.Add(1)
			return &closing{Conn: conn, open: &open}, err
		}
		c := client.New(o)
		for i := range 300 {
			site := n.site
			site.Servers = []wire.Server{port}
			site.Servers[0].Address = netip.AddrFrom4([4]byte{127, 1, byte(i / 250), byte(i%250 + 1)})
			if _, err := c.ResolveAt(t.Context(), []wire.Site{site}, "88.101.5/p1", client.Query{}); err != nil {
				t.Fatal(err)
			}
		}
		if n := open.Load(); n > 256 {
			t.Errorf("%s: %d connections are open", name, n)
		}
		if err := c.Close(); err != nil || open.Load() != 0 {
			t.Errorf("%s: %d connections are open after the end, %v", name, open.Load(), err)
		}
	}
}

// closing is a connection whose end is counted.
type closing struct {
	net.Conn
	open *atomic.Int32
	once sync.Once
}

func (c *closing) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}

func doorOf(site wire.Site, p wire.Protocol) netip.AddrPort {
	door, _ := site.Servers[0].Door(wire.ServiceQuery, p)
	return door
}

// BenchmarkTCP is a resolution over TCP by 64 askers: on one connection for all,
// on kept ones, and on a new one each.
func BenchmarkTCP(b *testing.B) {
	for name, o := range map[string]client.Options{"pipelined": {Pipeline: 1}, "kept": {KeepIdle: 64}, "new": {}} {
		b.Run(name, func(b *testing.B) {
			s := newStore()
			s.put(product, wire.Text(1, wire.TypeURL, "http://a.example/T001"))
			site := start(b, s).site
			o.Resolver, o.Protocols = []wire.Site{site}, []wire.Protocol{wire.TCP}
			c := client.New(o)
			defer func() { _ = c.Close() }()
			b.SetParallelism(32)
			b.ReportAllocs()
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if _, err := c.Resolve(context.Background(), product, client.Query{KeepAlias: true}); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
