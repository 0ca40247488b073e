package client

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"linghang/lib/handle/wire"
)

// maxServices bounds how many services lead to one another.
const maxServices = 20

// whyPlace is why a place is asked for.
const whyPlace = "where the service is"

// placeTypes are the types that tell where the handles of a prefix are.
func placeTypes() []string {
	return []string{wire.TypeSite, wire.TypeSite6, wire.TypeService}
}

// leads are values that tell where a service is.
type leads struct {
	values []wire.Value
	place  string // in Cache
	forced bool
}

// find finds the service that is responsible for a handle.
func (c *Client) find(ctx context.Context, handle string, w *walk) (found, error) {
	if len(c.o.Resolver) > 0 {
		return found{sites: c.o.Resolver}, nil
	}
	return c.home(ctx, handle, w, 0)
}

func (c *Client) home(ctx context.Context, handle string, w *walk, depth int) (found, error) {
	prefix := wire.PrefixHandle(handle)
	if wire.Equal(prefix, wire.RootHandle) {
		if at, ok := c.below(ctx, handle, w, depth); ok {
			return at, nil
		}
		return c.top()
	}
	l, err := c.place(ctx, prefix, w, depth)
	if err != nil {
		return found{}, fmt.Errorf("find the service of %s: %w", prefix, err)
	}
	at, err := c.sitesIn(ctx, l, w, depth)
	if err != nil {
		return found{}, fmt.Errorf("find the service of %s: %w", prefix, err)
	}
	return at, nil
}

// below returns the service of the nearest prefix above that of the handle which
// is known to have what is below it. When one leads nowhere, the rest of the walk
// begins at the root.
func (c *Client) below(ctx context.Context, handle string, w *walk, depth int) (found, bool) {
	for above, ok := wire.Parent(handle); ok; above, ok = wire.Parent(above) {
		l, ok := c.known(wire.Fold(above)+".", w, !w.top)
		if !ok {
			continue
		}
		at, err := c.sitesIn(ctx, l, w, depth+1)
		if err != nil {
			w.top = true
			return found{}, false
		}
		at.short = !l.forced
		return at, true
	}
	return found{}, false
}

// known returns what is known of a place without asking anybody.
func (c *Client) known(place string, w *walk, kept bool) (leads, bool) {
	if c.o.Forced != nil {
		if values := c.o.Forced(place); len(values) > 0 {
			c.tell(w, &Hop{Op: wire.OpResolve, Handle: place, Why: whyPlace, Code: wire.CodeSuccess, Forced: true, Leads: values})
			return leads{values, place, true}, true
		}
	}
	if values, ok := w.places[place]; ok {
		return leads{values, place, false}, true
	}
	if c.o.Cache == nil || w.fresh || !kept {
		return leads{}, false
	}
	values, ok := c.o.Cache.Load(place)
	if !ok {
		return leads{}, false
	}
	c.tell(w, &Hop{Op: wire.OpResolve, Handle: place, Why: whyPlace, Code: wire.CodeSuccess, Cached: true, Leads: values})
	return leads{values, place, false}, true
}

// place returns the values of a handle that tell where a service is.
func (c *Client) place(ctx context.Context, handle string, w *walk, depth int) (leads, error) {
	if depth > maxServices {
		return leads{}, ErrTooFar
	}
	key := wire.Fold(handle)
	if l, ok := c.known(key, w, true); ok {
		return l, nil
	}
	query := wire.NewQuery(handle, nil, placeTypes())
	r, err := c.reach(ctx, handle, &ask{
		op: wire.OpResolve, flags: wire.FlagPublicOnly, handle: handle, body: query.Append(nil), why: whyPlace, recursion: w.recursion,
	}, w, depth+1)
	if err != nil {
		return c.fallBack(key, handle, w, err)
	}
	answer, err := wire.DecodeValues(r.body)
	if err != nil {
		return leads{}, fmt.Errorf("read answer: %w", err)
	}
	if !wire.Equal(answer.Handle, handle) {
		return leads{}, fmt.Errorf("answer for %s by %s: %w", answer.Handle, r.from, ErrForged)
	}
	w.places[key] = answer.Values
	c.store(key, answer.Values)
	return leads{answer.Values, key, false}, nil
}

func (c *Client) store(place string, values []wire.Value) {
	if c.o.Cache != nil && len(values) > 0 {
		c.o.Cache.Store(place, values, c.until(values))
	}
}

