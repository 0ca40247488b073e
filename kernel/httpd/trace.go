package httpd

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"linghang/kernel/trace"
)

// traced begins the span of a request to the API. Addresses are left out: an
// address may name a person, a route does not.
func (s *Server) traced(r *http.Request, v *visit) (context.Context, trace.Span) {
	if !strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == "/api/live" {
		return r.Context(), trace.Span{}
	}
	return s.cfg.Trace.BeginOutside(r.Context(), trace.Server, r.Method, r.Header.Get(trace.Header),
		trace.Text("http.request.method", r.Method), trace.Text("linghang.request_id", v.id))
}

// conclude ends the span of a request with what became of it.
func conclude(span trace.Span, r *http.Request, v *visit, status int) {
	if !span.Traced() {
		return
	}
	if method, path, ok := strings.Cut(r.Pattern, " "); ok {
		span.Name(method + " " + path)
		span.Set(trace.Text("http.route", path))
	}
	span.Set(trace.Number("http.response.status_code", status))
	switch {
	case status < 400:
	case v.failure != nil && v.failure.Key != "":
		span.Fail(v.failure.Key)
	default:
		span.Fail(strconv.Itoa(status))
	}
	span.End()
}
