package oidc

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/oklog/ulid/v2"
	"github.com/zitadel/oidc/v3/pkg/op"

	spec "github.com/zitadel/oidc/v3/pkg/oidc"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
)

// server answers what the protocol library has taken apart.
type server struct {
	op.UnimplementedServer
	*Room
}

// metadata is the discovery document, with what RFC 9207 adds.
type metadata struct {
	*spec.DiscoveryConfiguration
	IssInAnswers bool `json:"authorization_response_iss_parameter_supported"`
}

// Discovery implements op.Server.
func (s server) Discovery(context.Context, *op.Request[struct{}]) (*op.Response, error) {
	issuer, at := s.issuer(), s.door.endpoints
	secret := []spec.AuthMethod{spec.AuthMethodBasic, spec.AuthMethodPost}
	return op.NewResponse(metadata{&spec.DiscoveryConfiguration{
		Issuer: issuer, AuthorizationEndpoint: at.Authorization.Absolute(issuer), TokenEndpoint: at.Token.Absolute(issuer),
		IntrospectionEndpoint: at.Introspection.Absolute(issuer), UserinfoEndpoint: at.Userinfo.Absolute(issuer), RevocationEndpoint: at.Revocation.Absolute(issuer),
		EndSessionEndpoint: at.EndSession.Absolute(issuer), DeviceAuthorizationEndpoint: at.DeviceAuthorization.Absolute(issuer), JwksURI: at.JwksURI.Absolute(issuer),
		ScopesSupported: scopes(), ResponseTypesSupported: []string{string(spec.ResponseTypeCode)}, ResponseModesSupported: []string{string(spec.ResponseModeQuery)},
		GrantTypesSupported: []spec.GrantType{grantCode, grantRefresh, grantClient, grantDevice}, ACRValuesSupported: []string{acrOne, acrTwo},
		SubjectTypesSupported: []string{"public"}, IDTokenSigningAlgValuesSupported: []string{algEdDSA, algRS256},
		TokenEndpointAuthMethodsSupported: append(secret, spec.AuthMethodNone), RevocationEndpointAuthMethodsSupported: append(secret, spec.AuthMethodNone),
		IntrospectionEndpointAuthMethodsSupported: secret, ClaimTypesSupported: []string{"normal"},
		ClaimsSupported: []string{
			"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "sid", "at_hash",
			"name", "preferred_username", "locale", "email", "organisation", "roles",
		},
		CodeChallengeMethodsSupported: []spec.CodeChallengeMethod{spec.CodeChallengeMethodS256},
	}, true}), nil
}

// Keys implements op.Server.
func (s server) Keys(ctx context.Context, _ *op.Request[struct{}]) (*op.Response, error) {
	for _, algorithm := range []string{algEdDSA, algRS256} { // a client may ask before the first token
		if _, err := s.keys.signer(ctx, algorithm); err != nil {
			return nil, err
		}
	}
	set, err := s.keys.set(ctx, true)
	if err != nil {
		return nil, err
	}
	return op.NewResponse(set), nil
}

// program returns one that is switched on.
func (m *Room) program(ctx context.Context, id string) (client, error) {
	c, err := m.clients.get(ctx, id)
	if err == nil && !c.Enabled {
		err = noSuch("program")
	}
	return c, err
}

// VerifyAuthRequest implements op.Server.
func (s server) VerifyAuthRequest(ctx context.Context, r *op.Request[spec.AuthRequest]) (*op.ClientRequest[spec.AuthRequest], error) {
	c, err := s.program(ctx, r.Data.ClientID)
	if fault.Is(err, fault.NotFound) {
		return nil, spec.ErrInvalidRequestRedirectURI().WithDescription("there is no program with this client_id")
	}
	if err != nil {
		return nil, err
	}
	if !slices.Contains(c.RedirectURIs, r.Data.RedirectURI) {
		return nil, spec.ErrInvalidRequestRedirectURI().WithDescription("this redirect_uri is not registered for the program, character by character")
	}
	return &op.ClientRequest[spec.AuthRequest]{Request: r, Client: registered{c}}, nil
}

