package criterion_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/modules/enterprise/internal/criterion"
)

func words(_, code string) (lang.Text, bool) {
	known := map[string]string{"C35": "专用设备", "C3521": "橡胶设备", "C": "制造业", "370212": "崂山区", "370211": "黄岛区", "small": "小型", "medium": "中型", "high_tech": "高新技术企业", "gazelle": "瞪羚"}
	t, ok := known[code]
	return lang.Text{ZH: t, EN: code}, ok
}

func parse(t *testing.T, text string) criterion.Rule {
	t.Helper()
	r, err := criterion.Parse([]byte(text), words)
	if err != nil {
		t.Fatalf("%s: %v %+v", text, err, fault.As(err).Fields)
	}
	return r
}

func exactly(v float64) criterion.Range { return criterion.Exactly(v, "2025") }

// Every comparison at, below and above its bound, with numbers and with bands.
func TestComparisonsAtTheirBounds(t *testing.T) {
	const met, unmet, unknown = criterion.Met, criterion.Unmet, criterion.Unknown
	band := criterion.Between(300, 2000, "2025")
	open := criterion.Between(40000, math.Inf(1), "2025")
	for _, c := range []struct {
		op     string
		bound  float64
		value  *criterion.Range
		should criterion.Outcome
	}{
		{">=", 20, new(exactly(20)), met},
		{">=", 20, new(exactly(19.99)), unmet},
		{">=", 20, nil, unknown},
		{">", 20, new(exactly(20)), unmet},
		{">", 20, new(exactly(20.01)), met},
		{">", 20, nil, unknown},
		{"<=", 20, new(exactly(20)), met},
		{"<=", 20, new(exactly(20.01)), unmet},
		{"<=", 20, nil, unknown},
		{"<", 20, new(exactly(20)), unmet},
		{"<", 20, new(exactly(19.99)), met},
		{"<", 20, nil, unknown},
		{">=", 0, new(exactly(0)), met},
		{">=", -5, new(exactly(-5)), met},
		{"<", -5, new(exactly(-5)), unmet},
		{">=", 300, &band, met},
		{">=", 301, &band, unknown},
		{">=", 2000, &band, unmet},
		{">=", 1999.9, &band, unknown},
		{">", 299, &band, met},
		{">", 300, &band, unknown},
		{">", 2000, &band, unmet},
		{"<", 2000, &band, met},
		{"<", 1999, &band, unknown},
		{"<", 300, &band, unmet},
		{"<=", 2000, &band, met},
		{"<=", 299, &band, unmet},
		{"<=", 300, &band, unknown},
		{">=", 40000, &open, met},
		{">=", 50000, &open, unknown},
		{"<", 40000, &open, unmet},
		{"<=", 1e9, &open, unknown},
	} {
		r := criterion.Rule{Field: "revenue", Op: c.op, Number: &c.bound}
		f := criterion.Facts{On: "2026-03-31", Numbers: map[string]criterion.Range{}}
		if c.value != nil {
			f.Numbers["revenue"] = *c.value
		}
		if got := r.Evaluate(f, words).Outcome; got != c.should {
			t.Errorf("%v %s %v is %s, want %s", c.value, c.op, c.bound, got, c.should)
		}
	}
}

