package identifier

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"linghang/kernel/kerneltest"
	"linghang/lib/codeid"
)

func TestIdentifiersOfOthersGoToTheirPlaceInTheAddress(t *testing.T) {
	const link = "https://id.gs1.org/01/09506000134352/21/X%2F1"
	for _, c := range []struct {
		url, canonical, want string
	}{
		{"https://r.example/1.0/identifiers/{id}", "did:web:a.example", "https://r.example/1.0/identifiers/did:web:a.example"},
		{"https://r.example/?q={id}", "did:web:a.example%3A8443?x&y", "https://r.example/?q=did:web:a.example%253A8443%3Fx%26y"},
		{"https://gs1.example/{path}?linkType=all", link, "https://gs1.example/01/09506000134352/21/X%2F1?linkType=all"},
		{"https://r.example/{id}", "../admin", "https://r.example/..%2Fadmin"},
	} {
		if got := (bridge{URL: c.url}).address(c.canonical); got != c.want {
			t.Errorf("%s: %s, want %s", c.canonical, got, c.want)
		}
	}
}

func TestTheBridgeOfAKindGoesBeforeTheOneForAll(t *testing.T) {
	list := []bridge{{System: codeid.DID, URL: "all"}, {System: codeid.DID, Kind: "bid", URL: "bid"}, {System: codeid.URN, Kind: "isbn", URL: "isbn"}, {System: codeid.OID, Kind: kindDNS, URL: "dns"}}
	for _, c := range []struct {
		system    codeid.System
		canonical string
		want      string
	}{
		{codeid.DID, "did:bid:ef1", "bid"},
		{codeid.DID, "did:BID:ef1", "bid"},
		{codeid.DID, "did:web:a.example", "all"},
		{codeid.URN, "urn:isbn:9780141036144", "isbn"},
		{codeid.URN, "urn:uuid:1", ""},
		{codeid.OID, "1.2.156", "dns"},
		{codeid.Ecode, "1.2.156", ""},
	} {
		if b, ok := bridgeTo(list, c.system, c.canonical); b.URL != c.want || ok != (c.want != "") {
			t.Errorf("%s goes by %q, %v", c.canonical, b.URL, ok)
		}
	}
}

func TestBridgesThatLeadNowhereAreRefused(t *testing.T) {
	for text, b := range map[string]bridge{
		"system":   {System: "handle", URL: "https://a.example/{id}"},
		"web":      {System: codeid.DID, URL: "ftp://a.example/{id}"},
		"neither":  {System: codeid.DID, URL: "https://a.example/"},
		"zone:":    {System: codeid.OID, Kind: kindDNS, Zone: "a b"},
		"servers":  {System: codeid.OID, Kind: kindDNS, Servers: []string{"resolver.example"}},
		"nor acc":  {System: codeid.OID, Kind: kindDNS, URL: "https://a.example/{id}"},
		"kind dns": {System: codeid.DID, URL: "https://a.example/{id}", Zone: "a.example"},
	} {
		s := defaults()
		s.Bridges = []bridge{b}
		if err := s.check(); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%+v: %v", b, err)
		}
	}
}

// An identifier is recognised, and asked for at the resolver of its system.
func TestIdentifiersOfOtherSystemsAreAskedForThere(t *testing.T) {
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/did/did:web:") && r.Header.Get("Accept") == "application/did+json":
			w.Header().Set("Content-Type", "application/did+json")
			_, _ = fmt.Fprintf(w, `{"id":%q}`, strings.TrimPrefix(r.URL.Path, "/did/"))
		case r.URL.Path == "/01/09506000134352/21/X1":
			http.Redirect(w, r, "https://brand.example/X1", http.StatusTemporaryRedirect)
		case strings.HasPrefix(r.URL.Path, "/urn/"):
			_, _ = w.Write([]byte(strings.Repeat("长", bridgeOctets)))
		default:
			http.NotFound(w, r)
		}
	}))
	defer there.Close()
	h := city(t, kerneltest.Options{})
	h.module.settings.Bridges = []bridge{
		{System: codeid.DID, URL: there.URL + "/did/{id}", Accept: "application/did+json"},
		{System: codeid.GS1, URL: there.URL + "/{path}"},
		{System: codeid.URN, URL: there.URL + "/urn/{id}"},
		{System: codeid.Ecode, URL: "http://127.0.0.1:1/{id}"},
	}
	recognised := func(text string) (r recognition) {
		h.do(t, "GET", "/recognition?text="+url.QueryEscape(text), "reporter-theirs", "", http.StatusOK, &r)
		return r
	}
	host := strings.TrimPrefix(there.URL, "http://")
	if r := recognised("(01)09506000134352(21)X1"); len(r.List) != 1 || r.List[0].System != "gs1" || !r.List[0].Sure || r.List[0].Bridge != host {
		t.Errorf("%+v", r)
	}
	if r := recognised("1.2.156/3"); len(r.List) != 2 || r.List[0].System != "oid" || r.List[0].Bridge != "" || r.List[1].System != "handle" {
		t.Errorf("%+v", r)
	}
	ask := func(system, text string, want int) (a bridgeAnswer) {
		var into any
		if want == http.StatusOK {
			into = &a
		}
		h.do(t, "GET", "/bridge?system="+system+"&text="+url.QueryEscape(text), "reporter-theirs", "", want, into)
		return a
	}
	if a := ask("did", "did:web:a.example", http.StatusOK); a.Status != http.StatusOK || a.Document != `{"id":"did:web:a.example"}` || a.Type != "application/did+json" || a.Server != host {
		t.Errorf("%+v", a)
	}
	if a := ask("gs1", "(01)09506000134352(21)X1", http.StatusOK); a.Status != http.StatusTemporaryRedirect || a.Location != "https://brand.example/X1" {
		t.Errorf("%+v", a)
	}
	if a := ask("urn", "urn:isbn:9780141036144", http.StatusOK); !a.Cut || len(a.Document) > bridgeOctets || len(a.Document) < bridgeOctets-4 {
		t.Errorf("%d octets, cut %v", len(a.Document), a.Cut)
	}
	ask("oid", "1.2.156/3", http.StatusNotFound)            // no bridge
	ask("did", "1.2.156/3", http.StatusUnprocessableEntity) // it is no DID
	if r := h.Get(t, "/api/identifier/recognition?text=x", ""); r.Status != http.StatusUnauthorized {
		t.Errorf("a stranger: %d", r.Status)
	}
}

