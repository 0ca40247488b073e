package csaf

import (
	"cmp"
	"strings"
)

// compareVersions orders two versions as vendors write them: numbers by value,
// letters by alphabet without case, "v" before a number and blanks left out. ok
// is false if they cannot be ordered: one has a word where the other has a
// number, or one has nothing that can be compared.
func compareVersions(a, b string) (order int, ok bool) {
	as, bs := pieces(a), pieces(b)
	if len(as) == 0 || len(bs) == 0 {
		return 0, false
	}
	for i := range max(len(as), len(bs)) {
		var x, y piece
		switch {
		case i >= len(as):
			x, y = piece{number: true}, bs[i]
		case i >= len(bs):
			x, y = as[i], piece{number: true}
		default:
			x, y = as[i], bs[i]
		}
		c, ok := x.compare(y, i >= len(as) || i >= len(bs))
		if !ok || c != 0 {
			return c, ok
		}
	}
	return 0, true
}

// piece is a run of digits or of letters.
type piece struct {
	number bool
	text   string // digits without leading zeros, or small letters
}

// compare orders pieces. Past the end of a version there is nothing: zeros there
// do not count, a pre-release is before it, a patch after, and other words cannot
// be ordered.
func (p piece) compare(o piece, past bool) (int, bool) {
	switch {
	case p.number && o.number:
		if c := cmp.Compare(len(p.text), len(o.text)); c != 0 {
			return c, true
		}
		return cmp.Compare(p.text, o.text), true
	case !p.number && !o.number:
		if p.text == o.text {
			return 0, true
		}
		if rank(p.text) != 0 && rank(o.text) != 0 {
			return cmp.Compare(rank(p.text), rank(o.text)), true
		}
		if len(p.text) == 1 && len(o.text) == 1 {
			return cmp.Compare(p.text, o.text), true
		}
		return 0, false
	case !past:
		return 0, false
	case p.number:
		return -direction(o.text), direction(o.text) != 0
	default:
		return direction(p.text), direction(p.text) != 0
	}
}

// rank orders the words of pre-releases and patches.
func rank(word string) int {
	switch word {
	case "dev", "pre":
		return 1
	case "alpha":
		return 2
	case "beta":
		return 3
	case "rc":
		return 4
	case "sp", "p", "patch", "hf", "hotfix", "update", "upd", "u", "fix":
		return 6
	default:
		return 0
	}
}

// direction says whether a word behind a version makes it earlier (-1), later (1)
// or something that cannot be told (0). A single letter makes it later: 2.0b is after 2.0.
func direction(word string) int {
	switch r := rank(word); {
	case r == 0 && len(word) == 1:
		return 1
	case r == 0:
		return 0
	case r <= 4:
		return -1
	default:
		return 1
	}
}

// pieces divides a version; build metadata behind + is left out.
func pieces(text string) []piece {
	text, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(text)), "+")
	for _, word := range []string{"versions", "version", "ver.", "ver", "release", "rev.", "rev", "firmware"} {
		text = strings.TrimPrefix(text, word)
	}
	text = strings.TrimLeft(text, " .:")
	if len(text) > 1 && text[0] == 'v' && digit(rune(text[1])) {
		text = text[1:]
	}
	var out []piece
	for text != "" {
		end := 0
		is := letter
		if digit(rune(text[0])) {
			is = digit
		}
		for end < len(text) && is(rune(text[end])) {
			end++
		}
		if end == 0 { // a dot, a dash, anything else only divides
			if c := text[0]; c >= 0x80 || !strings.ContainsRune(" .-_/:~", rune(c)) {
				return nil
			}
			text = text[1:]
			continue
		}
		if text[:end] == "build" {
			text = text[end:]
			continue
		}
		p := piece{number: digit(rune(text[0])), text: text[:end]}
		if p.number {
			p.text = strings.TrimLeft(p.text, "0")
		}
		out = append(out, p)
		text = text[end:]
	}
	return out
}
