package httpd

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"mime"
	"net/http"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// XLSXType is the media type of workbooks.
const XLSXType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Sheet is one sheet of a workbook.
type Sheet struct {
	Name   string
	Titles []string
	Widths []float64 // of the columns, in characters; zero is the default
	Rows   iter.Seq2[[]any, error]
}

// WriteWorkbook writes sheets as an Office Open XML workbook. Rows are read
// while they are written; text is never taken for a formula.
func WriteWorkbook(w io.Writer, sheets []Sheet) error {
	book := excelize.NewFile()
	defer book.Close() //nolint:errcheck // a book in memory has nothing to lose
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("make style: %w", err)
	}
	for i, s := range sheets {
		if i == 0 {
			err = book.SetSheetName("Sheet1", s.Name)
		} else {
			_, err = book.NewSheet(s.Name)
		}
		if err != nil {
			return fmt.Errorf("open sheet %s: %w", s.Name, err)
		}
		if err := s.write(book, bold); err != nil {
			return fmt.Errorf("write sheet %s: %w", s.Name, err)
		}
	}
	return book.Write(w)
}

func (s Sheet) write(book *excelize.File, titleStyle int) error {
	out, err := book.NewStreamWriter(s.Name)
	if err != nil {
		return err
	}
	for i, width := range s.Widths {
		if width > 0 {
			if err := out.SetColWidth(i+1, i+1, width); err != nil {
				return err
			}
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	titles := make([]any, len(s.Titles))
	for i, t := range s.Titles {
		titles[i] = excelize.Cell{StyleID: titleStyle, Value: t}
	}
	if err := out.SetRow("A1", titles); err != nil {
		return err
	}
	line := 1
	for cells, err := range s.Rows {
		if err != nil {
			return err
		}
		line++
		if err := out.SetRow("A"+strconv.Itoa(line), cells); err != nil {
			return err
		}
	}
	return out.Flush()
}

// Rows are rows at hand, for a Sheet.
func Rows(list ...[]any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, row := range list {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// ServeWorkbook sends sheets as the download with the name.
func ServeWorkbook(w http.ResponseWriter, name string, sheets ...Sheet) {
	Attach(w, XLSXType, name)
	if err := WriteWorkbook(w, sheets); err != nil {
		panic(http.ErrAbortHandler) // the download has begun: breaking it off says that it is incomplete
	}
}

// ServeCSV sends rows as the download with the name, as spreadsheet programs open it.
func ServeCSV(w http.ResponseWriter, name string, rows ...[]string) {
	Attach(w, "text/csv; charset=utf-8", name)
	_, _ = io.WriteString(w, "\ufeff")  // spreadsheet programs take it for UTF-8 then
	_ = csv.NewWriter(w).WriteAll(rows) // the client may be gone
}

// Attach sets the headers of a download with the name.
func Attach(w http.ResponseWriter, mediaType, name string) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set("Cache-Control", "no-store")
}

// Blob is content that is kept by the digest of it, and how it is told to a browser.
type Blob struct {
	SHA256, Name, MediaType string
	Size                    int64 // octets
}

// ServeBlob sends content that get fetches by its digest, as ServeFile does.
func ServeBlob(w http.ResponseWriter, r *http.Request, get func(ctx context.Context, sha256 string) (io.ReadSeekCloser, error), b Blob) {
	content, err := get(r.Context(), b.SHA256)
	if err != nil {
		Refuse(w, r, err)
		return
	}
	defer content.Close() //nolint:errcheck // it was only read
	ServeFile(w, b.Name, b.MediaType, b.Size, content)
}

// ServeFile sends a file that somebody uploaded: always as a download, never as
// a page, whatever it holds and whatever the browser thinks of it.
func ServeFile(w http.ResponseWriter, name, mediaType string, size int64, content io.Reader) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if _, err := io.Copy(w, content); err != nil {
		panic(http.ErrAbortHandler) // the download has begun: breaking it off says that it is incomplete
	}
}
