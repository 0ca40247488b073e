package latent

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"linghang/lib/match/text"
)

// Space is what terms mean, in numbers. It does not change, and is an Embedder.
type Space struct {
	analyser   *text.Analyser
	number     map[string]int // of each term
	idf        []float64
	vectors    []float32 // of the terms, one after the other
	dimensions int
}

// Dimensions returns how long vectors are.
func (s *Space) Dimensions() int { return s.dimensions }

// counted calls fn for the terms that count here: words, neighbours and concepts, not
// single Han characters.
func counted(a *text.Analyser, s string, fn func(term string)) {
	a.Each(s, false, func(t text.Term) {
		if first, size := utf8.DecodeRuneInString(t.Text); size == len(t.Text) && text.IsHan(first) {
			return
		}
		fn(t.Text)
	})
}

// Train learns a space from texts. It reports ErrCorpus if fewer than two terms are in
// two texts or more.
func Train(ctx context.Context, a *text.Analyser, texts []string, o Options) (*Space, error) {
	o = o.withDefaults()
	s := &Space{analyser: a, number: map[string]int{}}
	s.choose(texts, o.Terms)
	if len(s.idf) < 2 {
		return nil, fmt.Errorf("%w: %d terms are in two of %d texts or more", ErrCorpus, len(s.idf), len(texts))
	}
	m := &matrix{columns: len(s.idf), starts: []int{0}}
	for _, t := range texts {
		m.add(s.weigh(t))
	}
	s.dimensions = min(o.Dimensions, len(s.idf), len(texts))
	vectors, err := decompose(ctx, m, s.dimensions, o.Passes, o.Seed)
	if err != nil {
		return nil, fmt.Errorf("train a space: %w", err)
	}
	s.vectors = vectors
	return s, nil
}

// choose numbers the terms that are in two texts or more and not in most of them.
func (s *Space) choose(texts []string, limit int) {
	counts := map[string]int{}
	for _, t := range texts {
		seen := map[string]bool{}
		counted(s.analyser, t, func(term string) {
			if !seen[term] {
				seen[strings.Clone(term)] = true
				counts[strings.Clone(term)]++
			}
		})
	}
	var terms []string
	for t, n := range counts {
		if n > 1 && n*2 <= len(texts) {
			terms = append(terms, t)
		}
	}
	slices.SortFunc(terms, func(x, y string) int { return cmp.Or(counts[y]-counts[x], strings.Compare(x, y)) })
	for i, t := range terms[:min(limit, len(terms))] {
		s.number[t] = i
		s.idf = append(s.idf, math.Log(float64(len(texts))/float64(counts[t])))
	}
}

// entry is a number of a sparse row.
type entry struct {
	column int
	value  float64
}

// weigh returns the row of a text: of length 1, or empty.
func (s *Space) weigh(t string) []entry {
	times := map[int]int{}
	counted(s.analyser, t, func(term string) {
		if i, ok := s.number[term]; ok {
			times[i]++
		}
	})
	row := make([]entry, 0, len(times))
	for i, n := range times {
		row = append(row, entry{i, (1 + math.Log(float64(n))) * s.idf[i]})
	}
	slices.SortFunc(row, func(x, y entry) int { return x.column - y.column })
	square := 0.0
	for _, e := range row {
		square += e.value * e.value
	}
	for i := range row {
		row[i].value /= math.Sqrt(square)
	}
	return row
}

// Embed implements Embedder. Vectors have length 1, or are zeros.
func (s *Space) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	sum := make([]float64, s.dimensions)
	for i, t := range texts {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, fmt.Errorf("embed texts: %w", ctx.Err())
		}
		clear(sum)
		for _, e := range s.weigh(t) {
			for j, v := range s.vectors[e.column*s.dimensions : (e.column+1)*s.dimensions] {
				sum[j] += e.value * float64(v)
			}
		}
		out[i] = unit(sum)
	}
	return out, nil
}

// unit returns a vector of length 1, or zeros.
func unit(v []float64) []float32 {
	square := 0.0
	for _, x := range v {
		square += x * x
	}
	out := make([]float32, len(v))
	if square < 1e-18 {
		return out
	}
	for i, x := range v {
		out[i] = float32(x / math.Sqrt(square))
	}
	return out
}
