package latent

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"linghang/lib/match/internal/frame"
	"linghang/lib/match/text"
)

// spaceMagic begins a file, whose body is: the analyser's print, dimensions, how many
// terms; of each its text, idf (8 octets) and vector (4 octets a number). Lengths are
// varints, numbers IEEE 754, little-endian.
const spaceMagic = "LHSPACE1"

// WriteTo writes the space. It implements io.WriterTo.
func (s *Space) WriteTo(w io.Writer) (int64, error) {
	body := appendText(nil, s.analyser.Print())
	body = binary.AppendUvarint(body, uint64(s.dimensions)) //nolint:gosec // not negative
	body = binary.AppendUvarint(body, uint64(len(s.idf)))
	terms := make([]string, len(s.idf))
	for t, i := range s.number {
		terms[i] = t
	}
	for i, t := range terms {
		body = binary.LittleEndian.AppendUint64(appendText(body, t), math.Float64bits(s.idf[i]))
		for _, v := range s.vectors[i*s.dimensions : (i+1)*s.dimensions] {
			body = binary.LittleEndian.AppendUint32(body, math.Float32bits(v))
		}
	}
	n, err := frame.Write(w, spaceMagic, body)
	if err != nil {
		return n, fmt.Errorf("write a space: %w", err)
	}
	return n, nil
}

func appendText(to []byte, s string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(s))), s...)
}

// ReadSpace reads what WriteTo wrote. It reports ErrFile with what is damaged, and
// ErrStale if the analyser is another.
func ReadSpace(r io.Reader, a *text.Analyser) (*Space, error) {
	body, err := frame.Read(r, spaceMagic)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	d := decoder{data: body}
	if print := d.text(); !d.cut && print != a.Print() {
		return nil, fmt.Errorf("%w: %.80q, not %.80q", ErrStale, print, a.Print())
	}
	s := &Space{analyser: a, number: map[string]int{}, dimensions: d.size()}
	n := d.size()
	if d.cut || s.dimensions == 0 || s.dimensions > 512 || n > len(d.data)/(9+4*s.dimensions) {
		return nil, fmt.Errorf("%w: %d terms with vectors of %d numbers do not fit into %d octets", ErrFile, n, s.dimensions, len(d.data))
	}
	for i := range n {
		s.number[d.text()] = i
		s.idf = append(s.idf, d.number())
		for range s.dimensions {
			s.vectors = append(s.vectors, float32(d.small()))
		}
	}
	if d.cut || d.broken || len(d.data) > 0 || len(s.number) != n {
		return nil, fmt.Errorf("%w: a term is cut off, there twice or no number, or %d octets are left", ErrFile, len(d.data))
	}
	return s, nil
}

// decoder reads a body. Once it is cut off, all is empty.
type decoder struct {
	data        []byte
	cut, broken bool
}

func (d *decoder) take(n int) []byte {
	if d.cut || n > len(d.data) {
		d.cut = true
		return make([]byte, min(n, 8))
	}
	out := d.data[:n]
	d.data = d.data[n:]
	return out
}

// size reads a number that is at most how many octets are left.
func (d *decoder) size() int {
	v, n := binary.Uvarint(d.data)
	if d.cut || n <= 0 || v > uint64(len(d.data)-n) { //nolint:gosec // not negative
		d.cut = true
		return 0
	}
	d.data = d.data[n:]
	return int(v) //nolint:gosec // at most len
}

func (d *decoder) text() string {
	n := d.size()
	if d.cut {
		return ""
	}
	return string(d.take(n))
}

func (d *decoder) number() float64 {
	return d.finite(math.Float64frombits(binary.LittleEndian.Uint64(d.take(8))))
}

func (d *decoder) small() float64 {
	return d.finite(float64(math.Float32frombits(binary.LittleEndian.Uint32(d.take(4)))))
}

func (d *decoder) finite(v float64) float64 {
	d.broken = d.broken || math.IsNaN(v) || math.IsInf(v, 0)
	return v
}
