// Package otlpmetrics reads OTLP/HTTP metric exports (OpenTelemetry Protocol
// 1.x, section OTLP/HTTP; protobuf and JSON) as numbered points with labels.
//
// Gauges and cumulative sums are read. Delta sums, histograms and summaries
// are refused by name, and so are points without a value or beyond the limits
// of one point, all of them to be answered as partial success. Points flagged
// as having no recorded value end a series and are passed over. Attributes of
// a point become its labels; those of its resource and scope say where it was
// measured and do not.
//
// The content coding (gzip) is HTTP's and undone before Decode.
package otlpmetrics

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
)

// Encoding of a request and its answer.
type Encoding string

// The encodings of OTLP/HTTP.
const (
	Protobuf Encoding = "application/x-protobuf"
	JSON     Encoding = "application/json"
)

// Error is a request that cannot be read, with the HTTP status it deserves.
type Error struct {
	Status int
	What   string
}

// Error implements error.
func (e *Error) Error() string { return e.What }

// Negotiate returns the encoding that a content type names.
func Negotiate(contentType string) (Encoding, error) {
	media, _, err := mime.ParseMediaType(contentType)
	if err == nil && (media == string(Protobuf) || media == string(JSON)) {
		return Encoding(media), nil
	}
	return "", &Error{http.StatusUnsupportedMediaType, fmt.Sprintf("content type %q is neither %s nor %s", contentType, Protobuf, JSON)}
}

// Label is a name and a value.
type Label struct{ Name, Value string }

// Point is one number of one metric.
type Point struct {
	Metric string // as sent, with dots turned into underscores
	Labels []Label
	At     int64 // unix milliseconds
	Value  float64
}

// Refused counts the points of a metric that are not read, and says why.
type Refused struct {
	Metric string
	Points int
	Why    string
}

// Limits bound a request. What a request as a whole exceeds is an Error; what
// one point exceeds is Refused.
type Limits struct {
	Body     int // bytes; zero means 8 MiB
	Points   int // zero means 10,000
	Messages int // objects of any kind and depth; zero means 16 times the points

	Attributes int // attributes of one point; zero means 64
	Name       int // bytes of the name of a metric or an attribute; zero means 256
	Value      int // bytes of the value of an attribute; zero means 4,096
}

func (l Limits) orDefault() Limits {
	or := func(n *int, value int) {
		if *n == 0 {
			*n = value
		}
	}
	or(&l.Body, 8<<20)
	or(&l.Points, 10_000)
	or(&l.Messages, 16*l.Points)
	or(&l.Attributes, 64)
	or(&l.Name, 256)
	or(&l.Value, 4096)
	return l
}

// Decode reads an export request.
func Decode(body []byte, enc Encoding, limits Limits) (points []Point, refused []Refused, err error) {
	limits = limits.orDefault()
	if len(body) > limits.Body {
		return nil, nil, &Error{http.StatusRequestEntityTooLarge, fmt.Sprintf("the request has %d bytes, more than %d", len(body), limits.Body)}
	}
	if err := guard(body, enc, limits.Messages); err != nil {
		return nil, nil, err
	}
	req := pmetricotlp.NewExportRequest()
	if enc == JSON {
		err = req.UnmarshalJSON(body)
	} else {
		err = req.UnmarshalProto(body)
	}
	if err != nil {
		return nil, nil, &Error{http.StatusBadRequest, fmt.Sprintf("the body is no export request: %v", err)}
	}
	r := reader{limits: limits}
	for _, rm := range req.Metrics().ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				if err := r.metric(m); err != nil {
					return nil, nil, err
				}
			}
		}
	}
	return r.points, r.refused, nil
}

type reader struct {
	limits  Limits
	points  []Point
	refused []Refused
}

func (r *reader) metric(m pmetric.Metric) error {
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		return r.numbers(m, m.Gauge().DataPoints())
	case pmetric.MetricTypeSum:
		if m.Sum().AggregationTemporality() != pmetric.AggregationTemporalityCumulative {
			r.refuse(m, m.Sum().DataPoints().Len(), "its temporality is not cumulative")
			return nil
		}
		return r.numbers(m, m.Sum().DataPoints())
	case pmetric.MetricTypeHistogram:
		r.refuse(m, m.Histogram().DataPoints().Len(), "histograms are not read")
	case pmetric.MetricTypeExponentialHistogram:
		r.refuse(m, m.ExponentialHistogram().DataPoints().Len(), "histograms are not read")
	case pmetric.MetricTypeSummary:
		r.refuse(m, m.Summary().DataPoints().Len(), "summaries are not read")
	case pmetric.MetricTypeEmpty:
	}
	return nil
}

