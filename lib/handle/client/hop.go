package client

import (
	"context"
	"net/netip"
	"time"

	"linghang/lib/handle/wire"
)

// Hop is one exchange with a server, or what was known without one.
type Hop struct {
	Op       wire.Op
	Handle   string
	Why      string // what the server is asked for
	Site     string // what the server's site says that it is
	Serial   uint16 // of the site
	ServerID uint32
	Server   netip.AddrPort
	Protocol wire.Protocol
	Code     wire.Code // zero if there was no answer
	Fault    error
	Took     time.Duration
	Cached   bool         // it was known, and nobody was asked
	Forced   bool         // it was known, by Options.Forced
	Checked  bool         // the answer has a signature of the site or a MAC, and it is right
	Leads    []wire.Value // sites and services that a referral or what was known leads to
}

type traceKey struct{}

// WithTrace returns a context in which f is told the hops of calls, beside
// Options.Trace, and what was known without an exchange.
func WithTrace(ctx context.Context, f func(Hop)) context.Context {
	return context.WithValue(ctx, traceKey{}, f)
}

func traceOf(ctx context.Context) func(Hop) {
	f, _ := ctx.Value(traceKey{}).(func(Hop))
	return f
}

// Guard bounds what is asked of servers.
type Guard interface {
	// Enter is called before an exchange; an error is its fault.
	Enter(door netip.AddrPort, protocol wire.Protocol) error
	// Leave is called after an exchange that was entered. The error is nil if there
	// was an answer, whatever its code.
	Leave(door netip.AddrPort, protocol wire.Protocol, took time.Duration, err error)
}

// Cache keeps where services are, by place: the folded handle of a prefix or of
// a service, and with a dot after it what is below a prefix ("0.NA/88." leads to
// whoever has 0.NA/88.101). Without values, what is kept is out of date.
type Cache interface {
	Load(place string) ([]wire.Value, bool)
	Store(place string, values []wire.Value, until time.Time)
}

// Stale is a Cache that can tell what it knew when nobody can be asked.
type Stale interface {
	LoadStale(place string) ([]wire.Value, bool)
}

// describe returns the description among a site's attributes.
func describe(site *wire.Site) string {
	for _, a := range site.Attributes {
		if a.Name == "desc" {
			return a.Value
		}
	}
	return ""
}
