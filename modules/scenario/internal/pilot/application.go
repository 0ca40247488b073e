package pilot

import (
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
	Returned   State = "returned" // a supplement is asked for
	Eligible   State = "eligible"
	Ineligible State = "ineligible"
	Selected   State = "selected"
	Unselected State = "not_selected"
	Withdrawn  State = "withdrawn"
)

// Answer is what an applicant says to one criterion.
type Answer struct {
	Code  string   `json:"code" maxLength:"40"`
	Text  string   `json:"text" maxLength:"4000"`
	Files []string `json:"files" nullable:"false" maxItems:"20" doc:"Ids of uploaded files of evidence"`
}

// Checked is what the city found of one condition.
type Checked struct {
	Code string `json:"code" maxLength:"40"`
	Met  bool   `json:"met"`
	Note string `json:"note" maxLength:"1000"`
}

// File is a file of evidence, or of a supplement.
type File struct {
	ID        string    `json:"id"`
	Part      string    `json:"part" enum:"answer,supplement"`
	Name      string    `json:"name"`
	MediaType string    `json:"media_type"`
	Size      int64     `json:"size"`
	SHA256    string    `json:"sha256"`
	At        time.Time `json:"at"`

	application, actor, by string
}

// Application is what an enterprise applies with.
type Application struct {
	ID              string     `json:"id"`
	CallID          string     `json:"call_id"`
	Organisation    lang.Text  `json:"organisation" title:"申报单位|Applicant"`
	USCC            string     `json:"uscc" title:"统一社会信用代码|Unified social credit code"`
	Alias           string     `json:"alias" doc:"Pseudonym in the reviews; for the city" title:"评审代号|Pseudonym"`
	Project         string     `json:"project" title:"项目|Project"`
	Fields          []string   `json:"fields" nullable:"false"`
	State           State      `json:"state" enum:"draft,submitted,returned,eligible,ineligible,selected,not_selected,withdrawn" title:"状态|State"`
	Answers         []Answer   `json:"answers" nullable:"false"`
	Checks          []Checked  `json:"checks" nullable:"false" doc:"What the city found of the conditions"`
	Reason          string     `json:"reason" doc:"Why it was returned or decided so" title:"原因|Reason"`
	Supplement      string     `json:"supplement" doc:"What was added when the city asked for it"`
	SupplementUntil *time.Time `json:"supplement_until,omitempty" title:"补正期限|Supplement until"`
	SupplementedAt  *time.Time `json:"supplemented_at,omitempty" title:"补正时间|Supplemented"`
	SubmittedAt     *time.Time `json:"submitted_at,omitempty" title:"提交时间|Submitted"`
	Commitment      string     `json:"commitment" doc:"SHA-256 of the document that was submitted: the seal of the call lists it" title:"提交凭证|Commitment"`
	Place           int        `json:"place" doc:"In the ranking that the panel had; for the city" title:"名次|Place"`
	Raw             float64    `json:"raw" doc:"For the city" title:"原始分|Raw"`
	Calibrated      float64    `json:"calibrated" doc:"For the city" title:"校准分|Calibrated"`
	Synthetic       bool       `json:"synthetic" title:"合成数据|Synthetic"`
	CreatedAt       time.Time  `json:"created_at"`
	Version         int64      `json:"version"`

	organisation, salt, document, addition string
}

// editable refuses a change outside the time for it. Time is the server's.
func (a Application) editable(c Call, now time.Time) error {
	if a.State != Draft {
		return fault.New(fault.Conflict, "scenario.pilot.submitted", "what was submitted is not changed")
	}
	if !c.accepts(now) {
		return notAccepting()
	}
	return nil
}

func notAccepting() error {
	return fault.New(fault.Conflict, "scenario.pilot.not_accepting", "the call takes no applications now; the time of this server counts")
}

// addable refuses a supplement that was not asked for, or comes late.
func (a Application) addable(now time.Time) error {
	if a.State != Returned {
		return fault.New(fault.Conflict, "scenario.pilot.not_returned", "no supplement is asked for")
	}
	if a.SupplementUntil == nil || !now.Before(*a.SupplementUntil) {
		return fault.New(fault.Conflict, "scenario.pilot.supplement_over", "the time to supplement is over")
	}
	return nil
}

