package sigma

import (
	"encoding/base64"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The slow evaluator below says what a rule means, straight from the decoded
// YAML, by regular expressions and without any index. It shares no code with the
// engine. Random rules and events have to give the same answer in both.

type slowEvent map[string][]string

// slowSearch evaluates a search: a map, a list of maps, or keywords.
func slowSearch(s any, e slowEvent) bool {
	switch t := s.(type) {
	case map[string]any:
		for key, values := range t {
			if !slowItem(key, values, e) {
				return false
			}
		}
		return true
	case []any:
		for _, part := range t {
			if m, ok := part.(map[string]any); ok {
				if slowSearch(m, e) {
					return true
				}
			} else if slowItem("", part, e) {
				return true
			}
		}
		return false
	default:
		return slowItem("", s, e)
	}
}

func slowItem(key string, values any, e slowEvent) bool {
	names := strings.Split(key, "|")
	field, modifiers := names[0], names[1:]
	has := func(m string) bool { return slices.Contains(modifiers, m) }
	list, ok := values.([]any)
	if !ok {
		list = []any{values}
	}
	count := 0
	for _, v := range list {
		if slowValue(field, has, v, e) {
			count++
		}
	}
	is := count > 0
	if has("all") {
		is = count == len(list)
	}
	if has("neq") {
		return !is
	}
	return is
}

func slowValue(field string, has func(string) bool, v any, e slowEvent) bool {
	have, there := e[field]
	if field == "" {
		have = nil
		for _, all := range e {
			have = append(have, all...)
		}
	}
	switch {
	case v == nil:
		return !there
	case has("exists"):
		return there == v.(bool)
	}
	some := func(is func(string) bool) bool { return slices.ContainsFunc(have, is) }
	text := fmt.Sprint(v)
	switch {
	case has("fieldref"):
		return some(func(h string) bool {
			return slices.ContainsFunc(e[text], func(o string) bool { return regexp.MustCompile(`(?is)^` + regexp.QuoteMeta(o) + `$`).MatchString(h) })
		})
	case has("re"):
		if has("i") {
			text = "(?i)" + text
		}
		return some(regexp.MustCompile(text).MatchString)
	case has("cidr"):
		return some(func(h string) bool {
			a, err := netip.ParseAddr(h)
			return err == nil && netip.MustParsePrefix(text).Contains(a)
		})
	case has("gt"), has("lte"):
		return some(func(h string) bool {
			n, err := strconv.ParseFloat(h, 64)
			return err == nil && (n > float64(v.(int))) == has("gt")
		})
	}
	expressions := []string{slowPattern(text)}
	if _, isNumber := v.(int); isNumber {
		expressions = []string{regexp.QuoteMeta(text)}
	}
	if has("windash") {
		expressions[0] = regexp.MustCompile(`[-/–—―]`).ReplaceAllString(expressions[0], "(?:-|/|–|—|―)")
	}
	if has("base64") {
		expressions[0] = regexp.QuoteMeta(base64.StdEncoding.EncodeToString([]byte(text)))
	}
	for _, x := range expressions {
		if field == "" || has("contains") || has("endswith") {
			x = ".*" + x
		}
		if field == "" || has("contains") || has("startswith") {
			x += ".*"
		}
		flags := "(?is)"
		if has("cased") {
			flags = "(?s)"
		}
		if some(regexp.MustCompile(flags + "^(?:" + x + ")$").MatchString) {
			return true
		}
	}
	return false
}

// slowPattern writes a Sigma string as a regular expression.
func slowPattern(text string) string {
	out := ""
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		if r == '\\' && i+1 < len(runes) && strings.ContainsRune(`\*?`, runes[i+1]) {
			i++
			out += regexp.QuoteMeta(string(runes[i]))
			continue
		}
		switch r {
		case '*':
			out += ".*"
		case '?':
			out += "."
		default:
			out += regexp.QuoteMeta(string(r))
		}
	}
	return out
}

