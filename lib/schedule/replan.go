package schedule

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"linghang/lib/schedule/internal/document"
	"linghang/lib/schedule/model"
)

// Running is a plan that runs, and what happened to it. Tasks that the plan does not have
// are new.
type Running struct {
	Plan    *model.Schedule `json:"plan"`
	Now     int64           `json:"now"`
	Frozen  int64           `json:"frozen,omitempty"`  // what starts before this stays as planned, if it can
	Actuals []Actual        `json:"actuals,omitempty"` // where things went otherwise than planned
	Down    []Down          `json:"down,omitempty"`    // breakdowns
	Lost    []Lost          `json:"lost,omitempty"`    // what earlier departures say was lost
}

// DecodeRunning reads a plan that runs and what happened in JSON; the plan may be what `solve` prints. Whether they are of a model
// is the business of Replan.
func DecodeRunning(data []byte) (running Running, err error) {
	var parts struct {
		Running
		Plan json.RawMessage `json:"plan"`
	}
	if err := document.Decode(data, model.MaxText, "plan that runs", &parts); err != nil {
		return running, fmt.Errorf("read what runs: %w", err)
	}
	if parts.Plan == nil {
		return running, errors.New("read what runs: it has no plan")
	}
	running = parts.Running
	running.Plan, err = model.DecodeSchedule(parts.Plan)
	return running, err //nolint:wrapcheck // it says what it reads
}

// Actual is what happened to a task.
type Actual struct {
	Task  int    `json:"task"`
	Mode  *int   `json:"mode,omitempty"`  // none: as planned
	Start *int64 `json:"start,omitempty"` // none: it has not begun
	End   *int64 `json:"end,omitempty"`   // when it ended, or will
}

// Down is a time in which a resource cannot work.
type Down struct {
	Resource int   `json:"resource"`
	From     int64 `json:"from"`
	Until    int64 `json:"until"`
}

// Lost is what a task did before it was lost: it is done again, and its machine is set up and used for what it was.
type Lost struct {
	Task  int   `json:"task"`
	Mode  int   `json:"mode"`
	Start int64 `json:"start"`
	End   int64 `json:"end"`
}

// Departure is what a plan cannot keep because of what happened.
type Departure struct {
	Code string `json:"code"` // redo: a task that ran is lost and done again; thaw: a frozen task cannot stay; pin: a pinned start cannot be kept; lag: a maximum lag is over already
	Task int    `json:"task"`
	Lost *Lost  `json:"lost,omitempty"` // with redo, if it ran at all
}

// String is the code and the task.
func (d Departure) String() string { return fmt.Sprintf("%s of task %d", d.Code, d.Task) }

// Replan returns the model of what is left to plan: what has begun and what is frozen is
// pinned, what the model pins is so still, the rest is to stay where the plan has it as far as it can (stability is the
// first level of the objective). It says what had to give way. Solve takes the model. After the tasks of m it
// has one, pinned, for each that was lost, so that machines are in the state in which that left them; Trim takes them out of a
// schedule again.
func Replan(m *model.Model, r Running) (*model.Model, []Departure, error) {
	p := &replanner{running: r, planned: make([]*model.Assignment, len(m.Tasks)), actual: make([]*Actual, len(m.Tasks)), remains: make([]int, len(m.Tasks))}
	if err := p.read(m); err != nil {
		return nil, nil, fmt.Errorf("replan: %w", err)
	}
	p.model(m)
	p.pins()
	p.lags()
	p.stops()
	// One task that goes to the end is better than two that are pushed a little: crews have read their orders already.
	b := &model.Baseline{Moved: 2000, Mode: 200, Time: 1}
	for _, a := range p.running.Plan.Assignments {
		b.Moved = max(b.Moved, min(a.End, model.MaxCost))
	}
	for _, a := range p.running.Plan.Assignments {
		if !p.stays(a.Task) {
			b.Assignments = append(b.Assignments, a)
		}
	}
	for _, s := range p.running.Plan.Stops {
		if s.Before >= 0 && s.Before < len(p.planned) && !p.stays(s.Before) && !p.wasted(&s) {
			b.Stops = append(b.Stops, s)
		}
	}
	p.m.Baseline = b
	levels := p.m.Objective
	if len(levels) == 0 {
		levels = [][]model.Term{{{Term: model.Makespan}}}
	}
	p.m.Objective = append([][]model.Term{{{Term: model.Stability}}}, levels...)
	if err := p.m.Validate(); err != nil {
		return nil, nil, fmt.Errorf("replan: what is left cannot be scheduled:\n%w", err)
	}
	return p.m, p.departures, nil
}

