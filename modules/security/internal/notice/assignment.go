package notice

import (
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/security/internal/clock"
	"linghang/modules/security/internal/rating"
)

// AssignmentState is how far an addressee is.
type AssignmentState string

// The states of an assignment.
const (
	Queued       AssignmentState = "queued"
	Delivered    AssignmentState = "delivered"    // 送达
	Acknowledged AssignmentState = "acknowledged" // 签收
	Assessed     AssignmentState = "assessed"
	Handling     AssignmentState = "handling"
	FedBack      AssignmentState = "feedback" // 反馈
	Verified     AssignmentState = "verified" // 核查
	Finished     AssignmentState = "closed"   // 办结
	Released     AssignmentState = "released" // nothing is owed any more
)

// The obligations, as the rules of clocks call them.
const (
	toAcknowledge = "notice.acknowledge"
	toFeedBack    = "notice.feedback"
	toHandle      = "notice.handle"
	toVerify      = "notice.verify"
)

// The assessments.
const (
	affected    = "affected"
	notAffected = "not_affected"
	unknown     = "unknown"
)

// Extension is more time that an addressee asks for.
type Extension struct {
	Obligation string    `json:"obligation" enum:"notice.feedback,notice.handle"`
	Until      time.Time `json:"until"`
	Reason     string    `json:"reason"`
	State      string    `json:"state" enum:"requested,granted,refused"`
	Answer     string    `json:"answer" doc:"Why it was refused"`
}

// Assignment is what one addressee owes under a notice.
type Assignment struct {
	ID             string          `json:"id" title:"编号|ID"`
	NoticeID       string          `json:"notice_id"`
	OrganisationID string          `json:"organisation_id"`
	Number         string          `json:"number" title:"文号|Number"`
	Mark           string          `json:"mark" doc:"TLP, and that it is a drill" title:"标记|Mark"`
	Title          string          `json:"title" title:"标题|Title"`
	Level          rating.Level    `json:"level" title:"级别|Level"`
	Drill          string          `json:"drill" title:"演练|Drill"`
	Organisation   lang.Text       `json:"organisation" title:"接收单位|Addressee"`
	District       string          `json:"district" title:"区市|District"`
	Synthetic      bool            `json:"synthetic" title:"合成数据|Synthetic"`
	State          AssignmentState `json:"state" enum:"queued,delivered,acknowledged,assessed,handling,feedback,verified,closed,released" title:"状态|State"`
	Assessment     string          `json:"assessment" enum:",affected,not_affected,unknown" title:"研判|Assessment"`
	Assessed       string          `json:"assessed" doc:"Why" title:"研判理由|Why"`
	Told           int             `json:"told" doc:"How many persons were told; 0 while queued: nobody can be" title:"告知人数|Persons told"`
	Unreachable    bool            `json:"unreachable" doc:"It was tried, and there is nobody who can be told" title:"无法送达|Unreachable"`
	DeliveredAt    *time.Time      `json:"delivered_at,omitempty" title:"送达时间|Delivered"`
	AcknowledgedAt *time.Time      `json:"acknowledged_at,omitempty" title:"签收时间|Acknowledged"`
	AcknowledgedBy string          `json:"acknowledged_by" title:"签收人|Acknowledged by"`
	LateToAck      bool            `json:"acknowledged_late" title:"逾期签收|Acknowledged late"`
	FeedbackAt     *time.Time      `json:"feedback_at,omitempty" doc:"The first" title:"首次反馈时间|First feedback"`
	LateFeedback   bool            `json:"feedback_late" title:"逾期反馈|Fed back late"`
	HandledAt      *time.Time      `json:"handled_at,omitempty" title:"处置完毕时间|Handled"`
	LateHandled    bool            `json:"handled_late" title:"逾期处置|Handled late"`
	VerifiedAt     *time.Time      `json:"verified_at,omitempty" title:"核查时间|Verified"`
	Returned       int             `json:"returned" doc:"How often feedback was returned" title:"退回次数|Returned"`
	EscalatedAt    *time.Time      `json:"escalated_at,omitempty" title:"督办时间|Escalated"`
	Delegate       string          `json:"delegate" doc:"Who of the addressee sees to it; empty: whoever answers notices there" title:"经办人|Seen to by"`
	DelegatedAt    *time.Time      `json:"delegated_at,omitempty" title:"转办时间|Handed over"`
	Mine           bool            `json:"mine" doc:"The caller sees to it"`
	Disputed       string          `json:"disputed" doc:"Why the addressee says that it is not its own" title:"异议|Disputed"`
	Extension      *Extension      `json:"extension,omitempty"`
	Noted          int64           `json:"noted" doc:"The revision that the addressee has taken note of"`
	Revision       int64           `json:"revision" doc:"The revision that the notice has"`
	Reason         string          `json:"reason" doc:"Why nothing is owed any more"`
	DueAt          *time.Time      `json:"due_at,omitempty" doc:"Until when it owes what comes next" title:"时限|Due"`
	Overdue        bool            `json:"overdue" title:"逾期|Overdue"`
	Version        int64           `json:"version"`

	triedAt  int64
	actor    string
	delegate string // as an actor
	notice   State
	tlp      rating.TLP
	pace     float64
}

