package criterion

import "math"

// Range is what is known of a number: it is between the two, which are the same where
// it is known exactly. Below leaves Most itself out.
type Range struct {
	Least, Most float64
	Below       bool
	Of          string // the year that it is of; empty: of no year
}

// Exactly is a number that is known.
func Exactly(v float64, of string) Range { return Range{Least: v, Most: v, Of: of} }

// Between is a number of which a band is known; most may be infinite.
func Between(least, below float64, of string) Range {
	return Range{Least: least, Most: below, Below: true, Of: of}
}

func (r Range) exact() bool { return r.Least == r.Most && !r.Below }

// compare tells whether all that is known of a number is on one side of a bound.
func (r Range) compare(op string, v float64) Outcome {
	top := r.Most < v || r.Most == v && r.Below // all of it is below v
	switch op {
	case ">=":
		return settle(r.Least >= v, top)
	case ">":
		return settle(r.Least > v, r.Most <= v)
	case "<=":
		return settle(r.Most <= v, r.Least > v)
	default:
		return settle(top, r.Least >= v)
	}
}

func settle(met, unmet bool) Outcome {
	switch {
	case met:
		return Met
	case unmet:
		return Unmet
	default:
		return Unknown
	}
}

// Holding is a qualification from a day until a day; an empty day is none.
type Holding struct{ Kind, From, Until string }

func (h Holding) on(day string) bool {
	return (h.From == "" || h.From <= day) && (h.Until == "" || h.Until >= day)
}

// Facts is what is known of an enterprise on a day. What is not there is not known.
type Facts struct {
	On       string // day, as 2026-03-31
	Numbers  map[string]Range
	Days     map[string]string
	Codes    map[string]string
	Holdings []Holding // none at all: it is not known which there are
}

// growth is the compound growth of a year from an amount to another, in percent.
func growth(from, to float64, years int) (float64, bool) {
	if from <= 0 || to < 0 {
		return 0, false
	}
	return (math.Pow(to/from, 1/float64(years)) - 1) * 100, true
}
