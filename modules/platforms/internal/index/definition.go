package index

import (
	"fmt"
	"math"
	"time"

	"linghang/kernel/lang"
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
	Weight float64 `json:"weight" minimum:"0" maximum:"100" doc:"Per cent of the dimension"`
}

// Dimension is a group of items, with its share of the index.
type Dimension struct {
	Name   lang.Text `json:"name"`
	Weight float64   `json:"weight" minimum:"0" maximum:"100" doc:"Per cent of the index"`
	Items  []Item    `json:"items" maxItems:"30" nullable:"false"`
}

// Definition is what an index is made of.
type Definition struct {
	Base       string      `json:"base" maxLength:"7" doc:"The month that is 100, as 2025-01"`
	Mean       Mean        `json:"mean" enum:"arithmetic,geometric"`
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
	if len(d.Dimensions) == 0 {
		wrong("take at least one dimension", "dimensions")
	}
	seen, total := map[string]bool{}, 0.0
	for j, x := range d.Dimensions {
		if x.Name.ZH == "" && x.Name.EN == "" {
			wrong("name the dimension", "dimensions[%d].name", j)
		}
		if !(x.Weight > 0) {
			wrong("a weight is above 0", "dimensions[%d].weight", j)
		}
		total += x.Weight
		sum := 0.0
		for k, i := range x.Items {
			switch {
			case !known(i.Code):
				wrong("choose an indicator of days or months that tells of development", "dimensions[%d].items[%d].code", j, k)
			case seen[i.Code]:
				wrong("this item stands twice", "dimensions[%d].items[%d].code", j, k)
			}
			if !(i.Weight > 0) {
				wrong("a weight is above 0", "dimensions[%d].items[%d].weight", j, k)
			}
			seen[i.Code] = true
			sum += i.Weight
		}
		switch {
		case len(x.Items) == 0:
			wrong("take at least one item", "dimensions[%d].items", j)
		case !(math.Abs(sum-100) <= off):
			wrong("the weights of a dimension's items add up to 100", "dimensions[%d].items", j)
		}
	}
	if len(d.Dimensions) > 0 && !(math.Abs(total-100) <= off) {
		wrong("the weights of the dimensions add up to 100", "dimensions")
	}
	return list
}

// Codes are the indicators that a definition needs.
func (d Definition) Codes() []string {
	var list []string
	for _, x := range d.Dimensions {
		for _, i := range x.Items {
			list = append(list, i.Code)
		}
	}
	return list
}