func TestDaysCodesBranchesAndQualifications(t *testing.T) {
	const met, unmet, unknown = criterion.Met, criterion.Unmet, criterion.Unknown
	f := criterion.Facts{
		On: "2026-03-31", Days: map[string]string{"founded_on": "2016-03-31"}, Codes: map[string]string{"industry": "C35", "district": "370212"},
		Holdings: []criterion.Holding{{Kind: "high_tech", From: "2023-04-01", Until: "2026-03-31"}, {Kind: "gazelle", From: "2026-04-01"}},
	}
	for text, want := range map[string]criterion.Outcome{
		`{"field":"founded_on","op":">=","day":"2016-03-31"}`:           met,
		`{"field":"founded_on","op":">","day":"2016-03-31"}`:            unmet,
		`{"field":"founded_on","op":"<=","day":"2016-03-31"}`:           met,
		`{"field":"founded_on","op":"<","day":"2016-03-31"}`:            unmet,
		`{"field":"founded_on","op":"<","day":"2016-04-01"}`:            met,
		`{"field":"district","op":"in","values":["370211","370212"]}`:   met,
		`{"field":"district","op":"in","values":["370211"]}`:            unmet,
		`{"field":"size","op":"in","values":["small"]}`:                 unknown,
		`{"field":"industry","op":"in","values":["C35"]}`:               met,
		`{"field":"industry","op":"under","values":["C"]}`:              met,
		`{"field":"industry","op":"in","values":["C"]}`:                 unmet,
		`{"field":"industry","op":"under","values":["C3521"]}`:          unknown, // the profile names the division only
		`{"field":"qualification","op":"holds","values":["high_tech"]}`: met,     // its last day
		`{"field":"qualification","op":"holds","values":["gazelle"]}`:   unmet,   // from tomorrow
		`{"not":{"field":"district","op":"in","values":["370211"]}}`:    met,
		`{"not":{"field":"size","op":"in","values":["small"]}}`:         unknown,
		`{}`: met,
	} {
		if got := parse(t, text).Evaluate(f, words).Outcome; got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	f.On = "2026-04-01"
	if got := parse(t, `{"field":"qualification","op":"holds","values":["high_tech"]}`).Evaluate(f, words).Outcome; got != unmet {
		t.Errorf("a qualification that ended yesterday is %s", got)
	}
	if got := parse(t, `{"field":"qualification","op":"holds","values":["high_tech"]}`).Evaluate(criterion.Facts{On: "2026-04-01"}, words).Outcome; got != unknown {
		t.Errorf("of an enterprise that names none it is %s", got)
	}
}

func TestWhatLacksIsSaidWithHowFar(t *testing.T) {
	f := criterion.Facts{On: "2026-03-31", Numbers: map[string]criterion.Range{"staff": criterion.Exactly(15, "2025"), "revenue_growth_2y": criterion.Exactly(17.2, "2025"), "research": criterion.Exactly(99, "2025"), "level": criterion.Exactly(1, "2025")}, Codes: map[string]string{"district": "370212"}}
	for _, c := range []struct {
		rule   string
		zh, en []string
	}{
		{`{"field":"staff","op":">=","number":20}`, []string{"从业人员不低于 20 人；现为 15 人（2025 年），差 5 人"}, []string{"Staff at least 20 persons; is 15 persons (2025), 5 persons short"}},
		{`{"field":"staff","op":"<=","number":10}`, []string{"从业人员不高于 10 人；现为 15 人（2025 年），超出 5 人"}, []string{"Staff at most 10 persons; is 15 persons (2025), 5 persons too many"}},
		{`{"field":"revenue_growth_2y","op":">=","number":20}`, []string{"近两年营业收入平均增长率不低于 20%；现为 17.2%（2025 年），差 2.8%"}, []string{"Mean growth of revenue over two years at least 20 %; is 17.2 % (2025), 2.8 % short"}},
		{`{"field":"staff","op":">=","number":16}`, []string{"从业人员不低于 16 人；现为 15 人（2025 年），差 1 人"}, []string{"Staff at least 16 persons; is 15 persons (2025), 1 person short"}},
		{`{"field":"research","op":">=","number":100}`, []string{"研发费用不低于 100 万元；现为 99 万元（2025 年），差 1 万元"}, []string{"Research expenses at least 100 × 10 000 CNY; is 99 × 10 000 CNY (2025), 1 × 10 000 CNY short"}},
		{`{"field":"level","op":">=","number":2}`, []string{"数字化水平等级不低于 2 级；现为 1 级（2025 年），差 1 级"}, []string{"Digital level at least 2; is 1 (2025), 1 short"}},
		{`{"all":[{"field":"size","op":"in","values":["small"]},{"field":"staff","op":">=","number":10}]}`, []string{"企业规模：小型；档案中没有此项"}, []string{"Size class: small; the profile does not tell"}},
		{`{"any":[{"all":[{"field":"staff","op":">=","number":20},{"field":"capital","op":">=","number":1}]},{"field":"district","op":"in","values":["370211"]}]}`, []string{"区市：黄岛区；现为 崂山区"}, []string{"District: 370211; is 370212"}},
		{`{"not":{"any":[{"field":"staff","op":">=","number":10},{"field":"district","op":"in","values":["370212"]}]}}`, []string{"不得：从业人员不低于 10 人；现为 15 人（2025 年）", "不得：区市：崂山区；现为 崂山区"}, []string{"must not be: Staff at least 10 persons; is 15 persons (2025)", "must not be: District: 370212; is 370212"}},
	} {
		result := parse(t, c.rule).Evaluate(f, words)
		zh, en := []string{}, []string{}
		for _, l := range result.Lacks {
			zh, en = append(zh, l.Text.ZH), append(en, l.Text.EN)
		}
		if !reflect.DeepEqual(zh, c.zh) || !reflect.DeepEqual(en, c.en) {
			t.Errorf("%s:\n%q\n%q", c.rule, zh, en)
		}
	}
}

func TestFaultsNameTheirPlace(t *testing.T) {
	for text, want := range map[string]string{
		`{"all":[{"field":"staff","op":"in","values":["x"]}]}`:                                           "body.all[0].op",
		`{"any":[{"field":"staff","op":">="}]}`:                                                          "body.any[0].number",
		`{"field":"height","op":">=","number":1}`:                                                        "body.field",
		`{"field":"founded_on","op":">=","day":"2020-02-30"}`:                                            "body.day",
		`{"field":"district","op":"in","values":["370212","999999"]}`:                                    "body.values[1]",
		`{"field":"district","op":"in"}`:                                                                 "body.values",
		`{"not":{}}`:                                                                                     "body.not",
		`{"field":"staff","op":">=","number":1,"not":{"field":"staff","op":">=","number":1}}`:            "body",
		strings.Repeat(`{"not":`, 9) + `{"field":"staff","op":">=","number":1}` + strings.Repeat(`}`, 9): "body" + strings.Repeat(".not", 8),
		`{"all":[` + strings.Repeat(`{"field":"staff","op":">=","number":1},`, 100) + `{"field":"staff","op":">=","number":1}]}`: "body",
	} {
		_, err := criterion.Parse([]byte(text), words)
		f := fault.As(err)
		if f == nil || len(f.Fields) == 0 || f.Fields[0].Location != want {
			t.Errorf("%.80s: %v %+v, want a fault at %s", text, err, f, want)
		}
	}
	for _, text := range []string{``, `[]`, `{"fields":1}`, `{} {}`, `{"number":1e999}`, strings.Repeat(" ", 70000)} {
		if _, err := criterion.Parse([]byte(text), words); err == nil {
			t.Errorf("%.40q was taken for a rule", text)
		}
	}
}

func TestFactsOfAProfile(t *testing.T) {
	amount := func(year int, v float64) criterion.Yearly {
		return criterion.Yearly{Year: year, Value: criterion.Exactly(v, "")}
	}
	g := criterion.Given{
		Industry: "C3521", FoundedOn: "2016-04-01", Staff: []criterion.Yearly{amount(2023, 9), amount(2025, 15), amount(2027, 99)},
		Revenue: []criterion.Yearly{amount(2023, 1000), amount(2024, 1200), amount(2025, 1440)}, Asked: map[string][]criterion.Yearly{"research": {amount(2025, 72)}, "rights_1": {amount(2020, 3)}},
	}
	f := g.On(time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC))
	near := func(field string, want float64) {
		t.Helper()
		if got, ok := f.Numbers[field]; !ok || math.Abs(got.Least-want) > 1e-9 || math.Abs(got.Most-want) > 1e-9 {
			t.Errorf("%s is %+v, want %v", field, got, want)
		}
	}
	near("age", 9) // ten years tomorrow
	near("staff", 15)
	near("revenue", 1440)
	near("revenue_growth", 20)
	near("revenue_growth_2y", 20)
	near("research_share", 5)
	if _, ok := f.Numbers["rights_1"]; ok {
		t.Error("a figure of 2020 counts in 2026")
	}
	f = g.On(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC))
	near("age", 10)
	g.Revenue[2].Value = criterion.Between(300, 2000, "")
	f = g.On(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC))
	if _, ok := f.Numbers["revenue_growth"]; ok {
		t.Error("a band grows")
	}
}

