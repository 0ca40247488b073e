package match

import "math/rand/v2"

// random returns the source of a seed.
func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0xfa1)) } //nolint:gosec // a lot that can be drawn again is wanted

// draw returns the place of one of a list, each with the chance of its score.
func draw(list []Match, r *rand.Rand) int {
	sum := 0.0
	for _, m := range list {
		sum += m.Score
	}
	left := r.Float64() * sum
	for i, m := range list {
		if left -= m.Score; left < 0 {
			return i
		}
	}
	return len(list) - 1
}
