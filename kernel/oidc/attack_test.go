package oidc_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"golang.org/x/oauth2"

	"linghang/kernel/kerneltest"
)

func TestACodeThatComesTwiceEndsWhatCameOfIt(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := newHouse(t, o)
		p := h.register(t, "")
		verifier := oauth2.GenerateVerifier()
		code := h.code(t, p, "viewer-ours", verifier)
		form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {back}, "code_verifier": {verifier}}
		// All at once: one gets tokens, and they are revoked.
		answers := make([]map[string]any, 8)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { _, answers[i] = h.post(t, "/api/oidc/token", p, form) })
		}
		all.Wait()
		var access []string
		for _, a := range answers {
			if token, ok := a["access_token"].(string); ok {
				access = append(access, token)
			} else if a["error"] != "invalid_grant" {
				t.Errorf("a second use: %v", a)
			}
		}
		if len(access) != 1 {
			t.Fatalf("%d of %d got tokens", len(access), len(answers))
		}
		if status, a := h.post(t, "/api/oidc/userinfo", program{}, url.Values{"access_token": {access[0]}}); status != http.StatusUnauthorized || a["error"] != "invalid_token" {
			t.Errorf("the token of a replayed code: %d %v", status, a)
		}
		h.recorded(t, "oidc permit revoked", "done", "the code came twice")
		h.recorded(t, "oidc token", "refused", "used before")
	})
}

func TestARefreshTokenThatComesTwiceEndsTheFamily(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := newHouse(t, o)
		p := h.register(t, "")
		first := h.tokens(t, p)
		refresh := func(token string) map[string]any {
			_, a := h.post(t, "/api/oidc/token", p, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
			return a
		}
		second := refresh(first.RefreshToken)
		if second["refresh_token"] == nil {
			t.Fatalf("refresh: %v", second)
		}
		if a := refresh(first.RefreshToken); a["error"] != "invalid_grant" || !strings.Contains(fmt.Sprint(a["error_description"]), "used before") {
			t.Errorf("reuse: %v", a)
		}
		if a := refresh(second["refresh_token"].(string)); a["error"] != "invalid_grant" {
			t.Errorf("the rest of the family: %v", a)
		}
		if status, _ := h.post(t, "/api/oidc/userinfo", program{}, url.Values{"access_token": {second["access_token"].(string)}}); status != http.StatusUnauthorized {
			t.Errorf("an access token of the family: %d", status)
		}
		h.recorded(t, "oidc permit revoked", "done", "the refresh token came twice")
		h.recorded(t, "oidc token", "refused", "used before")
	})
}

