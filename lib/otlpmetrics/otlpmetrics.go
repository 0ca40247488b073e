// Package otlpmetrics reads OTLP/HTTP metric exports (OpenTelemetry Protocol
// 1.x, section OTLP/HTTP; protobuf and JSON) as numbered points with labels.
//
// Gauges and cumulative sums are read. Delta sums, histograms and summaries
// are refused by name, to be answered as partial success.
package otlpmetrics

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
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

// Decode reads an export request. limit bounds the number of points.
func Decode(body []byte, enc Encoding, limit int) (points []Point, refused []Refused, err error) {
	req := pmetricotlp.NewExportRequest()
	if enc == JSON {
		err = req.UnmarshalJSON(body)
	} else {
		err = req.UnmarshalProto(body)
	}
	if err != nil {
		return nil, nil, &Error{http.StatusBadRequest, fmt.Sprintf("the body is no export request: %v", err)}
	}
	r := reader{limit: limit}
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
	limit   int
	points  []Point
	refused []Refused
}

func (r *reader) metric(m pmetric.Metric) error {
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		return r.numbers(m.Name(), m.Gauge().DataPoints())
	case pmetric.MetricTypeSum:
		if m.Sum().AggregationTemporality() != pmetric.AggregationTemporalityCumulative {
			r.refuse(m, m.Sum().DataPoints().Len(), "its temporality is not cumulative")
			return nil
		}
		return r.numbers(m.Name(), m.Sum().DataPoints())
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
	r.refused = append(r.refused, Refused{m.Name(), n, why})
}

func (r *reader) numbers(name string, points pmetric.NumberDataPointSlice) error {
	if len(r.points)+points.Len() > r.limit {
		return &Error{http.StatusRequestEntityTooLarge, fmt.Sprintf("more than %d points in one request", r.limit)}
	}
	for _, p := range points.All() {
		if p.Flags().NoRecordedValue() {
			continue
		}
		point := Point{Metric: Name(name), At: p.Timestamp().AsTime().UnixMilli(), Value: p.DoubleValue()}
		if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
			point.Value = float64(p.IntValue())
		}
		p.Attributes().Range(func(k string, v pcommon.Value) bool {
			point.Labels = append(point.Labels, Label{Name(k), v.AsString()})
			return true
		})
		r.points = append(r.points, point)
	}
	return nil
}

// Name turns an OpenTelemetry name into one that Prometheus can write.
func Name(name string) string {
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
