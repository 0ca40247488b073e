// Package index is a full-text index in memory: BM25 over the terms of package text,
// fields with weights, columns for filters and counts, reasons and highlights.
//
// An Index takes changes through Apply, which returns when they can be found. What is
// searched are immutable segments and the marks of documents that are gone; a change
// swaps the list of segments, so that a search sees all of a change or nothing of it,
// and waits for none. Segments of like size are merged eight at a time by Apply itself:
// the package starts no goroutine. Changes wait for each other; give many at a time.
//
// Score: Σ w·idf(t)·f·(k1+1)/(f + k1·(1−b+b·l/L)) over the question's terms t, with w the
// term's weight, f the weighted number of times that t is in the document (Σ field weight ×
// times in the field), l the weighted length of the document, L that of all on average, and
// idf(t) = ln(1 + (N−n+0.5)/(n+0.5)) (S. Robertson, H. Zaragoza: The probabilistic relevance
// framework: BM25 and beyond, 2009). N, n and L are those of the documents that are there:
// one that was removed counts as if it had never been.
//
// The best are found with MaxScore (H. Turtle, J. Flood: Query evaluation: strategies and
// optimizations, 1995) with bounds per block of 128 documents (S. Ding, T. Suel: Faster
// top-k document retrieval using block-max indexes, 2011); where hits or facets are
// counted, every document with a term is looked at. Both give the same hits.
//
// WriteTo and Open keep an index in a file, with checksums; one that was made with other
// trade terms is refused (ErrStale), and built again from where the documents are from.
package index

import "errors"

// What the package reports, with what was wrong where.
var (
	ErrSchema   = errors.New("the schema cannot be used")
	ErrDocument = errors.New("the document does not fit the schema")
	ErrQuery    = errors.New("the question cannot be answered as it is put")
	ErrLimit    = errors.New("there is more than the limit allows")
	ErrFile     = errors.New("the file of an index is damaged")
	ErrStale    = errors.New("the file of an index was made with other terms or another schema")
)

// Field is a text of a document.
type Field struct {
	Name    string
	Weight  int  // how much a term counts here, 1 to 16
	Spelled bool // found by pronunciation too: names and titles
}

// Column is a property of a document to filter and count by.
type Column struct {
	Name   string
	Number bool // one number; otherwise any number of words
}

// Schema says what documents have.
type Schema struct {
	Fields  []Field
	Columns []Column
}

// Document is a document, with texts by field and values by column. What is absent is
// empty.
type Document struct {
	ID      string
	Texts   map[string]string
	Words   map[string][]string
	Numbers map[string]float64
}

// Options bound an index. All have a use when they are zero.
type Options struct {
	MaxDocuments int // 1 000 000
	MaxText      int // octets of all texts of a document, 256 KiB
	MaxWords     int // values of a column of one document, 64
	MaxName      int // octets of an ID or a value, 256
}

func (o Options) withDefaults() Options {
	o.MaxDocuments = or(o.MaxDocuments, 1_000_000)
	o.MaxText = or(o.MaxText, 256<<10)
	o.MaxWords = or(o.MaxWords, 64)
	o.MaxName = or(o.MaxName, 256)
	return o
}

// or returns a limit, or what it is if it was not given.
func or(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

const (
	k1 = 1.2
	b  = 0.75
)
