package sigma

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzRules holds that no file makes the parser or the engine panic, and that
// what it refuses it refuses with a place.
func FuzzRules(f *testing.F) {
	f.Add([]byte(ruleOf("s: {'F|contains|all': [a, b]}\ncondition: s")), "ab")
	f.Add([]byte(ruleOf("s: {'F|windash|base64offset|contains': ' -a'}\nk: [x]\ncondition: 1 of s* and not k")), "x")
	f.Add([]byte(correlationOf("type: temporal_ordered\nrules: [failed_login, successful_login]\ngroup-by: [User]\ntimespan: 10s")), "4625")
	f.Add([]byte("title: f\nlogsource: {product: x}\nfilter: {rules: [a], s: {F: a}, condition: s}\n"), "")
	f.Add([]byte("a: &a [*a]\n"), "")
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		file, err := Parse("f.yml", data)
		if bad := (*ParseError)(nil); errors.As(err, &bad) {
			for _, one := range bad.Faults {
				if one.File == "" || one.What == "" {
					t.Fatalf("a fault without place or words: %+v", one)
				}
			}
		}
		set, _ := Compile(Options{}, file)
		m, c := set.Matcher(), set.Correlator(Bounds{})
		for i := range 3 {
			e := &Event{Time: time.Unix(int64(i+1), 0), Source: LogSource{Product: "x"}, Fields: []Field{{Name: "F", Value: text}, {Name: "ID", Value: text}, {Name: "User", Null: true}}}
			hits, err := m.Match(e)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range hits {
				m.Why(h)
			}
			if _, err := c.Observe(e, hits); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzCondition holds that a condition that is taken can be written out and means
// the same.
func FuzzCondition(f *testing.F) {
	names := []string{"a", "b", "ab", "_c"}
	for _, s := range []string{"a or b and not ab", "1 of a* and all of them", "((a))", "not not not b", "a |count() > 3", "1 of"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tree, bad := parseCondition(text, names)
		if bad != nil {
			if bad.what == "" {
				t.Fatal("refused without words")
			}
			return
		}
		again, bad := parseCondition(written(tree, names), names)
		if bad != nil {
			t.Fatalf("%q written as %q: %v", text, written(tree, names), bad)
		}
		for bits := range 1 << len(names) {
			if means(tree, bits) != means(again, bits) {
				t.Fatalf("%q and %q differ", text, written(tree, names))
			}
		}
	})
}

func written(c *choice, names []string) string {
	if c.op == opSearch {
		return names[c.search]
	}
	var parts []string
	for _, k := range c.kids {
		parts = append(parts, "("+written(k, names)+")")
	}
	return map[op]string{opNot: "not " + parts[0], opAnd: strings.Join(parts, " and "), opOr: strings.Join(parts, " or ")}[c.op]
}

func means(c *choice, bits int) bool {
	if c.op == opSearch {
		return bits&(1<<c.search) != 0
	}
	if c.op == opNot {
		return !means(c.kids[0], bits)
	}
	for _, k := range c.kids {
		if means(k, bits) != (c.op == opAnd) {
			return c.op == opOr
		}
	}
	return c.op == opAnd
}

// FuzzPattern compares Sigma strings with regular expressions.
func FuzzPattern(f *testing.F) {
	f.Add(`a*b?\*c`, "axxbyc")
	f.Add(`*a*a*a`, "aaaaaaab")
	f.Fuzz(func(t *testing.T, wanted, text string) {
		if len(wanted) > 60 || len(text) > 200 || !valid(wanted) || !valid(text) {
			return
		}
		got := parsePattern(wanted).match([]byte(text))
		want := mustMatch(`(?s)^(?:`+slowPattern(wanted)+`)$`, text)
		if got != want {
			t.Fatalf("%q and %q: %t", wanted, text, got)
		}
	})
}

// FuzzEvent holds that JSON of any kind is refused or flattened.
func FuzzEvent(f *testing.F) {
	f.Add([]byte(`{"a":[{"b":1}],"c":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fields, err := ParseJSON(data)
		if err == nil && len(fields) > MaxFields+1 {
			t.Fatal(len(fields))
		}
	})
}

func valid(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsRune(text, utf8.RuneError)
}

func mustMatch(expression, text string) bool { return regexp.MustCompile(expression).MatchString(text) }
