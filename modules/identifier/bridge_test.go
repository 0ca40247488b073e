package identifier

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

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
	list := []bridge{{System: codeid.DID, URL: "all"}, {System: codeid.DID, Kind: "bid", URL: "bid"}, {System: codeid.URN, Kind: "isbn", URL: "isbn"}}
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
		{codeid.OID, "1.2.156", ""},
	} {
		if b, ok := bridgeTo(list, c.system, c.canonical); b.URL != c.want || ok != (c.want != "") {
			t.Errorf("%s goes by %q, %v", c.canonical, b.URL, ok)
		}
	}
}

func TestBridgesThatLeadNowhereAreRefused(t *testing.T) {
	for text, b := range map[string]bridge{
		"system":  {System: "handle", URL: "https://a.example/{id}"},
		"web":     {System: codeid.DID, URL: "ftp://a.example/{id}"},
		"neither": {System: codeid.DID, URL: "https://a.example/"},
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
