package platforms

import (
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/modules/platforms/internal/probe"
)

// Bounds of probing.
const (
	targetsMost     = 20   // of a platform
	targetsAllMost  = 5000 // of the city
	windowsMost     = 50   // of a platform, that are not over
	windowLongest   = 7 * 24 * time.Hour
	windowFarthest  = 366 * 24 * time.Hour
	looksKept       = 25 * time.Hour
	availableKept   = 800 * 24 * time.Hour
	stripDays       = 90
	monthsShown     = 12
	windowsPastKept = 30 * 24 * time.Hour // on the page
)

// Target is what of a platform is looked at from outside.
type Target struct {
	ID         string     `json:"id"`
	PlatformID string     `json:"platform_id"`
	Name       string     `json:"name"`
	Spec       probe.Spec `json:"spec"`
	Enabled    bool       `json:"enabled"`
	Version    int64      `json:"version"`
	createdAt  time.Time
	nextAt     time.Time
	standing   probe.Standing
	toldUntil  time.Time
}

// check refuses a target that cannot be looked at, naming every fault.
func (t Target) check() error {
	f := fault.New(fault.Invalid, "platforms.target.invalid", "the target is incomplete or wrong")
	if t.Name == "" {
		_ = f.At("body.name", "name the target")
	}
	for _, w := range t.Spec.Check() {
		_ = f.At("body.spec."+w.Field, "%s", w.Hint)
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// anew tells whether what was seen so far says nothing about the target any more.
func (t Target) anew(before Target) bool {
	return t.Enabled != before.Enabled || t.Spec.Kind != before.Spec.Kind || t.Spec.Address != before.Spec.Address
}

// window is a planned stop of a platform, announced before it begins.
type window struct {
	ID         string    `json:"id"`
	PlatformID string    `json:"platform_id"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	Reason     string    `json:"reason"`
	CreatedAt  time.Time `json:"created_at"`
	Begun      bool      `json:"begun" doc:"It can be changed no more"`
	Over       bool      `json:"over"`
	Version    int64     `json:"version"`
}

// ETag implements httpd.Versioned.
func (w window) ETag() int64 { return w.Version }

// check refuses a window that was not planned.
func (w window) check(now time.Time) error {
	f := fault.New(fault.Invalid, "platforms.maintenance.invalid", "the maintenance window is incomplete or wrong")
	if !w.From.After(now) {
		_ = f.At("body.from", "maintenance is announced before it begins; what has begun is an incident")
	}
	if w.From.After(now.Add(windowFarthest)) {
		_ = f.At("body.from", "at most a year ahead")
	}
	if !w.To.After(w.From) || w.To.Sub(w.From) > windowLongest {
		_ = f.At("body.to", "after the beginning, at most %d days later", int(windowLongest/(24*time.Hour)))
	}
	if strings.TrimSpace(w.Reason) == "" {
		_ = f.At("body.reason", "say what is done")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

func errBegun() error {
	return fault.New(fault.Conflict, "platforms.maintenance.begun", "the maintenance has begun, and stays as it is")
}

// incident is that a target was down.
type incident struct {
	ID       string     `json:"id" title:"编号|ID"`
	TargetID string     `json:"target_id"`
	Target   string     `json:"target" title:"探测目标|Target"`
	BeganAt  time.Time  `json:"began_at" title:"开始|Began"`
	EndedAt  *time.Time `json:"ended_at,omitempty" title:"结束|Ended"`
	Seconds  int64      `json:"seconds" doc:"How long it lasted, without what of it was maintenance" title:"不可用秒数|Seconds"`
	Fault    string     `json:"fault" enum:"name,forbid,connect,timeout,tls,protocol,status,body,slow" title:"故障|Fault"`
	Detail   string     `json:"detail" title:"详情|Detail"`
}

// lasted is how long a period was without the windows in it.
func lasted(from, to time.Time, windows []window) time.Duration {
	d := to.Sub(from)
	at := from // windows come in the order of their beginnings, and may overlap
	for _, w := range windows {
		begin, end := w.From, w.To
		if begin.Before(at) {
			begin = at
		}
		if end.After(to) {
			end = to
		}
		if end.After(begin) {
			d -= end.Sub(begin)
			at = end
		}
	}
	return max(d, 0)
}

// lookSum is what looks came to.
type lookSum struct {
	looks, good, stopped, timed int64
	msSum, msMin, msMax         float64
}

// lookOf is one look as a sum. A look during maintenance says nothing about how
// available the platform is.
func lookOf(l probe.Look, stopped bool) lookSum {
	s := lookSum{looks: 1}
	switch {
	case stopped:
		s.stopped = 1
	case l.OK:
		s.good = 1
	}
	if l.OK {
		s.timed, s.msSum, s.msMin, s.msMax = 1, l.Ms, l.Ms, l.Ms
	}
	return s
}

func (s lookSum) plus(o lookSum) lookSum {
	switch {
	case s.timed == 0:
		s.msMin, s.msMax = o.msMin, o.msMax
	case o.timed > 0:
		s.msMin, s.msMax = min(s.msMin, o.msMin), max(s.msMax, o.msMax)
	}
	s.looks, s.good, s.stopped, s.timed, s.msSum = s.looks+o.looks, s.good+o.good, s.stopped+o.stopped, s.timed+o.timed, s.msSum+o.msSum
	return s
}

// sla is good looks ÷ (looks − those during maintenance), in percent; nil when
// there are none.
func (s lookSum) sla() *float64 {
	counted := s.looks - s.stopped
	if counted <= 0 {
		return nil
	}
	v := 100 * float64(s.good) / float64(counted)
	return &v
}

// periodView is a day or a month.
type periodView struct {
	Period  string   `json:"period" doc:"2026-11-27 or 2026-11, in China's time"`
	Looks   int64    `json:"looks" doc:"All of them"`
	Good    int64    `json:"good" doc:"That saw what is expected, outside of maintenance"`
	Stopped int64    `json:"stopped" doc:"During maintenance; they do not count"`
	SLA     *float64 `json:"sla" doc:"good ÷ (looks − stopped) in percent; null when there is none that counts"`
	MsMean  *float64 `json:"ms_mean" doc:"Of looks that saw what is expected; null when there are none"`
	MsMin   *float64 `json:"ms_min"`
	MsMax   *float64 `json:"ms_max"`
}

func (s lookSum) view(period string) periodView {
	v := periodView{Period: period, Looks: s.looks, Good: s.good, Stopped: s.stopped, SLA: s.sla()}
	if s.timed > 0 {
		mean := s.msSum / float64(s.timed)
		v.MsMean, v.MsMin, v.MsMax = &mean, &s.msMin, &s.msMax
	}
	return v
}

// dayOf is the day of a time, in China.
func dayOf(at time.Time) string { return at.In(cityTime()).Format(time.DateOnly) }

// States of a platform as a whole.
const (
	stateDegraded    = "degraded"
	stateMaintenance = "maintenance"
)

// stateOf is the state of a platform from those of its targets that are looked at.
func stateOf(states []string, stopped bool) string {
	if stopped {
		return stateMaintenance
	}
	up, down := 0, 0
	for _, s := range states {
		switch s {
		case probe.Up:
			up++
		case probe.Down:
			down++
		}
	}
	switch {
	case up+down == 0:
		return probe.Unknown
	case down == 0:
		return probe.Up
	case up == 0:
		return probe.Down
	default:
		return stateDegraded
	}
}
