package foster

import (
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// AwardState is where an award is; it follows from what happened and the time.
type AwardState string

// An award is noticed in public first.
const (
	Noticed   AwardState = "notice"
	Contested AwardState = "contested"
	InForce   AwardState = "in_force"
	Expired   AwardState = "expired"
	Refused   AwardState = "refused"
	Revoked   AwardState = "withdrawn"
)

// Award is that a platform is fostered.
type Award struct {
	ID            string     `json:"id"`
	ApplicationID string     `json:"application_id" doc:"Empty to who may not see it"`
	CallID        string     `json:"call_id"`
	PlatformID    string     `json:"platform_id"`
	Platform      lang.Text  `json:"platform" title:"平台|Platform"`
	Operator      lang.Text  `json:"operator" title:"运营单位|Operator"`
	Year          int        `json:"year" title:"认定年度|Year"`
	Certificate   string     `json:"certificate" title:"证书编号|Certificate"`
	AwardedOn     string     `json:"awarded_on" format:"date" title:"认定日期|Awarded"`
	ValidUntil    string     `json:"valid_until" format:"date" title:"有效期至|Valid until"`
	NoticeFrom    time.Time  `json:"notice_from" title:"公示开始|Notice from"`
	NoticeUntil   time.Time  `json:"notice_until" title:"公示结束|Notice until"`
	Open          int        `json:"open" doc:"Objections that are not answered" title:"未答复异议|Open objections"`
	Upheld        int        `json:"upheld" doc:"Objections that were found right"`
	State         AwardState `json:"state" enum:"notice,contested,in_force,expired,refused,withdrawn" title:"状态|State"`
	WithdrawnOn   string     `json:"withdrawn_on" title:"撤销日期|Withdrawn"`
	Why           string     `json:"why" doc:"Why it was withdrawn" title:"撤销原因|Why withdrawn"`
	Checked       string     `json:"checked" enum:",kept,warned,withdrawn" doc:"What the newest yearly check came to" title:"最近跟踪|Last check"`
	Synthetic     bool       `json:"synthetic" title:"合成数据|Synthetic"`
	Version       int64      `json:"version"`

	organisation, actor, by string
}

// cityTime is the time of the city, by which dates are told.
func cityTime() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

func dateOf(at time.Time) string { return at.In(cityTime()).Format(time.DateOnly) }

// state tells where an award is at a time.
func (a Award) state(now time.Time) AwardState {
	switch {
	case a.WithdrawnOn != "":
		return Revoked
	case a.Upheld > 0:
		return Refused
	case now.Before(a.NoticeUntil):
		return Noticed
	case a.Open > 0:
		return Contested
	case a.ValidUntil < dateOf(now):
		return Expired
	default:
		return InForce
	}
}

// check refuses an award that cannot be, naming every fault.
func (a Award) check() error {
	f := fault.New(fault.Invalid, "platforms.foster.award_invalid", "the award is incomplete or wrong")
	if strings.TrimSpace(a.Certificate) == "" {
		_ = f.At("body.certificate", "number the certificate")
	}
	on, err := time.Parse(time.DateOnly, a.AwardedOn)
	if err != nil {
		_ = f.At("body.awarded_on", "a date as 2026-10-31")
	}
	if _, bad := time.Parse(time.DateOnly, a.ValidUntil); bad != nil || a.ValidUntil <= a.AwardedOn {
		_ = f.At("body.valid_until", "a date after the award")
	}
	if !a.NoticeUntil.After(a.NoticeFrom) {
		_ = f.At("body.notice_until", "after the notice begins")
	}
	if err == nil && (on.Year() < 2000 || on.Year() > 2100) {
		_ = f.At("body.awarded_on", "a year from 2000 to 2100")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// withdraw takes an award back.
func (a Award) withdraw(on, reason string, now time.Time) (Award, error) {
	if a.WithdrawnOn != "" {
		return a, fault.New(fault.Conflict, "platforms.foster.award_withdrawn", "the award was withdrawn already")
	}
	f := fault.New(fault.Invalid, "platforms.foster.withdrawal_invalid", "say why, and from when")
	if strings.TrimSpace(reason) == "" {
		_ = f.At("body.reason", "an award is not withdrawn without a reason")
	}
	if _, err := time.Parse(time.DateOnly, on); err != nil || on < a.AwardedOn || on > dateOf(now) {
		_ = f.At("body.on", "a date from the award until today")
	}
	if len(f.Fields) > 0 {
		return a, f
	}
	a.WithdrawnOn, a.Why = on, strings.TrimSpace(reason)
	return a, nil
}

// Objection is what somebody has against an award in its public notice.
type Objection struct {
	ID         string     `json:"id"`
	AwardID    string     `json:"award_id"`
	From       string     `json:"from" doc:"Who objects: an organisation or, as an officer recorded it, anybody" audit:"-"`
	Text       string     `json:"text"`
	At         time.Time  `json:"at"`
	State      string     `json:"state" enum:"open,upheld,dismissed"`
	Answer     string     `json:"answer"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`

	organisation, author, answerer, answeredName string
}

// object says something against an award, while it is noticed.
func (a Award) object(text string, now time.Time) error {
	if now.Before(a.NoticeFrom) || !now.Before(a.NoticeUntil) || a.WithdrawnOn != "" {
		return fault.New(fault.Conflict, "platforms.foster.no_notice", "objections are taken during the public notice")
	}
	if strings.TrimSpace(text) == "" {
		return fault.New(fault.Invalid, "platforms.foster.objection_invalid", "say what is wrong").At("body.text", "say what speaks against the award")
	}
	return nil
}

// answer ends an objection.
func (o Objection) answer(upheld bool, text string, now time.Time) (Objection, error) {
	if o.State != "open" {
		return o, fault.New(fault.Conflict, "platforms.foster.answered", "the objection was answered already")
	}
	if strings.TrimSpace(text) == "" {
		return o, fault.New(fault.Invalid, "platforms.foster.objection_invalid", "answer it").At("body.answer", "say what was found")
	}
	now = now.UTC().Truncate(time.Millisecond)
	o.State, o.Answer, o.AnsweredAt = "dismissed", strings.TrimSpace(text), &now
	if upheld {
		o.State = "upheld"
	}
	return o, nil
}

// Check is a yearly look at a platform that is fostered.
type Check struct {
	ID      string    `json:"id"`
	AwardID string    `json:"award_id"`
	Year    int       `json:"year"`
	Outcome string    `json:"outcome" enum:"kept,warned,withdrawn"`
	Reason  string    `json:"reason"`
	By      string    `json:"by" audit:"-"`
	At      time.Time `json:"at"`

	actor string
}

// follow notes a yearly check, which may withdraw the award.
func (a Award) follow(c Check, now time.Time) (Award, error) {
	f := fault.New(fault.Invalid, "platforms.foster.check_invalid", "the check is incomplete or wrong")
	if c.Year < a.Year || c.Year > now.In(cityTime()).Year() {
		_ = f.At("body.year", "a year from the award until now")
	}
	if strings.TrimSpace(c.Reason) == "" {
		_ = f.At("body.reason", "say what was found")
	}
	if len(f.Fields) > 0 {
		return a, f
	}
	if s := a.state(now); s != InForce && s != Expired {
		return a, fault.New(fault.Conflict, "platforms.foster.not_in_force", "an award that is %s is not followed up", s).With("state", string(s))
	}
	a.Checked = c.Outcome
	if c.Outcome == "withdrawn" {
		return a.withdraw(dateOf(now), c.Reason, now)
	}
	return a, nil
}
