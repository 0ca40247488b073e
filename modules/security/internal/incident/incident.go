package incident

import (
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/security/internal/rating"
)

// State is where an incident is.
type State string

// The states of an incident.
const (
	Fresh      State = "new"
	Triaged    State = "triaged"
	Confirmed  State = "confirmed"
	Rejected   State = "rejected" // see Resolution
	Contained  State = "contained"
	Eradicated State = "eradicated"
	Recovered  State = "recovered"
	Closed     State = "closed"
	Reviewed   State = "reviewed"
	Merged     State = "merged" // goes on as another one
)

// Who an incident was opened by.
const (
	byEnterprise = "enterprise"
	byCity       = "city"
)

const (
	shortest = 120  // characters of a title
	longest  = 4000 // characters of a text
)

// Case is an incident.
type Case struct {
	ID             string    `json:"id"`
	Number         string    `json:"number" title:"编号|Number"`
	OrganisationID string    `json:"organisation_id"`
	Enterprise     lang.Text `json:"enterprise" title:"单位|Organisation"`
	District       string    `json:"district" title:"区市|District"`
	Industry       string    `json:"industry" title:"行业|Industry"`
	Origin         string    `json:"origin" enum:"enterprise,city" doc:"Who opened it" title:"来源|Origin"`
	Said
	State      State        `json:"state" enum:"new,triaged,confirmed,rejected,contained,eradicated,recovered,closed,reviewed,merged" title:"状态|State"`
	Resolution string       `json:"resolution" enum:",false_positive,duplicate,test" doc:"Why it was rejected"`
	Level      rating.Level `json:"level" doc:"1 to 4, as a person confirmed; 0: not yet" title:"级别|Level"`
	Proposed   rating.Level `json:"proposed" doc:"1 to 4, as the rule proposes; 0: too little is known" title:"建议级别|Proposed level"`
	Times
	Upward      string       `json:"upward" enum:",first,follow_up,final,accepted" doc:"How far it is reported upward" title:"上报|Reported upward"`
	HandlerName string       `json:"handler_name" doc:"Of the city, who answers for it now" title:"承办人|Handler"`
	MergedInto  string       `json:"merged_into" doc:"ID of the incident that it goes on as"`
	Response    rating.Level `json:"response" doc:"The response level that the city started; 0: none" title:"应急响应|Response"`
	ResponseAt  *time.Time   `json:"response_at,omitempty"`
	Reopened    int          `json:"reopened" doc:"How often" title:"重新打开次数|Reopened"`
	Drill       string       `json:"drill" maxLength:"80" doc:"ID of the drill that it belongs to; empty: it is real"`
	DrillTitle  string       `json:"drill_title" title:"演练|Drill"`
	Synthetic   bool         `json:"synthetic" title:"合成数据|Synthetic"`
	CreatedAt   time.Time    `json:"created_at"`
	Version     int64        `json:"version"`

	bureau        string
	levelSetter   string
	handler       string
	mergedFrom    State
	facts         map[string]string
	closing       *Closing
	closingWriter string
	review        *Review
	actor, name   string
	pace          float64 // of its drill
}

// Said is what somebody says of an incident, and may correct.
type Said struct {
	Title      string     `json:"title" maxLength:"120" title:"标题|Title"`
	Summary    string     `json:"summary" maxLength:"4000" doc:"What is known"`
	Category   string     `json:"category" maxLength:"20" doc:"Of GB/T 20986-2023: see /incidents/words" title:"类别|Category"`
	Kind       string     `json:"kind" enum:"cii,central,other" doc:"cii: operator of critical information infrastructure; central: central organ or its unit; other. It decides how soon the incident is to be reported upward" title:"运营者类型|Operator"`
	TLP        rating.TLP `json:"tlp" enum:"clear,green,amber,amber+strict,red" title:"TLP|TLP"`
	Importance Importance `json:"importance" enum:",special,important,general" doc:"Of the object that is hit; empty: not known"`
	Loss       Loss       `json:"loss" enum:",extreme,serious,large,small" doc:"Of its work; empty: not known"`
	Harm       Harm       `json:"harm" enum:",extreme,major,large,ordinary" doc:"To others; empty: not known"`
	// Five times that are not one another: when it happened, when it was found, since
	// when the operator knows that it is an incident, and the last two of Times.
	OccurredAt   *time.Time `json:"occurred_at,omitempty" title:"发生时间|Occurred"`
	DiscoveredAt *time.Time `json:"discovered_at,omitempty" title:"发现时间|Discovered"`
	AwareAt      time.Time  `json:"aware_at" doc:"Since when the operator knows; time limits run from here" title:"知悉时间|Aware"`
}

