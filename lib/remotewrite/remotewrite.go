// Package remotewrite reads the requests of the Prometheus Remote-Write
// protocol, versions 1.0 and 2.0.
//
// It implements the receiver's side of content negotiation and decoding:
// https://prometheus.io/docs/specs/prw/remote_write_spec/ (1.0) and
// https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/ (2.0). It reads
// the protobuf wire form directly, one series at a time, so that memory is
// bounded by the decoded body and not by what the body claims to hold.
//
// Samples are read, staleness markers among them: IsStale tells them from
// measurements. Native histograms and exemplars are counted and not read, so
// that a receiver can say how many it left out; metadata is passed over.
package remotewrite

import (
	"fmt"
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/snappy"
	"google.golang.org/protobuf/encoding/protowire"
)

// Version is a version of the protocol.
type Version int

// The versions.
const (
	V1 Version = 1 // prometheus.WriteRequest
	V2 Version = 2 // io.prometheus.write.v2.Request
)

// Kind says what is wrong with a request as a whole.
type Kind int

// The kinds, with the HTTP status that the specification asks for.
const (
	Malformed   Kind = http.StatusBadRequest
	TooLarge    Kind = http.StatusRequestEntityTooLarge
	Unsupported Kind = http.StatusUnsupportedMediaType
)

// Error is a request that cannot be read.
type Error struct {
	Kind Kind
	What string
}

// Error implements error.
func (e *Error) Error() string { return e.What }

func malformed(format string, args ...any) *Error {
	return &Error{Malformed, fmt.Sprintf(format, args...)}
}

// Negotiate decides the version from the request's headers, before the body
// is touched. Unknown types and encodings are Unsupported.
func Negotiate(contentType, contentEncoding string) (Version, error) {
	if contentEncoding != "" && !strings.EqualFold(contentEncoding, "snappy") {
		return 0, &Error{Unsupported, fmt.Sprintf("content encoding %q is not snappy", contentEncoding)}
	}
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || media != "application/x-protobuf" {
		return 0, &Error{Unsupported, fmt.Sprintf("content type %q is not application/x-protobuf", contentType)}
	}
	switch params["proto"] {
	case "", "prometheus.WriteRequest":
		return V1, nil
	case "io.prometheus.write.v2.Request":
		return V2, nil
	}
	return 0, &Error{Unsupported, fmt.Sprintf("protobuf message %q is unknown", params["proto"])}
}

// Label is a name and a value.
type Label struct{ Name, Value string }

// Sample is a value at a time in unix milliseconds.
type Sample struct {
	At    int64
	Value float64
}

// Series is one series of a request. Histograms and exemplars are counted only.
type Series struct {
	Labels     []Label
	Samples    []Sample
	Histograms int
	Exemplars  int
	// Fault says which limit of one series is exceeded, or is empty. The labels
	// of a series with a fault are not complete: refuse it and go on.
	Fault string
}

// Limits bound a request. What a request as a whole exceeds ends its reading;
// what one series exceeds is its Fault.
type Limits struct {
	Body    int // bytes as sent; zero means what Decoded bytes may need
	Decoded int // bytes after decompression; zero means 8 MiB
	Series  int // zero means 10,000
	Samples int // zero means 10,000
	Symbols int // different texts of a 2.0 request; zero means four times the series

	Labels int // labels of one series; zero means 64
	Name   int // bytes of a label's name; zero means 256
	Value  int // bytes of a label's value; zero means 4,096
}

func (l Limits) orDefault() Limits {
	or := func(n *int, value int) {
		if *n == 0 {
			*n = value
		}
	}
	or(&l.Decoded, 8<<20)
	or(&l.Body, snappy.MaxEncodedLen(l.Decoded))
	or(&l.Series, 10_000)
	or(&l.Samples, 10_000)
	or(&l.Symbols, 4*l.Series)
	or(&l.Labels, 64)
	or(&l.Name, 256)
	or(&l.Value, 4096)
	return l
}

// Decode reads a snappy-compressed body and calls each for every series, in
// order. The series and its strings are valid during the call only. An error
// of each ends the reading and is returned.
func Decode(body []byte, v Version, limits Limits, each func(Series) error) error {
	limits = limits.orDefault()
	if len(body) > limits.Body {
		return &Error{TooLarge, fmt.Sprintf("the body has %d bytes, more than %d", len(body), limits.Body)}
	}
	n, err := snappy.DecodedLen(body)
	if err != nil {
		return malformed("the body is not snappy: %v", err)
	}
	if n > limits.Decoded {
		return &Error{TooLarge, fmt.Sprintf("the body decodes to %d bytes, more than %d", n, limits.Decoded)}
	}
	raw, err := snappy.Decode(nil, body)
	if err != nil {
		return malformed("the body is damaged snappy: %v", err)
	}
	d := &decoder{limits: limits, each: each}
	if v == V2 {
		return d.requestV2(raw)
	}
	return d.requestV1(raw)
}

