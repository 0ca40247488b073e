package csaf

import (
	"fmt"
	"strings"

	cvss20 "github.com/pandatix/go-cvss/20"
	cvss30 "github.com/pandatix/go-cvss/30"
	cvss31 "github.com/pandatix/go-cvss/31"
	cvss40 "github.com/pandatix/go-cvss/40"
)

// vector is a parsed CVSS vector of any version.
type vector struct {
	version string
	base    float64
	others  []result
}

// result is a score or a severity that follows from a vector.
type result struct {
	key      string
	score    float64
	severity string // for keys of severities
}

func parseVector(key, version, text string) (vector, error) {
	switch {
	case key == "cvss_v2":
		return vector2(text)
	case key == "cvss_v4":
		return vector4(text)
	case version == "3.0" && strings.HasPrefix(text, "CVSS:3.0/"):
		return vector30(text)
	case version == "3.1" && strings.HasPrefix(text, "CVSS:3.1/"):
		return vector31(text)
	default:
		return vector{}, fmt.Errorf("the vector %q is not of version %q", text, version)
	}
}

func vector2(text string) (vector, error) {
	v, err := cvss20.ParseVector(whole2(text))
	if err != nil {
		return vector{}, fmt.Errorf("the vector %q cannot be read: %w", text, err)
	}
	return vector{version: "2.0", base: v.BaseScore(), others: []result{
		{key: "temporalScore", score: v.TemporalScore()}, {key: "environmentalScore", score: v.EnvironmentalScore()},
	}}, nil
}

func vector30(text string) (vector, error) {
	v, err := cvss30.ParseVector(text)
	if err != nil {
		return vector{}, fmt.Errorf("the vector %q cannot be read: %w", text, err)
	}
	return vector{version: "3.0", base: v.BaseScore(), others: []result{
		{key: "temporalScore", score: v.TemporalScore()},
		{key: "environmentalScore", score: v.EnvironmentalScore()},
		{key: "temporalSeverity", severity: severity(v.TemporalScore())},
		{key: "environmentalSeverity", severity: severity(v.EnvironmentalScore())},
	}}, nil
}

func vector31(text string) (vector, error) {
	v, err := cvss31.ParseVector(text)
	if err != nil {
		return vector{}, fmt.Errorf("the vector %q cannot be read: %w", text, err)
	}
	return vector{version: "3.1", base: v.BaseScore(), others: []result{
		{key: "temporalScore", score: v.TemporalScore()},
		{key: "environmentalScore", score: v.EnvironmentalScore()},
		{key: "temporalSeverity", severity: severity(v.TemporalScore())},
		{key: "environmentalSeverity", severity: severity(v.EnvironmentalScore())},
	}}, nil
}

// vector4 reads CVSS 4.0, whose schema has one score, of all metrics of the vector.
func vector4(text string) (vector, error) {
	v, err := cvss40.ParseVector(text)
	if err != nil {
		return vector{}, fmt.Errorf("the vector %q cannot be read: %w", text, err)
	}
	return vector{version: "4.0", base: v.Score()}, nil
}

// whole2 adds the metrics that a vector of CVSS 2 leaves out, which its schema
// allows, as not defined and in the order of the standard.
func whole2(text string) string {
	var out []string
	for _, short := range []string{"AV", "AC", "Au", "C", "I", "A", "E", "RL", "RC", "CDP", "TD", "CR", "IR", "AR"} {
		letter := metricOf(text, short)
		if letter == "" && len(out) >= 6 {
			letter = "ND"
		}
		out = append(out, short+":"+letter)
	}
	return strings.Join(out, "/")
}

// metricOf gives the letter of a metric in a vector, "" if it is not there.
func metricOf(text, short string) string {
	for part := range strings.SplitSeq(text, "/") {
		if name, letter, ok := strings.Cut(part, ":"); ok && name == short {
			return letter
		}
	}
	return ""
}

// results are all scores and severities that a vector gives.
func (v vector) results() []result {
	out := []result{{key: "baseScore", score: v.base}}
	if v.version != "2.0" {
		out = append(out, result{key: "baseSeverity", severity: severity(v.base)})
	}
	return append(out, v.others...)
}

// severity is the qualitative rating of CVSS 3 and 4.
func severity(score float64) string {
	switch {
	case score == 0:
		return "NONE"
	case score < 4:
		return "LOW"
	case score < 7:
		return "MEDIUM"
	case score < 9:
		return "HIGH"
	default:
		return "CRITICAL"
	}
}

// scale is a metric: its short name and the letters of its values.
type scale struct {
	short  string
	values string // NAME=letter, divided by blanks
}

func (s scale) letter(name string) (string, bool) {
	for part := range strings.FieldsSeq(s.values) {
		if n, letter, _ := strings.Cut(part, "="); n == name {
			return letter, true
		}
	}
	return "", false
}

// named is a property of a CVSS object with its metric.
type named struct {
	property string
	scale
}

func scaleOf(property string, of []named) (scale, bool) {
	for i := range of {
		if of[i].property == property {
			return of[i].scale, true
		}
	}
	return scale{}, false
}

// metric gives the metric of a property of a CVSS object.
func metric(key, name string) (scale, bool) {
	switch key {
	case "cvss_v2":
		return metric2(name)
	case "cvss_v3":
		return metric3(name)
	default:
		return metric4(name)
	}
}

