package files_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"linghang/kernel/fault"
	"linghang/kernel/files"
	"linghang/kernel/sheet"
)

func TestRows(t *testing.T) {
	for name, c := range map[string]struct {
		file, media, body string
		kind              fault.Kind
	}{
		"CSV by its media type":  {"", "text/csv", "name\nlathe\n", ""},
		"CSV by its name":        {"machines.CSV", "application/vnd.ms-excel", "name\nlathe\n", ""},
		"another kind":           {"machines.pdf", "application/pdf", "name\nlathe\n", fault.Unsupported},
		"a workbook that is CSV": {"machines.xlsx", "", "name\nlathe\n", fault.Unsupported},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/?name="+c.file, strings.NewReader(c.body))
			r.Header.Set("Content-Type", c.media)
			rows, err := files.Rows(r, 1<<20)
			if c.kind != "" {
				if f := fault.As(err); f == nil || f.Kind != c.kind {
					t.Fatalf("refused with %v, want %v", err, c.kind)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close() //nolint:errcheck // it was only read
			if head, err := sheet.Head(rows); err != nil || head[0] != "name" {
				t.Errorf("columns are %q, %v", head, err)
			}
		})
	}
}