func TestPKCECannotBeTurnedDown(t *testing.T) {
	h := newHouse(t)
	p := h.register(t, "")
	cfg := p.config()
	verifier := oauth2.GenerateVerifier()
	challenge := oauth2.S256ChallengeFromVerifier(verifier)
	set := oauth2.SetAuthURLParam
	for name, options := range map[string][]oauth2.AuthCodeOption{
		"PKCE is required":       nil,
		"must be S256":           {set("code_challenge", verifier), set("code_challenge_method", "plain")},
		"must be S256; plain":    {set("code_challenge", challenge)},
		"as base64url, 43":       {set("code_challenge", "short"), set("code_challenge_method", "S256")},
		"method is not support":  {set("code_challenge", challenge), set("code_challenge_method", "S512")},
		"request objects are no": {oauth2.S256ChallengeOption(verifier), set("request", "e30.e30.")},
		"request_uri is not sup": {oauth2.S256ChallengeOption(verifier), set("request_uri", "https://evil.example/r")},
	} {
		_, to := h.browse(t, cfg.AuthCodeURL("s", options...), "viewer-ours")
		if to.Query().Get("error") == "" || !strings.Contains(to.Query().Get("error_description"), name) || to.Query().Get("iss") != h.URL || to.Query().Get("state") != "s" {
			t.Errorf("%s: %s", name, to)
		}
		h.recorded(t, "oidc authorize", "refused", name)
	}
	code := h.code(t, p, "viewer-ours", verifier)
	form := func(verifier string) url.Values {
		return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {back}, "code_verifier": {verifier}}
	}
	for verifier, want := range map[string]string{"": "code_verifier is missing", oauth2.GenerateVerifier(): "does not fit", challenge: "does not fit"} {
		if status, a := h.post(t, "/api/oidc/token", p, form(verifier)); status != http.StatusBadRequest || a["error"] != "invalid_grant" || !strings.Contains(fmt.Sprint(a["error_description"]), want) {
			t.Errorf("verifier %q: %d %v", verifier, status, a)
		}
		h.recorded(t, "oidc token", "refused", want)
	}
	// The code is bound to its program and address too; nothing of this used it up.
	other := h.register(t, "")
	if _, a := h.post(t, "/api/oidc/token", other, form(verifier)); a["error"] != "invalid_grant" {
		t.Errorf("another program's code: %v", a)
	}
	wrong := form(verifier)
	wrong.Set("redirect_uri", back+"/")
	if _, a := h.post(t, "/api/oidc/token", p, wrong); a["error"] != "invalid_grant" {
		t.Errorf("another redirect_uri: %v", a)
	}
	if _, a := h.post(t, "/api/oidc/token", p, form(verifier)); a["access_token"] == nil {
		t.Errorf("the right verifier at last: %v", a)
	}
}

func TestNobodyIsSentToAnAddressThatIsNotRegistered(t *testing.T) {
	h := newHouse(t)
	p := h.register(t, "")
	cfg := p.config()
	// These first: of refusals in quick succession only the first ten are recorded.
	for _, to := range []string{"https://evil.example/", "https://program.example/bye/", "//evil.example", "/\\evil.example"} {
		status, at := h.browse(t, h.URL+"/api/oidc/end-session?"+url.Values{"client_id": {p.ID}, "post_logout_redirect_uri": {to}}.Encode(), "viewer-ours")
		if status != http.StatusBadRequest || at.String() != "" {
			t.Errorf("post_logout_redirect_uri %q: %d %s", to, status, at)
		}
	}
	h.recorded(t, "oidc end-session", "refused", "post_logout_redirect_uri is not registered")
	for _, to := range []string{
		"https://evil.example/back", back + "/", back + "?x=1", back + "#x", "https://program.example/back/../evil", "https://program.example@evil.example/back",
		"HTTPS://program.example/back", "https://program.example:443/back", "http://program.example/back", "//evil.example", "javascript:alert(1)", "", "https://program.example/%62ack",
	} {
		cfg.RedirectURL = to
		status, at := h.browse(t, cfg.AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())), "viewer-ours")
		if status != http.StatusBadRequest || at.String() != "" {
			t.Errorf("redirect_uri %q: %d %s", to, status, at)
		}
	}
	h.recorded(t, "oidc authorize", "refused", "redirect_uri https://evil.example/back")
	if status, _ := h.browse(t, h.URL+"/api/oidc/authorize?response_type=code&client_id=nobody&redirect_uri="+url.QueryEscape(back), "viewer-ours"); status != http.StatusBadRequest {
		t.Errorf("an unknown program: %d", status)
	}
	r := httptest.NewRequest(http.MethodGet, "/api/oidc/authorize?response_type=code&client_id="+p.ID+"&redirect_uri=https://evil.example/", nil)
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	if page := h.Do(r); page.Status != http.StatusSeeOther || !strings.HasPrefix(page.Header.Get("Location"), "/oidc/refused?request=01") {
		t.Errorf("a person's browser: %d %v", page.Status, page.Header)
	}
	for _, bad := range []string{`"redirect_uris":["http://program.example/back"]`, `"redirect_uris":["https://program.example/*"]`, `"redirect_uris":["javascript:alert(1)"]`, `"redirect_uris":["https://a@program.example/"]`} {
		var fields map[string]any
		if err := json.Unmarshal([]byte("{"+usual+","+bad+"}"), &fields); err != nil {
			t.Fatal(err)
		}
		body, _ := json.Marshal(fields)
		if r := h.Send(t, "POST", "/api/oidc/clients", "administrator", string(body)); r.Status != http.StatusUnprocessableEntity {
			t.Errorf("registered with %s: %d", bad, r.Status)
		}
	}
}

