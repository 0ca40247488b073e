package intel

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/modules/security/internal/batch"
)

func seen(client, server string, port int, texts ...string) observation {
	l := logLine{client: client, server: server, port: port, protocol: "modbus", at: time.Unix(1_700_000_000, 0)}
	l.title = strings.Join(texts, " ")
	return ofLog(l)
}

// What is recorded is written in one way, patterns in many.
func TestAnIndicatorIsFoundHoweverItsValueIsWritten(t *testing.T) {
	for _, x := range []struct {
		pattern string
		o       observation
		want    string // value by which, "" for no hit
	}{
		{"[ipv4-addr:value = '203.0.113.7']", seen("10.0.0.1", "203.0.113.7", 502), "203.0.113.7"},
		{"[ipv4-addr:value = '203.0.113.7']", seen("203.0.113.7", "10.0.0.1", 502), "203.0.113.7"},
		{"[ipv4-addr:value = '203.0.113.7']", seen("10.0.0.1", "203.0.113.77", 502), ""},
		{"[ipv4-addr:value = '203.0.113.0/24']", seen("10.0.0.1", "203.0.113.77", 502), "203.0.113.0/24"},
		{"[ipv4-addr:value ISSUBSET '203.0.113.0/24']", seen("10.0.0.1", "203.0.113.77", 502), "203.0.113.0/24"},
		{"[ipv4-addr:value IN ('198.51.100.1', '203.0.113.77')]", seen("10.0.0.1", "203.0.113.77", 502), "203.0.113.77"},
		{"[ipv6-addr:value = '2001:0DB8:0::7']", seen("2001:db8::7", "2001:db8:1::1", 502), "2001:0DB8:0::7"},
		{"[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '203.0.113.7']", seen("10.0.0.1", "203.0.113.7", 502), "203.0.113.7"},
		{"[network-traffic:dst_ref.value = '203.0.113.7']", seen("203.0.113.7", "10.0.0.1", 502), ""},
		{"[network-traffic:src_ref.value = '203.0.113.7' AND network-traffic:dst_port = 502]", seen("203.0.113.7", "10.0.0.1", 502), "203.0.113.7"},
		{"[network-traffic:src_ref.value = '203.0.113.7' AND network-traffic:dst_port = 102]", seen("203.0.113.7", "10.0.0.1", 502), ""},
		{"[ipv4-addr:value = '203.0.113.7' AND network-traffic:protocols[*] = 'modbus']", seen("203.0.113.7", "10.0.0.1", 502), "203.0.113.7"},
		{"[domain-name:value = 'Evil.Example.com.']", seen("", "", 0, "query for evil.example.com: refused"), "Evil.Example.com."},
		{"[domain-name:value = 'example.com']", seen("", "", 0, "query for evil.example.com"), ""},
		{"[url:value = 'http://evil.example.com/gate.php?id=1']", seen("", "", 0, "SNI evil.example.com:443"), "http://evil.example.com/gate.php?id=1"},
		{"[url:value = 'https://203.0.113.7:8443/x']", seen("10.0.0.1", "203.0.113.7", 8443), "https://203.0.113.7:8443/x"},
		{"[url:value = 'http://evil.example.com/a'] OR [domain-name:value = 'evil.example.com']", seen("", "", 0, "http://evil.example.com/b"), "http://evil.example.com/a"},
		{"[file:hashes.'SHA-256' = '" + strings.Repeat("AB", 32) + "']", seen("", "", 0, "Sysmon: Hashes SHA256="+strings.Repeat("ab", 32)+",MD5="), strings.Repeat("AB", 32)},
		{"[file:hashes.MD5 = '" + strings.Repeat("0a", 16) + "']", seen("", "", 0, "md5 "+strings.Repeat("0b", 16)), ""},
	} {
		c, err := compile(x.pattern, "stix")
		if err != nil {
			t.Errorf("%s: %v", x.pattern, err)
			continue
		}
		s := newSet()
		c.id = "i"
		s.put(c)
		got := ""
		if hits := s.hits(&x.o, time.Now()); len(hits) > 0 {
			got = hits[0].value
		}
		if got != x.want {
			t.Errorf("%s: %q, want %q", x.pattern, got, x.want)
		}
		s.drop("i")
		if len(s.hits(&x.o, time.Now())) > 0 || len(s.addresses)+len(s.networks)+len(s.names)+len(s.hashes) > 0 {
			t.Errorf("%s is found after it was dropped", x.pattern)
		}
	}
}

