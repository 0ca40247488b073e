package rest

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// Refusals of an identity, as challenges tell them.
const (
	notVerified = "Identity not verified"
	noSession   = "Session not known"
)

var errBusy = errors.New("too many proofs are being checked, ask again")

// identify finds out who asks. It returns false if the request has been answered:
// whoever says who it is must prove it. Over HTTP nobody is believed, and a
// callback is what another site's page can have a browser fetch.
func (c *call) identify() bool {
	if c.r.TLS == nil || c.callback != "" {
		return true
	}
	header := c.r.Header["Authorization"]
	if len(header) == 0 {
		if len(c.r.TLS.PeerCertificates) > 0 {
			// A browser's certificate may be for somebody else: then nobody asks.
			_ = c.byCertificate()
		}
		return true
	}
	var err error
	switch scheme, rest := splitScheme(header[0]); scheme {
	case "basic":
		err = c.byBasic(rest)
	case "handle":
		var a authorization
		if a, err = parseFields(rest); err == nil {
			err = c.byHandle(a)
		}
	default: // another's, as of a proxy before this server
	}
	return err == nil || c.refuse(err)
}

// refuse answers a request whose identity is not proven. It returns false.
func (c *call) refuse(err error) bool {
	switch {
	case errors.Is(err, errAuthorization):
		c.fail(wire.CodeProtocolError, err.Error())
	case errors.Is(err, errBusy), errors.Is(err, errGuesses):
		c.fail(wire.CodeBusy, err.Error())
	case errors.Is(err, errSession):
		c.refuseEmpty(noSession)
	case errors.Is(err, auth.ErrProof), errors.Is(err, auth.ErrNoKey), errors.Is(err, auth.ErrKey), errors.Is(err, auth.ErrUnsupported):
		c.refuseEmpty(notVerified)
	default:
		c.fail(wire.CodeAuthUnable, "the identity cannot be looked up now: "+err.Error())
	}
	return false
}

// refuseEmpty answers 401 without a body.
func (c *call) refuseEmpty(fault string) {
	c.challenge(fault)
	c.w.WriteHeader(http.StatusUnauthorized)
}

// prove checks a proof as the wire protocol does.
func (c *call) prove(answer *wire.ChallengeAnswer, nonce, sum []byte) (wire.Reference, error) {
	if c.h.authenticate == nil {
		return wire.Reference{}, auth.ErrNoKey
	}
	from, now := c.req.Remote.Addr(), c.h.o.Now()
	if !c.h.guesses.allow(from, answer.Identity, now) {
		return wire.Reference{}, errGuesses
	}
	done, err := c.h.check()
	if err != nil {
		return wire.Reference{}, err
	}
	defer done()
	ctx, cancel := context.WithTimeout(c.r.Context(), c.h.o.Timeout)
	defer cancel()
	identity, err := c.h.authenticate(ctx, &server.Proof{ChallengeAnswer: *answer, Nonce: nonce, Sum: sum})
	if errors.Is(err, auth.ErrProof) {
		c.h.guesses.count(from, answer.Identity, now)
	}
	return identity, err
}

// check takes one of the places of proofs that are being checked.
func (h *Handler) check() (done func(), err error) {
	select {
	case h.checks <- struct{}{}:
		return func() { <-h.checks }, nil
	default:
		return nil, errBusy
	}
}

// byBasic proves an identity by its secret. The proof is made here of the secret,
// so that the home of the secret can check it wherever it is.
func (c *call) byBasic(text string) error {
	identity, secret, err := parseBasic(text)
	if err != nil {
		return err
	}
	if len(secret) == 0 {
		return auth.ErrProof
	}
	var random [2 * wire.NonceSize]byte
	if _, err := rand.Read(random[:]); err != nil {
		return fmt.Errorf("make nonce: %w", err)
	}
	challenge := wire.Challenge{Nonce: random[:wire.NonceSize], Digest: wire.Digest{Sum: random[wire.NonceSize:]}}
	prover := auth.Identity{Reference: identity, Secret: secret}
	answer, err := prover.Answer(wire.Version{Major: 2, Minor: 6}, &challenge) // as the versions that did not yet derive a key
	if err != nil {
		return err //nolint:wrapcheck // it says all
	}
	c.ambient = true
	c.req.Identity, err = c.prove(&answer, challenge.Nonce, challenge.Digest.Sum)
	return err
}

