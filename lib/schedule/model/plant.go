package model

import (
	"fmt"
	"slices"
)

// Limits of what plants add.
const (
	MaxWindows  = 1 << 18 // that calendars unfold to, all together
	MaxShifts   = 1 << 10 // of a calendar
	MaxFamilies = 1 << 10
	MaxTanks    = 1 << 12
	MaxCost     = 1 << 30
	MaxTerms    = 16
)

// Breaks say how a task stands to the calendars of what it needs.
type Breaks string

// Breaks. A resource without calendar and closures is always open.
const (
	Fit   Breaks = "fit"   // it is done while all that it needs is open; the default
	Pause Breaks = "pause" // it begins while all is open, rests while something is closed, and goes on
	Cross Breaks = "cross" // it begins while all is open, and goes on whatever closes
)

// Calendar is when resources are open: windows, or shifts by the clock.
type Calendar struct {
	Name    string   `json:"name,omitempty"`
	Windows []Window `json:"windows,omitempty"` // in order and apart; with a period, within it
	Period  int64    `json:"period,omitempty"`  // after which windows come again; 0: they do not
	Weekly  []Shift  `json:"weekly,omitempty"`  // instead of windows; needs the model's clock
	Closed  []string `json:"closed,omitempty"`  // dates, as 2026-10-01, on which no shift begins
}

// Window is a time from one moment up to, and not at, another.
type Window struct {
	From     int64 `json:"from"`
	Until    int64 `json:"until"`
	Capacity int64 `json:"capacity,omitempty"` // of the resource then; 0: all of it
}

// Shift is a time of days of the week, by the clock on the wall: on a day on which the clock
// is put forward or back it is an hour shorter or longer.
type Shift struct {
	Days     []int  `json:"days"`               // 1 is Monday, 7 Sunday: on which it begins
	From     string `json:"from"`               // as 06:00
	Until    string `json:"until"`              // as 14:00; not after from: on the next day
	Capacity int64  `json:"capacity,omitempty"` // of the resource then; 0: all of it
}

// Clock says what moment time 0 is, and how long a unit of time is.
type Clock struct {
	Zone  string `json:"zone"`  // of IANA, as Asia/Shanghai
	Start string `json:"start"` // on the wall there, as 2026-11-02T06:00
	Unit  int64  `json:"unit"`  // seconds
}

// Changeover is what lies between tasks of two families on a resource or in a tank.
type Changeover struct {
	Name     string    `json:"name,omitempty"`
	Duration [][]int64 `json:"duration"`         // by the family before, by the family after
	Cost     [][]int64 `json:"cost,omitempty"`   // in the same way
	Needs    []Need    `json:"needs,omitempty"`  // what it takes beside: the skid, a crew
	Cleans   bool      `json:"cleans,omitempty"` // one that takes time is a cleaning too
}

// Cleaning is due by time, by the number of tasks, or because a machine would wait too long.
type Cleaning struct {
	Duration  int64  `json:"duration"`
	Cost      int64  `json:"cost,omitempty"`
	Time      int64  `json:"time,omitempty"`       // after the end of the last one every task has ended; 0: any time
	Tasks     int64  `json:"tasks,omitempty"`      // at most so many between two; 0: any number
	DirtyHold int64  `json:"dirty_hold,omitempty"` // after a task the next one or a cleaning starts within it; 0: any time
	CleanHold int64  `json:"clean_hold,omitempty"` // after a cleaning the first task starts within it, or it is cleaned again; 0: any time
	Needs     []Need `json:"needs,omitempty"`      // what it takes beside: the skid, a crew
}

// Campaign is how many tasks of a family follow one another on a resource.
type Campaign struct {
	Resource int   `json:"resource"`
	Family   int   `json:"family"`
	Min      int64 `json:"min,omitempty"`
	Max      int64 `json:"max,omitempty"` // 0: any number
}

// Tank holds one product at a time.
type Tank struct {
	Name       string `json:"name,omitempty"`
	Capacity   int64  `json:"capacity"`
	Heel       int64  `json:"heel,omitempty"`       // what cannot be drawn
	Level      int64  `json:"level,omitempty"`      // at time 0, with the heel
	Family     *int   `json:"family,omitempty"`     // what is in it at time 0
	Changeover *int   `json:"changeover,omitempty"` // between two products
	FillRate   int64  `json:"fill_rate,omitempty"`  // by a unit of time, of one task; 0: any
	DrainRate  int64  `json:"drain_rate,omitempty"`
	Cost       int64  `json:"cost,omitempty"` // of an amount of 1 in it for a unit of time
	Hold       int64  `json:"hold,omitempty"` // what is filled is drawn within it after, the oldest first; 0: any time
}

// Flow is what a mode fills into a tank, or, below 0, draws from it.
type Flow struct {
	Tank   int   `json:"tank"`
	Amount int64 `json:"amount,omitempty"` // 0: what the recipe of the mode says and its other flows leave
	Family *int  `json:"family,omitempty"` // what flows; none: that of the task
}

