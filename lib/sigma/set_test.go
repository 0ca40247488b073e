package sigma

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhy(t *testing.T) {
	set, faults := compileOne(t, Options{}, ruleOf(`
image:
  - Image|endswith: ['\cmd.exe', '\powershell.exe']
  - Original: cmd.exe
args:
  Args|contains|all: [' /c', echo]
  User|neq: root
filter:
  Parent: explorer.exe
condition: image and args and not filter`))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	m := set.Matcher()
	hits, err := m.Match(&Event{Source: LogSource{Product: "X"}, Fields: pairsOf([]string{`Image=C:\CMD.exe`, "Args=cmd /c ECHO", "User=sam"})})
	if err != nil || len(hits) != 1 {
		t.Fatal(hits, err)
	}
	want := []Reason{
		{Search: "image", Field: "Image", Modifiers: []string{"endswith"}, Wanted: `\cmd.exe`, Value: `C:\CMD.exe`},
		{Search: "args", Field: "Args", Modifiers: []string{"contains", "all"}, Wanted: " /c", Value: "cmd /c ECHO"},
		{Search: "args", Field: "Args", Modifiers: []string{"contains", "all"}, Wanted: "echo", Value: "cmd /c ECHO"},
		{Search: "args", Field: "User", Modifiers: []string{"neq"}, Wanted: "root", Value: "sam"},
	}
	if diff := cmp.Diff(want, m.Why(hits[0])); diff != "" {
		t.Error(diff)
	}
}

func TestSourceOfEvents(t *testing.T) {
	set, _ := compileOne(t, Options{}, "title: t\nlogsource: {product: windows, category: process_creation}\ndetection: {s: {F: a}, condition: s}\n")
	for _, c := range []struct {
		source LogSource
		hits   int
	}{
		{LogSource{Product: "windows", Category: "process_creation", Service: "sysmon"}, 1},
		{LogSource{Product: "Windows", Category: "Process_Creation"}, 1},
		{LogSource{Product: "windows"}, 0},
		{LogSource{}, 0},
	} {
		hits, err := set.Matcher().Match(&Event{Source: c.source, Fields: pairsOf([]string{"F=a"})})
		if err != nil || len(hits) != c.hits {
			t.Errorf("%+v: %d hits, %v", c.source, len(hits), err)
		}
	}
}

func TestPipeline(t *testing.T) {
	p, err := ParsePipeline("p.yml", []byte(`
placeholders: {Admins: ['adm_*']}
sources:
  - logsource: {product: windows, category: process_creation}
    match: [{Channel: Sysmon, EventID: 1}, {Channel: Security, EventID: 4688}]
    becomes: {product: windows}
    fields: {Image: process.executable}
`))
	if err != nil {
		t.Fatal(err)
	}
	set, faults := compileOne(t, Options{Pipelines: []*Pipeline{p}},
		"title: t\nlogsource: {product: windows, category: process_creation}\ndetection: {s: {Image|endswith: cmd.exe, User|expand: '%Admins%'}, condition: s}\n")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for event, want := range map[string]int{
		"Channel=security|EventID=4688|process.executable=cmd.exe|User=adm_1": 1,
		"Channel=sysmon|EventID=4688|process.executable=cmd.exe|User=adm_1":   0,
		"Channel=sysmon|EventID=1|Image=cmd.exe|User=adm_1":                   0,
		"Channel=sysmon|EventID=1|process.executable=cmd.exe|User=sam":        0,
	} {
		hits, err := set.Matcher().Match(&Event{Source: LogSource{Product: "windows"}, Fields: pairsOf(strings.Split(event, "|"))})
		if err != nil || len(hits) != want {
			t.Errorf("%s: %d hits, %v", event, len(hits), err)
		}
	}
	if _, err := ParsePipeline("p.yml", []byte("sources: [{logsource: {product: x}, frob: 1}]\n")); err == nil || !strings.Contains(err.Error(), "p.yml:1:") {
		t.Error("an unknown key of a pipeline is not refused with its place:", err)
	}
}

