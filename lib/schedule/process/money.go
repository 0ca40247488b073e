package process

import (
	"slices"

	"linghang/lib/schedule/model"
)

// prices are those of a tariff as sums: sum[k] is what a unit of power costs from the begin of the period to at[k],
// and price[k] holds from there on.
type prices struct {
	at, price, sum []int64
	period, whole  int64 // of a period: its length, 0 for none, and its sum
}

func newPrices(t *model.Tariff) *prices {
	if t == nil {
		return nil
	}
	p := &prices{at: []int64{0}, price: []int64{t.Price}, sum: []int64{0}, period: t.Period}
	step := func(at, price int64) {
		n := len(p.at) - 1
		if p.at[n] == at {
			p.price[n] = price
			return
		}
		p.at, p.price, p.sum = append(p.at, at), append(p.price, price), append(p.sum, p.sum[n]+p.price[n]*(at-p.at[n]))
	}
	for _, r := range t.Rates {
		step(r.From, r.Price)
		step(r.Until, t.Price)
	}
	if p.period > 0 {
		p.whole = p.within(p.period)
	}
	return p
}

// within is what a unit of power costs from the begin of a period to a time in it.
func (p *prices) within(t int64) int64 {
	k, found := slices.BinarySearch(p.at, t)
	if !found {
		k--
	}
	return p.sum[k] + p.price[k]*(t-p.at[k])
}

// until is what a unit of power costs from time 0 on.
func (p *prices) until(t int64) int64 {
	if p.period == 0 {
		return p.within(t)
	}
	return t/p.period*p.whole + p.within(t%p.period)
}

// step is a change of a price, the first after a time or one of those after it.
func (p *prices) step(t int64, skip int) int64 {
	begin, at := int64(0), t
	if p.period > 0 {
		begin, at = t-t%p.period, t%p.period
	}
	k, found := slices.BinarySearch(p.at, at)
	if found {
		k++
	}
	k += skip
	if p.period > 0 {
		return begin + int64(k/len(p.at))*p.period + p.at[k%len(p.at)]
	}
	return p.at[min(k, len(p.at)-1)]
}

// energy is what the power of all tasks costs.
func (d *decoder) energy() (v int64) {
	for i, w := range d.way {
		if w >= 0 && d.ways[w].power > 0 {
			v += d.ways[w].power * (d.prices.until(d.end[i]) - d.prices.until(d.start[i]))
		}
	}
	return v
}

// stock is what the content of tanks costs up to the end of all.
func (d *decoder) stock(span int64) (v int64) {
	for k := range d.Tanks {
		v += d.Tanks[k].Cost * d.Tanks[k].Level * span
	}
	for i, w := range d.way {
		if w < 0 {
			continue
		}
		for _, f := range d.ways[w].flows {
			from := d.end[i]
			if f.amount < 0 {
				from = d.start[i]
			}
			v += d.Tanks[f.tank].Cost * f.amount * (span - from)
		}
	}
	return v
}

// peak is the most that is taken of a resource at a time.
func (d *decoder) peak(r int) (most int64) {
	p := &d.load
	p.at, p.used = append(p.at[:0], -1), append(p.used[:0], 0)
	for i, w := range d.way {
		if w < 0 {
			continue
		}
		for _, n := range d.ways[w].needs {
			if n.Resource == r {
				p.add(d.start[i], d.end[i], n.Amount)
			}
		}
	}
	for k := range d.halts {
		h := &d.halts[k]
		for _, n := range d.stoppingOf(h).needs {
			if n.Resource == r {
				p.add(h.start, h.end, n.Amount)
			}
		}
	}
	return slices.Max(p.used)
}

// delays tells whether the objective may be better if tasks are later than they could be.
func (in *instance) delays() bool {
	for _, level := range in.Objective {
		for _, t := range level {
			switch t.Term {
			case model.Earliness, model.Inventory, model.Energy, model.Peak:
				return true
			default:
			}
		}
	}
	return false
}

// delay has a bundle wait for a time: until another price holds, until it is due, a little longer or shorter, or not at
// all.
func (s *searcher) delay(b int32) {
	begin := s.begin[b]
	switch s.random.Below(5) {
	case 0:
		s.trial.wait[b] = 0
	case 1:
		if s.due[b] < model.MaxTime {
			s.trial.wait[b] = max(0, s.due[b])
		}
	case 2:
		if s.prices != nil {
			s.trial.wait[b] = s.prices.step(begin, s.random.Below(4))
			break
		}
		fallthrough
	case 3:
		s.trial.wait[b] = begin + 1 + int64(s.random.Below(1+int(s.span/8)))
	default:
		s.trial.wait[b] = max(0, begin-int64(s.random.Below(1+int(s.span/8))))
	}
	if s.trial.wait[b] > s.horizon {
		s.trial.wait[b] = 0
	}
	s.unbind(b)
}
