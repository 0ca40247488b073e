package httpd

import (
	"fmt"
	"net/http"
	"slices"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

// FormSheets are the sheets of a file to fill in: its columns by their names in the
// language with an example below, and what they take; codes go below that, each with
// what it means.
func FormSheets[T any](name string, columns []sheet.Column[T], example []any, language string, codes ...[]any) []Sheet {
	var titles []string
	var notes [][]any
	for _, c := range columns {
		title := lang.Text{ZH: c.Title, EN: c.Name}.In(language)
		titles, notes = append(titles, title), append(notes, []any{title, c.Note.In(language)})
	}
	about, first := lang.Text{ZH: "说明", EN: "About"}.In(language), lang.Text{ZH: "列", EN: "Column"}
	if len(codes) > 0 {
		first = lang.Text{ZH: "列、代码", EN: "Column, code"}
	}
	return []Sheet{
		{Name: name, Titles: titles, Widths: slices.Repeat([]float64{24}, len(titles)), Rows: Rows(example)},
		{Name: about, Titles: []string{first.In(language), about}, Widths: []float64{24, 80}, Rows: Rows(slices.Concat(notes, codes)...)},
	}
}

// ServeForm sends a file to fill in, in the {format} of the path: the sheets, one at
// least, as a workbook, or the first of them as CSV. The name has no ending.
func ServeForm(w http.ResponseWriter, r *http.Request, name string, sheets ...Sheet) {
	switch format := r.PathValue("format"); format {
	case "csv":
		rows := [][]string{sheets[0].Titles}
		for cells, err := range sheets[0].Rows {
			if err != nil {
				Refuse(w, r, err)
				return
			}
			line := make([]string, len(cells))
			for i, v := range cells {
				line[i] = fmt.Sprint(v)
			}
			rows = append(rows, line)
		}
		ServeCSV(w, name+".csv", rows...)
	case "xlsx":
		ServeWorkbook(w, name+".xlsx", sheets...)
	default:
		Refuse(w, r, fault.New(fault.NotFound, "kernel.not_found", "a file to fill in is csv or xlsx, not %s", format))
	}
}
