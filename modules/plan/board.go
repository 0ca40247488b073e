package plan

import (
	"slices"
	"strings"
	"time"

	"linghang/kernel/lang"
)

// NamedCode is a code with its title.
type NamedCode struct {
	Code  string    `json:"code"`
	Title lang.Text `json:"title"`
}

// MeasureReading is one measure in a formula and what it read.
type MeasureReading struct {
	ID     string     `json:"id"`
	Title  lang.Text  `json:"title"`
	Counts lang.Text  `json:"counts" doc:"What is counted and what is not"`
	Page   string     `json:"page" doc:"Where what is counted can be looked at one by one; empty: nowhere"`
	Room   string     `json:"room"`
	Value  *float64   `json:"value"`
	At     *time.Time `json:"at"`
	State  string     `json:"state" enum:"known,no_data,no_measure,no_room,unreadable"`
}

// How says where the value of a target comes from.
type How struct {
	Formula  string           `json:"formula"`
	Measures []MeasureReading `json:"measures" nullable:"false"`
	AsOf     *time.Time       `json:"as_of" doc:"The time that the value is about"`
	ValueID  string           `json:"value_id,omitempty" doc:"The reported value"`
	Note     string           `json:"note,omitempty"`
	Reporter string           `json:"reporter,omitempty"`
	Reviewer string           `json:"reviewer,omitempty"`
	Approver string           `json:"approver,omitempty"`
	Evidence []EvidenceView   `json:"evidence" nullable:"false"`
	// Missing says why a live target has no live value, also when a reported
	// one stands in for it.
	Missing *Reason `json:"missing,omitempty"`
}

// TargetView is a target as the board shows it.
type TargetView struct {
	ID          string       `json:"id"`
	PlanID      string       `json:"plan_id"`
	Code        string       `json:"code" title:"代码|Code"`
	Title       lang.Text    `json:"title" title:"目标|Target"`
	Value       *float64     `json:"value" title:"当前值|Value"`
	Unit        lang.Text    `json:"unit" title:"单位|Unit"`
	Direction   direction    `json:"direction" enum:"at_least,at_most,more_than,about,between,equal" title:"方向|Direction"`
	Goal        float64      `json:"goal" title:"目标值|Goal"`
	GoalHigh    float64      `json:"goal_high" doc:"Upper end of between"`
	Baseline    float64      `json:"baseline"`
	Status      status       `json:"status" enum:"reached,on_track,at_risk,late,not_measured,missed" title:"状态|Status"`
	Reason      Reason       `json:"reason" doc:"Why the status is what it is"`
	Source      string       `json:"source" enum:"live,reported,none" title:"来源|Source"`
	Page        string       `json:"page" doc:"Where what a live value of one measure counts can be looked at one by one; empty: the target says which measures there are"`
	Kind        string       `json:"kind" enum:"live,reported" title:"取数方式|Kind"`
	Owner       lang.Text    `json:"owner" title:"责任部门|Owner"`
	OwnerID     string       `json:"owner_id" doc:"Organisation that also sees and reports it"`
	Action      NamedCode    `json:"action"`
	ActionCode  string       `json:"action_code" title:"行动|Action"`
	Measure     NamedCode    `json:"measure"`
	MeasureCode string       `json:"measure_code" title:"措施|Measure"`
	From        day          `json:"from" title:"开始|From"`
	To          day          `json:"to" title:"结束|To"`
	SourceText  string       `json:"source_text" doc:"The sentence it was read from" title:"原文|Sentence"`
	Synthetic   bool         `json:"synthetic" title:"合成数据|Synthetic"`
	How         How          `json:"how"`
	Trend       [][2]float64 `json:"trend" nullable:"false" doc:"Unix milliseconds and value"`
	Pace        *Pace        `json:"pace,omitempty"`
	Forecast    Forecast     `json:"forecast"`
	ForecastEnd *float64     `json:"forecast_value" title:"预测值|Forecast"`
	NextDue     day          `json:"next_milestone" doc:"When the next milestone is due"`
	Version     int64        `json:"version"`
}

// facts are what the board is made of, beside the plan.
type facts struct {
	read     map[string]reading
	rooms    map[string]bool
	trends   map[string][]point
	approved map[string]value
}

// view puts a target together.
func (p plan) view(t target, x facts, now time.Time) TargetView {
	v := TargetView{
		ID: t.ID, PlanID: p.ID, Code: t.Code, Title: t.Title, Unit: t.Unit, Direction: t.Direction, Goal: t.Goal, GoalHigh: t.GoalHigh,
		Baseline: t.Baseline, Source: sourceNone, Kind: t.Kind, Owner: t.Owner, OwnerID: t.OwnerID, MeasureCode: t.Measure,
		SourceText: t.Source, Synthetic: p.Synthetic, Version: t.Version,
		How: How{Formula: t.Formula, Measures: []MeasureReading{}, Evidence: []EvidenceView{}},
	}
	from, to := p.period(t)
	v.From, v.To = dayOf(from), dayOf(to.Add(-time.Millisecond))
	for _, a := range p.Actions {
		for _, m := range a.Measures {
			if m.Code == t.Measure {
				v.Action, v.Measure, v.ActionCode = NamedCode{a.Code, a.Title}, NamedCode{m.Code, m.Title}, a.Code
			}
		}
	}
	unknown := v.fill(t, x)
	history := slices.Clone(x.trends[t.ID])
	if v.Source == sourceLive {
		history = append(history, point{now.UnixMilli(), *v.Value})
	}
	v.Trend = make([][2]float64, len(history))
	for i, h := range history {
		v.Trend[i] = [2]float64{float64(h.at), h.v}
	}
	s := situation{target: t, rules: p.Rules, from: from, to: to, value: v.Value, unknown: unknown}
	if v.Value != nil {
		s.pace = t.pace(*v.Value, p.Rules, from, to, now)
		v.Pace = &s.pace
	}
	s.forecast = forecast(history, t, p.Rules, to, now)
	v.Forecast, v.ForecastEnd = s.forecast, s.forecast.Value
	v.Status, v.Reason = s.judge(now)
	for _, m := range t.Milestones {
		if v.NextDue == "" && !m.met(t, p.Rules, v.Value) {
			v.NextDue = m.Due
		}
	}
	return v
}

