package model

import (
	"fmt"
	"strings"
)

// Edges returns the precedences by task: those that leave task i are
// list[first[i]:first[i+1]], places in Precedences.
func (m *Model) Edges() (first, list []int) {
	first = make([]int, len(m.Tasks)+1)
	for _, p := range m.Precedences {
		first[p.Before+1]++
	}
	for i := range m.Tasks {
		first[i+1] += first[i]
	}
	list = make([]int, len(m.Precedences))
	next := append([]int(nil), first[:len(m.Tasks)]...)
	for i, p := range m.Precedences {
		list[next[p.Before]] = i
		next[p.Before]++
	}
	return first, list
}

// Order returns the tasks so that each comes after all that must end before it. It
// is shorter than Tasks if precedences form a circle.
func (m *Model) Order() []int {
	first, list := m.Edges()
	waits := make([]int, len(m.Tasks))
	for _, p := range m.Precedences {
		waits[p.After]++
	}
	order := make([]int, 0, len(m.Tasks))
	for i, n := range waits {
		if n == 0 {
			order = append(order, i)
		}
	}
	for at := 0; at < len(order); at++ {
		for _, k := range list[first[order[at]]:first[order[at]+1]] {
			after := m.Precedences[k].After
			if waits[after]--; waits[after] == 0 {
				order = append(order, after)
			}
		}
	}
	return order
}

// maxTold is how many tasks of a circle are told by name.
const maxTold = 12

// cycle tells one circle of precedences.
func (e *examiner) cycle() {
	order := e.m.Order()
	if len(order) == len(e.m.Tasks) {
		return
	}
	free := make([]bool, len(e.m.Tasks))
	for _, i := range order {
		free[i] = true
	}
	// Every task that is left waits for another that is left: going back leads round.
	by := make([]int, len(e.m.Tasks))
	start := -1
	for _, p := range e.m.Precedences {
		if !free[p.Before] && !free[p.After] {
			by[p.After], start = p.Before, p.After
		}
	}
	met := make([]bool, len(e.m.Tasks))
	for !met[start] {
		met[start] = true
		start = by[start]
	}
	names := []string{e.m.label(start)}
	for i := by[start]; i != start; i = by[i] {
		names = append(names, e.m.label(i))
	}
	if len(names) > maxTold {
		names = append(names[:maxTold], fmt.Sprintf("… (%d tasks)", len(names)))
	} else {
		names = append(names, e.m.label(start))
	}
	e.add("precedences", "form a circle: %s; each would have to end before itself", strings.Join(names, " after "))
}

// label names a task for people.
func (m *Model) label(task int) string {
	if name := m.Tasks[task].Name; name != "" {
		return fmt.Sprintf("tasks[%d] (%s)", task, name)
	}
	return fmt.Sprintf("tasks[%d]", task)
}
