package alert

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

func at(minute int) time.Time {
	return time.Date(2026, 11, 27, 0, minute, 0, 0, time.UTC)
}

func sample(platform string, value float64) Sample {
	return Sample{Labels{PlatformLabel: platform, NameLabel: "r"}, value}
}

// keep is what a store does with a turn.
func keep(kept []Instance, t Turn) []Instance {
	var list []Instance
	for _, i := range kept {
		gone := func(x Instance) bool { return x.Fingerprint == i.Fingerprint }
		if !slices.ContainsFunc(t.Drop, gone) && !slices.ContainsFunc(t.End, gone) && !slices.ContainsFunc(t.Fire, gone) && !slices.ContainsFunc(t.GoOn, gone) {
			list = append(list, i)
		}
	}
	return append(append(append(list, t.Begin...), t.Fire...), t.GoOn...)
}

func states(list []Instance) string {
	var s []string
	for _, i := range list {
		s = append(s, i.Labels[PlatformLabel]+" "+string(i.State))
	}
	slices.Sort(s)
	return strings.Join(s, ", ")
}

func TestAnAlertFiresWhenItsConditionHeldLongEnough(t *testing.T) {
	r := Rule{For: 300}
	var kept []Instance
	f := func(minute int, want, ended string, samples ...Sample) {
		t.Helper()
		turn := Step(r, kept, samples, at(minute))
		kept = keep(kept, turn)
		if got := states(kept); got != want {
			t.Errorf("minute %d: %q, want %q", minute, got, want)
		}
		if got := states(turn.End); got != ended {
			t.Errorf("minute %d ended %q, want %q", minute, got, ended)
		}
	}
	f(0, "a pending", "", sample("a", 1), sample("a", 1))
	f(4, "a pending, b pending", "", sample("a", 2), sample("b", 1))
	f(5, "a firing", "", sample("a", 3)) // b held for a minute only
	f(6, "a firing, b pending", "", sample("a", 3), sample("b", 1))
	f(7, "b pending", "a resolved", sample("b", 1))
	kept[0].State = Closed
	f(20, "b closed", "", sample("b", 1)) // closed does not fire again while it holds
	f(21, "", "b closed")
	r.For, r.Keep = 0, 120
	f(30, "a firing", "", sample("a", 1))
	f(31, "a firing", "")
	f(32, "", "a resolved")
}

func TestARuleHasSoManyAlertsAndOneThatSaysSo(t *testing.T) {
	r := Rule{Code: "r", Severity: Warning}
	var samples []Sample
	for i := range 30 {
		samples = append(samples, Sample{r.Label(Labels{PlatformLabel: fmt.Sprint(i)}), 1})
	}
	if got := Bounded(r, nil, samples, 30); len(got) != 30 {
		t.Errorf("%d of 30", len(got))
	}
	kept := []Instance{{Fingerprint: samples[29].Labels.Fingerprint()}}
	got := Bounded(r, kept, samples, 10)
	if len(got) != 11 || got[0].Labels[PlatformLabel] != "29" || got[10].Labels[OverflowLabel] != "true" || got[10].Value != 30 || got[10].Labels[NameLabel] != "r" {
		t.Errorf("bounded: %v", got)
	}
}

func TestFingerprintsTellLabelsApart(t *testing.T) {
	for _, pair := range [][2]Labels{{{"a": "b"}, {"a": "c"}}, {{"a": "bc"}, {"ab": "c"}}, {{"a": "", "b": "x"}, {"b": "x", "c": ""}}, {{}, {"a": ""}}} {
		if pair[0].Fingerprint() == pair[1].Fingerprint() {
			t.Errorf("%v and %v", pair[0], pair[1])
		}
	}
	if (Labels{"a": "1", "b": "2"}).Fingerprint() != (Labels{"b": "2", "a": "1"}).Fingerprint() {
		t.Error("the order of labels matters")
	}
}

