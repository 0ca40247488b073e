package sigma

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// seenEvent is one event as the slow correlations below keep it.
type seenEvent struct {
	second, member int
	user           string
}

// slowFulfilled says whether the events since the last hit, the newest last,
// fulfil a correlation of three within ten seconds. It looks at all of them.
func slowFulfilled(kind string, events []seenEvent) bool {
	const span = 10
	newest := events[len(events)-1]
	count, users, members := 0, map[string]bool{}, map[int]bool{}
	for _, e := range events {
		if newest.second-e.second <= span {
			count++
			users[e.user], members[e.member] = true, true
		}
	}
	switch kind {
	case "event_count":
		return count >= 3
	case "value_count":
		return len(users) >= 3
	case "temporal":
		return len(members) == 3
	}
	for i, a := range events { // temporal_ordered
		for j := i + 1; j < len(events); j++ {
			if a.member == 0 && events[j].member == 1 && newest.member == 2 && j < len(events)-1 && newest.second-a.second <= span {
				return true
			}
		}
	}
	return false
}

// TestCorrelationsAgainstSlowOnes plays random events in the order of their time
// and compares every answer with one that looks at all events.
func TestCorrelationsAgainstSlowOnes(t *testing.T) {
	rules := ""
	for i := range 3 {
		rules += fmt.Sprintf("title: R%d\nname: r%d\nlogsource: {product: x}\ndetection: {s: {M: %d}, condition: s}\n---\n", i, i, i)
	}
	for kind, condition := range map[string]string{"event_count": "{gte: 3}", "value_count": "{field: User, gte: 3}", "temporal": "{gte: 3}", "temporal_ordered": "{gte: 3}"} {
		rule := rules + fmt.Sprintf("title: C\ncorrelation: {type: %s, rules: [r0, r1, r2], group-by: [Host], timespan: 10s, condition: %s}\n", kind, condition)
		hits := 0
		for seed := range uint64(40) {
			random := rand.New(rand.NewPCG(seed, 5))
			var events, want []string
			since := map[string][]seenEvent{}
			second := 0
			for range 80 {
				second += random.IntN(5)
				e := seenEvent{second, random.IntN(3), fmt.Sprint("u", random.IntN(4))}
				host := fmt.Sprint("h", random.IntN(2))
				events = append(events, fmt.Sprintf("%d M=%d User=%s Host=%s", second, e.member, e.user, host))
				since[host] = append(since[host], e)
				if slowFulfilled(kind, since[host]) {
					want = append(want, fmt.Sprintf("%d C Host=%s 3", second, host))
					since[host] = nil
				}
			}
			got, _ := story(t, rule, Bounds{}, events...)
			hits += len(got)
			expect(t, got, want...)
			if t.Failed() {
				t.Fatalf("%s, seed %d: %q", kind, seed, events)
			}
		}
		if hits < 100 {
			t.Errorf("%s: %d hits say little", kind, hits)
		}
	}
}
