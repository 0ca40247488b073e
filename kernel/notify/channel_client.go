package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// courier posts messages to channels.
type courier struct {
	client *http.Client
	allow  []netip.Prefix
}

// errTarget says that an address leads into a network that nobody outside may
// be made to reach.
var errTarget = errors.New("the address leads into a private network, which the configuration does not allow")

// newCourier returns a courier that reaches public addresses and the allowed
// networks. Where a name leads is checked when the connection is made, so that
// no answer of a name server gets around it; redirects are not followed, and no
// proxy stands between.
func newCourier(allow []string, caFile string, timeout time.Duration) (*courier, error) {
	c := &courier{}
	for i, text := range allow {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("configuration [notify] allow[%d]: %w", i, err)
		}
		c.allow = append(c.allow, p)
	}
	roots, err := trust(caFile)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: timeout, Control: func(_, address string, _ syscall.RawConn) error { return c.check(address) }}
	c.client = &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: timeout,
			ResponseHeaderTimeout: timeout, MaxIdleConnsPerHost: 2, MaxConnsPerHost: 4, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
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
		return nil, fmt.Errorf("configuration [notify] ca-file: %w", err)
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("configuration [notify] ca-file: there is no certificate in %s", file)
	}
	return pool, nil
}

// check refuses connections into networks that are not the public internet.
func (c *courier) check(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("read address %s: %w", address, err)
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return fmt.Errorf("read address %s: %w", address, err)
	}
	ip = ip.Unmap().WithZone("")
	for _, p := range c.allow {
		if p.Contains(ip) {
			return nil
		}
	}
	if !public(ip) {
		return errTarget
	}
	return nil
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

// post delivers a parcel and returns what the other side said.
func (c *courier) post(ctx context.Context, to channel, p parcel) verdict {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(p.body))
	if err != nil {
		return verdict{final: true, reason: "the address cannot be used"}
	}
	r.Header = p.header
	if r.URL.Scheme != "https" && !c.plain(ctx, r.URL.Hostname()) {
		return verdict{final: true, reason: "http:// is allowed in the networks of the configuration only; use https://"}
	}
	resp, err := c.client.Do(r)
	if err != nil {
		return verdict{final: errors.Is(err, errTarget), reason: reasonOf(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return verdict{reason: "read the answer: " + reasonOf(err)}
	}
	return to.judge(resp.StatusCode, resp.Header, body)
}

// reasonOf says what went wrong without the address, whose end is a secret.
func reasonOf(err error) string {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return "no answer in time"
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		err = e
	}
	return clip(err.Error(), 200)
}

// plain reports whether all addresses of a host are in allowed networks.
func (c *courier) plain(ctx context.Context, host string) bool {
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(ips) == 0 {
		return false
	}
	for _, ip := range ips {
		inside := false
		for _, p := range c.allow {
			inside = inside || p.Contains(ip.Unmap().WithZone(""))
		}
		if !inside {
			return false
		}
	}
	return true
}
