package sigma

import (
	"errors"
	"strings"
	"testing"
)

// ruleOf writes a rule around one detection.
func ruleOf(detection string) string {
	return "title: t\nlogsource: {product: x}\ndetection:\n" + indent(detection) + "\n"
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ")
}

func compileOne(t testing.TB, options Options, text string) (*Set, Faults) {
	t.Helper()
	file, err := Parse("rule.yml", []byte(text))
	if bad := (*ParseError)(nil); errors.As(err, &bad) {
		return nil, bad.Faults
	}
	return Compile(options, file)
}

// matches says whether one rule matches an event of product x with name=value pairs.
func matches(t testing.TB, detection string, pairs ...string) bool {
	t.Helper()
	options := Options{Placeholders: map[string][]string{"Servers": {"srv*", "dc?"}, "nets": {"10.0.0.0/8"}}}
	set, faults := compileOne(t, options, ruleOf(detection))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	hits, err := set.Matcher().Match(&Event{Source: LogSource{Product: "x"}, Fields: pairsOf(pairs)})
	if err != nil {
		t.Fatal(err)
	}
	return len(hits) == 1
}

func pairsOf(pairs []string) []Field {
	var out []Field
	for _, p := range pairs {
		name, text, there := strings.Cut(p, "=")
		out = append(out, Field{Name: name, Value: text, Null: !there})
	}
	return out
}

