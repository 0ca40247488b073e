package assessment

import (
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// answer reads "option option" or "#12.5".
func answer(t testing.TB, text string) Answer {
	t.Helper()
	if number, ok := strings.CutPrefix(text, "#"); ok {
		x, err := strconv.ParseFloat(number, 64)
		if err != nil {
			t.Fatal(err)
		}
		return Answer{Number: &x}
	}
	return Answer{Options: strings.Fields(text)}
}

func TestLibraryHoldsWhatTheFactsSay(t *testing.T) {
	sme := template(t, "sme-2024")
	n, starred, questions := 0, 0, 0
	for _, g := range sme.Scenarios.Groups {
		for _, x := range g.Scenarios {
			n++
			if x.Starred {
				starred++
			}
		}
	}
	for _, s := range sme.Sections {
		for _, i := range s.Indicators {
			questions += len(i.Questions)
		}
	}
	if n != 16 || starred != 10 || questions != 15 || len(sme.Sections) != 3 {
		t.Errorf("%d scenarios, %d ★, %d questions, %d sections", n, starred, questions, len(sme.Sections))
	}
	if m := sme.Marks["levels"].Checked; m != Unchecked {
		t.Errorf("the rule of levels is marked %s", m)
	}
	if w := template(t, "maturity-2020").Marks["weights"]; w.Checked != Unchecked {
		t.Errorf("the weights are marked %s", w.Checked)
	}
}

func TestAnswersAreRefusedWithTheirFault(t *testing.T) {
	tmpl := template(t, "sme-2024")
	refused := func(code, text, want string) {
		t.Helper()
		q, _ := tmpl.Question(code)
		_, err := q.Check(answer(t, text))
		if err == nil {
			t.Fatalf("%s: %s was taken", code, text)
		}
		b, _ := json.Marshal(err)
		if !strings.Contains(string(b), want) {
			t.Errorf("%s: %s: %s, want %s", code, text, b, want)
		}
	}
	refused("network", "none fiveg", "does not go together")
	refused("network", "satellite", "each once")
	refused("network", "fiveg fiveg", "each once")
	refused("network", "", "choose an option")
	refused("systems", "one all", "one option only")
	refused("systems", "#3", "among the options")
	refused("figure.equip_total", "#1.5", "whole number")
	refused("figure.equip_total", "#-1", "from 0 up")
	refused("figure.pass_0", "#100.1", "from 0 up")
	refused("figure.pass_0", "#NaN", "from 0 up")
	refused("figure.pass_0", "one", "with a number")
}

func TestFiguresAreCheckedAgainstWhatWasChosen(t *testing.T) {
	tmpl := template(t, "sme-2024")
	computed := func(question, figures, want string) {
		t.Helper()
		got, _, ok := tmpl.Compute(sheet(t, tmpl, figures, ""), question)
		if !ok {
			got = "-"
		}
		if got != want {
			t.Errorf("%s of %s: %s, want %s", question, figures, got, want)
		}
	}
	equip := func(digital, total string) string {
		return "figure.equip_total: #" + total + "; figure.equip_digital_count: #" + digital
	}
	computed("equip_digital", equip("10", "100"), "le10")
	computed("equip_digital", equip("101", "1000"), "le20")
	computed("equip_digital", equip("20", "100"), "le20")
	computed("equip_digital", equip("201", "1000"), "le40")
	computed("equip_digital", equip("40", "100"), "le40")
	computed("equip_digital", equip("60", "100"), "le60")
	computed("equip_digital", equip("601", "1000"), "gt60")
	computed("equip_digital", equip("0", "0"), "-")
	computed("equip_digital", "figure.equip_total: #100", "-")
	computed("spend", "figure.spend_0: #5; figure.spend_1: #10; figure.spend_2: #0; figure.revenue_0: #50; figure.revenue_1: #50; figure.revenue_2: #50", "le10") // 15 / 150 = 10 %
	energy := func(now, before string) string {
		return "figure.energy_0: #" + now + "; figure.energy_1: #" + before + "; figure.revenue_0: #100; figure.revenue_1: #100"
	}
	computed("energy", energy("101", "100"), "flat") // +1 % is within
	computed("energy", energy("101.1", "100"), "worse")
	computed("energy", energy("99", "100"), "flat")
	computed("energy", energy("98.9", "100"), "better")
	computed("energy", energy("0.3", "0.1"), "worse")
	computed("energy", energy("1", "0"), "-")
	computed("quality", "figure.pass_0: #99.1; figure.pass_1: #99", "better") // +0.101 % is beyond 0.1 %
	computed("per_head", "figure.revenue_0: #200; figure.revenue_1: #100; figure.staff_0: #20; figure.staff_1: #10", "flat")

	r := tmpl.Evaluate(sheet(t, tmpl, "equip_digital: gt60; "+equip("30", "20"), ""))
	want := []Finding{{Kind: "exceeds", Question: "figure.equip_digital_count", Computed: "figure.equip_total"}}
	if d := cmp.Diff(want, r.Findings); d != "" { // 150 % is over 60: the choice agrees
		t.Error(d)
	}
	r = tmpl.Evaluate(sheet(t, tmpl, "equip_digital: gt60; "+equip("30", "100"), ""))
	if len(r.Findings) != 1 || r.Findings[0].Computed != "le40" || *r.Findings[0].Value != 30 || r.Score != 6 {
		t.Errorf("%v points, %+v", r.Score, r.Findings)
	}
}

// better are the answers to a question that are one step better.
func better(q Question, a Answer) []Answer {
	list := []Answer{}
	if q.Kind == Single {
		for i, o := range q.Options {
			if len(a.Options) == 0 || i > slices.IndexFunc(q.Options, func(x Option) bool { return x.Code == a.Options[0] }) {
				list = append(list, Answer{Options: []string{o.Code}})
			}
		}
	}
	if q.Kind == Multi {
		kept := slices.DeleteFunc(slices.Clone(a.Options), func(c string) bool { o, _ := q.option(c); return o.Exclusive })
		for _, o := range q.Options {
			if !o.Exclusive && !slices.Contains(kept, o.Code) {
				list = append(list, Answer{Options: append(slices.Clone(kept), o.Code)})
			}
		}
	}
	return list
}

// random is a sheet answered by chance, good of 10 answers being the better ones.
func random(tmpl *Template, chance *rand.Rand) Sheet {
	s, bias := Sheet{}, chance.Float64()
	tmpl.each(func(q Question) {
		switch {
		case q.Kind == Number || chance.Float64() < 0.05:
		case q.Kind == Single:
			i := chance.IntN(len(q.Options))
			if chance.Float64() < bias {
				i = max(i, chance.IntN(len(q.Options)))
			}
			s[q.Code] = Answer{Options: []string{q.Options[i].Code}}
		default:
			a := Answer{}
			for _, o := range q.Options {
				if !o.Exclusive && chance.Float64() < bias {
					a.Options = append(a.Options, o.Code)
				}
			}
			if a.Options != nil {
				s[q.Code] = a
			}
		}
	})
	return s
}

func TestABetterAnswerNeverLowersAnything(t *testing.T) {
	for _, id := range []string{"sme-2024", "maturity-2020"} {
		tmpl, chance := template(t, id), rand.New(rand.NewPCG(1, 2))
		levels := map[int]int{}
		for range 60 {
			s := random(tmpl, chance)
			before := tmpl.Evaluate(s)
			levels[before.Level]++
			tmpl.each(func(q Question) {
				for _, a := range better(q, s[q.Code]) {
					next := Sheet{}
					maps.Copy(next, s)
					next[q.Code] = a
					if after := tmpl.Evaluate(next); after.Score < before.Score || after.Level < before.Level {
						t.Fatalf("%s: %v instead of %v: %v/%d to %v/%d", q.Code, a, s[q.Code], before.Score, before.Level, after.Score, after.Level)
					}
				}
			})
		}
		if len(levels) < 2 {
			t.Errorf("%s: only levels %v were tried", id, levels)
		}
	}
}

func TestOrderOfAnswersDoesNotMatter(t *testing.T) {
	tmpl, chance := template(t, "sme-2024"), rand.New(rand.NewPCG(3, 4))
	for range 100 {
		s := random(tmpl, chance)
		var b strings.Builder
		codes := []string{}
		for code := range s {
			codes = append(codes, code)
		}
		chance.Shuffle(len(codes), func(i, j int) { codes[i], codes[j] = codes[j], codes[i] })
		for i, code := range codes {
			options := slices.Clone(s[code].Options)
			chance.Shuffle(len(options), func(i, j int) { options[i], options[j] = options[j], options[i] })
			text, _ := json.Marshal(Answer{Options: options})
			b.WriteString(map[bool]string{true: "{", false: ","}[i == 0] + strconv.Quote(code) + ":" + string(text))
		}
		if b.Len() == 0 {
			continue
		}
		read, err := tmpl.ParseSheet([]byte(b.String() + "}"))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tmpl.Evaluate(s), tmpl.Evaluate(read)); d != "" {
			t.Fatal(d)
		}
	}
}

