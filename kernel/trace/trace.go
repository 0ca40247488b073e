// Package trace follows one act through the doors of the house: the request,
// the statements it makes, the events it emits and whoever handles them, in
// whichever replica. It speaks OpenTelemetry: W3C trace context in and out,
// spans over OTLP/HTTP to a collector that the configuration names.
//
// Spans carry no secrets and no personal data: routes and not addresses, SQL
// without its arguments, errors by their kind. Nothing waits for the collector:
// what it is too slow for is dropped.
package trace

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"
)

// Config says where spans go. Without a URL nothing is traced.
type Config struct {
	URL      string  // base address of an OTLP/HTTP receiver
	Sample   float64 // share of the acts that are traced, 0 to 1
	Version  string
	Instance string // which replica this is
}

const (
	queueSize     = 4096
	batchSize     = 512
	sendWait      = 10 * time.Second
	spansOfAnAct  = 500 // more statements than this of one act are counted, not shown
	attributeSize = 2048
)

// Tracer begins traces. Until it is open, and when it is nil, it traces nothing.
type Tracer struct {
	cfg      Config
	log      *slog.Logger
	provider *sdk.TracerProvider
	tracer   api.Tracer
	out      *outlet
}

// New returns a tracer that is not open yet.
func New(cfg Config, log *slog.Logger) *Tracer { return &Tracer{cfg: cfg, log: log} }

// Name says which replica this is; call it before Open.
func (t *Tracer) Name(instance string) { t.cfg.Instance = instance }

// Open lets spans go to the configured receiver, if there is one. It does not
// ask whether the receiver is there.
func (t *Tracer) Open(ctx context.Context) error {
	cfg := t.cfg
	if cfg.URL == "" {
		return nil
	}
	address := strings.TrimSuffix(cfg.URL, "/")
	if !strings.HasSuffix(address, "/v1/traces") {
		address += "/v1/traces"
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(address), otlptracehttp.WithTimeout(sendWait),
		otlptracehttp.WithCompression(otlptracehttp.GzipCompression),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: true, InitialInterval: time.Second, MaxInterval: 5 * time.Second, MaxElapsedTime: sendWait}))
	if err != nil {
		return fmt.Errorf("configuration otlp-url: %w", err)
	}
	t.start(exporter)
	return nil
}

func (t *Tracer) start(exporter sdk.SpanExporter) {
	cfg := t.cfg
	t.out = &outlet{SpanExporter: exporter, log: t.log}
	t.provider = sdk.NewTracerProvider(
		sdk.WithSampler(sampler(cfg.Sample)),
		sdk.WithBatcher(t.out, sdk.WithMaxQueueSize(queueSize), sdk.WithMaxExportBatchSize(batchSize), sdk.WithBatchTimeout(2*time.Second), sdk.WithExportTimeout(sendWait)),
		sdk.WithRawSpanLimits(sdk.SpanLimits{AttributeValueLengthLimit: attributeSize, AttributeCountLimit: 32, EventCountLimit: 8, LinkCountLimit: 8, AttributePerEventCountLimit: 8, AttributePerLinkCountLimit: 8}),
		sdk.WithResource(resource.NewSchemaless(
			attribute.String("service.name", "linghang"),
			attribute.String("service.version", cfg.Version),
			attribute.String("service.instance.id", cfg.Instance),
		)),
	)
	t.tracer = t.provider.Tracer("linghang/kernel/trace", api.WithInstrumentationVersion(cfg.Version))
}

// sampler decides at the first span. Who asks from outside may name the trace
// but not have it kept: that is decided here, by the trace's number.
func sampler(share float64) sdk.Sampler {
	own := sdk.TraceIDRatioBased(share)
	return sdk.ParentBased(own, sdk.WithRemoteParentNotSampled(own))
}

// Close sends what is left, for a moment.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil || t.provider == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last spans: %w", err)
	}
	return nil
}

// Failing returns why the receiver does not take spans, or nil.
func (t *Tracer) Failing() error {
	if t == nil || t.out == nil {
		return nil
	}
	if err := t.out.failing.Load(); err != nil {
		return *err
	}
	return nil
}

// outlet tells the log once when the receiver goes away, and once when it is
// back. Spans that it does not take are lost, and nobody waits.
type outlet struct {
	sdk.SpanExporter
	log     *slog.Logger
	failing atomic.Pointer[error]
}

