package match_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"linghang/lib/match"
)

func day(n int) time.Time { return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

func rank(t testing.TB, n match.Need, list ...match.Candidate) ([]match.Match, []match.Refusal) {
	t.Helper()
	m, r, err := match.Rank(n, list, match.Fixed())
	if err != nil {
		t.Fatal(err)
	}
	return m, r
}

func TestFeaturesAreThoseOfTheDefinition(t *testing.T) {
	half := 0.5
	n := match.Need{
		Taxonomy: []string{"industry/C/29", "link/quality"}, Place: &match.Point{Lat: 36.07, Lon: 120.38}, Staff: 100, Budget: &match.Range{From: 10, To: 30}, At: day(0),
	}
	c := match.Candidate{
		ID: "a", Words: 0.7, Latent: -0.2, Graph: &half, Taxonomy: []string{"industry/C/34", "link/quality"}, Place: &match.Point{Lat: 36.07, Lon: 120.38},
		Serves: &match.Range{From: 200, To: 1000}, Price: &match.Range{From: 20, To: 50}, Ratings: 10, RatingSum: 8, Active: day(-180), Open: 1, Capacity: 4, Served: 6,
	}
	m, _ := rank(t, n, c)
	// Taxonomy: industry, industry/C, link, link/quality of those and two more of each.
	want := match.Vector{match.Words: 0.7, match.Taxonomy: 4.0 / 6, match.Graph: 0.5, match.Distance: 1, match.Size: 0.5, match.Price: 0.5, match.Record: 0.8, match.Freshness: 0.5, match.Load: 0.75, match.Experience: 5.0 / 6}
	score := 0.0
	for f, v := range m[0].Features {
		if math.Abs(v-want[f]) > 1e-9 {
			t.Errorf("%s is %v, not %v", match.Feature(f).Code(), v, want[f])
		}
		score += v * match.Fixed()[f]
	}
	given := 0.0
	for _, r := range m[0].Reasons {
		given += r.Score
	}
	if math.Abs(score-m[0].Score) > 1e-9 || math.Abs(given-m[0].Score) > 1e-9 {
		t.Errorf("score %v, features give %v, reasons %v", m[0].Score, score, given)
	}
	if r := m[0].Reasons[0]; r.Code != "words" || r.Value != 0.7 {
		t.Errorf("%+v", r)
	}
	if r := m[0].Reasons[1]; r.Code != "taxonomy" || !reflect.DeepEqual(r.Params["paths"], []string{"industry/C", "link/quality"}) {
		t.Errorf("%+v", r)
	}
}

func TestWhatIsUnknownIsInTheMiddleAndNoReason(t *testing.T) {
	m, _ := rank(t, match.Need{}, match.Candidate{ID: "a"})
	for f, v := range m[0].Features {
		want := match.Unknown
		if f := match.Feature(f); f == match.Words || f == match.Latent {
			want = 0
		}
		if v != want {
			t.Errorf("%s is %v", match.Feature(f).Code(), v)
		}
	}
	if len(m[0].Reasons) != 0 {
		t.Errorf("%+v", m[0].Reasons)
	}
}

func TestWhoIsInOneAreaIsNearWhereNoPlaceIsKnown(t *testing.T) {
	here, far := &match.Point{Lat: 36.07, Lon: 120.38}, &match.Point{Lat: 36.87, Lon: 120.53}
	n := match.Need{Place: here, Area: "370212"}
	m, _ := rank(t, n, match.Candidate{ID: "here", Place: here, Area: "370212"}, match.Candidate{ID: "area", Area: "370212"}, match.Candidate{ID: "other", Area: "370285"}, match.Candidate{ID: "far", Place: far, Area: "370212"})
	got := map[string]float64{}
	for _, x := range m {
		got[x.ID] = x.Features[match.Distance]
	}
	if got["here"] != 1 || math.Abs(got["area"]-math.Exp(-0.2)) > 1e-9 || got["other"] != match.Unknown || got["far"] > 0.2 {
		t.Errorf("%v", got)
	}
}

func TestWorkOnSiteWeighsDistanceMore(t *testing.T) {
	fixed, site := match.Fixed(), match.Fixed().OnSite()
	sum := 0.0
	for f, v := range site {
		sum += v
		if ratio := site[f] / fixed[f] * 1.1; match.Feature(f) == match.Distance && math.Abs(ratio-3) > 1e-9 || match.Feature(f) != match.Distance && math.Abs(ratio-1) > 1e-9 {
			t.Errorf("%s: %v of %v", match.Feature(f).Code(), v, fixed[f])
		}
	}
	if math.Abs(sum-1) > 1e-9 || (match.Vector{}).OnSite() != (match.Vector{}) {
		t.Errorf("they add up to %v", sum)
	}
}

func TestExperienceAddsAndItsLackTakesLittle(t *testing.T) {
	list := []match.Candidate{{ID: "none"}, {ID: "one", Served: 1}, {ID: "many", Served: 1_000_000}}
	m, _ := rank(t, match.Need{}, list...)
	if m[0].ID != "many" || m[1].ID != "one" || len(m[2].Reasons) != 0 || m[0].Score-m[2].Score > match.Fixed()[match.Experience]/2 {
		t.Errorf("%+v", m)
	}
	if r := m[1].Reasons[0]; r.Code != "experience" || r.Params["served"] != 1 {
		t.Errorf("%+v", r)
	}
}

func TestAFewGoodRatingsAreNotYetAGoodRecord(t *testing.T) {
	m, _ := rank(t, match.Need{}, match.Candidate{ID: "one", Ratings: 1, RatingSum: 1}, match.Candidate{ID: "many", Ratings: 200, RatingSum: 190}, match.Candidate{ID: "none"},
		match.Candidate{ID: "poor", Ratings: 200, RatingSum: 80})
	if m[0].ID != "many" {
		t.Errorf("%+v", m)
	}
	for _, x := range m {
		mean := 271.0 / 401
		want := map[string]float64{"one": (10*mean + 1) / 11, "many": (10*mean + 190) / 210, "none": mean, "poor": (10*mean + 80) / 210}[x.ID]
		if math.Abs(x.Features[match.Record]-want) > 1e-9 {
			t.Errorf("%s: %v, not %v", x.ID, x.Features[match.Record], want)
		}
	}
}

func TestWhoLacksAQualificationOrCapacityIsNoMatch(t *testing.T) {
	n := match.Need{Qualifications: []string{"iso27001", "cmmi3"}}
	m, r := rank(t, n, match.Candidate{ID: "a", Words: 1, Qualifications: []string{"cmmi3"}}, match.Candidate{ID: "b", Qualifications: []string{"cmmi3", "iso27001"}},
		match.Candidate{ID: "c", Qualifications: []string{"cmmi3", "iso27001"}, Open: 2, Capacity: 2})
	want := []match.Refusal{{ID: "a", Code: "qualification", Missing: []string{"iso27001"}}, {ID: "c", Code: "capacity"}}
	if len(m) != 1 || m[0].ID != "b" || !reflect.DeepEqual(r, want) {
		t.Errorf("%+v %+v", m, r)
	}
}

func TestWhatCannotBeRankedIsRefused(t *testing.T) {
	nan := math.NaN()
	for _, c := range []match.Candidate{
		{},
		{ID: "x", Words: nan},
		{ID: "x", Graph: &nan},
		{ID: "x", Ratings: 1, RatingSum: 2},
		{ID: "x", Ratings: -1},
		{ID: "x", Open: -1},
		{ID: "x", Served: -1},
		{ID: "x", Serves: &match.Range{From: 2, To: 1}},
		{ID: "x", Price: &match.Range{From: -1}},
		{ID: "x", Place: &match.Point{Lat: 91}},
		{ID: "ok"},
		{ID: "x", Taxonomy: make([]string, 101)},
	} {
		if _, _, err := match.Rank(match.Need{}, []match.Candidate{{ID: "ok"}, c}, match.Fixed()); !errors.Is(err, match.ErrInput) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, n := range []match.Need{{Staff: -1}, {Budget: &match.Range{From: 2, To: 1}}, {Place: &match.Point{Lon: nan}}} {
		if _, _, err := match.Rank(n, nil, match.Fixed()); !errors.Is(err, match.ErrInput) {
			t.Errorf("%+v: %v", n, err)
		}
	}
	if _, _, err := match.Rank(match.Need{}, nil, match.Vector{match.Words: -1}); !errors.Is(err, match.ErrInput) {
		t.Error(err)
	}
	for _, f := range []match.Fair{{}, {Places: 1001}, {Places: 1, Share: 2}, {Places: 1, Floor: nan}} {
		if _, err := match.Expose(nil, f); !errors.Is(err, match.ErrInput) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

func TestFixedWeightsAddUpToOne(t *testing.T) {
	sum := 0.0
	for _, w := range match.Fixed() {
		sum += w
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("%v", sum)
	}
}

// crowd is ranked matches, one of three new.
func crowd(r *rand.Rand, n int) []match.Match {
	list := make([]match.Match, n)
	for i := range list {
		list[i] = match.Match{ID: fmt.Sprintf("%03d", i), Score: r.Float64(), New: r.IntN(3) == 0}
	}
	return list
}

func expose(t *testing.T, list []match.Match, f match.Fair) []match.Match {
	t.Helper()
	out, err := match.Expose(list, f)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPlacesAreSharedFairly(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for seed := range uint64(300) {
		list := crowd(r, r.IntN(60))
		f := match.Fair{Places: 1 + r.IntN(30), Seed: seed, Share: 0.3}
		got := expose(t, list, f)
		mixed := slices.Clone(list)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if !reflect.DeepEqual(got, expose(t, mixed, f)) {
			t.Fatal("another order of the same matches, or the same seed again, gives another list")
		}
		slices.SortFunc(mixed, func(a, b match.Match) int { return -1 * int(math.Copysign(1, a.Score-b.Score)) })
		reserved, news, seen := 0, 0, map[string]bool{}
		for i, m := range got {
			if seen[m.ID] || i > 0 && got[i-1].Score < m.Score {
				t.Fatalf("twice, or out of order: %v", got)
			}
			seen[m.ID] = true
			if m.New {
				news++
			}
			if !m.Reserved {
				continue
			}
			if reserved++; !m.New || m.Score < 0.5*mixed[0].Score {
				t.Fatalf("a place was kept for %+v", m)
			}
		}
		if len(got) != min(f.Places, len(list)) || reserved > int(math.Ceil(0.3*float64(len(got)))) {
			t.Fatalf("%d of %d places, %d of them kept", len(got), f.Places, reserved)
		}
		able := 0
		for _, m := range list {
			if m.New && m.Score >= 0.5*mixed[0].Score {
				able++
			}
		}
		if news < min(able, int(0.3*float64(len(got)))) {
			t.Fatalf("%d new of %d, though %d could be", news, len(got), able)
		}
	}
}

func TestTheShareOfNewProvidersIsKeptOverManyLists(t *testing.T) {
	var list []match.Match
	for i := range 40 {
		list = append(list, match.Match{ID: fmt.Sprint(i), Score: 1 - float64(i)/100, New: i >= 20})
	}
	times := map[string]int{}
	for seed := range uint64(4000) {
		for _, m := range expose(t, list, match.Fair{Places: 5, Seed: seed}) {
			if m.New {
				times[m.ID]++
			}
		}
	}
	sum := 0
	for _, n := range times {
		sum += n
	}
	if share := float64(sum) / (5 * 4000); math.Abs(share-0.1) > 0.01 || len(times) != 20 {
		t.Errorf("%.3f of the places, shared by %d of 20", share, len(times))
	}
}

// A year of needs: nobody is chosen beyond capacity, and new ones get work.
func TestNobodyIsChosenBeyondCapacity(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	list := make([]match.Candidate, 30)
	for i := range list {
		list[i] = match.Candidate{ID: fmt.Sprintf("%02d", i), Capacity: 1 + i%5, New: i >= 20}
	}
	chosen := map[string]int{}
	for need := range uint64(60) {
		for i := range list {
			list[i].Words = 0.5 + 0.02*float64(30-i) + 0.1*r.Float64()
		}
		m, refused, err := match.Rank(match.Need{}, list, match.Fixed())
		if err != nil {
			t.Fatal(err)
		}
		if len(m)+len(refused) != len(list) {
			t.Fatalf("%d matches and %d refusals of %d", len(m), len(refused), len(list))
		}
		for _, x := range expose(t, m, match.Fair{Places: 1, Seed: need}) {
			i := slices.IndexFunc(list, func(c match.Candidate) bool { return c.ID == x.ID })
			list[i].Open++
			chosen[x.ID]++
			if list[i].Open > list[i].Capacity {
				t.Fatalf("%s has %d engagements of %d", x.ID, list[i].Open, list[i].Capacity)
			}
		}
	}
	if len(chosen) < 10 {
		t.Errorf("only %d were chosen", len(chosen))
	}
}
