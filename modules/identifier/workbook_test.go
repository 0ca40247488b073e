package identifier

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sheet"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/wire"
)

// bookOf is a workbook whose first sheet has the rows.
func bookOf(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	for i, row := range rows {
		if err := book.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAWorkbookSaysWhatItsCellsMean(t *testing.T) {
	made := time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)
	at := made.Add(13*time.Hour + 30*time.Minute)
	data := bookOf(t,
		[]any{"handle", "DESC", "2000:made", "2001:at", "2002:barcode", "2003:size", "2004:good", "2005:code"},
		[]any{"T001", "轴承", made, at, 6901234567892, 0.1 + 0.2, true, "1E5"},
		[]any{},
		[]any{"T002", 1.5e-7, "2026-03-09", nil, nil, 1200000.25},
	)
	s, err := sheet.Open(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	table, err := newTable(s, "88.101.5", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"T001", "轴承", "2026-03-09", "2026-03-09T13:30:00", "6901234567892", "0.3", "TRUE", "1E5"},
		{"T002", "0.00000015", "2026-03-09", "", "", "1200000.25"},
	}
	for i, line := range []int64{2, 4} {
		r, err := table.next()
		if err != nil || r.fault != nil || r.line != line {
			t.Fatalf("read %+v, %v", r, err)
		}
		if !slices.Equal(table.cells, want[i]) {
			t.Errorf("row %d says %q, want %q", line, table.cells, want[i])
		}
	}
	if _, err := table.next(); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}

// rewritten is a workbook whose worksheet has other content.
func rewritten(t testing.TB, data []byte, table func() io.Reader) []byte {
	t.Helper()
	from, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	to := zip.NewWriter(&b)
	for _, f := range from.File {
		w, err := to.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		content := table()
		if f.Name != "xl/worksheets/sheet1.xml" {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			content = r
		}
		if _, err := io.Copy(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const sheetHead = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`

func TestAWorkbookHasBounds(t *testing.T) {
	plain := bookOf(t, []any{"handle", "URL"})
	head := `<row r="1"><c r="A1" t="inlineStr"><is><t>handle</t></is></c><c r="B1" t="inlineStr"><is><t>URL</t></is></c></row>`
	for name, rows := range map[string]string{
		"a wide row":           head + `<row r="2"><c r="A2" t="inlineStr"><is><t>T1</t></is></c><c r="XFD2" t="inlineStr"><is><t>x</t></is></c></row>`,
		"a row behind the end": head + `<row r="99999999"><c r="A2" t="inlineStr"><is><t>T1</t></is></c></row>`,
		"a row that is too long": head + `<row r="2"><c r="A2" t="inlineStr"><is><t>T1</t></is></c><c r="B2" t="inlineStr"><is><t>` +
			strings.Repeat("x", sheet.MaxRow+1) + `</t></is></c></row>`,
	} {
		s, err := sheet.Open(bytes.NewReader(rewritten(t, plain, func() io.Reader { return strings.NewReader(sheetHead + rows + `</sheetData></worksheet>`) })))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		table, err := newTable(s, "88.101.5", nil)
		var r row
		if err == nil {
			r, err = table.next()
		}
		if r.fault == nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		_ = s.Close() // it was only read
	}
}

func FuzzWorkbook(f *testing.F) {
	f.Add(bookOf(f, []any{"handle", "URL"}, []any{"T001", "http://a.example"}))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		s, err := sheet.Open(bytes.NewReader(data))
		if err != nil {
			return
		}
		defer func() { _ = s.Close() }()
		table, err := newTable(s, "88.101.5", nil)
		for range 1000 {
			if err != nil {
				return
			}
			_, err = table.next()
		}
	})
}

// ended waits until an import has ended.
func (h *house) ended(t *testing.T, id string) (b batch) {
	t.Helper()
	kerneltest.Wait(t, "the import to end", func() bool {
		h.do(t, "GET", "/imports/"+id, "reporter-theirs", "", http.StatusOK, &b)
		return b.State != importRunning
	})
	return b
}

func (h *house) upload(t *testing.T, query, media, body string, want int) (b batch) {
	t.Helper()
	r := h.Send(t, "POST", "/api/identifier/nodes/"+h.enterprise.ID+"/imports?"+query, "reporter-theirs", body, "Content-Type", media)
	if r.Status != want {
		t.Fatalf("upload: %d %s, want %d", r.Status, r.Body, want)
	}
	if want == http.StatusAccepted {
		r.Decode(t, &b)
	}
	return b
}

func TestAFileIsLookedAtBeforeItIsRegistered(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		book := string(bookOf(t, []any{"标识", "URL", "2:HS_ADMIN"}, []any{"X001", "http://a.example/1"}, []any{"X002", "http://a.example/2", "nobody"}))
		b := h.upload(t, "name=products.xlsx&hold=true", httpd.XLSXType, book, http.StatusAccepted)
		if b.State != importHeld || b.JobID != "" {
			t.Fatalf("uploaded %+v", b)
		}
		var p importPreview
		h.do(t, "GET", "/imports/"+b.ID+"/preview", "reporter-ours", "", http.StatusNotFound, nil)
		h.do(t, "GET", "/imports/"+b.ID+"/preview", "reporter-theirs", "", http.StatusOK, &p)
		if len(p.Columns) != 2 || p.Columns[1] != (importColumn{"2:HS_ADMIN", 2, "HS_ADMIN"}) || len(p.Rows) != 2 || p.Wrong != 1 || p.Rows[1].Column != "2:HS_ADMIN" || p.More {
			t.Errorf("the preview has %+v", p)
		}
		h.resolves(t, "88.101.5/X001", wire.CodeNotFound)
		h.do(t, "POST", "/imports/"+b.ID+"/start", "reporter-ours", `{}`, http.StatusNotFound, nil)
		h.do(t, "POST", "/imports/"+b.ID+"/start", "reporter-theirs", `{}`, http.StatusOK, &b)
		if b = h.ended(t, b.ID); b.State != importDone || b.Made != 1 || b.Refused != 1 {
			t.Errorf("it ended as %+v", b)
		}
		h.do(t, "POST", "/imports/"+b.ID+"/start", "reporter-theirs", `{}`, http.StatusConflict, nil)
		h.do(t, "POST", "/imports/"+b.ID+"/cancel", "reporter-theirs", "", http.StatusConflict, nil)
		var faults sqldb.Page[badRow]
		h.do(t, "GET", "/imports/"+b.ID+"/faults", "reporter-theirs", "", http.StatusOK, &faults)
		if len(faults.Items) != 1 || faults.Items[0].Line != 3 || faults.Items[0].Column != "2:HS_ADMIN" {
			t.Errorf("refused rows: %+v", faults.Items)
		}
		if r := h.Get(t, "/api/identifier/imports/"+b.ID+"/faults?export=csv", "reporter-theirs"); !strings.Contains(string(r.Body), "2:HS_ADMIN") {
			t.Errorf("the download has %s", r.Body)
		}
		h.resolves(t, "88.101.5/X001", wire.CodeSuccess)

		b = h.upload(t, "name=again.csv&hold=true", "text/csv", "handle,URL\nX003,http://a.example/3\n", http.StatusAccepted)
		h.do(t, "POST", "/imports/"+b.ID+"/cancel", "reporter-theirs", "", http.StatusOK, &b)
		if b.State != importCancelled || b.EndedAt == nil {
			t.Errorf("given up: %+v", b)
		}
		h.upload(t, "name=a.csv", "text/csv", "handle,URL\nX\xc4\xe3,u\n", http.StatusAccepted)
		h.upload(t, "name=a.csv", "text/csv", "handle,\xc4\xe3\n", http.StatusUnprocessableEntity)
		h.upload(t, "name=a.xlsx", "", "handle,URL\n", http.StatusUnsupportedMediaType)
		bomb := rewritten(t, []byte(book), func() io.Reader { return io.LimitReader(endless{}, 220<<20) })
		h.upload(t, "name=a.xlsx", httpd.XLSXType, string(bomb), http.StatusRequestEntityTooLarge)
	})
}

func TestAFileToFillInIsRead(t *testing.T) {
	h := city(t, kerneltest.Options{})
	h.found(t)
	for format, media := range map[string]string{"csv": "text/csv", "xlsx": httpd.XLSXType} {
		r := h.Get(t, "/api/identifier/nodes/"+h.enterprise.ID+"/imports/blank/"+format, "reporter-theirs")
		if r.Status != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Type"), media) {
			t.Fatalf("%s: %d %s", format, r.Status, r.Header)
		}
		s, err := sheet.Open(bytes.NewReader(r.Body))
		if err != nil {
			t.Fatal(err)
		}
		if table, err := newTable(s, "88.101.5", nil); err != nil || len(table.columns) != 2 {
			t.Errorf("%s: %+v, %v", format, table, err)
		}
		_ = s.Close() // it was only read
	}
	h.do(t, "GET", "/nodes/"+h.enterprise.ID+"/imports/blank/pdf", "reporter-theirs", "", http.StatusNotFound, nil)
	h.do(t, "GET", "/nodes/"+h.enterprise.ID+"/imports/blank/csv", "reporter-ours", "", http.StatusNotFound, nil)
}
