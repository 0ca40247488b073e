package weight

import (
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

func byEntropy(columns [][]float64) []float64 { return ByEntropies(Entropies(columns)) }

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
	for k, want := range Shares(g) {
		if !near(o.Weights[k], want, 1e-9) {
			t.Errorf("weight %d is %g, want %g", k, o.Weights[k], want)
		}
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
	if w := byEntropy([][]float64{{0, 100}, {50, 50}}); w[0] != 1 || w[1] != 0 {
		t.Errorf("%v", w)
	}
	p := []float64{0.25, 0.75}
	e := -(p[0]*math.Log(p[0]) + p[1]*math.Log(p[1])) / math.Ln2
	w := byEntropy([][]float64{{25, 75}, {0, 100}})
	if want := (1 - e) / (2 - e); !near(w[0], want, 1e-12) {
		t.Errorf("%v, want %g", w, want)
	}
	if w := byEntropy([][]float64{{50, 50}, {50, 50}}); w[0] != 0.5 {
		t.Errorf("all the same: %v", w)
	}
}

func TestNoWeightIsAboveTheCap(t *testing.T) {
	f := func(w []float64, most float64, want ...float64) {
		t.Helper()
		got := Capped(w, most)
		for k := range want {
			if !near(got[k], want[k], 1e-9) {
				t.Errorf("Capped(%v, %g) = %v, want %v", w, most, got, want)
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
		w = Shares(w)
		most := 1/float64(len(w)) + rand.Float64()/2
		sum := 0.0
		for _, v := range Capped(w, most) {
			if sum += v; v > most+1e-9 {
				t.Fatalf("Capped(%v, %g) has %g", w, most, v)
			}
		}
		if !near(sum, 1, 1e-9) {
			t.Fatalf("Capped(%v, %g) adds up to %g", w, most, sum)
		}
	}
}

func TestJudgementsThatCannotBeUsedAreNamed(t *testing.T) {
	good := Judgement{Matrix: reciprocal([]float64{3, 5}, []float64{3})}
	f := func(list []Judgement, items int, at string, words ...string) {
		t.Helper()
		wrong := Check(list, items)
		if at == "" && len(wrong) == 0 {
			return
		}
		if len(wrong) != 1 || wrong[0].At != at {
			t.Errorf("%+v, want one at %q", wrong, at)
			return
		}
		for _, w := range words {
			if !strings.Contains(wrong[0].Why, w) {
				t.Errorf("%q lacks %q", wrong[0].Why, w)
			}
		}
	}
	f([]Judgement{good, good}, 3, "")
	f(nil, 3, "judgements")
	f([]Judgement{good}, 10, "items")
	f([]Judgement{good}, 4, "judgements[0].matrix")
	contradicts := Judgement{Matrix: reciprocal([]float64{3, 1.0 / 7, 3}, []float64{3, 1}, []float64{1.0 / 3})}
	if o, err := Weigh(contradicts); err != nil || o.Consistent() || o.Worst != [2]int{0, 2} || !near(o.Hint, 0.75, 0.01) {
		t.Errorf("%+v, %v", o, err)
	}
	f([]Judgement{{Matrix: reciprocal([]float64{1, 1, 1}, []float64{1, 1}, []float64{1})}, contradicts}, 4, "judgements[1].matrix", "item 1 against item 3", "0.75")
}

// Two experts that hold the opposite of one another agree on nothing.
func TestExpertsCountAlike(t *testing.T) {
	m := reciprocal([]float64{4, 8}, []float64{2})
	opposite := slices.Clone(m)
	for i := range m {
		opposite[i] = slices.Clone(m[i])
		for k := range m {
			opposite[i][k] = m[k][i]
		}
	}
	o, err := Weigh(Joint([]Judgement{{Matrix: m}, {Matrix: opposite}}))
	for _, w := range o.Weights {
		if err != nil || !near(w, 1.0/3, 1e-9) || !near(o.Ratio, 0, 1e-9) {
			t.Errorf("%+v, %v", o, err)
		}
	}
}

func TestMovedWeightsStayNearAndAddUp(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 1))
	for range 500 {
		w := []float64{0.5, 0.3, 0.2, 0}
		off := Moved(w, chance)
		sum := 0.0
		for k, v := range off {
			sum += v
			if v < w[k]*0.8/1.2-1e-12 || v > w[k]*1.2/0.8+1e-12 {
				t.Fatalf("%v became %v", w, off)
			}
		}
		if !near(sum, 1, 1e-12) {
			t.Fatalf("%v adds up to %g", off, sum)
		}
	}
}

func TestNineInTenAreWithin(t *testing.T) {
	list := make([]int, 400)
	for i := range list {
		list[i] = i
	}
	if low, high := Within(list); low != 20 || high != 379 {
		t.Errorf("%d to %d", low, high)
	}
}
