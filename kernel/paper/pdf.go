package paper

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"codeberg.org/go-pdf/fpdf"
)

//go:embed font/linghang-kai.ttf.gz
var kai []byte

const (
	typeName = "paper"
	margin   = 18.0 // millimetres
	width    = 210 - 2*margin
	bottom   = 297 - margin
	line     = 5.6 // of running text
)

type colour struct{ r, g, b int }

func ink() colour    { return colour{31, 41, 55} }
func faint() colour  { return colour{107, 114, 128} }
func rule() colour   { return colour{209, 213, 219} }
func accent() colour { return colour{22, 93, 175} }

func (t Tone) colour() colour {
	switch t {
	case Good:
		return colour{21, 128, 61}
	case Warn:
		return colour{180, 83, 9}
	case Bad:
		return colour{185, 28, 28}
	default:
		return ink()
	}
}

// Font returns the type that files are set in: the one at path, a TrueType file
// with Chinese and Latin characters, or the one that is built in.
func Font(path string) ([]byte, error) {
	if path != "" {
		data, err := os.ReadFile(path) //nolint:gosec // the file that the operator named
		if err != nil {
			return nil, fmt.Errorf("read font: %w", err)
		}
		if !bytes.HasPrefix(data, []byte{0, 1, 0, 0}) && !bytes.HasPrefix(data, []byte("true")) {
			return nil, fmt.Errorf("%s is no TrueType font; collections (TTC) and OpenType with PostScript outlines cannot be used", path)
		}
		return data, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(kai))
	if err != nil {
		return nil, fmt.Errorf("unpack font: %w", err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("unpack font: %w", err)
	}
	return data, nil
}

// page is a PDF while it is written.
type page struct {
	*fpdf.Fpdf
	frame Frame
}

// PDF writes the document as PDF.
func (d Document) PDF(w io.Writer, font []byte, f Frame) error {
	p := page{fpdf.New("P", "mm", "A4", ""), f}
	p.AddUTF8FontFromBytes(typeName, "", font)
	p.SetCatalogSort(true)
	p.SetCreationDate(f.At)
	p.SetModificationDate(f.At)
	p.SetTitle(d.Title, true)
	p.SetSubject(f.Digest, true)
	p.SetCreator("Linghang", true)
	p.SetLang(map[bool]string{true: "en-GB", false: "zh-CN"}[f.Language == "en"])
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(false, margin)
	p.AliasNbPages("{pages}")
	p.SetFooterFunc(func() { p.foot(d.Title) })
	if f.Across != "" {
		p.SetHeaderFunc(p.across)
	}
	p.AddPage()
	p.title(d)
	for _, b := range d.Blocks {
		p.block(b)
	}
	if err := p.Output(w); err != nil {
		return fmt.Errorf("write PDF: %w", err)
	}
	return nil
}

func (p page) ink(c colour) { p.SetTextColor(c.r, c.g, c.b) }

func (p page) size(points float64) { p.SetFont(typeName, "", points) }

// bold thickens type: there is one weight in the file.
func (p page) bold(do func()) {
	p.SetTextRenderingMode(2)
	p.SetLineWidth(0.12)
	r, g, b := p.GetTextColor()
	p.SetDrawColor(r, g, b)
	do()
	p.SetTextRenderingMode(0)
}

func (p page) foot(title string) {
	p.size(8)
	p.ink(faint())
	p.stroke(rule(), 0.2)
	p.Line(margin, bottom+4, margin+width, bottom+4)
	p.SetXY(margin, bottom+5)
	p.CellFormat(width*0.8, 5, p.fit(strings.Trim(p.frame.Foot+" · "+title, " ·"), width*0.8), "", 0, "L", false, 0, "")
	p.CellFormat(width*0.2, 5, strconv.Itoa(p.PageNo())+" / {pages}", "", 0, "R", false, 0, "")
}

func (p page) stroke(c colour, thick float64) {
	p.SetDrawColor(c.r, c.g, c.b)
	p.SetLineWidth(thick)
}

func (p page) fill(c colour) { p.SetFillColor(c.r, c.g, c.b) }

// room begins a new page when less than height is left.
func (p page) room(height float64) {
	if p.GetY()+height > bottom {
		p.AddPage()
		p.SetY(margin)
	}
}

func (p page) title(d Document) {
	p.size(22)
	p.ink(ink())
	p.bold(func() {
		for _, l := range p.lines(d.Title, width) {
			p.CellFormat(width, 10.5, l, "", 1, "L", false, 0, "")
		}
	})
	if d.Subtitle != "" {
		p.size(12)
		p.ink(faint())
		for _, l := range p.lines(d.Subtitle, width) {
			p.CellFormat(width, 7, l, "", 1, "L", false, 0, "")
		}
	}
	p.Ln(2)
	p.stroke(accent(), 0.8)
	p.Line(margin, p.GetY(), margin+24, p.GetY())
	p.Ln(3)
	p.size(9.5)
	for _, f := range d.About {
		p.ink(faint())
		label := p.GetStringWidth(f.Label) + 3
		y := p.GetY()
		p.CellFormat(label, 5.4, f.Label, "", 0, "L", false, 0, "")
		p.ink(ink())
		for _, l := range p.lines(f.Value, width-label) {
			p.SetX(margin + label)
			p.CellFormat(width-label, 5.4, l, "", 1, "L", false, 0, "")
		}
		p.SetY(max(p.GetY(), y+5.4))
	}
	p.Ln(3)
}

func (p page) block(b Block) {
	switch {
	case b.Heading != nil:
		p.heading(*b.Heading)
	case b.Paragraph != "":
		p.text(b.Paragraph, 10.5, line, ink())
		p.Ln(2)
	case b.Note != "":
		p.text(b.Note, 8.5, 4.6, faint())
		p.Ln(2)
	case len(b.Figures) > 0:
		p.figures(b.Figures)
	case b.Table != nil:
		p.table(*b.Table)
	case b.Chart != nil:
		p.chart(*b.Chart)
	}
}

func (p page) heading(h Heading) {
	points, height := 15.0, 9.0
	if h.Level > 1 {
		points, height = 12, 7.5
	}
	p.room(height + 24)
	p.Ln(2)
	p.size(points)
	p.ink(accent())
	p.Bookmark(h.Text, max(0, h.Level-1), -1)
	p.bold(func() {
		for _, l := range p.lines(h.Text, width) {
			p.CellFormat(width, height, l, "", 1, "L", false, 0, "")
		}
	})
	p.Ln(1)
}

func (p page) text(text string, points, height float64, c colour) {
	p.size(points)
	for _, l := range p.lines(text, width) {
		p.room(height)
		p.size(points)
		p.ink(c)
		p.CellFormat(width, height, l, "", 1, "L", false, 0, "")
	}
}

// figures shows numbers in a row of boxes, four to a line.
func (p page) figures(list []Figure) {
	const columns, gap, height = 4, 4.0, 19.0
	each := (width - (columns-1)*gap) / columns
	for i := 0; i < len(list); i += columns {
		p.room(height + gap)
		y := p.GetY()
		for j, f := range list[i:min(i+columns, len(list))] {
			x := margin + float64(j)*(each+gap)
			p.fill(colour{245, 247, 250})
			p.Rect(x, y, each, height, "F")
			p.SetXY(x+3, y+2.5)
			p.size(8.5)
			p.ink(faint())
			p.CellFormat(each-6, 4.5, p.fit(f.Label, each-6), "", 0, "L", false, 0, "")
			p.SetXY(x+3, y+8)
			p.size(17)
			p.ink(f.Tone.colour())
			p.bold(func() { p.CellFormat(each-6, 8, p.fit(f.Value, each-6), "", 0, "L", false, 0, "") })
		}
		p.SetXY(margin, y+height+gap)
	}
}

// cellPadding is what a cell keeps free on both sides.
const cellPadding = 2.2

// fit cuts text to a width.
func (p page) fit(text string, limit float64) string {
	return fitText(text, limit, p.GetStringWidth)
}

// lines breaks text to the width of a cell.
func (p page) lines(text string, limit float64) []string {
	return breakLines(text, limit-cellPadding, p.GetStringWidth)
}
