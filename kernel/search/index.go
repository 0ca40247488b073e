package search

import (
	"slices"
	"strings"
	"sync"
)

const (
	sealAt      = 1024 // documents in the open part
	titleWeight = 3
	tagWeight   = 2
	bodyWeight  = 1
)

// access is who may see a document.
type access struct {
	permission    string
	organisations string // sorted, one a line; empty with city: all
	city          bool
}

// place is where a document is in the index.
type place struct {
	part part
	id   uint32
}

// index is the words of all documents, in memory. One goroutine changes it,
// many ask; merging goes on beside the questions.
type index struct {
	words *words

	mu       sync.RWMutex
	segments []*segment
	open     *builder
	places   map[string]place
	kinds    []string
	kindOf   map[string]uint16
	accesses []access
	accessOf map[access]uint32
	length   uint64 // of all documents
}

func newIndex() *index {
	return &index{
		words: newWords(), open: newBuilder(), places: map[string]place{}, kindOf: map[string]uint16{}, accessOf: map[access]uint32{},
	}
}

// size returns how many documents can be found.
func (ix *index) size() int {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return len(ix.places)
}

// weigh counts the terms of a document by their places.
func (ix *index) weigh(r record) (terms map[string]uint32, length int) {
	terms = map[string]uint32{}
	add := func(weight uint32) func(string) {
		return func(term string) {
			terms[term] += weight
			length += int(weight)
		}
	}
	ix.words.each(r.Title.ZH, add(titleWeight))
	if r.Title.EN != r.Title.ZH {
		ix.words.each(r.Title.EN, add(titleWeight))
	}
	ix.words.spelled(r.Title.ZH, func(term string) { terms[term] += titleWeight })
	for _, tag := range r.Tags {
		ix.words.each(tag, add(tagWeight))
	}
	ix.words.each(r.Body, add(bodyWeight))
	return terms, length
}

// put takes a document in, instead of the one under its key.
func (ix *index) put(r record) {
	terms, length := ix.weigh(r)
	organisations := slices.Clone(r.Organisations)
	slices.Sort(organisations)
	a := access{r.Permission, strings.Join(slices.Compact(organisations), "\n"), r.City}
	ix.mu.Lock()
	ix.drop(r.key())
	d := doc{key: r.key(), length: uint16(min(length, 65535)), kind: ix.kind(r.Room + "/" + r.Noun), access: ix.access(a)} //nolint:gosec // bounded
	ix.places[d.key] = place{ix.open, ix.open.add(d, terms)}
	ix.length += uint64(d.length)
	full := len(ix.open.docs) >= sealAt
	ix.mu.Unlock()
	if full {
		ix.seal()
	}
}

func (ix *index) kind(name string) uint16 {
	n, ok := ix.kindOf[name]
	if !ok {
		n = uint16(len(ix.kinds)) //nolint:gosec // as many as the rooms declare
		ix.kinds, ix.kindOf[name] = append(ix.kinds, name), n
	}
	return n
}

func (ix *index) access(a access) uint32 {
	n, ok := ix.accessOf[a]
	if !ok {
		n = uint32(len(ix.accesses)) //nolint:gosec // fewer than documents
		ix.accesses, ix.accessOf[a] = append(ix.accesses, a), n
	}
	return n
}

// remove takes a document out.
func (ix *index) remove(key string) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.drop(key)
}

func (ix *index) drop(key string) {
	p, ok := ix.places[key]
	if !ok {
		return
	}
	d := &p.part.all()[p.id]
	d.gone = true
	ix.length -= uint64(d.length)
	switch part := p.part.(type) {
	case *segment:
		part.gone++
	case *builder:
		part.gone++
	}
	delete(ix.places, key)
}

// seal closes the open part, and merges what has become alike in size, so that
// there are few parts and each document is moved few times.
func (ix *index) seal() {
	sealed := ix.open.seal() // only this goroutine changes the open part
	ix.mu.Lock()
	ix.segments = append(ix.segments, sealed)
	for i, d := range sealed.docs {
		if !d.gone {
			ix.places[d.key] = place{sealed, uint32(i)}
		}
	}
	ix.open = newBuilder()
	ix.mu.Unlock()
	for n := len(ix.segments); n > 1 && len(ix.segments[n-2].docs) <= 2*len(ix.segments[n-1].docs); n = len(ix.segments) {
		a, b := ix.segments[n-2], ix.segments[n-1]
		merged, _ := merge(a, b)
		ix.mu.Lock()
		ix.segments = append(slices.Clone(ix.segments[:n-2]), merged)
		for i, d := range merged.docs {
			ix.places[d.key] = place{merged, uint32(i)}
		}
		ix.mu.Unlock()
	}
}

func (ix *index) parts() []part {
	parts := make([]part, 0, len(ix.segments)+1)
	for _, s := range ix.segments {
		parts = append(parts, s)
	}
	return append(parts, ix.open)
}
