package check

import (
	"math"
	"time"
)

// negatives finds counts below zero. The gate refuses them; ledgers of other
// origin may hold some.
func (s Series) negatives() (list []Finding, doubted map[int]bool) {
	doubted = map[int]bool{}
	for i, p := range s.Points {
		if p.Value < 0 {
			doubted[i] = true
			list = append(list, s.finding(Negative, High, i, i, Figure{"value", p.Value}))
		}
	}
	return list, doubted
}

// unitTimes are how far a value is off, as powers of ten, when its unit is
// another one: thousands (千), ten thousands (万), and hundreds of a ratio (%).
func (s Series) unitTimes() []float64 {
	if s.Nature == Ratio {
		return []float64{-2, 2}
	}
	return []float64{-4, -3, 3, 4}
}

// units finds values that are 1,000 or 10,000 times the one before, or that part
// of it, within a factor of 1.4 (rule of the reporting guide), until the series
// comes back. It returns the places that are doubted.
func (s Series) units() ([]Finding, map[int]bool) {
	var list []Finding
	doubted := map[int]bool{}
	last := -1 // the newest place that is not doubted
	for i := 0; i < len(s.Points); i++ {
		v := s.Points[i].Value
		if last < 0 || v <= 0 || s.Points[last].Value <= 0 {
			last = i
			continue
		}
		power, off := s.slip(s.Points[last].Value, v)
		if !off {
			last = i
			continue
		}
		to := i
		for to+1 < len(s.Points) {
			if _, still := s.slip(s.Points[last].Value, s.Points[to+1].Value); !still {
				break
			}
			to++
		}
		for j := i; j <= to; j++ {
			doubted[j] = true
		}
		list = append(list, s.finding(Unit, High, i, to, Figure{"times", math.Pow(10, power)}, Figure{"before", s.Points[last].Value}, Figure{"value", v}))
		i = to
	}
	return list, doubted
}

func (s Series) slip(before, v float64) (power float64, off bool) {
	if before <= 0 || v <= 0 {
		return 0, false
	}
	r := math.Log10(v / before)
	for _, p := range s.unitTimes() {
		if math.Abs(r-p) < 0.15 {
			return p, true
		}
	}
	return 0, false
}

// resets finds cumulative counters that fall. When the series would rise without
// the value before the fall, it is that value which is doubted, as a jump.
func (s Series) resets() (list []Finding, fallen map[int]bool) {
	fallen = map[int]bool{}
	if s.Nature != Counter {
		return nil, fallen
	}
	for i := 1; i < len(s.Points); i++ {
		v, before := s.Points[i].Value, s.Points[i-1].Value
		if v >= before {
			continue
		}
		fallen[i] = true
		if i >= 2 && v >= s.Points[i-2].Value && before > 1.5*s.Points[i-2].Value {
			continue
		}
		w := Medium
		if v < before/2 {
			w = High
		}
		list = append(list, s.finding(Reset, w, i, i, Figure{"before", before}, Figure{"value", v}))
	}
	return list, fallen
}

// spikeScore is how many spreads away a step is doubted.
const spikeScore = 6

// jumps finds spikes and steps: the robust z score of the logarithm's difference
// to the period before and, of days, to the same day a week before, both beyond
// 6 (Iglewicz and Hoaglin 1993; both lags so that weekends and month ends are no
// jumps). Of counters the amounts of the periods are judged. What comes back within
// two periods is a spike: its return is not a jump of its own.
func (s Series) jumps(fallen map[int]bool) []Finding {
	x, places := s.logs(fallen)
	if len(s.Points) < 14 {
		return nil
	}
	lag := 1
	if s.Grain == Day {
		lag = 7
	}
	near, nearSpread := differences(x, 1)
	far, farSpread := differences(x, lag)
	var list []Finding
	for i := lag; i < len(x); i++ {
		floor := s.floor(min(x[i], x[i-1]))
		z := (x[i] - x[i-1] - near) / max(nearSpread, floor)
		zWeek := (x[i] - x[i-lag] - far) / max(farSpread, floor)
		// A period without a value makes z no number, and nothing is beyond then.
		if !(math.Abs(z) >= spikeScore && math.Abs(zWeek) >= spikeScore) || (z > 0) != (zWeek > 0) {
			continue
		}
		back := comesBack(x, i, max(nearSpread, floor))
		w, returned := Medium, 0.0
		if math.Abs(x[i]-x[i-1]) > math.Log(3) {
			w = High
		}
		to := i
		if back > 0 {
			to, returned = back-1, 1
		}
		for places[to] < 0 {
			to--
		}
		list = append(list, s.finding(Jump, w, places[i], places[to],
			Figure{"z", z}, Figure{"z_week", zWeek}, Figure{"before", s.Points[places[i-1]].Value}, Figure{"value", s.Points[places[i]].Value}, Figure{"came_back", returned}))
		i = max(to, back) // the way back is no jump of its own
		if back == 0 {
			i += lag - 1 // a step is seen once
		}
	}
	return list
}

