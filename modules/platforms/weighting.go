package platforms

import (
	"errors"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/modules/platforms/internal/index"
)

// indexWeights are the weights of a run, and where they come from.
type indexWeights struct {
	index.Weights
	Window string `json:"window" doc:"The first and the last month that weights by entropy come from, as 2025-01/2025-12; empty: none do"`
	Of     string `json:"of" doc:"The published index by the same version of the definition whose weights were taken over; empty: they were computed for this one"`

	months []time.Time    // of the window
	inputs [][]indexInput // by month of the window
}

// readWindow returns the months of an index's window, which have begun.
func (x DevelopmentIndex) readWindow(now time.Time) (span, error) {
	from, until, err := x.Definition.Window.Months(cityTime())
	if err != nil || until.After(now) {
		return span{}, fault.New(fault.Invalid, "platforms.index.window", "the months %s to %s that weights by entropy come from have not all begun", x.Definition.Window.From, x.Definition.Window.Until).
			With("from", x.Definition.Window.From).With("until", x.Definition.Window.Until).At("body.definition.window.until", "a month as 2026-10, not in the future")
	}
	return spanOf(from, until), nil
}

// weigh computes the weights of an index; values is what platforms reported in the
// months of its window.
func (x DevelopmentIndex) weigh(s span, members []member, values panel) (indexWeights, error) {
	reported := reportedOf(values)
	w, err := x.Definition.Weigh(reported)
	if err != nil {
		return indexWeights{}, x.few(err)
	}
	out := indexWeights{Weights: w}
	if s.months > 0 {
		out.Window = x.Definition.Window.From + "/" + x.Definition.Window.Until
	}
	used := x.Definition.Used(reported)
	for n := range s.months {
		out.months = append(out.months, s.at(n))
		list := []indexInput{}
		for _, code := range x.Definition.Codes() {
			for _, p := range members {
				if _, ok := used[code][p.ID][n]; ok {
					list = append(list, inputOf(code, p, values[code][p.ID][n], false))
				}
			}
		}
		out.inputs = append(out.inputs, list)
	}
	return out, nil
}

// few refuses an index whose weights cannot be computed from so few figures.
func (x DevelopmentIndex) few(err error) error {
	var few *index.TooFewError
	if !errors.As(err, &few) {
		return err
	}
	w := x.Definition.Window
	return fault.New(fault.Invalid, "platforms.index.few", "%d platforms of the sample have figures of %s in one month from %s to %s; weights by entropy need %d", few.Platforms, strings.Join(few.Codes, ", "), w.From, w.Until, index.Fewest).
		With("platforms", few.Platforms).With("items", strings.Join(few.Codes, ", ")).With("from", w.From).With("until", w.Until).With("least", index.Fewest).
		At("body.definition.window", "choose months in which more platforms have figures of every item, or have them back-filled")
}
