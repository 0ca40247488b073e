package oidc

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/oklog/ulid/v2"
	"github.com/zitadel/oidc/v3/pkg/op"

	spec "github.com/zitadel/oidc/v3/pkg/oidc"

	"linghang/kernel/audit"
	"linghang/kernel/fault"
)

// accessType is the type in the header of access tokens (RFC 9068): no ID token
// passes for one.
const accessType = "at+jwt"

// grantError tells a program why it gets nothing; what is no refusal is ours.
func grantError(what string, err error) error {
	for _, known := range []error{errUnknown, errExpired, errRevoked, errReplayed, errNotYours} {
		if errors.Is(err, known) {
			return spec.ErrInvalidGrant().WithDescription("%s: %v", what, known)
		}
	}
	return err
}

// CodeExchange implements op.Server.
func (s server) CodeExchange(ctx context.Context, r *op.ClientRequest[spec.AccessTokenRequest]) (*op.Response, error) {
	c := programOf(r.Client)
	check := func(p permit, k code) error {
		switch {
		case p.ClientID != c.ID:
			return errNotYours
		case k.RedirectURI != r.Data.RedirectURI:
			return spec.ErrInvalidGrant().WithDescription("redirect_uri is not the one that the code was asked for with")
		}
		return checkVerifier(r.Data.CodeVerifier, k.Challenge)
	}
	refresh, err := newSecret()
	if err != nil {
		return nil, err
	}
	p, err := s.permits.exchange(ctx, hashOf(r.Data.Code), hashOf(refresh), check, issued(ctx, c, "code"), replayed(ctx, c, "code"))
	if err != nil {
		return nil, grantError("code", err)
	}
	return s.answer(ctx, p, c, refresh)
}

// issued and replayed are the records of what became of a code or refresh token.
func issued(ctx context.Context, c client, by string) func(permit) audit.Entry {
	return func(p permit) audit.Entry { return entryOf(ctx, c, "oidc token", "permit:"+p.ID, "done", by) }
}

func replayed(ctx context.Context, c client, what string) func(permit) audit.Entry {
	return func(p permit) audit.Entry {
		return entryOf(ctx, c, "oidc permit revoked", "permit:"+p.ID, "done", "the "+what+" came twice")
	}
}

var verifierForm = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// checkVerifier proves that whoever brings the code is who asked for it (RFC 7636).
func checkVerifier(verifier, challenge string) error {
	if verifier == "" {
		return spec.ErrInvalidGrant().WithDescription("code_verifier is missing: PKCE is required")
	}
	sum := sha256.Sum256([]byte(verifier))
	got := base64.RawURLEncoding.EncodeToString(sum[:])
	if !verifierForm.MatchString(verifier) || subtle.ConstantTimeCompare([]byte(got), []byte(challenge)) != 1 {
		return spec.ErrInvalidGrant().WithDescription("code_verifier does not fit the code_challenge")
	}
	return nil
}

// RefreshToken implements op.Server.
func (s server) RefreshToken(ctx context.Context, r *op.ClientRequest[spec.RefreshTokenRequest]) (*op.Response, error) {
	c, hash := programOf(r.Client), hashOf(r.Data.RefreshToken)
	p, good, err := s.permits.ofRefresh(ctx, hash)
	if err != nil {
		return nil, grantError("refresh_token", err)
	}
	// Who has left, or was shut out, is let in nowhere any more. A token that came
	// twice goes on, so that its permit ends.
	if _, err := s.directory.Acting(ctx, p.PersonID, p.OrganisationID); fault.As(err) != nil && good.UnixMilli() > 0 {
		now, err := s.kit.DB.Clock(ctx)
		if err != nil {
			return nil, err
		}
		e := entryOf(ctx, c, "oidc permit revoked", "permit:"+p.ID, "done", "the person can no longer act for the organisation")
		if err := s.permits.revokePermit(ctx, p, "the person is gone", e, now); err != nil {
			return nil, err
		}
		return nil, grantError("refresh_token", errRevoked)
	} else if err != nil && fault.As(err) == nil {
		return nil, err
	}
	check := func(p permit) error {
		if p.ClientID != c.ID {
			return errNotYours
		}
		if slices.ContainsFunc(r.Data.Scopes, func(scope string) bool { return !p.has(scope) }) {
			return spec.ErrInvalidScope().WithDescription("a refresh brings no scope that the person did not agree to")
		}
		return nil
	}
	next, err := newSecret()
	if err != nil {
		return nil, err
	}
	p, err = s.permits.renew(ctx, hash, hashOf(next), check, issued(ctx, c, "refresh token"), replayed(ctx, c, "refresh token"))
	if err != nil {
		return nil, grantError("refresh_token", err)
	}
	p.Nonce = "" // an ID token of a refresh has none (OpenID Connect Core, 12.2)
	narrowed := p
	if len(r.Data.Scopes) > 0 {
		narrowed.Scopes = r.Data.Scopes
	}
	answer, err := s.tokens(ctx, narrowed, c)
	if err != nil {
		return nil, err
	}
	answer.RefreshToken = next
	return op.NewResponse(answer), nil
}

