package pilot

import (
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// Objection is what somebody has against a choice in its public notice.
type Objection struct {
	ID            string     `json:"id"`
	CallID        string     `json:"call_id"`
	ApplicationID string     `json:"application_id"`
	From          string     `json:"from" doc:"Who objects: an organisation or, as an officer recorded it, anybody" audit:"-"`
	Text          string     `json:"text"`
	At            time.Time  `json:"at"`
	State         string     `json:"state" enum:"open,upheld,dismissed"`
	Answer        string     `json:"answer"`
	AnsweredAt    *time.Time `json:"answered_at,omitempty"`

	organisation, author, answerer, answeredName string
}

// object says something against a choice of somebody else, while it is noticed; by is the
// organisation that objects.
func (c Call) object(a Application, by, text string, now time.Time) error {
	if !c.noticed(now) {
		return fault.New(fault.Conflict, "scenario.pilot.no_notice", "objections are taken during the public notice; the time of this server counts")
	}
	f := fault.New(fault.Invalid, "scenario.pilot.objection_invalid", "say against what, and why")
	if a.CallID != c.ID || a.State != Selected {
		_ = f.At("body.application_id", "choose one that is in public notice")
	}
	if a.organisation != "" && a.organisation == by {
		_ = f.At("body.application_id", "choose somebody else's; this is your own application")
	}
	if strings.TrimSpace(text) == "" {
		_ = f.At("body.text", "say what speaks against it")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// answer ends an objection.
func (o Objection) answer(upheld bool, text string, now time.Time) (Objection, error) {
	if o.State != "open" {
		return o, fault.New(fault.Conflict, "scenario.pilot.answered", "the objection was answered already")
	}
	if strings.TrimSpace(text) == "" {
		return o, fault.New(fault.Invalid, "scenario.pilot.objection_invalid", "answer it").At("body.answer", "say what was found")
	}
	now = now.UTC().Truncate(time.Millisecond)
	o.State, o.Answer, o.AnsweredAt = "dismissed", strings.TrimSpace(text), &now
	if upheld {
		o.State = "upheld"
	}
	return o, nil
}

// Pilot is a pilot on the published list.
type Pilot struct {
	ID            string    `json:"id"`
	CallID        string    `json:"call_id"`
	ApplicationID string    `json:"application_id" doc:"Empty to who may not see it"`
	Organisation  lang.Text `json:"organisation" title:"单位|Enterprise"`
	USCC          string    `json:"uscc" title:"统一社会信用代码|Unified social credit code"`
	Project       string    `json:"project" title:"项目|Project"`
	Year          int       `json:"year" title:"年度|Year"`
	Number        string    `json:"number" title:"编号|Number"`
	PublishedOn   string    `json:"published_on" format:"date" title:"公布日期|Published"`
	Checked       string    `json:"checked" enum:",kept,warned,removed" doc:"What the newest inspection came to" title:"最近检查|Last inspection"`
	RemovedOn     string    `json:"removed_on" title:"撤销日期|Removed"`
	Why           string    `json:"why" title:"撤销原因|Why removed"`
	Synthetic     bool      `json:"synthetic" title:"合成数据|Synthetic"`
	Version       int64     `json:"version"`

	organisation string
}

// Inspection is a yearly look at a pilot.
type Inspection struct {
	ID        string    `json:"id"`
	ListingID string    `json:"listing_id"`
	Year      int       `json:"year"`
	Outcome   string    `json:"outcome" enum:"kept,warned,removed"`
	Reason    string    `json:"reason"`
	By        string    `json:"by" audit:"-"`
	At        time.Time `json:"at"`

	actor string
}

// inspect notes a yearly inspection, which may remove the pilot.
func (l Pilot) inspect(i Inspection, now time.Time) (Pilot, error) {
	if l.RemovedOn != "" {
		return l, fault.New(fault.Conflict, "scenario.pilot.removed", "the pilot was removed from the list")
	}
	f := fault.New(fault.Invalid, "scenario.pilot.inspection_invalid", "the inspection is incomplete or wrong")
	if i.Year < l.Year || i.Year > now.In(cityTime()).Year() {
		_ = f.At("body.year", "a year from the publication until now")
	}
	if strings.TrimSpace(i.Reason) == "" {
		_ = f.At("body.reason", "say what was found")
	}
	if len(f.Fields) > 0 {
		return l, f
	}
	l.Checked = i.Outcome
	if i.Outcome == "removed" {
		l.RemovedOn, l.Why = dateOf(now), strings.TrimSpace(i.Reason)
	}
	return l, nil
}
