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
// The objective is the makespan, the largest C(i), unless the model names others.
//
// # Plants
//
// What process plants add (Floudas, Lin, "Continuous-time versus discrete-time approaches
// for scheduling of chemical processes", Computers & Chemical Engineering 28, 2004; Méndez
// et al., "State-of-the-art review of optimization methods for short-term scheduling of batch
// processes", Computers & Chemical Engineering 30, 2006):
//
//   - lag: S(after) ≤ C(before) + max_lag (generalised precedence, Bartusch, Möhring,
//     Radermacher, "Scheduling project networks with resource constraints and time windows",
//     Annals of Operations Research 16, 1988). Zero wait is max_lag 0; shelf life is a
//     max_lag, quarantine a min_lag.
//   - blocking: before holds what it takes of resources of capacity 1 up to S(after), the
//     last one if there are several (Hall, Sriskandarajah, "A survey of machine scheduling
//     problems with blocking and no-wait in process", Operations Research 44, 1996).
//   - calendar: c(r,t) is the capacity of r at t, 0 while closed. A task that fits has
//     c(r,t) > 0 for all it needs and all t in [S,C). One that pauses has it at S, and C
//     is the first moment up to which all was open for its duration (resumable, Lee,
//     "Machine scheduling with an availability constraint", Journal of Global Optimization 9,
//     1996). One that crosses has it at S. Amounts taken at t add up to c(r,t) at most while
//     open, and to the capacity while closed, when only tasks that pause, cross or block are there.
//     Times that are held only are bound by the capacity and not by the calendar. Shifts are by the clock, and c(r,t) is the
//     least of the unit from t to t + 1: a unit that is not open throughout is closed, so that the begin of a shift is rounded up
//     and its end down, and where one takes over from another within a unit there is no gap. Calendars that come again do so up to
//     the horizon, and are closed from there on.
//   - changeover: on a machine with one, between tasks i and j that follow one another, with
//     families f and g, there is a stop of the table's duration(f,g), if that is above 0
//     (Allahverdi, "The third comprehensive survey on scheduling problems with setup times",
//     European Journal of Operational Research 246, 2015). On a resource with more
//     capacity tasks of different families are never there together, and the stop lies between
//     groups (state functions, Laborie et al., "IBM ILOG CP Optimizer for scheduling",
//     Constraints 23, 2018). Before the first task the family is that of the resource;
//     if it has none, no stop is needed. Tasks without family do not come on such a resource.
//   - cleaning: of a machine, at most so many tasks between two cleanings, and every task ends
//     within the time after the end of the last one, or after time 0 before the first. A changeover that
//     cleans and takes time is one. Dirty hold: after a task, when it has set the machine free, the next task or
//     cleaning there starts within it; nothing is asked after the last task. Clean hold: the first task after
//     a cleaning, or after time 0, starts within it after the end of the last cleaning, so that a machine that waits longer is
//     cleaned again (validated hold times of pharmaceutical plants: EudraLex Volume 4, Annex 15, section 10;
//     WHO Technical Report Series 992, Annex 4). A dirty hold that was over before now after a pinned task
//     asks for a cleaning before the next one, at any time.
//   - a stop lies after all tasks before it on its resource, held times included, and before the
//     start of the task that it is for; it takes its needs, and all of them and its resource are open throughout. One of
//     the baseline that began before now has been, and may be for another task: a cleaning for any, a changeover for one of
//     the family for which it was.
//   - campaign: as many tasks of the family as follow one another on the resource, with no
//     task of another between them, are at least min and at most max.
//   - tank: what is drawn leaves room from the end of a task on and content is missing from its
//     start on; what is filled takes room from the start on and is there from the end on.
//     At any t, with u = level + fills with S ≤ t − draws with C ≤ t, and l = level + fills
//     with C ≤ t − draws with S ≤ t: u ≤ capacity and l ≥ heel. This is so whatever the course
//     of the flow within the task (reservoirs, Laborie, "Algorithms for propagating resource
//     constraints in AI planning and scheduling", Artificial Intelligence 143, 2003, on the
//     safe side). The family of a flow is its own, or else its task's. Flows of one family follow one another; before one of another, all have
//     ended, l = u = heel, and the stop of its changeover has been. The heel goes with the stop.
//   - recipe: the flows of a mode of family p add up to amount(p) · batch / size, a whole number, for
//     every part p of its recipe, and it has no others. So a task draws several materials and fills several, with
//     yields below 1, co-products and by-products, and what one makes can come back into the tank of which
//     another, earlier or later, draws (recycle): the levels of tanks are the balance of each material at every
//     event (State-Task-Networks, Kondili, Pantelides, Sargent, "A general algorithm for short-term
//     scheduling of batch operations – I", Computers & Chemical Engineering 17, 1993). A stock is a tank of
//     one family without changeover.
//   - hold: of what a tank holds above its heel the oldest is drawn first: what is there at time 0, and then
//     fills in the order of their C. A draw has S ≤ C + hold for every fill that it draws from, and C = 0
//     for what was there (perishable goods and shelf life: Entrup et al., "Mixed-integer linear programming approaches to
//     shelf-life-integrated planning and scheduling in yoghurt production", International Journal of
//     Production Research 43, 2005). What is never drawn is not judged. A hold in a machine is a
//     max_lag with blocking.
//   - pin: a task with a pinned start begins then, in the pinned mode, and ends at the
//     pinned end. What has happened is not judged: a rule of a pinned task with a start before now, or of
//     several such tasks alone, is not looked at, and a precedence not if the start of after is one and before is pinned. A pinned
//     task with a start from now on keeps all rules like any other task, its mode's duration aside if its end is pinned. If it has a
//     waiver it is taken as what has happened, and what it breaks can be listed: so a frozen zone stays as crews know it although
//     something has gone wrong.
//
// Objective levels are compared one after the other (lexicographic), each the weighted sum of
// its terms. With M the makespan, tardiness and earliness are the sums of weight · max(0, C − due) and weight ·
// max(0, due − C) for C the end of a job's last task; inventory is the sum over tanks of cost · ∫ l(t) dt from 0 to M, the
// content, which is there from the end of what fills it to the start of what draws it; energy is
// the sum over tasks of power · ∫ price(t) dt from S to C (energy under time-of-use tariffs, Castro, Harjunkoski,
// Grossmann, "New continuous-time scheduling formulation for continuous plants under variable
// electricity cost", Industrial & Engineering Chemistry Research 48, 2009); peak is the most that tasks and stops take of a
// resource at a time.
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
	Families    []string     `json:"families,omitempty"`   // names of products, colours, allergens: what changeovers go by
	Changeovers []Changeover `json:"changeovers,omitempty"`
	Calendars   []Calendar   `json:"calendars,omitempty"`
	Tanks       []Tank       `json:"tanks,omitempty"`
	Recipes     []Recipe     `json:"recipes,omitempty"`
	Campaigns   []Campaign   `json:"campaigns,omitempty"`
	Tariff      *Tariff      `json:"tariff,omitempty"`
	Clock       *Clock       `json:"clock,omitempty"`
	Horizon     int64        `json:"horizon,omitempty"`   // by which all has ended; calendars that come again need it
	Now         int64        `json:"now,omitempty"`       // no task without pinned start begins before, no stop that is neither in stops nor, begun already, the baseline's
	Stops       []Stop       `json:"stops,omitempty"`     // changeovers and cleanings that stand as they are, before pinned tasks
	Baseline    *Baseline    `json:"baseline,omitempty"`  // the plan that runs
	Objective   [][]Term     `json:"objective,omitempty"` // levels, the first first; each the sum of its terms. None: the makespan
}

