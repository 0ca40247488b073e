package panel

import (
	"cmp"
	"slices"
	"strings"
)

// Judge is a reviewer who can be given applications.
type Judge struct {
	ID       string
	Fields   []string // of expertise
	Capacity int      // how many applications at most, those of Item.Has among them
}

// Item is an application that wants reviewers.
type Item struct {
	ID     string
	Fields []string
	Has    []string // reviewers that it has, who stay
}

// Pair gives an application to a reviewer.
type Pair struct {
	Item, Judge string
	Expert      bool // they have a field in common
}

// Lack is an application for which there are not enough reviewers who may.
type Lack struct {
	Item string
	Have int
}

// Assign gives every item so many judges: first who has expertise, then who has least to
// do. bars tells who may not judge what. When somebody has no room left, others are moved,
// so that an item lacks judges only where no assignment could give it enough. Where the
// items fall into groups that no common judge joins, one item of each gets one judge more,
// from another group, so that all marks can be set off against each other. Same input, same
// output.
func Assign(items []Item, judges []Judge, each int, bars func(item, judge string) bool) ([]Pair, []Lack) {
	d := newDesk(items, judges, bars)
	for round := 1; round <= each; round++ {
		for _, i := range d.order {
			if len(d.kept[i])+len(d.given[i]) < each {
				d.give(i)
			}
		}
	}
	for _, i := range d.order {
		for len(d.kept[i])+len(d.given[i]) < each && d.makeRoom(i) {
		}
	}
	d.join()
	var pairs []Pair
	var lacks []Lack
	for i, it := range items {
		for _, j := range d.given[i] {
			pairs = append(pairs, Pair{it.ID, judges[j].ID, d.common(i, j) > 0})
		}
		if have := len(d.kept[i]) + len(d.given[i]); have < each {
			lacks = append(lacks, Lack{it.ID, have})
		}
	}
	return pairs, lacks
}

type desk struct {
	items  []Item
	judges []Judge
	able   [][]int // judges that may judge an item
	kept   [][]int // and those that do already
	given  [][]int
	load   []int
	order  []int // items, those with the fewest judges first
}

func newDesk(items []Item, judges []Judge, bars func(item, judge string) bool) *desk {
	d := &desk{items: items, judges: judges, able: make([][]int, len(items)), kept: make([][]int, len(items)), given: make([][]int, len(items)), load: make([]int, len(judges))}
	for i, it := range items {
		d.order = append(d.order, i)
		for j, r := range judges {
			switch {
			case slices.Contains(it.Has, r.ID):
				d.kept[i] = append(d.kept[i], j)
				d.load[j]++
			case !bars(it.ID, r.ID):
				d.able[i] = append(d.able[i], j)
			}
		}
	}
	slices.SortStableFunc(d.order, func(a, b int) int {
		return cmp.Or(cmp.Compare(len(d.able[a]), len(d.able[b])), strings.Compare(items[a].ID, items[b].ID))
	})
	return d
}

func (d *desk) common(i, j int) int {
	n := 0
	for _, f := range d.items[i].Fields {
		if slices.Contains(d.judges[j].Fields, f) {
			n++
		}
	}
	return n
}

// give gives an item the best judge who has room.
func (d *desk) give(i int) {
	best := -1
	for _, j := range d.able[i] {
		if d.load[j] >= d.judges[j].Capacity || slices.Contains(d.given[i], j) {
			continue
		}
		if best < 0 || d.better(i, j, best) {
			best = j
		}
	}
	if best >= 0 {
		d.given[i] = append(d.given[i], best)
		d.load[best]++
	}
}

func (d *desk) better(i, a, b int) bool {
	expertA, expertB := d.common(i, a) > 0, d.common(i, b) > 0
	if expertA != expertB {
		return expertA
	}
	if d.load[a] != d.load[b] {
		return d.load[a] < d.load[b]
	}
	return d.mix(i, a) < d.mix(i, b)
}

// mix breaks ties in another order for each item, so that pairs of judges mix and their
// marks can be set off against each other.
func (d *desk) mix(i, j int) int { return (j*7919 + i*104729) % 1000003 }

// join joins groups of items that no common judge joins, each by one more review.
func (d *desk) join() {
	parent := make([]int, len(d.judges))
	for j := range parent {
		parent[j] = j
	}
	var find func(j int) int
	find = func(j int) int {
		if parent[j] != j {
			parent[j] = find(parent[j])
		}
		return parent[j]
	}
	busy := make([]bool, len(d.judges))
	for i := range d.items {
		all := slices.Concat(d.kept[i], d.given[i])
		for _, j := range all {
			busy[j] = true
			parent[find(j)] = find(all[0])
		}
	}
	for _, i := range d.order {
		all := slices.Concat(d.kept[i], d.given[i])
		if len(all) == 0 {
			continue
		}
		best := -1
		for _, j := range d.able[i] {
			if busy[j] && find(j) != find(all[0]) && d.load[j] < d.judges[j].Capacity && (best < 0 || d.better(i, j, best)) {
				best = j
			}
		}
		if best >= 0 {
			d.given[i] = append(d.given[i], best)
			d.load[best]++
			parent[find(best)] = find(all[0])
		}
	}
}

// makeRoom finds a chain of moves at whose end somebody has room, and makes them.
func (d *desk) makeRoom(i int) bool {
	from := map[int][2]int{} // judge: the item that would take them, the judge who would leave it
	var queue []int
	reach := func(item, leaving int) {
		for _, j := range d.able[item] {
			if _, seen := from[j]; !seen && !slices.Contains(d.given[item], j) {
				from[j] = [2]int{item, leaving}
				queue = append(queue, j)
			}
		}
	}
	reach(i, -1)
	for len(queue) > 0 {
		j := queue[0]
		queue = queue[1:]
		if d.load[j] < d.judges[j].Capacity {
			d.shift(j, from)
			return true
		}
		for other, list := range d.given {
			if slices.Contains(list, j) {
				reach(other, j)
			}
		}
	}
	return false
}

// shift makes the moves that end at a judge with room.
func (d *desk) shift(j int, from map[int][2]int) {
	d.load[j]++
	for j >= 0 {
		item, leaving := from[j][0], from[j][1]
		if leaving >= 0 {
			d.given[item] = slices.DeleteFunc(d.given[item], func(x int) bool { return x == leaving })
		}
		d.given[item] = append(d.given[item], j)
		j = leaving
	}
}
