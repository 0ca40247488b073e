package foster

import (
	"slices"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// CallState is where a call is.
type CallState string

// A call is a draft until its criteria are frozen by opening it.
const (
	CallDraft  CallState = "draft"
	CallOpen   CallState = "open"
	CallClosed CallState = "closed"
)

// Call is what the city asks operators to apply for.
type Call struct {
	ID        string      `json:"id"`
	Year      int         `json:"year" title:"年度|Year"`
	Title     lang.Text   `json:"title" title:"征集通知|Call"`
	Text      string      `json:"text"`
	Classes   []string    `json:"classes" nullable:"false" doc:"Classes of platforms that may apply"`
	OpensAt   time.Time   `json:"opens_at" title:"开始时间|Opens"`
	ClosesAt  time.Time   `json:"closes_at" title:"截止时间|Closes"`
	Reviewers int         `json:"reviewers" doc:"How many review each application at least" title:"评审人数|Reviewers"`
	PassMark  float64     `json:"pass_mark" title:"合格线|Pass mark"`
	Limit     int         `json:"limit" doc:"How many are awarded at most" title:"名额|Awards at most"`
	Criteria  []Criterion `json:"criteria" nullable:"false"`
	State     CallState   `json:"state" enum:"draft,open,closed" title:"状态|State"`
	CreatedAt time.Time   `json:"created_at"`
	Version   int64       `json:"version"`
}

// check refuses a call that cannot be held, naming every fault.
func (c Call) check(classes []string) error {
	f := fault.New(fault.Invalid, "platforms.foster.call_invalid", "the call is incomplete or wrong")
	if c.Title.ZH == "" {
		_ = f.At("body.title", "name the call")
	}
	if c.Year < 2000 || c.Year > 2100 {
		_ = f.At("body.year", "a year from 2000 to 2100")
	}
	if !c.ClosesAt.After(c.OpensAt) {
		_ = f.At("body.closes_at", "after it opens")
	}
	if c.Reviewers < 2 || c.Reviewers > 20 {
		_ = f.At("body.reviewers", "2 to 20 reviewers")
	}
	if c.PassMark < 0 || c.PassMark > 100 {
		_ = f.At("body.pass_mark", "0 to 100")
	}
	if c.Limit < 1 || c.Limit > 1000 {
		_ = f.At("body.limit", "1 to 1000 awards")
	}
	if len(c.Classes) == 0 {
		_ = f.At("body.classes", "choose at least one class")
	}
	for _, class := range c.Classes {
		if !slices.Contains(classes, class) {
			_ = f.At("body.classes", "there is no class %s", class)
		}
	}
	checkCriteria(f, c.Criteria)
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// edit takes what an officer changed. Of an open call only the text and a later
// deadline can be: who has applied relied upon the rest.
func (c Call) edit(to Call, now time.Time) (Call, error) {
	switch c.State {
	case CallDraft:
		return to, nil
	case CallOpen:
		same := c.Year == to.Year && c.Title == to.Title && slices.Equal(c.Classes, to.Classes) && c.OpensAt.Equal(to.OpensAt) && c.Reviewers == to.Reviewers &&
			c.PassMark == to.PassMark && c.Limit == to.Limit && slices.Equal(c.Criteria, to.Criteria)
		if !same {
			return c, fault.New(fault.Conflict, "platforms.foster.frozen", "the call is open; only its text and a later deadline can be changed")
		}
		if to.ClosesAt.Before(c.ClosesAt) || !to.ClosesAt.Equal(c.ClosesAt) && !now.Before(c.ClosesAt) {
			return c, fault.New(fault.Invalid, "platforms.foster.deadline", "the deadline can only be put off, before it is over").At("body.closes_at", "no earlier than it was, while it is not over")
		}
		return to, nil
	default:
		return c, fault.New(fault.Conflict, "platforms.foster.call_closed", "the call is closed")
	}
}

// move takes a call to another state.
func (c Call) move(to CallState, now time.Time) (Call, error) {
	switch {
	case c.State == CallDraft && to == CallOpen:
		if !now.Before(c.ClosesAt) {
			return c, fault.New(fault.Invalid, "platforms.foster.deadline_past", "the deadline is over already").At("body.to", "set a later deadline first")
		}
	case c.State == CallOpen && to == CallClosed:
	default:
		return c, fault.New(fault.Conflict, "platforms.foster.call_state", "a call that is %s cannot become %s", c.State, to).With("from", string(c.State)).With("to", string(to))
	}
	c.State = to
	return c, nil
}

// accepts tells whether applications are taken.
func (c Call) accepts(now time.Time) bool {
	return c.State == CallOpen && !now.Before(c.OpensAt) && now.Before(c.ClosesAt)
}

// over tells whether the time to apply has gone by.
func (c Call) over(now time.Time) bool {
	return c.State == CallClosed || c.State == CallOpen && !now.Before(c.ClosesAt)
}

func noSuch(what string) error {
	return fault.New(fault.NotFound, "kernel.not_found", "there is no such %s, or it is not yours to see", what)
}

func stale() error {
	return fault.New(fault.Precondition, "kernel.stale", "somebody changed this meanwhile; read it again")
}
