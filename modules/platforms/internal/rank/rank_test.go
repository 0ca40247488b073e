package rank

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"linghang/modules/platforms/internal/weight"
)

func near(a, b, by float64) bool { return math.Abs(a-b) <= by }

func reciprocal(upper ...[]float64) [][]float64 {
	n := len(upper) + 1
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
		m[i][i] = 1
	}
	for i, row := range upper {
		for k, v := range row {
			m[i][i+1+k], m[i+1+k][i] = v, 1/v
		}
	}
	return m
}

func TestContradictingJudgementsAreToldAtTheirField(t *testing.T) {
	j := weight.Judgement{Expert: "a", Matrix: reciprocal([]float64{3, 1.0 / 7, 3}, []float64{3, 1}, []float64{1.0 / 3})}
	m := Method{Items: []Item{{Code: "a"}, {Code: "b"}, {Code: "c"}, {Code: "d"}}, Weighting: ByAHP, Judgements: []weight.Judgement{j}}
	wrong := m.Check(func(string) bool { return true })
	if len(wrong) != 1 || wrong[0].At != "judgements[0].matrix" || !strings.Contains(wrong[0].Why, "item 1 against item 3") {
		t.Errorf("%+v", wrong)
	}
}

func TestValuesComeToOneScale(t *testing.T) {
	f := func(m Method, x Item, raw []float64, want ...float64) {
		t.Helper()
		got := m.scale(x, raw)
		for i := range want {
			if !near(got[i], want[i], 1e-6) {
				t.Errorf("%s %+v of %v: %v, want %v", m.Scaling, x, raw, got, want)
				return
			}
		}
	}
	nan := math.NaN()
	f(Method{Scaling: weight.MinMax}, Item{}, []float64{1, 3, 5, nan}, 0, 50, 100, 0)
	f(Method{Scaling: weight.MinMax}, Item{Reverse: true}, []float64{1, 3, 5, nan}, 100, 50, 0, 0)
	f(Method{Scaling: weight.MinMax}, Item{Log: true}, []float64{0, math.E - 1, math.E*math.E - 1}, 0, 50, 100)
	f(Method{Scaling: weight.MinMax}, Item{}, []float64{7, 7, 7}, 50, 50, 50)
	f(Method{Scaling: weight.MinMax, Trim: 0.25}, Item{}, []float64{0, 10, 20, 30, 1000}, 0, 0, 50, 100, 100)
	f(Method{Scaling: weight.Order}, Item{}, []float64{5, 1, 5, 9}, 50, 0, 50, 100)
	f(Method{Scaling: weight.ZScore}, Item{}, []float64{-1, 1}, 50-50.0/3, 50+50.0/3)
	f(Method{Scaling: weight.MinMax}, Item{}, []float64{nan, nan}, 0, 0)
}

func rows(n int, value func(i int, code string) (float64, bool)) []Row {
	var list []Row
	for i := range n {
		r := Row{ID: fmt.Sprintf("p%02d", i), Values: map[string]float64{}, Trust: 100, Graded: true}
		for _, code := range []string{"a", "b", "c"} {
			if v, ok := value(i, code); ok {
				r.Values[code] = v
			}
		}
		list = append(list, r)
	}
	return list
}

func byHand(items ...Item) Method {
	return Method{Items: items, Scaling: weight.MinMax, Weighting: ByHand, Judgements: []weight.Judgement{}}
}

func TestScoresAreSharesOfWeightTimesScaledTimesTrust(t *testing.T) {
	list := rows(3, func(i int, code string) (float64, bool) {
		return map[string]float64{"a": float64(i), "b": float64(2 - i), "c": 10}[code], true
	})
	list[2].Trust = 50
	m := byHand(Item{Code: "a", Weight: 3}, Item{Code: "b", Weight: 1})
	m.Trust = true
	r, err := Score(m, list)
	if err != nil {
		t.Fatal(err)
	}
	first := r.Places[0]
	if first.ID != "p02" || !near(first.Sum, 75, 1e-9) || !near(first.Factor, 0.85, 1e-9) || !near(first.Score, 63.75, 1e-9) {
		t.Errorf("first %+v", first)
	}
	if r.Places[1].ID != "p01" || r.Places[2].Rank != 3 {
		t.Errorf("%+v", r.Places)
	}
}

