// Package egress lets the house call addresses that people typed in: public ones,
// and those networks that the operator's configuration allows. Nobody makes the
// house knock at doors behind the firewall.
package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// ErrTarget says that an address leads into a network that nobody outside may
// be made to reach.
var ErrTarget = errors.New("the address leads into a private network, which the configuration does not allow")

// Guard decides which addresses are called.
type Guard struct {
	// Client calls through the guard. Redirects are not followed, and no proxy
	// stands between.
	Client *http.Client

	allow  []netip.Prefix
	dialer *net.Dialer
	roots  *x509.CertPool
}

// New returns a guard for the settings allow and ca-file of a configuration
// section. Where a name leads is checked when the connection is made, so that no
// answer of a name server gets around it.
func New(section string, allow []string, caFile string, timeout time.Duration) (*Guard, error) {
	g := &Guard{}
	for i, text := range allow {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("configuration [%s] allow[%d]: %w", section, i, err)
		}
		g.allow = append(g.allow, p)
	}
	roots, err := trust(caFile)
	if err != nil {
		return nil, fmt.Errorf("configuration [%s] ca-file: %w", section, err)
	}
	g.roots = roots
	g.dialer = &net.Dialer{Timeout: timeout, Control: func(_, address string, _ syscall.RawConn) error { return g.check(address) }}
	g.Client = &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext: g.Dial, TLSClientConfig: g.TLS(), TLSHandshakeTimeout: timeout,
			ResponseHeaderTimeout: timeout, MaxIdleConnsPerHost: 2, MaxConnsPerHost: 4, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return g, nil
}

// Dial connects through the guard.
func (g *Guard) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return g.dialer.DialContext(ctx, network, address)
}

// TLS returns settings of a client that trusts what the guard trusts.
func (g *Guard) TLS() *tls.Config {
	return &tls.Config{RootCAs: g.roots, MinVersion: tls.VersionTLS12}
}

// trust returns the system's certificates and those of the file.
func trust(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // no pool means the system's
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	text, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("there is no certificate in %s", file)
	}
	return pool, nil
}

// check refuses connections into networks that are not the public internet.
func (g *Guard) check(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("read address %s: %w", address, err)
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return fmt.Errorf("read address %s: %w", address, err)
	}
	ip = ip.Unmap().WithZone("")
	if !g.allows(ip) && !public(ip) {
		return ErrTarget
	}
	return nil
}

func (g *Guard) allows(ip netip.Addr) bool {
	for _, p := range g.allow {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// public reports whether an address is one of the public internet (IANA's
// special-purpose registries).
func public(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
	} {
		if netip.MustParsePrefix(p).Contains(ip) {
			return false
		}
	}
	return true
}

// Plain reports whether all addresses of a host are in allowed networks, where
// calls without TLS are the operator's choice.
func (g *Guard) Plain(ctx context.Context, host string) bool {
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(ips) == 0 {
		return false
	}
	for _, ip := range ips {
		if !g.allows(ip.Unmap().WithZone("")) {
			return false
		}
	}
	return true
}

// Classes of failed calls.
const (
	ClassName     = "name"     // the name leads nowhere
	ClassForbid   = "forbid"   // the address is in a network that is not allowed
	ClassConnect  = "connect"  // nobody takes the connection
	ClassTimeout  = "timeout"  // no answer in time
	ClassTLS      = "tls"      // the certificate, or the handshake
	ClassProtocol = "protocol" // what comes is not what was asked for
)

// Class puts why a call failed into a class.
func Class(err error) string {
	var name *net.DNSError
	var timeout net.Error
	var invalid x509.CertificateInvalidError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var op *net.OpError
	switch {
	case errors.Is(err, ErrTarget):
		return ClassForbid
	case errors.As(err, &verify), errors.As(err, &invalid), errors.As(err, &authority), errors.As(err, &host), errors.As(err, &record), errors.As(err, &alert):
		return ClassTLS
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return ClassTimeout
	case errors.As(err, &name):
		return ClassName
	case errors.As(err, &op):
		return ClassConnect
	default:
		return ClassProtocol
	}
}

// Reason says why a call failed without the address, which may hold a secret, and
// without the name server that was asked, which is the city's own business.
func Reason(err error) string {
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		return name.Err
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return "no answer in time"
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		err = e
	}
	text := []rune(err.Error())
	return string(text[:min(len(text), 200)])
}
