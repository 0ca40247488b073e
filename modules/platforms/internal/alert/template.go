package alert

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Template is a sentence with places for labels and the value: {{ $labels.x }}
// and {{ $value }}, and nothing else of Prometheus' templates.
type Template struct{ parts []part }

type part struct {
	text  string
	label string // stands for a label
	value bool   // stands for the value
}

// ParseTemplate reads a sentence.
func ParseTemplate(text string) (Template, error) {
	var t Template
	for {
		before, rest, found := strings.Cut(text, "{{")
		if before != "" {
			t.parts = append(t.parts, part{text: before})
		}
		if !found {
			return t, nil
		}
		inside, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return t, fmt.Errorf("{{ is not closed by }}")
		}
		inside = strings.TrimSpace(inside)
		name, isLabel := strings.CutPrefix(inside, "$labels.")
		switch {
		case inside == "$value":
			t.parts = append(t.parts, part{value: true})
		case isLabel && validName(name):
			t.parts = append(t.parts, part{label: name})
		default:
			return t, fmt.Errorf("{{ %s }} is neither {{ $value }} nor {{ $labels.name }}", inside)
		}
		text = after
	}
}

// Fill puts labels and a value into the sentence.
func (t Template) Fill(label func(name string) string, value float64) string {
	var b strings.Builder
	for _, p := range t.parts {
		switch {
		case p.value:
			b.WriteString(WriteValue(value))
		case p.label != "":
			b.WriteString(label(p.label))
		default:
			b.WriteString(p.text)
		}
	}
	return b.String()
}

// WriteValue writes a value for people: without an exponent where it is readable
// so, and with four digits behind the point at most.
func WriteValue(v float64) string {
	if a := math.Abs(v); a != 0 && (a >= 1e15 || a < 1e-4) {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	return strconv.FormatFloat(math.Round(v*1e4)/1e4, 'f', -1, 64)
}
