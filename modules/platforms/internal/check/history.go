package check

import (
	"slices"
	"time"
)

// Kind is what is doubted.
type Kind string

// The kinds of findings.
const (
	Missing   Kind = "missing"   // periods without a value
	Late      Kind = "late"      // values that come after they are due
	Negative  Kind = "negative"  // a count below zero
	Reset     Kind = "reset"     // a cumulative counter that falls
	Unit      Kind = "unit"      // a value 100, 1,000 or 10,000 times the one before
	Jump      Kind = "jump"      // a spike or a step
	Frozen    Kind = "frozen"    // the same value on and on while others move
	Digits    Kind = "digits"    // last digits that are not spread evenly
	Smooth    Kind = "smooth"    // growth without noise
	Drift     Kind = "drift"     // growth that changes slowly and stays changed
	Duplicate Kind = "duplicate" // all values as in an earlier period
	Clock     Kind = "clock"     // periods a day or more off the time of arrival
	Flood     Kind = "flood"     // many times the usual number of reports
	Identity  Kind = "identity"  // a part that exceeds its whole
	Copy      Kind = "copy"      // the values of another platform
	Relation  Kind = "relation"  // a ratio of two indicators that leaves its own past
	Served    Kind = "served"    // enterprises served that are not those of the platform's own list
	Framed    Kind = "frame"     // more enterprises served than the city's frame has
)

// Kinds lists all kinds in the order in which people read them.
func Kinds() []Kind {
	return []Kind{Missing, Late, Negative, Reset, Unit, Jump, Frozen, Digits, Smooth, Drift, Duplicate, Clock, Flood, Identity, Copy, Relation, Served, Framed}
}

// Severity is how much a finding weighs.
type Severity string

// The severities.
const (
	High   Severity = "high"
	Medium Severity = "medium"
	Low    Severity = "low"
)

// Grain is how long a period is.
type Grain int

// The grains.
const (
	Day Grain = iota
	Month
)

func (g Grain) next(at time.Time) time.Time {
	if g == Month {
		return at.AddDate(0, 1, 0)
	}
	return at.AddDate(0, 0, 1)
}

// Nature is how values of an indicator relate over time.
type Nature string

// The natures, as the catalogue writes them.
const (
	Gauge   Nature = "gauge"   // a level
	Counter Nature = "counter" // a sum since ever
	Flow    Nature = "flow"    // an amount of the period
	Ratio   Nature = "ratio"
)

// Point is the value of one period in its newest revision.
type Point struct {
	At     time.Time // start of the period, in the zone in which days begin
	Value  float64
	First  time.Time // when the first revision came in
	ByHand bool      // a person back-filled it; it says nothing about the sender's clock
}

// Series is the total of one indicator of a platform: one point a period, oldest first.
type Series struct {
	Code   string
	Nature Nature
	Grain  Grain
	Points []Point
}

// Count is how many reports came in on a day.
type Count struct {
	At time.Time
	N  float64
}

// Refusal is a value that the gate did not take because it is below zero.
type Refusal struct {
	At    time.Time // when it came
	Code  string
	Value float64
}

// History is what a platform reported.
type History struct {
	Platform string
	Series   []Series
	Reports  []Count
	Refused  []Refusal
	Lists    []Listing // the newest list of enterprises served of each month, oldest first
	Frame    *Listing  // the newest frame of the city's enterprises; nil without one
}

// Bound says that no value of an indicator exceeds that of another.
type Bound struct{ Part, Whole string }

// Rules are what the catalogue says of how indicators relate.
type Rules struct {
	Bounds []Bound
	Pairs  []Pair
	Served string // the indicator that counts enterprises served
}

// Figure is one number that led to a finding.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
}

// Origin is where a figure comes from.
type Origin string

// The origins.
const (
	Reported  Origin = "report"
	FromList  Origin = "list"  // of enterprises served, that the platform handed in
	FromFrame Origin = "frame" // of the city's enterprises
)

// Source tells where one of the figures of a finding comes from, and which time it is of.
type Source struct {
	Figure string `json:"figure" doc:"The name of the figure"`
	From   Origin `json:"from" enum:"report,list,frame"`
	Code   string `json:"code,omitempty" doc:"The indicator that was reported"`
	At     int64  `json:"at" doc:"Unix milliseconds of the first day that it is of"`
	Until  int64  `json:"until" doc:"Of the last day"`
	Came   int64  `json:"came,omitempty" doc:"When a list came in"`
}

