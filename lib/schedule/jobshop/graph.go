package jobshop

// node is an operation in the disjunctive graph. Node 0 is nobody: it ends at 0, has no
// tail, and stands wherever there is no neighbour. Nodes 1 to n are the operations, and
// those behind them the releases of jobs, which end at the release and stand before a
// job's first operation.
type node struct {
	jobBefore, jobAfter         int32
	machineBefore, machineAfter int32
	duration                    int32
	end                         int32 // earliest end: the head and the duration
	tail                        int32 // longest way from its start to the end of all
	place                       int32 // in the topological order
}

// maxCells is how large the tabu matrix may be. What does not fit shares cells, which
// makes some moves tabu that need not be.
const maxCells = 1 << 24

// option is a way to do an operation that no other way on the same machine beats.
type option struct {
	machine, duration int32
	way               int32 // its place in Operation
}

// graph is a problem and a selection: ways, and an order of all operations by which each
// machine's sequence is known. It is what one worker changes.
type graph struct {
	n       int32
	nodes   []node
	order   []int32 // topological, all operations
	last    []int32 // of each job
	first   []int32 // of each machine
	options []option
	from    []int32 // by node: its options are options[from[x]:from[x+1]]
	chosen  []int32 // by node: its option
	row     []int32 // by node: where its row of the tabu matrix begins
	column  []int32 // by node: its column in rows of its machine
	cells   int     // of the tabu matrix
	strict  int32   // 1 if an operation can take no time or a job can stay on its machine, see tryRight
	mark    []int32
	stamp   int32
	moved   []int32 // while the order is mended
	latest  []int32 // by machine, while sequences are read from the order
}

func newGraph(p Problem) *graph {
	n := 0
	for _, job := range p.Jobs {
		n += len(job)
	}
	g := &graph{
		n: int32(n), nodes: make([]node, 1+n+len(p.Jobs)), order: make([]int32, n), first: make([]int32, p.Machines),
		from: make([]int32, 2, n+2), chosen: make([]int32, 1+n), row: make([]int32, 1+n), column: make([]int32, 1+n),
		mark: make([]int32, 1+n+len(p.Jobs)), moved: make([]int32, n), latest: make([]int32, p.Machines),
	}
	x := int32(0)
	for j, job := range p.Jobs {
		source := g.n + 1 + int32(j)
		if len(p.Release) > 0 {
			g.nodes[source].end = p.Release[j]
		}
		before := source
		for _, o := range job {
			x++
			g.addOptions(o)
			g.nodes[x].jobBefore, g.chosen[x] = before, g.from[x]
			g.nodes[x].duration = g.options[g.from[x]].duration
			if before != source {
				g.nodes[before].jobAfter = x
				g.stays(before, x)
			}
			before = x
		}
		if before != source {
			g.last = append(g.last, before)
		}
	}
	g.layOut()
	return g
}

// addOptions lists the ways of the next node, the shortest on each machine.
func (g *graph) addOptions(o Operation) {
	begin := len(g.options)
	for k, w := range o {
		at := begin
		for at < len(g.options) && g.options[at].machine != w.Machine {
			at++
		}
		switch {
		case at == len(g.options):
			g.options = append(g.options, option{w.Machine, w.Duration, int32(k)})
		case w.Duration < g.options[at].duration:
			g.options[at] = option{w.Machine, w.Duration, int32(k)}
		}
		if w.Duration == 0 {
			g.strict = 1
		}
	}
	g.from = append(g.from, int32(len(g.options))) //nolint:gosec // bounded by the model
}

// stays makes conditions strict if both operations can be on one machine.
func (g *graph) stays(x, y int32) {
	for _, a := range g.options[g.from[x]:g.from[x+1]] {
		for _, b := range g.options[g.from[y]:g.from[y+1]] {
			if a.machine == b.machine {
				g.strict = 1
			}
		}
	}
}

func (g *graph) machine(x int32) int32 { return g.options[g.chosen[x]].machine }

// layOut gives each operation its row in the tabu matrix: a square for each machine, or
// one for all where machines are chosen.
func (g *graph) layOut() {
	flexible := len(g.options) > int(g.n)
	size := make([]int32, len(g.first))
	for x := int32(1); x <= g.n; x++ {
		m := g.machine(x)
		if flexible {
			m = 0
		}
		g.column[x] = size[m]
		size[m]++
	}
	base := make([]int32, len(size))
	for m, count := range size {
		if int64(g.cells)+int64(count)*int64(count) > maxCells {
			size[m] = 1 // one column for all
		}
		base[m] = int32(g.cells) //nolint:gosec // bounded by maxCells and the number of operations
		g.cells += int(count) * int(size[m])
	}
	for x := int32(1); x <= g.n; x++ {
		m := g.machine(x)
		if flexible {
			m = 0
		}
		g.row[x] = base[m] + g.column[x]*size[m]
		g.column[x] %= size[m]
	}
}

