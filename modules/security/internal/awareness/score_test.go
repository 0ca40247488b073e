package awareness

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/modules/security/internal/rating"
)

func weights(t *testing.T) Weights {
	t.Helper()
	packs, err := readPacks()
	if err != nil {
		t.Fatal(err)
	}
	return holding(packs, noon())
}

func noon() time.Time { return time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC) }

func close2(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestScores(t *testing.T) {
	week := noon().AddDate(0, 0, -7)
	open := func(id string, l rating.Level) Finding {
		return Finding{ID: id, Kind: "incident.open", Level: l, At: week}
	}
	for _, c := range []struct {
		name     string
		findings []Finding
		risk     float64
	}{
		{"nothing", nil, 0},
		{"an open incident does not fade", []Finding{open("a", rating.Large)}, 15},
		{"one whose level is not known counts as an ordinary one", []Finding{open("a", rating.Unrated)}, 8},
		{"a closed one has lost half within a week", []Finding{{ID: "a", Kind: "incident.closed", Level: rating.Large, At: week}}, 4},
		{"a group has a cap", []Finding{open("a", rating.Extreme), open("b", rating.Major)}, 30},
		{"groups add up", []Finding{open("a", rating.Large), {ID: "b", Kind: "assignment.overdue", Level: rating.Ordinary, At: week}}, 17},
		{"what the pack does not know is left out", []Finding{{ID: "a", Kind: "weather.bad", At: week}}, 0},
		{"what is of the future has not faded", []Finding{{ID: "a", Kind: "report.late", At: noon().Add(time.Hour)}}, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			if s := weights(t).score(c.findings, noon()); !close2(s.Risk, c.risk) {
				t.Errorf("risk %g, not %g", s.Risk, c.risk)
			}
		})
	}
}

// What lowers the risk most comes first, and what lies above a cap lowers nothing alone.
func TestWhatLowersMost(t *testing.T) {
	s := weights(t).score([]Finding{
		{ID: "a", Kind: "incident.open", Level: rating.Extreme, At: noon()},
		{ID: "b", Kind: "incident.open", Level: rating.Extreme, At: noon()},
		{ID: "c", Kind: "assignment.overdue", Level: rating.Large, At: noon()},
	}, noon())
	var got []string
	for _, f := range s.Findings {
		got = append(got, fmt.Sprintf("%s %g", f.ID, f.Lowers))
	}
	if want := []string{"c 5", "a 0", "b 0"}; !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}

func randomFindings(w Weights, r *rand.Rand) []Finding {
	out := make([]Finding, r.IntN(20))
	for i := range out {
		k := w.Kinds[r.IntN(len(w.Kinds))]
		out[i] = Finding{ID: fmt.Sprintf("f%03d", i), Kind: k.ID, Level: rating.Level(r.IntN(5)), At: noon().Add(-time.Duration(r.IntN(60*24)) * time.Hour)}
	}
	return out
}

// One more finding never lowers the risk; the order changes nothing, to the last bit; a
// risk is from 0 to 100; and mending what is promised to lower it does by that much.
func TestPropertiesOfScores(t *testing.T) {
	w := weights(t)
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 1))
		list := randomFindings(w, r)
		s := w.score(list, noon())
		if s.Risk < 0 || s.Risk > whole {
			t.Fatalf("seed %d: risk %g", seed, s.Risk)
		}
		more := append(slices.Clone(list), Finding{ID: "more", Kind: w.Kinds[r.IntN(len(w.Kinds))].ID, Level: rating.Level(r.IntN(5)), At: noon()})
		if after := w.score(more, noon()); after.Risk < s.Risk-1e-9 {
			t.Fatalf("seed %d: one more finding lowered %g to %g", seed, s.Risk, after.Risk)
		}
		mixed := slices.Clone(list)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if other := w.score(mixed, noon()); other.Risk != s.Risk {
			t.Fatalf("seed %d: another order gives %g and not %g", seed, other.Risk, s.Risk)
		}
		for _, f := range s.Findings {
			left := slices.DeleteFunc(slices.Clone(list), func(x Finding) bool { return x.ID == f.ID })
			if fell := s.Risk - w.score(left, noon()).Risk; !close2(fell, f.Lowers) {
				t.Fatalf("seed %d: without %s it falls by %g, not %g", seed, f.ID, fell, f.Lowers)
			}
		}
	}
}

func TestConfidence(t *testing.T) {
	at := func(ago time.Duration) *time.Time { t := noon().Add(-ago); return &t }
	for _, c := range []struct {
		name  string
		sight Sight
		value float64
	}{
		{"nothing is seen", Sight{}, 0},
		{"no sensor, however well the assets are known", Sight{Assets: 10, Known: 10}, 0},
		{"all of it", Sight{Sensors: 2, Reporting: 2, LastSeen: at(0), Assets: 4, Known: 4}, 100},
		{"half of the sensors", Sight{Sensors: 2, Reporting: 1, LastSeen: at(0), Assets: 4, Known: 4}, 50},
		{"a day ago", Sight{Sensors: 1, Reporting: 1, LastSeen: at(24 * time.Hour), Assets: 4, Known: 2}, 25},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.sight.confidence(noon()).Value; !close2(got, c.value) {
				t.Errorf("%g, not %g", got, c.value)
			}
		})
	}
}

func TestDistricts(t *testing.T) {
	for _, c := range []struct {
		name string
		list []Standing
		risk float64
	}{
		{"none", nil, 0},
		{"one", []Standing{{Risk: 40, Importance: 1}}, 40},
		{"one burns among ten", append(slices.Repeat([]Standing{{Risk: 0, Importance: 1}}, 9), Standing{Risk: 100, Importance: 1}), 55},
		{"an important one weighs more", []Standing{{Risk: 10, Importance: 1}, {Risk: 20, Importance: 3}}, 0.5*17.5 + 0.5*20},
	} {
		if got := sumUp(c.list).Risk; !close2(got, c.risk) {
			t.Errorf("%s: %g, not %g", c.name, got, c.risk)
		}
	}
}

func TestPacksOfWeightsThatAreRefused(t *testing.T) {
	const head = `{"id": "x", "from": "2026-01-01", "half_life_days": 7, "groups": [{"id": "a", "cap": 100}], "kinds": [`
	for _, c := range []struct{ name, text, says string }{
		{"no day", `{"id": "x", "from": "", "half_life_days": 7}`, "no day"},
		{"no half-life", `{"id": "x", "from": "2026-01-01"}`, "half-life"},
		{"caps that do not make 100", `{"id": "x", "from": "2026-01-01", "half_life_days": 7, "groups": [{"id": "a", "cap": 90}]}`, "come to 90"},
		{"a group that is not there", head + `{"id": "k", "group": "b", "points": 1}]}`, "no group"},
		{"a lighter level that is worth more", head + `{"id": "k", "group": "a", "points": 1, "levels": [1, 2, 3, 4]}]}`, "graver level"},
		{"three levels", head + `{"id": "k", "group": "a", "points": 1, "levels": [3, 2, 1]}]}`, "none or four"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := readWeights([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("said %v, which does not tell of %q", err, c.says)
			}
		})
	}
}
