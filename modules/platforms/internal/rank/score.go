package rank

import (
	"cmp"
	"math"
	"slices"

	"linghang/modules/platforms/internal/weight"
)

// Row is what is known of a platform.
type Row struct {
	ID     string
	Values map[string]float64 // by indicator
	Trust  float64            // data quality score, 0 to 100
	Graded bool               // there is such a score
}

// Part is what an item gives to a platform's score.
type Part struct {
	Known  bool    `json:"known" doc:"false: not reported; counts as the worst"`
	Raw    float64 `json:"raw" doc:"The value, divided if the item says so"`
	Scaled float64 `json:"scaled" doc:"0 to 100"`
	Points float64 `json:"points" doc:"Weight × scaled"`
}

// Place is where a platform stands.
type Place struct {
	ID     string  `json:"id"`
	Rank   int     `json:"rank" doc:"Equal scores share a rank"`
	Low    int     `json:"low" doc:"Best rank of nine in ten repetitions with values and weights a little off"`
	High   int     `json:"high" doc:"Worst rank of the same"`
	Tied   bool    `json:"tied" doc:"Its order against the place above is within the error"`
	Score  float64 `json:"score" doc:"0 to 100"`
	Sum    float64 `json:"sum" doc:"Before the factor for data quality"`
	Factor float64 `json:"factor" doc:"0.7 + 0.3 × data quality score ÷ 100; 1 when it does not count"`
	Parts  []Part  `json:"parts" nullable:"false" doc:"As the items are"`
}

// Reason is why a platform has no place.
type Reason string

// Reasons.
const (
	Missing  Reason = "missing"  // less than half of the items are reported
	Ungraded Reason = "ungraded" // no data quality grade, and the method counts it
)

// Unranked is a platform without a place.
type Unranked struct {
	ID  string `json:"id"`
	Why Reason `json:"why" enum:"missing,ungraded"`
}

// Result is a ranking.
type Result struct {
	Weights  []float64        `json:"weights" nullable:"false" doc:"As the items are, adding up to 1"`
	AHP      []float64        `json:"ahp" nullable:"false" doc:"Weights by AHP alone; empty: not used"`
	Entropy  []float64        `json:"entropy" nullable:"false" doc:"Weights by entropy alone; empty: not used"`
	Opinions []weight.Opinion `json:"opinions" nullable:"false"`
	Few      bool             `json:"few" doc:"Fewer than 8 platforms: entropy is unstable and was left out where AHP is there"`
	Places   []Place          `json:"places" nullable:"false"`
	Unranked []Unranked       `json:"unranked" nullable:"false"`
	Effects  []Effect         `json:"effects" nullable:"false" doc:"What each item does to the order"`
	Lambdas  []Lambda         `json:"lambdas" nullable:"false" doc:"Ranks at other shares of AHP, when both count"`
}

// Score ranks platforms by a method that Check found nothing wrong with.
func Score(m Method, rows []Row) (Result, error) {
	var r Result
	ranked := m.split(rows, &r)
	r.Few = len(ranked) < weight.Few
	t := m.table(ranked)
	if err := m.weigh(t, &r); err != nil {
		return r, err
	}
	r.Places = places(t, r.Weights)
	m.intervals(t, &r)
	m.sensitivity(t, &r)
	return r, nil
}

// split leaves out what cannot be ranked.
func (m Method) split(rows []Row, r *Result) (ranked []Row) {
	r.Unranked = []Unranked{}
	for _, row := range rows {
		known := 0
		for _, x := range m.Items {
			if _, ok := x.of(row); ok {
				known++
			}
		}
		switch {
		case 2*known < len(m.Items):
			r.Unranked = append(r.Unranked, Unranked{row.ID, Missing})
		case m.Trust && !row.Graded:
			r.Unranked = append(r.Unranked, Unranked{row.ID, Ungraded})
		default:
			ranked = append(ranked, row)
		}
	}
	slices.SortFunc(ranked, func(a, b Row) int { return cmp.Compare(a.ID, b.ID) }) // the same rows, the same result
	return ranked
}

// of returns the item's value of a platform.
func (x Item) of(row Row) (float64, bool) {
	v, ok := row.Values[x.Code]
	if !ok || x.Per == "" {
		return v, ok
	}
	per, ok := row.Values[x.Per]
	if !ok || per == 0 {
		return 0, false
	}
	return v / per, true
}

// table is values on one scale.
type table struct {
	rows    []Row
	factors []float64
	raw     [][]float64 // by item, then by platform; NaN: not known
	scaled  [][]float64
}

