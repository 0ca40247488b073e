package httpd

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
)

// exportLimit bounds how many rows one download holds.
const exportLimit = 100_000

// column is one column of a download: the path of a field in the item's JSON.
type column struct {
	path  []string
	title lang.Text
	text  bool // a text in two languages
}

func columnsOf(t reflect.Type, prefix string) []column {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var cols []column
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			cols = append(cols, columnsOf(f.Type, prefix)...)
			continue
		}
		title, ok := f.Tag.Lookup("title")
		if !ok || name == "-" {
			continue
		}
		zh, en, _ := strings.Cut(title, "|")
		path := append(strings.FieldsFunc(prefix, func(r rune) bool { return r == '.' }), name)
		cols = append(cols, column{path: path, title: lang.Text{ZH: zh, EN: en}, text: f.Type == reflect.TypeFor[lang.Text]()})
	}
	return cols
}

// exporter walks all pages of a list through its own handler, so that the
// download passes the same filters and the same row access as the screen.
type exporter struct {
	columns []column
	list    http.Handler
	release func(r *http.Request, rows int) error // refuses what one person does not take away alone
}

// pages returns the page of a list that begins at a cursor.
type pages func(cursor string) (listPage, error)

func (e exporter) pages(r *http.Request) pages {
	return func(cursor string) (listPage, error) { return e.page(r, cursor) }
}

func (e exporter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	format := r.URL.Query().Get("export")
	if format != "csv" && format != "xlsx" {
		Refuse(w, r, fault.New(fault.Invalid, "kernel.export.format", "export is csv or xlsx").At("query.export", "use csv or xlsx"))
		return
	}
	language := Language(r)
	first, err := e.page(r, "")
	if err != nil {
		Refuse(w, r, err)
		return
	}
	if err := first.fits(); err != nil {
		Refuse(w, r, err)
		return
	}
	if err := e.release(r, first.Total); err != nil {
		Refuse(w, r, err)
		return
	}
	name := strings.ReplaceAll(strings.Trim(strings.TrimPrefix(r.URL.Path, "/api/"), "/"), "/", "-") + "-" + time.Now().Format("20060102-150405") + "." + format
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Cache-Control", "no-store")
	if format == "csv" {
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		err = writeCSV(w, e.columns, language, walk(e.columns, language, first, e.pages(r)))
	} else {
		w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
		err = writeXLSX(w, e.columns, language, walk(e.columns, language, first, e.pages(r)))
	}
	if err != nil {
		noteFailure(r.Context(), newProblem(r.Context(), err))
		// The download has begun: breaking the connection is how HTTP says that it is incomplete.
		panic(http.ErrAbortHandler)
	}
}

type listPage struct {
	Items      []map[string]any `json:"items"`
	NextCursor string           `json:"next_cursor"`
	Total      int              `json:"total"`
}

// fits refuses a list of more rows than a download holds.
func (p listPage) fits() error {
	if p.Total <= exportLimit {
		return nil
	}
	return fault.New(fault.Invalid, "kernel.export.rows", "%d rows are more than a download holds, %d", p.Total, exportLimit).
		With("rows", p.Total).With("limit", exportLimit).At("query", "narrow the list by its filters")
}

func (e exporter) page(r *http.Request, cursor string) (listPage, error) {
	next := r.Clone(r.Context())
	q := next.URL.Query()
	q.Del("export")
	q.Set("limit", "500")
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	next.URL.RawQuery = q.Encode()
	rec := &recorder{header: http.Header{}, status: http.StatusOK}
	e.list.ServeHTTP(rec, next)
	if rec.status != http.StatusOK {
		var p Problem
		if err := json.Unmarshal(rec.body.Bytes(), &p); err != nil {
			return listPage{}, fmt.Errorf("read list for export: status %d", rec.status)
		}
		return listPage{}, &p
	}
	return decodePage(rec.body.Bytes())
}

func decodePage(data []byte) (page listPage, err error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&page); err != nil {
		return listPage{}, fmt.Errorf("read list for export: %w", err)
	}
	return page, nil
}

// walk returns every item of a list as cells, up to the limit.
func walk(columns []column, language string, page listPage, next pages) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for n := 0; ; {
			for _, item := range page.Items {
				cells := make([]any, len(columns))
				for i, c := range columns {
					cells[i] = c.cell(item, language)
				}
				if n++; !yield(cells, nil) || n >= exportLimit {
					return
				}
			}
			if page.NextCursor == "" {
				return
			}
			var err error
			if page, err = next(page.NextCursor); err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

func (c column) cell(item map[string]any, language string) any {
	var v any = item
	for _, name := range c.path {
		m, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = m[name]
	}
	switch v := v.(type) {
	case nil:
		return ""
	case map[string]any:
		if c.text {
			zh, _ := v["zh"].(string)
			en, _ := v["en"].(string)
			return lang.Text{ZH: zh, EN: en}.In(language)
		}
	case json.Number:
		if f, err := v.Float64(); err == nil {
			return f
		}
		return v.String()
	case string, bool:
		return v
	}
	data, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(data)
}

func titles(columns []column, language string) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.title.In(language)
	}
	return list
}

func writeCSV(w io.Writer, columns []column, language string, rows iter.Seq2[[]any, error]) error {
	// The byte order mark makes spreadsheet programs read Chinese as UTF-8.
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	out := csv.NewWriter(w)
	if err := out.Write(titles(columns, language)); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	for cells, err := range rows {
		if err != nil {
			return fmt.Errorf("write export: %w", err)
		}
		line := make([]string, len(cells))
		for i, v := range cells {
			line[i] = CSVCell(v)
		}
		if err := out.Write(line); err != nil {
			return fmt.Errorf("write export: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

// CSVCell writes a value into a CSV file, and keeps spreadsheet programs from running text as a formula.
func CSVCell(v any) string {
	switch v := v.(type) {
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		if v != "" && strings.ContainsRune("=+-@\t\r", rune(v[0])) {
			return "'" + v
		}
		return v
	default:
		return fmt.Sprint(v)
	}
}

func writeXLSX(w io.Writer, columns []column, language string, rows iter.Seq2[[]any, error]) error {
	book := excelize.NewFile()
	defer book.Close() //nolint:errcheck // a book in memory has nothing to lose
	sheet, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return fmt.Errorf("open sheet: %w", err)
	}
	head := make([]any, len(columns))
	for i, title := range titles(columns, language) {
		head[i] = title
	}
	line := 1
	if err := sheet.SetRow("A1", head); err != nil {
		return fmt.Errorf("write sheet: %w", err)
	}
	for cells, err := range rows {
		if err != nil {
			return fmt.Errorf("write sheet: %w", err)
		}
		line++
		if err := sheet.SetRow("A"+strconv.Itoa(line), cells); err != nil {
			return fmt.Errorf("write sheet: %w", err)
		}
	}
	if err := sheet.Flush(); err != nil {
		return fmt.Errorf("finish sheet: %w", err)
	}
	return book.Write(w)
}

// recorder holds an answer in memory.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

// Language returns the language a request asks for: the signed-in person's,
// unless the lang parameter or Accept-Language says otherwise.
func Language(r *http.Request) string {
	if l := r.URL.Query().Get("lang"); l == "zh" || l == "en" {
		return l
	}
	accept := r.Header.Get("Accept-Language")
	switch {
	case strings.HasPrefix(accept, "en"):
		return "en"
	case strings.HasPrefix(accept, "zh"):
		return "zh"
	}
	return languageOf(r.Context())
}

func languageOf(ctx context.Context) string {
	if identity.From(ctx).Language == "en" {
		return "en"
	}
	return "zh"
}
