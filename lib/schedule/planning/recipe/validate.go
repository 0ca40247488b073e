package recipe

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// maxFaults is how many faults are told at a time.
const maxFaults = 20

// faults collects what is wrong, by place.
type faults struct{ list []error }

func (f *faults) add(format string, args ...any) {
	if len(f.list) < maxFaults {
		f.list = append(f.list, fmt.Errorf(format, args...))
	}
}

// Validate says what keeps the network from being planned: each fault names its place and how to mend it.
func (n *Network) Validate() error {
	var f faults
	if n.Step < 1 || n.Horizon < n.Step || n.Horizon > MaxTime {
		f.add("horizon: it is %d with a step of %d; the step is 1 or more and the horizon at least a step and at most %d", n.Horizon, n.Step, MaxTime)
		return f.list[0]
	}
	n.time(&f, "horizon", n.Horizon)
	if n.Horizon/n.Step > MaxPeriods {
		f.add("horizon: it has %d steps; at most %d can be, with a longer step", n.Horizon/n.Step, MaxPeriods)
	}
	states, units, utilities := n.names(&f)
	for k := range n.States {
		n.state(&f, k)
	}
	for k, u := range n.Utilities {
		if !(u.Capacity >= 0) || !finite(u.Capacity) || !finite(u.Price) {
			f.add("utilities[%d] %s: the capacity is to be 0 or more", k, u.Name)
		}
	}
	for k := range n.Tasks {
		n.task(&f, k, states, units, utilities)
	}
	n.changeovers(&f)
	if n.arcs() > MaxArcs {
		f.add("tasks, states and units have %d inputs, outputs, units, movements and changeovers; at most %d can be", n.arcs(), MaxArcs)
	}
	return errors.Join(f.list...)
}

func (n *Network) arcs() int {
	sum := 0
	for _, t := range n.Tasks {
		sum += len(t.Inputs) + len(t.Outputs) + len(t.Units) + len(t.Utilities)
	}
	for _, u := range n.Units {
		sum += len(u.Changeovers)
	}
	for _, s := range n.States {
		sum += len(s.Receipts) + len(s.Demands)
	}
	return sum
}

// names checks that names are there and not twice, and returns them.
func (n *Network) names(f *faults) (states, units, utilities map[string]bool) {
	check := func(kind string, count int, name func(k int) string) map[string]bool {
		set := map[string]bool{}
		if count > MaxNames {
			f.add("%s: there are %d; at most %d can be", kind, count, MaxNames)
			return set
		}
		for k := range count {
			switch s := name(k); {
			case s == "" || len(s) > MaxName:
				f.add("%s[%d]: its name is to have 1 to %d octets", kind, k, MaxName)
			case set[s]:
				f.add("%s[%d]: %q is the name of another", kind, k, s)
			default:
				set[s] = true
			}
		}
		return set
	}
	states = check("states", len(n.States), func(k int) string { return n.States[k].Name })
	units = check("units", len(n.Units), func(k int) string { return n.Units[k].Name })
	utilities = check("utilities", len(n.Utilities), func(k int) string { return n.Utilities[k].Name })
	check("tasks", len(n.Tasks), func(k int) string { return n.Tasks[k].Name })
	return states, units, utilities
}

// time checks that a time is a multiple of the step.
func (n *Network) time(f *faults, where string, at int64) {
	if at%n.Step != 0 {
		f.add("%s: %d is no multiple of the step %d; a shorter step that divides all times would do", where, at, n.Step)
	}
}

func (n *Network) state(f *faults, k int) {
	s := &n.States[k]
	where := fmt.Sprintf("states[%d] %s", k, s.Name)
	capacity := math.Inf(1)
	for _, bound := range []*float64{s.Capacity, s.FinalMin, s.FinalMax} {
		if bound != nil && !(*bound >= 0 && finite(*bound)) {
			f.add("%s: %v is to be 0 or more", where, *bound)
		}
	}
	if s.Capacity != nil {
		capacity = *s.Capacity
	}
	for _, v := range []float64{s.Price, s.Holding, s.Initial, s.Minimum} {
		if !finite(v) {
			f.add("%s: %v is not finite", where, v)
		}
	}
	if s.Minimum < 0 || s.Minimum > capacity {
		f.add("%s: minimum: %v is not between 0 and the capacity", where, s.Minimum)
	}
	if s.Initial < 0 || s.Initial > capacity {
		f.add("%s: initial: %v is not between 0 and the capacity", where, s.Initial)
	}
	if s.FinalMin != nil && s.FinalMax != nil && *s.FinalMin > *s.FinalMax {
		f.add("%s: final_min: %v is more than final_max %v", where, *s.FinalMin, *s.FinalMax)
	}
	n.amounts(f, where+": receipts", s.Receipts)
	n.amounts(f, where+": demands", s.Demands)
}