func (m Method) table(rows []Row) table {
	t := table{rows: rows, factors: make([]float64, len(rows))}
	for i, row := range rows {
		t.factors[i] = 1
		if m.Trust {
			t.factors[i] = 0.7 + 0.3*row.Trust/100
		}
	}
	for _, x := range m.Items {
		raw := make([]float64, len(rows))
		for i, row := range rows {
			v, ok := x.of(row)
			if !ok {
				v = math.NaN()
			}
			raw[i] = v
		}
		t.raw = append(t.raw, raw)
		t.scaled = append(t.scaled, m.scale(x, raw))
	}
	return t
}

// scale brings an item's values to 0 to 100, more being better; what is not known is 0.
func (m Method) scale(x Item, raw []float64) []float64 {
	var known []float64
	moved := make([]float64, len(raw))
	for i, v := range raw {
		if x.Log {
			v = math.Log1p(max(0, v))
		}
		if x.Reverse {
			v = -v
		}
		moved[i] = v
		if !math.IsNaN(v) {
			known = append(known, v)
		}
	}
	out := make([]float64, len(raw))
	if len(known) == 0 {
		return out
	}
	slices.Sort(known)
	low, high := quantile(known, m.Trim), quantile(known, 1-m.Trim)
	for i := range known {
		known[i] = min(max(known[i], low), high)
	}
	for i, v := range moved {
		if !math.IsNaN(v) {
			out[i] = m.Scaling.Place(min(max(v, low), high), known)
		}
	}
	return out
}

// quantile is that of sorted values, with interpolation (R. J. Hyndman and Y. Fan
// 1996, definition 7).
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// weigh fills in the weights, and where they come from.
func (m Method) weigh(t table, r *Result) error {
	r.AHP, r.Entropy, r.Opinions = []float64{}, []float64{}, []weight.Opinion{}
	if m.Weighting == ByAHP || m.Weighting == ByAHPAndIt {
		for _, j := range m.Judgements {
			o, err := weight.Weigh(j)
			if err != nil {
				return err
			}
			r.Opinions = append(r.Opinions, o)
		}
		joint, err := weight.Weigh(weight.Joint(m.Judgements))
		if err != nil {
			return err
		}
		r.AHP = joint.Weights
	}
	if m.Weighting == ByEntropy || m.Weighting == ByAHPAndIt {
		r.Entropy = weight.ByEntropies(weight.Entropies(t.scaled))
	}
	r.Weights = m.combined(r.AHP, r.Entropy, m.share(r.Few))
	return nil
}

// share is how much AHP counts beside entropy.
func (m Method) share(few bool) float64 {
	if few {
		return 1
	}
	return m.Lambda
}

// combined are the weights in force.
func (m Method) combined(ahp, entropy []float64, lambda float64) []float64 {
	w := make([]float64, len(m.Items))
	switch m.Weighting {
	case ByAHP:
		copy(w, ahp)
	case ByEntropy:
		copy(w, entropy)
	case ByAHPAndIt:
		for k := range w {
			w[k] = lambda*ahp[k] + (1-lambda)*entropy[k]
		}
	default:
		for k, x := range m.Items {
			w[k] = x.Weight
		}
		w = weight.Shares(w)
	}
	return weight.Capped(w, m.Cap)
}

// places adds up and orders.
func places(t table, weights []float64) []Place {
	list := make([]Place, len(t.rows))
	for i, row := range t.rows {
		p := Place{ID: row.ID, Factor: t.factors[i], Parts: make([]Part, len(weights))}
		for k, w := range weights {
			part := Part{Scaled: t.scaled[k][i], Points: w * t.scaled[k][i]}
			if v := t.raw[k][i]; !math.IsNaN(v) {
				part.Known, part.Raw = true, v
			}
			p.Parts[k] = part
			p.Sum += part.Points
		}
		p.Score = p.Sum * p.Factor
		list[i] = p
	}
	ranks := ranksOf(t, weights)
	for i := range list {
		list[i].Rank, list[i].Low, list[i].High = ranks[i], ranks[i], ranks[i]
	}
	return list
}

// ranksOf are the ranks of the platforms as they stand in the table; equal scores
// share the better rank.
func ranksOf(t table, weights []float64) []int {
	scores := make([]float64, len(t.rows))
	for i := range t.rows {
		for k, w := range weights {
			scores[i] += w * t.scaled[k][i]
		}
		scores[i] *= t.factors[i]
	}
	ascending := slices.Sorted(slices.Values(scores))
	ranks := make([]int, len(scores))
	for i, v := range scores {
		better, _ := slices.BinarySearch(ascending, math.Nextafter(v+1e-9, math.Inf(1)))
		ranks[i] = 1 + len(ascending) - better
	}
	return ranks
}
