package paper

import (
	"strings"
	"unicode"
)

// fitText cuts text to a width.
func fitText(text string, limit float64, width func(string) float64) string {
	if width(text) <= limit {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && width(string(runes)+"…") > limit {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// breakLines breaks text to a width: between words of Latin, between any two
// Chinese characters, and not before a closing mark.
func breakLines(text string, limit float64, width func(string) float64) []string {
	var out []string
	for part := range strings.SplitSeq(text, "\n") {
		var current []rune
		at := 0.0
		for _, word := range pieces(part) {
			w := width(string(word))
			if at+w > limit && len(current) > 0 && !closing(word[0]) {
				out = append(out, strings.TrimRight(string(current), " "))
				current, at = nil, 0
				if word[0] == ' ' {
					continue
				}
			}
			for w > limit { // a word longer than a line
				n := len(word)
				for n > 1 && width(string(word[:n])) > limit {
					n--
				}
				if n == len(word) { // one character, wider than the line
					break
				}
				out = append(out, string(word[:n]))
				word = word[n:]
				w = width(string(word))
			}
			current, at = append(current, word...), at+w
		}
		out = append(out, string(current))
	}
	return out
}

// pieces cuts text where a line may break.
func pieces(text string) [][]rune {
	var out [][]rune
	var word []rune
	flush := func() {
		if len(word) > 0 {
			out = append(out, word)
			word = nil
		}
	}
	for _, r := range text {
		switch {
		case r == ' ' || unicode.Is(unicode.Han, r) || r > 0x2e80:
			flush()
			out = append(out, []rune{r})
		case r == '-' || r == '/':
			word = append(word, r)
			flush()
		default:
			word = append(word, r)
		}
	}
	flush()
	return out
}

func closing(r rune) bool {
	return strings.ContainsRune("，。、；：？！）》」』”’%％,.;:?!)", r)
}
