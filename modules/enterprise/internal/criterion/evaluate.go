package criterion

import (
	"slices"
	"strings"

	"linghang/kernel/lang"
)

// Outcome is what a rule comes to.
type Outcome string

// The outcomes, the worst first.
const (
	Unmet   Outcome = "unmet"
	Unknown Outcome = "unknown" // the profile does not tell
	Met     Outcome = "met"
)

func rank(o Outcome) int { return slices.Index([]Outcome{Unmet, Unknown, Met}, o) }

func not(o Outcome) Outcome { return []Outcome{Met, Unknown, Unmet}[rank(o)] }

// Finding is what a rule comes to for an enterprise, part by part.
type Finding struct {
	Form    string    `json:"form" enum:"all,any,not,condition,everybody"`
	Outcome Outcome   `json:"outcome" enum:"unmet,unknown,met"`
	Field   string    `json:"field" doc:"Of a condition"`
	Asks    lang.Text `json:"asks" doc:"What a condition asks for"`
	Has     lang.Text `json:"has" doc:"What the profile says; empty where it says nothing"`
	Gap     *float64  `json:"gap,omitempty" doc:"How far a number is from what is asked for, in unit"`
	Unit    lang.Text `json:"unit"`
	Parts   []Finding `json:"parts" nullable:"false"`
}

// Lack is one condition that keeps a rule from being met.
type Lack struct {
	Field   string    `json:"field"`
	Outcome Outcome   `json:"outcome" enum:"unmet,unknown" doc:"unknown: the profile does not tell"`
	Text    lang.Text `json:"text"`
}

// Result is what a rule comes to, with what is missing.
type Result struct {
	Outcome Outcome `json:"outcome" enum:"unmet,unknown,met"`
	Finding Finding `json:"finding"`
	Lacks   []Lack  `json:"lacks" nullable:"false" doc:"What is missing, by the alternatives that lack least"`
}

// Evaluate says what a rule that was checked comes to.
func (r Rule) Evaluate(facts Facts, words Vocabulary) Result {
	f := r.find(facts, words)
	return Result{Outcome: f.Outcome, Finding: f, Lacks: append([]Lack{}, f.lacks(true)...)}
}

func (r Rule) find(facts Facts, words Vocabulary) Finding {
	switch {
	case r.Everybody():
		return Finding{Form: "everybody", Outcome: Met, Parts: []Finding{}}
	case len(r.All) > 0:
		f := Finding{Form: "all", Outcome: Met, Parts: findAll(r.All, facts, words)}
		for _, p := range f.Parts {
			f.Outcome = Worse(f.Outcome, p.Outcome)
		}
		return f
	case len(r.Any) > 0:
		f := Finding{Form: "any", Outcome: Unmet, Parts: findAll(r.Any, facts, words)}
		for _, p := range f.Parts {
			f.Outcome = not(Worse(not(f.Outcome), not(p.Outcome)))
		}
		return f
	case r.Not != nil:
		p := r.Not.find(facts, words)
		return Finding{Form: "not", Outcome: not(p.Outcome), Parts: []Finding{p}}
	default:
		return r.findCondition(facts, words)
	}
}

func findAll(list []Rule, facts Facts, words Vocabulary) []Finding {
	out := make([]Finding, len(list))
	for i, r := range list {
		out[i] = r.find(facts, words)
	}
	return out
}

// Count is how many enterprises a rule comes to what for.
type Count struct {
	Met     int `json:"met"`
	Unknown int `json:"unknown" doc:"The profile does not tell"`
	Unmet   int `json:"unmet"`
}

// Add counts one enterprise.
func (c *Count) Add(o Outcome) {
	switch o {
	case Met:
		c.Met++
	case Unknown:
		c.Unknown++
	case Unmet:
		c.Unmet++
	}
}

// Worse is the outcome of two of which both are asked for.
func Worse(a, b Outcome) Outcome {
	if rank(b) < rank(a) {
		return b
	}
	return a
}

// findCondition says what one condition comes to.
func (r Rule) findCondition(facts Facts, words Vocabulary) Finding {
	x, _ := fieldOf(r.Field)
	f := Finding{Form: "condition", Outcome: Unknown, Field: r.Field, Asks: r.asks(x, words), Unit: x.Unit, Parts: []Finding{}}
	switch x.Kind {
	case Number:
		if n, ok := facts.Numbers[r.Field]; ok && r.Number != nil {
			f.Outcome, f.Has = n.compare(r.Op, *r.Number), n.text(x.Unit)
			if f.Outcome == Unmet && n.exact() {
				gap := *r.Number - n.Least
				f.Gap = &gap
			}
		}
	case Day:
		if d, ok := facts.Days[r.Field]; ok {
			c := float64(strings.Compare(d, r.Day))
			f.Outcome, f.Has = Exactly(c, "").compare(r.Op, 0), lang.Text{ZH: d, EN: d}
		}
	case Code, Branch:
		if c, ok := facts.Codes[r.Field]; ok {
			f.Outcome, f.Has = r.oneOf(c), titleOf(words, r.Field, c)
		}
	default:
		f.Outcome, f.Has = r.holds(facts, words)
	}
	return f
}

// oneOf tells whether a code is among the values, or below one. A shorter code than a
// value may be of it or not.
func (r Rule) oneOf(code string) Outcome {
	outcome := Unmet
	for _, v := range r.Values {
		switch {
		case code == v, r.Op == "under" && strings.HasPrefix(code, v):
			return Met
		case r.Field == Industry && strings.HasPrefix(v, code):
			outcome = Unknown
		}
	}
	return outcome
}

// holds tells whether one of the qualifications is valid on the day. Of an enterprise that
// names none at all it is not known.
func (r Rule) holds(facts Facts, words Vocabulary) (Outcome, lang.Text) {
	if len(facts.Holdings) == 0 {
		return Unknown, lang.Text{}
	}
	ended := lang.Text{}
	for _, h := range facts.Holdings {
		if !slices.Contains(r.Values, h.Kind) {
			continue
		}
		title := titleOf(words, Qualification, h.Kind)
		if h.on(facts.On) {
			return Met, title
		}
		ended = lang.Text{ZH: title.ZH + "（" + facts.On + " 无效）", EN: title.EN + " (not valid on " + facts.On + ")"}
	}
	return Unmet, ended
}

// lacks lists what must change for a finding to come out as wanted; of alternatives those
// of the one that lacks least.
func (f Finding) lacks(wanted bool) []Lack {
	if f.Outcome == Met && wanted || f.Outcome == Unmet && !wanted {
		return nil
	}
	switch {
	case f.Form == "not":
		return f.Parts[0].lacks(!wanted)
	case f.Form == "condition":
		return []Lack{{f.Field, unmetOr(f.Outcome, wanted), f.missing(wanted)}}
	case (f.Form == "all") == wanted:
		var list []Lack
		for _, p := range f.Parts {
			list = append(list, p.lacks(wanted)...)
		}
		return list
	}
	var least []Lack
	for i, p := range f.Parts {
		if list := p.lacks(wanted); i == 0 || better(list, least) {
			least = list
		}
	}
	return least
}

// better tells whether one list lacks less than another: fewer conditions, and of as many
// fewer that are surely not met.
func better(a, b []Lack) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	unmet := func(list []Lack) (n int) {
		for _, l := range list {
			if l.Outcome == Unmet {
				n++
			}
		}
		return n
	}
	return unmet(a) < unmet(b)
}

func unmetOr(o Outcome, wanted bool) Outcome {
	if wanted {
		return o
	}
	return not(o)
}