func TestMatchersAskAsAlertmanagerDoes(t *testing.T) {
	l := Labels{"platform": "p1", "severity": "critical"}
	f := func(want bool, list ...Matcher) {
		t.Helper()
		m, err := Compile(list)
		if err != nil || m(l) != want {
			t.Errorf("%v: %v, %v", list, !want, err)
		}
	}
	f(true)
	f(true, Matcher{"platform", "=", "p1"}, Matcher{"severity", "!=", "info"})
	f(false, Matcher{"platform", "=", "p1"}, Matcher{"severity", "=", "info"})
	f(true, Matcher{"platform", "=~", "p.|q"})
	f(false, Matcher{"platform", "=~", "p"}) // the whole value
	f(false, Matcher{"platform", "=~", "p|1"})
	f(true, Matcher{"platform", "!~", "q.*"})
	f(true, Matcher{"absent", "=", ""})
	f(true, Matcher{"absent", "!=", "x"})
	f(false, Matcher{"absent", "=~", ".+"})
	for _, bad := range []Matcher{{"a", "=~", "("}, {"a", "~", "x"}} {
		if _, err := Compile([]Matcher{bad}); err == nil {
			t.Errorf("%v compiles", bad)
		}
	}
}

func TestASilenceAsksForSomethingAndEnds(t *testing.T) {
	now := at(0)
	good := Silence{Matchers: []Matcher{{"platform", "=", "p"}}, From: now, To: at(60), Reason: "x"}
	if err := good.Check(now); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]func(*Silence){
		"no conditions":  func(s *Silence) { s.Matchers = nil },
		"everything":     func(s *Silence) { s.Matchers = []Matcher{{"platform", "=~", ".*"}} },
		"only the other": func(s *Silence) { s.Matchers = []Matcher{{"platform", "!=", "x"}} },
		"over":           func(s *Silence) { s.To = now },
		"for ever":       func(s *Silence) { s.To = now.AddDate(2, 0, 0) },
		"no reason":      func(s *Silence) { s.Reason = " " },
		"no expression":  func(s *Silence) { s.Matchers = []Matcher{{"platform", "=~", "("}} },
		"no name":        func(s *Silence) { s.Matchers = []Matcher{{"a b", "=", "x"}} },
	} {
		s := good
		c(&s)
		if f := fault.As(s.Check(now)); f == nil || len(f.Fields) == 0 {
			t.Errorf("%s passes", name)
		}
	}
	for minute, want := range map[int]string{-1: "pending", 0: "active", 59: "active", 60: "expired"} {
		if got := good.State(at(minute)); got != want {
			t.Errorf("minute %d: %s, want %s", minute, got, want)
		}
	}
}

func TestAGroupIsToldOfWhatIsNewOfTheEndAndAgain(t *testing.T) {
	r := Route{Wait: 30, Interval: 300, Repeat: 3600}
	g := Group{FlushAt: at(0)}
	f := func(minute int, want string, firing, resolved []string) {
		t.Helper()
		after, n := g.Flush(r, firing, resolved, at(minute))
		got := "nothing"
		if n != nil {
			got = fmt.Sprintf("%v %v %v", n.Firing, n.Resolved, n.Repeat)
			if after.Number != g.Number+1 || !after.ToldAt.Equal(at(minute)) {
				t.Errorf("minute %d: notice %d at %v", minute, after.Number, after.ToldAt)
			}
		}
		if got != want || !after.FlushAt.Equal(at(minute+5)) {
			t.Errorf("minute %d: %s, want %s; next at %v", minute, got, want, after.FlushAt)
		}
		g = after
	}
	f(0, "[a] [] false", []string{"a"}, nil)
	f(5, "nothing", []string{"a"}, nil)
	f(10, "[a b] [] false", []string{"a", "b"}, nil)
	f(15, "[b] [a] false", []string{"b"}, []string{"a"})
	f(20, "nothing", []string{"b"}, []string{"x"}) // x came and went between two notices
	f(74, "nothing", []string{"b"}, nil)
	f(75, "[b] [] true", []string{"b"}, nil)
	f(80, "nothing", nil, nil) // b was silenced
	f(85, "[] [b] false", nil, []string{"b"})
	f(90, "nothing", nil, nil)
}

