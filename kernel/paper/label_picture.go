package paper

import (
	"bufio"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"
)

// SVG writes a label as a picture of lines; text is drawn, so that no font is needed.
func (f LabelForm) SVG(w io.Writer, l Label, face *Typeface) error {
	d := f.lay(l, face)
	b := bufio.NewWriter(w)
	put := func(format string, args ...any) { _, _ = fmt.Fprintf(b, format, args...) } // Flush tells
	put(`<svg xmlns="http://www.w3.org/2000/svg" width="%gmm" height="%gmm" viewBox="0 0 %g %g"><rect width="100%%" height="100%%" fill="#fff"/>`, f.Width, f.Height, f.Width, f.Height)
	put(`<path shape-rendering="crispEdges" transform="translate(%.4f %.4f) scale(%.6f)" d="`, d.x, d.y, d.module)
	for _, r := range d.code.runs() {
		put("M%d %dh%dv1h-%dz", r.x+d.code.Quiet, r.y+d.code.Quiet, r.length, r.length)
	}
	put(`"/>`)
	if len(d.lines) > 0 {
		put(`<path d="`)
		for _, line := range d.lines {
			face.draw(svgPen{put}, line, 1)
		}
		put(`"/>`)
	}
	put("</svg>\n")
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write SVG: %w", err)
	}
	return nil
}

// svgPen writes outlines as data of a path.
type svgPen struct {
	put func(format string, args ...any)
}

func (p svgPen) MoveTo(x, y float32) { p.put("M%.3f %.3f", x, y) }
func (p svgPen) LineTo(x, y float32) { p.put("L%.3f %.3f", x, y) }
func (p svgPen) QuadTo(bx, by, cx, cy float32) {
	p.put("Q%.3f %.3f %.3f %.3f", bx, by, cx, cy)
}

func (p svgPen) CubeTo(bx, by, cx, cy, dx, dy float32) {
	p.put("C%.3f %.3f %.3f %.3f %.3f %.3f", bx, by, cx, cy, dx, dy)
}
func (p svgPen) ClosePath() { p.put("z") }

// Bounds of a picture: how fine it is, in pixels a millimetre (600 to the inch), and
// about how many it has at most.
const (
	fineness   = 600 / 25.4
	mostPixels = 8_000_000
)

// PNG writes a label as a picture of points, about 600 to the inch, fewer of a large
// label: the modules of its code are whole numbers of them.
func (f LabelForm) PNG(w io.Writer, l Label, face *Typeface) error {
	d := f.lay(l, face)
	scale, perModule := d.pixels(min(fineness, math.Sqrt(mostPixels/(f.Width*f.Height))))
	wide, high := int(math.Round(f.Width*scale)), int(math.Round(f.Height*scale))
	if wide*high > 4*mostPixels { // the modules are too small for fewer
		return fmt.Errorf("a label of %g by %g mm is too large for a picture", f.Width, f.Height)
	}
	img := image.NewGray(image.Rect(0, 0, wide, high))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	left, top := int(math.Round(d.x*scale)), int(math.Round(d.y*scale))
	for _, r := range d.code.runs() {
		x, y := left+(r.x+d.code.Quiet)*perModule, top+(r.y+d.code.Quiet)*perModule
		draw.Draw(img, image.Rect(x, y, x+r.length*perModule, y+perModule), image.NewUniform(color.Black), image.Point{}, draw.Src)
	}
	for _, line := range d.lines {
		face.paint(img, line, scale)
	}
	if err := png.Encode(w, img); err != nil {
		return fmt.Errorf("write PNG: %w", err)
	}
	return nil
}
