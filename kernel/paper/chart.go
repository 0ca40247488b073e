package paper

import (
	"math"
	"strconv"
)

// palette are the colours of series, told apart in grey too.
func palette() []colour {
	return []colour{{22, 93, 175}, {217, 119, 6}, {21, 128, 61}, {147, 51, 234}, {190, 18, 60}, {71, 85, 105}}
}

const chartHeight = 62.0

// scale is a range of values with round steps.
type scale struct{ low, high, step float64 }

func (c Chart) scale() (scale, bool) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, s := range c.Series {
		for _, v := range s.Values {
			if v != nil && !math.IsNaN(*v) && !math.IsInf(*v, 0) {
				low, high = min(low, *v), max(high, *v)
			}
		}
	}
	if low > high {
		return scale{}, false
	}
	if c.Kind == Bar || low > 0 && low < (high-low)*2 {
		low = min(low, 0)
	}
	if high <= low {
		low, high = low-math.Abs(low)/10-0.5, high+math.Abs(high)/10+0.5
	}
	step := math.Pow(10, math.Floor(math.Log10((high-low)/4)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if (high-low)/(step*m) <= 5 {
			step *= m
			break
		}
	}
	return scale{math.Floor(low/step) * step, math.Ceil(high/step) * step, step}, true
}

func short(v float64) string {
	switch a := math.Abs(v); {
	case a >= 1e8:
		return strconv.FormatFloat(v/1e8, 'g', 4, 64) + "e8"
	case a >= 1e5:
		return strconv.FormatFloat(v/1e3, 'f', -1, 64) + "k"
	}
	return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
}

// area is where the values of a chart are drawn.
type area struct {
	x, y, w, h float64
	scale
}

func (a area) at(v float64) float64 { return a.y + a.h - (v-a.low)/(a.high-a.low)*a.h }

// chart draws lines or bars over labels.
func (p page) chart(c Chart) {
	p.room(chartHeight + 22)
	p.size(10.5)
	p.ink(ink())
	title := c.Title
	if c.Unit != "" {
		title += " (" + c.Unit + ")"
	}
	p.bold(func() { p.CellFormat(width, 7, p.fit(title, width), "", 1, "L", false, 0, "") })
	s, ok := c.scale()
	if !ok || len(c.Labels) == 0 {
		p.size(9)
		p.ink(faint())
		p.stroke(rule(), 0.15)
		p.CellFormat(width, 8, "—", "B", 1, "C", false, 0, "")
		p.Ln(4)
		return
	}
	a := area{margin + 15, p.GetY() + 2, width - 17, chartHeight - 8, s}
	p.grid(c, a)
	for i, series := range c.Series {
		if c.Kind == Bar {
			p.bars(c, a, i, series)
		} else {
			p.curve(c, a, i, series)
		}
	}
	p.SetXY(margin+15, a.y+a.h+6)
	p.legend(c)
	p.Ln(5)
}

func (p page) grid(c Chart, a area) {
	p.size(7.5)
	p.ink(faint())
	for v := a.low; v <= a.high+a.step/2; v += a.step {
		y := a.at(v)
		p.stroke(rule(), 0.15)
		p.Line(a.x, y, a.x+a.w, y)
		p.SetXY(margin, y-2)
		p.CellFormat(14, 4, short(v), "", 0, "R", false, 0, "")
	}
	each := a.w / float64(len(c.Labels))
	every := 1
	for _, l := range c.Labels {
		every = max(every, int(math.Ceil((p.GetStringWidth(l)+3)/each)))
	}
	for i := 0; i < len(c.Labels); i += every {
		p.SetXY(a.x+each*(float64(i)+0.5)-each*float64(every)/2, a.y+a.h+1)
		p.CellFormat(each*float64(every), 4, c.Labels[i], "", 0, "C", false, 0, "")
	}
	p.stroke(faint(), 0.25)
	base := a.at(max(a.low, min(a.high, 0)))
	p.Line(a.x, base, a.x+a.w, base)
}

func colourOf(i int) colour { return palette()[i%len(palette())] }

func (p page) curve(c Chart, a area, i int, s Series) {
	p.stroke(colourOf(i), 0.6)
	p.fill(colourOf(i))
	each := a.w / float64(len(c.Labels))
	var last *float64
	lastX := 0.0
	for j, v := range s.Values[:min(len(s.Values), len(c.Labels))] {
		x := a.x + each*(float64(j)+0.5)
		if v != nil {
			if last != nil {
				p.Line(lastX, a.at(*last), x, a.at(*v))
			}
			if len(c.Labels) <= 40 {
				p.Circle(x, a.at(*v), 0.7, "F")
			}
		}
		last, lastX = v, x
	}
}

func (p page) bars(c Chart, a area, i int, s Series) {
	p.fill(colourOf(i))
	each := a.w / float64(len(c.Labels))
	bar := each * 0.72 / float64(len(c.Series))
	zero := a.at(max(a.low, min(a.high, 0)))
	for j, v := range s.Values[:min(len(s.Values), len(c.Labels))] {
		if v == nil {
			continue
		}
		x := a.x + each*(float64(j)+0.14) + bar*float64(i)
		y := a.at(*v)
		p.Rect(x, min(y, zero), bar*0.92, math.Abs(zero-y), "F")
	}
}

func (p page) legend(c Chart) {
	if len(c.Series) < 2 {
		p.Ln(2)
		return
	}
	p.size(8)
	for i, s := range c.Series {
		w := p.GetStringWidth(s.Name) + 10
		if p.GetX()+w > margin+width {
			p.Ln(4.5)
			p.SetX(margin + 15)
		}
		x, y := p.GetX(), p.GetY()
		p.fill(colourOf(i))
		p.Rect(x, y+1.2, 4, 2, "F")
		p.SetXY(x+5, y)
		p.ink(faint())
		p.CellFormat(w-5, 4.5, s.Name, "", 0, "L", false, 0, "")
	}
	p.Ln(5)
}
