package paper

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// book is a workbook while it is written.
type book struct {
	*excelize.File
	bold, titles, number int
	names                map[string]bool
}

// XLSX writes the document as a workbook: what it says on the first sheet, each
// table on one of its own, each chart as a native one beside its data.
func (d Document) XLSX(w io.Writer, f Frame) error {
	b := book{File: excelize.NewFile(), names: map[string]bool{}}
	defer b.Close() //nolint:errcheck // a book in memory has nothing to lose
	if err := b.styles(); err != nil {
		return fmt.Errorf("make styles: %w", err)
	}
	created := f.At.UTC().Format("2006-01-02T15:04:05Z")
	if err := b.SetDocProps(&excelize.DocProperties{Title: d.Title, Subject: f.Digest, Creator: "Linghang", Created: created, Modified: created}); err != nil {
		return fmt.Errorf("set properties: %w", err)
	}
	if err := b.first(d, f); err != nil {
		return fmt.Errorf("write first sheet: %w", err)
	}
	for _, block := range d.Blocks {
		var err error
		switch {
		case block.Table != nil:
			err = b.table(*block.Table)
		case block.Sheet != nil:
			err = b.table(*block.Sheet)
		case block.Chart != nil && len(block.Chart.Labels) > 0:
			err = b.chart(*block.Chart)
		}
		if err != nil {
			return fmt.Errorf("write sheet: %w", err)
		}
	}
	return b.Write(w)
}

func (b *book) styles() (err error) {
	if b.bold, err = b.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}}); err != nil {
		return err
	}
	b.titles, err = b.NewStyle(&excelize.Style{
		Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E9EFF7"}}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"},
	})
	if err != nil {
		return err
	}
	b.number, err = b.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	return err
}

// first writes what the document says, without tables and charts.
func (b *book) first(d Document, f Frame) error {
	name := b.name(d.Title)
	if err := b.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	row := 1
	put := func(style int, cells ...string) error {
		for i, text := range cells {
			at, err := excelize.CoordinatesToCellName(i+1, row)
			if err != nil {
				return err
			}
			if err := b.SetCellStr(name, at, text); err != nil {
				return err
			}
			if err := b.SetCellStyle(name, at, at, style); err != nil {
				return err
			}
		}
		row++
		return nil
	}
	for i, cells := range d.lines(f) {
		style := b.number
		if i == 0 {
			style = b.bold
		}
		if err := put(style, cells...); err != nil {
			return err
		}
	}
	return b.SetColWidth(name, "A", "B", 40)
}

// lines is what the document says, without tables and charts.
func (d Document) lines(f Frame) [][]string {
	lines := [][]string{{d.Title}}
	if d.Subtitle != "" {
		lines = append(lines, []string{d.Subtitle})
	}
	for _, a := range d.About {
		lines = append(lines, []string{a.Label, a.Value})
	}
	lines = append(lines, []string{"SHA-256", f.Digest}, nil)
	for _, block := range d.Blocks {
		switch {
		case block.Heading != nil:
			lines = append(lines, []string{block.Heading.Text})
		case block.Paragraph != "" || block.Note != "":
			lines = append(lines, []string{block.Paragraph + block.Note})
		}
		for _, figure := range block.Figures {
			lines = append(lines, []string{figure.Label, figure.Value})
		}
	}
	return lines
}

// name makes a name for a sheet: 31 characters, none of them special, no two alike.
func (b *book) name(text string) string {
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return ' '
		}
		return r
	}, text)
	for n := 1; ; n++ {
		suffix := ""
		if n > 1 {
			suffix = fmt.Sprintf(" %d", n)
		}
		runes := []rune(strings.TrimSpace(text))
		name := string(runes[:min(len(runes), 31-utf8.RuneCountInString(suffix))]) + suffix
		if name == "" {
			name = "-"
		}
		if key := strings.ToLower(name); !b.names[key] {
			b.names[key] = true
			return name
		}
	}
}

func (b *book) table(t Table) error {
	name := b.name(t.Title)
	if _, err := b.NewSheet(name); err != nil {
		return err
	}
	out, err := b.NewStreamWriter(name)
	if err != nil {
		return err
	}
	titles := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		titles[i] = excelize.Cell{StyleID: b.titles, Value: c.Title}
		if err := out.SetColWidth(i+1, i+1, max(10, c.Width*4)); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := out.SetRow("A1", titles); err != nil {
		return err
	}
	for i, row := range t.Rows {
		cells := make([]any, len(row))
		for j, c := range row {
			cells[j] = excelize.Cell{StyleID: b.number, Value: c.Text}
			if c.Number != nil {
				cells[j] = excelize.Cell{StyleID: b.number, Value: *c.Number}
			}
		}
		at, err := excelize.CoordinatesToCellName(1, i+2)
		if err != nil {
			return err
		}
		if err := out.SetRow(at, cells); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (b *book) chart(c Chart) error {
	name := b.name(c.Title)
	if _, err := b.NewSheet(name); err != nil {
		return err
	}
	kind := excelize.Line
	if c.Kind == Bar {
		kind = excelize.Col
	}
	set := func(column, row int, value any) error {
		at, err := excelize.CoordinatesToCellName(column, row)
		if err != nil {
			return err
		}
		return b.SetCellValue(name, at, value)
	}
	for i, l := range c.Labels {
		if err := set(1, i+2, l); err != nil {
			return err
		}
	}
	var series []excelize.ChartSeries
	for j, s := range c.Series {
		if err := set(j+2, 1, s.Name); err != nil {
			return err
		}
		for i, v := range s.Values {
			if v == nil {
				continue
			}
			if err := set(j+2, i+2, *v); err != nil {
				return err
			}
		}
		column, err := excelize.ColumnNumberToName(j + 2)
		if err != nil {
			return err
		}
		series = append(series, excelize.ChartSeries{
			Name:       fmt.Sprintf("'%s'!$%s$1", name, column),
			Categories: fmt.Sprintf("'%s'!$A$2:$A$%d", name, len(c.Labels)+1),
			Values:     fmt.Sprintf("'%s'!$%s$2:$%s$%d", name, column, column, len(c.Labels)+1),
		})
	}
	at, err := excelize.CoordinatesToCellName(len(c.Series)+3, 2)
	if err != nil {
		return err
	}
	return b.AddChart(name, at, &excelize.Chart{
		Type: kind, Series: series, Title: excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: c.Title}}}, Dimension: excelize.ChartDimension{Width: 760, Height: 380},
	})
}
