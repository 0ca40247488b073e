package text

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed pinyin.txt
var pinyinText string

// Readings tell how Han characters are pronounced, in syllables without tones; ü is
// written v.
type Readings struct {
	syllables []string // in order
	first     map[rune]uint16
	second    map[rune]uint16
}

// NewReadings returns the table of this package.
func NewReadings() *Readings {
	p := &Readings{first: make(map[rune]uint16, 18_000), second: map[rune]uint16{}}
	for line := range strings.Lines(pinyinText) {
		syllable, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		usual, also, _ := strings.Cut(rest, "|")
		n := uint16(len(p.syllables)) //nolint:gosec // some four hundred
		p.syllables = append(p.syllables, syllable)
		for _, r := range usual {
			p.first[r] = n
		}
		for _, r := range also {
			p.second[r] = n
		}
	}
	return p
}

// Of returns the readings of a character, the usual one first; none for one that is
// not in the table.
func (p *Readings) Of(r rune) []string {
	n, ok := p.first[r]
	if !ok {
		return nil
	}
	list := []string{p.syllables[n]}
	if m, also := p.second[r]; also {
		list = append(list, p.syllables[m])
	}
	return list
}

// Initial returns the first letter of a character's usual reading, or 0.
func (p *Readings) Initial(r rune) byte {
	n, ok := p.first[r]
	if !ok {
		return 0
	}
	return p.syllables[n][0]
}

// Split cuts letters into syllables, the longest first; nil if they are none.
func (p *Readings) Split(letters string) []string {
	if len(letters) > wordLimit {
		return nil
	}
	dead := make([]bool, len(letters)+1)
	return p.split(letters, 0, dead)
}

func (p *Readings) split(letters string, at int, dead []bool) []string {
	if at == len(letters) {
		return []string{}
	}
	if dead[at] {
		return nil
	}
	for n := min(6, len(letters)-at); n > 0; n-- { // zhuang, the longest, has six letters
		s := letters[at : at+n]
		if _, ok := slices.BinarySearch(p.syllables, s); !ok {
			continue
		}
		if rest := p.split(letters, at+n, dead); rest != nil {
			return append([]string{s}, rest...)
		}
	}
	dead[at] = true
	return nil
}
