package index

import (
	"fmt"
	"math"
	"time"

	"linghang/kernel/lang"
	"linghang/modules/platforms/internal/weight"
)

// Mean is how items come together.
type Mean string

// The means.
const (
	Arithmetic Mean = "arithmetic" // Σ weight × level
	Geometric  Mean = "geometric"  // Π level ^ weight
)

// Item is an indicator that counts, with its share of its dimension.
type Item struct {
	Code   string  `json:"code" maxLength:"60" doc:"The indicator"`
	Weight float64 `json:"weight" minimum:"0" maximum:"100" doc:"Per cent of the dimension; in a definition, 0 where it comes by entropy"`
}

// Dimension is a group of items, with its share of the index.
type Dimension struct {
	Name      lang.Text `json:"name"`
	Weight    float64   `json:"weight" minimum:"0" maximum:"100" doc:"Per cent of the index; in a definition, 0 where it comes by entropy"`
	Weighting Weighting `json:"weighting,omitzero" doc:"How the weights of its items come about; left out: by hand"`
	Items     []Item    `json:"items" maxItems:"30" nullable:"false"`
}

func (x Dimension) codes() (list []string) {
	for _, i := range x.Items {
		list = append(list, i.Code)
	}
	return list
}

// Definition is what an index is made of.
type Definition struct {
	Base       string      `json:"base" maxLength:"7" doc:"The month that is 100, as 2025-01"`
	Mean       Mean        `json:"mean" enum:"arithmetic,geometric"`
	Weighting  Weighting   `json:"weighting,omitzero" doc:"How the weights of the dimensions come about; left out: by hand"`
	Window     Window      `json:"window,omitzero" doc:"For weights by entropy"`
	Dimensions []Dimension `json:"dimensions" maxItems:"12" nullable:"false"`
}

// Wrong is one thing that a definition cannot be used with.
type Wrong struct {
	At  string // the field, from the definition down
	Why string
}

// off is how far weights may be from 100.
const off = 0.01

// Check returns what is wrong with a definition; known tells indicators.
func (d Definition) Check(known func(code string) bool) []Wrong {
	var list []Wrong
	wrong := func(why, at string, args ...any) { list = append(list, Wrong{fmt.Sprintf(at, args...), why}) }
	if _, err := time.Parse("2006-01", d.Base); err != nil {
		wrong("a month as 2025-01", "base")
	}
	if at, why := d.Window.wrong(); at != "" && d.UsesEntropy() {
		wrong(why, "%s", at)
	}
	if len(d.Dimensions) == 0 {
		wrong("take at least one dimension", "dimensions")
	}
	seen := map[string]bool{}
	var weights []float64
	for j, x := range d.Dimensions {
		if x.Name.ZH == "" && x.Name.EN == "" {
			wrong("name the dimension", "dimensions[%d].name", j)
		}
		for k, i := range x.Items {
			switch {
			case !known(i.Code):
				wrong("choose an indicator of days or months that tells of development", "dimensions[%d].items[%d].code", j, k)
			case seen[i.Code]:
				wrong("this item stands twice", "dimensions[%d].items[%d].code", j, k)
			}
			seen[i.Code] = true
		}
		if len(x.Items) == 0 {
			wrong("take at least one item", "dimensions[%d].items", j)
		}
		at := fmt.Sprintf("dimensions[%d].", j)
		list = append(list, x.Weighting.check(itemWeights(x.Items), at, at+"items", "the weights of a dimension's items add up to 100")...)
		weights = append(weights, x.Weight)
	}
	return append(list, d.Weighting.check(weights, "", "dimensions", "the weights of the dimensions add up to 100")...)
}

// check returns what is wrong with the weights of a group, which stands at group, and
// with the judgements behind them, which stand in what at is of.
func (x Weighting) check(weights []float64, at, group, sum string) (list []Wrong) {
	if len(weights) == 0 || x.By == ByEntropy {
		return nil
	}
	if x.By == ByAHP {
		for _, w := range weight.Check(x.Judgements, len(weights)) {
			if w.At == "items" {
				list = append(list, Wrong{group, w.Why})
				continue
			}
			list = append(list, Wrong{at + "weighting." + w.At, w.Why})
		}
		return list
	}
	total := 0.0
	for k, v := range weights {
		if !(v > 0) {
			list = append(list, Wrong{fmt.Sprintf("%s[%d].weight", group, k), "a weight is above 0"})
		}
		total += v
	}
	if !(math.Abs(total-100) <= off) {
		list = append(list, Wrong{group, sum})
	}
	return list
}

// Codes are the indicators that a definition needs.
func (d Definition) Codes() []string {
	var list []string
	for _, x := range d.Dimensions {
		list = append(list, x.codes()...)
	}
	return list
}
