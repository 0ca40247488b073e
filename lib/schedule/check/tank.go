package check

import (
	"cmp"
	"maps"
	"slices"

	"linghang/lib/schedule/model"
)

// tanks looks at each tank: what flows by its start.
func (e *examiner) tanks() {
	on := make([][]int, len(e.m.Tanks))
	for i := range e.mode {
		for _, f := range e.flows[i] {
			on[f.Tank] = append(on[f.Tank], i)
		}
	}
	stops := make([][]int, len(e.m.Tanks))
	for k := range e.stops {
		if s := &e.stops[k]; s.Tank != nil {
			stops[*s.Tank] = append(stops[*s.Tank], k)
		}
	}
	for k := range on {
		if e.part && e.shared[k] {
			continue
		}
		slices.SortStableFunc(on[k], func(a, b int) int {
			return cmp.Or(cmp.Compare(e.start[a], e.start[b]), cmp.Compare(e.end[a], e.end[b]))
		})
		e.byTask(stops[k])
		e.products(k, on[k], stops[k])
		e.level(k, on[k])
		if e.m.Tanks[k].Hold > 0 {
			e.ages(k, on[k])
		}
	}
}

func (e *examiner) amount(task, tank int) int64 {
	for _, f := range e.flows[task] {
		if f.Tank == tank {
			return f.Amount
		}
	}
	return 0
}

// product is the family of what a task fills into a tank or draws from it, or -1.
func (e *examiner) product(task, tank int) int {
	for _, f := range e.flows[task] {
		if f.Tank == tank && f.Family != nil {
			return *f.Family
		}
	}
	return -1
}

// balances holds that what a task fills and draws is in the proportions of its recipe, by what it is and not by how
// it was found.
func (e *examiner) balances() {
	for i, mode := range e.mode {
		if mode.Recipe == nil {
			continue
		}
		r := &e.m.Recipes[*mode.Recipe]
		left := map[int]int64{}
		for _, p := range r.Parts {
			left[p.Family] = p.Amount * mode.Batch
		}
		for _, f := range e.flows[i] {
			left[*f.Family] -= f.Amount * r.Size
		}
		for _, family := range slices.Sorted(maps.Keys(left)) {
			if amount := left[family]; amount != 0 {
				e.add("balance", "%s lacks %d / %d of family %d of recipe %d", e.name(i), amount, r.Size, family, *mode.Recipe)
			}
		}
	}
}

// products holds that a tank is empty and changed over before another product.
func (e *examiner) products(k int, tasks, stops []int) {
	tank := &e.m.Tanks[k]
	family, free, level, past := -1, int64(0), tank.Level, true
	if tank.Family != nil {
		family = *tank.Family
	}
	for at := 0; at < len(tasks); {
		e.lastFirst(k, family, tasks[at:])
		next := at + 1
		for next < len(tasks) && e.product(tasks[next], k) == e.product(tasks[at], k) {
			next++
		}
		group := tasks[at:next]
		other := e.product(group[0], k)
		if other != family && (!past || !e.settled(group[0])) {
			if level != tank.Heel {
				e.add("tank", "%s starts at %d with another product in tank %d, in which there are %d and not the heel of %d", e.name(group[0]), e.start[group[0]], k, level, tank.Heel)
			}
			duration := int64(0)
			if tank.Changeover != nil && family >= 0 && other >= 0 {
				duration = e.m.Changeovers[*tank.Changeover].Duration[family][other]
			}
			e.between("tank", group, stops, free, duration)
		}
		for _, i := range group {
			level += e.amount(i, k)
			free, past = max(free, e.end[i]), past && e.settled(i)
		}
		family, at = other, next
	}
}

// lastFirst has what flows at one moment begin with what is of the product that is in a tank.
func (e *examiner) lastFirst(k, family int, tasks []int) {
	n := 1
	for n < len(tasks) && e.start[tasks[n]] == e.start[tasks[0]] && e.end[tasks[n]] == e.end[tasks[0]] {
		n++
	}
	slices.SortStableFunc(tasks[:n], func(a, b int) int {
		first, second := e.product(a, k) == family, e.product(b, k) == family
		switch {
		case first == second:
			return 0
		case first:
			return -1
		default:
			return 1
		}
	})
}

// change is of the room that is taken, or of the content that is there.
type change struct{ at, room, content int64 }

func (e *examiner) level(k int, tasks []int) {
	tank := &e.m.Tanks[k]
	list := make([]change, 0, 2*len(tasks))
	judged := int64(model.MaxTime) // from when on somebody can do better
	for _, i := range tasks {
		a := e.amount(i, k)
		if a > 0 {
			list = append(list, change{e.start[i], a, 0}, change{e.end[i], 0, a})
		} else {
			list = append(list, change{e.start[i], 0, a}, change{e.end[i], a, 0})
		}
		if !e.settled(i) {
			judged = min(judged, e.start[i])
		}
	}
	slices.SortFunc(list, func(a, b change) int { return cmp.Compare(a.at, b.at) })
	room, content := tank.Level, tank.Level
	for j, c := range list {
		room, content = room+c.room, content+c.content
		if j+1 < len(list) && list[j+1].at == c.at || c.at < judged {
			continue
		}
		if room > tank.Capacity {
			e.add("tank", "tank %d holds up to %d at %d; its capacity is %d", k, room, c.at, tank.Capacity)
		}
		if content < tank.Heel {
			e.add("tank", "tank %d holds as little as %d at %d; its heel is %d", k, content, c.at, tank.Heel)
		}
	}
}

// lot is an amount that is in a tank since a time.
type lot struct{ since, amount int64 }

// ages holds that what is drawn from a tank, the oldest first, is not too old.
func (e *examiner) ages(k int, tasks []int) {
	tank := &e.m.Tanks[k]
	lots := []lot{{0, tank.Level - tank.Heel}}
	var draws []int
	for _, i := range tasks {
		if a := e.amount(i, k); a > 0 {
			lots = append(lots, lot{e.end[i], a})
		} else {
			draws = append(draws, i)
		}
	}
	slices.SortStableFunc(lots, func(a, b lot) int { return cmp.Compare(a.since, b.since) })
	at := 0
	for _, i := range draws {
		for left := -e.amount(i, k); left > 0 && at < len(lots); {
			if lots[at].amount == 0 {
				at++
				continue
			}
			taken := min(left, lots[at].amount)
			left -= taken
			lots[at].amount -= taken
			if e.start[i]-lots[at].since > tank.Hold && !e.settled(i) {
				e.add("hold", "%s starts at %d and draws from tank %d what is there since %d; it can be there for %d", e.name(i), e.start[i], k, lots[at].since, tank.Hold)
				break
			}
		}
	}
}