// logs are the logarithms of the levels, or of a counter's amounts a period, one
// for each period of the calendar; places are those of their points, or -1.
func (s Series) logs(fallen map[int]bool) (x []float64, places []int) {
	add := func(v float64, place int) { x, places = append(x, v), append(places, place) }
	for i, p := range s.Points {
		if i > 0 {
			for at := s.Grain.next(s.Points[i-1].At); at.Before(p.At); at = s.Grain.next(at) {
				add(math.NaN(), -1)
			}
		}
		switch {
		case s.Nature != Counter:
			add(logOf(p.Value), i)
		case i == 0 || fallen[i] || !s.Grain.next(s.Points[i-1].At).Equal(p.At):
			add(math.NaN(), i)
		default:
			add(logOf(p.Value-s.Points[i-1].Value), i)
		}
	}
	return x, places
}

// floor is the least spread that a step is measured against: one per cent, and
// what the counting itself gives (Poisson) to amounts of a period.
func (s Series) floor(x float64) float64 {
	n := math.Expm1(x) + 1
	if s.Nature == Flow || s.Nature == Counter {
		return max(0.01, 1/math.Sqrt(n))
	}
	return max(0.01, 1/n)
}

func differences(x []float64, lag int) (middle, spread float64) {
	var d []float64
	for i := lag; i < len(x); i++ {
		if v := x[i] - x[i-lag]; !math.IsNaN(v) {
			d = append(d, v)
		}
	}
	return center(d)
}

// comesBack returns the first place within two periods at which the level is that
// before the jump again, or 0.
func comesBack(x []float64, i int, spread float64) int {
	for j := i + 1; j <= i+2 && j < len(x); j++ {
		if math.IsNaN(x[j]) {
			return j // a counter's fall
		}
		if math.Abs(x[j]-x[i-1]) < math.Abs(x[i]-x[i-1])/3+spread {
			return j
		}
	}
	return 0
}

// frozen finds a value that stays while the others of the platform move: the run
// is so long that, with the share of steps that leave this indicator as it is, it
// would come by chance less than once in 100,000 (a run of n has probability pⁿ),
// and at least half of the others that usually move did move.
func (s Series) frozen(h History) []Finding {
	var list []Finding
	for from := 0; from < len(s.Points); {
		to := from
		for to+1 < len(s.Points) && s.Points[to+1].Value == s.Points[from].Value {
			to++
		}
		n := to - from
		if n >= 5 && s.Points[from].Value != 0 {
			share := s.unchanged(from, to)
			chance := math.Pow(share, float64(n))
			if moved, all := others(h, s, s.Points[from].At, s.Points[to].At); chance < 1e-5 && all >= 2 && 2*moved >= all {
				w := Medium
				if n >= 14 {
					w = High
				}
				list = append(list, s.finding(Frozen, w, from, to,
					Figure{"periods", float64(n)}, Figure{"usually_unchanged", share}, Figure{"chance", chance}, Figure{"others_moved", float64(moved)}, Figure{"others", float64(all)}))
			}
		}
		from = to + 1
	}
	return list
}

// others counts the series of the same grain that usually move, and those of them
// that moved between two periods.
func others(h History, s Series, from, to time.Time) (moved, all int) {
	for _, o := range h.Series {
		if o.Code == s.Code || o.Grain != s.Grain || !o.moves() {
			continue
		}
		a, okA := o.at(from)
		b, okB := o.at(to)
		if !okA || !okB {
			continue
		}
		all++
		if a != b {
			moved++
		}
	}
	return moved, all
}
