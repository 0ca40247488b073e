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
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/snappy"
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
// order. The series and its slices are valid during the call only. An error
// of each ends the reading and is returned.
func Decode(body []byte, v Version, limits Limits, each func(Series) error) error {
	var r Reader
	var labels []Label
	return r.Read(body, v, limits, func(e *Entry) error {
		var err error
		if labels, err = e.Labels(labels[:0]); err != nil {
			return err
		}
		return each(Series{Labels: labels, Samples: e.Samples, Histograms: e.Histograms, Exemplars: e.Exemplars, Fault: e.Fault})
	})
}

// CheckLabels sorts a series' labels and returns what is wrong with them, or an
// empty text: names unique, values not empty, all of it UTF-8, __name__ present
// (1.0, "Labels"; 2.0, "Labels"). Senders have to sort them, and not all do.
func CheckLabels(labels []Label) string {
	slices.SortStableFunc(labels, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
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
