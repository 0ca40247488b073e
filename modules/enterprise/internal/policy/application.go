package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/enterprise/internal/criterion"
)

// Stage is where an application is in its life.
type Stage string

// The stages of applications.
const (
	Begun     Stage = "draft"
	Submitted Stage = "submitted"
	Returned  Stage = "returned" // to be supplemented
	Reviewed  Stage = "reviewed" // waits for the decision
	Granted   Stage = "granted"
	Rejected  Stage = "rejected"
	Retracted Stage = "withdrawn"
)

// Answer is what the applicant says to a question of the form.
type Answer struct {
	Code string `json:"code" maxLength:"40"`
	Text string `json:"text" maxLength:"4000"`
}

// File is a document beside an application.
type File struct {
	ID        string    `json:"id"`
	Paper     string    `json:"paper"`
	Name      string    `json:"name"`
	MediaType string    `json:"media_type"`
	Size      int64     `json:"size" doc:"Octets"`
	SHA256    string    `json:"sha256"`
	By        string    `json:"by"`
	At        time.Time `json:"at"`

	application, actor string
}

// Claim is an application: what an enterprise applies for a policy with.
type Claim struct {
	ID              string     `json:"id"`
	PolicyID        string     `json:"policy_id"`
	Policy          lang.Text  `json:"policy" title:"政策|Policy"`
	Edition         int        `json:"edition" doc:"Of the policy, when it was begun or last submitted"`
	EntryID         string     `json:"entry_id"`
	Name            lang.Text  `json:"name" title:"企业|Enterprise"`
	Code            string     `json:"code" title:"统一社会信用代码|Code"`
	District        string     `json:"district" title:"区市|District"`
	Industry        string     `json:"industry" title:"行业|Industry"`
	State           Stage      `json:"state" enum:"draft,submitted,returned,reviewed,granted,rejected,withdrawn" title:"状态|State"`
	Reason          string     `json:"reason" doc:"Why it was returned, or decided so" title:"原因|Reason"`
	SupplementUntil *time.Time `json:"supplement_until,omitempty" title:"补正期限|Supplement until"`
	SubmittedAt     *time.Time `json:"submitted_at,omitempty" title:"提交时间|Submitted"`
	DecidedAt       *time.Time `json:"decided_at,omitempty" title:"决定时间|Decided"`
	Amount          float64    `json:"amount" doc:"Granted, in 10 000 CNY" title:"批准金额（万元）|Granted (10 000 CNY)"`
	Paid            float64    `json:"paid" doc:"In 10 000 CNY" title:"已兑付（万元）|Paid (10 000 CNY)"`
	AnnouncedFrom   string     `json:"announced_from" title:"公示开始|Announced from"`
	AnnouncedUntil  string     `json:"announced_until" title:"公示结束|Announced until"`
	Digest          string     `json:"digest" doc:"SHA-256 of what was submitted" title:"提交凭证|Digest"`
	Synthetic       bool       `json:"synthetic" title:"合成数据|Synthetic"`
	CreatedAt       time.Time  `json:"created_at"`
	Version         int64      `json:"version"`

	organisation, submission, advice, reviewedBy, reviewedName string
	answers                                                    []Answer
}

// hand is who does something.
type hand struct{ actor, name string }

// Snapshot is what was submitted; the digest is of its JSON.
type Snapshot struct {
	Claim     string            `json:"application"`
	Policy    string            `json:"policy"`
	Edition   int               `json:"edition"`
	Entry     string            `json:"entry"`
	Profile   []criterion.Line  `json:"profile" nullable:"false"`
	Outcome   criterion.Outcome `json:"outcome" doc:"Of the conditions, on the day of the submission"`
	Lacks     []criterion.Lack  `json:"lacks" nullable:"false"`
	Answers   []Answer          `json:"answers" nullable:"false"`
	Files     []Attached        `json:"files" nullable:"false"`
	At        time.Time         `json:"at"`
	Submitter string            `json:"submitter"`
}

