package resolver_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/lib/handle/client"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

func TestLoopsEnd(t *testing.T) {
	h := newHouse(t)
	h.enterprise.put("88.101.5/a", wire.Text(1, wire.TypeAlias, "88.101.5/b"))
	h.enterprise.put("88.101.5/b", wire.Text(1, wire.TypeAlias, "88.101.5/A"))
	for i := range 20 {
		h.enterprise.put(fmt.Sprintf("88.101.5/chain%d", i), wire.Text(1, wire.TypeAlias, fmt.Sprintf("88.101.5/chain%d", i+1)))
	}
	h.enterprise.put("88.101.5/good", wire.Text(1, wire.TypeAlias, product))
	h.root.put("0.NA/66", wire.Text(1, wire.TypeService, "67/svc"))
	h.root.put("0.NA/67", wire.Text(1, wire.TypeService, "66/svc"))
	h.root.put("0.NA/68", wire.Text(1, wire.TypeService, "68/svc"))
	h.root.put("0.NA/69", at(1, wire.TypeSitePrefix, h.root.site))
	h.root.put("0.NA/70", wire.Text(1, wire.TypeServicePrefix, "70.1/svc"))
	for handle, want := range map[string]wire.Code{
		"88.101.5/a": wire.CodeError, "88.101.5/chain0": wire.CodeRecursionLimit, "88.101.5/good": wire.CodeSuccess,
		"66/x": wire.CodeRecursionLimit, "68/x": wire.CodeRecursionLimit, "69.1/x": wire.CodeError, "70.2/x": wire.CodeError,
	} {
		began := time.Now()
		if a := h.r.Lookup(t.Context(), handle, resolver.Query{}); a.Code != want {
			t.Errorf("%s: %d %s", handle, a.Code, a.Message)
		}
		if took := time.Since(began); took > 7*time.Second {
			t.Errorf("%s took %s", handle, took)
		}
	}
	if res := answer(t, h.r, question("88.101.5/a", recurse, nil)); res.Code != wire.CodeSuccess {
		t.Errorf("over the wire an alias is a value: %s", texts(t, res))
	}
}

func TestPrivateAddressesAreNotAskedIfTheyAreForbidden(t *testing.T) {
	open := func(a netip.Addr) bool {
		return !a.IsLoopback() && !a.IsPrivate() && !a.IsLinkLocalUnicast() && !a.IsUnspecified()
	}
	h := newHouse(t, func(o *resolver.Options) { o.Client.Accept = open })
	inside := func(address string) wire.Site {
		s := h.enterprise.site
		s.Servers = []wire.Server{h.enterprise.site.Servers[0]}
		s.Servers[0].Address = netip.MustParseAddr(address)
		return s
	}
	for i, address := range []string{"127.0.0.1", "10.0.0.1", "192.168.3.4", "169.254.169.254", "::1", "fd00::1", "0.0.0.0"} {
		prefix := fmt.Sprintf("0.NA/5%d", i)
		h.root.put(prefix, at(1, wire.TypeSite, inside(address)), at(2, wire.TypeSitePrefix, inside(address)))
		for _, handle := range []string{fmt.Sprintf("5%d/x", i), fmt.Sprintf("5%d.1/x", i)} {
			res := answer(t, h.r, question(handle, recurse, nil))
			if res.Code != wire.CodeError || !strings.Contains(texts(t, res)[0], "may not be asked") {
				t.Errorf("%s at %s: %s", handle, address, texts(t, res))
			}
		}
	}
	if n := h.enterprise.all(); n != 0 {
		t.Errorf("it was asked %d times", n)
	}
	// Whoever runs the node may force such a place.
	if err := h.r.SetPolicy(resolver.Policy{Sites: []resolver.ForcedSite{{Prefix: "88.101.5", Sites: []wire.Site{h.enterprise.site}}}}); err != nil {
		t.Fatal(err)
	}
	if res := answer(t, h.r, question(product, recurse, nil)); res.Code != wire.CodeSuccess {
		t.Errorf("forced: %s", texts(t, res))
	}
}

