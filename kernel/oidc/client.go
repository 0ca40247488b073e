package oidc

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"

	spec "github.com/zitadel/oidc/v3/pkg/oidc"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
)

// The scopes that programs can ask for.
const (
	scopeOpenID       = "openid"
	scopeProfile      = "profile"
	scopeEmail        = "email"
	scopeOrganisation = "organisation"
	scopeOffline      = "offline_access"
)

func scopes() []string {
	return []string{scopeOpenID, scopeProfile, scopeEmail, scopeOrganisation, scopeOffline}
}

// The grants, by the names that the API and the web know them under.
const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantClient  = "client_credentials"
	grantDevice  = "urn:ietf:params:oauth:grant-type:device_code"
)

// Algorithms that sign tokens.
const (
	algEdDSA = "EdDSA"
	algRS256 = "RS256"
)

// client is a program that is registered here.
type client struct {
	ID             string
	Name           lang.Text
	OrganisationID string
	Confidential   bool
	RedirectURIs   []string
	LogoutURIs     []string
	Grants         []string
	Scopes         []string
	Audiences      []string
	Algorithm      string // of its ID tokens
	Own            bool   // the city's own program: people are not asked
	Enabled        bool
	CreatedAt      time.Time
	SecretAt       time.Time
	Version        int64

	secretHash string
}

// ClientInput is what registering or editing a program asks for.
type ClientInput struct {
	Name           lang.Text `json:"name"`
	OrganisationID string    `json:"organisation_id,omitempty" maxLength:"26" doc:"Whose program it is; empty: one's own. Kept when editing"`
	Confidential   bool      `json:"confidential" doc:"It can keep a secret: it runs on a server. Kept when editing"`
	RedirectURIs   []string  `json:"redirect_uris" nullable:"false" maxItems:"20" doc:"Where people are sent back to; compared character by character"`
	LogoutURIs     []string  `json:"logout_uris" nullable:"false" maxItems:"20" doc:"Where people may be sent after signing out"`
	Grants         []string  `json:"grants" nullable:"false" minItems:"1" maxItems:"4" enum:"authorization_code,refresh_token,client_credentials,urn:ietf:params:oauth:grant-type:device_code"`
	Scopes         []string  `json:"scopes" nullable:"false" maxItems:"5" enum:"openid,profile,email,organisation,offline_access"`
	Audiences      []string  `json:"audiences" nullable:"false" maxItems:"10" doc:"For whom its access tokens are; empty: for itself"`
	Algorithm      string    `json:"algorithm" enum:"EdDSA,RS256" doc:"Of its ID tokens"`
	Own            bool      `json:"own" doc:"A program of the city's own: people are not asked to agree"`
	Enabled        bool      `json:"enabled"`
}

