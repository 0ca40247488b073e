package paper

import (
	"fmt"
	"io"
	"iter"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// Sheet is how labels stand on pages; lengths are in millimetres.
type Sheet struct {
	Title         string
	Width, Height float64 // of a page
	Left, Top     float64 // what stays free before the first label
	Rows, Columns int
	GapX, GapY    float64 // between labels
	Outline       bool    // draw where to cut
	Label         LabelForm
}

// A4 is how large a page of ISO 216 A4 is, in millimetres.
const (
	A4Width  = 210
	A4Height = 297
)

// PDF writes labels page by page, from left to right and down, and returns how many
// there were. A label that comes with an error ends it.
func (s Sheet) PDF(w io.Writer, face *Typeface, at time.Time, labels iter.Seq2[Label, error]) (count int, err error) {
	p := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: s.Width, Ht: s.Height}})
	p.AddUTF8FontFromBytes(typeName, "", face.data)
	p.SetCatalogSort(true)
	p.SetCreationDate(at)
	p.SetModificationDate(at)
	p.SetTitle(s.Title, true)
	p.SetCreator("Linghang", true)
	p.SetMargins(0, 0, 0)
	p.SetAutoPageBreak(false, 0)
	for l, err := range labels {
		if err != nil {
			return count, err
		}
		place := count % (s.Rows * s.Columns)
		if place == 0 {
			p.AddPage()
		}
		x := s.Left + float64(place%s.Columns)*(s.Label.Width+s.GapX)
		y := s.Top + float64(place/s.Columns)*(s.Label.Height+s.GapY)
		s.print(p, s.Label.lay(l, face), x, y)
		count++
	}
	if count == 0 {
		p.AddPage()
	}
	if err := p.Output(w); err != nil {
		return count, fmt.Errorf("write PDF: %w", err)
	}
	return count, nil
}

func (s Sheet) print(p *fpdf.Fpdf, d laid, x, y float64) {
	if s.Outline {
		p.SetDrawColor(200, 200, 200)
		p.SetLineWidth(0.1)
		p.Rect(x, y, s.Label.Width, s.Label.Height, "D")
	}
	p.SetFillColor(0, 0, 0)
	// All modules are one path, filled at once: neighbours show no seam.
	quiet := float64(d.code.Quiet) * d.module
	for _, r := range d.code.runs() {
		left, top := x+d.x+quiet+float64(r.x)*d.module, y+d.y+quiet+float64(r.y)*d.module
		p.RawWriteStr(fmt.Sprintf("%.3f %.3f %.3f %.3f re\n", left/pointsMM, (s.Height-top-d.module)/pointsMM, float64(r.length)*d.module/pointsMM, d.module/pointsMM))
	}
	p.RawWriteStr("f\n")
	p.SetTextColor(0, 0, 0)
	for _, l := range d.lines {
		p.SetFont(typeName, "", l.size)
		p.Text(x+l.x, y+l.y, l.text)
	}
}
