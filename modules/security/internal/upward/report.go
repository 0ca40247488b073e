package upward

import (
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/lib/taxii"
	"linghang/modules/security/internal/peer"
	"linghang/modules/security/internal/rating"
)

// Notice is a notice as far as it matters to whom it is reported.
type Notice struct {
	ID, Number string
	Level      rating.Level
	TLP        rating.TLP
	Revision   int64
	Version    int64 // of the notice as people change it
	Drill      bool
	Synthetic  bool
	Issued     bool
	Lifted     bool
	Withdrawn  bool
}

// act is what the newest version of a notice says.
func (n Notice) act() string {
	switch {
	case n.Withdrawn:
		return "withdrawn"
	case n.Lifted:
		return "lifted"
	case n.Revision > 1:
		return "revised"
	}
	return "issued"
}

// State is where a report is.
type State string

// The states of a report. Waiting and pending ones are open.
const (
	Waiting   State = "waiting"   // to be sent
	Pending   State = "pending"   // sent, and the other side is at it
	Delivered State = "delivered" // taken
	Failed    State = "failed"    // refused, or given up
	Withheld  State = "withheld"  // not sent: TLP
	Cancelled State = "cancelled" // by a person
	Exported  State = "exported"  // in a file, which nobody answers
)

func (s State) open() bool { return s == Waiting || s == Pending }

// Why a report goes.
const (
	byPerson = "person"
	byFollow = "follow" // of an earlier one, whose release said so
	byRule   = "rule"
)

// Classes of what keeps or ends a report beside those of the way.
const (
	faultTLP    = "tlp"    // stricter than the upper level may have
	faultStrict = "strict" // for few, and nobody released it who may
	faultUnreal = "unreal" // a drill or a demonstration
	faultObject = "object" // the other side does not take the object
	faultEnded  = "ended"  // given up
	faultTarget = "target" // a recipient of the channel is no addressee
)

// Told is what became of one object at the other side.
type Told struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Version string `json:"version"`
	State   State  `json:"state" enum:"waiting,pending,delivered,failed"`
	Message string `json:"message" doc:"What the other side says"`
}

// Report is a version of a notice on its way to an upper level.
type Report struct {
	ID            string     `json:"id"`
	UpperID       string     `json:"upper_id"`
	Upper         string     `json:"upper" title:"上级单位|Upper level"`
	NoticeID      string     `json:"notice_id" doc:"Empty where it acknowledges a notice of the upper level"`
	ReceivedID    string     `json:"received_id" doc:"The notice of the upper level that it acknowledges; empty: it is of a notice of the city"`
	Number        string     `json:"number" title:"文号|Number"`
	Revision      int64      `json:"revision" title:"版次|Revision"`
	Act           string     `json:"act" enum:"issued,revised,lifted,withdrawn,receipt" title:"内容|What"`
	TLP           rating.TLP `json:"tlp" title:"共享标记|TLP"`
	ObjectID      string     `json:"object_id" doc:"The report of STIX"`
	ObjectVersion string     `json:"object_version" title:"版本|Version"`
	Objects       []Told     `json:"objects" nullable:"false" doc:"What became of each object"`
	Cause         string     `json:"cause" enum:"person,follow,rule" doc:"A release, one that said that later versions follow, or a rule" title:"缘由|Cause"`
	Follows       bool       `json:"follows" doc:"Later versions go by themselves" title:"后续自动上报|Later ones follow"`
	State         State      `json:"state" enum:"waiting,pending,delivered,failed,withheld,cancelled,exported" title:"状态|State"`
	File          int64      `json:"file" doc:"Number of the file that it went in; 0: none" title:"文件|File"`
	Tries         int64      `json:"tries" title:"次数|Tries"`
	NextAt        *time.Time `json:"next_at,omitempty" title:"下次重试|Next try"`
	UntilAt       *time.Time `json:"until_at,omitempty" doc:"When it is given up" title:"重试至|Until"`
	Fault         string     `json:"fault" doc:"The class of what went wrong last, or why it does not go; empty: nothing" title:"故障|Fault"`
	FaultText     string     `json:"fault_text" title:"故障说明|What went wrong"`
	ReleasedAt    time.Time  `json:"released_at" title:"批准时间|Released"`
	SentAt        *time.Time `json:"sent_at,omitempty" title:"送出时间|Sent"`
	EndedAt       *time.Time `json:"ended_at,omitempty" title:"结束时间|Ended"`
	Acknowledged  *time.Time `json:"acknowledged_at,omitempty" doc:"When the other side said that it was acknowledged" title:"对方签收|Acknowledged"`
	By            string     `json:"by" doc:"Who released it; empty: a rule" title:"批准人|Released by"`
	Version       int64      `json:"version"`

	octets   []string
	way      Direction // of its channel
	strict   bool
	statusID string
	actor    string
}