func TestAPoisonedAnswerIsNotKept(t *testing.T) {
	h := newHouse(t, hurried)
	evil := wire.Values{Handle: "88.101.5/victim", Values: []wire.Value{wire.Text(1, wire.TypeURL, "http://evil.example")}}
	for name, hook := range map[string]func(req *server.Request, res *server.Response) bool{
		"values of another handle": func(_ *server.Request, res *server.Response) bool {
			res.Code, res.Body = wire.CodeSuccess, evil.Append(res.Body)
			return true
		},
		"values with rubbish": func(_ *server.Request, res *server.Response) bool {
			res.Code, res.Body = wire.CodeSuccess, append(res.Body, 0xff, 0xff, 0xff, 0xff, 1)
			return true
		},
		"a million values": func(req *server.Request, res *server.Response) bool {
			res.Code, res.Body = wire.CodeSuccess, append(wire.AppendBytes(res.Body, req.Query.Handle), 0, 0x0f, 0, 0)
			return true
		},
		"a referral to itself": func(_ *server.Request, res *server.Response) bool {
			res.Refer(wire.CodeServiceReferral, &wire.Referral{Values: []wire.Value{at(1, wire.TypeSite, h.enterprise.site)}})
			return true
		},
		"a referral to nowhere": func(_ *server.Request, res *server.Response) bool {
			res.Refer(wire.CodePrefixReferral, &wire.Referral{})
			return true
		},
	} {
		h.enterprise.setHook(hook)
		res := answer(t, h.r, question("88.101.5/"+strings.ReplaceAll(name, " ", ""), recurse, nil))
		if res.Code != wire.CodeError {
			t.Errorf("%s: %s", name, texts(t, res))
		}
	}
	h.enterprise.setHook(nil)
	same(t, "the victim", texts(t, answer(t, h.r, question("88.101.5/victim", recurse, nil))), []string{"100 "})

	// A root that answers for another prefix than it was asked for.
	h.root.setHook(func(_ *server.Request, res *server.Response) bool {
		v := wire.Values{Handle: "0.NA/99", Values: []wire.Value{at(1, wire.TypeSite, h.enterprise.site)}}
		res.Code, res.Body = wire.CodeSuccess, v.Append(res.Body)
		return true
	})
	if res := answer(t, h.r, question("55/x", recurse, nil)); res.Code != wire.CodeError {
		t.Errorf("another prefix: %s", texts(t, res))
	}
}

func TestSecretValuesThatAServiceGivesAwayAreDropped(t *testing.T) {
	h := newHouse(t)
	h.enterprise.setHook(func(req *server.Request, res *server.Response) bool {
		v := wire.Values{Handle: string(req.Query.Handle), Values: []wire.Value{wire.Text(1, wire.TypeURL, "u"), secret(2, "secret")}}
		res.Code, res.Body = wire.CodeSuccess, v.Append(res.Body)
		return true
	})
	for range 2 {
		same(t, "record", texts(t, answer(t, h.r, question(product, recurse&^wire.FlagPublicOnly, nil))), []string{"1 URL u"})
	}
	var file bytes.Buffer
	if _, err := h.r.Export(&file); err != nil || bytes.Contains(file.Bytes(), []byte("secret")) {
		t.Errorf("the secret is in the file, or %v", err)
	}
}

// Packets with another request id, or from another address than the one that was
// asked, are none of the answer.
func TestForgedPacketsArePassedOver(t *testing.T) {
	var stranger *net.UDPConn
	var forge sync.Once
	h := newHouse(t, func(o *resolver.Options) {
		real := o.Client.Dial
		o.Client.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := real(ctx, network, address)
			if err != nil || network != "udp" {
				return conn, err
			}
			return forged{conn, func() { // a stranger sends to the open port
				forge.Do(func() { stranger, _ = net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}) })
				for id := range uint32(64) {
					_, _ = stranger.WriteTo(poison(id), conn.LocalAddr())
				}
			}}, nil
		}
	})
	defer func() { _ = stranger.Close() }()
	same(t, "record", texts(t, answer(t, h.r, question(product, recurse, nil, "URL"))), []string{"1 URL http://a.example/T001"})
}

// forged lets a stranger send before each answer, and puts an answer to another
// request before it.
type forged struct {
	net.Conn
	before func()
}