// atoms are conditions on fields of which any may be unknown.
func atom(r *rand.Rand) criterion.Rule {
	fields := []string{"staff", "revenue", "capital", "age"}
	bound := float64(r.IntN(4))
	return criterion.Rule{Field: fields[r.IntN(len(fields))], Op: []string{">=", ">", "<=", "<"}[r.IntN(4)], Number: &bound}
}

func random(r *rand.Rand, depth int) criterion.Rule {
	if depth == 0 || r.IntN(3) == 0 {
		return atom(r)
	}
	list := []criterion.Rule{}
	for range 1 + r.IntN(3) {
		list = append(list, random(r, depth-1))
	}
	switch r.IntN(3) {
	case 0:
		return criterion.Rule{All: list}
	case 1:
		return criterion.Rule{Any: list}
	default:
		return criterion.Rule{Not: &list[0]}
	}
}

func randomFacts(r *rand.Rand) criterion.Facts {
	f := criterion.Facts{On: "2026-03-31", Numbers: map[string]criterion.Range{}}
	for _, x := range []string{"staff", "revenue", "capital", "age"} {
		switch v := float64(r.IntN(4)); r.IntN(3) {
		case 0:
			f.Numbers[x] = criterion.Exactly(v, "")
		case 1:
			f.Numbers[x] = criterion.Between(v, v+float64(1+r.IntN(2)), "")
		}
	}
	return f
}

