package sigma

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const failedLogin = `title: Failed
name: failed_login
logsource: {product: x}
detection: {s: {ID: 4625}, condition: s}
---
title: Success
name: successful_login
logsource: {product: x}
detection: {s: {ID: 4624}, condition: s}
---
`

// story plays events "second field=value ..." and gives what hits, as
// "second title group=value count".
func story(t *testing.T, rules string, bounds Bounds, events ...string) ([]string, *Correlator) {
	t.Helper()
	set, faults := compileOne(t, Options{}, rules)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	m, c := set.Matcher(), set.Correlator(bounds)
	start := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	var out []string
	for i, text := range events {
		words := strings.Fields(text)
		var second int
		if _, err := fmt.Sscan(words[0], &second); err != nil {
			t.Fatal(err)
		}
		e := &Event{ID: fmt.Sprint("e", i), Time: start.Add(time.Duration(second) * time.Second), Source: LogSource{Product: "x"}, Fields: pairsOf(words[1:])}
		hits, err := m.Match(e)
		if err != nil {
			t.Fatal(err)
		}
		found, err := c.Observe(e, hits)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			line := fmt.Sprint(second, " ", f.Correlation.Title)
			for _, g := range f.Group {
				line += " " + g.Name + "=" + g.Value
			}
			out = append(out, fmt.Sprint(line, " ", f.Count))
		}
	}
	return out, c
}

