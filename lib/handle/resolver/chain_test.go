package resolver_test

import (
	"fmt"
	"net"
	"slices"
	"testing"
	"time"

	"linghang/lib/handle/client"
	"linghang/lib/handle/resolver"
	"linghang/lib/handle/wire"
)

// BenchmarkChain is a handle that is not known, asked by a client over UDP: cold
// from the root over the secondary to the enterprise, and with the way known. All
// nodes are in this process.
func BenchmarkChain(b *testing.B) {
	for _, cold := range []bool{true, false} {
		name := "way known"
		if cold {
			name = "cold"
		}
		b.Run(name, func(b *testing.B) {
			h := newHouse(b)
			c := client.New(client.Options{Resolver: []wire.Site{h.front}})
			defer func() { _ = c.Close() }()
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				handle := fmt.Sprintf("88.101.5/chain%d", i)
				h.enterprise.put(handle, wire.Text(1, wire.TypeURL, "http://a.example/"))
				if cold {
					h.r.Delete(resolver.Filter{})
				}
				b.StartTimer()
				began := time.Now()
				if _, err := c.Resolve(b.Context(), handle, client.Query{}); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
		})
	}
}

// BenchmarkUDP is the whole way of a query for what is known over loopback: client
// and node in this process, 32 queries in flight.
func BenchmarkUDP(b *testing.B) {
	h := newHouse(b)
	answer(b, h.r, question(product, recurse, nil))
	conn, err := net.Dial("udp", door(b, h.front, wire.UDP).String())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	q := wire.NewQuery(product, nil, nil)
	header := wire.Header{Op: wire.OpResolve, Flags: recurse}
	message := wire.AppendMessage(nil, &header, q.Append(nil), nil)
	e := wire.Envelope{Version: wire.Current(), Suggested: wire.Current(), Request: 1, Length: uint32(len(message))}
	query, room := append(e.Append(nil), message...), make([]byte, 1024)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i >= 32 {
			if _, err := conn.Read(room); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := conn.Write(query); err != nil {
			b.Fatal(err)
		}
	}
}
