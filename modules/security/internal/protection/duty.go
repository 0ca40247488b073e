package protection

import (
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
)

// Standing is how the report of a day stands.
type Standing string

// The standings of a report. What is kept of a duty is Owed until it is reported, or cancelled.
const (
	NotYet    Standing = "coming"  // the day has not begun
	Owed      Standing = "owed"    // its time is not over
	Missing   Standing = "missing" // it is
	Nothing   Standing = "nothing"
	Something Standing = "something"
	Cancelled Standing = "cancelled" // the period was ended before
)

// Said is what is reported of a day.
type Said struct {
	Happened bool   `json:"happened" doc:"false: nothing happened (零报告)" title:"有事件|Something happened"`
	Events   int    `json:"events" doc:"How many, where something happened" title:"事件数|Events"`
	Handled  int    `json:"handled" doc:"How many of them are dealt with" title:"已处置数|Dealt with"`
	What     string `json:"what" maxLength:"12000" doc:"What happened, and what was done" title:"情况说明|What happened"`
}

// Duty is what one organisation owes for one day of a period.
type Duty struct {
	ID             string     `json:"id" title:"编号|ID"`
	PeriodID       string     `json:"period_id"`
	Period         string     `json:"period" doc:"Its title" title:"重保期|Period"`
	Synthetic      bool       `json:"synthetic" doc:"Demonstration data" title:"合成数据|Synthetic"`
	OrganisationID string     `json:"organisation_id"`
	Organisation   lang.Text  `json:"organisation" title:"单位|Organisation"`
	Day            string     `json:"day" title:"日期|Day"`
	DueAt          time.Time  `json:"due_at" title:"截止时间|Owed by"`
	BegunAt        time.Time  `json:"begun_at" doc:"When it was asked for: with the day, or later where the city was away"`
	BegunLate      bool       `json:"begun_late" doc:"Asked for only after its time, because the city was away: it does not count" title:"截止后才起算|Begun after its time"`
	Standing       Standing   `json:"standing" enum:"coming,owed,missing,nothing,something,cancelled" title:"状态|Standing"`
	Late           bool       `json:"late" doc:"Reported after its time" title:"迟报|Late"`
	SaidAt         *time.Time `json:"said_at,omitempty" title:"报告时间|Reported"`
	By             string     `json:"by" title:"报告人|Reported by"`
	Said
	IncidentID     string     `json:"incident_id" doc:"An incident of the room that it is about; empty: none"`
	IncidentNumber string     `json:"incident_number" title:"事件编号|Incident"`
	Reports        int        `json:"reports" doc:"How often it was reported: more than once where it was corrected" title:"版次|Versions"`
	EscalatedAt    *time.Time `json:"escalated_at,omitempty" doc:"When the city was told that it is missing" title:"升级时间|Escalated"`
	Acts           []string   `json:"acts" nullable:"false" doc:"What the caller may do now: report, correct"`
	Version        int64      `json:"version"`

	actor    string
	state    Standing // owed, nothing, something or cancelled
	closesAt time.Time
}

// Version is a report as it was handed in.
type Version struct {
	Number int       `json:"number"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Late   bool      `json:"late"`
	Said
	IncidentNumber string `json:"incident_number"`
}

const (
	longestWhat = 4000
	mostEvents  = 9999
)

// check trims what somebody reports and says what is wrong with it.
func (s Said) check() (Said, error) {
	s.What = strings.TrimSpace(s.What)
	f := fault.New(fault.Invalid, "security.protection.said", "the report is incomplete or wrong")
	if !s.Happened {
		if s.Events != 0 || s.Handled != 0 || s.What != "" {
			return s, f.At("body.happened", "that something happened, or nothing beside it")
		}
		return s, nil
	}
	if s.Events < 1 || s.Events > mostEvents {
		_ = f.At("body.events", "how many, 1 to 9999")
	}
	if s.Handled < 0 || s.Handled > s.Events {
		_ = f.At("body.handled", "how many of them are dealt with, not more than there are")
	}
	if s.What == "" || len([]rune(s.What)) > longestWhat {
		_ = f.At("body.what", "what happened and what was done, in 1 to 4000 characters")
	}
	if len(f.Fields) > 0 {
		return s, f
	}
	return s, nil
}

// standing is how a duty stands at a time.
func (d Duty) standing(now time.Time) Standing {
	if d.state == Owed && now.After(d.DueAt) {
		return Missing
	}
	return d.state
}

func (d Duty) reported() bool { return d.state == Nothing || d.state == Something }

// may tells why a day cannot be reported on, any more or again.
func (d Duty) may(now time.Time) error {
	switch {
	case d.state == Cancelled:
		return fault.New(fault.Conflict, "security.protection.cancelled", "the period was ended before: nothing is owed for this day")
	case d.reported() && now.After(d.DueAt):
		return fault.New(fault.Conflict, "security.protection.kept", "the time of this day is over: its report is not changed any more")
	case now.After(d.closesAt):
		return fault.New(fault.Conflict, "security.protection.closed", "seven days after the end of the period nothing is made up for any more")
	}
	return nil
}

// report is a duty with what somebody reports of its day.
func (d Duty) report(s Said, actor, name string, now time.Time) (Duty, error) {
	if err := d.may(now); err != nil {
		return d, err
	}
	s, err := s.check()
	if err != nil {
		return d, err
	}
	d.Said, d.SaidAt, d.actor, d.By, d.Late, d.state = s, &now, actor, name, now.After(d.DueAt), Nothing
	if s.Happened {
		d.state = Something
	}
	d.Reports++
	d.Standing = d.state
	return d, nil
}

// as is a duty with what somebody may do with it: its own people report.
func (d Duty) as(id identity.Identity, now time.Time) Duty {
	if ofParty(id) && id.May(mayAnswer) && d.may(now) == nil {
		act := "report"
		if d.reported() {
			act = "correct"
		}
		d.Acts = append(d.Acts, act)
	}
	return d
}

// ofParty tells whether somebody is of those who report. That it is theirs to see is looked at before.
func ofParty(id identity.Identity) bool {
	return !id.Scope.All && id.Organisation.Kind != identity.Bureau
}
