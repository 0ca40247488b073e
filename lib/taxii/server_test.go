package taxii

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

type house struct {
	*memory
	server *Server
	faults []error
}

func newHouse(t testing.TB, o Options) *house {
	t.Helper()
	h := &house{memory: newMemory()}
	o.Authorise, o.Store, o.Check = h.authorise, h.memory, check
	o.Fault = func(_ *http.Request, err error) { h.faults = append(h.faults, err) }
	var err error
	if h.server, err = NewServer(o); err != nil {
		t.Fatal(err)
	}
	return h
}

// ask sends a request and checks what every answer has.
func (h *house) ask(t testing.TB, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.SetBasicAuth("peer", "secret")
	r.Header.Set("Accept", MediaType)
	if method == "POST" {
		r.Header.Set("Content-Type", MediaType)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	w := httptest.NewRecorder()
	h.server.ServeHTTP(w, r)
	if got := w.Header().Get("Content-Type"); got != MediaType {
		t.Errorf("%s %s: the answer is %q", method, path, got)
	}
	if w.Code >= 400 {
		var m Message
		if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil || m.Title == "" || m.HTTPStatus != fmt.Sprint(w.Code) {
			t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
	}
	return w
}

const at = "/api1/collections/" + open + "/"

func indicator(n int, modified string) string {
	return fmt.Sprintf(`{"type":"indicator", "spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-%012d","created":"2026-01-01T00:00:00.000Z","modified":"%s","x_<&>":1.0}`, n, modified)
}

// fill writes objects 1 to n, and a second and third version of the first.
func (h *house) fill(t testing.TB, n int) {
	t.Helper()
	var all []string
	for i := range n {
		all = append(all, indicator(i+1, "2026-01-01T00:00:00.000Z"))
	}
	all = append(all, indicator(1, "2026-01-03T00:00:00.000Z"), indicator(1, "2026-01-02T00:00:00.000Z"),
		`{"type":"ipv4-addr","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3"}`,
		`{"type":"indicator","id":"indicator--00000000-0000-4000-8000-000000000002","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-09T00:00:00.000Z"}`) // of 2.0
	w := h.ask(t, "POST", at+"objects/", `{"objects":[`+strings.Join(all, " ,")+`]}`)
	if w.Code != http.StatusAccepted {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}

func TestEndpoints(t *testing.T) {
	h := newHouse(t, Options{MaxBody: 1 << 20})
	h.fill(t, 3)
	for path, want := range map[string]string{
		"/taxii2/": `{"title":"City","contact":"值班室","default":"/api1/","api_roots":["/api1/"]}`,
		"/api1/":   `{"title":"Responders","versions":["application/taxii+json;version=2.1"],"max_content_length":1048576}`,
		at:         `{"id":"` + open + `","title":"Indicators","alias":"indicators","can_read":true,"can_write":true,"media_types":["application/stix+json;version=2.1"]}`,
		"/api1/collections/indicators/objects/?match[id]=ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4": `{"objects":[{"type":"ipv4-addr","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3"}]}`,
		at + "objects/?match[type]=malware":                                                                        `{}`,
		at + "manifest/?match[type]=malware":                                                                       `{}`,
		at + "manifest/?match[type]=ipv4-addr":                                                                     `{"objects":[{"id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","date_added":"2026-03-01T00:00:00.000003Z","version":"2026-03-01T00:00:00.000003Z","media_type":"application/stix+json;version=2.1"}]}`,
		at + "objects/indicator--00000000-0000-4000-8000-000000000001/":                                            `{"objects":[` + indicator(1, "2026-01-03T00:00:00.000Z") + `]}`,
		at + "objects/indicator--00000000-0000-4000-8000-000000000001/versions/":                                   `{"versions":["2026-01-01T00:00:00.000Z","2026-01-03T00:00:00.000Z","2026-01-02T00:00:00.000Z"]}`,
		at + "objects/indicator--00000000-0000-4000-8000-000000000001/versions/?limit=1":                           `{"more":true,"next":"1","versions":["2026-01-01T00:00:00.000Z"]}`,
		at + "objects/indicator--00000000-0000-4000-8000-000000000001/?match[spec_version]=2.0":                    `{}`,
		at + "objects/indicator--00000000-0000-4000-8000-000000000001/?match[version]=first":                       `{"objects":[` + indicator(1, "2026-01-01T00:00:00.000Z") + `]}`,
		at + "objects/indicator--00000000-0000-4000-8000-000000000001/?match[version]=2026-01-02T00:00:00.000000Z": `{"objects":[` + indicator(1, "2026-01-02T00:00:00.000Z") + `]}`,
	} {
		w := h.ask(t, "GET", path, "")
		if w.Code != 200 || w.Body.String() != want {
			t.Errorf("%s: %d\n%s\n%s", path, w.Code, w.Body, want)
		}
	}
	w := h.ask(t, "GET", at+"objects/", "")
	if first, last := w.Header().Get("X-TAXII-Date-Added-First"), w.Header().Get("X-TAXII-Date-Added-Last"); first != "2026-03-01T00:00:00.000001Z" || last != "2026-03-01T00:00:00.000003Z" {
		t.Errorf("added %q to %q", first, last)
	}
	if stranger := h.ask(t, "GET", "/api1/collections/", "", "Authorization", "Basic c3RyYW5nZXI6c2VjcmV0"); stranger.Body.String() != `{}` {
		t.Errorf("%s", stranger.Body)
	}
}

// TestRefusals has a request of each kind that is refused, and that it changes nothing.
func TestRefusals(t *testing.T) {
	h := newHouse(t, Options{MaxBody: 4000, MaxObjects: 9})
	h.fill(t, 3)
	before := len(h.entries[open])
	const one = at + "objects/indicator--00000000-0000-4000-8000-000000000001/"
	good := `{"objects":[` + indicator(9, "2026-01-01T00:00:00.000Z") + `]}`
	for _, test := range []struct {
		method, path, body string
		status             int
		headers            []string
	}{
		{"GET", "/taxii2", "", 404, nil},
		{"GET", "/", "", 404, nil},
		{"GET", "//", "", 404, nil},
		{"GET", "/api2/", "", 404, nil},
		{"GET", "/api2/collections/", "", 404, nil},
		{"GET", "/api1/other/", "", 404, nil},
		{"GET", "/api1/status/", "", 404, nil},
		{"GET", "/api1/status/7/", "", 404, nil},
		{"GET", at + "objects", "", 404, nil},
		{"GET", at + "objects/a/b/", "", 404, nil},
		{"GET", at + "objects/" + strings.Repeat("a", 500) + "/", "", 404, nil},
		{"GET", at + "objects/indicator--7/", "", 404, nil},
		{"GET", at + "objects/indicator--7/?added_after=2026-01-01T00:00:00Z", "", 404, nil},
		{"GET", at + "objects/indicator--7/versions/", "", 404, nil},
		{"GET", one + "?match[version]=2020-01-01T00:00:00.000Z", "", 404, nil},
		{"GET", "/api1/collections/7/", "", 404, nil},
		{"PUT", at + "objects/", "", 405, nil},
		{"POST", "/taxii2/", "", 405, nil},
		{"DELETE", at + "objects/", "", 405, nil},
		{"GET", "/taxii2/", "", 401, []string{"Authorization", ""}},
		{"GET", "/nowhere/at/all/", "", 404, []string{"Authorization", ""}},
		{"POST", at + "objects/", good, 401, []string{"Authorization", "Basic eDp5"}},
		{"GET", "/taxii2/", "", 406, []string{"Accept", "application/json"}},
		{"GET", "/taxii2/", "", 406, []string{"Accept", "application/taxii+json;version=2.0"}},
		{"GET", "/taxii2/", "", 406, []string{"Accept", "application/taxii+json;q=0, text/html"}},
		{"GET", "/taxii2/", "", 406, []string{"Accept", ";;;"}},
		{"GET", at + "objects/?limit=0", "", 400, nil},
		{"GET", at + "objects/?limit=a", "", 400, nil},
		{"GET", at + "objects/?limit=1&limit=2", "", 400, nil},
		{"GET", at + "objects/?next=x", "", 400, nil},
		{"GET", at + "objects/?next=-1", "", 400, nil},
		{"GET", at + "objects/?added_after=2026", "", 400, nil},
		{"GET", at + "objects/?added_after=", "", 400, nil},
		{"GET", at + "objects/?added_after=2026-01-01T00:00:00.000000%2B08:00", "", 400, nil},
		{"GET", at + "objects/?match[type]=", "", 400, nil},
		{"GET", at + "objects/?match[type]=a,,b", "", 400, nil},
		{"GET", at + "objects/?match[type]=a&match[type]=b", "", 400, nil},
		{"GET", at + "objects/?match[id]=" + strings.Repeat("a,", MaxFilterValues) + "a", "", 400, nil},
		{"GET", at + "objects/?match[version]=all,first", "", 400, nil},
		{"GET", at + "objects/?match[version]=first,first", "", 400, nil},
		{"GET", at + "manifest/?match[version]=newest", "", 400, nil},
		{"GET", "/api1/collections/" + inbox + "/objects/", "", 403, nil},
		{"GET", "/api1/collections/" + inbox + "/manifest/", "", 403, nil},
		{"DELETE", "/api1/collections/" + inbox + "/objects/a/", "", 403, nil},
		{"DELETE", "/api1/collections/" + closed + "/objects/a/", "", 404, nil},
		{"POST", "/api1/collections/" + closed + "/objects/", good, 403, nil},
		{"DELETE", at + "objects/indicator--7/", "", 404, nil},
		{"DELETE", one + "?match[version]=newest", "", 400, nil},
		{"POST", at + "objects/", good, 415, []string{"Content-Type", "application/json"}},
		{"POST", at + "objects/", good, 415, []string{"Content-Type", ""}},
		{"POST", at + "objects/", good, 415, []string{"Content-Type", "application/taxii+json;version=2.0"}},
		{"POST", at + "objects/", strings.Repeat(" ", 4000) + good, 413, nil},
		{"POST", at + "objects/", `{"objects":[` + strings.Repeat(`{"id":"a","type":"a"},`, 9) + `{"id":"a","type":"a"}]}`, 413, nil},
		{"POST", at + "objects/", ``, 422, nil},
		{"POST", at + "objects/", `[]`, 422, nil},
		{"POST", at + "objects/", `{}`, 422, nil},
		{"POST", at + "objects/", `{"Objects":[{"id":"a","type":"a"}]}`, 422, nil},
		{"POST", at + "objects/", `{"objects":{}}`, 422, nil},
		{"POST", at + "objects/", `{"objects":[7]}`, 422, nil},
		{"POST", at + "objects/", `{"objects":[` + indicator(9, "2026-01-01T00:00:00.000Z") + `,{"id":"a"}]}`, 422, nil},
		{"POST", at + "objects/", `{"objects":[{"id":"a","type":"a","type":"b"}]}`, 422, nil},
		{"POST", at + "objects/", `{"objects":[{"id":"a","type":"a","modified":7}]}`, 422, nil},
		{"POST", at + "objects/", good + "x", 422, nil},
		{"POST", at + "objects/", `{"objects":` + strings.Repeat("[", 1900) + `]}`, 422, nil},
	} {
		w := h.ask(t, test.method, test.path, test.body, test.headers...)
		if w.Code != test.status {
			t.Errorf("%s %.120s %v %.80s: %d, not %d: %s", test.method, test.path, test.headers, test.body, w.Code, test.status, w.Body)
		}
		if w.Code == 401 && w.Header().Get("WWW-Authenticate") == "" || w.Code == 405 && w.Header().Get("Allow") == "" {
			t.Errorf("%s %s: %v", test.method, test.path, w.Header())
		}
	}
	if len(h.entries[open]) != before || len(h.statuses) != 1 || len(h.faults) > 0 {
		t.Errorf("%d objects, %d statuses, faults %v", len(h.entries[open]), len(h.statuses), h.faults)
	}
	if _, err := NewServer(Options{}); err == nil {
		t.Error("a server for everybody")
	}
}

// TestFaults holds that the other side hears nothing of what only the host is to know.
func TestFaults(t *testing.T) {
	h := newHouse(t, Options{})
	h.fault = errors.New("password of the database")
	for _, path := range []string{"/taxii2/", at + "objects/"} {
		w := h.ask(t, "GET", path, "")
		if w.Code != 500 || strings.Contains(w.Body.String(), "password") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if len(h.faults) != 2 {
		t.Errorf("%v", h.faults)
	}
	h.fault, h.busy = nil, 1
	if w := h.ask(t, "GET", "/taxii2/", ""); w.Code != 503 || w.Header().Get("Retry-After") != "3" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// TestAccept has media ranges that are served.
func TestAccept(t *testing.T) {
	h := newHouse(t, Options{})
	for _, accept := range []string{"", "*/*", "application/*;q=0.1", "application/taxii+json", "Application/TAXII+JSON; Version=2.1", "text/html, application/taxii+json;version=2.1;q=0.9"} {
		if w := h.ask(t, "GET", "/taxii2/", "", "Accept", accept); w.Code != 200 {
			t.Errorf("%q: %d", accept, w.Code)
		}
	}
}

// TestWriting holds that a status tells of each object, that writing again changes
// nothing, and that what is deleted is gone.
func TestWriting(t *testing.T) {
	h := newHouse(t, Options{})
	body := `{"type":"bundle","id":"bundle--1","objects":[` + indicator(1, "2026-01-01T00:00:00.000Z") + `,{"type":"x-bad","id":"x-bad--1","modified":"2026-01-01T00:00:00.000Z"}]}`
	var status Status
	for range 2 {
		w := h.ask(t, "POST", at+"objects/", body)
		if err := json.Unmarshal(w.Body.Bytes(), &status); err != nil || w.Code != 202 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if status.TotalCount != 2 || status.SuccessCount != 1 || status.Failures[0] != (StatusDetail{"x-bad--1", "2026-01-01T00:00:00.000Z", "bad objects are not taken"}) {
			t.Errorf("%+v", status)
		}
	}
	if len(h.entries[open]) != 1 {
		t.Errorf("%d objects", len(h.entries[open]))
	}
	w := h.ask(t, "GET", "/api1/status/"+status.ID+"/", "")
	var again Status
	if err := json.Unmarshal(w.Body.Bytes(), &again); err != nil || again.ID != status.ID || again.SuccessCount != 1 {
		t.Errorf("%s: %v", w.Body, err)
	}
	h.fill(t, 2)
	const one = at + "objects/indicator--00000000-0000-4000-8000-000000000001/"
	for _, step := range []struct {
		path     string
		versions string
	}{
		{one + "?match[version]=last", `{"versions":["2026-01-01T00:00:00.000Z","2026-01-02T00:00:00.000Z"]}`},
		{one + "?match[version]=2026-01-01T00:00:00.000Z", `{"versions":["2026-01-02T00:00:00.000Z"]}`},
	} {
		if w := h.ask(t, "DELETE", step.path, ""); w.Code != 200 || w.Body.Len() > 0 {
			t.Errorf("%s: %d %s", step.path, w.Code, w.Body)
		}
		if w := h.ask(t, "GET", one+"versions/", ""); w.Body.String() != step.versions {
			t.Errorf("%s", w.Body)
		}
	}
	if w := h.ask(t, "DELETE", one, ""); w.Code != 200 {
		t.Errorf("%d", w.Code)
	}
	if w := h.ask(t, "GET", one, ""); w.Code != 404 {
		t.Errorf("%d", w.Code)
	}
}

// TestPaging holds, for many limits and filters, that pages put together are what
// one page would be, in the order of adding, also where several were added at once.
func TestPaging(t *testing.T) {
	h := newHouse(t, Options{MaxPage: 7})
	h.fill(t, 25)
	whole := newHouse(t, Options{MaxPage: 1000})
	whole.memory = h.memory
	for _, filter := range []string{"", "match[version]=all", "match[type]=indicator", "match[spec_version]=2.0,2.1&match[version]=last", "added_after=2026-03-01T00:00:00.000004Z"} {
		for limit := range 9 {
			var got []string
			query, next := filter, ""
			if limit > 0 {
				query += fmt.Sprintf("&limit=%d", limit)
			}
			for {
				w := h.ask(t, "GET", at+"objects/?"+query+next, "")
				page, err := readEnvelope(w.Body.Bytes())
				if err != nil || len(page.objects) > max(1, min(7, cmpOr(limit, 7))) {
					t.Fatalf("%s: %d objects, %v", query, len(page.objects), err)
				}
				for _, o := range page.objects {
					got = append(got, string(o))
				}
				if !page.more {
					break
				}
				next = "&next=" + page.next
			}
			w := httptest.NewRecorder()
			r := httptest.NewRequest("GET", at+"objects/?"+filter, nil)
			r.SetBasicAuth("peer", "secret")
			big, err := NewServer(Options{Authorise: h.authorise, Store: h.memory})
			if err != nil {
				t.Fatal(err)
			}
			big.ServeHTTP(w, r)
			page, err := readEnvelope(w.Body.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, o := range page.objects {
				want = append(want, string(o))
			}
			if !slices.Equal(got, want) || len(got) == 0 {
				t.Errorf("%q by %d: %d objects, not %d", filter, limit, len(got), len(want))
			}
		}
	}
}

func cmpOr(a, b int) int {
	if a == 0 {
		return b
	}
	return a
}

// TestLargeAnswers holds that answers are cut by octets, and that at least one
// object comes.
func TestLargeAnswers(t *testing.T) {
	h := newHouse(t, Options{MaxAnswer: 600})
	h.fill(t, 5)
	next, count := "", 0
	for range 20 {
		w := h.ask(t, "GET", at+"objects/?match[version]=all&match[spec_version]=2.0,2.1"+next, "")
		page, err := readEnvelope(w.Body.Bytes())
		if err != nil || w.Body.Len() > 700 {
			t.Fatalf("%d octets, %v", w.Body.Len(), err)
		}
		count += len(page.objects)
		if !page.more {
			break
		}
		next = "&next=" + page.next
	}
	if count != 9 {
		t.Errorf("%d objects", count)
	}
}

// TestSelect has what section 3.4.1 says of versions.
func TestSelect(t *testing.T) {
	var entries []Entry
	add := func(id, spec, version string) {
		n := int64(len(entries) + 1)
		entries = append(entries, Entry{Object{ID: id, Type: id[:1], SpecVersion: spec, Version: version}, time.Date(2026, 1, 1, 0, 0, int(n), 0, time.UTC), n})
	}
	const v1, v2, v3 = "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z", "2026-01-03T00:00:00.000Z"
	add("a1", "2.1", v2)
	add("a1", "2.1", v1)
	add("a2", "2.0", v3)
	add("a2", "2.1", v1)
	add("b1", "2.1", "")
	add("a1", "2.1", v3)
	for _, test := range []struct {
		q    Query
		want []int64
	}{
		{Query{}, []int64{4, 5, 6}},
		{Query{Versions: []string{"first"}}, []int64{2, 4, 5}},
		{Query{Versions: []string{"first", "last"}}, []int64{2, 4, 5, 6}},
		{Query{Versions: []string{"all"}}, []int64{1, 2, 4, 5, 6}},
		{Query{Versions: []string{"all"}, SpecVersions: []string{"2.0", "2.1"}}, []int64{1, 2, 3, 4, 5, 6}},
		{Query{SpecVersions: []string{"2.0"}}, []int64{3}},
		{Query{Versions: []string{"2026-01-01T00:00:00Z", "last"}}, []int64{2, 4, 5, 6}},
		{Query{Types: []string{"b", "c"}}, []int64{5}},
		{Query{IDs: []string{"a1", "b1"}}, []int64{5, 6}},
		{Query{AddedAfter: entries[0].Added, Versions: []string{"first"}}, []int64{2, 4, 5}},
		{Query{Next: "4"}, []int64{5, 6}},
		{Query{Next: "6"}, nil},
		{Query{Versions: []string{"2026-01-01T00:00:05.000000Z"}}, []int64{5}},
	} {
		page, err := Select(entries, test.q)
		var got []int64
		for _, e := range page.Entries {
			got = append(got, e.Position)
		}
		if err != nil || !slices.Equal(got, test.want) || page.More {
			t.Errorf("%+v: %v, %v", test.q, got, err)
		}
	}
}

// FuzzServer holds that no request makes the server panic or fault, and that
// what is written comes back octet by octet.
func FuzzServer(f *testing.F) {
	f.Add("GET", at+"objects/?match[version]=all&limit=2", []byte(`{}`))
	f.Add("POST", at+"objects/", []byte(`{"objects":[{"type":"a","id":"b" , "c":[1.0,"\u0000<"]}]}`))
	f.Add("DELETE", at+"objects/a/?match[spec_version]=2.1", []byte{})
	f.Fuzz(func(t *testing.T, method, path string, body []byte) {
		h := newHouse(t, Options{MaxBody: 1 << 16, MaxPage: 10})
		r, err := http.NewRequest(method, "http://localhost"+path, bytes.NewReader(body))
		if err != nil {
			return
		}
		r.SetBasicAuth("peer", "secret")
		r.Header.Set("Content-Type", MediaType)
		w := httptest.NewRecorder()
		h.server.ServeHTTP(w, r)
		if w.Code >= 500 || len(h.faults) > 0 {
			t.Fatalf("%s %s: %d %v", method, path, w.Code, h.faults)
		}
		sent, err := readEnvelope(body)
		if w.Code != http.StatusAccepted {
			return
		}
		if err != nil {
			t.Fatalf("%q is taken: %v", body, err)
		}
		for _, e := range h.entries[open] {
			if !slices.ContainsFunc(sent.objects, func(o json.RawMessage) bool { return bytes.Equal(bytes.TrimSpace(o), e.Raw) }) {
				t.Fatalf("%q became %q", body, e.Raw)
			}
			page, err := envelope(Page{Entries: []Entry{e}})
			if err != nil || !bytes.Contains(page, e.Raw) || !json.Valid(page) {
				t.Fatalf("%q: %v", page, err)
			}
		}
	})
}
