package received

import (
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/modules/security/internal/rating"
)

// State is where a notice of an upper level is.
type State string

// The states.
const (
	Fresh        State = "new"          // its newest version waits to be acknowledged
	Acknowledged State = "acknowledged" // it waits to be passed on or settled
	PassedOn     State = "passed_on"    // by a notice of the city
	Settled      State = "settled"      // not passed on, with the reason
	Withdrawn    State = "withdrawn"    // by the upper level
)

// UpperNotice is a notice of an upper level.
type UpperNotice struct {
	ID             string       `json:"id"`
	SourceID       string       `json:"source_id"`
	Source         string       `json:"source" title:"来源|From"`
	ObjectID       string       `json:"object_id" doc:"The report of STIX"`
	ObjectVersion  string       `json:"object_version" title:"版本|Version"`
	Revision       int64        `json:"revision" doc:"How many versions came" title:"版次|Revision"`
	File           int64        `json:"file" doc:"Number of the file that brought the newest version" title:"文件|File"`
	Number         string       `json:"number" title:"文号|Number"`
	Kind           string       `json:"kind" enum:"notice,warning" title:"类型|Kind"`
	Colour         string       `json:"colour" enum:",red,orange,yellow,blue" title:"预警颜色|Colour"`
	Title          string       `json:"title" title:"标题|Title"`
	Body           string       `json:"body"`
	Level          rating.Level `json:"level" doc:"1 (Ⅰ, gravest) to 4 (Ⅳ); 0: it says none" title:"级别|Level"`
	Category       string       `json:"category" doc:"After GB/T 20986-2023; empty: none that is known here"`
	TLP            rating.TLP   `json:"tlp" enum:"clear,green,amber,amber+strict,red" title:"共享标记|TLP"`
	Mark           string       `json:"mark" doc:"TLP, and that it is an exercise, as written on what it marks"`
	Exercise       bool         `json:"exercise" doc:"It is marked as an exercise, and is passed on within a drill only" title:"演练|Exercise"`
	Lifted         bool         `json:"lifted" doc:"The warning is lifted"`
	Changed        bool         `json:"changed" doc:"A later version came since the city passed it on"`
	State          State        `json:"state" enum:"new,acknowledged,passed_on,settled,withdrawn" title:"状态|State"`
	Reason         string       `json:"reason" doc:"Why it is not passed on"`
	NoticeID       string       `json:"notice_id" doc:"The notice of the city, or its draft; empty: none"`
	IssuedAt       time.Time    `json:"issued_at" title:"上级发布时间|Issued"`
	ValidUntil     *time.Time   `json:"valid_until,omitempty" title:"有效至|Valid until"`
	ReceivedAt     time.Time    `json:"received_at" title:"收到时间|Received"`
	ChangedAt      time.Time    `json:"changed_at" doc:"When the newest version came"`
	AcknowledgedAt *time.Time   `json:"acknowledged_at,omitempty" title:"签收时间|Acknowledged"`
	PassedAt       *time.Time   `json:"passed_at,omitempty" title:"转发时间|Passed on"`
	SettledAt      *time.Time   `json:"settled_at,omitempty"`
	By             string       `json:"by" doc:"Who acknowledged or settled it last" title:"经办人|By"`
	Version        int64        `json:"version"`

	acknowledged, passed string // versions
	revoked              bool
	actor                string
}

// ETag implements httpd.Versioned.
func (n UpperNotice) ETag() int64 { return n.Version }

func mark(exercise bool, t rating.TLP) string {
	if exercise {
		return "演练 EXERCISE · " + t.Mark()
	}
	return t.Mark()
}

// weight is the level by which clocks run: what says none is as a significant one.
func (n UpperNotice) weight() rating.Level {
	if n.Level.Known() {
		return n.Level
	}
	return rating.Large
}

// stand is where a notice is by what is known of it.
func (n UpperNotice) stand() State {
	switch {
	case n.revoked:
		return Withdrawn
	case n.acknowledged != n.ObjectVersion:
		return Fresh
	case n.PassedAt != nil:
		return PassedOn
	case n.SettledAt != nil:
		return Settled
	}
	return Acknowledged
}

// over tells whether nothing is to be passed on any more.
func (n UpperNotice) over() bool { return n.revoked || n.PassedAt != nil || n.SettledAt != nil }

// bring replaces what a notice says by a later version.
func (n UpperNotice) bring(r Report, file int64, at time.Time) UpperNotice {
	n.ObjectVersion, n.Revision, n.File, n.Number, n.Kind, n.Colour, n.Title, n.Body = r.Stamp, n.Revision+1, file, r.Number, r.Kind, r.Colour, r.Title, r.Body
	n.Level, n.Category, n.TLP, n.Exercise, n.Lifted, n.revoked, n.IssuedAt, n.ValidUntil, n.ChangedAt = r.Level, r.Category, r.TLP, r.Exercise, r.Lifted, r.Revoked, r.IssuedAt, r.ValidUntil, at
	n.SettledAt, n.Reason = nil, "" // what was settled is looked at anew
	n.State, n.Mark = n.stand(), mark(n.Exercise, n.TLP)
	return n
}

// acknowledge notes that somebody has read the newest version.
func (n UpperNotice) acknowledge(actor, name string, at time.Time) (UpperNotice, error) {
	if n.acknowledged == n.ObjectVersion {
		return n, fault.New(fault.Conflict, "security.received.acknowledged", "this version is acknowledged already")
	}
	n.acknowledged, n.AcknowledgedAt, n.actor, n.By = n.ObjectVersion, &at, actor, name
	n.State = n.stand()
	return n, nil
}

const longestReason = 1000

// settle says why a notice is not passed on.
func (n UpperNotice) settle(reason, actor, name string, at time.Time) (UpperNotice, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case n.State != Acknowledged:
		return n, fault.New(fault.Conflict, "security.received.state", "only a notice that is acknowledged and not passed on is settled")
	case reason == "" || len([]rune(reason)) > longestReason:
		return n, fault.New(fault.Invalid, "security.received.reason", "say why it is not passed on").At("body.reason", "a reason of 1 to 1000 characters")
	}
	n.SettledAt, n.Reason, n.actor, n.By = &at, reason, actor, name
	n.State = n.stand()
	return n, nil
}

// mayDraft tells whether a notice of the city may be written after it.
func (n UpperNotice) mayDraft() error {
	switch {
	case n.revoked:
		return fault.New(fault.Conflict, "security.received.withdrawn", "the upper level has withdrawn the notice")
	case n.State == Fresh:
		return fault.New(fault.Conflict, "security.received.first", "the notice is acknowledged first")
	}
	return nil
}
