package pull

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/egress"
)

// door is how one connection to a database is made.
type door struct {
	scheme   string
	host     string
	port     uint16
	database string
	user     string
	secret   string
	tls      *tls.Config // nil: in clear
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
	line     *line
	limit    time.Duration // of a query, on the server
}

// asking runs the queries of a source over one connection that it opens and closes,
// in a transaction in which the server refuses to change anything.
type asking func(ctx context.Context, d door, queries []string, a *answered) error

// query asks a database once. One connection is made, through the guard.
func (f *Fetcher) query(ctx context.Context, s Spec, secret string) (Answer, error) {
	d, err := f.door(ctx, s, secret)
	if err != nil {
		return Answer{}, err
	}
	ask := asking(askPostgres)
	if d.scheme == mysql {
		ask = askMySQL
	}
	found := &answered{}
	if err := ask(ctx, d, s.Queries, found); err != nil {
		return Answer{}, d.failed(ctx, err)
	}
	body, err := found.body()
	return Answer{Body: body, ContentType: "application/json"}, err
}

func (f *Fetcher) door(ctx context.Context, s Spec, secret string) (door, error) {
	u, err := url.Parse(s.URL)
	if err != nil {
		return door{}, &FetchError{FailProtocol, "the URL cannot be read"}
	}
	d := door{scheme: u.Scheme, database: strings.TrimPrefix(u.Path, "/"), user: s.User, secret: secret, limit: f.statement, line: &line{left: 2 * BodyMost}}
	d.host, d.port = host(u)
	if s.TLS != TLSVerify && !f.guard.Plain(ctx, d.host) {
		return d, &FetchError{FailPlain, "a secret is sent only to a server whose certificate is checked"}
	}
	if s.TLS != TLSNone {
		d.tls = f.guard.TLS()
		d.tls.ServerName = d.host
		d.tls.InsecureSkipVerify = s.TLS == TLSRequire
	}
	d.dial = func(ctx context.Context, _, address string) (net.Conn, error) {
		conn, err := f.guard.Dial(ctx, "tcp", address)
		if err != nil {
			return nil, err //nolint:wrapcheck // it is put into a class
		}
		return &metered{conn, d.line}, nil
	}
	return d, nil
}

// address is the server with its port.
func (d door) address() string { return net.JoinHostPort(d.host, strconv.Itoa(int(d.port))) }

// line counts what comes from a server, over all its connections.
type line struct{ left int64 }

var errMuch = errors.New("more than is read")

// metered is a connection that ends when too much has come.
type metered struct {
	net.Conn
	line *line
}

// Read implements net.Conn.
func (m *metered) Read(b []byte) (int, error) {
	if m.line.left <= 0 {
		return 0, errMuch
	}
	n, err := m.Conn.Read(b[:min(int64(len(b)), m.line.left)])
	m.line.left -= int64(n)
	return n, err //nolint:wrapcheck // of a reader
}

// failed says why a database was not read, and never with its secret.
func (d door) failed(ctx context.Context, err error) error {
	known, ok := errors.AsType[*FetchError](err)
	switch {
	case ok:
	case d.line.left <= 0:
		known = &FetchError{FailSize, "more than 8 MiB"}
	case ctx.Err() != nil:
		known = &FetchError{FailTimeout, fmt.Sprintf("no answer within %s", QueryTimeout)}
	default:
		known = &FetchError{egress.Class(err), egress.Reason(err)}
	}
	return &FetchError{known.Code, d.told(known.Detail)}
}

// told is a text of the server as it is shown: short, on one line, without the secret.
func (d door) told(text string) string {
	if d.secret != "" {
		text = strings.ReplaceAll(text, d.secret, "…")
	}
	text = strings.ToValidUTF8(strings.Join(strings.Fields(text), " "), "…")
	if runes := []rune(text); len(runes) > 300 {
		return string(runes[:299]) + "…"
	}
	return text
}

// refused says which query a database refused; the server's words follow.
func refused(code string, query int, words string) error {
	return &FetchError{code, fmt.Sprintf("query %d: %s", query+1, words)}
}
