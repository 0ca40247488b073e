package baseline

import (
	"strings"
	"time"

	"linghang/kernel/fault"
)

// Order is what becomes of a baseline.
type Order struct {
	To     State  `json:"to" enum:"learning,review,enforced,paused,ended" doc:"learning: learn anew, what is in force stays in force; review: end learning early; paused and enforced: stop and go on with what is in force; ended: let its sensors go"`
	Days   int    `json:"days,omitempty" minimum:"0" maximum:"90" doc:"Of learning (14 when 0) or of the pause"`
	Reason string `json:"reason,omitempty" maxLength:"1000" doc:"Wanted, except to go on after a pause"`
}

const day = 24 * time.Hour

// follow applies an order.
func (b Baseline) follow(o Order, now time.Time) (Baseline, error) {
	o.Reason = strings.TrimSpace(o.Reason)
	f := fault.New(fault.Invalid, "security.baseline.order", "the order is incomplete")
	if o.Reason == "" && o.To != Enforced {
		_ = f.At("body.reason", "say why; it stays with the baseline")
	}
	if o.To == Paused && o.Days < 1 {
		_ = f.At("body.days", "for how many days, from 1 to 90")
	}
	if len(f.Fields) > 0 {
		return b, f
	}
	if b.State == Ended {
		return b, fault.New(fault.Conflict, "security.baseline.ended", "the baseline was ended; begin another")
	}
	switch o.To {
	case Review:
		return b.review()
	case Paused:
		return b.pause(now.Add(time.Duration(o.Days) * day))
	case Enforced:
		return b.resume()
	case Learning:
		return b.relearn(now, o.Days)
	case Ended:
		b.State, b.Holding, b.PausedTo = Ended, false, nil
		return b, nil
	}
	return b, fault.New(fault.Invalid, "security.baseline.order", "the order is none").At("body.to", "learning, review, enforced, paused or ended")
}

// review ends learning.
func (b Baseline) review() (Baseline, error) {
	switch {
	case b.State != Learning:
		return b, fault.New(fault.Conflict, "security.baseline.not_learning", "the baseline does not learn now")
	case b.Lines == 0:
		return b, fault.New(fault.Conflict, "security.baseline.nothing", "nothing was learned yet; see whether the sensors report")
	}
	b.State = Review
	return b, nil
}

func (b Baseline) pause(to time.Time) (Baseline, error) {
	if b.State != Enforced {
		return b, fault.New(fault.Conflict, "security.baseline.not_enforced", "only a baseline that is enforced can be paused")
	}
	b.State, b.Holding, b.PausedTo = Paused, false, &to
	return b, nil
}

func (b Baseline) resume() (Baseline, error) {
	if b.State != Paused {
		return b, fault.New(fault.Conflict, "security.baseline.not_paused", "the baseline is not paused; what was reviewed is put into force as an edition")
	}
	b.State, b.Holding, b.PausedTo = Enforced, true, nil
	return b, nil
}

// relearn begins another round; the edition in force stays in force meanwhile.
func (b Baseline) relearn(now time.Time, days int) (Baseline, error) {
	if b.State == Learning {
		return b, fault.New(fault.Conflict, "security.baseline.learns", "the baseline learns already")
	}
	if days == 0 {
		days = usualDays
	}
	b.State, b.PausedTo, b.Round, b.Lines, b.Beyond, b.Unsure = Learning, nil, b.Round+1, 0, 0, 0
	b.LearnFrom, b.LearnTo = now, now.Add(time.Duration(days)*day)
	return b, nil
}

// over moves a baseline on whose time is over.
func (b Baseline) over(now time.Time) (Baseline, bool) {
	switch {
	case b.State == Learning && b.Lines > 0 && !now.Before(b.LearnTo):
		b.State = Review
	case b.State == Paused && b.PausedTo != nil && !now.Before(*b.PausedTo):
		b.State, b.Holding, b.PausedTo = Enforced, true, nil
	default:
		return b, false
	}
	b.Version++
	return b, true
}
