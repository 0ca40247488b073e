package oidc

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	spec "github.com/zitadel/oidc/v3/pkg/oidc"

	"linghang/kernel/identity"
)

// Lives of what comes of a permit.
const (
	codeLife    = time.Minute
	refreshLife = 14 * 24 * time.Hour // from one use to the next
	permitLife  = 90 * 24 * time.Hour // then the person is asked again
)

// Contexts of authentication (acr): one factor, or two.
const (
	acrOne = "aal1"
	acrTwo = "aal2"
)

// permit is a program let in once: by a person, or in its own name.
type permit struct {
	ID             string
	ClientID       string
	PersonID       string // empty: the program itself
	OrganisationID string
	SessionID      string
	Scopes         []string
	Nonce          string
	ACR            string
	AMR            []string
	AuthAt         time.Time
	CreatedAt      time.Time
	RevokedAt      time.Time
	Reason         string
}

// subject is of whom tokens of the permit speak.
func (p permit) subject() string {
	if p.PersonID == "" {
		return p.ClientID
	}
	return p.PersonID
}

func (p permit) has(scope string) bool { return slices.Contains(p.Scopes, scope) }

// code is what the browser carries to the program.
type code struct {
	hash        string
	RedirectURI string
	Challenge   string
	ExpiresAt   time.Time
	UsedAt      time.Time
}

// acrOf says how well somebody has shown who they are.
func acrOf(id identity.Identity) string {
	if slices.Contains(id.AMR, "mfa") {
		return acrTwo
	}
	return acrOne
}

// accessClaims are what an access token says (RFC 9068). Its number begins with
// the permit's, so that it can be found to be revoked.
func accessClaims(issuer string, p permit, c client, jti string, now time.Time) ([]byte, error) {
	claims := &spec.AccessTokenClaims{
		TokenClaims: spec.TokenClaims{
			Issuer: issuer, Subject: p.subject(), Audience: c.audience(), Expiration: spec.FromTime(now.Add(tokenLife)),
			IssuedAt: spec.FromTime(now), NotBefore: spec.FromTime(now), ClientID: c.ID, JWTID: jti,
		},
		Scopes: p.Scopes,
		Claims: map[string]any{"organisation_id": p.OrganisationID},
	}
	if p.PersonID != "" {
		claims.AuthTime = spec.FromTime(p.AuthAt)
		claims.AuthenticationContextClassReference, claims.AuthenticationMethodsReferences = p.ACR, p.AMR
	}
	return encode(claims)
}

// idClaims are what an ID token says of a person to a program.
func idClaims(issuer string, p permit, c client, info *spec.UserInfo, access string, now time.Time) ([]byte, error) {
	hash, err := spec.ClaimHash(access, jose.SignatureAlgorithm(c.Algorithm))
	if err != nil {
		return nil, fmt.Errorf("bind the access token: %w", err)
	}
	claims := &spec.IDTokenClaims{
		TokenClaims: spec.TokenClaims{
			Issuer: issuer, Subject: p.PersonID, Audience: []string{c.ID}, Expiration: spec.FromTime(now.Add(tokenLife)), IssuedAt: spec.FromTime(now),
			AuthTime: spec.FromTime(p.AuthAt), Nonce: p.Nonce, AuthenticationContextClassReference: p.ACR, AuthenticationMethodsReferences: p.AMR, AuthorizedParty: c.ID,
		},
		AccessTokenHash: hash, SessionID: p.SessionID,
	}
	claims.SetUserInfo(info)
	return encode(claims)
}

func encode(claims any) ([]byte, error) {
	data, err := json.Marshal(claims)
	if err != nil {
		return nil, fmt.Errorf("encode claims: %w", err)
	}
	return data, nil
}

// infoOf is what the permit lets the program know of the person.
func infoOf(p permit, person identity.Person, id identity.Identity) *spec.UserInfo {
	info := &spec.UserInfo{Subject: person.ID}
	if p.has(scopeProfile) {
		info.Name, info.PreferredUsername = person.Name, person.Login
		info.AppendClaims("locale", person.Language)
	}
	if p.has(scopeEmail) && person.Email != "" {
		info.Email = person.Email
	}
	if p.has(scopeOrganisation) {
		o := id.Organisation
		info.AppendClaims("organisation", map[string]any{"id": o.ID, "name": o.Name.ZH, "name_en": o.Name.EN, "kind": o.Kind, "uscc": o.USCC})
		info.AppendClaims("roles", id.Roles)
	}
	return info
}
