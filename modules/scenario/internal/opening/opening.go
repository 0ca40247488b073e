package opening

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// State is where an opening is.
type State string

// The states of an opening.
const (
	Draft     State = "draft"
	Open      State = "open" // until somebody is chosen; applications until the deadline
	Running   State = "running"
	Completed State = "completed"
	Cancelled State = "cancelled"
)

// What an enterprise may mark as confidential.
const (
	secretData     = "data"
	secretSite     = "site"
	secretSchedule = "schedule"
	secretBudget   = "budget"
)

func secrets() []string { return []string{secretData, secretSite, secretSchedule, secretBudget} }

const (
	mostMilestones = 30
	mostEffects    = 30
	longest        = 4000
	farthest       = 366 * 24 * time.Hour // of a deadline
)

// Terms are what an enterprise says of an opening.
type Terms struct {
	Title        string    `json:"title" maxLength:"120"`
	What         string    `json:"what" maxLength:"4000" doc:"What is wanted"`
	Data         string    `json:"data" maxLength:"4000" doc:"Data that is given; empty where it is hidden"`
	Site         string    `json:"site" maxLength:"4000" doc:"Site and equipment; empty where it is hidden"`
	Schedule     string    `json:"schedule" maxLength:"4000" doc:"Empty where it is hidden"`
	BudgetFrom   float64   `json:"budget_from" doc:"In 10 000 CNY; 0 where it is hidden"`
	BudgetTo     float64   `json:"budget_to" doc:"In 10 000 CNY; 0 where it is hidden"`
	Confidential []string  `json:"confidential" nullable:"false" maxItems:"4" doc:"Of data, site, schedule and budget: what only the enterprise, the city and the chosen provider read"`
	Deadline     time.Time `json:"deadline" doc:"Until when applications are taken, by the server's clock"`
}

// Milestone is a step of carrying out.
type Milestone struct {
	Title      string     `json:"title" maxLength:"120"`
	Due        string     `json:"due" format:"date"`
	Report     string     `json:"report,omitempty" doc:"Of the provider"`
	ReportedAt *time.Time `json:"reported_at,omitempty"`
	Reason     string     `json:"reason,omitempty" doc:"Why it was sent back"`
	AcceptedAt *time.Time `json:"accepted_at,omitempty"`
}

// Effect is a figure that carrying out brought.
type Effect struct {
	Kind     string   `json:"kind" maxLength:"20" doc:"A word of the axis value"`
	Name     string   `json:"name" maxLength:"120"`
	Value    float64  `json:"value"`
	Before   *float64 `json:"before,omitempty" doc:"The figure before, in the same unit"`
	Unit     string   `json:"unit" maxLength:"20"`
	Evidence string   `json:"evidence" maxLength:"500" doc:"Where the figure is from"`
}

// Verdict is what one side says of the other.
type Verdict struct {
	Grade int       `json:"grade" minimum:"1" maximum:"5"`
	Text  string    `json:"text" maxLength:"2000"`
	At    time.Time `json:"at"`
}

// Opening is a scenario that an enterprise opens.
type Opening struct {
	ID             string      `json:"id"`
	ScenarioID     string      `json:"scenario_id"`
	Scenario       lang.Text   `json:"scenario" title:"场景|Scenario"`
	OrganisationID string      `json:"organisation_id"`
	Enterprise     lang.Text   `json:"enterprise" title:"企业|Enterprise"`
	Terms          Terms       `json:"terms"`
	State          State       `json:"state" enum:"draft,open,running,completed,cancelled" title:"状态|State"`
	Reason         string      `json:"reason" doc:"Why it was cancelled, or why this provider was chosen"`
	ProviderID     string      `json:"provider_id"`
	Provider       lang.Text   `json:"provider" title:"服务商|Provider"`
	Milestones     []Milestone `json:"milestones" nullable:"false"`
	Effects        []Effect    `json:"effects" nullable:"false"`
	Synthetic      bool        `json:"synthetic" title:"合成数据|Synthetic"`
	OpenedAt       *time.Time  `json:"opened_at,omitempty" title:"开放时间|Opened"`
	ChosenAt       *time.Time  `json:"chosen_at,omitempty" title:"选定时间|Chosen"`
	CompletedAt    *time.Time  `json:"completed_at,omitempty" title:"完成时间|Completed"`
	Deadline       time.Time   `json:"deadline" title:"截止时间|Deadline"`
	Title          string      `json:"title" title:"标题|Title"`
	Version        int64       `json:"version"`

	application string
	own, theirs *Verdict
	createdAt   time.Time
}

// side is from where somebody looks at an opening.
type side string

const (
	stranger side = "stranger"
	city     side = "city"
	provider side = "provider" // the chosen one
	owner    side = "owner"
)

