package ors

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// zoneFile has an OID of each kind: with services, long, renamed, led on, in a loop.
const zoneFile = `
7.9999.156.2.1.oid.test. 60 IN NAPTR 20 10 "u" "ORS+UINF" "!^.*$!https://a.example/oid!" .
7.9999.156.2.1.oid.test. 60 IN NAPTR 10 10 "u" "ORS+COID" "!^.*$!1.2.156.9999.7!" .
7.9999.156.2.1.oid.test. 60 IN NAPTR 30 10 "U" "ors10+rinf" "#^([0-9]+)\\.([0-9.]+)$#https://a.example/\\1#" .
7.9999.156.2.1.oid.test. 60 IN NAPTR 40 10 "u" "ORS+CINF" "!^1[!broken!" .
7.9999.156.2.1.oid.test. 60 IN NAPTR 50 10 "s" "SIP+D2U" "" _sip._udp.a.example.
member.iso.oid.test. 60 IN DNAME 2.1.oid.test.
8.9999.156.2.1.oid.test. 60 IN CNAME 7.9999.156.member.iso.oid.test.
9.9999.156.2.1.oid.test. 60 IN NAPTR 10 10 "" "ORS+UINF" "" 7.9999.156.2.1.oid.test.
10.9999.156.2.1.oid.test. 60 IN CNAME 11.9999.156.2.1.oid.test.
11.9999.156.2.1.oid.test. 60 IN CNAME 10.9999.156.2.1.oid.test.
12.9999.156.2.1.oid.test. 60 IN NAPTR 10 10 "" "" "" 12.9999.156.2.1.oid.test.
0.13.9999.156.2.1.oid.test. 60 IN DNAME 0.0.13.9999.156.2.1.oid.test.
14.9999.156.2.1.oid.test. 60 IN TXT "no service"
`

// authority is a server of DNS on a free port, by UDP and TCP.
type authority struct {
	records []dns.RR
	whole   bool // aliases are followed in the answer, as resolvers do
	ad      bool
	rcode   int
	silent  bool
}

func (a *authority) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	if a.silent {
		return
	}
	m := new(dns.Msg)
	m.SetReply(q)
	m.AuthenticatedData = a.ad && q.AuthenticatedData
	name := dns.CanonicalName(q.Question[0].Name)
	m.Rcode = a.rcode
	if m.Rcode == dns.RcodeSuccess && !a.answer(m, name, 0) {
		m.Rcode = dns.RcodeNameError
	}
	if w.LocalAddr().Network() == "udp" {
		m.Truncate(int(q.IsEdns0().UDPSize()))
	}
	_ = w.WriteMsg(m)
}

func (a *authority) answer(m *dns.Msg, name string, depth int) (known bool) {
	for _, rr := range a.records {
		switch owner := dns.CanonicalName(rr.Header().Name); rr := rr.(type) {
		case *dns.CNAME:
			if owner == name {
				m.Answer = append(m.Answer, rr)
				if a.whole && depth < 4 {
					a.answer(m, dns.CanonicalName(rr.Target), depth+1)
				}
				return true
			}
		case *dns.DNAME:
			if dns.IsSubDomain(owner, name) && owner != name {
				m.Answer = append(m.Answer, rr)
				if a.whole && depth < 4 {
					a.answer(m, strings.TrimSuffix(name, owner)+dns.CanonicalName(rr.Target), depth+1)
				}
				return true
			}
		default:
			if owner == name {
				known = true
				if rr.Header().Rrtype == m.Question[0].Qtype {
					m.Answer = append(m.Answer, rr)
				}
			}
		}
	}
	return known
}

