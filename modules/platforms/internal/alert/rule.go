package alert

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// Kind is what a rule looks at.
type Kind string

// Kinds of rules. All but the last are ready-made.
const (
	Silent      Kind = "silent"      // a platform stopped reporting
	Overdue     Kind = "overdue"     // a figure is due and did not come
	Bound       Kind = "bound"       // the newest figure is over or under a bound
	Change      Kind = "change"      // a figure against the one of the period before
	Finding     Kind = "finding"     // open findings about figures
	Incident    Kind = "incident"    // a target is down
	Certificate Kind = "certificate" // a certificate is near its end
	Query       Kind = "query"       // PromQL
)

// Severity is how grave an alert is.
type Severity string

// The severities, the gravest first.
const (
	Critical Severity = "critical"
	Warning  Severity = "warning"
	Info     Severity = "info"
)

// Weight is larger for graver alerts.
func (s Severity) Weight() int {
	return map[Severity]int{Critical: 3, Warning: 2, Info: 1}[s]
}

// Title is a severity in words.
func (s Severity) Title() lang.Text {
	return map[Severity]lang.Text{Critical: {ZH: "严重", EN: "Critical"}, Warning: {ZH: "警告", EN: "Warning"}, Info: {ZH: "提示", EN: "Info"}}[s]
}

// Rule says when there are alerts. Seconds stand for durations.
type Rule struct {
	Code      string            `json:"code" maxLength:"60" doc:"The label alertname of its alerts; kept as it is when editing"`
	Name      lang.Text         `json:"name"`
	Kind      Kind              `json:"kind" enum:"silent,overdue,bound,change,finding,incident,certificate,query"`
	Severity  Severity          `json:"severity" enum:"critical,warning,info"`
	Enabled   bool              `json:"enabled"`
	For       int64             `json:"for" minimum:"0" maximum:"2592000" doc:"Seconds that it holds before the alert fires"`
	Keep      int64             `json:"keep" minimum:"0" maximum:"86400" doc:"Seconds that the alert goes on firing when it holds no more"`
	Platforms []string          `json:"platforms" nullable:"false" maxItems:"100" doc:"Ids; none: all in trial or in service"`
	Indicator string            `json:"indicator,omitempty" maxLength:"60" doc:"Of bound and change; of overdue none is all"`
	Op        string            `json:"op,omitempty" enum:">,>=,<,<=" doc:"Of bound"`
	Limit     float64           `json:"limit,omitempty" doc:"Of bound: the bound; of change: percent; of certificate: days"`
	Direction string            `json:"direction,omitempty" enum:"rise,fall,either" doc:"Of change"`
	Least     string            `json:"least,omitempty" enum:"high,medium,low" doc:"Of finding: the severity from which findings count"`
	Expr      string            `json:"expr,omitempty" maxLength:"4000" doc:"Of query: PromQL that answers with a series for each alert"`
	Labels    map[string]string `json:"labels,omitempty" maxProperties:"10" doc:"Further labels of the alerts"`
	Summary   lang.Text         `json:"summary" doc:"What an alert says; {{ $value }} and {{ $labels.name }} are filled in"`
}

