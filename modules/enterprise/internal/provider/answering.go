package provider

import "time"

// What the rule of being online counts.
const (
	onlineDays   = 90
	onlineShare  = 80 // percent of the requests that were answered in time
	checkedEvery = 30 * 24 * time.Hour
	checkedAfter = 24 * time.Hour // of the acceptance
)

// Kinds of requests.
const (
	Invitation = "invitation"
	Check      = "check"
)

// Enquiry is something that a provider was asked, which it answers in time or not.
type Enquiry struct {
	ID         string     `json:"id"`
	Kind       string     `json:"kind" enum:"invitation,check" title:"类别|Kind"`
	AskedAt    time.Time  `json:"asked_at" title:"发出时间|Asked"`
	DueAt      time.Time  `json:"due_at" title:"应答期限|Due"`
	AnsweredAt *time.Time `json:"answered_at,omitempty" title:"应答时间|Answered"`
	InTime     bool       `json:"in_time" title:"按时|In time"`
}

// Answering is how a provider answers, of the last 90 days.
type Answering struct {
	Counted int      `json:"counted" doc:"Requests that were answered, or whose time is over"`
	InTime  int      `json:"in_time" doc:"Of them, answered within the promise"`
	Hours   *float64 `json:"hours,omitempty" doc:"Until an answer, on average, of those that were answered"`
	Online  bool     `json:"online" doc:"In force, and 80 % of what counts answered in time, one request at least"`
}

// answering counts requests as the rule does.
func answering(list []Enquiry, serving bool, now time.Time) Answering {
	a, hours, answered := Answering{}, 0.0, 0
	from := now.AddDate(0, 0, -onlineDays)
	for _, r := range list {
		if r.AskedAt.Before(from) || r.AnsweredAt == nil && now.Before(r.DueAt) {
			continue
		}
		a.Counted++
		if r.AnsweredAt == nil {
			continue
		}
		answered++
		hours += r.AnsweredAt.Sub(r.AskedAt).Hours()
		if !r.AnsweredAt.After(r.DueAt) {
			a.InTime++
		}
	}
	if answered > 0 {
		mean := hours / float64(answered)
		a.Hours = &mean
	}
	a.Online = serving && a.Counted > 0 && a.InTime*100 >= onlineShare*a.Counted
	return a
}
