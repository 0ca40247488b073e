// Package resolver is a recursive node (递归节点): it answers for any handle of
// the Handle System from what it knows, and asks from the root down for what it
// does not (RFC 3650, RFC 3652). It is a server.Handler on a client.Client.
//
// The public record of a handle is fetched whole and kept; indexes and types are
// chosen from it here. Values that are not public are neither asked for nor kept.
// Answers are never authoritative.
//
// # What a client meets
//
// Only resolution is done, and site information by the server; everything else
// gets code 5. A query without FlagRecurse is answered from what is known, or
// with 301. FlagAuthoritative asks past the cache. FlagRecurseWithAuth makes the
// node ask who the client is first, FlagTrustedQuery has signatures of values
// checked where the policy says so, and FlagTrustedResult in the answer says that
// they hold for every value in it. The handle "0" is the heartbeat of the national
// dialect and gets 100 at once.
//
// Codes of the service that was asked are passed on as they are, with two
// exceptions: 402 is 406 here, because the node proves nothing to anybody, and a
// referral that leads nowhere is 2. The node's own codes are
//
//	2    nobody could be asked, or the answers make no sense; the message names
//	     whom; 602 instead when the time is over, if the policy is national
//	3    a limit is reached: of the source (603 if national), of the handle (605),
//	     of the service that would be asked, or of all questions at the same time
//	4    the query asks for more than one may
//	6    it would be passed on too often
//	102  it is no handle, or a longer one than one may ask for
//	401  the source or the handle is blocked
//
// # Time
//
// A relative TTL in an answer is what is left of it. A record that is served
// after its time, because its service does not answer, has the short TTL of
// Options.StaleTTL in all its values (RFC 8767). Records with an HS_SIGNATURE are
// served octet by octet, because it covers the TTL.
//
// Letters are folded in whole handles, but for prefixes that the policy says
// are case-sensitive.
//
// A Resolver starts no goroutine but below Run, which fetches what will be asked
// for again before it expires and looks after the forwarders.
package resolver

