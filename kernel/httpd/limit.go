package httpd

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
)

// Limits bound how many requests a second are answered, on average over ten
// seconds, to one address, to one person or token, and to one organisation. Zero is
// no bound. Each replica counts for itself: the bounds are there so that one
// caller cannot take all of a replica, and a caller who spreads over replicas
// takes no more of each.
type Limits struct {
	Address float64
	Account float64
	Tenant  float64
}

// DefaultLimits are far above what people and their browsers need, and what
// programs that page through lists need.
func DefaultLimits() Limits { return Limits{Address: 200, Account: 100, Tenant: 400} }

const (
	limitWindow = 10 // seconds that a caller may use at once
	limitBound  = 20_000
)

// Buckets bound how much the callers of one kind ask. The memory is bounded: a
// bucket that has filled up again says nothing and is forgotten first.
type Buckets struct {
	per rate.Limit

	mu     sync.Mutex
	active map[string]*rate.Limiter
}

// NewBuckets bounds callers to so many requests a second on average over ten; zero
// is no bound. It is for rooms whose routes authenticate by keys of their own.
func NewBuckets(perSecond float64) *Buckets {
	return &Buckets{per: rate.Limit(perSecond), active: map[string]*rate.Limiter{}}
}

// take uses one request of a caller, or returns how long they should wait.
func (b *Buckets) take(caller string, now time.Time) time.Duration {
	if b.per <= 0 {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	l, ok := b.active[caller]
	if !ok {
		if len(b.active) >= limitBound {
			b.forget(now)
		}
		l = rate.NewLimiter(b.per, max(1, int(b.per*limitWindow)))
		b.active[caller] = l
	}
	r := l.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
	}
	return wait
}

// Admit uses one request of a caller, or refuses it and says when to come again.
func (b *Buckets) Admit(caller string, now time.Time) error { return tooMany(b.take(caller, now)) }

// forget drops, of some buckets, the fullest: whoever comes from many addresses
// to fill the memory drops their own.
func (b *Buckets) forget(now time.Time) {
	victim, most, looked := "", -1.0, 0
	for caller, l := range b.active {
		if tokens := l.TokensAt(now); tokens > most {
			victim, most = caller, tokens
		}
		if looked++; looked == 32 {
			break
		}
	}
	delete(b.active, victim)
}

type limiter struct{ address, account, tenant *Buckets }

func newLimiter(l Limits) limiter {
	return limiter{NewBuckets(l.Address), NewBuckets(l.Account), NewBuckets(l.Tenant)}
}

// AdmitAddress uses one request of the network that an address is in. The machine
// itself is not bounded: a proxy that does not tell addresses would be everybody.
func (b *Buckets) AdmitAddress(ip string, now time.Time) error {
	if a, err := netip.ParseAddr(ip); err == nil && a.IsLoopback() {
		return nil
	}
	return b.Admit(Network(ip), now)
}

// Network is the part of an address that one party holds: an IPv6 customer has
// a /64 of addresses to ask from.
func Network(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil || !a.Is6() || a.Is4In6() {
		return ip
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return ip
	}
	return p.String()
}

func (l limiter) from(id identity.Identity, now time.Time) error {
	if !id.Known() {
		return nil
	}
	if err := l.account.Admit(id.Actor(), now); err != nil {
		return err
	}
	return l.tenant.Admit(id.Organisation.ID, now)
}

func tooMany(wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	seconds := int(wait/time.Second) + 1
	return fault.New(fault.Limited, "kernel.limited", "too many requests; try again in %d seconds", seconds).With("seconds", seconds).After(seconds)
}

// admit refuses who asks too much. Routes with keys of their own bound those.
func (s *Server) admit(r *http.Request, m MountedRoute) error {
	if m.OwnKey {
		return nil
	}
	return s.limiter.address.AdmitAddress(ClientIP(r.Context()), time.Now())
}
