// Package turtle reads RDF 1.1 Turtle (W3C Recommendation, 25 February 2014) strictly and
// within bounds. Collections, numeric escapes in local names and relative IRIs without a
// base are refused with their line; nothing is fetched.
package turtle

import (
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// What reading reports, with the line in the text.
var (
	ErrSyntax  = errors.New("this is no Turtle")
	ErrTooMany = errors.New("there is more than the limit allows")
)

// Kind is what a term is.
type Kind uint8

// Kinds of terms.
const (
	IRI Kind = iota
	Blank
	Literal
)

// Term is a part of a triple.
type Term struct {
	Kind     Kind
	Value    string // the IRI, the label of the blank node, or the text of the literal
	Language string // of a literal, as written
	Datatype string // of a literal without a language, an IRI; empty is a string
}

// Triple is a statement.
type Triple struct {
	Subject   Term
	Predicate string // an IRI
	Object    Term
	Line      int // from 1, where the object ends
}

// Limits bound what is read. All have a use when they are zero.
type Limits struct {
	Triples int // 200 000
	Depth   int // of blank nodes in each other, 32
	Text    int // octets of an IRI or a literal, 65 536
}

// Type is what "a" is short for.
const Type = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

const xsd = "http://www.w3.org/2001/XMLSchema#"

// Read returns the statements of a document in their order. It reports ErrSyntax and
// ErrTooMany.
func Read(document []byte, limits Limits) ([]Triple, error) {
	if limits.Triples <= 0 {
		limits.Triples = 200_000
	}
	if limits.Depth <= 0 {
		limits.Depth = 32
	}
	if limits.Text <= 0 {
		limits.Text = 1 << 16
	}
	p := &parser{in: document, line: 1, limits: limits, prefixes: map[string]string{}}
	if !utf8.Valid(document) {
		return nil, fmt.Errorf("%w: it is not UTF-8", ErrSyntax)
	}
	for {
		p.space()
		if p.at >= len(p.in) {
			return p.out, nil
		}
		if err := p.statement(); err != nil {
			return nil, fmt.Errorf("line %d: %w", p.line, err)
		}
	}
}

type parser struct {
	in       []byte
	at, line int
	limits   Limits
	prefixes map[string]string
	base     string
	blanks   int
	depth    int
	out      []Triple
}

func (p *parser) peek() byte {
	if p.at < len(p.in) {
		return p.in[p.at]
	}
	return 0
}

func (p *parser) next() byte {
	c := p.peek()
	if c == '\n' {
		p.line++
	}
	p.at++
	return c
}

// space skips white space and comments.
func (p *parser) space() {
	for p.at < len(p.in) {
		switch p.peek() {
		case ' ', '\t', '\r', '\n':
			p.next()
		case '#':
			for p.at < len(p.in) && p.peek() != '\n' {
				p.next()
			}
		default:
			return
		}
	}
}

func wrong(what string, args ...any) error {
	return fmt.Errorf("%w: "+what, append([]any{ErrSyntax}, args...)...)
}

func (p *parser) expect(c byte) error {
	p.space()
	if p.at >= len(p.in) || p.peek() != c {
		return wrong("%q is missing", c)
	}
	p.next()
	return nil
}

// keyword takes a word that a white space ends, whatever its case.
func (p *parser) keyword(word string) bool {
	end := p.at + len(word)
	if end >= len(p.in) || !equalFold(p.in[p.at:end], word) || !isSpace(p.in[end]) {
		return false
	}
	p.at = end
	return true
}

func equalFold(b []byte, word string) bool {
	for i := range len(word) {
		c := b[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func (p *parser) statement() error {
	dotted := p.peek() == '@'
	if dotted {
		p.next()
	}
	switch {
	case p.keyword("prefix"):
		return p.prefix(dotted)
	case p.keyword("base"):
		p.space()
		iri, err := p.iri()
		if err != nil {
			return err
		}
		p.base = iri
		return p.dot(dotted)
	case dotted:
		return wrong("@prefix or @base")
	}
	bracket := p.peek() == '['
	subject, err := p.subject()
	if err != nil {
		return err
	}
	p.space()
	if !bracket || p.peek() != '.' {
		if err := p.predicates(subject); err != nil {
			return err
		}
	}
	return p.expect('.')
}

func (p *parser) dot(needed bool) error {
	if !needed {
		return nil
	}
	return p.expect('.')
}

func (p *parser) prefix(dotted bool) error {
	p.space()
	name := p.name()
	if p.peek() != ':' {
		return wrong("a prefix ends with a colon")
	}
	p.next()
	p.space()
	iri, err := p.iri()
	if err != nil {
		return err
	}
	if len(p.prefixes) >= 1000 {
		return fmt.Errorf("%w: 1000 prefixes", ErrTooMany)
	}
	p.prefixes[name] = iri
	return p.dot(dotted)
}

// name takes the characters of a prefix, a local name or a label; dots within, not last.
func (p *parser) name() string {
	begin := p.at
	for p.at < len(p.in) {
		r, size := utf8.DecodeRune(p.in[p.at:])
		inner := r == '.' && p.at+1 < len(p.in) && p.at > begin && nameRune(p.in[p.at+1:])
		if !inner && !nameRune(p.in[p.at:]) {
			break
		}
		p.at += size
	}
	return string(p.in[begin:p.at])
}

func nameRune(b []byte) bool {
	r, _ := utf8.DecodeRune(b)
	return r == '_' || r == '-' || unicode.IsLetter(r) || unicode.IsDigit(r)
}
