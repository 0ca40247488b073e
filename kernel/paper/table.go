package paper

// rowHeight is the height of one line in a table.
const rowHeight = 4.9

// table draws rows under titles; titles come again on every page.
func (p page) table(t Table) {
	p.room(24)
	if t.Title != "" {
		p.size(10.5)
		p.ink(ink())
		p.bold(func() { p.CellFormat(width, 7, p.fit(t.Title, width), "", 1, "L", false, 0, "") })
	}
	widths := shares(t.Columns)
	p.titles(t.Columns, widths)
	if len(t.Rows) == 0 {
		p.size(9)
		p.ink(faint())
		p.stroke(rule(), 0.15)
		p.CellFormat(width, 8, t.Empty, "B", 1, "C", false, 0, "")
	}
	for _, row := range t.Rows {
		p.row(t.Columns, widths, row)
	}
	p.Ln(4)
}

func shares(columns []Column) []float64 {
	total := 0.0
	for _, c := range columns {
		total += c.Width
	}
	widths := make([]float64, len(columns))
	for i, c := range columns {
		widths[i] = c.Width / total * width
	}
	return widths
}

func (p page) titles(columns []Column, widths []float64) {
	p.size(8.5)
	height := 0.0
	wrapped := make([][]string, len(columns))
	for i, c := range columns {
		wrapped[i] = p.lines(c.Title, widths[i])
		height = max(height, float64(len(wrapped[i]))*rowHeight+2)
	}
	y := p.GetY()
	p.fill(colour{233, 239, 247})
	p.Rect(margin, y, width, height, "F")
	p.ink(ink())
	x := margin
	for i, c := range columns {
		p.cell(x, y+1, widths[i], wrapped[i], c.Right)
		x += widths[i]
	}
	p.SetXY(margin, y+height)
}

func (p page) cell(x, y, w float64, lines []string, right bool) {
	align := "L"
	if right {
		align = "R"
	}
	for i, l := range lines {
		p.SetXY(x, y+float64(i)*rowHeight)
		p.CellFormat(w, rowHeight, l, "", 0, align, false, 0, "")
	}
}

// maxLines bounds how many lines a cell takes: a row fits on a page.
const maxLines = 12

func (p page) row(columns []Column, widths []float64, row []Cell) {
	p.size(9)
	height := 0.0
	wrapped := make([][]string, len(columns))
	for i := range columns {
		if i < len(row) {
			wrapped[i] = p.lines(row[i].Text, widths[i])
			if len(wrapped[i]) > maxLines {
				wrapped[i] = append(wrapped[i][:maxLines-1], "…")
			}
		}
		height = max(height, float64(len(wrapped[i]))*rowHeight+2)
	}
	if p.GetY()+height > bottom {
		p.AddPage()
		p.SetY(margin)
		p.titles(columns, widths)
		p.size(9)
	}
	y, x := p.GetY(), margin
	for i, c := range columns {
		if i < len(row) {
			p.ink(row[i].Tone.colour())
			p.cell(x, y+1, widths[i], wrapped[i], c.Right)
		}
		x += widths[i]
	}
	p.stroke(rule(), 0.15)
	p.Line(margin, y+height, margin+width, y+height)
	p.SetXY(margin, y+height)
}
