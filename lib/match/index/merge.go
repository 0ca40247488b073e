package index

import (
	"slices"
	"strings"
)

// part is a segment as of a change: which of its documents are gone, and how many of the
// others hold each term.
type part struct {
	*segment
	gone  []uint64 // nil is none
	live  []uint32 // by term
	count int      // of documents that are there
}

// whole is a segment of which nothing is gone.
func whole(s *segment) part { return part{segment: s, live: s.counts, count: len(s.ids)} }

func (p part) isGone(doc uint32) bool { return p.gone != nil && p.gone[doc/64]&(1<<(doc%64)) != 0 }

// own returns a part whose marks and counts nobody else sees.
func (p part) own() part {
	gone := make([]uint64, (len(p.ids)+63)/64)
	copy(gone, p.gone)
	return part{p.segment, gone, slices.Clone(p.live), p.count}
}

// merge makes one segment of the documents of parts that are there.
func merge(parts []part) *segment {
	out := &segment{}
	at := make([][]uint32, len(parts)) // where each document went
	for n, p := range parts {
		at[n] = make([]uint32, len(p.ids))
		fields := len(p.texts) / max(1, len(p.ids))
		for i := range p.ids {
			at[n][i] = noDoc
			if p.isGone(uint32(i)) {
				continue
			}
			at[n][i] = uint32(len(out.ids)) //nolint:gosec // as above
			out.ids, out.lengths = append(out.ids, p.ids[i]), append(out.lengths, p.lengths[i])
			out.texts = append(out.texts, p.texts[i*fields:(i+1)*fields]...)
		}
	}
	out.mergeTerms(parts, at)
	if len(parts) > 0 {
		for c := range parts[0].columns {
			out.columns = append(out.columns, mergeColumn(parts, c))
		}
	}
	return out
}

func (s *segment) mergeTerms(parts []part, at [][]uint32) {
	next := make([]int, len(parts))
	var names strings.Builder
	var list []posting
	for {
		term, more := least(parts, next)
		if !more {
			break
		}
		list = list[:0]
		for n, p := range parts {
			if next[n] >= p.dict.len() || p.dict.term(next[n]) != term {
				continue
			}
			for each := range p.each(next[n]) {
				if to := at[n][each.doc]; to != noDoc {
					list = append(list, posting{to, each.weight})
				}
			}
			next[n]++
		}
		if len(list) > 0 {
			s.dict.add(term, list, s.lengths, &names)
			s.counts = append(s.counts, uint32(len(list))) //nolint:gosec // at most one a document
		}
	}
	s.dict.terms = names.String()
}

// least returns the first of the terms that come next.
func least(parts []part, next []int) (term string, more bool) {
	for n, p := range parts {
		if next[n] >= p.dict.len() {
			continue
		}
		if t := p.dict.term(next[n]); !more || t < term {
			term, more = t, true
		}
	}
	return term, more
}

// each goes through the postings of a term.
func (s *segment) each(term int) func(func(posting) bool) {
	return func(yield func(posting) bool) {
		var c cursor
		for c.open(s.dict.postings(term), s.lengths); c.doc() != noDoc; c.next() {
			if !yield(posting{c.docs[c.i], c.weights[c.i]}) {
				return
			}
		}
	}
}

func mergeColumn(parts []part, c int) column {
	if parts[0].columns[c].numbers != nil {
		var out column
		for _, p := range parts {
			for i, v := range p.columns[c].numbers {
				if !p.isGone(uint32(i)) {
					out.numbers = append(out.numbers, v)
				}
			}
		}
		return out
	}
	var lists [][]string
	for _, p := range parts {
		col := &p.columns[c]
		for i := range p.ids {
			if p.isGone(uint32(i)) {
				continue
			}
			var list []string
			for _, v := range col.wordsOf(uint32(i)) {
				list = append(list, col.words[v])
			}
			lists = append(lists, list)
		}
	}
	return wordColumn(lists)
}
