package check

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// duplicateLeast is how many indicators that usually move must be the same.
const duplicateLeast = 3

// duplicates finds days whose values are all those of an earlier day: at least
// three indicators that usually move, and none that differs. Days that follow
// each other are one finding.
func duplicates(h History) []Finding {
	first := map[string]time.Time{}
	var list []Finding
	var last time.Time
	var lead Series
	for _, s := range h.Series {
		if s.Grain == Day && s.moves() {
			lead = s
			break
		}
	}
	for _, v := range h.vectors() {
		if v.n < duplicateLeast {
			continue
		}
		earlier, twice := first[v.text]
		if !twice {
			first[v.text] = v.day
			continue
		}
		if n := len(list); n > 0 && last.AddDate(0, 0, 1).Equal(v.day) {
			list[n-1].Until, last = v.day, v.day
			list[n-1].Figures[2].Value++
			list[n-1].Curve = lead.curve(list[n-1].At, v.day)
			continue
		}
		list = append(list, Finding{
			Kind: Duplicate, At: v.day, Until: v.day, Severity: Medium, Curve: lead.curve(v.day, v.day), Lead: lead.Code,
			Figures: []Figure{{"indicators", float64(v.n)}, {"days_back", math.Round(v.day.Sub(earlier).Hours() / 24)}, {"days", 1}},
		})
		last = v.day
	}
	return list
}

// vector is what moves of a day, as a text to compare.
type vector struct {
	day  time.Time
	text string
	n    int
}

// vectors of all days, oldest first.
func (h History) vectors() []vector {
	at := map[int64]*vector{}
	for _, s := range h.Series {
		if s.Grain != Day || !s.moves() {
			continue
		}
		for _, p := range s.Points {
			v := at[p.At.UnixMilli()]
			if v == nil {
				v = &vector{day: p.At}
				at[p.At.UnixMilli()] = v
			}
			v.text += fmt.Sprintf("%s=%g;", s.Code, p.Value)
			v.n++
		}
	}
	list := make([]vector, 0, len(at))
	for _, day := range slices.Sorted(maps.Keys(at)) {
		list = append(list, *at[day])
	}
	return list
}

// identities finds periods in which a part exceeds its whole. A day is compared
// with its own day, with the month it lies in, and a month with its last day. Runs
// of periods are one finding.
func identities(h History, bounds []Bound) []Finding {
	byCode := map[string]Series{}
	for _, s := range h.Series {
		byCode[s.Code] = s
	}
	var list []Finding
	for _, b := range bounds {
		part, okPart := byCode[b.Part]
		whole, okWhole := byCode[b.Whole]
		if !okPart || !okWhole {
			continue
		}
		var open *Finding
		for _, p := range part.Points {
			limit, known := whole.over(part.Grain, p.At)
			if !known || p.Value <= limit {
				if known {
					open = nil
				}
				continue
			}
			if open == nil {
				list = append(list, Finding{
					Kind: Identity, Code: b.Part, Other: b.Whole, At: p.At, Severity: High,
					Figures: []Figure{{"part", p.Value}, {"whole", limit}, {"periods", 0}},
				})
				open = &list[len(list)-1]
			}
			open.Until = p.At
			open.Figures[2].Value++
			open.Curve, open.Against = part.curve(open.At, open.Until), whole.curve(open.At, open.Until)
		}
	}
	return list
}

// over returns the value that bounds one of a grain and period.
func (s Series) over(g Grain, at time.Time) (float64, bool) {
	switch {
	case g == s.Grain:
		return s.at(at)
	case s.Grain == Month:
		year, month, _ := at.Date()
		return s.at(time.Date(year, month, 1, 0, 0, 0, 0, at.Location()))
	default:
		return s.at(at.AddDate(0, 1, -1))
	}
}

// Print is what of a history is compared with other platforms: its days that
// move. It is small, so that those of all platforms fit.
type Print struct {
	Platform string
	series   map[string]printed
}

type printed struct {
	start  int64 // day number of the first value
	values []float64
	first  []int64 // unix milliseconds of arrival
	series Series
}

// PrintOf takes the print of a history.
func PrintOf(h History) Print {
	p := Print{h.Platform, map[string]printed{}}
	for _, s := range h.Series {
		if s.Grain != Day || !s.moves() || len(s.Points) == 0 {
			continue
		}
		start := dayNumber(s.Points[0].At)
		n := dayNumber(s.Points[len(s.Points)-1].At) - start + 1
		x := printed{start: start, values: make([]float64, n), first: make([]int64, n), series: s}
		for i := range x.values {
			x.values[i] = math.NaN()
		}
		for _, q := range s.Points {
			i := dayNumber(q.At) - start
			x.values[i], x.first[i] = q.Value, q.First.UnixMilli()
		}
		p.series[s.Code] = x
	}
	return p
}

