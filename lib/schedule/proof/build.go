package proof

import (
	"cmp"
	"slices"

	"linghang/lib/schedule/constraint"
)

// What is built is bounded: pairs are of activities that cannot be beside one another, and each has a literal.
const (
	maxTasks = 600
	maxPairs = 10_000
)

// builder makes the model of a problem.
type builder struct {
	Problem
	p      *Prover
	after  [][]uint64 // by task: the set of tasks that are after it
	single []bool     // by task: it has one mode
	pairs  map[[2]int32]constraint.Lit
}

// New makes a prover, or nil if the problem is too large for one.
func New(q Problem, o Options) *Prover {
	if len(q.Tasks) > maxTasks {
		return nil
	}
	p := &Prover{kernel: constraint.New(constraint.Options{Seed: o.Seed}), lower: o.Lower, upper: o.Upper, step: 1, budget: firstBudget}
	n := int64(max(1, len(q.Tasks)))
	p.patience = patience / (n * n * n)
	b := &builder{Problem: q, p: p, pairs: map[[2]int32]constraint.Lit{}}
	p.span = p.kernel.Int(o.Lower, max(o.Lower, o.Upper-1))
	b.tasks(o.Upper)
	b.precedences()
	b.reach()
	if !b.resources() {
		return nil
	}
	return p
}

func (b *builder) tasks(upper int32) {
	k := b.p.kernel
	for i, modes := range b.Tasks {
		least := int32(0)
		if len(b.Release) > 0 {
			least = b.Release[i]
		}
		x := k.Int(least, max(least, upper))
		b.p.start = append(b.p.start, x)
		lits := []constraint.Lit{constraint.Always()}
		if b.single = append(b.single, len(modes) == 1); len(modes) > 1 {
			lits = lits[:0]
			for range modes {
				l := k.Bool()
				k.Decide(l.Int())
				for _, other := range lits {
					k.Clause(l.Not(), other.Not())
				}
				lits = append(lits, l)
			}
			k.Clause(lits...)
		}
		b.p.mode = append(b.p.mode, lits)
		b.afterEnd(i, b.p.span, 0)
	}
}

// afterEnd lets x be a lag after the end of a task at least.
func (b *builder) afterEnd(i int, x constraint.Int, lag int32) {
	modes := b.Tasks[i]
	if len(modes) > 1 {
		shortest := slices.MinFunc(modes, func(a, c Mode) int { return cmp.Compare(a.Duration, c.Duration) })
		b.p.kernel.After(b.p.start[i], x, shortest.Duration+lag, constraint.Always())
	}
	for j, m := range modes {
		b.p.kernel.After(b.p.start[i], x, m.Duration+lag, b.p.mode[i][j])
	}
}

func (b *builder) precedences() {
	for _, a := range b.Precedences {
		b.afterEnd(int(a.Before), b.p.start[a.After], a.MinLag)
	}
}

// reach finds which tasks are after which.
func (b *builder) reach() {
	n := len(b.Tasks)
	words := (n + 63) / 64
	b.after = make([][]uint64, n)
	next := make([][]int32, n)
	waits := make([]int, n)
	for _, a := range b.Precedences {
		next[a.Before] = append(next[a.Before], a.After)
		waits[a.After]++
	}
	var order []int32
	for i := range waits {
		if waits[i] == 0 {
			order = append(order, int32(i))
		}
	}
	for at := 0; at < len(order); at++ {
		for _, j := range next[order[at]] {
			if waits[j]--; waits[j] == 0 {
				order = append(order, j)
			}
		}
	}
	for _, i := range slices.Backward(order) {
		b.after[i] = make([]uint64, words)
		for _, j := range next[i] {
			b.after[i][j/64] |= 1 << (j % 64)
			for w, bits := range b.after[j] {
				b.after[i][w] |= bits
			}
		}
	}
}

func (b *builder) ordered(i, j int32) bool {
	return b.after[i][j/64]>>(j%64)&1 == 1 || b.after[j][i/64]>>(i%64)&1 == 1
}

// piece is a task in a mode.
type piece struct {
	task   int32
	mode   int32
	amount int32
}

func (b *builder) activity(p piece) constraint.Activity {
	return constraint.Activity{Start: b.p.start[p.task], Duration: b.Tasks[p.task][p.mode].Duration, Demand: p.amount, Present: b.p.mode[p.task][p.mode]}
}

