package rank

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"linghang/modules/platforms/internal/weight"
)

// lambdaLow and lambdaHigh are between which the share of AHP is moved.
const lambdaLow, lambdaHigh = 0.4, 0.8

// Effect is what an item does to the order.
type Effect struct {
	Tau   float64 `json:"tau" doc:"Kendall's rank correlation (tau-b) with the order without this item; 1: it changes nothing"`
	Moved int     `json:"moved" doc:"Most places that a platform moves without it"`
}

// Lambda is the order at another share of AHP.
type Lambda struct {
	Lambda float64 `json:"lambda"`
	Ranks  []int   `json:"ranks" nullable:"false" doc:"As the places are"`
}

// intervals repeats the ranking with values off by the method's error and weights
// moved, and keeps the ranks that nine in ten repetitions stay within. The same
// method and rows give the same intervals.
func (m Method) intervals(t table, r *Result) {
	if len(t.rows) > 1 {
		chance := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // repeatable on purpose
		seen := make([][]int, len(t.rows))
		for range weight.Repetitions {
			off := m.disturbed(t, chance)
			for i, rank := range ranksOf(off, m.moved(r, off, chance)) {
				seen[i] = append(seen[i], rank)
			}
		}
		for i := range r.Places {
			slices.Sort(seen[i])
			low, high := weight.Within(seen[i])
			r.Places[i].Low, r.Places[i].High = min(r.Places[i].Rank, low), max(r.Places[i].Rank, high)
		}
	}
	slices.SortStableFunc(r.Places, func(a, b Place) int { return cmp.Compare(b.Score, a.Score) })
	for i := 1; i < len(r.Places); i++ {
		above, p := r.Places[i-1], &r.Places[i]
		p.Tied = p.Low <= above.Rank && above.High >= p.Rank
	}
}

// disturbed is the table with each value off by a relative error.
func (m Method) disturbed(t table, chance *rand.Rand) table {
	off := table{rows: t.rows, factors: t.factors}
	for k, x := range m.Items {
		raw := make([]float64, len(t.rows))
		for i, v := range t.raw[k] {
			raw[i] = v * (1 + m.Error*chance.NormFloat64())
		}
		off.raw = append(off.raw, raw)
		off.scaled = append(off.scaled, m.scale(x, raw))
	}
	return off
}

// moved are weights a little off: the share of AHP where both count, each weight
// by itself where they come by hand or by AHP, those of the disturbed values where
// entropy decides.
func (m Method) moved(r *Result, off table, chance *rand.Rand) []float64 {
	switch {
	case m.Weighting == ByEntropy:
		return weight.Capped(weight.ByEntropies(weight.Entropies(off.scaled)), m.Cap)
	case m.Weighting == ByAHPAndIt && !r.Few:
		return m.combined(r.AHP, weight.ByEntropies(weight.Entropies(off.scaled)), lambdaLow+chance.Float64()*(lambdaHigh-lambdaLow))
	default:
		return weight.Capped(weight.Moved(r.Weights, chance), m.Cap)
	}
}

// sensitivity tells what the order hangs on. It runs after the places are in order.
func (m Method) sensitivity(t table, r *Result) {
	base := ranksOf(t, r.Weights)
	r.Effects, r.Lambdas = make([]Effect, len(m.Items)), []Lambda{}
	for k := range m.Items {
		w := slices.Clone(r.Weights)
		w[k] = 0
		e := Effect{Tau: 1}
		if slices.Max(w) > 0 {
			ranks := ranksOf(t, weight.Shares(w))
			e.Tau = tau(base, ranks)
			for i := range ranks {
				e.Moved = max(e.Moved, ranks[i]-base[i], base[i]-ranks[i])
			}
		}
		r.Effects[k] = e
	}
	if m.Weighting != ByAHPAndIt || r.Few {
		return
	}
	at := map[string]int{}
	for i, row := range t.rows {
		at[row.ID] = i
	}
	for step := range 11 {
		lambda := float64(step) / 10
		ranks := ranksOf(t, m.combined(r.AHP, r.Entropy, lambda))
		in := make([]int, len(r.Places))
		for i, p := range r.Places {
			in[i] = ranks[at[p.ID]]
		}
		r.Lambdas = append(r.Lambdas, Lambda{lambda, in})
	}
}

// tau is Kendall's rank correlation with ties (tau-b); 1 when there is no order.
func tau(a, b []int) float64 {
	var both, onlyA, onlyB, balance float64
	for i := range a {
		for k := range i {
			x, y := cmp.Compare(a[i], a[k]), cmp.Compare(b[i], b[k])
			switch {
			case x != 0 && y != 0:
				both++
				balance += float64(x * y)
			case x != 0:
				onlyA++
			case y != 0:
				onlyB++
			}
		}
	}
	if below := (both + onlyA) * (both + onlyB); below > 0 {
		return balance / math.Sqrt(below)
	}
	return 1
}
