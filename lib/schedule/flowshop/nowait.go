package flowshop

// maxDelays is for how many jobs the delays between all of them are kept; of more they are computed when they are asked for.
const maxDelays = 2048

// waitless places jobs that do not wait between machines.
type waitless struct {
	choice
	durations [][]int32
	spacing   *spacing // or none
	total     []int32  // durations of each job together
	delays    []int32  // between the starts of two jobs, by the one before and the one after; or none
	beginner  []int32  // when a job starts as the first
}

func newWaitless(p Problem) *waitless {
	n := len(p.Durations)
	w := &waitless{durations: p.Durations, total: make([]int32, n), beginner: make([]int32, n)}
	if p.Setups != nil {
		w.spacing = newSpacing(p)
	}
	for j, job := range p.Durations {
		for k, d := range job {
			if w.spacing != nil {
				w.beginner[j] = max(w.beginner[j], w.spacing.at(nil, 0, int32(j))[k]-w.total[j])
			}
			w.total[j] += d
		}
	}
	if n > maxDelays {
		return w
	}
	delays := make([]int32, 0, n*n)
	for i := range int32(n) {
		for j := range int32(n) {
			delays = append(delays, w.apart(i, j))
		}
	}
	w.delays = delays
	return w
}

func (w *waitless) of(job int32) []int32 { return w.durations[job] }
func (*waitless) changed(int)            {}
func (*waitless) forget()                {}

// apart is how long after one job the next starts at least: on no machine before the other has left it.
func (w *waitless) apart(before, after int32) int32 {
	a, b := w.of(before), w.of(after)
	var setup []int32
	if w.spacing != nil {
		setup = w.spacing.between(before, after)
	}
	least, left, come := int32(0), int32(0), int32(0)
	for k := range a {
		left += a[k]
		free := left
		if setup != nil {
			free += setup[k]
		}
		least = max(least, free-come)
		come += b[k]
	}
	return least
}

func (w *waitless) delay(before, after int32) int32 {
	if w.delays == nil {
		return w.apart(before, after)
	}
	return w.delays[int(before)*len(w.total)+int(after)]
}

func (w *waitless) makespan(sequence []int32) int32 {
	if len(sequence) == 0 {
		return 0
	}
	start := w.beginner[sequence[0]]
	for i := 1; i < len(sequence); i++ {
		start += w.delay(sequence[i-1], sequence[i])
	}
	return start + w.total[sequence[len(sequence)-1]]
}

func (w *waitless) place(sequence []int32, job int32) (at int, span int32) {
	k := len(sequence)
	if k == 0 {
		return 0, w.beginner[job] + w.total[job]
	}
	w.begin()
	whole, first, last := w.makespan(sequence), sequence[0], sequence[k-1]
	w.look(0, whole+w.beginner[job]+w.delay(job, first)-w.beginner[first])
	for i := 1; i < k; i++ {
		before, after := sequence[i-1], sequence[i]
		w.look(i, whole+w.delay(before, job)+w.delay(job, after)-w.delay(before, after))
	}
	w.look(k, whole+w.delay(last, job)+w.total[job]-w.total[last])
	return w.at, w.span
}

// bound is what no sequence is below: each job but the first starts after another by the least delay that it can have.
// Of many jobs it is not known.
func (w *waitless) bound() int32 {
	if w.delays == nil {
		return 0
	}
	n := int32(len(w.total)) //nolint:gosec // jobs are fewer
	var sum, most int32
	first, last := w.beginner[0], w.total[0]
	for j := range n {
		first, last = min(first, w.beginner[j]), min(last, w.total[j])
		least := int32(1<<31 - 1)
		for i := range n {
			if i != j {
				least = min(least, w.delay(i, j))
			}
		}
		if n > 1 {
			sum, most = sum+least, max(most, least)
		}
	}
	return first + sum - most + last
}
