package search

import (
	"encoding/binary"
	"slices"
	"sort"
	"strings"
)

// doc is what the index keeps of a document beside its terms.
type doc struct {
	key    string
	length uint16 // weighted terms
	kind   uint16
	access uint32
	gone   bool
}

// posting is that a document holds a term, with the weight of all its places.
type posting struct {
	doc    uint32
	weight uint32
}

// segment is a sealed part of the index: terms in order, their postings packed
// as differences. Only the marks of documents that are gone ever change.
type segment struct {
	docs     []doc
	gone     int
	terms    string   // all terms, one behind the other
	ends     []uint32 // where each term ends
	counts   []uint32 // how many documents hold it
	places   []uint32 // where its postings begin
	postings []byte
}

// builder is the open part of the index.
type builder struct {
	docs  []doc
	gone  int
	terms map[string]*list
}

// list is the postings of one term while they grow.
type list struct {
	packed []byte
	last   uint32
	count  uint32
}

func newBuilder() *builder { return &builder{terms: map[string]*list{}} }

func (l *list) add(p posting) {
	delta := p.doc
	if l.count > 0 {
		delta -= l.last
	}
	l.packed = binary.AppendUvarint(binary.AppendUvarint(l.packed, uint64(delta)), uint64(p.weight))
	l.last = p.doc
	l.count++
}

// add takes a document with its terms and their weights.
func (b *builder) add(d doc, terms map[string]uint32) uint32 {
	id := uint32(len(b.docs)) //nolint:gosec // a builder is sealed long before
	b.docs = append(b.docs, d)
	for term, weight := range terms {
		l := b.terms[term]
		if l == nil {
			l = &list{}
			b.terms[strings.Clone(term)] = l
		}
		l.add(posting{id, weight})
	}
	return id
}

// seal packs the builder.
func (b *builder) seal() *segment {
	terms := make([]string, 0, len(b.terms))
	for t := range b.terms {
		terms = append(terms, t)
	}
	slices.Sort(terms)
	s := &segment{docs: b.docs, gone: b.gone}
	var text strings.Builder
	for _, t := range terms {
		l := b.terms[t]
		text.WriteString(t)
		s.ends = append(s.ends, uint32(text.Len())) //nolint:gosec // of one segment's terms
		s.counts = append(s.counts, l.count)
		s.places = append(s.places, uint32(len(s.postings))) //nolint:gosec // of one segment's postings
		s.postings = append(s.postings, l.packed...)
	}
	s.terms = text.String()
	return s
}

// merge makes one segment of two, without the documents that are gone. at gives
// where each document that is left went.
func merge(a, b *segment) (out *segment, at [2][]uint32) {
	built := newBuilder()
	for i, s := range []*segment{a, b} {
		at[i] = make([]uint32, len(s.docs))
		for j, d := range s.docs {
			if at[i][j] = gone; !d.gone {
				at[i][j] = uint32(len(built.docs)) //nolint:gosec // as above
				built.docs = append(built.docs, d)
			}
		}
	}
	out = &segment{docs: built.docs}
	var text strings.Builder
	for x, y := 0, 0; x < len(a.ends) || y < len(b.ends); {
		var l list
		term := least(a, b, x, y)
		if x < len(a.ends) && a.term(x) == term {
			a.move(x, at[0], &l)
			x++
		}
		if y < len(b.ends) && b.term(y) == term {
			b.move(y, at[1], &l)
			y++
		}
		if l.count == 0 {
			continue
		}
		text.WriteString(term)
		out.ends = append(out.ends, uint32(text.Len())) //nolint:gosec // as above
		out.counts = append(out.counts, l.count)
		out.places = append(out.places, uint32(len(out.postings))) //nolint:gosec // as above
		out.postings = append(out.postings, l.packed...)
	}
	out.terms = text.String()
	return out, at
}

// gone marks a document that a merge left out.
const gone = ^uint32(0)

func least(a, b *segment, x, y int) string {
	switch {
	case x >= len(a.ends):
		return b.term(y)
	case y >= len(b.ends) || a.term(x) <= b.term(y):
		return a.term(x)
	}
	return b.term(y)
}

func (s *segment) move(i int, at []uint32, to *list) {
	for p := range s.each(i) {
		if at[p.doc] != gone {
			to.add(posting{at[p.doc], p.weight})
		}
	}
}

func (s *segment) term(i int) string {
	from := uint32(0)
	if i > 0 {
		from = s.ends[i-1]
	}
	return s.terms[from:s.ends[i]]
}

// each goes through the postings of a term.
func (s *segment) each(i int) func(func(posting) bool) {
	return unpack(s.postings[s.places[i]:], s.counts[i])
}

func unpack(packed []byte, count uint32) func(func(posting) bool) {
	return func(yield func(posting) bool) {
		var at uint64
		for i, rest := uint32(0), packed; i < count; i++ {
			delta, n := binary.Uvarint(rest)
			weight, m := binary.Uvarint(rest[n:])
			rest = rest[n+m:]
			at += delta
			if !yield(posting{uint32(at), uint32(weight)}) { //nolint:gosec // as it was packed
				return
			}
		}
	}
}

// part is a segment or the builder, as a question sees it.
type part interface {
	all() []doc
	// find returns how many documents hold the term, and a walk through them.
	find(term string) (uint32, func(func(posting) bool))
	// begin returns terms that begin so, at most limit.
	begin(prefix string, limit int) []string
}

func (s *segment) all() []doc { return s.docs }
func (b *builder) all() []doc { return b.docs }

func (s *segment) find(term string) (uint32, func(func(posting) bool)) {
	i := sort.Search(len(s.ends), func(i int) bool { return s.term(i) >= term })
	if i == len(s.ends) || s.term(i) != term {
		return 0, nil
	}
	return s.counts[i], s.each(i)
}

func (b *builder) find(term string) (uint32, func(func(posting) bool)) {
	l := b.terms[term]
	if l == nil {
		return 0, nil
	}
	return l.count, unpack(l.packed, l.count)
}

func (s *segment) begin(prefix string, limit int) []string {
	var found []string
	for i := sort.Search(len(s.ends), func(i int) bool { return s.term(i) >= prefix }); i < len(s.ends) && len(found) < limit && strings.HasPrefix(s.term(i), prefix); i++ {
		found = append(found, s.term(i))
	}
	return found
}

func (b *builder) begin(prefix string, limit int) []string {
	var found []string
	for term := range b.terms {
		if strings.HasPrefix(term, prefix) {
			found = append(found, term)
		}
	}
	slices.Sort(found)
	return found[:min(limit, len(found))]
}