import (
	"errors"
	"fmt"
	"hash/maphash"
	"sync/atomic"
	"time"

	"linghang/lib/handle/client"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// Options say how a node works. Client.Root is needed; all else has a use when it
// is zero.
type Options struct {
	// Client says how others are asked. Cache, Forced, Guard and Resolver are the
	// node's own. Waits is 300, 700, 1000 ms here when it is empty,
	// Timeout 3 s, KeepIdle 4.
	Client client.Options
	Policy Policy
	Limits Limits

	CacheMiB  int           // memory of what is kept, 64 MiB
	MaxTTL    time.Duration // a record is kept, 24 h
	PlaceTTL  time.Duration // where a service is is kept, 1 h
	MaxPlaces int           // prefixes and services, 65 536

	MaxStale  time.Duration // after its time a record is served if its service is silent, 24 h; negative is never
	StaleTTL  time.Duration // that such an answer says, 30 s; its service is asked again after it
	StaleWait time.Duration // for a service whose record is there but old, 1.8 s

	Deadline       time.Duration // of a question in all, 8 s
	MaxRecursions  int           // questions at the same time, 1024; a server's Workers should be as many
	MaxPerBackend  int           // of them at one server, a quarter
	PrefetchWorker int           // fetches of Run at the same time, 8

	Now func() time.Time // time.Now
}

// Limits bound what a query may ask for.
type Limits struct {
	HandleRunes int // characters of a handle, 128
	Indexes     int // 16
	Types       int // 16
	TypeOctets  int // of a type, 20
	QueryOctets int // of handle, indexes and types, 424
}

func orElse[T int | time.Duration](v, usual T) T {
	if v == 0 {
		return usual
	}
	return v
}

func (l Limits) orDefault() Limits {
	l.HandleRunes = orElse(l.HandleRunes, 128)
	l.Indexes = orElse(l.Indexes, 16)
	l.Types = orElse(l.Types, 16)
	l.TypeOctets = orElse(l.TypeOctets, 20)
	l.QueryOctets = orElse(l.QueryOctets, 424)
	return l
}

func (o Options) orDefault() Options {
	o.Limits = o.Limits.orDefault()
	o.CacheMiB = orElse(o.CacheMiB, 64)
	o.MaxTTL = orElse(o.MaxTTL, 24*time.Hour)
	o.PlaceTTL = orElse(o.PlaceTTL, time.Hour)
	o.MaxPlaces = orElse(o.MaxPlaces, 65_536)
	o.MaxStale = max(orElse(o.MaxStale, 24*time.Hour), 0)
	o.StaleTTL = orElse(o.StaleTTL, 30*time.Second)
	o.StaleWait = orElse(o.StaleWait, 1800*time.Millisecond)
	o.Deadline = orElse(o.Deadline, 8*time.Second)
	o.MaxRecursions = orElse(o.MaxRecursions, 1024)
	o.MaxPerBackend = orElse(o.MaxPerBackend, max(o.MaxRecursions/4, 1))
	o.PrefetchWorker = orElse(o.PrefetchWorker, 8)
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Client.Now = o.Now
	if len(o.Client.Waits) == 0 {
		o.Client.Waits = []time.Duration{300 * time.Millisecond, 700 * time.Millisecond, time.Second}
	}
	o.Client.Timeout = orElse(o.Client.Timeout, 3*time.Second)
	o.Client.KeepIdle = orElse(o.Client.KeepIdle, 4)
	return o
}

// What a node refuses by itself.
var (
	errBusy    = errors.New("too much is asked of it")
	errSilent  = errors.New("it has not answered lately")
	errTooMany = errors.New("too many questions are open")
)

// Resolver is a recursive node. It is a server.Handler and a server.Quick.
type Resolver struct {
	o        Options
	client   *client.Client
	policy   atomic.Pointer[rules]
	cache    *cache
	flights  flights
	places   *places
	backends *backends
	sources  *rates
	handles  *rates
	slots    chan struct{} // of questions at the same time
	again    chan string   // handles of records to be fetched before they are asked for
	changed  chan struct{} // there is another policy
	counts   counts
	seed     maphash.Seed
}

var (
	_ server.Handler = (*Resolver)(nil)
	_ server.Quick   = (*Resolver)(nil)
)

// prefetchQueue is how many records wait to be fetched again at the most.
const prefetchQueue = 1024

// New returns a node.
func New(o Options) (*Resolver, error) {
	o = o.orDefault()
	if o.CacheMiB < 0 || o.MaxPlaces < 0 || o.MaxRecursions < 0 || o.PrefetchWorker < 0 || o.Deadline < 0 {
		return nil, errors.New("an option of the recursive node is negative")
	}
	if len(o.Client.Root) == 0 {
		return nil, fmt.Errorf("a recursive node: the root: %w", client.ErrNoService)
	}
	compiled, err := compile(&o.Policy)
	if err != nil {
		return nil, err
	}
	r := &Resolver{
		o: o, seed: maphash.MakeSeed(), slots: make(chan struct{}, o.MaxRecursions), again: make(chan string, prefetchQueue), changed: make(chan struct{}, 1),
		cache: newCache(int64(o.CacheMiB) << 20), places: newPlaces(o.MaxPlaces, o.PlaceTTL, o.MaxStale, o.Now),
		sources: newRates(), handles: newRates(),
	}
	r.backends = newBackends(o.MaxPerBackend, o.Now, func() Rate { return r.policy.Load().BackendRate })
	r.policy.Store(compiled)
	r.counts.began(o.Now())
	o.Client.Cache, o.Client.Guard, o.Client.Resolver = r.places, r.backends, nil
	o.Client.Forced = func(place string) []wire.Value { return r.policy.Load().forcedPlace(place) }
	r.client = client.New(o.Client)
	return r, nil
}

// Close closes the connections that are kept.
func (r *Resolver) Close() error { return r.client.Close() }
