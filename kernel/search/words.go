package search

import (
	"slices"
	"strings"
	"unicode"

	"linghang/lib/match/text"
)

// words cuts text into terms: of runs of Chinese characters every one and every two
// neighbours, of other letters and digits whole words. Width, case and
// traditional forms make no difference.
type words struct {
	*text.Folder
	readings *text.Readings
}

func newWords() *words { return &words{text.NewFolder(), text.NewReadings()} }

// initials marks terms made of the first letters of a title's pronunciation.
const initials = "\x01"

// spelledLimit bounds the titles that are found by first letters.
const spelledLimit = 40

// each calls fn for every term of a document's text.
func (w *words) each(body string, fn func(term string)) {
	for _, t := range w.Runs(body) {
		if !t.Han {
			fn(text.Stem(t.Text))
			continue
		}
		for i := range t.Text {
			fn(string(t.Text[i]))
			if i+1 < len(t.Text) {
				fn(string(t.Text[i : i+2]))
			}
		}
	}
}

// spelled calls fn with the first letters of a title's pronunciation.
func (w *words) spelled(title string, fn func(term string)) {
	for _, t := range w.Runs(title) {
		if !t.Han {
			continue
		}
		letters := make([]byte, 0, len(t.Text))
		for _, r := range t.Text {
			if c := w.readings.Initial(r); c != 0 {
				letters = append(letters, c)
			}
		}
		if len(letters) > 1 && len(letters) == len(t.Text) && len(letters) <= spelledLimit {
			fn(initials + string(letters))
		}
	}
}

// idle are words that say nothing in a question.
func idle(term string) bool {
	switch term {
	case "a", "an", "the", "of", "and", "or", "in", "on", "to", "for", "by", "with", "is", "are", "what", "how", "which", "的", "了", "和", "与", "在":
		return true
	}
	return false
}

// asked is one term of a question, with others that will do for it.
type asked struct {
	terms    []string
	prefixes []string
}

// maxAsked bounds how many terms a question has.
const maxAsked = 32

// question cuts what somebody asks. With typing, the last word may be unfinished.
func (w *words) question(q string, typing bool) []asked {
	list := make([]asked, 0, 8)
	seen := map[string]bool{}
	add := func(a asked) {
		if term := a.terms[0]; !seen[term] && len(list) < maxAsked {
			seen[term] = true
			list = append(list, a)
		}
	}
	runs := w.Runs(q)
	for i, t := range runs {
		switch {
		case !t.Han:
			word := text.Stem(t.Text)
			a := asked{terms: []string{word}}
			if len(t.Text) > 1 && !strings.ContainsFunc(string(t.Text), unicode.IsDigit) {
				a.prefixes = append(a.prefixes, initials+string(t.Text))
			}
			if typing && i == len(runs)-1 {
				a.prefixes = append(a.prefixes, string(t.Text))
			}
			add(a)
		case len(t.Text) == 1:
			add(asked{terms: []string{string(t.Text)}})
		default:
			for i := range t.Text[:len(t.Text)-1] {
				add(asked{terms: []string{string(t.Text[i : i+2])}})
			}
		}
	}
	if told := slices.DeleteFunc(slices.Clone(list), func(a asked) bool { return idle(a.terms[0]) }); len(told) > 0 {
		return told
	}
	return list
}
