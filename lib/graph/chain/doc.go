// Package chain tells which stages of an industrial chain a place lacks, which are
// weak, what hangs on each, and which gap is best filled first.
//
// A template is a directed graph without circles: stages (products, technologies),
// and links from what goes into a stage to that stage. Enterprises of the place are
// at stages, with what they sell and buy in a year, in one currency.
//
//   - Demand of stage i: final demand + Σ share(i→j)·input(j) over the stages it goes into.
//   - Coverage: output ÷ demand, at most 1; 1 where there is no demand.
//   - Concentration: Herfindahl index H = Σ (output of an enterprise ÷ output of all)².
//   - Dependence: input from outside ÷ all input.
//   - A stage is missing if there is demand and no enterprise, or hardly any coverage;
//     absent if there is neither enterprise nor demand; weak if coverage is low, H or
//     dependence high, or a supplier alone provides what goes into it.
//   - An end product is broken if no way from a stage that nothing goes into leads to
//     it over stages of the place; the way with the fewest gaps is told.
//   - Criticality: the output that no way reaches without the stage (downstream: what
//     it dominates from where the chain begins), and the output that no way leads on
//     from to an end product (upstream: what it dominates in the reversed graph), with
//     dominators (T. Lengauer, R. E. Tarjan, 1979) and betweenness (U. Brandes, 2001),
//     both as gonum computes them.
//   - Feasibility: density in the product space (C. A. Hidalgo, B. Klinger, A.-L.
//     Barabási, R. Hausmann: The product space conditions the development of nations,
//     Science 317, 2007), see Space.
//   - Gaps are ranked by criticality × demand × density, the first two as shares, or by
//     density alone.
//
// Reasons are codes with parameters; the words are the caller's.
package chain

import "errors"

// What a chain and a space report, with the place in the text.
var (
	ErrTemplate   = errors.New("the template of the chain does not hold")
	ErrEnterprise = errors.New("an enterprise of the chain does not hold")
	ErrSales      = errors.New("the sales of the product space do not hold")
	ErrTooMany    = errors.New("there is more than the limit allows")
	ErrUnknown    = errors.New("there is no such thing")
)

// Stage is a product or technology of the chain.
type Stage struct {
	ID      string
	Product string  // what it is called in a Space; the ID if empty
	Final   float64 // what the place uses of it beside the chain, per year
	End     bool    // an end product; a stage that goes into nothing is one anyway
}

// Link is that one stage goes into another.
type Link struct {
	From, To string
	Share    float64 // of To's input, 0 to 1; links with 0 share evenly what the others leave
}

// Template is a chain without enterprises.
type Template struct {
	Stages []Stage
	Links  []Link
}

// Enterprise is one at one stage; who is at several is given once for each.
type Enterprise struct {
	ID, Stage string
	Output    float64 // what it sells of the stage, per year
	Input     float64 // what it buys for that
	Imported  float64 // of Input, what is from outside the place
	Supplies  []Supply
}

// Supply is what an enterprise buys from one supplier, who need not be of the place.
type Supply struct {
	Stage    string // what is bought
	Supplier string
	Value    float64 // per year
}

// Limits bound a chain. All have a use when they are zero.
type Limits struct {
	Stages      int // 1 000
	Links       int // 10 000
	Enterprises int // 200 000
	Supplies    int // of all enterprises, 2 000 000
}

func (l Limits) withDefaults() Limits {
	for _, one := range []struct {
		limit     *int
		otherwise int
	}{{&l.Stages, 1000}, {&l.Links, 10_000}, {&l.Enterprises, 200_000}, {&l.Supplies, 2_000_000}} {
		if *one.limit <= 0 {
			*one.limit = one.otherwise
		}
	}
	return l
}

// Thresholds say what missing and weak mean. A zero one is the usual.
type Thresholds struct {
	Missing       float64 // coverage below it is missing, 0.05
	Weak          float64 // coverage below it is weak, 0.3
	Concentration float64 // H above it is weak, 0.25
	Dependence    float64 // above it is weak, 0.5
	Supplier      float64 // a supplier with such a share of what is bought of a stage is alone, 0.8
}

func (t Thresholds) withDefaults() Thresholds {
	for _, one := range []struct {
		threshold *float64
		usual     float64
	}{{&t.Missing, 0.05}, {&t.Weak, 0.3}, {&t.Concentration, 0.25}, {&t.Dependence, 0.5}, {&t.Supplier, 0.8}} {
		if *one.threshold == 0 {
			*one.threshold = one.usual
		}
	}
	return t
}

// State is how a stage is.
type State string

// States.
const (
	Sound   State = "sound"
	Weak    State = "weak"
	Missing State = "missing"
	Absent  State = "absent" // nobody makes it, and nobody here needs it
)

// Code is a reason without words.
type Code string

// Codes, with what of a Reason they use.
const (
	NoEnterprise    Code = "no-enterprise"
	NoDemand        Code = "no-demand"
	LowCoverage     Code = "low-coverage"     // Value below Threshold
	OneEnterprise   Code = "one-enterprise"   // Enterprise
	Concentrated    Code = "concentrated"     // Value above Threshold; Enterprise is the largest
	ImportDependent Code = "import-dependent" // Value above Threshold
	OneSupplier     Code = "one-supplier"     // Enterprise supplies the share Value of what is bought of Stage
	Hangs           Code = "hangs"            // Value is the output that hangs on the stage
	BreaksEnd       Code = "breaks-end"       // Stage is the end product whose way with the fewest gaps leads over it
	Needed          Code = "needed"           // Value is the demand
	Feasible        Code = "feasible"         // Value is the density
	Related         Code = "related"          // Stage is a product that the place has, Value its proximity
)

// Reason is why a stage is as it is, or where it ranks.
type Reason struct {
	Code       Code
	Stage      string
	Enterprise string
	Value      float64
	Threshold  float64
}
