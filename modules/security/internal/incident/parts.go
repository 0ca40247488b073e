package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/security/internal/clock"
	"linghang/modules/security/internal/rating"
)

// The stages of reporting upward.
const (
	First    = "first"     // 初报
	FollowUp = "follow_up" // 续报
	Final    = "final"     // 终报
	Accepted = "accepted"  // the authority takes the final one
)

// The obligations that clocks run for.
const (
	toReport = "incident.report"
	toPassOn = "incident.pass_on"
	toReview = "incident.review"
	toSumUp  = "incident.summary" // the final report, after the end
)

const (
	mostTasks    = 200
	mostReports  = 100
	mostGuests   = 50
	mostEvidence = 200
	mostActions  = 50
)

// CaseEvent is something that happened, or that somebody wrote down.
type CaseEvent struct {
	ID           string    `json:"id"`
	At           time.Time `json:"at" doc:"When it happened" title:"时间|Time"`
	WrittenAt    time.Time `json:"written_at" doc:"When it was written down" title:"记录时间|Written"`
	Kind         string    `json:"kind" enum:"state,level,task,report,guest,note,evidence,response,handler,merge,closing,review,correction,clock" title:"类型|Kind"`
	From         string    `json:"from" title:"原状态|From"`
	To           string    `json:"to" title:"新状态|To"`
	Text         string    `json:"text" title:"内容|Text"`
	By           string    `json:"by" title:"记录人|By"`
	Organisation lang.Text `json:"organisation" title:"机构|Organisation"`

	part string // the organisation whose part it is of, beside the enterprise and the city
	by   string // the organisation that wrote it, where it is read for that
}

// Task is something to do.
type Task struct {
	ID             string     `json:"id"`
	Number         int        `json:"number"`
	Playbook       string     `json:"playbook" doc:"Where it is from; empty: by hand"`
	Title          lang.Text  `json:"title"`
	What           lang.Text  `json:"what"`
	Done           lang.Text  `json:"done" doc:"When it counts as done"`
	Evidence       lang.Text  `json:"evidence" doc:"What is to show it"`
	OrganisationID string     `json:"organisation_id"`
	Organisation   lang.Text  `json:"organisation"`
	Assignee       string     `json:"assignee" doc:"Who does it there; empty: not said"`
	DueAt          time.Time  `json:"due_at"`
	State          string     `json:"state" enum:"open,done,not_applicable"`
	Note           string     `json:"note"`
	FinishedAt     *time.Time `json:"finished_at,omitempty"`
	Mine           bool       `json:"mine" doc:"It is the caller's organisation's to finish"`

	actor, name string
	createdAt   time.Time
}

// Report is a report upward that somebody made.
type Report struct {
	ID           string    `json:"id"`
	Number       int       `json:"number"`
	Obligation   string    `json:"obligation" enum:"incident.report,incident.pass_on" doc:"Of the operator, or of the city that passes it on"`
	Stage        string    `json:"stage" enum:"first,follow_up,final,accepted"`
	Authority    string    `json:"authority" doc:"To whom"`
	Channel      string    `json:"channel" doc:"How: telephone, platform, letter"`
	Reporter     string    `json:"reporter" doc:"Who sent it"`
	SentAt       time.Time `json:"sent_at"`
	Receipt      string    `json:"receipt" doc:"What the authority gave for it"`
	Text         string    `json:"text" doc:"What was sent"`
	Missing      []string  `json:"missing" nullable:"false" doc:"IDs of the items that it did not say yet"`
	By           string    `json:"by" doc:"Who recorded it"`
	Organisation lang.Text `json:"organisation"`
	CreatedAt    time.Time `json:"created_at"`

	actor string
}

// Guest is an organisation that was let in.
type Guest struct {
	ID             string     `json:"id"`
	OrganisationID string     `json:"organisation_id"`
	Organisation   lang.Text  `json:"organisation"`
	Part           string     `json:"part" doc:"What it is to do or to know: this it reads"`
	Reason         string     `json:"reason" doc:"Why it was let in"`
	Until          time.Time  `json:"until"`
	EndedAt        *time.Time `json:"ended_at,omitempty"`
	EndedWhy       string     `json:"ended_why"`
	By             string     `json:"by"`
	CreatedAt      time.Time  `json:"created_at"`

	actor string
}

// in tells whether an organisation is let in at a moment.
func (g Guest) in(now time.Time) bool { return g.EndedAt == nil && now.Before(g.Until) }

// Action is what a review found is to be done.
type Action struct {
	ID          string     `json:"id"`
	Number      int        `json:"number"`
	What        string     `json:"what"`
	Responsible string     `json:"responsible"`
	Due         string     `json:"due" format:"date"`
	State       string     `json:"state" enum:"open,done"`
	Note        string     `json:"note"`
	FinishedAt  *time.Time `json:"finished_at,omitempty"`
}

