package identifier

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/modules/identifier/internal/template"
)

// previewed is how many rows of a file are shown before they are registered.
const previewed = 20

// importPreview is what the beginning of a file becomes.
type importPreview struct {
	Columns []importColumn `json:"columns" nullable:"false" doc:"Of values, in the order of the file"`
	Rows    []previewRow   `json:"rows" nullable:"false"`
	Wrong   int            `json:"wrong" doc:"Rows among these that would not be registered"`
	More    bool           `json:"more" doc:"The file has further rows"`
}

type importColumn struct {
	Name  string `json:"name" doc:"As the first line has it"`
	Index int32  `json:"index"`
	Type  string `json:"type"`
}

type previewRow struct {
	Line    int64     `json:"line"`
	Handle  string    `json:"handle"`
	Cells   []string  `json:"cells" nullable:"false" doc:"Of the columns of values; long ones are cut"`
	Column  string    `json:"column" doc:"That is wrong; empty where it is the row"`
	Message lang.Text `json:"message" doc:"Why the row would not be registered"`
}

// shownCell is how many octets of a cell are shown.
const shownCell = 200

func (m *Module) previewImport(ctx context.Context, in httpd.Object) (p importPreview, err error) {
	b, n, err := m.ownImport(ctx, in.ID)
	if err != nil {
		return p, err
	}
	err = m.readTable(ctx, b, n, func(t *table) error { return p.read(t) })
	return p, err
}

func (p *importPreview) read(t *table) error {
	p.Columns, p.Rows = []importColumn{}, []previewRow{}
	for _, c := range t.columns {
		p.Columns = append(p.Columns, importColumn{c.name, c.index, c.typ})
	}
	for {
		r, err := t.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if p.More = len(p.Rows) == previewed; p.More {
			return nil
		}
		row := previewRow{Line: r.line, Handle: cut(strings.ToValidUTF8(r.handle, "\ufffd"), shownCell), Cells: make([]string, len(t.columns)), Column: r.column}
		for i, cell := range t.cells[min(1, len(t.cells)):] {
			if i < len(row.Cells) {
				row.Cells[i] = cut(strings.ToValidUTF8(cell, "\ufffd"), shownCell)
			}
		}
		if r.fault != nil {
			row.Message = words(r.fault)
			p.Wrong++
		}
		p.Rows = append(p.Rows, row)
	}
}

// blankColumn is a column of a file to fill in.
type blankColumn struct {
	name string
	note lang.Text
}

// usualColumns are those of a file that follows no template.
func usualColumns() []blankColumn {
	return []blankColumn{
		{handleColumn, lang.Text{ZH: "标识或后缀，例如 T001；每行一个，必填", EN: "Identifier or suffix, as T001; one a row, required"}},
		{"1:URL", lang.Text{ZH: "序号 1，类型 URL：网址", EN: "Index 1, type URL: a web address"}},
		{"2:DESC", lang.Text{ZH: "序号 2，类型 DESC：描述。可增删列，列名为“序号:类型”或只写类型", EN: "Index 2, type DESC: a description. Add or drop columns; their names are index:type, or the type"}},
	}
}

// columnsOf are those of a file that follows a template.
func columnsOf(t template.Template) []blankColumn {
	list := usualColumns()[:1]
	for _, it := range t.Items {
		note := lang.Text{ZH: it.Title + "：" + itemKinds()[it.Type].ZH, EN: it.Name + ": " + itemKinds()[it.Type].EN}
		if it.Type == template.Choice {
			values := make([]string, len(it.Options))
			for i, o := range it.Options {
				values[i] = o.Value
			}
			note.ZH, note.EN = note.ZH+"（"+strings.Join(values, "、")+"）", note.EN+" ("+strings.Join(values, ", ")+")"
		}
		if it.Unit != "" {
			note.ZH, note.EN = note.ZH+"，单位 "+it.Unit, note.EN+", in "+it.Unit
		}
		if it.Required {
			note.ZH, note.EN = note.ZH+"，必填", note.EN+", required"
		}
		list = append(list, blankColumn{it.Name, note})
	}
	return list
}

// serveBlank sends a file to fill in. The parameter template is the ID of the one
// that it follows.
func (m *Module) serveBlank(w http.ResponseWriter, r *http.Request) {
	if _, err := m.ownNode(r.Context(), r.PathValue("id")); err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	columns := usualColumns()
	if id := r.URL.Query().Get("template"); id != "" {
		t, err := m.readTemplate(r.Context(), httpd.Object{ID: id})
		if err != nil {
			httpd.Refuse(w, r, err)
			return
		}
		columns = columnsOf(t)
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	httpd.ServeForm(w, r, "identifiers", blankSheets(columns, names, httpd.Language(r))...)
}

// blankSheets are the sheet to fill in, and one that says what its columns are.
func blankSheets(columns []blankColumn, names []string, language string) []httpd.Sheet {
	title, head := "说明", []string{"列", "说明"}
	if language == "en" {
		title, head = "About", []string{"Column", "About"}
	}
	widths := slices.Repeat([]float64{24}, len(names))
	var about [][]any
	for _, c := range columns {
		about = append(about, []any{c.name, c.note.In(language)})
	}
	return []httpd.Sheet{
		{Name: "identifiers", Titles: names, Widths: widths, Rows: httpd.Rows()},
		{Name: title, Titles: head, Widths: []float64{24, 80}, Rows: httpd.Rows(about...)},
	}
}

// itemKinds are the types of items in words.
func itemKinds() map[template.Type]lang.Text {
	return map[template.Type]lang.Text{
		template.Text: {ZH: "文本", EN: "text"}, template.Integer: {ZH: "整数", EN: "a whole number"}, template.Decimal: {ZH: "数值", EN: "a number"},
		template.Date: {ZH: "日期，例如 2026-03-09", EN: "a date, as 2026-03-09"}, template.DateTime: {ZH: "时间，例如 2026-03-09T13:30:00+08:00", EN: "a time, as 2026-03-09T13:30:00+08:00"},
		template.Boolean: {ZH: "true 或 false", EN: "true or false"}, template.Link: {ZH: "网址", EN: "a web address"},
		template.Choice: {ZH: "枚举", EN: "one of"}, template.Reference: {ZH: "另一个标识", EN: "another identifier"},
	}
}
