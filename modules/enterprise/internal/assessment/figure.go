package assessment

import (
	"math/big"
	"strconv"
)

// Finding is where an answer does not agree with the raw figures, or these with each
// other. It does not change the score: a reviewer looks at it.
type Finding struct {
	Kind     string   `json:"kind" enum:"differs,exceeds" doc:"differs: other than what the figures come to; exceeds: a part is more than the whole"`
	Question string   `json:"question"`
	Chosen   string   `json:"chosen" doc:"The option that was chosen"`
	Computed string   `json:"computed" doc:"The option that the figures come to; of a part the whole"`
	Value    *float64 `json:"value,omitempty" doc:"What was computed, in per cent: a share, or the change from the year before"`
}

// findings compares what was chosen with the figures, wherever these are complete.
func (t *Template) findings(s Sheet) []Finding {
	list := []Finding{}
	t.each(func(q Question) {
		a, ok := s[q.Code]
		if !ok {
			return
		}
		if whole := s[q.Most].Number; q.Most != "" && whole != nil && *a.Number > *whole {
			list = append(list, Finding{Kind: "exceeds", Question: q.Code, Computed: q.Most})
		}
		computed, value, ok := q.compute(s)
		if ok && computed != a.Options[0] {
			list = append(list, Finding{"differs", q.Code, a.Options[0], computed, &value})
		}
	})
	return list
}

// Compute returns the option that the raw figures of a sheet come to, with the share or
// the change in per cent; ok is false while figures are missing or cannot be divided.
func (t *Template) Compute(s Sheet, code string) (option string, value float64, ok bool) {
	q, found := t.Question(code)
	if !found {
		return "", 0, false
	}
	return q.compute(s)
}

func (q Question) compute(s Sheet) (option string, value float64, ok bool) {
	switch {
	case q.Band != nil:
		return q.Band.compute(s)
	case q.Trend != nil:
		return q.Trend.compute(s)
	}
	return "", 0, false
}

func (b Band) compute(s Sheet) (string, float64, bool) {
	of, ok := sum(s, b.Of)
	per, found := sum(s, b.Per)
	if !ok || !found || per.Sign() == 0 {
		return "", 0, false
	}
	share := of.Quo(of, per)
	share.Mul(share, big.NewRat(100, 1))
	option := b.Options[len(b.Options)-1]
	for i, bound := range b.Bounds {
		if share.Cmp(rational(bound)) <= 0 { // a bound belongs to the band below it
			option = b.Options[i]
			break
		}
	}
	value, _ := share.Float64()
	return option, value, true
}

func (t Trend) compute(s Sheet) (string, float64, bool) {
	now, ok := t.year(s, 0)
	before, found := t.year(s, 1)
	if !ok || !found || before.Sign() == 0 {
		return "", 0, false
	}
	change := now.Sub(now, before)
	change.Quo(change, before)
	change.Mul(change, big.NewRat(100, 1))
	value, _ := change.Float64()
	switch tolerance := rational(t.Tolerance); {
	case change.Cmp(tolerance) > 0:
		return t.Rose, value, true
	case change.Cmp(tolerance.Neg(tolerance)) < 0:
		return t.Fell, value, true
	default:
		return t.Flat, value, true
	}
}

// year is the figure of a year, per another if there is one.
func (t Trend) year(s Sheet, n int) (*big.Rat, bool) {
	x, ok := sum(s, t.Of[n:n+1])
	if !ok || len(t.Per) == 0 {
		return x, ok
	}
	per, ok := sum(s, t.Per[n:n+1])
	if !ok || per.Sign() == 0 {
		return nil, false
	}
	return x.Quo(x, per), true
}

// sum adds figures, exactly as they were typed.
func sum(s Sheet, codes []string) (*big.Rat, bool) {
	total := new(big.Rat)
	for _, c := range codes {
		a, ok := s[figureCode(c)]
		if !ok || a.Number == nil {
			return nil, false
		}
		total.Add(total, rational(*a.Number))
	}
	return total, true
}

// rational is the number that a text of a float says: 0.1 is a tenth.
func rational(x float64) *big.Rat {
	r, ok := new(big.Rat).SetString(strconv.FormatFloat(x, 'g', -1, 64))
	if !ok {
		return new(big.Rat) // not a number: Check lets none in
	}
	return r
}
