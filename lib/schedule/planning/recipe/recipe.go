// Package recipe is the production network of a batch plant and a plan of it, as plain data with a
// JSON form (schema.json), and the check of a plan.
//
// A Network is a State-Task-Network (Kondili, Pantelides, Sargent, "A general algorithm for short-term
// scheduling of batch operations I", Computers and Chemical Engineering 17, 1993): states are materials,
// tasks turn states into states, units do tasks. Formally a Plan is batches (task i, unit j, start t, size b)
// so that
//
//   - t is a multiple of the step, t ≥ 0 and t + duration(i) ≤ horizon;
//   - min(i,j) ≤ b ≤ max(i,j), and j is listed for i;
//   - batches of one unit do not overlap: each holds it from t up to, and not at, t + duration(i);
//   - a batch of a task starts in a unit at least a changeover's duration after the end of every earlier one of the task that
//     the changeover is after (sequence-dependent cleaning, the same paper, section 4.3);
//   - a batch takes share·b of each input at t and gives share·b of each output at t + after, which is
//     its duration unless the output says less;
//   - the stock of every state, after what comes and what goes at a time, stays between its minimum
//     (which may be a heel, or a safety stock) and its capacity, and at the horizon between final_min and final_max;
//   - a demand is met at its time, whole;
//   - at any time the batches that run take fixed + per_size·b of each utility, together its capacity at most.
//
// The objective, which is as large as possible, is the value of the stock at the horizon, less the costs of batches,
// of holding stock (at the end of each step) and of utilities (for each unit of time).
//
// Times are whole numbers in a unit that the caller chooses; amounts are in units that are the same for a state and its tasks.
package recipe

// Limits of a network.
const (
	MaxText    = 16 << 20 // octets of JSON
	MaxNames   = 2000     // states, tasks, units and utilities, each
	MaxArcs    = 20_000   // inputs, outputs, units and utilities of all tasks, movements of all states, and changeovers of all units, together
	MaxPeriods = 5000     // horizon / step
	MaxName    = 256      // octets
	MaxTime    = 1<<30 - 1
)

// Network is what can be made of what.
type Network struct {
	Name      string    `json:"name,omitempty"`
	Horizon   int64     `json:"horizon"`
	Step      int64     `json:"step"` // all times are multiples of it
	States    []State   `json:"states"`
	Units     []Unit    `json:"units"`
	Utilities []Utility `json:"utilities,omitempty"`
	Tasks     []Task    `json:"tasks"`
}

// State is a material.
type State struct {
	Name     string   `json:"name"`
	Initial  float64  `json:"initial,omitempty"`
	Minimum  float64  `json:"minimum,omitempty"`  // of the stock, at any time after the first
	Capacity *float64 `json:"capacity,omitempty"` // of the stock; nil is without end
	FinalMin *float64 `json:"final_min,omitempty"`
	FinalMax *float64 `json:"final_max,omitempty"`
	Price    float64  `json:"price,omitempty"`   // of a unit in stock at the horizon; negative is a cost
	Holding  float64  `json:"holding,omitempty"` // cost of a unit in stock for a step
	Receipts []Amount `json:"receipts,omitempty"`
	Demands  []Amount `json:"demands,omitempty"`
}

// Amount is what comes or goes from outside.
type Amount struct {
	At     int64   `json:"at"`
	Amount float64 `json:"amount"`
}

// Unit does one batch at a time.
type Unit struct {
	Name        string       `json:"name"`
	Changeovers []Changeover `json:"changeovers,omitempty"`
}

// Changeover is how long a unit is made ready between a batch of one task and a later one of another, or of the same.
type Changeover struct {
	After    string `json:"after"`  // task
	Before   string `json:"before"` // task
	Duration int64  `json:"duration"`
}

// Utility is shared by the batches that run: steam, power, operators.
type Utility struct {
	Name     string  `json:"name"`
	Capacity float64 `json:"capacity"`
	Price    float64 `json:"price,omitempty"` // of a unit of it for a unit of time
}

// Task is a way to turn inputs into outputs.
type Task struct {
	Name      string      `json:"name"`
	Duration  int64       `json:"duration"`
	Inputs    []Flow      `json:"inputs,omitempty"`
	Outputs   []Flow      `json:"outputs,omitempty"`
	Units     []Equipment `json:"units"`
	Utilities []Use       `json:"utilities,omitempty"`
}

// Flow is a part of a batch. The shares of inputs usually add up to 1, and those of outputs to the yield.
type Flow struct {
	State string  `json:"state"`
	Share float64 `json:"share"`
	After *int64  `json:"after,omitempty"` // of outputs: when it is there, from the start of the batch; nil is its duration
}

// Equipment is a unit that can do a task, and how large its batches are.
type Equipment struct {
	Unit    string  `json:"unit"`
	Min     float64 `json:"min,omitempty"`
	Max     float64 `json:"max"`
	Cost    float64 `json:"cost,omitempty"`     // of a batch
	PerSize float64 `json:"per_size,omitempty"` // cost of a unit of size
}

// Use is what a batch takes of a utility while it runs.
type Use struct {
	Utility string  `json:"utility"`
	Fixed   float64 `json:"fixed,omitempty"`
	PerSize float64 `json:"per_size,omitempty"`
}

// Plan is what is done when, and what follows.
type Plan struct {
	Objective float64   `json:"objective"`
	Batches   []Batch   `json:"batches"`
	Stocks    []Profile `json:"stocks"`
}

// Batch is one task done once.
type Batch struct {
	Task  string  `json:"task"`
	Unit  string  `json:"unit"`
	Start int64   `json:"start"`
	End   int64   `json:"end"`
	Size  float64 `json:"size"`
}

// Profile is the stock of a state at the end of time 0, one step, two steps, up to the horizon.
type Profile struct {
	State string    `json:"state"`
	Stock []float64 `json:"stock"`
}

// Periods is how many steps there are.
func (n *Network) Periods() int { return int(n.Horizon / n.Step) }

// Delay is when the output is there, from the start of a batch of the task.
func (t *Task) Delay(output Flow) int64 {
	if output.After != nil {
		return *output.After
	}
	return t.Duration
}