// Spot is one point of the curve that shows a finding; Bad ones are doubted.
type Spot struct {
	At    int64   `json:"at"` // unix milliseconds
	Value float64 `json:"value"`
	Bad   bool    `json:"bad,omitempty"`
}

// Finding is a doubt about periods of an indicator, or of the platform when Code is empty.
type Finding struct {
	Kind     Kind
	Code     string
	Other    string // the other indicator or platform
	At       time.Time
	Until    time.Time // the last period that is doubted
	Severity Severity
	Figures  []Figure
	Sources  []Source // of figures that do not all come from the reports of Code
	Curve    []Spot
	Against  []Spot // the curve of Other
	Lead     string // the indicator that the curve is of, when Code is empty
	// Standing findings are judged over all that is there: there is one at a time,
	// and it ends when the check passes.
	Standing bool
}

// Calendar returns when the value of the period that starts at a time is due.
type Calendar func(g Grain, at time.Time) time.Time

// Platform runs all checks of one platform, at a time.
func Platform(h History, rules Rules, due Calendar, now time.Time) []Finding {
	list := missing(h, due, now)
	list = append(list, late(h, due, now)...)
	list = append(list, refused(h)...)
	for _, s := range h.Series {
		list = append(list, s.judge(h)...)
	}
	list = append(list, duplicates(h)...)
	list = append(list, clock(h)...)
	list = append(list, flood(h)...)
	list = append(list, identities(h, rules.Bounds)...)
	list = append(list, relations(h, rules.Pairs, now)...)
	list = append(list, served(h, rules.Served)...)
	return append(list, framed(h, rules.Served)...)
}

// judge runs the checks of one indicator. What one check explains is taken out
// before the next one looks.
func (s Series) judge(h History) []Finding {
	list, below := s.negatives()
	clean := s.without(below)
	units, doubted := clean.units()
	list = append(list, units...)
	clean = clean.without(doubted)
	resets, fallen := clean.resets()
	list = append(list, resets...)
	list = append(list, clean.jumps(fallen)...)
	list = append(list, s.frozen(h)...)
	list = append(list, clean.digits()...)
	list = append(list, clean.smooth()...)
	return append(list, clean.drift()...)
}

func (s Series) without(doubted map[int]bool) Series {
	if len(doubted) == 0 {
		return s
	}
	kept := make([]Point, 0, len(s.Points))
	for i, p := range s.Points {
		if !doubted[i] {
			kept = append(kept, p)
		}
	}
	s.Points = kept
	return s
}

// curveMost is how many spots a finding shows.
const curveMost = 120

// finding begins a finding about the points from one place to another.
func (s Series) finding(k Kind, w Severity, from, to int, figures ...Figure) Finding {
	return Finding{
		Kind: k, Code: s.Code, At: s.Points[from].At, Until: s.Points[to].At, Severity: w, Figures: figures,
		Curve: s.curve(s.Points[from].At, s.Points[to].At),
	}
}

// curve returns the spots around two periods, and marks those between them.
func (s Series) curve(from, to time.Time) []Spot {
	first, _ := slices.BinarySearchFunc(s.Points, from, func(p Point, t time.Time) int { return p.At.Compare(t) })
	last, found := slices.BinarySearchFunc(s.Points, to, func(p Point, t time.Time) int { return p.At.Compare(t) })
	if !found {
		last--
	}
	low, high := max(0, first-45), min(len(s.Points), max(last, first)+30)
	if high-low > curveMost {
		low = max(low, high-curveMost)
		if first < low {
			low, high = max(0, first-30), min(len(s.Points), max(0, first-30)+curveMost)
		}
	}
	spots := make([]Spot, 0, high-low)
	for _, p := range s.Points[low:high] {
		spots = append(spots, Spot{p.At.UnixMilli(), p.Value, !p.At.Before(from) && !p.At.After(to)})
	}
	return spots
}

func (s Series) at(t time.Time) (float64, bool) {
	i, ok := slices.BinarySearchFunc(s.Points, t, func(p Point, t time.Time) int { return p.At.Compare(t) })
	if !ok {
		return 0, false
	}
	return s.Points[i].Value, true
}
