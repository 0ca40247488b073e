package rota

import (
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
)

// State is where a shift is in time.
type State string

// The states of a shift.
const (
	Coming State = "coming"
	OnDuty State = "on_duty"
	Over   State = "over"
)

// Shift is a time in which a person is on duty.
type Shift struct {
	ID        string     `json:"id" title:"编号|ID"`
	Name      string     `json:"name" doc:"Of the person" title:"值班人员|On duty"`
	From      time.Time  `json:"from" title:"开始|From"`
	Until     time.Time  `json:"until" title:"结束|Until"`
	State     State      `json:"state" enum:"coming,on_duty,over" title:"状态|State"`
	Note      string     `json:"note" doc:"What is left to who comes next" title:"交班事项|Left to the next"`
	HandedAt  *time.Time `json:"handed_at,omitempty" title:"交班时间|Handed over"`
	TakenBy   string     `json:"taken_by" title:"接班人|Taken over by"`
	TakenAt   *time.Time `json:"taken_at,omitempty" title:"接班时间|Taken over"`
	Acts      []string   `json:"acts" nullable:"false" doc:"What the caller may do now: exchange, remove, hand_over, take_over"`
	CreatedAt time.Time  `json:"created_at"`
	By        string     `json:"by" doc:"Who planned it" title:"排班人|Planned by"`
	Version   int64      `json:"version"`

	organisation         string
	person, taker, actor string // as actors
}

const (
	mostPersons = 50
	mostShifts  = 400 // planned at once
	mostComing  = 2000
	longest     = 72 // hours
	farthest    = 366 * 24 * time.Hour
	longestNote = 2000
	// handedUntil is how long after a shift it may still be handed over.
	handedUntil = 24 * time.Hour
)

// Plan is a row of shifts that follow each other, by turns.
type Plan struct {
	Persons []string  `json:"persons" nullable:"false" maxItems:"50" doc:"IDs, in the order of their turns"`
	From    time.Time `json:"from" doc:"When the first begins"`
	Hours   int       `json:"hours" doc:"How long one is: 1 to 72"`
	Count   int       `json:"count" doc:"How many: 1 to 400"`
}

// span is whose turn it is, and when.
type span struct {
	person      string
	from, until time.Time
}

// spans are the shifts of a plan.
func (p Plan) spans(now time.Time) ([]span, error) {
	f := fault.New(fault.Invalid, "security.shift.plan", "the plan of shifts is incomplete or wrong")
	if len(p.Persons) == 0 || len(p.Persons) > mostPersons {
		_ = f.At("body.persons", "1 to %d persons", mostPersons)
	}
	if p.Hours < 1 || p.Hours > longest {
		_ = f.At("body.hours", "1 to %d hours", longest)
	}
	if p.Count < 1 || p.Count > mostShifts {
		_ = f.At("body.count", "1 to %d shifts", mostShifts)
	}
	length := time.Duration(p.Hours) * time.Hour
	if len(f.Fields) == 0 {
		if end := p.From.Add(length * time.Duration(p.Count)); !p.From.Add(length).After(now) || end.After(now.Add(farthest)) {
			_ = f.At("body.from", "a time from which the first shift is not over yet, and the last ends within a year")
		}
	}
	if len(f.Fields) > 0 {
		return nil, f
	}
	list := make([]span, p.Count)
	for i := range list {
		from := p.From.UTC().Truncate(time.Minute).Add(length * time.Duration(i))
		list[i] = span{p.Persons[i%len(p.Persons)], from, from.Add(length)}
	}
	return list, nil
}

// clash is a shift during which the person has another one already.
func clash(list []span, there []Shift) (span, bool) {
	for _, s := range list {
		if slices.ContainsFunc(there, func(x Shift) bool {
			return x.person == "person:"+s.person && x.From.Before(s.until) && s.from.Before(x.Until)
		}) {
			return s, true
		}
	}
	return span{}, false
}

func (x Shift) at(now time.Time) State {
	switch {
	case now.Before(x.From):
		return Coming
	case now.Before(x.Until):
		return OnDuty
	}
	return Over
}

func wrongTime(what string) error {
	return fault.New(fault.Conflict, "security.shift.time", "a shift at this time cannot be %s", what).With("what", what)
}

// handOver is the note that a person leaves to who comes next.
func (x Shift) handOver(actor, note string, now time.Time) (Shift, error) {
	if x.person != actor {
		return x, fault.New(fault.Forbidden, "security.shift.own", "whoever has the shift hands it over")
	}
	if x.at(now) == Coming || now.After(x.Until.Add(handedUntil)) || x.TakenAt != nil {
		return x, wrongTime("handed over")
	}
	if note = strings.TrimSpace(note); note == "" || len([]rune(note)) > longestNote {
		return x, fault.New(fault.Invalid, "security.shift.note", "say what is open, or that nothing is").At("body.note", "1 to %d characters", longestNote)
	}
	x.Note, x.HandedAt = note, &now
	return x, nil
}

// takeOver is that who comes next has read it.
func (x Shift) takeOver(actor, name string, now time.Time) (Shift, error) {
	switch {
	case x.HandedAt == nil:
		return x, fault.New(fault.Conflict, "security.shift.not_handed", "nothing was handed over yet")
	case x.TakenAt != nil:
		return x, fault.New(fault.Conflict, "security.shift.taken", "%s has taken it over", x.TakenBy).With("name", x.TakenBy)
	case x.person == actor:
		return x, fault.New(fault.Forbidden, "security.shift.next", "whoever comes next takes it over")
	}
	x.taker, x.TakenBy, x.TakenAt = actor, name, &now
	return x, nil
}

// Gap is a time in which nobody is on duty.
type Gap struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// gaps are the times between from and until that no shift covers; list is in the order of its beginnings.
func gaps(list []Shift, from, until time.Time) []Gap {
	out := []Gap{}
	for _, x := range list {
		if !x.From.Before(until) {
			break
		}
		if x.From.After(from) {
			out = append(out, Gap{from, x.From})
		}
		if x.Until.After(from) {
			from = x.Until
		}
	}
	if from.Before(until) {
		out = append(out, Gap{from, until})
	}
	return out
}
