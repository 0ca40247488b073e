// Package rest is the REST interface of Handle.Net 9 (technical manual, chapter
// 14) before a server.Handler: /api/handles, /api/prefixes, /api/site,
// /api/sessions, /api/verifications, and the pages of a proxy outside /api that
// send a browser where a handle leads. What a request asks for becomes the same
// server.Request as one of the wire protocol, so that a node decides about
// operations and rights in one place.
//
// GET is OpResolve, with FlagPublicOnly unless who asks is known; PUT of a record is
// OpCreate, with FlagOverwrite unless overwrite=false; PUT of values OpModifyValues if
// all are there, or else OpAddValues, with FlagOverwrite likewise; DELETE is OpDelete or
// OpRemoveValues; lists are OpListHandles and OpListHomed, POST and DELETE of prefixes
// OpHome and OpUnhome. Before a PUT that may overwrite, the record is resolved to tell
// whether it makes something new.
//
// Answers are those of Handle.Net, octet by octet where clients can tell, except
// where it is at fault: permissions count all four digits, TLS asks for a client's
// certificate in the handshake, and messages say what is wrong and how to mend it.
//
// Who asks is proven over HTTPS only: by a secret (Basic), by a certificate, by
// the answer to a challenge (Handle), or by a session. An identity that a browser
// sends by itself is not believed where another site could have made it do so.
package rest

import (
	"context"
	"crypto"
	"crypto/tls"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// Options say how the interface works. Handler is needed; all else has a use when
// it is zero.
type Options struct {
	Handler  server.Handler
	Messages http.Handler     // answers messages of the wire protocol that are posted, usually the server.Server
	Site     func() wire.Site // what /api/site tells; nil is none

	// Lookup returns the values of an identity's handle, secret ones too where
	// their home is here; nil authenticates nobody. Verify asks the home of a secret
	// that is elsewhere (OpVerify); it may be nil.
	Lookup func(ctx context.Context, identity wire.Reference) ([]wire.Value, error)
	Verify func(ctx context.Context, v *wire.Verification) (bool, error)
	Policy auth.Policy
	Key    crypto.PrivateKey // of the site, to prove the server to clients that ask; may be nil

	// Country returns the ISO code of where an address is, for 10320/loc; nil knows none.
	Country func(netip.Addr) string

	MaxBody     int // octets of a body in JSON, 1 MiB
	MaxBuffered int // octets of all bodies that are being received, 64 MiB
	MaxMessage  int // octets of the values in a change, wire.MaxMessage
	MaxList     int // octets of a list that is not paged, 32 MiB
	MaxLists    int // lists that are being sent, 8
	MaxChecks   int // proofs that are being checked, 64
	MaxSessions int // 10 000

	Timeout       time.Duration // of a request, 30 s
	ChallengeTime time.Duration // in which a challenge is to be answered, 60 s
	SessionIdle   time.Duration // after which an unused session ends, 30 min
	SessionTime   time.Duration // a session at the most, 24 h

	Now func() time.Time // time.Now
}

// Pager is a handler that pages lists by itself. Others are asked for the whole
// list, of which a page is taken.
type Pager interface {
	// Page answers a list, OpListHandles or OpListHomed, like Handle; res.List is
	// the page of that number, from 0, and of at most size elements. It returns how
	// many the whole list has.
	Page(ctx context.Context, req *server.Request, res *server.Response, page, size int) (total int)
}

// Handler serves the interface.
type Handler struct {
	o            Options
	quick        server.Quick
	pager        Pager
	authenticate func(ctx context.Context, p *server.Proof) (wire.Reference, error)
	sessions     sessions
	guesses      *guesses
	checks       chan struct{}
	lists        chan struct{}
	buffered     atomic.Int64
	calls        sync.Pool
	origins      http.CrossOriginProtection
	pages        *template.Template

	jsonType, noSniff []string // headers that are the same for all
}

func orInt(v, usual int) int {
	if v == 0 {
		return usual
	}
	return v
}

func orTime(v, usual time.Duration) time.Duration {
	if v == 0 {
		return usual
	}
	return v
}

func (o Options) orDefault() Options {
	o.MaxBody = orInt(o.MaxBody, 1<<20)
	o.MaxBuffered = orInt(o.MaxBuffered, 64<<20)
	o.MaxMessage = min(orInt(o.MaxMessage, wire.MaxMessage), wire.MaxMessageNational)
	o.MaxList = orInt(o.MaxList, 32<<20)
	o.MaxLists = orInt(o.MaxLists, 8)
	o.MaxChecks = orInt(o.MaxChecks, 64)
	o.MaxSessions = orInt(o.MaxSessions, 10_000)
	o.Timeout = orTime(o.Timeout, 30*time.Second)
	o.ChallengeTime = orTime(o.ChallengeTime, 60*time.Second)
	o.SessionIdle = orTime(o.SessionIdle, 30*time.Minute)
	o.SessionTime = orTime(o.SessionTime, 24*time.Hour)
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// New returns a handler.
func New(o Options) (*Handler, error) {
	if o.Handler == nil {
		return nil, errors.New("a REST interface needs a handler")
	}
	if o.Key != nil {
		if _, err := auth.PublicKeyOf(o.Key); err != nil {
			return nil, fmt.Errorf("read the site's key: %w", err)
		}
	}
	o = o.orDefault()
	pages, err := template.New("").Parse(pageText)
	if err != nil {
		return nil, fmt.Errorf("read pages: %w", err)
	}
	h := &Handler{
		o: o, guesses: newGuesses(), checks: make(chan struct{}, o.MaxChecks), lists: make(chan struct{}, o.MaxLists), pages: pages,
		jsonType: []string{"application/json;charset=utf-8"}, noSniff: []string{"nosniff"},
	}
	h.quick, _ = o.Handler.(server.Quick)
	h.pager, _ = o.Handler.(Pager)
	if o.Lookup != nil {
		h.authenticate = server.KeyCheck(o.Policy, o.Lookup, o.Verify)
	}
	h.calls.New = func() any { return new(call) }
	if err := h.sessions.open(&o); err != nil {
		return nil, err
	}
	return h, nil
}

// AskCertificate returns a configuration of TLS that lets a client prove itself
// by a certificate when it has one. Who issued it is of no matter: its key must
// be that of the identity it names.
func AskCertificate(config *tls.Config) *tls.Config {
	config = config.Clone()
	config.ClientAuth = tls.RequestClientCert
	return config
}