// fallBack returns what was known of a place that nobody tells now. Who says that
// a place has no service is believed.
func (c *Client) fallBack(place, handle string, w *walk, fault error) (leads, error) {
	switch CodeOf(fault) {
	case 0:
	case wire.CodeValuesNotFound:
		return leads{}, fmt.Errorf("%s names none: %w", handle, ErrNoService)
	default:
		return leads{}, fault
	}
	cache, ok := c.o.Cache.(Stale)
	if !ok {
		return leads{}, fault
	}
	values, ok := cache.LoadStale(place)
	if !ok {
		return leads{}, fault
	}
	w.places[place] = values
	c.tell(w, &Hop{Op: wire.OpResolve, Handle: place, Why: "where the service was", Code: wire.CodeSuccess, Cached: true, Leads: values})
	return leads{values, place, false}, nil
}

// reach asks the service that is responsible for a handle. If that is one below
// the root which was kept, and it does not have the handle, the root is asked.
func (c *Client) reach(ctx context.Context, handle string, a *ask, w *walk, depth int) (*reply, error) {
	at, err := c.home(ctx, handle, w, depth)
	if err != nil {
		return nil, err
	}
	r, err := c.do(ctx, at, a, w)
	if err == nil || !at.short || ctx.Err() != nil {
		return r, err
	}
	w.top = true
	clear(w.seen)
	if at, err = c.home(ctx, handle, w, depth); err != nil {
		return nil, err
	}
	return c.do(ctx, at, a, w)
}

// until is when the first of the values must be asked for again.
func (c *Client) until(values []wire.Value) time.Time {
	now := c.o.Now()
	first := values[0].Until(now)
	for i := range values {
		if t := values[i].Until(now); t.Before(first) {
			first = t
		}
	}
	return first
}

// sitesIn returns the sites in values; services in them are asked only if there
// are none.
func (c *Client) sitesIn(ctx context.Context, l leads, w *walk, depth int) (found, error) {
	at := found{place: l.place}
	fault := ErrNoService
	for i := range l.values {
		if !wire.IsSite(l.values[i].Type) {
			continue
		}
		site, err := wire.DecodeSite(l.values[i].Data)
		if err != nil || len(site.Servers) == 0 {
			continue
		}
		if address, ok := c.refused(&site); ok && !l.forced {
			fault = fmt.Errorf("%s: %w", address, ErrForbidden)
			continue
		}
		at.sites = append(at.sites, site)
	}
	if len(at.sites) > 0 {
		return at, nil
	}
	for i := range l.values {
		v := &l.values[i]
		if wire.Equal(v.Type, wire.TypeService) || wire.Equal(v.Type, wire.TypeServicePrefix) {
			return c.service(ctx, string(v.Data), w, depth+1)
		}
	}
	return found{}, fault
}

// refused returns the address of a server of the site that may not be asked.
func (c *Client) refused(site *wire.Site) (netip.Addr, bool) {
	if c.o.Accept == nil {
		return netip.Addr{}, false
	}
	for i := range site.Servers {
		if !c.o.Accept(site.Servers[i].Address) {
			return site.Servers[i].Address, true
		}
	}
	return netip.Addr{}, false
}

// service finds the sites of a service by its handle.
func (c *Client) service(ctx context.Context, handle string, w *walk, depth int) (found, error) {
	if depth > maxServices {
		return found{}, fmt.Errorf("service %s: %w", handle, ErrTooFar)
	}
	if wire.Equal(handle, wire.RootHandle) && len(c.o.Root) > 0 {
		return c.top()
	}
	if err := wire.CheckHandle(handle); err != nil {
		return found{}, fmt.Errorf("service: %w", err)
	}
	l, err := c.place(ctx, handle, w, depth)
	if err != nil {
		return found{}, fmt.Errorf("service %s: %w", handle, err)
	}
	return c.sitesIn(ctx, l, w, depth)
}

// referred finds the sites that a referral leads to. Those below a prefix are
// kept.
func (c *Client) referred(ctx context.Context, r *reply, a *ask, w *walk) (found, error) {
	referral, err := wire.DecodeReferral(r.body)
	if err != nil {
		return found{}, fmt.Errorf("read referral: %w", err)
	}
	if len(referral.Values) == 0 {
		if referral.Handle == "" {
			return found{}, fmt.Errorf("referral by %s to nowhere: %w", r.from, ErrNoService)
		}
		return c.service(ctx, referral.Handle, w, 1)
	}
	l := leads{values: referral.Values}
	if above, ok := wire.Parent(a.handle); ok && r.message.Code == wire.CodePrefixReferral {
		l.place = wire.Fold(above) + "."
	}
	at, err := c.sitesIn(ctx, l, w, 0)
	if err != nil {
		return found{}, fmt.Errorf("referral by %s: %w", r.from, err)
	}
	if l.place != "" {
		c.store(l.place, referral.Values)
	}
	return at, nil
}
