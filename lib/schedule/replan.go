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
	Code string `json:"code"` // redo: a task that ran is lost and done again; thaw: a frozen task cannot stay; pin: a pinned start cannot be kept; lag: a maximum lag is over already; late: a deadline cannot be kept
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
	p.deadlines()
	p.stops()
	if err := p.melt(); err != nil {
		return nil, nil, fmt.Errorf("replan: %w", err)
	}
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
	taken      [][]taken    // by resource: what is pinned and has not ended
	ahead      []stand      // what is pinned and has not begun, by starts
	said       []*model.Pin // how the model pins it
	remains    []int        // by task: what is left in the model of it that was lost last, or 0
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
	return p.beside(m, i)
}

// beside takes what has begun although the plan does not have it as if it did.
func (p *replanner) beside(m *model.Model, i int) error {
	a := &p.running.Actuals[i]
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
	c.Resources, c.Jobs, c.Tasks, c.Precedences = slices.Clone(m.Resources), slices.Clone(m.Jobs), slices.Clone(m.Tasks), slices.Clone(m.Precedences)
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

// lose leaves in the model what a lost task did.
func (p *replanner) lose(l Lost) {
	old := &p.m.Tasks[l.Task]
	p.remains[l.Task] = len(p.m.Tasks)
	mode := model.Mode{Duration: l.End - l.Start, Needs: old.Modes[l.Mode].Needs}
	p.m.Tasks = append(p.m.Tasks, model.Task{Name: old.Name, Family: old.Family, Modes: []model.Mode{mode}, Pin: &model.Pin{Mode: new(0), Start: &l.Start, End: &l.End}})
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
