package sigma

import (
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
func (p pattern) match(text string) bool {
	i, at := 0, 0
	star, mark := -1, 0
	for {
		if i == len(p) {
			if at == len(text) {
				return true
			}
		} else if p[i].kind == tokenMany {
			if i+1 == len(p) {
				return true
			}
			star, mark = i, at
			i++
			continue
		} else if n, ok := p[i].step(text[at:]); ok {
			at += n
			i++
			continue
		}
		if star < 0 || mark >= len(text) {
			return false
		}
		mark += p.advance(star, text[mark:])
		if mark > len(text) {
			return false
		}
		at, i = mark, star+1
	}
}

// advance gives how far the last star has to grow before it is worth trying
// again: to the next place where the text that follows it stands.
func (p pattern) advance(star int, rest string) int {
	_, size := utf8.DecodeRuneInString(rest)
	if next := p[star+1]; next.kind == tokenText {
		at := strings.Index(rest[size:], next.text)
		if at < 0 {
			return len(rest) + 1
		}
		return size + at
	}
	return size
}

// step matches one token other than a star at the start of the text.
func (t token) step(text string) (int, bool) {
	if t.kind == tokenText {
		return len(t.text), strings.HasPrefix(text, t.text)
	}
	if text == "" {
		return 0, false
	}
	r, size := utf8.DecodeRuneInString(text)
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