func (f forged) Write(b []byte) (int, error) {
	f.before()
	return f.Conn.Write(b)
}

func poison(id uint32) []byte {
	v := wire.Values{Handle: product, Values: []wire.Value{wire.Text(1, wire.TypeURL, "http://evil.example")}}
	header := wire.Header{Op: wire.OpResolve, Code: wire.CodeSuccess}
	message := wire.AppendMessage(nil, &header, v.Append(nil), nil)
	e := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Request: id, Length: uint32(len(message))}
	return append(e.Append(nil), message...)
}

func TestAnswersToOtherRequestsArePassedOver(t *testing.T) {
	h := newHouse(t, func(o *resolver.Options) {
		o.Client.Protocols = []wire.Protocol{wire.UDP}
		real := o.Client.Dial
		o.Client.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := real(ctx, network, address)
			return &preceded{Conn: conn}, err
		}
	})
	same(t, "record", texts(t, answer(t, h.r, question(product, recurse, nil, "URL"))), []string{"1 URL http://a.example/T001"})
}

// preceded is a connection on which another answer comes first.
type preceded struct {
	net.Conn
	done bool
}

func (p *preceded) Read(b []byte) (int, error) {
	if !p.done {
		p.done = true
		return copy(b, poison(1)), nil
	}
	return p.Conn.Read(b)
}

func TestHugeQueriesAreRefusedWithoutWork(t *testing.T) {
	h := newHouse(t)
	tcp := door(t, h.front, wire.TCP)
	for name, indexes := range map[string]uint32{"a million": 1_000_000, "announced only": 1 << 20, "2048": 2048} {
		body := wire.AppendBytes(nil, product)
		body = binary.BigEndian.AppendUint32(body, indexes)
		for i := uint32(0); i < indexes && len(body) < wire.MaxMessage-100 && name != "announced only"; i++ {
			body = binary.BigEndian.AppendUint32(body, i)
		}
		body = binary.BigEndian.AppendUint32(body, 0)
		header := wire.Header{Op: wire.OpResolve, Flags: recurse}
		message := wire.AppendMessage(nil, &header, body, nil)
		e := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Request: 5, Length: uint32(len(message))}
		conn, err := net.Dial("tcp", tcp.String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write(append(e.Append(nil), message...)); err != nil {
			t.Fatal(err)
		}
		head := make([]byte, wire.EnvelopeSize+wire.HeaderSize)
		if _, err := io.ReadFull(conn, head); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if code := binary.BigEndian.Uint32(head[wire.EnvelopeSize+4:]); code != uint32(wire.CodeProtocolError) {
			t.Errorf("%s: code %d", name, code)
		}
		_ = conn.Close()
	}
	if n := h.root.all(); n != 0 {
		t.Errorf("the root was asked %d times", n)
	}
}

func TestAFloodOfNamesStaysInBounds(t *testing.T) {
	h := newHouse(t, func(o *resolver.Options) {
		o.CacheMiB, o.MaxRecursions, o.MaxPlaces = 1, 8, 16
	})
	h.enterprise.setHook(func(req *server.Request, res *server.Response) bool {
		v := wire.Values{Handle: string(req.Query.Handle), Values: []wire.Value{wire.Text(1, wire.TypeURL, strings.Repeat("x", 3000))}}
		res.Code, res.Body = wire.CodeSuccess, v.Append(res.Body)
		return true
	})
	answer(t, h.r, question("88.101.5/hot", recurse, nil))
	var flood sync.WaitGroup
	for worker := range 32 {
		flood.Go(func() {
			for i := range 150 {
				res := answer(t, h.r, question(fmt.Sprintf("88.101.5/%d-%d", worker, i), recurse, nil))
				if res.Code != wire.CodeSuccess && res.Code != wire.CodeBusy {
					t.Errorf("answered %s", texts(t, res))
				}
				answer(t, h.r, question("88.101.5/hot", recurse, nil))
			}
		})
	}
	flood.Wait()
	n := h.r.Snapshot()
	if n.Cache.Octets > n.Cache.Limit || n.Cache.Limit > 1<<20 || n.Cache.Evicted == 0 {
		t.Errorf("cache %+v", n.Cache)
	}
	if n.Peak > 8 || n.Refused.Recursions == 0 || n.InFlight != 0 || n.Places > 16 {
		t.Errorf("counted %+v", n)
	}
	if c := h.enterprise.count("88.101.5/hot"); c != 1 {
		t.Errorf("what was in use was driven out: asked %d times", c)
	}
	if g := runtime.NumGoroutine(); g > 200 {
		t.Errorf("%d goroutines", g)
	}
}

