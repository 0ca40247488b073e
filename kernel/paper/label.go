package paper

import "math"

// Label is what stands on one label: a code, and lines of text.
type Label struct {
	Code  Code
	Lines []string // the first is set larger
}

// Code is a square symbol of dark and light modules.
type Code struct {
	Size  int // modules of an edge, without the quiet zone
	Quiet int // modules around it that stay light
	Dark  func(x, y int) bool
}

// whole is how many modules an edge has with the quiet zone.
func (c Code) whole() int { return c.Size + 2*c.Quiet }

// run is dark modules beside each other.
type run struct{ x, y, length int }

func (c Code) runs() (list []run) {
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			from := x
			for x < c.Size && c.Dark(x, y) {
				x++
			}
			if x > from {
				list = append(list, run{from, y, x - from})
			}
		}
	}
	return list
}

// LabelForm is how large a label is, in millimetres, and its text, in points.
type LabelForm struct{ Width, Height, Text float64 }

const (
	padding  = 1.0       // millimetres that stay free at the edges
	between  = 1.0       // millimetres from a code to the text
	leading  = 1.25      // height of a line, in heights of type
	larger   = 1.2       // the first line, beside the others
	pointsMM = 25.4 / 72 // a point in millimetres
	widely   = 1.4       // from when on text stands beside the code, not below
	ascent   = 0.86      // from the top of a line to where type stands, in heights of type
)

// textLine is a line where it stands: x and the baseline y in millimetres from the
// upper left, size in points.
type textLine struct {
	text       string
	x, y, size float64
}

// laid is a label with all of it in its place.
type laid struct {
	code   Code
	x, y   float64 // of the code's quiet zone, in millimetres
	module float64 // in millimetres
	lines  []textLine
}

// Module is how large the modules of a label's code are, in millimetres.
func (f LabelForm) Module(l Label, face *Typeface) float64 { return f.lay(l, face).module }

// lay puts the code to the left of the text on wide labels, above it on others, as
// large as there is room for.
func (f LabelForm) lay(l Label, face *Typeface) laid {
	d := laid{code: l.Code}
	wide, high := f.Width-2*padding, f.Height-2*padding
	switch {
	case len(l.Lines) == 0:
		edge := min(wide, high)
		d.place((f.Width-edge)/2, (f.Height-edge)/2, edge)
	case f.Width >= widely*f.Height:
		edge := min(high, wide*0.6)
		d.place(padding, (f.Height-edge)/2, edge)
		left := padding + edge + between
		d.set(f.breakText(l.Lines, f.Width-padding-left, high, face), left, f.Height/2)
	default:
		lines := f.breakText(l.Lines, wide, high*0.45, face)
		under := heightOf(lines)
		edge := min(wide, high-under-between)
		top := (f.Height - edge - between - under) / 2
		d.place((f.Width-edge)/2, top, edge)
		d.set(lines, padding, top+edge+between+under/2)
		for i := range d.lines {
			d.lines[i].x = (f.Width - face.width(d.lines[i].text, d.lines[i].size)) / 2
		}
	}
	return d
}

func (d *laid) place(x, y, edge float64) {
	d.x, d.y, d.module = x, y, edge/float64(d.code.whole())
}

func heightOf(lines []textLine) (height float64) {
	for _, l := range lines {
		height += l.size * pointsMM * leading
	}
	return height
}

// set puts lines below each other around a middle.
func (d *laid) set(lines []textLine, x, middle float64) {
	top := middle - heightOf(lines)/2
	for _, l := range lines {
		l.x, l.y = x, top+l.size*pointsMM*ascent
		d.lines, top = append(d.lines, l), top+l.size*pointsMM*leading
	}
}

// breakText breaks text to a width. What finds no room in the height is left out,
// and the last line says so.
func (f LabelForm) breakText(texts []string, wide, high float64, face *Typeface) []textLine {
	var lines []textLine
	for i, text := range texts {
		size := f.Text
		if i == 0 {
			size *= larger
		}
		measure := func(s string) float64 { return face.width(s, size) }
		for _, part := range breakLines(text, wide, measure) {
			next := textLine{text: part, size: size}
			if heightOf(append(lines, next)) > high {
				if n := len(lines); n > 0 {
					last := &lines[n-1]
					last.text = fitText(last.text+"…", wide, func(s string) float64 { return face.width(s, last.size) })
				}
				return lines
			}
			lines = append(lines, next)
		}
	}
	return lines
}

// pixels is how many there are to a millimetre so that a module is a whole number
// of them, about as fine as finest asks for.
func (d laid) pixels(finest float64) (perMM float64, perModule int) {
	perModule = max(1, int(math.Round(d.module*finest)))
	return float64(perModule) / d.module, perModule
}
