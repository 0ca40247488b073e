package namespace

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
)

// text is literal text and variables, in turn.
type text []piece

type piece struct {
	literal  string
	variable *variable
}

type field uint8

const (
	fieldHandle field = iota
	fieldBase
	fieldExtension
	fieldIndex
	fieldType
	fieldData
	fieldParameter
)

// variable is what ${…} names; group is -1 for the whole text of a parameter.
type variable struct {
	field       field
	slot, group int
}

// folds tells whether the case of ASCII letters does not count.
func (v variable) folds() bool {
	return v.field == fieldHandle || v.field == fieldBase || v.field == fieldType
}

// fieldOf is what a name stands for without a parameter.
func fieldOf(name string) (f field, ofValue, ok bool) {
	switch name {
	case "handle":
		return fieldHandle, false, true
	case "base":
		return fieldBase, false, true
	case "extension":
		return fieldExtension, false, true
	case "index":
		return fieldIndex, true, true
	case "type":
		return fieldType, true, true
	case "data":
		return fieldData, true, true
	default:
		return 0, false, false
	}
}

// isName tells whether a text may name a parameter.
func isName(s string) bool {
	if _, _, taken := fieldOf(s); taken || s == "" || len(s) > 32 || s[0] >= '0' && s[0] <= '9' {
		return false
	}
	for i := range len(s) {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > '9') && s[i] != '_' {
			return false
		}
	}
	return true
}

// variable reads a name, or one with a number of a group.
func (p *parser) variable(name string, each bool) (variable, error) {
	if f, ofValue, ok := fieldOf(name); ok {
		if ofValue && !each {
			return variable{}, fmt.Errorf("%s is of a value, and there is none outside of <foreach>", name)
		}
		return variable{field: f}, nil
	}
	v := variable{field: fieldParameter, group: -1}
	whole, number, grouped := strings.Cut(name, "[")
	if grouped {
		n, err := strconv.Atoi(strings.TrimSuffix(number, "]"))
		if err != nil || n < 0 || !strings.HasSuffix(number, "]") {
			return v, fmt.Errorf("%.20q is no variable", name)
		}
		v.group = n
	}
	for v.slot = len(p.scope) - 1; v.slot >= 0; v.slot-- {
		if at := p.scope[v.slot]; at.name == whole {
			if v.group > at.groups {
				return v, fmt.Errorf("%s: the expression has %d groups", name, at.groups)
			}
			return v, nil
		}
	}
	return v, fmt.Errorf("there is no variable %.20q", name)
}

// text reads literal text with variables.
func (p *parser) text(s string, each bool) (text, error) {
	t := text{}
	for {
		before, behind, more := strings.Cut(s, "${")
		if !more {
			return append(t, piece{literal: s}), nil
		}
		name, rest, closed := strings.Cut(behind, "}")
		if !closed {
			return nil, errors.New("a variable does not end")
		}
		v, err := p.variable(name, each)
		if err != nil {
			return nil, err
		}
		t, s = append(t, piece{before, &v}), rest
	}
}

// compile reads a regular expression for whole texts. How many instructions it becomes
// is how long it takes for an octet.
func compile(expression string) (*regexp.Regexp, int, error) {
	if len(expression) > maxExpression {
		return nil, 0, fmt.Errorf("an expression has more than %d octets", maxExpression)
	}
	if _, err := syntax.Parse(expression, syntax.Perl); err != nil { // alone, or it could end the group around it
		return nil, 0, fmt.Errorf("the expression %.60q: %w", expression, err)
	}
	whole := `\A(?:` + expression + `)\z`
	tree, err := syntax.Parse(whole, syntax.Perl)
	if err != nil {
		return nil, 0, fmt.Errorf("the expression %.60q: %w", expression, err)
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, 0, fmt.Errorf("the expression %.60q: %w", expression, err)
	}
	if len(program.Inst) > maxProgram {
		return nil, 0, fmt.Errorf("the expression %.60q takes too long", expression)
	}
	compiled, err := regexp.Compile(whole)
	if err != nil {
		return nil, 0, fmt.Errorf("the expression %.60q: %w", expression, err)
	}
	return compiled, len(program.Inst), nil
}
