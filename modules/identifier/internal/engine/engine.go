package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
	"linghang/modules/identifier/internal/tally"
)

// Options say what an engine is the home of and who may do what.
type Options struct {
	Store record.Store
	Name  string // of the node; prefixes that are homed here by the protocol become its
	// Serves tells whether the prefixes of a node are answered for here; nil is all.
	Serves func(node string) bool
	Share  Share // of a site with several servers

	Administrators []wire.Reference // may home and unhome prefixes, and, with FullAccess, everything
	FullAccess     bool
	Mirrors        []wire.Reference // may follow the changes and dump everything

	// ReadOnly is of a mirror: whoever wants a change, or an answer of a primary, is
	// told that this server is not responsible, and asks the primary.
	ReadOnly bool

	// Remote resolves handles whose home is elsewhere: keys of who asks, and the
	// administrators of a prefix. What is not there has no values. Nil finds only what
	// is here.
	Remote func(ctx context.Context, handle string) ([]wire.Value, error)
	// Known are values of handles whose home is elsewhere, by folded handle, for when
	// they cannot be resolved: the node's own key, before its prefix is registered and
	// while the node above is away.
	Known map[string][]wire.Value
	// Guard may refuse a change that its maker has the right to make: quotas,
	// suspended prefixes, rules for codes. Nil refuses none.
	Guard func(ctx context.Context, p *Proposal) error
	// Seal returns the values of a handle, which is none of a prefix, as its node keeps
	// them: with its signature, if it signs. It is called with values that are to be saved.
	Seal func(ctx context.Context, node, handle string, values []wire.Value) ([]wire.Value, error)
	Log  *slog.Logger
	Now  func() time.Time // time.Now
}

// Proposal is a change that is about to be made.
type Proposal struct {
	Op     wire.Op
	Handle string
	Prefix string         // the prefix's handle
	Node   string         // whose home it is
	By     wire.Reference // who proposes it, proven
	Values []wire.Value   // of the whole record afterwards
	New    bool
	Look   bool // it is looked at only, and not made now
}

// RefusalError is an answer that is no success, as an error.
type RefusalError struct {
	Code    wire.Code
	Message string
	Indexes []int32
}

// Error tells the code and the message.
func (r *RefusalError) Error() string { return fmt.Sprintf("%s: %s", r.Code, r.Message) }

func refuse(code wire.Code, format string, args ...any) *RefusalError {
	return &RefusalError{Code: code, Message: fmt.Sprintf(format, args...)}
}

func (r *RefusalError) at(indexes ...int32) *RefusalError {
	r.Indexes = indexes
	return r
}

// Engine answers requests. It implements server.Handler, server.Quick and server.Ahead.
type Engine struct {
	o        Options
	homes    atomic.Pointer[homes]
	recalled recalled
	spaces   parsed
	sources  *tally.Sources
	proofs   chan struct{} // that are being computed
	live     chan struct{} // streams of changes that stay open
	dumps    chan struct{} // that are being sent
}