func negate(list []criterion.Rule) []criterion.Rule {
	out := make([]criterion.Rule, len(list))
	for i := range list {
		out[i] = criterion.Rule{Not: &list[i]}
	}
	return out
}

// de Morgan, double negation, and a rule that is met lacks nothing while one that is not
// names something.
func TestLawsOfTheLogic(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	for range 5000 {
		a, b, f := random(r, 3), random(r, 3), randomFacts(r)
		both, either := criterion.Rule{All: []criterion.Rule{a, b}}, criterion.Rule{Any: []criterion.Rule{a, b}}
		come := func(x criterion.Rule) criterion.Outcome { return x.Evaluate(f, words).Outcome }
		if come(criterion.Rule{Not: &both}) != come(criterion.Rule{Any: negate(both.All)}) || come(criterion.Rule{Not: &either}) != come(criterion.Rule{All: negate(either.Any)}) {
			t.Fatalf("de Morgan does not hold: %+v %+v %+v", a, b, f)
		}
		no := criterion.Rule{Not: &a}
		if come(criterion.Rule{Not: &no}) != come(a) {
			t.Fatalf("twice not is another: %+v", a)
		}
		if result := a.Evaluate(f, words); (result.Outcome == criterion.Met) != (len(result.Lacks) == 0) {
			t.Fatalf("%s lacks %+v", result.Outcome, result.Lacks)
		}
	}
}

// What more data settles stays settled: no outcome but unknown changes when something that
// was not known becomes known within what was known.
func TestMoreDataNeverOverturns(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 2))
	settled := 0
	for range 5000 {
		x, f := random(r, 3), randomFacts(r)
		before := x.Evaluate(f, words).Outcome
		more := criterion.Facts{On: f.On, Numbers: map[string]criterion.Range{}}
		for _, field := range []string{"staff", "revenue", "capital", "age"} {
			known, ok := f.Numbers[field]
			switch {
			case !ok:
				more.Numbers[field] = criterion.Exactly(float64(r.IntN(4)), "")
			case known.Below:
				more.Numbers[field] = criterion.Exactly(known.Least+r.Float64()*(known.Most-known.Least)*0.99, "")
			default:
				more.Numbers[field] = known
			}
		}
		after := x.Evaluate(more, words).Outcome
		if after == criterion.Unknown || before != criterion.Unknown && before != after {
			t.Fatalf("%+v was %s and is %s", x, before, after)
		}
		if before == criterion.Unknown {
			settled++
		}
	}
	if settled == 0 {
		t.Error("nothing was unknown")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"all":[{"field":"staff","op":">=","number":20},{"not":{"field":"industry","op":"under","values":["C"]}}]}`)
	f.Add(`{"any":[{"field":"founded_on","op":"<","day":"2020-01-01"}]}`)
	f.Add(`{"field":"qualification","op":"holds","values":["high_tech"]}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := criterion.Parse([]byte(text), words)
		if err != nil {
			return
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		same, err := criterion.Parse(again, words)
		if err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		facts := criterion.Facts{On: "2026-03-31", Numbers: map[string]criterion.Range{"staff": criterion.Exactly(20, "")}, Codes: map[string]string{"industry": "C35"}}
		if a, b := r.Evaluate(facts, words), same.Evaluate(facts, words); !reflect.DeepEqual(a, b) {
			t.Fatalf("read again it is another: %+v %+v", a, b)
		}
	})
}
