package namespace

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// step is an element of a template: a test, a value to be made, or foreach.
type step struct {
	test            *test
	make            *maker
	then, otherwise []step
	hasElse         bool
}

type test struct {
	value   variable
	equals  string
	matches *regexp.Regexp
	cost    int // instructions of the expression
	slot    int // of the parameter, -1 without one

	parameter parameter
}

type maker struct{ index, kind, data text }

// parser reads a namespace.
type parser struct {
	d        *xml.Decoder
	depth    int
	elements int
	scope    []parameter
}

type parameter struct {
	name   string
	groups int
}

// Parse reads the data of an HS_NAMESPACE value. What is wrong is ErrMalformed with the
// line and the reason.
func Parse(data []byte) (*Namespace, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%w: it has more than %d octets", ErrMalformed, MaxSize)
	}
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%w: it is not UTF-8", ErrMalformed)
	}
	p := &parser{d: xml.NewDecoder(bytes.NewReader(data))}
	n, err := p.namespace()
	if err == nil {
		return n, nil
	}
	line, _ := p.d.InputPos()
	if bad, ok := errors.AsType[*xml.SyntaxError](err); ok {
		err = errors.New(bad.Msg)
		line = bad.Line
	}
	return nil, fmt.Errorf("%w: line %d: %w", ErrMalformed, line, err)
}

// next returns the next token that says something: an element's begin or end.
func (p *parser) next() (xml.Token, error) {
	for {
		token, err := p.d.Token()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil, io.EOF
			}
			return nil, err //nolint:wrapcheck // Parse says what it is about
		}
		switch t := token.(type) {
		case xml.StartElement:
			if p.depth++; p.depth > maxDepth {
				return nil, fmt.Errorf("more than %d elements are in one another", maxDepth)
			}
			if p.elements++; p.elements > maxElements {
				return nil, fmt.Errorf("there are more than %d elements", maxElements)
			}
			return t, nil
		case xml.EndElement:
			p.depth--
			return t, nil
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return nil, fmt.Errorf("the text %.20q stands outside of attributes", bytes.TrimSpace(t))
			}
		case xml.Directive:
			return nil, errors.New("it has a document type")
		default:
		}
	}
}

// skip leaves out an element that says nothing here, with all that is in it.
func (p *parser) skip() error {
	for inside := 1; inside > 0; {
		token, err := p.d.Token()
		if err != nil {
			return err //nolint:wrapcheck // Parse says what it is about
		}
		switch token.(type) {
		case xml.StartElement:
			if inside++; p.depth+inside > maxDepth {
				return fmt.Errorf("more than %d elements are in one another", maxDepth)
			}
		case xml.EndElement:
			inside--
		default:
		}
	}
	p.depth--
	return nil
}

func (p *parser) namespace() (*Namespace, error) {
	token, err := p.next()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("it is empty")
	}
	if err != nil {
		return nil, err
	}
	if begin, ok := token.(xml.StartElement); !ok || begin.Name.Local != "namespace" {
		return nil, errors.New("the first element is not <namespace>")
	}
	n := &Namespace{}
	for {
		token, err := p.around()
		if err != nil {
			return nil, err
		}
		begin, ok := token.(xml.StartElement)
		switch {
		case !ok:
			return n, p.end()
		case begin.Name.Local != "template":
			err = p.skip()
		case n.template:
			err = errors.New("there is more than one <template>")
		default:
			n.template = true
			n.delimiter, n.steps, err = p.template(begin)
		}
		if err != nil {
			return nil, err
		}
	}
}

// around is next where text may stand, which says nothing.
func (p *parser) around() (xml.Token, error) {
	for {
		token, err := p.d.Token()
		if err != nil {
			return nil, err //nolint:wrapcheck // Parse says what it is about
		}
		switch t := token.(type) {
		case xml.StartElement:
			p.depth++
			return t, nil
		case xml.EndElement:
			p.depth--
			return t, nil
		default:
		}
	}
}

// end wants nothing more.
func (p *parser) end() error {
	_, err := p.next()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		err = errors.New("something follows </namespace>")
	}
	return err
}

func (p *parser) template(begin xml.StartElement) (string, []step, error) {
	a, err := attributes(begin, "delimiter")
	if err != nil {
		return "", nil, err
	}
	delimiter, given := a["delimiter"]
	switch {
	case given && delimiter == "":
		return "", nil, errors.New("the delimiter is empty")
	case len(delimiter) > maxDelimiter:
		return "", nil, fmt.Errorf("the delimiter has more than %d octets", maxDelimiter)
	}
	steps, err := p.steps(false)
	return delimiter, steps, err
}

