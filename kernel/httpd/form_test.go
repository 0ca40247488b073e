package httpd_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

func TestServeForm(t *testing.T) {
	columns := []sheet.Column[struct{}]{{Name: "name", Title: "名称", Note: lang.Text{ZH: "必填", EN: "Required"}}, {Name: "count", Title: "数量"}}
	get := func(format, language string) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
		r.SetPathValue("format", format)
		httpd.ServeForm(w, r, "machines", httpd.FormSheets("machines", columns, []any{"车床", 2}, language, []any{"a", "b"})...)
		return w
	}
	for language, want := range map[string]string{"zh": "\ufeff名称,数量\n车床,2\n", "en": "\ufeffname,count\n车床,2\n"} {
		if got := get("csv", language).Body.String(); got != want {
			t.Errorf("CSV in %s: %q, want %q", language, got, want)
		}
	}
	book := get("xlsx", "zh")
	if name := book.Header().Get("Content-Disposition"); name != `attachment; filename="machines.xlsx"` {
		t.Errorf("download is %s", name)
	}
	rows, err := sheet.Open(bytes.NewReader(book.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // it was only read
	if head, err := sheet.Head(rows); err != nil || len(head) != 2 || head[0] != "名称" {
		t.Errorf("the workbook's columns are %q, %v", head, err)
	}
	if got := get("pdf", "zh").Code; got != http.StatusNotFound {
		t.Errorf("a format that is none: %d", got)
	}
}