func TestWhatCannotBeRankedIsNamed(t *testing.T) {
	list := rows(4, func(i int, code string) (float64, bool) { return float64(i), i > 0 || code == "a" })
	list[3].Graded = false
	m := byHand(Item{Code: "a", Weight: 1}, Item{Code: "b", Weight: 1}, Item{Code: "c", Per: "a", Weight: 1})
	m.Trust = true
	r, err := Score(m, list)
	if err != nil || !slices.Equal(r.Unranked, []Unranked{{"p00", Missing}, {"p03", Ungraded}}) || len(r.Places) != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

// A method's order does not hang on the units in which an indicator is counted, nor
// on the order in which platforms stand, and the intervals hold the ranks.
func TestRanksHoldForOtherUnitsAndOrders(t *testing.T) {
	for seed := range uint64(30) {
		chance := rand.New(rand.NewPCG(seed, 9))
		list := rows(12, func(int, string) (float64, bool) { return chance.ExpFloat64() * 100, true })
		m := Method{
			Items: []Item{{Code: "a"}, {Code: "b", Reverse: true}, {Code: "c"}}, Scaling: weight.MinMax, Weighting: ByAHPAndIt, Lambda: 0.6, Cap: 0.5, Trim: 0.05, Error: 0.02,
			Judgements: []weight.Judgement{{Matrix: reciprocal([]float64{2, 3}, []float64{2})}},
		}
		r, err := Score(m, list)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range list {
			row.Values["a"] *= 1000
		}
		slices.Reverse(list)
		again, _ := Score(m, list)
		for i, p := range r.Places {
			if q := again.Places[i]; q.ID != p.ID || q.Rank != p.Rank || !near(q.Score, p.Score, 1e-9) {
				t.Fatalf("seed %d: place %d was %+v and is %+v", seed, i, p, q)
			}
			if p.Low > p.Rank || p.High < p.Rank || p.Score < 0 || p.Score > 100 {
				t.Fatalf("seed %d: %+v", seed, p)
			}
		}
		if len(r.Lambdas) != 11 || !slices.Equal(r.Lambdas[6].Ranks, ranks(r)) {
			t.Fatalf("seed %d: at its own share of AHP the order is another: %+v", seed, r.Lambdas)
		}
	}
}

func ranks(r Result) (list []int) {
	for _, p := range r.Places {
		list = append(list, p.Rank)
	}
	return list
}

func TestCloseScoresAreTied(t *testing.T) {
	list := rows(10, func(i int, code string) (float64, bool) {
		if i < 2 {
			return 1000 + float64(i), true
		}
		return float64(i), code != "none"
	})
	m := byHand(Item{Code: "a", Weight: 1}, Item{Code: "b", Weight: 1})
	m.Error = 0.02
	r, _ := Score(m, list)
	if !r.Places[1].Tied || r.Places[2].Tied || r.Places[0].High != 2 {
		t.Errorf("%+v", r.Places[:3])
	}
}

func TestEntropyIsLeftOutWhenFewAreCompared(t *testing.T) {
	list := rows(5, func(i int, code string) (float64, bool) { return float64(i * len(code)), true })
	m := byHand(Item{Code: "a"}, Item{Code: "b"})
	m.Weighting, m.Lambda, m.Judgements = ByAHPAndIt, 0.5, []weight.Judgement{{Matrix: reciprocal([]float64{4})}}
	r, err := Score(m, list)
	if err != nil || !r.Few || !near(r.Weights[0], 0.8, 1e-9) || len(r.Lambdas) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestWithoutAnItemTheOrderMayBeAnother(t *testing.T) {
	list := rows(4, func(i int, code string) (float64, bool) {
		return map[string]float64{"a": float64(i), "b": float64(-i)}[code], true
	})
	r, _ := Score(byHand(Item{Code: "a", Weight: 3}, Item{Code: "b", Weight: 1}), list)
	if r.Effects[0].Tau != -1 || r.Effects[0].Moved != 3 || r.Effects[1].Tau != 1 {
		t.Errorf("%+v", r.Effects)
	}
}

func TestNobodyToRankIsAnEmptyRanking(t *testing.T) {
	for _, w := range []Weighting{ByHand, ByEntropy, ByAHP} {
		m := byHand(Item{Code: "a", Weight: 1}, Item{Code: "b", Weight: 1})
		m.Weighting, m.Judgements = w, []weight.Judgement{{Matrix: reciprocal([]float64{1})}}
		if r, err := Score(m, nil); err != nil || len(r.Places) != 0 {
			t.Errorf("%s: %+v, %v", w, r, err)
		}
	}
}

func TestMethodsThatCannotBeUsedAreRefusedWithTheField(t *testing.T) {
	known := func(code string) bool { return code < "x" }
	f := func(m Method, at ...string) {
		t.Helper()
		var got []string
		for _, w := range m.Check(known) {
			got = append(got, w.At)
		}
		if !slices.Equal(got, at) {
			t.Errorf("%+v: %v, want %v", m, got, at)
		}
	}
	a, b := Item{Code: "a", Weight: 1}, Item{Code: "b", Weight: 1}
	f(byHand(a, b))
	f(byHand(a), "items")
	f(byHand(a, a), "items[1].code")
	f(byHand(a, Item{Code: "xx"}), "items[1].code")
	f(byHand(Item{Code: "a"}, Item{Code: "b"}), "items")
	f(byHand(a, Item{Code: "b", Per: "xx"}), "items[1].per")
	capped := byHand(a, b)
	capped.Cap = 0.4
	f(capped, "cap")
	ahp := byHand(a, b)
	ahp.Weighting = ByAHP
	f(ahp, "judgements")
	ahp.Judgements = []weight.Judgement{{Matrix: reciprocal([]float64{2, 2}, []float64{1})}}
	f(ahp, "judgements[0].matrix")
}
