package recipe

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Check follows a plan through time with nothing but the network, and returns what the plan is worth, or
// the first breach. It knows nothing of how plans are found. The tolerance is relative to the amounts.
// The stocks of the plan are compared too, if there are any; a plan without them is checked by its batches.
func Check(n *Network, p *Plan, tolerance float64) (objective float64, err error) {
	c := checker{n: n, p: p, tolerance: tolerance, states: map[string]int{}, tasks: map[string]int{}}
	for k, s := range n.States {
		c.states[s.Name] = k
	}
	for k, t := range n.Tasks {
		c.tasks[t.Name] = k
	}
	for _, step := range []func() error{c.batches, c.overlaps, c.stocks, c.profiles, c.utilities} {
		if err := step(); err != nil {
			return 0, err
		}
	}
	return c.objective, nil
}

type checker struct {
	n             *Network
	p             *Plan
	tolerance     float64
	states, tasks map[string]int
	stock         [][]float64 // by state and step
	objective     float64
}

// batches checks each batch by itself and takes its costs.
func (c *checker) batches() error {
	for k, b := range c.p.Batches {
		at, known := c.tasks[b.Task]
		if !known {
			return fmt.Errorf("batches[%d]: no task is named %q", k, b.Task)
		}
		t := &c.n.Tasks[at]
		where := fmt.Sprintf("batches[%d] %s in %s at %d", k, b.Task, b.Unit, b.Start)
		e := slices.IndexFunc(t.Units, func(e Equipment) bool { return e.Unit == b.Unit })
		switch {
		case e < 0:
			return fmt.Errorf("%s: the unit cannot do the task", where)
		case b.Start < 0 || b.Start > c.n.Horizon || b.Start%c.n.Step != 0:
			return fmt.Errorf("%s: it does not start at a step within the horizon", where)
		case b.End != b.Start+t.Duration || b.End > c.n.Horizon:
			return fmt.Errorf("%s: it ends at %d; it takes %d and the horizon is %d", where, b.End, t.Duration, c.n.Horizon)
		}
		u := t.Units[e]
		slack := c.tolerance * max(1, u.Max)
		if !(b.Size >= u.Min-slack && b.Size <= u.Max+slack) {
			return fmt.Errorf("%s: its size is %v, outside %v to %v", where, b.Size, u.Min, u.Max)
		}
		c.objective -= u.Cost + u.PerSize*b.Size
	}
	return nil
}

// overlaps checks that a unit does one batch at a time.
func (c *checker) overlaps() error {
	sorted := slices.SortedFunc(slices.Values(c.p.Batches), func(a, b Batch) int {
		if order := strings.Compare(a.Unit, b.Unit); order != 0 {
			return order
		}
		return int(a.Start - b.Start)
	})
	for k := 1; k < len(sorted); k++ {
		if a, b := sorted[k-1], sorted[k]; a.Unit == b.Unit && b.Start < a.End {
			return fmt.Errorf("unit %s: %s at %d starts while %s runs until %d", a.Unit, b.Task, b.Start, a.Task, a.End)
		}
	}
	for _, u := range c.n.Units {
		if err := changes(&u, sorted); err != nil {
			return err
		}
	}
	return nil
}

// changes checks that a unit is made ready between batches, which are by units and starts.
func changes(u *Unit, sorted []Batch) error {
	for _, change := range u.Changeovers {
		last := int64(-1) // when the last batch that it is after has ended
		for _, b := range sorted {
			if b.Unit != u.Name {
				continue
			}
			if b.Task == change.Before && last >= 0 && b.Start < last+change.Duration {
				return fmt.Errorf("unit %s: %s at %d starts less than %d after %s, which ended at %d", u.Name, b.Task, b.Start, change.Duration, change.After, last)
			}
			if b.Task == change.After {
				last = b.End
			}
		}
	}
	return nil
}

