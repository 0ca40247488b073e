package rank

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
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

// Three items, judged 3, 5 and 3: computed a second time from the closed form of the
// eigenvalue of a 3 × 3 reciprocal matrix, λ = 1 + x + 1/x with x = (a12·a23/a13)^(1/3).
func TestWeightsByAHPAreThePrincipalEigenvector(t *testing.T) {
	o, err := Weigh(Judgement{Matrix: reciprocal([]float64{3, 5}, []float64{3})})
	if err != nil {
		t.Fatal(err)
	}
	x := math.Cbrt(3.0 * 3 / 5)
	lambda := 1 + x + 1/x
	if want := (lambda - 3) / 2 / 0.58; !near(o.Ratio, want, 1e-9) || !o.Consistent() {
		t.Errorf("ratio %g, want %g", o.Ratio, want)
	}
	g := []float64{math.Cbrt(15), 1, math.Cbrt(1.0 / 15)} // of three items the eigenvector is the geometric means of the rows
	for k, want := range shares(g) {
		if !near(o.Weights[k], want, 1e-9) {
			t.Errorf("weight %d is %g, want %g", k, o.Weights[k], want)
		}
	}
}

func TestContradictingJudgementsAreToldWithTheWorstComparison(t *testing.T) {
	j := Judgement{Expert: "a", Matrix: reciprocal([]float64{3, 1.0 / 7, 3}, []float64{3, 1}, []float64{1.0 / 3})}
	o, err := Weigh(j)
	if err != nil || o.Consistent() || o.Worst != [2]int{0, 2} || !near(o.Hint, 0.75, 0.01) {
		t.Errorf("%+v, %v", o, err)
	}
	m := Method{Items: []Item{{Code: "a"}, {Code: "b"}, {Code: "c"}, {Code: "d"}}, Weighting: ByAHP, Judgements: []Judgement{j}}
	wrong := m.Check(func(string) bool { return true })
	if len(wrong) != 1 || wrong[0].At != "judgements[0].matrix" || !strings.Contains(wrong[0].Why, "item 1 against item 3") {
		t.Errorf("%+v", wrong)
	}
}

func TestMatricesThatAreNoneAreRefused(t *testing.T) {
	f := func(m [][]float64) {
		t.Helper()
		if _, err := Weigh(Judgement{Matrix: m}); err == nil {
			t.Errorf("%v was taken", m)
		}
	}
	f(nil)
	f([][]float64{{1, 2}})
	f([][]float64{{1, 2}, {2, 1}})
	f([][]float64{{1, 10}, {0.1, 1}})
	f([][]float64{{1, math.NaN()}, {1, 1}})
	f([][]float64{{2, 1}, {1, 1}})
	f(slices.Repeat([][]float64{slices.Repeat([]float64{1}, 10)}, 10))
}

// Worked by hand: columns (0, 100) and (50, 50, ...) of two platforms: an item that
// names one platform alone has entropy 0, one that is the same for all weighs nothing.
func TestEntropyWeighsWhatTellsPlatformsApart(t *testing.T) {
	if w := entropyWeights([][]float64{{0, 100}, {50, 50}}); w[0] != 1 || w[1] != 0 {
		t.Errorf("%v", w)
	}
	p := []float64{0.25, 0.75}
	e := -(p[0]*math.Log(p[0]) + p[1]*math.Log(p[1])) / math.Ln2
	w := entropyWeights([][]float64{{25, 75}, {0, 100}})
	if want := (1 - e) / (2 - e); !near(w[0], want, 1e-12) {
		t.Errorf("%v, want %g", w, want)
	}
	if w := entropyWeights([][]float64{{50, 50}, {50, 50}}); w[0] != 0.5 {
		t.Errorf("all the same: %v", w)
	}
}

func TestNoWeightIsAboveTheCap(t *testing.T) {
	f := func(w []float64, most float64, want ...float64) {
		t.Helper()
		got := capped(w, most)
		for k := range want {
			if !near(got[k], want[k], 1e-9) {
				t.Errorf("capped(%v, %g) = %v, want %v", w, most, got, want)
				return
			}
		}
	}
	f([]float64{0.7, 0.2, 0.1}, 0.4, 0.4, 0.4, 0.2)
	f([]float64{0.7, 0.2, 0.1}, 0, 0.7, 0.2, 0.1)
	f([]float64{1, 0, 0}, 0.5, 0.5, 0.25, 0.25)
	f([]float64{0.6, 0.4, 0, 0}, 0.3, 0.3, 0.3, 0.2, 0.2)
	f([]float64{0.7, 0.3}, 0.4, 0.7, 0.3) // it cannot be kept
	for range 2000 {
		w := make([]float64, 2+rand.IntN(8))
		for k := range w {
			w[k] = rand.Float64() * rand.Float64()
		}
		w = shares(w)
		most := 1/float64(len(w)) + rand.Float64()/2
		sum := 0.0
		for _, v := range capped(w, most) {
			if sum += v; v > most+1e-9 {
				t.Fatalf("capped(%v, %g) has %g", w, most, v)
			}
		}
		if !near(sum, 1, 1e-9) {
			t.Fatalf("capped(%v, %g) adds up to %g", w, most, sum)
		}
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
	f(Method{Scaling: MinMax}, Item{}, []float64{1, 3, 5, nan}, 0, 50, 100, 0)
	f(Method{Scaling: MinMax}, Item{Reverse: true}, []float64{1, 3, 5, nan}, 100, 50, 0, 0)
	f(Method{Scaling: MinMax}, Item{Log: true}, []float64{0, math.E - 1, math.E*math.E - 1}, 0, 50, 100)
	f(Method{Scaling: MinMax}, Item{}, []float64{7, 7, 7}, 50, 50, 50)
	f(Method{Scaling: MinMax, Trim: 0.25}, Item{}, []float64{0, 10, 20, 30, 1000}, 0, 0, 50, 100, 100)
	f(Method{Scaling: Order}, Item{}, []float64{5, 1, 5, 9}, 50, 0, 50, 100)
	f(Method{Scaling: ZScore}, Item{}, []float64{-1, 1}, 50-50.0/3, 50+50.0/3)
	f(Method{Scaling: MinMax}, Item{}, []float64{nan, nan}, 0, 0)
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
	return Method{Items: items, Scaling: MinMax, Weighting: ByHand, Judgements: []Judgement{}}
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
			Items: []Item{{Code: "a"}, {Code: "b", Reverse: true}, {Code: "c"}}, Scaling: MinMax, Weighting: ByAHPAndIt, Lambda: 0.6, Cap: 0.5, Trim: 0.05, Error: 0.02,
			Judgements: []Judgement{{Matrix: reciprocal([]float64{2, 3}, []float64{2})}},
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
	m.Weighting, m.Lambda, m.Judgements = ByAHPAndIt, 0.5, []Judgement{{Matrix: reciprocal([]float64{4})}}
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
		m.Weighting, m.Judgements = w, []Judgement{{Matrix: reciprocal([]float64{1})}}
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
	ahp.Judgements = []Judgement{{Matrix: reciprocal([]float64{2, 2}, []float64{1})}}
	f(ahp, "judgements[0].matrix")
}