// Times are when an incident came to its states.
type Times struct {
	ReportedAt   time.Time  `json:"reported_at" doc:"When the enterprise reported" title:"报告时间|Reported"`
	ReceivedAt   time.Time  `json:"received_at" doc:"When the city received it" title:"收到时间|Received"`
	TriagedAt    *time.Time `json:"triaged_at,omitempty" title:"研判时间|Triaged"`
	ConfirmedAt  *time.Time `json:"confirmed_at,omitempty" title:"确认时间|Confirmed"`
	ContainedAt  *time.Time `json:"contained_at,omitempty" title:"遏制时间|Contained"`
	EradicatedAt *time.Time `json:"eradicated_at,omitempty" title:"根除时间|Eradicated"`
	RecoveredAt  *time.Time `json:"recovered_at,omitempty" title:"恢复时间|Recovered"`
	ClosedAt     *time.Time `json:"closed_at,omitempty" title:"关闭时间|Closed"`
	ReviewedAt   *time.Time `json:"reviewed_at,omitempty" title:"复盘时间|Reviewed"`
	ReportDueAt  *time.Time `json:"report_due_at,omitempty" doc:"Until when it is to be reported upward, where it is" title:"上报时限|Report due"`
	ReportMetAt  *time.Time `json:"report_met_at,omitempty" doc:"When the first report upward was sent" title:"初报时间|First report"`
}

// Closing is what is known at the end.
type Closing struct {
	Cause    string `json:"cause" maxLength:"4000"`
	Impact   string `json:"impact" maxLength:"4000"`
	Measures string `json:"measures" maxLength:"4000"`
	Assets   string `json:"assets" maxLength:"4000" doc:"What was affected"`
	Residual string `json:"residual" maxLength:"4000" doc:"The risk that remains"`
}

// Review is what was learnt (复盘).
type Review struct {
	Detected string `json:"detected" maxLength:"4000" doc:"What detected it"`
	Should   string `json:"should" maxLength:"4000" doc:"What should have"`
	Lessons  string `json:"lessons" maxLength:"4000"`
}

func kinds() []string       { return []string{"cii", "central", "other"} }
func resolutions() []string { return []string{"false_positive", "duplicate", "test"} }

// reportable tells whether a level is to be reported upward by law: 较大 and graver.
func reportable(l rating.Level) bool { return l.Known() && l <= rating.Large }

// passedOn tells whether the city passes a level on: 重大 and graver.
func passedOn(l rating.Level) bool { return l.Known() && l <= rating.Major }

// weight is the level that counts now: the confirmed one, before that the proposed one.
func (i Case) weight() rating.Level {
	if i.Level.Known() {
		return i.Level
	}
	return i.Proposed
}

