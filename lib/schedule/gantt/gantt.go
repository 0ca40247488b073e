// Package gantt draws a schedule as SVG: a lane for each machine, with a bar for each task, coloured by its job, a pale one while it
// keeps its machine until the next one takes over, and a grey one for each changeover and cleaning, on what those need as well;
// a curve of what is taken of each larger resource below its capacity, and one of what is in each tank; and lanes of
// tasks that are on no machine. Times in which a resource is closed are shaded, late jobs end in a red frame, and what a bar is
// is in its title. The axis is in dates if the model has a clock.
package gantt

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"

	"linghang/lib/schedule/model"
	"linghang/lib/schedule/process"
)

const (
	left      = 140 // of names
	top       = 36  // of the axis
	row       = 22
	tall      = 48     // of a curve
	most      = 20_000 // lanes
	widest    = 20_000 // pixels
	narrowest = 200
)

// Options say how to draw. The zero value is 1200 pixels wide.
type Options struct {
	Width int // of the bars, in pixels
}

// bar is what a task, or a stop before it, is in a lane.
type bar struct {
	task       int
	start, end int64
	held       int64          // until when it keeps the lane, from end on
	stop       model.StopKind // none: it is the task itself
}

// lane is one line of the picture.
type lane struct {
	name  string
	open  []model.Window // nil: always
	bars  []bar
	curve *curve // in place of bars
	tank  []bar  // stops of a tank, below its curve
}

func (l *lane) height() int {
	if l.curve != nil {
		return tall
	}
	return row
}

// picture is a drawing that comes to be.
type picture struct {
	b     bytes.Buffer
	m     *model.Model
	scale float64
	span  int64
	width int
	late  map[int]bool // last tasks of jobs that are late
}

