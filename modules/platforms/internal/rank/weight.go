package rank

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

// together joins the judgements of several experts: entry by entry, the geometric
// mean, which keeps entries each other's reciprocal.
func together(list []Judgement) Judgement {
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

// entropyWeights weighs items by how much they tell platforms apart: an item that
// is the same for all weighs nothing. columns are the scaled values of each item.
func entropyWeights(columns [][]float64) []float64 {
	w := make([]float64, len(columns))
	total := 0.0
	for k, column := range columns {
		sum, low, high := 0.0, math.Inf(1), math.Inf(-1)
		for _, v := range column {
			sum += v
			low, high = min(low, v), max(high, v)
		}
		if len(column) < 2 || high-low < 1e-9 || sum <= 0 {
			continue
		}
		e := 0.0
		for _, v := range column {
			if p := v / sum; p > 0 {
				e -= p * math.Log(p)
			}
		}
		w[k] = max(0, 1-e/math.Log(float64(len(column))))
		total += w[k]
	}
	if total == 0 { // all platforms are the same
		for k := range w {
			w[k] = 1 / float64(len(w))
		}
		return w
	}
	for k := range w {
		w[k] /= total
	}
	return w
}

// capped lets no weight be above most: what is cut goes to the others in their
// proportion. most of 0, or one that cannot be kept, cuts nothing.
func capped(w []float64, most float64) []float64 {
	if most <= 0 || most*float64(len(w)) < 1 {
		return w
	}
	w = append([]float64{}, w...)
	for range len(w) {
		over, under := 0.0, 0.0
		for k := range w {
			if w[k] > most+1e-12 {
				over += w[k] - most
				w[k] = most
			} else if w[k] < most-1e-12 {
				under += w[k]
			}
		}
		if over == 0 {
			break
		}
		if under == 0 {
			return even(w, most, over)
		}
		for k := range w {
			if w[k] < most-1e-12 {
				w[k] += over * w[k] / under
			}
		}
	}
	return w
}

// even hands what is left over to weights of nothing, in equal parts.
func even(w []float64, most, over float64) []float64 {
	rest := 0
	for _, v := range w {
		if v < most-1e-12 {
			rest++
		}
	}
	for k := range w {
		if w[k] < most-1e-12 {
			w[k] += over / float64(rest)
		}
	}
	return w
}

// shares makes weights add up to 1.
func shares(w []float64) []float64 {
	sum := 0.0
	for _, v := range w {
		sum += v
	}
	out := make([]float64, len(w))
	for k, v := range w {
		out[k] = v / sum
	}
	return out
}
