package client_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
)

// late is a connection whose answers come later.
type late struct {
	net.Conn
	delay time.Duration
}

func (l late) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	<-time.NewTimer(l.delay).C // it is the network that takes its time
	return n, err
}

// silent is a connection on which nothing is sent.
type silent struct{ net.Conn }

func (silent) Write(b []byte) (int, error) { return len(b), nil }

// asked counts who was asked.
type asked struct {
	mu   sync.Mutex
	list []netip.AddrPort
}

func (a *asked) trace(h client.Hop) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.list = append(a.list, h.Server)
}

func (a *asked) count(door netip.AddrPort) (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, d := range a.list {
		if d == door {
			n++
		}
	}
	return n
}

func udpDoor(t *testing.T, site wire.Site) netip.AddrPort {
	t.Helper()
	door, ok := site.Servers[0].Door(wire.ServiceQuery, wire.UDP)
	if !ok {
		t.Fatal("the site has no UDP")
	}
	return door
}

func TestTheFasterSiteIsAskedAndTheOtherNowAndThen(t *testing.T) {
	var sites []wire.Site
	for range 2 {
		s := newStore()
		s.put(product, wire.Text(1, wire.TypeURL, "u"))
		sites = append(sites, start(t, s).site)
	}
	far, near := udpDoor(t, sites[0]), udpDoor(t, sites[1])
	var hops asked
	var ahead atomic.Int64
	c := client.New(client.Options{
		Resolver: sites, Trace: hops.trace, Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			if address == far.String() && err == nil {
				return late{conn, 150 * time.Millisecond}, nil
			}
			return conn, err
		},
	})
	ask := func(n int) {
		for range n {
			if _, err := c.Resolve(t.Context(), product, client.Query{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	ask(20)
	if n, m := hops.count(far), hops.count(near); n > 5 || m < 15 { // a busy machine makes the near one slow, once or twice
		t.Errorf("the far one was asked %d times, the near one %d", n, m)
	}
	before := hops.count(far)
	ahead.Store(int64(2 * time.Hour)) // what is known of both is old
	ask(5)
	ahead.Store(int64(4 * time.Hour))
	ask(5)
	if n := hops.count(far) - before; n < 1 || n > 8 {
		t.Errorf("hours later the far one was asked %d of 10 times", n)
	}
}

// sixth returns the node's site as one with an IPv6 address, which the dialer of
// the test leads somewhere.
func sixth(site wire.Site) wire.Site {
	s := site
	s.Servers = []wire.Server{site.Servers[0]}
	s.Servers[0].Address = netip.MustParseAddr("2001:db8::1")
	return s
}

func TestTheFamiliesOfAddressesRace(t *testing.T) {
	s := newStore()
	s.put(product, wire.Text(1, wire.TypeURL, "u"))
	site := start(t, s).site
	for name, c := range map[string]struct {
		six      func(net.Conn) (net.Conn, error)
		min, max time.Duration
	}{
		"the first is silent": {func(conn net.Conn) (net.Conn, error) { return silent{conn}, nil }, 250 * time.Millisecond, 10 * time.Second},
		"the first is refused": {func(conn net.Conn) (net.Conn, error) {
			_ = conn.Close()
			return nil, errors.New("no route to host")
		}, 0, 10 * time.Second},
		"the first answers": {func(conn net.Conn) (net.Conn, error) { return conn, nil }, 0, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			var hops asked
			cl := client.New(client.Options{
				Resolver: []wire.Site{sixth(site), site}, Trace: hops.trace, Waits: []time.Duration{20 * time.Second},
				Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
					conn, err := (&net.Dialer{}).DialContext(ctx, network, strings.Replace(address, "[2001:db8::1]", "127.0.0.1", 1))
					if err != nil || !strings.Contains(address, "2001") {
						return conn, err
					}
					return c.six(conn)
				},
			})
			began := time.Now()
			a, err := cl.Resolve(t.Context(), product, client.Query{})
			if took := time.Since(began); err != nil || took < c.min || took > c.max {
				t.Errorf("%+v, %v, after %s", a, err, took)
			}
			began = time.Now()
			if _, err := cl.Resolve(t.Context(), product, client.Query{}); err != nil || time.Since(began) > 10*time.Second {
				t.Errorf("again: %v, after %s", err, time.Since(began))
			}
		})
	}
}

func TestARaceEndsWithItsContext(t *testing.T) {
	site := start(t, newStore()).site
	c := client.New(client.Options{
		Resolver: []wire.Site{sixth(site), site}, Waits: []time.Duration{20 * time.Second},
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, udpDoor(t, site).String())
			return silent{conn}, err
		},
	})
	ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
	defer cancel()
	if _, err := c.Resolve(ctx, product, client.Query{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("ended with %v", err)
	}
}