func TestStepsCloseTheGap(t *testing.T) {
	for _, id := range []string{"sme-2024", "maturity-2020"} {
		tmpl, chance := template(t, id), rand.New(rand.NewPCG(5, 6))
		for range 500 {
			s := random(tmpl, chance)
			r := tmpl.Evaluate(s)
			if r.Next == nil {
				continue
			}
			after := tmpl.Evaluate(tmpl.Apply(s, r.Next.Steps))
			if !r.Next.Closes || after.Level < r.Next.Level {
				t.Fatalf("%s: level %d, %d is next, after %+v it is %d", id, r.Level, r.Next.Level, r.Next.Steps, after.Level)
			}
			for n := range r.Next.Steps { // each is needed
				without := slices.Delete(slices.Clone(r.Next.Steps), n, n+1)
				if tmpl.Evaluate(tmpl.Apply(s, without)).Level >= r.Next.Level && id == "sme-2024" && r.Next.Steps[n].Kind == "scenario" {
					t.Fatalf("%s is not needed among %+v", r.Next.Steps[n].Question, r.Next.Steps)
				}
			}
		}
	}
}

// TestFewestGrades compares the steps of scenarios with all possible choices.
func TestFewestGrades(t *testing.T) {
	tmpl, chance := template(t, "sme-2024"), rand.New(rand.NewPCG(7, 8))
	for range 5 {
		s := random(tmpl, chance)
		for code := range s {
			if !strings.HasPrefix(code, "scenario.") {
				delete(s, code)
			}
		}
		maps.Copy(s, sheet(t, tmpl, base100, ""))
		r := tmpl.Evaluate(s)
		if r.Next == nil {
			continue
		}
		lifts := 0
		for _, x := range r.Next.Steps {
			lifts += x.Steps
		}
		if fewest := fewestLifts(tmpl, s, tmpl.Levels[r.Next.Level-1]); lifts != fewest {
			t.Fatalf("%d lifts, %d are enough: %+v", lifts, fewest, r.Next.Steps)
		}
	}
}

