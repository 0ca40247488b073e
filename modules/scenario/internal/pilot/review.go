package pilot

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/modules/scenario/internal/panel"
)

// ReviewState is where a review is.
type ReviewState string

// A submitted review is final; who recused does not review.
const (
	Assigned ReviewState = "assigned"
	Given    ReviewState = "submitted"
	Recused  ReviewState = "recused"
)

// Points are what a reviewer gives by one criterion, and why.
type Points struct {
	Code   string  `json:"code" maxLength:"40"`
	Points float64 `json:"points" minimum:"0" maximum:"1000"`
	Reason string  `json:"reason" maxLength:"2000"`
}

// Reviewer is somebody who reviews in a call.
type Reviewer struct {
	PersonID string   `json:"person_id" audit:"-"`
	Name     string   `json:"name" audit:"personal"`
	Alias    string   `json:"alias" doc:"Pseudonym in the call"`
	Fields   []string `json:"fields" nullable:"false" doc:"Of the call's fields, those that the reviewer knows"`
	Capacity int      `json:"capacity" doc:"How many applications at most"`
}

// Whom implements audit.Person.
func (r Reviewer) Whom() string { return r.PersonID }

// Review is what one person thinks of an application.
type Review struct {
	ID          string      `json:"id"`
	CallID      string      `json:"call_id"`
	Expert      bool        `json:"expert" doc:"The reviewer knows a field of the application"`
	State       ReviewState `json:"state" enum:"assigned,submitted,recused" title:"状态|State"`
	Marks       []Points    `json:"marks" nullable:"false"`
	Note        string      `json:"note" doc:"In the whole; or why the reviewer recused"`
	AssignedAt  time.Time   `json:"assigned_at" title:"分派时间|Assigned"`
	SubmittedAt *time.Time  `json:"submitted_at,omitempty" title:"提交时间|Submitted"`
	Version     int64       `json:"version"`

	application, person string
}

// mark takes points as they were typed; they need not be complete.
func (r Review) mark(criteria []Criterion, marks []Points, note string) (Review, error) {
	if r.State != Assigned {
		return r, final(r.State)
	}
	f := fault.New(fault.Invalid, "scenario.pilot.marks_invalid", "points are wrong or missing")
	out := []Points{}
	for i, x := range marks {
		at := fmt.Sprintf("body.marks[%d].", i)
		k := slices.IndexFunc(criteria, func(c Criterion) bool { return c.Code == x.Code })
		if k < 0 {
			_ = f.At(at+"code", "the call has no such criterion")
			continue
		}
		if slices.ContainsFunc(out, func(y Points) bool { return y.Code == x.Code }) {
			_ = f.At(at+"code", "give points by a criterion once")
		}
		if x.Points < 0 || x.Points > criteria[k].Max {
			_ = f.At(at+"points", "no more than the points at most")
		}
		x.Reason = strings.TrimSpace(x.Reason)
		out = append(out, x)
	}
	if len(f.Fields) > 0 {
		return r, f
	}
	r.Marks, r.Note = out, strings.TrimSpace(note)
	return r, nil
}

func final(s ReviewState) error {
	return fault.New(fault.Conflict, "scenario.pilot.review_final", "this review is %s and final", s).With("state", string(s))
}

// submit makes a review final.
func (r Review) submit(criteria []Criterion, now time.Time) (Review, error) {
	f := fault.New(fault.Invalid, "scenario.pilot.marks_invalid", "points are wrong or missing")
	ordered := []Points{}
	for i, c := range criteria {
		k := slices.IndexFunc(r.Marks, func(x Points) bool { return x.Code == c.Code })
		if k < 0 {
			_ = f.At(fmt.Sprintf("body.marks[%d].points", i), "give points by every criterion")
			continue
		}
		if r.Marks[k].Reason == "" {
			_ = f.At(fmt.Sprintf("body.marks[%d].reason", i), "say why; the applicant reads it without your name")
		}
		ordered = append(ordered, r.Marks[k])
	}
	if len(f.Fields) > 0 {
		return r, f
	}
	now = now.UTC().Truncate(time.Millisecond)
	r.Marks, r.State, r.SubmittedAt = ordered, Given, &now
	return r, nil
}

// recuse ends the task of a reviewer who is partial.
func (r Review) recuse(reason string) (Review, error) {
	if r.State != Assigned {
		return r, final(r.State)
	}
	if strings.TrimSpace(reason) == "" {
		return r, fault.New(fault.Invalid, "scenario.pilot.reason", "say why").At("body.reason", "say what the conflict of interest is")
	}
	r.State, r.Note, r.Marks = Recused, strings.TrimSpace(reason), []Points{}
	return r, nil
}

