package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"golang.org/x/oauth2"

	spec "github.com/zitadel/oidc/v3/pkg/oidc"

	"linghang/kernel/egress"
)

const (
	metadataLife  = 10 * time.Minute
	metadataLimit = 1 << 20
)

// algorithms are those with which a provider may sign ID tokens: none of them is
// a MAC, whose key would be a public one or the secret, and none is none.
func algorithms() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
}

// other is a provider as its metadata describes it.
type other struct {
	spec.DiscoveryConfiguration
	IssInAnswers bool `json:"authorization_response_iss_parameter_supported"`

	verifier *rp.IDTokenVerifier
	until    time.Time
}

// others asks providers for their metadata and for tokens, through the guard.
type others struct {
	guard *egress.Guard

	mu    sync.Mutex
	known map[string]*other // by issuer and client; as many as there are providers
}

type nonceKey struct{}

// find returns a provider's metadata, at most some minutes old.
func (o *others) find(ctx context.Context, p provider) (*other, error) {
	key := p.Issuer + " " + p.ClientID
	o.mu.Lock()
	known, ok := o.known[key]
	o.mu.Unlock()
	if ok && time.Now().Before(known.until) {
		return known, nil
	}
	found, err := o.discover(ctx, p)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.known) >= 200 { // edited ones leave their former selves behind
		clear(o.known)
	}
	o.known[key] = found
	return found, nil
}

// discover reads the metadata and believes it only when it is the issuer's own
// (OpenID Connect Discovery, 4.3): what another provider says of itself is no answer.
func (o *others) discover(ctx context.Context, p provider) (*other, error) {
	found := &other{until: time.Now().Add(metadataLife)}
	if err := o.read(ctx, strings.TrimSuffix(p.Issuer, "/")+spec.DiscoveryEndpoint, found); err != nil {
		return nil, fmt.Errorf("discovery: %w", err)
	}
	if found.Issuer != p.Issuer {
		return nil, fmt.Errorf("discovery: the document is of the issuer %q, not of %q", found.Issuer, p.Issuer)
	}
	for name, at := range map[string]string{"authorization_endpoint": found.AuthorizationEndpoint, "token_endpoint": found.TokenEndpoint, "jwks_uri": found.JwksURI} {
		if err := o.acceptable(ctx, at); err != nil {
			return nil, fmt.Errorf("discovery: %s: %w", name, err)
		}
	}
	signs := found.IDTokenSigningAlgValuesSupported
	if len(signs) == 0 {
		signs = []string{"RS256"}
	}
	signs = slices.DeleteFunc(slices.Clone(signs), func(a string) bool { return !slices.Contains(algorithms(), a) })
	if len(signs) == 0 {
		return nil, errors.New("discovery: the provider signs ID tokens with no algorithm that is trusted here")
	}
	found.verifier = rp.NewIDTokenVerifier(p.Issuer, p.ClientID, rp.NewRemoteKeySet(o.guard.Client, found.JwksURI),
		rp.WithSupportedSigningAlgorithms(signs...), rp.WithIssuedAtOffset(time.Minute), rp.WithIssuedAtMaxAge(time.Hour),
		rp.WithNonce(func(ctx context.Context) string { n, _ := ctx.Value(nonceKey{}).(string); return n }))
	return found, nil
}

// acceptable refuses addresses without TLS outside the allowed networks.
func (o *others) acceptable(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return fmt.Errorf("%q is no address", address)
	}
	if u.Scheme == "https" || (u.Scheme == "http" && o.guard.Plain(ctx, u.Hostname())) {
		return nil
	}
	return fmt.Errorf("%q has no TLS; http:// is allowed in the networks of the configuration only", address)
}

func (o *others) read(ctx context.Context, address string, into any) error {
	if err := o.acceptable(ctx, address); err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("%q is no address", address)
	}
	resp, err := o.guard.Client.Do(r)
	if err != nil {
		return errors.New(egress.Reason(err))
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the answer is %s", resp.Status)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, metadataLimit))
	if err != nil {
		return errors.New(egress.Reason(err))
	}
	if err := json.Unmarshal(data, into); err != nil {
		return errors.New("the answer is no JSON document of the expected form")
	}
	return nil
}

// config is the client side of the authorization code flow at a provider.
func (found *other) config(p provider, secret, back string) oauth2.Config {
	style := oauth2.AuthStyleInHeader
	methods := found.TokenEndpointAuthMethodsSupported
	if secret == "" || (len(methods) > 0 && !slices.Contains(methods, spec.AuthMethodBasic)) {
		style = oauth2.AuthStyleInParams
	}
	return oauth2.Config{
		ClientID: p.ClientID, ClientSecret: secret, RedirectURL: back, Scopes: []string{scopeOpenID, scopeProfile, scopeEmail},
		Endpoint: oauth2.Endpoint{AuthURL: found.AuthorizationEndpoint, TokenURL: found.TokenEndpoint, AuthStyle: style},
	}
}

// claimed exchanges a code and returns what the provider says of the person. The
// ID token is the issuer's, for us, for this request, and fresh.
func (o *others) claimed(ctx context.Context, found *other, cfg oauth2.Config, code string, d departure) (*spec.IDTokenClaims, error) {
	ctx = context.WithValue(ctx, nonceKey{}, d.Nonce)
	token, err := cfg.Exchange(context.WithValue(ctx, oauth2.HTTPClient, o.guard.Client), code, oauth2.VerifierOption(d.Verifier))
	if err != nil {
		if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
			return nil, fmt.Errorf("the provider refused the code: %s", clip(refused.ErrorCode+" "+refused.ErrorDescription))
		}
		return nil, fmt.Errorf("ask for tokens: %s", egress.Reason(err))
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return nil, errors.New("the provider sent no ID token")
	}
	claims, err := rp.VerifyTokens[*spec.IDTokenClaims](ctx, token.AccessToken, raw, found.verifier)
	if err != nil {
		return nil, fmt.Errorf("the ID token: %w", err)
	}
	return claims, nil
}
