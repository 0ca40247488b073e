package paper

import "math"

const (
	slant       = 35.0  // degrees
	acrossEach  = 58.0  // millimetres between the lines
	acrossMost  = 190.0 // of what is said once, which is whole on each page
	acrossApart = 24.0
)

// across writes who has the paper over the page, before anything else: what is said stands
// on top of it and is read and selected as without.
func (p page) across() {
	w, h := p.GetPageSize()
	text := p.frame.Across
	p.size(14)
	p.size(14 * min(1, acrossMost/p.GetStringWidth(text)))
	p.ink(colour{218, 223, 230})
	each := p.GetStringWidth(text) + acrossApart
	rows, times := math.Ceil(math.Hypot(w, h)/2/acrossEach), math.Ceil(math.Hypot(w, h)/2/each)
	p.TransformBegin()
	p.TransformRotate(slant, w/2, h/2)
	for row := -rows; row <= rows; row++ {
		shift := math.Mod(math.Abs(row), 2) / 2
		for n := -times; n <= times; n++ {
			p.Text(w/2+(n+shift)*each-(each-acrossApart)/2, h/2+row*acrossEach, text)
		}
	}
	p.TransformEnd()
}
