package files

import (
	"bytes"
	"fmt"
	"io"
	"net/http"

	"linghang/kernel/module"
	"linghang/kernel/sheet"
)

// Table receives the table of a request, CSV or a workbook, ?name= of the file, and
// examines it. It is not kept. The route limits the body to limit octets.
func Table(r *http.Request, limit int64) (module.Upload, []byte, error) {
	u, err := module.Table(r.URL.Query().Get("name"), r.Header.Get("Content-Type"), limit)
	if err != nil {
		return u, nil, err
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return u, nil, fmt.Errorf("receive file: %w", err)
	}
	_, err = Inspect(r.Context(), bytes.NewReader(data), int64(len(data)), u.Name, u.Declared)
	return u, data, err
}

// Rows receives a table as Table does, and opens it.
func Rows(r *http.Request, limit int64) (sheet.Sheet, error) {
	_, data, err := Table(r, limit)
	if err != nil {
		return nil, err
	}
	return sheet.Open(bytes.NewReader(data))
}
