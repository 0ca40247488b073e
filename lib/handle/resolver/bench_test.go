package resolver

import (
	"fmt"
	"net/netip"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

func requests(n, known int) []*server.Request {
	list := make([]*server.Request, n)
	for i := range list {
		list[i] = quickRequest(fmt.Sprintf("88.101.5/%d", i*7919%known), nil)
	}
	return list
}

// BenchmarkHit is an answer from what is kept, without the sockets, from 4096
// handles out of all that are known.
func BenchmarkHit(b *testing.B) {
	for _, c := range []struct {
		name       string
		known, mib int
		policy     Policy
	}{{"10k", 10_000, 64, Policy{}}, {"1M", 1_000_000, 512, Policy{}}, {"10k/policy", 10_000, 64, strict()}} {
		b.Run(c.name, func(b *testing.B) {
			r := filled(b, c.known, c.mib, c.policy)
			list := requests(4096, c.known)
			var res server.Response
			b.ReportAllocs()
			before, n := processorTime(b), 0
			for ; b.Loop(); n++ {
				if n == 0 {
					before = processorTime(b)
				}
				res = server.Response{Body: res.Body[:0]}
				if !r.Resolve(list[n%len(list)], &res) || res.Code != wire.CodeSuccess {
					b.Fatalf("%s: %d", list[n%len(list)].Query.Handle, res.Code)
				}
			}
			b.ReportMetric(float64((processorTime(b)-before).Nanoseconds())/float64(n), "cpu-ns/op")
		})
	}
}

// processorTime is what this process has used of the processors: on a machine that
// others use too it tells more than the time that passed.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkHitParallel asks for one handle from all processors.
func BenchmarkHitParallel(b *testing.B) {
	r := filled(b, 10, 1, Policy{})
	var port atomic.Uint32
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		req := quickRequest("88.101.5/1", nil)
		req.Remote = netip.AddrPortFrom(req.Remote.Addr(), uint16(port.Add(1)))
		var res server.Response
		for p.Next() {
			res = server.Response{Body: res.Body[:0]}
			if !r.Resolve(req, &res) {
				b.Error("not known")
				return
			}
		}
	})
}

// BenchmarkMemory reports what a record of two small values takes, measured and as
// the cache counts it.
func BenchmarkMemory(b *testing.B) {
	const known = 1_000_000
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		r := filled(b, known, 512, Policy{})
		runtime.GC()
		runtime.ReadMemStats(&after)
		s := r.cache.state()
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(s.Records), "B/record")
		b.ReportMetric(float64(s.Octets)/float64(s.Records), "counted-B/record")
		b.ReportMetric(float64(s.Records), "records")
		runtime.KeepAlive(r)
	}
}
