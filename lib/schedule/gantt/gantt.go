// Package gantt draws a schedule as SVG: a lane for each machine, as many as are needed
// for each larger resource, and one for tasks that need nothing; a bar for each task,
// coloured by its job, with what it is in its title, and a grey one for each changeover and cleaning.
package gantt

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"

	"linghang/lib/schedule/model"
)

const (
	left      = 140 // of names
	top       = 36  // of the axis
	row       = 22
	most      = 20_000 // lanes
	widest    = 20_000 // pixels
	narrowest = 200
)

// Options say how to draw. The zero value is 1200 pixels wide.
type Options struct {
	Width int // of the bars, in pixels
}

// bar is a task in a lane.
type bar struct {
	task       int
	start, end int64
	lane       int
	stop       model.StopKind // none: it is the task itself, or else a stop before it
}

// SVG draws a schedule, which has to be one of the model (package check).
func SVG(w io.Writer, m *model.Model, s *model.Schedule, o Options) error {
	if o.Width == 0 {
		o.Width = 1200
	}
	if o.Width < narrowest || o.Width > widest {
		return fmt.Errorf("draw the schedule: the width is %d; it is %d to %d", o.Width, narrowest, widest)
	}
	names, bars := lanes(m, s)
	if len(names) > most {
		return fmt.Errorf("draw the schedule: it has %d lanes; at most %d can be drawn", len(names), most)
	}
	scale := float64(o.Width) / float64(max(1, s.Makespan))
	height := top + row*len(names) + 8
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11">`+"\n", left+o.Width+20, height, left+o.Width+20, height)
	fmt.Fprintf(&b, `<title>%s: %d</title><rect width="100%%" height="100%%" fill="#fff"/>`+"\n", escaped(cmp.Or(m.Name, "schedule")), s.Makespan)
	axis(&b, s.Makespan, scale, height)
	for i, name := range names {
		y := top + row*i
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end" fill="#333">%s</text><line x1="%d" x2="%d" y1="%d" y2="%d" stroke="#eee"/>`+"\n", left-8, y+15, escaped(name), left, left+o.Width, y+row, y+row)
	}
	for _, r := range bars {
		draw(&b, m, r, scale)
	}
	b.WriteString("</svg>\n")
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("draw the schedule: %w", err)
	}
	return nil
}

func draw(b *bytes.Buffer, m *model.Model, r bar, scale float64) {
	const letter = 6.2 // pixels
	t := &m.Tasks[r.task]
	name := cmp.Or(t.Name, fmt.Sprint(r.task))
	group := r.task
	if t.Job != nil {
		group = *t.Job
	}
	if r.stop != "" {
		x, width := left+float64(r.start)*scale, max(0.5, float64(r.end-r.start)*scale)
		fmt.Fprintf(b, `<g><title>%s, %s: %d–%d</title><rect x="%.1f" y="%d" width="%.1f" height="%d" fill="#bbb" stroke="#fff" stroke-width="0.5"/></g>`+"\n", r.stop, escaped(name), r.start, r.end, x, top+row*r.lane+6, width, row-12)
		return
	}
	x, width := left+float64(r.start)*scale, max(0.5, float64(r.end-r.start)*scale)
	y := top + row*r.lane
	fmt.Fprintf(b, `<g><title>%s: %d–%d</title><rect x="%.1f" y="%d" width="%.1f" height="%d" fill="hsl(%d 55%% 72%%)" stroke="#fff" stroke-width="0.5"/>`, escaped(name), r.start, r.end, x, y+2, width, row-4, group*137%360)
	if letter*float64(len([]rune(name))) < width {
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle" fill="#111">%s</text>`, x+width/2, y+15, escaped(name))
	}
	b.WriteString("</g>\n")
}

// axis draws times at steps of 1, 2 or 5 times a power of ten, about ten of them.
func axis(b *bytes.Buffer, span int64, scale float64, height int) {
	step, factors := int64(1), [3]int64{2, 5, 10}
	for power, k := int64(1), 0; span/step > 12; k = (k + 1) % 3 {
		step = power * factors[k]
		if k == 2 {
			power *= 10
		}
	}
	for at := int64(0); at <= span; at += step {
		x := left + float64(at)*scale
		fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="#ddd"/><text x="%.1f" y="%d" text-anchor="middle" fill="#666">%d</text>`+"\n", x, x, top-8, height, x, top-14, at)
	}
}

// lanes returns the names of lanes, and each task's bars.
func lanes(m *model.Model, s *model.Schedule) (names []string, bars []bar) {
	by := make([][]bar, len(m.Resources)+1)
	for _, a := range s.Assignments {
		needs := m.Tasks[a.Task].Modes[a.Mode].Needs
		for _, n := range needs {
			by[n.Resource] = append(by[n.Resource], bar{task: a.Task, start: a.Start, end: a.End})
		}
		if len(needs) == 0 && a.End > a.Start {
			by[len(m.Resources)] = append(by[len(m.Resources)], bar{task: a.Task, start: a.Start, end: a.End})
		}
	}
	for _, stop := range s.Stops {
		if stop.Resource != nil {
			by[*stop.Resource] = append(by[*stop.Resource], bar{task: stop.Before, start: stop.Start, end: stop.End, stop: stop.Kind})
		}
	}
	for r, list := range by {
		name := "–"
		if r < len(m.Resources) {
			name = cmp.Or(m.Resources[r].Name, fmt.Sprintf("%d", r))
		} else if len(list) == 0 {
			break
		}
		slices.SortFunc(list, func(a, b bar) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end)) })
		var free []int64 // when a lane of this resource ends
		for i := range list {
			k := slices.IndexFunc(free, func(end int64) bool { return end <= list[i].start })
			if k < 0 {
				k = len(free)
				free = append(free, 0)
			}
			free[k] = list[i].end
			list[i].lane = len(names) + k
		}
		names = append(names, name)
		for k := 1; k < len(free); k++ {
			names = append(names, "")
		}
		bars = append(bars, list...)
	}
	return names, bars
}

func escaped(s string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return "" // a buffer takes everything
	}
	return b.String()
}