// SVG draws a schedule, which has to be one of the model (package check).
func SVG(w io.Writer, m *model.Model, s *model.Schedule, o Options) error {
	if o.Width == 0 {
		o.Width = 1200
	}
	if o.Width < narrowest || o.Width > widest {
		return fmt.Errorf("draw the schedule: the width is %d; it is %d to %d", o.Width, narrowest, widest)
	}
	list, err := lanes(m, s)
	if err != nil {
		return fmt.Errorf("draw the schedule: %w", err)
	}
	if len(list) > most {
		return fmt.Errorf("draw the schedule: it has %d lanes; at most %d can be drawn", len(list), most)
	}
	p := &picture{m: m, span: max(1, s.Makespan), width: o.Width, late: lateEnds(m, s)}
	p.scale = float64(o.Width) / float64(p.span)
	height := top + 8
	for i := range list {
		height += list[i].height()
	}
	p.say(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11">`+"\n", left+o.Width+20, height, left+o.Width+20, height)
	p.say(`<title>%s: %d</title><rect width="100%%" height="100%%" fill="#fff"/>`+"\n", escaped(cmp.Or(m.Name, "schedule")), s.Makespan)
	y := top
	for i := range list {
		p.lane(&list[i], y)
		y += list[i].height()
	}
	if err := p.axis(height); err != nil {
		return fmt.Errorf("draw the schedule: %w", err)
	}
	p.say("</svg>\n")
	if _, err := p.b.WriteTo(w); err != nil {
		return fmt.Errorf("draw the schedule: %w", err)
	}
	return nil
}

// lateEnds are the tasks with which jobs end that end after they are due.
func lateEnds(m *model.Model, s *model.Schedule) map[int]bool {
	last := map[int]model.Assignment{}
	for _, a := range s.Assignments {
		if job := m.Tasks[a.Task].Job; job != nil && a.End >= last[*job].End {
			last[*job] = a
		}
	}
	late := map[int]bool{}
	for job, a := range last {
		if due := m.Jobs[job].Due; due != nil && a.End > *due {
			late[a.Task] = true
		}
	}
	return late
}

// say adds to the text of the picture.
func (p *picture) say(format string, args ...any) { fmt.Fprintf(&p.b, format, args...) }

func (p *picture) x(at int64) float64 { return left + float64(at)*p.scale }

func (p *picture) lane(l *lane, y int) {
	h := l.height()
	p.say(`<text x="%d" y="%d" text-anchor="end" fill="#333">%s</text>`, left-8, y+15, escaped(l.name))
	p.closed(l.open, y, h)
	p.say(`<line x1="%d" x2="%d" y1="%d" y2="%d" stroke="#eee"/>`+"\n", left, left+p.width, y+h, y+h)
	if l.curve != nil {
		p.curve(l.curve, y)
	}
	for i := range l.bars {
		p.bar(&l.bars[i], y)
	}
	for i := range l.tank {
		p.box(&l.tank[i], y+tall-8, 6)
	}
}

// closed shades what is between windows.
func (p *picture) closed(open []model.Window, y, h int) {
	if open == nil {
		return
	}
	shade := func(from, until int64) {
		if from = max(0, from); until > from {
			p.say(`<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="#e9e9ee"/>`, p.x(from), y, float64(until-from)*p.scale, h)
		}
	}
	from := int64(0)
	for _, w := range open {
		shade(from, min(w.From, p.span))
		if from = w.Until; from >= p.span {
			return
		}
	}
	shade(from, p.span)
}

func (p *picture) bar(r *bar, y int) {
	if r.stop != "" {
		p.box(r, y+6, row-12)
		return
	}
	const letter = 6.2 // pixels
	name, width := p.name(r.task), max(0.5, float64(r.end-r.start)*p.scale)
	group := r.task
	if job := p.m.Tasks[r.task].Job; job != nil {
		group = *job
	}
	hue, frame := group*137%360, "#fff"
	p.say(`<g><title>%s: %d–%d`, escaped(name), r.start, r.end)
	if r.held > r.end {
		p.say(`, on its machine until %d`, r.held)
	}
	if p.late[r.task] {
		frame = "#c00"
		p.say(", late")
	}
	p.say(`</title>`)
	if r.held > r.end {
		p.say(`<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="hsl(%d 55%% 92%%)" stroke="hsl(%d 55%% 72%%)" stroke-dasharray="2 2"/>`, p.x(r.end), y+4, float64(r.held-r.end)*p.scale, row-8, hue, hue)
	}
	p.say(`<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="hsl(%d 55%% 72%%)" stroke="%s" stroke-width="%s"/>`, p.x(r.start), y+2, width, row-4, hue, frame, map[bool]string{true: "1.5", false: "0.5"}[p.late[r.task]])
	if letter*float64(len([]rune(name))) < width {
		p.say(`<text x="%.1f" y="%d" text-anchor="middle" fill="#111">%s</text>`, p.x(r.start)+width/2, y+15, escaped(name))
	}
	p.say("</g>\n")
}

// box is a stop.
func (p *picture) box(r *bar, y, height int) {
	p.say(`<g><title>%s, %s: %d–%d</title><rect x="%.1f" y="%d" width="%.1f" height="%d" fill="#aaa" stroke="#fff" stroke-width="0.5"/></g>`+"\n",
		r.stop, escaped(p.name(r.task)), r.start, r.end, p.x(r.start), y, max(0.5, float64(r.end-r.start)*p.scale), height)
}

func (p *picture) name(task int) string { return cmp.Or(p.m.Tasks[task].Name, fmt.Sprint(task)) }

// lanes are those of machines and larger resources, tanks, and tasks on no machine.
func lanes(m *model.Model, s *model.Schedule) ([]lane, error) {
	list := make([]lane, len(m.Resources), len(m.Resources)+len(m.Tanks))
	held := heldUntil(m, s)
	var loose []bar
	for _, a := range s.Assignments {
		onMachine := false
		for _, n := range m.Tasks[a.Task].Modes[a.Mode].Needs {
			onMachine = onMachine || m.Resources[n.Resource].Capacity == 1
			list[n.Resource].bars = append(list[n.Resource].bars, bar{task: a.Task, start: a.Start, end: a.End, held: held[a.Task]})
		}
		if !onMachine && a.End > a.Start {
			loose = append(loose, bar{task: a.Task, start: a.Start, end: a.End})
		}
	}
	for _, stop := range s.Stops {
		b := bar{task: stop.Before, start: stop.Start, end: stop.End, stop: stop.Kind}
		if stop.Resource != nil {
			list[*stop.Resource].bars = append(list[*stop.Resource].bars, b)
		}
		for _, n := range m.StopNeeds(&stop) {
			list[n.Resource].bars = append(list[n.Resource].bars, b)
		}
	}
	for r := range list {
		l, resource := &list[r], &m.Resources[r]
		l.name = cmp.Or(resource.Name, fmt.Sprint(r))
		var err error
		if l.open, err = process.Openings(m, resource); err != nil {
			return nil, err //nolint:wrapcheck // the caller says what it does
		}
		slices.SortFunc(l.bars, byStart)
		if resource.Capacity > 1 {
			l.curve, l.bars = load(m, s, r, l.open), nil
		}
	}
	for k := range m.Tanks {
		list = append(list, tankLane(m, s, k))
	}
	return append(list, packed(loose)...), nil
}

func byStart(a, b bar) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end)) }

// heldUntil is until when tasks keep their machines (no intermediate storage).
func heldUntil(m *model.Model, s *model.Schedule) []int64 {
	start, held := make([]int64, len(m.Tasks)), make([]int64, len(m.Tasks))
	for _, a := range s.Assignments {
		start[a.Task], held[a.Task] = a.Start, a.End
	}
	for _, e := range m.Precedences {
		if e.Blocking {
			held[e.Before] = max(held[e.Before], start[e.After])
		}
	}
	return held
}

// packed puts tasks that are on no machine into as few lanes as they fit in.
func packed(loose []bar) []lane {
	slices.SortFunc(loose, byStart)
	var list []lane
	var free []int64 // when a lane ends
	for _, b := range loose {
		k := slices.IndexFunc(free, func(end int64) bool { return end <= b.start })
		if k < 0 {
			k = len(free)
			free, list = append(free, 0), append(list, lane{})
		}
		free[k] = b.end
		list[k].bars = append(list[k].bars, b)
	}
	if len(list) > 0 {
		list[0].name = "–"
	}
	return list
}

func escaped(s string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return "" // a buffer takes everything
	}
	return b.String()
}
