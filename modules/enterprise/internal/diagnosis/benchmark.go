package diagnosis

import (
	"cmp"
	"slices"

	"linghang/kernel/lang"
	"linghang/modules/enterprise/internal/assessment"
)

// fewest is how many enterprises a median tells nothing of each of.
const fewest = 5

// Benchmark is how the enterprises of an industry or a district stand.
type Benchmark struct {
	Of          string      `json:"of" enum:"industry,district"`
	Code        string      `json:"code" doc:"Of the industry or the district"`
	Enterprises int         `json:"enterprises" doc:"How many were diagnosed; 0: fewer than 5, so that nothing is told"`
	Axes        []Quartiles `json:"axes" nullable:"false" doc:"Empty: fewer than 5"`
	Score       *Quartiles  `json:"score,omitempty"`
}

// Quartiles are those of a number over enterprises.
type Quartiles struct {
	Code   string  `json:"code"`
	Q1     float64 `json:"q1"`
	Median float64 `json:"median"`
	Q3     float64 `json:"q3"`
}

// standing is the newest submitted sheet of an enterprise.
type standing struct {
	entry, district, industry string
	edition, level            int
	score                     float64
	axes                      []assessment.Axis
	reviewed, synthetic       bool
}

// benchmark compares those that belong to a group, in the edition of a sheet.
func benchmark(of, code string, s Sheet, all []standing) Benchmark {
	b := Benchmark{Of: of, Code: code, Axes: []Quartiles{}}
	group, scores := []standing{}, []float64{}
	for _, x := range all {
		belongs := x.industry
		if of == "district" {
			belongs = x.district
		}
		if belongs == code && x.edition == s.Edition {
			group, scores = append(group, x), append(scores, x.score)
		}
	}
	if len(group) < fewest {
		return b
	}
	b.Enterprises = len(group)
	b.Score = quartiles("score", scores)
	for _, a := range s.axes {
		list := []float64{}
		for _, x := range group {
			if i := slices.IndexFunc(x.axes, func(y assessment.Axis) bool { return y.Code == a.Code }); i >= 0 {
				list = append(list, x.axes[i].Percent)
			}
		}
		b.Axes = append(b.Axes, *quartiles(a.Code, list))
	}
	return b
}

func quartiles(code string, list []float64) *Quartiles {
	q1, median, q3 := assessment.Quartiles(list)
	return &Quartiles{code, q1, median, q3}
}

// Overview is the city's diagnoses on one page: of each enterprise the newest.
type Overview struct {
	Template    string     `json:"template"`
	Enterprises int        `json:"enterprises" doc:"How many were diagnosed"`
	Reviewed    int        `json:"reviewed" doc:"Of them reviewed by an expert"`
	Levels      []int      `json:"levels" nullable:"false" doc:"How many are at each level, from none (0) on"`
	Industries  []Division `json:"industries" nullable:"false"`
	Districts   []Division `json:"districts" nullable:"false"`
	Axes        []AxisMean `json:"axes" nullable:"false" doc:"Where the city is strong and weak"`
	Synthetic   bool       `json:"synthetic"`
}

// Division is the part of an industry or a district.
type Division struct {
	Code        string  `json:"code"`
	Enterprises int     `json:"enterprises"`
	Levels      []int   `json:"levels" nullable:"false"`
	Score       float64 `json:"score" doc:"Median"`
}

// AxisMean is how the enterprises stand on an axis.
type AxisMean struct {
	Title lang.Text `json:"title"`
	Quartiles
}

// survey adds up the newest sheets of all enterprises.
func survey(t *assessment.Template, all []standing) Overview {
	v := Overview{Template: t.ID, Levels: make([]int, len(t.Levels)+1), Axes: []AxisMean{}}
	industries, districts := map[string][]standing{}, map[string][]standing{}
	axes, order := map[string][]float64{}, []assessment.Axis{}
	for _, x := range all {
		v.Enterprises++
		if x.reviewed {
			v.Reviewed++
		}
		v.Synthetic = v.Synthetic || x.synthetic
		v.Levels[min(x.level, len(t.Levels))]++
		industries[x.industry], districts[x.district] = append(industries[x.industry], x), append(districts[x.district], x)
		for _, a := range x.axes {
			if axes[a.Code] == nil {
				order = append(order, a)
			}
			axes[a.Code] = append(axes[a.Code], a.Percent)
		}
	}
	v.Industries, v.Districts = divide(industries, len(t.Levels)), divide(districts, len(t.Levels))
	for _, a := range order {
		v.Axes = append(v.Axes, AxisMean{a.Title, *quartiles(a.Code, axes[a.Code])})
	}
	return v
}

// divide lists parts, those with most enterprises first.
func divide(parts map[string][]standing, levels int) []Division {
	list := []Division{}
	for code, of := range parts {
		d, scores := Division{Code: code, Enterprises: len(of), Levels: make([]int, levels+1)}, []float64{}
		for _, x := range of {
			d.Levels[min(x.level, levels)]++
			scores = append(scores, x.score)
		}
		_, d.Score, _ = assessment.Quartiles(scores)
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b Division) int {
		return cmp.Or(cmp.Compare(b.Enterprises, a.Enterprises), cmp.Compare(a.Code, b.Code))
	})
	return list
}
