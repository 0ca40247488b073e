package process

// profile is what is taken of a resource over time: used[k] from at[k] on.
type profile struct{ at, used []int64 }

// reset begins with what calendars take.
func (p *profile) reset(from *profile) {
	p.at, p.used = append(p.at[:0], from.at...), append(p.used[:0], from.used...)
}

// in returns the last step that begins at a time or before.
func (p *profile) in(t int64) int {
	low, high := 0, len(p.at)
	for low < high {
		if mid := (low + high) / 2; p.at[mid] <= t {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low - 1
}

// conflict returns when more than a limit has been taken for the last time between two moments
// from the first on that it is, or -1 if it is not.
func (p *profile) conflict(from, until, limit int64) int64 {
	for k := p.in(from); k < len(p.at) && p.at[k] < until; k++ {
		if p.used[k] <= limit {
			continue
		}
		for k+1 < len(p.at) && p.used[k] > limit {
			k++
		}
		return p.at[k]
	}
	return -1
}

// split begins a step at a time and returns it.
func (p *profile) split(t int64) int {
	k := p.in(t)
	if p.at[k] == t {
		return k
	}
	k++
	p.at, p.used = append(p.at, 0), append(p.used, 0)
	copy(p.at[k+1:], p.at[k:])
	copy(p.used[k+1:], p.used[k:])
	p.at[k], p.used[k] = t, p.used[k-1]
	return k
}

// add takes an amount from one moment up to another; below 0 it gives it back.
func (p *profile) add(from, until, amount int64) {
	if from >= until {
		return
	}
	k := p.split(from)
	last := p.split(until)
	for i := k; i < last; i++ {
		p.used[i] += amount
	}
	p.join(last)
	p.join(k)
}

// join drops a step that changes nothing.
func (p *profile) join(k int) {
	if k == 0 || p.used[k] != p.used[k-1] {
		return
	}
	p.at, p.used = append(p.at[:k], p.at[k+1:]...), append(p.used[:k], p.used[k+1:]...)
}