// TestModifiers goes through the specification, appendix of modifiers 2.1 and
// the section Detection; the wording is the specification's.
func TestModifiers(t *testing.T) {
	for _, c := range []struct{ says, item, yes, no string }{
		{"All values are treated as case-insensitive strings", `F: 'WhoAmI.exe'`, "F=whoami.EXE", "F=whoami.exe2"},
		{"case by Unicode", `F: 'straßeÄ'`, "F=STRAẞEä", "F=strasseä"},
		{"? to replace a single mandatory character", `F: 'prog?.exe'`, "F=progA.exe", "F=prog.exe"},
		{"? is one character of any alphabet", `F: 'a?b'`, "F=a中b", "F=a中中b"},
		{"* to replace an unbounded length wildcard", `F: 'antivirus_V*.exe'`, "F=antivirus_V21.2.1.exe", "F=antivirus_V1.dll"},
		{"A wildcard has to be escaped to be handled as a plain character", `F: 'a\*b'`, "F=a*b", "F=axb"},
		{"the backslash before a wildcard has to be escaped", `F: 'a\\*'`, `F=a\anything`, "F=anything"},
		{"three backslashes escape both", `F: 'a\\\*'`, `F=a\*`, `F=a\x`},
		{"four backslashes result in the plain value of two", `F: 'a\\\\b'`, `F=a\\b`, `F=a\b`},
		{"plain backslash as single", `F: 'C:\Windows\x'`, `F=c:\windows\X`, `F=c:\\windows\x`},
		{"plain backslash as double", `F: 'C:\\Windows'`, `F=c:\windows`, `F=c:\\windows`},
		{"a list is linked with or", `F: [a, b]`, "F=b", "F=c"},
		{"an integer", `F: 4625`, "F=4625", "F=46250"},
		{"a number with a point", `F: 1.5`, "F=1.5", "F=1.50001"},
		{"hexadecimal in YAML is a number", `F: 0x10`, "F=16", "F=0x10"},
		{"An empty value is defined with ''", `F: ''`, "F=", "F=x"},
		{"an empty value is present", `F: ''`, "F=", "G=x"},
		{"A null value is defined with null: absent", `F: null`, "G=x", "F=x"},
		{"A null value is defined with null: null", `F: null`, "F", "F="},
		{"truth values", `F: true`, "F=True", "F=false"},

		{"startswith", `F|startswith: 'adm'`, "F=ADMin", "F=xadm"},
		{"endswith", `F|endswith: '\cmd.exe'`, `F=c:\CMD.exe`, `F=c:\cmd.exe.bak`},
		{"contains", `F|contains: 'needle in a haystack'`, "F=a NEEDLE in a haystack!", "F=needle in haystack"},
		{"contains with wildcards inside", `F|contains: 'a*b?c'`, "F=..a..bxc..", "F=..a..bc.."},
		{"startswith with a wildcard inside", `F|startswith: 'a*b'`, "F=axxb...", "F=xab"},
		{"all changes or to and", `F|contains|all: [x, y]`, "F=..y..x", "F=..y.."},
		{"exists: true", `F|exists: true`, "F=", "G=x"},
		{"exists verifies only the presence, be it null", `F|exists: true`, "F", "G"},
		{"exists: false", `F|exists: false`, "G=x", "F=x"},
		{"cased", `F|cased: 'Abc'`, "F=Abc", "F=abc"},
		{"cased with contains", `F|contains|cased: 'ABC'`, "F=xABCx", "F=xabcx"},
		{"neq: different from the specified values", `F|neq: a`, "F=b", "F=A"},
		{"neq of a list: from all of them", `F|neq: [a, b]`, "F=c", "F=b"},
		{"neq with contains", `F|contains|neq: a`, "F=b", "F=bab"},
		{"neq is true of an absent field", `F|neq: a`, "G=a", "F=a"},

		{"windash: all dashes interchangeably", `F|windash|contains: ' -f '`, "F=x /f y", "F=x f y"},
		{"windash: en dash", `F|contains|windash: ' -f '`, "F=x –f y", "F=x _f y"},
		{"windash: em dash and bar", `F|windash|contains|all: [' -a', ' -b']`, "F=x —a ―b", "F=x —a b"},
		{"windash with many dashes", `F|windash: '-a-b-c-d'`, "F=/a–b—c―d", "F=-a-b-cd"},
		{"re is case-sensitive by default", `F|re: '^ab+c$'`, "F=abbc", "F=ABBC"},
		{"re is searched for", `F|re: 'b{2,3}'`, "F=xbbx", "F=xbx"},
		{"re|i", `F|re|i: '^ab'`, "F=ABx", "F=xab"},
		{"re|m: ^ and $ match the start and end of line", `F|re|m: '^b$'`, "F=a\nb\nc", "F=abc"},
		{"re|s: dot matches newline", `F|re|s: 'a.b'`, "F=a\nb", "F=a\n\nb"},
		{"re without s: dot does not match newline", `F|re: 'a.b'`, "F=axb", "F=a\nb"},
		{"base64", `F|base64: 'foobar'`, "F=Zm9vYmFy", "F=foobar"},
		{"base64 as part", `F|base64|contains: 'foobar'`, "F=xxZm9vYmFyxx", "F=xxZm9vYmFxx"},
		{"base64offset by 0", `F|base64offset|contains: 'foobar'`, "F=Zm9vYmFy", "F=foobar"},
		{"base64offset by 1", `F|base64offset|contains: 'foobar'`, "F=eGZvb2Jhcng=", "F=eA=="},
		{"base64offset by 2", `F|base64offset|contains: 'foobar'`, "F=eHhmb29iYXJ4", "F=eA=="},
		{"wide and base64", `F|wide|base64offset|contains: 'cmd'`, "F=YwBtAGQA", "F=Y21k"},
		{"utf16le: 63 00 6d 00 64 00", `F|utf16le: 'cmd'`, "F=c\x00m\x00d\x00", "F=\x00c\x00m\x00d"},
		{"utf16be: 00 63 00 6d 00 64", `F|utf16be: 'cmd'`, "F=\x00c\x00m\x00d", "F=c\x00m\x00d\x00"},
		{"utf16: FF FE 63 00 6d 00 64 00", `F|utf16: 'cmd'`, "F=\xff\xfec\x00m\x00d\x00", "F=c\x00m\x00d\x00"},

		{"lt", `F|lt: 10`, "F=9.5", "F=10"},
		{"lte", `F|lte: 10`, "F=10", "F=10.1"},
		{"gt", `F|gt: 10`, "F=11", "F=10"},
		{"gte", `F|gte: 10`, "F=10", "F=9"},
		{"numbers are compared as numbers", `F|gt: 10`, "F=100", "F=9"},
		{"what is no number is not compared", `F|gt: 10`, "F=11", "F=many"},
		{"negative", `F|lt: -1`, "F=-2", "F=0"},
		{"minute", `F|minute: 34`, "F=2026-03-04 12:34:56", "F=2026-03-04 12:35:56"},
		{"hour", `F|hour|gte: 22`, "F=2026-03-04T23:00:00Z", "F=2026-03-04T21:00:00Z"},
		{"hour as it is written", `F|hour: 23`, "F=2026-03-04T23:00:00+08:00", "F=2026-03-04T15:00:00Z"},
		{"day", `F|day: 4`, "F=2026-03-04", "F=2026-04-03"},
		{"week", `F|week: 10`, "F=2026-03-04", "F=2026-03-11"},
		{"month", `F|month: 3`, "F=2026-03-04 00:00", "F=2026-04-03 00:00"},
		{"year", `F|year: 2026`, "F=2026-03-04", "F=2025-03-04"},
		{"cidr IPv4", `F|cidr: 10.0.0.0/8`, "F=10.200.3.4", "F=11.0.0.1"},
		{"cidr IPv6", `F|cidr: 'fe80::/10'`, "F=fe80::1%eth0", "F=fec0::1"},
		{"cidr of a mapped address", `F|cidr: 10.0.0.0/8`, "F=::ffff:10.0.0.1", "F=10"},
		{"cidr of a list", `F|cidr: [10.0.0.0/8, 192.168.0.0/16]`, "F=192.168.1.1", "F=192.169.1.1"},
		{"expand to a list of values", `F|expand: '%Servers%'`, "F=SRV12", "F=dc12"},
		{"expand inside", `F|expand|contains: 'a%Servers%'`, "F=..adc1..", "F=..a.."},
		{`\% is a plain percent`, `F|expand: '\%Servers%Servers%'`, "F=%Serverssrv1", "F=srv1"},
		{"a plain value keeps its percents", `F: '%Servers%'`, "F=%servers%", "F=srv1"},
		{"expand of networks", `F|cidr|expand: '%nets%'`, "F=10.1.1.1", "F=1.1.1.1"},
		{"fieldref", `F|fieldref: G`, "F=a|G=A", "F=a|G=b"},
		{"fieldref with an absent field", `F|fieldref: G`, "F=a|G=a", "F=a"},
		{"fieldref with neq", `F|fieldref|neq: G`, "F=a|G=b", "F=a|G=a"},
		{"fieldref with startswith", `F|fieldref|startswith: G`, "F=abc|G=ab", "F=abc|G=bc"},
		{"fieldref with cased", `F|fieldref|cased: G`, "F=a|G=a", "F=a|G=A"},
	} {
		detection := "s:\n  " + c.item + "\ncondition: s"
		if !matches(t, detection, strings.Split(c.yes, "|")...) {
			t.Errorf("%s: %s does not match %q", c.says, c.item, c.yes)
		}
		if matches(t, detection, strings.Split(c.no, "|")...) {
			t.Errorf("%s: %s matches %q", c.says, c.item, c.no)
		}
	}
}

