// Package oidc is the kernel's room of signing in across programs (统一认证): an
// OpenID Provider for the city's other programs, and a relying party to the
// providers of others.
//
// Words. A program (应用, in the standards a client) is registered by the security
// administrator. A person lets it in (授权): that is a permit, and all codes
// and tokens that come of it stand and fall with it. A consent (同意) remembers what a
// person agreed to, so that they are asked once; withdrawing it ends the permits.
//
// The provider speaks OpenID Connect Core 1.0 and Discovery, RP-Initiated Logout,
// OAuth 2.0 (RFC 6749) with RFC 7009, 7636, 7662, 8628, 9068 and 9207, as RFC 9700
// advises: authorization code with PKCE S256 for every program, exact
// redirect addresses, codes for one use, refresh tokens that rotate. The
// library parses requests and answers; every decision that must hold for
// several replicas at once is one transaction here (ADR 0013).
//
// What is refused at a door of the protocol is in the audit log, and so is every
// token that was issued. A code or refresh token that comes twice ends the
// permit it belongs to.
//
// Tables: client, asked, consent, permit, code, refresh_token, revoked_token,
// device, signing_key, provider, link, departure. Tells and hears: nothing.
package oidc
