package advisory

import (
	"math"

	"linghang/modules/security/internal/asset"
)

// Factor is one of those that a priority is made of, with what it rests on.
type Factor struct {
	Name  string  `json:"name" enum:"reach,threat,criticality,answer"`
	Value float64 `json:"value" doc:"0 to 1"`
	Why   string  `json:"why" doc:"A code: the reach, what of the threat weighs most, the criticality, the answer"`
	CVE   string  `json:"cve,omitempty" doc:"The vulnerability that weighs most"`
}

// reachFactor is how much it counts from where an asset can be reached. What is not known
// counts more than what is known to be within the plant.
func reachFactor(r asset.Reach) float64 {
	switch r {
	case asset.Internet:
		return 1
	case asset.Remote:
		return 0.7
	case asset.ReachUnknown:
		return 0.6
	case asset.Isolated:
		return 0.15
	default:
		return 0.4
	}
}

// factor is how much a threat counts, and why: what is known to be exploited before what is
// likely to be, and that before what nothing is known of. CVSS is no part of it.
func (t Threat) factor() (value float64, why string) {
	value, why = 0.15, "nothing_known"
	if t.EPSS >= 0 {
		why = "epss_low"
	}
	for _, x := range []struct {
		is    bool
		value float64
		why   string
	}{
		{t.EPSS >= 0.01, 0.3, "epss_some"},
		{t.Exploitation == "poc", 0.5, "ssvc_poc"},
		{t.EPSS >= 0.1, 0.55, "epss_high"},
		{t.Automatable == "yes" && t.Impact == "total", 0.6, "ssvc_automatable_total"},
		{t.EPSS >= 0.5, 0.75, "epss_very_high"},
		{t.Exploitation == "active", 0.9, "ssvc_active"},
		{t.KEVAdded != "", 0.95, "kev"},
		{t.Ransomware, 1, "kev_ransomware"},
	} {
		if x.is && x.value > value {
			value, why = x.value, x.why
		}
	}
	return value, why
}

// priority is from 0 to 100.
func priority(reach asset.Reach, criticality int, threat float64, answer string) int {
	return int(math.Round(100 * reachFactor(reach) * threat * float64(criticality) / 4 * answerFactor(answer)))
}

// answerFactor: what cannot be told counts half, and what is not affected nothing.
func answerFactor(answer string) float64 {
	switch answer {
	case answerAffected:
		return 1
	case answerCannotTell:
		return 0.5
	default:
		return 0
	}
}

// Urgent is the least priority of what is to be acted on now.
const Urgent = 40

// Band says how soon to act.
func band(priority int) string {
	switch {
	case priority >= Urgent:
		return "now"
	case priority >= 15:
		return "soon"
	case priority >= 5:
		return "planned"
	default:
		return "watch"
	}
}