// ClientCredentialsExchange implements op.Server.
func (s server) ClientCredentialsExchange(ctx context.Context, r *op.ClientRequest[spec.ClientCredentialsRequest]) (*op.Response, error) {
	c := programOf(r.Client)
	if len(r.Data.Scope) > 0 {
		return nil, spec.ErrInvalidScope().WithDescription("scopes speak of persons; a program in its own name asks for none")
	}
	now, err := s.kit.DB.Clock(ctx)
	if err != nil {
		return nil, err
	}
	p := permit{ID: ulid.Make().String(), ClientID: c.ID, OrganisationID: c.OrganisationID, AuthAt: now, CreatedAt: now}
	if err := s.permits.own(ctx, p, issued(ctx, c, "client credentials")(p)); err != nil {
		return nil, err
	}
	return s.answer(ctx, p, c, "")
}

// answer hands out the tokens of a permit.
func (s server) answer(ctx context.Context, p permit, c client, refresh string) (*op.Response, error) {
	answer, err := s.tokens(ctx, p, c)
	if err != nil {
		return nil, err
	}
	if p.has(scopeOffline) {
		answer.RefreshToken = refresh
	}
	return op.NewResponse(answer), nil
}

func (s server) tokens(ctx context.Context, p permit, c client) (*spec.AccessTokenResponse, error) {
	now, err := s.kit.DB.Clock(ctx)
	if err != nil {
		return nil, err
	}
	secret, err := newSecret()
	if err != nil {
		return nil, err
	}
	claims, err := accessClaims(s.issuer(), p, c, p.ID+"."+secret[:22], now)
	if err != nil {
		return nil, err
	}
	answer := &spec.AccessTokenResponse{TokenType: spec.BearerToken, ExpiresIn: uint64(tokenLife.Seconds()), Scope: p.Scopes}
	if answer.AccessToken, err = s.keys.sign(ctx, algEdDSA, accessType, claims); err != nil {
		return nil, err
	}
	if !p.has(scopeOpenID) {
		return answer, nil
	}
	info, err := s.info(ctx, p)
	if err != nil {
		return nil, err
	}
	if claims, err = idClaims(s.issuer(), p, c, info, answer.AccessToken, now); err != nil {
		return nil, err
	}
	answer.IDToken, err = s.keys.sign(ctx, c.Algorithm, "JWT", claims)
	return answer, err
}

// info is what a permit lets its program know of the person, as of now.
func (m *Room) info(ctx context.Context, p permit) (*spec.UserInfo, error) {
	id, err := m.directory.Acting(ctx, p.PersonID, p.OrganisationID)
	if fault.As(err) != nil {
		return nil, grantError("the person", errRevoked)
	}
	if err != nil {
		return nil, err
	}
	person, err := m.directory.Person(ctx, p.PersonID)
	if err != nil {
		return nil, err
	}
	return infoOf(p, person, id), nil
}

// bearer is an access token that is good now.
type bearer struct {
	claims spec.AccessTokenClaims
	permit permit
}

// access returns what an access token stands for.
func (m *Room) access(ctx context.Context, token string) (bearer, error) {
	var b bearer
	data, err := m.keys.verify(ctx, token, accessType, true, jose.EdDSA)
	if err != nil {
		return b, err
	}
	if err := b.claims.UnmarshalJSON(data); err != nil {
		return b, errType
	}
	now, err := m.kit.DB.Clock(ctx)
	if err != nil {
		return b, err
	}
	if b.claims.Issuer != m.issuer() {
		return b, errForeign
	}
	if !now.Before(b.claims.GetExpiration()) {
		return b, errExpired
	}
	id, _, _ := strings.Cut(b.claims.JWTID, ".")
	b.permit, err = m.permits.alive(ctx, id, b.claims.JWTID)
	return b, err
}

// refusedToken reports whether an error says that a token is no good, and not
// that it could not be looked at.
func refusedToken(err error) bool {
	return slices.ContainsFunc([]error{errUnknown, errExpired, errRevoked, errForeign, errAlgorithm, errType}, func(e error) bool { return errors.Is(err, e) })
}

// invalidToken is the refusal of RFC 6750.
func invalidToken(err error) error {
	if !refusedToken(err) {
		return err
	}
	e := spec.ErrAccessDenied().WithDescription("%v", err)
	e.ErrorType = "invalid_token"
	return op.NewStatusError(e, http.StatusUnauthorized)
}