// Trim returns a schedule of what Replan made of a model with so many tasks, without what was lost.
func Trim(s *model.Schedule, tasks int) *model.Schedule {
	t := &model.Schedule{Objective: s.Objective}
	for _, a := range s.Assignments {
		if a.Task < tasks {
			t.Assignments = append(t.Assignments, a)
			t.Makespan = max(t.Makespan, a.End)
		}
	}
	for _, stop := range s.Stops {
		if stop.Before < tasks {
			t.Stops = append(t.Stops, stop)
		}
	}
	return t
}

// Moved counts the tasks of a schedule that are not when and how a plan has them: all, and
// of those that the plan starts within a time. It returns how many there are within it as well.
func Moved(plan, s *model.Schedule, from, until int64) (all, near, within int) {
	now := make(map[int]model.Assignment, len(s.Assignments))
	for _, a := range s.Assignments {
		now[a.Task] = a
	}
	for _, a := range plan.Assignments {
		moved := now[a.Task].Start != a.Start || now[a.Task].Mode != a.Mode
		inside := a.Start >= from && a.Start < until
		if moved {
			all++
		}
		if inside {
			within++
		}
		if moved && inside {
			near++
		}
	}
	return all, near, within
}

type replanner struct {
	running    Running
	m          *model.Model
	planned    []*model.Assignment
	actual     []*Actual
	taken      [][]taken // by resource: what is pinned and has not ended
	remains    []int // by task: what is left in the model of it that was lost last, or 0
	departures []Departure
}

// taken is what a pinned task takes of a resource.
type taken struct{ end, amount int64 }

func (p *replanner) read(m *model.Model) error {
	r := &p.running
	if r.Plan == nil || !isTime(0, r.Now) || !isTime(0, r.Frozen) {
		return errors.New("a plan is needed, and now and frozen are times from 0 on")
	}
	for i := range r.Plan.Assignments {
		a := &r.Plan.Assignments[i]
		if !isPlace(a.Task, len(m.Tasks)) || p.planned[a.Task] != nil || !isPlace(a.Mode, len(m.Tasks[a.Task].Modes)) || !isTime(a.Start, a.End) {
			return fmt.Errorf("assignments[%d] of the plan is not of a task of the model in one of its modes", i)
		}
		p.planned[a.Task] = a
	}
	for i := range r.Actuals {
		if err := p.happened(m, i); err != nil {
			return err
		}
	}
	return p.broke(m)
}

// broke reads what was lost and what is down.
func (p *replanner) broke(m *model.Model) error {
	r := &p.running
	for i, l := range r.Lost {
		if !isPlace(l.Task, len(m.Tasks)) || !isPlace(l.Mode, len(m.Tasks[l.Task].Modes)) || !isTime(l.Start, l.End) || l.End > r.Now {
			return fmt.Errorf("lost[%d] is not of a task of the model in one of its modes, from a time up to another before now", i)
		}
	}
	for i, d := range r.Down {
		if !isPlace(d.Resource, len(m.Resources)) || !isTime(d.From, d.Until) {
			return fmt.Errorf("down[%d] is of resource %d from %d until %d; there are %d resources", i, d.Resource, d.From, d.Until, len(m.Resources))
		}
	}
	return nil
}

