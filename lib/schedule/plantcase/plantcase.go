// Package plantcase makes a scheduling model of the size of a plant, to measure with:
// 300 batches of ten products over 20 units (8 reactors, 4 blenders, 4 dryers, 4 packing lines) and
// 12 tanks, in minutes.
//
// Each batch is reacted, blended, dried into a tank and packed from one. A reactor keeps its
// batch until a blender takes it (no intermediate storage), and dryers take it within two hours.
// Reactors and lines have changeovers by product; reactors are cleaned after 8 batches or 4
// days by one of two skids, which tanks need too between products. Three products
// run in campaigns. Lines work in two shifts of six days and rest in between, operators are fewer
// at night, steam is short in the evening, and reactors stop on Sundays. Two products are packed
// within four days. Batches have due dates; tardiness comes first, then changeovers and the
// makespan. The figures are of our own making.
package plantcase

import (
	"fmt"
	"math/rand/v2"

	"linghang/lib/schedule/model"
)

const (
	hour     = 60
	day      = 24 * hour
	products = 10
	reactors = 8
	others   = 4 // blenders, dryers, packing lines: so many of each
	blender  = reactors
	dryer    = blender + others
	line     = dryer + others
	skids    = line + others
	people   = skids + 1
	steam    = people + 1
	tanks    = 12
	amount   = 10 // of each batch
)

// Calendars of the case.
const (
	shifts = iota
	crews
	boiler
	sundays
)

// Model returns the case with so many batches; 300 is the published one.
func Model(batches int, seed uint64) *model.Model {
	rng := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a case that can be made again
	m := &model.Model{
		Name: fmt.Sprintf("plant-%d", batches), Horizon: 120 * day,
		Clock: &model.Clock{Zone: "Asia/Shanghai", Start: "2026-11-02T06:00", Unit: 60},
		Calendars: []model.Calendar{
			{Name: "two shifts", Weekly: []model.Shift{{Days: []int{1, 2, 3, 4, 5, 6}, From: "06:00", Until: "22:00"}}},
			{Name: "crews", Weekly: []model.Shift{{Days: all(), From: "06:00", Until: "22:00"}, {Days: all(), From: "22:00", Until: "06:00", Capacity: 9}}},
			{Name: "steam", Weekly: []model.Shift{{Days: all(), From: "21:00", Until: "17:00"}, {Days: all(), From: "17:00", Until: "21:00", Capacity: 14}}},
			{Name: "but Sundays", Weekly: []model.Shift{{Days: []int{1, 2, 3, 4, 5, 6}, From: "00:00", Until: "00:00"}, {Days: []int{7}, From: "12:00", Until: "00:00"}}},
		},
		Changeovers: []model.Changeover{table(rng, "reactors", 60, 40), table(rng, "lines", 30, 15), table(rng, "tanks", 45, 0)},
		Campaigns:   []model.Campaign{{Resource: 0, Family: 0, Min: 3, Max: 12}, {Resource: 1, Family: 1, Min: 3}, {Resource: 2, Family: 2, Min: 2, Max: 10}},
		Objective: [][]model.Term{
			{{Term: model.Tardiness}},
			{{Term: model.ChangeoverTime, Weight: 2}, {Term: model.Makespan}},
		},
	}
	for p := range products {
		m.Families = append(m.Families, fmt.Sprintf("product %c", 'A'+p))
	}
	for i := range m.Changeovers {
		if i != 1 {
			m.Changeovers[i].Needs = []model.Need{{Resource: skids, Amount: 1}}
		}
	}
	units(m)
	for b := range batches {
		batch(rng, m, b)
	}
	return m
}

func all() []int { return []int{1, 2, 3, 4, 5, 6, 7} }

// table has changeovers of one length within a group of products and a longer one between groups.
func table(rng *rand.Rand, name string, within, between int64) model.Changeover {
	c := model.Changeover{Name: name}
	for p := range products {
		row := make([]int64, products)
		for q := range row {
			switch {
			case p == q:
			case p/4 == q/4:
				row[q] = within
			default:
				row[q] = within + between + 5*rng.Int64N(5)
			}
		}
		c.Duration = append(c.Duration, row)
	}
	return c
}

