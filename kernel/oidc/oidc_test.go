package oidc_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	independent "github.com/coreos/go-oidc/v3/oidc"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the protocol library repeats there what the tests provoke
	os.Exit(m.Run())
}

const back = "https://program.example/back"

// house is a running city with an independent client's view of its provider.
type house struct {
	*kerneltest.City
	provider *independent.Provider
}

func newHouse(t *testing.T, o ...kerneltest.Options) house {
	t.Helper()
	c := kerneltest.Start(t, func(*kernel.Kernel) []module.Module { return nil }, o...)
	p, err := independent.NewProvider(t.Context(), c.URL)
	if err != nil {
		t.Fatalf("discovery: %v", err)
	}
	return house{c, p}
}

// program is one that is registered.
type program struct {
	ID       string
	Secret   string
	Version  int64
	provider *independent.Provider
	scopes   []string
}

const usual = `"name":{"zh":"设备管理系统","en":"Equipment"},"confidential":true,"redirect_uris":["` + back + `"],"logout_uris":["https://program.example/bye"],
	"grants":["authorization_code","refresh_token","client_credentials","urn:ietf:params:oauth:grant-type:device_code"],
	"scopes":["openid","profile","email","organisation","offline_access"],"audiences":[],"algorithm":"EdDSA","own":false,"enabled":true`

// register adds a program; more replaces fields of the usual one.
func (h house) register(t *testing.T, more string) program {
	t.Helper()
	fields := map[string]any{}
	for _, text := range []string{"{" + usual + "}", "{" + more + "}"} {
		if err := json.Unmarshal([]byte(text), &fields); err != nil {
			t.Fatal(err)
		}
	}
	body, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	r := h.Send(t, "POST", "/api/oidc/clients", "administrator", string(body))
	if r.Status != http.StatusCreated {
		t.Fatalf("register: %d %s", r.Status, r.Body)
	}
	p := program{provider: h.provider, scopes: []string{"openid", "profile", "organisation", "offline_access"}}
	r.Decode(t, &p)
	return p
}

func (p program) config() oauth2.Config {
	return oauth2.Config{ClientID: p.ID, ClientSecret: p.Secret, Endpoint: p.provider.Endpoint(), RedirectURL: back, Scopes: p.scopes}
}

