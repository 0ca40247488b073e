package instance

import (
	"bytes"
	"fmt"
	"strconv"

	"linghang/lib/schedule/model"
)

// Parts of a file of PSPLIB, by how their first line begins.
const (
	precedences = "PRECEDENCE RELATIONS"
	requests    = "REQUESTS/DURATIONS"
	available   = "RESOURCEAVAILABILITIES"
)

// library is a file of PSPLIB while it is read.
type library struct {
	m         *model.Model
	part      string
	line      int
	jobs      int
	resources int
	modes     []int64 // of each job, by its relations
	job, mode int     // that comes next
	capacity  []int64
}

// PSPLIB reads a project in the form of the library, with one or several modes.
func PSPLIB(data []byte) (*model.Model, error) {
	if len(data) > model.MaxText {
		return nil, &Error{0, fmt.Sprintf("the text has %d octets; at most %d can be", len(data), model.MaxText)}
	}
	l := &library{m: &model.Model{}}
	for row := range bytes.Lines(data) {
		l.line++
		row = bytes.TrimSpace(row)
		if len(row) == 0 || row[0] == '*' || bytes.HasPrefix(row, []byte("--")) {
			continue
		}
		if err := l.read(row); err != nil {
			return nil, err
		}
	}
	switch {
	case l.jobs == 0:
		return nil, l.fault("the text ends where the number of jobs follows")
	case len(l.modes) < l.jobs:
		return nil, l.fault("the text ends where the relations of job %d follow", len(l.modes)+1)
	case l.job < l.jobs:
		return nil, l.fault("the text ends where mode %d of job %d follows", l.mode+1, l.job+1)
	case l.capacity == nil:
		return nil, l.fault("the text ends where what is available of resources follows")
	}
	for k, capacity := range l.capacity {
		l.m.Resources = append(l.m.Resources, model.Resource{Name: "R" + strconv.Itoa(k+1), Capacity: capacity})
	}
	return validated(l.m)
}

func (l *library) fault(form string, values ...any) error {
	return &Error{l.line, fmt.Sprintf(form, values...)}
}

// read reads a line by what part it is in.
func (l *library) read(row []byte) error {
	for _, part := range []string{precedences, requests, available, "PROJECT INFORMATION"} {
		if bytes.HasPrefix(row, []byte(part)) {
			return l.begin(part)
		}
	}
	switch {
	case l.part == "":
		return l.size(row)
	case l.part == "PROJECT INFORMATION" || wordy(rune(row[0])):
		return nil // heads of columns
	}
	numbers, err := l.numbers(row)
	if err != nil {
		return err
	}
	switch l.part {
	case precedences:
		return l.relations(numbers)
	case requests:
		return l.duration(numbers)
	default:
		return l.availability(numbers)
	}
}

func (l *library) begin(part string) error {
	switch {
	case part != "PROJECT INFORMATION" && l.jobs == 0:
		return l.fault("%s begin, and the number of jobs was not told", part)
	case part == requests && len(l.modes) < l.jobs:
		return l.fault("%s begin where the relations of job %d follow", part, len(l.modes)+1)
	}
	l.part = part
	return nil
}

// size reads a line of the head, of which those with how many jobs and resources there are matter.
func (l *library) size(row []byte) error {
	name, value, found := bytes.Cut(row, []byte(":"))
	fields := bytes.Fields(value)
	if !found || len(fields) == 0 {
		return nil
	}
	upTo := func(most int) (int, error) {
		n, err := strconv.Atoi(string(fields[0]))
		if err != nil || n < 0 || n > most {
			return 0, l.fault("%.40q is no number from 0 to %d", fields[0], most)
		}
		return n, nil
	}
	var err error
	switch name = bytes.TrimSpace(bytes.TrimPrefix(name, []byte("-"))); {
	case bytes.HasPrefix(name, []byte("jobs")):
		if l.jobs, err = upTo(model.MaxTasks); err == nil && l.jobs == 0 {
			return l.fault("there are 0 jobs; one is needed at least")
		}
	case bytes.Equal(name, []byte("renewable")):
		l.resources, err = upTo(model.MaxResources)
	case bytes.Equal(name, []byte("nonrenewable")), bytes.Equal(name, []byte("doubly constrained")):
		n, err := upTo(model.MaxResources)
		if err == nil && n > 0 {
			return l.fault("there are %d resources that are %s, which is not modelled: renewable ones are", n, name)
		}
		return err
	}
	return err
}

func (l *library) numbers(row []byte) (list []int64, err error) {
	for field := range bytes.FieldsSeq(row) {
		n, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil || n < 0 || n > model.MaxCapacity {
			return nil, l.fault("%.40q is no whole number from 0 to %d", field, int64(model.MaxCapacity))
		}
		list = append(list, n)
	}
	return list, nil
}

// relations reads a job, its number of modes, its number of successors, and these.
func (l *library) relations(n []int64) error {
	job := len(l.modes) + 1
	switch {
	case job > l.jobs:
		return l.fault("follows the relations of the last job, %d", l.jobs)
	case len(n) < 3 || n[0] != int64(job):
		return l.fault("is %v where job %d, its number of modes and its number of successors follow", n, job)
	case n[1] < 1:
		return l.fault("job %d has no mode", job)
	case n[2] != int64(len(n)-3):
		return l.fault("job %d has %d successors; its line has %d", job, n[2], len(n)-3)
	}
	l.modes = append(l.modes, n[1])
	for _, after := range n[3:] {
		if after < 1 || after > int64(l.jobs) {
			return l.fault("a successor is %d; jobs are 1 to %d", after, l.jobs)
		}
		l.m.Precedences = append(l.m.Precedences, model.Precedence{Before: job - 1, After: int(after - 1)})
	}
	return nil
}

// duration reads a mode: its job, if it is its first one, its number, its duration and needs.
func (l *library) duration(n []int64) error {
	if l.job == l.jobs {
		return l.fault("follows the last mode of the last job, %d", l.jobs)
	}
	if l.mode > 0 && len(n) == l.resources+2 {
		n = append([]int64{int64(l.job + 1)}, n...)
	}
	if len(n) != l.resources+3 || n[0] != int64(l.job+1) || n[1] != int64(l.mode+1) {
		return l.fault("is %v where mode %d of job %d follows: job, mode, duration and needs of %d resources", n, l.mode+1, l.job+1, l.resources)
	}
	mode := model.Mode{Duration: n[2]}
	for r, amount := range n[3:] {
		if amount > 0 {
			mode.Needs = append(mode.Needs, model.Need{Resource: r, Amount: amount})
		}
	}
	if l.mode == 0 {
		l.m.Tasks = append(l.m.Tasks, model.Task{Name: strconv.Itoa(l.job + 1)})
	}
	t := &l.m.Tasks[l.job]
	t.Modes = append(t.Modes, mode)
	if l.mode++; int64(l.mode) == l.modes[l.job] {
		l.job, l.mode = l.job+1, 0
	}
	return nil
}

func (l *library) availability(n []int64) error {
	if l.capacity != nil || len(n) != l.resources {
		return l.fault("has %d numbers; what is available of %d resources stands in one line", len(n), l.resources)
	}
	l.capacity = n
	return nil
}
