package httpd

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestADownloadThatWouldBeCutIsRefused(t *testing.T) {
	list := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"items":[],"next_cursor":"x","total":100001}`))
	})
	w := httptest.NewRecorder()
	exporter{columns: []column{{path: []string{"id"}}}, list: list, release: func(*http.Request, int) error { return nil }}.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/shop/items?export=csv", nil))
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "kernel.export.rows") || strings.Contains(w.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

// Take uses one request, and returns how long to wait for it.
func (b *Buckets) Take(caller string, now time.Time) time.Duration { return b.take(caller, now) }

// Len is how many callers are remembered.
func (b *Buckets) Len() int { return len(b.active) }
