package chain

import (
	"context"
	"fmt"
	"slices"
)

// Impact is what changes if enterprises stop.
type Impact struct {
	Output  float64 // their own
	Exposed float64 // output of other enterprises at stages that lose their last way over stages of the place
	Stages  []Change
	Broken  []string // end products that were not before
	Buyers  []Buyer
}

// Change is a stage whose state is another afterwards.
type Change struct {
	Stage         string
	Before, After State
}

// Buyer is an enterprise that buys from those that stop.
type Buyer struct {
	Enterprise, Stage string
	Share             float64 // of all its supplies that are known
}

// Stop tells what breaks if enterprises stop. It reports ErrUnknown.
func (c *Chain) Stop(ctx context.Context, thresholds Thresholds, ids ...string) (Impact, error) {
	less, err := c.Without(ids...)
	if err != nil {
		return Impact{}, fmt.Errorf("stop enterprises: %w", err)
	}
	before, err := c.Analyse(ctx, thresholds)
	if err != nil {
		return Impact{}, fmt.Errorf("stop enterprises: %w", err)
	}
	after, err := less.Analyse(ctx, thresholds)
	if err != nil {
		return Impact{}, fmt.Errorf("stop enterprises: %w", err)
	}
	impact := Impact{Buyers: less.buyers(ids)}
	gapsBefore, _ := c.fewest(before.Stages)
	gapsAfter, _ := less.fewest(after.Stages)
	for i, b := range before.Stages {
		a := after.Stages[i]
		impact.Output += b.Output - a.Output
		if gapsBefore[i] == 0 && gapsAfter[i] > 0 {
			impact.Exposed += a.Output
		}
		if a.State != b.State {
			impact.Stages = append(impact.Stages, Change{a.Stage, b.State, a.State})
		}
	}
	for i, e := range after.Ends {
		if e.Broken && !before.Ends[i].Broken {
			impact.Broken = append(impact.Broken, e.Stage)
		}
	}
	return impact, nil
}

func (c *Chain) buyers(suppliers []string) []Buyer {
	var list []Buyer
	for _, e := range c.enterprises {
		all, theirs := 0.0, 0.0
		for _, s := range e.Supplies {
			all += s.Value
			if slices.Contains(suppliers, s.Supplier) {
				theirs += s.Value
			}
		}
		if theirs > 0 {
			list = append(list, Buyer{e.ID, e.Stage, theirs / all})
		}
	}
	return list
}
