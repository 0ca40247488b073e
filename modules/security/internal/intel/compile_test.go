package intel

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/feed"
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

// said is an observation of a transaction.
func said(kind string, list ...batch.LogField) observation {
	return ofLog(logLine{kind: kind, client: "10.0.0.1", server: "10.0.0.2", port: 443, title: "evil.example.com", at: time.Unix(1_700_000_000, 0), fields: list})
}

func TestTransactionsAreHeldAgainstIndicators(t *testing.T) {
	sha1, sha256 := strings.Repeat("ab", 20), strings.Repeat("cd", 32)
	const agent = "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'"
	for _, x := range []struct {
		pattern string
		o       observation
		hit     bool
		kind    string
	}{
		{"[domain-name:value = 'evil.example.com']", said("dns", batch.LogField{Name: feed.DNSQuery, Value: "EVIL.example.com"}), true, "domain"},
		{"[ipv4-addr:value = '203.0.113.7']", said("dns", batch.LogField{Name: feed.DNSAnswer, Value: "203.0.113.7"}), true, "address"},
		{"[domain-name:value = 'evil.example.com']", said("tls", batch.LogField{Name: feed.TLSName, Value: "evil.example.com"}), true, "domain"},
		{"[domain-name:value = 'evil.example.com']", said("tls", batch.LogField{Name: feed.TLSName, Value: "good.example.com"}), false, "domain"}, // its title says so
		{"[domain-name:value = 'setup.zip']", said("fileinfo", batch.LogField{Name: feed.FileName, Value: "setup.zip"}), false, "domain"},
		{"[url:value = 'http://evil.example.com/gate.php?id=1']", said("http", batch.LogField{Name: feed.HTTPWhole, Value: "http://evil.example.com/gate.php?id=1"}), true, "url"},
		{"[file:hashes.'SHA-256' = '" + strings.ToUpper(sha256) + "']", said("fileinfo", batch.LogField{Name: feed.FileSHA256, Value: sha256}), true, "hash"},
		{"[file:hashes.'SHA-1' = '" + sha1 + "']", said("tls", batch.LogField{Name: feed.TLSPrint, Value: sha1}), false, "hash"},
		{"[x509-certificate:hashes.'SHA-1' = '" + strings.ToUpper(sha1) + "']", said("tls", batch.LogField{Name: feed.TLSPrint, Value: sha1}), true, "fingerprint"},
		{"[x509-certificate:hashes.'SHA-1' = 'AB" + strings.Repeat(":ab", 19) + "']", said("tls", batch.LogField{Name: feed.TLSPrint, Value: sha1}), true, "fingerprint"},
		{"[x509-certificate:hashes.'SHA-1' = '" + sha1 + "']", said("fileinfo", batch.LogField{Name: feed.FileSHA1, Value: sha1}), false, "fingerprint"},
		{"[network-traffic:extensions.'tls-ext'.ja3_hash = 'A0e9f5d64349fb13191bc781f81f42e1']", said("tls", batch.LogField{Name: feed.TLSJA3, Value: "a0e9f5d64349fb13191bc781f81f42e1"}), true, "fingerprint"},
		{"[network-traffic:extensions.'tls-ext'.ja3s = 'a0e9f5d64349fb13191bc781f81f42e1']", said("tls", batch.LogField{Name: feed.TLSJA3, Value: "a0e9f5d64349fb13191bc781f81f42e1"}), false, "fingerprint"},
		{"[network-traffic:extensions.'tls-ext'.ja4 = 't13d1516h2_8daaf6152771_b186095e22b6' AND network-traffic:dst_port = 443]", said("tls", batch.LogField{Name: feed.TLSJA4, Value: "t13d1516h2_8daaf6152771_b186095e22b6"}), true, "fingerprint"},
		{"[" + agent + " = 'EvilBot/1.0']", said("http", batch.LogField{Name: feed.HTTPAgent, Value: "EvilBot/1.0"}), true, "other"},
		{"[" + agent + " = 'EvilBot/1.0']", said("http", batch.LogField{Name: feed.HTTPAgent, Value: "EvilBot/1.0 x"}), false, "other"},
	} {
		c, err := compile(x.pattern, "stix")
		if err != nil {
			t.Errorf("%s: %v", x.pattern, err)
			continue
		}
		s := newSet()
		c.id = "i"
		s.put(c)
		if hits := s.hits(&x.o, time.Now()); (len(hits) > 0) != x.hit || c.kind != x.kind {
			t.Errorf("%s: %d hits, %s", x.pattern, len(hits), c.kind)
		}
		if s.drop("i"); len(s.names)+len(s.hashes)+len(s.tokens) > 0 {
			t.Errorf("%s is kept after it was dropped", x.pattern)
		}
	}
	for _, pattern := range []string{
		"[x509-certificate:hashes.'SHA-1' = 'xyz']", "[network-traffic:extensions.'tls-ext'.ja3 = '" + sha1 + "']", "[network-traffic:extensions.'tls-ext'.ja4 = 't13']", "[" + agent + " = 'x']",
	} {
		var trouble *TroubleError
		if _, err := compile(pattern, "stix"); !errors.As(err, &trouble) || trouble.Trouble != NotValue {
			t.Errorf("%s: %v", pattern, err)
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
