package scenarioevent

// Wanted is what an enterprise needs, as scenarios are matched with it.
type Wanted struct {
	Text                 string
	Link                 string // of the sixteen scenarios of the SME assessment
	Industry             string // division of GB/T 4754
	Technologies         []Word // of the room that asks
	BudgetFrom, BudgetTo *float64
}

// Fitting is a published scenario that fits what is wanted, and why.
type Fitting struct {
	ScenarioID           string
	TitleZH, TitleEN     string
	SummaryZH, SummaryEN string
	Synthetic            bool
	Score                float64 // 0 to 1
	Reasons              []Reason
	Found                []string // what of its own words answers, the longest first
}

// Reason is what a known feature gives to a score, as lib/match says.
type Reason struct {
	Code   string
	Value  float64
	Share  float64
	Paths  []string // what both have: scenario/quality, technology/vision, industry/C/C29
	Params map[string]float64
}
