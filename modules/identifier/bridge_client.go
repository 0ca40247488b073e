package identifier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"linghang/kernel/fault"
)

const (
	bridgeTime   = 10 * time.Second
	bridgeOctets = 256 << 10 // of an answer that are read
	bridgeAtOnce = 32        // questions that are on their way
)

// bridgeClient asks resolvers of other systems.
type bridgeClient struct {
	http *http.Client
	turn chan struct{}
}

func newBridgeClient() bridgeClient {
	return bridgeClient{
		http: &http.Client{
			Timeout: bridgeTime,
			Transport: &http.Transport{
				Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: bridgeTime}).DialContext, TLSHandshakeTimeout: bridgeTime,
				MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10,
			},
			// Where a resolver leads is its answer, and for who asked to follow.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		turn: make(chan struct{}, bridgeAtOnce),
	}
}

// bridgeAnswer is what the resolver of another system answered.
type bridgeAnswer struct {
	System    string  `json:"system" enum:"gs1,did,oid,urn,ecode,vaa"`
	Canonical string  `json:"canonical" doc:"The identifier that was asked for"`
	Server    string  `json:"server" doc:"Host that was asked"`
	Status    int     `json:"status" doc:"Of HTTP: 2xx has a document, 3xx leads on"`
	Location  string  `json:"location" doc:"Where the answer leads; empty if nowhere"`
	Type      string  `json:"type" doc:"Media type of the document"`
	Document  string  `json:"document" doc:"At most 256 KiB; empty if it is no text"`
	Cut       bool    `json:"cut" doc:"The document has more"`
	Took      float64 `json:"took_ms"`
}

// ask asks for an identifier at the other end of a bridge.
func (c bridgeClient) ask(ctx context.Context, b bridge, canonical string) (bridgeAnswer, error) {
	a := bridgeAnswer{System: string(b.System), Canonical: canonical}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	default:
		return a, fault.New(fault.Unavailable, "identifier.bridge.busy", "too many identifiers of other systems are being asked for").After(5)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.address(canonical), nil)
	if err != nil {
		return a, fmt.Errorf("ask for %s: %w", canonical, err)
	}
	a.Server = req.URL.Host
	req.Header.Set("Accept", "*/*")
	if b.Accept != "" {
		req.Header.Set("Accept", b.Accept)
	}
	start := time.Now()
	res, err := c.http.Do(req)
	if err != nil {
		return a, fault.New(fault.Unavailable, "identifier.bridge.silent", "%s does not answer: %s", a.Server, cause(err)).With("server", a.Server)
	}
	defer func() { _ = res.Body.Close() }() // it was read
	text, err := io.ReadAll(io.LimitReader(res.Body, bridgeOctets+1))
	if err != nil {
		return a, fault.New(fault.Unavailable, "identifier.bridge.silent", "the answer of %s ends early: %s", a.Server, cause(err)).With("server", a.Server)
	}
	a.Took = float64(time.Since(start).Microseconds()) / 1000
	a.Status, a.Type = res.StatusCode, res.Header.Get("Content-Type")
	if to, err := res.Location(); err == nil {
		a.Location = to.String()
	}
	if a.Cut = len(text) > bridgeOctets; a.Cut {
		text = []byte(strings.ToValidUTF8(string(text[:bridgeOctets]), ""))
	}
	if utf8.Valid(text) && !strings.ContainsRune(string(text), 0) {
		a.Document = string(text)
	}
	return a, nil
}

// cause says why a call failed without its address, which the operator may keep
// from those who ask.
func cause(err error) string {
	if u, ok := errors.AsType[*url.Error](err); ok {
		if u.Timeout() {
			return "no answer in time"
		}
		err = u.Err
	}
	return err.Error()
}