// take makes an order, which has to be topological for jobs, and options the selection.
func (g *graph) take(order, chosen []int32) {
	copy(g.order, order)
	copy(g.chosen, chosen)
	clear(g.latest)
	clear(g.first)
	for i, x := range g.order {
		m := g.machine(x)
		before := g.latest[m]
		y := &g.nodes[x]
		y.machineBefore, y.machineAfter, y.place, y.duration = before, 0, int32(i), g.options[g.chosen[x]].duration
		if before == 0 {
			g.first[m] = x
		} else {
			g.nodes[before].machineAfter = x
		}
		g.latest[m] = x
	}
	g.heads(0)
	g.tails(g.n - 1)
}

// heads computes what follows from a place in the order on.
func (g *graph) heads(from int32) {
	nodes := g.nodes
	for _, x := range g.order[from:] {
		v := &nodes[x]
		v.end = max(nodes[v.jobBefore].end, nodes[v.machineBefore].end) + v.duration
	}
}

// tails computes what goes before from a place in the order back.
func (g *graph) tails(from int32) {
	nodes, order := g.nodes, g.order
	for i := int(from); i >= 0; i-- {
		v := &nodes[order[i]]
		v.tail = max(nodes[v.jobAfter].tail, nodes[v.machineAfter].tail) + v.duration
	}
}

func (g *graph) makespan() int32 {
	span := int32(0)
	for _, x := range g.last {
		span = max(span, g.nodes[x].end)
	}
	return span
}

// unlink takes x out of its machine's sequence.
func (g *graph) unlink(x int32) {
	before, after := g.nodes[x].machineBefore, g.nodes[x].machineAfter
	g.nodes[before].machineAfter, g.nodes[after].machineBefore = after, before
	if before == 0 {
		g.first[g.machine(x)] = after
	}
}

// link puts x between two neighbours on its machine.
func (g *graph) link(x, before, after int32) {
	g.nodes[x].machineBefore, g.nodes[x].machineAfter = before, after
	g.nodes[before].machineAfter, g.nodes[after].machineBefore = x, x
	if before == 0 {
		g.first[g.machine(x)] = x
	}
}

// moveRight puts u right after v on their machine.
func (g *graph) moveRight(u, v int32) {
	low, high := g.nodes[u].place, g.nodes[v].place
	g.unlink(u)
	g.link(u, v, g.nodes[v].machineAfter)
	g.mendRight(u, low, high)
	g.heads(low)
	g.tails(high)
}

// moveLeft puts v right before u on their machine.
func (g *graph) moveLeft(u, v int32) {
	low, high := g.nodes[u].place, g.nodes[v].place
	g.unlink(v)
	g.link(v, g.nodes[u].machineBefore, u)
	g.mendLeft(v, low, high)
	g.heads(low)
	g.tails(high)
}

// moveTo does x by another option, between two neighbours on that machine.
func (g *graph) moveTo(x, option, before, after int32) {
	g.unlink(x)
	g.chosen[x] = option
	g.nodes[x].duration = g.options[option].duration
	g.link(x, before, after)
	low := g.nodes[x].place
	high := low
	switch {
	case before != 0 && g.nodes[before].place > low:
		high = g.nodes[before].place
		g.mendRight(x, low, high)
	case after != 0 && g.nodes[after].place < high:
		low = g.nodes[after].place
		g.mendLeft(x, low, high)
	}
	g.heads(low)
	g.tails(high)
}

// mendRight moves u and what comes after it behind the place high of the order.
func (g *graph) mendRight(u, low, high int32) {
	nodes := g.nodes
	g.stamp++
	stamp, at, k := g.stamp, low, 1
	g.moved[0], g.mark[u] = u, stamp
	for _, x := range g.order[low+1 : high+1] {
		y := &nodes[x]
		if g.mark[y.jobBefore] == stamp || g.mark[y.machineBefore] == stamp {
			g.mark[x], g.moved[k] = stamp, x
			k++
			continue
		}
		g.order[at], y.place = x, at
		at++
	}
	for _, x := range g.moved[:k] {
		g.order[at], nodes[x].place = x, at
		at++
	}
}

// mendLeft moves v and what comes before it ahead of the place low of the order.
func (g *graph) mendLeft(v, low, high int32) {
	nodes := g.nodes
	g.stamp++
	stamp, at, k := g.stamp, high, 1
	g.moved[0], g.mark[v] = v, stamp
	for i := high - 1; i >= low; i-- {
		x := g.order[i]
		y := &nodes[x]
		if g.mark[y.jobAfter] == stamp || g.mark[y.machineAfter] == stamp {
			g.mark[x], g.moved[k] = stamp, x
			k++
			continue
		}
		g.order[at], y.place = x, at
		at--
	}
	for _, x := range g.moved[:k] {
		g.order[at], nodes[x].place = x, at
		at--
	}
}