// browse goes to an address as somebody, and returns the answer with where it leads.
func (h house) browse(t *testing.T, address, who string) (status int, to *url.URL) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if who != "" {
		r.Header.Set("Cookie", h.Cookie(t, who))
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	to, err = url.Parse(resp.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, to
}

// decide answers the page of a request.
func (h house) decide(t *testing.T, page *url.URL, who string, allow bool) *url.URL {
	t.Helper()
	r := h.Send(t, "POST", "/api/oidc/requests/"+page.Query().Get("request")+"/decision", who, fmt.Sprintf(`{"allow":%t}`, allow))
	if r.Status != http.StatusOK {
		t.Fatalf("decide: %d %s", r.Status, r.Body)
	}
	var v struct{ Redirect string }
	r.Decode(t, &v)
	to, err := url.Parse(v.Redirect)
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// code signs somebody in to a program and returns the code.
func (h house) code(t *testing.T, p program, who, verifier string, more ...oauth2.AuthCodeOption) string {
	t.Helper()
	cfg := p.config()
	_, to := h.browse(t, cfg.AuthCodeURL("the-state", append(more, oauth2.S256ChallengeOption(verifier))...), who)
	if strings.HasPrefix(to.Path, "/oidc/authorize") {
		to = h.decide(t, to, who, true)
	}
	q := to.Query()
	if q.Get("code") == "" || q.Get("state") != "the-state" || q.Get("iss") != h.URL || !strings.HasPrefix(to.String(), back+"?") {
		t.Fatalf("the browser is sent to %s", to)
	}
	return q.Get("code")
}

func (h house) tokens(t *testing.T, p program, more ...oauth2.AuthCodeOption) *oauth2.Token {
	t.Helper()
	verifier := oauth2.GenerateVerifier()
	cfg := p.config()
	token, err := cfg.Exchange(t.Context(), h.code(t, p, "viewer-ours", verifier, more...), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatalf("exchange: %v", err)
	}
	return token
}

// post sends a form to an endpoint, as a program when it has a secret.
func (h house) post(t *testing.T, path string, p program, form url.Values) (status int, answer map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if p.Secret != "" {
		r.SetBasicAuth(p.ID, p.Secret)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	_ = json.NewDecoder(resp.Body).Decode(&answer)
	return resp.StatusCode, answer
}

// recorded waits for an entry of the audit log.
func (h house) recorded(t *testing.T, action, outcome, detail string) {
	t.Helper()
	kerneltest.Wait(t, fmt.Sprintf("the record of %s %s with %q", action, outcome, detail), func() bool {
		var page struct {
			Items []struct{ Action, Outcome, Detail string }
		}
		h.Get(t, "/api/system/audit?limit=500&action="+url.QueryEscape(action)+"&outcome="+outcome, "auditor").Decode(t, &page)
		for _, e := range page.Items {
			if strings.Contains(e.Detail, detail) {
				return true
			}
		}
		return false
	})
}

func TestAnIndependentClientSignsAPersonIn(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := newHouse(t, o)
		for _, algorithm := range []string{"EdDSA", "RS256"} {
			p := h.register(t, `"algorithm":"`+algorithm+`"`)
			token := h.tokens(t, p, oauth2.SetAuthURLParam("nonce", "the-nonce"))
			raw, _ := token.Extra("id_token").(string)
			id, err := h.provider.Verifier(&independent.Config{ClientID: p.ID, SupportedSigningAlgs: []string{algorithm}}).Verify(t.Context(), raw)
			if err != nil {
				t.Fatalf("verify ID token: %v", err)
			}
			var claims struct {
				Login        string `json:"preferred_username"`
				ACR          string
				AMR          []string
				Organisation struct{ ID, Name string }
				Roles        []string
			}
			if err := id.Claims(&claims); err != nil {
				t.Fatal(err)
			}
			if id.Nonce != "the-nonce" || claims.Login != "viewer-ours" || claims.ACR != "aal1" || claims.AMR[0] != "pwd" || claims.Organisation.ID != h.Ours.ID || claims.Roles[0] != "viewer" {
				t.Errorf("claims: %+v %+v", id, claims)
			}
			if err := id.VerifyAccessToken(token.AccessToken); err != nil {
				t.Errorf("at_hash: %v", err)
			}
			info, err := h.provider.UserInfo(t.Context(), oauth2.StaticTokenSource(token))
			if err != nil || info.Subject != id.Subject {
				t.Errorf("userinfo: %+v %v", info, err)
			}
			// The person agreed once; now they are not asked again.
			cfg := p.config()
			if _, to := h.browse(t, cfg.AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier()), oauth2.SetAuthURLParam("prompt", "none")), "viewer-ours"); to.Query().Get("code") == "" {
				t.Errorf("prompt=none after consent: %s", to)
			}
		}
		h.recorded(t, "oidc sign-in", "done", "设备管理系统; aal1")
		h.recorded(t, "oidc token", "done", "code")
	})
}

