package chain

import (
	"fmt"
	"math"
	"slices"
)

// Chain is a template with the enterprises of a place. It does not change.
type Chain struct {
	stages      []Stage
	number      map[string]int
	into        [][]inflow // for each stage what goes into it, in the order of links
	onward      [][]int    // for each stage what it goes into
	order       []int      // every stage after what goes into it
	enterprises []Enterprise
	at          [][]int // for each stage its enterprises
}

type inflow struct {
	from  int
	share float64
}

// New checks a template and enterprises. It reports ErrTemplate, ErrEnterprise and
// ErrTooMany. What is given is not to be changed afterwards.
func New(t Template, enterprises []Enterprise, limits Limits) (*Chain, error) {
	limits = limits.withDefaults()
	if len(t.Stages) > limits.Stages || len(t.Links) > limits.Links || len(enterprises) > limits.Enterprises {
		return nil, fmt.Errorf("%w: %d stages of %d, %d links of %d, %d enterprises of %d", ErrTooMany,
			len(t.Stages), limits.Stages, len(t.Links), limits.Links, len(enterprises), limits.Enterprises)
	}
	c := &Chain{stages: t.Stages, number: make(map[string]int, len(t.Stages)), into: make([][]inflow, len(t.Stages)), onward: make([][]int, len(t.Stages))}
	for i, s := range t.Stages {
		if _, twice := c.number[s.ID]; twice || s.ID == "" {
			return nil, fmt.Errorf("%w: stage %d: %q is empty or was there before", ErrTemplate, i, s.ID)
		}
		if !amount(s.Final) {
			return nil, fmt.Errorf("%w: stage %q: final demand %v is no amount", ErrTemplate, s.ID, s.Final)
		}
		c.number[s.ID] = i
	}
	if err := c.link(t.Links); err != nil {
		return nil, err
	}
	if err := c.sort(); err != nil {
		return nil, err
	}
	if err := c.settle(enterprises, limits); err != nil {
		return nil, err
	}
	return c, nil
}

// amount is what money can be.
func amount(x float64) bool { return x >= 0 && !math.IsInf(x, 0) }

func (c *Chain) link(links []Link) error {
	for i, l := range links {
		from, ok := c.number[l.From]
		if !ok {
			return fmt.Errorf("%w: link %d: there is no stage %q", ErrTemplate, i, l.From)
		}
		to, ok := c.number[l.To]
		if !ok {
			return fmt.Errorf("%w: link %d: there is no stage %q", ErrTemplate, i, l.To)
		}
		if slices.Contains(c.onward[from], to) {
			return fmt.Errorf("%w: link %d: %q goes into %q twice", ErrTemplate, i, l.From, l.To)
		}
		if !(l.Share >= 0 && l.Share <= 1) {
			return fmt.Errorf("%w: link %d: share %v is not 0 to 1", ErrTemplate, i, l.Share)
		}
		c.into[to] = append(c.into[to], inflow{from, l.Share})
		c.onward[from] = append(c.onward[from], to)
	}
	for i := range c.into {
		if err := c.share(i); err != nil {
			return err
		}
	}
	return nil
}

// share gives links without a share an even part of what is left.
func (c *Chain) share(i int) error {
	given, open := 0.0, 0
	for _, f := range c.into[i] {
		given += f.share
		if f.share == 0 {
			open++
		}
	}
	if given > 1+1e-9 {
		return fmt.Errorf("%w: shares of what goes into %q add up to %v, more than 1", ErrTemplate, c.stages[i].ID, given)
	}
	for k, f := range c.into[i] {
		if f.share == 0 {
			c.into[i][k].share = max(0, 1-given) / float64(open)
		}
	}
	return nil
}

// sort orders stages so that what goes into one is before it (A. B. Kahn, 1962).
func (c *Chain) sort() error {
	waits := make([]int, len(c.stages))
	for i, list := range c.into {
		waits[i] = len(list)
		if len(list) == 0 {
			c.order = append(c.order, i)
		}
	}
	for next := 0; next < len(c.order); next++ {
		for _, to := range c.onward[c.order[next]] {
			waits[to]--
			if waits[to] == 0 {
				c.order = append(c.order, to)
			}
		}
	}
	if len(c.order) == len(c.stages) {
		return nil
	}
	return fmt.Errorf("%w: stages go into each other in a circle: %q", ErrTemplate, c.circle(waits))
}

// circle goes back from a stage that still waits to one that does, until one comes again.
func (c *Chain) circle(waits []int) []string {
	at := slices.IndexFunc(waits, func(n int) bool { return n > 0 })
	var walk []int
	for !slices.Contains(walk, at) {
		walk = append(walk, at)
		back := slices.IndexFunc(c.into[at], func(f inflow) bool { return waits[f.from] > 0 })
		at = c.into[at][back].from
	}
	var names []string
	for _, i := range walk[slices.Index(walk, at):] {
		names = append(names, c.stages[i].ID)
	}
	slices.Reverse(names)
	return names
}

func (c *Chain) settle(enterprises []Enterprise, limits Limits) error {
	c.enterprises, c.at = enterprises, make([][]int, len(c.stages))
	type place struct {
		id    string
		stage int
	}
	seen, supplies := make(map[place]bool, len(enterprises)), 0
	for i, e := range enterprises {
		stage, ok := c.number[e.Stage]
		if !ok {
			return fmt.Errorf("%w: enterprise %d, %q: there is no stage %q", ErrEnterprise, i, e.ID, e.Stage)
		}
		if e.ID == "" || seen[place{e.ID, stage}] {
			return fmt.Errorf("%w: enterprise %d: %q is empty or was at %q before", ErrEnterprise, i, e.ID, e.Stage)
		}
		if !amount(e.Output) || !amount(e.Input) || !amount(e.Imported) || e.Imported > e.Input {
			return fmt.Errorf("%w: enterprise %q: output %v, input %v, of that imported %v", ErrEnterprise, e.ID, e.Output, e.Input, e.Imported)
		}
		for _, s := range e.Supplies {
			if _, ok := c.number[s.Stage]; !ok || s.Supplier == "" || !amount(s.Value) {
				return fmt.Errorf("%w: enterprise %q: supply of stage %q by %q for %v", ErrEnterprise, e.ID, s.Stage, s.Supplier, s.Value)
			}
		}
		supplies += len(e.Supplies)
		if supplies > limits.Supplies {
			return fmt.Errorf("%w: %d supplies", ErrTooMany, limits.Supplies)
		}
		seen[place{e.ID, stage}] = true
		c.at[stage] = append(c.at[stage], i)
	}
	return nil
}

// Without returns the chain as it would be if some enterprises stopped. It reports
// ErrUnknown for one that is not there.
func (c *Chain) Without(ids ...string) (*Chain, error) {
	rest, gone := []Enterprise{}, map[string]bool{}
	for _, e := range c.enterprises {
		if slices.Contains(ids, e.ID) {
			gone[e.ID] = true
			continue
		}
		rest = append(rest, e)
	}
	for _, id := range ids {
		if !gone[id] {
			return nil, fmt.Errorf("%w: enterprise %q", ErrUnknown, id)
		}
	}
	less := *c
	less.enterprises, less.at = rest, make([][]int, len(c.stages))
	for i, e := range rest {
		stage := c.number[e.Stage]
		less.at[stage] = append(less.at[stage], i)
	}
	return &less, nil
}

func (c *Chain) isEnd(i int) bool { return c.stages[i].End || len(c.onward[i]) == 0 }
