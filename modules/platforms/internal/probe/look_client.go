package probe

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
	"time"

	"linghang/kernel/egress"
)

// agent is what the servers that are looked at read in their logs.
const agent = "Linghang-Probe"

// Prober looks at targets.
type Prober struct {
	guard *egress.Guard
}

// New returns a prober that reaches what the guard lets through.
func New(guard *egress.Guard) *Prober {
	return &Prober{guard}
}

// Look looks once. Every look makes a connection of its own, as a newcomer does.
func (p *Prober) Look(ctx context.Context, s Spec, at time.Time) Look {
	l := Look{At: at, OK: true}
	ctx, cancel := context.WithTimeout(ctx, min(time.Duration(s.Timeout)*time.Second, LongestTimeout))
	defer cancel()
	began := time.Now()
	var err error
	switch s.Kind {
	case HTTP:
		err = p.http(ctx, s, &l)
	case TLS:
		err = p.tls(ctx, s, &l)
	default:
		err = p.tcp(ctx, s)
	}
	l.Ms = float64(time.Since(began).Microseconds()) / 1000
	switch {
	case err != nil:
		l.fail(faultOf(err), reason(err))
	case l.OK && s.MostMs > 0 && l.Ms > float64(s.MostMs):
		l.fail(FaultSlow, fmt.Sprintf("%.0f ms, at most %d", l.Ms, s.MostMs))
	}
	return l
}

// reason says why a look failed. Which name server was asked is the city's own
// business.
func reason(err error) string {
	if name, ok := errors.AsType[*net.DNSError](err); ok {
		return name.Err
	}
	return egress.Reason(err)
}

func (p *Prober) tcp(ctx context.Context, s Spec) error {
	c, err := p.guard.Dial(ctx, "tcp", s.Address)
	if err != nil {
		return err //nolint:wrapcheck // the look says what was tried
	}
	return c.Close() //nolint:wrapcheck // as above
}

func (p *Prober) tls(ctx context.Context, s Spec, l *Look) error {
	c, err := p.guard.Dial(ctx, "tcp", s.Address)
	if err != nil {
		return err //nolint:wrapcheck // the look says what was tried
	}
	defer func() { _ = c.Close() }() // nothing was sent
	host, _, err := net.SplitHostPort(s.Address)
	if err != nil {
		return err //nolint:wrapcheck // checked before
	}
	set := p.guard.TLS()
	set.ServerName = host
	secure := tls.Client(c, set)
	if err := secure.HandshakeContext(ctx); err != nil {
		return err //nolint:wrapcheck // the look says what was tried
	}
	state := secure.ConnectionState()
	l.Until = ends(&state)
	return nil
}

// ends is when the first certificate of the chain that was verified ends; of
// several chains, the one that lasts longest.
func ends(state *tls.ConnectionState) *time.Time {
	var latest *time.Time
	for _, chain := range state.VerifiedChains {
		var first *time.Time
		for _, c := range chain {
			if at := c.NotAfter.UTC(); first == nil || at.Before(*first) {
				first = &at
			}
		}
		if first != nil && (latest == nil || first.After(*latest)) {
			latest = first
		}
	}
	return latest
}

var errRedirects = errors.New("more redirects than are followed")

func (p *Prober) http(ctx context.Context, s Spec, l *Look) error {
	transport := &http.Transport{
		DialContext: p.guard.Dial, TLSClientConfig: p.guard.TLS(), DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10, ForceAttemptHTTP2: true,
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) > RedirectsMost {
			return errRedirects
		}
		return nil
	}}
	r, err := http.NewRequestWithContext(ctx, s.Method, s.Address, http.NoBody)
	if err != nil {
		return err //nolint:wrapcheck // the look says what was tried
	}
	r.Header.Set("User-Agent", agent)
	answer, err := client.Do(r)
	if err != nil {
		return err //nolint:wrapcheck // as above
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	l.Status = answer.StatusCode
	if answer.TLS != nil {
		l.Until = ends(answer.TLS)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, BodyMost))
	if err != nil {
		return err //nolint:wrapcheck // as above
	}
	judge(s, l, body)
	return nil
}

// judge compares an answer with what is expected.
func judge(s Spec, l *Look, body []byte) {
	expected, err := ParseStatuses(s.Statuses)
	if err != nil || !expected.Has(l.Status) {
		l.fail(FaultStatus, fmt.Sprintf("%d, expected %s", l.Status, s.Statuses))
		return
	}
	if s.Contains != "" && !bytes.Contains(body, []byte(s.Contains)) {
		l.fail(FaultBody, "the text is not in the first 256 KiB")
		return
	}
	if s.Path == "" {
		return
	}
	path, err := ParsePath(s.Path)
	if err != nil {
		l.fail(FaultBody, err.Error())
		return
	}
	if ok, why := path.holds(body, s.Value); !ok {
		l.fail(FaultBody, why)
	}
}

// faultOf puts an error into a class.
func faultOf(err error) string {
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
	case errors.Is(err, egress.ErrTarget):
		return FaultForbid
	case errors.As(err, &verify), errors.As(err, &invalid), errors.As(err, &authority), errors.As(err, &host), errors.As(err, &record), errors.As(err, &alert):
		return FaultTLS
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return FaultTimeout
	case errors.As(err, &name):
		return FaultName
	case errors.As(err, &op):
		return FaultConnect
	default:
		return FaultProtocol
	}
}
