package plan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// rules are how a plan's traffic lights decide; each plan has its own.
type rules struct {
	// With a forecast, the chance of reaching the goal decides.
	OnTrackChance float64 `json:"on_track_chance" yaml:"on_track_chance" minimum:"0" maximum:"1"`
	AtRiskChance  float64 `json:"at_risk_chance" yaml:"at_risk_chance" minimum:"0" maximum:"1"`
	// Without one, the value against a straight line from baseline to goal.
	OnTrackPace float64 `json:"on_track_pace" yaml:"on_track_pace" minimum:"0" maximum:"2"`
	AtRiskPace  float64 `json:"at_risk_pace" yaml:"at_risk_pace" minimum:"0" maximum:"2"`
	// AboutTolerance is how far from its goal an "about" target may stay.
	AboutTolerance float64 `json:"about_tolerance" yaml:"about_tolerance" minimum:"0" maximum:"0.5"`
	// ExceedingFails makes a value above "about" or "between" a miss.
	ExceedingFails bool `json:"exceeding_fails" yaml:"exceeding_fails"`
	// GraceDays at the start of a period pass before pace can make a target late.
	GraceDays int `json:"grace_days" yaml:"grace_days" minimum:"0" maximum:"3660"`
	// ReportEveryDays is how often a reported target is due.
	ReportEveryDays int `json:"report_every_days" yaml:"report_every_days" minimum:"1" maximum:"3660"`
}

func defaultRules() rules {
	return rules{
		OnTrackChance: 0.7, AtRiskChance: 0.3, OnTrackPace: 0.9, AtRiskPace: 0.7,
		AboutTolerance: 0.1, GraceDays: 60, ReportEveryDays: 92,
	}
}

func (r rules) check(f *fault.Error, where string) {
	if !(r.AtRiskChance >= 0 && r.AtRiskChance <= r.OnTrackChance && r.OnTrackChance <= 1) {
		_ = f.At(where+".on_track_chance", "0 ≤ at_risk_chance ≤ on_track_chance ≤ 1")
	}
	if !(r.AtRiskPace >= 0 && r.AtRiskPace <= r.OnTrackPace && r.OnTrackPace <= 2) {
		_ = f.At(where+".on_track_pace", "0 ≤ at_risk_pace ≤ on_track_pace ≤ 2")
	}
	if !(r.AboutTolerance >= 0 && r.AboutTolerance <= 0.5) {
		_ = f.At(where+".about_tolerance", "from 0 to 0.5")
	}
	if r.GraceDays < 0 || r.GraceDays > 3660 {
		_ = f.At(where+".grace_days", "from 0 to 3660")
	}
	if r.ReportEveryDays < 1 || r.ReportEveryDays > 3660 {
		_ = f.At(where+".report_every_days", "from 1 to 3660")
	}
}

// planMeasure is what the plan says shall be done (措施); targets belong to it.
type planMeasure struct {
	Code   string    `yaml:"code"`
	Title  lang.Text `yaml:"title"`
	Source string    `yaml:"source,omitempty"`
}

// action groups measures (行动).
type action struct {
	Code     string        `yaml:"code"`
	Title    lang.Text     `yaml:"title"`
	Measures []planMeasure `yaml:"measures"`
}

// plan is a plan with everything in it; as YAML it is what import and export speak.
type plan struct {
	ID             string    `yaml:"-"`
	OrganisationID string    `yaml:"-"`
	Template       string    `yaml:"template,omitempty"`
	Title          lang.Text `yaml:"title"`
	Note           lang.Text `yaml:"note,omitempty"`
	Source         lang.Text `yaml:"source,omitempty"`
	From           day       `yaml:"from"`
	To             day       `yaml:"to"`
	Synthetic      bool      `yaml:"synthetic,omitempty"`
	Rules          rules     `yaml:"rules"`
	Actions        []action  `yaml:"actions" audit:"-"`
	Targets        []target  `yaml:"targets" audit:"-"`
	CreatedAt      time.Time `yaml:"-"`
	Version        int64     `yaml:"-"`
}

const (
	maxActions    = 50
	maxMeasures   = 300
	maxTargets    = 500
	maxMilestones = 100
	maxDocument   = 512 << 10
)

// readPlan reads a plan from YAML and refuses what cannot be one.
func readPlan(text []byte) (plan, error) {
	if len(text) > maxDocument {
		return plan{}, fault.New(fault.TooLarge, "plan.yaml.too_large", "a plan has at most %d bytes", maxDocument).With("limit", maxDocument)
	}
	p := plan{Rules: defaultRules()}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&p); err != nil {
		return plan{}, unreadable(err)
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return plan{}, unreadable(errors.New("there is more than one document"))
	}
	return p, p.check()
}

