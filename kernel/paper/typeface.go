package paper

import (
	"fmt"
	"image"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// Typeface is the type that labels are set in: measured, and drawn as outlines, so
// that a label looks the same wherever it is seen.
type Typeface struct {
	data []byte
	font *sfnt.Font
	unit fixed.Int26_6 // an em, in units of the file
}

// NewTypeface reads a TrueType file, as Font returns it.
func NewTypeface(data []byte) (*Typeface, error) {
	f, err := sfnt.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("read font: %w", err)
	}
	return &Typeface{data, f, fixed.I(int(f.UnitsPerEm()))}, nil
}

// glyphs calls each for the characters of a text with the distance to where they
// begin, in units of the file, and returns the distance to the end.
func (t *Typeface) glyphs(text string, each func(b *sfnt.Buffer, g sfnt.GlyphIndex, at fixed.Int26_6)) (end fixed.Int26_6) {
	var b sfnt.Buffer
	for _, r := range text {
		g, err := t.font.GlyphIndex(&b, r)
		if err != nil {
			continue // the file is broken there; the other characters are drawn
		}
		each(&b, g, end)
		if advance, err := t.font.GlyphAdvance(&b, g, t.unit, font.HintingNone); err == nil {
			end += advance
		}
	}
	return end
}

// width is how wide a text is in a size in points, in millimetres.
func (t *Typeface) width(text string, size float64) float64 {
	end := t.glyphs(text, func(*sfnt.Buffer, sfnt.GlyphIndex, fixed.Int26_6) {})
	return float64(end) / float64(t.unit) * size * pointsMM
}

// pen draws outlines.
type pen interface {
	MoveTo(x, y float32)
	LineTo(x, y float32)
	QuadTo(bx, by, cx, cy float32)
	CubeTo(bx, by, cx, cy, dx, dy float32)
	ClosePath()
}

// draw draws a line of text, scaled from millimetres.
func (t *Typeface) draw(p pen, l textLine, scale float64) {
	em := l.size * pointsMM * scale / float64(t.unit)
	t.glyphs(l.text, func(b *sfnt.Buffer, g sfnt.GlyphIndex, at fixed.Int26_6) {
		segments, err := t.font.LoadGlyph(b, g, t.unit, nil)
		if err != nil {
			return // a picture in colours, or broken
		}
		x := func(p fixed.Point26_6) float32 { return float32(l.x*scale + float64(at+p.X)*em) }
		y := func(p fixed.Point26_6) float32 { return float32(l.y*scale + float64(p.Y)*em) }
		open := false
		for _, s := range segments {
			a := s.Args
			switch s.Op {
			case sfnt.SegmentOpMoveTo:
				if open {
					p.ClosePath()
				}
				open = true
				p.MoveTo(x(a[0]), y(a[0]))
			case sfnt.SegmentOpLineTo:
				p.LineTo(x(a[0]), y(a[0]))
			case sfnt.SegmentOpQuadTo:
				p.QuadTo(x(a[0]), y(a[0]), x(a[1]), y(a[1]))
			case sfnt.SegmentOpCubeTo:
				p.CubeTo(x(a[0]), y(a[0]), x(a[1]), y(a[1]), x(a[2]), y(a[2]))
			}
		}
		if open {
			p.ClosePath()
		}
	})
}

// paint fills a line of text in a picture.
func (t *Typeface) paint(to *image.Gray, l textLine, scale float64) {
	r := vector.NewRasterizer(to.Rect.Dx(), to.Rect.Dy())
	r.DrawOp = draw.Over
	t.draw(r, l, scale)
	r.Draw(to, to.Bounds(), image.Black, image.Point{})
}