// attributes returns those of an element, which has no others than are known.
func attributes(begin xml.StartElement, known ...string) (map[string]string, error) {
	a := map[string]string{}
	for _, attribute := range begin.Attr {
		name := attribute.Name.Local
		if name == "xmlns" || attribute.Name.Space == "xmlns" {
			continue
		}
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("<%s> has the attribute %.20q, which says nothing here", begin.Name.Local, name)
		}
		if _, twice := a[name]; twice {
			return nil, fmt.Errorf("<%s> has the attribute %s twice", begin.Name.Local, name)
		}
		a[name] = attribute.Value
	}
	return a, nil
}

// steps reads what is in an element, and its end. Each says that a value is at hand.
func (p *parser) steps(each bool) ([]step, error) {
	var list []step
	for {
		token, err := p.next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = errors.New("it ends early")
			}
			return nil, err
		}
		begin, ok := token.(xml.StartElement)
		if !ok {
			return list, nil
		}
		if begin.Name.Local == "else" {
			err = p.otherwise(begin, list, each)
		} else {
			var s step
			s, err = p.step(begin, each)
			list = append(list, s)
		}
		if err != nil {
			return nil, err
		}
	}
}

func (p *parser) step(begin xml.StartElement, each bool) (s step, err error) {
	switch begin.Name.Local {
	case "foreach":
		if each {
			return s, errors.New("<foreach> stands in another")
		}
		if _, err := attributes(begin); err != nil {
			return s, err
		}
		s.then, err = p.steps(true)
	case "if":
		if s.test, err = p.test(begin, each); err != nil {
			return s, err
		}
		s.then, err = p.within(s.test, each)
	case "value":
		if s.make, err = p.maker(begin, each); err != nil {
			return s, err
		}
		var inner []step
		if inner, err = p.steps(each); err == nil && len(inner) > 0 {
			err = errors.New("something stands in <value>")
		}
	default:
		err = fmt.Errorf("<%.20s> says nothing in a template", begin.Name.Local)
	}
	return s, err
}

// otherwise reads an else, which belongs to the last step.
func (p *parser) otherwise(begin xml.StartElement, list []step, each bool) error {
	if len(list) == 0 || list[len(list)-1].test == nil || list[len(list)-1].hasElse {
		return errors.New("<else> does not follow an <if>")
	}
	if _, err := attributes(begin); err != nil {
		return err
	}
	s := &list[len(list)-1]
	s.hasElse = true
	var err error
	s.otherwise, err = p.within(s.test, each)
	return err
}

// within reads what stands in an if or its else, where its parameter is known.
func (p *parser) within(t *test, each bool) ([]step, error) {
	if t.slot < 0 {
		return p.steps(each)
	}
	p.scope = append(p.scope[:t.slot], t.parameter)
	steps, err := p.steps(each)
	p.scope = p.scope[:t.slot]
	return steps, err
}

func (p *parser) test(begin xml.StartElement, each bool) (*test, error) {
	a, err := attributes(begin, "value", "test", "expression", "parameter")
	if err != nil {
		return nil, err
	}
	expression, given := a["expression"]
	if !given {
		return nil, errors.New("<if> has no expression")
	}
	t := &test{slot: -1}
	if t.value, err = p.variable(a["value"], each); err != nil {
		return nil, fmt.Errorf("the value of <if>: %w", err)
	}
	groups := 0
	switch a["test"] {
	case "equals":
		t.equals = expression
	case "matches":
		if t.matches, t.cost, err = compile(expression); err != nil {
			return nil, err
		}
		groups = t.matches.NumSubexp()
	default:
		return nil, fmt.Errorf("the test %.20q is neither equals nor matches", a["test"])
	}
	if name, given := a["parameter"]; given {
		if !isName(name) {
			return nil, fmt.Errorf("%.20q cannot name a parameter", name)
		}
		t.slot, t.parameter = len(p.scope), parameter{name, groups}
	}
	return t, nil
}

func (p *parser) maker(begin xml.StartElement, each bool) (*maker, error) {
	a, err := attributes(begin, "index", "type", "data")
	if err != nil {
		return nil, err
	}
	m := &maker{}
	for i, to := range []*text{&m.index, &m.kind, &m.data} {
		name := []string{"index", "type", "data"}[i]
		s, given := a[name]
		if !given {
			if !each {
				return nil, fmt.Errorf("<value> has no %s, and outside of <foreach> there is no other", name)
			}
			continue
		}
		if *to, err = p.text(s, each); err != nil {
			return nil, fmt.Errorf("the %s of <value>: %w", name, err)
		}
	}
	if s, given := a["type"]; given && s == "" {
		return nil, errors.New("the type of <value> is empty")
	}
	if s, given := a["index"]; given && !strings.Contains(s, "${") {
		_, err = indexOf(s)
	}
	return m, err
}

func indexOf(s string) (int32, error) {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%.20q is no index", s)
	}
	return int32(n), nil
}
