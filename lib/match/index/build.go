package index

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"linghang/lib/match/text"
)

// check reports what of a schema cannot be used.
func (s Schema) check() error {
	if len(s.Fields) == 0 || len(s.Fields) > 32 || len(s.Columns) > 64 {
		return fmt.Errorf("%w: %d fields and %d columns, not 1 to 32 and at most 64", ErrSchema, len(s.Fields), len(s.Columns))
	}
	seen := map[string]bool{}
	for _, f := range s.Fields {
		if f.Name == "" || seen[f.Name] || f.Weight < 1 || f.Weight > 16 {
			return fmt.Errorf("%w: the field %q is named twice or not at all, or weighs %d, not 1 to 16", ErrSchema, f.Name, f.Weight)
		}
		seen[f.Name] = true
	}
	for _, c := range s.Columns {
		if c.Name == "" || seen[c.Name] {
			return fmt.Errorf("%w: the column %q is named twice or not at all", ErrSchema, c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

// column returns the number of a column.
func (s Schema) column(name string) int {
	return slices.IndexFunc(s.Columns, func(c Column) bool { return c.Name == name })
}

// checkDocument reports what of a document does not fit.
func (x *Index) checkDocument(d Document) error {
	o := x.options
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("%w: %.80q: %s", ErrDocument, d.ID, fmt.Sprintf(format, args...))
	}
	if d.ID == "" || len(d.ID) > o.MaxName {
		return refuse("the ID has %d octets, not 1 to %d", len(d.ID), o.MaxName)
	}
	size := 0
	for name, t := range d.Texts {
		if !slices.ContainsFunc(x.schema.Fields, func(f Field) bool { return f.Name == name }) {
			return refuse("there is no field %.80q", name)
		}
		if !utf8.ValidString(t) {
			return refuse("the field %s is not UTF-8", name)
		}
		size += len(t)
	}
	if size > o.MaxText {
		return refuse("the texts have %d octets, more than %d", size, o.MaxText)
	}
	if why := x.checkColumns(d); why != "" {
		return refuse("%s", why)
	}
	return nil
}

// checkColumns tells what of a document's columns does not fit, or nothing.
func (x *Index) checkColumns(d Document) string {
	o := x.options
	for name, list := range d.Words {
		if i := x.schema.column(name); i < 0 || x.schema.Columns[i].Number {
			return fmt.Sprintf("there is no column %.80q of words", name)
		}
		if len(list) > o.MaxWords {
			return fmt.Sprintf("the column %s has %d values, more than %d", name, len(list), o.MaxWords)
		}
		for _, w := range list {
			if w == "" || len(w) > o.MaxName {
				return fmt.Sprintf("a value of %s has %d octets, not 1 to %d", name, len(w), o.MaxName)
			}
		}
	}
	for name, v := range d.Numbers {
		if i := x.schema.column(name); i < 0 || !x.schema.Columns[i].Number {
			return fmt.Sprintf("there is no column %.80q of numbers", name)
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Sprintf("the number of %s is not finite", name)
		}
	}
	return ""
}

// gathered is the postings of a term while a segment is built.
type gathered struct {
	term string
	list []posting
}

// builder makes a segment of documents.
type builder struct {
	schema   Schema
	analyser *text.Analyser
	of       map[string]int32
	terms    []gathered
}

func (b *builder) build(ctx context.Context, docs []Document) (*segment, error) {
	s := &segment{}
	b.of = make(map[string]int32, 1024)
	for n, d := range docs {
		if n%256 == 0 && ctx.Err() != nil {
			return nil, fmt.Errorf("index documents: %w", ctx.Err())
		}
		length := uint32(0)
		for _, f := range b.schema.Fields {
			t := d.Texts[f.Name]
			s.texts = append(s.texts, strings.Clone(t))
			length += b.field(f, t, uint32(n))
		}
		s.ids, s.lengths = append(s.ids, strings.Clone(d.ID)), append(s.lengths, length)
	}
	slices.SortFunc(b.terms, func(x, y gathered) int { return strings.Compare(x.term, y.term) })
	var names strings.Builder
	for _, t := range b.terms {
		s.dict.add(t.term, t.list, s.lengths, &names)
		s.counts = append(s.counts, uint32(len(t.list))) //nolint:gosec // at most one a document
	}
	s.dict.terms = names.String()
	for _, c := range b.schema.Columns {
		s.columns = append(s.columns, buildColumn(c, docs))
	}
	return s, nil
}

// field adds the terms of a field, and returns its weighted length.
func (b *builder) field(f Field, t string, doc uint32) uint32 {
	length, weight := uint32(0), uint32(f.Weight) //nolint:gosec // 1 to 16
	b.analyser.Each(t, f.Spelled, func(term text.Term) {
		// What is not written there does not make the document longer.
		if text.KindOf(term.Text) == text.Word {
			length += weight
		}
		i, ok := b.of[term.Text]
		if !ok {
			i = int32(len(b.terms)) //nolint:gosec // far fewer than 2³¹
			name := strings.Clone(term.Text)
			b.of[name] = i
			b.terms = append(b.terms, gathered{term: name})
		}
		g := &b.terms[i]
		if n := len(g.list); n > 0 && g.list[n-1].doc == doc {
			g.list[n-1].weight += weight
			return
		}
		g.list = append(g.list, posting{doc, weight})
	})
	return length
}

func buildColumn(c Column, docs []Document) column {
	if c.Number {
		numbers := make([]float64, len(docs))
		for i, d := range docs {
			v, ok := d.Numbers[c.Name]
			if !ok {
				v = math.NaN()
			}
			numbers[i] = v
		}
		return column{numbers: numbers}
	}
	lists := make([][]string, len(docs))
	for i, d := range docs {
		lists[i] = d.Words[c.Name]
	}
	return wordColumn(lists)
}

// wordColumn numbers the values of documents.
func wordColumn(lists [][]string) column {
	of := map[string]uint32{}
	var out column
	for _, list := range lists {
		for _, w := range list {
			if _, ok := of[w]; !ok {
				of[w] = 0
				out.words = append(out.words, strings.Clone(w))
			}
		}
	}
	slices.Sort(out.words)
	for i, w := range out.words {
		of[w] = uint32(i)
	}
	out.starts = append(out.starts, 0)
	for _, list := range lists {
		from := len(out.values)
		for _, w := range list {
			out.values = append(out.values, of[w])
		}
		slices.Sort(out.values[from:])
		out.values = out.values[:from+len(slices.Compact(out.values[from:]))]
		out.starts = append(out.starts, uint32(len(out.values))) //nolint:gosec // as above
	}
	return out
}

// wordsOf returns the values of a document.
func (c *column) wordsOf(doc uint32) []uint32 { return c.values[c.starts[doc]:c.starts[doc+1]] }
