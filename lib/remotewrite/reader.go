package remotewrite

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/klauspost/compress/snappy"
	"google.golang.org/protobuf/encoding/protowire"
)

// Entry is one series of a request whose labels are not read yet: a receiver
// that has seen them before knows them by their Identity.
type Entry struct {
	// Identity is the labels on the wire of version 1.0, whatever the request's
	// version: what has the same identity has the same labels.
	Identity   []byte
	Samples    []Sample
	Histograms int
	Exemplars  int
	Fault      string // as in Series; Labels may add one

	limits Limits
}

// Reader reads requests one after the other into memory of its own, which it
// keeps. The zero value works.
type Reader struct {
	raw     []byte
	limits  Limits
	each    func(*Entry) error
	entry   Entry
	count   int
	samples int
	built   []byte   // an identity that does not stand in the body as it is
	symbols [][]byte // parts of the decoded body
	refs    []uint64 // label references of the series that is being read
}

// Read reads a snappy-compressed body and calls each for every series, in
// order. The entry and its slices are valid during the call only. An error of
// each ends the reading and is returned.
func (r *Reader) Read(body []byte, v Version, limits Limits, each func(*Entry) error) error {
	r.limits, r.each = limits.orDefault(), each
	r.count, r.samples, r.symbols = 0, 0, r.symbols[:0]
	if err := r.inflate(body); err != nil {
		return err
	}
	if v == V2 {
		return r.requestV2(r.raw)
	}
	return r.requestV1(r.raw)
}

func (r *Reader) inflate(body []byte) error {
	if len(body) > r.limits.Body {
		return &Error{TooLarge, fmt.Sprintf("the body has %d bytes, more than %d", len(body), r.limits.Body)}
	}
	n, err := snappy.DecodedLen(body)
	if err != nil {
		return malformed("the body is not snappy: %v", err)
	}
	if n > r.limits.Decoded {
		return &Error{TooLarge, fmt.Sprintf("the body decodes to %d bytes, more than %d", n, r.limits.Decoded)}
	}
	raw, err := snappy.Decode(r.raw[:cap(r.raw)], body)
	if err != nil {
		return malformed("the body is damaged snappy: %v", err)
	}
	r.raw = raw
	return nil
}

// field is one field of a message: the payload of a length-delimited one, the
// bits of a scalar one.
type field struct {
	num     protowire.Number
	typ     protowire.Type
	payload []byte
	bits    uint64
}

// next reads the first field of a message and returns how many bytes it takes.
func (f *field) next(msg []byte) (int, error) {
	// Nearly all fields are of this kind: a tag and a length of a byte each.
	if len(msg) >= 2 && msg[0] < 0x80 && msg[0]&7 == byte(protowire.BytesType) && msg[0] >= 8 && msg[1] < 0x80 {
		if end := 2 + int(msg[1]); end <= len(msg) {
			f.num, f.typ, f.payload = protowire.Number(msg[0]>>3), protowire.BytesType, msg[2:end]
			return end, nil
		}
	}
	num, typ, n := protowire.ConsumeTag(msg)
	if n < 0 {
		return 0, malformed("damaged protobuf: %v", protowire.ParseError(n))
	}
	f.num, f.typ, f.payload = num, typ, nil
	var m int
	switch typ {
	case protowire.BytesType:
		f.payload, m = protowire.ConsumeBytes(msg[n:])
	case protowire.VarintType:
		f.bits, m = protowire.ConsumeVarint(msg[n:])
	case protowire.Fixed64Type:
		f.bits, m = protowire.ConsumeFixed64(msg[n:])
	default:
		m = protowire.ConsumeFieldValue(num, typ, msg[n:])
	}
	if m < 0 {
		return 0, malformed("damaged protobuf: %v", protowire.ParseError(m))
	}
	return n + m, nil
}

// is tells whether the field is a length-delimited one of a number.
func (f *field) is(num protowire.Number) bool { return f.num == num && f.typ == protowire.BytesType }

func (r *Reader) start() error {
	r.count++
	if r.count > r.limits.Series {
		return &Error{TooLarge, fmt.Sprintf("more than %d series in one request", r.limits.Series)}
	}
	r.entry = Entry{Samples: r.entry.Samples[:0], limits: r.limits}
	r.refs, r.built = r.refs[:0], r.built[:0]
	return nil
}

