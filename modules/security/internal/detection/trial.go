package detection

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"linghang/kernel/lang"
)

// Bounds of trials.
const (
	mostDays     = 30
	mostTried    = 200_000 // events, the newest
	trialPage    = 2_000
	mostExamples = 3
	noisyADay    = 100 // hits of one rule
	mostTrials   = 10  // that are kept of a set
	jobTrial     = "try_rules"
)

// TrialState is how a trial stands.
type TrialState string

// The states of a trial.
const (
	TrialRunning   TrialState = "running"
	TrialDone      TrialState = "done"
	TrialFailed    TrialState = "failed"
	TrialCancelled TrialState = "cancelled"
)

// RuleTrial is a set of rules tried against what is kept.
type RuleTrial struct {
	ID       string     `json:"id"`
	SetID    string     `json:"set_id"`
	Revision int64      `json:"revision" title:"版本|Revision"`
	State    TrialState `json:"state" enum:"running,done,failed,cancelled" title:"状态|State"`
	Days     int64      `json:"days" title:"天数|Days"`
	From     *time.Time `json:"from,omitempty" doc:"The first event that was looked at"`
	To       *time.Time `json:"to,omitempty" doc:"The last one"`
	Events   int64      `json:"events" doc:"That were looked at"`
	Cut      bool       `json:"cut" doc:"There were more events than are looked at; these are the newest"`
	Reason   string     `json:"reason" doc:"Why it failed"`
	At       time.Time  `json:"at" title:"开始时间|Started"`
	EndedAt  *time.Time `json:"ended_at,omitempty"`
	By       string     `json:"by" title:"发起人|By"`
	Fraction float64    `json:"fraction" doc:"How far it is, 0 to 1"`
	Found    []TrialHit `json:"found" nullable:"false" doc:"The rules that hit, the noisiest first; the others did not"`
	Rules    int64      `json:"rules" doc:"That were tried"`

	jobID string
}

// TrialHit is how often a rule hit.
type TrialHit struct {
	RuleID   string         `json:"rule_id"`
	Title    string         `json:"title"`
	Level    Level          `json:"level" enum:"critical,high,medium,low,informational"`
	Author   string         `json:"author"`
	Hits     int64          `json:"hits"`
	Noisy    bool           `json:"noisy" doc:"It would find more than a hundred a day"`
	Examples []TrialExample `json:"examples" nullable:"false"`
}

// TrialExample is one hit.
type TrialExample struct {
	SensorID string    `json:"sensor_id"`
	Sensor   string    `json:"sensor"`
	At       time.Time `json:"at"`
	Why      lang.Text `json:"why"`
	Reasons  []Reason  `json:"reasons" nullable:"false"`
}

func (t *RuleTrial) note(e Event) {
	t.Events++
	at := e.At
	if t.From == nil || at.Before(*t.From) {
		t.From = &at
	}
	if t.To == nil || at.After(*t.To) {
		t.To = &at
	}
}

func noteHit(hits map[string]*TrialHit, of sensorOf, f Finding) {
	h := hits[f.Rule.ID]
	if h == nil {
		h = &TrialHit{RuleID: f.Rule.ID, Title: f.Rule.Title.EN, Level: f.Rule.Level, Author: f.Rule.own.Author, Examples: []TrialExample{}}
		hits[f.Rule.ID] = h
	}
	h.Hits += int64(f.Count)
	if len(h.Examples) < mostExamples {
		e := TrialExample{SensorID: of.id, Sensor: of.title, At: f.Last, Why: f.Why, Reasons: []Reason{}}
		for _, r := range f.Reasons[:min(len(f.Reasons), 8)] {
			e.Reasons = append(e.Reasons, Reason{r.Field, short(r.Value)})
		}
		h.Examples = append(h.Examples, e)
	}
}

// conclude puts the noisiest first. What a rule would find in a day is by the days that there are
// events of.
func (t *RuleTrial) conclude(hits map[string]*TrialHit) {
	days := 1.0
	if t.From != nil {
		days = max(t.To.Sub(*t.From).Hours()/24, 1)
	}
	for _, h := range hits {
		h.Noisy = float64(h.Hits)/days > noisyADay
		t.Found = append(t.Found, *h)
	}
	slices.SortFunc(t.Found, func(a, b TrialHit) int {
		return cmp.Or(cmp.Compare(b.Hits, a.Hits), strings.Compare(a.Title, b.Title), strings.Compare(a.RuleID, b.RuleID))
	})
}