func (r *reader) refuse(m pmetric.Metric, n int, why string) {
	name := m.Name()
	if len(name) > r.limits.Name {
		name = strings.ToValidUTF8(name[:r.limits.Name], "") + "…"
	}
	if last := len(r.refused) - 1; last >= 0 && r.refused[last].Metric == name && r.refused[last].Why == why {
		r.refused[last].Points += n
		return
	}
	r.refused = append(r.refused, Refused{name, n, why})
}

func (r *reader) numbers(m pmetric.Metric, points pmetric.NumberDataPointSlice) error {
	if len(r.points)+points.Len() > r.limits.Points {
		return &Error{http.StatusRequestEntityTooLarge, fmt.Sprintf("more than %d points in one request", r.limits.Points)}
	}
	if n := len(m.Name()); n == 0 || n > r.limits.Name {
		r.refuse(m, points.Len(), fmt.Sprintf("the name has %d bytes, not 1 to %d", n, r.limits.Name))
		return nil
	}
	for _, p := range points.All() {
		if p.Flags().NoRecordedValue() {
			continue
		}
		point := Point{Metric: Name(m.Name()), At: p.Timestamp().AsTime().UnixMilli()}
		switch p.ValueType() {
		case pmetric.NumberDataPointValueTypeInt:
			point.Value = float64(p.IntValue())
		case pmetric.NumberDataPointValueTypeDouble:
			point.Value = p.DoubleValue()
		case pmetric.NumberDataPointValueTypeEmpty:
			r.refuse(m, 1, "a point has no value")
			continue
		}
		var why string
		if point.Labels, why = r.labels(p.Attributes()); why != "" {
			r.refuse(m, 1, why)
			continue
		}
		r.points = append(r.points, point)
	}
	return nil
}

// labels turns attributes into labels, or says why it cannot. An attribute
// without a value is as good as none.
func (r *reader) labels(attributes pcommon.Map) (list []Label, why string) {
	if attributes.Len() > r.limits.Attributes {
		return nil, fmt.Sprintf("a point has %d attributes, more than %d", attributes.Len(), r.limits.Attributes)
	}
	for k, v := range attributes.All() {
		l := Label{Name(k), v.AsString()}
		switch {
		case l.Value == "":
			continue
		case len(k) == 0 || len(k) > r.limits.Name:
			return nil, fmt.Sprintf("the name of an attribute has %d bytes, not 1 to %d", len(k), r.limits.Name)
		case len(l.Value) > r.limits.Value:
			return nil, fmt.Sprintf("attribute %q has %d bytes, more than %d", k, len(l.Value), r.limits.Value)
		case slices.ContainsFunc(list, func(o Label) bool { return o.Name == l.Name }):
			return nil, fmt.Sprintf("two attributes become the label %q", l.Name)
		}
		list = append(list, l)
	}
	return list, ""
}

// Name turns an OpenTelemetry name into one that Prometheus can write: other
// characters than letters, digits, _ and : become _, and a leading digit gets
// one before it. Units and types are not added to names.
func Name(name string) string {
	if name != "" && name[0] >= '0' && name[0] <= '9' {
		name = "_" + name
	}
	return strings.Map(func(c rune) rune {
		if c == '_' || c == ':' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') {
			return c
		}
		return '_'
	}, name)
}

// Response returns the body that answers an export: full success, or partial
// success with the number of refused points and why.
func Response(enc Encoding, rejected int, why string) ([]byte, error) {
	res := pmetricotlp.NewExportResponse()
	if rejected > 0 {
		res.PartialSuccess().SetRejectedDataPoints(int64(rejected))
		res.PartialSuccess().SetErrorMessage(why)
	}
	var body []byte
	var err error
	if enc == JSON {
		body, err = res.MarshalJSON()
	} else {
		body, err = res.MarshalProto()
	}
	if err != nil {
		return nil, errors.Join(errors.New("encode export response"), err)
	}
	return body, nil
}
