package assessment

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"

	"linghang/kernel/lang"
)

// faults collects what is wrong with a template.
type faults struct{ list []error }

func (f *faults) say(wrong bool, format string, args ...any) {
	if wrong && len(f.list) < 50 {
		f.list = append(f.list, fmt.Errorf(format, args...))
	}
}

func (f *faults) text(at string, t lang.Text) {
	f.say(t.ZH == "" || t.EN == "", "%s: a text lacks Chinese or English", at)
}

// thousandths tells whether a number is a whole count of thousandths within a bound.
func thousandths(x, most float64) bool {
	return x >= 0 && x <= most && math.Abs(x*1000-math.Round(x*1000)) < 1e-6
}

// The most that numbers of a template are: sums of them stay far from overflow.
const (
	pointsMost = 1000.0
	figureMost = 1e12
)

func (t *Template) check() error {
	var f faults
	f.say(!regexp.MustCompile(`^[a-z0-9-]{1,40}$`).MatchString(t.ID), "id: small letters, digits and hyphens")
	f.say(t.Edition < 1 || t.Edition > 1000, "edition: from 1 on")
	f.text("title", t.Title)
	f.text("document", t.Document)
	f.text("about", t.About)
	f.say(len(t.Marks) == 0, "marks: say what the template rests on")
	for name, m := range t.Marks {
		f.say(!slices.Contains([]Checked{Official, Secondary, Unchecked, Own}, m.Checked), "marks.%s.checked: official, secondary, unchecked or own", name)
		f.text("marks."+name, m.Title)
		f.text("marks."+name+".source", m.Source)
	}
	f.say((t.Scenarios == nil) == (t.Ladder == nil), "either scenarios or a ladder")
	f.say(t.Ladder != nil && len(t.Sections) > 0, "a ladder has no sections beside it")
	t.checkQuestions(&f)
	t.checkSections(&f)
	t.checkFigures(&f)
	if t.Scenarios != nil {
		t.checkScenarios(&f)
	}
	if t.Ladder != nil {
		t.checkLadder(&f)
	}
	t.checkLevels(&f)
	t.checkVetoes(&f)
	return errors.Join(f.list...)
}

// questionsMost bounds a template.
const questionsMost = 500

func (t *Template) checkQuestions(f *faults) {
	code, seen := regexp.MustCompile(`^[a-z0-9_.]{1,60}$`), map[string]bool{}
	n := 0
	t.each(func(q Question) {
		n++
		f.say(!code.MatchString(q.Code), "question %q: a code is small letters, digits, _ and .", q.Code)
		f.say(seen[q.Code], "question %q: twice", q.Code)
		seen[q.Code] = true
		f.text("question "+q.Code, q.Title)
		f.say(!slices.Contains([]string{"none", "optional", "required"}, q.Evidence), "question %q: evidence is none, optional or required", q.Code)
		if q.Kind != Number {
			q.check(f)
		}
	})
	f.say(n == 0 || n > questionsMost, "1 to %d questions", questionsMost)
}

// check looks at a question with options. Those of a single one rise, so that a better
// answer has the later option.
func (q Question) check(f *faults) {
	f.say(q.Kind != Single && q.Kind != Multi, "question %q: the kind is single or multi", q.Code)
	f.say(len(q.Options) < 2 || len(q.Options) > 50, "question %q: 2 to 50 options", q.Code)
	seen := map[string]bool{}
	for i, o := range q.Options {
		f.say(o.Code == "" || len(o.Code) > 40 || seen[o.Code], "question %q: option %q is empty or twice", q.Code, o.Code)
		seen[o.Code] = true
		f.text("question "+q.Code+", option "+o.Code, o.Title)
		f.say(!thousandths(o.Points, pointsMost), "question %q, option %q: points are 0 to %g in thousandths", q.Code, o.Code, pointsMost)
		f.say(q.Kind == Single && i > 0 && o.Points <= q.Options[i-1].Points, "question %q: the options of a single choice rise", q.Code)
		f.say(q.Kind == Single && o.Exclusive, "question %q: only a multiple choice has an exclusive option", q.Code)
		f.say(o.Exclusive && o.Points != 0, "question %q: an exclusive option gives no points", q.Code)
	}
}

// most is the most points that a question gives.
func (q Question) most() int64 {
	var sum, best int64
	for _, o := range q.Options {
		sum, best = sum+milli(o.Points), max(best, milli(o.Points))
	}
	if q.Kind == Multi {
		return sum
	}
	return best
}

func (t *Template) checkSections(f *faults) {
	for _, s := range t.Sections {
		f.text("section "+s.Code, s.Title)
		var of int64
		for _, i := range s.Indicators {
			f.text("indicator "+i.Code, i.Title)
			var sum int64
			for _, q := range i.Questions {
				sum += q.most()
			}
			f.say(sum != milli(i.Points), "indicator %q: its questions give %g points, not %g", i.Code, from(sum), i.Points)
			of += milli(i.Points)
		}
		f.say(of != milli(s.Points), "section %q: its indicators give %g points, not %g", s.Code, from(of), s.Points)
	}
}

