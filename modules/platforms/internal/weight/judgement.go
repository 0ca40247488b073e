package weight

import (
	"errors"
	"fmt"
	"math"
)

// randomIndex is the mean consistency index of random matrices of 1 to 9 items
// (Saaty 1980, table 2.2).
func randomIndex(n int) float64 {
	return [...]float64{0, 0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45}[n]
}

// MostJudged is how many items experts can compare with one another: above nine,
// people no longer judge consistently, and no random index is agreed on.
const MostJudged = 9

// consistent is the ratio above which judgements contradict one another too much.
const consistent = 0.1

// Judgement is what one expert thinks: Matrix[i][j] is how many times item i matters
// as much as item j, 1/9 to 9; Matrix[j][i] is its reciprocal.
type Judgement struct {
	Expert string      `json:"expert" maxLength:"60"`
	Matrix [][]float64 `json:"matrix" maxItems:"9" nullable:"false"`
}

// Opinion is what a judgement comes to.
type Opinion struct {
	Expert  string    `json:"expert"`
	Weights []float64 `json:"weights" nullable:"false"`
	Ratio   float64   `json:"ratio" doc:"Consistency ratio (CR); 0.1 and more contradicts itself"`
	// Worst names the comparison that contradicts the others most.
	Worst [2]int  `json:"worst"`
	Hint  float64 `json:"hint" doc:"What the other comparisons say of the worst one"`
}

// Consistent reports whether an opinion can be used.
func (o Opinion) Consistent() bool { return o.Ratio < consistent }

// ErrMatrix is wrapped by what is wrong with a matrix of judgements.
var ErrMatrix = errors.New("not a matrix of pairwise judgements")

// Weigh returns the weights behind an expert's judgements: the principal
// eigenvector, by power iteration, with the consistency ratio.
func Weigh(j Judgement) (Opinion, error) {
	n := len(j.Matrix)
	if n < 1 || n > MostJudged {
		return Opinion{}, fmt.Errorf("%w: %d items; 1 to %d can be compared", ErrMatrix, n, MostJudged)
	}
	for i, row := range j.Matrix {
		if len(row) != n {
			return Opinion{}, fmt.Errorf("%w: row %d has %d entries, not %d", ErrMatrix, i+1, len(row), n)
		}
		for k, v := range row {
			if !(v >= 1.0/9-1e-9 && v <= 9+1e-9) {
				return Opinion{}, fmt.Errorf("%w: entry %d,%d is %g; 1/9 to 9 are possible", ErrMatrix, i+1, k+1, v)
			}
		}
	}
	for i := range n {
		for k := range i + 1 {
			if math.Abs(j.Matrix[i][k]*j.Matrix[k][i]-1) > 0.01 {
				return Opinion{}, fmt.Errorf("%w: entries %d,%d and %d,%d are not each other's reciprocal", ErrMatrix, i+1, k+1, k+1, i+1)
			}
		}
	}
	w, lambda := principal(j.Matrix)
	o := Opinion{Expert: j.Expert, Weights: w, Hint: 1}
	if n > 2 {
		o.Ratio = max(0, (lambda-float64(n))/float64(n-1)/randomIndex(n))
	}
	worst := 1.0
	for i := range n {
		for k := i + 1; k < n; k++ {
			off := j.Matrix[i][k] * w[k] / w[i]
			if off = max(off, 1/off); off > worst {
				worst, o.Worst, o.Hint = off, [2]int{i, k}, w[i]/w[k]
			}
		}
	}
	return o, nil
}

// principal returns the principal eigenvector of a positive matrix, adding up to 1,
// and its eigenvalue. Power iteration converges for every positive matrix (Perron).
func principal(a [][]float64) (w []float64, lambda float64) {
	n := len(a)
	w = make([]float64, n)
	for i := range w {
		w[i] = 1 / float64(n)
	}
	for range 1000 {
		next := make([]float64, n)
		lambda = 0
		for i, row := range a {
			for k, v := range row {
				next[i] += v * w[k]
			}
			lambda += next[i]
		}
		moved := 0.0
		for i := range next {
			next[i] /= lambda
			moved = max(moved, math.Abs(next[i]-w[i]))
		}
		w = next
		if moved < 1e-12 {
			break
		}
	}
	return w, lambda
}

// Joint joins the judgements of several experts, one at least, of the same items: entry
// by entry, the geometric mean, which keeps entries each other's reciprocal.
func Joint(list []Judgement) Judgement {
	n := len(list[0].Matrix)
	all := Judgement{Matrix: make([][]float64, n)}
	for i := range n {
		all.Matrix[i] = make([]float64, n)
		for k := range n {
			sum := 0.0
			for _, j := range list {
				sum += math.Log(j.Matrix[i][k])
			}
			all.Matrix[i][k] = math.Exp(sum / float64(len(list)))
		}
	}
	return all
}

// Wrong is one thing that judgements cannot be used with.
type Wrong struct {
	At  string // the field, from where the judgements are down; "items" is what they judge
	Why string
}

// Check returns what is wrong with the judgements of experts on so many items: with one
// that contradicts itself, the comparison that contradicts the others most.
func Check(list []Judgement, items int) []Wrong {
	if items > MostJudged {
		return []Wrong{{"items", fmt.Sprintf("experts can compare %d items at most", MostJudged)}}
	}
	if len(list) == 0 {
		return []Wrong{{"judgements", "enter the judgements of at least one expert"}}
	}
	var wrong []Wrong
	for i, j := range list {
		at := fmt.Sprintf("judgements[%d].matrix", i)
		if len(j.Matrix) != items {
			wrong = append(wrong, Wrong{at, "compare each item with each other one"})
			continue
		}
		o, err := Weigh(j)
		switch {
		case err != nil:
			wrong = append(wrong, Wrong{at, err.Error()})
		case !o.Consistent():
			wrong = append(wrong, Wrong{at, fmt.Sprintf(
				"these judgements contradict one another (consistency ratio %.2f, below 0.1 is asked for); look at item %d against item %d again: the others say %.2g", o.Ratio, o.Worst[0]+1, o.Worst[1]+1, o.Hint)})
		}
	}
	return wrong
}
