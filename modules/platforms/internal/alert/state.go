package alert

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// State is where an alert is.
type State string

// States of alerts. A closed one is over for people, and for the rule when the
// condition is: until then it does not fire again.
const (
	Pending  State = "pending"
	Firing   State = "firing"
	Resolved State = "resolved"
	Closed   State = "closed"
)

// Sample is that the condition of a rule holds.
type Sample struct {
	Labels Labels
	Value  float64
}

// Instance is one alert: one set of labels of one rule.
type Instance struct {
	ID          string
	Fingerprint string
	Labels      Labels
	State       State
	Value       float64
	Since       time.Time // since when it holds
	FiredAt     time.Time
	SeenAt      time.Time // when it was last seen to hold
	EndedAt     time.Time
}

// Turn is what an evaluation changes.
type Turn struct {
	Begin []Instance // pending or firing from now on
	Fire  []Instance // were pending
	GoOn  []Instance // hold as before, with another value
	End   []Instance // hold no more: firing ones are resolved, closed ones over
	Drop  []Instance // were pending, and fired never
}

// Empty tells that nothing of the turn changes a state.
func (t Turn) Empty() bool { return len(t.Begin)+len(t.Fire)+len(t.End)+len(t.Drop) == 0 }

// Step compares what holds now with the alerts of a rule that are not over.
func Step(r Rule, kept []Instance, samples []Sample, now time.Time) Turn {
	var t Turn
	known := map[string]Instance{}
	for _, k := range kept {
		known[k.Fingerprint] = k
	}
	seen := map[string]bool{}
	for _, s := range samples {
		print := s.Labels.Fingerprint()
		if seen[print] {
			continue
		}
		seen[print] = true
		i, ok := known[print]
		if !ok {
			i = Instance{Fingerprint: print, Labels: s.Labels, State: Pending, Since: now}
		}
		i.Value, i.SeenAt = s.Value, now
		fires := i.State == Pending && now.Sub(i.Since) >= time.Duration(r.For)*time.Second
		if fires {
			i.State, i.FiredAt = Firing, now
		}
		switch {
		case !ok:
			t.Begin = append(t.Begin, i)
		case fires:
			t.Fire = append(t.Fire, i)
		default:
			t.GoOn = append(t.GoOn, i)
		}
	}
	for _, k := range kept {
		if !seen[k.Fingerprint] {
			t.miss(r, k, now)
		}
	}
	return t
}

// miss is that an alert does not hold.
func (t *Turn) miss(r Rule, k Instance, now time.Time) {
	switch {
	case k.State == Pending:
		t.Drop = append(t.Drop, k)
	case k.State == Firing && now.Sub(k.SeenAt) < time.Duration(r.Keep)*time.Second:
	default:
		if k.State == Firing {
			k.State = Resolved
		}
		k.EndedAt = now
		t.End = append(t.End, k)
	}
}

// Bounded leaves at most so many samples, those that alerts exist for first, and
// one more that says how many there are.
func Bounded(r Rule, kept []Instance, samples []Sample, most int) []Sample {
	byPrint := map[string]Sample{}
	for _, s := range samples {
		byPrint[s.Labels.Fingerprint()] = s
	}
	if len(byPrint) <= most {
		return samples
	}
	known := map[string]bool{}
	for _, k := range kept {
		known[k.Fingerprint] = true
	}
	prints := slices.SortedFunc(maps.Keys(byPrint), func(a, b string) int {
		if known[a] != known[b] {
			if known[a] {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	list := make([]Sample, 0, most+1)
	for _, p := range prints[:most] {
		list = append(list, byPrint[p])
	}
	return append(list, Sample{r.Label(Labels{OverflowLabel: "true"}), float64(len(byPrint))})
}
