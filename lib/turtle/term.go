package turtle

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

func (p *parser) subject() (Term, error) {
	switch p.peek() {
	case '[':
		return p.bracket()
	case '(':
		return Term{}, wrong("collections are not read")
	}
	return p.resource()
}

// predicates reads what is said of a subject, until a dot or a bracket.
func (p *parser) predicates(subject Term) error {
	for {
		p.space()
		predicate, err := p.predicate()
		if err != nil {
			return err
		}
		if err := p.objects(subject, predicate); err != nil {
			return err
		}
		p.space()
		if p.peek() != ';' {
			return nil
		}
		for p.peek() == ';' {
			p.next()
			p.space()
		}
		if c := p.peek(); c == '.' || c == ']' {
			return nil
		}
	}
}

func (p *parser) predicate() (string, error) {
	if p.peek() == 'a' && p.at+1 < len(p.in) && (isSpace(p.in[p.at+1]) || p.in[p.at+1] == '<') {
		p.next()
		return Type, nil
	}
	t, err := p.resource()
	if err == nil && t.Kind != IRI {
		return "", wrong("a predicate is an IRI")
	}
	return t.Value, err
}

func (p *parser) objects(subject Term, predicate string) error {
	for {
		p.space()
		object, err := p.object()
		if err != nil {
			return err
		}
		if len(p.out) >= p.limits.Triples {
			return fmt.Errorf("%w: %d triples", ErrTooMany, p.limits.Triples)
		}
		p.out = append(p.out, Triple{subject, predicate, object, p.line})
		p.space()
		if p.peek() != ',' {
			return nil
		}
		p.next()
	}
}

func (p *parser) object() (Term, error) {
	switch c := p.peek(); {
	case c == '[':
		return p.bracket()
	case c == '(':
		return Term{}, wrong("collections are not read")
	case c == '"' || c == '\'':
		return p.literal(c)
	case c == '+' || c == '-' || c == '.' || c >= '0' && c <= '9':
		return p.number()
	}
	for _, word := range []string{"true", "false"} {
		end := p.at + len(word)
		if strings.HasPrefix(string(p.in[p.at:min(len(p.in), end)]), word) && (end >= len(p.in) || !nameRune(p.in[end:]) && p.in[end] != ':') {
			p.at = end
			return Term{Kind: Literal, Value: word, Datatype: xsd + "boolean"}, nil
		}
	}
	return p.resource()
}

// bracket reads a blank node with what is said of it.
func (p *parser) bracket() (Term, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > p.limits.Depth {
		return Term{}, fmt.Errorf("%w: %d blank nodes in each other", ErrTooMany, p.limits.Depth)
	}
	p.next()
	p.blanks++
	t := Term{Kind: Blank, Value: fmt.Sprintf("[%d]", p.blanks)} // no label can be so
	p.space()
	if p.peek() != ']' {
		if err := p.predicates(t); err != nil {
			return t, err
		}
	}
	return t, p.expect(']')
}

// resource reads an IRI, a prefixed name or a blank node's label.
func (p *parser) resource() (Term, error) {
	if p.peek() == '<' {
		iri, err := p.iri()
		return Term{Value: iri}, err
	}
	if p.peek() == '_' && p.at+1 < len(p.in) && p.in[p.at+1] == ':' {
		p.at += 2
		label := p.name()
		if label == "" {
			return Term{}, wrong("a blank node has a label")
		}
		return Term{Kind: Blank, Value: label}, nil
	}
	prefix := p.name()
	if p.peek() != ':' {
		return Term{}, wrong("an IRI, or a name with a prefix")
	}
	p.next()
	at, ok := p.prefixes[prefix]
	if !ok {
		return Term{}, wrong("the prefix %.60q is not declared", prefix)
	}
	iri := at + p.name()
	if p.peek() == '%' || p.peek() == '\\' {
		return Term{}, wrong("escapes in names are not read; write the IRI")
	}
	if len(iri) > p.limits.Text {
		return Term{}, fmt.Errorf("%w: an IRI of %d octets", ErrTooMany, len(iri))
	}
	return Term{Value: iri}, nil
}

