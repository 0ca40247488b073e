package jobshop

import "linghang/lib/schedule/onemachine"

// lowerBound returns the largest preemptive one-machine bound, or the longest job.
func lowerBound(p Problem) int32 {
	by := make([][]onemachine.Window, p.Machines)
	bound := int32(0)
	for j, job := range p.Jobs {
		if len(job) == 0 {
			continue
		}
		head, rest := int32(0), int32(0)
		if len(p.Release) > 0 {
			head = p.Release[j]
		}
		for _, o := range job {
			rest += o.Duration
		}
		bound = max(bound, head+rest)
		for _, o := range job {
			rest -= o.Duration
			by[o.Machine] = append(by[o.Machine], onemachine.Window{Head: head, Duration: o.Duration, Tail: rest})
			head += o.Duration
		}
	}
	for _, list := range by {
		bound = max(bound, onemachine.Preemptive(list))
	}
	return bound
}