// finish ends a task with what was done, or why it does not apply.
func (t Task) finish(state, note string, now time.Time) (Task, error) {
	switch {
	case t.State != "open":
		return t, fault.New(fault.Conflict, "security.incident.task_over", "this task is finished already")
	case !slices.Contains([]string{"done", "not_applicable"}, state):
		return t, fault.New(fault.Invalid, "security.incident.outcome", "say how the task ends").At("body.state", "done or not_applicable")
	case blank(note) || long(note, longest):
		return t, fault.New(fault.Invalid, "security.incident.outcome", "say how the task ends").At("body.note", "what was done, or why it does not apply, in 4000 characters at most")
	}
	t.State, t.Note, t.FinishedAt = state, strings.TrimSpace(note), &now
	return t, nil
}

// checkReport reports what of a report upward cannot stand.
func checkReport(r Report, done []Report, i Case, now time.Time) error {
	f := fault.New(fault.Invalid, "security.incident.report", "the report is incomplete or wrong")
	for _, x := range []struct {
		at, text string
		most     int
	}{{"authority", r.Authority, 200}, {"channel", r.Channel, 200}, {"reporter", r.Reporter, 80}} {
		if blank(x.text) || long(x.text, x.most) {
			_ = f.At("body."+x.at, "to whom, how and by whom it was sent")
		}
	}
	if blank(r.Text) || long(r.Text, 20000) {
		_ = f.At("body.text", "what was sent, in 20000 characters at most")
	}
	if r.SentAt.After(now) || r.SentAt.Before(i.AwareAt) {
		_ = f.At("body.sent_at", "not before it was known, and not later than now")
	}
	if r.Stage == Accepted && blank(r.Receipt) {
		_ = f.At("body.receipt", "the number or words by which the authority took it")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nextStage(r, done)
}

// nextStage wants stages in their order: a first one, follow-ups, a final one, its acceptance.
func nextStage(r Report, done []Report) error {
	last := ""
	for _, d := range done {
		if d.Obligation == r.Obligation {
			last = d.Stage
		}
	}
	after := map[string][]string{"": {First}, First: {FollowUp, Final}, FollowUp: {FollowUp, Final}, Final: {Accepted, FollowUp}}
	if !slices.Contains(after[last], r.Stage) {
		return fault.New(fault.Conflict, "security.incident.stage", "a first report comes first, then follow-ups, then the final one, then its acceptance").With("last", last)
	}
	return nil
}

// letIn decides whether an organisation may be let in.
func (i Case) letIn(g Guest, guests []Guest, now time.Time) error {
	if i.over() && i.State != Closed {
		return wrongState(i.State)
	}
	if i.TLP.Stricter(rating.Amber) {
		return fault.New(fault.Conflict, "security.incident.tlp_closed", "%s is for the organisation itself: nobody else is let in", i.TLP.Mark()).With("tlp", i.TLP.Mark())
	}
	f := fault.New(fault.Invalid, "security.incident.guest", "this organisation cannot be let in so")
	g.check(f, now)
	if g.OrganisationID == "" || g.OrganisationID == i.OrganisationID || g.OrganisationID == i.bureau {
		_ = f.At("body.organisation_id", "another organisation than the enterprise and the city")
	}
	if slices.ContainsFunc(guests, func(x Guest) bool { return x.OrganisationID == g.OrganisationID && x.in(now) }) {
		_ = f.At("body.organisation_id", "one that is not in already")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// check reports what of it cannot stand, whoever it is.
func (g Guest) check(f *fault.Error, now time.Time) {
	if blank(g.Part) || long(g.Part, longest) {
		_ = f.At("body.part", "what its part is: this it reads")
	}
	if blank(g.Reason) || long(g.Reason, 2000) {
		_ = f.At("body.reason", "it stays in the timeline, in 2000 characters at most")
	}
	if !g.Until.After(now) || g.Until.After(now.Add(366*24*time.Hour)) {
		_ = f.At("body.until", "a time to come, within a year")
	}
}

// checkActions reports what of the actions of a review cannot stand.
func checkActions(list []Action) error {
	f := fault.New(fault.Invalid, "security.incident.action", "an action is incomplete or wrong")
	for n, a := range list {
		if blank(a.What) || long(a.What, 1000) || blank(a.Responsible) || long(a.Responsible, 80) {
			_ = f.At(fmt.Sprintf("body.actions[%d].what", n), "say what is to be done, and who answers for it")
		}
		if _, err := time.Parse(time.DateOnly, a.Due); err != nil {
			_ = f.At(fmt.Sprintf("body.actions[%d].due", n), "a day such as 2027-03-31")
		}
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// object is what clocks call an incident.
func object(id string) string { return "incident/" + id }

// ofCity tells whether the city owes an obligation; the enterprise owes the others.
func ofCity(obligation string) bool { return obligation == toPassOn || obligation == toReview }

// start is the beginning of a clock of an incident.
func (i Case) start(obligation string, at time.Time) clock.Start {
	s := clock.Start{Object: object(i.ID), OrganisationID: i.OrganisationID, Obligation: obligation, Kind: i.Kind, Level: i.weight(), At: at, Drill: i.Drill, Pace: i.pace}
	if ofCity(obligation) {
		s.OrganisationID = i.bureau
	}
	return s
}