type decoder struct {
	limits  Limits
	each    func(Series) error
	series  Series
	count   int
	samples int
	symbols [][]byte // parts of the decoded body
	refs    []uint64 // label references of the series that is being read
}

// fields calls do for every field of a message; do gets the payload of
// length-delimited fields and the bits of scalar ones.
func fields(msg []byte, do func(num protowire.Number, typ protowire.Type, payload []byte, bits uint64) error) error {
	for len(msg) > 0 {
		num, typ, n := protowire.ConsumeTag(msg)
		if n < 0 {
			return malformed("damaged protobuf: %v", protowire.ParseError(n))
		}
		msg = msg[n:]
		var payload []byte
		var bits uint64
		switch typ {
		case protowire.BytesType:
			payload, n = protowire.ConsumeBytes(msg)
		case protowire.VarintType:
			bits, n = protowire.ConsumeVarint(msg)
		case protowire.Fixed64Type:
			bits, n = protowire.ConsumeFixed64(msg)
		default:
			n = protowire.ConsumeFieldValue(num, typ, msg)
		}
		if n < 0 {
			return malformed("damaged protobuf: %v", protowire.ParseError(n))
		}
		msg = msg[n:]
		if err := do(num, typ, payload, bits); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) start() error {
	d.count++
	if d.count > d.limits.Series {
		return &Error{TooLarge, fmt.Sprintf("more than %d series in one request", d.limits.Series)}
	}
	d.series = Series{Labels: d.series.Labels[:0], Samples: d.series.Samples[:0]}
	d.refs = d.refs[:0]
	return nil
}

// label adds a label to the series, or notes which limit it exceeds.
func (d *decoder) label(name, value []byte) {
	switch {
	case d.series.Fault != "":
	case len(d.series.Labels) >= d.limits.Labels:
		d.series.Fault = fmt.Sprintf("more than %d labels", d.limits.Labels)
	case len(name) > d.limits.Name:
		d.series.Fault = fmt.Sprintf("the name of a label has %d bytes, more than %d", len(name), d.limits.Name)
	case len(value) > d.limits.Value:
		d.series.Fault = fmt.Sprintf("label %q has %d bytes, more than %d", name, len(value), d.limits.Value)
	default:
		d.series.Labels = append(d.series.Labels, Label{string(name), string(value)})
	}
}

func (d *decoder) sample(payload []byte) error {
	d.samples++
	if d.samples > d.limits.Samples {
		return &Error{TooLarge, fmt.Sprintf("more than %d samples in one request", d.limits.Samples)}
	}
	var s Sample
	err := fields(payload, func(num protowire.Number, typ protowire.Type, _ []byte, bits uint64) error {
		switch {
		case num == 1 && typ == protowire.Fixed64Type:
			s.Value = math.Float64frombits(bits)
		case num == 2 && typ == protowire.VarintType:
			s.At = int64(bits) //nolint:gosec // int64 is sent as its two's complement
		}
		return nil
	})
	d.series.Samples = append(d.series.Samples, s)
	return err
}

// requestV1 reads prometheus.WriteRequest: 1 timeseries.
func (d *decoder) requestV1(raw []byte) error {
	return fields(raw, func(num protowire.Number, typ protowire.Type, payload []byte, _ uint64) error {
		if num != 1 || typ != protowire.BytesType {
			return nil
		}
		if err := d.start(); err != nil {
			return err
		}
		if err := fields(payload, d.seriesV1); err != nil {
			return err
		}
		return d.each(d.series)
	})
}

// seriesV1 reads prometheus.TimeSeries: 1 labels, 2 samples, 3 exemplars, 4 histograms.
func (d *decoder) seriesV1(num protowire.Number, typ protowire.Type, payload []byte, _ uint64) error {
	if typ != protowire.BytesType {
		return nil
	}
	switch num {
	case 1:
		var name, value []byte
		err := fields(payload, func(num protowire.Number, typ protowire.Type, payload []byte, _ uint64) error {
			switch {
			case num == 1 && typ == protowire.BytesType:
				name = payload
			case num == 2 && typ == protowire.BytesType:
				value = payload
			}
			return nil
		})
		d.label(name, value)
		return err
	case 2:
		return d.sample(payload)
	case 3:
		d.series.Exemplars++
	case 4:
		d.series.Histograms++
	default: // fields of later versions
	}
	return nil
}

// requestV2 reads io.prometheus.write.v2.Request: 4 symbols, 5 timeseries. The
// symbols may come after the series that use them, so they are read first.
func (d *decoder) requestV2(raw []byte) error {
	err := fields(raw, func(num protowire.Number, typ protowire.Type, payload []byte, _ uint64) error {
		if num == 4 && typ == protowire.BytesType {
			if len(d.symbols) >= d.limits.Symbols {
				return &Error{TooLarge, fmt.Sprintf("more than %d symbols in one request", d.limits.Symbols)}
			}
			d.symbols = append(d.symbols, payload)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(d.symbols) > 0 && len(d.symbols[0]) > 0 {
		return malformed("the first symbol is not empty")
	}
	return fields(raw, func(num protowire.Number, typ protowire.Type, payload []byte, _ uint64) error {
		if num != 5 || typ != protowire.BytesType {
			return nil
		}
		if err := d.start(); err != nil {
			return err
		}
		if err := fields(payload, d.seriesV2); err != nil {
			return err
		}
		if err := d.resolve(); err != nil {
			return err
		}
		return d.each(d.series)
	})
}

// seriesV2 reads TimeSeries: 1 labels_refs, 2 samples, 3 histograms, 4 exemplars, 5 metadata.
func (d *decoder) seriesV2(num protowire.Number, typ protowire.Type, payload []byte, bits uint64) error {
	switch {
	case num == 1 && typ == protowire.BytesType:
		return d.references(payload)
	case num == 1 && typ == protowire.VarintType:
		return d.reference(bits) // not packed, which every reader of protobuf takes too
	case num == 2 && typ == protowire.BytesType:
		return d.sample(payload)
	case num == 3 && typ == protowire.BytesType:
		d.series.Histograms++
	case num == 4 && typ == protowire.BytesType:
		d.series.Exemplars++
	case num == 5 && typ == protowire.BytesType:
		return fields(payload, d.metadata)
	}
	return nil
}

// metadata checks the references of help (3) and unit (4).
func (d *decoder) metadata(num protowire.Number, typ protowire.Type, _ []byte, bits uint64) error {
	if (num == 3 || num == 4) && typ == protowire.VarintType && bits > 0 && bits >= uint64(len(d.symbols)) {
		return malformed("metadata reference %d is outside the %d symbols", bits, len(d.symbols))
	}
	return nil
}

func (d *decoder) references(payload []byte) error {
	for len(payload) > 0 {
		ref, n := protowire.ConsumeVarint(payload)
		if n < 0 {
			return malformed("damaged label references: %v", protowire.ParseError(n))
		}
		payload = payload[n:]
		if err := d.reference(ref); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) reference(ref uint64) error {
	if ref >= uint64(len(d.symbols)) {
		return malformed("label reference %d is outside the %d symbols", ref, len(d.symbols))
	}
	// References are small on the wire: what is too many is not kept.
	if len(d.refs) < 2*d.limits.Labels+2 {
		d.refs = append(d.refs, ref)
	}
	return nil
}

// resolve turns the references of a series, which come in pairs, into labels.
func (d *decoder) resolve() error {
	if len(d.refs)%2 != 0 {
		return malformed("an odd number of label references")
	}
	for i := 0; i < len(d.refs); i += 2 {
		d.label(d.symbols[d.refs[i]], d.symbols[d.refs[i+1]])
	}
	return nil
}

// CheckLabels returns what is wrong with a series' labels, or an empty text:
// names sorted and unique, values not empty, all of it UTF-8, __name__ present
// (1.0, "Labels"; 2.0, "Labels").
func CheckLabels(labels []Label) string {
	named := false
	for i, l := range labels {
		switch {
		case l.Name == "":
			return "a label has no name"
		case l.Value == "":
			return "label " + strconv.Quote(l.Name) + " is empty"
		case !utf8.ValidString(l.Name) || !utf8.ValidString(l.Value):
			return "label " + strconv.Quote(l.Name) + " is not UTF-8"
		case i > 0 && l.Name == labels[i-1].Name:
			return "label " + strconv.Quote(l.Name) + " stands twice"
		case i > 0 && l.Name < labels[i-1].Name:
			return "labels are not sorted at " + strconv.Quote(l.Name)
		}
		named = named || l.Name == "__name__"
	}
	if !named {
		return "the metric has no name"
	}
	return ""
}

// Written is what a receiver of 2.0 answers: how much of the request it kept.
type Written struct{ Samples, Histograms, Exemplars int }

// Set puts the counts into the response headers.
func (w Written) Set(h http.Header) {
	const prefix = "X-Prometheus-Remote-Write-"
	h.Set(prefix+"Samples-Written", strconv.Itoa(w.Samples))
	h.Set(prefix+"Histograms-Written", strconv.Itoa(w.Histograms))
	h.Set(prefix+"Exemplars-Written", strconv.Itoa(w.Exemplars))
}

// IsStale reports whether a value is Prometheus' staleness marker, which ends
// a series and is no measurement.
func IsStale(v float64) bool { return math.Float64bits(v) == 0x7ff0000000000002 }

// Metric returns the metric's name among the labels.
func Metric(labels []Label) string {
	for _, l := range labels {
		if l.Name == "__name__" {
			return strings.Clone(l.Value)
		}
	}
	return ""
}
