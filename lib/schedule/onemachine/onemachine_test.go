package onemachine

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// atOnce is the bound of every subset: least head, sum, least tail. The largest of all
// subsets is the preemptive optimum (Carlier 1982, theorem 2).
func atOnce(list []Window) int32 {
	best := int32(0)
	for set := 1; set < 1<<len(list); set++ {
		head, sum, tail := int32(1<<30), int32(0), int32(1<<30)
		for i, w := range list {
			if set>>i&1 == 1 {
				head, sum, tail = min(head, w.Head), sum+w.Duration, min(tail, w.Tail)
			}
		}
		best = max(best, head+sum+tail)
	}
	return best
}

func TestJacksonsScheduleIsTheLargestBoundOfSubsets(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	for range 2000 {
		var list []Window
		for range 1 + rng.IntN(7) {
			list = append(list, Window{rng.Int32N(20), rng.Int32N(9), rng.Int32N(20)})
		}
		want := atOnce(list)
		if got := Preemptive(list); got != want {
			t.Fatalf("%d, not %d, of %v", got, want, list)
		}
	}
}

// Seven operations of which 2, 3 and 4 decide: 11 + 17 + 21.
func ExamplePreemptive() {
	fmt.Println(Preemptive([]Window{{10, 5, 7}, {13, 6, 26}, {11, 7, 24}, {20, 4, 21}, {30, 3, 8}, {0, 6, 17}, {30, 2, 0}}))
	// Output: 49
}
