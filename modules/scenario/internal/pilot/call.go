package pilot

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// CallState is where a call is.
type CallState string

// A call goes through its states in this order.
const (
	CallDraft     CallState = "draft"
	CallOpen      CallState = "open"
	CallChecking  CallState = "checking"  // sealed; eligibility is checked
	CallReviewing CallState = "reviewing" // reviewers have their applications
	CallNoticed   CallState = "notice"    // what the panel chose is in public notice
	CallPublished CallState = "published"
)

// Criterion is one thing that applications are judged by.
type Criterion struct {
	Code   string    `json:"code" maxLength:"40" doc:"Small letters, digits and _"`
	Title  lang.Text `json:"title"`
	Weight float64   `json:"weight" minimum:"0" maximum:"1000" doc:"Beside the other weights; they need not add up to anything"`
	Max    float64   `json:"max" minimum:"0" maximum:"1000" doc:"Points at most"`
	Min    float64   `json:"min" minimum:"0" maximum:"1000" doc:"A veto: an application whose mean is below is not chosen, whatever its total; 0: none"`
}

// Condition is something that the city checks before applications are reviewed.
type Condition struct {
	Code  string    `json:"code" maxLength:"40" doc:"Small letters, digits and _"`
	Title lang.Text `json:"title"`
}

// Call is what the city asks enterprises to apply for.
type Call struct {
	ID          string      `json:"id"`
	Year        int         `json:"year" title:"年度|Year"`
	Title       lang.Text   `json:"title" title:"征集通知|Call"`
	Text        string      `json:"text"`
	Fields      []string    `json:"fields" nullable:"false" doc:"Fields that applications are in and reviewers know"`
	Blind       bool        `json:"blind" doc:"Double-blind: reviewers see no names" title:"双盲|Double-blind"`
	OpensAt     time.Time   `json:"opens_at" title:"开始时间|Opens"`
	ClosesAt    time.Time   `json:"closes_at" title:"截止时间|Closes"`
	NoticeDays  int         `json:"notice_days" doc:"How long what was chosen is noticed in public" title:"公示天数|Days of notice"`
	Reviewers   int         `json:"reviewers" doc:"How many review each application" title:"评审人数|Reviewers"`
	PassMark    float64     `json:"pass_mark" title:"合格线|Pass mark"`
	Quota       int         `json:"quota" doc:"How many are chosen at most" title:"名额|Quota"`
	Criteria    []Criterion `json:"criteria" nullable:"false"`
	Conditions  []Condition `json:"conditions" nullable:"false" doc:"Checked before the reviews"`
	Ties        []string    `json:"ties" nullable:"false" doc:"Codes of criteria whose means decide, in this order, between equal totals"`
	State       CallState   `json:"state" enum:"draft,open,checking,reviewing,notice,published" title:"状态|State"`
	Meeting     string      `json:"meeting" doc:"Record of the panel's meeting; for the city"`
	NoticeFrom  *time.Time  `json:"notice_from,omitempty" title:"公示开始|Notice from"`
	NoticeUntil *time.Time  `json:"notice_until,omitempty" title:"公示结束|Notice until"`
	Synthetic   bool        `json:"synthetic" title:"合成数据|Synthetic"`
	CreatedAt   time.Time   `json:"created_at"`
	Version     int64       `json:"version"`
}