// programOf returns the program that the library was given.
func programOf(c op.Client) client {
	r, _ := c.(registered)
	return r.client
}

// Authorize implements op.Server: who is signed in and has agreed goes back with
// a code, everybody else to the page that asks.
func (s server) Authorize(ctx context.Context, r *op.ClientRequest[spec.AuthRequest]) (*op.Redirect, error) {
	c := programOf(r.Client)
	now, err := s.kit.DB.Clock(ctx)
	if err != nil {
		return nil, err
	}
	a, err := readAsked(r.Data, c, r.Form.Has("request_uri"), now.UTC())
	if err != nil {
		return nil, err
	}
	if hint := r.Data.IDTokenHint; hint != "" {
		claims, err := s.hint(ctx, hint)
		if err != nil {
			return nil, spec.ErrInvalidRequest().WithDescription("id_token_hint: %v", err)
		}
		a.Subject = claims.Subject
	}
	id := identity.From(ctx)
	agreed, err := s.consents.of(ctx, id.PersonID, c.ID)
	if err != nil {
		return nil, err
	}
	n := a.needs(id, c, agreed)
	if n == needNothing {
		to, err := s.allow(ctx, a, c, "", false)
		return op.NewRedirect(to), err
	}
	if slices.Contains(a.Prompt, spec.PromptNone) {
		return nil, n.unmet()
	}
	secret, err := newSecret()
	if err != nil {
		return nil, err
	}
	return op.NewRedirect("/oidc/authorize?request=" + secret), s.requests.insert(ctx, hashOf(secret), a)
}

// allow lets a program in for whoever asks, and returns where the browser goes
// with the code.
func (m *Room) allow(ctx context.Context, a asked, c client, request string, remember bool) (string, error) {
	id := identity.From(ctx)
	now, err := m.kit.DB.Clock(ctx)
	if err != nil {
		return "", err
	}
	secret, err := newSecret()
	if err != nil {
		return "", err
	}
	p := permitFor(id, c, a.Scopes, now)
	p.Nonce = a.Nonce
	k := code{hash: hashOf(secret), RedirectURI: a.RedirectURI, Challenge: a.Challenge, ExpiresAt: now.Add(codeLife)}
	e := entry(ctx, "oidc sign-in", "client:"+c.ID, "done", c.Name.ZH+"; "+p.ACR)
	if err := m.permits.allow(ctx, p, k, request, remember, e); err != nil {
		return "", err
	}
	return a.answer(m.issuer(), url.Values{"code": {secret}}), nil
}

func permitFor(id identity.Identity, c client, scopes []string, now time.Time) permit {
	return permit{
		ID: ulid.Make().String(), ClientID: c.ID, PersonID: id.PersonID, OrganisationID: id.Organisation.ID, SessionID: id.SessionID, Scopes: scopes,
		ACR: acrOf(id), AMR: id.AMR, AuthAt: id.ProvenAt, CreatedAt: now,
	}
}

// hint returns what an ID token of this provider said, which may be over by now.
func (m *Room) hint(ctx context.Context, token string) (*spec.IDTokenClaims, error) {
	data, err := m.keys.verify(ctx, token, "JWT", false, jose.EdDSA, jose.RS256)
	if err != nil {
		return nil, err
	}
	claims := &spec.IDTokenClaims{}
	if err := claims.UnmarshalJSON(data); err != nil {
		return nil, errType
	}
	if claims.Issuer != m.issuer() {
		return nil, errors.New("the token is of another issuer")
	}
	return claims, nil
}

