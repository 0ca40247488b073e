package chain

import (
	"context"
	"slices"
)

// here reports whether a stage is there, if only weakly.
func (f Finding) here() bool { return f.State != Missing && f.State != Absent }

// ends tells how each end product is, by the ways that lead to it.
func (c *Chain) ends(ctx context.Context, stages []Finding) ([]End, error) {
	gaps, back := c.fewest(stages)
	var list []End
	for i, s := range c.stages {
		if !c.isEnd(i) {
			continue
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		e := End{Stage: s.ID, Broken: gaps[i] > 0}
		for at := i; at >= 0; at = back[at] {
			e.Way = append(e.Way, c.stages[at].ID)
			if !stages[at].here() {
				e.Gaps = append(e.Gaps, c.stages[at].ID)
			}
		}
		slices.Reverse(e.Way)
		slices.Reverse(e.Gaps)
		for at, leads := range c.upstream(i) {
			if !leads {
				continue
			}
			e.Upstream++
			if !stages[at].here() {
				e.Lacking = append(e.Lacking, c.stages[at].ID)
			}
		}
		list = append(list, e)
	}
	return list, nil
}

// fewest returns for each stage the gaps on the way to it that has the fewest, itself
// counted, and the stage before it on that way; −1 where the chain begins.
func (c *Chain) fewest(stages []Finding) (gaps, back []int) {
	gaps, back = make([]int, len(c.stages)), make([]int, len(c.stages))
	for _, i := range c.order {
		back[i] = -1
		for _, f := range c.into[i] {
			if back[i] < 0 || gaps[f.from] < gaps[back[i]] {
				back[i] = f.from
			}
		}
		if back[i] >= 0 {
			gaps[i] = gaps[back[i]]
		}
		if !stages[i].here() {
			gaps[i]++
		}
	}
	return gaps, back
}

// upstream marks what leads to a stage, and itself.
func (c *Chain) upstream(i int) []bool {
	leads := make([]bool, len(c.stages))
	leads[i] = true
	for todo := []int{i}; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, f := range c.into[at] {
			if !leads[f.from] {
				leads[f.from] = true
				todo = append(todo, f.from)
			}
		}
	}
	return leads
}
