package oidc_test

import (
	"bufio"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
)

// local lets the house call providers on the machine itself.
func local(o kerneltest.Options) kerneltest.Options {
	o.Rooms = map[string]json.RawMessage{"oidc": json.RawMessage(`{"allow":["127.0.0.0/8"]}`)}
	return o
}

// browser keeps cookies and follows redirects only when it is told to.
type browser struct {
	*http.Client
	house house
}

func (h house) browser(t *testing.T) browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return browser{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, h}
}

func (b browser) get(t *testing.T, address string) *url.URL {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := b.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusFound && resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s: %d %s", address, resp.StatusCode, body)
	}
	to, err := r.URL.Parse(resp.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// depart begins to sign in, or to link, and returns where the browser is sent.
func (b browser) depart(t *testing.T, path, body string) *url.URL {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.house.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Linghang-CSRF", "1")
	resp, err := b.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var v struct{ Redirect string }
	if err := json.NewDecoder(resp.Body).Decode(&v); err != nil || v.Redirect == "" {
		t.Fatalf("depart: %d %v", resp.StatusCode, err)
	}
	to, err := url.Parse(v.Redirect)
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// who is signed in with the browser, and what the session owes.
func (b browser) who(t *testing.T) (login, need string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.house.URL+"/api/system/session", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := b.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var v struct {
		Person struct{ Login string }
		Need   string
	}
	_ = json.NewDecoder(resp.Body).Decode(&v)
	return v.Person.Login, v.Need
}

// carry puts somebody's session into the browser.
func (b browser) carry(t *testing.T, who string) {
	t.Helper()
	u, err := url.Parse(b.house.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, secret, _ := strings.Cut(b.house.Cookie(t, who), "=")
	b.Jar.SetCookies(u, []*http.Cookie{{Name: "linghang_session", Value: secret, Path: "/"}})
}

func (h house) addProvider(t *testing.T, issuer, more string) string {
	t.Helper()
	fields := map[string]any{}
	usual := fmt.Sprintf(`{"name":{"zh":"政务云","en":"Cloud"},"issuer":%q,"client_id":"linghang","secret":"the-secret","domains":["ours.example"],"second_factor":false,"acr_values":[],"enabled":true}`, issuer)
	for _, text := range []string{usual, "{" + more + "}"} {
		if err := json.Unmarshal([]byte(text), &fields); err != nil {
			t.Fatal(err)
		}
	}
	body, _ := json.Marshal(fields)
	r := h.Send(t, "POST", "/api/oidc/providers", "administrator", string(body))
	if r.Status != http.StatusCreated {
		t.Fatalf("add provider: %d %s", r.Status, r.Body)
	}
	var v struct{ ID string }
	r.Decode(t, &v)
	return v.ID
}

// mail enters somebody's e-mail as who administers all persons does.
func (h house) mail(t *testing.T, who, email string) {
	t.Helper()
	h.Cookie(t, who) // whoever was never asked for does not exist yet
	var page struct{ Items []identity.Person }
	h.Get(t, "/api/system/persons?q="+who, "administrator").Decode(t, &page)
	if len(page.Items) != 1 {
		t.Fatalf("%d persons are called %s", len(page.Items), who)
	}
	p := page.Items[0]
	body, _ := json.Marshal(map[string]any{"login": p.Login, "name": p.Name, "email": email, "memberships": p.Memberships})
	if r := h.Send(t, "PUT", "/api/system/persons/"+p.ID, "administrator", string(body), "If-Match", fmt.Sprintf("%q", fmt.Sprint(p.Version))); r.Status != http.StatusOK {
		t.Fatalf("e-mail of %s: %d %s", who, r.Status, r.Body)
	}
}

// mailOwn is how somebody sets their own e-mail.
func (h house) mailOwn(t *testing.T, who, email string) {
	t.Helper()
	if r := h.Send(t, "PUT", "/api/system/me", who, fmt.Sprintf(`{"name":%q,"language":"zh","email":%q}`, who, email)); r.Status != http.StatusNoContent {
		t.Fatalf("e-mail of %s: %d %s", who, r.Status, r.Body)
	}
}

// independentProvider runs an OpenID Provider that nobody here wrote.
func independentProvider(t *testing.T, redirect string) string {
	t.Helper()
	cmd := exec.Command("node", "scripts/independent-provider.mjs", "linghang", "the-secret", redirect)
	cmd.Dir = "../../web"
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatalf("start the provider: %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the provider ended: %v\n%s", err, said.String())
	}
	return strings.TrimSpace(line)
}

func TestAnIndependentProviderSignsPeopleIn(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := newHouse(t, local(o))
		// Who sets the address of another for themselves is not taken for them.
		h.mailOwn(t, "manager-ours", "viewer@ours.example")
		// The address to register is known only once the provider is added here.
		id := h.addProvider(t, "https://not.yet.example", "")
		issuer := independentProvider(t, h.URL+"/api/oidc/callback/"+id)
		edit := func(version int, more string) {
			t.Helper()
			body := fmt.Sprintf(`{"name":{"zh":"政务云","en":"Cloud"},"issuer":%q,"client_id":"linghang","secret":"the-secret","domains":["ours.example"],"acr_values":[],"enabled":true,%s}`, issuer, more)
			if r := h.Send(t, "PUT", "/api/oidc/providers/"+id, "administrator", body, "If-Match", fmt.Sprintf("%q", fmt.Sprint(version))); r.Status != http.StatusOK {
				t.Fatalf("edit: %d %s", r.Status, r.Body)
			}
		}
		edit(1, `"second_factor":false`)
		if r := h.Send(t, "POST", "/api/oidc/providers/"+id+"/test", "administrator", ""); !strings.Contains(string(r.Body), `"ok":true`) {
			t.Fatalf("test: %s", r.Body)
		}
		as := func(account string) {
			t.Helper()
			resp, err := http.Get(issuer + "/as/" + account)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
		}
		// through goes all the way to the provider and back.
		through := func(b browser, path string) string {
			t.Helper()
			at := b.depart(t, path, `{"next":"/platforms?x=1"}`)
			for range 10 {
				at = b.get(t, at.String())
				if strings.HasPrefix(at.String(), h.URL) && !strings.HasPrefix(at.Path, "/api/") {
					return at.RequestURI()
				}
			}
			t.Fatalf("it does not end: %s", at)
			return ""
		}
		signIn := "/api/oidc/sign-in/" + id
		if to := through(h.browser(t), signIn); to != "/sign-in?problem=oidc.login.unknown" {
			t.Errorf("by an address that somebody has set for themselves: %s", to)
		}
		h.mail(t, "viewer-ours", "Viewer@ours.example")
		b := h.browser(t)
		if to := through(b, signIn); to != "/platforms?x=1" {
			t.Errorf("a verified address: %s", to)
		}
		if login, need := b.who(t); login != "viewer-ours" || need != "" {
			t.Errorf("signed in: %s %s", login, need)
		}
		h.recorded(t, "sign-in", "done", "fed 政务云")
		for account, key := range map[string]string{"stranger": "oidc.login.unknown", "unverified": "oidc.login.unknown"} {
			as(account)
			if to := through(h.browser(t), signIn); to != "/sign-in?problem="+key {
				t.Errorf("%s: %s", account, to)
			}
		}
		h.recorded(t, "sign-in", "refused", "nobody here is linked")
		// A grave role is linked by hand, by who is signed in.
		second := fmt.Sprintf(`{"login":"second","name":"二","password":"a password of some length","email":"admin@ours.example","memberships":[{"organisation_id":%q,"role":"administrator"}]}`, h.Bureau.ID)
		if r := h.Send(t, "POST", "/api/system/persons", "administrator", second); r.Status != http.StatusCreated {
			t.Fatalf("a second administrator: %d %s", r.Status, r.Body)
		}
		as("grave")
		if to := through(h.browser(t), signIn); to != "/sign-in?problem=oidc.login.unknown" {
			t.Errorf("a grave role by its address: %s", to)
		}
		hand := h.browser(t)
		hand.carry(t, "administrator")
		if to := through(hand, "/api/oidc/me/links/"+id); to != "/profile" {
			t.Errorf("link by hand: %s", to)
		}
		again := h.browser(t)
		if to := through(again, signIn); to != "/platforms?x=1" {
			t.Errorf("after linking: %s", to)
		}
		if login, _ := again.who(t); login != "administrator" {
			t.Errorf("signed in as %s", login)
		}
		var mine struct{ Items []struct{ ID, Name string } }
		h.Get(t, "/api/oidc/me/links", "administrator").Decode(t, &mine)
		if len(mine.Items) != 1 || mine.Items[0].Name != "admin@ours.example" {
			t.Fatalf("my links: %+v", mine)
		}
		// What is linked to one person is not another's.
		thief := h.browser(t)
		thief.carry(t, "manager-ours")
		if to := through(thief, "/api/oidc/me/links/"+id); to != "/profile?problem=oidc.login.taken" {
			t.Errorf("somebody else's account: %s", to)
		}
		// The provider's word on two factors counts when the city says so.
		amr := func(b browser) string {
			through(b, signIn)
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+"/api/system/sessions", nil)
			resp, err := b.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = resp.Body.Close() }()
			var v struct {
				Items []struct {
					AMR     []string
					Current bool
				}
			}
			_ = json.NewDecoder(resp.Body).Decode(&v)
			for _, s := range v.Items {
				if s.Current {
					return strings.Join(s.AMR, " ")
				}
			}
			return ""
		}
		as("grave/pwd,mfa")
		if got := amr(h.browser(t)); got != "fed" {
			t.Errorf("its word does not count, but: %s", got)
		}
		edit(2, `"second_factor":true`)
		if got := amr(h.browser(t)); got != "fed mfa" {
			t.Errorf("its word counts, but: %s", got)
		}
		if r := h.Send(t, "DELETE", "/api/oidc/me/links/"+mine.Items[0].ID, "administrator", ""); r.Status != http.StatusNoContent {
			t.Errorf("unlink: %d %s", r.Status, r.Body)
		}
	})
}

