package stix

import (
	"fmt"
	"slices"
	"strings"
)

type tokenKind uint8

const (
	tokenEnd    tokenKind = iota
	tokenWord             // keywords, paths, numbers
	tokenString           // with its quotes gone
	tokenSign             // [ ] ( ) , = != < <= > >=
)

type token struct {
	kind tokenKind
	text string
	at   int
}

// lex parts a pattern into its tokens.
func lex(text string) ([]token, error) {
	var out []token
	for i := 0; i < len(text); {
		if strings.IndexByte(" \t\n\r", text[i]) >= 0 {
			i++
			continue
		}
		t, next, err := lexOne(text, i)
		if err != nil {
			return nil, err
		}
		out, i = append(out, t), next
	}
	return append(out, token{tokenEnd, "", len(text)}), nil
}

// lexOne reads the token that begins at a place, and says where the next may begin.
func lexOne(text string, i int) (t token, next int, err error) {
	switch c := text[i]; {
	case c == '\'':
		s, n, err := quotedText(text, i)
		return token{tokenString, s, i}, n, err
	case strings.IndexByte("[](),=", c) >= 0:
		return token{tokenSign, string(c), i}, i + 1, nil
	case strings.IndexByte("!<>", c) >= 0:
		n := signEnd(text, i)
		if c == '!' && n == i+1 {
			return t, n, &PatternError{i, "! stands for nothing by itself; != is meant"}
		}
		return token{tokenSign, text[i:n], i}, n, nil
	default:
		n := wordEnd(text, i)
		if n == i {
			return t, n, &PatternError{i, fmt.Sprintf("%q has no place in a pattern", c)}
		}
		return token{tokenWord, text[i:n], i}, n, nil
	}
}

// signEnd is where a sign of one or two characters ends.
func signEnd(text string, from int) int {
	for _, sign := range []string{"!=", "<=", ">=", "<>"} {
		if strings.HasPrefix(text[from:], sign) {
			return from + len(sign)
		}
	}
	return from + 1
}

