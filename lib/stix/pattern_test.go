package stix_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"linghang/lib/stix"
)

var recorded = []string{"ipv4-addr:value", "ipv6-addr:value", "domain-name:value", "url:value", "file:hashes.MD5", "file:hashes.'SHA-256'", "network-traffic:dst_port", "network-traffic:dst_ref.value"}

func has(pairs ...string) func(string) []string {
	return func(path string) (list []string) {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == path {
				list = append(list, pairs[i+1])
			}
		}
		return list
	}
}

func TestAPatternDecidesOneObservation(t *testing.T) {
	for _, x := range []struct {
		pattern string
		seen    []string
		want    bool
	}{
		{"[ipv4-addr:value = '198.51.100.7']", []string{"ipv4-addr:value", "10.0.0.1", "ipv4-addr:value", "198.51.100.7"}, true},
		{"[ipv4-addr:value = '198.51.100.7']", []string{"ipv4-addr:value", "198.51.100.70"}, false},
		{"[ipv4-addr:value = '198.51.100.7']", nil, false},
		{"[ipv4-addr:value != '198.51.100.7']", []string{"ipv4-addr:value", "10.0.0.1"}, true},
		{"[ipv4-addr:value != '198.51.100.7']", nil, false},
		{"[ipv4-addr:value NOT IN ('198.51.100.7', '198.51.100.8')]", []string{"ipv4-addr:value", "198.51.100.8"}, false},
		{"[ipv4-addr:value IN ('198.51.100.7','198.51.100.8')]", []string{"ipv4-addr:value", "198.51.100.8"}, true},
		{"[ipv4-addr:value ISSUBSET '198.51.100.0/24']", []string{"ipv4-addr:value", "198.51.100.8"}, true},
		{"[ipv4-addr:value ISSUBSET '198.51.100.0/24']", []string{"ipv4-addr:value", "198.51.101.8"}, false},
		{"[ipv4-addr:value ISSUPERSET '198.51.100.9']", []string{"ipv4-addr:value", "198.51.100.0/24"}, true},
		{"[ipv6-addr:value ISSUBSET '2001:db8::/32']", []string{"ipv6-addr:value", "2001:db8::7"}, true},
		{"[domain-name:value LIKE '%.example._om']", []string{"domain-name:value", "a.b.example.com"}, true},
		{"[domain-name:value LIKE 'example.com']", []string{"domain-name:value", "exampleXcom"}, false},
		{"[url:value MATCHES '^https?://[^/]+/gate\\\\.php']", []string{"url:value", "http://x/gate.php?a"}, true},
		{"[file:hashes.'SHA-256' = 'ab' OR file:hashes.MD5 = 'cd']", []string{"file:hashes.MD5", "cd"}, true},
		{"[ipv4-addr:value = '1.2.3.4' AND network-traffic:dst_port = 502]", []string{"ipv4-addr:value", "1.2.3.4", "network-traffic:dst_port", "502"}, true},
		{"[ipv4-addr:value = '1.2.3.4' AND network-traffic:dst_port = 502]", []string{"ipv4-addr:value", "1.2.3.4"}, false},
		// AND binds closer than OR.
		{"[domain-name:value = 'a' OR domain-name:value = 'b' AND url:value = 'u']", []string{"domain-name:value", "a"}, true},
		{"[(domain-name:value = 'a' OR domain-name:value = 'b') AND url:value = 'u']", []string{"domain-name:value", "a"}, false},
		{"[domain-name:value = 'a'] OR ([url:value = 'u'])", []string{"url:value", "u"}, true},
		{`[domain-name:value = 'it\'s \\ here']`, []string{"domain-name:value", `it's \ here`}, true},
	} {
		p, err := stix.ParsePattern(x.pattern, recorded)
		if err != nil {
			t.Errorf("%s: %v", x.pattern, err)
			continue
		}
		if got, by := p.Match(has(x.seen...)); got != x.want || got && len(by) == 0 {
			t.Errorf("%s on %q: %v by %v, want %v", x.pattern, x.seen, got, by, x.want)
		}
	}
}

