package awareness

import (
	"cmp"
	"math"
	"slices"
	"time"

	"linghang/kernel/lang"
	"linghang/modules/security/internal/rating"
)

// Finding is one thing that is not as it should be. What belongs to a drill is none.
type Finding struct {
	ID             string       `json:"id" doc:"Of what it is about, such as incident/01J…"`
	OrganisationID string       `json:"organisation_id"`
	Kind           string       `json:"kind"`
	Level          rating.Level `json:"level"`
	Title          lang.Text    `json:"title"`
	Link           string       `json:"link" doc:"Path in the web"`
	At             time.Time    `json:"at" doc:"Since when, or when it was over"`
	Count          int          `json:"count" doc:"How many it stands for"`
}

// Weighed is a finding with its points.
type Weighed struct {
	Finding
	Group  string    `json:"group"`
	What   lang.Text `json:"what"`
	Points float64   `json:"points" doc:"As far as it has faded, before the cap of its group"`
	Lowers float64   `json:"lowers" doc:"By how much the risk falls when this is mended"`
}

// Part is what a group comes to.
type Part struct {
	Group
	Sum    float64 `json:"sum" doc:"Before the cap"`
	Points float64 `json:"points"`
}

// Score is how one enterprise stands.
type Score struct {
	Risk     float64   `json:"risk" minimum:"0" maximum:"100"`
	Weights  string    `json:"weights" doc:"The pack of weights"`
	HalfLife float64   `json:"half_life_days" doc:"Within which what is over loses half of its points"`
	Parts    []Part    `json:"parts" nullable:"false"`
	Findings []Weighed `json:"findings" nullable:"false" doc:"What lowers the risk most first"`
}

// score adds findings up by weights. Findings of kinds that the pack does not know are left
// out: a later kind needs a later pack.
func (w Weights) score(findings []Finding, now time.Time) Score {
	out := Score{Weights: w.ID, HalfLife: w.HalfLife, Parts: make([]Part, len(w.Groups)), Findings: []Weighed{}}
	at := map[string]int{}
	for i, g := range w.Groups {
		out.Parts[i].Group, at[g.ID] = g, i
	}
	for _, f := range slices.SortedFunc(slices.Values(findings), orderFindings) {
		k, known := w.kind(f.Kind)
		if !known {
			continue
		}
		points := k.worth(f.Level) * float64(max(f.Count, 1))
		if k.Fades {
			points *= math.Pow(0.5, max(now.Sub(f.At).Hours(), 0)/24/w.HalfLife)
		}
		out.Parts[at[k.Group]].Sum += points
		out.Findings = append(out.Findings, Weighed{Finding: f, Group: k.Group, What: k.Title, Points: points})
	}
	for i := range out.Parts {
		p := &out.Parts[i]
		p.Points = min(p.Sum, p.Cap)
		out.Risk += p.Points
	}
	for i := range out.Findings {
		f := &out.Findings[i]
		p := out.Parts[at[f.Group]]
		f.Lowers = p.Points - min(max(p.Sum-f.Points, 0), p.Cap)
	}
	slices.SortStableFunc(out.Findings, func(a, b Weighed) int {
		return cmp.Or(cmp.Compare(b.Lowers, a.Lowers), cmp.Compare(b.Points, a.Points))
	})
	return out
}

// orderFindings makes sums the same to the last bit in whatever order findings come.
func orderFindings(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID), a.At.Compare(b.At), cmp.Compare(a.Level, b.Level))
}

// Sight is what is seen of an enterprise.
type Sight struct {
	OrganisationID string     `json:"organisation_id"`
	Sensors        int        `json:"sensors" doc:"That it has"`
	Reporting      int        `json:"reporting" doc:"That reported within a day"`
	LastSeen       *time.Time `json:"last_seen,omitempty" doc:"When the last one did"`
	Assets         int        `json:"assets" doc:"That it declared"`
	Known          int        `json:"known" doc:"Of which the firmware is known"`
}

// freshFor is the half-life of what a sensor reported last.
const freshFor = 24 * time.Hour

// Confidence is how much of an enterprise is seen, from 0 to 100, with its three factors,
// each from 0 to 1.
type Confidence struct {
	Value        float64 `json:"value" minimum:"0" maximum:"100"`
	Coverage     float64 `json:"coverage"`
	Freshness    float64 `json:"freshness"`
	Completeness float64 `json:"completeness"`
}

// confidence is coverage × freshness × completeness.
func (s Sight) confidence(now time.Time) Confidence {
	c := Confidence{Coverage: share(s.Reporting, s.Sensors), Completeness: share(s.Known, s.Assets)}
	if s.LastSeen != nil {
		c.Freshness = math.Pow(0.5, max(now.Sub(*s.LastSeen).Hours(), 0)/freshFor.Hours())
	}
	c.Value = 100 * c.Coverage * c.Freshness * c.Completeness
	return c
}

// share is a part of a whole; of nothing it is nothing.
func share(part, all int) float64 {
	if all <= 0 {
		return 0
	}
	return min(float64(part)/float64(all), 1)
}
