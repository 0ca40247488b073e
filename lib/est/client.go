package est

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ClockTolerance is how far this machine's clock may be outside of the time in
// which the server's certificate is good. A machine whose clock is a day off
// can renew, and hears that it is off.
const ClockTolerance = 48 * time.Hour

// Client speaks to one server.
type Client struct {
	URL string // https://host[:port]
	// Roots verify the server; nil takes the system's.
	Roots *x509.CertPool
	// Now is the clock; nil takes the system's.
	Now func() time.Time
}

// Answer is what an operation brought.
type Answer struct {
	Certificates []*x509.Certificate // one's own first
	// Ahead is how far the server's clock is ahead of this machine's.
	Ahead time.Duration
}

// RefusedError is an answer other than the one that was asked for.
type RefusedError struct {
	Status     int
	Key        string // of a problem document (RFC 9457), if it was one
	Detail     string
	RetryAfter time.Duration
}

// Error implements error.
func (r *RefusedError) Error() string {
	if r.Detail == "" {
		return fmt.Sprintf("the server answers %d %s", r.Status, http.StatusText(r.Status))
	}
	return fmt.Sprintf("the server answers %d: %s", r.Status, r.Detail)
}

func (c Client) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

// CACerts asks for the certificates of the authority (RFC 7030, section 4.1).
func (c Client) CACerts(ctx context.Context) (Answer, error) {
	return c.certificates(ctx, c.HTTP(nil), http.MethodGet, PathCACerts, nil, "", "")
}

// Pinned asks a server that nothing verifies yet for the authority's
// certificates, and returns the one whose SHA-256 is given: whoever brought the
// number here vouches for it (RFC 7030, section 4.1.1).
func (c Client) Pinned(ctx context.Context, sha string) (*x509.Certificate, error) {
	want, err := hex.DecodeString(strings.ReplaceAll(sha, ":", ""))
	if err != nil || len(want) != sha256.Size {
		return nil, fmt.Errorf("the fingerprint %.70q is no SHA-256 in hexadecimal", sha)
	}
	stranger := c.client(&tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // the answer is believed only when its hash is the one that was brought
	})
	a, err := c.certificates(ctx, stranger, http.MethodGet, PathCACerts, nil, "", "")
	if err != nil {
		return nil, err
	}
	for _, x := range a.Certificates {
		if sum := sha256.Sum256(x.Raw); bytes.Equal(sum[:], want) && x.IsCA {
			return x, nil
		}
	}
	return nil, errors.New("the server's authority is not the one with this fingerprint: another server answers there, or the fingerprint is of another city")
}

// Enrol asks for the first certificate, with a user name and a password.
func (c Client) Enrol(ctx context.Context, csr []byte, user, password string) (Answer, error) {
	return c.certificates(ctx, c.HTTP(nil), http.MethodPost, PathEnrol, csr, user, password)
}

// Reenrol asks for the next certificate, with the one in force.
func (c Client) Reenrol(ctx context.Context, csr []byte, own tls.Certificate) (Answer, error) {
	return c.certificates(ctx, c.HTTP(func() (*tls.Certificate, error) { return &own, nil }), http.MethodPost, PathReenrol, csr, "", "")
}

// HTTP returns a client that verifies the server, with a certificate of its own
// if own is given; own is asked anew for every connection.
func (c Client) HTTP(own func() (*tls.Certificate, error)) *http.Client {
	cfg := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection below does all that it skips, with a clock that may be off
		VerifyConnection:   c.verify,
	}
	if own != nil {
		cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return own() }
	}
	return c.client(cfg)
}

func (c Client) client(cfg *tls.Config) *http.Client {
	return &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{TLSClientConfig: cfg, Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // a secret goes to the server that was named, and to no other
		},
	}
}

// verify checks the server's chain and name, at the time nearest to now within
// the tolerance at which its certificate is good.
func (c Client) verify(s tls.ConnectionState) error {
	if len(s.PeerCertificates) == 0 {
		return errors.New("the server has no certificate")
	}
	leaf, at := s.PeerCertificates[0], c.now()
	if late := at.Sub(leaf.NotAfter); late > 0 && late < ClockTolerance {
		at = leaf.NotAfter
	}
	if early := leaf.NotBefore.Sub(at); early > 0 && early < ClockTolerance {
		at = leaf.NotBefore
	}
	between := x509.NewCertPool()
	for _, x := range s.PeerCertificates[1:] {
		between.AddCert(x)
	}
	_, err := leaf.Verify(x509.VerifyOptions{DNSName: s.ServerName, Roots: c.Roots, Intermediates: between, CurrentTime: at})
	return err
}

func (c Client) certificates(ctx context.Context, by *http.Client, method, path string, csr []byte, user, password string) (Answer, error) {
	defer by.CloseIdleConnections()
	var body io.Reader
	if csr != nil {
		body = bytes.NewReader(Encode(csr))
	}
	if !strings.HasPrefix(c.URL, "https://") {
		return Answer{}, fmt.Errorf("%q does not begin with https://", c.URL)
	}
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.URL, "/")+path, body)
	if err != nil {
		return Answer{}, fmt.Errorf("ask %s: %w", path, err)
	}
	start := c.now()
	r.Header.Set("Date", start.UTC().Format(http.TimeFormat))
	if csr != nil {
		r.Header.Set("Content-Type", TypeRequest)
		r.Header.Set("Content-Transfer-Encoding", "base64")
	}
	if user != "" || password != "" {
		r.SetBasicAuth(user, password)
	}
	resp, err := by.Do(r)
	if err != nil {
		return Answer{}, fmt.Errorf("ask %s: %w", path, err)
	}
	defer resp.Body.Close() //nolint:errcheck // what was read tells
	text, err := io.ReadAll(io.LimitReader(resp.Body, MaxMessage+1))
	if err != nil {
		return Answer{}, fmt.Errorf("read the answer of %s: %w", path, err)
	}
	if resp.StatusCode != http.StatusOK {
		return Answer{}, refusal(resp, text)
	}
	list, err := DecodeCertificates(text)
	if err != nil {
		return Answer{}, fmt.Errorf("read the answer of %s: %w", path, err)
	}
	a := Answer{Certificates: list}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		a.Ahead = Ahead(date, start, c.now())
	}
	return a, nil
}

// Ahead is how far a clock that shows whole seconds is ahead of ours, given when
// we asked it and when its answer was here. Less than what cannot be told is none.
func Ahead(theirs, asked, answered time.Time) time.Duration {
	middle := asked.Add(answered.Sub(asked) / 2)
	off := theirs.Add(500 * time.Millisecond).Sub(middle)
	if off.Abs() < 2*time.Second+answered.Sub(asked) {
		return 0
	}
	return off.Round(time.Second)
}

func refusal(resp *http.Response, body []byte) error {
	r := &RefusedError{Status: resp.StatusCode}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
		r.RetryAfter = time.Duration(seconds) * time.Second
	}
	var problem struct {
		Key    string `json:"key"`
		Detail string `json:"detail"`
	}
	if json.Unmarshal(body, &problem) == nil {
		r.Key, r.Detail = problem.Key, problem.Detail
	}
	return r
}