// as leaves of an opening what somebody may see.
func (o Opening) as(s side) Opening {
	if s != stranger {
		return o
	}
	for _, field := range o.Terms.Confidential {
		switch field {
		case secretData:
			o.Terms.Data = ""
		case secretSite:
			o.Terms.Site = ""
		case secretSchedule:
			o.Terms.Schedule = ""
		case secretBudget:
			o.Terms.BudgetFrom, o.Terms.BudgetTo = 0, 0
		}
	}
	o.Milestones, o.Reason = []Milestone{}, ""
	return o
}

// accepts tells whether applications are taken.
func (o Opening) accepts(now time.Time) bool { return o.State == Open && now.Before(o.Terms.Deadline) }

// over tells whether the deadline has gone by.
func (o Opening) over(now time.Time) bool { return !now.Before(o.Terms.Deadline) }

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func (t Terms) tidy() Terms {
	for _, x := range []*string{&t.Title, &t.What, &t.Data, &t.Site, &t.Schedule} {
		*x = strings.TrimSpace(*x)
	}
	list := []string{}
	for _, s := range secrets() {
		if slices.Contains(t.Confidential, s) {
			list = append(list, s)
		}
	}
	t.Confidential, t.Deadline = list, t.Deadline.UTC().Truncate(time.Millisecond)
	return t
}

