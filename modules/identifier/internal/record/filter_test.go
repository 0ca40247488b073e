package record

import (
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

func TestAFilterForgetsNothingAndLetsFewOthersPass(t *testing.T) {
	m := newMemory(1 << 20)
	for _, handles := range []int64{100, 100_000, 300_000} {
		f := newFilter(handles, 1<<20)
		for i := range handles {
			f.add(m.hash([]byte(fmt.Sprintf("88.101/T%d", i))))
		}
		passed := int64(0)
		for i := range handles {
			if !f.may(m.hash([]byte(fmt.Sprintf("88.101/T%d", i)))) {
				t.Fatalf("%d of %d handles is forgotten", i, handles)
			}
			if f.may(m.hash([]byte(fmt.Sprintf("88.101/absent-%d", i)))) {
				passed++
			}
		}
		if most := max(handles/50, 3); passed > most {
			t.Errorf("of %d absent handles %d pass, more than %d", handles, passed, most)
		}
		if f.crowded() {
			t.Errorf("a filter for %d handles is crowded by them", handles)
		}
	}
}

func TestAFilterIsNoGreaterThanItMayBe(t *testing.T) {
	f := newFilter(10_000_000, 1<<16)
	if octets := len(f.blocks) * 64; octets != 1<<16 {
		t.Errorf("it has %d octets", octets)
	}
	for i := range uint64(1 << 20) {
		f.add(following(i))
	}
	if f.crowded() {
		t.Error("it wants to be greater")
	}
}

// filtered opens a store and waits until it has a filter.
func filtered(t *testing.T, dir string, o Options) *Files {
	t.Helper()
	s, err := OpenFiles(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "there is a filter", func() bool { return s.filter.Load() != nil })
	return s
}

func TestWhatIsAbsentIsKnownWithoutTheTree(t *testing.T) {
	dir := t.TempDir()
	s := filtered(t, dir, Options{})
	put(t, s, "88.1/Here", "kept")
	for range 2 {
		if r, known := s.Quick([]byte("88.1/nobody-made-this")); r != nil || !known {
			t.Fatalf("an absent handle: %v, known %v", r, known)
		}
		if n := testing.AllocsPerRun(100, func() { s.Quick([]byte("88.1/nobody-made-this")) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
		if r, err := s.Load(t.Context(), "88.1/here"); err != nil || r == nil {
			t.Fatalf("a handle that is there: %v, %v", r, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = filtered(t, dir, Options{})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// Whatever is acknowledged while filters are made, one after the other, and while
// the disk fails in between, is found.
func TestWhatIsCreatedWhileAFilterIsMadeIsFound(t *testing.T) {
	disk := newFailing()
	s := filtered(t, t.TempDir(), Options{disk: disk, Memory: 1 << 16})
	const writers, each = 4, 1500
	var done atomic.Int64
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				handle := fmt.Sprintf("88.%d/%d", w, i)
				for tryPut(s, handle, "kept") != nil {
				}
				if r, err := s.Load(t.Context(), handle); err != nil || r == nil {
					t.Errorf("%s was acknowledged and is %v, %v", handle, r, err)
				}
				done.Add(1)
			}
		})
	}
	failures, made := 0, 0
	for done.Load() < writers*each {
		select {
		case s.wanted <- struct{}{}:
			made++
		default:
		}
		if done.Load() > int64(failures+1)*writers*each/3 {
			failures++
			errno := syscall.EIO
			disk.with.Store(&errno)
			eventually(t, "the disk is seen to fail", func() bool { return !s.tree.Load().alive() })
			disk.with.Store(nil)
		}
	}
	wg.Wait()
	last := s.filter.Load()
	s.wanted <- struct{}{}
	eventually(t, "there is a filter of them all", func() bool { return s.filter.Load() != last })
	for w := range writers {
		for i := range each {
			if r, err := s.Load(t.Context(), fmt.Sprintf("88.%d/%d", w, i)); err != nil || r == nil {
				t.Fatalf("afterwards 88.%d/%d is %v, %v", w, i, r, err)
			}
		}
	}
	if failures == 0 || made < 10 {
		t.Errorf("the disk failed %d times, %d filters were made", failures, made)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestACrowdedFilterIsMadeAnew(t *testing.T) {
	s := filtered(t, t.TempDir(), Options{})
	first := s.filter.Load()
	first.added.Store(first.room)
	put(t, s, "88.1/one-more", "kept")
	eventually(t, "there is another filter", func() bool { return s.filter.Load() != first })
	if r, known := s.Quick([]byte("88.1/absent")); r != nil || !known {
		t.Errorf("an absent handle: %v, known %v", r, known)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
