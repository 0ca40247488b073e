package index

import (
	"cmp"
	"container/heap"
	"context"
	"slices"
	"strings"
)

// scan is a search on its way through the parts.
type scan struct {
	query   Query
	schema  Schema
	terms   []wanted
	average float64
	self    float64
	mass    float64 // of all terms
	all     bool    // look at every document with a term
	any     bool    // every document answers

	best   worstFirst
	total  int
	counts []map[string]int // by facet
	desks  []walk           // of the terms, for one part after the other
}

// found is a document that may be among the best.
type found struct {
	id    string
	score float64
	part  part
	doc   uint32
}

func (f found) worse(o found) bool { return f.score < o.score || f.score == o.score && f.id > o.id }

// worstFirst is a heap of what was found.
type worstFirst []found

func (w worstFirst) Len() int           { return len(w) }
func (w worstFirst) Less(i, j int) bool { return w[i].worse(w[j]) }
func (w worstFirst) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }

// Push implements heap.Interface.
func (w *worstFirst) Push(x any) {
	if f, ok := x.(found); ok {
		*w = append(*w, f)
	}
}

// Pop implements heap.Interface.
func (w *worstFirst) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}

// walk is a term on its way through a part.
type walk struct {
	cursor
	slot  int // which of the question's terms
	idf   float64
	bound float64 // of its score in the part
	sum   float64 // of the bounds up to this one
}

// score is what a term gives.
func (s *scan) score(idf float64, weight, length uint32) float64 {
	f := float64(weight)
	return idf * f * (k1 + 1) / (f + k1*(1-b+b*float64(length)/s.average))
}

// slack is by how much sums of the same numbers in another order may differ.
const slack = 1e-9

// part goes through the documents of a part that have a term.
func (s *scan) part(ctx context.Context, p part) error {
	if s.any {
		return s.each(ctx, p)
	}
	walks := s.walks(p)
	sieve := s.sieve(p)
	scores := make([]float64, len(s.terms))
	first := s.essential(walks, 0)
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		doc := uint32(noDoc)
		for i := first; i < len(walks); i++ {
			doc = min(doc, walks[i].doc())
		}
		if doc == noDoc {
			return nil
		}
		score, ok := s.one(p, doc, walks, first, scores, sieve)
		if !ok {
			continue
		}
		if s.keep(found{p.ids[doc], score, p, doc}) {
			first = s.essential(walks, first)
		}
	}
}

// each goes through all documents of a part.
func (s *scan) each(ctx context.Context, p part) error {
	sieve := s.sieve(p)
	for i, id := range p.ids {
		doc := uint32(i)
		if i%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if p.isGone(doc) || !sieve.lets(s, p, doc) {
			continue
		}
		s.total++
		s.keep(found{id, 0, p, doc})
	}
	return nil
}

// walks opens the terms that the part has, those that can give least first.
func (s *scan) walks(p part) []*walk {
	if s.desks == nil {
		s.desks = make([]walk, len(s.terms))
	}
	list := make([]*walk, 0, len(s.terms))
	for slot, t := range s.terms {
		i, ok := p.dict.find(t.Term)
		if !ok {
			continue
		}
		w := &s.desks[slot]
		w.slot, w.idf = slot, t.idf
		w.open(p.dict.postings(i), p.lengths)
		w.bound = s.score(t.idf, w.most, w.least)
		list = append(list, w)
	}
	slices.SortStableFunc(list, func(a, b *walk) int { return cmp.Compare(a.bound, b.bound) })
	sum := 0.0
	for _, w := range list {
		sum += w.bound
		w.sum = sum
	}
	return list
}

// threshold is what a document must reach to be among the best.
func (s *scan) threshold() float64 {
	if s.all || len(s.best) < s.query.Limit {
		return 0
	}
	return s.best[0].score - slack
}

// essential returns the first of the terms without one of which, or of those behind it,
// no document is among the best.
func (s *scan) essential(walks []*walk, from int) int {
	limit := s.threshold()
	for from < len(walks) && walks[from].sum < limit {
		from++
	}
	return from
}

