package probe

import (
	"slices"

	"linghang/modules/security/internal/batch"
)

// How many records of one window are told in full. What plants do all day, writes and errors, has
// a bound of its own, so that a flood of it hides nothing else; and each graver reason has a
// reserve beside what it shares with the others, so that a flood of one hides none of them.
const (
	mostCheap    = 5_000 // writes and errors
	mostGrave    = 5_000 // of all other reasons together, and then
	reserved     = 1_000 // of each of them
	mostNamed    = 5_000 // facts
	reservedTurn = 5_000 // corrections: without them a conversation stands the wrong way round for good
)

// reserves are what graver reasons have of their own.
func reserves() map[string]int {
	return map[string]int{batch.WhyControl: reserved, batch.WhyProgram: reserved, batch.WhyConfig: reserved, batch.WhyFirstSeen: reserved, batch.WhyCorrected: reservedTurn}
}

// allowance is what may still be told of a window.
type allowance struct {
	cheap, grave, facts int
	own                 map[string]int
}

func newAllowance() allowance { return allowance{mostCheap, mostGrave, mostNamed, reserves()} }

// record takes one record for its reasons; false says that it is over the limit.
func (a *allowance) record(why []string) bool {
	if !slices.ContainsFunc(why, isGrave) {
		return takeOne(&a.cheap)
	}
	if takeOne(&a.grave) {
		return true
	}
	for _, w := range why {
		if a.own[w] > 0 {
			a.own[w]--
			return true
		}
	}
	return false
}

func (a *allowance) fact() bool { return takeOne(&a.facts) }

func takeOne(n *int) bool {
	if *n == 0 {
		return false
	}
	*n--
	return true
}

func isGrave(why string) bool { return why != batch.WhyWrite && why != batch.WhyError }