// serve opens the server; UDP and TCP have the same port.
func (a *authority) serve(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	for range 20 {
		udp, err := lc.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := udp.LocalAddr().String()
		tcp, err := lc.Listen(t.Context(), "tcp", address)
		if err != nil {
			_ = udp.Close() // somebody has the port by TCP
			continue
		}
		for _, s := range []*dns.Server{{PacketConn: udp, Handler: a}, {Listener: tcp, Handler: a}} {
			open := make(chan struct{})
			s.NotifyStartedFunc = func() { close(open) }
			go func() { _ = s.ActivateAndServe() }()
			<-open
			t.Cleanup(func() { _ = s.Shutdown() })
		}
		return address
	}
	t.Fatal("no free port")
	return ""
}

func parse(t *testing.T, text string) []dns.RR {
	t.Helper()
	z := dns.NewZoneParser(strings.NewReader(text), ".", "")
	var list []dns.RR
	for rr, ok := z.Next(); ok; rr, ok = z.Next() {
		list = append(list, rr)
	}
	if err := z.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

func told(a Answer) string {
	var list []string
	for _, r := range a.Records {
		text := r.Value
		if r.Fault != "" {
			text = "(" + r.Fault + ")"
		}
		list = append(list, r.Service+" "+text)
	}
	return strings.Join(list, "; ")
}

const sevenTells = "COID 1.2.156.9999.7; UINF https://a.example/oid; RINF https://a.example/1; CINF (the expression cannot be read);  (no service of ORS)"

func TestAnObjectIdentifierIsResolvedByDNS(t *testing.T) {
	for _, whole := range []bool{false, true} {
		server := (&authority{records: parse(t, zoneFile), whole: whole, ad: whole}).serve(t)
		c := Client{Zone: "oid.test", Servers: []string{server}}
		for _, s := range []struct {
			oid, code, want string
			hops            int // where aliases are not followed in the answer
		}{
			{"1.2.156.9999.7", "NOERROR", sevenTells, 1},
			{"1.2.156.9999.8", "NOERROR", sevenTells, 3}, // CNAME, DNAME, there
			{"1.2.156.9999.9", "NOERROR", sevenTells, 2}, // led on by the rule
			{"1.2.156.9999.14", "NOERROR", "", 1},        // there, without services
			{"1.2.156.9999.15", "NXDOMAIN", "", 1},
		} {
			a, err := c.Resolve(t.Context(), s.oid)
			if err != nil || a.Code != s.code || told(a) != s.want {
				t.Errorf("%s: %v, %s, %s", s.oid, err, a.Code, told(a))
			}
			if !whole && len(a.Hops) != s.hops {
				t.Errorf("%s takes %d hops: %+v", s.oid, len(a.Hops), a.Hops)
			}
			if h := a.Hops[0]; h.Server != server || h.Protocol != "udp" || h.Authenticated != whole || h.Took <= 0 {
				t.Errorf("%s: the first hop is %+v", s.oid, h)
			}
		}
		a, err := c.Resolve(t.Context(), "1.2.156.9999.8")
		if err != nil || a.Name != "8.9999.156.2.1.oid.test" || a.Hops[0].Leads != map[bool]string{false: "7.9999.156.member.iso.oid.test", true: "7.9999.156.2.1.oid.test"}[whole] {
			t.Errorf("%+v, %v", a, err)
		}
	}
}

func TestNamesThatLeadInALoopEnd(t *testing.T) {
	for _, whole := range []bool{false, true} {
		server := (&authority{records: parse(t, zoneFile), whole: whole}).serve(t)
		c := Client{Zone: "oid.test", Servers: []string{server}}
		for oid, want := range map[string]error{
			"1.2.156.9999.10":       ErrLoop, // CNAME
			"1.2.156.9999.12":       ErrLoop, // its own rule
			"1.2.156.9999.13.0.1.1": ErrFar,  // DNAME, longer each time
		} {
			a, err := c.Resolve(t.Context(), oid)
			if !errors.Is(err, want) || len(a.Hops) == 0 || len(a.Hops) > maxHops {
				t.Errorf("%s: %v after %d hops", oid, err, len(a.Hops))
			}
		}
	}
}

func TestALongAnswerIsAskedForByTCPAndBounded(t *testing.T) {
	var zone strings.Builder
	for i := range 60 {
		fmt.Fprintf(&zone, "3.2.1.oid.test. 60 IN NAPTR %d 10 \"u\" \"ORS+UINF\" \"!^.*$!https://a.example/%s/%d!\" .\n", i, strings.Repeat("x", 150), i)
	}
	server := (&authority{records: parse(t, zone.String())}).serve(t)
	a, err := Client{Zone: "oid.test", Servers: []string{server}}.Resolve(t.Context(), "1.2.3")
	if err != nil || len(a.Records) != MaxRecords || !a.More {
		t.Fatalf("%d records, more %v, %v", len(a.Records), a.More, err)
	}
	if len(a.Hops) != 2 || a.Hops[0].Protocol != "udp" || a.Hops[1].Protocol != "tcp" {
		t.Errorf("hops %+v", a.Hops)
	}
}

func TestServersAreAskedOneAfterTheOther(t *testing.T) {
	silent := (&authority{silent: true}).serve(t)
	refusing := (&authority{rcode: dns.RcodeRefused}).serve(t)
	good := (&authority{records: parse(t, zoneFile)}).serve(t)
	c := Client{Zone: "oid.test", Servers: []string{silent, refusing, good}, Timeout: 200 * time.Millisecond}
	a, err := c.Resolve(t.Context(), "1.2.156.9999.7")
	if err != nil || told(a) != sevenTells || len(a.Hops) != 3 || a.Hops[0].Fault != "no answer in time" || a.Hops[1].Code != "REFUSED" {
		t.Errorf("%+v, %v", a, err)
	}
	c.Servers = []string{silent}
	if a, err := c.Resolve(t.Context(), "1.2.3"); !errors.Is(err, ErrSilent) || len(a.Hops) != 1 {
		t.Errorf("of a silent one: %+v, %v", a, err)
	}
	c.Servers = []string{refusing}
	if a, err := c.Resolve(t.Context(), "1.2.3"); err != nil || a.Code != "REFUSED" {
		t.Errorf("of one that refuses: %+v, %v", a, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Resolve(ctx, "1.2.3"); err == nil {
		t.Error("it is asked for by nobody")
	}
}

// What is no DNS, and what answers another question, is an answer of nobody.
func TestAnswersToOtherQuestionsAreNotTaken(t *testing.T) {
	for _, reply := range []func(q *dns.Msg) []byte{
		func(*dns.Msg) []byte { return []byte("no DNS at all") },
		func(q *dns.Msg) []byte {
			m := new(dns.Msg)
			m.SetReply(q)
			m.Question[0].Name = "evil.test."
			data, _ := m.Pack()
			return data
		},
		func(q *dns.Msg) []byte { data, _ := q.Pack(); return data }, // the question itself
	} {
		var lc net.ListenConfig
		conn, err := lc.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		go func() {
			b := make([]byte, 1500)
			for {
				n, from, err := conn.ReadFrom(b)
				if err != nil {
					return
				}
				q := new(dns.Msg)
				if q.Unpack(b[:n]) == nil {
					_, _ = conn.WriteTo(reply(q), from)
				}
			}
		}()
		c := Client{Zone: "oid.test", Servers: []string{conn.LocalAddr().String()}, Timeout: 300 * time.Millisecond}
		if a, err := c.Resolve(t.Context(), "1.2.3"); !errors.Is(err, ErrSilent) {
			t.Errorf("%+v, %v", a, err)
		}
	}
}

func TestRulesAreThoseOfPOSIX(t *testing.T) {
	for _, c := range []struct{ rule, want string }{
		{`!^.*$!https://a.example!`, "https://a.example"},
		{`!^1\.2\.(.*)$!https://a.example/?oid=\1!`, "https://a.example/?oid=156.7"},
		{`/^(1)\.(2).*$/\2-\1/i`, "2-1"},
		{`!156!x!`, "1.2.x.7"},
		{`!^.*$!a\!b!`, "a!b"},
		{`!^.*$!\2!`, ""},
		{`!^9!x!`, ""},
		{`!^.*$!x`, ""},
		{`!^.*$!x!j`, ""},
		{`!^.*$!x!i!`, ""},
		{`!(!x!`, ""},
		{`!^(?i).*$!x!`, ""},
		{`1^.*$1x1`, ""},
		{``, ""},
		{"!^.*$!a\x00b!", ""},
		{"!^.*$!a\u202eb!", ""},
		{`!^.*$!` + strings.Repeat("x", maxValue+1) + `!`, ""},
	} {
		got, err := rewrite(c.rule, "1.2.156.7")
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q gives %q, %v", c.rule, got, err)
		}
	}
}

func TestNamesAreTheArcsReversed(t *testing.T) {
	if name, err := Name("1.2.156", "oid-res.org"); err != nil || name != "156.2.1.oid-res.org." {
		t.Errorf("%s, %v", name, err)
	}
	if name, err := Name("1"+strings.Repeat(".123456789", 40), "oid-res.org"); err == nil {
		t.Errorf("a name of %d", len(name))
	}
	for text, want := range map[string]string{"192.0.2.1": "192.0.2.1:53", "192.0.2.1:5353": "192.0.2.1:5353", "2001:db8::1": "[2001:db8::1]:53", "[2001:db8::1]:54": "[2001:db8::1]:54", "resolver.example": ""} {
		if got, err := ParseServer(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	if !IsZone("oid-res.org") || IsZone("") || IsZone("a b") || IsZone("a..b") {
		t.Error("zones")
	}
	if plain(`\\1\065\"`) != `\1A"` {
		t.Errorf("%q", plain(`\\1\065\"`))
	}
}

func FuzzRewrite(f *testing.F) {
	for _, rule := range []string{`!^.*$!x!`, `/^(1)\.(2).*$/\2-\1/i`, `!((((.*)*)*)*)!\4!`, "!\xff!x!"} {
		f.Add(rule, "1.2.156.7")
	}
	f.Fuzz(func(t *testing.T, rule, oid string) {
		if len(rule) > 255 || len(oid) > 255 {
			return // a character string of DNS has no more
		}
		if value, err := rewrite(rule, oid); err == nil && (len(value) > maxValue || printable(value) != value) {
			t.Errorf("%q gives %q", rule, value)
		}
	})
}

func FuzzTake(f *testing.F) {
	for _, rr := range []string{
		`3.2.1.oid.test. 60 IN NAPTR 10 10 "u" "ORS+COID" "!^.*$!1.2.3!" .`, `3.2.1.oid.test. 60 IN CNAME 3.2.1.oid.test.`,
		`1.oid.test. 60 IN DNAME 2.1.oid.test.`, `3.2.1.oid.test. 60 IN NAPTR 10 10 "" "" "" a.test.`,
	} {
		m := new(dns.Msg)
		m.SetQuestion("3.2.1.oid.test.", dns.TypeNAPTR)
		r, err := dns.NewRR(rr)
		if err != nil {
			f.Fatal(err)
		}
		m.Response, m.Answer = true, []dns.RR{r}
		data, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m := new(dns.Msg)
		if m.Unpack(data) != nil {
			return
		}
		w := walk{oid: "1.2.3", seen: map[string]bool{"3.2.1.oid.test.": true}}
		next, err := w.take(m, "3.2.1.oid.test.")
		if len(w.answer.Records) > MaxRecords || len(w.seen) > maxAliases || len(next) > maxHops || err != nil && next != nil {
			t.Errorf("%d records, %d names, %v, %v", len(w.answer.Records), len(w.seen), next, err)
		}
		if slices.ContainsFunc(w.answer.Records, func(r Record) bool { return printable(r.Value+r.Field+r.Flags) != r.Value+r.Field+r.Flags }) {
			t.Errorf("%+v", w.answer.Records)
		}
	})
}