// total is what a submitted review gives, 0 to 100 by the weights.
func (r Review) total(criteria []Criterion) float64 {
	weights, sum := 0.0, 0.0
	for k, c := range criteria {
		weights += c.Weight
		sum += c.Weight * r.Marks[k].Points / c.Max // submit keeps them in the order of the criteria
	}
	return 100 * sum / weights
}

// draw draws a pseudonym: a letter for what it is of and 30 random bits, which tell nothing.
func draw(letter string) string {
	const signs = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ" // 32, without those that look alike
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	for i, x := range b {
		b[i] = signs[int(x)%len(signs)]
	}
	return letter + "-" + string(b[:])
}

// newSalt draws a secret of 128 bits.
func newSalt() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// Standing is where an application stands before the panel.
type Standing struct {
	ApplicationID string  `json:"application_id"`
	Alias         string  `json:"alias" title:"评审代号|Pseudonym"`
	Project       string  `json:"project" title:"项目|Project"`
	Organisation  string  `json:"organisation" title:"申报单位|Applicant"`
	State         State   `json:"state" enum:"draft,submitted,returned,eligible,ineligible,selected,not_selected,withdrawn"`
	Reviews       int     `json:"reviews" title:"已提交评审|Reviews"`
	Waiting       int     `json:"waiting" doc:"Reviews that are waited for" title:"待提交|Waiting"`
	Raw           float64 `json:"raw" title:"原始分|Raw"`
	Calibrated    float64 `json:"calibrated" title:"校准分|Calibrated"`
	Low           float64 `json:"low" title:"最低|Low"`
	High          float64 `json:"high" title:"最高|High"`
	Spread        float64 `json:"spread" doc:"Standard deviation of the reviewers' totals" title:"差异|Spread"`
	Veto          string  `json:"veto" doc:"Code of the criterion below its minimum" title:"否决项|Veto"`
	Passed        bool    `json:"passed"`
	Place         int     `json:"place" title:"名次|Place"`
	Within        bool    `json:"within" doc:"Within the quota" title:"名额内|Within quota"`
	OnLine        bool    `json:"on_line" doc:"Shares a place that the quota cuts through: the panel decides"`
	Group         int     `json:"group" doc:"Applications of different groups are not comparable by calibrated points"`
	Reason        string  `json:"reason"`
	Selected      bool    `json:"selected"`

	ties []float64
}

// Severity is how a reviewer marks beside the others.
type Severity struct {
	Alias   string  `json:"alias"`
	Reviews int     `json:"reviews"`
	Mean    float64 `json:"mean" doc:"Of the totals given"`
	Effect  float64 `json:"effect" doc:"Points above (lenient) or below (harsh) what others would have given"`
	Group   int     `json:"group"`
	Thin    bool    `json:"thin" doc:"Fewer than 3 reviews: severity is hardly told from chance"`
}

// Table is what the panel has before it.
type Table struct {
	Method  string     `json:"method" doc:"additive_least_squares: a mark is the worth of the application plus the severity of the reviewer, fitted by least squares"`
	Groups  int        `json:"groups" doc:"Above 1: the applications fall apart into groups that no common reviewer joins; the ranking is then by raw points"`
	Basis   string     `json:"basis" enum:"calibrated,raw" doc:"What the ranking is by"`
	Ready   bool       `json:"ready" doc:"Every application has enough reviews, and none is waited for"`
	Items   []Standing `json:"items" nullable:"false"`
	Judges  []Severity `json:"judges" nullable:"false"`
	Quota   int        `json:"quota"`
	Decided bool       `json:"decided"`
}

