package client_test

import (
	"context"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
)

// lossy is a connection by UDP that loses packets, doubles them, and brings them
// out of order, both ways.
type lossy struct {
	net.Conn
	mu      sync.Mutex
	r       *rand.Rand
	loss    float64
	waiting [][]byte
	until   time.Time
}

// SetReadDeadline is when the client gives up; packets that are held back come
// out before.
func (l *lossy) SetReadDeadline(t time.Time) error {
	l.until = t
	return l.Conn.SetReadDeadline(t)
}

func (l *lossy) chance(p float64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Float64() < p
}

func (l *lossy) Write(b []byte) (int, error) {
	if l.chance(l.loss) {
		return len(b), nil
	}
	if l.chance(0.3) {
		if _, err := l.Conn.Write(b); err != nil {
			return 0, err
		}
	}
	return l.Conn.Write(b)
}

func (l *lossy) Read(b []byte) (int, error) {
	for {
		if len(l.waiting) > 0 {
			if err := l.Conn.SetReadDeadline(time.Now().Add(5 * time.Millisecond)); err != nil {
				return 0, err
			}
		}
		room := make([]byte, 2048)
		n, err := l.Conn.Read(room)
		if err != nil {
			if len(l.waiting) == 0 {
				return 0, err
			}
			n = copy(b, l.waiting[0])
			l.waiting = l.waiting[1:]
			return n, l.Conn.SetReadDeadline(l.until)
		}
		if l.chance(l.loss) {
			continue
		}
		if l.chance(0.4) && len(l.waiting) < 3 {
			l.waiting = append(l.waiting, room[:n])
			continue
		}
		return copy(b, room[:n]), nil
	}
}

func overLossy(loss float64) func(*client.Options) {
	return func(o *client.Options) {
		var seed sync.Mutex
		next := uint64(0)
		for wait := 50 * time.Millisecond; wait < 4*time.Second; wait *= 2 {
			o.Waits = append(o.Waits, wait)
		}
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			if err != nil || network != "udp" {
				return conn, err
			}
			seed.Lock()
			defer seed.Unlock()
			next++
			return &lossy{Conn: conn, r: rand.New(rand.NewPCG(next, 7)), loss: loss}, nil
		}
	}
}

func TestAnswersComeOverABadNetwork(t *testing.T) {
	h := newHouse(t)
	large := strings.Repeat("0123456789", 150) // four packets
	h.enterprise.put("88.101.5/large", wire.Text(1, wire.TypeDescription, large))
	c := h.ask(t, overLossy(0.15))
	for range 8 {
		a, err := c.Resolve(t.Context(), "88.101.5/large", client.Query{})
		if err != nil {
			t.Fatal(err)
		}
		if string(a.Values[0].Data) != large {
			t.Fatal("the answer is not what was sent")
		}
	}
	orderly := h.ask(t, overLossy(0), only(wire.UDP))
	for range 8 {
		a, err := orderly.Resolve(t.Context(), "88.101.5/large", client.Query{Signed: true})
		if err != nil || string(a.Values[0].Data) != large {
			t.Fatalf("out of order: %v", err)
		}
	}
}

func TestLongQueriesGoInFragments(t *testing.T) {
	h := newHouse(t)
	var types []string
	for range 60 {
		types = append(types, "A.LONG.NAME.OF.A.TYPE")
	}
	c := h.ask(t, overLossy(0), only(wire.UDP))
	a, err := c.Resolve(t.Context(), product, client.Query{Types: append(types, wire.TypeURL)})
	if err != nil || len(a.Values) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
}
