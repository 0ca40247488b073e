package model

import (
	"fmt"
	"slices"
)

// Recipe is what a batch of a size consumes and makes, in proportion: inputs with their yields, main and
// co-products, and what comes back to be used again.
type Recipe struct {
	Name  string `json:"name,omitempty"`
	Size  int64  `json:"size"`
	Parts []Part `json:"parts"`
}

// Part is an amount of a material that a batch of the recipe's size makes, or, below 0, consumes.
type Part struct {
	Family int   `json:"family"`
	Amount int64 `json:"amount"`
}

// Flows returns what a mode of a task of a valid model fills and draws, with amounts that it leaves to its
// recipe and families that it leaves to the task written out.
func (m *Model) Flows(t *Task, mode *Mode) []Flow {
	if len(mode.Flows) == 0 {
		return nil
	}
	list := slices.Clone(mode.Flows)
	for k := range list {
		list[k].Family = list[k].of(t)
	}
	if mode.Recipe == nil {
		return list
	}
	r := &m.Recipes[*mode.Recipe]
	for k := range list {
		if f := &list[k]; f.Amount == 0 {
			f.Amount = r.left(mode, list, *f.Family)
		}
	}
	return list
}

// of is the family of a flow of a task.
func (f *Flow) of(t *Task) *int {
	if f.Family == nil {
		return t.Family
	}
	return f.Family
}

// left is what of the part of a family flows do not say.
func (r *Recipe) left(mode *Mode, list []Flow, family int) int64 {
	amount := int64(0)
	for _, p := range r.Parts {
		if p.Family == family {
			amount = p.Amount * mode.Batch / r.Size
		}
	}
	for _, f := range list {
		if f.Family != nil && *f.Family == family {
			amount -= f.Amount
		}
	}
	return amount
}

func (e *examiner) recipe(i int) {
	r, where := &e.m.Recipes[i], fmt.Sprintf("recipes[%d]", i)
	e.name(where+".name", r.Name)
	if r.Size < 1 || r.Size > MaxCapacity {
		e.add(where+".size", "is %d; it is 1 to %d", r.Size, int64(MaxCapacity))
	}
	if len(r.Parts) == 0 {
		e.add(where+".parts", "are empty; a recipe consumes or makes something")
	}
	for k, p := range r.Parts {
		at := fmt.Sprintf("%s.parts[%d]", where, k)
		e.place(at+".family", &p.Family, len(e.m.Families), "families")
		if p.Amount == 0 || max(p.Amount, -p.Amount) > MaxCapacity {
			e.add(at+".amount", "is %d; it is made, or, below 0, consumed", p.Amount)
		}
		if slices.ContainsFunc(r.Parts[:k], func(o Part) bool { return o.Family == p.Family }) {
			e.add(at+".family", "is %d a second time", p.Family)
		}
	}
}

// batch holds that what a mode fills and draws is what its recipe says of a batch of its size, and tells
// whether the mode's flows have amounts.
func (e *examiner) batch(where string, t *Task, mode *Mode) bool {
	if mode.Recipe == nil {
		if mode.Batch != 0 {
			e.add(where+".batch", "is %d, and there is no recipe", mode.Batch)
		}
		return true
	}
	before := len(e.faults)
	if !e.place(where+".recipe", mode.Recipe, len(e.m.Recipes), "recipes") {
		return false
	}
	r := &e.m.Recipes[*mode.Recipe]
	if mode.Batch < 1 || mode.Batch > MaxCapacity {
		e.add(where+".batch", "is %d; it is 1 to %d", mode.Batch, int64(MaxCapacity))
		return false
	}
	for k, f := range mode.Flows {
		family := f.of(t)
		if family == nil || !slices.ContainsFunc(r.Parts, func(p Part) bool { return p.Family == *family }) {
			e.add(fmt.Sprintf("%s.flows[%d].family", where, k), "is none of recipes[%d]", *mode.Recipe)
		}
	}
	if len(e.faults) > before {
		return false
	}
	for k, p := range r.Parts {
		e.part(where, t, mode, k, p)
	}
	return len(e.faults) == before
}

// part holds that the flows of a part add up to it.
func (e *examiner) part(where string, t *Task, mode *Mode, k int, p Part) {
	size, name := e.m.Recipes[*mode.Recipe].Size, fmt.Sprintf("recipes[%d].parts[%d]", *mode.Recipe, k)
	if p.Amount*mode.Batch%size != 0 {
		e.add(where+".batch", "is %d, of which %s is %d × %d / %d, no whole number: use a finer unit of amounts", mode.Batch, name, p.Amount, mode.Batch, size)
		return
	}
	amount, open, flows := p.Amount*mode.Batch/size, 0, 0
	left := amount
	for _, f := range mode.Flows {
		if family := f.of(t); family == nil || *family != p.Family {
			continue
		}
		flows++
		if left -= f.Amount; f.Amount == 0 {
			open++
		}
	}
	switch {
	case flows == 0:
		e.add(where+".flows", "have none of %s, which is %d in this batch: say into or out of which tank", name, amount)
	case open > 1:
		e.add(where+".flows", "have %d of %s without amount; one can be", open, name)
	case open == 0 && left != 0:
		e.add(where+".flows", "have %d of %s, which is %d in this batch", amount-left, name, amount)
	case open == 1 && (left == 0 || left > 0 != (amount > 0)):
		e.add(where+".flows", "leave %d of %s, which is %d in this batch, to the one without amount", left, name, amount)
	}
}

// balance holds that of no family more is drawn in the whole plan than can be there. What is pinned may have
// happened otherwise, and is not judged.
func (e *examiner) balance() {
	if slices.ContainsFunc(e.m.Tasks, func(t Task) bool { return t.Pin != nil }) {
		return
	}
	// By family, the last one for what has none: the most that is there, and the least that is drawn.
	there, drawn := make([]int64, len(e.m.Families)+1), make([]int64, len(e.m.Families)+1)
	key := func(family *int) int {
		if family == nil {
			return len(e.m.Families)
		}
		return *family
	}
	for i := range e.m.Tanks {
		there[key(e.m.Tanks[i].Family)] += e.m.Tanks[i].Level - e.m.Tanks[i].Heel
	}
	type flow struct{ most, modes int64 }
	for i := range e.m.Tasks {
		t := &e.m.Tasks[i]
		by := map[int]flow{}
		for k := range t.Modes {
			sum := map[int]int64{}
			for _, f := range e.m.Flows(t, &t.Modes[k]) {
				sum[key(f.Family)] += f.Amount
			}
			for family, amount := range sum {
				f, known := by[family]
				if !known {
					f.most = amount
				}
				by[family] = flow{max(f.most, amount), f.modes + 1}
			}
		}
		for family, f := range by {
			if f.most > 0 {
				there[family] += f.most
			} else if f.modes == int64(len(t.Modes)) {
				drawn[family] -= f.most
			}
		}
	}
	for family := range there {
		if drawn[family] > there[family] {
			where := "tanks"
			if family < len(e.m.Families) {
				where = fmt.Sprintf("families[%d]", family)
			}
			e.add(where, "is drawn by %d in the whole plan, and at most %d can be there: more batches that make it, or more at the start, are needed", drawn[family], there[family])
			return
		}
	}
}