// UserInfo implements op.Server.
func (s server) UserInfo(ctx context.Context, r *op.Request[spec.UserInfoRequest]) (*op.Response, error) {
	b, err := s.access(ctx, r.Data.AccessToken)
	if err != nil {
		return nil, invalidToken(err)
	}
	if b.permit.PersonID == "" || !b.permit.has(scopeOpenID) {
		e := spec.ErrAccessDenied().WithDescription("the token lets nobody know anything of a person")
		e.ErrorType = "insufficient_scope"
		return nil, op.NewStatusError(e, http.StatusForbidden)
	}
	p := b.permit
	p.Scopes = b.claims.Scopes
	info, err := s.info(ctx, p)
	if err != nil {
		return nil, invalidToken(errRevoked)
	}
	return op.NewResponse(info), nil
}

// Introspect implements op.Server. A token is told about to the program that has
// it and to those that it is for; to everybody else it is no token.
func (s server) Introspect(ctx context.Context, r *op.Request[op.IntrospectionRequest]) (*op.Response, error) {
	who, err := s.VerifyClient(ctx, &op.Request[op.ClientCredentials]{Data: r.Data.ClientCredentials})
	if err != nil {
		return nil, err
	}
	c, none := programOf(who), &spec.IntrospectionResponse{}
	b, err := s.access(ctx, r.Data.Token)
	if err != nil && !refusedToken(err) {
		return nil, err
	}
	if err == nil {
		return op.NewResponse(s.told(b, c)), nil
	}
	p, good, err := s.permits.ofRefresh(ctx, hashOf(r.Data.Token))
	if errors.Is(err, errUnknown) {
		return op.NewResponse(none), nil
	}
	if err != nil {
		return nil, err
	}
	now, err := s.kit.DB.Clock(ctx)
	if err != nil {
		return nil, err
	}
	if p.ClientID != c.ID || now.After(good) {
		return op.NewResponse(none), nil
	}
	return op.NewResponse(&spec.IntrospectionResponse{
		Active: true, Scope: p.Scopes, ClientID: p.ClientID, Subject: p.subject(), Issuer: s.issuer(), Expiration: spec.FromTime(good),
		Claims: map[string]any{"organisation_id": p.OrganisationID},
	}), nil
}

func (s server) told(b bearer, c client) *spec.IntrospectionResponse {
	mine := b.permit.ClientID == c.ID || slices.Contains(b.claims.Audience, c.ID) ||
		slices.ContainsFunc(c.Audiences, func(a string) bool { return slices.Contains(b.claims.Audience, a) })
	if !mine {
		return &spec.IntrospectionResponse{}
	}
	return &spec.IntrospectionResponse{
		Active: true, Scope: b.claims.Scopes, ClientID: b.permit.ClientID, TokenType: spec.BearerToken, Expiration: b.claims.Expiration, IssuedAt: b.claims.IssuedAt,
		AuthTime: b.claims.AuthTime, NotBefore: b.claims.NotBefore, Subject: b.claims.Subject, Audience: b.claims.Audience, Issuer: b.claims.Issuer,
		JWTID: b.claims.JWTID, AuthenticationMethodsReferences: b.claims.AuthenticationMethodsReferences,
		Claims: map[string]any{"organisation_id": b.permit.OrganisationID, "acr": b.permit.ACR},
	}
}

// Revocation implements op.Server. A refresh token takes everything with it that
// came of the same permit; what is no token of the program is passed over (RFC 7009).
func (s server) Revocation(ctx context.Context, r *op.ClientRequest[spec.RevocationRequest]) (*op.Response, error) {
	c, done := programOf(r.Client), op.NewResponse(struct{}{})
	now, err := s.kit.DB.Clock(ctx)
	if err != nil {
		return nil, err
	}
	p, _, err := s.permits.ofRefresh(ctx, hashOf(r.Data.Token))
	if err != nil && !errors.Is(err, errUnknown) {
		return nil, err
	}
	if err == nil {
		if p.ClientID != c.ID {
			return done, nil
		}
		e := entryOf(ctx, c, "oidc permit revoked", "permit:"+p.ID, "done", "the program gave its refresh token back")
		return done, s.permits.revokePermit(ctx, p, "the program gave it back", e, now)
	}
	b, err := s.access(ctx, r.Data.Token)
	switch {
	case refusedToken(err):
		return done, nil
	case err != nil:
		return nil, err
	case b.permit.ClientID != c.ID:
		return done, nil
	}
	e := entryOf(ctx, c, "oidc token revoked", "permit:"+b.permit.ID, "done", "the program gave its access token back")
	return done, s.permits.revokeToken(ctx, b.claims.JWTID, b.claims.GetExpiration().Add(time.Minute), e)
}
