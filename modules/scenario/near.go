package scenario

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"linghang/kernel/fault"
)

// The rules by which two scenarios are likely one.
const (
	likeTitle   = "title"   // titles that are alike
	sameSummary = "summary" // the same summary, but for punctuation
)

const (
	// alikeFrom is how many of the pairs of characters of two titles are the same (Dice),
	// from which on they are near duplicates.
	alikeFrom = 0.8
	// tellingFrom is how many letters a summary has that tells a scenario.
	tellingFrom = 20
	// mostNear bounds how many near duplicates are told at once.
	mostNear = 500
)

// plainText leaves letters and digits of a text, small and of half width.
func plainText(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// told is what duplicates are looked for by.
type told struct{ key, title, summary string }

func tell(key string, c Content) told {
	return told{key, plainText(c.Title.In("zh")), plainText(c.Summary.In("zh"))}
}

// near says that two are likely one.
type near struct {
	a, b     int
	likeness float64
	rule     string
}

func bigrams(text string) []string {
	list := []rune(text)
	if len(list) < 2 {
		return []string{text}
	}
	out := make([]string, len(list)-1)
	for i := range out {
		out[i] = string(list[i : i+2])
	}
	return out
}

// nearOnes returns pairs that are likely one, the likeliest first; of each pair the second
// is at from or after. It counts shared pairs of characters by an index of them: to look
// at every pair of 3 000 scenarios would take minutes.
func nearOnes(list []told, from int) []near {
	var found []near
	holders, grams, summaries := map[string][]int{}, make([]int, len(list)), map[string]int{}
	for b, x := range list {
		counts, own := map[string]int{}, bigrams(x.title)
		grams[b] = len(own)
		for _, g := range own {
			counts[g]++
		}
		if b >= from {
			found = append(found, titlesLike(b, counts, grams, holders)...)
		}
		if a, same := summaries[x.summary]; same && b >= from && len([]rune(x.summary)) >= tellingFrom && !slices.ContainsFunc(found, func(n near) bool { return n.a == a && n.b == b }) {
			found = append(found, near{a, b, 1, sameSummary})
		}
		if _, known := summaries[x.summary]; !known {
			summaries[x.summary] = b
		}
		for g, n := range counts {
			for range n { // as often as it is there: Dice counts multisets
				holders[g] = append(holders[g], b)
			}
		}
	}
	slices.SortStableFunc(found, func(x, y near) int { return cmp.Compare(y.likeness, x.likeness) })
	return found[:min(len(found), mostNear)]
}

// titlesLike returns those before b whose titles are like that of b.
func titlesLike(b int, counts map[string]int, grams []int, holders map[string][]int) []near {
	shared := map[int]int{}
	for g, n := range counts {
		taken, last := 0, -1
		for _, a := range holders[g] {
			if a != last {
				taken, last = 0, a
			}
			if taken < n {
				shared[a]++
				taken++
			}
		}
	}
	var found []near
	for a, n := range shared {
		if d := 2 * float64(n) / float64(grams[a]+grams[b]); d >= alikeFrom {
			found = append(found, near{a, b, d, likeTitle})
		}
	}
	slices.SortFunc(found, func(x, y near) int { return cmp.Or(cmp.Compare(y.likeness, x.likeness), cmp.Compare(x.a, y.a)) })
	return found
}

// decidable refuses a decision on two scenarios that cannot be made.
func decidable(kept, other Scenario) error {
	if kept.ID == other.ID {
		return fault.New(fault.Invalid, "scenario.pair.same", "a scenario is no duplicate of itself").At("body.other_id", "choose another scenario")
	}
	for _, s := range []Scenario{kept, other} {
		if s.Status != published {
			return stands(s.Status)
		}
	}
	return nil
}
