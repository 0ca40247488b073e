package index

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"linghang/lib/match/internal/frame"
	"linghang/lib/match/text"
)

// magic begins a file, whose body is: what the terms were made with (print and schema), the
// documents, the dictionary, the postings as in memory, the columns. Numbers are varints.
const magic = "LHINDEX1"

// WriteTo makes one segment of all and writes it. It implements io.WriterTo.
func (x *Index) WriteTo(w io.Writer) (int64, error) {
	x.Compact()
	now := x.now.Load()
	if len(now.parts) > 1 || len(now.parts) == 1 && now.parts[0].gone != nil { // changed meanwhile
		now = &snapshot{parts: []part{whole(merge(now.parts))}}
	}
	s := &segment{}
	if len(now.parts) == 1 {
		s = now.parts[0].segment
	}
	var body bytes.Buffer
	e := encoder{&body}
	e.head(x)
	e.segment(s, len(x.schema.Fields))
	n, err := frame.Write(w, magic, body.Bytes())
	if err != nil {
		return n, fmt.Errorf("write an index: %w", err)
	}
	return n, nil
}

type encoder struct{ to *bytes.Buffer }

func (e encoder) number(n int)    { e.to.Write(binary.AppendUvarint(nil, uint64(n))) } //nolint:gosec // not negative
func (e encoder) string(s string) { e.number(len(s)); e.to.WriteString(s) }

func (e encoder) head(x *Index) {
	e.string(x.analyser.Print())
	e.string(fmt.Sprintf("%v", x.schema))
}

func (e encoder) segment(s *segment, fields int) {
	e.number(len(s.ids))
	for i, id := range s.ids {
		e.string(id)
		e.number(int(s.lengths[i]))
		for _, t := range s.texts[i*fields : (i+1)*fields] {
			e.string(t)
		}
	}
	e.number(s.dict.len())
	for i := range s.dict.len() {
		e.string(s.dict.term(i))
		e.number(len(s.dict.postings(i)))
	}
	e.to.Write(s.dict.packed)
	for _, c := range s.columns {
		e.column(c)
	}
}

func (e encoder) column(c column) {
	if c.numbers != nil {
		for _, v := range c.numbers {
			e.to.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))
		}
		return
	}
	e.number(len(c.words))
	for _, w := range c.words {
		e.string(w)
	}
	for i := range len(c.starts) - 1 {
		list := c.wordsOf(uint32(i))
		e.number(len(list))
		for _, v := range list {
			e.number(int(v))
		}
	}
}

// Open reads an index that WriteTo wrote. It reports ErrFile with what is damaged,
// ErrStale if the analyser or the schema are others, ErrLimit, ErrSchema.
func Open(r io.Reader, schema Schema, analyser *text.Analyser, o Options) (*Index, error) {
	x, err := New(schema, analyser, o)
	if err != nil {
		return nil, err
	}
	body, err := frame.Read(r, magic)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	d := &decoder{data: body, text: string(body)}
	if print, fields := d.string(), d.string(); d.err == nil && (print != analyser.Print() || fields != fmt.Sprintf("%v", x.schema)) {
		return nil, fmt.Errorf("%w: %.80q, not %.80q", ErrStale, print+" "+fields, analyser.Print()+fmt.Sprintf(" %v", x.schema))
	}
	s := d.segment(x)
	if d.err == nil && len(d.data) != d.at {
		d.fail("%d octets are left", len(d.data)-d.at)
	}
	if d.err != nil {
		return nil, fmt.Errorf("%w: at octet %d of the body: %w", ErrFile, d.at, d.err)
	}
	if len(s.ids) > x.options.MaxDocuments {
		return nil, fmt.Errorf("%w: %d documents, not more than %d", ErrLimit, len(s.ids), x.options.MaxDocuments)
	}
	next := &snapshot{}
	x.take(next, s)
	if len(x.places) != len(s.ids) {
		return nil, fmt.Errorf("%w: two documents have one ID", ErrFile)
	}
	x.now.Store(next)
	return x, nil
}

