package latent

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// matrix is sparse rows.
type matrix struct {
	columns int
	starts  []int
	entries []entry
}

func (m *matrix) add(row []entry) {
	m.entries = append(m.entries, row...)
	m.starts = append(m.starts, len(m.entries))
}

func (m *matrix) rows() int { return len(m.starts) - 1 }

// times returns the product with a dense matrix of width columns.
func (m *matrix) times(x []float64, width int) []float64 {
	out := make([]float64, m.rows()*width)
	for r := range m.rows() {
		to := out[r*width : (r+1)*width]
		for _, e := range m.entries[m.starts[r]:m.starts[r+1]] {
			for j, v := range x[e.column*width : (e.column+1)*width] {
				to[j] += e.value * v
			}
		}
	}
	return out
}

// turned returns the product of the transposed matrix with a dense one.
func (m *matrix) turned(x []float64, width int) []float64 {
	out := make([]float64, m.columns*width)
	for r := range m.rows() {
		from := x[r*width : (r+1)*width]
		for _, e := range m.entries[m.starts[r]:m.starts[r+1]] {
			to := out[e.column*width : (e.column+1)*width]
			for j, v := range from {
				to[j] += e.value * v
			}
		}
	}
	return out
}

// spare is how many directions more are tried than are kept.
const spare = 10

// decompose returns the right singular vectors of the largest singular values, by row:
// of each column of the matrix its dimensions numbers.
func decompose(ctx context.Context, m *matrix, dimensions, passes int, seed uint64) ([]float32, error) {
	width := min(dimensions+spare, m.rows(), m.columns)
	r := rand.New(rand.NewPCG(seed, 0x5eed)) //nolint:gosec // numbers that come again are wanted
	x := make([]float64, m.columns*width)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	for pass := 0; ; pass++ {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		q := m.times(x, width)
		straighten(q, width)
		x = m.turned(q, width)
		if pass == passes {
			break
		}
		straighten(x, width)
	}
	return rightVectors(x, width, dimensions), nil
}

// straighten makes the columns of a dense matrix orthogonal and of length 1 (modified
// Gram-Schmidt); those that depend on others become zeros.
func straighten(x []float64, width int) {
	rows := len(x) / width
	column := make([][]float64, width)
	for j := range column {
		column[j] = make([]float64, rows)
		for i := range rows {
			column[j][i] = x[i*width+j]
		}
	}
	for j, c := range column {
		before := math.Sqrt(dot(c, c))
		for range 2 { // once more, for what rounding left
			for _, o := range column[:j] {
				f := dot(c, o)
				for i, v := range o {
					c[i] -= f * v
				}
			}
		}
		length := math.Sqrt(dot(c, c))
		if length <= 1e-10*before || length == 0 {
			clear(c)
			continue
		}
		for i := range c {
			c[i] /= length
		}
	}
	for j, c := range column {
		for i, v := range c {
			x[i*width+j] = v
		}
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// rightVectors turns z = Aᵀq, with q orthogonal, into the right singular vectors of A:
// z·w/σ with w and σ² those of zᵀz.
func rightVectors(z []float64, width, dimensions int) []float32 {
	rows := len(z) / width
	gram := make([]float64, width*width)
	for r := range rows {
		row := z[r*width : (r+1)*width]
		for i, v := range row {
			for j, w := range row {
				gram[i*width+j] += v * w
			}
		}
	}
	values, vectors := eigen(gram, width)
	order := make([]int, width)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case values[a] > values[b]:
			return -1
		case values[a] < values[b]:
			return 1
		}
		return 0
	})
	out := make([]float32, rows*dimensions)
	for k, from := range order[:dimensions] {
		if values[from] <= 1e-12*values[order[0]] {
			break
		}
		sigma := math.Sqrt(values[from])
		for r := range rows {
			sum := 0.0
			for i := range width {
				sum += z[r*width+i] * vectors[i*width+from]
			}
			out[r*dimensions+k] = float32(sum / sigma)
		}
	}
	return out
}

// eigen returns the eigenvalues of a symmetric matrix of n rows, and its eigenvectors in
// the columns of the second (cyclic Jacobi; C. G. J. Jacobi, 1846). It changes a.
func eigen(a []float64, n int) (values, vectors []float64) {
	vectors = make([]float64, n*n)
	for i := range n {
		vectors[i*n+i] = 1
	}
	for range 60 {
		off, all := 0.0, 0.0
		for i := range n {
			for j := range n {
				if i != j {
					off += a[i*n+j] * a[i*n+j]
				}
				all += a[i*n+j] * a[i*n+j]
			}
		}
		if off <= 1e-22*all {
			break
		}
		for p := range n {
			for q := p + 1; q < n; q++ {
				rotate(a, vectors, n, p, q)
			}
		}
	}
	values = make([]float64, n)
	for i := range n {
		values[i] = a[i*n+i]
	}
	return values, vectors
}

// rotate makes a[p,q] zero.
func rotate(a, vectors []float64, n, p, q int) {
	if a[p*n+q] == 0 {
		return
	}
	theta := (a[q*n+q] - a[p*n+p]) / (2 * a[p*n+q])
	t := 1 / (math.Abs(theta) + math.Sqrt(theta*theta+1))
	if theta < 0 {
		t = -t
	}
	c := 1 / math.Sqrt(t*t+1)
	s := t * c
	for i := range n {
		x, y := a[i*n+p], a[i*n+q]
		a[i*n+p], a[i*n+q] = c*x-s*y, s*x+c*y
	}
	for i := range n {
		x, y := a[p*n+i], a[q*n+i]
		a[p*n+i], a[q*n+i] = c*x-s*y, s*x+c*y
		x, y = vectors[i*n+p], vectors[i*n+q]
		vectors[i*n+p], vectors[i*n+q] = c*x-s*y, s*x+c*y
	}
}
