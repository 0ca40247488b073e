package otlpmetrics

import (
	"fmt"
	"net/http"

	"google.golang.org/protobuf/encoding/protowire"
)

// A few bytes on the wire can stand for an object of hundreds in memory, and
// attributes may nest without end. The guard counts objects and depth before
// anything is built from them.

// maxDepth bounds nesting; a request without nested attributes has 15 levels in JSON.
const maxDepth = 40

func guard(body []byte, enc Encoding, limit int) error {
	g := &counter{left: limit, limit: limit}
	if enc == JSON {
		return g.json(body)
	}
	g.inner = fieldsOfMetrics()
	return g.message(body, exportRequest, 0)
}

type counter struct {
	left, limit int
	inner       *inner
}

func (g *counter) count() error {
	if g.left--; g.left < 0 {
		return &Error{http.StatusRequestEntityTooLarge, fmt.Sprintf("more than %d objects in one request", g.limit)}
	}
	return nil
}

func tooDeep() error {
	return &Error{http.StatusBadRequest, fmt.Sprintf("values are nested more than %d deep", maxDepth)}
}

// kind is a message type of opentelemetry.proto.
type kind int

const (
	none kind = iota // no message: a number, a text
	leaf             // a message that holds none
	exportRequest
	resourceMetrics
	resource
	scopeMetrics
	scope
	metric
	numbers
	histograms
	exponentials
	summaries
	numberPoint
	histogramPoint
	exponentialPoint
	summaryPoint
	exemplar
	keyValue
	anyValue
	arrayValue
	keyValues
	kinds
)

// inner says which message type stands in each field of each type, as in
// metrics.proto, common.proto and resource.proto of OTLP 1.x.
type inner [kinds][13]kind

func fieldsOfMetrics() *inner {
	return &inner{
		exportRequest:    {1: resourceMetrics},
		resourceMetrics:  {1: resource, 2: scopeMetrics},
		resource:         {1: keyValue, 3: leaf},
		scopeMetrics:     {1: scope, 2: metric},
		scope:            {3: keyValue},
		metric:           {5: numbers, 7: numbers, 9: histograms, 10: exponentials, 11: summaries, 12: keyValue},
		numbers:          {1: numberPoint},
		histograms:       {1: histogramPoint},
		exponentials:     {1: exponentialPoint},
		summaries:        {1: summaryPoint},
		numberPoint:      {5: exemplar, 7: keyValue},
		histogramPoint:   {8: exemplar, 9: keyValue},
		exponentialPoint: {1: keyValue, 8: leaf, 9: leaf, 11: exemplar},
		summaryPoint:     {6: leaf, 7: keyValue},
		exemplar:         {7: keyValue},
		keyValue:         {2: anyValue},
		anyValue:         {5: arrayValue, 6: keyValues},
		arrayValue:       {1: anyValue},
		keyValues:        {1: keyValue},
	}
}

func (g *counter) message(msg []byte, k kind, depth int) error {
	if depth > maxDepth {
		return tooDeep()
	}
	for len(msg) > 0 {
		num, typ, n := protowire.ConsumeTag(msg)
		if n < 0 {
			return damaged(n)
		}
		msg = msg[n:]
		if typ != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(num, typ, msg); n < 0 {
				return damaged(n)
			}
			msg = msg[n:]
			continue
		}
		payload, n := protowire.ConsumeBytes(msg)
		if n < 0 {
			return damaged(n)
		}
		msg = msg[n:]
		if int(num) >= len(g.inner[k]) || g.inner[k][num] == none {
			continue
		}
		if err := g.count(); err != nil {
			return err
		}
		sub := g.inner[k][num]
		if sub == leaf {
			continue
		}
		if err := g.message(payload, sub, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func damaged(n int) error {
	return &Error{http.StatusBadRequest, fmt.Sprintf("the body is no export request: %v", protowire.ParseError(n))}
}

// json counts objects and the elements of arrays; whether the rest is JSON at
// all is for the decoder to say.
func (g *counter) json(body []byte) error {
	depth := 0
	var arrays uint64 // one bit for each level: whether it is an array
	for i := 0; i < len(body); i++ {
		switch c := body[i]; c {
		case '"':
			i = endOfText(body, i)
		case '{', '[':
			if depth++; depth > maxDepth {
				return tooDeep()
			}
			arrays &^= 1 << depth
			if c == '[' {
				arrays |= 1 << depth
			}
			if err := g.count(); err != nil {
				return err
			}
		case '}', ']':
			depth = max(0, depth-1)
		case ',':
			if arrays&(1<<depth) == 0 {
				continue
			}
			if err := g.count(); err != nil {
				return err
			}
		}
	}
	return nil
}

// endOfText returns where the text that begins at i ends.
func endOfText(body []byte, i int) int {
	for i++; i < len(body) && body[i] != '"'; i++ {
		if body[i] == '\\' {
			i++
		}
	}
	return i
}
