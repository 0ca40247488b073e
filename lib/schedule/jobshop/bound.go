package jobshop

import (
	"cmp"
	"container/heap"
	"slices"
)

// window is an operation seen from its machine: it cannot start before head, and tail
// follows its end.
type window struct{ head, duration, tail int32 }

// lowerBound returns the largest preemptive one-machine bound, or the longest job.
func lowerBound(p Problem) int32 {
	by := make([][]window, p.Machines)
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
			by[o.Machine] = append(by[o.Machine], window{head, o.Duration, rest})
			head += o.Duration
		}
	}
	for _, list := range by {
		bound = max(bound, preemptive(list))
	}
	return bound
}

// preemptive returns the makespan of Jackson's schedule: whenever an operation is
// released or ends, the one with the longest tail goes on.
func preemptive(list []window) int32 {
	slices.SortFunc(list, func(a, b window) int { return cmp.Compare(a.head, b.head) })
	ready := &byTail{}
	now, span := int32(0), int32(0)
	for i := 0; i < len(list) || ready.Len() > 0; {
		if ready.Len() == 0 {
			now = max(now, list[i].head)
		}
		for i < len(list) && list[i].head <= now {
			heap.Push(ready, list[i])
			i++
		}
		top := &(*ready)[0]
		run := top.duration
		if i < len(list) {
			run = min(run, list[i].head-now)
		}
		now += run
		if top.duration -= run; top.duration == 0 {
			span = max(span, now+top.tail)
			heap.Pop(ready)
		}
	}
	return span
}

// byTail is a heap, the longest tail on top.
type byTail []window

// Len implements heap.Interface.
func (h byTail) Len() int { return len(h) }

// Less implements heap.Interface.
func (h byTail) Less(i, j int) bool { return h[i].tail > h[j].tail }

// Swap implements heap.Interface.
func (h byTail) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *byTail) Push(x any) { *h = append(*h, x.(window)) } //nolint:forcetypeassert // the only thing that is pushed

// Pop implements heap.Interface.
func (h *byTail) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}