func correlationOf(text string) string {
	return failedLogin + "title: C\ncorrelation:\n" + indent(text) + "\n"
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "; ") != strings.Join(want, "; ") {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEventCount(t *testing.T) {
	rule := correlationOf("type: event_count\nrules: [failed_login]\ngroup-by: [User]\ntimespan: 10s\ncondition: {gte: 3}")
	got, c := story(t, rule, Bounds{},
		"0 ID=4625 User=a", "1 ID=4625 User=b", "5 ID=4625 User=A", "10 ID=4625 User=a", // three of a within ten seconds
		"11 ID=4625 User=a",               // what hit is consumed
		"12 ID=4625", "12 ID=4624 User=b", // no group, other rule
		"20 ID=4625 User=b", "30 ID=4625 User=b", "31 ID=4625 User=b", // of b never three within ten
		"29 ID=4625 User=b") // late, but counted
	expect(t, got, "10 C User=a 3", "29 C User=b 3")
	if s := c.Stats(); s.Unnamed != 1 || s.Late != 1 || s.Groups != 1 || s.Observed != 11 {
		t.Errorf("%+v", s)
	}
}

func TestRangesOfCounts(t *testing.T) {
	rule := correlationOf("type: event_count\nrules: [failed_login]\ntimespan: 10s\ncondition: {gt: 1, lte: 5}")
	got, _ := story(t, rule, Bounds{}, "0 ID=4625", "1 ID=4625", "2 ID=4625", "3 ID=4625")
	expect(t, got, "1 C 2", "3 C 2")
}

func TestEventCountCountsAnEventOnce(t *testing.T) {
	rule := failedLogin + "title: Also\nname: also\nlogsource: {product: x}\ndetection: {s: {ID|startswith: 46}, condition: s}\n---\n" +
		"title: C\ncorrelation: {type: event_count, rules: [failed_login, also], timespan: 10s, condition: {gte: 2}}\n"
	got, _ := story(t, rule, Bounds{}, "0 ID=4625", "1 ID=4625")
	expect(t, got, "1 C 2")
}

func TestValueCount(t *testing.T) {
	rule := correlationOf("type: value_count\nrules: [failed_login]\ngroup-by: [Host]\ntimespan: 10s\ncondition: {field: User, gte: 3}")
	got, _ := story(t, rule, Bounds{},
		"0 ID=4625 Host=h User=a", "1 ID=4625 Host=h User=b", "2 ID=4625 Host=h User=B", "11 ID=4625 Host=h User=c", // a is too old
		"12 ID=4625 Host=h User=d")
	expect(t, got, "12 C Host=h 3")
}

func TestTemporal(t *testing.T) {
	rule := correlationOf("type: temporal\nrules: [failed_login, successful_login]\ngroup-by: [User]\ntimespan: 10s")
	got, _ := story(t, rule, Bounds{},
		"0 ID=4624 User=a", "5 ID=4625 User=b", "8 ID=4625 User=a", // in any order
		"20 ID=4625 User=a", "31 ID=4624 User=a") // too far
	expect(t, got, "8 C User=a 2")
}

func TestTemporalOrdered(t *testing.T) {
	rule := correlationOf("type: temporal_ordered\nrules: [failed_login, successful_login]\ngroup-by: [User]\ntimespan: 10s")
	got, _ := story(t, rule, Bounds{},
		"0 ID=4624 User=a", "5 ID=4625 User=a", // wrong order
		"8 ID=4624 User=a",
		"9 ID=4624 User=a",                                            // consumed
		"20 ID=4625 User=a", "25 ID=4625 User=a", "33 ID=4624 User=a") // the path that began last counts
	expect(t, got, "8 C User=a 2", "33 C User=a 2")
}

func TestOneEventIsOneStep(t *testing.T) {
	rule := failedLogin + "title: C\ncorrelation: {type: temporal_ordered, rules: [failed_login, again], timespan: 10s}\n---\n" +
		"title: Again\nname: again\nlogsource: {product: x}\ndetection: {s: {ID: 4625}, condition: s}\n"
	got, _ := story(t, rule, Bounds{}, "0 ID=4625", "1 ID=4625")
	expect(t, got, "1 C 2")
}

// TestChain is the example of the specification: failed logins followed by a successful one.
func TestChain(t *testing.T) {
	rule := failedLogin + `title: Brute
correlation: {type: temporal_ordered, rules: [many, successful_login], group-by: [User], timespan: 10m}
---
title: Many
name: many
correlation: {type: event_count, rules: [failed_login], group-by: [Host], timespan: 10m, condition: {gte: 3}}
`
	got, c := story(t, rule, Bounds{}, "0 ID=4625 Host=h User=x", "1 ID=4625 Host=h User=a", "2 ID=4625 Host=h User=a", "3 ID=4624 User=a")
	expect(t, got, "2 Many Host=h 3", "3 Brute User=a 2")
	if !c.set.chains[0].supporting || c.set.chains[1].supporting || !c.set.rules[0].supporting {
		t.Error("what serves other correlations is not marked")
	}
}

// TestAliases is the example of the specification.
func TestAliases(t *testing.T) {
	rule := `title: E
name: internal_error
logsource: {product: x}
detection: {s: {status: 500}, condition: s}
---
title: N
name: new_connection
logsource: {product: x}
detection: {s: {type: connection}, condition: s}
---
title: C
correlation:
  type: temporal
  rules: [internal_error, new_connection]
  group-by: [internal_ip, remote_ip]
  timespan: 10s
  aliases:
    internal_ip: {internal_error: destination.ip, new_connection: source.ip}
    remote_ip: {internal_error: source.ip, new_connection: destination.ip}
`
	got, _ := story(t, rule, Bounds{}, "0 status=500 source.ip=9.9.9.9 destination.ip=10.0.0.1", "1 type=connection source.ip=10.0.0.2 destination.ip=9.9.9.9",
		"2 type=connection source.ip=10.0.0.1 destination.ip=9.9.9.9")
	expect(t, got, "2 C internal_ip=10.0.0.1 remote_ip=9.9.9.9 2")
}

func TestCorrelatorIsBounded(t *testing.T) {
	rule := correlationOf("type: event_count\nrules: [failed_login]\ngroup-by: [User]\ntimespan: 1h\ncondition: {gte: 1000}")
	var events []string
	for i := range 500 {
		events = append(events, fmt.Sprintf("%d ID=4625 User=u%d", i, i%50))
	}
	_, c := story(t, rule, Bounds{Groups: 20, Entries: 1000}, events...)
	if s := c.Stats(); s.Groups > 20 || s.Evicted != 480 {
		t.Errorf("%+v", s)
	}
	_, c = story(t, rule, Bounds{Groups: 100, Entries: 30}, events...)
	s := c.Stats()
	if s.Entries > 30 || s.Evicted == 0 {
		t.Errorf("%+v", s)
	}
	c.Expire(time.Date(2026, 3, 4, 2, 0, 0, 0, time.UTC))
	if s := c.Stats(); s.Groups != 0 || s.Entries != 0 || s.Expired == 0 {
		t.Errorf("%+v", s)
	}
}

func TestEventWithoutTime(t *testing.T) {
	set, _ := compileOne(t, Options{}, correlationOf("type: event_count\nrules: [failed_login]\ntimespan: 1h\ncondition: {gte: 2}"))
	if _, err := set.Correlator(Bounds{}).Observe(&Event{}, nil); err == nil {
		t.Error("an event without time is taken")
	}
}

func TestCorrelationsRefused(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"type: value_sum\nrules: [failed_login]\ntimespan: 1h\ncondition: {field: n, gt: 5}", "the correlation type value_sum is not supported"},
		{"type: value_avg\nrules: [failed_login]\ntimespan: 1h\ncondition: {field: n, gt: 5}", "value_avg is not supported"},
		{"type: value_percentile\nrules: [failed_login]\ntimespan: 1h\ncondition: {field: n, lte: 1}", "value_percentile is not supported"},
		{"type: often\nrules: [failed_login]\ntimespan: 1h\ncondition: {gt: 5}", `the correlation type "often" is unknown`},
		{"type: event_count\nrules: [failed_login]\ntimespan: 1w\ncondition: {gt: 5}", `"1w" is no timespan`},
		{"type: event_count\nrules: [failed_login]\ntimespan: ''\ncondition: {gt: 5}", "is no timespan"},
		{"type: event_count\nrules: [failed_login]\ntimespan: 1h\ncondition: {lt: 5}", "without gt, gte or eq"},
		{"type: event_count\nrules: [failed_login]\ntimespan: 1h\ncondition: {gte: 5, lt: 5}", "no count fulfils"},
		{"type: event_count\nrules: [failed_login]\ntimespan: 1h\ncondition: {about: 5}", `the comparison "about" is unknown`},
		{"type: event_count\nrules: [failed_login]\ntimespan: 1h", "condition is missing"},
		{"type: value_count\nrules: [failed_login]\ntimespan: 1h\ncondition: {gte: 5}", "field belongs to value_count"},
		{"type: temporal\nrules: [failed_login, nobody]\ntimespan: 1h", `there is no rule "nobody"`},
		{"type: temporal\nrules: [failed_login, successful_login]\ntimespan: 1h\ncondition: failed_login and not successful_login", "a condition in words"},
		{"type: temporal_ordered\nrules: [failed_login, successful_login]\ntimespan: 1h\ncondition: {gte: 1}", "needs all of its rules"},
		{"type: temporal\nrules: [failed_login, successful_login]\ntimespan: 1h\naliases: {ip: {failed_login: a}}", "does not name a field of every rule"},
		{"type: temporal\nrules: [failed_login]\ntimespan: 1h\nfrob: 1", "correlation.frob: the key is not known"},
	} {
		_, faults := compileOne(t, Options{}, correlationOf(c.text))
		if len(faults) == 0 || !strings.Contains(faults.String(), c.says) {
			t.Errorf("%s: %v, want %s", c.text, faults, c.says)
		}
	}
	circle := "title: A\nname: a\ncorrelation: {type: temporal, rules: [b], timespan: 1h}\n---\ntitle: B\nname: b\ncorrelation: {type: temporal, rules: [a], timespan: 1h}\n"
	set, faults := compileOne(t, Options{}, circle)
	if len(set.chains) != 0 || !strings.Contains(faults.String(), "in a circle") {
		t.Errorf("a circle is taken: %v", faults)
	}
}
