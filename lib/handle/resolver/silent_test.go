package resolver_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linghang/lib/handle/resolver"
	"linghang/lib/handle/wire"
)

func TestARecordIsServedAfterItsTimeWhileItsServiceIsSilent(t *testing.T) {
	h := newHouse(t, hurried)
	h.enterprise.put(product, lasting(wire.Text(1, wire.TypeURL, "old"), 60))
	answer(t, h.r, question(product, recurse, nil))
	h.clock.pass(61 * time.Second)
	h.network.silence(h.enterprise.site, true)
	for range 3 {
		res := answer(t, h.r, question(product, recurse, nil))
		v, err := wire.DecodeValues(res.Body)
		if err != nil || res.Code != wire.CodeSuccess || v.Values[0].TTL != 30 {
			t.Fatalf("stale: %s, %+v, %v", texts(t, res), v, err)
		}
	}
	n := h.r.Snapshot()
	if n.Stale != 3 || n.Misses != 2 {
		t.Errorf("%d stale answers, and its service was asked %d times", n.Stale, n.Misses-1)
	}
	if a := h.r.Lookup(t.Context(), product, resolver.Query{}); !a.Stale || a.Fault == "" {
		t.Errorf("it is not marked: %+v", a)
	}
	h.network.silence(h.enterprise.site, false)
	h.enterprise.put(product, wire.Text(1, wire.TypeURL, "new"))
	h.clock.pass(31 * time.Second)
	same(t, "healed", texts(t, answer(t, h.r, question(product, recurse, nil))), []string{"1 URL new"})

	h.network.silence(h.enterprise.site, true)
	h.clock.pass(49 * time.Hour)
	if res := answer(t, h.r, question(product, recurse, nil)); res.Code != wire.CodeError {
		t.Errorf("two days later: %s", texts(t, res))
	}
}

func TestAnswersGoOnWhileTheRootIsSilent(t *testing.T) {
	h := newHouse(t, hurried)
	answer(t, h.r, question(product, recurse, nil))
	h.clock.pass(5 * time.Hour) // where the enterprise is is out of date too
	h.network.silence(h.root.site, true)
	h.network.silence(h.secondary.site, true)
	h.enterprise.put(product, wire.Text(1, wire.TypeURL, "new"))
	same(t, "without the root", texts(t, answer(t, h.r, question(product, recurse|wire.FlagAuthoritative, nil))), []string{"1 URL new"})
}

func TestAFailureNamesTheHop(t *testing.T) {
	h := newHouse(t, hurried)
	h.network.silence(h.enterprise.site, true)
	began := time.Now()
	res := answer(t, h.r, question(product, recurse, nil))
	door, _ := h.enterprise.site.Servers[0].Door(wire.ServiceQuery, wire.UDP)
	if got := texts(t, res)[0]; res.Code != wire.CodeError || !strings.Contains(got, door.String()) || !strings.Contains(got, product) {
		t.Errorf("answered %s", got)
	}
	if took := time.Since(began); took > 7*time.Second {
		t.Errorf("it took %s", took)
	}
	deadline := h.resolver(func(o *resolver.Options) {
		o.Deadline, o.Policy.National = 50*time.Millisecond, true
	})
	if res := answer(t, deadline, question("88.101.5/T002", recurse, nil)); res.Code != wire.CodeTimeout {
		t.Errorf("after the deadline: %s", texts(t, res))
	}
}

// lossy is a connection that loses every fourth packet, either way.
type lossy struct {
	net.Conn
	lost *atomic.Uint32
}

func (l lossy) Write(b []byte) (int, error) {
	if l.lost.Add(1)%4 == 0 {
		return len(b), nil
	}
	return l.Conn.Write(b)
}

func (l lossy) Read(b []byte) (int, error) {
	for {
		n, err := l.Conn.Read(b)
		if err != nil || l.lost.Add(1)%4 != 0 {
			return n, err
		}
	}
}

func TestPacketsThatAreLostAreSentAgain(t *testing.T) {
	h := newHouse(t, func(o *resolver.Options) {
		var lost atomic.Uint32
		o.Client.Waits, o.Client.Protocols = slices.Repeat([]time.Duration{30 * time.Millisecond}, 20), []wire.Protocol{wire.UDP}
		o.Client.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			return lossy{conn, &lost}, err
		}
	})
	for i := range 40 {
		handle := fmt.Sprintf("88.101.5/l%d", i)
		h.enterprise.put(handle, wire.Text(1, wire.TypeURL, "u"))
		if res := answer(t, h.r, question(handle, recurse, nil)); res.Code != wire.CodeSuccess {
			t.Errorf("%s: %s", handle, texts(t, res))
		}
	}
}

func TestABusyServiceDoesNotDriveOutWhatIsKnown(t *testing.T) {
	h := newHouse(t)
	h.enterprise.put(product, lasting(wire.Text(1, wire.TypeURL, "u"), 60))
	answer(t, h.r, question(product, recurse, nil))
	h.clock.pass(61 * time.Second)
	h.enterprise.setHook(always(wire.CodeBusy))
	same(t, "busy", texts(t, answer(t, h.r, question(product, recurse, nil))), []string{"1 URL u"})
	h.clock.pass(31 * time.Second)
	h.enterprise.setHook(always(wire.CodeNotFound))
	same(t, "deleted", texts(t, answer(t, h.r, question(product, recurse, nil))), []string{"100 as the test says"})
	h.enterprise.setHook(always(wire.CodeBusy))
	h.clock.pass(31 * time.Second)
	if res := answer(t, h.r, question(product, recurse, nil)); res.Code != wire.CodeBusy {
		t.Errorf("what is gone comes back: %s", texts(t, res))
	}
}

// A service whose record is known but old, and which takes longer than anybody
// waits, is asked by the node itself with more time.
func TestASlowServiceIsAskedOnWithMoreTime(t *testing.T) {
	h := newHouse(t, func(o *resolver.Options) { o.StaleWait = 50 * time.Millisecond })
	h.run()
	h.enterprise.put(product, lasting(wire.Text(1, wire.TypeURL, "old"), 60))
	answer(t, h.r, question(product, recurse, nil))
	h.clock.pass(61 * time.Second)
	h.enterprise.put(product, lasting(wire.Text(1, wire.TypeURL, "new"), 60))
	h.network.slow(h.enterprise.site, 200*time.Millisecond)
	same(t, "in a hurry", texts(t, answer(t, h.r, question(product, recurse, nil))), []string{"1 URL old"})
	until(t, "the new record", func() bool {
		return texts(t, answer(t, h.r, question(product, recurse, nil)))[0] == "1 URL new"
	})
}

func TestTheDeadlineIsThatOfAllAliases(t *testing.T) {
	h := newHouse(t, func(o *resolver.Options) { o.Deadline = 500 * time.Millisecond })
	for i := range 9 {
		h.enterprise.put(fmt.Sprintf("88.101.5/c%d", i), wire.Text(1, wire.TypeAlias, fmt.Sprintf("88.101.5/c%d", i+1)))
	}
	h.enterprise.put("88.101.5/c9", wire.Text(1, wire.TypeURL, "u"))
	h.network.slow(h.enterprise.site, 200*time.Millisecond)
	if a := h.r.Lookup(t.Context(), "88.101.5/c0", resolver.Query{}); a.Code != wire.CodeError || len(a.Aliases) > 4 {
		t.Errorf("after %d aliases: %d %s", len(a.Aliases), a.Code, a.Message)
	}
}
