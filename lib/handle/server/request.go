package server

import (
	"context"
	"io"
	"iter"
	"net/netip"
	"time"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

// Handler answers requests. It is called from many goroutines.
type Handler interface {
	// Handle fills the response. With CodeAuthNeeded the server asks who the
	// client is, and calls again when it has proven it.
	Handle(ctx context.Context, req *Request, res *Response)
}

// HandlerFunc is a handler that is a function.
type HandlerFunc func(ctx context.Context, req *Request, res *Response)

// Handle calls the function.
func (f HandlerFunc) Handle(ctx context.Context, req *Request, res *Response) { f(ctx, req, res) }

// Quick is a handler that can answer some queries at once. Resolve is called on
// the goroutine that reads the packets: it must not wait for anything, and
// returns false to have Handle called elsewhere.
type Quick interface {
	Resolve(req *Request, res *Response) bool
}

// Ahead is a Quick handler that wants to know of what it will be asked next: packets
// come many at once, and what answers to them need of the memory can be fetched for
// all of them together. The handles are valid during the call only; they are not
// checked, and some may not be asked for after all.
type Ahead interface {
	Ahead(handles [][]byte)
}

// Request is what a client asks. It is valid during the call only.
type Request struct {
	Header    wire.Header
	Version   wire.Version
	Query     wire.Query     // of OpResolve
	Body      []byte         // of all others
	Identity  wire.Reference // who asks, proven; without a handle it is nobody
	Remote    netip.AddrPort
	Transport wire.Protocol
	Encrypted bool
	Received  time.Time

	// Room is memory that a handler may use during the call; what it has grown to is
	// there at the next.
	Room []byte
}

// Proven tells whether it is known who asks.
func (r *Request) Proven() bool { return r.Identity.Handle != "" }

// Response is how a request went.
type Response struct {
	Code  wire.Code
	Flags wire.Flags // set beside those of the request
	// Foreign says that the answer is another service's, and not authoritative.
	Foreign bool
	Body    []byte // append to it; in OpListHandles and its kin List stands for it

	// List is what a list is about, in as many messages as it takes.
	List iter.Seq2[string, error]
	// Stream follows the answer on a TCP connection, inside TLS with the server's
	// key; see wire.Change and wire.DumpRecord.
	Stream func(ctx context.Context, w io.Writer) error
}

func (r *Response) reset() { *r = Response{Body: r.Body[:0]} }

// Fail makes the response a failure with a message for people.
func (r *Response) Fail(code wire.Code, message string) {
	f := wire.Failure{Message: message}
	r.Code, r.Body = code, f.Append(r.Body[:0])
}

// Refer makes the response a referral, with CodeServiceReferral or
// CodePrefixReferral.
func (r *Response) Refer(code wire.Code, referral *wire.Referral) {
	r.Code, r.Body = code, referral.Append(r.Body[:0])
}

// Proof is an answer to a challenge.
type Proof struct {
	wire.ChallengeAnswer
	Nonce []byte
	Sum   []byte // of the request's digest, without its kind
}

// KeyCheck returns an Authenticate that checks proofs with the values of the
// identity's handle, as lookup returns them: secret ones too where their home is
// here. Proofs with secrets whose home is elsewhere are verified there by
// remote, which may be nil.
func KeyCheck(policy auth.Policy, lookup func(ctx context.Context, identity wire.Reference) ([]wire.Value, error),
	remote func(ctx context.Context, v *wire.Verification) (bool, error),
) func(ctx context.Context, p *Proof) (wire.Reference, error) {
	return func(ctx context.Context, p *Proof) (wire.Reference, error) {
		values, err := lookup(ctx, p.Identity)
		if err != nil {
			return wire.Reference{}, err
		}
		identity, err := policy.Check(values, &p.ChallengeAnswer, p.Nonce, p.Sum)
		if err == nil || p.Type != wire.TypeSecretKey || remote == nil || hasSecret(values) {
			return identity, err
		}
		right, err := remote(ctx, &wire.Verification{Identity: p.Identity, Nonce: p.Nonce, Sum: p.Sum, Proof: p.Proof})
		if err != nil {
			return wire.Reference{}, err
		}
		if !right {
			return wire.Reference{}, auth.ErrProof
		}
		return p.Identity, nil
	}
}

func hasSecret(values []wire.Value) bool {
	for i := range values {
		if wire.Equal(values[i].Type, wire.TypeSecretKey) {
			return true
		}
	}
	return false
}
