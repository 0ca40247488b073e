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

// graph is a problem and a selection: an order of all operations by which each machine's
// sequence is known. It is what one worker changes.
type graph struct {
	n       int32
	nodes   []node
	order   []int32 // topological, all operations
	last    []int32 // of each job
	machine []int32 // by node
	row     []int32 // by node: where its row of the tabu matrix begins
	column  []int32 // by node: its column in rows of its machine
	cells   int     // of the tabu matrix
	strict  int32   // 1 if an operation takes no time or a job stays on its machine, see tryRight
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
		n: int32(n), nodes: make([]node, 1+n+len(p.Jobs)), order: make([]int32, n), //nolint:gosec // there are fewer operations than time units
		machine: make([]int32, 1+n), row: make([]int32, 1+n), column: make([]int32, 1+n),
		mark: make([]int32, 1+n+len(p.Jobs)), moved: make([]int32, n), latest: make([]int32, p.Machines),
	}
	size := make([]int32, p.Machines)
	x := int32(0)
	for j, job := range p.Jobs {
		source := g.n + 1 + int32(j) //nolint:gosec // as above
		if len(p.Release) > 0 {
			g.nodes[source].end = p.Release[j]
		}
		before := source
		for _, o := range job {
			x++
			g.nodes[x].duration, g.nodes[x].jobBefore = o.Duration, before
			if before != source {
				g.nodes[before].jobAfter = x
			}
			if o.Duration == 0 || before != source && g.machine[before] == o.Machine {
				g.strict = 1
			}
			g.machine[x], g.column[x] = o.Machine, size[o.Machine]
			size[o.Machine]++
			before = x
		}
		if before != source {
			g.last = append(g.last, before)
		}
	}
	g.layOut(size)
	return g
}

// layOut gives each operation its row in the tabu matrix, a square for each machine.
func (g *graph) layOut(size []int32) {
	base := make([]int32, len(size))
	for m := range size {
		base[m] = int32(g.cells) //nolint:gosec // rows are bounded by maxCells
		g.cells += int(size[m]) * int(size[m])
	}
	for x := int32(1); x <= g.n; x++ {
		m := g.machine[x]
		g.row[x] = base[m] + g.column[x]*size[m]
	}
}

// take makes an order, which has to be topological for jobs, the selection.
func (g *graph) take(order []int32) {
	copy(g.order, order)
	clear(g.latest)
	for i, x := range g.order {
		m := g.machine[x]
		before := g.latest[m]
		g.nodes[x].machineBefore, g.nodes[x].machineAfter, g.nodes[x].place = before, 0, int32(i) //nolint:gosec // at most n
		if before != 0 {
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

// moveRight puts u right after v on their machine.
func (g *graph) moveRight(u, v int32) {
	nodes := g.nodes
	before, next, after := nodes[u].machineBefore, nodes[u].machineAfter, nodes[v].machineAfter
	nodes[before].machineAfter, nodes[next].machineBefore = next, before
	nodes[v].machineAfter, nodes[u].machineBefore = u, v
	nodes[u].machineAfter, nodes[after].machineBefore = after, u

	low, high := nodes[u].place, nodes[v].place
	g.stamp++
	stamp, at, k := g.stamp, low, 1
	g.moved[0], g.mark[u] = u, stamp
	for _, x := range g.order[low+1 : high+1] {
		y := &nodes[x]
		if g.mark[y.jobBefore] == stamp || g.mark[y.machineBefore] == stamp {
			g.mark[x], g.moved[k] = stamp, x // it comes after u
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
	g.heads(low)
	g.tails(high)
}

// moveLeft puts v right before u on their machine.
func (g *graph) moveLeft(u, v int32) {
	nodes := g.nodes
	before, prior, after := nodes[u].machineBefore, nodes[v].machineBefore, nodes[v].machineAfter
	nodes[prior].machineAfter, nodes[after].machineBefore = after, prior
	nodes[before].machineAfter, nodes[v].machineBefore = v, before
	nodes[v].machineAfter, nodes[u].machineBefore = u, v

	low, high := nodes[u].place, nodes[v].place
	g.stamp++
	stamp, at, k := g.stamp, high, 1
	g.moved[0], g.mark[v] = v, stamp
	for i := high - 1; i >= low; i-- {
		x := g.order[i]
		y := &nodes[x]
		if g.mark[y.jobAfter] == stamp || g.mark[y.machineAfter] == stamp {
			g.mark[x], g.moved[k] = stamp, x // it comes before v
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
	g.heads(low)
	g.tails(high)
}