// VerifyClient implements op.Server.
func (s server) VerifyClient(ctx context.Context, r *op.Request[op.ClientCredentials]) (op.Client, error) {
	denied := func(why string) error {
		return op.NewStatusError(spec.ErrInvalidClient().WithDescription("%s", why), http.StatusUnauthorized)
	}
	if r.Data.ClientAssertion != "" {
		return nil, denied("client assertions are not supported; authenticate with the secret")
	}
	c, err := s.program(ctx, r.Data.ClientID)
	if fault.Is(err, fault.NotFound) {
		return nil, denied("the program or its secret is wrong")
	}
	if err != nil {
		return nil, err
	}
	if c.Confidential && !c.holds(r.Data.ClientSecret) {
		return nil, denied("the program or its secret is wrong")
	}
	if !c.Confidential && r.Data.ClientSecret != "" {
		return nil, denied("this program has no secret")
	}
	if err := s.door.admitProgram(c); err != nil {
		return nil, err
	}
	return registered{c}, nil
}

// EndSession implements op.Server. Who is signed out is only asked when the
// program does not show that it means this session.
func (s server) EndSession(ctx context.Context, r *op.Request[spec.EndSessionRequest]) (*op.Redirect, error) {
	back, hint, err := s.leaving(ctx, r.Data)
	if err != nil {
		return nil, err
	}
	id := identity.From(ctx)
	if id.SessionID != "" && (hint == nil || hint.SessionID != id.SessionID) {
		q := url.Values{}
		for k, v := range map[string]string{"client_id": r.Data.ClientID, "post_logout_redirect_uri": r.Data.PostLogoutRedirectURI, "state": r.Data.State} {
			if v != "" {
				q.Set(k, v)
			}
		}
		return op.NewRedirect("/oidc/sign-out?" + q.Encode()), nil
	}
	to := op.NewRedirect(back)
	if id.SessionID == "" {
		return to, nil
	}
	if err := s.endSession(ctx, id); err != nil {
		return nil, err
	}
	to.Header.Add("Set-Cookie", httpd.SessionCookie("", false).String())
	return to, s.record(ctx, entry(ctx, "oidc sign-out", "session:"+id.SessionID, "done", "asked for by client:"+r.Data.ClientID))
}

func (m *Room) endSession(ctx context.Context, id identity.Identity) error {
	now, err := m.kit.DB.Clock(ctx)
	if err != nil {
		return err
	}
	if err := m.permits.endSession(ctx, id.SessionID, now); err != nil {
		return err
	}
	return m.directory.EndSession(ctx, id.SessionID)
}

// leaving returns where a browser may go after signing out: an address that the
// program has registered for it, or the sign-in page.
func (m *Room) leaving(ctx context.Context, r *spec.EndSessionRequest) (back string, hint *spec.IDTokenClaims, err error) {
	if r.IdTokenHint != "" {
		if hint, err = m.hint(ctx, r.IdTokenHint); err != nil {
			return "", nil, spec.ErrInvalidRequest().WithDescription("id_token_hint: %v", err)
		}
		if r.ClientID != "" && r.ClientID != hint.AuthorizedParty {
			return "", nil, spec.ErrInvalidRequest().WithDescription("client_id and id_token_hint name different programs")
		}
		r.ClientID = hint.AuthorizedParty
	}
	if r.PostLogoutRedirectURI == "" {
		return "/sign-in", hint, nil
	}
	c, err := m.program(ctx, r.ClientID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", nil, err
	}
	if err != nil || !slices.Contains(c.LogoutURIs, r.PostLogoutRedirectURI) {
		return "", nil, spec.ErrInvalidRequest().WithDescription("this post_logout_redirect_uri is not registered for the program, character by character")
	}
	u, err := url.Parse(r.PostLogoutRedirectURI)
	if err != nil {
		return "", nil, spec.ErrInvalidRequest().WithDescription("post_logout_redirect_uri cannot be read")
	}
	if r.State != "" {
		q := u.Query()
		q.Set("state", r.State)
		u.RawQuery = q.Encode()
	}
	return u.String(), hint, nil
}
