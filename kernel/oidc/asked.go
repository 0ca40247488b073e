package oidc

import (
	"encoding/base64"
	"net/url"
	"slices"
	"time"

	spec "github.com/zitadel/oidc/v3/pkg/oidc"

	"linghang/kernel/identity"
)

const (
	askedLife = 15 * time.Minute
	oldest    = 10 * 365 * 24 * 3600 // seconds; no session lives as long
)

// asked is what a program asks for by way of a person's browser.
type asked struct {
	ClientID    string    `json:"client_id"`
	RedirectURI string    `json:"redirect_uri"`
	Scopes      []string  `json:"scopes"`
	State       string    `json:"state"`
	Nonce       string    `json:"nonce"`
	Challenge   string    `json:"challenge"`
	Prompt      []string  `json:"prompt"`
	MaxAge      *uint     `json:"max_age"`
	ACR         string    `json:"acr"` // the least that will do; empty for whatever there is
	Hint        string    `json:"hint"`
	Subject     string    `json:"subject"` // whom the program thinks to be signed in
	At          time.Time `json:"at"`
}

// need is what stands between a request and its code.
type need string

// The needs, in the order in which they are met.
const (
	needSignIn  need = "sign_in"
	needAccount need = "account" // somebody else is signed in than the program means
	needProof   need = "proof"   // the last proof is too long ago
	needFactor  need = "factor"  // the program asks for two factors, the person has one
	needConsent need = "consent"
	needNothing need = ""
)

// readAsked takes a request apart whose redirect address is good, and refuses what
// this provider does not do.
func readAsked(r *spec.AuthRequest, c client, requestURI bool, now time.Time) (asked, error) {
	a := asked{
		ClientID: c.ID, RedirectURI: r.RedirectURI, State: r.State, Nonce: r.Nonce, Challenge: r.CodeChallenge, Prompt: r.Prompt, MaxAge: r.MaxAge,
		Scopes: c.allows(r.Scopes), Hint: r.LoginHint, At: now,
	}
	switch {
	case r.RequestParam != "":
		return a, spec.ErrRequestNotSupported().WithDescription("request objects are not supported; send the parameters")
	case requestURI:
		e := spec.ErrRequestNotSupported()
		e.ErrorType = "request_uri_not_supported"
		return a, e.WithDescription("request_uri is not supported; send the parameters")
	case r.ResponseMode != "" && r.ResponseMode != spec.ResponseModeQuery:
		return a, spec.ErrInvalidRequest().WithDescription("response_mode is query")
	case r.CodeChallenge == "":
		return a, spec.ErrInvalidRequest().WithDescription("PKCE is required: send code_challenge and code_challenge_method=S256")
	case r.CodeChallengeMethod != spec.CodeChallengeMethodS256:
		return a, spec.ErrInvalidRequest().WithDescription("code_challenge_method must be S256; plain protects nothing")
	case len(r.State) > 4000 || len(r.Nonce) > 500 || len(r.LoginHint) > 200:
		return a, spec.ErrInvalidRequest().WithDescription("state has at most 4000 characters, nonce 500, login_hint 200")
	case !slices.Contains(c.Grants, grantCode):
		return a, spec.ErrUnauthorizedClient().WithDescription("this program does not sign people in")
	case len(a.Scopes) == 0:
		return a, spec.ErrInvalidScope().WithDescription("the program may have none of these scopes")
	}
	if raw, err := base64.RawURLEncoding.DecodeString(r.CodeChallenge); err != nil || len(raw) != 32 {
		return a, spec.ErrInvalidRequest().WithDescription("code_challenge is the SHA-256 of the verifier as base64url, 43 characters")
	}
	a.ACR = least(r.ACRValues)
	return a, nil
}

// least is the weakest context of those asked for that are known here.
func least(values []string) string {
	switch {
	case slices.Contains(values, acrOne):
		return acrOne
	case slices.Contains(values, acrTwo):
		return acrTwo
	}
	return ""
}

// needs says what stands between the request and its code, for whoever asks.
func (a asked) needs(id identity.Identity, c client, consented []string) need {
	if id.SessionID == "" {
		return needSignIn
	}
	if a.Subject != "" && a.Subject != id.PersonID {
		return needAccount
	}
	if a.MaxAge != nil && id.ProvenAt.Before(a.At.Add(-time.Duration(min(*a.MaxAge, oldest))*time.Second)) {
		return needProof
	}
	if a.ACR == acrTwo && acrOf(id) != acrTwo {
		return needFactor
	}
	if slices.Contains(a.Prompt, spec.PromptConsent) || slices.Contains(a.Prompt, spec.PromptSelectAccount) {
		return needConsent
	}
	agreed := func(s string) bool { return slices.Contains(consented, s) }
	if c.Own || !slices.ContainsFunc(a.Scopes, func(s string) bool { return !agreed(s) }) {
		return needNothing
	}
	return needConsent
}

// unmet is what the program is told when nobody may be asked.
func (n need) unmet() *spec.Error {
	switch n {
	case needSignIn, needAccount, needProof:
		return spec.ErrLoginRequired().WithDescription("the person must sign in")
	case needFactor:
		e := spec.ErrInteractionRequired().WithDescription("the person has shown one factor, the program asks for two")
		e.ErrorType = "unmet_authentication_requirements"
		return e
	case needConsent:
		e := spec.ErrInteractionRequired().WithDescription("the person must agree")
		e.ErrorType = "consent_required"
		return e
	case needNothing:
	}
	return spec.ErrServerError()
}

// answer is where the browser goes with the outcome, which names this provider
// (RFC 9207).
func (a asked) answer(issuer string, values url.Values) string {
	u, err := url.Parse(a.RedirectURI)
	if err != nil {
		return a.RedirectURI // it was parsed when it was registered
	}
	q := u.Query()
	for k := range values {
		q.Set(k, values.Get(k))
	}
	if a.State != "" {
		q.Set("state", a.State)
	}
	q.Set("iss", issuer)
	u.RawQuery = q.Encode()
	return u.String()
}

func (a asked) refused(issuer string, e *spec.Error) string {
	return a.answer(issuer, url.Values{"error": {string(e.ErrorType)}, "error_description": {e.Description}})
}
