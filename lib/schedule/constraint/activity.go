package constraint

import (
	"cmp"
	"slices"
)

// Activity takes an amount of a resource from its start on for a time, if it is present.
type Activity struct {
	Start    Int
	Duration int32
	Demand   int32 // of Cumulative
	Present  Lit
}

// activities are the activities of one resource, seen forward and backward: seen backward, time runs from the end, what
// ends last starts first, and what holds of starts holds of ends.
type activities []Activity

// start is the earliest start in a direction, 0 or 1.
func (l activities) start(k *Kernel, i, way int32) int32 {
	a := &l[i]
	return k.low[int32(a.Start)<<1|way] - way*a.Duration
}

// end is the latest end.
func (l activities) end(k *Kernel, i, way int32) int32 {
	a := &l[i]
	return a.Duration - way*a.Duration - k.low[int32(a.Start)<<1|way^1]
}

func (l activities) startBefore(k *Kernel, i, way, at int32) int32 {
	a := &l[i]
	return k.before(int32(a.Start)<<1|way, at) - way*a.Duration
}

func (l activities) endBefore(k *Kernel, i, way, at int32) int32 {
	a := &l[i]
	return a.Duration - way*a.Duration - k.before(int32(a.Start)<<1|way^1, at)
}

// from says that an activity starts at a time or later.
func (l activities) from(i, way, t int32) Lit {
	a := &l[i]
	return Lit{int32(a.Start)<<1 | way, t + way*a.Duration}
}

// until says that it ends at a time or earlier.
func (l activities) until(i, way, t int32) Lit {
	a := &l[i]
	return Lit{int32(a.Start)<<1 | way ^ 1, a.Duration - way*a.Duration - t}
}

func (l activities) presentBefore(k *Kernel, i, at int32) bool {
	p := l[i].Present
	return k.before(p.of, at) >= p.least
}

// signs are the signed variables on which a propagator of activities depends.
func (l activities) signs() []int32 {
	var list []int32
	for i := range l {
		list = append(list, int32(l[i].Start)<<1, int32(l[i].Start)<<1|1)
		if p := l[i].Present; p != Always() {
			list = append(list, p.of, p.of^1)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// byKey sorts places by keys; they are nearly sorted most often.
func byKey(places, key []int32) {
	for i := 1; i < len(places); i++ {
		x := places[i]
		j := i
		for ; j > 0 && key[places[j-1]] > key[x]; j-- {
			places[j] = places[j-1]
		}
		places[j] = x
	}
}

// lasting leaves out activities that take nothing.
func lasting(list []Activity, demand bool) activities {
	return slices.DeleteFunc(slices.Clone(list), func(a Activity) bool { return a.Duration == 0 || demand && a.Demand == 0 })
}

// byDemand is the order of activities, the largest first.
func byDemand(a, b Activity) int { return cmp.Compare(b.Demand, a.Demand) }
