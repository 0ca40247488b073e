package search

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// foldText pairs traditional characters with simplified ones, two a line; from
// the dictionary TSCharacters of OpenCC (Apache-2.0).
//
//go:embed fold.txt
var foldText string

// words cuts text into terms: of runs of Chinese characters every one and every
// two neighbours, of other letters and digits whole words. Width, case and
// traditional forms make no difference.
type words struct{ simple map[rune]rune }

func newWords() *words {
	w := &words{simple: map[rune]rune{}}
	for line := range strings.SplitSeq(foldText, "\n") {
		if pair := []rune(line); len(pair) == 2 {
			w.simple[pair[0]] = pair[1]
		}
	}
	return w
}

// initials marks terms made of the first letters of a title's pronunciation.
const initials = "\x01"

// token is one run of the text: a word, or Chinese characters.
type token struct {
	from, to int // bytes of the text
	text     []rune
	han      bool
}

func isHan(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// fold makes what is the same to a reader the same.
func (w *words) fold(r rune) rune {
	if r >= 0xff01 && r <= 0xff5e { // full width
		r -= 0xfee0
	}
	if s, ok := w.simple[r]; ok {
		return s
	}
	return unicode.ToLower(r)
}

// runs cuts the text where the kind of character changes.
func (w *words) runs(text string) []token {
	var list []token
	open := false
	for i, original := range text {
		r := w.fold(original)
		han := isHan(r)
		if !han && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			open = false
			continue
		}
		if !open || list[len(list)-1].han != han {
			list = append(list, token{from: i, han: han})
		}
		last := &list[len(list)-1]
		last.text, open = append(last.text, r), true
		last.to = i + max(1, utf8.RuneLen(original))
	}
	return list
}

// wordLimit cuts words that nobody would type.
const wordLimit = 40

// stem takes the plural off English words.
func stem(word []rune) string {
	if len(word) > wordLimit {
		word = word[:wordLimit]
	}
	s := string(word)
	switch {
	case len(s) > 4 && strings.HasSuffix(s, "ies"):
		return s[:len(s)-3] + "y"
	case len(s) > 3 && strings.HasSuffix(s, "s") && !strings.HasSuffix(s, "ss") && !strings.HasSuffix(s, "us") && !strings.HasSuffix(s, "is"):
		return s[:len(s)-1]
	}
	return s
}

// each calls fn for every term of a document's text.
func (w *words) each(text string, fn func(term string)) {
	for _, t := range w.runs(text) {
		if !t.han {
			fn(stem(t.text))
			continue
		}
		for i := range t.text {
			fn(string(t.text[i]))
			if i+1 < len(t.text) {
				fn(string(t.text[i : i+2]))
			}
		}
	}
}

// spelled calls fn with the first letters of a title's pronunciation.
func (w *words) spelled(title string, fn func(term string)) {
	for _, t := range w.runs(title) {
		if !t.han {
			continue
		}
		letters := make([]byte, 0, len(t.text))
		for _, r := range t.text {
			if c := initial(r); c != 0 {
				letters = append(letters, c)
			}
		}
		if len(letters) > 1 && len(letters) == len(t.text) && len(letters) <= wordLimit {
			fn(initials + string(letters))
		}
	}
}

// initial returns the first letter of a character's pronunciation. The common
// characters of GB 2312 are in the order of it.
func initial(r rune) byte {
	code, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(r)))
	if err != nil || len(code) != 2 {
		return 0
	}
	n := int(code[0])<<8 | int(code[1])
	first := []int{
		0xb0a1, 0xb0c5, 0xb2c1, 0xb4ee, 0xb6ea, 0xb7a2, 0xb8c1, 0xb9fe, 0xbbf7, 0xbfa6, 0xc0ac, 0xc2e8, 0xc4c3, 0xc5b6, 0xc5be, 0xc6da, 0xc8bb, 0xc8f6, 0xcbfa,
		0xcdda, 0xcef4, 0xd1b9, 0xd4d1, 0xd7fa,
	}
	at, found := slices.BinarySearch(first, n)
	if !found {
		at--
	}
	if at < 0 || at >= len(first)-1 {
		return 0
	}
	return "abcdefghjklmnopqrstwxyz"[at]
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
func (w *words) question(text string, typing bool) []asked {
	list := make([]asked, 0, 8)
	seen := map[string]bool{}
	add := func(a asked) {
		if term := a.terms[0]; !seen[term] && len(list) < maxAsked {
			seen[term] = true
			list = append(list, a)
		}
	}
	runs := w.runs(text)
	for i, t := range runs {
		switch {
		case !t.han:
			word := stem(t.text)
			a := asked{terms: []string{word}}
			if len(t.text) > 1 && !strings.ContainsFunc(string(t.text), unicode.IsDigit) {
				a.prefixes = append(a.prefixes, initials+string(t.text))
			}
			if typing && i == len(runs)-1 {
				a.prefixes = append(a.prefixes, string(t.text))
			}
			add(a)
		case len(t.text) == 1:
			add(asked{terms: []string{string(t.text)}})
		default:
			for i := range t.text[:len(t.text)-1] {
				add(asked{terms: []string{string(t.text[i : i+2])}})
			}
		}
	}
	if told := slices.DeleteFunc(slices.Clone(list), func(a asked) bool { return idle(a.terms[0]) }); len(told) > 0 {
		return told
	}
	return list
}
