package pull

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"linghang/kernel/egress"
)

// Bounds of one request.
const (
	Timeout       = 10 * time.Second
	BodyMost      = 8 << 20 // decoded
	redirectsMost = 3
	agent         = "Linghang-Pull"
)

// Why a source could not be read.
const (
	FailName     = egress.ClassName
	FailForbid   = egress.ClassForbid
	FailConnect  = egress.ClassConnect
	FailTimeout  = egress.ClassTimeout
	FailTLS      = egress.ClassTLS
	FailProtocol = egress.ClassProtocol
	FailStatus   = "status"
	FailRedirect = "redirect"
	FailPlain    = "plain"
	FailEncoding = "encoding"
	FailSize     = "size"
	FailSignIn   = "sign_in" // of a database: the user, the password or the database
	FailRights   = "rights"  // of a database: the account may do more than read tables
	FailQuery    = "query"   // of a database: it refused the query
)

// FetchError is why a source could not be read.
type FetchError struct{ Code, Detail string }

func (f *FetchError) Error() string { return f.Code + ": " + f.Detail }

// Answer is what a source said.
type Answer struct {
	Body        []byte
	ContentType string
	Status      int
	Took        time.Duration
	Skew        *time.Duration // its clock less ours, by the header Date
}

// Fetcher asks sources.
type Fetcher struct {
	guard     *egress.Guard
	transport *http.Transport
	statement time.Duration // a query on a server
}

// NewFetcher returns a fetcher that reaches what the guard lets through.
func NewFetcher(guard *egress.Guard) *Fetcher {
	return &Fetcher{guard: guard, statement: statementTimeout, transport: &http.Transport{
		DialContext: guard.Dial, TLSClientConfig: guard.TLS(), TLSHandshakeTimeout: Timeout, DisableKeepAlives: true, DisableCompression: true,
		MaxResponseHeaderBytes: 64 << 10, ForceAttemptHTTP2: true,
	}}
}

// Fetch asks a source once; the spec is that of a period (Spec.At). The secret goes
// to the host that the spec names, and to no other that it leads to.
func (f *Fetcher) Fetch(ctx context.Context, s Spec, secret string) (Answer, error) {
	ask, limit := f.follow, Timeout
	if s.Kind == SQL {
		ask, limit = f.query, QueryTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	began := time.Now()
	a, err := ask(ctx, s, secret)
	a.Took = time.Since(began)
	if known := (*FetchError)(nil); err != nil && !errors.As(err, &known) {
		err = &FetchError{egress.Class(err), egress.Reason(err)}
	}
	return a, err
}

func (f *Fetcher) follow(ctx context.Context, s Spec, secret string) (Answer, error) {
	first, err := s.selected()
	if err != nil {
		return Answer{}, err
	}
	at := first
	for hop := 0; ; hop++ {
		mine := strings.EqualFold(at.Host, first.Host)
		if mine && s.Auth != AuthNone && at.Scheme != "https" && !f.guard.Plain(ctx, at.Hostname()) {
			return Answer{}, &FetchError{FailPlain, "a secret is sent by https only"}
		}
		next, a, err := f.ask(ctx, s, at, secret, mine)
		if err != nil || next == nil {
			return a, err
		}
		if hop == redirectsMost {
			return a, &FetchError{FailRedirect, fmt.Sprintf("more than %d redirects", redirectsMost)}
		}
		if !leads(at, next) {
			return a, &FetchError{FailRedirect, "it leads away from https, or to another protocol"}
		}
		at = next
	}
}

// selected is the address with the selectors of federation.
func (s Spec) selected() (*url.URL, error) {
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil, &FetchError{FailProtocol, "the URL cannot be read"}
	}
	if len(s.Match) > 0 {
		q := u.Query()
		for _, m := range s.Match {
			q.Add("match[]", m)
		}
		u.RawQuery = q.Encode()
	}
	return u, nil
}

// leads tells whether a redirect is followed: by HTTP, and never away from TLS.
func leads(from, to *url.URL) bool {
	return to.User == nil && (to.Scheme == "https" || (to.Scheme == "http" && from.Scheme == "http"))
}

// ask makes one request; next is where it leads to, if anywhere.
func (f *Fetcher) ask(ctx context.Context, s Spec, at *url.URL, secret string, mine bool) (next *url.URL, a Answer, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), http.NoBody)
	if err != nil {
		return nil, a, fmt.Errorf("make request: %w", err)
	}
	r.Header.Set("User-Agent", agent)
	r.Header.Set("Accept-Encoding", "gzip")
	r.Header.Set("Accept", "application/json")
	if s.Kind == Prometheus {
		r.Header.Set("Accept", "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5")
	}
	if mine {
		s.sign(r, secret)
	}
	sent := time.Now()
	answer, err := f.transport.RoundTrip(r)
	if err != nil {
		return nil, a, fmt.Errorf("ask: %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	a.Status, a.ContentType, a.Skew = answer.StatusCode, answer.Header.Get("Content-Type"), skew(answer.Header.Get("Date"), sent, time.Now())
	if to := answer.Header.Get("Location"); answer.StatusCode >= 300 && answer.StatusCode < 400 && to != "" {
		if next, err = at.Parse(to); err != nil {
			return nil, a, &FetchError{FailRedirect, "it leads to what is no URL"}
		}
		return next, a, nil
	}
	if answer.StatusCode != http.StatusOK {
		return nil, a, &FetchError{FailStatus, fmt.Sprintf("HTTP %d", answer.StatusCode)}
	}
	a.Body, err = readBody(answer)
	return nil, a, err
}

func (s Spec) sign(r *http.Request, secret string) {
	switch s.Auth {
	case AuthBasic:
		r.SetBasicAuth(s.User, secret)
	case AuthBearer:
		r.Header.Set("Authorization", "Bearer "+secret)
	case AuthHeader:
		r.Header.Set(s.Header, secret)
	}
}

// readBody undoes the encoding within the bound.
func readBody(answer *http.Response) ([]byte, error) {
	body := io.Reader(answer.Body)
	switch encoding := answer.Header.Get("Content-Encoding"); encoding {
	case "", "identity":
	case "gzip":
		z, err := gzip.NewReader(io.LimitReader(body, BodyMost+1))
		if err != nil {
			return nil, &FetchError{FailEncoding, "damaged gzip"}
		}
		body = z
	default:
		return nil, &FetchError{FailEncoding, cut(encoding)}
	}
	plain, err := io.ReadAll(io.LimitReader(body, BodyMost+1))
	switch {
	case len(plain) > BodyMost:
		return nil, &FetchError{FailSize, "more than 8 MiB"}
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, &FetchError{FailEncoding, "the body is cut off or damaged"}
	case err != nil:
		return nil, fmt.Errorf("read body: %w", err)
	}
	return plain, nil
}

// skew is how far a clock that wrote Date is ahead of ours, to half a second.
func skew(date string, sent, got time.Time) *time.Duration {
	at, err := http.ParseTime(date)
	if err != nil {
		return nil
	}
	d := at.Add(500 * time.Millisecond).Sub(sent.Add(got.Sub(sent) / 2)).Round(100 * time.Millisecond)
	return &d
}
