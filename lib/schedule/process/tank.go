package process

import (
	"slices"

	"linghang/lib/schedule/model"
)

// event is of the room that is taken in a tank, or of the content that is there.
type event struct {
	at, room, content int64
	task              int32
}

// tankState is a tank while a schedule is made.
type tankState struct {
	family  int32 // of what is in it, -1 is none
	version int32
	from    int64 // nothing of this family flows before
	free    int64 // all that flows has ended
	level   int64 // when all has ended
	start   int64 // level when this family began
	first   int32 // events of this family are from here on
	judged  bool  // what is pinned and fills or draws
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

// stale tells whether a task in a way would draw what is too old, or leave others what is, and the next time at
// which that may be otherwise, or -1. If what is too old was filled by a task of its own bundle, which can
// be later, the slot says so and the place is one.
func (s *state) stale(i int32, way *way, start, end int64, sl *slot) (old bool, later int64) {
	sl.old = none
	for _, f := range way.flows {
		if s.Tanks[f.tank].Hold == 0 || s.pinned(i) {
			continue
		}
		at := start
		if f.amount > 0 {
			at = end
		}
		by, filler, drawer := s.aging(f.tank, event{at: at, content: f.amount, task: i})
		if by == 0 {
			continue
		}
		if drawer == i && filler >= 0 && s.bundleOf[filler] == s.bundleOf[i] {
			sl.old, sl.by = filler, by
			continue
		}
		sl.blocker = int32(len(s.Resources) + f.tank) //nolint:gosec // a place
		for _, e := range s.events[f.tank] {
			if e.at > at && e.content != 0 {
				return true, max(start+1, e.at-(at-start))
			}
		}
		return true, never
	}
	return false, 0
}

// aging returns, with one more event, by how much what is drawn from a tank, the oldest first, is too old, if it
// is, and the first tasks that filled and draw it. What pinned tasks draw is left out: others may be drawn from before.
func (s *state) aging(tank int, more event) (by int64, filler, drawer int32) {
	s.aged = insert(append(s.aged[:0], s.events[tank]...), more)
	return s.age(tank, s.aged, s.pinned)
}

// age looks at what is drawn by tasks that are not left out.
func (s *state) age(tank int, list []event, out func(int32) bool) (by int64, filler, drawer int32) {
	t := &s.Tanks[tank]
	// The lot that is drawn from.
	lot, left, from := event{task: none}, t.Level-t.Heel, 0
	for _, e := range list {
		for want := -e.content; want > 0; {
			for ; left == 0 && from < len(list); from++ {
				if list[from].content > 0 {
					lot, left = list[from], list[from].content
				}
			}
			if left == 0 {
				break // it is not there, which is another rule's business
			}
			if age := e.at - lot.at; age > t.Hold && !out(e.task) {
				return age - t.Hold, lot.task, e.task
			}
			taken := min(want, left)
			want, left = want-taken, left-taken
		}
	}
	return 0, none, none
}

// pinnedFlows counts what is wrong in tanks that pinned tasks fill or draw when all have their places.
func (s *state) pinnedFlows() (wrong int64) {
	for k, bound := range s.bound {
		if !bound {
			continue
		}
		t, list, judged := &s.Tanks[k], s.events[k], false
		room, content := t.Level, t.Level
		for j, e := range list {
			judged = judged || !s.Settled(int(e.task))
			room, content = room+e.room, content+e.content
			if judged && (j+1 == len(list) || list[j+1].at > e.at) && (room > t.Capacity || content < t.Heel) {
				wrong++
			}
		}
		if t.Hold > 0 {
			if by, _, _ := s.age(k, list, s.settled); by > 0 {
				wrong++
			}
		}
		wrong += s.mixed[k]
	}
	return wrong
}

func (s *state) settled(i int32) bool { return s.Settled(int(i)) }

// mix notes that a pinned task brings another product into a tank that is not down to its heel or not changed over, unless nobody can do
// better: others come after what is pinned.
func (s *state) mix(i int32, f pour, sl *slot) {
	t := &s.tanks[f.tank]
	t.judged = t.judged || !s.settled(i)
	if !t.judged || t.family == f.family {
		return
	}
	change := halt{kind: model.Change, resource: none, tank: int32(f.tank)} //nolint:gosec // a place
	if t.level != s.Tanks[f.tank].Heel || s.begins(i, sl, change, t.free, s.tankTime(f)) > sl.start {
		s.mixed[f.tank]++
	}
}