func (r *Reader) sample(payload []byte) error {
	r.samples++
	if r.samples > r.limits.Samples {
		return &Error{TooLarge, fmt.Sprintf("more than %d samples in one request", r.limits.Samples)}
	}
	var s Sample
	// A value and a time, as every sender writes them.
	if len(payload) > 10 && payload[0] == 1<<3|byte(protowire.Fixed64Type) && payload[9] == 2<<3|byte(protowire.VarintType) {
		if at, n := binary.Uvarint(payload[10:]); n == len(payload)-10 {
			s.Value = math.Float64frombits(binary.LittleEndian.Uint64(payload[1:]))
			s.At = int64(at) //nolint:gosec // int64 is sent as its two's complement
			r.entry.Samples = append(r.entry.Samples, s)
			return nil
		}
	}
	var f field
	for len(payload) > 0 {
		n, err := f.next(payload)
		if err != nil {
			return err
		}
		payload = payload[n:]
		switch {
		case f.num == 1 && f.typ == protowire.Fixed64Type:
			s.Value = math.Float64frombits(f.bits)
		case f.num == 2 && f.typ == protowire.VarintType:
			s.At = int64(f.bits) //nolint:gosec // as above
		}
	}
	r.entry.Samples = append(r.entry.Samples, s)
	return nil
}

// requestV1 reads prometheus.WriteRequest: 1 timeseries.
func (r *Reader) requestV1(raw []byte) error {
	var f field
	for len(raw) > 0 {
		n, err := f.next(raw)
		if err != nil {
			return err
		}
		raw = raw[n:]
		if !f.is(1) {
			continue
		}
		if err := r.start(); err != nil {
			return err
		}
		if err := r.seriesV1(f.payload); err != nil {
			return err
		}
		if err := r.each(&r.entry); err != nil {
			return err
		}
	}
	return nil
}

// seriesV1 reads prometheus.TimeSeries: 1 labels, 2 samples, 3 exemplars, 4 histograms.
func (r *Reader) seriesV1(msg []byte) error {
	var f field
	from, to := 0, 0 // where the labels stand, as long as nothing stands between them
	for at := 0; at < len(msg); {
		n, err := f.next(msg[at:])
		if err != nil {
			return err
		}
		switch {
		case f.is(1):
			switch {
			case len(r.built) > 0:
				r.built = append(r.built, msg[at:at+n]...)
			case to == 0:
				from, to = at, at+n
			case to == at:
				to = at + n
			default:
				r.built = append(append(r.built, msg[from:to]...), msg[at:at+n]...)
			}
		case f.is(2):
			if err := r.sample(f.payload); err != nil {
				return err
			}
		case f.is(3):
			r.entry.Exemplars++
		case f.is(4):
			r.entry.Histograms++
		}
		at += n
	}
	r.entry.Identity = msg[from:to]
	if len(r.built) > 0 {
		r.entry.Identity = r.built
	}
	return nil
}

// Labels reads the labels, appending to list. A limit that one of them exceeds
// becomes the entry's Fault, and the rest is left out.
func (e *Entry) Labels(list []Label) ([]Label, error) {
	var f field
	for msg := e.Identity; len(msg) > 0; {
		n, err := f.next(msg)
		if err != nil {
			return list, err
		}
		msg = msg[n:]
		name, value, err := label(f.payload)
		if err != nil {
			return list, err
		}
		if e.Fault == "" {
			e.Fault = e.limits.exceeded(len(list), name, value)
		}
		if e.Fault == "" {
			list = append(list, Label{string(name), string(value)})
		}
	}
	return list, nil
}

// label reads prometheus.Label: 1 name, 2 value.
func label(msg []byte) (name, value []byte, err error) {
	var f field
	for len(msg) > 0 {
		n, err := f.next(msg)
		if err != nil {
			return nil, nil, err
		}
		msg = msg[n:]
		switch {
		case f.is(1):
			name = f.payload
		case f.is(2):
			value = f.payload
		}
	}
	return name, value, nil
}

// exceeded says which limit one more label exceeds, or is empty.
func (l Limits) exceeded(already int, name, value []byte) string {
	switch {
	case already >= l.Labels:
		return fmt.Sprintf("more than %d labels", l.Labels)
	case len(name) > l.Name:
		return fmt.Sprintf("the name of a label has %d bytes, more than %d", len(name), l.Name)
	case len(value) > l.Value:
		return fmt.Sprintf("label %q has %d bytes, more than %d", name, len(value), l.Value)
	}
	return ""
}

