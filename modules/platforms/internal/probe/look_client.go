package probe

import (
	"bytes"
	"context"
	"crypto/tls"
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
		l.fail(egress.Class(err), egress.Reason(err))
	case l.OK && s.MostMs > 0 && l.Ms > float64(s.MostMs):
		l.fail(FaultSlow, fmt.Sprintf("%.0f ms, at most %d", l.Ms, s.MostMs))
	}
	return l
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