func dayNumber(t time.Time) int64 {
	_, offset := t.Zone()
	return (t.Unix() + int64(offset)) / 86400
}

// Copied finds platforms that report the values of another one. Two kinds of
// signs: the same values on a day, of three indicators and more (or of two on
// three days); or growth that goes along with that of the other one with a
// correlation beyond 0.999 over 20 days and more, which a copy times a factor
// has too. The finding is about the platform whose values came later.
func Copied(prints []Print) map[string][]Finding {
	list := map[string][]Finding{}
	for i := range prints {
		for j := i + 1; j < len(prints); j++ {
			if f, late, ok := compare(prints[i], prints[j]); ok {
				list[late] = append(list[late], f)
			}
		}
	}
	return list
}

// copyLeast is the least value that two platforms do not have in common by chance.
const copyLeast = 1000

// likeness is what two platforms have in common.
type likeness struct {
	equal map[int64]int   // how many indicators are the same, by day
	codes map[string]bool // which ones
	later int             // how often the second one came later with what is the same, less how often the first
	after int             // the same of all that is compared
	along float64         // the best correlation of growth
	best  string          // of which indicator
	n     int             // days it is over
}

func (l *likeness) add(code string, x, y printed) {
	var dx, dy []float64
	low, high := max(x.start, y.start), min(x.start+int64(len(x.values)), y.start+int64(len(y.values)))
	for d := low; d < high; d++ {
		i, j := d-x.start, d-y.start
		v, w := x.values[i], y.values[j]
		if v == w && v >= copyLeast {
			l.equal[d]++
			l.codes[code] = true
			l.later += came(x.first[i], y.first[j])
		}
		if d == low {
			continue
		}
		gx, gy := logOf(v)-logOf(x.values[i-1]), logOf(w)-logOf(y.values[j-1])
		if !math.IsNaN(gx) && !math.IsNaN(gy) {
			dx, dy = append(dx, gx), append(dy, gy)
			l.after += came(x.first[i], y.first[j])
		}
	}
	if len(dx) < 20 {
		return
	}
	if r := correlation(dx, dy); r > l.along {
		l.along, l.best, l.n = r, code, len(dx)
	}
}

// came is 1 when the second came later, and -1 when it did not.
func came(first, second int64) int {
	if second >= first {
		return 1
	}
	return -1
}

func compare(a, b Print) (f Finding, late string, found bool) {
	l := likeness{equal: map[int64]int{}, codes: map[string]bool{}}
	for _, code := range slices.Sorted(maps.Keys(a.series)) {
		if y, ok := b.series[code]; ok {
			l.add(code, a.series[code], y)
		}
	}
	most, pairs := 0, 0
	for _, n := range l.equal {
		if most = max(most, n); n >= 2 {
			pairs++
		}
	}
	same := most >= 3 || pairs >= 3
	if !same && l.along <= 0.999 {
		return f, "", false
	}
	copied, source := b, a
	if same && l.later < 0 || !same && l.after < 0 {
		copied, source = a, b
	}
	return l.finding(copied, source, same), copied.Platform, true
}

func (l *likeness) finding(copied, source Print, same bool) Finding {
	code := l.best
	if same {
		code = slices.Sorted(maps.Keys(l.codes))[0]
	}
	s, other := copied.series[code].series, source.series[code].series
	f := Finding{
		Kind: Copy, Other: source.Platform, At: s.Points[0].At, Until: s.Points[len(s.Points)-1].At, Severity: High, Standing: true, Lead: code,
		Figures: []Figure{{"equal_days", float64(len(l.equal))}, {"equal_indicators", float64(len(l.codes))}, {"correlation", l.along}, {"correlated_days", float64(l.n)}},
	}
	if same {
		days := slices.Sorted(maps.Keys(l.equal))
		f.At, f.Until = f.At.AddDate(0, 0, int(days[0]-dayNumber(f.At))), f.At.AddDate(0, 0, int(days[len(days)-1]-dayNumber(f.At)))
	}
	for _, p := range s.Points[max(0, len(s.Points)-curveMost):] {
		f.Curve = append(f.Curve, Spot{p.At.UnixMilli(), p.Value, !same || l.equal[dayNumber(p.At)] > 0})
	}
	for _, p := range other.Points[max(0, len(other.Points)-curveMost):] {
		f.Against = append(f.Against, Spot{p.At.UnixMilli(), p.Value, false})
	}
	return f
}