// evil is a provider that says whatever a test wants it to.
type evil struct {
	*httptest.Server
	key      *rsa.PrivateKey
	issuer   string                    // what its metadata says
	token    func(nonce string) string // the ID token that it hands out
	extra    map[string]any            // of its metadata
	verifier chan string               // what came with the code
}

func newEvil(t *testing.T) *evil {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	e := &evil{key: key, verifier: make(chan string, 100)}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		doc := map[string]any{
			"issuer": e.issuer, "authorization_endpoint": e.URL + "/authorize", "token_endpoint": e.URL + "/token", "jwks_uri": e.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"}, "authorization_response_iss_parameter_supported": true,
		}
		maps.Copy(doc, e.extra)
		answer(w, doc)
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		enc := base64.RawURLEncoding.EncodeToString
		answer(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "kid": "k", "alg": "RS256", "use": "sig", "n": enc(key.N.Bytes()), "e": enc(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		e.verifier <- r.FormValue("code_verifier")
		answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": e.token(r.FormValue("code"))})
	})
	e.Server = httptest.NewServer(mux)
	t.Cleanup(e.Close)
	e.issuer = e.URL
	return e
}

// claims are good ones, but for what is changed.
func (e *evil) claims(nonce string, change map[string]any) string {
	c := map[string]any{
		"iss": e.URL, "sub": "s", "aud": "linghang", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(), "nonce": nonce,
		"email": "viewer@ours.example", "email_verified": true,
	}
	maps.Copy(c, change)
	data, _ := json.Marshal(c)
	return string(data)
}

