// Package process searches schedules of process plants: models with due dates, maximum lags,
// blocking, calendars, changeovers, cleaning, campaigns, tanks, pins or objectives (package
// model says what they mean).
//
// A schedule is made of a list of bundles, which are tasks that maximum lags or blocking
// join, and of modes that are preferred: serial generation (Kolisch, "Serial and parallel
// resource-constrained project scheduling methods revisited", European Journal of Operational
// Research 90, 1996), each task as early as it can be after those before it in the list.
// On machines with changeovers, cleaning or campaigns tasks are only appended, so that what
// lies between two of them is known at once, and cleaned when that is due and not before; elsewhere gaps are filled. A bundle whose task would
// start too late after another is taken back to that one, which is shifted by what is missing
// (Bartusch, Möhring, Radermacher 1988). A bundle that has to wait for what others do
// first, as for room in a tank or the end of a campaign, is put off and tried again when that has changed. What fills
// a tank with a hold and what waits for it and draws are joined as by a maximum lag, which is more than
// the model asks.
//
// The list and the modes are searched by moves of a few bundles at a time (large neighbourhood
// search, Shaw, "Using constraint programming and local search methods to solve vehicle
// routing problems", CP 1998; here the fragment is built again by the generation) with late
// acceptance (Burke, Bykov, "The late acceptance hill-climbing heuristic", European
// Journal of Operational Research 258, 2017). Schedules are compared by tasks that found no
// place, time after deadlines, and then the levels of the objective: what cannot be done
// yet is repaired first.
//
// Pinned tasks are placed first, and on machines to which tasks are appended the others come after them. What those that are judged break
// by themselves is found before the search.
//
// With a baseline tasks stay at their starts and in their ways there unless something pushes them, or the search frees
// them: they rather wait for those that the baseline has before them, and their stops are kept free. What cannot stay, and
// what that pushes, is taken out to the end of the list first (ejection chains, Glover, "Ejection chains, reference structures and
// alternating path methods for traveling salesman problems", Discrete Applied Mathematics 65, 1996), so that a disturbance is
// repaired where it is, and then put back as far to the front as others can stay.
package process

import (
	"errors"
	"fmt"

	"linghang/lib/schedule/model"
)

// Options say how to search. The zero value is one worker until the context ends.
type Options struct {
	Seed    uint64
	Workers int   // goroutines; 0 is 1. With one, the same seed makes the same moves
	Moves   int64 // schedules that are generated, of each worker; 0 is any number
	First   bool  // end with the first schedule that keeps all rules
	// Progress is told every better schedule that keeps all rules, by one goroutine at a time.
	Progress func(makespan int64, objective []int64)
}

// ErrUnsupported is what Solve reports for what it cannot plan.
var ErrUnsupported = errors.New("this cannot be planned yet")

// NotFoundError says that the search ended before a schedule was found that keeps all rules,
// and what the nearest one to it lacks. It is no proof that there is none.
type NotFoundError struct {
	Missing []int // tasks that found no place
	Late    int64 // time after deadlines, of all tasks
	Moves   int64
	Nearest *model.Schedule // the nearest one, if it only misses deadlines
	Pins    error           // what pinned tasks break by themselves (check.Pins), so that nothing was searched
}

// Unwrap returns what pinned tasks break.
func (e *NotFoundError) Unwrap() error { return e.Pins }

// Error returns what is lacking.
func (e *NotFoundError) Error() string {
	if e.Pins != nil {
		return fmt.Sprintf("no schedule was found that keeps all rules: pinned tasks break some by themselves, and nothing comes between them where order matters:\n%v", e.Pins)
	}
	if len(e.Missing) == 0 && e.Late == 0 {
		return fmt.Sprintf("no schedule was found that keeps all rules in %d tries: in the nearest one a campaign is too short, or a tank has too little or too much for what is pinned", e.Moves)
	}
	if len(e.Missing) == 0 {
		return fmt.Sprintf("no schedule was found that keeps all rules in %d tries: in the nearest one tasks end after their deadlines, by %d together", e.Moves, e.Late)
	}
	return fmt.Sprintf("no schedule was found that keeps all rules in %d tries: in the nearest one %d tasks find no place, the first of them tasks[%d]", e.Moves, len(e.Missing), e.Missing[0])
}