func fewestLifts(tmpl *Template, s Sheet, l Level) int {
	grades, starred := []int{}, []bool{}
	for _, g := range tmpl.Scenarios.Groups {
		for _, x := range g.Scenarios {
			grades, starred = append(grades, tmpl.grade(s, x)), append(starred, x.Starred)
		}
	}
	fewest := math.MaxInt
	for set := range 1 << len(grades) {
		n, stars, lifts := 0, 0, 0
		for i, g := range grades {
			if set>>i&1 == 1 {
				lifts += max(0, l.Level-g)
				g = max(g, l.Level)
			}
			if g >= l.Level {
				n++
				if starred[i] {
					stars++
				}
			}
		}
		if n >= l.Scenarios && stars >= l.Starred {
			fewest = min(fewest, lifts)
		}
	}
	return fewest
}

func TestGapIsExact(t *testing.T) {
	tmpl := template(t, "sme-2024")
	g := tmpl.Evaluate(sheet(t, tmpl, miss60, "3333230000000000")).Next // 5 at 3: ★ at places 1, 3, 6 is 3
	if g.Level != 3 || *g.Score != (Short{59.975, 60}) || *g.Scenarios != (Short{5, 8}) || *g.Starred != (Short{3, 5}) {
		t.Fatalf("%+v %+v %+v", g.Score, g.Scenarios, g.Starred)
	}
	// The nearest is at 2; then ★ at 0 come before others at 0.
	got := []string{}
	for _, n := range g.Nearest[:3] {
		got = append(got, n.Question)
	}
	if d := cmp.Diff([]string{"scenario.scheduling", "scenario.quality", "scenario.equipment"}, got); d != "" {
		t.Error(d)
	}
	// 2 ★ and 1 more, and one step of points: 0.025 lacks, the largest step is energy's
	// outcome, the largest measure is a network or a band; capture of staff is the least.
	kinds := map[string]int{}
	for _, x := range g.Steps {
		kinds[x.Kind]++
		if x.Outcome {
			t.Errorf("%+v is an outcome, and measures are left", x)
		}
	}
	if kinds["scenario"] != 3 || kinds["score"] != 1 {
		t.Errorf("%+v", g.Steps)
	}
}