var codeForm = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]{1,59}$`)

const summaryMost = 500

// Known answers what only the room knows.
type Known struct {
	Indicator func(code string) bool
	Query     func(expr string) string // what is wrong with it; empty when nothing
}

// Tidy fills what may be left out, and drops what the kind does not have.
func (r Rule) Tidy() Rule {
	r.Code = strings.TrimSpace(r.Code)
	r.Name, r.Summary = both(r.Name), both(r.Summary)
	platforms := slices.Clone(r.Platforms)
	slices.Sort(platforms)
	r.Platforms = slices.Compact(platforms)
	if r.Platforms == nil {
		r.Platforms = []string{}
	}
	clean := Rule{
		Code: r.Code, Name: r.Name, Kind: r.Kind, Severity: r.Severity, Enabled: r.Enabled, For: r.For, Keep: r.Keep, Platforms: r.Platforms, Summary: r.Summary,
	}
	if len(r.Labels) > 0 {
		clean.Labels = maps.Clone(r.Labels)
	}
	switch r.Kind {
	case Overdue:
		clean.Indicator = r.Indicator
	case Bound:
		clean.Indicator, clean.Op, clean.Limit = r.Indicator, r.Op, r.Limit
	case Change:
		clean.Indicator, clean.Direction, clean.Limit = r.Indicator, r.Direction, r.Limit
	case Finding:
		clean.Least = r.Least
	case Certificate:
		clean.Limit = r.Limit
	case Query:
		clean.Expr = strings.TrimSpace(r.Expr)
	default: // nothing more is chosen
	}
	return clean
}

func both(t lang.Text) lang.Text {
	t.ZH, t.EN = strings.TrimSpace(t.ZH), strings.TrimSpace(t.EN)
	if t.ZH == "" {
		t.ZH = t.EN
	}
	if t.EN == "" {
		t.EN = t.ZH
	}
	return t
}

// Check refuses a rule that cannot be evaluated, naming every fault.
func (r Rule) Check(known Known) error {
	f := fault.New(fault.Invalid, "platforms.alert_rule.invalid", "the rule is incomplete or wrong")
	if !codeForm.MatchString(r.Code) {
		_ = f.At("body.code", "2 to 60 letters, digits or _, not beginning with a digit")
	}
	if r.Name.ZH == "" || len(r.Name.ZH) > 200 || len(r.Name.EN) > 200 {
		_ = f.At("body.name", "name the rule, in at most 200 bytes")
	}
	for _, x := range [][2]string{{"zh", r.Summary.ZH}, {"en", r.Summary.EN}} {
		at, text := "body.summary."+x[0], x[1]
		if text == "" || len(text) > 3*summaryMost {
			_ = f.At(at, "say in a sentence what is the matter")
			continue
		}
		if _, err := ParseTemplate(text); err != nil {
			_ = f.At(at, "only {{ $value }} and {{ $labels.name }} are filled in")
		}
	}
	for name, value := range r.Labels {
		if !validName(name) || len(value) > mostText || slices.Contains([]string{NameLabel, SeverityLabel, PlatformLabel, OverflowLabel}, name) {
			_ = f.At("body.labels", "names of letters, digits and _, other than those that every alert has")
		}
	}
	r.checkKind(f, known)
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func (r Rule) checkKind(f *fault.Error, known Known) {
	r.checkIndicator(f, known)
	switch r.Kind {
	case Bound:
		if !slices.Contains([]string{">", ">=", "<", "<="}, r.Op) {
			_ = f.At("body.op", "choose how it is compared")
		}
	case Change:
		r.checkChange(f)
	case Certificate:
		if r.Limit < 1 || r.Limit > 366 {
			_ = f.At("body.limit", "1 to 366 days")
		}
	case Finding:
		if !slices.Contains([]string{"high", "medium", "low"}, r.Least) {
			_ = f.At("body.least", "choose from which severity on")
		}
	case Query:
		if wrong := known.Query(r.Expr); wrong != "" {
			_ = f.At("body.expr", "not a PromQL condition: %s", wrong)
		}
	default: // nothing more is chosen
	}
}

func (r Rule) checkIndicator(f *fault.Error, known Known) {
	needed := r.Kind == Bound || r.Kind == Change
	if (needed || r.Indicator != "") && !known.Indicator(r.Indicator) {
		_ = f.At("body.indicator", "choose an indicator of the catalogue")
	}
}

func (r Rule) checkChange(f *fault.Error) {
	if !slices.Contains([]string{"rise", "fall", "either"}, r.Direction) {
		_ = f.At("body.direction", "choose a direction")
	}
	if r.Limit <= 0 || r.Limit > 100_000 {
		_ = f.At("body.limit", "more than 0 percent")
	}
}

// Anew tells whether alerts of the rule as it was say nothing about it any more.
func (r Rule) Anew(before Rule) bool {
	return r.Kind != before.Kind || r.Severity != before.Severity || r.Indicator != before.Indicator || r.Op != before.Op || r.Limit != before.Limit ||
		r.Direction != before.Direction || r.Least != before.Least || r.Expr != before.Expr || !maps.Equal(r.Labels, before.Labels) || !slices.Equal(r.Platforms, before.Platforms) ||
		!r.Enabled
}

// Label makes the labels of an alert of what was seen.
func (r Rule) Label(seen Labels) Labels {
	l := Labels{}
	maps.Copy(l, seen)
	delete(l, "__name__")
	maps.Copy(l, r.Labels)
	l[NameLabel], l[SeverityLabel] = r.Code, string(r.Severity)
	return l
}

// Passes tells whether a value is over or under the bound of the rule.
func (r Rule) Passes(v float64) bool {
	switch r.Op {
	case ">":
		return v > r.Limit
	case ">=":
		return v >= r.Limit
	case "<":
		return v < r.Limit
	case "<=":
		return v <= r.Limit
	}
	return false
}

// Changed returns by how many percent a value differs from the one before, and
// whether the rule minds.
func (r Rule) Changed(before, after float64) (percent float64, minds bool) {
	if before == 0 {
		return 0, false // a share of nothing
	}
	percent = 100 * (after - before) / before
	if before < 0 {
		percent = -percent
	}
	return percent, r.MindsChange(percent)
}

// MindsChange tells whether a change is more than the rule lets pass.
func (r Rule) MindsChange(percent float64) bool {
	switch r.Direction {
	case "rise":
		return percent > r.Limit
	case "fall":
		return -percent > r.Limit
	default:
		return percent > r.Limit || -percent > r.Limit
	}
}

// HangsOn tells whether alerts of the kind say nothing when the platform is
// silent: that it is silent is told already.
func (k Kind) HangsOn() bool { return k == Overdue || k == Bound || k == Change || k == Query }
