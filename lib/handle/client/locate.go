package client

import (
	"context"
	"fmt"
	"time"

	"linghang/lib/handle/wire"
)

// maxServices bounds how many services lead to one another.
const maxServices = 20

// placeTypes are the types that tell where the handles of a prefix are.
func placeTypes() []string {
	return []string{wire.TypeSite, wire.TypeSite6, wire.TypeService}
}

// sites finds the sites of the service that is responsible for a handle.
func (c *Client) sites(ctx context.Context, handle string, w *walk) ([]wire.Site, error) {
	if len(c.o.Resolver) > 0 {
		return c.o.Resolver, nil
	}
	return c.home(ctx, handle, w, 0)
}

func (c *Client) home(ctx context.Context, handle string, w *walk, depth int) ([]wire.Site, error) {
	prefix := wire.PrefixHandle(handle)
	if wire.Equal(prefix, wire.RootHandle) {
		if len(c.o.Root) == 0 {
			return nil, fmt.Errorf("the root: %w", ErrNoService)
		}
		return c.o.Root, nil
	}
	values, err := c.place(ctx, prefix, w, depth)
	if err != nil {
		return nil, fmt.Errorf("find the service of %s: %w", prefix, err)
	}
	return c.sitesIn(ctx, values, w, depth)
}

// place returns the values of a handle that tell where a service is.
func (c *Client) place(ctx context.Context, handle string, w *walk, depth int) ([]wire.Value, error) {
	if depth > maxServices {
		return nil, ErrTooFar
	}
	key := wire.Fold(handle)
	if values, ok := w.places[key]; ok {
		return values, nil
	}
	if c.o.Cache != nil {
		if values, ok := c.o.Cache.Load(key); ok {
			return values, nil
		}
	}
	home, err := c.home(ctx, handle, w, depth+1)
	if err != nil {
		return nil, err
	}
	query := wire.NewQuery(handle, nil, placeTypes())
	r, err := c.do(ctx, home, &ask{
		op: wire.OpResolve, flags: wire.FlagPublicOnly, handle: handle, body: query.Append(nil), why: "where the service is",
	}, w)
	if err != nil {
		return nil, err
	}
	answer, err := wire.DecodeValues(r.body)
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	w.places[key] = answer.Values
	if c.o.Cache != nil && len(answer.Values) > 0 {
		c.o.Cache.Store(key, answer.Values, c.until(answer.Values))
	}
	return answer.Values, nil
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
func (c *Client) sitesIn(ctx context.Context, values []wire.Value, w *walk, depth int) ([]wire.Site, error) {
	var sites []wire.Site
	for i := range values {
		if !wire.IsSite(values[i].Type) {
			continue
		}
		if site, err := wire.DecodeSite(values[i].Data); err == nil && len(site.Servers) > 0 {
			sites = append(sites, site)
		}
	}
	if len(sites) > 0 {
		return sites, nil
	}
	for i := range values {
		v := &values[i]
		if !wire.Equal(v.Type, wire.TypeService) && !wire.Equal(v.Type, wire.TypeServicePrefix) {
			continue
		}
		return c.service(ctx, string(v.Data), w, depth+1)
	}
	return nil, ErrNoService
}

// service finds the sites of a service by its handle.
func (c *Client) service(ctx context.Context, handle string, w *walk, depth int) ([]wire.Site, error) {
	if depth > maxServices {
		return nil, fmt.Errorf("service %s: %w", handle, ErrTooFar)
	}
	if wire.Equal(handle, wire.RootHandle) && len(c.o.Root) > 0 {
		return c.o.Root, nil
	}
	if err := wire.CheckHandle(handle); err != nil {
		return nil, fmt.Errorf("service: %w", err)
	}
	values, err := c.place(ctx, handle, w, depth)
	if err != nil {
		return nil, fmt.Errorf("service %s: %w", handle, err)
	}
	return c.sitesIn(ctx, values, w, depth)
}

// referred finds the sites that a referral leads to.
func (c *Client) referred(ctx context.Context, r *reply, w *walk) ([]wire.Site, error) {
	referral, err := wire.DecodeReferral(r.body)
	if err != nil {
		return nil, fmt.Errorf("read referral: %w", err)
	}
	if len(referral.Values) > 0 {
		return c.sitesIn(ctx, referral.Values, w, 0)
	}
	if referral.Handle == "" {
		return nil, fmt.Errorf("referral by %s to nowhere: %w", r.from, ErrNoService)
	}
	return c.service(ctx, referral.Handle, w, 1)
}
