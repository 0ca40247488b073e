package search

import (
	"cmp"
	"slices"
	"strings"

	"linghang/lib/match/text"
)

// Piece is a piece of text; hits are what was asked for.
type Piece struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit,omitempty"`
}

type stretch struct{ from, to int }

// marks returns the bytes of the text that the question asks for.
func (w *words) marks(body string, question []asked) []stretch {
	var list []stretch
	for _, t := range w.Runs(body) {
		if !t.Han {
			word := text.Stem(t.Text)
			for _, a := range question {
				if a.terms[0] == word || slices.ContainsFunc(a.prefixes, func(p string) bool { return strings.HasPrefix(string(t.Text), p) }) {
					list = append(list, stretch{t.From, t.To})
					break
				}
			}
			continue
		}
		for i := range t.Text {
			for _, a := range question {
				term := []rune(a.terms[0])
				if i+len(term) <= len(t.Text) && text.IsHan(term[0]) && slices.Equal(t.Text[i:i+len(term)], term) {
					list = append(list, stretch{t.At[i], t.At[i+len(term)]})
				}
			}
		}
	}
	return joined(list)
}

// joined makes one of stretches that touch.
func joined(list []stretch) []stretch {
	slices.SortFunc(list, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	var out []stretch
	for _, s := range list {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

// pieces cuts the text at its marks.
func pieces(text string, marks []stretch) []Piece {
	out := []Piece{}
	at := 0
	for _, m := range marks {
		if m.from > at {
			out = append(out, Piece{Text: text[at:m.from]})
		}
		out = append(out, Piece{Text: text[m.from:m.to], Hit: true})
		at = m.to
	}
	if at < len(text) {
		out = append(out, Piece{Text: text[at:]})
	}
	return out
}

// excerptWidth is how many characters of the body an answer shows.
const excerptWidth = 120

// excerpt returns the part of the text with the most marks, and its marks.
func (w *words) excerpt(text string, question []asked) []Piece {
	marks := w.marks(text, question)
	starts := make([]int, 0, len(text))
	for i := range text {
		starts = append(starts, i)
	}
	starts = append(starts, len(text))
	rank := func(at int) int { n, _ := slices.BinarySearch(starts, at); return n }
	best, most := 0, 0
	for i, m := range marks {
		n := 0
		for _, o := range marks[i:] {
			if rank(o.to)-rank(m.from) <= excerptWidth*3/4 {
				n += o.to - o.from
			}
		}
		if n > most {
			best, most = max(0, rank(m.from)-excerptWidth/8), n
		}
	}
	from, to := starts[best], starts[min(len(starts)-1, best+excerptWidth)]
	var inside []stretch
	for _, m := range marks {
		if m.from >= from && m.to <= to {
			inside = append(inside, stretch{m.from - from, m.to - from})
		}
	}
	out := pieces(text[from:to], inside)
	if best > 0 {
		out = append([]Piece{{Text: "…"}}, out...)
	}
	if to < len(text) {
		out = append(out, Piece{Text: "…"})
	}
	return out
}
