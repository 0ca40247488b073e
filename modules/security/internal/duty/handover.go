package duty

import (
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// Rota is a rota of the city.
type Rota struct {
	ID   string    `json:"id"`
	Name lang.Text `json:"name"`
}

// Shift is a time in which the same person is on duty.
type Shift struct {
	PersonID string    `json:"person_id" doc:"Empty: nobody is, or somebody who answers for nothing here"`
	Name     string    `json:"name"`
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
}

// Handover is a note that somebody on duty leaves to who comes next.
type Handover struct {
	ID      string     `json:"id" title:"编号|ID"`
	Name    string     `json:"name" doc:"Who was on duty" title:"交班人|Handed over by"`
	At      time.Time  `json:"at" title:"交班时间|Handed over"`
	Note    string     `json:"note" doc:"What is open" title:"交班事项|Left to the next"`
	TakenBy string     `json:"taken_by" title:"接班人|Taken over by"`
	TakenAt *time.Time `json:"taken_at,omitempty" title:"接班时间|Taken over"`
	MayTake bool       `json:"may_take" doc:"The caller may take it over now"`

	actor, taker string
}

const (
	longestNote = 2000
	// handedUntil is how long after a shift its person may still hand over.
	handedUntil = 24 * time.Hour
)

// served tells whether somebody is on duty, or was lately.
func served(shifts []Shift, person string, now time.Time) bool {
	return person != "" && slices.ContainsFunc(shifts, func(s Shift) bool {
		return s.PersonID == person && !s.From.After(now) && s.Until.Add(handedUntil).After(now)
	})
}

// written is the note of somebody who is on duty, or was lately.
func written(note string, shifts []Shift, person string, now time.Time) (string, error) {
	if !served(shifts, person, now) {
		return "", fault.New(fault.Forbidden, "security.duty.own", "whoever is on duty, or was within a day, hands over")
	}
	if note = strings.TrimSpace(note); note == "" || len([]rune(note)) > longestNote {
		return "", fault.New(fault.Invalid, "security.duty.note", "say what is open, or that nothing is").At("body.note", "what is open, or that nothing is, in 2000 characters at most")
	}
	return note, nil
}

// take is that who comes next has read it.
func (h Handover) take(actor, name string, at time.Time) (Handover, error) {
	switch {
	case h.TakenAt != nil:
		return h, fault.New(fault.Conflict, "security.duty.taken", "%s has taken it over", h.TakenBy).With("name", h.TakenBy)
	case h.actor == actor:
		return h, fault.New(fault.Forbidden, "security.duty.next", "whoever comes next takes it over")
	}
	h.taker, h.TakenBy, h.TakenAt = actor, name, &at
	return h, nil
}

// next is the shift that begins first after a time with somebody else than a person.
func next(shifts []Shift, after time.Time, than string) (Shift, bool) {
	for _, s := range shifts {
		if s.From.After(after) && s.PersonID != "" && s.PersonID != than {
			return s, true
		}
	}
	return Shift{}, false
}