// object is how clocks name an assignment.
func (a Assignment) object() string { return "assignment/" + a.ID }

// over tells whether the addressee owes nothing any more.
func (a Assignment) over() bool {
	return a.State == Verified || a.State == Finished || a.State == Released
}

// tick is what becomes of a clock with a step of an assignment.
type tick struct {
	obligation string
	begin      bool // otherwise it is met
}

// step is what comes of something that is done to an assignment.
type step struct {
	act    string
	reason string
	ticks  []tick
	data   map[string]any
}

func wrongStep(what string) error {
	return fault.New(fault.Conflict, "security.assignment.state", "an assignment in this state cannot be %s", what).With("what", what)
}

// acknowledge is that somebody of the addressee takes it.
func (a Assignment) acknowledge(by Signature) (Assignment, step, error) {
	if a.State != Delivered {
		return a, step{}, wrongStep("acknowledged")
	}
	a.State, a.AcknowledgedAt, a.AcknowledgedBy, a.actor, a.Noted = Acknowledged, &by.At, by.Name, by.actor, a.Revision
	return a, step{act: "acknowledged", ticks: []tick{{toAcknowledge, false}, {toFeedBack, true}, {toHandle, true}}}, nil
}

// assess is whether the addressee is affected. Who is not has nothing to handle: it is fed back with that.
func (a Assignment) assess(assessment, reason string, at time.Time) (Assignment, step, error) {
	if a.State != Acknowledged && a.State != Assessed && a.State != Handling {
		return a, step{}, wrongStep("assessed")
	}
	reason, err := why(reason)
	if err != nil {
		return a, step{}, err
	}
	a.Assessment, a.Assessed = assessment, reason
	s := step{act: "assessed", reason: reason, data: map[string]any{"assessment": assessment}}
	if assessment != notAffected {
		if a.State == Acknowledged {
			a.State = Assessed
		}
		return a, s, nil
	}
	a, s.ticks = a.hand(at)
	return a, s, nil
}

// hand gives an assignment to the city to be verified.
func (a Assignment) hand(at time.Time) (Assignment, []tick) {
	a.State, a.HandledAt = FedBack, &at
	if a.FeedbackAt == nil {
		a.FeedbackAt = &at
	}
	return a, []tick{{toFeedBack, false}, {toHandle, false}, {toVerify, true}}
}

// Feedback is what an addressee did.
type Feedback struct {
	ID       string    `json:"id"`
	Measures string    `json:"measures"`
	Residual string    `json:"residual" doc:"The risk that remains"`
	Done     bool      `json:"done" doc:"Everything that is asked is done: the city verifies it"`
	Files    []File    `json:"files" nullable:"false"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`

	actor string
}

