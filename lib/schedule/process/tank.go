package process

import "slices"

// event is of the room that is taken in a tank, or of the content that is there.
type event struct{ at, room, content int64 }

// tankState is a tank while a schedule is made.
type tankState struct {
	family  int32 // of what is in it, -1 is none
	version int32
	from    int64 // nothing of this family flows before
	free    int64 // all that flows has ended
	level   int64 // when all has ended
	start   int64 // level when this family began
	first   int32 // events of this family are from here on
}

// insert puts an event in its place in time.
func insert(list []event, e event) []event {
	list = append(list, e)
	k := len(list) - 1
	for ; k > 0 && list[k-1].at > e.at; k-- {
		list[k] = list[k-1]
	}
	list[k] = e
	return list
}

// remove takes an event out again.
func remove(list []event, e event) []event {
	for k, other := range slices.Backward(list) {
		if other == e {
			return append(list[:k], list[k+1:]...)
		}
	}
	return list
}

// roomFrom returns the time from which on an amount has room, from a time on, or -1 if it has
// none at the end.
func roomFrom(list []event, level, amount, capacity, t int64) int64 {
	room := level
	for i := range list {
		room += list[i].room
	}
	if room+amount > capacity {
		return -1
	}
	for k := len(list) - 1; k >= 0 && list[k].at > t; k-- {
		room -= list[k].room
		if (k == 0 || list[k-1].at < list[k].at) && room+amount > capacity {
			return list[k].at
		}
	}
	return t
}

// contentFrom returns the time from which on an amount is there, from a time on, or -1 if it is
// not there at the end.
func contentFrom(list []event, level, amount, heel, t int64) int64 {
	content := level
	for i := range list {
		content += list[i].content
	}
	if content-amount < heel {
		return -1
	}
	for k := len(list) - 1; k >= 0 && list[k].at > t; k-- {
		content -= list[k].content
		if (k == 0 || list[k-1].at < list[k].at) && content-amount < heel {
			return list[k].at
		}
	}
	return t
}
