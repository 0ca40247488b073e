package platforms

import (
	"math"
	"time"

	"linghang/modules/platforms/internal/check"
)

// gradeDefinition is the version of how grades are computed. A change of any
// figure below is a new version; grades of past days keep theirs.
const gradeDefinition = 1

// The grade, in the shares of its parts and the points that open findings cost.
const (
	shareComplete = 0.3
	shareTimely   = 0.2
	shareValid    = 0.5
	gradeDays     = 30 // over which values due are counted
	gradeLeast    = 7  // values due, below which there is no grade
	halfLife      = 90 // days after the period in which a finding costs half
)

// cost is how many points an open finding of a severity costs.
func cost(s check.Severity) float64 {
	switch s {
	case check.High:
		return 20
	case check.Medium:
		return 8
	default:
		return 3
	}
}

// counts is how much of its cost a finding takes: all when open, and
// half when explained; corrected and accepted ones do not count.
func (s findingState) counts() float64 {
	switch s {
	case findingOpen:
		return 1
	case findingExplained:
		return 0.5
	default:
		return 0
	}
}

// Quality is a platform's data quality at a time.
type Quality struct {
	Definition   int            `json:"definition" doc:"Version of the computation"`
	At           time.Time      `json:"at" doc:"When what was due was counted"`
	Due          int            `json:"due" doc:"Values of days and months that were due in 30 days"`
	Received     int            `json:"received"`
	OnTime       int            `json:"on_time"`
	Completeness float64        `json:"completeness" doc:"Percent: received of due"`
	Timeliness   float64        `json:"timeliness" doc:"Percent: on time of due"`
	Validity     float64        `json:"validity" doc:"100 less the points that findings cost"`
	Score        float64        `json:"score" doc:"0 to 100"`
	Grade        string         `json:"grade" enum:"A,B,C,D,none" doc:"none: too little was due to judge"`
	Findings     map[string]int `json:"findings" doc:"How many findings are in each state"`
}

// grade computes the data quality of a platform: 0.3 × completeness + 0.2 ×
// timeliness + 0.5 × validity, each from 0 to 100. Validity is 100 less 20, 8 or 3
// points for each open finding of high, medium or low severity, half of that when
// it is explained, halved again for every 90 days since the doubted period. It is
// this city's measure and no official one.
func grade(counted check.Punctuality, at time.Time, findings []Doubt, now time.Time) Quality {
	q := Quality{Definition: gradeDefinition, At: at, Due: counted.Due, Received: counted.Received, OnTime: counted.OnTime, Validity: 100, Grade: "none", Findings: map[string]int{}}
	for _, d := range findings {
		q.Findings[string(d.State)]++
		days := max(0, now.Sub(d.Until).Hours()/24)
		q.Validity -= cost(d.Severity) * d.State.counts() * math.Exp2(-days/halfLife)
	}
	q.Validity = max(0, q.Validity)
	if q.Due < gradeLeast {
		return q
	}
	q.Completeness = 100 * float64(q.Received) / float64(q.Due)
	q.Timeliness = 100 * float64(q.OnTime) / float64(q.Due)
	q.Score = shareComplete*q.Completeness + shareTimely*q.Timeliness + shareValid*q.Validity
	switch {
	case q.Score >= 90:
		q.Grade = "A"
	case q.Score >= 75:
		q.Grade = "B"
	case q.Score >= 60:
		q.Grade = "C"
	default:
		q.Grade = "D"
	}
	return q
}
