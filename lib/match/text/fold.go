package text

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed fold.txt
var foldText string

// Folder makes what is the same to a reader the same: width, case, traditional forms.
type Folder struct {
	plane []uint16 // of the basic plane: what each character becomes
	rest  map[rune]rune
}

// NewFolder returns a folder with the table of this package.
func NewFolder() *Folder {
	f := &Folder{plane: make([]uint16, 1<<16), rest: map[rune]rune{}}
	for i := range f.plane {
		r := rune(i)
		if r >= 0xff01 && r <= 0xff5e { // full width
			r -= 0xfee0
		}
		if low := unicode.ToLower(r); low < 1<<16 {
			r = low
		}
		f.plane[i] = uint16(r) //nolint:gosec // below 1<<16
	}
	for line := range strings.SplitSeq(foldText, "\n") {
		pair := []rune(line)
		if len(pair) != 2 {
			continue
		}
		if pair[0] < 1<<16 && pair[1] < 1<<16 {
			f.plane[pair[0]] = uint16(pair[1]) //nolint:gosec // below 1<<16
			continue
		}
		f.rest[pair[0]] = pair[1]
	}
	return f
}

// Fold returns what a character becomes.
func (f *Folder) Fold(r rune) rune {
	if s, ok := f.rest[r]; ok {
		return s
	}
	if r >= 0 && r < 1<<16 {
		return rune(f.plane[r])
	}
	return unicode.ToLower(r)
}

// IsHan reports whether a character belongs to a script that is written without spaces
// between words, or like it: Han, kana, Hangul.
func IsHan(r rune) bool {
	if r < 0x1100 {
		return false
	}
	return r >= 0x4e00 && r <= 0x9fff || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// Run is a piece of text of one kind: Han characters, or a word. From and To are
// octets of the text; Text is folded, At where each of its characters begins in the
// text and, at the end, where the last one ends.
type Run struct {
	From, To int
	Han      bool
	Text     []rune
	At       []int
}

// Runs cuts a text where the kind of character changes. What is neither a letter nor a
// digit separates and is left out.
func (f *Folder) Runs(text string) []Run {
	var list []Run
	open := false
	for i := 0; i < len(text); {
		original, size := utf8.DecodeRuneInString(text[i:])
		r := f.Fold(original)
		han := IsHan(r)
		if !han && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			open = false
			i += size
			continue
		}
		if !open || list[len(list)-1].Han != han {
			list = append(list, Run{From: i, Han: han, At: []int{i}})
			open = true
		}
		last := &list[len(list)-1]
		i += size
		last.Text, last.At, last.To = append(last.Text, r), append(last.At, i), i
	}
	return list
}

// wordLimit cuts words that nobody would type.
const wordLimit = 40

// Stem takes the plural off English words, and cuts what nobody would type.
func Stem(word []rune) string {
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
