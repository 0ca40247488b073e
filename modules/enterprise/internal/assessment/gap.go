package assessment

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"linghang/kernel/lang"
)

// Gap is what lacks to the next level. Of what is fulfilled nothing is said.
type Gap struct {
	Level     int      `json:"level" doc:"The next level"`
	Score     *Short   `json:"score,omitempty" doc:"Points of part 1, or the degree of the next stage"`
	Scenarios *Short   `json:"scenarios,omitempty" doc:"Scenarios at least of the level's grade"`
	Starred   *Short   `json:"starred,omitempty" doc:"Of them constraining ones"`
	Vetoes    []string `json:"vetoes" nullable:"false" doc:"Vetoes that stand against it"`
	Nearest   []Near   `json:"nearest" nullable:"false" doc:"Scenarios that are not yet of the grade, the nearest first"`
	Steps     []Step   `json:"steps" nullable:"false" doc:"Steps that close the gap, the fewest that do; see the rule"`
	Closes    bool     `json:"closes" doc:"The steps alone reach the level; not when a veto stands against it"`
}

// Short is how much there is of how much is needed.
type Short struct {
	Have float64 `json:"have"`
	Need float64 `json:"need"`
}

// Near is a scenario below a grade.
type Near struct {
	Question string    `json:"question"`
	Title    lang.Text `json:"title"`
	Starred  bool      `json:"starred"`
	Grade    int       `json:"grade" doc:"What it is now"`
	Lift     int       `json:"lift" doc:"Grades that lack"`
}

// Step is one question answered better.
//
// The rule of steps. A step is one option further: a grade, a band, a degree, or one
// more of several. The fewest steps are cheapest, because what a step costs an
// enterprise is not known here. Scenarios: the nearest constraining ones as far as these
// lack, then the nearest of all. Points: the step that gives most comes first, in the
// order of the questions when equal; outcomes, which no single measure brings about,
// only when all others do not suffice.
type Step struct {
	Question string    `json:"question"`
	Title    lang.Text `json:"title"`
	Kind     string    `json:"kind" enum:"scenario,score,stage"`
	Starred  bool      `json:"starred"`
	Outcome  bool      `json:"outcome"`
	Have     float64   `json:"have" doc:"Points, grade or degree now"`
	Want     float64   `json:"want" doc:"Points, grade or degree then"`
	Steps    int       `json:"steps" doc:"Options that it goes further"`
	Options  []string  `json:"options" nullable:"false" doc:"The option to reach, or those to add"`
}

func (t *Template) gap(s Sheet, r Result) *Gap {
	next := t.Levels[r.Level]
	g := &Gap{Level: next.Level, Vetoes: []string{}, Nearest: []Near{}, Steps: []Step{}}
	for _, v := range t.Vetoes {
		if v.Most < next.Level && slices.Contains(r.Vetoed, v.Code) {
			g.Vetoes = append(g.Vetoes, v.Code)
		}
	}
	if t.Ladder != nil {
		g.Closes = t.stageGap(s, r, next.Level, g)
	} else {
		g.Closes = t.scoreGap(s, r, next, g)
		t.scenarioGap(s, next, g)
	}
	g.Closes = g.Closes && len(g.Vetoes) == 0
	return g
}

func (t *Template) scenarioGap(s Sheet, next Level, g *Gap) {
	n := t.count(s, next.Level)
	if n.Scenarios < next.Scenarios {
		g.Scenarios = &Short{float64(n.Scenarios), float64(next.Scenarios)}
	}
	if n.Starred < next.Starred {
		g.Starred = &Short{float64(n.Starred), float64(next.Starred)}
	}
	if g.Scenarios == nil && g.Starred == nil {
		return
	}
	for _, of := range t.Scenarios.Groups {
		for _, x := range of.Scenarios {
			if grade := t.grade(s, x); grade < next.Level {
				g.Nearest = append(g.Nearest, Near{scenarioCode(x.Code), x.Title, x.Starred, grade, next.Level - grade})
			}
		}
	}
	slices.SortStableFunc(g.Nearest, func(a, b Near) int {
		return cmp.Or(cmp.Compare(a.Lift, b.Lift), cmp.Compare(starFirst(a), starFirst(b)))
	})
	lack := max(0, next.Starred-n.Starred)
	rest := max(0, next.Scenarios-n.Scenarios-lack)
	for _, of := range []bool{true, false} { // constraining ones first, then the nearest of all
		for _, x := range g.Nearest {
			left := &rest
			if of {
				left = &lack
			}
			taken := slices.ContainsFunc(g.Steps, func(y Step) bool { return y.Question == x.Question })
			if *left == 0 || of && !x.Starred || taken {
				continue
			}
			*left--
			g.Steps = append(g.Steps, t.scenarioStep(x, next.Level))
		}
	}
}

func starFirst(x Near) int {
	if x.Starred {
		return 0
	}
	return 1
}

func (t *Template) scenarioStep(x Near, grade int) Step {
	q := t.questions[x.Question]
	return Step{Question: x.Question, Title: x.Title, Kind: "scenario", Starred: x.Starred, Have: float64(x.Grade), Want: float64(grade), Steps: x.Lift, Options: []string{q.Options[grade].Code}}
}

