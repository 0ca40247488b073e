// Package onemachine bounds schedules by one machine alone: operations with heads and
// tails, of which the preemptive optimum is found by Jackson's rule (J. Carlier, "The
// one-machine sequencing problem", European Journal of Operational Research 11, 1982).
package onemachine

import (
	"cmp"
	"container/heap"
	"slices"
)

// Window is an operation seen from its machine: it cannot start before Head, and Tail
// follows its end.
type Window struct{ Head, Duration, Tail int32 }

// Preemptive returns the shortest makespan if operations could be interrupted: whenever
// one is released or ends, the one with the longest tail goes on. The list is sorted
// by heads.
func Preemptive(list []Window) int32 {
	slices.SortFunc(list, func(a, b Window) int { return cmp.Compare(a.Head, b.Head) })
	ready := &byTail{}
	now, span := int32(0), int32(0)
	for i := 0; i < len(list) || ready.Len() > 0; {
		if ready.Len() == 0 {
			now = max(now, list[i].Head)
		}
		for i < len(list) && list[i].Head <= now {
			heap.Push(ready, list[i])
			i++
		}
		top := &(*ready)[0]
		run := top.Duration
		if i < len(list) {
			run = min(run, list[i].Head-now)
		}
		now += run
		if top.Duration -= run; top.Duration == 0 {
			span = max(span, now+top.Tail)
			heap.Pop(ready)
		}
	}
	return span
}

// byTail is a heap, the longest tail on top.
type byTail []Window

// Len implements heap.Interface.
func (h byTail) Len() int { return len(h) }

// Less implements heap.Interface.
func (h byTail) Less(i, j int) bool { return h[i].Tail > h[j].Tail }

// Swap implements heap.Interface.
func (h byTail) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *byTail) Push(x any) { *h = append(*h, x.(Window)) } //nolint:forcetypeassert // the only thing that is pushed

// Pop implements heap.Interface.
func (h *byTail) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}
