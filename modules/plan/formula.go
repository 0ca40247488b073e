package plan

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"linghang/kernel/fault"
)

const (
	formulaLimit = 500 // bytes
	formulaDepth = 40  // parentheses within parentheses
)

// reader answers a measure; known is false while it has no value.
type reader func(measure string) (value float64, known bool)

// node is a parsed part of a formula.
type node func(read reader) (value float64, known bool)

// formula is arithmetic over measures: + - * /, parentheses, numbers, measure
// ids, and min, max, sum of a list. It is unknown when anything in it is.
type formula struct {
	root     node
	measures []string
}

// parseFormula reads the text of a formula; what is wrong is told with its place.
func parseFormula(text string) (formula, error) {
	p := &parser{text: text}
	if len(text) > formulaLimit {
		return formula{}, p.wrong("a formula has at most %d bytes", formulaLimit)
	}
	root, err := p.sum(0)
	if err != nil {
		return formula{}, err
	}
	p.blanks()
	if p.at < len(p.text) {
		return formula{}, p.wrong("nothing is expected here")
	}
	slices.Sort(p.measures)
	return formula{root, slices.Compact(p.measures)}, nil
}

// eval computes the formula. A result that is no finite number is unknown.
func (f formula) eval(read reader) (float64, bool) {
	v, known := f.root(read)
	if !known || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, false
	}
	return v, true
}

type parser struct {
	text     string
	at       int
	measures []string
}

func (p *parser) wrong(format string, args ...any) error {
	return fault.New(fault.Invalid, "plan.formula.syntax", "the formula cannot be read at character %d: "+format, append([]any{p.at + 1}, args...)...).
		With("position", p.at+1).At("body.formula", format, args...)
}

func (p *parser) blanks() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// take moves over one of the characters, if it is next, and returns it.
func (p *parser) take(any string) byte {
	p.blanks()
	if p.at < len(p.text) && strings.IndexByte(any, p.text[p.at]) >= 0 {
		p.at++
		return p.text[p.at-1]
	}
	return 0
}

func (p *parser) sum(depth int) (node, error) {
	return p.chain("+-", func() (node, error) {
		return p.chain("*/", func() (node, error) { return p.factor(depth) })
	})
}

// chain reads operands joined by operators of one rank, left to right.
func (p *parser) chain(operators string, operand func() (node, error)) (node, error) {
	left, err := operand()
	if err != nil {
		return nil, err
	}
	for {
		op := p.take(operators)
		if op == 0 {
			return left, nil
		}
		right, err := operand()
		if err != nil {
			return nil, err
		}
		left = binary(op, left, right)
	}
}

func binary(op byte, left, right node) node {
	return func(read reader) (float64, bool) {
		a, known := left(read)
		b, also := right(read)
		if !known || !also {
			return 0, false
		}
		switch op {
		case '+':
			return a + b, true
		case '-':
			return a - b, true
		case '*':
			return a * b, true
		default:
			return a / b, b != 0
		}
	}
}

func (p *parser) factor(depth int) (node, error) {
	if depth > formulaDepth {
		return nil, p.wrong("more than %d levels of parentheses", formulaDepth)
	}
	if p.take("-") != 0 {
		inner, err := p.factor(depth + 1)
		if err != nil {
			return nil, err
		}
		return binary('-', func(reader) (float64, bool) { return 0, true }, inner), nil
	}
	if p.take("(") != 0 {
		inner, err := p.sum(depth + 1)
		if err != nil {
			return nil, err
		}
		if p.take(")") == 0 {
			return nil, p.wrong("a closing parenthesis is missing")
		}
		return inner, nil
	}
	return p.operand(depth)
}

// operand reads a number, a call or a measure.
func (p *parser) operand(depth int) (node, error) {
	p.blanks()
	start := p.at
	for p.at < len(p.text) && isWord(p.text[p.at]) {
		p.at++
	}
	word := p.text[start:p.at]
	switch {
	case word == "":
		return nil, p.wrong("a number, a measure or a parenthesis is expected")
	case word[0] >= '0' && word[0] <= '9':
		return p.number(word)
	case word == "min" || word == "max" || word == "sum":
		return p.call(word, depth)
	case strings.Contains(word, ".") && !strings.HasPrefix(word, ".") && !strings.HasSuffix(word, "."):
		p.measures = append(p.measures, word)
		return func(read reader) (float64, bool) { return read(word) }, nil
	}
	return nil, p.wrong("%q is no measure: measures read room.noun", word)
}

func isWord(c byte) bool {
	return c == '.' || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
}

func (p *parser) number(word string) (node, error) {
	v, err := strconv.ParseFloat(strings.ReplaceAll(word, "_", ""), 64)
	if err != nil || math.IsInf(v, 0) {
		return nil, p.wrong("%q is no number", word)
	}
	return func(reader) (float64, bool) { return v, true }, nil
}

// call reads the arguments of min, max or sum.
func (p *parser) call(name string, depth int) (node, error) {
	if p.take("(") == 0 {
		return nil, p.wrong("%s needs its arguments in parentheses", name)
	}
	var args []node
	for {
		arg, err := p.sum(depth + 1)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
		if p.take(",") == 0 {
			break
		}
	}
	if p.take(")") == 0 {
		return nil, p.wrong("a comma or a closing parenthesis is missing")
	}
	return func(read reader) (float64, bool) {
		total, known := args[0](read)
		for _, a := range args[1:] {
			v, also := a(read)
			known = known && also
			switch name {
			case "min":
				total = min(total, v)
			case "max":
				total = max(total, v)
			default:
				total += v
			}
		}
		return total, known
	}, nil
}
