package match_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"linghang/lib/match"
)

// decided makes decisions of people who go by their own weights.
func decided(needs int, own match.Vector, noise float64) []match.Decision {
	r := rand.New(rand.NewPCG(9, 9))
	var list []match.Decision
	for n := range needs {
		for c := range 6 {
			d := match.Decision{Need: fmt.Sprint("need", n), ID: fmt.Sprint(c)}
			score := noise * r.NormFloat64()
			for f := range d.Features {
				d.Features[f] = r.Float64()
				score += own[f] * d.Features[f]
			}
			d.Accepted = score > 0.5
			list = append(list, d)
		}
	}
	return list
}

func TestWeightsMoveToWhatPeopleGoBy(t *testing.T) {
	own := match.Vector{match.Distance: 0.6, match.Words: 0.4}
	list := decided(200, own, 0.05)
	got, err := match.Learn(t.Context(), list, match.Fixed())
	if err != nil {
		t.Fatal(err)
	}
	w := got.Weights
	if w[match.Distance] < 2*match.Fixed()[match.Distance] || w[match.Taxonomy] >= match.Fixed()[match.Taxonomy] || got.LearnedRight < got.FixedRight+0.05 {
		t.Errorf("%+v", got)
	}
	sum := 0.0
	for _, v := range w {
		if sum += v; v < 0 {
			t.Errorf("a negative weight: %v", w)
		}
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("they add up to %v", sum)
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	if again, err := match.Learn(t.Context(), list, match.Fixed()); err != nil || again != got {
		t.Errorf("another order gives %+v, %v", again, err)
	}
}

func TestWhatIsNoBetterIsRefused(t *testing.T) {
	got, err := match.Learn(t.Context(), decided(60, match.Fixed(), 0), match.Fixed())
	if !errors.Is(err, match.ErrNoBetter) || got.LearnedRight > got.FixedRight || got.HeldOut == 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestOfTooFewDecisionsNothingIsLearned(t *testing.T) {
	f := func(list []match.Decision) {
		t.Helper()
		if _, err := match.Learn(t.Context(), list, match.Fixed()); !errors.Is(err, match.ErrDecisions) {
			t.Errorf("%d decisions: %v", len(list), err)
		}
	}
	f(nil)
	f(decided(3, match.Fixed(), 0))
	f([]match.Decision{{Need: "x", Features: match.Vector{math.NaN()}}})
	all := decided(100, match.Fixed(), 0)
	for i := range all {
		all[i].Accepted = true
	}
	f(all)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := match.Learn(ctx, decided(100, match.Fixed(), 0), match.Fixed()); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
