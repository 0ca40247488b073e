package index

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"linghang/modules/platforms/internal/weight"
)

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

func ahp(matrices ...[][]float64) Weighting {
	w := Weighting{By: ByAHP}
	for _, m := range matrices {
		w.Judgements = append(w.Judgements, weight.Judgement{Matrix: m})
	}
	return w
}

// three platforms of one month: x spreads 0, 50, 100 over them and y 0, 0, 100.
func spread() Panel {
	return Panel{
		"x": {"A": {0: 10}, "B": {0: 20}, "C": {0: 30}},
		"y": {"A": {0: 5}, "B": {0: 5}, "C": {0: 9}},
	}
}

// By hand: the shares of x are 0, 1/3 and 2/3, so that its entropy is
// −(1/3·ln 1/3 + 2/3·ln 2/3) ÷ ln 3 = 0.5794; those of y are 0, 0 and 1: entropy 0.
// Weights are 0.4206 ÷ 1.4206 and 1 ÷ 1.4206.
func TestWeightsByEntropyAreAsWorkedByHand(t *testing.T) {
	d := one(Arithmetic, "x", "y")
	d.Dimensions[0].Weighting.By, d.Window = ByEntropy, Window{"2025-01", "2025-01"}
	w, err := d.Weigh(spread())
	if err != nil {
		t.Fatal(err)
	}
	e := -(math.Log(1.0/3)/3 + 2*math.Log(2.0/3)/3) / math.Log(3)
	g := w.Items[0]
	if !near(&g.Entropies[0], e) || math.Abs(g.Entropies[1]) > 1e-12 || !near(&g.Weights[0], 100*(1-e)/(2-e)) || !near(&g.Weights[1], 100/(2-e)) {
		t.Errorf("%+v, entropy %g", g, e)
	}
	if g.Rows != 3 || g.Platforms != 3 || !g.Few || w.Dimensions.By != ByHand || w.Dimensions.Weights[0] != 100 {
		t.Errorf("%+v", w)
	}
	if x := d.With(w).Dimensions[0].Items[1]; !near(&x.Weight, g.Weights[1]) || d.Dimensions[0].Items[1].Weight != 50 {
		t.Errorf("in force %+v, before %+v", x, d.Dimensions[0].Items[1])
	}
}

// Two dimensions of one item each weigh what the items would in one dimension.
func TestDimensionsAreWeighedByWhatTheirItemsComeTo(t *testing.T) {
	d := one(Arithmetic, "x")
	d.Dimensions = append(d.Dimensions, dimension(40, Item{"y", 100}))
	d.Weighting.By = ByEntropy
	w, err := d.Weigh(spread())
	both := one(Arithmetic, "x", "y")
	both.Dimensions[0].Weighting.By = ByEntropy
	items, _ := both.Weigh(spread())
	for k, v := range items.Items[0].Weights {
		if err != nil || !near(&w.Dimensions.Weights[k], v) {
			t.Errorf("%+v, want %+v (%v)", w.Dimensions, items.Items[0], err)
		}
	}
}

// Only months in which a platform has figures of the whole group count, and each month
// is a row.
func TestOnlyWholeRowsAreWeighed(t *testing.T) {
	p := spread()
	p["x"]["D"] = Reported{0: 1e9}
	p["x"]["A"][1], p["y"]["A"][1] = 40, 40
	d := one(Arithmetic, "x", "y")
	d.Dimensions[0].Weighting.By = ByEntropy
	w, err := d.Weigh(p)
	if err != nil || w.Items[0].Rows != 4 || w.Items[0].Platforms != 3 {
		t.Errorf("%+v, %v", w, err)
	}
	used := d.Used(p)
	if _, ok := used["x"]["D"]; ok || used["x"]["A"][1] != 40 || len(used["y"]) != 3 {
		t.Errorf("used %v", used)
	}
	delete(p["y"], "B")
	var few *TooFewError
	if _, err := d.Weigh(p); !errors.As(err, &few) || few.Platforms != 2 || !slices.Equal(few.Codes, []string{"x", "y"}) || !strings.Contains(few.Error(), "need 3") {
		t.Errorf("of two platforms: %v", err)
	}
}

func TestWeightsByAHPAreThoseOfAllExpertsTogether(t *testing.T) {
	d := one(Arithmetic, "x", "y")
	d.Dimensions[0].Weighting = ahp(reciprocal([]float64{9}), reciprocal([]float64{1}))
	w, err := d.Weigh(nil)
	if g := w.Items[0]; err != nil || !near(&g.Weights[0], 75) || len(g.Opinions) != 2 || !near(&g.Opinions[0].Weights[0], 0.9) || g.Ratio != 0 {
		t.Errorf("%+v, %v", w, err)
	}
	settled, err := d.Settled()
	if err != nil || !near(&settled.Dimensions[0].Items[0].Weight, 75) || d.Dimensions[0].Items[0].Weight != 50 || settled.Dimensions[0].Weight != 100 {
		t.Errorf("settled %+v, %v", settled, err)
	}
}

func TestADefinitionInOneFormKeepsWhatCounts(t *testing.T) {
	d := one(Arithmetic, "x", "y")
	d.Window = Window{"2025-01", "2025-02"}
	d.Dimensions[0].Weighting = Weighting{Judgements: []weight.Judgement{{Expert: "a"}}}
	n := d.Normal()
	if n.Weighting.By != ByHand || n.Dimensions[0].Weighting.By != ByHand || n.Dimensions[0].Weighting.Judgements != nil || n.Window != (Window{}) || d.Dimensions[0].Weighting.By != "" {
		t.Errorf("%+v of %+v", n, d)
	}
	d.Weighting.By = ByEntropy
	settled, err := d.Settled()
	if err != nil || settled.Window.From != "2025-01" || settled.Dimensions[0].Weight != 0 || settled.Dimensions[0].Items[0].Weight != 50 {
		t.Errorf("%+v, %v", settled, err)
	}
}