// requestV2 reads io.prometheus.write.v2.Request: 4 symbols, 5 timeseries. The
// symbols may come after the series that use them, so they are read first.
func (r *Reader) requestV2(raw []byte) error {
	var f field
	for msg := raw; len(msg) > 0; {
		n, err := f.next(msg)
		if err != nil {
			return err
		}
		msg = msg[n:]
		if !f.is(4) {
			continue
		}
		if len(r.symbols) >= r.limits.Symbols {
			return &Error{TooLarge, fmt.Sprintf("more than %d symbols in one request", r.limits.Symbols)}
		}
		r.symbols = append(r.symbols, f.payload)
	}
	if len(r.symbols) > 0 && len(r.symbols[0]) > 0 {
		return malformed("the first symbol is not empty")
	}
	for msg := raw; len(msg) > 0; {
		n, err := f.next(msg)
		if err != nil {
			return err
		}
		msg = msg[n:]
		if !f.is(5) {
			continue
		}
		if err := r.oneV2(f.payload); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reader) oneV2(payload []byte) error {
	if err := r.start(); err != nil {
		return err
	}
	if err := r.seriesV2(payload); err != nil {
		return err
	}
	if err := r.resolve(); err != nil {
		return err
	}
	return r.each(&r.entry)
}

// seriesV2 reads TimeSeries: 1 labels_refs, 2 samples, 3 histograms, 4 exemplars, 5 metadata.
func (r *Reader) seriesV2(msg []byte) error {
	var f field
	for len(msg) > 0 {
		n, err := f.next(msg)
		if err != nil {
			return err
		}
		msg = msg[n:]
		switch {
		case f.is(1):
			err = r.references(f.payload)
		case f.num == 1 && f.typ == protowire.VarintType:
			err = r.reference(f.bits) // not packed, which every reader of protobuf takes too
		case f.is(2):
			err = r.sample(f.payload)
		case f.is(3):
			r.entry.Histograms++
		case f.is(4):
			r.entry.Exemplars++
		case f.is(5):
			err = r.metadata(f.payload)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// metadata checks the references of help (3) and unit (4).
func (r *Reader) metadata(msg []byte) error {
	var f field
	for len(msg) > 0 {
		n, err := f.next(msg)
		if err != nil {
			return err
		}
		msg = msg[n:]
		if (f.num == 3 || f.num == 4) && f.typ == protowire.VarintType && f.bits > 0 && f.bits >= uint64(len(r.symbols)) {
			return malformed("metadata reference %d is outside the %d symbols", f.bits, len(r.symbols))
		}
	}
	return nil
}

func (r *Reader) references(payload []byte) error {
	for len(payload) > 0 {
		ref, n := protowire.ConsumeVarint(payload)
		if n < 0 {
			return malformed("damaged label references: %v", protowire.ParseError(n))
		}
		payload = payload[n:]
		if err := r.reference(ref); err != nil {
			return err
		}
	}
	return nil
}

func (r *Reader) reference(ref uint64) error {
	if ref >= uint64(len(r.symbols)) {
		return malformed("label reference %d is outside the %d symbols", ref, len(r.symbols))
	}
	// References are small on the wire: what is too many is not kept.
	if len(r.refs) < 2*r.limits.Labels+2 {
		r.refs = append(r.refs, ref)
	}
	return nil
}

// resolve turns the references of a series, which come in pairs, into its
// identity. A label beyond the limits ends it: a few references could name
// many megabytes.
func (r *Reader) resolve() error {
	if len(r.refs)%2 != 0 {
		return malformed("an odd number of label references")
	}
	for i := 0; i < len(r.refs); i += 2 {
		name, value := r.symbols[r.refs[i]], r.symbols[r.refs[i+1]]
		if r.entry.Fault = r.limits.exceeded(i/2, name, value); r.entry.Fault != "" {
			break
		}
		size := 2 + protowire.SizeBytes(len(name)) + protowire.SizeBytes(len(value))
		r.built = binary.AppendUvarint(append(r.built, 0x0a), uint64(size)) //nolint:gosec // a size is not negative
		r.built = append(binary.AppendUvarint(append(r.built, 0x0a), uint64(len(name))), name...)
		r.built = append(binary.AppendUvarint(append(r.built, 0x12), uint64(len(value))), value...)
	}
	r.entry.Identity = r.built
	return nil
}