func TestValuesOfOneField(t *testing.T) {
	if !matches(t, "s: {F: b}\ncondition: s", "F=a", "F=b", "F=c") {
		t.Error("a field that occurs several times matches by each of its values")
	}
	if !matches(t, "s: {'F|contains|all': [a, c]}\ncondition: s", "F=a", "F=c") {
		t.Error("all is fulfilled by several values of a field")
	}
}

func TestKeywords(t *testing.T) {
	for _, c := range []struct {
		detection, yes, no string
	}{
		{"k: [EVILSERVICE, 'svchost.exe -n evil']\ncondition: k", "Any=run svchost.exe -n Evil now", "Any=svchost.exe"},
		{"k: {'|all': [one, two]}\ncondition: k", "A=one|B=two", "A=one"},
		{"k: 'o?e'\ncondition: k", "A=xonex", "A=oe"},
		{"k: [4624]\ncondition: k", "A=id 4624", "A=462"},
		{"k: {'|re': '^a+$'}\ncondition: k", "A=aaa", "A=aab"},
		{"k: [a]\ns: {F: x}\ncondition: s and not k", "F=x|G=b", "F=x|G=bab"},
		{"k: ['???']\ncondition: k", "A=abc", "A=ab"},
	} {
		if !matches(t, c.detection, strings.Split(c.yes, "|")...) || matches(t, c.detection, strings.Split(c.no, "|")...) {
			t.Errorf("%s", c.detection)
		}
	}
}

