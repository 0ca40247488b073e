// Package paper turns documents into files that people print and calculate
// with: PDF with Chinese and Latin type and charts drawn as vectors, and XLSX
// with native charts. A document is plain data; both files are made of it alone.
package paper

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Document is what a report says, in one language.
type Document struct {
	Title    string  `json:"title"`
	Subtitle string  `json:"subtitle,omitempty"`
	About    []Fact  `json:"about,omitempty"` // period, who asked, as of when
	Blocks   []Block `json:"blocks"`
}

// Fact is one line under the title.
type Fact struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Block is one part of a document; one of its fields is set.
type Block struct {
	Heading   *Heading `json:"heading,omitempty"`
	Paragraph string   `json:"paragraph,omitempty"`
	Figures   []Figure `json:"figures,omitempty"`
	Table     *Table   `json:"table,omitempty"`
	Sheet     *Table   `json:"sheet,omitempty"` // in the workbook only: too long to print
	Chart     *Chart   `json:"chart,omitempty"`
	Note      string   `json:"note,omitempty"` // where figures come from, in small type
}

// Heading begins a section; level 1 or 2.
type Heading struct {
	Level int    `json:"level"`
	Text  string `json:"text"`
}

// Tone says whether something is well.
type Tone string

// The tones.
const (
	Plain Tone = ""
	Good  Tone = "good"
	Warn  Tone = "warn"
	Bad   Tone = "bad"
)

// Figure is a number that is shown large.
type Figure struct {
	Label string `json:"label"`
	Value string `json:"value"`
	Tone  Tone   `json:"tone,omitempty"`
}

// Table is rows under titles.
type Table struct {
	Title   string   `json:"title"`
	Columns []Column `json:"columns"`
	Rows    [][]Cell `json:"rows"`
	Empty   string   `json:"empty,omitempty"` // what is said when there are no rows
}

// Column is a column of a table; Width is its share of the page.
type Column struct {
	Title string  `json:"title"`
	Width float64 `json:"width"`
	Right bool    `json:"right,omitempty"`
}

// Cell is a text or a number. A number keeps its value for calculation, and is
// printed as the text.
type Cell struct {
	Text   string   `json:"text"`
	Number *float64 `json:"number,omitempty"`
	Tone   Tone     `json:"tone,omitempty"`
}

// Chart is a picture of series over common labels.
type Chart struct {
	Title  string   `json:"title"`
	Kind   string   `json:"kind"` // line or bar
	Unit   string   `json:"unit,omitempty"`
	Labels []string `json:"labels"`
	Series []Series `json:"series"`
}

// Series is one line, or the bars of one colour; nil is no value.
type Series struct {
	Name   string     `json:"name"`
	Values []*float64 `json:"values"`
}

// Chart kinds.
const (
	Line = "line"
	Bar  = "bar"
)

// Say returns a paragraph.
func Say(text string) Block { return Block{Paragraph: text} }

// Head returns a heading.
func Head(level int, text string) Block { return Block{Heading: &Heading{level, text}} }

// Digest is the hash of everything that the document says.
func (d Document) Digest() (string, error) {
	data, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("encode document: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// Frame is what a file says about itself, beside the document.
type Frame struct {
	Language string
	At       time.Time // when the document was made: files of one document are the same to the byte
	Digest   string
	Foot     string // of every page: city, installation
	Across   string // light and slanting over every page: who has it, of what only few may have; empty for none
}
