package platforms

import (
	"encoding/json"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/platforms/internal/check"
)

// findingState is where a finding is: open until somebody explains it or the
// figures are corrected; accepted when the bureau takes the explanation.
type findingState string

const (
	findingOpen      findingState = "open"
	findingExplained findingState = "explained"
	findingCorrected findingState = "corrected"
	findingAccepted  findingState = "accepted"
)

// Doubt is a finding about figures that a platform reported. The figures are
// never changed by it.
type Doubt struct {
	ID         string         `json:"id"`
	PlatformID string         `json:"platform_id"`
	Platform   lang.Text      `json:"platform" title:"平台|Platform"`
	Operator   operator       `json:"operator" doc:"Who answers for the figures"`
	Kind       check.Kind     `json:"kind" enum:"missing,late,negative,reset,unit,jump,frozen,digits,smooth,drift,duplicate,clock,flood,identity,copy,relation,served,frame" title:"类别|Kind"`
	Code       string         `json:"code" doc:"The indicator; empty: the platform as a whole" title:"指标|Indicator"`
	Other      string         `audit:"hidden" json:"other" doc:"The indicator or platform that it is compared with" title:"对照|Compared with"`
	From       time.Time      `json:"from" title:"起始数据期|From"`
	Until      time.Time      `json:"until" title:"截止数据期|Until"`
	Severity   check.Severity `json:"severity" enum:"high,medium,low" title:"严重程度|Severity"`
	State      findingState   `json:"state" enum:"open,explained,corrected,accepted" title:"状态|State"`
	FoundAt    time.Time      `json:"found_at" title:"发现时间|Found"`
	ChangedAt  time.Time      `json:"changed_at" title:"变更时间|Changed"`
	Version    int64          `json:"version"`

	about    int64 // unix milliseconds of the first period; 0: standing
	kept     int64 // the version that the checks have read
	evidence string
}

// evidence is what led to a finding.
type evidence struct {
	Figures []check.Figure `json:"figures" nullable:"false"`
	Sources []check.Source `json:"sources" nullable:"false" doc:"Where figures come from that are compared with each other, and which days they are of"`
	Curve   []check.Spot   `json:"curve" nullable:"false" doc:"What was reported around the periods, and which of it is doubted"`
	Lead    string         `json:"lead" doc:"The indicator that the curves are of, when the finding is about the platform as a whole"`
	Against []check.Spot   `json:"against" nullable:"false" doc:"The curve that it is compared with"`
}

// whole has empty lists for those that are missing.
func (e evidence) whole() evidence {
	if e.Figures == nil {
		e.Figures = []check.Figure{}
	}
	if e.Sources == nil {
		e.Sources = []check.Source{}
	}
	if e.Curve == nil {
		e.Curve = []check.Spot{}
	}
	if e.Against == nil {
		e.Against = []check.Spot{}
	}
	return e
}

// doubtName is under which name a finding is found again.
type doubtName struct {
	kind        check.Kind
	code, other string
	about       int64
}

func (d Doubt) name() doubtName { return doubtName{d.Kind, d.Code, d.Other, d.about} }

// doubtOf makes a finding of the checks one of the platform's.
func doubtOf(platformID string, f check.Finding, now time.Time) (Doubt, error) {
	e := evidence{Figures: f.Figures, Sources: f.Sources, Curve: f.Curve, Lead: f.Lead, Against: f.Against}.whole()
	text, err := json.Marshal(e)
	if err != nil {
		return Doubt{}, err
	}
	d := Doubt{
		PlatformID: platformID, Kind: f.Kind, Code: f.Code, Other: f.Other, From: f.At, Until: f.Until, Severity: f.Severity,
		State: findingOpen, FoundAt: now, ChangedAt: now, Version: 1, about: f.At.UnixMilli(), evidence: string(text),
	}
	if f.Standing {
		d.about = 0
	}
	return d, nil
}

// turn is what the checks change of findings.
type turn struct {
	begin []Doubt // not known before
	again []Doubt // corrected before, and found again
	renew []Doubt // known, with other evidence
	mend  []Doubt // not found any more, because the figures are others now
}

// changes reports that figures of an indicator (of all, when empty) in some
// periods came in after a time.
type changes func(code string, from, until, since time.Time) bool