func (t *Template) checkFigures(f *faults) {
	known := map[string]bool{}
	for _, x := range t.Figures {
		known[x.Code] = true
		f.say(!(x.Max > 0 && x.Max <= figureMost), "figure %q: max is above 0 and up to %g", x.Code, figureMost)
		f.text("figure "+x.Code+", unit", x.Unit)
	}
	for _, x := range t.Figures {
		f.say(x.Most != "" && !known[x.Most], "figure %q: there is no figure %q", x.Code, x.Most)
	}
	t.each(func(q Question) {
		f.say(q.Band != nil && q.Trend != nil, "question %q: a band or a trend", q.Code)
		if b := q.Band; b != nil {
			f.say(len(b.Of) == 0 || len(b.Per) == 0 || len(b.Options) != len(b.Bounds)+1 || !slices.IsSorted(b.Bounds), "question %q: a band has figures, rising bounds, and an option more than bounds", q.Code)
			f.known(q, known, slices.Concat(b.Of, b.Per), b.Options)
		}
		if r := q.Trend; r != nil {
			f.say(len(r.Of) != 2 || len(r.Per) != 0 && len(r.Per) != 2 || !(r.Tolerance >= 0 && r.Tolerance <= 100), "question %q: a trend has figures of two years and a tolerance in per cent", q.Code)
			f.known(q, known, slices.Concat(r.Of, r.Per), []string{r.Fell, r.Flat, r.Rose})
		}
	})
}

func (f *faults) known(q Question, figures map[string]bool, codes, options []string) {
	for _, c := range codes {
		f.say(!figures[c], "question %q: there is no figure %q", q.Code, c)
	}
	for _, o := range options {
		_, ok := q.option(o)
		f.say(!ok, "question %q: there is no option %q", q.Code, o)
	}
}

func (t *Template) checkScenarios(f *faults) {
	s := t.Scenarios
	f.text("scenarios.none", s.None)
	f.say(s.EvidenceFrom < 0 || s.EvidenceFrom > len(t.Levels), "scenarios.evidence_from: a grade, or 0")
	for _, g := range s.Groups {
		f.text("group "+g.Code, g.Title)
		for _, x := range g.Scenarios {
			f.say(len(x.Grades) != len(t.Levels), "scenario %q: a text for each of %d grades", x.Code, len(t.Levels))
		}
	}
}

func (t *Template) checkLadder(f *faults) {
	l := t.Ladder
	f.say(!thousandths(l.Met, 1) || l.Met == 0, "ladder.met: above 0 and up to 1, in thousandths")
	f.say(len(l.Stages) != len(t.Levels), "ladder.stages: a text for each of %d levels", len(t.Levels))
	f.say(len(l.Degrees) < 2 || l.Degrees[0].Points != 0 || l.Degrees[len(l.Degrees)-1].Points != 1, "ladder.degrees: from 0 to 1")
	for _, d := range l.Domains {
		f.text("domain "+d.Code, d.Title)
		f.say(len(d.Subdomains) == 0, "domain %q: has no sub-domain", d.Code)
		for _, s := range d.Subdomains {
			f.say(!thousandths(s.Weight, pointsMost) || s.Weight == 0, "sub-domain %q: a weight is above 0, in thousandths", s.Code)
		}
	}
}

// checkLevels wants levels from 1 on that ask for more and more, so that whoever is at
// one is at all below.
func (t *Template) checkLevels(f *faults) {
	f.say(len(t.Levels) == 0 || len(t.Levels) > 10, "1 to 10 levels")
	all, starred := 0, 0
	if t.Scenarios != nil {
		for _, g := range t.Scenarios.Groups {
			for _, x := range g.Scenarios {
				all++
				if x.Starred {
					starred++
				}
			}
		}
	}
	var points int64
	for _, s := range t.Sections {
		points += milli(s.Points)
	}
	before := Level{}
	for n, l := range t.Levels {
		f.text(fmt.Sprintf("level %d", l.Level), l.Title)
		f.say(l.Level != n+1, "levels: counted from 1 on")
		f.say(!thousandths(l.Score, pointsMost) || milli(l.Score) > points, "level %d: part 1 gives %g points", l.Level, from(points))
		f.say(l.Scenarios < 0 || l.Scenarios > all || l.Starred < 0 || l.Starred > starred || l.Starred > l.Scenarios, "level %d: of %d scenarios %d are constraining", l.Level, all, starred)
		f.say(l.Score < before.Score || l.Scenarios < before.Scenarios || l.Starred < before.Starred, "level %d: asks for less than the one below", l.Level)
		before = l
	}
}

func (t *Template) checkVetoes(f *faults) {
	for _, v := range t.Vetoes {
		f.text("veto "+v.Code, v.Title)
		f.say(v.Most < 0 || v.Most >= len(t.Levels), "veto %q: leaves a level below the highest", v.Code)
		f.say(len(v.Options) == 0, "veto %q: names options", v.Code)
		found := false
		t.each(func(q Question) {
			if q.Code == v.Question {
				found = true
				f.known(q, nil, nil, v.Options)
			}
		})
		f.say(!found, "veto %q: there is no question %q", v.Code, v.Question)
	}
}