// takes refuses a file for a part of the application that cannot be changed now.
func (a Application) takes(part string, c Call, now time.Time) error {
	if part == partSupplement {
		return a.addable(now)
	}
	return a.editable(c, now)
}

const (
	partAnswer     = "answer"
	partSupplement = "supplement"
)

// answer takes what was typed; it need not be complete.
func (a Application) answer(c Call, project string, fields []string, answers []Answer, known map[string]File, now time.Time) (Application, error) {
	if err := a.editable(c, now); err != nil {
		return a, err
	}
	f := fault.New(fault.Invalid, "scenario.pilot.answers_invalid", "something is wrong in the application")
	for _, x := range fields {
		if !slices.Contains(c.Fields, x) {
			_ = f.At("body.fields", "choose among the fields of the call")
		}
	}
	given := map[string]Answer{}
	for i, x := range answers {
		at := fmt.Sprintf("body.answers[%d].", i)
		if !slices.ContainsFunc(c.Criteria, func(y Criterion) bool { return y.Code == x.Code }) {
			_ = f.At(at+"code", "the call has no such criterion")
		}
		for _, id := range x.Files {
			if known[id].Part != partAnswer {
				_ = f.At(at+"files", "upload the file to this application first")
			}
		}
		given[x.Code] = x
	}
	if len(f.Fields) > 0 {
		return a, f
	}
	a.Project, a.Fields, a.Answers = strings.TrimSpace(project), tidyWords(fields), []Answer{}
	for _, y := range c.Criteria {
		x := given[y.Code]
		x.Code, x.Text, x.Files = y.Code, strings.TrimSpace(x.Text), slices.Compact(slices.Sorted(slices.Values(x.Files)))
		if x.Files == nil {
			x.Files = []string{}
		}
		a.Answers = append(a.Answers, x)
	}
	return a, nil
}

// submit hands the application in. salt is a secret of 128 bits, in hexadecimal.
func (a Application) submit(c Call, files map[string]File, salt string, now time.Time) (Application, error) {
	if err := a.editable(c, now); err != nil {
		return a, err
	}
	f := fault.New(fault.Invalid, "scenario.pilot.incomplete", "complete the application before submitting it")
	if a.Project == "" {
		_ = f.At("body.project", "name the project")
	}
	if len(a.Fields) == 0 {
		_ = f.At("body.fields", "choose at least one field")
	}
	if c.Blind && a.names(a.Project) {
		_ = f.At("body.project", "the reviews are blind: do not name your organisation or its code")
	}
	for i, x := range a.Answers {
		at := fmt.Sprintf("body.answers[%d].text", i)
		if x.Text == "" {
			_ = f.At(at, "say something to each criterion")
		}
		if c.Blind && a.names(x.Text) {
			_ = f.At(at, "the reviews are blind: do not name your organisation or its code")
		}
	}
	if len(f.Fields) > 0 {
		return a, f
	}
	now = now.UTC().Truncate(time.Millisecond)
	a.State, a.SubmittedAt, a.Reason, a.salt = Submitted, &now, "", salt
	var err error
	if a.document, err = canonical(a.submitted(files)); err != nil {
		return a, err
	}
	a.Commitment = commitment(a.document)
	return a, nil
}

// names tells whether a text names the applicant.
func (a Application) names(text string) bool {
	flat := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }
	in := flat(text)
	for _, name := range []string{a.Organisation.ZH, a.Organisation.EN, a.USCC} {
		if name = flat(name); name != "" && strings.Contains(in, name) {
			return true
		}
	}
	return false
}

// recall takes a submitted application back, to change it before the deadline.
func (a Application) recall(c Call, now time.Time) (Application, error) {
	if a.State != Submitted || !c.accepts(now) {
		return a, fault.New(fault.Conflict, "scenario.pilot.recall", "only what was submitted can be taken back, and only before the deadline")
	}
	a.State, a.SubmittedAt, a.Commitment, a.document, a.salt = Draft, nil, "", "", ""
	return a, nil
}