// fill finds the value: measured live, else reported and approved; if there is
// none, it says why.
func (v *TargetView) fill(t target, x facts) *Reason {
	missing := &Reason{Code: "not_reported"}
	if t.Kind == kindLive {
		if missing = v.measure(formulaOf(t.Formula), x); missing == nil {
			return nil
		}
		v.How.Missing = missing
	}
	r, ok := x.approved[t.ID]
	if !ok {
		return missing
	}
	v.Value, v.Source, v.Synthetic = &r.Number, sourceReported, v.Synthetic || r.Synthetic
	v.How.AsOf, v.How.ValueID, v.How.Note, v.How.Evidence = &r.ValidAt, r.ID, r.Note, viewEvidence(r.Evidence)
	v.How.Reporter, v.How.Reviewer, v.How.Approver = r.Reported.name, r.Reviewed.name, r.Decided.name
	return nil
}

// measure takes the live value of a formula, or says why there is none: the
// reason that lasts longest, a room that is not there before data that has not come.
func (v *TargetView) measure(f formula, x facts) *Reason {
	missing := &Reason{Code: "no_result"} // such as a division by zero
	for _, id := range f.measures {
		m, why := x.explain(id)
		v.How.Measures = append(v.How.Measures, m)
		if why != nil && (missing.Code == "no_result" || missing.Code == "no_data") {
			missing = why
		}
	}
	a := compute(f, x.read)
	if !a.known {
		return missing
	}
	v.Value, v.Source, v.Synthetic = &a.number, sourceLive, v.Synthetic || a.synthetic
	if len(v.How.Measures) == 1 {
		v.Page = v.How.Measures[0].Page
	}
	if !a.asOf.IsZero() {
		v.How.AsOf = &a.asOf
	}
	return nil
}

// explain says what a measure read, or why it did not.
func (x facts) explain(id string) (MeasureReading, *Reason) {
	r := x.read[id]
	room, _, _ := strings.Cut(id, ".")
	m := MeasureReading{ID: id, Title: r.title, Counts: r.counts, Page: r.page, Room: room, State: "known"}
	params := map[string]any{"measure": id, "room": room}
	switch {
	case !r.found && !x.rooms[room]:
		m.State = "no_room"
	case !r.found:
		m.State = "no_measure"
	case r.err != nil:
		m.State = "unreadable"
	case !r.Known:
		m.State = "no_data"
	default:
		m.Value, m.At = &r.Number, &r.At
		return m, nil
	}
	return m, &Reason{Code: m.State, Params: params}
}

// MeasureView is a measure (措施) on the board, with the codes of its targets.
type MeasureView struct {
	Code    string    `json:"code"`
	Title   lang.Text `json:"title"`
	Source  string    `json:"source"`
	Targets []string  `json:"targets" nullable:"false"`
}

// ActionView is an action (行动) on the board.
type ActionView struct {
	Code     string         `json:"code"`
	Title    lang.Text      `json:"title"`
	Measures []MeasureView  `json:"measures" nullable:"false"`
	Counts   map[status]int `json:"counts"`
}

// Board is the whole plan in one answer.
type Board struct {
	Plan    View           `json:"plan"`
	At      time.Time      `json:"at"`
	Counts  map[status]int `json:"counts" doc:"Targets by status"`
	Sources map[string]int `json:"sources" doc:"Targets by source"`
	Elapsed float64        `json:"elapsed" doc:"Share of the period that has passed"`
	Actions []ActionView   `json:"actions" nullable:"false"`
	Targets []TargetView   `json:"targets" nullable:"false"`
}

func newCounts() map[status]int {
	counts := map[status]int{}
	for _, s := range statuses() {
		counts[s] = 0
	}
	return counts
}

// board puts a plan together.
func (p plan) board(x facts, now time.Time) Board {
	b := Board{
		Plan: viewPlan(listed{p, len(p.Targets)}), At: now.UTC(), Counts: newCounts(), Targets: make([]TargetView, len(p.Targets)),
		Sources: map[string]int{sourceLive: 0, sourceReported: 0, sourceNone: 0}, Actions: make([]ActionView, len(p.Actions)),
		Elapsed: round(min(1, max(0, float64(now.Sub(p.From.begin()))/float64(p.To.end().Sub(p.From.begin())))), 4),
	}
	codes := map[string][]string{}
	byAction := map[string]map[status]int{}
	for i, t := range p.Targets {
		v := p.view(t, x, now)
		b.Targets[i] = v
		b.Counts[v.Status]++
		b.Sources[v.Source]++
		codes[t.Measure] = append(codes[t.Measure], t.Code)
		if byAction[v.ActionCode] == nil {
			byAction[v.ActionCode] = newCounts()
		}
		byAction[v.ActionCode][v.Status]++
	}
	for i, a := range p.Actions {
		view := ActionView{a.Code, a.Title, make([]MeasureView, len(a.Measures)), byAction[a.Code]}
		if view.Counts == nil {
			view.Counts = newCounts()
		}
		for j, m := range a.Measures {
			view.Measures[j] = MeasureView{m.Code, m.Title, m.Source, append([]string{}, codes[m.Code]...)}
		}
		b.Actions[i] = view
	}
	return b
}