// check returns what is wrong with a registration, field by field.
func (in ClientInput) check(confidential bool) error {
	f := fault.New(fault.Invalid, "oidc.client.invalid", "the program cannot be registered so")
	if strings.TrimSpace(in.Name.ZH+in.Name.EN) == "" {
		_ = f.At("body.name", "give a name that people recognise")
	}
	checkAddresses(f, "redirect_uris", in.RedirectURIs)
	checkAddresses(f, "logout_uris", in.LogoutURIs)
	for i, a := range in.Audiences {
		if strings.TrimSpace(a) == "" || strings.ContainsAny(a, " \n\r\t") || len(a) > 200 {
			_ = f.At(fmt.Sprintf("body.audiences[%d]", i), "a name or address without spaces, of at most 200 characters")
		}
	}
	in.checkGrants(f, confidential)
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// checkGrants notes grants and scopes that do not go together.
func (in ClientInput) checkGrants(f *fault.Error, confidential bool) {
	code := slices.Contains(in.Grants, grantCode)
	if code && len(in.RedirectURIs) == 0 {
		_ = f.At("body.redirect_uris", "name where people are sent back to")
	}
	if slices.Contains(in.Grants, grantClient) && !confidential {
		_ = f.At("body.grants", "a program without a secret cannot get tokens in its own name")
	}
	if slices.Contains(in.Grants, grantRefresh) && !code && !slices.Contains(in.Grants, grantDevice) {
		_ = f.At("body.grants", "refresh tokens come with a sign-in: add authorization_code or device_code")
	}
	if slices.Contains(in.Scopes, scopeOffline) != slices.Contains(in.Grants, grantRefresh) {
		_ = f.At("body.scopes", "the scope offline_access and the grant refresh_token belong together")
	}
}

func checkAddresses(f *fault.Error, field string, list []string) {
	for i, u := range list {
		if why := wrongAddress(u); why != "" {
			_ = f.At(fmt.Sprintf("body.%s[%d]", field, i), "%s", why)
		}
	}
}

// wrongAddress says why people cannot be sent to an address: it must be absolute,
// over TLS or on the person's own machine, or of an application's own scheme.
func wrongAddress(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme == "" || len(text) > 500 || strings.ContainsAny(text, " \n\r\t\\"):
		return "an absolute address of at most 500 characters"
	case u.Fragment != "" || strings.Contains(text, "#"):
		return "an address without a #fragment (RFC 6749, 3.1.2)"
	case u.User != nil:
		return "an address without a user name or password"
	case strings.Contains(text, "*"):
		return "one whole address; patterns are not allowed"
	case u.Scheme == "https" && u.Hostname() != "":
		return ""
	case u.Scheme == "http" && isLoopback(u.Hostname()):
		return ""
	case strings.Contains(u.Scheme, ".") && u.Host == "":
		return "" // a private-use scheme of an application (RFC 8252, 7.1)
	}
	return "https://…, http:// on the machine itself, or a private scheme such as cn.example.app:/back"
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// allows returns those of the wanted scopes that the program may have.
func (c client) allows(wanted []string) []string {
	var list []string
	for _, s := range wanted {
		if slices.Contains(c.Scopes, s) && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// audience is for whom the program's access tokens are.
func (c client) audience() []string {
	if len(c.Audiences) == 0 {
		return []string{c.ID}
	}
	return c.Audiences
}

// holds reports whether the secret is the program's.
func (c client) holds(secret string) bool {
	return c.secretHash != "" && subtle.ConstantTimeCompare([]byte(c.secretHash), []byte(hashOf(secret))) == 1
}

// hashOf needs no salt or stretching: secrets, codes and tokens have 256 random bits.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// registered is a program as the protocol library sees it.
type registered struct{ client }

// GetID implements op.Client.
func (c registered) GetID() string { return c.ID }

// RedirectURIs implements op.Client.
func (c registered) RedirectURIs() []string { return c.client.RedirectURIs }

// PostLogoutRedirectURIs implements op.Client.
func (c registered) PostLogoutRedirectURIs() []string { return c.LogoutURIs }

// ApplicationType implements op.Client. The type decides in the library which
// schemes are good; here that was decided when the program was registered, and
// native with developer mode leaves it at that. Ports are compared too: Authorize
// asks for the exact address.
func (c registered) ApplicationType() op.ApplicationType { return op.ApplicationTypeNative }

// DevMode implements op.Client.
func (c registered) DevMode() bool { return true }

// AuthMethod implements op.Client.
func (c registered) AuthMethod() spec.AuthMethod {
	if c.Confidential {
		return spec.AuthMethodBasic
	}
	return spec.AuthMethodNone
}

// ResponseTypes implements op.Client.
func (c registered) ResponseTypes() []spec.ResponseType {
	return []spec.ResponseType{spec.ResponseTypeCode}
}

// GrantTypes implements op.Client.
func (c registered) GrantTypes() []spec.GrantType {
	list := make([]spec.GrantType, len(c.Grants))
	for i, g := range c.Grants {
		list[i] = spec.GrantType(g)
	}
	return list
}

// LoginURL implements op.Client.
func (c registered) LoginURL(asked string) string { return "/authorize?request=" + asked }

// AccessTokenType implements op.Client.
func (c registered) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }

// IDTokenLifetime implements op.Client.
func (c registered) IDTokenLifetime() time.Duration { return tokenLife }

// RestrictAdditionalIdTokenScopes implements op.Client.
func (c registered) RestrictAdditionalIdTokenScopes() func([]string) []string { //nolint:revive // the library names it so
	return c.allows
}

// RestrictAdditionalAccessTokenScopes implements op.Client.
func (c registered) RestrictAdditionalAccessTokenScopes() func([]string) []string { return c.allows }

// IsScopeAllowed implements op.Client.
func (c registered) IsScopeAllowed(scope string) bool { return slices.Contains(c.Scopes, scope) }

// IDTokenUserinfoClaimsAssertion implements op.Client.
func (c registered) IDTokenUserinfoClaimsAssertion() bool { return true }

// ClockSkew implements op.Client.
func (c registered) ClockSkew() time.Duration { return 0 }
