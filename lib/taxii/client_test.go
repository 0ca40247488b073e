package taxii

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// visit serves a house over HTTP, and gives a client that does not really wait.
func visit(t testing.TB, handler http.Handler) (*Client, string, *[]time.Duration) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	var waits []time.Duration
	return &Client{
		HTTP: server.Client(),
		Sign: func(r *http.Request) error { r.SetBasicAuth("peer", "secret"); return nil },
		Sleep: func(_ context.Context, d time.Duration) error {
			waits = append(waits, d)
			return nil
		},
	}, server.URL, &waits
}

func collect[T any](t testing.TB, all iter.Seq2[T, error]) (out []T) {
	t.Helper()
	for one, err := range all {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, one)
	}
	return out
}

func failure[T any](all iter.Seq2[T, error]) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestClient goes the whole way: from discovery to deletion.
func TestClient(t *testing.T) {
	h := newHouse(t, Options{MaxPage: 3})
	c, base, _ := visit(t, h.server)
	ctx := t.Context()
	found, err := c.Discover(ctx, base+"/taxii2/")
	if err != nil || found.Default != base+"/api1/" || !slices.Equal(found.APIRoots, []string{base + "/api1/"}) {
		t.Fatalf("%+v, %v", found, err)
	}
	if root, err := c.Root(ctx, found.Default); err != nil || root.Title != "Responders" {
		t.Errorf("%+v, %v", root, err)
	}
	all, err := c.Collections(ctx, found.Default)
	if err != nil || len(all) != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	collection, err := CollectionURL(found.Default, all[0].ID)
	if err != nil || collection != base+at {
		t.Fatalf("%s, %v", collection, err)
	}
	var objects []Object
	for i := range 10 {
		o, err := ReadObject([]byte(indicator(i, "2026-01-01T00:00:00.000Z")))
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, o)
	}
	second, err := ReadObject([]byte(indicator(0, "2026-01-02T00:00:00.000Z")))
	if err != nil {
		t.Fatal(err)
	}
	status, err := c.Add(ctx, collection, append(objects, second)...)
	if err != nil || status.SuccessCount != 11 {
		t.Fatalf("%+v, %v", status, err)
	}
	if again, err := c.Status(ctx, found.Default, status.ID); err != nil || again.SuccessCount != 11 {
		t.Errorf("%+v, %v", again, err)
	}
	got := collect(t, c.Objects(ctx, collection, Query{Versions: []string{VersionAll}}))
	if !slices.EqualFunc(got, append(objects, second), func(a, b Object) bool { return string(a.Raw) == string(b.Raw) && a.Version == b.Version }) {
		t.Errorf("%d objects came back: %s", len(got), got)
	}
	if records := collect(t, c.Manifest(ctx, collection, Query{Limit: 2})); len(records) != 10 || records[9].Version != second.Version {
		t.Errorf("%+v", records)
	}
	if versions := collect(t, c.Versions(ctx, collection, second.ID, Query{Limit: 1})); !slices.Equal(versions, []string{objects[0].Version, second.Version}) {
		t.Errorf("%v", versions)
	}
	if err := c.Delete(ctx, collection, second.ID, Query{Versions: []string{VersionFirst}}); err != nil {
		t.Error(err)
	}
	if left := collect(t, c.Object(ctx, collection, second.ID, Query{Versions: []string{VersionAll}})); len(left) != 1 || left[0].Version != second.Version {
		t.Errorf("%v", left)
	}
	var told *RefusalError
	if err := failure(c.Object(ctx, collection, "indicator--9", Query{})); !errors.As(err, &told) || told.Status != 404 || told.Message.Description == "" {
		t.Errorf("%v", err)
	}
	c.Sign = nil
	if _, err := c.Collections(ctx, found.Default); !errors.As(err, &told) || told.Status != 401 || told.Challenge == "" {
		t.Errorf("%v", err)
	}
	if err := failure(c.Objects(ctx, "://", Query{})); err == nil {
		t.Error("objects from nowhere")
	}
	if _, err := CollectionURL(base, "../x"); err == nil {
		t.Error("a collection above its root")
	}
}