func (p *replanner) happened(m *model.Model, i int) error {
	a := &p.running.Actuals[i]
	switch {
	case !isPlace(a.Task, len(m.Tasks)):
		return fmt.Errorf("actuals[%d].task is %d; there are %d tasks", i, a.Task, len(m.Tasks))
	case a.Mode != nil && !isPlace(*a.Mode, len(m.Tasks[a.Task].Modes)):
		return fmt.Errorf("actuals[%d].mode is %d; the task has %d", i, *a.Mode, len(m.Tasks[a.Task].Modes))
	case a.Start != nil && (*a.Start < 0 || *a.Start > p.running.Now):
		return fmt.Errorf("actuals[%d].start is %d; it is %d now", i, *a.Start, p.running.Now)
	case a.End != nil && (a.Start == nil || *a.End < *a.Start || *a.End > model.MaxTime):
		return fmt.Errorf("actuals[%d].end goes with a start that is not after it", i)
	}
	if p.actual[a.Task] != nil {
		return fmt.Errorf("actuals[%d] is of task %d, as one before is", i, a.Task)
	}
	p.actual[a.Task] = a
	if a.Start == nil || p.planned[a.Task] != nil {
		return nil
	}
	modes := m.Tasks[a.Task].Modes
	if a.Mode == nil && len(modes) > 1 {
		return fmt.Errorf("actuals[%d].mode is missing: the plan does not have task %d, which has %d modes", i, a.Task, len(modes))
	}
	p.planned[a.Task] = &model.Assignment{Task: a.Task, Start: *a.Start, End: *a.Start + modes[0].Duration}
	return nil
}

// isTime tells whether two times are in order and within what models can have.
func isTime(from, until int64) bool { return from >= 0 && from <= until && until <= model.MaxTime }

func isPlace(i, n int) bool { return i >= 0 && i < n }

// model copies what changes.
func (p *replanner) model(m *model.Model) {
	c := *m
	c.Resources, c.Tasks, c.Precedences = slices.Clone(m.Resources), slices.Clone(m.Tasks), slices.Clone(m.Precedences)
	c.Now, c.Stops = p.running.Now, nil
	for _, d := range p.running.Down {
		r := &c.Resources[d.Resource]
		r.Down = union(append(slices.Clone(r.Down), model.Window{From: d.From, Until: d.Until}))
	}
	p.m, p.taken = &c, make([][]taken, len(c.Resources))
}

// union joins closures that touch.
func union(list []model.Window) (joined []model.Window) {
	slices.SortFunc(list, func(a, b model.Window) int { return cmp.Compare(a.From, b.From) })
	for _, w := range list {
		if n := len(joined); n > 0 && w.From <= joined[n-1].Until {
			joined[n-1].Until = max(joined[n-1].Until, w.Until)
			continue
		}
		joined = append(joined, w)
	}
	return joined
}

// stand is how a task stands: by what happened, as it is pinned in the model, or by the plan.
type stand struct {
	task, mode int
	start, end int64
	begun      bool
	pinned     bool // by the model, at its start
	rests      bool // nobody knows yet when it ends
}

// pins goes through what stands by starts, and pins what has begun, what is frozen and what the model pins.
func (p *replanner) pins() {
	var order []stand
	for i := range p.planned {
		if s, stands := p.stands(i); stands {
			order = append(order, s)
		}
	}
	slices.SortStableFunc(order, func(a, b stand) int { return cmp.Compare(a.start, b.start) })
	for _, l := range p.running.Lost {
		p.lose(l)
	}
	before := make([][]int, len(p.planned))
	for k, e := range p.m.Precedences {
		before[e.After] = append(before[e.After], k)
	}
	for _, s := range order {
		t := &p.m.Tasks[s.task]
		if code, kept := p.keeps(&s, before[s.task]); !kept {
			p.departs(code, &s)
			if t.Pin != nil { // the mode that the model says is so still
				t.Pin = &model.Pin{Mode: t.Pin.Mode}
			}
			continue
		}
		pin := &model.Pin{Mode: &s.mode, Start: &s.start, End: &s.end}
		if s.rests || t.Breaks == model.Pause && p.hit(&s, max(s.start, p.running.Now)) {
			pin.End = nil // it rests while what it needs is down
		}
		t.Pin = pin
		if s.end <= p.running.Now {
			continue
		}
		for _, n := range t.Modes[s.mode].Needs {
			p.taken[n.Resource] = append(p.taken[n.Resource], taken{s.end, n.Amount})
		}
	}
}

