package team

// Random is one worker's generator, of xorshift type (Marsaglia, "Xorshift RNGs", Journal
// of Statistical Software 8, 2003; Vigna's multiplier): small, its own, the same everywhere.
type Random uint64

// NewRandom returns the generator of one of the streams of a seed.
func NewRandom(seed, stream uint64) Random {
	r := Random(seed*0x9E3779B97F4A7C15 + (stream+1)*0xD1342543DE82EF95 | 1)
	for range 8 {
		r.next()
	}
	return r
}

func (r *Random) next() uint64 {
	x := *r
	x ^= x >> 12
	x ^= x << 25
	x ^= x >> 27
	*r = x
	return uint64(x * 0x2545F4914F6CDD1D)
}

// Below returns a number from 0 to n-1; n is at least 1 and less than 2³².
func (r *Random) Below(n int) int { return int((r.next() >> 32) * uint64(n) >> 32) } //nolint:gosec // it is less than n

// Below32 is Below of shorter numbers.
func (r *Random) Below32(n int32) int32 { return int32((r.next() >> 32) * uint64(n) >> 32) } //nolint:gosec // as above

// Unit returns a number from 0 up to 1.
func (r *Random) Unit() float64 { return float64(r.next()>>11) / (1 << 53) }