// path is what one question still has to give, step by step.
type path struct {
	q       Question
	weight  int64
	options []Option // further ones: of a single choice in turn, of a multiple one by points
	have    int64    // points now
	gains   []int64  // of each option, weighted
}

// ahead returns the way that is left to a question from an answer.
func (q Question) ahead(a Answer, weight int64) path {
	p := path{q: q, weight: weight, have: q.points(a)}
	last := p.have
	for _, o := range q.Options {
		if q.Kind == Single && milli(o.Points) > p.have {
			p.options = append(p.options, o)
			p.gains = append(p.gains, (milli(o.Points)-last)*weight)
			last = milli(o.Points)
		}
		if q.Kind == Multi && !o.Exclusive && o.Points > 0 && !slices.Contains(a.Options, o.Code) {
			p.options = append(p.options, o)
		}
	}
	if q.Kind == Multi {
		slices.SortStableFunc(p.options, func(a, b Option) int { return cmp.Compare(b.Points, a.Points) })
		for _, o := range p.options {
			p.gains = append(p.gains, milli(o.Points)*weight)
		}
	}
	return p
}

// step is the first n options of a way.
func (p path) step(kind string, title lang.Text, n int) Step {
	x := Step{Question: p.q.Code, Title: title, Kind: kind, Outcome: p.q.Outcome, Have: from(p.have), Steps: n, Options: []string{}}
	if p.q.Kind == Single {
		x.Options, x.Want = append(x.Options, p.options[n-1].Code), p.options[n-1].Points
		return x
	}
	want := p.have
	for _, o := range p.options[:n] {
		x.Options = append(x.Options, o.Code)
		want += milli(o.Points)
	}
	x.Want = from(want)
	return x
}

// walk takes the largest gains until they make up what lacks, and returns how many
// steps each way was walked, and what then still lacks.
func walk(paths []path, lacks int64, may func(path) bool, walked []int) int64 {
	for lacks > 0 {
		best, gain := -1, int64(0)
		for i, p := range paths {
			if n := walked[i]; n < len(p.gains) && p.gains[n] > gain && may(p) {
				best, gain = i, p.gains[n]
			}
		}
		if best < 0 {
			return lacks
		}
		walked[best]++
		lacks -= gain
	}
	return lacks
}

func (t *Template) scoreGap(s Sheet, r Result, next Level, g *Gap) bool {
	if milli(r.Score) >= milli(next.Score) {
		return true
	}
	g.Score = &Short{r.Score, next.Score}
	paths := []path{}
	for _, x := range t.Sections {
		for _, i := range x.Indicators {
			for _, q := range i.Questions {
				paths = append(paths, q.ahead(s[q.Code], 1))
			}
		}
	}
	walked := make([]int, len(paths))
	lacks := walk(paths, milli(next.Score)-milli(r.Score), func(p path) bool { return !p.q.Outcome }, walked)
	lacks = walk(paths, lacks, func(path) bool { return true }, walked)
	for i, p := range paths {
		if walked[i] > 0 {
			g.Steps = append(g.Steps, p.step("score", p.q.Title, walked[i]))
		}
	}
	return lacks <= 0
}

func (t *Template) stageGap(s Sheet, r Result, stage int, g *Gap) bool {
	l := t.Ladder
	sum, weights := l.stage(s, t.questions, stage)
	lacks := milli(l.Met)*weights - sum
	if lacks <= 0 {
		return true // only a veto stands against it
	}
	g.Score = &Short{r.Stages[stage-1].Score, l.Met}
	paths, titles := []path{}, []lang.Text{}
	for _, d := range l.Domains {
		for _, x := range d.Subdomains {
			code := stageCode(x.Code, stage)
			paths, titles = append(paths, t.questions[code].ahead(s[code], milli(x.Weight))), append(titles, x.Title)
		}
	}
	walked := make([]int, len(paths))
	lacks = walk(paths, lacks, func(path) bool { return true }, walked)
	for i, p := range paths {
		if walked[i] > 0 {
			g.Steps = append(g.Steps, p.step("stage", titles[i], walked[i]))
		}
	}
	return lacks <= 0
}

// Apply answers a sheet as steps say: what they promise can so be looked at.
func (t *Template) Apply(s Sheet, steps []Step) Sheet {
	out := Sheet{}
	maps.Copy(out, s)
	for _, x := range steps {
		q := t.questions[x.Question]
		options := x.Options
		if q.Kind == Multi {
			options = slices.Concat(out[x.Question].Options, x.Options)
			options = slices.DeleteFunc(options, func(code string) bool { o, _ := q.option(code); return o.Exclusive })
		}
		out[x.Question] = Answer{Options: options}
	}
	return out
}

// Quartiles are the first quartile, the median and the third of numbers, by linear
// interpolation between closest ranks (type 7 of Hyndman and Fan, 1996).
func Quartiles(list []float64) (q1, median, q3 float64) {
	if len(list) == 0 {
		return 0, 0, 0
	}
	sorted := slices.Sorted(slices.Values(list))
	at := func(p float64) float64 {
		h := p * float64(len(sorted)-1)
		low := int(math.Floor(h))
		high := min(low+1, len(sorted)-1)
		return sorted[low] + (h-float64(low))*(sorted[high]-sorted[low])
	}
	return at(0.25), at(0.5), at(0.75)
}
