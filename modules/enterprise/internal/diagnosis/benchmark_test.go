package diagnosis

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"linghang/modules/enterprise/internal/assessment"
)

func standings(n int) []standing {
	list := []standing{}
	for i := range n {
		list = append(list, standing{entry: string(rune('a' + i)), district: "370212", industry: "C35", edition: 1, level: i % 3, score: float64(10 * (i + 1)), axes: []assessment.Axis{{Code: "x", Percent: float64(i + 1)}}})
	}
	return list
}

func TestFewerThanFiveAreNotTold(t *testing.T) {
	s := Sheet{Edition: 1, axes: []assessment.Axis{{Code: "x"}}}
	told := func(list []standing, want int) {
		t.Helper()
		if b := benchmark("industry", "C35", s, list); b.Enterprises != want || (want == 0) != (b.Score == nil) {
			t.Errorf("of %d: %+v", len(list), b)
		}
	}
	told(standings(4), 0)
	told(standings(5), 5)
	other := standings(5)
	other[0].industry = "C36"
	told(other, 0)
	older := standings(5)
	older[0].edition = 2
	told(older, 0) // another edition is another questionnaire
	want := Benchmark{Of: "district", Code: "370212", Enterprises: 5, Axes: []Quartiles{{"x", 2, 3, 4}}, Score: &Quartiles{"score", 20, 30, 40}}
	if d := cmp.Diff(want, benchmark("district", "370212", s, standings(5))); d != "" {
		t.Error(d)
	}
}

func TestSurveyCountsEachOnce(t *testing.T) {
	tmpl := &assessment.Template{ID: "t", Levels: []assessment.Level{{Level: 1}, {Level: 2}}}
	list := standings(5)
	list[4].industry, list[4].reviewed, list[4].synthetic = "C36", true, true
	o := survey(tmpl, list)
	if d := cmp.Diff([]int{2, 2, 1}, o.Levels); d != "" || o.Reviewed != 1 || !o.Synthetic {
		t.Errorf("%s %+v", d, o)
	}
	want := []Division{{"C35", 4, []int{2, 1, 1}, 25}, {"C36", 1, []int{0, 1, 0}, 50}}
	if d := cmp.Diff(want, o.Industries); d != "" {
		t.Error(d)
	}
}
