package remotewrite

import (
	"math"

	"github.com/klauspost/compress/snappy"
	"google.golang.org/protobuf/encoding/protowire"
)

// EncodeV1 writes the snappy-compressed body of a prometheus.WriteRequest
// (version 1.0), the sender's side of Decode. Labels are written in the order
// given; the specification asks for __name__ first and the rest sorted.
func EncodeV1(series []Series) []byte {
	var request []byte
	for _, s := range series {
		request = protowire.AppendTag(request, 1, protowire.BytesType)
		request = protowire.AppendBytes(request, timeSeries(s))
	}
	return snappy.Encode(nil, request)
}

func timeSeries(s Series) []byte {
	var b []byte
	for _, l := range s.Labels {
		var label []byte
		label = protowire.AppendTag(label, 1, protowire.BytesType)
		label = protowire.AppendString(label, l.Name)
		label = protowire.AppendTag(label, 2, protowire.BytesType)
		label = protowire.AppendString(label, l.Value)
		b = protowire.AppendTag(b, 1, protowire.BytesType)
		b = protowire.AppendBytes(b, label)
	}
	for _, x := range s.Samples {
		var sample []byte
		sample = protowire.AppendTag(sample, 1, protowire.Fixed64Type)
		sample = protowire.AppendFixed64(sample, math.Float64bits(x.Value))
		sample = protowire.AppendTag(sample, 2, protowire.VarintType)
		sample = protowire.AppendVarint(sample, uint64(x.At)) //nolint:gosec // protobuf's int64 is its two's complement
		b = protowire.AppendTag(b, 2, protowire.BytesType)
		b = protowire.AppendBytes(b, sample)
	}
	return b
}