// turnOf compares what is found with what is kept. A finding ends by itself only
// when the check passes and the figures that it is about are others; a standing
// one, when the check passes.
func turnOf(found, kept []Doubt, changed changes, now time.Time) turn {
	var t turn
	known := map[doubtName]Doubt{}
	for _, d := range kept {
		known[d.name()] = d
	}
	seen := map[doubtName]bool{}
	for _, f := range found {
		if seen[f.name()] {
			continue
		}
		seen[f.name()] = true
		k, ok := known[f.name()]
		f.ID, f.kept = k.ID, k.Version
		switch {
		case !ok:
			t.begin = append(t.begin, f)
		case k.State == findingCorrected:
			f.FoundAt, f.Version = now, k.Version+1
			t.again = append(t.again, f)
		case k.evidence != f.evidence || k.Severity != f.Severity:
			f.State, f.FoundAt, f.ChangedAt, f.Version = k.State, k.FoundAt, k.ChangedAt, k.Version
			t.renew = append(t.renew, f)
		}
	}
	for _, k := range kept {
		if seen[k.name()] || (k.State != findingOpen && k.State != findingExplained) {
			continue
		}
		if k.about == 0 || changed(k.corrected(), k.From, k.Until, k.FoundAt) {
			k.State, k.ChangedAt, k.kept, k.Version = findingCorrected, now, k.Version, k.Version+1
			t.mend = append(t.mend, k)
		}
	}
	return t
}

// corrected is the indicator whose figures would end a finding when they are others;
// empty: of any.
func (d Doubt) corrected() string {
	if d.Kind == check.Identity || d.Kind == check.Relation {
		return "" // the other one may be what was corrected
	}
	return d.Code
}

// explain lets the platform's people say what is behind a finding.
func (d Doubt) explain(reason string, now time.Time) (Doubt, error) {
	if d.State != findingOpen && d.State != findingExplained {
		return d, fault.New(fault.Conflict, "platforms.finding.closed", "the finding is %s; there is nothing to explain", d.State)
	}
	if err := saysWhy(reason); err != nil {
		return d, err
	}
	d.State, d.ChangedAt = findingExplained, now
	return d, nil
}

// decide accepts an explanation, or opens the finding again.
func (d Doubt) decide(accept bool, reason string, now time.Time) (Doubt, error) {
	if accept && d.State != findingExplained && d.State != findingOpen {
		return d, fault.New(fault.Conflict, "platforms.finding.closed", "the finding is %s already", d.State)
	}
	if !accept && d.State == findingOpen {
		return d, fault.New(fault.Conflict, "platforms.finding.is_open", "the finding is open already")
	}
	if err := saysWhy(reason); err != nil {
		return d, err
	}
	d.State, d.ChangedAt = findingOpen, now
	if accept {
		d.State = findingAccepted
	}
	return d, nil
}

func saysWhy(reason string) error {
	if strings.TrimSpace(reason) == "" {
		return fault.New(fault.Invalid, "platforms.finding.reason", "say why").At("body.reason", "say what is behind the figures")
	}
	return nil
}

// rules are what the catalogue says of how indicators relate, as the checks want it.
func (c *catalogue) rules() check.Rules {
	r := check.Rules{Served: servedCode}
	for _, x := range c.Indicators {
		if x.Below != "" {
			r.Bounds = append(r.Bounds, check.Bound{Part: x.Code, Whole: c.byCode[x.Below].Code})
		}
		if x.Along != "" {
			r.Pairs = append(r.Pairs, check.Pair{Code: x.Code, With: x.Along})
		}
	}
	return r
}

// servedCode is the indicator that lists of served enterprises are compared with.
const servedCode = "ent_served"

// dueOn is when the value of a period is due, after the calendar of due lists.
func dueOn(g check.Grain, at time.Time) time.Time {
	if g == check.Month {
		return afterWorkingDays(at.AddDate(0, 1, 0), 5)
	}
	return at.AddDate(0, 0, 1).Add(6 * time.Hour)
}

// after is what is kept of findings when the turn is done.
func (t turn) after(kept []Doubt) []Doubt {
	now := map[string]Doubt{}
	for _, list := range [][]Doubt{t.again, t.renew, t.mend} {
		for _, d := range list {
			now[d.ID] = d
		}
	}
	list := append(make([]Doubt, 0, len(kept)+len(t.begin)), t.begin...)
	for _, d := range kept {
		if n, ok := now[d.ID]; ok {
			d = n
		}
		list = append(list, d)
	}
	return list
}