// Attached is a file in what was submitted.
type Attached struct {
	Paper  string `json:"paper"`
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// editable refuses a change when the time for it has gone by. Time is the server's.
func (a Claim) editable(p Policy, now time.Time) error {
	switch a.State {
	case Begun:
		if p.accepts(now) {
			return nil
		}
		return fault.New(fault.Conflict, "enterprise.policy.closed", "the policy takes no applications now")
	case Returned:
		if a.SupplementUntil != nil && now.Before(*a.SupplementUntil) {
			return nil
		}
		return fault.New(fault.Conflict, "enterprise.policy.supplement_over", "the time to supplement is over")
	default:
		return fault.New(fault.Conflict, "enterprise.policy.final", "what was submitted is not changed")
	}
}

// fill takes answers as they were typed; they need not be complete.
func (a Claim) fill(p Policy, answers []Answer, now time.Time) (Claim, error) {
	if err := a.editable(p, now); err != nil {
		return a, err
	}
	f := fault.New(fault.Invalid, "enterprise.policy.answers", "an answer is wrong")
	out := []Answer{}
	for i, x := range answers {
		at := fmt.Sprintf("body.answers[%d].", i)
		n := slices.IndexFunc(p.Questions, func(q Question) bool { return q.Code == x.Code })
		if n < 0 || slices.ContainsFunc(out, func(o Answer) bool { return o.Code == x.Code }) {
			_ = f.At(at+"code", "a question of the form, each once")
			continue
		}
		if x.Text = strings.TrimSpace(x.Text); x.Text == "" {
			continue
		}
		if message := fits(p.Questions[n].Kind, x.Text); message != "" {
			_ = f.At(at+"text", "%s", message)
		}
		out = append(out, x)
	}
	if len(f.Fields) > 0 {
		return a, f
	}
	a.answers = out
	return a, nil
}

func fits(kind, text string) string {
	switch kind {
	case "number":
		if v, err := strconv.ParseFloat(text, 64); err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return "a number"
		}
	case "day":
		if !isDay(text) {
			return "a day such as 2026-01-01"
		}
	}
	return ""
}

// lacking lists what keeps an application from being submitted, by code.
func (a Claim) lacking(p Policy, files []File) []string {
	list := []string{}
	for _, q := range p.Questions {
		if q.Required && !slices.ContainsFunc(a.answers, func(x Answer) bool { return x.Code == q.Code }) {
			list = append(list, q.Code)
		}
	}
	for _, x := range p.Papers {
		if x.Required && !slices.ContainsFunc(files, func(f File) bool { return f.Paper == x.Code }) {
			list = append(list, x.Code)
		}
	}
	return list
}

// submit makes an application final: it holds the profile as it is now, which the applicant
// has seen and confirmed, and what the conditions came to. One that surely does not meet
// the conditions is refused; where the profile does not tell, the bureau decides.
func (a Claim) submit(p Policy, s criterion.Subject, files []File, by hand, words criterion.Vocabulary, now time.Time) (Claim, error) {
	if err := a.editable(p, now); err != nil {
		return a, err
	}
	if lacking := a.lacking(p, files); len(lacking) > 0 {
		f := fault.New(fault.Invalid, "enterprise.policy.incomplete", "%d answers or papers are missing", len(lacking)).With("count", len(lacking))
		for _, code := range lacking {
			_ = f.At("form."+code, "this is needed")
		}
		return a, f
	}
	result := p.Conditions.Evaluate(s.Given.On(cityDay(now)), words)
	if result.Outcome == criterion.Unmet {
		f := fault.New(fault.Conflict, "enterprise.policy.unmet", "the enterprise does not meet the conditions of the policy")
		for _, l := range result.Lacks {
			_ = f.At("conditions."+l.Field, "%s", l.Text.EN)
		}
		return a, f
	}
	now = now.UTC().Truncate(time.Millisecond)
	what := Snapshot{a.ID, p.ID, p.Edition, a.EntryID, s.Lines, result.Outcome, result.Lacks, append([]Answer{}, a.answers...), []Attached{}, now, by.actor}
	for _, f := range files {
		what.Files = append(what.Files, Attached{f.Paper, f.Name, f.SHA256})
	}
	text, err := json.Marshal(what)
	if err != nil {
		return a, fmt.Errorf("write submission: %w", err)
	}
	sum := sha256.Sum256(text)
	a.submission, a.Digest = string(text), hex.EncodeToString(sum[:])
	a.State, a.Edition, a.SubmittedAt, a.SupplementUntil = Submitted, p.Edition, &now, nil
	a.Name, a.Code, a.District, a.Industry, a.Synthetic = s.Name, s.Code, s.District, s.Industry, s.Synthetic
	return a, nil
}