func TestWeightingsThatCannotBeUsedAreRefusedWithTheField(t *testing.T) {
	f := func(d Definition, at ...string) {
		t.Helper()
		var got []string
		for _, w := range d.Check(func(string) bool { return true }) {
			got = append(got, w.At)
		}
		if !slices.Equal(got, at) {
			t.Errorf("%+v: %v, want %v", d, got, at)
		}
	}
	entropy := func(from, until string) Definition {
		d := one(Arithmetic, "x", "y")
		d.Weighting.By, d.Window, d.Dimensions[0].Weight = ByEntropy, Window{from, until}, 0
		return d
	}
	f(entropy("2025-01", "2025-01"))
	f(entropy("2023-01", "2025-12"))
	f(entropy("2023-01", "2026-01"), "window.until")
	f(entropy("2025-02", "2025-01"), "window.until")
	f(entropy("", "2025-01"), "window")
	judged := func(w Weighting) Definition {
		d := one(Arithmetic, "x", "y", "z")
		d.Dimensions[0].Weighting = w
		d.Dimensions[0].Items[0].Weight = 0
		return d
	}
	f(judged(ahp(reciprocal([]float64{2, 4}, []float64{2}))))
	f(judged(ahp()), "dimensions[0].weighting.judgements")
	f(judged(ahp(reciprocal([]float64{2}))), "dimensions[0].weighting.judgements[0].matrix")
	f(judged(ahp(reciprocal([]float64{2, 4}, []float64{2}), reciprocal([]float64{9, 1.0 / 9}, []float64{9}))), "dimensions[0].weighting.judgements[1].matrix")
	many := one(Arithmetic, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j")
	many.Dimensions[0].Weighting = ahp(reciprocal([]float64{1}))
	f(many, "dimensions[0].items")
	many.Dimensions[0].Weighting = Weighting{}
	many.Weighting = ahp([][]float64{{1, 2}, {0.5, 1}})
	f(many, "weighting.judgements[0].matrix")
}

// The level is within its bounds; where all items have the same level, so have the
// bounds; what weighs nothing moves nothing.
func TestBoundsHoldTheLevel(t *testing.T) {
	each(t, func(t *testing.T, chance *rand.Rand, d Definition) {
		p := random(chance, 6, d.Codes()...)
		for i, m := range Compute(d, 6, p) {
			if m.Bounds == nil || m.Bounds.Low > *m.Level.Chained || m.Bounds.High < *m.Level.Chained || i == 0 && !near(&m.Bounds.Low, m.Bounds.High) {
				t.Fatalf("month %d: %v within %+v", i, *m.Level.Chained, m.Bounds)
			}
		}
	})
	p := Panel{"x": {"A": {0: 1, 1: 1}}, "y": {"A": {0: 1, 1: 4}}}
	d := one(Arithmetic, "x")
	d.Dimensions = append(d.Dimensions, dimension(0, Item{"y", 100}))
	m := Compute(d, 2, p)[1]
	if !near(m.Level.Chained, 100) || m.Bounds.High != m.Bounds.Low || m.Dimensions[0].Without != nil || !near(m.Dimensions[1].Without, 100) {
		t.Errorf("%+v", m)
	}
	d.Dimensions[0].Weight, d.Dimensions[1].Weight = 50, 50
	m = Compute(d, 2, p)[1]
	if !near(m.Level.Chained, 250) || !(m.Bounds.Low < 245 && m.Bounds.High > 255) || !near(m.Dimensions[0].Without, 400) || !near(m.Dimensions[1].Without, 100) {
		t.Errorf("%+v %+v", m, m.Bounds)
	}
}

// What weighs nothing may be missing.
func TestWhatWeighsNothingNeedNotBeTold(t *testing.T) {
	d := one(Geometric, "x", "y")
	d.Dimensions[0].Items[0].Weight, d.Dimensions[0].Items[1].Weight = 100, 0
	p := Panel{"x": {"A": {0: 1, 1: 2}}}
	if m := Compute(d, 2, p)[1]; !near(m.Level.Chained, 200) || m.Bounds == nil || !near(&m.Bounds.Low, 200) {
		t.Errorf("%+v", m)
	}
}

// In whichever unit an item is counted, and whatever platforms are called, weights by
// entropy are the same, and they add up to 100.
func TestWeightsByEntropyFollowNeitherUnitsNorNames(t *testing.T) {
	each(t, func(t *testing.T, chance *rand.Rand, d Definition) {
		d.Weighting.By, d.Dimensions[0].Weighting.By = ByEntropy, ByEntropy
		p := random(chance, 12, d.Codes()...)
		before, err := d.Weigh(p)
		if err != nil {
			t.Fatal(err)
		}
		other := Panel{}
		for code, of := range p {
			other[code] = map[string]Reported{}
			unit := 1 + chance.Float64()*1000
			for id, r := range of {
				other[code]["z"+id] = Reported{}
				for t, v := range r {
					other[code]["z"+id][t] = v * unit
				}
			}
		}
		after, _ := d.Weigh(other)
		sum := 0.0
		for k, v := range after.Dimensions.Weights {
			if sum += v; !near(&v, before.Dimensions.Weights[k]) {
				t.Fatalf("%+v became %+v", before, after)
			}
		}
		if !near(&sum, 100) {
			t.Fatalf("weights add up to %g", sum)
		}
	})
}
