package client

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

// webKey tells apart the servers whose connections are kept: the same door with
// another key is another server.
type webKey struct {
	door     netip.AddrPort
	protocol wire.Protocol
	key      string
}

// Bounds of connections over HTTP that are kept.
const (
	maxWebs = 256 // servers
	webIdle = 90 * time.Second
)

// web returns how a server is reached over HTTP: on connections that are kept, if
// they are to be.
func (c *Client) web(server *wire.Server, door netip.AddrPort, protocol wire.Protocol) *http.Transport {
	if c.o.KeepIdle <= 0 {
		return &http.Transport{DialContext: c.o.Dial, DisableKeepAlives: true, TLSClientConfig: c.config(server)}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key := webKey{door, protocol, string(server.PublicKey)}
	if t := c.webs[key]; t != nil {
		return t
	}
	if len(c.webs) >= maxWebs {
		for _, t := range c.webs {
			t.CloseIdleConnections()
		}
		clear(c.webs)
	}
	t := &http.Transport{
		DialContext: c.o.Dial, MaxIdleConnsPerHost: c.o.KeepIdle, IdleConnTimeout: webIdle, TLSClientConfig: c.config(server),
	}
	c.webs[key] = t
	return t
}

func (c *Client) sendHTTP(ctx context.Context, p *parcel, door netip.AddrPort, protocol wire.Protocol) error {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	address := protocol.String() + "://" + door.String() + "/" + url.PathEscape(p.handle)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(whole(p)))
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	r.Header.Set("Content-Type", wire.MediaType)
	r.Header.Set("Accept", wire.MediaType) // or a server in use answers with a page
	if p.alone {
		r.Header["Idempotency-Key"] = nil // may be sent again when a kept connection is gone; is not sent itself
	}
	answer, err := c.web(p.server, door, protocol).RoundTrip(r)
	if err != nil {
		return fmt.Errorf("post message: %w", err)
	}
	defer answer.Body.Close() //nolint:errcheck // it was read
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("post message: the server answers %s", answer.Status)
	}
	if kind, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";"); !strings.EqualFold(kind, wire.MediaType) {
		return fmt.Errorf("post message: the server answers with %.64q", kind)
	}
	for more := true; more; {
		e, message, err := readMessage(answer.Body)
		if err != nil {
			return err
		}
		if more, err = p.each(&e, message); err != nil {
			return err
		}
	}
	_, _ = answer.Body.Read(make([]byte, 1)) // its end, so that the connection can be kept
	return nil
}

// config is how a server is trusted over HTTPS.
func (c *Client) config(server *wire.Server) *tls.Config {
	if len(server.PublicKey) == 0 && c.o.TLS != nil {
		return c.o.TLS.Clone()
	}
	return keyConfig(server)
}

// keyConfig trusts a server's certificate if it is of the key in its HS_SITE.
// Names mean nothing in it.
func keyConfig(server *wire.Server) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // the key is compared below, names mean nothing
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 {
				return auth.ErrUnsigned
			}
			return sameKey(server.PublicKey, s.PeerCertificates[0].PublicKey)
		},
	}
}

func sameKey(record []byte, got crypto.PublicKey) error {
	want, err := auth.DecodePublicKey(record)
	if err != nil {
		return fmt.Errorf("read the key of the site: %w", err)
	}
	if key, ok := want.(*rsa.PublicKey); !ok || !key.Equal(got) {
		return errors.New("the certificate is not of the key of the site")
	}
	return nil
}
