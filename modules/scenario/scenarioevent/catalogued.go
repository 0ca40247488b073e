package scenarioevent

import "time"

// Catalogued is what the catalogue shows of a scenario to everybody: what other rooms ask
// for when an event says that it is another now.
type Catalogued struct {
	ScenarioID string
	Gone       bool // there is none, or it never was published; nothing else is told
	Withdrawn  bool // it is not in the catalogue any more; what it was is told

	TitleZH, TitleEN     string
	SummaryZH, SummaryEN string
	CostFrom, CostTo     *float64  // in 10 000 CNY
	Since                time.Time // when this version was published
	Synthetic            bool
	Owner                *Party   // nil: the city
	Industries           []string // divisions of GB/T 4754
	Modes                []Word
	Stages               []Word
	Links                []Word // of the sixteen scenarios of the SME assessment
	Technologies         []Word
	Providers            []Party
}

// Word is a word of the taxonomy.
type Word struct{ Code, ZH, EN string }

// Party is an organisation, by the name that the scenario shows.
type Party struct{ Organisation, ZH, EN string }
