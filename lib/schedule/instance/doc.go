// Package instance reads the texts in which scheduling problems are published, into
// package model.
//
//   - JobShop: jobs and machines; then a line for each job with a pair (machine,
//     duration) for each of its operations ("standard", Beasley's OR-Library, jobshop1).
//   - Flexible: jobs and machines, and a third number that says nothing; then each job as
//     its number of operations, and each operation as its number of alternatives and a
//     pair (machine, duration) for each (Brandimarte 1993, Hurink et al. 1994).
//   - FlowShop: jobs and machines, and up to three numbers more; then the durations by
//     machine (Taillard 1993), or, if there are twice as many, pairs (machine, duration) by
//     job (Vallada, Ruiz, Framinan 2015). All machines are passed in one order of jobs.
//   - Patterson: activities and resources, the capacities, and then each activity as
//     duration, needs, number of successors, successors from 1 (Patterson 1984, as PSPLIB's
//     sets are spread, .rcp).
//   - PSPLIB: the form of the library itself, .sm and .mm: relations, requests and what is
//     available, in parts with heads (Kolisch, Sprecher, "PSPLIB – a project scheduling problem library", European
//     Journal of Operational Research 96, 1997). Resources are renewable.
//
// Machines count from 0 or from 1: if number 0 is there they count from 0, if their
// number is there, from 1. Lines with a letter or # in them are skipped before the first number,
// and in flow shops anywhere.
package instance

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"

	"linghang/lib/schedule/model"
)

// Error says where a text is no instance, and why.
type Error struct {
	Line int // from 1; 0 is the whole
	What string
}

// Error returns line and reason.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.What
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.What)
}

// Formats are the names that Read takes.
func Formats() []string { return []string{"jobshop", "flexible", "flowshop", "rcpsp", "linghang"} }

// Read reads a text in the format of a name, and validates what it says.
func Read(format string, data []byte) (*model.Model, error) {
	switch format {
	case "jobshop":
		return JobShop(data)
	case "flexible":
		return Flexible(data)
	case "flowshop":
		return FlowShop(data)
	case "rcpsp":
		if bytes.Contains(data, []byte(precedences)) {
			return PSPLIB(data)
		}
		return Patterson(data)
	case "linghang":
		return model.Decode(data) //nolint:wrapcheck // it says all
	default:
		return nil, fmt.Errorf("there is no format %q; there are %v", format, Formats())
	}
}

// validated is a model that was put together right, if the numbers allow it.
func validated(m *model.Model) (*model.Model, error) {
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("the instance cannot be scheduled:\n%w", err)
	}
	return m, nil
}

func machines(n int) []model.Resource {
	list := make([]model.Resource, n)
	for i := range list {
		list[i] = model.Resource{Name: "M" + strconv.Itoa(i), Capacity: 1}
	}
	return list
}

// shop puts jobs together as chains of tasks.
func shop(machineCount int, jobs [][][]model.Mode) *model.Model {
	m := &model.Model{Resources: machines(machineCount), Jobs: make([]model.Job, len(jobs))}
	for j, tasks := range jobs {
		m.Jobs[j].Name = "J" + strconv.Itoa(j)
		job := j
		for k, modes := range tasks {
			if k > 0 {
				m.Precedences = append(m.Precedences, model.Precedence{Before: len(m.Tasks) - 1, After: len(m.Tasks)})
			}
			m.Tasks = append(m.Tasks, model.Task{Name: fmt.Sprintf("J%d.%d", j, k), Job: &job, Modes: modes})
		}
	}
	return m
}

func on(machine int, duration int64) model.Mode {
	return model.Mode{Duration: duration, Needs: []model.Need{{Resource: machine, Amount: 1}}}
}

// JobShop reads a job shop.
func JobShop(data []byte) (*model.Model, error) {
	t, jobs, count, err := head(data)
	if err == nil {
		err = t.machined(count)
	}
	if err != nil {
		return nil, err
	}
	lines, err := jobLines(t, jobs, count)
	if err != nil {
		return nil, err
	}
	list := make([][][]model.Mode, jobs)
	var numbers []*int
	for j, line := range lines {
		for i := 0; i+1 < len(line); i += 2 {
			modes := []model.Mode{on(int(line[i].value), line[i+1].value)}
			numbers = append(numbers, &modes[0].Needs[0].Resource)
			list[j] = append(list[j], modes)
		}
	}
	if err := fromZero(numbers, count); err != nil {
		return nil, err
	}
	return validated(shop(count, list))
}

// jobLines are the numbers of each job: as many as there are machines if that is how
// many there are, however lines are broken, or else those of its line.
func jobLines(t *text, jobs, count int) ([][]number, error) {
	rest := t.rest()
	if len(rest) == 2*jobs*count {
		return slices.Collect(slices.Chunk(rest, 2*count)), nil
	}
	var lines [][]number
	for len(rest) > 0 {
		n := 1
		for n < len(rest) && rest[n].line == rest[0].line {
			n++
		}
		if n%2 != 0 {
			return nil, &Error{rest[0].line, fmt.Sprintf("has %d numbers; a job has pairs of machine and duration", n)}
		}
		lines, rest = append(lines, rest[:n]), rest[n:]
	}
	if len(lines) != jobs {
		return nil, &Error{0, fmt.Sprintf("there are %d lines of jobs; the first line says %d", len(lines), jobs)}
	}
	return lines, nil
}