func TestAFloodOfPrefixesStaysInBounds(t *testing.T) {
	h := newHouse(t, func(o *resolver.Options) { o.CacheMiB, o.MaxPlaces = 1, 16 })
	h.secondary.setHook(func(req *server.Request, res *server.Response) bool {
		v := wire.Values{Handle: string(req.Query.Handle), Values: []wire.Value{at(1, wire.TypeSite, h.enterprise.site)}}
		res.Code, res.Body = wire.CodeSuccess, v.Append(res.Body)
		return true
	})
	for i := range 200 {
		answer(t, h.r, question(fmt.Sprintf("88.101.%d/x", 1000+i), recurse, nil))
	}
	if n := h.r.Snapshot(); n.Places > 16 {
		t.Errorf("%d places are kept", n.Places)
	}
}

// One service that is silent must not take all questions for itself.
func TestASilentServiceLeavesRoomForOthers(t *testing.T) {
	h := newHouse(t, func(o *resolver.Options) {
		o.MaxRecursions, o.MaxPerBackend = 16, 4
		o.Client.Protocols = []wire.Protocol{wire.UDP}
	})
	other := newNode(t)
	h.secondary.put("0.NA/88.101.6", at(1, wire.TypeSite, other.site))
	other.put("88.101.6/x", wire.Text(1, wire.TypeURL, "u"))
	open := make(chan struct{})
	h.enterprise.setHook(func(*server.Request, *server.Response) bool {
		<-open
		return false
	})
	var flood sync.WaitGroup
	for i := range 40 {
		flood.Go(func() { answer(t, h.r, question(fmt.Sprintf("88.101.5/%d", i), recurse, nil)) })
	}
	until(t, "the flood to be bounded", func() bool {
		n := h.r.Snapshot()
		return n.Refused.Backend+n.Refused.Recursions >= 36-12 && n.InFlight <= 16
	})
	until(t, "the other service to be asked", func() bool {
		return answer(t, h.r, question("88.101.6/x", recurse, nil)).Code == wire.CodeSuccess
	})
	close(open)
	flood.Wait()
}

// A service that does not answer is left alone after a few questions, and asked
// again later.
func TestASilentServiceIsLeftAlone(t *testing.T) {
	h := newHouse(t, hurried, func(o *resolver.Options) { o.Client.Protocols = []wire.Protocol{wire.UDP} })
	answer(t, h.r, question("88.101.5/first", recurse, nil))
	h.network.silence(h.enterprise.site, true)
	for i := range 50 {
		if res := answer(t, h.r, question(fmt.Sprintf("88.101.5/%d", i), recurse, nil)); res.Code != wire.CodeError {
			t.Errorf("answered %s", texts(t, res))
		}
	}
	for _, b := range h.r.Snapshot().Backends {
		if b.Address == door(t, h.enterprise.site, wire.UDP) && (b.Failed != 3 || b.Refused != 47 || !b.Resting) {
			t.Errorf("of fifty questions it was asked %d, and spared %d", b.Failed, b.Refused)
		}
	}
	h.network.silence(h.enterprise.site, false)
	h.clock.pass(31 * time.Second)
	if res := answer(t, h.r, question(product, recurse, nil)); res.Code != wire.CodeSuccess {
		t.Errorf("healed: %s", texts(t, res))
	}
}

func TestAFloodOfOneHandleAsksOnce(t *testing.T) {
	h := newHouse(t)
	c := h.client(wire.UDP)
	var flood sync.WaitGroup
	for range 16 {
		flood.Go(func() {
			for range 50 {
				if _, err := c.Resolve(t.Context(), product, client.Query{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	flood.Wait()
	if n := h.enterprise.count(product); n != 1 {
		t.Errorf("asked %d times", n)
	}
}