// one scores a document and moves the essential terms on; false if it is none of the best.
func (s *scan) one(p part, doc uint32, walks []*walk, first int, scores []float64, sieve sieve) (float64, bool) {
	length, sum, mass := p.lengths[doc], 0.0, 0.0
	clear(scores)
	for _, w := range walks[first:] {
		if w.doc() == doc {
			scores[w.slot] = s.score(w.idf, w.weights[w.i], length)
			sum, mass = sum+scores[w.slot], mass+w.idf
			w.next()
		}
	}
	if p.isGone(doc) {
		return 0, false
	}
	limit := s.threshold()
	for i := first - 1; i >= 0; i-- {
		w := walks[i]
		if sum+w.sum < limit {
			return 0, false
		}
		if !w.shallow(doc) {
			continue
		}
		below := 0.0
		if i > 0 {
			below = walks[i-1].sum
		}
		if sum+below+s.score(w.idf, w.blockMost, w.blockLeast) < limit {
			return 0, false
		}
		w.seek(doc)
		if w.doc() == doc {
			scores[w.slot] = s.score(w.idf, w.weights[w.i], length)
			sum, mass = sum+scores[w.slot], mass+w.idf
		}
	}
	if mass < s.query.Need*s.mass-slack || !sieve.lets(s, p, doc) {
		return 0, false
	}
	s.total++
	sum = 0
	for _, v := range scores { // in one order, so that the same document has the same score
		sum += v
	}
	return sum, true
}

// keep keeps a document if it is among the best so far.
func (s *scan) keep(f found) bool {
	if len(s.best) < s.query.Limit {
		heap.Push(&s.best, f)
		return len(s.best) == s.query.Limit
	}
	if !s.best[0].worse(f) {
		return false
	}
	s.best[0] = f
	heap.Fix(&s.best, 0)
	return true
}

// sieve is the filters and facets of a question in a part.
type sieve struct {
	filters []sifter
	facets  []int // columns
	counted []int // of each filter the facet on its column, or -1
}

// sifter is a filter in a part.
type sifter struct {
	column   *column
	words    []uint32
	min, max *float64
}

func (s *scan) sieve(p part) sieve {
	var out sieve
	for _, c := range s.query.Facets {
		out.facets = append(out.facets, s.schema.column(c))
	}
	for _, f := range s.query.Filters {
		c := &p.columns[s.schema.column(f.Column)]
		one := sifter{column: c, min: f.Min, max: f.Max}
		for _, w := range f.Words {
			if i, ok := slices.BinarySearchFunc(c.words, w, strings.Compare); ok {
				one.words = append(one.words, uint32(i)) //nolint:gosec // as the values are kept
			}
		}
		out.filters = append(out.filters, one)
		out.counted = append(out.counted, slices.Index(s.query.Facets, f.Column))
	}
	return out
}

func (f sifter) lets(doc uint32) bool {
	if f.column.numbers != nil {
		v := f.column.numbers[doc]
		return v == v && (f.min == nil || v >= *f.min) && (f.max == nil || v <= *f.max)
	}
	for _, v := range f.column.wordsOf(doc) {
		if slices.Contains(f.words, v) {
			return true
		}
	}
	return false
}

// lets reports whether all filters let a document through, and counts its values: where
// the filters on one column alone do not, only those of that column.
func (v sieve) lets(s *scan, p part, doc uint32) bool {
	const nothing, much = -1, -2
	stopped := nothing // the facet whose column's filters stop it
	for i, f := range v.filters {
		if f.lets(doc) {
			continue
		}
		if c := v.counted[i]; c >= 0 && (stopped == nothing || stopped == c) {
			stopped = c
			continue
		}
		stopped = much
		break
	}
	if stopped == much {
		return false
	}
	for n, c := range v.facets {
		if stopped != nothing && stopped != n {
			continue
		}
		col := &p.columns[c]
		for _, w := range col.wordsOf(doc) {
			s.counts[n][col.words[w]]++
		}
	}
	return stopped == nothing
}
