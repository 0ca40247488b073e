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
		request = protowire.AppendTag(request, 1, protowire.BytesType)
		request = protowire.AppendBytes(request, appendSamples(b, s.Samples))
	}
	return snappy.Encode(nil, request)
}

// EncodeV2 writes the snappy-compressed body of a
// io.prometheus.write.v2.Request (version 2.0), each text of it once.
func EncodeV2(series []Series) []byte {
	var texts, request []byte
	symbols := map[string]uint64{}
	symbol := func(text string) uint64 {
		n, known := symbols[text]
		if !known {
			n = uint64(len(symbols))
			symbols[text] = n
			texts = protowire.AppendTag(texts, 4, protowire.BytesType)
			texts = protowire.AppendString(texts, text)
		}
		return n
	}
	symbol("") // the first one is empty
	for _, s := range series {
		var refs []byte
		for _, l := range s.Labels {
			refs = protowire.AppendVarint(refs, symbol(l.Name))
			refs = protowire.AppendVarint(refs, symbol(l.Value))
		}
		b := protowire.AppendTag(nil, 1, protowire.BytesType)
		b = protowire.AppendBytes(b, refs)
		request = protowire.AppendTag(request, 5, protowire.BytesType)
		request = protowire.AppendBytes(request, appendSamples(b, s.Samples))
	}
	return snappy.Encode(nil, append(texts, request...))
}

// appendSamples writes samples, which both versions have as field 2.
func appendSamples(b []byte, samples []Sample) []byte {
	for _, x := range samples {
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