const vetoed = `
id: v
edition: 1
title: {zh: 甲, en: A}
document: {zh: 甲, en: A}
about: {zh: 甲, en: A}
marks: {all: {title: {zh: 甲, en: A}, checked: own, source: {zh: 甲, en: A}}}
sections:
  - {code: s, title: {zh: 甲, en: A}, points: 10, indicators: [{code: i, title: {zh: 甲, en: A}, points: 10, questions: [
      {code: fire, kind: single, evidence: required, title: {zh: 甲, en: A}, options: [{code: bad, points: 0, title: {zh: 甲, en: A}}, {code: good, points: 10, title: {zh: 甲, en: A}}]}]}]}
scenarios: {none: {zh: 甲, en: A}, evidence_from: 1, groups: [{code: g, title: {zh: 甲, en: A}, scenarios: [{code: x, starred: true, title: {zh: 甲, en: A}, grades: [{zh: 甲, en: A}, {zh: 乙, en: B}]}]}]}
levels:
  - {level: 1, title: {zh: 甲, en: A}, score: 0, scenarios: 1, starred: 1}
  - {level: 2, title: {zh: 甲, en: A}, score: 0, scenarios: 1, starred: 1}
vetoes: [{code: fire, title: {zh: 甲, en: A}, question: fire, options: [bad], most: 0}]
`

const laddered = `
id: l
edition: 2
title: {zh: 甲, en: A}
document: {zh: 甲, en: A}
about: {zh: 甲, en: A}
marks: {all: {title: {zh: 甲, en: A}, checked: own, source: {zh: 甲, en: A}}}
ladder:
  met: 0.8
  degrees: [{code: n, points: 0, title: {zh: 甲, en: A}}, {code: y, points: 1, title: {zh: 甲, en: A}}]
  stages: [{zh: 甲, en: A}, {zh: 乙, en: B}]
  domains: [{code: d, title: {zh: 甲, en: A}, subdomains: [{code: a, weight: 3, title: {zh: 甲, en: A}}, {code: b, weight: 1, title: {zh: 甲, en: A}}]}]
levels: [{level: 1, title: {zh: 甲, en: A}}, {level: 2, title: {zh: 甲, en: A}}]
`

func TestWeightsCount(t *testing.T) {
	tmpl, err := ParseTemplate([]byte(laddered))
	if err != nil {
		t.Fatal(err)
	}
	// 3 of 4 is 0.75; one step of b (1 of 4) or of a (3 of 4) lacks.
	r := tmpl.Evaluate(Sheet{"a.1": answer(t, "y"), "a.2": answer(t, "y")})
	if r.Score != 0.75 || r.Level != 0 || len(r.Next.Steps) != 1 || r.Next.Steps[0].Question != "b.1" {
		t.Errorf("%+v, next %+v", r, r.Next)
	}
	// 1 of 4 of stage 2, which begins once stage 1 is met.
	if r := tmpl.Evaluate(Sheet{"a.1": answer(t, "y"), "b.1": answer(t, "y"), "b.2": answer(t, "y")}); r.Score != 1.25 || r.Level != 1 || r.Next.Steps[0].Question != "a.2" {
		t.Errorf("%+v, next %+v", r, r.Next)
	}
}