// Flexible reads a flexible job shop.
func Flexible(data []byte) (*model.Model, error) {
	t, jobs, count, err := head(data)
	if err == nil {
		err = t.machined(count)
	}
	if err != nil {
		return nil, err
	}
	list := make([][][]model.Mode, jobs)
	var numbers []*int
	for j := range list {
		tasks, err := t.upTo("the number of operations", model.MaxTasks)
		if err != nil {
			return nil, err
		}
		for range tasks {
			ways, err := t.upTo("the number of alternatives", count)
			if err != nil {
				return nil, err
			}
			if ways == 0 {
				return nil, &Error{t.line(), "an operation has no alternative; it needs a machine at least"}
			}
			modes := make([]model.Mode, ways)
			for k := range modes {
				machine, err := t.upTo("a machine", count)
				if err != nil {
					return nil, err
				}
				duration, err := t.upTo("a duration", model.MaxTime)
				if err != nil {
					return nil, err
				}
				modes[k] = on(machine, int64(duration))
				numbers = append(numbers, &modes[k].Needs[0].Resource)
			}
			list[j] = append(list[j], modes)
		}
	}
	if err := t.end(); err != nil {
		return nil, err
	}
	if err := fromZero(numbers, count); err != nil {
		return nil, err
	}
	return validated(shop(count, list))
}

// fromZero makes machines count from 0.
func fromZero(numbers []*int, count int) error {
	low, high := count, 0
	for _, n := range numbers {
		low, high = min(low, *n), max(high, *n)
	}
	switch {
	case low < 0 || high > count || low == 0 && high == count && count > 0:
		return &Error{0, fmt.Sprintf("machines are %d to %d; %d machines count from 0 to %d or from 1 to %d", low, high, count, count-1, count)}
	case high == count:
		for _, n := range numbers {
			*n--
		}
	}
	return nil
}

// FlowShop reads a permutation flow shop.
func FlowShop(data []byte) (*model.Model, error) {
	t, err := lex(data, true)
	if err != nil {
		return nil, err
	}
	jobs, count, err := t.sizes(5)
	if err == nil {
		err = t.machined(count)
	}
	if err != nil {
		return nil, err
	}
	rest := t.rest()
	list := make([][][]model.Mode, jobs)
	for j := range list {
		list[j] = make([][]model.Mode, count)
	}
	switch len(rest) {
	case jobs * count:
		for i, n := range rest {
			list[i%jobs][i/jobs] = []model.Mode{on(i/jobs, n.value)}
		}
	case 2 * jobs * count:
		for i := 0; i < len(rest); i += 2 {
			j, k := i/2/count, i/2%count
			if rest[i].value != int64(k) {
				return nil, &Error{rest[i].line, fmt.Sprintf("is machine %d where %d follows; a flow shop passes 0, 1, 2 …", rest[i].value, k)}
			}
			list[j][k] = []model.Mode{on(k, rest[i+1].value)}
		}
	default:
		return nil, &Error{0, fmt.Sprintf("there are %d numbers after the first line; %d jobs on %d machines have %d durations, or that many pairs", len(rest), jobs, count, jobs*count)}
	}
	m := shop(count, list)
	for i := range count {
		m.SameOrder = append(m.SameOrder, i)
	}
	return validated(m)
}

// Patterson reads a project with limited resources.
func Patterson(data []byte) (*model.Model, error) {
	t, tasks, count, err := head(data)
	if err != nil {
		return nil, err
	}
	m := &model.Model{Resources: make([]model.Resource, count), Tasks: make([]model.Task, tasks)}
	for i := range m.Resources {
		capacity, err := t.upTo("a capacity", model.MaxCapacity)
		if err != nil {
			return nil, err
		}
		m.Resources[i] = model.Resource{Name: "R" + strconv.Itoa(i+1), Capacity: int64(capacity)}
	}
	for i := range m.Tasks {
		if err := activity(t, m, i); err != nil {
			return nil, err
		}
	}
	if err := t.end(); err != nil {
		return nil, err
	}
	return validated(m)
}

func activity(t *text, m *model.Model, i int) error {
	duration, err := t.upTo("a duration", model.MaxTime)
	if err != nil {
		return err
	}
	mode := model.Mode{Duration: int64(duration)}
	for r := range m.Resources {
		amount, err := t.upTo("a need", model.MaxCapacity)
		if err != nil {
			return err
		}
		if amount > 0 {
			mode.Needs = append(mode.Needs, model.Need{Resource: r, Amount: int64(amount)})
		}
	}
	m.Tasks[i] = model.Task{Name: strconv.Itoa(i + 1), Modes: []model.Mode{mode}}
	successors, err := t.upTo("the number of successors", len(m.Tasks))
	if err != nil {
		return err
	}
	for range successors {
		after, err := t.upTo("a successor", len(m.Tasks))
		if err != nil {
			return err
		}
		if after == 0 {
			return &Error{t.line(), "a successor is 0; activities count from 1"}
		}
		m.Precedences = append(m.Precedences, model.Precedence{Before: i, After: after - 1})
	}
	return nil
}