// Resource is a machine, or a number of machines, people or units of something.
type Resource struct {
	Name       string    `json:"name,omitempty"`
	Capacity   int64     `json:"capacity"`
	Calendar   *int      `json:"calendar,omitempty"`
	Down       []Window  `json:"down,omitempty"`       // closed beside its calendar: maintenance, breakdowns
	Changeover *int      `json:"changeover,omitempty"` // between tasks of two families
	Family     *int      `json:"family,omitempty"`     // for which it is set up at time 0
	Cleaning   *Cleaning `json:"cleaning,omitempty"`   // of a machine
}

// Job is what tasks belong to.
type Job struct {
	Name     string `json:"name,omitempty"`
	Release  int64  `json:"release,omitempty"`  // no task of it starts before
	Due      *int64 `json:"due,omitempty"`      // it is late by what its last task ends after
	Deadline *int64 `json:"deadline,omitempty"` // no task of it ends after
	Weight   int64  `json:"weight,omitempty"`   // of being late; 0 is 1
}

// Task is done once, in one of its modes.
type Task struct {
	Name   string `json:"name,omitempty"`
	Job    *int   `json:"job,omitempty"`
	Modes  []Mode `json:"modes"`
	Family *int   `json:"family,omitempty"`
	Breaks Breaks `json:"breaks,omitempty"`
	Pin    *Pin   `json:"pin,omitempty"`
}

// Mode is a way to do a task.
type Mode struct {
	Duration int64  `json:"duration"`
	Needs    []Need `json:"needs,omitempty"`
	Flows    []Flow `json:"flows,omitempty"`
	Recipe   *int   `json:"recipe,omitempty"` // which its flows follow
	Batch    int64  `json:"batch,omitempty"`  // size of the batch, with a recipe
	Power    int64  `json:"power,omitempty"`  // from its start to its end, rests included
}

// Need is what a mode takes of a resource.
type Need struct {
	Resource int   `json:"resource"`
	Amount   int64 `json:"amount"`
}

// Precedence lets a task start when another has ended and the lag is over.
type Precedence struct {
	Before   int    `json:"before"`
	After    int    `json:"after"`
	MinLag   int64  `json:"min_lag,omitempty"`
	MaxLag   *int64 `json:"max_lag,omitempty"`  // after starts so long after the end of before at most; 0: at once (zero wait)
	Blocking bool   `json:"blocking,omitempty"` // before keeps its machines until after starts (no intermediate storage)
}

// Schedule is when and how each task is done.
type Schedule struct {
	Makespan    int64        `json:"makespan"`
	Assignments []Assignment `json:"assignments"`
	Stops       []Stop       `json:"stops,omitempty"`
	Objective   []int64      `json:"objective,omitempty"` // by level, if the model has levels
}

// Assignment is one task's mode and time.
type Assignment struct {
	Task  int   `json:"task"`
	Mode  int   `json:"mode"`
	Start int64 `json:"start"`
	End   int64 `json:"end"`
}
