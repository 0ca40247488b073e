package process

// disturb changes trial by a few moves.
func (s *searcher) disturb() {
	for k, b := range s.trial.list {
		s.place[b] = int32(k)
	}
	for _, b := range s.absent {
		s.shift(b, s.random.Below(int(s.place[b])+1))
		s.unbind(b)
	}
	for range 1 + s.random.Below(3) {
		s.move()
	}
	if s.random.Below(8) == 0 {
		s.trial.weight = int64(s.random.Below(4))
	}
}

func (s *searcher) move() {
	n := len(s.trial.list)
	b := s.trial.list[s.random.Below(n)]
	if s.later && s.random.Below(2) == 0 {
		s.delay(b)
		return
	}
	if len(s.lateJobs) > 0 && s.random.Below(3) == 0 {
		s.advance(s.lateJobs[s.random.Below(len(s.lateJobs))])
		return
	}
	if len(s.moved) > 0 && s.random.Below(4) > 0 {
		s.mend(s.moved[s.random.Below(len(s.moved))])
		return
	}
	switch s.random.Below(6) {
	case 0:
		s.shift(b, s.random.Below(n))
		s.unbind(b)
	case 1:
		s.shift(b, max(0, min(n-1, int(s.place[b])+s.random.Below(21)-10)))
		s.unbind(b)
	case 2:
		s.group(b)
	case 3:
		if len(s.choices) > 0 {
			i := s.choices[s.random.Below(len(s.choices))]
			s.trial.prefer[i] = s.wayFirst[i] + int32(s.random.Below(int(s.wayFirst[i+1]-s.wayFirst[i]))) //nolint:gosec // few
			s.trial.freed[i] = s.Baseline != nil
		}
	case 4:
		s.unbind(b)
		for _, i := range s.bundles[b] {
			s.trial.prefer[i] = none
		}
	default:
		s.stir(b)
	}
}

// mend brings a bundle that left its place in the baseline back, or lets it go elsewhere so
// that others can come back.
func (s *searcher) mend(b int32) {
	n := len(s.trial.list)
	switch s.random.Below(5) {
	case 0: // home
		for _, i := range s.bundles[b] {
			s.trial.freed[i], s.trial.prefer[i] = false, s.keptWay[i]
		}
	case 1: // after some of those behind it
		s.shift(b, min(n-1, int(s.place[b])+1+s.random.Below(40)))
	case 2:
		s.shift(b, max(0, int(s.place[b])-1-s.random.Below(40)))
	case 3:
		i := s.bundles[b][s.random.Below(len(s.bundles[b]))]
		s.trial.prefer[i] = s.wayFirst[i] + int32(s.random.Below(int(s.wayFirst[i+1]-s.wayFirst[i]))) //nolint:gosec // few
	default:
		for _, i := range s.bundles[b] {
			s.trial.prefer[i] = none
		}
		s.shift(b, min(n-1, max(0, int(s.place[b])+s.random.Below(81)-40)))
	}
}

// unbind lets the tasks of a bundle leave their starts in the baseline.
func (s *searcher) unbind(b int32) {
	if s.Baseline == nil {
		return
	}
	for _, i := range s.bundles[b] {
		s.trial.freed[i] = true
	}
}

// shift moves a bundle to a place in the list.
func (s *searcher) shift(b int32, to int) {
	list, at := s.trial.list, int(s.place[b])
	for ; at < to; at++ {
		list[at] = list[at+1]
		s.place[list[at]] = int32(at) //nolint:gosec // a place
	}
	for ; at > to; at-- {
		list[at] = list[at-1]
		s.place[list[at]] = int32(at) //nolint:gosec // as above
	}
	list[to] = b
	s.place[b] = int32(to) //nolint:gosec // as above
}

// advance moves all bundles of a job forward by as much.
func (s *searcher) advance(job int32) {
	by := 1 + s.random.Below(1+len(s.trial.list)/8)
	free := s.random.Below(2) == 0
	for k := range s.trial.list {
		b := s.trial.list[k]
		if j := s.Tasks[s.bundles[b][0]].Job; j == nil || int32(*j) != job { //nolint:gosec // a place
			continue
		}
		s.shift(b, max(0, k-by))
		s.unbind(b)
		if free {
			for _, i := range s.bundles[b] {
				s.trial.prefer[i] = none
			}
		}
	}
}

// group moves a bundle beside another of its family that has a machine with it.
func (s *searcher) group(b int32) {
	i := s.sequencedOf(b)
	if i < 0 || s.trial.prefer[i] < 0 {
		return
	}
	step := 1 - 2*s.random.Below(2)
	for k := int(s.place[b]) + step; k >= 0 && k < len(s.trial.list); k += step {
		o := s.trial.list[k]
		j := s.sequencedOf(o)
		if j < 0 || s.family[j] != s.family[i] || s.trial.prefer[j] < 0 || s.random.Below(3) == 0 {
			continue
		}
		s.trial.prefer[i] = s.alike(i, s.trial.prefer[j], s.trial.prefer[i])
		if step > 0 {
			s.shift(o, min(int(s.place[b])+1, len(s.trial.list)-1))
			s.unbind(o)
		} else {
			s.shift(b, k+1)
			s.unbind(b)
		}
		return
	}
}

// sequencedOf returns the first task of a bundle that may be on a machine with changeovers,
// cleaning or campaigns, or -1.
func (s *searcher) sequencedOf(b int32) int32 {
	for _, i := range s.bundles[b] {
		if s.family[i] < 0 {
			continue
		}
		for _, n := range s.ways[s.wayFirst[i]].needs {
			if s.sequenced[n.Resource] {
				return i
			}
		}
	}
	return none
}

// alike returns the way of a task that has the machine of another's way, or what it had.
func (s *searcher) alike(i, other, had int32) int32 {
	for _, n := range s.ways[other].needs {
		if !s.sequenced[n.Resource] {
			continue
		}
		for w := s.wayFirst[i]; w < s.wayFirst[i+1]; w++ {
			for _, m := range s.ways[w].needs {
				if m.Resource == n.Resource {
					return w
				}
			}
		}
	}
	return had
}

// stir gives a stretch of the list from a bundle on free choice of ways, and mixes it a little.
func (s *searcher) stir(b int32) {
	from := int(s.place[b])
	until := min(len(s.trial.list), from+2+s.random.Below(12))
	for k := from; k < until; k++ {
		o := s.trial.list[k]
		s.unbind(o)
		if s.random.Below(2) == 0 {
			for _, i := range s.bundles[o] {
				s.trial.prefer[i] = none
			}
		}
		if s.random.Below(2) == 0 {
			s.shift(o, from+s.random.Below(until-from))
		}
	}
}
