package resolver

import (
	"fmt"
	"net/netip"
	"time"

	"linghang/lib/handle/trust"
	"linghang/lib/handle/wire"
)

// Policy is what whoever runs a node has decided. SetPolicy changes it as a
// whole. Prefixes are written without 0.NA/, as 88.101, and mean what is below
// them too.
type Policy struct {
	Allow []Group // sources that are served; everybody if there are none
	Block []Group // sources that are not; of two groups with a source the narrower network decides

	BlockHandles  []string
	BlockPrefixes []string
	CaseSensitive []string // prefixes in whose suffixes letters are not folded

	Answers []Forced     // that are given without asking
	Sites   []ForcedSite // where services are, whatever anybody says
	Forward []Forwarders // who is asked instead of the services

	SourceRate  Rate // of each /24 or /56 of sources
	HandleRate  Rate // of each handle
	BackendRate Rate // of each server that is asked

	NoPrefetch bool // records are not fetched before they are asked for
	NoStale    bool // nothing is served after its time

	Keep     []Keep // codes that are kept, 16 at the most; without any, see DefaultKeep
	Trust    Trust
	National bool // limits and time have the codes 602, 603 and 605 of the national dialect
}

// Group is a group of sources.
type Group struct {
	Name     string
	Networks []netip.Prefix
	Rate     Rate // of each /24 or /56 in it instead of SourceRate
}

// Rate is a limit. Without PerSecond there is none; Burst is as much when it is
// zero.
type Rate struct {
	PerSecond int
	Burst     int
}

// Forced is the answer to a query for a handle. With an index or a type it is
// the answer to queries that name one of them, and queries for all values are
// resolved.
type Forced struct {
	Handle string
	Index  int32
	Type   string
	Code   wire.Code // success with Values, or a failure
	Values []wire.Value
}

// ForcedSite says where the handles of a prefix are (HS_SITE), or the prefixes
// below it (HS_SITE.PREFIX).
type ForcedSite struct {
	Prefix string
	Below  bool
	Sites  []wire.Site
}

// Forwarders are nodes that are asked to recurse for prefixes; "*" is for all.
type Forwarders struct {
	Name      string
	Prefixes  []string
	Balance   Balance
	Upstreams []Upstream
	Every     time.Duration // they are looked after, 60 s to 1 h, 600 s
}

// Upstream is one of the Forwarders.
type Upstream struct {
	Address   netip.AddrPort
	Protocol  wire.Protocol
	PublicKey []byte // a key record that its certificate over HTTPS is of; without it see client.Options.TLS
}

// Balance is how one of several upstreams is chosen. The others are asked when it
// does not answer.
type Balance uint8

// Balances.
const (
	RoundRobin Balance = iota
	ByHash             // each handle has its upstream
	ByLatency          // the fastest, and now and then another
)

// Keep says how long a code is kept.
type Keep struct {
	Code wire.Code
	For  time.Duration // an hour at the most
}

// DefaultKeep is what is kept if a policy does not say: that a handle or its
// values are not there for half a minute, failures for a second (RFC 9520).
func DefaultKeep() []Keep {
	return []Keep{{wire.CodeNotFound, 30 * time.Second}, {wire.CodeValuesNotFound, 30 * time.Second}, {wire.CodeError, time.Second}}
}

// Trust says whether signatures of values are checked for queries with
// FlagTrustedQuery.
type Trust struct {
	On     bool
	Roots  []trust.Root
	Refuse bool // such a query gets 3001 if they do not hold, instead of values without FlagTrustedResult
}

// Bounds of a policy.
const (
	maxKeep      = 16
	maxKeepFor   = time.Hour
	minEvery     = time.Minute
	maxEvery     = time.Hour
	usualEvery   = 600 * time.Second
	maxUpstreams = 64
	maxRate      = 1_000_000_000
)

func (r Rate) check(what string) error {
	if r.PerSecond < 0 || r.Burst < 0 || r.PerSecond > maxRate || r.Burst > maxRate {
		return fmt.Errorf("%s: a rate is from 0 to %d", what, maxRate)
	}
	return nil
}

// Check tells why a node could not work by a policy.
func (p Policy) Check() error {
	_, err := compile(&p)
	return err
}

func (p *Policy) check() error {
	for what, r := range map[string]Rate{"rate of sources": p.SourceRate, "rate of handles": p.HandleRate, "rate of servers": p.BackendRate} {
		if err := r.check(what); err != nil {
			return err
		}
	}
	if len(p.Keep) > maxKeep {
		return fmt.Errorf("%d codes are to be kept, %d may be", len(p.Keep), maxKeep)
	}
	for _, k := range p.Keep {
		if !keepable(k.Code) {
			return fmt.Errorf("code %d is not one to keep", uint32(k.Code))
		}
		if k.For <= 0 || k.For > maxKeepFor {
			return fmt.Errorf("code %d is to be kept for %s; up to %s it may be", uint32(k.Code), k.For, maxKeepFor)
		}
	}
	if p.Trust.On && len(p.Trust.Roots) == 0 {
		return fmt.Errorf("trusted resolution needs a root of trust")
	}
	return nil
}

// keepable tells whether a code is that of a failure that stands for itself.
func keepable(code wire.Code) bool {
	return code != 0 && code != wire.CodeSuccess && code != wire.CodeAuthNeeded && !code.Refers()
}

func (f *Forced) check() error {
	if err := wire.CheckHandle(f.Handle); err != nil {
		return fmt.Errorf("forced answer for %q: %w", f.Handle, err)
	}
	if f.Code != wire.CodeSuccess && !keepable(f.Code) {
		return fmt.Errorf("forced answer for %s: code %d cannot be forced", f.Handle, uint32(f.Code))
	}
	if (f.Code == wire.CodeSuccess) != (len(f.Values) > 0) || len(f.Values) > wire.MaxValues {
		return fmt.Errorf("forced answer for %s: a success has values, a failure has none", f.Handle)
	}
	if len(publicOnly(f.Values)) < len(f.Values) {
		return fmt.Errorf("forced answer for %s: a value is not public", f.Handle)
	}
	return nil
}

func (f *Forwarders) check() error {
	if len(f.Upstreams) == 0 || len(f.Upstreams) > maxUpstreams {
		return fmt.Errorf("forwarders %s: %d upstreams, from 1 to %d may be", f.Name, len(f.Upstreams), maxUpstreams)
	}
	for _, u := range f.Upstreams {
		if !u.Address.IsValid() || u.Address.Port() == 0 {
			return fmt.Errorf("forwarders %s: %s is no address with a port", f.Name, u.Address)
		}
		if u.Protocol > wire.HTTPS {
			return fmt.Errorf("forwarders %s: protocol %d is not known", f.Name, u.Protocol)
		}
	}
	if f.Every != 0 && (f.Every < minEvery || f.Every > maxEvery) {
		return fmt.Errorf("forwarders %s are to be looked after every %s; from %s to %s it may be", f.Name, f.Every, minEvery, maxEvery)
	}
	if f.Balance > ByLatency {
		return fmt.Errorf("forwarders %s: balance %d is not known", f.Name, f.Balance)
	}
	return nil
}