func (n *Network) amounts(f *faults, where string, list []Amount) {
	for i, a := range list {
		place := fmt.Sprintf("%s[%d]", where, i)
		if !(a.Amount >= 0) || !finite(a.Amount) {
			f.add("%s: %v is to be 0 or more", place, a.Amount)
		}
		if a.At < 0 || a.At > n.Horizon {
			f.add("%s: time %d is not between 0 and the horizon %d", place, a.At, n.Horizon)
		}
		n.time(f, place, a.At)
	}
}

func (n *Network) task(f *faults, k int, states, units, utilities map[string]bool) {
	t := &n.Tasks[k]
	where := fmt.Sprintf("tasks[%d] %s", k, t.Name)
	if t.Duration < 1 {
		f.add("%s: duration: %d is to be at least a step", where, t.Duration)
	}
	n.time(f, where+": duration", t.Duration)
	n.flows(f, where+": inputs", t, t.Inputs, states, false)
	n.flows(f, where+": outputs", t, t.Outputs, states, true)
	if len(t.Units) == 0 {
		f.add("%s: units: no unit can do it", where)
	}
	equipment(f, where, t.Units, units)
	for i, u := range t.Utilities {
		if !utilities[u.Utility] || !(u.Fixed >= 0 && u.PerSize >= 0) || !finite(u.Fixed) || !finite(u.PerSize) {
			f.add("%s: utilities[%d] %s: it is to be one of the utilities, and what is used 0 or more", where, i, u.Utility)
		}
	}
}

// changeovers checks those of all units: they are between tasks that the unit can do.
func (n *Network) changeovers(f *faults) {
	for k, u := range n.Units {
		if len(u.Changeovers) == 0 {
			continue
		}
		does := map[string]bool{}
		for _, t := range n.Tasks {
			does[t.Name] = slices.ContainsFunc(t.Units, func(e Equipment) bool { return e.Unit == u.Name })
		}
		seen := map[[2]string]bool{}
		for i, c := range u.Changeovers {
			place := fmt.Sprintf("units[%d] %s: changeovers[%d]", k, u.Name, i)
			switch pair := [2]string{c.After, c.Before}; {
			case !does[c.After] || !does[c.Before]:
				f.add("%s: after %q and before %q are to be tasks that the unit can do", place, c.After, c.Before)
			case seen[pair]:
				f.add("%s: after %q and before %q is listed twice", place, c.After, c.Before)
			default:
				seen[pair] = true
			}
			if c.Duration < 1 || c.Duration > MaxTime {
				f.add("%s: duration: %d is to be at least a step", place, c.Duration)
			}
			n.time(f, place+": duration", c.Duration)
		}
	}
}

func equipment(f *faults, where string, list []Equipment, units map[string]bool) {
	seen := map[string]bool{}
	for i, e := range list {
		place := fmt.Sprintf("%s: units[%d] %s", where, i, e.Unit)
		switch {
		case !units[e.Unit]:
			f.add("%s: no unit has this name", place)
		case seen[e.Unit]:
			f.add("%s: it is listed twice", place)
		case !(e.Min >= 0 && e.Min <= e.Max) || !finite(e.Max) || e.Max == 0:
			f.add("%s: batches of %v to %v; the least is 0 or more, the largest finite and not less", place, e.Min, e.Max)
		case !finite(e.Cost) || !finite(e.PerSize):
			f.add("%s: a cost is not finite", place)
		}
		seen[e.Unit] = true
	}
}

func (n *Network) flows(f *faults, where string, t *Task, list []Flow, states map[string]bool, output bool) {
	seen := map[string]bool{}
	for i, flow := range list {
		place := fmt.Sprintf("%s[%d] %s", where, i, flow.State)
		switch {
		case !states[flow.State]:
			f.add("%s: no state has this name", place)
		case seen[flow.State]:
			f.add("%s: it is listed twice; add the shares up", place)
		case !(flow.Share > 0) || !finite(flow.Share):
			f.add("%s: the share %v is to be more than 0", place, flow.Share)
		}
		seen[flow.State] = true
		if flow.After == nil {
			continue
		}
		if !output || *flow.After < 0 || *flow.After > t.Duration {
			f.add("%s: after: it is of outputs only, and between 0 and the duration %d", place, t.Duration)
		}
		n.time(f, place+": after", *flow.After)
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