// TestRetries has what is tried again, how long is waited, and what is not.
func TestRetries(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		method  string
		answers []int
		after   string
		asked   int
		waits   []time.Duration
		good    bool
	}{
		"seconds":       {"GET", []int{503, 429, 200}, "7", 3, []time.Duration{7 * time.Second, 7 * time.Second}, true},
		"date":          {"GET", []int{503, 200}, now.Add(20 * time.Second).Format(http.TimeFormat), 2, []time.Duration{20 * time.Second}, true},
		"past date":     {"GET", []int{503, 200}, now.Add(-time.Hour).Format(http.TimeFormat), 2, []time.Duration{time.Second}, true},
		"nothing told":  {"GET", []int{502, 504, 200}, "", 3, []time.Duration{time.Second, 2 * time.Second}, true},
		"nonsense":      {"GET", []int{503, 200}, "soon", 2, []time.Duration{time.Second}, true},
		"no end":        {"GET", []int{503, 503, 503, 503, 200}, "1", 4, []time.Duration{time.Second, time.Second, time.Second}, false},
		"too long":      {"GET", []int{503, 200}, "3600", 1, nil, false},
		"no use":        {"GET", []int{500, 200}, "1", 1, nil, false},
		"refused":       {"GET", []int{403, 200}, "1", 1, nil, false},
		"write busy":    {"POST", []int{503, 202}, "1", 2, []time.Duration{time.Second}, true},
		"write unclear": {"POST", []int{502, 202}, "1", 1, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			c, base, waits := visit(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if test.after != "" {
					w.Header().Set("Retry-After", test.after)
				}
				w.Header().Set("Content-Type", MediaType)
				w.WriteHeader(test.answers[asked])
				asked++
				_, _ = w.Write([]byte(`{"title":"x","status":"complete"}`))
			}))
			c.Now = func() time.Time { return now }
			var err error
			if test.method == "GET" {
				_, err = c.Discover(t.Context(), base+"/taxii2/")
			} else {
				_, err = c.Add(t.Context(), base+at)
			}
			if (err == nil) != test.good || asked != test.asked || !slices.Equal(*waits, test.waits) {
				t.Errorf("%v; asked %d times, waited %v", err, asked, *waits)
			}
		})
	}
}

// TestBadServers holds that servers that lie are told, and end.
func TestBadServers(t *testing.T) {
	stamped := func(w http.ResponseWriter, stamp string) {
		w.Header().Set("X-TAXII-Date-Added-Last", stamp)
	}
	for name, test := range map[string]struct {
		serve func(w http.ResponseWriter, asked int)
		words string
	}{
		"same next":    {func(w http.ResponseWriter, _ int) { _, _ = w.Write([]byte(`{"more":true,"next":"1"}`)) }, "not where"},
		"more, no way": {func(w http.ResponseWriter, _ int) { _, _ = w.Write([]byte(`{"more":true}`)) }, "not where"},
		"same time": {func(w http.ResponseWriter, _ int) {
			stamped(w, "2026-01-01T00:00:00.000000Z")
			_, _ = w.Write([]byte(`{"more":true}`))
		}, "not where"},
		"no end": {func(w http.ResponseWriter, asked int) {
			_, _ = w.Write([]byte(`{"more":true,"next":"` + strings.Repeat("a", asked) + `"}`))
		}, "more than 5 pages"},
		"large":     {func(w http.ResponseWriter, _ int) { _, _ = w.Write(make([]byte, 5000)) }, "more than 4000 octets"},
		"not JSON":  {func(w http.ResponseWriter, _ int) { _, _ = w.Write([]byte(`{`)) }, "not JSON"},
		"no object": {func(w http.ResponseWriter, _ int) { _, _ = w.Write([]byte(`{"objects":[{"id":7}]}`)) }, "item 0"},
		"wrong type": {func(w http.ResponseWriter, _ int) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(`{}`))
		}, "text/html"},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			c, base, _ := visit(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked++
				w.Header().Set("Content-Type", MediaType)
				test.serve(w, asked)
			}))
			c.MaxPages, c.MaxAnswer = 5, 4000
			err := failure(c.Objects(t.Context(), base+at, Query{}))
			if err == nil || !strings.Contains(err.Error(), test.words) || asked > 5 {
				t.Errorf("%v after %d requests", err, asked)
			}
		})
	}
}