const (
	undefined = " NOT_DEFINED=X"
	cia3      = "NONE=N LOW=L HIGH=H"
	levels    = "LOW=L MEDIUM=M HIGH=H"
	vector3   = "NETWORK=N ADJACENT_NETWORK=A LOCAL=L PHYSICAL=P"
)

func metric2(name string) (scale, bool) {
	const cia = "NONE=N PARTIAL=P COMPLETE=C"
	const none = " NOT_DEFINED=ND"
	return scaleOf(name, []named{
		{"accessVector", scale{"AV", "NETWORK=N ADJACENT_NETWORK=A LOCAL=L"}},
		{"accessComplexity", scale{"AC", levels}},
		{"authentication", scale{"Au", "MULTIPLE=M SINGLE=S NONE=N"}},
		{"confidentialityImpact", scale{"C", cia}},
		{"integrityImpact", scale{"I", cia}},
		{"availabilityImpact", scale{"A", cia}},
		{"exploitability", scale{"E", "UNPROVEN=U PROOF_OF_CONCEPT=POC FUNCTIONAL=F HIGH=H" + none}},
		{"remediationLevel", scale{"RL", "OFFICIAL_FIX=OF TEMPORARY_FIX=TF WORKAROUND=W UNAVAILABLE=U" + none}},
		{"reportConfidence", scale{"RC", "UNCONFIRMED=UC UNCORROBORATED=UR CONFIRMED=C" + none}},
		{"collateralDamagePotential", scale{"CDP", "NONE=N LOW=L LOW_MEDIUM=LM MEDIUM_HIGH=MH HIGH=H" + none}},
		{"targetDistribution", scale{"TD", "NONE=N " + levels + none}},
		{"confidentialityRequirement", scale{"CR", levels + none}},
		{"integrityRequirement", scale{"IR", levels + none}},
		{"availabilityRequirement", scale{"AR", levels + none}},
	})
}

func metric3(name string) (scale, bool) {
	return scaleOf(name, []named{
		{"attackVector", scale{"AV", vector3}},
		{"attackComplexity", scale{"AC", "HIGH=H LOW=L"}},
		{"privilegesRequired", scale{"PR", cia3}},
		{"userInteraction", scale{"UI", "NONE=N REQUIRED=R"}},
		{"scope", scale{"S", "UNCHANGED=U CHANGED=C"}},
		{"confidentialityImpact", scale{"C", cia3}},
		{"integrityImpact", scale{"I", cia3}},
		{"availabilityImpact", scale{"A", cia3}},
		{"exploitCodeMaturity", scale{"E", "UNPROVEN=U PROOF_OF_CONCEPT=P FUNCTIONAL=F HIGH=H" + undefined}},
		{"remediationLevel", scale{"RL", "OFFICIAL_FIX=O TEMPORARY_FIX=T WORKAROUND=W UNAVAILABLE=U" + undefined}},
		{"reportConfidence", scale{"RC", "UNKNOWN=U REASONABLE=R CONFIRMED=C" + undefined}},
		{"confidentialityRequirement", scale{"CR", levels + undefined}},
		{"integrityRequirement", scale{"IR", levels + undefined}},
		{"availabilityRequirement", scale{"AR", levels + undefined}},
		{"modifiedAttackVector", scale{"MAV", vector3 + undefined}},
		{"modifiedAttackComplexity", scale{"MAC", "HIGH=H LOW=L" + undefined}},
		{"modifiedPrivilegesRequired", scale{"MPR", cia3 + undefined}},
		{"modifiedUserInteraction", scale{"MUI", "NONE=N REQUIRED=R" + undefined}},
		{"modifiedScope", scale{"MS", "UNCHANGED=U CHANGED=C" + undefined}},
		{"modifiedConfidentialityImpact", scale{"MC", cia3 + undefined}},
		{"modifiedIntegrityImpact", scale{"MI", cia3 + undefined}},
		{"modifiedAvailabilityImpact", scale{"MA", cia3 + undefined}},
	})
}

func metric4(name string) (scale, bool) {
	return scaleOf(name, []named{
		{"attackVector", scale{"AV", "NETWORK=N ADJACENT=A LOCAL=L PHYSICAL=P"}},
		{"attackComplexity", scale{"AC", "HIGH=H LOW=L"}},
		{"attackRequirements", scale{"AT", "NONE=N PRESENT=P"}},
		{"privilegesRequired", scale{"PR", cia3}},
		{"userInteraction", scale{"UI", "NONE=N PASSIVE=P ACTIVE=A"}},
		{"vulnConfidentialityImpact", scale{"VC", cia3}},
		{"vulnIntegrityImpact", scale{"VI", cia3}},
		{"vulnAvailabilityImpact", scale{"VA", cia3}},
		{"subConfidentialityImpact", scale{"SC", cia3}},
		{"subIntegrityImpact", scale{"SI", cia3}},
		{"subAvailabilityImpact", scale{"SA", cia3}},
		{"exploitMaturity", scale{"E", "UNREPORTED=U PROOF_OF_CONCEPT=P ATTACKED=A" + undefined}},
	})
}
