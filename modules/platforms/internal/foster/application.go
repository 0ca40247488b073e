package foster

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// State is where an application is.
type State string

// The states of an application.
const (
	Draft      State = "draft"
	Submitted  State = "submitted"
	Returned   State = "returned"
	InReview   State = "in_review"
	Awarded    State = "awarded"
	NotAwarded State = "not_awarded"
	Withdrawn  State = "withdrawn"
)

// decided tells whether the applicant may know what came out.
func (s State) decided() bool { return s == Awarded || s == NotAwarded }

// Answer is what an applicant says to one criterion.
type Answer struct {
	Code   string   `json:"code" maxLength:"40"`
	Points float64  `json:"points" minimum:"0" maximum:"1000" doc:"Points that the applicant gives itself"`
	Text   string   `json:"text" maxLength:"4000"`
	Files  []string `json:"files" nullable:"false" maxItems:"20" doc:"Ids of uploaded files of evidence"`
}

// File is a file of evidence.
type File struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	MediaType string    `json:"media_type"`
	Size      int64     `json:"size"`
	SHA256    string    `json:"sha256"`
	At        time.Time `json:"at"`

	application, actor, by string
}

// Application is what an operator applies with.
type Application struct {
	ID              string     `json:"id"`
	CallID          string     `json:"call_id"`
	PlatformID      string     `json:"platform_id"`
	Platform        lang.Text  `json:"platform" title:"平台|Platform"`
	Operator        lang.Text  `json:"operator" title:"运营单位|Operator"`
	State           State      `json:"state" enum:"draft,submitted,returned,in_review,awarded,not_awarded,withdrawn" title:"状态|State"`
	Answers         []Answer   `json:"answers" nullable:"false"`
	Reason          string     `json:"reason" doc:"Why it was returned or decided so" title:"原因|Reason"`
	SupplementUntil *time.Time `json:"supplement_until,omitempty" doc:"Until when a returned application can be supplemented" title:"补正期限|Supplement until"`
	SubmittedAt     *time.Time `json:"submitted_at,omitempty" title:"提交时间|Submitted"`
	Digest          string     `json:"digest" doc:"SHA-256 of what was submitted, in hexadecimal" title:"提交凭证|Digest"`
	DecidedAt       *time.Time `json:"decided_at,omitempty" title:"决定时间|Decided"`
	Synthetic       bool       `json:"synthetic" title:"合成数据|Synthetic"`
	CreatedAt       time.Time  `json:"created_at"`
	Version         int64      `json:"version"`

	organisation string
	submission   string // the canonical form that the digest is of
}

// editable refuses a change when the time for it has gone by. Time is the server's.
func (a Application) editable(c Call, now time.Time) error {
	switch a.State {
	case Draft:
		if c.accepts(now) {
			return nil
		}
		return fault.New(fault.Conflict, "platforms.foster.not_accepting", "the call takes no applications now")
	case Returned:
		if a.SupplementUntil != nil && now.Before(*a.SupplementUntil) {
			return nil
		}
		return fault.New(fault.Conflict, "platforms.foster.supplement_over", "the time to supplement is over")
	default:
		return fault.New(fault.Conflict, "platforms.foster.submitted", "what was submitted is not changed")
	}
}

// answer takes answers as they were typed; they need not be complete.
func (a Application) answer(c Call, answers []Answer, known map[string]File, now time.Time) (Application, error) {
	if err := a.editable(c, now); err != nil {
		return a, err
	}
	f := fault.New(fault.Invalid, "platforms.foster.answers_invalid", "an answer is wrong")
	given := map[string]Answer{}
	for i, x := range answers {
		at := fmt.Sprintf("body.answers[%d].", i)
		k := slices.IndexFunc(c.Criteria, func(y Criterion) bool { return y.Code == x.Code })
		if k < 0 {
			_ = f.At(at+"code", "the call has no such criterion")
			continue
		}
		if x.Points < 0 || x.Points > c.Criteria[k].Max {
			_ = f.At(at+"points", "no more than the points at most")
		}
		for _, id := range x.Files {
			if _, ok := known[id]; !ok {
				_ = f.At(at+"files", "upload the file to this application first")
			}
		}
		given[x.Code] = x
	}
	if len(f.Fields) > 0 {
		return a, f
	}
	a.Answers = []Answer{}
	for _, y := range c.Criteria {
		x, ok := given[y.Code]
		if !ok {
			x = Answer{Code: y.Code}
		}
		x.Text, x.Files = strings.TrimSpace(x.Text), slices.Compact(slices.Sorted(slices.Values(x.Files)))
		if x.Files == nil {
			x.Files = []string{}
		}
		a.Answers = append(a.Answers, x)
	}
	return a, nil
}

