package process

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"linghang/lib/schedule/model"
)

// window is a time in which something is open, and with how much.
type window struct{ from, until, capacity int64 }

// unfold returns the windows of a resource in order, nil if it is always open.
func unfold(m *model.Model, r *model.Resource) ([]window, error) {
	if r.Calendar == nil && len(r.Down) == 0 {
		return nil, nil
	}
	list := []window{{0, model.MaxTime + 1, r.Capacity}}
	if r.Calendar != nil {
		var err error
		if list, err = calendar(m, &m.Calendars[*r.Calendar], r.Capacity); err != nil {
			return nil, err
		}
	}
	for _, w := range r.Down {
		list = without(list, w.From, w.Until)
	}
	return list, nil
}

// calendar returns the windows of a calendar in order, for a resource with a capacity.
func calendar(m *model.Model, c *model.Calendar, capacity int64) ([]window, error) {
	raw := repeated(c, m.Horizon)
	if len(c.Weekly) > 0 {
		var err error
		if raw, err = shifts(c, m.Clock, m.Horizon); err != nil {
			return nil, err
		}
	}
	for i := range raw {
		if raw[i].capacity == 0 {
			raw[i].capacity = capacity
		}
	}
	list := flatten(raw)
	if len(c.Weekly) > 0 {
		list = whole(list, m.Clock.Unit)
	}
	if c.Period > 0 || len(c.Weekly) > 0 {
		list = without(list, m.Horizon, model.MaxTime+1) // up to which it comes again
	}
	return list, nil
}

func repeated(c *model.Calendar, horizon int64) (list []window) {
	for shift := int64(0); ; shift += c.Period {
		for _, w := range c.Windows {
			list = append(list, window{w.From + shift, w.Until + shift, w.Capacity})
		}
		if c.Period == 0 || shift+c.Period >= horizon {
			return list
		}
	}
}

// whole makes windows of seconds, which are apart or touch, ones of whole units that are open throughout. A unit in which
// one takes over from another has the least that there is in it.
func whole(list []window, unit int64) (units []window) {
	for k := 0; k < len(list); {
		last := k // of those that touch
		for last+1 < len(list) && list[last+1].from == list[last].until {
			last++
		}
		from, until := -floor(-list[k].from, unit), floor(list[last].until, unit)
		for ; k <= last; k++ {
			w := window{max(from, floor(list[k].from, unit)), min(until, -floor(-list[k].until, unit)), list[k].capacity}
			if n := len(units) - 1; n >= 0 && w.from < units[n].until && w.from < w.until {
				both := window{w.from, w.from + 1, min(w.capacity, units[n].capacity)}
				if units[n].until = w.from; units[n].from == w.from {
					units = units[:n]
				}
				units = append(units, both)
				w.from++
			}
			if w.from < w.until {
				units = append(units, w)
			}
		}
	}
	return units
}

// shifts lists the shifts of each day up to the horizon, in seconds from time 0 on.
func shifts(c *model.Calendar, clock *model.Clock, horizon int64) (list []window, err error) {
	zone, err := time.LoadLocation(clock.Zone)
	if err != nil {
		return nil, fmt.Errorf("unfold calendars: %w", err)
	}
	zero, err := time.ParseInLocation(model.ClockForm, clock.Start, zone)
	if err != nil {
		return nil, fmt.Errorf("unfold calendars: %w", err)
	}
	closed := map[string]bool{}
	for _, day := range c.Closed {
		closed[day] = true
	}
	year, month, first := zero.Date()
	seconds := func(day, hour, minute int) int64 {
		return time.Date(year, month, day, hour, minute, 0, 0, zone).Unix() - zero.Unix()
	}
	for day := first - 1; seconds(day, 0, 0) <= horizon*clock.Unit; day++ {
		date := time.Date(year, month, day, 12, 0, 0, 0, zone)
		if closed[date.Format(time.DateOnly)] {
			continue
		}
		for _, s := range c.Weekly {
			weekday := int(date.Weekday())
			if weekday == 0 {
				weekday = 7
			}
			if !slices.Contains(s.Days, weekday) {
				continue
			}
			var h1, m1, h2, m2 int
			if _, err := fmt.Sscanf(s.From+" "+s.Until, "%d:%d %d:%d", &h1, &m1, &h2, &m2); err != nil {
				return nil, fmt.Errorf("unfold calendars: %w", err)
			}
			until := day
			if 60*h2+m2 <= 60*h1+m1 {
				until++
			}
			w := window{max(0, seconds(day, h1, m1)), seconds(until, h2, m2), s.Capacity}
			if w.until > w.from {
				list = append(list, w)
			}
		}
	}
	return list, nil
}

