package peer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"linghang/lib/taxii"
)

// read reads a collection of a server that answers in its own way, and counts what it took.
func read(t *testing.T, serve func(w http.ResponseWriter, r *http.Request, n int)) (asked, taken int, cursor string, err error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("Content-Type", taxii.MediaType)
		serve(w, r, asked)
	}))
	t.Cleanup(server.Close)
	guard, err := Settings{Networks: []string{"127.0.0.0/8"}}.Guard()
	if err != nil {
		t.Fatal(err)
	}
	door, err := Open(t.Context(), guard, Server{Root: server.URL + "/api1/", Collection: "x", Auth: NoAuth}, "")
	if err != nil {
		t.Fatal(err)
	}
	door.Tries = 1
	err = door.Read(t.Context(), "", func(_ context.Context, page taxii.Fetched, at string) error {
		taken, cursor = taken+len(page.Objects), at
		return nil
	})
	return asked, taken, cursor, err
}

const added = "X-TAXII-Date-Added-Last"

// A server that lies, or has no end, ends a reading with a reason, and takes neither the memory
// nor the secret along.
func TestAHostileServerEndsTheReading(t *testing.T) {
	for name, x := range map[string]struct {
		serve        func(w http.ResponseWriter, r *http.Request, n int)
		class, words string
		asked        int
	}{
		"a body without end": {func(w http.ResponseWriter, _ *http.Request, _ int) {
			part := []byte(strings.Repeat(" ", 1<<20))
			for range 40 {
				if _, err := w.Write(part); err != nil {
					return
				}
			}
		}, FaultAnswer, "more than", 1},
		"another place": {func(w http.ResponseWriter, r *http.Request, _ int) {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}, FaultRedirect, "302", 1},
		"no TAXII": {func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(`{}`))
		}, FaultAnswer, "text/html", 1},
		"no JSON": {func(w http.ResponseWriter, _ *http.Request, _ int) { _, _ = w.Write([]byte(`{"objects":[`)) }, FaultAnswer, "", 1},
		"more, and no where": {func(w http.ResponseWriter, _ *http.Request, _ int) {
			_, _ = w.Write([]byte(`{"more":true,"next":"1"}`))
		}, FaultAnswer, "not where", 2},
		"no time": {func(w http.ResponseWriter, _ *http.Request, _ int) { _, _ = w.Write([]byte(`{"objects":[{}]}`)) }, FaultAnswer, added, 1},
		"a page that is too long": {func(w http.ResponseWriter, _ *http.Request, _ int) {
			w.Header().Set(added, "2026-03-01T00:00:00.000000Z")
			_, _ = w.Write([]byte(`{"objects":[{}` + strings.Repeat(`,{}`, mostOfPage) + `]}`))
		}, FaultAnswer, "5001 objects", 1},
		"it is closed": {func(w http.ResponseWriter, _ *http.Request, _ int) { w.WriteHeader(http.StatusForbidden) }, FaultSignIn, "403", 1},
	} {
		t.Run(name, func(t *testing.T) {
			asked, taken, _, err := read(t, x.serve)
			var told *Error
			if !errors.As(err, &told) || told.Class != x.class || !strings.Contains(told.Text, x.words) || asked != x.asked || taken != 0 {
				t.Errorf("%v after %d requests, %d objects", err, asked, taken)
			}
			if told != nil && strings.Contains(told.Text, "127.0.0.1") {
				t.Errorf("it says the address: %s", told.Text)
			}
		})
	}
}

// Pages without end are left for the next reading, and the cursor never goes to what may have
// been parted.
func TestPagesWithoutEndAreLeftForTheNextReading(t *testing.T) {
	asked, taken, cursor, err := read(t, func(w http.ResponseWriter, _ *http.Request, n int) {
		w.Header().Set(added, fmt.Sprintf("2026-03-01T00:00:00.%06dZ", n/2))
		_, _ = fmt.Fprintf(w, `{"more":true,"next":"%d","objects":[{}]}`, n)
	})
	if err != nil || asked != mostPages || taken != mostPages || cursor != "2026-03-01T00:00:00.000099Z" {
		t.Errorf("%d pages, %d objects, to %s: %v", asked, taken, cursor, err)
	}
}