// TestAddedAfter reads from a server that has no next: what was added after the
// last of a page is asked for.
func TestAddedAfter(t *testing.T) {
	var asked []string
	c, base, _ := visit(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Query().Get("added_after"))
		w.Header().Set("Content-Type", MediaType)
		w.Header().Set("X-TAXII-Date-Added-Last", []string{"2026-01-01T00:00:00.000001Z", "2026-01-01T00:00:00.000002Z"}[len(asked)-1])
		_, _ = w.Write([]byte([]string{`{"more":true,"objects":[{"id":"a","type":"a"}]}`, `{"objects":[{"id":"b","type":"b"}]}`}[len(asked)-1]))
	}))
	got := collect(t, c.Objects(t.Context(), base+at, Query{}))
	if len(got) != 2 || !slices.Equal(asked, []string{"", "2026-01-01T00:00:00.000001Z"}) {
		t.Errorf("%v, %v", got, asked)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := failure(c.Objects(ctx, base+at, Query{})); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// FuzzClient holds that no answer of a server makes the client panic or read on
// without end, and that objects that it gives have their octets.
func FuzzClient(f *testing.F) {
	f.Add(200, MediaType, "2026-01-01T00:00:00.000000Z", []byte(`{"more":true,"objects":[{"id":"a","type":"b"}]}`))
	f.Add(200, MediaType, "", []byte(`{"more":true,"next":"1","versions":["a"]}`))
	f.Add(503, "text/html", "", []byte(`{"title":"x"}`))
	f.Fuzz(func(t *testing.T, status int, kind, stamp string, body []byte) {
		asked := 0
		c := &Client{MaxPages: 4, Tries: 2, Sleep: func(context.Context, time.Duration) error { return nil }}
		c.HTTP = &http.Client{Transport: answers(func(*http.Request) *http.Response {
			asked++
			header := http.Header{"Content-Type": {kind}, "X-Taxii-Date-Added-Last": {stamp}, "Retry-After": {stamp}}
			return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(bytes.NewReader(body))}
		})}
		for o, err := range c.Objects(t.Context(), "http://localhost/c/", Query{}) {
			if err == nil && !bytes.Contains(body, o.Raw) {
				t.Fatalf("%q came out of %q", o.Raw, body)
			}
		}
		_ = failure(c.Manifest(t.Context(), "http://localhost/c/", Query{}))
		_ = failure(c.Versions(t.Context(), "http://localhost/c/", "a", Query{}))
		_, _ = c.Discover(t.Context(), "http://localhost/taxii2/")
		if asked > 4*4*2 {
			t.Fatalf("%d requests", asked)
		}
	})
}

type answers func(*http.Request) *http.Response

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) { return a(r), nil }

// Who keeps how far it came reads page by page, and finds nothing after the last one.
func TestAPageTellsHowFarItCame(t *testing.T) {
	h := newHouse(t, Options{MaxPage: 3})
	c, base, _ := visit(t, h.server)
	var objects []Object
	for i := range 7 {
		o, err := ReadObject([]byte(indicator(i, "2026-01-01T00:00:00.000Z")))
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, o)
	}
	if _, err := c.Add(t.Context(), base+at, objects...); err != nil {
		t.Fatal(err)
	}
	var got []string
	var last time.Time
	for q := (Query{}); ; {
		page, err := c.Page(t.Context(), base+at, q)
		if err != nil {
			t.Fatal(err)
		}
		if page.First.Before(last) || page.Last.Before(page.First) {
			t.Errorf("from %s to %s after %s", page.First, page.Last, last)
		}
		for _, raw := range page.Objects {
			got = append(got, string(raw))
		}
		last = page.Last
		if q.Next = page.Next; !page.More {
			break
		}
	}
	if len(got) != 7 || got[6] != string(objects[6].Raw) {
		t.Errorf("%d objects: %q", len(got), got)
	}
	if page, err := c.Page(t.Context(), base+at, Query{AddedAfter: last}); err != nil || len(page.Objects) != 0 || page.More || !page.Last.IsZero() {
		t.Errorf("after the last: %+v, %v", page, err)
	}
	liar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", MediaType)
		w.Header().Set("X-TAXII-Date-Added-Last", "yesterday")
		_, _ = io.WriteString(w, `{"objects":[]}`)
	}))
	defer liar.Close()
	if _, err := c.Page(t.Context(), liar.URL+at, Query{}); err == nil || !strings.Contains(err.Error(), "yesterday") {
		t.Errorf("a time that is none: %v", err)
	}
}
