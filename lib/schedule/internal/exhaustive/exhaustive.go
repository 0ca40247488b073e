// Package exhaustive makes small projects by chance and finds their optimum by trying everything, for the tests of what finds it otherwise.
package exhaustive

import (
	"math/rand/v2"

	"linghang/lib/schedule/proof"
)

// Project has modes, lags, releases, tasks of no time and of no needs, machines and larger resources. Tasks are in
// the order of their precedences, which are the more the denser it is: one of so many that there can be.
func Project(rng *rand.Rand, tasks, sparse int) proof.Problem {
	p := proof.Problem{Capacity: []int32{1, 1 + rng.Int32N(4), 1 + rng.Int32N(4)}}
	for i := range int32(tasks) { //nolint:gosec // they are few
		var modes []proof.Mode
		for range 1 + max(0, rng.IntN(4)-2) {
			m := proof.Mode{Duration: max(0, rng.Int32N(8)-1)}
			for r, c := range p.Capacity {
				if rng.IntN(2) == 0 {
					m.Needs = append(m.Needs, proof.Need{Resource: int32(r), Amount: 1 + rng.Int32N(c)})
				}
			}
			modes = append(modes, m)
		}
		p.Tasks = append(p.Tasks, modes)
		p.Release = append(p.Release, max(0, rng.Int32N(12)-8))
		for k := range i {
			if rng.IntN(sparse) == 0 {
				p.Precedences = append(p.Precedences, proof.Precedence{Before: k, After: i, MinLag: max(0, rng.Int32N(6)-3)})
			}
		}
	}
	return p
}

// Optimum is the length of the shortest schedule below a length, or that length if there is none. Tasks are in the
// order of their precedences.
func Optimum(p proof.Problem, below int32) int32 {
	s := search{p: p, best: below, start: make([]int32, len(p.Tasks)), mode: make([]int32, len(p.Tasks)), load: make([][]int32, len(p.Capacity))}
	for r := range s.load {
		s.load[r] = make([]int32, below)
	}
	s.place(0, 0)
	return s.best
}

// search places one task after the other at all times.
type search struct {
	p           proof.Problem
	best        int32
	start, mode []int32
	load        [][]int32 // by resource and time
}

func (s *search) place(i int, span int32) {
	if span >= s.best {
		return
	}
	if i == len(s.p.Tasks) {
		s.best = span
		return
	}
	earliest := s.p.Release[i]
	for _, a := range s.p.Precedences {
		if int(a.After) == i {
			earliest = max(earliest, s.start[a.Before]+s.p.Tasks[a.Before][s.mode[a.Before]].Duration+a.MinLag)
		}
	}
	for k, m := range s.p.Tasks[i] {
		s.mode[i] = int32(k)
		for at := earliest; at+m.Duration < s.best; at++ {
			s.start[i] = at
			if s.take(m, at, 1) {
				s.place(i+1, max(span, at+m.Duration))
			}
			s.take(m, at, -1)
		}
	}
}

// take takes what a mode needs so many times, and tells whether there is as much.
func (s *search) take(m proof.Mode, at, times int32) bool {
	free := true
	for _, n := range m.Needs {
		for x := at; x < at+m.Duration; x++ {
			s.load[n.Resource][x] += n.Amount * times
			free = free && s.load[n.Resource][x] <= s.p.Capacity[n.Resource]
		}
	}
	return free
}
