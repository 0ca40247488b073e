// Package text cuts Chinese and Latin text into the terms of an index, and questions
// into weighted terms that are looked up there.
//
// An Analyser makes what is the same to a reader the same: full-width letters, upper
// case, traditional characters (fold.txt). Of a run of Han characters every character
// and every two neighbours are terms; of other letters and digits whole words, without
// an English plural. Trade terms (Trade) that mean the same give one more term, the
// concept, and the concepts above it: so 排产软件 finds 高级计划与排程. A field that is
// spelled also gives the pronunciation of its Han characters, two neighbours at a time,
// and the first letters of three neighbours: so that names are found by pinyin, by
// initials, and through characters that only sound right.
//
// A term is a string; its first byte tells the kind (Kind). A question's term holds
// what may stand in for it where no document has it (Asked.Instead).
//
// Sources of the tables: fold.txt pairs traditional characters with simplified ones,
// from the dictionary TSCharacters of OpenCC (Apache-2.0); pinyin.txt gives the
// characters of every syllable, from pinyin-data of mozillazg (MIT), which is made from
// Unihan, second readings after a bar.
package text

import "errors"

// ErrTrade reports a table of trade terms that cannot be read, with the place in it.
var ErrTrade = errors.New("the table of trade terms cannot be read")

// Kind is what a term was made from.
type Kind uint8

// Kinds of terms.
const (
	Word     Kind = iota // Han characters, or a word of another script
	Sound                // the syllables of two neighbouring Han characters
	Initials             // the first letters of three neighbouring Han characters
	Concept              // a trade term, whichever of its names was written
)

// The first bytes of terms that are no words.
const (
	soundMark    = "\x01"
	initialsMark = "\x02"
	conceptMark  = "\x03"
)

// KindOf returns what a term was made from.
func KindOf(term string) Kind {
	if term == "" {
		return Word
	}
	switch term[:1] {
	case soundMark:
		return Sound
	case initialsMark:
		return Initials
	case conceptMark:
		return Concept
	}
	return Word
}

// Shown returns a term as people read it: without the byte that tells its kind.
func Shown(term string) string {
	if KindOf(term) != Word {
		return term[1:]
	}
	return term
}
