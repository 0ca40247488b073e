package resolver

import (
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"
	"time"

	"linghang/lib/handle/wire"
)

var cacheSeed = maphash.MakeSeed()

func entryOf(key, text string, stored, until time.Time) *entry {
	return newEntry(&record{
		handle: key, key: key, hash: maphash.String(cacheSeed, key), code: wire.CodeSuccess, stored: stored, until: until,
		values: []wire.Value{wire.Text(1, wire.TypeURL, text)},
	})
}

func textOf(e *entry) string { return string(e.values(serving{})[0].Data) }

// TestTheCacheIsAMapThatForgets compares the cache with a plain map: what is found
// is what was put last, what was dropped is gone, and while there is room nothing
// is forgotten.
func TestTheCacheIsAMapThatForgets(t *testing.T) {
	for _, c := range []struct {
		name  string
		limit int64
		keys  int
	}{{"with room", 4 << 20, 2000}, {"without room", 1 << 20, 20_000}, {"tiny", 40 << 10, 500}} {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, uint64(c.limit)))
			cache, model := newCache(c.limit), map[string]string{}
			now := time.UnixMilli(1_000_000_000)
			for step := range 60_000 {
				key := fmt.Sprintf("88.1/%d", r.IntN(c.keys))
				e := cache.find(maphash.String(cacheSeed, key), []byte(key))
				switch r.IntN(4) {
				case 0, 1:
					text := fmt.Sprintf("%d%0*d", step, r.IntN(200), 0)
					if !cache.put(entryOf(key, text, now, now.Add(time.Hour)), now.UnixMilli(), 0) {
						t.Fatal("it was not taken")
					}
					model[key] = text
				case 2:
					want, there := model[key]
					switch {
					case e != nil && (!there || textOf(e) != want):
						t.Fatalf("step %d: found %s, want %s", step, textOf(e), want)
					case e == nil && there && c.name == "with room":
						t.Fatalf("step %d: %s was forgotten", step, key)
					case e != nil:
						e.touch()
					}
				default:
					if e != nil && r.IntN(4) == 0 {
						if !cache.remove(e) || cache.remove(e) {
							t.Fatal("it is removed once")
						}
						delete(model, key)
					}
				}
				if s := cache.state(); step%500 == 0 && s.Octets > s.Limit {
					t.Fatalf("step %d: %+v", step, s)
				}
			}
			checkCache(t, cache, model)
		})
	}
}

// checkCache compares the sums with what is there.
func checkCache(t *testing.T, c *cache, model map[string]string) {
	t.Helper()
	n, octets := 0, int64(0)
	for e := range c.all {
		n++
		octets += e.size()
		if want, ok := model[string(e.name())]; !ok || want != textOf(e) {
			t.Fatalf("%s is there and should not", e.name())
		}
		if c.find(e.hash, e.name()) != e {
			t.Fatalf("%s is in the queue and not in the table", e.name())
		}
	}
	s := c.state()
	tables := int64(0)
	for i := range c.shards {
		tables += int64(len(c.shards[i].buckets)) * 8
	}
	if s.Records != n || s.Octets != octets+tables || s.Octets > s.Limit {
		t.Errorf("%+v, counted %d records of %d octets", s, n, octets)
	}
}

func TestWhatIsTooLargeIsNotKept(t *testing.T) {
	c, now := newCache(100<<10), time.UnixMilli(1)
	key := "88.1/x"
	if !c.put(entryOf(key, "small", now, now.Add(time.Hour)), 1, 0) || c.put(entryOf(key, string(make([]byte, 90<<10)), now, now.Add(time.Hour)), 1, 0) {
		t.Error("the large one was taken")
	}
	if c.find(maphash.String(cacheSeed, key), []byte(key)) != nil {
		t.Error("the small one is still there")
	}
}

func TestTheCacheIsReadWhileItChanges(t *testing.T) {
	c, now := newCache(1<<20), time.UnixMilli(1)
	hot := entryOf("88.1/hot", "hot", now, now.Add(time.Hour))
	c.put(hot, 1, 0)
	var working sync.WaitGroup
	for w := range 4 {
		working.Go(func() {
			for i := range 20_000 {
				key := fmt.Sprintf("88.1/%d", (i*7+w)%5000)
				if e := c.find(maphash.String(cacheSeed, key), []byte(key)); e != nil && textOf(e) != key {
					t.Errorf("found %s under %s", textOf(e), key)
				}
				c.put(entryOf(key, key, now, now.Add(time.Hour)), 1, 0)
				if e := c.find(hot.hash, hot.name()); e == nil {
					t.Error("what is in use was driven out")
					return
				}
				hot.touch()
			}
		})
	}
	working.Wait()
}

func TestNetworksAreFoundAsAPlainSearchFindsThem(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	address := func() netip.Addr {
		if r.IntN(2) == 0 {
			return netip.AddrFrom4([4]byte{10, byte(r.IntN(4)), byte(r.IntN(4)), byte(r.IntN(256))})
		}
		return netip.AddrFrom16([16]byte{0x20, 1, byte(r.IntN(3)), byte(r.IntN(3)), 15: byte(r.IntN(256))})
	}
	for round := range 300 {
		var list []span
		for i := range r.IntN(12) {
			a := address()
			list = append(list, span{netip.PrefixFrom(a, r.IntN(a.BitLen()+1)), source{rate: Rate{PerSecond: i + 1}}})
		}
		s := newSpans(list, source{})
		for range 200 {
			a := address()
			want, bits := 0, -1
			for _, n := range list {
				if n.prefix.Contains(a) && n.prefix.Bits() >= bits {
					want, bits = n.source.rate.PerSecond, n.prefix.Bits()
				}
			}
			if got := s.find(a).rate.PerSecond; got != want {
				t.Fatalf("round %d: %s is in %d, want %d: %v", round, a, got, want, list)
			}
		}
	}
}

func TestARateLetsItsBurstAndThenItsPaceThrough(t *testing.T) {
	for _, c := range []struct{ rate, burst, first, later int }{{10, 0, 10, 10}, {10, 1, 1, 1}, {2, 20, 20, 2}, {1000, 5, 5, 5}} {
		rates, r := newRates(), Rate{c.rate, c.burst}
		take := func(now int64) (n int) {
			for rates.take(1, r, now) {
				n++
			}
			return n
		}
		if n := take(0); n != c.first {
			t.Errorf("%+v: %d at first", c, n)
		}
		if n := take(int64(time.Second)); n != c.later {
			t.Errorf("%+v: %d a second later", c, n)
		}
		rates.give(1, r)
		if n := take(int64(time.Second)); n != 1 {
			t.Errorf("%+v: %d after one was given back", c, n)
		}
	}
}
