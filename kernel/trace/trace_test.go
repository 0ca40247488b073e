package trace

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func open(t testing.TB, share float64, to sdk.SpanExporter) *Tracer {
	t.Helper()
	tr := New(Config{Sample: share}, slog.New(slog.DiscardHandler))
	tr.start(to)
	t.Cleanup(func() { _ = tr.Close(context.Background()) })
	return tr
}

const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func TestTraceContextIsReadAsW3CSays(t *testing.T) {
	for text, good := range map[string]bool{
		parent: true,
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00":      true,
		"01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what": true, // a version of the future
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what": false,
		"ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01":      false,
		"00-00000000000000000000000000000000-00f067aa0ba902b7-01":      false,
		"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01":      false,
		"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01":      false,
		"00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01":      false,
		"":                       false,
		strings.Repeat("0", 600): false,
	} {
		sc, ok := parse(text)
		if ok != good {
			t.Errorf("%q is read as %v", text, ok)
		}
		if ok && text[:2] == "00" && format(sc) != text {
			t.Errorf("%q is written as %q", text, format(sc))
		}
	}
}

func FuzzTraceContext(f *testing.F) {
	f.Add(parent)
	f.Add("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what")
	f.Fuzz(func(t *testing.T, text string) {
		sc, ok := parse(text)
		if !ok {
			return
		}
		if again, ok := parse(format(sc)); !ok || again.TraceID() != sc.TraceID() || again.SpanID() != sc.SpanID() {
			t.Errorf("%q does not survive writing", text)
		}
	})
}

func TestStrangersNameATraceAndDoNotHaveItKept(t *testing.T) {
	none := open(t, 0, tracetest.NewInMemoryExporter())
	ctx, span := none.BeginOutside(t.Context(), Server, "GET", parent)
	if span.Traced() || Traced(ctx) {
		t.Error("a stranger had a trace kept")
	}
	if ctx, span = none.Begin(t.Context(), Consumer, "process", parent); !span.Traced() || !strings.HasPrefix(Parent(ctx), parent[:35]) {
		t.Error("our own trace was not gone on with")
	}
	all := open(t, 1, tracetest.NewInMemoryExporter())
	if ctx, _ = all.BeginOutside(t.Context(), Server, "GET", parent); !strings.HasPrefix(Parent(ctx), parent[:35]) {
		t.Errorf("the trace became %s", Parent(ctx))
	}
}

func TestAnActShowsOnlySoManySpans(t *testing.T) {
	seen := tracetest.NewInMemoryExporter()
	tr := open(t, 1, seen)
	ctx, root := tr.Begin(t.Context(), Inside, "import", "")
	for range spansOfAnAct + 100 {
		_, span := Start(ctx, Client, "INSERT")
		span.End()
	}
	root.End()
	if err := tr.provider.ForceFlush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(seen.GetSpans()); n != spansOfAnAct+1 {
		t.Errorf("%d spans were sent", n)
	}
}

// broken is a receiver that does not answer.
type broken struct{ down bool }

func (b *broken) ExportSpans(context.Context, []sdk.ReadOnlySpan) error {
	if b.down {
		return errors.New("connection refused")
	}
	return nil
}
func (b *broken) Shutdown(context.Context) error { return nil }

func TestAReceiverThatGoesAwayIsToldOnce(t *testing.T) {
	var log bytes.Buffer
	b := &broken{down: true}
	o := &outlet{SpanExporter: b, log: slog.New(slog.NewTextHandler(&log, nil))}
	for range 3 {
		_ = o.ExportSpans(t.Context(), nil)
	}
	if n := strings.Count(log.String(), "does not take spans"); n != 1 {
		t.Errorf("it was told %d times", n)
	}
	tr := &Tracer{out: o}
	if tr.Failing() == nil {
		t.Error("nobody knows that it fails")
	}
	b.down = false
	_ = o.ExportSpans(t.Context(), nil)
	if tr.Failing() != nil || !strings.Contains(log.String(), "takes spans again") {
		t.Errorf("it came back and nobody knows: %s", log.String())
	}
}

func TestLinesOfTheLogNameTheirTrace(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(Log(slog.NewTextHandler(&out, nil))).With("room", "plan")
	ctx, span := open(t, 1, tracetest.NewInMemoryExporter()).Begin(t.Context(), Inside, "job", parent)
	log.InfoContext(ctx, "inside")
	span.End()
	log.InfoContext(t.Context(), "outside")
	inside, outside, _ := strings.Cut(out.String(), "\n")
	if !strings.Contains(inside, "trace_id=4bf92f3577b34da6a3ce929d0e0e4736") || strings.Contains(outside, "trace_id") {
		t.Errorf("the log says %s", out.String())
	}
}

func TestRequestsToOthersCarryTheTrace(t *testing.T) {
	got := make(chan string, 2)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.Header.Get(Header) }))
	defer srv.Close()
	client := &http.Client{Transport: Transport(http.DefaultTransport)}
	ctx, _ := open(t, 1, tracetest.NewInMemoryExporter()).Begin(t.Context(), Inside, "job", parent)
	for _, c := range []context.Context{ctx, t.Context()} {
		r, err := http.NewRequestWithContext(c, http.MethodGet, srv.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
	if first, second := <-got, <-got; !strings.HasPrefix(first, parent[:35]) || second != "" {
		t.Errorf("they carried %q and %q", first, second)
	}
}

// What a statement costs at the door: without a receiver, in an act that is not
// kept, and in one that is.
func BenchmarkStart(b *testing.B) {
	work := func(b *testing.B, ctx context.Context) {
		b.ReportAllocs()
		for b.Loop() {
			if Traced(ctx) {
				_, span := Start(ctx, Client, "SELECT plan", Text("db.query.text", "SELECT 1"))
				span.End()
			}
		}
	}
	b.Run("off", func(b *testing.B) { work(b, b.Context()) })
	b.Run("not kept", func(b *testing.B) {
		ctx, _ := open(b, 0, tracetest.NewNoopExporter()).Begin(b.Context(), Inside, "act", "")
		work(b, ctx)
	})
	b.Run("kept", func(b *testing.B) {
		tr := open(b, 1, tracetest.NewNoopExporter())
		for b.Loop() {
			ctx, root := tr.Begin(b.Context(), Inside, "act", "")
			_, span := Start(ctx, Client, "SELECT plan", Text("db.query.text", "SELECT 1"))
			span.End()
			root.End()
		}
	})
}