// stands is how a task stands, if it has begun, is frozen, or is pinned at a start.
func (p *replanner) stands(task int) (s stand, stands bool) {
	plan, actual, pin := p.planned[task], p.actual[task], p.m.Tasks[task].Pin
	s.task = task
	switch {
	case actual != nil && actual.Start != nil:
		return p.happenedSo(plan, actual), true
	case plan != nil && actual == nil && plan.Start < p.running.Now:
		return stand{task: task, mode: plan.Mode, start: plan.Start, end: plan.End, begun: true}, true
	case pin != nil && pin.Start != nil:
		s.start, s.pinned = *pin.Start, true
		if pin.Mode != nil {
			s.mode = *pin.Mode
		} else if plan != nil {
			s.mode = plan.Mode
		}
		s.end = s.start + p.m.Tasks[task].Modes[s.mode].Duration
		if s.rests = pin.End == nil && p.m.Tasks[task].Breaks == model.Pause; pin.End != nil {
			s.end = *pin.End
		}
		return s, true
	case plan != nil && plan.Start < p.running.Frozen:
		s.mode, s.start, s.end = plan.Mode, plan.Start, plan.End
		if actual != nil && actual.Mode != nil {
			s.mode = *actual.Mode
		}
		return s, true
	}
	return s, false
}

// stays tells whether a task of what is left is pinned at a start.
func (p *replanner) stays(task int) bool {
	pin := p.m.Tasks[task].Pin
	return pin != nil && pin.Start != nil
}

// happenedSo is how a task stands that has begun. It takes as long as it was planned to, or, in another mode, as that does.
func (p *replanner) happenedSo(plan *model.Assignment, actual *Actual) stand {
	s := stand{task: plan.Task, mode: plan.Mode, start: *actual.Start, begun: true}
	if actual.Mode != nil {
		s.mode = *actual.Mode
	}
	task := &p.m.Tasks[plan.Task]
	moved := s.mode != plan.Mode || s.start != plan.Start
	switch {
	case actual.End != nil:
		s.end = *actual.End
	case moved && task.Breaks == model.Pause:
		s.end, s.rests = s.start+task.Modes[s.mode].Duration, true
	case s.mode != plan.Mode:
		s.end = s.start + task.Modes[s.mode].Duration
	default:
		s.end = s.start + plan.End - plan.Start
	}
	return s
}

// departs notes that what stood so cannot.
func (p *replanner) departs(code string, s *stand) {
	d := Departure{Code: code, Task: s.task}
	if stopped := p.stopped(s); code == "redo" && stopped > s.start {
		d.Lost = &Lost{s.task, s.mode, s.start, stopped}
		p.lose(*d.Lost)
	}
	p.departures = append(p.departures, d)
}

// stopped is when a task that is lost was: at the breakdown, or now if that is yet to come.
func (p *replanner) stopped(s *stand) int64 {
	at := p.running.Now
	for _, d := range p.running.Down {
		if d.Until > s.start && p.takes(s, d.Resource) {
			at = min(at, d.From)
		}
	}
	return at
}

// lose leaves in the model what a lost task did.
func (p *replanner) lose(l Lost) {
	old := &p.m.Tasks[l.Task]
	p.remains[l.Task] = len(p.m.Tasks)
	mode := model.Mode{Duration: l.End - l.Start, Needs: old.Modes[l.Mode].Needs}
	p.m.Tasks = append(p.m.Tasks, model.Task{Name: old.Name, Family: old.Family, Modes: []model.Mode{mode}, Pin: &model.Pin{Mode: new(0), Start: &l.Start, End: &l.End}})
}