// tabulate ranks the applications of a call by what their reviews came to.
func tabulate(c Call, list []Application, reviews map[string][]Review, alias map[string]string) (Table, error) {
	t := Table{Method: panel.Method, Basis: "calibrated", Ready: len(list) > 0, Items: []Standing{}, Judges: []Severity{}, Quota: c.Quota}
	var marks []panel.Mark
	for _, a := range list {
		for _, r := range reviews[a.ID] {
			if r.State == Given {
				marks = append(marks, panel.Mark{Reviewer: r.person, Item: a.ID, Total: r.total(c.Criteria)})
			}
		}
	}
	k, err := panel.Calibrate(marks)
	if err != nil {
		return t, fmt.Errorf("calibrate: %w", err)
	}
	if t.Groups = k.Groups; t.Groups > 1 {
		t.Basis = "raw"
	}
	thin := k.Thin()
	for _, e := range k.Effects {
		t.Judges = append(t.Judges, Severity{alias[e.Reviewer], e.Reviews, e.Mean, e.Effect, e.Group, slices.Contains(thin, e.Reviewer)})
	}
	slices.SortFunc(t.Judges, func(a, b Severity) int { return strings.Compare(a.Alias, b.Alias) })
	adjusted := map[string]panel.Adjusted{}
	for _, x := range k.Items {
		adjusted[x.Item] = x
	}
	rows, entries := map[string]Standing{}, []panel.Entry{}
	for _, a := range list {
		s := standing(c, a, reviews[a.ID], adjusted[a.ID])
		t.Ready = t.Ready && s.Waiting == 0 && s.Reviews >= c.Reviewers
		total := s.Calibrated
		if t.Basis == "raw" {
			total = s.Raw
		}
		s.Passed = s.Veto == "" && s.Reviews > 0 && total >= c.PassMark-1e-9
		rows[a.ID] = s
		entries = append(entries, panel.Entry{ID: a.ID, Total: total, Ties: s.ties, Barred: !s.Passed})
	}
	for _, p := range panel.Rank(entries, c.Quota) {
		s := rows[p.ID]
		s.Place, s.Within, s.OnLine = p.Place, p.Within, p.OnLine
		t.Items = append(t.Items, s)
	}
	return t, nil
}

func standing(c Call, a Application, reviews []Review, x panel.Adjusted) Standing {
	s := Standing{
		ApplicationID: a.ID, Alias: a.Alias, Project: a.Project, Organisation: a.Organisation.ZH, State: a.State, Raw: x.Raw, Calibrated: x.Calibrated,
		Low: x.Low, High: x.High, Spread: x.Spread, Group: x.Group, Reason: a.Reason, Selected: a.State == Selected,
	}
	means := map[string]float64{}
	for _, r := range reviews {
		if r.State == Assigned {
			s.Waiting++
		}
		if r.State == Given {
			s.Reviews++
			for _, p := range r.Marks {
				means[p.Code] += p.Points
			}
		}
	}
	for _, y := range c.Criteria {
		if mean := means[y.Code] / float64(max(1, s.Reviews)); s.Reviews > 0 && s.Veto == "" && mean < y.Min-1e-9 {
			s.Veto = y.Code
		}
	}
	for _, code := range c.Ties {
		s.ties = append(s.ties, means[code]/float64(max(1, s.Reviews)))
	}
	return s
}

// Choice is the panel's decision on one application.
type Choice struct {
	ApplicationID string `json:"application_id" maxLength:"26"`
	Selected      bool   `json:"selected"`
	Reason        string `json:"reason,omitempty" maxLength:"4000" doc:"Why the panel departs from the ranking"`
}

// decide holds the panel's choices against the ranking: every application is decided, no
// more than the quota is chosen, none that has a veto or did not pass, and whoever departs
// from the ranking says why. Choosing among those on the line is no departure.
func (t Table) decide(choices []Choice) (map[string]Choice, error) {
	f := fault.New(fault.Invalid, "scenario.pilot.decision_invalid", "the decision is incomplete or against the rules")
	chosen, selected := map[string]Choice{}, 0
	for i, x := range choices {
		at := fmt.Sprintf("body.choices[%d].", i)
		k := slices.IndexFunc(t.Items, func(s Standing) bool { return s.ApplicationID == x.ApplicationID })
		if _, twice := chosen[x.ApplicationID]; k < 0 || twice {
			_ = f.At(at+"application_id", "each application that was reviewed, once")
			continue
		}
		s := t.Items[k]
		x.Reason = strings.TrimSpace(x.Reason)
		if x.Selected {
			selected++
		}
		if x.Selected && !s.Passed {
			_ = f.At(at+"selected", "it has a veto or did not pass")
		}
		if x.Selected != s.Within && !s.OnLine && x.Reason == "" {
			_ = f.At(at+"reason", "say why the panel departs from the ranking")
		}
		chosen[x.ApplicationID] = x
	}
	if len(chosen) < len(t.Items) {
		_ = f.At("body.choices", "decide on every application")
	}
	if selected > t.Quota {
		_ = f.At("body.choices", "choose no more than the quota")
	}
	if len(f.Fields) > 0 {
		return nil, f
	}
	return chosen, nil
}
