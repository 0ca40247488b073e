package record

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

func keyed(i int) []byte { return fmt.Appendf(nil, "88.1/%d", i) }

func sized(i, octets int) *Record {
	return &Record{Handle: string(keyed(i)), Change: uint64(i) + 1, Values: make([]byte, octets)}
}

func (m *memory) octets() (all, absent int) {
	for i := range m.shards {
		all, absent = all+m.shards[i].size, absent+m.shards[i].absent
	}
	return all, absent
}

// intact checks that chains, order and sizes of every shard tell the same.
func (m *memory) intact(t *testing.T) {
	t.Helper()
	for i := range m.shards {
		s := &m.shards[i]
		chained, size, absent := 0, 0, 0
		for j := range s.chains {
			for n := s.chains[j].Load(); n != nil; n = n.next.Load() {
				chained++
			}
		}
		listed := 0
		for n := s.oldest; n != nil; n = n.newer {
			listed++
			if size += n.cost(); n.absent {
				absent += n.cost()
			}
			if n.newer == nil && n != s.newest || n.newer != nil && n.newer.older != n {
				t.Fatal("the order of a shard is broken")
			}
		}
		if chained != listed || size != s.size || absent != s.absent || s.size > s.limit || s.absent > s.limit/8 {
			t.Fatalf("a shard has %d nodes in chains, %d in order, %d octets of %d (%d of absent), limit %d", chained, listed, size, s.size, s.absent, s.limit)
		}
	}
}

func TestMemoryStaysWithinItsBoundAndKeepsWhatIsAskedFor(t *testing.T) {
	m := newMemory(1 << 20)
	for i := range 50_000 {
		m.renew(keyed(i), sized(i, 100+i%200), uint64(i)+1)
		for hot := range 100 {
			if i > 100 {
				m.get(keyed(hot))
			}
		}
	}
	m.intact(t)
	if all, _ := m.octets(); all < 1<<19 {
		t.Errorf("only %d octets are used", all)
	}
	for hot := range 100 {
		if r, known := m.get(keyed(hot)); !known || r.Change != uint64(hot)+1 {
			t.Errorf("%d was asked for all the time and is gone", hot)
		}
	}
}

func TestMadeUpNamesDriveNothingOut(t *testing.T) {
	m := newMemory(1 << 20)
	for i := range 1000 {
		m.renew(keyed(i), sized(i, 200), 1)
	}
	for i := range 100_000 {
		key := keyed(1000 + i)
		m.keep(key, nil, m.since(key))
	}
	m.intact(t)
	for i := range 1000 {
		if r, known := m.get(keyed(i)); !known || r == nil {
			t.Fatalf("%d is gone", i)
		}
	}
	if _, absent := m.octets(); absent == 0 || absent > 1<<17 {
		t.Errorf("absent names take %d octets", absent)
	}
}

func TestWhatIsLargerThanItsPartOfTheMemoryIsNotKept(t *testing.T) {
	m := newMemory(1 << 20)
	m.renew(keyed(1), sized(1, 10), 1)
	m.renew(keyed(1), sized(1, 1<<19), 2)
	if r, known := m.get(keyed(1)); known {
		t.Errorf("%d octets are kept", len(r.Values))
	}
	m.intact(t)
}

func TestALoadThatWasOvertakenIsNotKept(t *testing.T) {
	m := newMemory(1 << 20)
	key := keyed(1)
	for name, change := range map[string]func(){
		"renewed":           func() { m.renew(key, sized(1, 10), 9) },
		"deleted":           func() { m.renew(key, nil, 9) },
		"changed elsewhere": func() { m.expire(key, 9) },
		"forgotten":         func() { m.forget(key) },
		"cleared":           func() { m.clear(9) },
	} {
		since := m.since(key)
		change()
		old := sized(1, 10)
		old.Change = 3
		if got := m.keep(key, old, since); got.Change != 3 {
			t.Errorf("%s: the load returns %+v", name, got)
		}
		if r, known := m.get(key); known && r.Change == 3 {
			t.Errorf("%s: what was before is kept", name)
		}
		m.forget(key)
	}
}

func TestAChangeElsewhereStandsAgainstAnOlderOneHere(t *testing.T) {
	m := newMemory(1 << 20)
	m.expire(keyed(1), 9)
	m.renew(keyed(1), sized(1, 10), 8)
	if r, known := m.get(keyed(1)); known {
		t.Errorf("change 8 is kept as %+v after change 9 was made elsewhere", r)
	}
	m.renew(keyed(1), sized(1, 10), 9)
	if _, known := m.get(keyed(1)); !known {
		t.Error("change 9 is not kept")
	}
}

func TestReadersNeverFindWhatNobodyPut(t *testing.T) {
	m := newMemory(1 << 18)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(w)))
			for range 20_000 {
				i := r.IntN(2000)
				switch r.IntN(8) {
				case 0:
					m.renew(keyed(i), sized(i, 50), 1)
				case 1:
					m.renew(keyed(i), nil, 1)
				case 2:
					m.keep(keyed(i), nil, m.since(keyed(i)))
				default:
					if rec, _ := m.get(keyed(i)); rec != nil && (rec.Handle != string(keyed(i)) || rec.Change != uint64(i)+1 || len(rec.Values) != 50) {
						t.Errorf("%d is %+v", i, rec)
					}
				}
			}
		})
	}
	wg.Wait()
	m.intact(t)
}

func TestQuickAllocatesNothing(t *testing.T) {
	m := newMemory(1 << 20)
	m.renew(keyed(1), sized(1, 100), 1)
	hit, miss := keyed(1), keyed(2)
	handles := [][]byte{hit, miss, {}, make([]byte, 2000)}
	if n := testing.AllocsPerRun(1000, func() { m.ahead(handles); m.get(hit); m.get(miss) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestLookingAheadChangesNothing(t *testing.T) {
	m := newMemory(shards * 2 * (nodeCost + 200))
	var handles [][]byte
	for i := range 2 * aheadMost {
		m.renew(keyed(i), sized(i, 100), uint64(i))
		handles = append(handles, keyed(i))
	}
	for i := range m.shards {
		for n := m.shards[i].oldest; n != nil; n = n.newer {
			n.seen.Store(false)
		}
	}
	m.ahead(handles)
	for i := range m.shards {
		for n := m.shards[i].oldest; n != nil; n = n.newer {
			if n.seen.Load() {
				t.Errorf("%s counts as asked for", n.Handle)
			}
		}
	}
	m.intact(t)
}
