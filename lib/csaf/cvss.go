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
	s, ok := map[string]scale{
		"accessVector":               {"AV", "NETWORK=N ADJACENT_NETWORK=A LOCAL=L"},
		"accessComplexity":           {"AC", levels},
		"authentication":             {"Au", "MULTIPLE=M SINGLE=S NONE=N"},
		"confidentialityImpact":      {"C", cia},
		"integrityImpact":            {"I", cia},
		"availabilityImpact":         {"A", cia},
		"exploitability":             {"E", "UNPROVEN=U PROOF_OF_CONCEPT=POC FUNCTIONAL=F HIGH=H" + none},
		"remediationLevel":           {"RL", "OFFICIAL_FIX=OF TEMPORARY_FIX=TF WORKAROUND=W UNAVAILABLE=U" + none},
		"reportConfidence":           {"RC", "UNCONFIRMED=UC UNCORROBORATED=UR CONFIRMED=C" + none},
		"collateralDamagePotential":  {"CDP", "NONE=N LOW=L LOW_MEDIUM=LM MEDIUM_HIGH=MH HIGH=H" + none},
		"targetDistribution":         {"TD", "NONE=N " + levels + none},
		"confidentialityRequirement": {"CR", levels + none},
		"integrityRequirement":       {"IR", levels + none},
		"availabilityRequirement":    {"AR", levels + none},
	}[name]
	return s, ok
}

func metric3(name string) (scale, bool) {
	s, ok := map[string]scale{
		"attackVector":                  {"AV", vector3},
		"attackComplexity":              {"AC", "HIGH=H LOW=L"},
		"privilegesRequired":            {"PR", cia3},
		"userInteraction":               {"UI", "NONE=N REQUIRED=R"},
		"scope":                         {"S", "UNCHANGED=U CHANGED=C"},
		"confidentialityImpact":         {"C", cia3},
		"integrityImpact":               {"I", cia3},
		"availabilityImpact":            {"A", cia3},
		"exploitCodeMaturity":           {"E", "UNPROVEN=U PROOF_OF_CONCEPT=P FUNCTIONAL=F HIGH=H" + undefined},
		"remediationLevel":              {"RL", "OFFICIAL_FIX=O TEMPORARY_FIX=T WORKAROUND=W UNAVAILABLE=U" + undefined},
		"reportConfidence":              {"RC", "UNKNOWN=U REASONABLE=R CONFIRMED=C" + undefined},
		"confidentialityRequirement":    {"CR", levels + undefined},
		"integrityRequirement":          {"IR", levels + undefined},
		"availabilityRequirement":       {"AR", levels + undefined},
		"modifiedAttackVector":          {"MAV", vector3 + undefined},
		"modifiedAttackComplexity":      {"MAC", "HIGH=H LOW=L" + undefined},
		"modifiedPrivilegesRequired":    {"MPR", cia3 + undefined},
		"modifiedUserInteraction":       {"MUI", "NONE=N REQUIRED=R" + undefined},
		"modifiedScope":                 {"MS", "UNCHANGED=U CHANGED=C" + undefined},
		"modifiedConfidentialityImpact": {"MC", cia3 + undefined},
		"modifiedIntegrityImpact":       {"MI", cia3 + undefined},
		"modifiedAvailabilityImpact":    {"MA", cia3 + undefined},
	}[name]
	return s, ok
}

func metric4(name string) (scale, bool) {
	s, ok := map[string]scale{
		"attackVector":              {"AV", "NETWORK=N ADJACENT=A LOCAL=L PHYSICAL=P"},
		"attackComplexity":          {"AC", "HIGH=H LOW=L"},
		"attackRequirements":        {"AT", "NONE=N PRESENT=P"},
		"privilegesRequired":        {"PR", cia3},
		"userInteraction":           {"UI", "NONE=N PASSIVE=P ACTIVE=A"},
		"vulnConfidentialityImpact": {"VC", cia3},
		"vulnIntegrityImpact":       {"VI", cia3},
		"vulnAvailabilityImpact":    {"VA", cia3},
		"subConfidentialityImpact":  {"SC", cia3},
		"subIntegrityImpact":        {"SI", cia3},
		"subAvailabilityImpact":     {"SA", cia3},
		"exploitMaturity":           {"E", "UNREPORTED=U PROOF_OF_CONCEPT=P ATTACKED=A" + undefined},
	}[name]
	return s, ok
}