func unreadable(err error) error {
	return fault.New(fault.Invalid, "plan.yaml.unreadable", "this is no plan: %v", err).At("body.yaml", "export a plan to see the form")
}

// writePlan writes the YAML that readPlan reads to the same plan.
func writePlan(p plan) ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(p); err != nil {
		return nil, fmt.Errorf("write plan as YAML: %w", err)
	}
	return b.Bytes(), nil
}

var codeForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$`)

func place(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

// check refuses a plan that cannot be followed, naming every fault.
func (p plan) check() error {
	f := fault.New(fault.Invalid, "plan.plan.invalid", "the plan is incomplete or wrong")
	checkText(f, "body.title", p.Title, 200)
	from, ok := p.From.start()
	to, also := p.To.start()
	if !ok || !also || !from.Before(to) {
		_ = f.At("body.from", "two dates such as 2022-01-01, the first before the second")
	}
	p.Rules.check(f, "body.rules")
	measures := p.checkActions(f)
	if len(p.Targets) == 0 || len(p.Targets) > maxTargets {
		_ = f.At("body.targets", "1 to %d targets", maxTargets)
	}
	seen := map[string]bool{}
	for i, t := range p.Targets {
		where := place("body.targets", i)
		if !codeForm.MatchString(t.Code) || seen[t.Code] {
			_ = f.At(where+".code", "letters, digits or . _ -, each code once")
		}
		seen[t.Code] = true
		if !measures[t.Measure] {
			_ = f.At(where+".measure", "%q is no measure of this plan", t.Measure)
		}
		if len(t.Milestones) > maxMilestones {
			_ = f.At(where+".milestones", "at most %d", maxMilestones)
		}
		t.check(f, where)
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func (p plan) checkActions(f *fault.Error) map[string]bool {
	actions, measures := map[string]bool{}, map[string]bool{}
	if len(p.Actions) == 0 || len(p.Actions) > maxActions {
		_ = f.At("body.actions", "1 to %d actions", maxActions)
	}
	for i, a := range p.Actions {
		where := place("body.actions", i)
		if !codeForm.MatchString(a.Code) || actions[a.Code] {
			_ = f.At(where+".code", "letters, digits or . _ -, each code once")
		}
		actions[a.Code] = true
		checkText(f, where+".title", a.Title, 200)
		for j, m := range a.Measures {
			at := place(where+".measures", j)
			if !codeForm.MatchString(m.Code) || measures[m.Code] {
				_ = f.At(at+".code", "letters, digits or . _ -, each code once")
			}
			measures[m.Code] = true
			checkText(f, at+".title", m.Title, 300)
			if len(m.Source) > 2000 {
				_ = f.At(at+".source", "at most 2000 bytes")
			}
		}
	}
	if len(measures) > maxMeasures {
		_ = f.At("body.actions", "at most %d measures", maxMeasures)
	}
	return measures
}

// shift moves the plan to another period; dates within keep their share of it.
func (p plan) shift(from, to day) (plan, error) {
	start, ok := from.start()
	end, also := to.start()
	if !ok || !also || !start.Before(end) {
		return p, fault.New(fault.Invalid, "plan.plan.period", "the period is no period").At("body.from", "two dates such as 2022-01-01, the first before the second")
	}
	if from == p.From && to == p.To {
		return p, nil
	}
	before, length := p.From.begin(), p.To.begin().Sub(p.From.begin())
	move := func(d day) day {
		if d == "" {
			return d
		}
		share := float64(d.begin().Sub(before)) / float64(length)
		return dayOf(start.Add(time.Duration(share*float64(end.Sub(start)) + float64(12*time.Hour))))
	}
	targets := make([]target, len(p.Targets))
	for i, t := range p.Targets {
		t.From, t.To = move(t.From), move(t.To)
		steps := make([]milestone, len(t.Milestones))
		for j, m := range t.Milestones {
			m.Due = move(m.Due)
			steps[j] = m
		}
		t.Milestones = steps
		targets[i] = t
	}
	p.From, p.To, p.Targets = from, to, targets
	return p, nil
}

// period is when the target runs: its own dates, or the plan's.
func (p plan) period(t target) (from, to time.Time) {
	if t.From != "" {
		return t.From.begin(), t.To.end()
	}
	return p.From.begin(), p.To.end()
}
