package client

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"fmt"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

// carrierBits is the size of an RSA key that is made for one session.
const carrierBits = 2048

// agreeing is a session whose key is being agreed upon.
type agreeing struct {
	setUp   wire.SessionSetUp
	begun   *auth.Exchange    // Diffie-Hellman
	private crypto.PrivateKey // opens the key that the server makes

	cipher auth.Cipher
	key    []byte
}

// agreeing begins to agree upon a key.
func (c *Client) agreeing() (*agreeing, error) {
	g := &agreeing{setUp: wire.SessionSetUp{Mode: c.o.SessionMode}, private: c.o.SessionKey}
	var public crypto.PublicKey
	var err error
	switch g.setUp.Mode {
	case 0, wire.ModeDiffieHellman:
		g.setUp.Mode = wire.ModeDiffieHellman
		if g.begun, err = auth.NewExchange(); err != nil {
			return nil, err //nolint:wrapcheck // the caller says what it is about
		}
		public = g.begun.Public()
	case wire.ModeClientKey:
		if g.private == nil {
			if g.private, err = rsa.GenerateKey(rand.Reader, carrierBits); err != nil {
				return nil, fmt.Errorf("make key: %w", err)
			}
		}
		if public, err = auth.PublicKeyOf(g.private); err != nil {
			return nil, err //nolint:wrapcheck // as above
		}
	case wire.ModeServerKey:
		return g, nil
	case wire.ModeHandleKey:
		return g, c.byHandle(g)
	default:
		return nil, fmt.Errorf("%w: mode %d of sessions", auth.ErrUnsupported, g.setUp.Mode)
	}
	g.setUp.PublicKey, err = auth.EncodePublicKey(public)
	return g, err //nolint:wrapcheck // as above
}

// byHandle names the handle that has the client's public key.
func (c *Client) byHandle(g *agreeing) error {
	g.setUp.Key = c.o.SessionKeyAt
	if id := c.o.Identity; id != nil {
		if g.private == nil {
			g.private = id.Key
		}
		if g.setUp.Key.Handle == "" {
			g.setUp.Key = id.Reference
		}
	}
	if g.private == nil || g.setUp.Key.Handle == "" {
		return fmt.Errorf("%w: a session by the key of a handle needs the handle and its private key", auth.ErrNoKey)
	}
	return nil
}

// answered reads the key of the session from the server's answer.
func (g *agreeing) answered(r *reply) error {
	answer, err := wire.DecodeSessionAnswer(r.body)
	if err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	if g.begun != nil {
		var peer *auth.DHPublicKey
		if g.cipher, peer, err = auth.DecodeExchange(answer.Data); err != nil {
			return fmt.Errorf("read session: %w", err)
		}
		g.key, err = g.begun.Key(peer)
		return err //nolint:wrapcheck // the caller says what it is about
	}
	var sealed []byte
	if g.cipher, sealed, err = auth.DecodeCarried(answer.Data); err != nil {
		return err //nolint:wrapcheck // as above
	}
	if public, err := auth.PublicKeyOf(g.private); err == nil && g.cipher == auth.CipherSM4 && auth.CipherFor(public) != auth.CipherSM4 {
		return fmt.Errorf("%w: SM4, whose vector is its key, with a key that is not of the national dialect", auth.ErrUnsupported)
	}
	g.key, err = auth.OpenKey(g.private, sealed)
	return err //nolint:wrapcheck // as above
}

// sendKey makes the key of the session and encrypts it with the server's, which the
// server's signature vouches for.
func (g *agreeing) sendKey(setUp *ask, first *reply) (*ask, error) {
	answer, err := wire.DecodeSessionAnswer(first.body)
	if err != nil {
		return nil, fmt.Errorf("read session: %w", err)
	}
	cipher, public, err := auth.DecodeOffer(answer.Data)
	if err != nil {
		return nil, fmt.Errorf("read session: %w", err)
	}
	if cipher != auth.CipherAES {
		return nil, fmt.Errorf("%w: cipher %d", auth.ErrUnsupported, cipher)
	}
	if g.key, err = auth.NewSessionKey(); err != nil {
		return nil, err //nolint:wrapcheck // the caller says what it is about
	}
	sealed, err := auth.SealKey(public, g.key)
	if err != nil {
		return nil, err //nolint:wrapcheck // as above
	}
	g.cipher = cipher
	second := *setUp
	second.op, second.body, second.why, second.then = wire.OpKeyExchange, wire.AppendKeyExchange(nil, sealed), "the key of a session", nil
	return &second, nil
}