// dice makes random rules and events over few letters, so that they meet.
type dice struct{ *rand.Rand }

func (d dice) pick(from ...string) string { return from[d.IntN(len(from))] }

func (d dice) text(letters string, most int) string {
	all := []rune(letters)
	var out strings.Builder
	for range d.IntN(most + 1) {
		out.WriteRune(all[d.IntN(len(all))])
	}
	return out.String()
}

func (d dice) item() (string, any) {
	field := d.pick("F", "G", "H")
	letters := `aAbBkKK中-/– \*?.9`
	value := func() any {
		if d.IntN(3) == 0 { // longer than what the automaton looks for
			return d.text("ab", 3) + d.pick("aabbaabb", "abababab") + d.text("ab", 1)
		}
		return d.text(letters, 5)
	}
	switch d.IntN(12) {
	case 0:
		return field + "|re" + d.pick("", "|i"), d.pick("a+b", "^a", "b$", "a.b", "(a|bb)k", "aab|bba", "[ab]{2}")
	case 1:
		return field + "|cidr", d.pick("10.0.0.0/8", "10.1.0.0/16", "fe80::/10")
	case 2:
		return field + "|" + d.pick("gt", "lte"), d.IntN(20)
	case 3:
		return field + "|exists", d.IntN(2) == 0
	case 4:
		return field, nil
	case 5:
		return field + "|fieldref", d.pick("F", "G", "H")
	case 6:
		return field, d.IntN(12)
	case 7:
		return field + "|base64" + d.pick("", "|contains"), d.text("ab", 2) + "a"
	}
	key := field + d.pick("", "|contains", "|startswith", "|endswith", "|contains") + d.pick("", "", "|windash") + d.pick("", "", "|cased")
	if d.IntN(2) == 0 {
		return key + d.pick("", "", "|neq"), value()
	}
	list := make([]any, 2+d.IntN(4))
	for i := range list {
		list[i] = value()
	}
	return key + d.pick("", "|all", "|neq"), list
}

func (d dice) search() any {
	block := func() any {
		m := map[string]any{}
		for range 1 + d.IntN(3) {
			key, value := d.item()
			m[key] = value
		}
		return m
	}
	switch d.IntN(6) {
	case 0:
		return []any{block(), block()}
	case 1:
		return []any{d.text("abkK9", 3) + "a", d.text(`ab*?`, 3) + "b"}
	default:
		return block()
	}
}

// condition gives a condition as text and what it means.
func (d dice) condition(names []string, depth int) (string, func(func(string) bool) bool) {
	if depth == 0 || d.IntN(4) == 0 {
		name := d.pick(names...)
		return name, func(is func(string) bool) bool { return is(name) }
	}
	a, isA := d.condition(names, depth-1)
	switch d.IntN(5) {
	case 0:
		return "not (" + a + ")", func(is func(string) bool) bool { return !isA(is) }
	case 1:
		return "1 of s*", func(is func(string) bool) bool { return slices.ContainsFunc(names, is) }
	case 2:
		return "all of them", func(is func(string) bool) bool {
			return !slices.ContainsFunc(names, func(n string) bool { return !is(n) })
		}
	}
	b, isB := d.condition(names, depth-1)
	if d.IntN(2) == 0 {
		return "(" + a + ") and (" + b + ")", func(is func(string) bool) bool { return isA(is) && isB(is) }
	}
	return "(" + a + " or " + b + ")", func(is func(string) bool) bool { return isA(is) || isB(is) }
}

