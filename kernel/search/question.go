package search

import (
	"container/heap"
	"math"
	"slices"
	"strings"
)

const (
	// k1 and b of BM25. Titles weigh threefold, so that length says less than in prose.
	k1 = 1.2
	b  = 0.5
	// enough is the share of terms that must be there when no document has all.
	enough = 0.6
	// guessed is what a term counts that only begins as the one asked for.
	guessed = 0.6
	// guesses bounds how many such terms are tried.
	guesses = 32
	// maxHits bounds how far one can page.
	maxHits = 1000
)

// ask is a question to the index.
type ask struct {
	text   string
	typing bool
	kind   string // room/noun; empty means all
	limit  int    // hits wanted, from the best
	may    func(permission string) bool
	sees   func(organisation string) bool
	shared map[string]bool // documents of others that may be seen too, by their keys
}

// hit is a document that answers, best first.
type hit struct {
	key   string
	score float64
}

type found struct {
	hits  []hit
	total int
	kinds map[string]int
	all   bool // the hits hold every term
}

// scores is what a question has collected in one part.
type scores struct {
	docs    []doc
	score   []float32
	matched []uint8
	last    []uint8 // the term that counted last, for terms with alternatives
	touched []uint32
}

// find answers a question. Documents with all terms come first; when there are
// none, those with most of them do.
func (ix *index) find(q ask) found {
	terms := ix.words.question(q.text, q.typing)
	out := found{kinds: map[string]int{}}
	if len(terms) == 0 {
		return out
	}
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	visible := ix.visible(q)
	parts := ix.parts()
	sums := make([]*scores, len(parts))
	for i, p := range parts {
		sums[i] = &scores{docs: p.all(), score: make([]float32, len(p.all())), matched: make([]uint8, len(p.all())), last: make([]uint8, len(p.all()))}
	}
	average := float64(ix.length) / float64(max(1, len(ix.places)))
	for n, a := range terms {
		ix.collect(parts, sums, a, uint8(n+1), average, sight{visible, q.shared})
	}
	need := uint8(len(terms)) //nolint:gosec // at most maxAsked
	out.all = slices.ContainsFunc(sums, func(s *scores) bool { return s.reaches(need) })
	if !out.all {
		need = uint8(max(1, int(math.Ceil(enough*float64(len(terms)))))) //nolint:gosec // as above
	}
	ix.rank(sums, need, q, &out)
	return out
}

func (s *scores) reaches(need uint8) bool {
	return slices.ContainsFunc(s.touched, func(id uint32) bool { return s.matched[id] >= need })
}

// visible tells, for every way of access, whether the asker has it.
func (ix *index) visible(q ask) []bool {
	list := make([]bool, len(ix.accesses))
	for i, a := range ix.accesses {
		list[i] = q.may(a.permission) && (a.city || slices.ContainsFunc(strings.Split(a.organisations, "\n"), q.sees))
	}
	return list
}

// sight is which documents the asker may see: by their way of access, or one by one.
type sight struct {
	visible []bool
	shared  map[string]bool
}

func (s sight) sees(d *doc) bool { return s.visible[d.access] || s.shared[d.key] }

// collect adds what one term says about the documents that the asker may see.
func (ix *index) collect(parts []part, sums []*scores, a asked, n uint8, average float64, seen sight) {
	type variant struct {
		term  string
		share float64
	}
	var variants []variant
	for _, t := range a.terms {
		variants = append(variants, variant{t, 1})
	}
	for _, p := range a.prefixes {
		begun := map[string]bool{}
		for _, part := range parts {
			for _, t := range part.begin(p, guesses) {
				if !begun[t] && !slices.Contains(a.terms, t) && len(begun) < guesses {
					begun[t] = true
					variants = append(variants, variant{t, guessed})
				}
			}
		}
	}
	for _, v := range variants {
		var count uint32
		for _, p := range parts {
			c, _ := p.find(v.term)
			count += c
		}
		if count == 0 {
			continue
		}
		idf := v.share * math.Log(1+(float64(len(ix.places))-float64(count)+0.5)/(float64(count)+0.5))
		if idf <= 0 {
			idf = 0.01 // more than there are: some are gone and not yet merged away
		}
		for i, p := range parts {
			if _, walk := p.find(v.term); walk != nil {
				sums[i].add(walk, n, idf, average, seen)
			}
		}
	}
}

func (s *scores) add(walk func(func(posting) bool), n uint8, idf, average float64, seen sight) {
	for p := range walk {
		d := &s.docs[p.doc]
		if d.gone || !seen.sees(d) {
			continue
		}
		if s.matched[p.doc] == 0 {
			s.touched = append(s.touched, p.doc)
		}
		if s.last[p.doc] != n {
			s.last[p.doc] = n
			s.matched[p.doc]++
		}
		tf := float64(p.weight)
		s.score[p.doc] += float32(idf * tf * (k1 + 1) / (tf + k1*(1-b+b*float64(d.length)/average)))
	}
}

// rank counts what reaches the need and keeps the best.
func (ix *index) rank(sums []*scores, need uint8, q ask, out *found) {
	best := make(worstFirst, 0, q.limit+1)
	for _, s := range sums {
		for _, id := range s.touched {
			if s.matched[id] < need {
				continue
			}
			d := &s.docs[id]
			kind := ix.kinds[d.kind]
			out.kinds[kind]++
			if q.kind != "" && q.kind != kind {
				continue
			}
			out.total++
			h := hit{d.key, float64(s.score[id])}
			if len(best) < q.limit {
				heap.Push(&best, h)
			} else if q.limit > 0 && best[0].worse(h) {
				best[0] = h
				heap.Fix(&best, 0)
			}
		}
	}
	slices.SortFunc(best, func(x, y hit) int {
		if x.worse(y) {
			return 1
		}
		return -1
	})
	out.hits = best
}

func (h hit) worse(o hit) bool { return h.score < o.score || h.score == o.score && h.key > o.key }

// worstFirst is a heap of hits.
type worstFirst []hit

func (w worstFirst) Len() int           { return len(w) }
func (w worstFirst) Less(i, j int) bool { return w[i].worse(w[j]) }
func (w worstFirst) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }

// Push implements heap.Interface.
func (w *worstFirst) Push(x any) {
	if h, ok := x.(hit); ok {
		*w = append(*w, h)
	}
}

// Pop implements heap.Interface.
func (w *worstFirst) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}