// submit hands the application in; from now on its digest tells what it was.
func (a Application) submit(c Call, files map[string]File, now time.Time) (Application, error) {
	if err := a.editable(c, now); err != nil {
		return a, err
	}
	f := fault.New(fault.Invalid, "platforms.foster.incomplete", "answer every criterion before submitting")
	for i, y := range c.Criteria {
		k := slices.IndexFunc(a.Answers, func(x Answer) bool { return x.Code == y.Code })
		if k < 0 || a.Answers[k].Text == "" && len(a.Answers[k].Files) == 0 {
			_ = f.At(fmt.Sprintf("body.answers[%d].text", i), "say something, or attach evidence")
		}
	}
	if len(f.Fields) > 0 {
		return a, f
	}
	now = now.UTC().Truncate(time.Millisecond)
	a.State, a.SubmittedAt, a.Reason, a.SupplementUntil = Submitted, &now, "", nil
	var err error
	if a.submission, err = a.canonical(files); err != nil {
		return a, err
	}
	sum := sha256.Sum256([]byte(a.submission))
	a.Digest = hex.EncodeToString(sum[:])
	return a, nil
}

// submitted is the canonical form of what was submitted: these fields in this order,
// without spaces, answers in the order of the criteria, files by their digests.
type submitted struct {
	Format       string            `json:"format"`
	Application  string            `json:"application"`
	Call         string            `json:"call"`
	Platform     string            `json:"platform"`
	Organisation string            `json:"organisation"`
	At           string            `json:"submitted_at"`
	Answers      []submittedAnswer `json:"answers"`
}

type submittedAnswer struct {
	Code   string          `json:"code"`
	Points float64         `json:"points"`
	Text   string          `json:"text"`
	Files  []submittedFile `json:"files"`
}

type submittedFile struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	Name   string `json:"name"`
}

func (a Application) canonical(files map[string]File) (string, error) {
	s := submitted{"linghang-foster-1", a.ID, a.CallID, a.PlatformID, a.organisation, a.SubmittedAt.Format("2006-01-02T15:04:05.000Z"), []submittedAnswer{}}
	for _, x := range a.Answers {
		y := submittedAnswer{x.Code, x.Points, x.Text, []submittedFile{}}
		for _, id := range x.Files {
			y.Files = append(y.Files, submittedFile{files[id].SHA256, files[id].Size, files[id].Name})
		}
		slices.SortFunc(y.Files, func(p, q submittedFile) int {
			return cmp.Or(strings.Compare(p.SHA256, q.SHA256), strings.Compare(p.Name, q.Name))
		})
		s.Answers = append(s.Answers, y)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return "", fmt.Errorf("write what is submitted: %w", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// recall takes a submitted application back, to change it before the deadline.
func (a Application) recall(c Call, now time.Time) (Application, error) {
	if a.State != Submitted || !c.accepts(now) {
		return a, fault.New(fault.Conflict, "platforms.foster.recall", "only what was submitted can be taken back, and only before the deadline")
	}
	a.State, a.SubmittedAt, a.Digest, a.submission = Draft, nil, "", ""
	return a, nil
}

// giveBack returns an application for a supplement, until a time.
func (a Application) giveBack(reason string, until, now time.Time) (Application, error) {
	if a.State != Submitted {
		return a, wrongState(a.State, Returned)
	}
	f := fault.New(fault.Invalid, "platforms.foster.return_invalid", "say what is missing, and until when")
	if strings.TrimSpace(reason) == "" {
		_ = f.At("body.reason", "say what is to be supplemented")
	}
	if !until.After(now) {
		_ = f.At("body.until", "a time to come")
	}
	if len(f.Fields) > 0 {
		return a, f
	}
	until = until.UTC().Truncate(time.Millisecond)
	a.State, a.Reason, a.SupplementUntil = Returned, reason, &until
	return a, nil
}

// withdraw ends an application by its applicant's will.
func (a Application) withdraw() (Application, error) {
	if a.State.decided() || a.State == Withdrawn {
		return a, wrongState(a.State, Withdrawn)
	}
	a.State = Withdrawn
	return a, nil
}

// review lets reviews begin, once nobody can change what is reviewed.
func (a Application) review(c Call, now time.Time) (Application, error) {
	if !c.over(now) {
		return a, fault.New(fault.Conflict, "platforms.foster.still_open", "reviews begin when the call is over; until then an application can be taken back")
	}
	if a.State != Submitted && a.State != InReview {
		return a, wrongState(a.State, InReview)
	}
	a.State = InReview
	return a, nil
}

// lapsed tells whether a supplement was asked for and did not come in time.
func (a Application) lapsed(now time.Time) bool {
	return a.State == Returned && a.SupplementUntil != nil && !now.Before(*a.SupplementUntil)
}

// decide ends an application by the city's decision. What was not supplemented in time
// cannot be reviewed, and is not awarded.
func (a Application) decide(to State, reason string, now time.Time) (Application, error) {
	if a.State != InReview && (to != NotAwarded || !a.lapsed(now)) {
		return a, wrongState(a.State, to)
	}
	if strings.TrimSpace(reason) == "" {
		return a, fault.New(fault.Invalid, "platforms.foster.reason", "say why").At("body.reason", "the applicant reads it")
	}
	now = now.UTC().Truncate(time.Millisecond)
	a.State, a.Reason, a.DecidedAt = to, reason, &now
	return a, nil
}

func wrongState(from, to State) error {
	return fault.New(fault.Conflict, "platforms.foster.state", "an application that is %s cannot become %s", from, to).With("from", string(from)).With("to", string(to))
}