func TestWhatCannotBeDecidedIsRefusedByName(t *testing.T) {
	for pattern, want := range map[string]string{
		"[process:command_line = 'x']":                                            "process:command_line is not among what is recorded",
		"[ipv4-addr:value = '1.1.1.1'] FOLLOWEDBY [url:value = 'x']":              "FOLLOWEDBY",
		"[ipv4-addr:value = '1.1.1.1'] AND [url:value = 'x']":                     "AND between observations",
		"[ipv4-addr:value = '1.1.1.1'] WITHIN 300 SECONDS":                        "WITHIN",
		"[ipv4-addr:value = '1.1.1.1'] REPEATS 5 TIMES":                           "REPEATS",
		"[ipv4-addr:value = '1.1.1.1'] START t'2026-01-01T00:00:00Z'":             "START",
		"[EXISTS ipv4-addr:value]":                                                "EXISTS",
		"[network-traffic:dst_port > 1024]":                                       "> compares numbers",
		"[ipv4-addr:value ISSUBSET 'example.com']":                                "neither an IP address nor a network",
		"[url:value MATCHES '(?<=a)b']":                                           "no regular expression",
		"[ipv4-addr:value = '1.1.1.1'":                                            "ends too early",
		"[ipv4-addr:value = '1.1.1.1]":                                            "does not end",
		"[ipv4-addr:value '1.1.1.1']":                                             "not expected",
		"ipv4-addr:value = '1.1.1.1'":                                             "not expected",
		"[ipv4-addr:value = '1.1.1.1']]":                                          "not expected",
		"[value = '1.1.1.1']":                                                     "no object path",
		"":                                                                        "ends too early",
		"[ipv4-addr:value IN ()]":                                                 "not expected",
		strings.Repeat("(", 100) + "[url:value = 'x']" + strings.Repeat(")", 100): "brackets",
	} {
		p, err := stix.ParsePattern(pattern, recorded)
		var e *stix.PatternError
		if p != nil || !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %v, want %s", pattern, err, want)
		}
	}
}

func TestKeysAreWhatAnObservationMustHave(t *testing.T) {
	for pattern, want := range map[string]map[string][]string{
		"[ipv4-addr:value = '1.1.1.1' OR ipv4-addr:value = '2.2.2.2']":    {"ipv4-addr:value": {"1.1.1.1", "2.2.2.2"}},
		"[domain-name:value LIKE '%.x' AND ipv4-addr:value = '1.1.1.1']":  {"ipv4-addr:value": {"1.1.1.1"}},
		"[domain-name:value LIKE '%.x' OR ipv4-addr:value = '1.1.1.1']":   nil,
		"[ipv4-addr:value != '1.1.1.1']":                                  nil,
		"[url:value IN ('u','v')] OR [domain-name:value = 'd']":           {"url:value": {"u", "v"}, "domain-name:value": {"d"}},
		"[(url:value = 'u' OR url:value LIKE 'v%') AND url:value != 'w']": nil,
	} {
		p, err := stix.ParsePattern(pattern, recorded)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		if got := p.Keys(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", pattern, got, want)
		}
	}
}

func TestAnchorsAreComparisonsOfWhichOneMustHold(t *testing.T) {
	paths := []string{"ipv4-addr:value", "domain-name:value"}
	for pattern, want := range map[string][]string{
		"[network-traffic:dst_port = 502 AND ipv4-addr:value ISSUBSET '198.51.100.0/24']": {"198.51.100.0/24"},
		"[ipv4-addr:value = '1.1.1.1' OR domain-name:value IN ('a','b')]":                 {"1.1.1.1", "a", "b"},
		"[ipv4-addr:value = '1.1.1.1' OR network-traffic:dst_port = 502]":                 nil,
		"[ipv4-addr:value NOT ISSUBSET '198.51.100.0/24']":                                nil,
		"[network-traffic:dst_port = 502]":                                                nil,
	} {
		p, err := stix.ParsePattern(pattern, recorded)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		var got []string
		for _, x := range p.Anchors(paths) {
			got = append(got, x.Values...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", pattern, got, want)
		}
	}
}

// Whatever is read matches only what has one of its keys.
func FuzzPattern(f *testing.F) {
	for _, s := range []string{"[ipv4-addr:value = '1.1.1.1']", "[url:value MATCHES 'a+' OR file:hashes.'SHA-256' IN ('a','b')] OR [domain-name:value NOT LIKE 'x_%']", "[(url:value='u')AND(url:value!='v')]", "[ipv4-addr:value ISSUBSET '10.0.0.0/8']", "[a:b[*].c = t'x']"} {
		f.Add(s, "1.1.1.1")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		p, err := stix.ParsePattern(text, recorded)
		if err != nil {
			var e *stix.PatternError
			if !errors.As(err, &e) || e.At < 0 || e.At > max(len(text), stix.MaxPattern) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		hit, by := p.Match(func(string) []string { return []string{value} })
		if hit != (len(by) > 0) {
			t.Errorf("%q: %v by %v", text, hit, by)
		}
		if anchors := p.Anchors(recorded); hit && anchors != nil && !slices.ContainsFunc(by, func(x stix.Term) bool {
			return slices.ContainsFunc(anchors, func(y stix.Term) bool { return x.Path == y.Path && x.Op == y.Op && slices.Equal(x.Values, y.Values) })
		}) {
			t.Errorf("%q matches %q by none of its anchors", text, value)
		}
		if keys := p.Keys(); hit && keys != nil {
			for _, list := range keys {
				if slices.Contains(list, value) {
					return
				}
			}
			t.Errorf("%q matches %q, which is none of its keys %v", text, value, keys)
		}
	})
}