// resources adds the resources, and returns false if there are too many pairs.
func (b *builder) resources() bool {
	cumulative := false
	for r, list := range b.pieces() {
		if !b.pairsOf(list, b.Capacity[r]) {
			return false
		}
		sum, n := int64(0), len(list)
		slices.SortStableFunc(list, func(a, c piece) int { return cmp.Compare(c.amount, a.amount) })
		var activities []constraint.Activity
		for _, p := range list {
			sum += int64(p.amount)
			activities = append(activities, b.activity(p))
		}
		switch {
		case n < 2 || sum <= int64(b.Capacity[r]):
		case int64(list[n-1].amount)+int64(list[n-2].amount) > int64(b.Capacity[r]):
			b.p.kernel.Unary(activities)
		default:
			cumulative = true
			b.p.kernel.Cumulative(b.Capacity[r], activities)
		}
	}
	if cumulative {
		b.cliques()
		for _, x := range b.p.start {
			b.p.kernel.Decide(x)
		}
	}
	return true
}

// pieces are what takes each resource.
func (b *builder) pieces() [][]piece {
	on := make([][]piece, len(b.Capacity))
	for i, modes := range b.Tasks {
		for j, m := range modes {
			if m.Duration == 0 {
				continue
			}
			p := piece{task: int32(i), mode: int32(j)}
			for _, n := range m.Needs {
				list := on[n.Resource]
				if last := len(list) - 1; last >= 0 && list[last].task == p.task && list[last].mode == p.mode {
					list[last].amount += n.Amount
				} else if n.Amount > 0 {
					p.amount = n.Amount
					on[n.Resource] = append(list, p)
				}
			}
		}
	}
	return on
}

// pairsOf gives each two pieces that cannot be beside one another a literal that says which is first.
func (b *builder) pairsOf(list []piece, capacity int32) bool {
	k := b.p.kernel
	for at, p := range list {
		for _, q := range list[:at] {
			if p.task == q.task || int64(p.amount)+int64(q.amount) <= int64(capacity) || b.ordered(p.task, q.task) {
				continue
			}
			if len(b.pairs) >= maxPairs {
				return false
			}
			one, other := b.activity(p), b.activity(q)
			if b.single[p.task] && b.single[q.task] {
				key := [2]int32{min(p.task, q.task), max(p.task, q.task)}
				if _, is := b.pairs[key]; !is {
					b.pairs[key] = k.Before(one, other)
					k.Decide(b.pairs[key].Int())
				}
				continue
			}
			// With both present, one of two arcs holds.
			first, second := k.Bool(), k.Bool()
			b.pairs[[2]int32{of(first), of(second)}] = first
			k.After(one.Start, other.Start, one.Duration, first)
			k.After(other.Start, one.Start, other.Duration, second)
			k.Clause(one.Present.Not(), other.Present.Not(), first, second)
			k.Clause(first.Not(), second.Not())
			k.Decide(first.Int())
			k.Decide(second.Int())
		}
	}
	return true
}

// of tells a literal in the place of a task.
func of(l constraint.Lit) int32 { return -1 - int32(l.Int()) }

// cliques adds sets of tasks of which no two can be beside one another, over all resources.
func (b *builder) cliques() {
	order := b.crowded()
	covered := map[[2]int32]bool{}
	for _, seed := range order {
		clique := []int32{seed}
		for _, j := range order {
			if j != seed && !slices.ContainsFunc(clique, func(i int32) bool { return !b.apart(i, j) }) {
				clique = append(clique, j)
			}
		}
		fresh := 0
		for at, i := range clique {
			for _, j := range clique[:at] {
				if key := [2]int32{min(i, j), max(i, j)}; !covered[key] && !b.ordered(i, j) {
					covered[key] = true
					fresh++
				}
			}
		}
		if len(clique) < 3 || fresh < len(clique) {
			continue
		}
		var list []constraint.Activity
		for _, i := range clique {
			list = append(list, b.activity(piece{task: i}))
		}
		b.p.kernel.Unary(list)
	}
}

// apart tells whether two tasks cannot be beside one another.
func (b *builder) apart(i, j int32) bool {
	_, is := b.pairs[[2]int32{min(i, j), max(i, j)}]
	return is || b.ordered(i, j)
}

// crowded are the tasks of one mode that cannot be beside some others, those of most first.
func (b *builder) crowded() (order []int32) {
	degree := make([]int, len(b.Tasks))
	for key := range b.pairs {
		if key[0] >= 0 {
			degree[key[0]]++
			degree[key[1]]++
		}
	}
	for i, n := range degree {
		if n > 0 && b.single[i] && b.Tasks[i][0].Duration > 0 {
			order = append(order, int32(i))
		}
	}
	slices.SortStableFunc(order, func(i, j int32) int { return cmp.Compare(degree[j], degree[i]) })
	return order
}
