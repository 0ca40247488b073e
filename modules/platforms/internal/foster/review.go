package foster

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// ReviewState is where a review is.
type ReviewState string

// A submitted review is final; who recused does not review.
const (
	Assigned ReviewState = "assigned"
	Given    ReviewState = "submitted"
	Recused  ReviewState = "recused"
)

// Mark is what a reviewer gives by one criterion, and why.
type Mark struct {
	Code   string  `json:"code" maxLength:"40"`
	Points float64 `json:"points" minimum:"0" maximum:"1000"`
	Reason string  `json:"reason" maxLength:"2000"`
}

// Review is what one person thinks of an application.
type Review struct {
	ID            string      `json:"id"`
	ApplicationID string      `json:"application_id"`
	PersonID      string      `json:"person_id"`
	Name          string      `json:"name" audit:"personal"`
	State         ReviewState `json:"state" enum:"assigned,submitted,recused"`
	Marks         []Mark      `json:"marks" nullable:"false"`
	Note          string      `json:"note" doc:"In the whole; or why the reviewer recused"`
	AssignedAt    time.Time   `json:"assigned_at"`
	SubmittedAt   *time.Time  `json:"submitted_at,omitempty"`
	Version       int64       `json:"version"`
}

// Whom implements audit.Person.
func (r Review) Whom() string { return r.PersonID }

// mark takes points as they were typed; they need not be complete.
func (r Review) mark(criteria []Criterion, marks []Mark, note string) (Review, error) {
	if r.State != Assigned {
		return r, fault.New(fault.Conflict, "platforms.foster.review_final", "this review is %s and final", r.State).With("state", string(r.State))
	}
	f := fault.New(fault.Invalid, "platforms.foster.marks_invalid", "points are wrong or missing")
	out := []Mark{}
	for i, x := range marks {
		k := slices.IndexFunc(criteria, func(c Criterion) bool { return c.Code == x.Code })
		if k < 0 {
			_ = f.At(fmt.Sprintf("body.marks[%d].code", i), "the call has no such criterion")
			continue
		}
		if x.Points < 0 || x.Points > criteria[k].Max {
			_ = f.At(fmt.Sprintf("body.marks[%d].points", i), "no more than the points at most")
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

// submit makes a review final.
func (r Review) submit(criteria []Criterion, now time.Time) (Review, error) {
	f := fault.New(fault.Invalid, "platforms.foster.marks_invalid", "points are wrong or missing")
	ordered := []Mark{}
	for i, c := range criteria {
		k := slices.IndexFunc(r.Marks, func(x Mark) bool { return x.Code == c.Code })
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
		return r, fault.New(fault.Conflict, "platforms.foster.review_final", "this review is %s and final", r.State).With("state", string(r.State))
	}
	if strings.TrimSpace(reason) == "" {
		return r, fault.New(fault.Invalid, "platforms.foster.reason", "say why").At("body.reason", "say what the conflict of interest is")
	}
	r.State, r.Note, r.Marks = Recused, strings.TrimSpace(reason), []Mark{}
	return r, nil
}

// result is what submitted reviews come to; ready tells whether enough are in and
// none is awaited.
func result(c Call, reviews []Review) (r Result, ready bool) {
	points, waiting := [][]float64{}, 0
	for _, x := range reviews {
		if x.State == Assigned {
			waiting++
		}
		if x.State != Given {
			continue
		}
		row := make([]float64, len(c.Criteria))
		for k := range c.Criteria {
			row[k] = x.Marks[k].Points // submit keeps them in the order of the criteria
		}
		points = append(points, row)
	}
	return Score(c.Criteria, points, c.PassMark), len(points) >= c.Reviewers && waiting == 0
}

// said is what reviewers said by a criterion, without who said it: in an order that
// does not tell either.
func said(reviews []Review, code string) []string {
	list := []string{}
	for _, r := range reviews {
		for _, x := range r.Marks {
			if r.State == Given && x.Code == code && x.Reason != "" {
				list = append(list, x.Reason)
			}
		}
	}
	slices.Sort(list)
	return list
}
