package match

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
)

// Decision is what somebody decided of a match.
type Decision struct {
	Need     string
	ID       string
	Features Vector
	Accepted bool
}

// Learned is weights that decisions taught, and how they were tested.
type Learned struct {
	Weights      Vector // not negative; they add up to 1
	Pairs        int    // learned from: an accepted and a rejected match of one need
	HeldOut      int    // pairs of other needs that were not learned from
	FixedRight   float64
	LearnedRight float64 // share of held-out pairs in the right order; a tie is half right
}

const (
	steepness    = 10.0 // of the chance that an accepted match is preferred, per score
	pull         = 0.05 // towards the fixed weights
	rounds       = 2000
	leastPairs   = 30 // to learn from, and as many held out
	maxDecisions = 1_000_000
	heldOutEach  = 4 // one need of four is held out
	maxPairsNeed = 2000
	maxPairs     = 200_000
)

// Learn adjusts weights to decisions: it minimises the mean of ln(1 + e^(−10·w·(a−r)))
// over pairs of an accepted match a and a rejected one r of the same need (R. Bradley,
// M. Terry: Rank analysis of incomplete block designs, 1952), plus 0.05·10²·½·|w−fixed|²,
// with w not negative: so it moves away from the fixed weights only as far as many
// decisions say. One need of four, chosen by its name, is held out; if what was learned
// orders the pairs there no better than the fixed weights, it reports ErrNoBetter beside
// the result. It reports ErrDecisions if there are too few pairs. The same decisions, in
// any order, give the same weights.
func Learn(ctx context.Context, list []Decision, fixed Vector) (Learned, error) {
	if err := fixed.check(); err != nil {
		return Learned{}, err
	}
	if len(list) > maxDecisions {
		return Learned{}, fmt.Errorf("%w: %d of them, more than %d", ErrDecisions, len(list), maxDecisions)
	}
	for _, d := range list {
		for f, v := range d.Features {
			if !finite(v) {
				return Learned{}, fmt.Errorf("%w: the feature %s of %.80q for %.80q is not finite", ErrDecisions, Feature(f).Code(), d.ID, d.Need)
			}
		}
	}
	train, test := pairs(list)
	out := Learned{Pairs: len(train), HeldOut: len(test)}
	if len(train) > maxPairs || len(test) > maxPairs {
		return out, fmt.Errorf("%w: %d pairs to learn from and %d held out, more than %d", ErrDecisions, len(train), len(test), maxPairs)
	}
	if len(train) < leastPairs || len(test) < leastPairs {
		return out, fmt.Errorf("%w: %d pairs to learn from and %d held out, fewer than %d", ErrDecisions, len(train), len(test), leastPairs)
	}
	weights, err := fit(ctx, train, fixed)
	if err != nil {
		return out, err
	}
	out.Weights = weights
	out.FixedRight, out.LearnedRight = right(test, fixed), right(test, out.Weights)
	if out.LearnedRight <= out.FixedRight {
		return out, fmt.Errorf("%w: %.3f of %d pairs, not more than %.3f", ErrNoBetter, out.LearnedRight, len(test), out.FixedRight)
	}
	return out, nil
}

// pairs returns the differences of accepted and rejected matches of each need, to learn
// from and held out.
func pairs(list []Decision) (train, test []Vector) {
	list = slices.SortedFunc(slices.Values(list), func(a, b Decision) int {
		if c := strings.Compare(a.Need, b.Need); c != 0 {
			return c
		}
		if c := strings.Compare(a.ID, b.ID); c != 0 {
			return c
		}
		return slices.Compare(a.Features[:], b.Features[:])
	})
	for from := 0; from < len(list); {
		to := from
		for to < len(list) && list[to].Need == list[from].Need {
			to++
		}
		some := differences(list[from:to])
		if heldOut(list[from].Need) {
			test = append(test, some...)
		} else {
			train = append(train, some...)
		}
		from = to
	}
	return train, test
}

func heldOut(need string) bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte(need)) // it does not fail
	return h.Sum32()%heldOutEach == 0
}

func differences(list []Decision) []Vector {
	var out []Vector
	for _, a := range list {
		for _, r := range list {
			if !a.Accepted || r.Accepted {
				continue
			}
			if len(out) == maxPairsNeed {
				return out
			}
			var d Vector
			for f := range d {
				d[f] = a.Features[f] - r.Features[f]
			}
			out = append(out, d)
		}
	}
	return out
}

// fit goes down the gradient, in steps that the curvature allows. The objective is convex:
// it has one lowest place.
func fit(ctx context.Context, train []Vector, fixed Vector) (Vector, error) {
	w, curve := fixed, pull*steepness*steepness
	for _, d := range train {
		curve += steepness * steepness / 4 * d.dot(d) / float64(len(train))
	}
	for range rounds {
		if ctx.Err() != nil {
			return w, fmt.Errorf("learn weights: %w", ctx.Err())
		}
		var gradient Vector
		for _, d := range train {
			g := -steepness / (1 + math.Exp(steepness*w.dot(d))) / float64(len(train))
			for f, v := range d {
				gradient[f] += g * v
			}
		}
		for f := range w {
			w[f] = max(0, w[f]-(gradient[f]+pull*steepness*steepness*(w[f]-fixed[f]))/curve)
		}
	}
	sum := 0.0
	for _, v := range w {
		sum += v
	}
	if sum == 0 {
		return fixed, nil
	}
	for f := range w {
		w[f] /= sum
	}
	return w, nil
}

// right returns the share of pairs in the right order; a tie is half right.
func right(test []Vector, w Vector) float64 {
	n := 0.0
	for _, d := range test {
		switch s := w.dot(d); {
		case s > 1e-12:
			n++
		case s >= -1e-12:
			n += 0.5
		}
	}
	return n / float64(len(test))
}