// decoder reads a body; after the first fault it gives nothing.
type decoder struct {
	data []byte
	text string // the same
	at   int
	err  error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
}

// number reads a number that is at most limit.
func (d *decoder) number(limit int) int {
	if d.err != nil {
		return 0
	}
	v, n := binary.Uvarint(d.data[d.at:])
	if n <= 0 || limit < 0 || v > uint64(limit) {
		d.fail("a number is cut off or more than %d", limit)
		return 0
	}
	d.at += n
	return int(v) //nolint:gosec // at most limit
}

// count reads how many things follow, of which each has at least an octet.
func (d *decoder) count() int { return d.number(len(d.data) - d.at) }

func (d *decoder) string() string {
	n := d.count()
	if d.err != nil || n > len(d.data)-d.at {
		d.fail("a text is cut off")
		return ""
	}
	d.at += n
	return d.text[d.at-n : d.at]
}

func (d *decoder) segment(x *Index) *segment {
	s := &segment{}
	n := d.count()
	for i := 0; i < n && d.err == nil; i++ {
		s.ids, s.lengths = append(s.ids, d.string()), append(s.lengths, uint32(d.number(math.MaxUint32))) //nolint:gosec // as limited
		for range x.schema.Fields {
			s.texts = append(s.texts, d.string())
		}
	}
	d.dictionary(s)
	for _, c := range x.schema.Columns {
		s.columns = append(s.columns, d.column(c, len(s.ids)))
	}
	return s
}

func (d *decoder) dictionary(s *segment) {
	n := d.count()
	var names []byte
	last, total := "", 0
	for i := 0; i < n && d.err == nil; i++ {
		term := d.string()
		if term <= last {
			d.fail("the terms are not in order")
		}
		names, last = append(names, term...), term
		s.dict.ends = append(s.dict.ends, uint32(len(names))) //nolint:gosec // a file of 4 GiB of terms has no room for postings
		s.dict.starts = append(s.dict.starts, uint32(total))
		total += d.count()
	}
	if d.err != nil || total > len(d.data)-d.at || total > math.MaxUint32 {
		d.fail("the postings are cut off")
		return
	}
	s.dict.terms = string(names)
	s.dict.packed = d.data[d.at : d.at+total]
	d.at += total
	for i := range n {
		count, err := checkPostings(s.dict.postings(i), s.lengths)
		if err != nil {
			d.fail("the postings of term %d: %w", i, err)
			return
		}
		s.counts = append(s.counts, uint32(count)) //nolint:gosec // at most one a document
	}
}

// column reads the values of documents; ones that a schema without them could not have
// are refused.
func (d *decoder) column(c Column, docs int) column {
	if c.Number {
		return d.numbers(docs)
	}
	var out column
	n, last := d.count(), ""
	for i := 0; i < n && d.err == nil; i++ {
		w := d.string()
		if w <= last {
			d.fail("the values are not in order")
		}
		out.words, last = append(out.words, w), w
	}
	out.starts = append(out.starts, 0)
	for i := 0; i < docs && d.err == nil; i++ {
		before := -1
		for range d.count() {
			v := d.number(len(out.words) - 1)
			if d.err != nil || v <= before {
				d.fail("the values of a document are not in order")
				break
			}
			out.values, before = append(out.values, uint32(v)), v //nolint:gosec // as limited
		}
		out.starts = append(out.starts, uint32(len(out.values))) //nolint:gosec // fewer than octets
	}
	return out
}

func (d *decoder) numbers(docs int) column {
	if d.err != nil || docs > (len(d.data)-d.at)/8 {
		d.fail("the numbers are cut off")
		return column{}
	}
	out := column{numbers: make([]float64, docs)}
	for i := range out.numbers {
		out.numbers[i] = math.Float64frombits(binary.LittleEndian.Uint64(d.data[d.at:]))
		d.at += 8
	}
	return out
}