func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// flatten makes windows that may overlap ones that are apart; where several are the largest
// capacity holds.
func flatten(raw []window) (list []window) {
	var moments []int64
	for _, w := range raw {
		moments = append(moments, w.from, w.until)
	}
	slices.Sort(moments)
	moments = slices.Compact(moments)
	slices.SortFunc(raw, func(a, b window) int { return cmp.Compare(a.from, b.from) })
	var running []window
	next := 0
	for k := 0; k+1 < len(moments); k++ {
		for ; next < len(raw) && raw[next].from <= moments[k]; next++ {
			running = append(running, raw[next])
		}
		running = slices.DeleteFunc(running, func(w window) bool { return w.until <= moments[k] })
		most := int64(0)
		for _, w := range running {
			most = max(most, w.capacity)
		}
		if most == 0 {
			continue
		}
		if n := len(list); n > 0 && list[n-1].until == moments[k] && list[n-1].capacity == most {
			list[n-1].until = moments[k+1]
			continue
		}
		list = append(list, window{moments[k], moments[k+1], most})
	}
	return list
}

// without takes a time out of windows.
func without(list []window, from, until int64) (left []window) {
	for _, w := range list {
		if w.until <= from || w.from >= until {
			left = append(left, w)
			continue
		}
		if w.from < from {
			left = append(left, window{w.from, from, w.capacity})
		}
		if w.until > until {
			left = append(left, window{until, w.until, w.capacity})
		}
	}
	return left
}

// open are times in which all of some resources are open, in order and apart.
type open []window

// joined are windows without regard to capacity, those that touch as one.
func joined(list []window) (o open) {
	for _, w := range list {
		if n := len(o); n > 0 && o[n-1].until == w.from {
			o[n-1].until = w.until
			continue
		}
		o = append(o, window{from: w.from, until: w.until})
	}
	return o
}

// both is when both are open.
func (o open) both(p open) (list open) {
	for i, k := 0, 0; i < len(o) && k < len(p); {
		from, until := max(o[i].from, p[k].from), min(o[i].until, p[k].until)
		if from < until {
			list = append(list, window{from: from, until: until})
		}
		if o[i].until < p[k].until {
			i++
		} else {
			k++
		}
	}
	return list
}

// at returns the first window that ends after a time.
func (o open) at(t int64) int {
	low, high := 0, len(o)
	for low < high {
		if mid := (low + high) / 2; o[mid].until > t {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low
}

// fit returns the first start from a time on, and the end, of something that takes a duration
// while it is open; breaks say how it stands to closures. If there is none the start is -1.
func (o open) fit(t, duration int64, breaks uint8) (start, end int64) {
	k := o.at(t)
	for ; k < len(o); k++ {
		start = max(t, o[k].from)
		switch breaks {
		case crosses:
			return start, start + duration
		case pauses:
			return o.paused(k, start, duration)
		default:
			if start+duration <= o[k].until {
				return start, start + duration
			}
		}
	}
	return -1, -1
}

func (o open) paused(k int, start, duration int64) (from, end int64) {
	at := start
	for left := duration; k < len(o); k++ {
		at = max(at, o[k].from)
		if at+left <= o[k].until {
			return start, at + left
		}
		left -= o[k].until - at
	}
	return -1, -1
}

// Windows returns when a resource of a valid model is open, up to its horizon; none if it
// always is.
func Windows(m *model.Model, resource int) ([]model.Window, error) {
	list, err := unfold(m, &m.Resources[resource])
	if err != nil {
		return nil, err
	}
	var windows []model.Window
	for _, w := range list {
		windows = append(windows, model.Window{From: w.from, Until: w.until, Capacity: w.capacity})
	}
	return windows, nil
}
