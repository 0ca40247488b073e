package panel

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Method names how marks are calibrated.
const Method = "additive_least_squares"

// Mark is the total, 0 to 100, that a reviewer gave an application.
type Mark struct {
	Reviewer, Item string
	Total          float64
}

// Effect is how a reviewer marks beside the others who marked the same.
type Effect struct {
	Reviewer string
	Reviews  int
	Mean     float64 // of the marks given
	Effect   float64 // points above (lenient) or below (harsh) what others would have given
	Group    int     // from 1
}

// Adjusted is what the marks of an application come to.
type Adjusted struct {
	Item       string
	Reviews    int
	Raw        float64 // mean of the marks
	Calibrated float64 // mean of the marks less the effects of who gave them
	Spread     float64 // standard deviation of the marks; 0 with one
	Low, High  float64
	Group      int // from 1
}

// Calibration is the outcome for a call. Groups above 1 are not comparable by calibrated
// points: no reviewer joins them.
type Calibration struct {
	Groups  int
	Effects []Effect
	Items   []Adjusted
}

// markMost bounds how many reviewers are set off at once: the system has that many unknowns.
const markMost = 1000

// Calibrate fits the effects of reviewers by least squares, group by group. Within a group
// the effects add up to nothing over all marks. It refuses a mark that is no number, two
// marks of one reviewer for one item, and more than 1000 reviewers.
func Calibrate(marks []Mark) (Calibration, error) {
	t, err := tabulate(marks)
	if err != nil {
		return Calibration{}, err
	}
	c := Calibration{}
	group := t.groups()
	for _, g := range group {
		c.Groups = max(c.Groups, g)
	}
	effects := make([]float64, len(t.reviewers))
	for g := 1; g <= c.Groups; g++ {
		t.fit(g, group, effects)
	}
	for j, name := range t.reviewers {
		e := Effect{Reviewer: name, Reviews: len(t.by[j]), Effect: effects[j], Group: group[j]}
		for _, k := range t.by[j] {
			e.Mean += marks[k].Total / float64(len(t.by[j]))
		}
		c.Effects = append(c.Effects, e)
	}
	for i, name := range t.items {
		c.Items = append(c.Items, t.adjust(name, t.of[i], effects, group))
	}
	return c, nil
}

// table is the marks by who gave them and for what.
type table struct {
	marks            []Mark
	items, reviewers []string
	item, reviewer   []int   // of each mark
	of, by           [][]int // marks of an item, marks by a reviewer
}

func tabulate(marks []Mark) (*table, error) {
	t := &table{marks: marks, item: make([]int, len(marks)), reviewer: make([]int, len(marks))}
	seen := map[[2]string]bool{}
	for _, m := range marks {
		if math.IsNaN(m.Total) || math.IsInf(m.Total, 0) {
			return nil, fmt.Errorf("the mark of %s for %s is no number", m.Reviewer, m.Item)
		}
		if key := [2]string{m.Item, m.Reviewer}; seen[key] {
			return nil, fmt.Errorf("%s marked %s twice", m.Reviewer, m.Item)
		}
		seen[[2]string{m.Item, m.Reviewer}] = true
		t.items, t.reviewers = append(t.items, m.Item), append(t.reviewers, m.Reviewer)
	}
	slices.Sort(t.items)
	slices.Sort(t.reviewers)
	t.items, t.reviewers = slices.Compact(t.items), slices.Compact(t.reviewers)
	if len(t.reviewers) > markMost {
		return nil, fmt.Errorf("%d reviewers are more than %d", len(t.reviewers), markMost)
	}
	t.of, t.by = make([][]int, len(t.items)), make([][]int, len(t.reviewers))
	for k, m := range marks {
		t.item[k], _ = slices.BinarySearch(t.items, m.Item)
		t.reviewer[k], _ = slices.BinarySearch(t.reviewers, m.Reviewer)
		t.of[t.item[k]] = append(t.of[t.item[k]], k)
		t.by[t.reviewer[k]] = append(t.by[t.reviewer[k]], k)
	}
	return t, nil
}