// byHandle proves an identity by what Authorization: Handle says: a session, the
// answer to a challenge, or the certificate of the connection.
func (c *call) byHandle(a authorization) error {
	var err error
	if a.fields["cnonce"] != "" {
		if c.cnonce, err = a.octets("cnonce"); err != nil {
			return err
		}
	}
	id := a.fields["sessionId"]
	switch {
	case a.is("clientCert") || a.is("renegotiate"):
		return c.byCertificate()
	case id == "":
		return nil
	}
	now := c.h.o.Now()
	if identity, ok := c.h.sessions.find(id, now); ok {
		if claimed, err := a.identity(); a.fields["id"] != "" && (err != nil || !wire.Equal(claimed.Handle, identity.Handle)) {
			return auth.ErrProof
		}
		c.req.Identity = identity
		return nil
	}
	ticket, err := c.h.sessions.waiting(id, c.req.Remote.Addr(), now)
	if err != nil {
		return err
	}
	if a.fields["signature"] == "" {
		return nil
	}
	answer, err := a.answer()
	if err != nil {
		return err
	}
	if len(c.cnonce) == 0 {
		return unreadable("an answer to a challenge needs cnonce")
	}
	identity, err := c.prove(&answer, ticket.nonce[:], c.cnonce)
	if err != nil {
		return err
	}
	c.req.Identity = identity
	return c.h.sessions.begin(ticket, identity, now)
}

// isUserID tells whether an attribute of a name is UID (RFC 4519, section 2.39).
func isUserID(o asn1.ObjectIdentifier) bool {
	return o.Equal(asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1})
}

// byCertificate proves an identity by the certificate of the connection, whose
// key must be that of the identity it names. TLS has proven that the client has
// the key.
func (c *call) byCertificate() error {
	if len(c.r.TLS.PeerCertificates) == 0 || c.h.o.Lookup == nil {
		return auth.ErrNoKey
	}
	certificate := c.r.TLS.PeerCertificates[0]
	identity, err := namedBy(certificate)
	if err != nil {
		return auth.ErrNoKey
	}
	done, err := c.h.check()
	if err != nil {
		return err
	}
	defer done()
	ctx, cancel := context.WithTimeout(c.r.Context(), c.h.o.Timeout)
	defer cancel()
	values, err := c.h.o.Lookup(ctx, identity)
	if err != nil {
		return fmt.Errorf("look up %s: %w", identity, err)
	}
	key, ok := certificate.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	if !ok {
		return auth.ErrUnsupported
	}
	for i := range values {
		v := &values[i]
		if !wire.Equal(v.Type, wire.TypePublicKey) || identity.Index != 0 && v.Index != identity.Index {
			continue
		}
		if stored, err := auth.DecodePublicKey(v.Data); err == nil && key.Equal(stored) {
			c.ambient = true
			c.req.Identity = wire.Reference{Handle: identity.Handle, Index: v.Index}
			return nil
		}
	}
	return auth.ErrNoKey
}

// namedBy returns the identity that a certificate names: its UID, or else its
// common name.
func namedBy(certificate *x509.Certificate) (wire.Reference, error) {
	name := certificate.Subject.CommonName
	for _, a := range certificate.Subject.Names {
		if text, ok := a.Value.(string); ok && isUserID(a.Type) {
			name = text
			break
		}
	}
	return parseIdentity(url.PathEscape(name))
}

// challenge adds what a client needs to prove who it is.
func (c *call) challenge(fault string) {
	header := c.w.Header()
	if c.r.Header.Get("X-Requested-With") != "XMLHttpRequest" {
		header.Add("WWW-Authenticate", `Basic realm="handle"`)
	}
	ticket := c.h.sessions.issue(c.req.Remote.Addr(), c.h.o.Now())
	text := `Handle sessionId="` + ticket.id + `", nonce="` + base64.StdEncoding.EncodeToString(ticket.nonce[:]) + `"`
	if alg, signature := c.serverProof(ticket); alg != "" {
		text += `, serverAlg="` + alg + `", serverSignature="` + signature + `"`
	}
	if fault != "" {
		text += `, error="` + fault + `"`
	}
	header.Add("WWW-Authenticate", text)
}

// serverProof signs the server's nonce and the client's with the key of the
// site, if the client sent one.
func (c *call) serverProof(t ticket) (alg, signature string) {
	if len(c.cnonce) == 0 || c.h.o.Key == nil {
		return "", ""
	}
	done, err := c.h.check()
	if err != nil {
		return "", ""
	}
	defer done()
	signer := auth.Identity{Key: c.h.o.Key}
	answer, err := signer.Answer(wire.Current(), &wire.Challenge{Nonce: t.nonce[:], Digest: wire.Digest{Sum: c.cnonce}})
	if err != nil {
		return "", ""
	}
	proof := wire.NewCursor(answer.Proof)
	name, octets := proof.Text(), proof.Bytes()
	if name == "SHA-256" {
		name = "SHA256"
	}
	return name, base64.StdEncoding.EncodeToString(octets)
}