func TestTokensOfAProgramInItsOwnNameAreItsOwn(t *testing.T) {
	h := newHouse(t)
	p := h.register(t, `"audiences":["https://service.example"]`)
	status, token := h.post(t, "/api/oidc/token", p, url.Values{"grant_type": {"client_credentials"}})
	if status != http.StatusOK || token["refresh_token"] != nil || token["id_token"] != nil {
		t.Fatalf("client credentials: %d %v", status, token)
	}
	access, _ := token["access_token"].(string)
	resource := h.register(t, `"audiences":["https://service.example"],"name":{"zh":"服务","en":""}`)
	other := h.register(t, "")
	for who, want := range map[*program]bool{&p: true, &resource: true, &other: false} {
		if _, told := h.post(t, "/api/oidc/introspect", *who, url.Values{"token": {access}}); told["active"] != want || (want && (told["sub"] != p.ID || told["client_id"] != p.ID)) {
			t.Errorf("introspection: %v, want %v", told, want)
		}
	}
	if status, refused := h.post(t, "/api/oidc/userinfo", program{}, url.Values{"access_token": {access}}); status != http.StatusForbidden || refused["error"] != "insufficient_scope" {
		t.Errorf("userinfo of nobody: %d %v", status, refused)
	}
	if status, _ := h.post(t, "/api/oidc/revoke", p, url.Values{"token": {access}}); status != http.StatusOK {
		t.Errorf("revoke: %d", status)
	}
	if _, told := h.post(t, "/api/oidc/introspect", p, url.Values{"token": {access}}); told["active"] != false {
		t.Errorf("after revocation: %v", told)
	}
	p.Secret = "guessed"
	if status, refused := h.post(t, "/api/oidc/token", p, url.Values{"grant_type": {"client_credentials"}}); status != http.StatusUnauthorized || refused["error"] != "invalid_client" {
		t.Errorf("a wrong secret: %d %v", status, refused)
	}
	h.recorded(t, "oidc token", "refused", "invalid_client")
}

func TestADeviceIsLetInByWhoTypesItsCode(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := newHouse(t, o)
		p := h.register(t, `"confidential":false,"grants":["urn:ietf:params:oauth:grant-type:device_code"],"redirect_uris":[],"scopes":["openid","profile"]`)
		cfg := p.config()
		cfg.Scopes = []string{"openid", "profile"}
		cfg.Endpoint.DeviceAuthURL = h.URL + "/api/oidc/device-authorization"
		d, err := cfg.DeviceAuth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(d.VerificationURIComplete, h.URL+"/device?user_code=") || d.Interval != 5 {
			t.Errorf("device: %+v", d)
		}
		ask := func() map[string]any {
			_, answer := h.post(t, "/api/oidc/token", program{}, url.Values{"client_id": {p.ID}, "device_code": {d.DeviceCode}, "grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}})
			return answer
		}
		if a := ask(); a["error"] != "authorization_pending" {
			t.Errorf("before: %v", a)
		}
		if a := ask(); a["error"] != "slow_down" {
			t.Errorf("at once again: %v", a)
		}
		for i, want := range []int{404, 404, 404, 404, 404, 429} { // nobody guesses many
			if r := h.Get(t, "/api/oidc/devices/BBBB-BBBB", "viewer-theirs"); r.Status != want {
				t.Errorf("wrong code %d: %d", i, r.Status)
			}
		}
		typed := strings.ToLower(strings.ReplaceAll(d.UserCode, "-", ""))
		var v struct {
			Program struct{ ID string }
			Scopes  []string
		}
		h.Get(t, "/api/oidc/devices/"+typed, "viewer-ours").Decode(t, &v)
		if v.Program.ID != p.ID || len(v.Scopes) != 2 {
			t.Errorf("the device: %+v", v)
		}
		if r := h.Send(t, "POST", "/api/oidc/devices/"+typed+"/decision", "viewer-ours", `{"allow":true}`); r.Status != http.StatusNoContent {
			t.Fatalf("let in: %d %s", r.Status, r.Body)
		}
		token := ask()
		if token["access_token"] == nil || token["id_token"] == nil {
			t.Fatalf("after: %v", token)
		}
		if a := ask(); a["error"] != "invalid_grant" {
			t.Errorf("a device code twice: %v", a)
		}
	})
}

