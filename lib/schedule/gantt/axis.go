package gantt

import (
	"fmt"
	"time"

	"linghang/lib/schedule/model"
)

// mark is a time on the axis.
type mark struct {
	at   float64
	text string
}

// axis draws about ten times, and now.
func (p *picture) axis(height int) error {
	marks := numbers(p.span)
	if p.m.Clock != nil {
		var err error
		if marks, err = dates(p.m.Clock, p.span); err != nil {
			return err
		}
	}
	for _, m := range marks {
		x := left + m.at*p.scale
		p.say(`<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="#ccc" stroke-opacity="0.6"/><text x="%.1f" y="%d" text-anchor="middle" fill="#666">%s</text>`+"\n", x, x, top-8, height, x, top-14, m.text)
	}
	if p.m.Now > 0 && p.m.Now < p.span {
		p.say(`<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="#c00" stroke-dasharray="4 3"><title>now: %d</title></line>`+"\n", p.x(p.m.Now), p.x(p.m.Now), top-8, height, p.m.Now)
	}
	return nil
}

// numbers are times at steps of 1, 2 or 5 times a power of ten.
func numbers(span int64) (list []mark) {
	step, factors := int64(1), [3]int64{2, 5, 10}
	for power, k := int64(1), 0; span/step > 12; k = (k + 1) % 3 {
		step = power * factors[k]
		if k == 2 {
			power *= 10
		}
	}
	for at := int64(0); at <= span; at += step {
		list = append(list, mark{float64(at), fmt.Sprint(at)})
	}
	return list
}

// dates are times at whole minutes, hours or days by the clock on the wall.
func dates(clock *model.Clock, span int64) (list []mark, err error) {
	zone, err := time.LoadLocation(clock.Zone)
	if err != nil {
		return nil, fmt.Errorf("read the clock: %w", err)
	}
	zero, err := time.ParseInLocation(model.ClockForm, clock.Start, zone)
	if err != nil {
		return nil, fmt.Errorf("read the clock: %w", err)
	}
	minutes, days, form := 0, 0, "01-02 15:04"
	least := int(span*clock.Unit/60/12) + 1 // minutes between two
	for _, minutes = range []int{1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720} {
		if minutes >= least {
			break
		}
	}
	if minutes < least {
		minutes, days, form = 0, (least+24*60-1)/(24*60), "01-02"
	}
	year, month, day := zero.Date()
	if days >= 28 {
		form = time.DateOnly
	}
	for k := 0; ; k++ {
		at := time.Date(year, month, day+k*days, 0, k*minutes, 0, 0, zone)
		seconds := at.Unix() - zero.Unix()
		if seconds > span*clock.Unit {
			return list, nil
		}
		if seconds >= 0 {
			list = append(list, mark{float64(seconds) / float64(clock.Unit), at.Format(form)})
		}
	}
}
