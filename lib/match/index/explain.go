package index

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"linghang/lib/match/text"
)

// Reason is what one term of the question gives to a hit's score in one field.
type Reason struct {
	Term    string    // as in the document: a word, syllables, initials, or the name of a concept
	Kind    text.Kind // what the term was made from
	Asked   string    // the piece of the question
	StandIn bool      // the document has not what was asked for, but something like it
	Field   string
	Times   int
	Score   float64
}

// Mark is octets of a field that answer.
type Mark struct{ From, To int }

// Said quotes what of a document's texts, by field, answers: pieces of more than one
// character, the longest first, most of them at most. Texts that changed since are left out.
func (h Hit) Said(texts map[string]string, most int) []string {
	out := []string{}
	for field, marks := range h.Marks {
		for _, k := range marks {
			if k.From < 0 || k.To > len(texts[field]) || k.From >= k.To {
				continue
			}
			piece := strings.TrimSpace(texts[field][k.From:k.To])
			if utf8.ValidString(piece) && utf8.RuneCountInString(piece) > 1 && !slices.Contains(out, piece) {
				out = append(out, piece)
			}
		}
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	return out[:min(len(out), most)]
}

// explain tells which terms in which fields make the score, the weightiest first, and
// where they stand. The scores add up to that of the hit.
func (x *Index) explain(s *scan, f found) ([]Reason, map[string][]Mark) {
	of := make(map[string]int, len(s.terms))
	for i, t := range s.terms {
		of[t.Term] = i
	}
	fields := len(x.schema.Fields)
	times := make([][]int, len(s.terms))
	marks := map[string][]Mark{}
	for n, field := range x.schema.Fields {
		x.analyser.Each(f.part.texts[int(f.doc)*fields+n], field.Spelled, func(t text.Term) {
			i, ok := of[t.Text]
			if !ok {
				return
			}
			if times[i] == nil {
				times[i] = make([]int, fields)
			}
			times[i][n]++
			marks[field.Name] = append(marks[field.Name], Mark{t.From, t.To})
		})
	}
	for name, list := range marks {
		marks[name] = joined(list)
	}
	return s.reasons(f, times), marks
}

func (s *scan) reasons(f found, times [][]int) []Reason {
	var list []Reason
	for i, by := range times {
		weight := 0
		for n, count := range by {
			weight += count * s.schema.Fields[n].Weight
		}
		if weight == 0 {
			continue
		}
		t := s.terms[i]
		whole := s.score(t.idf, uint32(weight), f.part.lengths[f.doc])
		for n, count := range by {
			if count == 0 {
				continue
			}
			field := s.schema.Fields[n]
			list = append(list, Reason{
				Term: text.Shown(t.Term), Kind: text.KindOf(t.Term), Asked: t.asked, StandIn: t.standIn, Field: field.Name, Times: count,
				Score: whole * float64(count*field.Weight) / float64(weight),
			})
		}
	}
	slices.SortStableFunc(list, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.Term, b.Term), strings.Compare(a.Field, b.Field))
	})
	return list
}

// joined makes one of marks that touch.
func joined(list []Mark) []Mark {
	slices.SortFunc(list, func(a, b Mark) int { return cmp.Or(a.From-b.From, a.To-b.To) })
	var out []Mark
	for _, m := range list {
		if n := len(out); n > 0 && m.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, m.To)
			continue
		}
		out = append(out, m)
	}
	return out
}