func TestWhatIsNotMatchedIsSaidByName(t *testing.T) {
	for _, x := range []struct {
		pattern, language string
		want              Trouble
		text              string
	}{
		{"alert tcp any any -> any any", "snort", OtherLanguage, "snort"},
		{"[process:name = 'x']", "stix", NotPattern, "process:name is not among what is recorded"},
		{"[ipv4-addr:value = '203.0.113.7'] FOLLOWEDBY [ipv4-addr:value = '203.0.113.8']", "stix", NotPattern, "FOLLOWEDBY"},
		{"[ipv4-addr:value != '203.0.113.7' AND ipv4-addr:value = '203.0.113.8']", "stix", NotPattern, "NOT and !="},
		{"[url:value LIKE 'http://%']", "stix", NotPattern, "only their hosts"},
		{"[network-traffic:dst_port = 4444]", "stix", NoValue, "dst_port"},
		{"[domain-name:value LIKE '%.example.com']", "stix", NoValue, "LIKE"},
		{"[ipv4-addr:value = 'evil.example.com']", "stix", NotValue, "evil.example.com"},
		{"[domain-name:value = 'localhost']", "stix", NotValue, "localhost"},
		{"[file:hashes.MD5 = 'xyz']", "stix", NotValue, "xyz"},
		{"[ipv4-addr:value = '192.168.1.1']", "stix", Private, "192.168.1.1"},
		{"[ipv4-addr:value = '127.0.0.1']", "stix", Private, "127.0.0.1"},
		{"[ipv4-addr:value ISSUBSET '0.0.0.0/0']", "stix", TooBroad, "0.0.0.0/0"},
	} {
		_, err := compile(x.pattern, x.language)
		var trouble *TroubleError
		if !errors.As(err, &trouble) || trouble.Trouble != x.want || !strings.Contains(trouble.Text, x.text) {
			t.Errorf("%s: %v, want %s with %s", x.pattern, err, x.want, x.text)
		}
	}
}

func TestAHostOfAnURLAloneIsSaid(t *testing.T) {
	c, err := compile("[url:value = 'http://evil.example.com/a']", "stix")
	if err != nil {
		t.Fatal(err)
	}
	for text, only := range map[string]bool{"http://evil.example.com/a": false, "http://evil.example.com/b": true, "evil.example.com": true} {
		o := seen("", "", 0, text)
		h, ok := c.match(&o)
		if !ok || h.host != only {
			t.Errorf("%s: %v, only by its host: %v", text, ok, h.host)
		}
	}
}

func TestAnIndicatorCountsWhileItIsValid(t *testing.T) {
	now := time.Now()
	c, err := compile("[ipv4-addr:value = '203.0.113.7']", "stix")
	if err != nil {
		t.Fatal(err)
	}
	o := ofTalk(batch.Talk{Client: "10.0.0.1", Server: "203.0.113.7", First: now, Last: now})
	for _, x := range []struct {
		from, to time.Time
		want     int
	}{{now.Add(-time.Hour), now.Add(time.Hour), 1}, {now.Add(time.Hour), now.Add(2 * time.Hour), 0}, {now.Add(-2 * time.Hour), now, 0}} {
		c.from, c.to = x.from, x.to
		s := newSet()
		s.put(c)
		if got := len(s.hits(&o, now)); got != x.want {
			t.Errorf("from %s to %s: %d hits", x.from, x.to, got)
		}
	}
}

// Texts of others give addresses, names and hashes in one form, and nothing else.
func FuzzTexts(f *testing.F) {
	for _, s := range []string{"query evil.example.com. from 203.0.113.7:53", "http://[2001:db8::1]:80/x?y=z", "SHA256=" + strings.Repeat("ab", 32), "a.b.c.", "::ffff:1.2.3.4 fe80::1%eth0", "https://user:pw@Evil.Example.COM./"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var o observation
		o.read(text)
		if len(o.names)+len(o.addresses)+len(o.hashes) > 2*mostWords {
			t.Fatalf("%q gives too much", text)
		}
		for _, n := range o.names {
			if nameOf(n) != n {
				t.Errorf("%q gives the name %q", text, n)
			}
		}
		for _, a := range o.addresses {
			if !a.IsValid() || a.Zone() != "" || a != a.Unmap() {
				t.Errorf("%q gives the address %s", text, a)
			}
		}
		for _, h := range o.hashes {
			if !isHash(h) || h != strings.ToLower(h) {
				t.Errorf("%q gives the hash %q", text, h)
			}
		}
	})
}

// Whatever is compiled is found by its keys, and matches nothing that has none of them.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{"[ipv4-addr:value = '203.0.113.0/24' OR domain-name:value = 'Evil.example.com']", "[url:value IN ('http://a.example.com/', 'http://203.0.113.7/x') AND network-traffic:dst_port = 80]", "[file:hashes.MD5 = '" + strings.Repeat("0", 32) + "']", "[ipv6-addr:value ISSUBSET '2001:db8::/32']"} {
		f.Add(s, "203.0.113.7", "evil.example.com")
	}
	f.Fuzz(func(t *testing.T, pattern, address, text string) {
		c, err := compile(pattern, "stix")
		if err != nil {
			var trouble *TroubleError
			if !errors.As(err, &trouble) || trouble.Trouble == Matched {
				t.Fatalf("%q: %v", pattern, err)
			}
			return
		}
		if c.keys.size() == 0 {
			t.Fatalf("%q has nothing by which it is found", pattern)
		}
		o := seen("10.9.9.9", address, 80, text)
		s := newSet()
		s.put(c)
		_, matched := c.match(&o)
		if found := len(s.hits(&o, time.Now())) > 0; found != matched {
			inNetwork := slices.ContainsFunc(c.keys.networks, func(n netip.Prefix) bool { return slices.ContainsFunc(o.addresses, n.Contains) })
			t.Errorf("%q on %q, %q: found %v, matches %v, in one of its networks %v", pattern, address, text, found, matched, inNetwork)
		}
	})
}