func TestARouteGroupsByItsLabels(t *testing.T) {
	r := Route{GroupBy: []string{NameLabel, PlatformLabel, "nobody has it"}}
	a := r.Key("x", Labels{NameLabel: "n", PlatformLabel: "p", "target": "1"})
	b := r.Key("x", Labels{NameLabel: "n", PlatformLabel: "p", "target": "2"})
	c := r.Key("x", Labels{NameLabel: "n", PlatformLabel: "q"})
	d := r.Key("y", Labels{NameLabel: "n", PlatformLabel: "p"})
	e := r.Key("x", Labels{NameLabel: "np", PlatformLabel: ""})
	if a != b || a == c || a == d || a == e {
		t.Errorf("%s %s %s %s %s", a, b, c, d, e)
	}
}

func TestSentencesAreFilledIn(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		tpl, err := ParseTemplate(text)
		got := ""
		if err == nil {
			got = tpl.Fill(func(name string) string { return "<" + name + ">" }, 1234567.5)
		}
		if got != want {
			t.Errorf("%q gives %q, %v; want %q", text, got, err, want)
		}
	}
	f("plain", "plain")
	f("{{ $labels.platform }}：{{$value}} 家", "<platform>：1234567.5 家")
	f("a }} b", "a }} b")
	for _, bad := range []string{"{{", "{{ $value", "{{ }}", "{{ $labels }}", "{{ $labels.a-b }}", `{{ printf "%s" $value }}`, "{{ $labels.a | title }}", "{{ range }}{{ end }}", "{{ $labels.{{ $value }} }}"} {
		if _, err := ParseTemplate(bad); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
	for v, want := range map[float64]string{0: "0", -12.34567: "-12.3457", 1e20: "1e+20", 0.00001: "1e-05", 98.99999: "99"} {
		if got := WriteValue(v); got != want {
			t.Errorf("%g is written %s, want %s", v, got, want)
		}
	}
}

func FuzzParseTemplate(f *testing.F) {
	for _, text := range []string{"", "x", "{{ $value }}", "{{$labels.a}}{{", "}}{{ $labels.a }}", "{{{ $value }}}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tpl, err := ParseTemplate(text)
		if err != nil {
			return
		}
		if got := tpl.Fill(func(string) string { return "" }, 0); strings.Contains(got, "{{") {
			t.Errorf("%q leaves %q", text, got)
		}
	})
}

func FuzzMatchers(f *testing.F) {
	f.Add("platform", "=~", "a.*", "abc")
	f.Add("x", "!~", "(", "")
	f.Fuzz(func(t *testing.T, name, op, value, has string) {
		problems := fault.New(fault.Invalid, "x", "x")
		CheckMatchers(problems, "body", []Matcher{{name, op, value}})
		m, err := Compile([]Matcher{{name, op, value}})
		if len(problems.Fields) == 0 && err != nil {
			t.Fatalf("%s%s%q passes the check: %v", name, op, value, err)
		}
		if err == nil {
			m(Labels{name: has})
		}
	})
}