func (e *evil) sign(message string) []byte {
	sum := sha256.Sum256([]byte(message))
	signature, _ := rsa.SignPKCS1v15(rand.Reader, e.key, crypto.SHA256, sum[:])
	return signature
}

func TestWhatAProviderSaysIsBelievedOnlyWhenItFits(t *testing.T) {
	h := newHouse(t, local(kerneltest.Options{}))
	h.mail(t, "viewer-ours", "viewer@ours.example")
	e := newEvil(t)
	id := h.addProvider(t, e.URL, "")
	other := h.addProvider(t, newEvil(t).URL, `"name":{"zh":"另一家","en":""}`)
	rs := `{"alg":"RS256","kid":"k"}`
	good := func(nonce string) string { return forge(rs, e.claims(nonce, nil), e.sign) }
	// try signs in with the token, by an answer that change may have altered.
	try := func(token func(nonce string) string, change func(b *browser, q url.Values) string) string {
		t.Helper()
		b := h.browser(t)
		to := b.depart(t, "/api/oidc/sign-in/"+id, `{}`)
		nonce := to.Query().Get("nonce")
		e.token = func(string) string { return token(nonce) }
		q := url.Values{"state": {to.Query().Get("state")}, "code": {"c"}, "iss": {e.URL}}
		at := h.URL + "/api/oidc/callback/" + id
		if change != nil {
			if elsewhere := change(&b, q); elsewhere != "" {
				at = elsewhere
			}
		}
		back := b.get(t, at+"?"+q.Encode()).RequestURI()
		if who, _ := b.who(t); (who != "") != (back == "/") {
			t.Errorf("%s, but signed in is %q", back, who)
		}
		return back
	}
	if to := try(good, nil); to != "/" {
		t.Fatalf("a good answer: %s", to)
	}
	if v := <-e.verifier; len(v) < 43 {
		t.Errorf("the code came with the verifier %q", v)
	}
	with := func(change map[string]any) func(string) string {
		return func(nonce string) string { return forge(rs, e.claims(nonce, change), e.sign) }
	}
	mac := func(message string) []byte { return hmacOf([]byte("the-secret"), message) }
	public, _ := json.Marshal(e.key.N)
	for name, token := range map[string]func(string) string{
		"alg none": func(n string) string {
			return forge(`{"alg":"none"}`, e.claims(n, nil), func(string) []byte { return nil })
		},
		"HS256 with the secret": func(n string) string { return forge(`{"alg":"HS256","kid":"k"}`, e.claims(n, nil), mac) },
		"HS256 with a public key": func(n string) string {
			return forge(`{"alg":"HS256","kid":"k"}`, e.claims(n, nil), func(m string) []byte { return hmacOf(public, m) })
		},
		"a foreign signature": func(n string) string {
			return forge(rs, e.claims(n, nil), func(string) []byte { return make([]byte, 256) })
		},
		"another issuer":             with(map[string]any{"iss": "https://evil.example"}),
		"for another":                with(map[string]any{"aud": "somebody"}),
		"for several, by another":    with(map[string]any{"aud": []string{"linghang", "x"}, "azp": "x"}),
		"another request's nonce":    with(map[string]any{"nonce": "n"}),
		"no nonce":                   with(map[string]any{"nonce": nil}),
		"over":                       with(map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}),
		"a bent access token's hash": with(map[string]any{"at_hash": "AAAA"}),
		"no subject":                 with(map[string]any{"sub": ""}),
		"no token at all":            func(string) string { return "" },
	} {
		if to := try(token, nil); to != "/sign-in?problem=oidc.login.token" {
			t.Errorf("%s: %s", name, to)
		}
	}
	h.recorded(t, "sign-in", "refused", "the ID token: ")
	for name, c := range map[string]struct {
		key    string
		change func(b *browser, q url.Values) string
	}{
		"no state":        {"state", func(_ *browser, q url.Values) string { q.Del("state"); return "" }},
		"a made-up state": {"state", func(_ *browser, q url.Values) string { q.Set("state", "x"); return "" }},
		"another browser": {"state", func(b *browser, _ url.Values) string { *b = h.browser(t); return "" }},
		"another's browser": {"state", func(b *browser, _ url.Values) string {
			*b = h.browser(t)
			b.depart(t, "/api/oidc/sign-in/"+id, `{}`)
			return ""
		}},
		"another's callback":         {"state", func(*browser, url.Values) string { return h.URL + "/api/oidc/callback/" + other }},
		"a mixed-up issuer":          {"issuer", func(_ *browser, q url.Values) string { q.Set("iss", "https://evil.example"); return "" }},
		"no issuer, though promised": {"issuer", func(_ *browser, q url.Values) string { q.Del("iss"); return "" }},
		"an error":                   {"refused", func(_ *browser, q url.Values) string { q.Set("error", "access_denied"); return "" }},
	} {
		if to := try(good, c.change); to != "/sign-in?problem=oidc.login."+c.key {
			t.Errorf("%s: %s", name, to)
		}
	}
	h.recorded(t, "sign-in", "refused", "this browser did not ask this provider")
	h.recorded(t, "sign-in", "refused", "the answer is of the issuer")
	// An answer counts once.
	b := h.browser(t)
	to := b.depart(t, "/api/oidc/sign-in/"+id, `{}`)
	nonce := to.Query().Get("nonce")
	e.token = func(string) string { return good(nonce) }
	answer := h.URL + "/api/oidc/callback/" + id + "?" + url.Values{"state": {to.Query().Get("state")}, "code": {"c"}, "iss": {e.URL}}.Encode()
	if first := b.get(t, answer); first.Path != "/" {
		t.Errorf("first: %s", first)
	}
	if second := b.get(t, answer); second.Query().Get("problem") != "oidc.login.state" {
		t.Errorf("second: %s", second)
	}
}