// withdraw ends an application by its applicant's will. What was sealed stays sealed.
func (a Application) withdraw() (Application, error) {
	if a.State == Withdrawn || a.State == Selected || a.State == Unselected || a.State == Ineligible {
		return a, fault.New(fault.Conflict, "scenario.pilot.state", "an application that is %s is not withdrawn", a.State).With("from", string(a.State))
	}
	a.State = Withdrawn
	return a, nil
}

// Verdict is what the city finds of an application before the reviews.
type Verdict struct {
	Decision string    `json:"decision" enum:"eligible,ineligible,supplement"`
	Checks   []Checked `json:"checks" nullable:"false" maxItems:"40"`
	Reason   string    `json:"reason,omitempty" maxLength:"4000" doc:"Why it is not eligible, or what is to be supplemented"`
	Until    time.Time `json:"until,omitzero" doc:"Until when a supplement is taken"`
}

// check refuses a finding that is incomplete, and returns what was found of each condition.
func (v Verdict) check(c Call, now time.Time) ([]Checked, error) {
	f := fault.New(fault.Invalid, "scenario.pilot.verdict_invalid", "the finding is incomplete or wrong")
	checks := []Checked{}
	for i, x := range c.Conditions {
		k := slices.IndexFunc(v.Checks, func(y Checked) bool { return y.Code == x.Code })
		if k < 0 {
			_ = f.At(fmt.Sprintf("body.checks[%d].met", i), "check every condition")
			continue
		}
		if v.Decision == "eligible" && !v.Checks[k].Met {
			_ = f.At(fmt.Sprintf("body.checks[%d].met", i), "who does not meet a condition is not eligible")
		}
		checks = append(checks, v.Checks[k])
	}
	if v.Decision != "eligible" && strings.TrimSpace(v.Reason) == "" {
		_ = f.At("body.reason", "the applicant reads it")
	}
	if v.Decision == "supplement" && !v.Until.After(now) {
		_ = f.At("body.until", "a time to come")
	}
	if len(f.Fields) > 0 {
		return nil, f
	}
	return checks, nil
}

// judge takes the city's finding.
func (a Application) judge(c Call, v Verdict, now time.Time) (Application, error) {
	if err := c.in(CallChecking); err != nil {
		return a, err
	}
	lapsed := a.State == Returned && a.SupplementUntil != nil && !now.Before(*a.SupplementUntil)
	if a.State != Submitted && a.State != Eligible && a.State != Ineligible && !lapsed {
		return a, fault.New(fault.Conflict, "scenario.pilot.state", "an application that is %s is not checked", a.State).With("from", string(a.State))
	}
	checks, err := v.check(c, now)
	if err != nil {
		return a, err
	}
	a.Checks = checks
	a.Reason, a.SupplementUntil = strings.TrimSpace(v.Reason), nil
	switch v.Decision {
	case "eligible":
		a.State = Eligible
	case "ineligible":
		a.State = Ineligible
	default:
		until := v.Until.UTC().Truncate(time.Millisecond)
		a.State, a.SupplementUntil = Returned, &until
	}
	return a, nil
}

// add hands a supplement in. It stands beside what was sealed, which it does not change.
func (a Application) add(c Call, text string, files map[string]File, now time.Time) (Application, error) {
	if err := a.addable(now); err != nil {
		return a, err
	}
	text = strings.TrimSpace(text)
	f := fault.New(fault.Invalid, "scenario.pilot.supplement_invalid", "the supplement is empty or wrong")
	if text == "" {
		_ = f.At("body.text", "say what is supplemented")
	}
	if c.Blind && a.names(text) {
		_ = f.At("body.text", "the reviews are blind: do not name your organisation or its code")
	}
	if len(f.Fields) > 0 {
		return a, f
	}
	now = now.UTC().Truncate(time.Millisecond)
	a.State, a.Supplement, a.SupplementedAt = Submitted, text, &now
	var err error
	a.addition, err = canonical(a.supplemented(files))
	return a, err
}

// conclude ends an application by the panel's decision.
func (a Application) conclude(selected bool, reason string) Application {
	a.State, a.Reason = Unselected, reason
	if selected {
		a.State = Selected
	}
	return a
}
