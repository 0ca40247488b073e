package text

import (
	"slices"
	"strings"
	"unicode"
)

// What the terms of a question weigh. A word of two Han characters counts whole; a
// trade term also counts by its concept, and less by the concepts above it; what only
// stands in counts less than what was written.
const (
	conceptWeight = 2.0
	aboveWeight   = 0.5
	termWeight    = 1.0 // of all neighbours in a trade term
	insteadWeight = 0.6
	nearWeight    = 0.5
)

// MaxAsked bounds how many terms a question has.
const MaxAsked = 256

// Asked is one term of a question. Where no document has it, the terms Instead are
// looked for; and if it is Near, words of the index that differ by a letter or two.
type Asked struct {
	Term     string
	Weight   float64
	Instead  []string
	Near     bool
	From, To int // octets of the question
}

// InsteadWeight is what a term counts that stands in for another of weight 1, and
// NearWeight what a word counts that differs in a letter; one that differs in two
// counts half of it.
func InsteadWeight() float64 { return insteadWeight }

// NearWeight is what a word counts that differs by one letter from the one asked for.
func NearWeight() float64 { return nearWeight }

// Ask cuts a question into terms, in the order of the text; concepts come last.
func (a *Analyser) Ask(question string) []Asked {
	runs := a.Runs(question)
	told := a.told(runs)
	list := make([]Asked, 0, 16)
	seen := map[string]bool{}
	add := func(q Asked) {
		if !seen[q.Term] && len(list) < MaxAsked {
			seen[q.Term] = true
			list = append(list, q)
		}
	}
	known := a.concepts(told)
	for _, r := range told {
		if r.Han {
			a.askHan(r, known, add)
			continue
		}
		a.askWord(r, add)
	}
	for _, k := range known {
		for i, c := range a.trade.above[k.concept] {
			weight := conceptWeight
			if i > 0 {
				weight = aboveWeight
			}
			add(Asked{Term: conceptMark + c, Weight: weight, From: k.from, To: k.to})
		}
	}
	return list
}

// named is a trade term in a question.
type named struct {
	concept  string
	from, to int
}

// concepts returns the trade terms of a question: those that are written, and where none
// is those that it sounds like.
func (a *Analyser) concepts(runs []Run) []named {
	var list []named
	a.trade.find(runs, func(concept string, from, to int) { list = append(list, named{concept, from, to}) })
	written := len(list)
	a.trade.heard(runs, func(concept string, from, to int) {
		for _, k := range list[:written] {
			if k.from < to && from < k.to {
				return
			}
		}
		list = append(list, named{concept, from, to})
	})
	return list
}

// share is what two neighbours weigh: those of a long trade term together no more than
// those of a short one, so that a long word does not count as many.
func share(known []named, r Run, i int) float64 {
	for _, k := range known {
		if r.At[i] < k.from || r.At[i+2] > k.to {
			continue
		}
		n := 0
		for _, at := range r.At {
			if at >= k.from && at < k.to {
				n++
			}
		}
		return min(1, termWeight/float64(n-1))
	}
	return 1
}

func (a *Analyser) askHan(r Run, known []named, add func(Asked)) {
	if len(r.Text) == 1 {
		add(Asked{Term: string(r.Text), Weight: 1, From: r.From, To: r.To})
		return
	}
	for i := range r.Text[:len(r.Text)-1] {
		q := Asked{Term: string(r.Text[i : i+2]), Weight: share(known, r, i), From: r.At[i], To: r.At[i+2]}
		for _, x := range a.readings.Of(r.Text[i]) {
			for _, y := range a.readings.Of(r.Text[i+1]) {
				q.Instead = append(q.Instead, soundMark+x+" "+y)
			}
		}
		add(q)
	}
}

// askWord asks for a word, which may be pinyin or initials where nothing is so written.
func (a *Analyser) askWord(r Run, add func(Asked)) {
	word := Stem(r.Text)
	q := Asked{Term: word, Weight: 1, From: r.From, To: r.To}
	if strings.ContainsFunc(word, func(c rune) bool { return c < 'a' || c > 'z' }) {
		words(r, func(t Term) { add(Asked{Term: t.Text, Weight: 1, From: t.From, To: t.To}) })
		return
	}
	letters := string(r.Text)
	if syllables := a.readings.Split(letters); len(syllables) > 1 {
		for i := range syllables[:len(syllables)-1] {
			q.Instead = append(q.Instead, soundMark+syllables[i]+" "+syllables[i+1])
		}
	}
	for i := 0; i+3 <= len(letters) && len(letters) <= 12; i++ {
		q.Instead = append(q.Instead, initialsMark+letters[i:i+3])
	}
	q.Near = len(word) >= 4
	add(q)
}

// told leaves out what people say around a question; if that is all, it stays.
func (a *Analyser) told(runs []Run) []Run {
	var out []Run
	for _, r := range runs {
		if !r.Han {
			if !slices.Contains(a.idle, string(r.Text)) {
				out = append(out, r)
			}
			continue
		}
		out = append(out, a.pieces(r)...)
	}
	if len(out) == 0 {
		return runs
	}
	return out
}

// pieces cuts idle words out of a run of Han characters.
func (a *Analyser) pieces(r Run) []Run {
	var out []Run
	from := 0
	cut := func(to int) {
		if to > from {
			out = append(out, Run{r.At[from], r.At[to], true, r.Text[from:to], r.At[from : to+1]})
		}
	}
	for i := 0; i < len(r.Text); {
		n := a.idleAt(r.Text[i:])
		if n == 0 {
			i++
			continue
		}
		cut(i)
		i += n
		from = i
	}
	cut(len(r.Text))
	return out
}

func (a *Analyser) idleAt(s []rune) int {
	for _, w := range a.idle {
		n := 0
		for _, c := range w {
			if n >= len(s) || s[n] != c {
				n = 0
				break
			}
			n++
		}
		if n > 0 && unicode.Is(unicode.Han, s[0]) {
			return n
		}
	}
	return 0
}

// idleWords say nothing in a question, longer ones first.
func idleWords() []string {
	list := strings.Fields(`有没有 能不能 可不可以 是不是 怎么办 怎么样 为什么 哪里有 谁能 谁家 哪家 哪些 哪个 哪里 什么 怎么 怎样 如何 请问
		想要 想找 想做 想上 我想 我们 我厂 我司 你们 他们 希望 需要 推荐 可以 能够 帮忙 帮我 一下 一个 一家 一套 关于 以及 或者 还是 比较 靠谱 厂家
		的 了 吗 呢 吧 啊 与
		a an the of and or in on to for by with is are what how which who need want find looking`)
	slices.SortStableFunc(list, func(x, y string) int { return len(y) - len(x) })
	return list
}