func TestNobodyIsSentElsewhereAfterSigningIn(t *testing.T) {
	h := newHouse(t, local(kerneltest.Options{}))
	h.mail(t, "viewer-ours", "viewer@ours.example")
	e := newEvil(t)
	id := h.addProvider(t, e.URL, "")
	for next, want := range map[string]string{
		"/plan?x=1": "/plan?x=1", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", `/%5cevil.example`: "/%5cevil.example", "javascript:alert(1)": "/", "/\t/evil.example": "/", "plan": "/", "": "/",
	} {
		b := h.browser(t)
		body, _ := json.Marshal(map[string]string{"next": next})
		to := b.depart(t, "/api/oidc/sign-in/"+id, string(body))
		nonce := to.Query().Get("nonce")
		e.token = func(string) string { return forge(`{"alg":"RS256","kid":"k"}`, e.claims(nonce, nil), e.sign) }
		back := b.get(t, h.URL+"/api/oidc/callback/"+id+"?"+url.Values{"state": {to.Query().Get("state")}, "code": {"c"}, "iss": {e.URL}}.Encode())
		if back.String() != h.URL+want {
			t.Errorf("next %q: %s", next, back)
		}
	}
}

func TestAProviderIsUsedOnlyWhenItIsWhatItSays(t *testing.T) {
	h := newHouse(t, local(kerneltest.Options{}))
	e := newEvil(t)
	id := h.addProvider(t, e.URL, "")
	test := func() string {
		t.Helper()
		return string(h.Send(t, "POST", "/api/oidc/providers/"+id+"/test", "administrator", "").Body)
	}
	if said := test(); !strings.Contains(said, `"ok":true`) {
		t.Errorf("a good one: %s", said)
	}
	e.issuer = "https://accounts.example"
	if said := test(); !strings.Contains(said, `"ok":false`) || !strings.Contains(said, "the document is of the issuer") {
		t.Errorf("another's metadata: %s", said)
	}
	e.issuer = e.URL
	for what, extra := range map[string]map[string]any{
		"no algorithm": {"id_token_signing_alg_values_supported": []string{"none", "HS256"}},
		"has no TLS":   {"token_endpoint": "http://192.0.2.1/token"},
	} {
		e.extra = extra
		if said := test(); !strings.Contains(said, `"ok":false`) || !strings.Contains(said, what) {
			t.Errorf("%s: %s", what, said)
		}
	}
	// Without the configuration's leave, nothing on the machine itself is called.
	closed := newHouse(t)
	inside := closed.addProvider(t, e.URL, "")
	r := closed.Send(t, "POST", "/api/oidc/providers/"+inside+"/test", "administrator", "")
	if !strings.Contains(string(r.Body), `"ok":false`) {
		t.Errorf("a private network: %s", r.Body)
	}
	if r := closed.Send(t, "POST", "/api/oidc/sign-in/"+inside, "", `{}`); r.Status != http.StatusServiceUnavailable {
		t.Errorf("sign in there: %d %s", r.Status, r.Body)
	}
}
