package jobshop

import "linghang/lib/schedule/onemachine"

// lowerBound returns the largest of: each job alone; each machine alone, with the operations
// that only it can do (preemptive); all work by the number of machines.
func lowerBound(p Problem) int32 {
	by := make([][]onemachine.Window, p.Machines)
	bound, earliest, work := int32(0), int32(never), int64(0)
	used := make(map[int32]bool, p.Machines)
	for j, job := range p.Jobs {
		if len(job) == 0 {
			continue
		}
		head, rest := int32(0), int32(0)
		if len(p.Release) > 0 {
			head = p.Release[j]
		}
		earliest = min(earliest, head)
		for _, o := range job {
			rest += o.shortest()
		}
		bound = max(bound, head+rest)
		for _, o := range job {
			d := o.shortest()
			work += int64(d)
			rest -= d
			if m := o[0].Machine; o.only(m) {
				by[m] = append(by[m], onemachine.Window{Head: head, Duration: d, Tail: rest})
			}
			for _, w := range o {
				used[w.Machine] = true
			}
			head += d
		}
	}
	for _, list := range by {
		bound = max(bound, onemachine.Preemptive(list))
	}
	return max(bound, earliest+int32((work+int64(len(used))-1)/int64(len(used)))) //nolint:gosec // no more than all durations
}

func (o Operation) shortest() int32 {
	least := o[0].Duration
	for _, w := range o {
		least = min(least, w.Duration)
	}
	return least
}

// only tells whether no other machine than m can do the operation.
func (o Operation) only(m int32) bool {
	for _, w := range o {
		if w.Machine != m {
			return false
		}
	}
	return true
}