func TestRulesAreChecked(t *testing.T) {
	known := Known{Indicator: func(code string) bool { return code == "ent_served" }, Query: func(expr string) string {
		if expr == "up > 1" {
			return ""
		}
		return "wrong"
	}}
	text := lang.Text{ZH: "名称"}
	good := func(k Kind) Rule {
		r := Rule{Code: "rule_1", Name: text, Kind: k, Severity: Warning, Summary: lang.Text{ZH: "{{ $value }}"}}
		switch k {
		case Bound:
			r.Indicator, r.Op, r.Limit = "ent_served", ">", 5
		case Change:
			r.Indicator, r.Direction, r.Limit = "ent_served", "fall", 5
		case Finding:
			r.Least = "high"
		case Certificate:
			r.Limit = 14
		case Query:
			r.Expr = "up > 1"
		default:
		}
		return r
	}
	for _, k := range []Kind{Silent, Overdue, Bound, Change, Finding, Incident, Certificate, Query} {
		r := good(k).Tidy()
		if err := r.Check(known); err != nil {
			t.Errorf("%s: %v", k, fault.As(err).Fields)
		}
		if r.Summary.EN != r.Summary.ZH || r.Platforms == nil {
			t.Errorf("%s is not filled: %+v", k, r)
		}
	}
	f := func(k Kind, field string, spoil func(*Rule)) {
		t.Helper()
		r := good(k)
		spoil(&r)
		p := fault.As(r.Tidy().Check(known))
		if p == nil || len(p.Fields) == 0 || !strings.HasPrefix(p.Fields[0].Location, field) {
			t.Errorf("%s without %s: %v", k, field, p)
		}
	}
	f(Silent, "body.code", func(r *Rule) { r.Code = "1a" })
	f(Silent, "body.name", func(r *Rule) { r.Name = lang.Text{} })
	f(Silent, "body.summary", func(r *Rule) { r.Summary.EN = "{{ $x }}" })
	f(Silent, "body.labels", func(r *Rule) { r.Labels = map[string]string{"severity": "x"} })
	f(Overdue, "body.indicator", func(r *Rule) { r.Indicator = "x" })
	f(Bound, "body.indicator", func(r *Rule) { r.Indicator = "" })
	f(Bound, "body.op", func(r *Rule) { r.Op = "" })
	f(Change, "body.direction", func(r *Rule) { r.Direction = "" })
	f(Change, "body.limit", func(r *Rule) { r.Limit = 0 })
	f(Finding, "body.least", func(r *Rule) { r.Least = "" })
	f(Certificate, "body.limit", func(r *Rule) { r.Limit = 0 })
	f(Query, "body.expr", func(r *Rule) { r.Expr = "up" })
	before := good(Bound)
	after := before
	after.For, after.Summary, after.Enabled = 60, text, true
	if after.Anew(before) {
		t.Error("alerts end though what the rule asks for is the same")
	}
	after.Limit = 6
	if !after.Anew(before) {
		t.Error("alerts go on under another bound")
	}
}

func TestChangesAreSharesOfWhatWasBefore(t *testing.T) {
	f := func(direction string, before, after, want float64, minds bool) {
		t.Helper()
		got, m := Rule{Direction: direction, Limit: 10}.Changed(before, after)
		if got != want || m != minds {
			t.Errorf("%s %g to %g: %g %v, want %g %v", direction, before, after, got, m, want, minds)
		}
	}
	f("fall", 100, 89, -11, true)
	f("fall", 100, 90, -10, false)
	f("fall", 100, 120, 20, false)
	f("rise", 100, 120, 20, true)
	f("either", 100, 80, -20, true)
	f("either", 0, 80, 0, false)
}

func TestMatchersAreReadAsAlertmanagerWritesThem(t *testing.T) {
	for text, want := range map[string]Matcher{
		`alertname="Silent"`:    {Name: "alertname", Op: "=", Value: "Silent"},
		`Silent`:                {Name: "alertname", Op: "=", Value: "Silent"},
		`severity = critical`:   {Name: "severity", Op: "=", Value: "critical"},
		`platform!="p"`:         {Name: "platform", Op: "!=", Value: "p"},
		`platform=~"a|b"`:       {Name: "platform", Op: "=~", Value: "a|b"},
		`platform!~"a=\"b\".*"`: {Name: "platform", Op: "!~", Value: `a="b".*`},
		`team=`:                 {Name: "team", Op: "=", Value: ""},
	} {
		got, err := ParseMatcher(text)
		if err != nil || got != want {
			t.Errorf("%s was read as %+v: %v", text, got, err)
		}
		if again, err := ParseMatcher(got.String()); err != nil || again != got {
			t.Errorf("%s was written as %s and read as %+v: %v", text, got, again, err)
		}
	}
	for _, text := range []string{`="x"`, `a b="x"`, `x!y`, `x=~"("`, `x="y`, `9x="y"`, "x=\"\xff\""} {
		if got, err := ParseMatcher(text); err == nil {
			t.Errorf("%s was read as %+v", text, got)
		}
	}
}

func FuzzParseMatcher(f *testing.F) {
	f.Add(`a=~"b.*"`)
	f.Add(`a!="\u4e00"`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMatcher(text)
		if err != nil {
			return
		}
		if again, err := ParseMatcher(m.String()); err != nil || again != m {
			t.Errorf("%q was written as %q and read as %+v: %v", text, m, again, err)
		}
	})
}
