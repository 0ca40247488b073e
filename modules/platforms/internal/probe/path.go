package probe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Path is a singular query of JSONPath (RFC 9535, section 2.3.5.1): $ and then
// names and indices. Each step is a string or an int.
type Path []any

// stepsMost bounds how deep a path goes.
const stepsMost = 32

var errPath = errors.New("begins with $, then .name, ['name'] or [0] (RFC 9535, singular queries)")

// ParsePath reads a path.
func ParsePath(text string) (Path, error) {
	rest, ok := strings.CutPrefix(text, "$")
	if !ok {
		return nil, errPath
	}
	path := Path{}
	for rest != "" {
		var step any
		var err error
		if after, dot := strings.CutPrefix(rest, "."); dot {
			end := strings.IndexAny(after, ".[")
			if end < 0 {
				end = len(after)
			}
			step, rest = after[:end], after[end:]
			if !shorthand(after[:end]) {
				return nil, errPath
			}
		} else if step, rest, err = bracketed(rest); err != nil {
			return nil, err
		}
		if path = append(path, step); len(path) > stepsMost {
			return nil, fmt.Errorf("at most %d steps", stepsMost)
		}
	}
	return path, nil
}

// shorthand tells whether a name may stand behind a dot: letters, digits, _ and
// what is not ASCII, no digit first.
func shorthand(name string) bool {
	for i, r := range name {
		letter := r == '_' || r >= 0x80 || (r|0x20 >= 'a' && r|0x20 <= 'z')
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != "" && strings.ToValidUTF8(name, "") == name
}

// bracketed reads ['name'], ["name"] or [index] at the beginning of text.
func bracketed(text string) (step any, rest string, err error) {
	text, ok := strings.CutPrefix(text, "[")
	if !ok || text == "" {
		return nil, "", errPath
	}
	if quote := text[0]; quote == '\'' || quote == '"' {
		return quoted(text[1:], quote)
	}
	number, rest, ok := strings.Cut(text, "]")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || strconv.Itoa(n) != number || n > 1<<30 || n < -1<<30 {
		return nil, "", errPath
	}
	return n, rest, nil
}

// quoted reads a name up to its closing quote and bracket; a backslash takes the
// quote or another backslash as they are.
func quoted(text string, quote byte) (step any, rest string, err error) {
	var name strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && (text[i+1] == quote || text[i+1] == '\\'):
			i++
			name.WriteByte(text[i])
		case c == '\\' || c < 0x20:
			return nil, "", errPath
		case c == quote:
			rest, ok := strings.CutPrefix(text[i+1:], "]")
			if !ok {
				return nil, "", errPath
			}
			return name.String(), rest, nil
		default:
			name.WriteByte(c)
		}
	}
	return nil, "", errPath
}

// find returns the value that the path names.
func (p Path) find(v any) (any, bool) {
	for _, step := range p {
		switch step := step.(type) {
		case string:
			object, ok := v.(map[string]any)
			if !ok {
				return nil, false
			}
			if v, ok = object[step]; !ok {
				return nil, false
			}
		case int:
			list, ok := v.([]any)
			if step < 0 {
				step += len(list)
			}
			if !ok || step < 0 || step >= len(list) {
				return nil, false
			}
			v = list[step]
		}
	}
	return v, true
}

// holds tells whether a body has a value where the path says. why is for people.
func (p Path) holds(body []byte, want string) (ok bool, why string) {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var root any
	if err := dec.Decode(&root); err != nil {
		return false, "the body is no JSON"
	}
	v, found := p.find(root)
	if !found {
		return false, "the body has nothing at the path"
	}
	if same(v, want) {
		return true, ""
	}
	text, err := json.Marshal(v)
	if err != nil {
		return false, "the value differs"
	}
	return false, "there is " + cut(string(text), 80)
}

// same compares a value with what was written down: as JSON, or as text.
func same(v any, want string) bool {
	if s, ok := v.(string); ok && s == want {
		return true
	}
	dec := json.NewDecoder(strings.NewReader(want))
	dec.UseNumber()
	var w any
	if err := dec.Decode(&w); err != nil || dec.More() {
		return false
	}
	a, aNumber := v.(json.Number)
	b, bNumber := w.(json.Number)
	if aNumber && bNumber {
		x, errX := a.Float64()
		y, errY := b.Float64()
		return a == b || (errX == nil && errY == nil && x == y)
	}
	x, errX := json.Marshal(v)
	y, errY := json.Marshal(w)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func cut(s string, most int) string {
	s = strings.ToValidUTF8(s, "�")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
