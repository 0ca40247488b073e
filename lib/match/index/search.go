package index

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// Limits of a question.
const (
	MaxQuestion = 8 << 10 // octets
	MaxLimit    = 10_000
	maxFilters  = 32
	maxFacets   = 16
)

// Query is a question.
type Query struct {
	Text    string  // empty asks for all documents, in the order of their IDs
	Limit   int     // hits, best first; 10
	Need    float64 // share of what the question's terms weigh that a hit must have, 0 to 1
	Filters []Filter
	Facets  []string // columns of words whose values are counted
	Values  int      // of each facet, the most frequent; 20
	Count   bool     // count the hits
	Explain bool     // give reasons and marks
}

// Filter lets documents through that have one of the words, or a number of Min to Max;
// a nil bound is none.
type Filter struct {
	Column   string
	Words    []string
	Min, Max *float64
}

// Result is what was found.
type Result struct {
	Hits   []Hit
	Total  int // hits, if they were counted, otherwise -1
	Facets []Facet
	Self   float64 // what no document's score reaches, however often it has every term
}

// Facet counts the values of a column among the hits, and, as if there were no filter
// on the column itself, among what other filters let through.
type Facet struct {
	Column string
	Values []Value
}

// Value is how many hits have a value.
type Value struct {
	Word  string
	Count int
}

// Hit is a document that answers.
type Hit struct {
	ID      string
	Score   float64
	Reasons []Reason
	Marks   map[string][]Mark // by field
}

func (q Query) check(s Schema) error {
	switch {
	case len(q.Text) > MaxQuestion:
		return fmt.Errorf("%w: it has %d octets, more than %d", ErrQuery, len(q.Text), MaxQuestion)
	case q.Limit < 0 || q.Limit > MaxLimit:
		return fmt.Errorf("%w: %d hits are asked for, not 1 to %d", ErrQuery, q.Limit, MaxLimit)
	case !(q.Need >= 0 && q.Need <= 1):
		return fmt.Errorf("%w: need %v is not between 0 and 1", ErrQuery, q.Need)
	case len(q.Filters) > maxFilters || len(q.Facets) > maxFacets:
		return fmt.Errorf("%w: %d filters and %d facets, more than %d and %d", ErrQuery, len(q.Filters), len(q.Facets), maxFilters, maxFacets)
	}
	for _, f := range q.Filters {
		i := s.column(f.Column)
		if i < 0 || s.Columns[i].Number != (f.Words == nil) {
			return fmt.Errorf("%w: the filter on %.80q does not fit a column", ErrQuery, f.Column)
		}
	}
	for _, c := range q.Facets {
		if i := s.column(c); i < 0 || s.Columns[i].Number {
			return fmt.Errorf("%w: %.80q is no column of words", ErrQuery, c)
		}
	}
	return nil
}

// Search answers a question. Hits with one score are in the order of their IDs. It
// reports ErrQuery.
func (x *Index) Search(ctx context.Context, q Query) (Result, error) {
	if err := q.check(x.schema); err != nil {
		return Result{}, err
	}
	q.Limit = or(q.Limit, 10)
	now := x.now.Load()
	s := &scan{query: q, schema: x.schema, terms: x.plan(now, q.Text), average: now.average(), any: strings.TrimSpace(q.Text) == "", all: q.Count || len(q.Facets) > 0}
	for _, t := range s.terms {
		s.self += t.idf * (k1 + 1)
		s.mass += t.idf
	}
	s.counts = make([]map[string]int, len(q.Facets))
	for i := range s.counts {
		s.counts[i] = map[string]int{}
	}
	for _, p := range now.parts {
		if err := s.part(ctx, p); err != nil {
			return Result{}, fmt.Errorf("search: %w", err)
		}
	}
	return x.result(s), nil
}

func (s *snapshot) average() float64 {
	return max(1, float64(s.length)/float64(max(1, s.docs)))
}

func (x *Index) result(s *scan) Result {
	slices.SortFunc(s.best, func(a, b found) int {
		return cmp.Or(cmp.Compare(b.score, a.score), strings.Compare(a.id, b.id))
	})
	out := Result{Hits: make([]Hit, 0, len(s.best)), Total: -1, Self: s.self}
	for _, f := range s.best {
		h := Hit{ID: f.id, Score: f.score}
		if s.query.Explain {
			h.Reasons, h.Marks = x.explain(s, f)
		}
		out.Hits = append(out.Hits, h)
	}
	if s.all {
		out.Total = s.total
	}
	for i, c := range s.query.Facets {
		out.Facets = append(out.Facets, Facet{c, top(s.counts[i], or(s.query.Values, 20))})
	}
	return out
}

// top returns the most frequent values.
func top(counts map[string]int, limit int) []Value {
	list := make([]Value, 0, len(counts))
	for w, n := range counts {
		list = append(list, Value{w, n})
	}
	slices.SortFunc(list, func(a, b Value) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Word, b.Word)) })
	return list[:min(limit, len(list))]
}
