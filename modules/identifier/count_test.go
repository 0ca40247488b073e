package identifier

import (
	"fmt"
	"maps"
	"net/netip"
	"testing"
)

// Whoever asks over UDP may write any address: of all there are, few are counted
// apart, and no request is lost.
func TestFewSourcesAreCountedApart(t *testing.T) {
	const full = sourcesApart - 1
	known := make([]string, full)
	for i := range known {
		known[i] = fmt.Sprintf("2001:db8::%x", i+1)
	}
	some := func(counts map[string]uint64) map[netip.Addr]uint64 {
		list := map[netip.Addr]uint64{}
		for text, n := range counts {
			list[netip.MustParseAddr(text)] = n
		}
		return list
	}
	busy := some(map[string]uint64{"192.0.2.1": 3, "192.0.2.2": 9, "2001:db8::1": 1})
	busy[netip.Addr{}] = 5
	for _, c := range []struct {
		name    string
		known   []string
		sources map[netip.Addr]uint64
		want    map[string]uint64
	}{
		{"nothing", nil, nil, map[string]uint64{}},
		{"room for all", []string{othersName}, busy, map[string]uint64{"192.0.2.1": 3, "192.0.2.2": 9, "2001:db8::1": 1, othersName: 5}},
		{"room for one", known, busy, map[string]uint64{"192.0.2.2": 9, "2001:db8::1": 1, othersName: 8}},
	} {
		if got := apart(c.known, c.sources); !maps.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