// forge makes a token of the header and claims, signed as sign does.
func forge(header, claims string, sign func(message string) []byte) string {
	enc := base64.RawURLEncoding
	message := enc.EncodeToString([]byte(header)) + "." + enc.EncodeToString([]byte(claims))
	return message + "." + enc.EncodeToString(sign(message))
}

func hmacOf(key []byte, message string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(message))
	return m.Sum(nil)
}

func TestTheAlgorithmOfATokenIsNotTheSendersToChoose(t *testing.T) {
	h := newHouse(t)
	p := h.register(t, "")
	token := h.tokens(t, p)
	parts := strings.Split(token.AccessToken, ".")
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var set struct {
		Keys []struct{ Kid, Alg, X string }
	}
	h.Get(t, "/api/oidc/keys", "").Decode(t, &set)
	var kid, x string
	for _, k := range set.Keys {
		if k.Alg == "EdDSA" {
			kid, x = k.Kid, k.X
		}
	}
	public, err := base64.RawURLEncoding.DecodeString(x)
	if err != nil {
		t.Fatal(err)
	}
	mac := func(message string) []byte { return hmacOf(public, message) }
	id, _ := token.Extra("id_token").(string)
	for name, forged := range map[string]string{
		"none":                    forge(`{"alg":"none","typ":"at+jwt","kid":"`+kid+`"}`, string(claims), func(string) []byte { return nil }),
		"HS256 with a public key": forge(`{"alg":"HS256","typ":"at+jwt","kid":"`+kid+`"}`, string(claims), mac),
		"a foreign key":           forge(`{"alg":"EdDSA","typ":"at+jwt","kid":"`+kid+`"}`, string(claims), func(string) []byte { return make([]byte, 64) }),
		"an unknown key":          forge(`{"alg":"EdDSA","typ":"at+jwt","kid":"x"}`, string(claims), func(string) []byte { return make([]byte, 64) }),
		"an ID token":             id,
		"two dots":                "..",
	} {
		status, a := h.post(t, "/api/oidc/userinfo", program{}, url.Values{"access_token": {forged}})
		if status != http.StatusUnauthorized || a["error"] != "invalid_token" {
			t.Errorf("%s: %d %v", name, status, a)
		}
		if _, told := h.post(t, "/api/oidc/introspect", p, url.Values{"token": {forged}}); told["active"] != false {
			t.Errorf("%s is introspected as %v", name, told)
		}
	}
	h.recorded(t, "oidc userinfo", "refused", "not signed as this provider signs")
	for _, hint := range []string{
		forge(`{"alg":"none","typ":"JWT"}`, string(claims), func(string) []byte { return nil }), forge(`{"alg":"HS256","typ":"JWT","kid":"`+kid+`"}`, string(claims), mac),
	} {
		status, _ := h.browse(t, h.URL+"/api/oidc/end-session?id_token_hint="+hint, "viewer-ours")
		if status != http.StatusBadRequest {
			t.Errorf("a forged hint at sign-out: %d", status)
		}
	}
	h.recorded(t, "oidc end-session", "refused", "id_token_hint")
}