// feedBack tells what was done; done hands it to the city.
func (a Assignment) feedBack(x Feedback) (Assignment, step, error) {
	if a.State != Assessed && a.State != Handling {
		return a, step{}, fault.New(fault.Conflict, "security.assignment.not_assessed", "feedback comes after the assessment and before the city's verification")
	}
	f := fault.New(fault.Invalid, "security.assignment.feedback", "the feedback is incomplete")
	if m := strings.TrimSpace(x.Measures); m == "" || len([]rune(m)) > longestAsk {
		_ = f.At("body.measures", "what was done, in 1 to 4000 characters")
	}
	if r := strings.TrimSpace(x.Residual); x.Done && r == "" || len([]rune(r)) > longestAsk {
		_ = f.At("body.residual", "what risk remains, or that none does, in 4000 characters at most")
	}
	if len(f.Fields) > 0 {
		return a, step{}, f
	}
	s := step{act: "progress", ticks: []tick{{toFeedBack, false}}}
	if x.Done {
		a, s.ticks = a.hand(x.At)
		s.act = "fed_back"
		return a, s, nil
	}
	if a.State = Handling; a.FeedbackAt == nil {
		a.FeedbackAt = &x.At
	}
	return a, s, nil
}

// verify is what the city finds of what was fed back: it is accepted, or returned with reasons.
func (a Assignment) verify(accepted bool, reason string, at time.Time) (Assignment, step, error) {
	if a.State != FedBack {
		return a, step{}, wrongStep("verified")
	}
	s := step{act: "verified", reason: strings.TrimSpace(reason), ticks: []tick{{toVerify, false}}}
	if accepted {
		a.State, a.VerifiedAt = Verified, &at
		return a, s, nil
	}
	var err error
	if s.reason, err = why(reason); err != nil {
		return a, step{}, err
	}
	// It is handled once more, within the time that handling has.
	s.act, s.ticks = "sent_back", append(s.ticks, tick{toHandle, true})
	a.State, a.HandledAt, a.LateHandled = Handling, nil, false
	a.Returned++
	return a, s, nil
}

// finish ends what is verified.
func (a Assignment) finish() (Assignment, step, error) {
	if a.State != Verified {
		return a, step{}, wrongStep("closed")
	}
	a.State = Finished
	return a, step{act: "closed"}, nil
}

// ask is that the addressee asks for more time, of a house clock.
func (a Assignment) ask(x Extension, running []clock.Clock, now time.Time) (Assignment, step, error) {
	reason, err := why(x.Reason)
	if err != nil {
		return a, step{}, err
	}
	if a.Extension != nil && a.Extension.State == "requested" {
		return a, step{}, fault.New(fault.Conflict, "security.assignment.asked", "an extension is asked for already and not decided")
	}
	for _, c := range running {
		if c.Obligation != x.Obligation || c.State != clock.Running {
			continue
		}
		if c.Legal {
			return a, step{}, fault.New(fault.Conflict, "security.clock.legal", "this time limit rests on a law and cannot be put off: %s", c.Basis.EN)
		}
		if !x.Until.After(c.DueAt) || !x.Until.After(now) || x.Until.After(now.AddDate(1, 0, 0)) {
			return a, step{}, fault.New(fault.Invalid, "security.assignment.until", "the time is not later than the limit, or too far").At("body.until", "a time after the present limit, within a year")
		}
		a.Extension = &Extension{x.Obligation, x.Until.UTC(), reason, "requested", ""}
		return a, step{act: "extension_requested", reason: reason, data: map[string]any{"until": x.Until.UTC(), "obligation": x.Obligation}}, nil
	}
	return a, step{}, fault.New(fault.Conflict, "security.clock.not_running", "no time limit runs for this any more")
}

// answer is what the city says to a request for more time.
func (a Assignment) answer(granted bool, reason string) (_ Assignment, s step, err error) {
	if a.Extension == nil || a.Extension.State != "requested" {
		return a, s, fault.New(fault.Conflict, "security.assignment.not_asked", "no extension is asked for")
	}
	x := *a.Extension
	s = step{act: "extension_granted", reason: strings.TrimSpace(reason), data: map[string]any{"until": x.Until, "obligation": x.Obligation}}
	if x.State = "granted"; !granted {
		x.State, s.act = "refused", "extension_refused"
		if s.reason, err = why(reason); err != nil {
			return a, s, err
		}
		x.Answer = s.reason
	}
	a.Extension = &x
	return a, s, nil
}

