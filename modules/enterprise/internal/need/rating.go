package need

import (
	"strings"
	"time"

	"linghang/kernel/fault"
)

// Rating is what one side says of the other.
type Rating struct {
	Side  Side      `json:"side" enum:"owner,partner" doc:"Who rates"`
	Stars int       `json:"stars" minimum:"1" maximum:"5"`
	Text  string    `json:"text"`
	At    time.Time `json:"at"`
	Name  string    `json:"name" doc:"Of who rated" audit:"-"`

	actor string
}

// rate takes a rating; each side gives one, within the time for it.
func (n Need) rate(list []Rating, r Rating, now time.Time) (Rating, error) {
	if _, err := n.move(Rate, r.Side); err != nil {
		return r, err
	}
	if !now.Before(*n.RateUntil) {
		return r, fault.New(fault.Conflict, "enterprise.need.rate_late", "the time for ratings is over")
	}
	for _, x := range list {
		if x.Side == r.Side {
			return r, fault.New(fault.Conflict, "enterprise.need.rated", "your side has rated; a rating does not change any more")
		}
	}
	if r.Stars < 1 || r.Stars > 5 {
		return r, fault.New(fault.Invalid, "enterprise.need.stars", "give one to five stars").At("body.stars", "1 to 5")
	}
	r.Text, r.At = strings.TrimSpace(r.Text), now
	return r, nil
}

// shown are the ratings that a side sees: its own, and the other's when both are given or
// the time is over.
func (n Need) shown(list []Rating, by Side, now time.Time) []Rating {
	open := len(list) == 2 || n.RateUntil != nil && !now.Before(*n.RateUntil)
	out := []Rating{}
	for _, r := range list {
		if open || r.Side == by {
			out = append(out, r)
		}
	}
	return out
}

// Quarrel is a dispute about an agreement.
type Quarrel struct {
	Number      int        `json:"number"`
	Side        Side       `json:"side" enum:"owner,partner" doc:"Who called the bureau"`
	Text        string     `json:"text"`
	At          time.Time  `json:"at"`
	Name        string     `json:"name" audit:"-"`
	Reply       string     `json:"reply" doc:"Of the other side"`
	Decision    string     `json:"decision" enum:",continue,fulfil,terminate"`
	Reason      string     `json:"reason" doc:"Of the decision"`
	DecidedAt   *time.Time `json:"decided_at,omitempty"`
	DecidedName string     `json:"decided_name" audit:"-"`

	actor, decidedBy string
}

// reply takes the answer of the side that did not call the bureau.
func (q Quarrel) reply(by Side, text string) (Quarrel, error) {
	if by == q.Side || q.Reply != "" {
		return q, fault.New(fault.Conflict, "enterprise.need.replied", "the other side replies, once")
	}
	if text = strings.TrimSpace(text); text == "" {
		return q, needReason()
	}
	q.Reply = text
	return q, nil
}
