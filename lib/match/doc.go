// Package match ranks who can answer a need, and says why: candidates become features,
// features a score with weights that are fixed and written down, and every match carries
// its features and reasons as codes with parameters, which a page puts into words.
//
// The parts below it stand alone: package text cuts Chinese and Latin text into terms,
// trade is the trade terms of industrial services, index finds by words (BM25) with
// reasons and marks, latent finds by meaning learned from the own corpus, judge measures
// rankings. A room that matches asks the index and the vectors for candidates, fills a
// Candidate for each from its own tables, and calls Rank; see the example.
//
// Features are between 0 and 1, larger is better. What is not known of a candidate or of
// the need is Unknown (0.5) and gives no reason:
//
//   - Words: the index's score ÷ Self. Latent: the cosine, if it is above zero.
//   - Taxonomy: |A∩B| ÷ |A∪B| over the paths of both with all that is above them, so that
//     siblings count some (P. Jaccard, 1901). Graph: given by the caller.
//   - Distance: e^(−km/50); where one of the places is unknown and both are of one area,
//     what ten kilometres give. Size: 1 within the sizes that a provider serves, outside of
//     them the ratio of staff to the bound. Price: how much of the shorter of both ranges
//     of money the other covers.
//   - Record: (10·m + Σ ratings) ÷ (10 + n), with m the mean of all candidates' ratings:
//     a few good ratings are not yet a good record.
//   - Experience: ½ + ½·n ÷ (n + 3), with n the enterprises of the industry that were
//     served. None is unknown, not nothing: who is new loses a quarter of the weight to
//     who served three, and never more than half of it.
//   - Freshness: ½^(days since the last activity ÷ 180). Load: the share of capacity that
//     is free.
//
// A candidate that lacks a qualification that the need asks for is refused, whatever its
// score, and so is one without free capacity (Refusal).
package match

import (
	"errors"
	"time"
)

// What the package reports.
var (
	ErrInput     = errors.New("the candidates or the need cannot be ranked")
	ErrDecisions = errors.New("nothing can be learned of the decisions")
	ErrNoBetter  = errors.New("what was learned orders held-out decisions no better than the fixed weights")
)

// Feature is one property of a match.
type Feature int

// Features, in the order of a vector.
const (
	Words Feature = iota
	Latent
	Taxonomy
	Graph
	Distance
	Size
	Price
	Record
	Freshness
	Load
	Experience
	Count // of features
)

// Code is the name of a feature in reasons and weights that are kept.
func (f Feature) Code() string {
	return [Count]string{"words", "latent", "taxonomy", "graph", "distance", "size", "price", "record", "freshness", "load", "experience"}[f]
}

// Vector is a number for every feature.
type Vector [Count]float64

// Fixed returns the weights that hold unless others were learned: what is offered counts
// nearly two thirds, half of that by its words; who offers it the rest. They add up to 1.
func Fixed() Vector {
	return Vector{Words: 0.32, Latent: 0.12, Taxonomy: 0.20, Graph: 0.08, Distance: 0.05, Size: 0.03, Price: 0.05, Record: 0.06, Freshness: 0.02, Load: 0.02, Experience: 0.05}
}

// Described returns weights between needs and matters that are nobody's offer, scenarios
// say: what both say of themselves, and what they cost. They add up to 1. Of the shares
// that were measured on the judged set these put the fitting ones first most often.
func Described() Vector {
	return Vector{Words: 0.55, Latent: 0.30, Taxonomy: 0.10, Price: 0.05}
}

// OnSite returns weights for work on site, where distance counts three times as much as
// otherwise; they add up to 1.
func (v Vector) OnSite() Vector {
	v[Distance] *= onSite
	return v.Whole()
}

// Whole returns weights in the same proportions that add up to 1.
func (v Vector) Whole() Vector {
	sum := 0.0
	for _, w := range v {
		sum += w
	}
	if sum == 0 {
		return v
	}
	for f := range v {
		v[f] /= sum
	}
	return v
}

// Unknown is a feature of which nothing is known.
const Unknown = 0.5

// Point is a place, in degrees (WGS 84).
type Point struct{ Lat, Lon float64 }

// Range is numbers from one to another, both within.
type Range struct{ From, To float64 }

// Need is what is looked for. Nil and empty fields ask for nothing.
type Need struct {
	ID             string
	Taxonomy       []string // paths with slashes: industry/C/29/291, link/quality
	Place          *Point
	Area           string  // in which the place is, where that itself is unknown
	Staff          float64 // of the enterprise that asks; 0 is unknown
	Budget         *Range
	Qualifications []string // without which nobody is a match
	At             time.Time
}

// Candidate is who may answer. Nil and empty fields are unknown.
type Candidate struct {
	ID             string
	Words          float64 // an index's score ÷ Self
	Latent         float64 // cosine
	Graph          *float64
	GraphSays      map[string]any // parameters of its reason
	Taxonomy       []string
	Place          *Point
	Area           string // in which the place is, where that itself is unknown
	Serves         *Range // staff of the enterprises that it serves
	Price          *Range
	Qualifications []string
	Ratings        int     // how many there are
	RatingSum      float64 // of ratings from 0 to 1
	Served         int     // enterprises of the need's industry
	Active         time.Time
	Open, Capacity int  // engagements; a capacity of 0 is unknown
	New            bool // has had few engagements yet: see Expose
}