func TestStepUpIsAskedForAndNotBelieved(t *testing.T) {
	h := newHouse(t)
	p := h.register(t, `"own":true`)
	cfg := p.config()
	set := oauth2.SetAuthURLParam
	challenge := oauth2.S256ChallengeOption(oauth2.GenerateVerifier())
	need := func(who string, options ...oauth2.AuthCodeOption) (string, *url.URL) {
		_, to := h.browse(t, cfg.AuthCodeURL("s", append(options, challenge)...), who)
		if to.Path != "/oidc/authorize" {
			return "", to
		}
		var v struct{ Need string }
		h.Get(t, "/api/oidc/requests/"+to.Query().Get("request"), who).Decode(t, &v)
		return v.Need, to
	}
	if n, to := need("viewer-ours"); n != "" || to.Query().Get("code") == "" {
		t.Errorf("the city's own program asks: %s %s", n, to)
	}
	n, to := need("viewer-ours", set("acr_values", "aal2"))
	if n != "factor" {
		t.Errorf("acr_values=aal2: %s", n)
	}
	if r := h.Send(t, "POST", "/api/oidc/requests/"+to.Query().Get("request")+"/decision", "viewer-ours", `{"allow":true}`); r.Status != http.StatusForbidden {
		t.Errorf("a decision without the factor: %d", r.Status)
	}
	n, to = need("viewer-ours", set("prompt", "login"))
	if n != "proof" {
		t.Errorf("prompt=login: %s", n)
	}
	if r := h.Send(t, "POST", "/api/system/session/proof", "viewer-ours", `{"method":"password","code":"correct horse battery staple"}`); r.Status != http.StatusOK {
		t.Fatalf("prove: %d %s", r.Status, r.Body)
	}
	if at := h.decide(t, to, "viewer-ours", true); at.Query().Get("code") == "" {
		t.Errorf("after the proof: %s", at)
	}
	if n, _ = need("viewer-ours", set("max_age", "3600")); n != "" {
		t.Errorf("max_age of an hour: %s", n)
	}
	if n, _ = need("viewer-ours", set("prompt", "consent")); n != "consent" {
		t.Errorf("prompt=consent: %s", n)
	}
	for prompt, want := range map[string]string{"viewer-ours acr": "unmet_authentication_requirements", " ": "login_required"} {
		who, acr, _ := strings.Cut(prompt, " ")
		options := []oauth2.AuthCodeOption{set("prompt", "none"), challenge}
		if acr != "" {
			options = append(options, set("acr_values", "aal2"))
		}
		if _, to := h.browse(t, cfg.AuthCodeURL("s", options...), who); to.Query().Get("error") != want {
			t.Errorf("prompt=none of %q: %s", prompt, to)
		}
	}
	// A request is decided once, and by who is asked.
	_, to = h.browse(t, cfg.AuthCodeURL("s", challenge, set("prompt", "consent")), "viewer-ours")
	if at := h.decide(t, to, "viewer-ours", false); at.Query().Get("error") != "access_denied" || at.Query().Get("iss") != h.URL {
		t.Errorf("refused: %s", at)
	}
	if r := h.Get(t, "/api/oidc/requests/"+to.Query().Get("request"), "viewer-ours"); r.Status != http.StatusNotFound {
		t.Errorf("a decided request: %d", r.Status)
	}
	h.recorded(t, "oidc sign-in", "refused", "the person said no")
}

func TestSecretsCountInNoAddressAndNoOtherSite(t *testing.T) {
	h := newHouse(t)
	p := h.register(t, "")
	resp, err := http.Post(h.URL+"/api/oidc/token?grant_type=client_credentials&client_id="+p.ID+"&client_secret="+p.Secret, "application/x-www-form-urlencoded", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a secret in the address: %d", resp.StatusCode)
	}
	cfg := p.config()
	_, to := h.browse(t, cfg.AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())), "viewer-ours")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+"/api/oidc/requests/"+to.Query().Get("request")+"/decision", strings.NewReader(`{"allow":true}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", h.Cookie(t, "viewer-ours"))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("a decision without the header against forgery: %d", answer.StatusCode)
	}
	if answer.Header.Get("X-Frame-Options") != "DENY" || !strings.Contains(answer.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Errorf("the page can be framed: %v", answer.Header)
	}
}