func TestVetoAndEvidence(t *testing.T) {
	tmpl, err := ParseTemplate([]byte(vetoed))
	if err != nil {
		t.Fatal(err)
	}
	r := tmpl.Evaluate(sheet(t, tmpl, "fire: bad", "2"))
	if r.Level != 0 || len(r.Vetoed) != 1 || r.Next.Level != 1 || len(r.Next.Vetoes) != 1 || r.Next.Closes {
		t.Errorf("%+v, next %+v", r, r.Next)
	}
	if r := tmpl.Evaluate(sheet(t, tmpl, "fire: good", "2")); r.Level != 2 || r.Next != nil {
		t.Errorf("%+v", r)
	}
	lacking := func(answers, grades string, evidence map[string]int, want ...Lack) {
		t.Helper()
		if d := cmp.Diff(append([]Lack{}, want...), tmpl.Lacking(sheet(t, tmpl, answers, grades), evidence)); d != "" {
			t.Error(d)
		}
	}
	lacking("", "", nil, Lack{"fire", "answer"}, Lack{"scenario.x", "answer"})
	lacking("fire: bad", "0", nil)
	lacking("fire: good", "1", nil, Lack{"fire", "evidence"}, Lack{"scenario.x", "evidence"})
	lacking("fire: good", "1", map[string]int{"fire": 1, "scenario.x": 2})
}

func TestTemplatesAreRefusedWithTheirFaults(t *testing.T) {
	refused := func(old, new, want string) {
		t.Helper()
		_, err := ParseTemplate([]byte(strings.Replace(vetoed, old, new, 1)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s instead of %s: %v, want %s", new, old, err, want)
		}
	}
	refused("edition: 1", "edition: 1\nnews: 2", "news")
	refused("title: {zh: 甲, en: A}", "title: {zh: 甲, en: ''}", "lacks Chinese or English")
	refused("checked: own", "checked: sure", "official, secondary")
	refused("points: 10, indicators", "points: 11, indicators", "give 10 points, not 11")
	refused("points: 0, title", "points: 10, title", "rise")
	refused("points: 10, title", "points: 10.00005, title", "thousandths")
	refused("evidence: required", "evidence: maybe", "evidence is")
	refused("scenarios: 1, starred: 1}\n  - {level: 2", "scenarios: 1, starred: 1}\n  - {level: 3", "from 1 on")
	refused("level: 2, title: {zh: 甲, en: A}, score: 0, scenarios: 1, starred: 1", "level: 2, title: {zh: 甲, en: A}, score: 0, scenarios: 0, starred: 0", "asks for less")
	refused("options: [bad], most", "options: [ugly], most", "no option")
	refused("question: fire, options: [bad]", "question: water, options: [bad]", "no question")
	refused("{zh: 乙, en: B}]", "]", "a text for each")
	refused("vetoes:", "---\nvetoes:", "more than one document")
}

func TestQuartiles(t *testing.T) {
	for _, c := range []struct {
		list []float64
		want [3]float64
	}{
		{[]float64{1, 2, 3, 4, 5}, [3]float64{2, 3, 4}},
		{[]float64{4, 1, 3, 2}, [3]float64{1.75, 2.5, 3.25}}, // h = 0.75, 1.5, 2.25
		{[]float64{7}, [3]float64{7, 7, 7}},
		{nil, [3]float64{}},
	} {
		q1, m, q3 := Quartiles(c.list)
		if [3]float64{q1, m, q3} != c.want {
			t.Errorf("%v: %v %v %v", c.list, q1, m, q3)
		}
	}
}

func FuzzParseTemplate(f *testing.F) {
	f.Add([]byte(vetoed))
	f.Add([]byte(laddered))
	f.Fuzz(func(t *testing.T, data []byte) {
		tmpl, err := ParseTemplate(data)
		if err != nil {
			return
		}
		r := tmpl.Evaluate(random(tmpl, rand.New(rand.NewPCG(1, 1))))
		if r.Level < 0 || r.Level > len(tmpl.Levels) || r.Score < 0 || r.Score > r.Most {
			t.Errorf("%+v", r)
		}
	})
}

func FuzzParseSheet(f *testing.F) {
	tmpl := template(f, "sme-2024")
	f.Add([]byte(`{"network":{"options":["fiveg","full"]},"figure.equip_total":{"number":12}}`))
	f.Add([]byte(`{"scenario.quality":{"options":["4"]}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := tmpl.ParseSheet(data)
		if err != nil {
			return
		}
		r := tmpl.Evaluate(s)
		if r.Level < 0 || r.Level > 4 || r.Score < 0 || r.Score > 100 {
			t.Errorf("%+v", r)
		}
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := tmpl.ParseSheet(b)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(r, tmpl.Evaluate(again)); d != "" {
			t.Error(d)
		}
	})
}