func TestRefreshTokensRotateAndConsentCanBeWithdrawn(t *testing.T) {
	h := newHouse(t)
	p := h.register(t, "")
	token := h.tokens(t, p)
	cfg := p.config()
	old := *token
	old.Expiry = time.Now().Add(-time.Minute)
	next, err := cfg.TokenSource(t.Context(), &old).Token()
	if err != nil || next.RefreshToken == token.RefreshToken || next.RefreshToken == "" {
		t.Fatalf("refresh: %+v %v", next, err)
	}
	if status, a := h.post(t, "/api/oidc/token", p, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {next.RefreshToken}, "scope": {"openid email"}}); status != http.StatusBadRequest || a["error"] != "invalid_scope" {
		t.Errorf("a refresh with more scopes: %d %v", status, a)
	}
	var mine struct{ Items []struct{ ID string } }
	h.Get(t, "/api/oidc/me/programs", "viewer-ours").Decode(t, &mine)
	if len(mine.Items) != 1 || mine.Items[0].ID != p.ID {
		t.Fatalf("programs that I have let in: %+v", mine)
	}
	if r := h.Send(t, "DELETE", "/api/oidc/me/programs/"+p.ID, "viewer-ours", ""); r.Status != http.StatusNoContent {
		t.Fatalf("withdraw: %d %s", r.Status, r.Body)
	}
	if _, err := h.provider.UserInfo(t.Context(), oauth2.StaticTokenSource(next)); err == nil {
		t.Error("the access token outlives the consent")
	}
	if _, a := h.post(t, "/api/oidc/token", p, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {next.RefreshToken}}); a["error"] != "invalid_grant" {
		t.Errorf("the refresh token outlives the consent: %v", a)
	}
}

func TestKeysRenewAndOldTokensStayGood(t *testing.T) {
	h := newHouse(t)
	p := h.register(t, "")
	before := h.tokens(t, p)
	if r := h.Send(t, "POST", "/api/oidc/keys", "administrator", ""); r.Status != http.StatusNoContent {
		t.Fatalf("renew the keys: %d %s", r.Status, r.Body)
	}
	after := h.tokens(t, p)
	verifier := h.provider.Verifier(&independent.Config{ClientID: p.ID, SupportedSigningAlgs: []string{"EdDSA"}})
	for _, token := range []*oauth2.Token{before, after} {
		raw, _ := token.Extra("id_token").(string)
		if _, err := verifier.Verify(t.Context(), raw); err != nil {
			t.Errorf("verify: %v", err)
		}
		if _, err := h.provider.UserInfo(t.Context(), oauth2.StaticTokenSource(token)); err != nil {
			t.Errorf("userinfo: %v", err)
		}
	}
	var set struct{ Keys []struct{ Kid string } }
	h.Get(t, "/api/oidc/keys", "").Decode(t, &set)
	if len(set.Keys) != 4 {
		t.Errorf("%d keys are published", len(set.Keys))
	}
}

func TestSignOutGoesWhereTheProgramSaid(t *testing.T) {
	h := newHouse(t)
	p := h.register(t, "")
	raw, _ := h.tokens(t, p).Extra("id_token").(string)
	end := h.URL + "/api/oidc/end-session?" + url.Values{"id_token_hint": {raw}, "post_logout_redirect_uri": {"https://program.example/bye"}, "state": {"x"}}.Encode()
	// Another person is signed in here: they are asked.
	if _, to := h.browse(t, end, "manager-ours"); to.Path != "/oidc/sign-out" {
		t.Errorf("another person's session: %s", to)
	}
	if _, to := h.browse(t, end, "viewer-ours"); to.String() != "https://program.example/bye?state=x" {
		t.Errorf("sign out: %s", to)
	}
	if r := h.Get(t, "/api/system/session", "viewer-ours"); r.Status != http.StatusUnauthorized {
		t.Errorf("the session goes on: %d", r.Status)
	}
	r := h.Send(t, "POST", "/api/oidc/sign-out", "manager-ours", `{"client_id":"`+p.ID+`","post_logout_redirect_uri":"https://evil.example/"}`)
	if r.Status != http.StatusUnprocessableEntity {
		t.Errorf("an address that is not registered: %d %s", r.Status, r.Body)
	}
}
