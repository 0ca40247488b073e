package flowshop

import "slices"

// spacing is the setups of a problem, by the families before and after and then by machine.
type spacing struct {
	machines, families int
	family             []int32 // by job
	times              []int32
	none               []int32 // before the end of a sequence
}

func newSpacing(p Problem) *spacing {
	s := &spacing{machines: len(p.Durations[0]), family: p.Families, families: int(slices.Max(p.Families)) + 1}
	for _, setup := range p.Setups {
		if setup != nil {
			s.families = len(setup.Between)
		}
	}
	m, n := s.machines, s.families
	s.times, s.none = make([]int32, (n+1)*n*m), make([]int32, m)
	for k, setup := range p.Setups {
		if setup == nil {
			continue
		}
		for f, row := range append(append([][]int32{}, setup.Between...), setup.First) {
			for g, d := range row {
				s.times[(f*n+g)*m+k] = d
			}
		}
	}
	return s
}

// between is what machines need between two jobs, by machine.
func (s *spacing) between(before, after int32) []int32 {
	return s.times[(int(s.family[before])*s.families+int(s.family[after]))*s.machines:][:s.machines]
}

// at is what machines need before the job at a place of a sequence.
func (s *spacing) at(sequence []int32, place int, job int32) []int32 {
	if place == 0 {
		return s.times[(s.families*s.families+int(s.family[job]))*s.machines:][:s.machines]
	}
	return s.between(sequence[place-1], job)
}

// setupTable places jobs between which machines are set up.
type setupTable struct {
	*table
	*spacing
	choice
}

func (t *setupTable) place(sequence []int32, job int32) (at int, span int32) {
	t.fill(sequence)
	p, k, m := t.of(job), len(sequence), t.table.machines
	t.begin()
	for i := range k + 1 {
		ends, tails := t.ends[i*m:][:len(p)], t.tails[i*m:][:len(p)]
		before, after := t.spacing.at(sequence, i, job)[:len(p)], t.none[:len(p)]
		if i < k {
			after = t.between(job, sequence[i])[:len(p)]
		}
		var end, whole int32
		for j, d := range p {
			end = max(end, ends[j]+before[j]) + d
			whole = max(whole, end+after[j]+tails[j])
		}
		t.look(i, whole)
	}
	return t.choice.at, t.span
}

// fill computes ends and tails of a sequence, as far as it was changed.
func (t *setupTable) fill(sequence []int32) {
	m, k := t.table.machines, len(sequence)
	low, high := t.low, t.high
	if t.length != k {
		low, high = 0, k
		clear(t.tails[k*m : k*m+m])
	}
	t.length, t.low, t.high = k, k, 0
	for i := low; i < k; i++ {
		p, setup := t.of(sequence[i]), t.spacing.at(sequence, i, sequence[i])
		before, row := t.ends[i*m:][:len(p)], t.ends[(i+1)*m:][:len(p)]
		end := int32(0)
		for j, d := range p {
			end = max(end, before[j]+setup[j]) + d
			row[j] = end
		}
	}
	for i := min(high, k) - 1; i >= 0; i-- {
		p, setup := t.of(sequence[i]), t.none
		if i+1 < k {
			setup = t.between(sequence[i], sequence[i+1])
		}
		after, row := t.tails[(i+1)*m:][:len(p)], t.tails[i*m:][:len(p)]
		tail := int32(0)
		for j := len(p) - 1; j >= 0; j-- {
			tail = max(tail, after[j]+setup[j]) + p[j]
			row[j] = tail
		}
	}
}

func (t *setupTable) makespan(sequence []int32) int32 {
	row := t.heads
	clear(row)
	for i, job := range sequence {
		setup, end := t.spacing.at(sequence, i, job), int32(0)
		for j, d := range t.of(job) {
			end = max(end, row[j]+setup[j]) + d
			row[j] = end
		}
	}
	return row[len(row)-1]
}