func units(m *model.Model) {
	add := func(name string, n int, r model.Resource) {
		for k := range n {
			r.Name = fmt.Sprintf("%s %d", name, k+1)
			m.Resources = append(m.Resources, r)
		}
	}
	clean := &model.Cleaning{Duration: 90, Tasks: 8, Time: 4 * day, Needs: []model.Need{{Resource: skids, Amount: 1}}}
	add("reactor", reactors, model.Resource{Capacity: 1, Changeover: new(0), Cleaning: clean, Calendar: new(sundays)})
	add("blender", others, model.Resource{Capacity: 1})
	add("dryer", others, model.Resource{Capacity: 1})
	add("line", others, model.Resource{Capacity: 1, Changeover: new(1), Calendar: new(shifts)})
	m.Resources = append(m.Resources,
		model.Resource{Name: "skids", Capacity: 2},
		model.Resource{Name: "operators", Capacity: 16, Calendar: new(crews)},
		model.Resource{Name: "steam", Capacity: 22, Calendar: new(boiler)})
	for k := range tanks {
		m.Tanks = append(m.Tanks, model.Tank{Name: fmt.Sprintf("tank %d", k+1), Capacity: 45, Heel: 5, Level: 5, Changeover: new(2)})
	}
}

func batch(rng *rand.Rand, m *model.Model, b int) {
	product := rng.IntN(products)
	job := len(m.Jobs)
	release := int64(max(0, b-60)) * 15 * day / 300
	due := release + 3*day + rng.Int64N(4*day)
	m.Jobs = append(m.Jobs, model.Job{Name: fmt.Sprintf("batch %d", b+1), Release: release / hour * hour, Due: new(due / hour * hour), Weight: 1 + int64(rng.IntN(3))})
	first := len(m.Tasks)
	add := func(name string, breaks model.Breaks, modes ...model.Mode) {
		m.Tasks = append(m.Tasks, model.Task{Name: fmt.Sprintf("%s %d", name, b+1), Job: &job, Family: &product, Breaks: breaks, Modes: modes})
	}
	react := int64(4+rng.IntN(4)) * hour
	var ways []model.Mode
	for k := range reactors {
		if k == product%reactors || k == (product+3)%reactors || k == (product+6)%reactors {
			ways = append(ways, way(react+int64(15*(k%3)), need(k, 1), need(people, 1), need(steam, 2)))
		}
	}
	add("react", model.Fit, ways...)
	blend := int64(8+rng.IntN(5)) * 15
	add("blend", model.Fit, way(blend, need(blender+product%others, 1), need(people, 1)), way(blend, need(blender+(product+1)%others, 1), need(people, 1)))
	dry := int64(10+rng.IntN(5)) * 15
	add("dry", model.Fit, tanked(product, amount, dry, dryer, need(steam, 1))...)
	pack := int64(5+rng.IntN(4)) * 15
	add("pack", model.Pause, tanked(product, -amount, pack, line, need(people, 1))...)
	m.Precedences = append(m.Precedences,
		model.Precedence{Before: first, After: first + 1, Blocking: true},
		model.Precedence{Before: first + 1, After: first + 2, MaxLag: new(int64(2 * hour))},
		model.Precedence{Before: first + 2, After: first + 3, MinLag: hour})
	if product >= products-2 {
		m.Precedences[len(m.Precedences)-1].MaxLag = new(int64(4 * day))
	}
}

func way(duration int64, needs ...model.Need) model.Mode {
	return model.Mode{Duration: duration, Needs: needs}
}

func need(resource int, amount int64) model.Need {
	return model.Need{Resource: resource, Amount: amount}
}

// tanked are the ways to do a task on one of two units, into or out of one of three tanks.
func tanked(product int, amount, duration int64, unit int, more model.Need) (ways []model.Mode) {
	for k := range 2 {
		for t := range 3 {
			w := way(duration, need(unit+(product+k)%others, 1), more)
			w.Flows = []model.Flow{{Tank: (product + 4*t) % tanks, Amount: amount}}
			ways = append(ways, w)
		}
	}
	return ways
}
