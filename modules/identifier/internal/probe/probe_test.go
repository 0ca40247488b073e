package probe

import (
	"testing"
	"time"
)

func TestOneLostAnswerIsNoOutage(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var s Standing
	for i, c := range []struct{ ok, down bool }{
		{true, false}, {false, false}, {true, false}, // one was lost
		{false, false}, {false, false}, {false, true}, // three in a row
		{true, true}, {false, true}, // one that came is no recovery
		{true, true}, {true, false},
	} {
		at = at.Add(time.Minute)
		s = s.After(&Result{At: at, UDP: &Outcome{OK: c.ok, Fault: "silent"}})
		if s.Down != c.down {
			t.Errorf("after result %d it is down: %v, want %v", i, s.Down, c.down)
		}
	}
	if again := s.After(&Result{At: at, UDP: &Outcome{}}); again != s {
		t.Error("what was reported before changed something")
	}
}

func TestARegistrationThatFailedCountsUntilOneSucceeds(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var s Standing
	look := func(made *Registration) {
		at = at.Add(time.Minute)
		s = s.After(&Result{At: at, TCP: &Outcome{OK: true}, Made: made})
	}
	look(&Registration{Fault: "the disk is full"})
	look(nil)
	look(nil)
	if !s.Down {
		t.Error("it resolves, registers nothing, and is well")
	}
	look(&Registration{OK: true})
	look(nil)
	if s.Down {
		t.Error("it registers again, and is down")
	}
}

func TestFiftyOneOfAHundredProbesMakeANodeAbnormal(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	list := func(n, against int, age time.Duration) []Standing {
		s := make([]Standing, n)
		for i := range s {
			s[i] = Standing{At: now.Add(-age), Down: i < against}
		}
		return s
	}
	for _, c := range []struct {
		list        []Standing
		down, known bool
	}{
		{nil, false, false},
		{list(1, 1, 0), true, true},
		{list(2, 1, 0), false, true},
		{list(3, 2, 0), true, true},
		{list(100, 50, 0), false, true},
		{list(100, 51, 0), true, true},
		{list(5, 5, Fresh+time.Second), false, false}, // they report no more
		{append(list(1, 0, 0), list(9, 9, time.Hour)...), false, true},
	} {
		if down, known := Judge(c.list, now); down != c.down || known != c.known {
			t.Errorf("of %d probes: down %v, known %v", len(c.list), down, known)
		}
	}
}
