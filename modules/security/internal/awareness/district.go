package awareness

import (
	"math"
	"slices"
)

// fewest enterprises have a figure that others than the city see.
const fewest = 5

// Standing is how one enterprise counts for its district.
type Standing struct {
	Risk       float64
	Confidence float64
	Importance float64 // 1 unless something else is known
}

// Whole is how a district, or the city, stands.
type Whole struct {
	Enterprises int     `json:"enterprises"`
	Risk        float64 `json:"risk" doc:"Half of the mean by importance, half of the 95th percentile"`
	Mean        float64 `json:"mean"`
	P95         float64 `json:"p95"`
	Confidence  float64 `json:"confidence" doc:"The mean by importance"`
}

// sumUp is how enterprises stand together.
func sumUp(list []Standing) Whole {
	out := Whole{Enterprises: len(list)}
	if len(list) == 0 {
		return out
	}
	risks, weight := make([]float64, len(list)), 0.0
	for i, s := range list {
		risks[i] = s.Risk
		weight += s.Importance
	}
	slices.Sort(risks)
	for _, s := range list {
		out.Mean += s.Risk * s.Importance / weight
		out.Confidence += s.Confidence * s.Importance / weight
	}
	out.P95 = risks[int(math.Ceil(0.95*float64(len(risks))))-1]
	out.Risk = together(out.Mean, out.P95)
	return out
}

// together is the risk of many: half their mean, and half their 95th percentile, so that one
// that burns is not averaged away.
func together(mean, p95 float64) float64 { return 0.5*mean + 0.5*p95 }
