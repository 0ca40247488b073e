package index

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"linghang/lib/match/text"
)

const (
	maxTerms = 64 // of a question that are looked for
	maxNear  = 3  // words that stand in for one that nobody wrote
)

// wanted is a term that is looked for.
type wanted struct {
	text.Asked
	idf     float64 // times weight
	standIn bool    // it stands in for what was asked
	asked   string  // the piece of the question
}

// plan finds which terms are looked for, and how much each counts: those that no
// document has are left out, or replaced. Of too many the weightiest are kept.
func (x *Index) plan(now *snapshot, question string) []wanted {
	at := map[string]int{}
	var list []wanted
	add := func(a text.Asked, term string, weight float64, standIn bool) bool {
		n := now.count(term)
		if n == 0 {
			return false
		}
		piece := question[a.From:a.To]
		a.Term = term
		w := wanted{a, weight * now.idf(n), standIn, piece}
		if i, known := at[term]; known {
			if w.idf > list[i].idf {
				list[i] = w
			}
			return true
		}
		at[term] = len(list)
		list = append(list, w)
		return true
	}
	for _, a := range x.analyser.Ask(question) {
		if add(a, a.Term, a.Weight, false) {
			continue
		}
		found := false
		for _, term := range a.Instead {
			found = add(a, term, a.Weight*text.InsteadWeight(), true) || found
		}
		if found || !a.Near {
			continue
		}
		for _, n := range now.near(a.Term) {
			add(a, n.word, a.Weight*text.NearWeight()/float64(n.distance), true)
		}
	}
	if len(list) <= maxTerms {
		return list
	}
	weights := make([]float64, len(list))
	for i, w := range list {
		weights[i] = w.idf
	}
	slices.Sort(weights)
	least := weights[len(weights)-maxTerms]
	list = slices.DeleteFunc(list, func(w wanted) bool { return w.idf < least })
	return list[:maxTerms]
}

// count returns how many documents hold a term.
func (s *snapshot) count(term string) int {
	n := 0
	for _, p := range s.parts {
		if i, ok := p.dict.find(term); ok {
			n += int(p.live[i])
		}
	}
	return n
}

func (s *snapshot) idf(n int) float64 {
	return math.Log(1 + (float64(s.docs-n)+0.5)/(float64(n)+0.5))
}

// neighbour is a word of the index that differs little.
type neighbour struct {
	word     string
	distance int
	count    int
}

// near returns the words that differ from one by a letter, or by two if it is long:
// the nearest, and of those the most frequent. The first letter must be right.
func (s *snapshot) near(word string) []neighbour {
	limit := 1
	if len(word) >= 7 {
		limit = 2
	}
	found := map[string]int{}
	for _, p := range s.parts {
		from, _ := p.dict.find(word[:1])
		for i := from; i < p.dict.len(); i++ {
			t := p.dict.term(i)
			if t[0] != word[0] {
				break
			}
			if len(t) < len(word)-limit || len(t) > len(word)+limit || p.live[i] == 0 {
				continue
			}
			if d := distance(word, t, limit); d <= limit {
				found[t] = d
			}
		}
	}
	list := make([]neighbour, 0, len(found))
	for t, d := range found {
		list = append(list, neighbour{t, d, s.count(t)})
	}
	slices.SortFunc(list, func(a, b neighbour) int {
		return cmp.Or(a.distance-b.distance, b.count-a.count, strings.Compare(a.word, b.word))
	})
	if len(list) > 0 { // what is further away than the nearest is something else
		list = slices.DeleteFunc(list, func(n neighbour) bool { return n.distance > list[0].distance })
	}
	return list[:min(maxNear, len(list))]
}

// distance returns how many letters must be put in, left out, changed or swapped with
// the next one to make b of a; more than limit is limit+1.
func distance(a, b string, limit int) int {
	before := make([]int, len(b)+1)
	now := make([]int, len(b)+1)
	old := make([]int, len(b)+1)
	for j := range now {
		now[j] = j
	}
	for i := 1; i <= len(a); i++ {
		old, before, now = before, now, old
		now[0] = i
		best := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(before[j]+1, now[j-1]+1, before[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], old[j-2]+1)
			}
			best = min(best, now[j])
		}
		if best > limit {
			return limit + 1
		}
	}
	return min(now[len(b)], limit+1)
}