// cityDay is the day in the city, as rules take it.
func cityDay(now time.Time) time.Time {
	return now.In(time.FixedZone("UTC+8", 8*60*60))
}

// retract takes an application back while nothing was decided.
func (a Claim) retract() (Claim, error) {
	if !slices.Contains([]Stage{Begun, Submitted, Returned, Reviewed}, a.State) {
		return a, fault.New(fault.Conflict, "enterprise.policy.decided", "the application was decided")
	}
	a.State = Retracted
	return a, nil
}

// review is what the first of two persons of the bureau says: it goes back to be
// supplemented until a moment, or on to the decision with an advice.
func (a Claim) review(outcome, note string, until *time.Time, by hand, now time.Time) (Claim, error) {
	if a.State != Submitted {
		return a, fault.New(fault.Conflict, "enterprise.policy.not_submitted", "the application does not wait for a review: it is %s", a.State).With("state", string(a.State))
	}
	if note = strings.TrimSpace(note); note == "" {
		return a, fault.New(fault.Invalid, "enterprise.policy.reason", "say why").At("body.note", "say what you found, or what to supplement")
	}
	if outcome == "returned" {
		if until = moment(until); until == nil || !until.After(now) || until.After(now.AddDate(1, 0, 0)) {
			return a, fault.New(fault.Invalid, "enterprise.policy.until", "there is no time to supplement").At("body.supplement_until", "a moment within a year")
		}
		a.State, a.Reason, a.SupplementUntil = Returned, note, until
		return a, nil
	}
	a.State, a.advice, a.reviewedBy, a.reviewedName = Reviewed, note, by.actor, by.name
	return a, nil
}

// decide is what the second person says.
func (a Claim) decide(p Policy, outcome, reason string, amount float64, by hand, now time.Time) (Claim, error) {
	if a.State != Reviewed {
		return a, fault.New(fault.Conflict, "enterprise.policy.not_reviewed", "the application does not wait for a decision: it is %s", a.State).With("state", string(a.State))
	}
	if a.reviewedBy == by.actor {
		return a, fault.New(fault.Forbidden, "enterprise.policy.two_persons", "who reviewed an application does not decide on it")
	}
	reason = strings.TrimSpace(reason)
	if outcome == "rejected" && reason == "" {
		return a, fault.New(fault.Invalid, "enterprise.policy.reason", "say why").At("body.reason", "tell the enterprise why")
	}
	if outcome == "granted" && (amount < 0 || p.AmountMost != nil && amount > *p.AmountMost || amount > 1e8) {
		return a, fault.New(fault.Invalid, "enterprise.policy.amount", "the policy does not grant so much").At("body.amount", "from 0 to what the policy grants at most")
	}
	now = now.UTC().Truncate(time.Millisecond)
	a.State, a.Reason, a.DecidedAt, a.Amount = Rejected, reason, &now, 0
	if outcome == "granted" {
		a.State, a.Amount = Granted, float64(hundredths(amount))/100
	}
	return a, nil
}

// hundredths are how amounts are kept: 0.01 of 10 000 CNY is 100 CNY.
func hundredths(x float64) int64 { return int64(math.Round(x * 100)) }