// ExportSpans implements the exporter of the SDK.
func (o *outlet) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := o.SpanExporter.ExportSpans(ctx, spans)
	if err == nil {
		if o.failing.Swap(nil) != nil {
			o.log.InfoContext(ctx, "the receiver of traces takes spans again")
		}
		return nil
	}
	if o.failing.Swap(&err) == nil {
		o.log.WarnContext(ctx, "the receiver of traces does not take spans; they are dropped until it does", "error", err)
	}
	return nil
}

// Kind is which side of a door a span is on.
type Kind = api.SpanKind

// The kinds.
const (
	Inside   = api.SpanKindInternal
	Server   = api.SpanKindServer
	Client   = api.SpanKindClient
	Producer = api.SpanKindProducer
	Consumer = api.SpanKindConsumer
)

// Attr is something that a span says.
type Attr = attribute.KeyValue

// Text makes an attribute.
func Text(key, value string) Attr { return attribute.String(key, value) }

// Number makes an attribute.
func Number(key string, value int) Attr { return attribute.Int(key, value) }

// Span is a stretch of work. The zero Span is none.
type Span struct{ span api.Span }

// Traced reports whether anybody will see the span.
func (s Span) Traced() bool { return s.span != nil && s.span.IsRecording() }

// Set adds to what the span says.
func (s Span) Set(attrs ...Attr) {
	if s.span != nil {
		s.span.SetAttributes(attrs...)
	}
}

// Name renames the span, once its route is known.
func (s Span) Name(name string) {
	if s.span != nil {
		s.span.SetName(name)
	}
}

// Fail marks the span as failed by a kind of error: a key or a code, never a
// text, in which there might be anything.
func (s Span) Fail(kind string) {
	if s.span != nil {
		s.span.SetAttributes(attribute.String("error.type", kind))
		s.span.SetStatus(codes.Error, "")
	}
}

// End ends the span.
func (s Span) End() {
	if s.span != nil {
		s.span.End()
	}
}

// act bounds how much one trace shows of what happens here.
type act struct{ left atomic.Int32 }

type actKey struct{}

// Begin starts what one door lets in. parent is the traceparent that came with
// it, empty for none.
func (t *Tracer) Begin(ctx context.Context, kind Kind, name, parent string, attrs ...Attr) (context.Context, Span) {
	if t == nil || t.tracer == nil {
		return ctx, Span{}
	}
	if sc, ok := parse(parent); ok {
		ctx = api.ContextWithRemoteSpanContext(ctx, sc)
	}
	a := &act{}
	a.left.Store(spansOfAnAct)
	ctx, span := t.tracer.Start(context.WithValue(ctx, actKey{}, a), name, api.WithSpanKind(kind), api.WithAttributes(attrs...))
	return ctx, Span{span}
}

// BeginOutside is Begin for what strangers send: they name the trace, and do
// not decide whether it is kept.
func (t *Tracer) BeginOutside(ctx context.Context, kind Kind, name, parent string, attrs ...Attr) (context.Context, Span) {
	if sc, ok := parse(parent); ok {
		parent = format(sc.WithTraceFlags(0))
	}
	return t.Begin(ctx, kind, name, parent, attrs...)
}

// Traced reports whether ctx is part of a trace that is kept.
func Traced(ctx context.Context) bool { return api.SpanFromContext(ctx).IsRecording() }

// Start begins a part of what ctx does. Without a trace it does nothing, and
// callers who would have to make up attributes ask Traced first.
func Start(ctx context.Context, kind Kind, name string, attrs ...Attr) (context.Context, Span) {
	above := api.SpanFromContext(ctx)
	if !above.IsRecording() {
		return ctx, Span{}
	}
	if a, ok := ctx.Value(actKey{}).(*act); ok && a.left.Add(-1) < 0 {
		above.SetAttributes(attribute.Bool("linghang.shortened", true))
		return ctx, Span{}
	}
	ctx, span := above.TracerProvider().Tracer("linghang/kernel/trace").Start(ctx, name, api.WithSpanKind(kind), api.WithAttributes(attrs...))
	return ctx, Span{span}
}

// Parent returns the traceparent of ctx for whoever goes on with it, empty when
// ctx is not traced.
func Parent(ctx context.Context) string {
	return format(api.SpanContextFromContext(ctx))
}
