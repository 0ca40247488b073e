package sigma

import (
	"fmt"
	"strings"
)

// op joins parts of a condition.
type op uint8

const (
	opAnd op = iota
	opOr
	opNot
	opSearch
)

// choice is a condition as a tree; leaves are the places of searches.
type choice struct {
	op     op
	kids   []*choice
	search int
}

const (
	maxCondition = 8 << 10 // octets
	maxNesting   = 50
)

// conditionError says what is wrong with a condition and how to mend it.
type conditionError struct{ what, mend string }

func (e *conditionError) Error() string { return e.what }

// conditionParser reads one condition: or binds least, then and, not, `x of`, brackets.
type conditionParser struct {
	words []string
	at    int
	depth int
	names []string
}

// parseCondition reads a condition over searches of the given names.
func parseCondition(text string, names []string) (*choice, *conditionError) {
	if len(text) > maxCondition {
		return nil, &conditionError{fmt.Sprintf("a condition of more than %d octets", maxCondition), "divide the rule"}
	}
	words, err := conditionWords(text)
	if err != nil {
		return nil, err
	}
	p := conditionParser{words: words, names: names}
	tree, err := p.either()
	if err != nil {
		return nil, err
	}
	if p.at < len(p.words) {
		return nil, &conditionError{fmt.Sprintf("%q is not expected after a whole condition", p.words[p.at]), capitals(p.words[p.at], "join searches with and, or")}
	}
	return tree, nil
}

// conditionWords divides a condition and refuses the aggregations of old rules by name.
func conditionWords(text string) ([]string, *conditionError) {
	if _, pipe, found := strings.Cut(text, "|"); found {
		name := strings.TrimSpace(pipe)
		if end := strings.IndexAny(name, " (\t"); end > 0 {
			name = name[:end]
		}
		return nil, &conditionError{fmt.Sprintf("the aggregation %q of old rules was removed by specification 2", name), "write a correlation rule"}
	}
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	for _, r := range text {
		switch r {
		case '(', ')':
			flush()
			words = append(words, string(r))
		case ' ', '\t', '\n', '\r':
			flush()
		default:
			word.WriteRune(r)
		}
	}
	flush()
	if len(words) == 0 {
		return nil, &conditionError{"the condition is empty", "name a search"}
	}
	return words, nil
}

func (p *conditionParser) peek() string {
	if p.at < len(p.words) {
		return p.words[p.at]
	}
	return ""
}

func (p *conditionParser) either() (*choice, *conditionError) {
	return p.joined("or", opOr, p.both)
}

func (p *conditionParser) both() (*choice, *conditionError) {
	return p.joined("and", opAnd, p.negated)
}

func (p *conditionParser) joined(word string, by op, part func() (*choice, *conditionError)) (*choice, *conditionError) {
	first, err := part()
	if err != nil {
		return nil, err
	}
	kids := []*choice{first}
	for p.peek() == word {
		p.at++
		next, err := part()
		if err != nil {
			return nil, err
		}
		kids = append(kids, next)
	}
	if len(kids) == 1 {
		return first, nil
	}
	return &choice{op: by, kids: kids}, nil
}

func (p *conditionParser) negated() (*choice, *conditionError) {
	if p.peek() != "not" {
		return p.one()
	}
	p.at++
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxNesting {
		return nil, &conditionError{fmt.Sprintf("more than %d levels of brackets and not", maxNesting), "write it flatter"}
	}
	kid, err := p.negated()
	if err != nil {
		return nil, err
	}
	return &choice{op: opNot, kids: []*choice{kid}}, nil
}

// one reads brackets, `x of` or a search.
func (p *conditionParser) one() (*choice, *conditionError) {
	word := p.peek()
	switch word {
	case "":
		return nil, &conditionError{"the condition ends where a search is expected", "name a search"}
	case "(":
		return p.brackets()
	case ")", "and", "or":
		return nil, &conditionError{fmt.Sprintf("%q stands where a search is expected", word), "name a search"}
	}
	p.at++
	if p.peek() == "of" {
		p.at++
		return p.of(word)
	}
	for i, name := range p.names {
		if name == word {
			return &choice{op: opSearch, search: i}, nil
		}
	}
	return nil, &conditionError{fmt.Sprintf("there is no search %q", word), capitals(word, "names are those of the detection")}
}

// capitals tells how to mend a word that is in capital letters, as old rules have it.
func capitals(word, otherwise string) string {
	if lower := strings.ToLower(word); lower != word && (lower == "and" || lower == "or" || lower == "not" || lower == "of") {
		return "write " + lower + " in small letters"
	}
	return otherwise
}

func (p *conditionParser) brackets() (*choice, *conditionError) {
	p.at++
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxNesting {
		return nil, &conditionError{fmt.Sprintf("more than %d levels of brackets and not", maxNesting), "write it flatter"}
	}
	inner, err := p.either()
	if err != nil {
		return nil, err
	}
	if p.peek() != ")" {
		return nil, &conditionError{"a bracket is not closed", "add )"}
	}
	p.at++
	return inner, nil
}

// of reads what follows `1 of` and `all of`.
func (p *conditionParser) of(count string) (*choice, *conditionError) {
	joined := opOr
	switch count {
	case "1":
	case "all":
		joined = opAnd
	default:
		return nil, &conditionError{fmt.Sprintf("%q of is not of the specification", count), "write 1 of or all of"}
	}
	pattern := p.peek()
	if pattern == "" || pattern == "(" || pattern == ")" {
		return nil, &conditionError{"of is not followed by them or by a pattern of names", "write them or a pattern such as selection*"}
	}
	p.at++
	var kids []*choice
	for i, name := range p.names {
		if (pattern == "them" && !strings.HasPrefix(name, "_")) || (pattern != "them" && wildName(pattern, name)) {
			kids = append(kids, &choice{op: opSearch, search: i})
		}
	}
	switch len(kids) {
	case 0:
		return nil, &conditionError{fmt.Sprintf("no search is named like %q", pattern), "names are those of the detection"}
	case 1:
		return kids[0], nil
	default:
		return &choice{op: joined, kids: kids}, nil
	}
}

// wildName matches a name with a pattern in which * stands for any characters.
func wildName(wanted, name string) bool {
	var p pattern
	for i, text := range strings.Split(wanted, "*") {
		if i > 0 {
			p = append(p, token{kind: tokenMany})
		}
		p = append(p, token{tokenText, text})
	}
	return p.tidy().match([]byte(name))
}