// check reports what of the terms cannot stand, at the fields of a body.
func (t Terms) check(now time.Time) error {
	f := fault.New(fault.Invalid, "scenario.opening.invalid", "the opening is incomplete or wrong")
	if t.Title == "" || len([]rune(t.Title)) > 120 {
		_ = f.At("body.title", "a title of 1 to 120 characters")
	}
	if t.What == "" {
		_ = f.At("body.what", "say what is wanted")
	}
	if slices.ContainsFunc([]string{t.What, t.Data, t.Site, t.Schedule}, func(x string) bool { return len([]rune(x)) > longest }) {
		_ = f.At("body.what", "texts of 4000 characters at most")
	}
	if !(0 <= t.BudgetFrom && t.BudgetFrom <= t.BudgetTo && t.BudgetTo <= 1e7) { // what is no number is refused too
		_ = f.At("body.budget_to", "from 0 to 10 000 000 times 10 000 CNY, in order")
	}
	if !t.Deadline.After(now) || t.Deadline.After(now.Add(farthest)) {
		_ = f.At("body.deadline", "a time to come, within a year")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func wrongState(s State) error {
	return fault.New(fault.Conflict, "scenario.opening.state", "this cannot be done with an opening that is %s", s).With("state", string(s))
}

// edit changes the terms of a draft.
func (o Opening) edit(t Terms, now time.Time) (Opening, error) {
	if o.State != Draft {
		return o, fault.New(fault.Conflict, "scenario.opening.opened", "what was opened is not changed; cancel it and open another")
	}
	t = t.tidy()
	if err := t.check(now); err != nil {
		return o, err
	}
	o.Terms = t
	return o, nil
}

// open opens a draft to providers.
func (o Opening) open(now time.Time) (Opening, error) {
	if o.State != Draft {
		return o, wrongState(o.State)
	}
	if err := o.Terms.check(now); err != nil {
		return o, err
	}
	o.State, o.OpenedAt = Open, &now
	return o, nil
}

// cancel ends an opening before anybody is chosen.
func (o Opening) cancel(reason string) (Opening, error) {
	if o.State != Draft && o.State != Open {
		return o, wrongState(o.State)
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return o, fault.New(fault.Invalid, "scenario.opening.reason", "say why").At("body.reason", "whoever applied reads it")
	}
	o.State, o.Reason = Cancelled, reason
	return o, nil
}

// choose takes one of the applications, once all could be handed in.
func (o Opening) choose(a Application, reason string, plan []Milestone, now time.Time) (Opening, error) {
	if o.State != Open {
		return o, wrongState(o.State)
	}
	if !o.over(now) {
		return o, fault.New(fault.Conflict, "scenario.opening.sealed", "applications are read, and one is chosen, after the deadline")
	}
	if a.State != Submitted || a.OpeningID != o.ID {
		return o, fault.New(fault.Invalid, "scenario.opening.application", "there is no such application to this opening").At("body.application_id", "one of the applications that were submitted")
	}
	f := fault.New(fault.Invalid, "scenario.opening.choice", "the choice is incomplete or wrong")
	if reason = strings.TrimSpace(reason); reason == "" {
		_ = f.At("body.reason", "say why this one")
	}
	if len(plan) == 0 || len(plan) > mostMilestones {
		_ = f.At("body.milestones", "1 to 30 milestones")
	}
	list := []Milestone{}
	for i, m := range plan {
		m = Milestone{Title: strings.TrimSpace(m.Title), Due: m.Due}
		if _, err := time.Parse(time.DateOnly, m.Due); err != nil || m.Title == "" || len([]rune(m.Title)) > 120 {
			_ = f.At(fmt.Sprintf("body.milestones[%d]", i), "a title, and a day such as 2027-03-31")
		}
		list = append(list, m)
	}
	if len(f.Fields) > 0 {
		return o, f
	}
	o.State, o.ChosenAt, o.Reason, o.application, o.ProviderID, o.Provider, o.Milestones = Running, &now, reason, a.ID, a.OrganisationID, a.Provider, list
	return o, nil
}

// milestone returns a copy of an opening in which a milestone may be changed.
func (o Opening) milestone(number int) (Opening, *Milestone, error) {
	if o.State != Running {
		return o, nil, wrongState(o.State)
	}
	if number < 1 || number > len(o.Milestones) {
		return o, nil, fault.New(fault.NotFound, "kernel.not_found", "there is no such milestone")
	}
	o.Milestones = slices.Clone(o.Milestones)
	return o, &o.Milestones[number-1], nil
}

// report says that a milestone is reached; for the provider.
func (o Opening) report(number int, text string, now time.Time) (Opening, error) {
	o, m, err := o.milestone(number)
	if err != nil {
		return o, err
	}
	if m.AcceptedAt != nil {
		return o, fault.New(fault.Conflict, "scenario.opening.accepted", "this milestone is accepted already")
	}
	if text = strings.TrimSpace(text); text == "" {
		return o, fault.New(fault.Invalid, "scenario.opening.report", "say what was done").At("body.text", "the enterprise reads it")
	}
	m.Report, m.ReportedAt, m.Reason = text, &now, ""
	return o, nil
}

// accept accepts a milestone that was reported, or sends it back; for the enterprise.
func (o Opening) accept(number int, yes bool, reason string, now time.Time) (Opening, error) {
	o, m, err := o.milestone(number)
	if err != nil {
		return o, err
	}
	if m.ReportedAt == nil || m.AcceptedAt != nil {
		return o, fault.New(fault.Conflict, "scenario.opening.not_reported", "this milestone is not reported, or is accepted already")
	}
	if yes {
		m.AcceptedAt, m.Reason = &now, ""
		return o, nil
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return o, fault.New(fault.Invalid, "scenario.opening.reason", "say why").At("body.reason", "the provider reads it")
	}
	m.Reason, m.ReportedAt = reason, nil
	return o, nil
}

// complete ends the carrying out with its effects; for the enterprise.
func (o Opening) complete(effects []Effect, known func(kind string) bool, now time.Time) (Opening, error) {
	if o.State != Running {
		return o, wrongState(o.State)
	}
	if i := slices.IndexFunc(o.Milestones, func(m Milestone) bool { return m.AcceptedAt == nil }); i >= 0 {
		return o, fault.New(fault.Conflict, "scenario.opening.unfinished", "the milestone “%s” is not accepted", o.Milestones[i].Title).With("milestone", o.Milestones[i].Title)
	}
	f := fault.New(fault.Invalid, "scenario.opening.effects", "an effect is incomplete or wrong")
	if len(effects) == 0 || len(effects) > mostEffects {
		_ = f.At("body.effects", "1 to 30 effects")
	}
	for i, e := range effects {
		at := fmt.Sprintf("body.effects[%d].", i)
		if !known(e.Kind) {
			_ = f.At(at+"kind", "a word of the axis value")
		}
		if strings.TrimSpace(e.Name) == "" {
			_ = f.At(at+"name", "name the figure in up to 120 characters")
		}
		if !finite(e.Value) || e.Before != nil && !finite(*e.Before) {
			_ = f.At(at+"value", "a number")
		}
		if strings.TrimSpace(e.Evidence) == "" {
			_ = f.At(at+"evidence", "say where the figure is from")
		}
	}
	if len(f.Fields) > 0 {
		return o, f
	}
	o.State, o.CompletedAt, o.Effects = Completed, &now, effects
	return o, nil
}

// evaluate takes what one side says of the other, once.
func (o Opening) evaluate(from side, v Verdict) (Opening, error) {
	if o.State != Completed {
		return o, wrongState(o.State)
	}
	given := &o.own
	if from == provider {
		given = &o.theirs
	}
	if *given != nil {
		return o, fault.New(fault.Conflict, "scenario.opening.evaluated", "your side has evaluated already")
	}
	if v.Text = strings.TrimSpace(v.Text); v.Grade < 1 || v.Grade > 5 || v.Text == "" {
		return o, fault.New(fault.Invalid, "scenario.opening.verdict", "the evaluation is incomplete").At("body.text", "a grade of 1 to 5, and some words")
	}
	*given = &v
	return o, nil
}