const (
	criteriaMost = 40
	fieldsMost   = 100
	fieldLong    = 60 // characters of the name of a field
	quotaMost    = 2000
)

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// check refuses a call that cannot be held, naming every fault.
func (c Call) check() error {
	f := fault.New(fault.Invalid, "scenario.pilot.call_invalid", "the call is incomplete or wrong")
	if c.Title.ZH == "" {
		_ = f.At("body.title", "name the call")
	}
	if c.Year < 2000 || c.Year > 2100 {
		_ = f.At("body.year", "a year from 2000 to 2100")
	}
	if !c.ClosesAt.After(c.OpensAt) {
		_ = f.At("body.closes_at", "after it opens")
	}
	c.checkNumbers(f)
	if len(c.Fields) == 0 || len(c.Fields) > fieldsMost || slices.ContainsFunc(c.Fields, func(s string) bool { return s == "" || len([]rune(s)) > fieldLong }) {
		_ = f.At("body.fields", "1 to 100 fields of up to 60 characters")
	}
	c.checkCriteria(f)
	c.checkConditions(f)
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func (c Call) checkNumbers(f *fault.Error) {
	if c.NoticeDays < 1 || c.NoticeDays > 60 {
		_ = f.At("body.notice_days", "1 to 60 days")
	}
	if c.Reviewers < 2 || c.Reviewers > 20 {
		_ = f.At("body.reviewers", "2 to 20 reviewers")
	}
	if c.PassMark < 0 || c.PassMark > 100 {
		_ = f.At("body.pass_mark", "0 to 100")
	}
	if c.Quota < 1 || c.Quota > quotaMost {
		_ = f.At("body.quota", "1 to 2000 pilots")
	}
}

func (c Call) checkConditions(f *fault.Error) {
	codes := map[string]bool{}
	for i, x := range c.Conditions {
		if !codeForm.MatchString(x.Code) || codes[x.Code] {
			_ = f.At(fmt.Sprintf("body.conditions[%d].code", i), "a code of small letters, digits or _ that no other condition has")
		}
		if x.Title.ZH == "" {
			_ = f.At(fmt.Sprintf("body.conditions[%d].title", i), "say what is checked")
		}
		codes[x.Code] = true
	}
}

func (c Call) checkCriteria(f *fault.Error) {
	if len(c.Criteria) == 0 || len(c.Criteria) > criteriaMost {
		_ = f.At("body.criteria", "1 to %d criteria", criteriaMost)
	}
	codes, weight := map[string]bool{}, 0.0
	for i, x := range c.Criteria {
		at := fmt.Sprintf("body.criteria[%d].", i)
		if !codeForm.MatchString(x.Code) || codes[x.Code] {
			_ = f.At(at+"code", "a code of small letters, digits or _ that no other criterion has")
		}
		if x.Title.ZH == "" {
			_ = f.At(at+"title", "name the criterion")
		}
		if x.Max <= 0 {
			_ = f.At(at+"max", "more than 0 points")
		}
		if x.Min < 0 || x.Min > x.Max {
			_ = f.At(at+"min", "no more than the points at most")
		}
		codes[x.Code] = true
		weight += max(0, x.Weight)
	}
	if len(c.Criteria) > 0 && weight <= 0 {
		_ = f.At("body.criteria", "give at least one criterion a weight")
	}
	for _, code := range c.Ties {
		if !codes[code] {
			_ = f.At("body.ties", "choose among the criteria")
		}
	}
}

// tidy lets one language stand for both, removes spaces around words, and fields that come twice.
func (c Call) tidy() Call {
	c.Title, c.Text = both(c.Title), strings.TrimSpace(c.Text)
	c.OpensAt, c.ClosesAt = c.OpensAt.UTC().Truncate(time.Millisecond), c.ClosesAt.UTC().Truncate(time.Millisecond)
	c.Criteria, c.Conditions = slices.Clone(c.Criteria), slices.Clone(c.Conditions)
	for i, x := range c.Criteria {
		c.Criteria[i].Code, c.Criteria[i].Title = strings.TrimSpace(x.Code), both(x.Title)
	}
	for i, x := range c.Conditions {
		c.Conditions[i].Code, c.Conditions[i].Title = strings.TrimSpace(x.Code), both(x.Title)
	}
	c.Fields = tidyWords(c.Fields)
	return c
}

func tidyWords(list []string) []string {
	out := []string{}
	for _, s := range list {
		if s = strings.TrimSpace(s); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func both(t lang.Text) lang.Text {
	t.ZH, t.EN = strings.TrimSpace(t.ZH), strings.TrimSpace(t.EN)
	if t.ZH == "" {
		t.ZH = t.EN
	}
	if t.EN == "" {
		t.EN = t.ZH
	}
	return t
}

// edit takes what an officer changed. Of an open call only the text and a later deadline
// can be: who has applied relied upon the rest. After the deadline nothing can.
func (c Call) edit(to Call, now time.Time) (Call, error) {
	if c.State == CallDraft {
		return to, nil
	}
	if c.State != CallOpen || !now.Before(c.ClosesAt) {
		return c, fault.New(fault.Conflict, "scenario.pilot.call_over", "the deadline is over; the call is not changed any more")
	}
	same := c
	same.Text, same.ClosesAt = to.Text, to.ClosesAt
	if !reflect.DeepEqual(same, to) {
		return c, fault.New(fault.Conflict, "scenario.pilot.frozen", "the call is open; only its text and a later deadline can be changed")
	}
	if to.ClosesAt.Before(c.ClosesAt) {
		return c, fault.New(fault.Invalid, "scenario.pilot.deadline", "the deadline can only be put off").At("body.closes_at", "no earlier than it was")
	}
	return to, nil
}

// open opens a draft.
func (c Call) open(now time.Time) (Call, error) {
	if c.State != CallDraft {
		return c, c.wrongState(CallOpen)
	}
	if !now.Before(c.ClosesAt) {
		return c, fault.New(fault.Conflict, "scenario.pilot.deadline_past", "the deadline is over already; set a later one first")
	}
	c.State = CallOpen
	return c, nil
}

// removable tells whether the call may be taken away, with what came of it.
func (c Call) removable() bool { return c.State == CallDraft || c.Synthetic }

// accepts tells whether applications are taken. Time is the server's.
func (c Call) accepts(now time.Time) bool {
	return c.State == CallOpen && !now.Before(c.OpensAt) && now.Before(c.ClosesAt)
}

// due tells whether the deadline has passed and nothing is sealed.
func (c Call) due(now time.Time) bool { return c.State == CallOpen && !now.Before(c.ClosesAt) }

func (c Call) in(states ...CallState) error {
	if slices.Contains(states, c.State) {
		return nil
	}
	return c.wrongState(states[0])
}

func (c Call) wrongState(want CallState) error {
	return fault.New(fault.Conflict, "scenario.pilot.call_state", "the call is %s; this is for when it is %s", c.State, want).With("from", string(c.State)).With("to", string(want))
}

// begin lets reviews begin, once every application is found eligible or not.
func (c Call) begin() (Call, error) {
	if err := c.in(CallChecking, CallReviewing); err != nil {
		return c, err
	}
	c.State = CallReviewing
	return c, nil
}

// notice begins the public notice of what the panel chose.
func (c Call) notice(meeting string, now time.Time) (Call, error) {
	if err := c.in(CallReviewing); err != nil {
		return c, err
	}
	if strings.TrimSpace(meeting) == "" {
		return c, fault.New(fault.Invalid, "scenario.pilot.meeting", "record the meeting").At("body.meeting", "say when the panel met, and who was there")
	}
	from := now.UTC().Truncate(time.Millisecond)
	until := from.AddDate(0, 0, c.NoticeDays)
	c.State, c.Meeting, c.NoticeFrom, c.NoticeUntil = CallNoticed, strings.TrimSpace(meeting), &from, &until
	return c, nil
}

// noticed tells whether objections are taken.
func (c Call) noticed(now time.Time) bool {
	return c.State == CallNoticed && c.NoticeUntil != nil && now.Before(*c.NoticeUntil)
}

// publish ends a notice against which nothing is open.
func (c Call) publish(open int, now time.Time) (Call, error) {
	if err := c.in(CallNoticed); err != nil {
		return c, err
	}
	if c.noticed(now) {
		return c, fault.New(fault.Conflict, "scenario.pilot.notice_runs", "the public notice is not over yet")
	}
	if open > 0 {
		return c, fault.New(fault.Conflict, "scenario.pilot.objections_open", "%d objections are not answered", open).With("open", open)
	}
	c.State = CallPublished
	return c, nil
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}

// cityTime is the time of the city, by which dates are told.
func cityTime() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

func dateOf(at time.Time) string { return at.In(cityTime()).Format(time.DateOnly) }