func (p *parser) iri() (string, error) {
	if p.peek() != '<' {
		return "", wrong("an IRI begins with <")
	}
	p.next()
	begin := p.at
	for p.at < len(p.in) && p.peek() != '>' {
		if c := p.next(); c <= ' ' || strings.IndexByte("<\"{}|^`\\", c) >= 0 {
			return "", wrong("an IRI holds no %q", c)
		}
		if p.at-begin > p.limits.Text {
			return "", fmt.Errorf("%w: an IRI of %d octets", ErrTooMany, p.limits.Text)
		}
	}
	iri := string(p.in[begin:min(p.at, len(p.in))])
	if err := p.expect('>'); err != nil {
		return "", err
	}
	if isAbsolute(iri) {
		return iri, nil
	}
	if p.base == "" || iri != "" && iri[0] != '#' {
		return "", wrong("the IRI %.60q is relative", iri)
	}
	base, _, _ := strings.Cut(p.base, "#")
	return base + iri, nil
}

// isAbsolute tells whether an IRI begins with a scheme (RFC 3987).
func isAbsolute(iri string) bool {
	for i, r := range iri {
		switch {
		case r == ':':
			return i > 0
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
		case i > 0 && (r >= '0' && r <= '9' || r == '+' || r == '-' || r == '.'):
		default:
			return false
		}
	}
	return false
}

func (p *parser) number() (Term, error) {
	begin := p.at
	for p.at < len(p.in) && strings.IndexByte("+-.0123456789eE", p.peek()) >= 0 {
		// A dot that nothing follows ends the statement.
		if p.peek() == '.' && (p.at+1 >= len(p.in) || strings.IndexByte("0123456789eE", p.in[p.at+1]) < 0) {
			break
		}
		p.next()
	}
	text := string(p.in[begin:p.at])
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return Term{}, wrong("%.60q is no number", text)
	}
	kind := "integer"
	switch {
	case strings.ContainsAny(text, "eE"):
		kind = "double"
	case strings.Contains(text, "."):
		kind = "decimal"
	}
	return Term{Kind: Literal, Value: text, Datatype: xsd + kind}, nil
}

func (p *parser) literal(quote byte) (Term, error) {
	long := p.at+2 < len(p.in) && p.in[p.at+1] == quote && p.in[p.at+2] == quote
	p.at++
	if long {
		p.at += 2
	}
	text, err := p.text(quote, long)
	if err != nil {
		return Term{}, err
	}
	t := Term{Kind: Literal, Value: text}
	switch {
	case p.peek() == '@':
		p.next()
		if t.Language = p.name(); t.Language == "" {
			return t, wrong("a language is missing")
		}
	case p.peek() == '^':
		p.next()
		if err := p.expect('^'); err != nil {
			return t, err
		}
		d, err := p.resource()
		if err != nil || d.Kind != IRI {
			return t, wrong("a datatype is an IRI")
		}
		t.Datatype = d.Value
	}
	return t, nil
}

func (p *parser) text(quote byte, long bool) (string, error) {
	var b strings.Builder
	for p.at < len(p.in) {
		if b.Len() > p.limits.Text {
			return "", fmt.Errorf("%w: a literal of %d octets", ErrTooMany, p.limits.Text)
		}
		c := p.next()
		switch {
		case c == quote && !long:
			return b.String(), nil
		case c == quote && p.at+1 < len(p.in) && p.in[p.at] == quote && p.in[p.at+1] == quote:
			p.at += 2
			return b.String(), nil
		case c == '\\':
			if err := p.escape(&b); err != nil {
				return "", err
			}
		case (c == '\n' || c == '\r') && !long:
			return "", wrong("a line ends within a literal")
		default:
			b.WriteByte(c)
		}
	}
	return "", wrong("a literal does not end")
}

func (p *parser) escape(b *strings.Builder) error {
	c := p.next()
	if i := strings.IndexByte("tbnrf\"'\\", c); i >= 0 {
		b.WriteByte("\t\b\n\r\f\"'\\"[i])
		return nil
	}
	digits := map[byte]int{'u': 4, 'U': 8}[c]
	if digits == 0 || p.at+digits > len(p.in) {
		return wrong("\\%c is no escape", c)
	}
	n, err := strconv.ParseUint(string(p.in[p.at:p.at+digits]), 16, 32)
	if err != nil || !utf8.ValidRune(rune(n)) { //nolint:gosec // at most 32 bits, and looked at
		return wrong("an escape names no character")
	}
	p.at += digits
	b.WriteRune(rune(n)) //nolint:gosec // looked at above
	return nil
}