func TestFilters(t *testing.T) {
	const rules = `title: one
id: r1
logsource: {product: windows, category: process_creation}
detection: {s: {F: a}, condition: s}
---
title: two
name: r2
logsource: {product: windows, category: process_creation}
detection: {s: {F: a}, condition: s}
---
title: Filter Administrator account
logsource: {product: windows, category: process_creation}
filter:
  rules: [r1]
  selection: {User|startswith: adm_}
  condition: selection
`
	set, faults := compileOne(t, Options{}, rules)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	titles := func(pairs ...string) string {
		hits, err := set.Matcher().Match(&Event{Source: LogSource{Product: "windows", Category: "process_creation"}, Fields: pairsOf(pairs)})
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, h := range hits {
			out = append(out, h.Rule.Title)
		}
		return strings.Join(out, " ")
	}
	if got := titles("F=a", "User=adm_x"); got != "two" {
		t.Errorf("the filter suppresses the wrong rules, left is %q", got)
	}
	if got := titles("F=a", "User=sam"); got != "one two" {
		t.Errorf("the filter suppresses too much, left is %q", got)
	}
	for text, says := range map[string]string{
		strings.Replace(rules, "[r1]", "[r9]", 1):                                                                                             `there is no rule "r9"`,
		strings.Replace(rules, "condition: selection", "condition: not selection", 1):                                                         "read in two ways",
		rules[:strings.LastIndex(rules, "logsource")] + strings.Replace(rules[strings.LastIndex(rules, "logsource"):], "windows", "linux", 1): "another log source",
	} {
		if _, faults := compileOne(t, Options{}, text); len(faults) != 1 || !strings.Contains(faults.String(), says) {
			t.Errorf("%v, want %s", faults, says)
		}
	}
}

func TestOneRuleWithFaultLeavesTheOthers(t *testing.T) {
	file, err := Parse("f.yml", []byte(ruleOf("s: {F: a}\ncondition: s")+"---\n"+ruleOf("s: {'F|frob': a}\ncondition: s")+"---\n"+ruleOf("s: {F: [[a]]}\ncondition: s")))
	if err == nil || len(file.Rules) != 2 {
		t.Fatalf("%d rules, %v", len(file.Rules), err)
	}
	set, faults := Compile(Options{}, file)
	if len(set.rules) != 1 || len(faults) != 1 {
		t.Errorf("%d rules, %v", len(set.rules), faults)
	}
}

func TestEventBeyondLimitsIsRefused(t *testing.T) {
	set, _ := compileOne(t, Options{}, ruleOf("s: {F: a}\ncondition: s"))
	m := set.Matcher()
	if _, err := m.Match(&Event{Fields: []Field{{Name: "F", Value: strings.Repeat("a", MaxValue+1)}}}); err == nil {
		t.Error("a value that is too long is looked at")
	}
	if _, err := m.Match(&Event{Fields: make([]Field, MaxFields+1)}); err == nil {
		t.Error("an event of too many fields is looked at")
	}
}

func TestParseJSON(t *testing.T) {
	got, err := ParseJSON([]byte(`{"b":{"c":[1,2.50,"x"],"d":null},"a":true,"n":1e3,"big":12345678901234567890}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []Field{
		{Name: "a", Value: "true"},
		{Name: "b.c", Value: "1"},
		{Name: "b.c", Value: "2.5"},
		{Name: "b.c", Value: "x"},
		{Name: "b.d", Null: true},
		{Name: "big", Value: "12345678901234567890"},
		{Name: "n", Value: "1000"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{`[]`, `{} {}`, `{"a":`, strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)} {
		if _, err := ParseJSON([]byte(bad)); err == nil {
			t.Errorf("%.20s is taken", bad)
		}
	}
}

// TestManyMatchers holds that a set may be used by many goroutines.
func TestManyMatchers(t *testing.T) {
	set, faults := compileOne(t, Options{}, ruleOf("s: {'F|contains': needle, 'G|re': '^[0-9]+$'}\nk: [word]\ncondition: s or k"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	var wait sync.WaitGroup
	for g := range 4 {
		wait.Go(func() {
			m := set.Matcher()
			for i := range 200 {
				want := (i+g)%2 == 0
				e := Event{Source: LogSource{Product: "x"}, Fields: pairsOf([]string{"F=a needle", "G=x"})}
				if want {
					e.Fields[1].Value = fmt.Sprint(i)
				}
				hits, err := m.Match(&e)
				if err != nil || (len(hits) == 1) != want {
					t.Errorf("%d: %d hits, %v", i, len(hits), err)
					return
				}
			}
		})
	}
	wait.Wait()
}