// New returns an engine. Follow must be called before it answers.
func New(o Options) *Engine {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Serves == nil {
		o.Serves = func(string) bool { return true }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	e := &Engine{o: o, sources: tally.NewSources(), proofs: make(chan struct{}, verifying), live: make(chan struct{}, liveMost), dumps: make(chan struct{}, dumpsAtOnce)}
	e.homes.Store(&homes{})
	return e
}

// Resolve implements server.Quick.
func (e *Engine) Resolve(req *server.Request, res *server.Response) bool {
	req.Room = wire.AppendFold(req.Room[:0], req.Query.Handle)
	key := req.Room
	home := e.home(key)
	if home == nil || home.Spent.Load() || e.o.ReadOnly && req.Header.Flags.Has(wire.FlagAuthoritative) {
		return false
	}
	r, known := e.o.Store.Quick(key)
	switch {
	case !known:
		return false
	case r != nil:
		if !answer(r, req, res) {
			return false
		}
	case bytes.HasPrefix(key, []byte(wire.NA)):
		return false // a prefix that is not there may need a referral, which takes reading
	case home.computable(key, req.Received):
		return false // a template may make its values
	default:
		res.Fail(wire.CodeNotFound, noHandle)
	}
	e.count(req, res.Code, home)
	return true
}

// Ahead implements server.Ahead.
func (e *Engine) Ahead(handles [][]byte) { e.o.Store.Ahead(handles) }

// count counts a request that was answered.
func (e *Engine) count(req *server.Request, code wire.Code, home *Home) {
	now := e.o.Now()
	if home != nil {
		home.meter(req.Header.Op).Add(now, now.Sub(req.Received), code == wire.CodeSuccess)
	}
	e.sources.Add(req.Remote.Addr())
}

// Handle implements server.Handler.
func (e *Engine) Handle(ctx context.Context, req *server.Request, res *server.Response) {
	home, err := e.handle(ctx, req, res)
	var r *RefusalError
	switch {
	case err == nil:
	case errors.As(err, &r):
		r = limited(req, e.misdirected(req.Header.SiteSerial, r))
		f := wire.Failure{Message: r.Message, Indexes: r.Indexes}
		res.Code, res.Body = r.Code, f.Append(res.Body[:0])
	case errors.Is(err, wire.ErrHandle):
		res.Fail(wire.CodeInvalidHandle, err.Error())
	case errors.Is(err, wire.ErrMalformed):
		res.Fail(wire.CodeProtocolError, err.Error())
	default:
		e.o.Log.ErrorContext(ctx, "a request failed", "op", req.Header.Op.String(), "error", err)
		res.Fail(wire.CodeError, "the request could not be answered; the node's log says why")
	}
	if res.Code != wire.CodeAuthNeeded {
		e.count(req, res.Code, home)
	}
}

func (e *Engine) handle(ctx context.Context, req *server.Request, res *server.Response) (*Home, error) {
	if e.o.ReadOnly && ofPrimary(&req.Header) {
		return nil, refuse(wire.CodeNotResponsible, "this server is a mirror; ask a primary of the site")
	}
	switch req.Header.Op {
	case wire.OpResolve:
		return e.resolve(ctx, req, res)
	case wire.OpCreate, wire.OpDelete, wire.OpAddValues, wire.OpRemoveValues, wire.OpModifyValues:
		return e.change(ctx, req, res)
	case wire.OpListHandles, wire.OpListPrefixes:
		return e.list(ctx, req, res)
	case wire.OpHome, wire.OpUnhome, wire.OpListHomed:
		return nil, e.homed(ctx, req, res)
	case wire.OpVerify:
		return e.verify(ctx, req, res)
	case wire.OpTransactions:
		return nil, e.transactions(ctx, req, res)
	case wire.OpDump:
		return nil, e.dump(ctx, req, res)
	default:
		return nil, refuse(wire.CodeUnsupported, "%s is not done here", req.Header.Op)
	}
}

// ofPrimary tells whether only a primary does what is asked.
func ofPrimary(h *wire.Header) bool {
	switch h.Op {
	case wire.OpCreate, wire.OpDelete, wire.OpAddValues, wire.OpRemoveValues, wire.OpModifyValues, wire.OpHome, wire.OpUnhome:
		return true
	default:
		return h.Op == wire.OpResolve && h.Flags.Has(wire.FlagAuthoritative)
	}
}

// Values returns the values of an identity's handle, secret ones among them where
// its home is here, as what authenticates wants them.
func (e *Engine) Values(ctx context.Context, identity wire.Reference) ([]wire.Value, error) {
	return e.values(ctx, identity.Handle)
}

// values returns all values of a handle whose home is here, secret ones among
// them, and the public ones of another's.
func (e *Engine) values(ctx context.Context, handle string) ([]wire.Value, error) {
	if e.home([]byte(wire.Fold(handle))) != nil {
		r, err := e.o.Store.Load(ctx, handle)
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", handle, err)
		}
		return decode(r)
	}
	known := e.o.Known[wire.Fold(handle)]
	if e.o.Remote == nil {
		return known, nil
	}
	values, err := e.recalled.get(handle, e.o.Now(), func() ([]wire.Value, error) { return e.o.Remote(ctx, handle) })
	switch {
	case known != nil && (err != nil || len(values) == 0):
		return known, nil //nolint:nilerr // this is what it is known for
	case err != nil:
		return nil, fmt.Errorf("resolve %s: %w", handle, err)
	}
	return values, nil
}

// decode returns the values of a record; there are none of no record.
func decode(r *record.Record) ([]wire.Value, error) {
	if r == nil {
		return nil, nil
	}
	v, err := wire.DecodeValues(append(wire.AppendBytes(nil, r.Handle), r.Values...))
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", r.Handle, err)
	}
	return v.Values, nil
}
