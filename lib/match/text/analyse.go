package text

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// Analyser cuts text into terms. It does not change, and serves any number of
// goroutines.
type Analyser struct {
	*Folder
	readings *Readings
	trade    *Trade
	idle     []string
}

// New returns an analyser; trade may be nil.
func New(trade *Trade) *Analyser {
	if trade != nil {
		return &Analyser{trade.folder, trade.readings, trade, idleWords()}
	}
	return &Analyser{NewFolder(), NewReadings(), nil, idleWords()}
}

// version is raised with every change of what terms a text gives.
const version = 1

// Print tells the version of this package and the table of trade terms: an index that
// was saved with another print has other terms.
func (a *Analyser) Print() string {
	if a.trade == nil {
		return fmt.Sprintf("%d", version)
	}
	return fmt.Sprintf("%d-%08x", version, a.trade.print)
}

// Term is a term and the octets of the text that it was made from.
type Term struct {
	Text     string
	From, To int
}

// Each calls fn for every term of a document's text. With spelled, also for how its
// Han characters are pronounced.
func (a *Analyser) Each(s string, spelled bool, fn func(Term)) {
	runs := a.Runs(s)
	for _, r := range runs {
		if !r.Han {
			words(r, fn)
			continue
		}
		neighbours(r, fn)
		if spelled {
			a.spell(r, fn)
		}
	}
	a.trade.find(runs, func(concept string, from, to int) {
		for _, c := range a.trade.above[concept] {
			fn(Term{conceptMark + c, from, to})
		}
	})
}

// words gives a word, and its letters and figures apart: ISO9001 is found as ISO 9001.
func words(r Run, fn func(Term)) {
	fn(Term{Stem(r.Text), r.From, r.To})
	from := 0
	for i := 1; i <= len(r.Text); i++ {
		if i < len(r.Text) && unicode.IsDigit(r.Text[i]) == unicode.IsDigit(r.Text[i-1]) {
			continue
		}
		if i-from > 1 && i-from < len(r.Text) {
			fn(Term{Stem(r.Text[from:i]), r.At[from], r.At[i]})
		}
		from = i
	}
}

// neighbours gives every character and every two neighbours.
func neighbours(r Run, fn func(Term)) {
	s := string(r.Text)
	at := 0
	for i, c := range r.Text {
		n := utf8.RuneLen(c)
		fn(Term{s[at : at+n], r.At[i], r.At[i+1]})
		if i+1 < len(r.Text) {
			fn(Term{s[at : at+n+utf8.RuneLen(r.Text[i+1])], r.At[i], r.At[i+2]})
		}
		at += n
	}
}

// spell gives the syllables of two neighbours, and the first letters of three.
func (a *Analyser) spell(r Run, fn func(Term)) {
	var before []string
	letters := make([]byte, len(r.Text))
	for i, c := range r.Text {
		now := a.readings.Of(c)
		letters[i] = a.readings.Initial(c)
		for _, x := range before {
			for _, y := range now {
				fn(Term{soundMark + x + " " + y, r.At[i-1], r.At[i+1]})
			}
		}
		before = now
		if i >= 2 && letters[i] != 0 && letters[i-1] != 0 && letters[i-2] != 0 {
			fn(Term{initialsMark + string(letters[i-2:i+1]), r.At[i-2], r.At[i+1]})
		}
	}
}