// quotedText reads a text between single quotes; a backslash keeps what follows it.
func quotedText(text string, from int) (s string, next int, err error) {
	var b strings.Builder
	for i := from + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			if i++; i == len(text) || text[i] != '\\' && text[i] != '\'' {
				return "", 0, &PatternError{i - 1, `a backslash in a text stands before ' or \`}
			}
			b.WriteByte(text[i])
		case '\'':
			return b.String(), i + 1, nil
		default:
			b.WriteByte(text[i])
		}
	}
	return "", 0, &PatternError{from, "a text does not end"}
}

// inWord tells whether a character stands in words, and parts nothing.
func inWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.+", c) >= 0
}

// wordEnd is where a word ends; a path has quoted parts and brackets in it.
func wordEnd(text string, from int) int {
	i, path := from, false
	for i < len(text) {
		c := text[i]
		switch {
		case inWord(c):
			i++
		case c == ':':
			path = true
			i++
		case c == '\'' && path && text[i-1] == '.':
			_, n, err := quotedText(text, i)
			if err != nil {
				return i
			}
			i = n
		case c == '[' && path:
			n := strings.IndexByte(text[i:], ']')
			if n < 0 {
				return i
			}
			i += n + 1
		default:
			return i
		}
	}
	return i
}

// reader reads expressions.
type reader struct {
	tokens  []token
	next    int
	paths   []string
	pattern *Pattern
	end     int
}

func (r *reader) peek() token { return r.tokens[r.next] }

func (r *reader) take() token {
	t := r.tokens[r.next]
	if t.kind != tokenEnd {
		r.next++
	}
	return t
}

func (r *reader) is(t token, text string) bool {
	return t.kind != tokenString && t.kind != tokenEnd && t.text == text
}

func wrong(t token, format string, args ...any) error {
	return &PatternError{t.at, fmt.Sprintf(format, args...)}
}

// refuse names what is not understood, or cannot be decided on one observation.
func (r *reader) refuse(t token) error {
	switch {
	case t.kind == tokenEnd:
		return wrong(t, "the pattern ends too early")
	case slices.Contains([]string{"FOLLOWEDBY", "WITHIN", "REPEATS", "START", "STOP"}, t.text):
		return wrong(t, "%s wants several observations or times; one observation cannot decide it", t.text)
	}
	return wrong(t, "%.60q is not expected here", t.text)
}

// observations are observation expressions with OR between.
func (r *reader) observations(depth int) (expression, error) {
	one, err := r.observation(depth)
	if err != nil {
		return one, err
	}
	list := []expression{one}
	for {
		t := r.peek()
		if r.is(t, "AND") {
			return one, wrong(t, "AND between observations wants several of them; one observation cannot decide it")
		}
		if !r.is(t, "OR") {
			return joinedBy(false, list), nil
		}
		r.take()
		if one, err = r.observation(depth); err != nil {
			return one, err
		}
		list = append(list, one)
	}
}

func (r *reader) observation(depth int) (expression, error) {
	t := r.take()
	if depth > maxDepth {
		return expression{}, wrong(t, "more than %d brackets are within each other", maxDepth)
	}
	var inner func(int) (expression, error)
	var closing string
	switch {
	case r.is(t, "["):
		inner, closing = r.comparisons, "]"
	case r.is(t, "("):
		inner, closing = r.observations, ")"
	default:
		return expression{}, r.refuse(t)
	}
	e, err := inner(depth + 1)
	if err != nil {
		return e, err
	}
	if t := r.take(); !r.is(t, closing) {
		return e, r.refuse(t)
	}
	return e, nil
}

// comparisons are comparison expressions: AND binds closer than OR.
func (r *reader) comparisons(depth int) (expression, error) {
	var either []expression
	for {
		var all []expression
		for {
			one, err := r.comparison(depth)
			if err != nil {
				return one, err
			}
			all = append(all, one)
			if !r.is(r.peek(), "AND") {
				break
			}
			r.take()
		}
		either = append(either, joinedBy(true, all))
		if !r.is(r.peek(), "OR") {
			return joinedBy(false, either), nil
		}
		r.take()
	}
}

func joinedBy(and bool, list []expression) expression {
	if len(list) == 1 {
		return list[0]
	}
	return expression{and: and, kids: list}
}

func (r *reader) comparison(depth int) (expression, error) {
	t := r.peek()
	if depth > maxDepth {
		return expression{}, wrong(t, "more than %d brackets are within each other", maxDepth)
	}
	if r.is(t, "(") {
		r.take()
		e, err := r.comparisons(depth + 1)
		if err != nil {
			return e, err
		}
		if t := r.take(); !r.is(t, ")") {
			return e, r.refuse(t)
		}
		return e, nil
	}
	return r.term()
}

// term is one comparison.
func (r *reader) term() (expression, error) {
	path := r.take()
	if path.kind != tokenWord {
		return expression{}, r.refuse(path)
	}
	switch {
	case path.text == "EXISTS":
		return expression{}, wrong(path, "EXISTS cannot be decided on what is recorded")
	case !strings.Contains(path.text, ":"):
		return expression{}, wrong(path, "%.80q is no object path", path.text)
	case !slices.Contains(r.paths, path.text):
		return expression{}, wrong(path, "%.80s is not among what is recorded", path.text)
	case len(r.pattern.terms) >= maxTerms:
		return expression{}, wrong(path, "a pattern has at most %d comparisons", maxTerms)
	}
	t := Term{Path: path.text}
	op := r.take()
	if r.is(op, "NOT") {
		t.Not = true
		op = r.take()
	}
	if err := r.operator(&t, op); err != nil {
		return expression{}, err
	}
	if err := t.compare(); err != nil {
		return expression{}, wrong(op, "%s", err)
	}
	r.pattern.terms = append(r.pattern.terms, t)
	return expression{term: len(r.pattern.terms) - 1}, nil
}

func (r *reader) operator(t *Term, op token) error {
	t.Op = op.text
	switch {
	case op.kind != tokenWord && op.kind != tokenSign:
		return r.refuse(op)
	case op.text == "!=" || op.text == "<>":
		t.Op, t.Not = "=", !t.Not
	case op.text == "IN":
		return r.set(t)
	case slices.Contains([]string{"<", "<=", ">", ">="}, op.text):
		return wrong(op, "%s compares numbers and times; what is recorded is compared as text", op.text)
	case !slices.Contains([]string{"=", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"}, op.text):
		return r.refuse(op)
	}
	return r.value(t)
}

// value reads what is compared with: a text, or a number or truth as it is written.
func (r *reader) value(t *Term) error {
	v := r.take()
	switch {
	case v.kind == tokenString:
	case v.kind == tokenWord && (v.text[0] >= '0' && v.text[0] <= '9' || v.text[0] == '-' || v.text == "true" || v.text == "false"):
	default:
		return r.refuse(v)
	}
	if len(t.Values) >= maxValues {
		return wrong(v, "a set has at most %d values", maxValues)
	}
	t.Values = append(t.Values, v.text)
	return nil
}

func (r *reader) set(t *Term) error {
	if open := r.take(); !r.is(open, "(") {
		return r.refuse(open)
	}
	for {
		if err := r.value(t); err != nil {
			return err
		}
		next := r.take()
		if r.is(next, ")") {
			return nil
		}
		if !r.is(next, ",") {
			return r.refuse(next)
		}
	}
}