// Pin holds a task in a mode, at a start, and, if it was longer or shorter than planned, to
// an end.
type Pin struct {
	Mode  *int   `json:"mode,omitempty"`
	Start *int64 `json:"start,omitempty"`
	End   *int64 `json:"end,omitempty"`   // only with a start
	Waive bool   `json:"waive,omitempty"` // with a start: it stays there although it breaks rules with other pinned tasks (package check says which)
}

// Stop is a changeover or a cleaning.
type Stop struct {
	Kind     StopKind `json:"kind"`
	Resource *int     `json:"resource,omitempty"` // or
	Tank     *int     `json:"tank,omitempty"`
	Before   int      `json:"before"` // the task that it is for
	Start    int64    `json:"start"`
	End      int64    `json:"end"`
}

// ChangeoverOf is the changeover of the resource or tank that a stop is of, or nil.
func (m *Model) ChangeoverOf(s *Stop) *Changeover {
	var c *int
	if s.Resource != nil {
		c = m.Resources[*s.Resource].Changeover
	} else {
		c = m.Tanks[*s.Tank].Changeover
	}
	if c == nil {
		return nil
	}
	return &m.Changeovers[*c]
}

// StopNeeds is what a stop of a schedule needs beside its resource or tank.
func (m *Model) StopNeeds(s *Stop) []Need {
	if s.Kind == Clean {
		return m.Resources[*s.Resource].Cleaning.Needs
	}
	return m.ChangeoverOf(s).Needs
}

// Meets tells whether a task with a pinned start is where a stop is: for some time on its resource, or with a flow in its tank.
func (t *Task) Meets(s *Stop) bool {
	k := 0
	if t.Pin.Mode != nil {
		k = *t.Pin.Mode
	}
	if !within(k, len(t.Modes)) {
		return false
	}
	mode := &t.Modes[k]
	if s.Tank != nil {
		return slices.ContainsFunc(mode.Flows, func(f Flow) bool { return f.Tank == *s.Tank })
	}
	lasts := mode.Duration > 0
	if t.Pin.End != nil {
		lasts = *t.Pin.End > *t.Pin.Start
	}
	return lasts && slices.ContainsFunc(mode.Needs, func(n Need) bool { return s.Resource != nil && n.Resource == *s.Resource })
}

// StopKind is what a stop is.
type StopKind string

// Kinds of stops.
const (
	Change StopKind = "change"
	Clean  StopKind = "clean"
)

// Baseline is a plan that is known already, from which it costs to depart.
type Baseline struct {
	Assignments []Assignment `json:"assignments"`
	Stops       []Stop       `json:"stops,omitempty"` // to be taken again where they can
	Moved       int64        `json:"moved,omitempty"` // of each task with another start or mode
	Time        int64        `json:"time,omitempty"`  // of each unit of time that a start is off
	Mode        int64        `json:"mode,omitempty"`  // of each task in another mode
}

// TermKind is what a schedule is measured by; less is better.
type TermKind string

// Kinds of terms.
const (
	Makespan       TermKind = "makespan"
	Tardiness      TermKind = "tardiness"       // weight of a job × time that it is late, of all jobs
	Tardy          TermKind = "tardy"           // weights of the jobs that are late
	Earliness      TermKind = "earliness"       // weight of a job × time that it is early, of all jobs
	Inventory      TermKind = "inventory"       // cost of what tanks hold × time
	Energy         TermKind = "energy"          // power × price of the time
	Peak           TermKind = "peak"            // the most that is taken of a resource at a time
	ChangeoverTime TermKind = "changeover_time" // of all stops
	ChangeoverCost TermKind = "changeover_cost" // of all stops
	Stability      TermKind = "stability"       // departures from the baseline
)

// Term is a part of an objective.
type Term struct {
	Term     TermKind `json:"term"`
	Weight   int64    `json:"weight,omitempty"`   // 0 is 1
	Resource *int     `json:"resource,omitempty"` // of a peak
}

// Plant tells what a model has first beyond modes, capacities, releases and least lags, or
// nothing.
func (m *Model) Plant() string {
	for _, each := range []struct {
		has  bool
		name string
	}{
		{len(m.Objective) > 0, "objective"},
		{len(m.Tanks) > 0, "tanks"},
		{len(m.Campaigns) > 0, "campaigns"},
		{len(m.Stops) > 0, "stops"},
		{m.Now > 0, "now"},
		{m.Baseline != nil, "baseline"},
		{m.Horizon > 0, "horizon"},
	} {
		if each.has {
			return each.name
		}
	}
	for i := range m.Resources {
		r := &m.Resources[i]
		if r.Calendar != nil || r.Changeover != nil || r.Cleaning != nil || len(r.Down) > 0 {
			return fmt.Sprintf("resources[%d] with a calendar, closures, changeovers or cleaning", i)
		}
	}
	for i := range m.Jobs {
		if m.Jobs[i].Deadline != nil {
			return fmt.Sprintf("jobs[%d].deadline", i)
		}
	}
	for i := range m.Tasks {
		if m.Tasks[i].Pin != nil {
			return fmt.Sprintf("tasks[%d].pin", i)
		}
	}
	for i, p := range m.Precedences {
		if p.MaxLag != nil || p.Blocking {
			return fmt.Sprintf("precedences[%d] with a maximum lag or blocking", i)
		}
	}
	return ""
}