func TestObjectIdentifiersThatNobodyCanTellOfAreRefused(t *testing.T) {
	tell := map[string]string{"UINF": "https://a.example/"}
	for text, list := range map[string][]localOID{
		"oids[0].oid":         {{OID: "1.2.x", Services: tell}},
		"twice":               {{OID: "1.2.3", Services: tell}, {OID: "1.2.3", Services: tell}},
		"say what is told":    {{OID: "1.2.3"}},
		"is not one of [COID": {{OID: "1.2.3", Services: map[string]string{"XINF": "x"}}},
	} {
		s := defaults()
		s.OIDs = list
		if err := s.check(); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%+v: %v", list, err)
		}
	}
}

// nameServer is a server of DNS with records, by UDP.
func nameServer(t *testing.T, records ...string) string {
	t.Helper()
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var list []dns.RR
	for _, text := range records {
		rr, err := dns.NewRR(text)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, rr)
	}
	open := make(chan struct{})
	s := &dns.Server{PacketConn: conn, NotifyStartedFunc: func() { close(open) }, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetRcode(q, dns.RcodeNameError)
		for _, rr := range list {
			if rr.Header().Name == q.Question[0].Name {
				m.Rcode, m.AuthenticatedData, m.Answer = dns.RcodeSuccess, true, append(m.Answer, rr)
			}
		}
		_ = w.WriteMsg(m)
	})}
	go func() { _ = s.ActivateAndServe() }()
	<-open
	t.Cleanup(func() { _ = s.Shutdown() })
	return conn.LocalAddr().String()
}

// Object identifiers are asked for by DNS, in one shape with the others, and what the
// city tells of itself is asked of nobody.
func TestObjectIdentifiersAreAskedForByDNS(t *testing.T) {
	fetched := false
	there := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { fetched = true }))
	defer there.Close()
	server := nameServer(t,
		`7.9999.156.2.1.oid.test. 60 IN NAPTR 20 10 "u" "ORS+UINF" "!^.*$!`+there.URL+`!" .`,
		`7.9999.156.2.1.oid.test. 60 IN NAPTR 10 10 "u" "ORS+COID" "!^.*$!1.2.156.9999.7!" .`,
		`9.9999.156.2.1.oid.test. 60 IN CNAME 9.9999.156.2.1.oid.test.`,
	)
	h := city(t, kerneltest.Options{})
	h.module.settings.Bridges = []bridge{{System: codeid.OID, Kind: kindDNS, Zone: "oid.test.", Servers: []string{server}}}
	h.module.settings.OIDs = []localOID{{OID: "1.2.156.9999.1", Services: map[string]string{"UINF": "https://a.example/", "CINF": "https://a.example/below.xml"}}}
	ask := func(text string, want int) (a bridgeAnswer) {
		t.Helper()
		var into any
		if want == http.StatusOK {
			into = &a
		}
		h.do(t, "GET", "/bridge?system=oid&text="+url.QueryEscape(text), "reporter-theirs", "", want, into)
		return a
	}
	for _, text := range []string{"1.2.156.9999.7", "urn:oid:1.2.156.9999.7", "{iso member-body(2) 156 9999 7}", "1.2.156.9999.7/T001"} {
		a := ask(text, http.StatusOK)
		if a.Status != http.StatusOK || a.Protocol != "dns" || a.Server != "oid.test" || len(a.Services) != 2 || a.Services[0].Value != "1.2.156.9999.7" || a.Services[1].Value != there.URL {
			t.Errorf("%s: %+v", text, a)
		}
		if len(a.Hops) != 1 || !a.Hops[0].Authenticated || a.Hops[0].Server != server || a.Hops[0].Name != "7.9999.156.2.1.oid.test" || a.Hops[0].Code != "NOERROR" {
			t.Errorf("%s takes the way %+v", text, a.Hops)
		}
	}
	if fetched {
		t.Error("what a record leads to was fetched")
	}
	if a := ask("1.2.156.9999.8", http.StatusOK); a.Status != http.StatusNotFound || len(a.Services) != 0 || a.Hops[0].Code != "NXDOMAIN" {
		t.Errorf("what is not there: %+v", a)
	}
	ask("1.2.156.9999.9", http.StatusServiceUnavailable) // a loop
	if a := ask("1.2.156.9999.1", http.StatusOK); a.Protocol != "local" || len(a.Services) != 2 || a.Services[0].Service != "CINF" || len(a.Hops) != 1 {
		t.Errorf("what the city tells: %+v", a)
	}
	var r recognition
	h.do(t, "GET", "/recognition?text=1.2.156.9999.1", "reporter-theirs", "", http.StatusOK, &r)
	if len(r.List) != 2 || r.List[0].Bridge != "oid.test" || !r.List[0].Local {
		t.Errorf("recognised as %+v", r)
	}
	h.module.settings.Bridges[0].Servers = []string{"127.0.0.1:1"}
	ask("1.2.156.9999.7", http.StatusServiceUnavailable) // nobody there
}
