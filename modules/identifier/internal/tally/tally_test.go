package tally_test

import (
	"net/netip"
	"sync"
	"testing"
	"time"

	"linghang/modules/identifier/internal/tally"
)

func TestExtremesAreExactWithTheirSeconds(t *testing.T) {
	var m tally.Meter
	start := time.Unix(1_800_000_000, 0)
	for i, took := range []time.Duration{700 * time.Microsecond, 30 * time.Microsecond, 9 * time.Millisecond, 0} {
		m.Add(start.Add(time.Duration(i)*time.Second), took, i != 2)
	}
	m.Add(start.Add(time.Second), 31*time.Microsecond, true) // overtaken
	r := m.Take()
	want := tally.Reading{
		Requests: 5, Succeeded: 4, Sum: 9761 * time.Microsecond,
		Least: 0, LeastAt: start.Add(3 * time.Second), Most: 9 * time.Millisecond, MostAt: start.Add(2 * time.Second),
		Peak: 2, PeakAt: start.Add(3 * time.Second),
	}
	if r != want {
		t.Errorf("read %+v\nwant %+v", r, want)
	}
	if again := m.Take(); again != (tally.Reading{}) {
		t.Errorf("read %+v after all was taken", again)
	}
}

func TestNothingIsLostBetweenReadings(t *testing.T) {
	var m tally.Meter
	s := tally.NewSources()
	now := time.Unix(1_800_000_000, 0)
	const each, workers = 20_000, 4
	var work sync.WaitGroup
	for w := range workers {
		work.Go(func() {
			for i := range each {
				m.Add(now.Add(time.Duration(i)*time.Millisecond), time.Duration(w*each+i)*time.Microsecond, true)
				s.Add(netip.AddrFrom4([4]byte{10, 0, byte(w), byte(i)}))
			}
		})
	}
	done := make(chan struct{})
	go func() { work.Wait(); close(done) }()
	var requests, sources uint64
	most := time.Duration(0)
	take := func() {
		r := m.Take()
		requests, most = requests+r.Requests, max(most, r.Most)
		counts, others := s.Take()
		sources += others
		for _, n := range counts {
			sources += n
		}
	}
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		take()
	}
	if requests != each*workers || sources != each*workers || most != (each*workers-1)*time.Microsecond {
		t.Errorf("read %d requests, %d by source, at most %s; want %d and %s", requests, sources, most, each*workers, (each*workers-1)*time.Microsecond)
	}
}

func TestSourcesAreBounded(t *testing.T) {
	s := tally.NewSources()
	for i := range 200_000 {
		s.Add(netip.AddrFrom4([4]byte{byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)}))
	}
	counts, others := s.Take()
	if len(counts) > 65_536 || uint64(len(counts))+others != 200_000 {
		t.Errorf("%d addresses apart and %d together, of 200000", len(counts), others)
	}
}

func BenchmarkAdd(b *testing.B) {
	var m tally.Meter
	s := tally.NewSources()
	from := netip.MustParseAddr("10.1.2.3")
	now := time.Now()
	b.ReportAllocs()
	for i := range b.N {
		m.Add(now, time.Duration(i&1023), true)
		s.Add(from)
	}
}