// over tells whether nothing is worked on any more.
func (i Case) over() bool {
	return slices.Contains([]State{Rejected, Closed, Reviewed, Merged}, i.State)
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

func long(s string, most int) bool { return len([]rune(s)) > most }

// tidy brings what was said into its form.
func (s Said) tidy() Said {
	s.Title, s.Summary = strings.TrimSpace(s.Title), strings.TrimSpace(s.Summary)
	for _, t := range []*time.Time{s.OccurredAt, s.DiscoveredAt} {
		if t != nil {
			*t = t.UTC().Truncate(time.Millisecond)
		}
	}
	s.AwareAt = s.AwareAt.UTC().Truncate(time.Millisecond)
	return s
}

// check reports what of it cannot stand, at the fields of a body.
func (s Said) check(now time.Time) error {
	f := fault.New(fault.Invalid, "security.incident.invalid", "the incident is incomplete or wrong")
	if s.Title == "" || long(s.Title, shortest) {
		_ = f.At("body.title", "a title of 1 to 120 characters")
	}
	if s.Summary == "" || long(s.Summary, longest) {
		_ = f.At("body.summary", "say what is known, in 4000 characters at most")
	}
	if _, ok := rating.CategoryOf(s.Category); !ok {
		_ = f.At("body.category", "one of the categories of GB/T 20986-2023")
	}
	if !slices.Contains(kinds(), s.Kind) {
		_ = f.At("body.kind", "choose the kind of operator")
	}
	if !s.TLP.Known() {
		_ = f.At("body.tlp", "a label of the Traffic Light Protocol 2.0")
	}
	s.checkElements(f)
	s.checkTimes(f, now)
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func (s Said) checkElements(f *fault.Error) {
	if s.Importance != "" && !slices.Contains(importances(), s.Importance) {
		_ = f.At("body.importance", "special, important, general, or nothing")
	}
	if s.Loss != "" && !slices.Contains(losses(), s.Loss) {
		_ = f.At("body.loss", "extreme, serious, large, small, or nothing")
	}
	if s.Harm != "" && !slices.Contains(harms(), s.Harm) {
		_ = f.At("body.harm", "extreme, major, large, ordinary, or nothing")
	}
}

// checkTimes wants times in their order, and none to come.
func (s Said) checkTimes(f *fault.Error, now time.Time) {
	if s.AwareAt.IsZero() || s.AwareAt.After(now) || now.Sub(s.AwareAt) > 10*366*24*time.Hour {
		_ = f.At("body.aware_at", "since when it is known, not later than now")
	}
	if s.DiscoveredAt != nil && s.DiscoveredAt.After(s.AwareAt) {
		_ = f.At("body.discovered_at", "not later than it was known")
	}
	latest := s.AwareAt
	if s.DiscoveredAt != nil {
		latest = *s.DiscoveredAt
	}
	if s.OccurredAt != nil && s.OccurredAt.After(latest) {
		_ = f.At("body.occurred_at", "not later than it was discovered")
	}
}

// side is from where somebody looks at an incident.
type side string

const (
	stranger side = "stranger"
	guest    side = "guest" // was let in
	city     side = "city"
	owner    side = "owner"
)

func wrongState(s State) error {
	return fault.New(fault.Conflict, "security.incident.state", "this cannot be done with an incident that is %s", s).With("state", string(s))
}

func wantReason(reason string) error {
	if blank(reason) || long(reason, 2000) {
		return fault.New(fault.Invalid, "security.incident.reason", "say why").At("body.reason", "it stays in the timeline, in 2000 characters at most")
	}
	return nil
}

// correct changes what was said. Only the side that opened it lets more people see it.
func (i Case) correct(s Said, from side, now time.Time) (Case, error) {
	if i.over() {
		return i, wrongState(i.State)
	}
	s = s.tidy()
	if err := s.check(now); err != nil {
		return i, err
	}
	if i.TLP.Stricter(s.TLP) && string(from) != map[string]string{byEnterprise: string(owner), byCity: string(city)}[i.Origin] {
		return i, fault.New(fault.Forbidden, "security.incident.tlp", "only the side that opened the incident lets more people see it")
	}
	if i.Level.Known() && s.Kind != i.Kind {
		return i, fault.New(fault.Conflict, "security.incident.kind", "the kind of operator decides the time limit, and is not changed after the level was confirmed")
	}
	if i.confirmedTimes(s) {
		return i, fault.New(fault.Conflict, "security.incident.aware", "time limits run from when it was known, which is not changed after the level was confirmed")
	}
	i.Said = s
	i.Proposed = Propose(s.Importance, s.Loss, s.Harm).Level
	return i, nil
}

func (i Case) confirmedTimes(s Said) bool { return i.Level.Known() && !s.AwareAt.Equal(i.AwareAt) }