// keeps tells whether a task can stay, and if not what becomes of it.
func (p *replanner) keeps(s *stand, before []int) (string, bool) {
	task, now := &p.m.Tasks[s.task], p.running.Now
	if s.begun {
		if s.end > now && (task.Breaks == "" || task.Breaks == model.Fit) && p.hit(s, max(s.start, now)) {
			return "redo", false
		}
		return "", true
	}
	code := "thaw"
	if s.pinned {
		code = "pin"
	}
	switch {
	case s.start < now, p.hit(s, s.start), p.crowded(s):
		return code, false
	case s.pinned: // what it waits for is planned around it, unless that stays as well
		return code, !slices.ContainsFunc(before, func(k int) bool {
			e := &p.m.Precedences[k]
			return p.stays(e.Before) && !p.follows(e, s.start)
		})
	case task.Pin != nil && task.Pin.Mode != nil && *task.Pin.Mode != s.mode:
		return code, false
	}
	return code, !slices.ContainsFunc(before, func(k int) bool { return !p.follows(&p.m.Precedences[k], s.start) })
}

// crowded tells whether what starts before a task, or with it, leaves too little of what it needs. Nothing that is pinned starts later.
func (p *replanner) crowded(s *stand) bool {
	if s.end <= s.start {
		return false
	}
	return slices.ContainsFunc(p.m.Tasks[s.task].Modes[s.mode].Needs, func(n model.Need) bool {
		free := p.m.Resources[n.Resource].Capacity
		for _, t := range p.taken[n.Resource] {
			if t.end > s.start {
				free -= t.amount
			}
		}
		return n.Amount > free
	})
}

// follows tells whether a start is right after a task that is pinned.
func (p *replanner) follows(e *model.Precedence, start int64) bool {
	pin := p.m.Tasks[e.Before].Pin
	return pin != nil && pin.End != nil && *pin.End+e.MinLag <= start && (e.MaxLag == nil || *pin.End+*e.MaxLag >= start)
}

// wasted tells whether a stop was before what was lost.
func (p *replanner) wasted(s *model.Stop) bool {
	k := p.remains[s.Before]
	return k > 0 && s.End <= *p.m.Tasks[k].Pin.Start
}

// hit tells whether a breakdown falls into a time of a task, from a moment to its end.
func (p *replanner) hit(s *stand, from int64) bool {
	return slices.ContainsFunc(p.running.Down, func(d Down) bool { return d.From < s.end && from < d.Until && p.takes(s, d.Resource) })
}

// takes tells whether a task needs a resource.
func (p *replanner) takes(s *stand, resource int) bool {
	return slices.ContainsFunc(p.m.Tasks[s.task].Modes[s.mode].Needs, func(n model.Need) bool { return n.Resource == resource })
}

// lags lets maximum lags go that are over already.
func (p *replanner) lags() {
	for k := range p.m.Precedences {
		e := &p.m.Precedences[k]
		before := p.m.Tasks[e.Before].Pin
		if e.MaxLag != nil && before != nil && before.End != nil && !p.stays(e.After) && *before.End+*e.MaxLag < p.running.Now {
			e.MaxLag = nil
			p.departures = append(p.departures, Departure{Code: "lag", Task: e.After})
		}
	}
}

// stops keeps the stops before what is pinned, and what was lost.
func (p *replanner) stops() {
	for _, s := range p.running.Plan.Stops {
		if s.Before < 0 || s.Before >= len(p.planned) {
			continue
		}
		if p.wasted(&s) {
			s.Before = p.remains[s.Before]
		}
		if p.stays(s.Before) && isTime(s.Start, s.End) && s.End <= *p.m.Tasks[s.Before].Pin.Start && p.m.Tasks[s.Before].Meets(&s) {
			p.m.Stops = append(p.m.Stops, s)
		}
	}
}