// stocks follows every state from step to step.
func (c *checker) stocks() error {
	steps := int(c.n.Horizon/c.n.Step) + 1
	change := make([][]float64, len(c.n.States))
	for k, s := range c.n.States {
		change[k] = make([]float64, steps)
		change[k][0] = s.Initial
		for _, a := range s.Receipts {
			change[k][a.At/c.n.Step] += a.Amount
		}
		for _, a := range s.Demands {
			change[k][a.At/c.n.Step] -= a.Amount
		}
	}
	for _, b := range c.p.Batches {
		t := &c.n.Tasks[c.tasks[b.Task]]
		for _, in := range t.Inputs {
			change[c.states[in.State]][b.Start/c.n.Step] -= in.Share * b.Size
		}
		for _, out := range t.Outputs {
			after := t.Duration
			if out.After != nil {
				after = *out.After
			}
			change[c.states[out.State]][(b.Start+after)/c.n.Step] += out.Share * b.Size
		}
	}
	c.stock = change
	for k := range c.n.States {
		if err := c.follow(k); err != nil {
			return err
		}
	}
	return nil
}

// follow adds up the changes of a state and checks its bounds.
func (c *checker) follow(k int) error {
	s, stock := &c.n.States[k], c.stock[k]
	capacity, scale := math.Inf(1), max(1, s.Initial)
	if s.Capacity != nil {
		capacity = *s.Capacity
	}
	for t := range stock {
		scale = max(scale, math.Abs(stock[t]))
		if t > 0 {
			stock[t] += stock[t-1]
		}
		low, high, at := s.Minimum, capacity, int64(t)*c.n.Step
		if t == 0 {
			low = 0
		}
		if t == len(stock)-1 {
			if s.FinalMin != nil {
				low = max(low, *s.FinalMin)
			}
			if s.FinalMax != nil {
				high = min(high, *s.FinalMax)
			}
		}
		if slack := c.tolerance * scale; stock[t] < low-slack || stock[t] > high+slack {
			return fmt.Errorf("state %s: its stock at %d is %v, outside %v to %v", s.Name, at, stock[t], low, high)
		}
		c.objective -= s.Holding * stock[t]
	}
	c.objective += s.Price * stock[len(stock)-1]
	return nil
}

// profiles compares the stocks that the plan tells.
func (c *checker) profiles() error {
	for _, profile := range c.p.Stocks {
		k, known := c.states[profile.State]
		if !known || len(profile.Stock) != len(c.stock[k]) {
			return fmt.Errorf("stocks of %q: it is no state, or %d times are told instead of %d", profile.State, len(profile.Stock), c.n.Periods()+1)
		}
		for t, told := range profile.Stock {
			if is := c.stock[k][t]; !(math.Abs(told-is) <= c.tolerance*max(1, math.Abs(is))*10) {
				return fmt.Errorf("stocks of %s: at %d it is said to be %v; it is %v", profile.State, int64(t)*c.n.Step, told, is)
			}
		}
	}
	return nil
}

// utilities adds up what runs at each step.
func (c *checker) utilities() error {
	places, change := map[string]int{}, make([][]float64, len(c.n.Utilities))
	for k, u := range c.n.Utilities {
		places[u.Name], change[k] = k, make([]float64, c.n.Horizon/c.n.Step+1)
	}
	for _, b := range c.p.Batches {
		for _, use := range c.n.Tasks[c.tasks[b.Task]].Utilities {
			amount, load := use.Fixed+use.PerSize*b.Size, change[places[use.Utility]]
			load[b.Start/c.n.Step] += amount
			load[b.End/c.n.Step] -= amount
		}
	}
	for k, u := range c.n.Utilities {
		sum := 0.0
		for t, more := range change[k][:len(change[k])-1] {
			if sum += more; sum > u.Capacity+c.tolerance*max(1, u.Capacity) {
				return fmt.Errorf("utility %s: %v is used at %d, and its capacity is %v", u.Name, sum, int64(t)*c.n.Step, u.Capacity)
			}
			c.objective -= u.Price * sum * float64(c.n.Step)
		}
	}
	return nil
}
