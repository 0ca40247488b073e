package plan

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestFormulaComputesOverMeasuresAndIsUnknownWhenAnyInputIs(t *testing.T) {
	measures := map[string]float64{"a.x": 6, "a.y": 3, "b.zero": 0}
	read := func(id string) (float64, bool) { v, ok := measures[id]; return v, ok }
	f := func(text string, want float64, known bool) {
		t.Helper()
		p, err := parseFormula(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			return
		}
		if got, ok := p.eval(read); got != want || ok != known {
			t.Errorf("%s = %v, %v; want %v, %v", text, got, ok, want, known)
		}
	}
	f("a.x", 6, true)
	f("1 + 2 * a.y - 4 / 2", 5, true)
	f("(1 + 2) * a.y", 9, true)
	f("-(a.x) + 10", 4, true)
	f("10 - 2 - 3", 5, true)
	f("min(a.x, a.y, 5)", 3, true)
	f("max(a.x, a.y) + sum(1, 2, a.y)", 12, true)
	f("100 * a.y / a.x", 50, true)
	f("1_000 * a.x", 6000, true)
	f("a.x / b.zero", 0, false)
	f("a.x + c.missing", 0, false)
	f("max(a.x, c.missing)", 0, false)
	f("0 * c.missing", 0, false)
}

func TestFormulaThatCannotBeReadIsRefusedWithItsPlace(t *testing.T) {
	for _, text := range []string{"", "a", "1 +", "(1", "1)", "min", "min()", "min(1", "a.x b.y", "a.", ".a", "1..2", "a.x ** 2", "A.x", "a.x; b", strings.Repeat("(", 50), strings.Repeat("1+", 300) + "1"} {
		if _, err := parseFormula(text); err == nil {
			t.Errorf("%.40q was accepted", text)
		}
	}
}

func TestFormulaNamesItsMeasuresOnce(t *testing.T) {
	f, err := parseFormula("b.y + a.x * max(b.y, 2)")
	if err != nil || !slices.Equal(f.measures, []string{"a.x", "b.y"}) {
		t.Errorf("measures %v, %v", f.measures, err)
	}
}

func FuzzFormula(f *testing.F) {
	for _, seed := range []string{"a.x", "1+2*3", "min(a.x,-b.y)", "((1))/0", "sum(1,2", "9e999", "1e5"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parseFormula(text)
		if err != nil {
			return
		}
		if v, known := p.eval(func(string) (float64, bool) { return 2, true }); known && (math.IsNaN(v) || math.IsInf(v, 0)) {
			t.Errorf("%q is known to be %v", text, v)
		}
		if _, known := p.eval(func(string) (float64, bool) { return 0, false }); known && len(p.measures) > 0 {
			t.Errorf("%q is known although no measure is", text)
		}
	})
}
