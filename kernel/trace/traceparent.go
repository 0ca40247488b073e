package trace

import (
	"context"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strings"

	api "go.opentelemetry.io/otel/trace"
)

// Header is where trace context travels, in HTTP and on the bus.
const Header = "traceparent"

// format writes W3C trace context, version 00; empty for none.
func format(sc api.SpanContext) string {
	if !sc.IsValid() {
		return ""
	}
	return "00-" + sc.TraceID().String() + "-" + sc.SpanID().String() + "-" + sc.TraceFlags().String()
}

// parse reads W3C trace context. A version of the future may add parts at the
// end; version 00 has none.
func parse(text string) (sc api.SpanContext, ok bool) {
	parts, ok := split(text)
	if !ok {
		return sc, false
	}
	version, err := hex.DecodeString(parts[0])
	if err != nil || len(version) != 1 {
		return sc, false
	}
	trace, err := api.TraceIDFromHex(parts[1])
	if err != nil {
		return sc, false
	}
	span, err := api.SpanIDFromHex(parts[2])
	if err != nil {
		return sc, false
	}
	flags, err := hex.DecodeString(parts[3])
	if err != nil {
		return sc, false
	}
	sc = api.NewSpanContext(api.SpanContextConfig{
		TraceID: trace, SpanID: span, TraceFlags: api.TraceFlags(flags[0]) & api.FlagsSampled, Remote: true,
	})
	return sc, sc.IsValid()
}

// split returns version, trace, span and flags, as long as they must be.
func split(text string) (parts []string, ok bool) {
	const size = 55
	if len(text) < size || len(text) > 512 || text[:2] == "ff" || text != strings.ToLower(text) {
		return nil, false
	}
	if len(text) > size && (text[:2] == "00" || text[size] != '-') {
		return nil, false
	}
	parts = strings.Split(text[:size], "-")
	return parts, len(parts) == 4 && len(parts[0]) == 2 && len(parts[1]) == 32 && len(parts[2]) == 16
}

// Transport makes requests of this program to others part of the trace.
func Transport(next http.RoundTripper) http.RoundTripper { return transport{next} }

type transport struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !Traced(r.Context()) {
		return t.next.RoundTrip(r)
	}
	ctx, span := Start(r.Context(), Client, r.Method, Text("http.request.method", r.Method), Text("server.address", r.URL.Hostname()))
	defer span.End()
	r = r.Clone(ctx)
	r.Header.Set(Header, Parent(ctx))
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		span.Fail("unreachable")
		return resp, err
	}
	span.Set(Number("http.response.status_code", resp.StatusCode))
	if resp.StatusCode >= 400 {
		span.Fail(resp.Status[:min(3, len(resp.Status))])
	}
	return resp, nil
}

// Log lets lines of the log name the trace that they belong to.
func Log(next slog.Handler) slog.Handler { return logHandler{next} }

type logHandler struct{ slog.Handler }

// Handle implements slog.Handler.
func (h logHandler) Handle(ctx context.Context, r slog.Record) error {
	if sc := api.SpanContextFromContext(ctx); sc.IsValid() {
		r.AddAttrs(slog.String("trace_id", sc.TraceID().String()), slog.String("span_id", sc.SpanID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h logHandler) WithGroup(name string) slog.Handler { return logHandler{h.Handler.WithGroup(name)} }
