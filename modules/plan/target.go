package plan

import (
	"math"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// day is a date of the city's calendar, such as 2024-12-31.
type day string

const (
	dayForm = "2006-01-02"
	// cityOffset is China Standard Time, in which the plan's days begin and end.
	cityOffset = 8 * 3600
)

func cityTime() *time.Location { return time.FixedZone("CST", cityOffset) }

// start is the first moment of the day; ok is false when it is no date.
func (d day) start() (t time.Time, ok bool) {
	t, err := time.ParseInLocation(dayForm, string(d), cityTime())
	return t, err == nil && t.Year() >= 1900 && t.Year() < 2200
}

// begin is start for days that were checked.
func (d day) begin() time.Time { t, _ := d.start(); return t }

// end is the first moment after the day.
func (d day) end() time.Time { return d.begin().AddDate(0, 0, 1) }

func dayOf(t time.Time) day { return day(t.In(cityTime()).Format(dayForm)) }

// direction says how a value is held against the goal.
type direction string

const (
	atLeast  direction = "at_least"
	atMost   direction = "at_most"
	moreThan direction = "more_than"
	about    direction = "about"
	between  direction = "between"
	// equal is a plain figure of the plan (发布3000个): reached from it on.
	equal direction = "equal"
)

func (d direction) known() bool {
	switch d {
	case atLeast, atMost, moreThan, about, between, equal:
		return true
	}
	return false
}

// The ways in which a target gets its values.
const (
	kindLive     = "live"
	kindReported = "reported"
)

// milestone is a step on the way to a target.
type milestone struct {
	ID       string    `yaml:"-"`
	TargetID string    `yaml:"-"`
	Title    lang.Text `yaml:"title"`
	Due      day       `yaml:"due"`
	Goal     *float64  `yaml:"goal,omitempty"`
	DoneAt   time.Time `yaml:"-"`
	Version  int64     `yaml:"-"`
}

// met tells whether the step was taken: somebody said so, or the value shows it.
func (m milestone) met(t target, r rules, value *float64) bool {
	if m.DoneAt.UnixMilli() > 0 {
		return true
	}
	if m.Goal == nil || value == nil {
		return false
	}
	t.Goal = *m.Goal
	return t.met(*value, r)
}

func (m milestone) overdue(t target, r rules, value *float64, now time.Time) bool {
	return !now.Before(m.Due.end()) && !m.met(t, r, value)
}

// target is one number that the plan wants reached.
type target struct {
	ID         string      `yaml:"-"`
	PlanID     string      `yaml:"-"`
	Code       string      `yaml:"code"`
	Measure    string      `yaml:"measure"` // code of the measure (措施) it belongs to
	Title      lang.Text   `yaml:"title"`
	Unit       lang.Text   `yaml:"unit"`
	Direction  direction   `yaml:"direction"`
	Goal       float64     `yaml:"goal"`
	GoalHigh   float64     `yaml:"goal_high,omitempty"` // upper end of between
	Baseline   float64     `yaml:"baseline,omitempty"`  // the value when the period began
	From       day         `yaml:"from,omitempty"`      // default: the plan's
	To         day         `yaml:"to,omitempty"`
	Owner      lang.Text   `yaml:"owner"`
	OwnerID    string      `yaml:"-"` // organisation that also sees and reports it
	Kind       string      `yaml:"kind"`
	Formula    string      `yaml:"formula,omitempty"`
	Source     string      `yaml:"source,omitempty"` // the sentence it was read from
	Milestones []milestone `yaml:"milestones,omitempty" audit:"-"`
	Version    int64       `yaml:"-"`
}

// need is the value from which the target counts as reached.
func (t target) need(r rules) float64 {
	if t.Direction == about {
		return t.Goal - r.AboutTolerance*math.Abs(t.Goal)
	}
	return t.Goal
}

// met tells whether a value reaches the goal. More than the plan asks for is
// no failure, unless the plan's rules say that it is.
func (t target) met(v float64, r rules) bool {
	switch t.Direction {
	case atMost:
		return v <= t.Goal
	case moreThan:
		return v > t.Goal
	case about:
		return v >= t.need(r) && (!r.ExceedingFails || v <= 2*t.Goal-t.need(r))
	case between:
		return v >= t.Goal && (!r.ExceedingFails || v <= t.GoalHigh)
	default:
		return v >= t.Goal
	}
}

const maxNumber = 1e18

func finite(v float64) bool { return !math.IsNaN(v) && math.Abs(v) <= maxNumber }

// check notes what is wrong with the target below the place where.
func (t target) check(f *fault.Error, where string) {
	checkText(f, where+".title", t.Title, 200)
	checkText(f, where+".unit", t.Unit, 40)
	checkText(f, where+".owner", t.Owner, 100)
	if !t.Direction.known() {
		_ = f.At(where+".direction", "one of at_least, at_most, more_than, about, between, equal")
	}
	if !finite(t.Goal) || !finite(t.GoalHigh) || !finite(t.Baseline) {
		_ = f.At(where+".goal", "a finite number below 1e18")
	}
	if t.Direction == between && t.GoalHigh < t.Goal {
		_ = f.At(where+".goal_high", "not below goal")
	}
	if t.Direction != between && t.GoalHigh != 0 {
		_ = f.At(where+".goal_high", "only with the direction between")
	}
	if len(t.Source) > 2000 {
		_ = f.At(where+".source", "at most 2000 bytes")
	}
	t.checkPeriod(f, where)
	t.checkKind(f, where)
	for i, m := range t.Milestones {
		m.check(f, place(where+".milestones", i))
	}
}

func (t target) checkKind(f *fault.Error, where string) {
	switch {
	case t.Kind != kindLive && t.Kind != kindReported:
		_ = f.At(where+".kind", "live or reported")
	case t.Kind == kindLive && strings.TrimSpace(t.Formula) == "":
		_ = f.At(where+".formula", "a live target needs the measure it is read from")
	case t.Formula != "":
		if _, err := parseFormula(t.Formula); err != nil {
			_ = f.At(where+".formula", "%s", err.Error())
		}
	}
}

func (t target) checkPeriod(f *fault.Error, where string) {
	if t.From == "" && t.To == "" {
		return
	}
	from, ok := t.From.start()
	to, also := t.To.start()
	if !ok || !also || !from.Before(to) {
		_ = f.At(where+".from", "two dates, the first before the second, or neither")
	}
}

func (m milestone) check(f *fault.Error, where string) {
	checkText(f, where+".title", m.Title, 200)
	if _, ok := m.Due.start(); !ok {
		_ = f.At(where+".due", "a date such as 2024-12-31")
	}
	if m.Goal != nil && !finite(*m.Goal) {
		_ = f.At(where+".goal", "a finite number below 1e18")
	}
}

func checkText(f *fault.Error, where string, t lang.Text, limit int) {
	if strings.TrimSpace(t.ZH) == "" && strings.TrimSpace(t.EN) == "" {
		_ = f.At(where, "write it in Chinese or English, better both")
	}
	if len(t.ZH) > 3*limit || len(t.EN) > 3*limit {
		_ = f.At(where, "at most %d characters", limit)
	}
}