// ETag implements httpd.Versioned.
func (r Report) ETag() int64 { return r.Version }

// out tells whether a report is on its way or has gone: it is not released again.
func (s State) out() bool { return s.open() || s == Delivered || s == Exported }

func forFew(t rating.TLP) bool { return t.Stricter(rating.Amber) }

// barred tells why a notice may not go to an upper level; empty: it may. strict: somebody
// released it who may release what is for few.
func barred(t, most rating.TLP, strict bool) string {
	switch {
	case t.Stricter(most):
		return faultTLP
	case forFew(t) && !strict:
		return faultStrict
	}
	return ""
}

// mayGo refuses what never goes up, and what the upper level may not have.
func mayGo(n Notice, most rating.TLP, strict bool) error {
	switch {
	case n.Drill || n.Synthetic:
		return fault.New(fault.Conflict, "security.upward.unreal", "drills and demonstrations are never reported to an upper level")
	case !n.Issued:
		return fault.New(fault.Conflict, "security.upward.not_issued", "only what was issued is reported")
	}
	switch barred(n.TLP, most, strict) {
	case faultTLP:
		return fault.New(fault.Forbidden, "security.upward.tlp", "the notice is %s, and this upper level may have %s at most", n.TLP.Mark(), most.Mark()).With("tlp", n.TLP.Mark()).With("most", most.Mark())
	case faultStrict:
		return fault.New(fault.Forbidden, "security.upward.strict", "the notice is %s: only who may release what is for few reports it", n.TLP.Mark()).With("tlp", n.TLP.Mark())
	}
	return nil
}

// take applies what the other side says of the objects; the report of STIX decides.
func (r Report) take(s taxii.Status, at time.Time) Report {
	told := map[string]Told{}
	for state, list := range map[State][]taxii.StatusDetail{Delivered: s.Successes, Pending: s.Pendings, Failed: s.Failures} {
		for _, d := range list[:min(len(list), 100)] {
			told[d.ID] = Told{State: state, Message: peer.Short(d.Message)}
		}
	}
	r.Objects = slices.Clone(r.Objects)
	for i, o := range r.Objects {
		if t, ok := told[o.ID]; ok {
			r.Objects[i].State, r.Objects[i].Message = t.State, t.Message
			continue
		}
		r.Objects[i].State, r.Objects[i].Message = silent(s)
	}
	r.Tries, r.statusID, r.Fault, r.FaultText = r.Tries+1, s.ID, "", ""
	if r.SentAt == nil {
		r.SentAt = &at
	}
	main := r.Objects[len(r.Objects)-1]
	switch {
	case main.State == Delivered:
		return r.end(Delivered, "", "", at)
	case main.State == Failed:
		return r.end(Failed, faultObject, main.Message, at)
	case r.UntilAt != nil && !at.Before(*r.UntilAt):
		return r.end(Failed, faultEnded, "the other side is still at it", at)
	}
	r.State = Pending
	return r.later(backOff(r.Tries, 0), at)
}

// silent is what became of an object that a status does not name: its lists may be left out
// (TAXII 2.1, section 4.3.1), its counts may not.
func silent(s taxii.Status) (State, string) {
	switch {
	case s.Status != taxii.StatusComplete:
		return Pending, ""
	case s.FailureCount > len(s.Failures):
		return Failed, "the server counts objects that it did not take, and does not say which"
	}
	return Delivered, ""
}

// stumble notes that the way failed. What the other side says of just these objects ends the
// report; what is wrong with the way is tried again, until it is given up.
func (r Report) stumble(p *peer.Error, at time.Time) Report {
	r.Tries++
	if p.Gone() && r.State == Pending { // the status is gone: the same objects go again
		r.State, r.statusID = Waiting, ""
	}
	switch {
	case p.OfRequest():
		return r.end(Failed, p.Class, p.Text, at)
	case r.UntilAt != nil && !at.Before(*r.UntilAt):
		return r.end(Failed, faultEnded, p.Error(), at)
	}
	r.Fault, r.FaultText = p.Class, p.Text
	return r.later(backOff(r.Tries, p.After), at)
}

func (r Report) later(wait time.Duration, at time.Time) Report {
	next := at.Add(wait)
	if r.UntilAt != nil && next.After(*r.UntilAt) && at.Before(*r.UntilAt) {
		next = *r.UntilAt // the last try
	}
	r.NextAt = &next
	return r
}

func (r Report) end(s State, class, text string, at time.Time) Report {
	r.State, r.Fault, r.FaultText, r.NextAt, r.EndedAt = s, class, text, nil, &at
	return r
}