// dispute is that the addressee says that it is not its own to do.
func (a Assignment) dispute(reason string) (Assignment, step, error) {
	if a.over() || a.State == Queued || a.Disputed != "" {
		return a, step{}, wrongStep("disputed")
	}
	reason, err := why(reason)
	if err != nil {
		return a, step{}, err
	}
	a.Disputed = reason
	return a, step{act: "disputed", reason: reason}, nil
}

// settle is what the city says to that: the addressee is released, or it stays.
func (a Assignment) settle(released bool, reason string) (Assignment, step, error) {
	if a.Disputed == "" || a.over() {
		return a, step{}, fault.New(fault.Conflict, "security.assignment.not_disputed", "nothing is disputed")
	}
	reason, err := why(reason)
	if err != nil {
		return a, step{}, err
	}
	a.Disputed = ""
	if !released {
		return a, step{act: "dispute_refused", reason: reason}, nil
	}
	return a.release(reason)
}

// release ends whatever is owed.
func (a Assignment) release(reason string) (Assignment, step, error) {
	a.State, a.Reason, a.Disputed = Released, reason, ""
	return a, step{act: "released", reason: reason}, nil
}

// urge is that the city presses for it (督办).
func (a Assignment) urge(reason string, at time.Time) (Assignment, step, error) {
	if a.over() || a.State == Queued || a.State == FedBack {
		return a, step{}, wrongStep("pressed for")
	}
	reason, err := why(reason)
	if err != nil {
		return a, step{}, err
	}
	a.EscalatedAt = &at
	return a, step{act: "urged", reason: reason}, nil
}

// Delegate is a person of an addressee who can see to an assignment.
type Delegate struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (x Delegate) actor() string {
	if x.ID == "" {
		return ""
	}
	return "person:" + x.ID
}

// handTo is that a person of the addressee sees to it; nobody: all who answer notices there do
// again. Whoever does not represent the addressee takes it upon themselves, and gives it back.
func (a Assignment) handTo(x Delegate, represents bool, reason string, by Signature) (Assignment, step, error) {
	own := x.actor() == by.actor || x.ID == "" && a.delegate == by.actor
	switch {
	case a.over() || a.State == Queued:
		return a, step{}, wrongStep("handed over")
	case !represents && !own:
		return a, step{}, fault.New(fault.Forbidden, "security.assignment.delegate", "who represents the addressee hands it to others; you can take it upon yourself, and give it back")
	case a.delegate == x.actor():
		return a, step{}, fault.New(fault.Conflict, "security.assignment.delegated", "it is so already")
	}
	if reason = strings.TrimSpace(reason); len([]rune(reason)) > longestWhy {
		return a, step{}, fault.New(fault.Invalid, "security.assignment.delegate_note", "the note is too long").At("body.note", "a note of 1000 characters at most")
	}
	s := step{act: "delegated", reason: reason, data: map[string]any{"to": x.Name}}
	if x.ID == "" {
		s = step{act: "given_back", reason: reason, data: map[string]any{"from": a.Delegate}}
	}
	a.delegate, a.Delegate, a.DelegatedAt = x.actor(), x.Name, nil
	if x.ID != "" {
		a.DelegatedAt = &by.At
	}
	return a, s, nil
}

// note is that the addressee has seen the revision that holds.
func (a Assignment) note() (Assignment, step, error) {
	if a.State == Queued || a.State == Delivered || a.Noted >= a.Revision {
		return a, step{}, fault.New(fault.Conflict, "security.assignment.noted", "there is no revision that you have not taken note of")
	}
	a.Noted = a.Revision
	return a, step{act: "noted", data: map[string]any{"revision": a.Revision}}, nil
}

// lateness writes down that an obligation was met too late.
func (a Assignment) lateness(obligation string, late bool) Assignment {
	switch obligation {
	case toAcknowledge:
		a.LateToAck = late
	case toFeedBack:
		a.LateFeedback = late
	case toHandle:
		a.LateHandled = late
	}
	return a
}
