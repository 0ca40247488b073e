// Package team lets several searchers work side by side.
package team

import "sync"

// Run has each of so many workers (at least one) search, the last of them on the caller's
// goroutine, and returns how many moves they made together when all have ended. What one
// finds another learns by what search shares; Run adds nothing to it.
func Run(workers int, search func(worker int) (moves int64)) (moves int64) {
	workers = max(1, workers)
	made := make([]int64, workers)
	var group sync.WaitGroup
	for w := range workers - 1 {
		group.Go(func() { made[w] = search(w) })
	}
	made[workers-1] = search(workers - 1)
	group.Wait()
	for _, n := range made {
		moves += n
	}
	return moves
}
