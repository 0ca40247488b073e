// Package model is what is scheduled and what a schedule is, as plain data with a
// JSON form (format "linghang", described by schema.json).
//
// A Model is tasks, each done once in one of its modes. A mode has a duration and
// takes amounts of resources from the task's start up to, and not at, its end; a
// task of duration 0 takes nothing. Formally, a Schedule gives every task i a mode
// and a start S(i), with end C(i) = S(i) + duration of the mode, so that
//
//   - S(i) ≥ 0, and S(i) ≥ release of the task's job;
//   - S(after) ≥ C(before) + min_lag for every precedence;
//   - at any time t, the amounts of a resource that are taken by tasks with
//     S(i) ≤ t < C(i) add up to its capacity at most: a capacity of 1 is a machine
//     (unary resource), a larger one is cumulative (Brucker et al., "Resource-constrained
//     project scheduling: notation, classification, models and methods", European
//     Journal of Operational Research 112, 1999);
//   - if the model has same_order, jobs pass all of the resources that it lists in one
//     order (permutation flow shop, Garey, Johnson, Sethi, "The complexity of flowshop
//     and jobshop scheduling", Mathematics of Operations Research 1, 1976).
//
// The objective is the makespan, the largest C(i).
//
// Times are whole numbers in a unit that the caller chooses. Places (of resources,
// jobs, tasks, modes) count from 0 in the order of their lists.
package model

// Limits of a model. MaxTime bounds the sum of all that can come one after the other,
// so that sums of two times fit 32 bits.
const (
	MaxTime      = 1<<30 - 1 // the horizon: releases, longest durations and lags together
	MaxTasks     = 1 << 20
	MaxModes     = 1 << 22 // of all tasks together
	MaxNeeds     = 1 << 23 // of all modes together
	MaxResources = 1 << 16
	MaxCapacity  = 1<<31 - 1
	MaxText      = 256 << 20 // octets of a text or of JSON
	MaxName      = 256       // octets of a name
)

// Model is what is scheduled.
type Model struct {
	Name        string       `json:"name,omitempty"`
	Resources   []Resource   `json:"resources"`
	Jobs        []Job        `json:"jobs,omitempty"`
	Tasks       []Task       `json:"tasks"`
	Precedences []Precedence `json:"precedences,omitempty"`
	SameOrder   []int        `json:"same_order,omitempty"` // resources that all jobs pass in one order
}

// Resource is a machine, or a number of machines, people or units of something.
type Resource struct {
	Name     string `json:"name,omitempty"`
	Capacity int64  `json:"capacity"`
}

// Job is what tasks belong to.
type Job struct {
	Name    string `json:"name,omitempty"`
	Release int64  `json:"release,omitempty"` // no task of it starts before
}

// Task is done once, in one of its modes, without interruption.
type Task struct {
	Name  string `json:"name,omitempty"`
	Job   *int   `json:"job,omitempty"`
	Modes []Mode `json:"modes"`
}

// Mode is a way to do a task.
type Mode struct {
	Duration int64  `json:"duration"`
	Needs    []Need `json:"needs,omitempty"`
}

// Need is what a mode takes of a resource.
type Need struct {
	Resource int   `json:"resource"`
	Amount   int64 `json:"amount"`
}

// Precedence lets a task start when another has ended and the lag is over.
type Precedence struct {
	Before int   `json:"before"`
	After  int   `json:"after"`
	MinLag int64 `json:"min_lag,omitempty"`
}

// Schedule is when and how each task is done.
type Schedule struct {
	Makespan    int64        `json:"makespan"`
	Assignments []Assignment `json:"assignments"`
}

// Assignment is one task's mode and time.
type Assignment struct {
	Task  int   `json:"task"`
	Mode  int   `json:"mode"`
	Start int64 `json:"start"`
	End   int64 `json:"end"`
}
