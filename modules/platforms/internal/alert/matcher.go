package alert

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"linghang/kernel/fault"
)

// Matcher asks for the value of a label; a label that is not there is empty.
type Matcher struct {
	Name  string `json:"name" maxLength:"64"`
	Op    string `json:"op" enum:"=,!=,=~,!~"`
	Value string `json:"value" maxLength:"256"`
}

// Operators of matchers.
const (
	Equal    = "="
	Unequal  = "!="
	Like     = "=~" // the whole value matches the expression (RE2)
	Unlike   = "!~"
	mostOfIt = 20 // matchers
	mostText = 256
)

// Matching tells whether labels pass.
type Matching func(l Labels) bool

// Compile returns what all of the matchers ask for; none let everything pass.
func Compile(list []Matcher) (Matching, error) {
	tests := make([]Matching, len(list))
	for i, m := range list {
		t, err := m.compile()
		if err != nil {
			return nil, err
		}
		tests[i] = t
	}
	return func(l Labels) bool {
		for _, t := range tests {
			if !t(l) {
				return false
			}
		}
		return true
	}, nil
}

func (m Matcher) compile() (Matching, error) {
	switch m.Op {
	case Equal:
		return func(l Labels) bool { return l[m.Name] == m.Value }, nil
	case Unequal:
		return func(l Labels) bool { return l[m.Name] != m.Value }, nil
	case Like, Unlike:
		e, err := regexp.Compile(`^(?s:` + m.Value + `)$`)
		if err != nil {
			return nil, fmt.Errorf("read the expression of %s: %w", m.Name, err)
		}
		like := m.Op == Like
		return func(l Labels) bool { return e.MatchString(l[m.Name]) == like }, nil
	default:
		return nil, fmt.Errorf("%q compares nothing", m.Op)
	}
}

// CheckMatchers names what is wrong with matchers at a place of the body.
func CheckMatchers(f *fault.Error, location string, list []Matcher) {
	if len(list) > mostOfIt {
		_ = f.At(location, "at most %d conditions", mostOfIt)
	}
	for i, m := range list {
		at := fmt.Sprintf("%s[%d]", location, i)
		if !validName(m.Name) {
			_ = f.At(at+".name", "letters, digits and _, not beginning with a digit")
		}
		if len(m.Value) > mostText || !utf8.ValidString(m.Value) || strings.ContainsRune(m.Value, 0) {
			_ = f.At(at+".value", "at most %d bytes of text", mostText)
		} else if _, err := m.compile(); err != nil {
			_ = f.At(at+".value", "not a regular expression (RE2)")
		}
	}
}

// ParseMatcher reads a matcher as Alertmanager writes it: alertname="x", a=~b. A
// text without an operator is the value of the label alertname.
func ParseMatcher(text string) (Matcher, error) {
	text = strings.TrimSpace(text)
	if !utf8.ValidString(text) {
		return Matcher{}, errors.New("a matcher is UTF-8")
	}
	at := strings.IndexAny(text, "=!")
	if at < 0 {
		return Matcher{"alertname", Equal, text}, nil
	}
	m := Matcher{Name: strings.TrimSpace(text[:at])}
	rest := text[at:]
	for _, op := range []string{Like, Unlike, Unequal, Equal} { // the longer ones first
		if after, ok := strings.CutPrefix(rest, op); ok {
			m.Op, rest = op, strings.TrimSpace(after)
			break
		}
	}
	if m.Op == "" || !validName(m.Name) {
		return m, fmt.Errorf("%.100q is no matcher: name, =, !=, =~ or !~, value", text)
	}
	m.Value = rest
	if strings.HasPrefix(rest, `"`) {
		value, err := strconv.Unquote(rest)
		if err != nil {
			return m, fmt.Errorf("the value of %.100q is not quoted well", text)
		}
		m.Value = value
	}
	if len(m.Value) > mostText || !utf8.ValidString(m.Value) || strings.ContainsRune(m.Value, 0) {
		return m, fmt.Errorf("the value of %s has more than %d bytes, or is no text", m.Name, mostText)
	}
	_, err := m.compile()
	return m, err
}

// String writes a matcher as Alertmanager does.
func (m Matcher) String() string { return m.Name + m.Op + strconv.Quote(m.Value) }
