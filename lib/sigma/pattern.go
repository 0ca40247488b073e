package sigma

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind says what a token of a pattern matches.
type tokenKind uint8

const (
	tokenText tokenKind = iota // its text
	tokenOne                   // any one character: ?
	tokenMany                  // any number of characters: *
	tokenDash                  // one of the five characters of windash
)

type token struct {
	kind tokenKind
	text string
}

// pattern is a Sigma string: plain text with wildcards.
type pattern []token

// parsePattern reads a Sigma string ("Escape Character" of the specification):
// a backslash before *, ? or \ makes that character plain, any other backslash
// is plain itself.
func parsePattern(text string) pattern {
	var out pattern
	var plain strings.Builder
	flush := func() {
		if plain.Len() > 0 {
			out = append(out, token{tokenText, plain.String()})
			plain.Reset()
		}
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text) && strings.IndexByte(`*?\`, text[i+1]) >= 0:
			i++
			plain.WriteByte(text[i])
		case c == '*':
			flush()
			out = append(out, token{kind: tokenMany})
		case c == '?':
			flush()
			out = append(out, token{kind: tokenOne})
		default:
			plain.WriteByte(c)
		}
	}
	flush()
	return out.tidy()
}

// tidy joins neighbouring texts and neighbouring stars.
func (p pattern) tidy() pattern {
	var out pattern
	for _, t := range p {
		last := len(out) - 1
		switch {
		case t.kind == tokenText && t.text == "":
		case last >= 0 && t.kind == tokenMany && out[last].kind == tokenMany:
		case last >= 0 && t.kind == tokenText && out[last].kind == tokenText:
			out[last].text += t.text
		default:
			out = append(out, t)
		}
	}
	return out
}

// plain gives the text of a pattern without wildcards.
func (p pattern) plain() (string, bool) {
	switch {
	case len(p) == 0:
		return "", true
	case len(p) == 1 && p[0].kind == tokenText:
		return p[0].text, true
	default:
		return "", false
	}
}

// around puts stars before and after.
func (p pattern) around(before, after bool) pattern {
	out := make(pattern, 0, len(p)+2)
	if before {
		out = append(out, token{kind: tokenMany})
	}
	out = append(out, p...)
	if after {
		out = append(out, token{kind: tokenMany})
	}
	return out.tidy()
}

// dashes are the characters that windash takes for each other.
func dashes() []rune { return []rune{'-', '/', '–', '—', '―'} }

func isDash(r rune) bool { return r == '-' || r == '/' || r == '–' || r == '—' || r == '―' }

// windash lets each dash of the text stand for all of them.
func (p pattern) windash() pattern {
	var out pattern
	for _, t := range p {
		if t.kind != tokenText {
			out = append(out, t)
			continue
		}
		rest := t.text
		for {
			at := strings.IndexFunc(rest, isDash)
			if at < 0 {
				break
			}
			_, size := utf8.DecodeRuneInString(rest[at:])
			out = append(out, token{tokenText, rest[:at]}, token{kind: tokenDash})
			rest = rest[at+size:]
		}
		out = append(out, token{tokenText, rest})
	}
	return out.tidy()
}

// maxWrittenOut is how many dashes a pattern may have to be written out: plain
// texts are found faster, but there are five for each dash.
const maxWrittenOut = 2

// writtenOut gives a pattern of few dashes as one pattern for each way to write it.
func (p pattern) writtenOut() []pattern {
	at := slices.IndexFunc(p, func(t token) bool { return t.kind == tokenDash })
	count := 0
	for _, t := range p {
		if t.kind == tokenDash {
			count++
		}
	}
	if count == 0 || count > maxWrittenOut {
		return []pattern{p}
	}
	var out []pattern
	for _, d := range dashes() {
		one := slices.Clone(p)
		one[at] = token{tokenText, string(d)}
		out = append(out, one.tidy().writtenOut()...)
	}
	return out
}

// folded gives the pattern with its texts folded.
func (p pattern) folded() pattern {
	out := make(pattern, len(p))
	for i, t := range p {
		out[i] = token{t.kind, foldString(t.text)}
	}
	return out
}

// longest gives the longest text inside, "" if there is none.
func (p pattern) longest() string {
	best := ""
	for _, t := range p {
		if len(t.text) > len(best) {
			best = t.text
		}
	}
	return best
}

// match says whether the whole text fits. It goes back to the last star only,
// so that its cost is at most length of text times length of pattern.
func (p pattern) match(text []byte) bool {
	i, at := 0, 0
	star, mark := -1, 0
	for {
		switch {
		case i == len(p) && at == len(text):
			return true
		case i == len(p):
		case p[i].kind == tokenMany && i+1 == len(p):
			return true
		case p[i].kind == tokenMany:
			skipped, ok := p.skip(i+1, text[at:])
			if !ok {
				return false
			}
			at += skipped
			star, mark = i, at
			i++
			continue
		default:
			if n, ok := p[i].step(text[at:]); ok {
				at += n
				i++
				continue
			}
		}
		if star < 0 || mark >= len(text) {
			return false
		}
		_, size := utf8.DecodeRune(text[mark:])
		skipped, ok := p.skip(star+1, text[mark+size:])
		if !ok {
			return false
		}
		mark += size + skipped
		at, i = mark, star+1
	}
}

// skip gives how far it is to the next place where token i can stand; false if
// there is none.
func (p pattern) skip(i int, text []byte) (int, bool) {
	if p[i].kind != tokenText {
		return 0, true
	}
	if i+1 == len(p) { // the end of the pattern is the end of the text
		from := len(text) - len(p[i].text)
		return from, from >= 0
	}
	at := bytes.Index(text, []byte(p[i].text))
	return at, at >= 0
}

// step matches one token other than a star at the start of the text.
func (t token) step(text []byte) (int, bool) {
	if t.kind == tokenText {
		return len(t.text), len(text) >= len(t.text) && string(text[:len(t.text)]) == t.text
	}
	if len(text) == 0 {
		return 0, false
	}
	r, size := utf8.DecodeRune(text)
	return size, t.kind == tokenOne || isDash(r)
}

// fold gives one character for all that differ by case only (simple folding of
// Unicode), the small letter for ASCII.
func fold(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}
	if 0x3000 <= r && r < 0xA640 { // Chinese, Japanese and Yi have no case
		return r
	}
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	if 'A' <= least && least <= 'Z' {
		return least + ('a' - 'A')
	}
	return least
}

// appendFold appends the folded text. Octets that are not UTF-8 stay as they are.
func appendFold(dst []byte, text string) []byte {
	i := 0
	for ; i < len(text); i++ {
		c := text[i]
		if c >= utf8.RuneSelf {
			break
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			dst = append(dst, text[i])
		} else {
			dst = utf8.AppendRune(dst, fold(r))
		}
		i += size
	}
	return dst
}

func foldString(text string) string { return string(appendFold(nil, text)) }