// groups numbers reviewers from 1 by what joins them: an item that both marked.
func (t *table) groups() []int {
	group, next := make([]int, len(t.reviewers)), 0
	for start := range t.reviewers {
		if group[start] != 0 {
			continue
		}
		next++
		group[start] = next
		for queue := []int{start}; len(queue) > 0; {
			j := queue[0]
			queue = queue[1:]
			for _, k := range t.by[j] {
				for _, other := range t.of[t.item[k]] {
					if r := t.reviewer[other]; group[r] == 0 {
						group[r] = next
						queue = append(queue, r)
					}
				}
			}
		}
	}
	return group
}

// fit solves the normal equations of a group after the worths of items are eliminated.
// The first reviewer is held at 0, which makes the system positive definite; the effects
// are then centred.
func (t *table) fit(g int, group []int, effects []float64) {
	var members []int
	place := map[int]int{}
	for j := range t.reviewers {
		if group[j] == g {
			place[j] = len(members) - 1 // the first is held at 0
			members = append(members, j)
		}
	}
	n := len(members) - 1
	a, b := make([][]float64, n), make([]float64, n)
	for row, j := range members[1:] {
		a[row] = make([]float64, n)
		for _, k := range t.by[j] {
			marks := t.of[t.item[k]]
			share := 1 / float64(len(marks))
			a[row][row]++
			b[row] += t.marks[k].Total
			for _, other := range marks {
				b[row] -= share * t.marks[other].Total
				if p := place[t.reviewer[other]]; p >= 0 {
					a[row][p] -= share
				}
			}
		}
	}
	solve(a, b)
	sum, marks := 0.0, 0.0
	for row, j := range members[1:] {
		effects[j] = b[row]
		sum += b[row] * float64(len(t.by[j]))
	}
	for _, j := range members {
		marks += float64(len(t.by[j]))
	}
	for _, j := range members {
		effects[j] -= sum / marks
	}
}

// solve solves a symmetric positive definite system in place by Cholesky's decomposition;
// b becomes the solution.
func solve(a [][]float64, b []float64) {
	for i := range a {
		for j := 0; j <= i; j++ {
			v := a[i][j]
			for k := range j {
				v -= a[i][k] * a[j][k]
			}
			if i == j {
				a[i][i] = math.Sqrt(v)
			} else {
				a[i][j] = v / a[j][j]
			}
		}
	}
	for i := range a {
		for k := range i {
			b[i] -= a[i][k] * b[k]
		}
		b[i] /= a[i][i]
	}
	for i := len(a) - 1; i >= 0; i-- {
		for k := i + 1; k < len(a); k++ {
			b[i] -= a[k][i] * b[k]
		}
		b[i] /= a[i][i]
	}
}

func (t *table) adjust(name string, marks []int, effects []float64, group []int) Adjusted {
	x := Adjusted{Item: name, Reviews: len(marks), Low: math.Inf(1), High: math.Inf(-1)}
	for _, k := range marks {
		v := t.marks[k].Total
		x.Raw += v / float64(len(marks))
		x.Calibrated += (v - effects[t.reviewer[k]]) / float64(len(marks))
		x.Low, x.High, x.Group = min(x.Low, v), max(x.High, v), group[t.reviewer[k]]
	}
	if len(marks) > 1 {
		sum := 0.0
		for _, k := range marks {
			sum += (t.marks[k].Total - x.Raw) * (t.marks[k].Total - x.Raw)
		}
		x.Spread = math.Sqrt(sum / float64(len(marks)-1))
	}
	return x
}

// Thin are the reviewers with fewer reviews than it takes to tell severity from chance.
func (c Calibration) Thin() []string {
	const enough = 3
	var list []string
	for _, e := range c.Effects {
		if e.Reviews < enough {
			list = append(list, e.Reviewer)
		}
	}
	slices.SortFunc(list, strings.Compare)
	return list
}
