package latent

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
)

// maxVectors bounds a set of vectors.
const maxVectors = 2_000_000

// Vectors is vectors by ID. Any number of goroutines may search and change it.
type Vectors struct {
	dimensions int

	mu   sync.RWMutex
	at   map[string]int
	ids  []string
	data []float32 // of length 1, or zeros, one after the other
}

// NewVectors returns an empty set of vectors of a length, 1 to 4096.
func NewVectors(dimensions int) (*Vectors, error) {
	if dimensions < 1 || dimensions > 4096 {
		return nil, fmt.Errorf("%w: %d numbers, not 1 to 4096", ErrVector, dimensions)
	}
	return &Vectors{dimensions: dimensions, at: map[string]int{}}, nil
}

// Len returns how many vectors there are.
func (v *Vectors) Len() int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return len(v.ids)
}

// scaled checks a vector and returns it with length 1.
func (v *Vectors) scaled(x []float32) ([]float32, error) {
	if len(x) != v.dimensions {
		return nil, fmt.Errorf("%w: it has %d numbers, not %d", ErrVector, len(x), v.dimensions)
	}
	wide := make([]float64, len(x))
	for i, f := range x {
		if wide[i] = float64(f); math.IsNaN(wide[i]) || math.IsInf(wide[i], 0) {
			return nil, fmt.Errorf("%w: number %d is not finite", ErrVector, i)
		}
	}
	return unit(wide), nil
}

// Put keeps a vector, instead of the one of its ID.
func (v *Vectors) Put(id string, x []float32) error {
	one, err := v.scaled(x)
	if err != nil {
		return fmt.Errorf("put %.80q: %w", id, err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	i, known := v.at[id]
	if known {
		copy(v.data[i*v.dimensions:], one)
		return nil
	}
	if len(v.ids) == maxVectors {
		return fmt.Errorf("%w: more than %d vectors", ErrLimit, maxVectors)
	}
	v.at[id] = len(v.ids)
	v.ids, v.data = append(v.ids, id), append(v.data, one...)
	return nil
}

// Remove forgets a vector.
func (v *Vectors) Remove(id string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	i, known := v.at[id]
	if !known {
		return
	}
	last := len(v.ids) - 1
	v.ids[i], v.at[v.ids[last]] = v.ids[last], i
	copy(v.data[i*v.dimensions:(i+1)*v.dimensions], v.data[last*v.dimensions:])
	v.ids, v.data = v.ids[:last], v.data[:last*v.dimensions]
	delete(v.at, id)
}

// Scored is a document with a score.
type Scored struct {
	ID    string
	Score float64
}

func better(a, b Scored) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.ID, b.ID))
}

// Nearest returns the k vectors with the largest cosine, those that are not above zero
// left out.
func (v *Vectors) Nearest(ctx context.Context, x []float32, k int) ([]Scored, error) {
	one, err := v.scaled(x)
	if err != nil {
		return nil, fmt.Errorf("look for the nearest: %w", err)
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	best := make([]Scored, 0, 2*k+1)
	least := 0.0
	for i, id := range v.ids {
		if i%8192 == 0 && ctx.Err() != nil {
			return nil, fmt.Errorf("look for the nearest: %w", ctx.Err())
		}
		c := float64(cosine(one, v.data[i*v.dimensions:(i+1)*v.dimensions]))
		if c <= 0 || c < least {
			continue
		}
		if best = append(best, Scored{id, c}); len(best) > 2*k {
			slices.SortFunc(best, better)
			best = best[:k]
			if k > 0 {
				least = best[k-1].Score
			}
		}
	}
	slices.SortFunc(best, better)
	return best[:min(k, len(best))], nil
}

// cosine is that of two vectors of length 1, in four sums, which processors add at once.
func cosine(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}

// fuseWeight was chosen on the half of the judged set that is for choosing.
const fuseWeight = 0.3

// FuseWeight is what a cosine counts beside a score of words between 0 and 1, unless the
// caller knows better.
func FuseWeight() float64 { return fuseWeight }

// Fuse joins what was found by words, with scores from 0 to 1 (an index's score divided
// by Self), and what was found by vectors, with cosines: words + weight·cosine, best first.
// What one of them did not find counts nothing there.
func Fuse(words, near []Scored, weight float64) []Scored {
	sum := make(map[string]float64, len(words)+len(near))
	for _, s := range words {
		sum[s.ID] += s.Score
	}
	for _, s := range near {
		sum[s.ID] += weight * s.Score
	}
	out := make([]Scored, 0, len(sum))
	for id, s := range sum {
		out = append(out, Scored{id, s})
	}
	slices.SortFunc(out, better)
	return out
}