func (d dice) event() (slowEvent, []Field) {
	e := slowEvent{}
	var fields []Field
	for _, name := range []string{"F", "G", "H", "I"} {
		for range d.IntN(3) {
			text := d.text(`aabbAkKK中-/– \9`, 9)
			switch d.IntN(6) {
			case 0:
				text = d.pick("10.1.2.3", "10.2.2.2", "fe80::1", "11.0.0.1")
			case 1:
				text = strconv.Itoa(d.IntN(20))
			case 3:
				text = d.text("ab", 4) + d.pick("aabbaabb", "abababab") + d.text("ab", 3)
			case 2:
				text = base64.StdEncoding.EncodeToString([]byte(d.text("ab", 3) + "a"))
			}
			e[name] = append(e[name], text)
			fields = append(fields, Field{Name: name, Value: text})
		}
	}
	return e, fields
}

func TestAgainstSlowEvaluator(t *testing.T) {
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	positives := 0
	for seed := range rounds {
		positives += compareWithSlow(t, dice{rand.New(rand.NewPCG(uint64(seed), 7))})
	}
	if positives < rounds*20 {
		t.Errorf("only %d matches: the comparison says little", positives)
	}
}

// compareWithSlow makes a set of random rules and compares both evaluators.
func compareWithSlow(t *testing.T, d dice) int {
	t.Helper()
	type made struct {
		searches map[string]any
		means    func(func(string) bool) bool
		text     string
	}
	var rules []made
	var file File
	for len(rules) < 30 {
		m := made{searches: map[string]any{}}
		var names []string
		for i := range 1 + d.IntN(3) {
			names = append(names, fmt.Sprint("s", i))
			m.searches[names[i]] = d.search()
		}
		var condition string
		condition, m.means = d.condition(names, 3)
		document := map[string]any{"title": fmt.Sprint(len(rules)), "logsource": map[string]any{"product": "x"}, "detection": map[string]any{"condition": condition}}
		maps.Copy(document["detection"].(map[string]any), m.searches)
		text, err := yaml.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Parse("random.yml", text)
		if err != nil {
			t.Fatalf("%s\n%v", text, err)
		}
		m.text = string(text)
		rules = append(rules, m)
		file.Rules = append(file.Rules, f.Rules...)
	}
	set, faults := Compile(Options{}, file)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	matcher := set.Matcher()
	positives := 0
	for range 60 {
		slow, fields := d.event()
		hits, err := matcher.Match(&Event{Source: LogSource{Product: "x"}, Fields: fields})
		if err != nil {
			t.Fatal(err)
		}
		fast := map[string]bool{}
		for _, h := range hits {
			fast[h.Rule.Title] = true
			matcher.Why(h)
		}
		for i, r := range rules {
			want := r.means(func(name string) bool { return slowSearch(r.searches[name], slow) })
			if want {
				positives++
			}
			if fast[strconv.Itoa(i)] != want {
				t.Fatalf("event %+v: the engine says %t of\n%s", fields, !want, r.text)
			}
		}
	}
	return positives
}

// TestAutomatonFindsAll compares the automaton with looking for each text alone.
func TestAutomatonFindsAll(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(1, 2))}
	for range 300 {
		var texts []string
		for range 1 + d.IntN(12) {
			if text := d.text("abc", 5) + "a"; !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
		a := newAutomaton(texts)
		text := d.text("abcd", 40)
		want, got := map[string]int{}, map[string]int{}
		for end := range len(text) + 1 {
			for _, find := range texts {
				if strings.HasSuffix(text[:end], find) {
					want[fmt.Sprint(find, end)]++
				}
			}
		}
		s := int32(0)
		for i := range len(text) {
			n := a.next[s*a.width+int32(a.class[text[i]])]
			s = n >> 1
			found := a.out[a.from[s]:a.from[s+1]]
			if (n&1 == 1) != (len(found) > 0) {
				t.Fatal("the mark of a state with texts is wrong")
			}
			for _, number := range found {
				got[fmt.Sprint(texts[number], i+1)]++
			}
		}
		if fmt.Sprint(want) != fmt.Sprint(got) {
			t.Fatalf("%q in %q: %v, want %v", texts, text, got, want)
		}
	}
}
