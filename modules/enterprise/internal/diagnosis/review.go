package diagnosis

import (
	"maps"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/modules/enterprise/internal/assessment"
)

// ReviewState is where a review is.
type ReviewState string

// The states of reviews.
const (
	Assigned ReviewState = "assigned"
	Given    ReviewState = "given"
)

// Review is what an expert says to a sheet.
type Review struct {
	PersonID   string      `json:"person_id"`
	Name       string      `json:"name" doc:"Of the expert"`
	State      ReviewState `json:"state" enum:"assigned,given"`
	Note       string      `json:"note"`
	AssignedAt time.Time   `json:"assigned_at"`
	GivenAt    *time.Time  `json:"given_at,omitempty"`
	Version    int64       `json:"version"`
}

// The kinds of verdicts.
const (
	confirmed = "confirmed"
	changed   = "changed"
)

// Verdict is what the expert says to one answer.
type Verdict struct {
	Question string            `json:"question"`
	Kind     string            `json:"kind" enum:"confirmed,changed"`
	Answer   assessment.Answer `json:"answer" doc:"The expert's, of one that was changed; the enterprise's own stays"`
	Reason   string            `json:"reason"`
	Name     string            `json:"name" doc:"Of the expert"`
	At       time.Time         `json:"at"`
	Version  int64             `json:"version"`

	person string
}

// ETag implements httpd.Versioned.
func (v Verdict) ETag() int64 { return v.Version }

// verdict takes what the expert says to an answer.
func (r Review) verdict(t *assessment.Template, question, kind string, a assessment.Answer, reason string) (Verdict, error) {
	if r.State != Assigned {
		return Verdict{}, fault.New(fault.Conflict, "enterprise.diagnosis.review_final", "the review was given and does not change any more")
	}
	q, ok := t.Question(question)
	if !ok {
		return Verdict{}, noSuch("question")
	}
	v := Verdict{Question: question, Kind: kind, Reason: strings.TrimSpace(reason)}
	if kind == confirmed {
		return v, nil
	}
	if v.Reason == "" {
		return Verdict{}, fault.New(fault.Invalid, "enterprise.diagnosis.reason", "a changed answer needs a reason").At("body.reason", "say why; the enterprise reads it")
	}
	var err error
	v.Answer, err = q.Check(a)
	return v, err
}

// give makes a review final.
func (r Review) give(note string, now time.Time) (Review, error) {
	if r.State != Assigned {
		return r, fault.New(fault.Conflict, "enterprise.diagnosis.review_final", "the review was given and does not change any more")
	}
	now = now.UTC().Truncate(time.Millisecond)
	r.State, r.Note, r.GivenAt = Given, strings.TrimSpace(note), &now
	return r, nil
}

// reviewed are the answers with the expert's in the place of those that were changed.
func reviewed(s assessment.Sheet, verdicts []Verdict) assessment.Sheet {
	out := assessment.Sheet{}
	maps.Copy(out, s)
	for _, v := range verdicts {
		if v.Kind == changed {
			out[v.Question] = v.Answer
		}
	}
	return out
}
