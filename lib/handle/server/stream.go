package server

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"

	"linghang/lib/handle/wire"
)

// Certificate returns a certificate of the server's key that it signs itself:
// clients compare the key with that in HS_SITE, not names. The key must be RSA.
func Certificate(key crypto.PrivateKey, now time.Time) (tls.Certificate, error) {
	k, ok := key.(*rsa.PrivateKey)
	if !ok {
		return tls.Certificate{}, fmt.Errorf("TLS needs an RSA key, not %T", key)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make serial number: %w", err)
	}
	template := x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "handle server"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(10, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &k.PublicKey, k)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: k}, nil
}

var errNoStream = errors.New("the connection cannot carry a stream")

// stream sends what follows an answer: a mark, then TLS on the same connection
// with the server as the server, then the handler's octets.
func (c *conversation) stream(ctx context.Context) error {
	if _, err := c.out.Write(wire.AppendStreamTLS(nil)); err != nil {
		return fmt.Errorf("begin stream: %w", err)
	}
	if err := c.out.Flush(); err != nil {
		return fmt.Errorf("begin stream: %w", err)
	}
	if c.s.o.Key == nil || c.in.Buffered() > 0 {
		return errNoStream
	}
	certificate, err := Certificate(c.s.o.Key, c.s.o.Now())
	if err != nil {
		return err
	}
	secured := tls.Server(c.conn, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	if err := c.conn.SetDeadline(time.Now().Add(c.s.o.MessageTime)); err != nil {
		return fmt.Errorf("set deadline: %w", err)
	}
	if err := secured.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("shake hands: %w", err)
	}
	if err := c.x.res.Stream(ctx, &steady{secured, c.s.o.MessageTime}); err != nil {
		return err
	}
	return secured.Close() //nolint:wrapcheck // only told to the caller that closes
}

// steady gives each write of a stream the time of a message.
type steady struct {
	conn *tls.Conn
	time time.Duration
}

func (w *steady) Write(b []byte) (int, error) {
	if err := w.conn.SetDeadline(time.Now().Add(w.time)); err != nil {
		return 0, fmt.Errorf("set deadline: %w", err)
	}
	return w.conn.Write(b) //nolint:wrapcheck // io.Writer
}

var _ io.Writer = (*steady)(nil)