// TestRefused holds that nothing is ignored: each rule is refused by name and place.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ detection, says string }{
		{"s: {'F|frob': a}\ncondition: s", `rule.yml:4:7: detection.s.F|frob: the modifier "frob" is not known`},
		{"s: {'F|re': 'a(?=b)'}\ncondition: s", "regular expression"},
		{"s: {'F|re': '(a)\\1'}\ncondition: s", "regular expression"},
		{"s: {'F|contains|startswith': a}\ncondition: s", `"contains" and "startswith" exclude each other`},
		{"s: {'F|contains|base64': a}\ncondition: s", `"base64" comes after "contains"`},
		{"s: {'F|base64': 'a*'}\ncondition: s", "the value has wildcards"},
		{"s: {'F|base64offset': ''}\ncondition: s", "too short for base64offset"},
		{"s: {'F|i': a}\ncondition: s", `"i" belongs to re`},
		{"s: {'F|re|contains': a}\ncondition: s", `"re" and "contains" have no meaning together`},
		{"s: {'F|contains|contains': a}\ncondition: s", "given twice"},
		{"s: {'F|all': a}\ncondition: s", "all is given for a single value"},
		{"s: {'F|cidr': 10.0.0.1/8}\ncondition: s", "has bits behind its prefix"},
		{"s: {'F|cidr': everywhere}\ncondition: s", "is no network"},
		{"s: {'F|gt': many}\ncondition: s", `"gt" takes a number`},
		{"s: {'F|exists': maybe}\ncondition: s", "exists takes true or false"},
		{"s: {'F|expand': '%Unknown%'}\ncondition: s", "the placeholder %Unknown% has no values"},
		{"s: {F: [a, null]}\ncondition: s", "null cannot be part of a list"},
		{"s: {F: {G: a}}\ncondition: s", "this is a list, a mapping or an alias"},
		{"s: {F: a, F: b}\ncondition: s", "the key occurs twice"},
		{"s: &a {F: a}\nr: *a\ncondition: s or r", "aliases (*a) are not supported"},
		{"s: {F: a}\ncondition: s | count() by F > 5", `the aggregation "count" of old rules`},
		{"s: {F: a}\ncondition: s | near s", `the aggregation "near" of old rules`},
		{"s: {F: a}\ntimeframe: 5m\ncondition: s", "timeframe belongs to aggregations of old rules"},
		{"s: {F: a}\ncondition: s AND s", "write and in small letters"},
		{"s: {F: a}\ncondition: s and", "the condition ends where a search is expected"},
		{"s: {F: a}\ncondition: (s", "a bracket is not closed"},
		{"s: {F: a}\ncondition: s s", "is not expected after a whole condition"},
		{"s: {F: a}\ncondition: 2 of them", `"2" of is not of the specification`},
		{"s: {F: a}\ncondition: 1 of t*", `no search is named like "t*"`},
		{"s: {F: a}\ncondition: other", `there is no search "other"`},
		{"s: {F: a}", "condition is missing"},
		{"condition: s", "no search"},
		{"s: []\ncondition: s", "the search is empty"},
		{"s: {'|cidr': 10.0.0.0/8}\ncondition: s", "keywords have no field"},
	} {
		_, faults := compileOne(t, Options{}, ruleOf(c.detection))
		if len(faults) == 0 {
			t.Errorf("%s is not refused", c.detection)
			continue
		}
		if text := faults.String(); !strings.Contains(text, c.says) || faults[0].Line == 0 {
			t.Errorf("%s: %s, want %s", c.detection, text, c.says)
		}
	}
	for _, c := range []struct{ text, says string }{
		{"action: global\ntitle: t\n", "collections of rules with action"},
		{"title: t\ndetection: {s: {F: a}, condition: s}\n", "logsource is missing"},
		{"title: t\nlogsource: {product: x}\n", "detection is missing"},
		{"logsource: {product: x}\ndetection: {s: {F: a}, condition: s}\n", "title is missing"},
		{"title: t\nlevel: huge\nlogsource: {product: x}\ndetection: {s: {F: a}, condition: s}\n", `level "huge" is unknown`},
		{"title: t\ntaxonomy: ecs\nlogsource: {product: x}\ndetection: {s: {F: a}, condition: s}\n", `no pipeline is given for the taxonomy "ecs"`},
		{"- a\n", "a mapping of names to values is expected"},
		{"a: [\n", "not YAML"},
		{"", "no rule, correlation or filter"},
	} {
		_, faults := compileOne(t, Options{}, c.text)
		if len(faults) == 0 || !strings.Contains(faults.String(), c.says) {
			t.Errorf("%q: %v, want %s", c.text, faults, c.says)
		}
	}
}

func TestConditions(t *testing.T) {
	const searches = "a: {A: 1}\nb: {B: 1}\nc: {C: 1}\n_d: {D: 1}\n"
	for _, c := range []struct {
		condition string
		yes, no   []string
	}{
		{"a or b and c", []string{"A", "B C"}, []string{"B", "C"}},
		{"(a or b) and c", []string{"A C"}, []string{"A", "C"}},
		{"not a and b", []string{"B"}, []string{"A B", "A", ""}},
		{"not (a and b)", []string{"", "A"}, []string{"A B"}},
		{"not not a", []string{"A"}, []string{""}},
		{"1 of them", []string{"A", "C"}, []string{"D", ""}},
		{"all of them", []string{"A B C"}, []string{"A B"}},
		{"1 of _*", []string{"D"}, []string{"A B C"}},
		{"all of [ab]", nil, nil},
		{"[a, b and c]", []string{"A", "B C"}, []string{"B"}},
		{"a and not 1 of *b", []string{"A"}, []string{"A B"}},
	} {
		detection := searches + "condition: " + c.condition
		if c.yes == nil {
			if _, faults := compileOne(t, Options{}, ruleOf(detection)); len(faults) == 0 {
				t.Errorf("%s is not refused", c.condition)
			}
			continue
		}
		for want, events := range map[bool][]string{true: c.yes, false: c.no} {
			for _, e := range events {
				var pairs []string
				for f := range strings.FieldsSeq(e) {
					pairs = append(pairs, f+"=1")
				}
				if matches(t, detection, pairs...) != want {
					t.Errorf("%s of {%s} is not %t", c.condition, e, want)
				}
			}
		}
	}
}
