package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"linghang/kernel/kerneltest"
)

// collector takes spans and decodes them with the OpenTelemetry collector's own library.
type collector struct {
	url   string
	mu    sync.Mutex
	spans []ptrace.Span
	raw   bytes.Buffer
}

func startCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			zr, err := gzip.NewReader(r.Body)
			if err != nil {
				t.Error(err)
				return
			}
			body = zr
		}
		data, err := io.ReadAll(body)
		if err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
			return
		}
		req := ptraceotlp.NewExportRequest()
		if err := req.UnmarshalProto(data); err != nil {
			t.Errorf("decode spans: %v", err)
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.raw.Write(data)
		for _, rs := range req.Traces().ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					c.spans = append(c.spans, s)
				}
			}
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(srv.Close)
	c.url = srv.URL
	return c
}

// find returns the first span of the trace that begins so and lies below the
// span above; the zero span id is anywhere.
func (c *collector) find(trace, name string, above pcommon.SpanID) (ptrace.Span, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.spans, func(s ptrace.Span) bool {
		return s.TraceID().String() == trace && strings.HasPrefix(s.Name(), name) && (above.IsEmpty() || s.ParentSpanID() == above)
	})
	if i < 0 {
		return ptrace.Span{}, false
	}
	return c.spans[i], true
}

// A request that emits an event which another room handles is one trace:
// request, its statements, the event, its handling, and the handler's statements.
func TestARequestAndWhatFollowsIsOneTrace(t *testing.T) {
	eachEngine(t, func(t *testing.T, args []string) {
		c := startCollector(t)
		h := &house{t: t, data: filepath.Join(t.TempDir(), "data"), args: append(args, "--otlp-url", c.url, "--log-level", "debug")}
		h.open()
		h.setUp()
		const trace, canary = "4bf92f3577b34da6a3ce929d0e0e4736", "canary-contact-91b7"
		r := h.request("POST", "/api/platforms", `{"name":{"zh":"追踪","en":"Traced"},"code":"traced","class":"industry","district":"370202","contact":{"name":"`+canary+`","phone":"","email":""}}`)
		r.Header.Set("traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusCreated {
			t.Fatalf("register: %d", resp.StatusCode)
		}
		above := pcommon.SpanID{}
		for _, step := range []struct {
			name string
			kind ptrace.SpanKind
		}{
			{"POST /api/platforms", ptrace.SpanKindServer},
			{"WRITE platforms", ptrace.SpanKindClient},
			{"publish audit.act.recorded", ptrace.SpanKindProducer},
			{"process audit.act.recorded", ptrace.SpanKindConsumer},
			{"WRITE system", ptrace.SpanKindClient},
			{"INSERT system", ptrace.SpanKindClient},
		} {
			var s ptrace.Span
			kerneltest.Wait(t, "the span "+step.name+" below the one before", func() (ok bool) {
				s, ok = c.find(trace, step.name, above)
				return ok
			})
			if s.Kind() != step.kind {
				t.Errorf("%s is of kind %s", step.name, s.Kind())
			}
			if above.IsEmpty() && s.ParentSpanID().String() != "00f067aa0ba902b7" {
				t.Errorf("the request is below %s", s.ParentSpanID())
			}
			above = s.SpanID()
		}
		s, _ := c.find(trace, "INSERT platforms", pcommon.SpanID{})
		if text, _ := s.Attributes().Get("db.query.text"); !strings.Contains(text.Str(), "$1") {
			t.Errorf("the statement is %q", text.Str())
		}
		kerneltest.Wait(t, "the log to name the trace", func() bool { return strings.Contains(h.log.String(), "trace_id="+trace) })
		c.mu.Lock()
		defer c.mu.Unlock()
		_, cookie, _ := strings.Cut(h.cookie, "=")
		for what, secret := range map[string]string{"password": housePassword, "person": canary, "session": cookie, "link": h.link, "administrator": "管理员"} {
			if bytes.Contains(c.raw.Bytes(), []byte(secret)) {
				t.Errorf("the %s is in the spans", what)
			}
		}
	})
}

// eachEngine runs a house test on both engines.
func eachEngine(t *testing.T, test func(t *testing.T, args []string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, nil) })
	t.Run("postgres", func(t *testing.T) { test(t, []string{"--database-url", kerneltest.PostgresDatabase(t)}) })
}

// A receiver that takes the connection and never answers slows nobody down.
func TestAReceiverThatHangsDelaysNobody(t *testing.T) {
	gone := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-gone }))
	defer srv.Close()
	defer close(gone)
	h := &house{t: t, data: filepath.Join(t.TempDir(), "data"), args: []string{"--otlp-url", srv.URL}}
	h.open()
	h.setUp()
	for range 300 {
		start := time.Now()
		h.call("GET", "/api/system/session", "", nil)
		if took := time.Since(start); took > 5*time.Second {
			t.Fatalf("a request took %s", took)
		}
	}
	start := time.Now()
	if err := h.stop(); err != nil || time.Since(start) > 15*time.Second {
		t.Errorf("it stopped after %s: %v", time.Since(start), err)
	}
}
