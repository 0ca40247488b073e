package client

import (
	"context"
	"fmt"
	"slices"
	"time"

	"linghang/lib/handle/wire"
)

// refreshTime is how often the root is asked for its sites at the most.
const refreshTime = time.Minute

// top returns the root.
func (c *Client) top() (found, error) {
	c.mu.Lock()
	sites := c.root
	c.mu.Unlock()
	if len(sites) == 0 {
		sites = c.o.Root
	}
	if len(sites) == 0 {
		return found{}, fmt.Errorf("the root: %w", ErrNoService)
	}
	return found{sites: sites, place: wire.RootHandle}, nil
}

// SetRoot changes the root. Calls that have begun end at the old one.
func (c *Client) SetRoot(sites []wire.Site) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.root, c.asked = sites, time.Time{}
}

// RefreshRoot asks the root where it is and goes on with that. If the sites that
// are known have keys, the answer must be signed with one of them. It asks once a
// minute at the most, and does nothing else.
func (c *Client) RefreshRoot(ctx context.Context) error {
	c.mu.Lock()
	now := c.o.Now()
	early := !c.asked.IsZero() && now.Sub(c.asked) < refreshTime
	if !early {
		c.asked = now
	}
	c.mu.Unlock()
	if early {
		return nil
	}
	top, err := c.top()
	if err != nil {
		return err
	}
	keyless := func(s wire.Server) bool { return len(s.PublicKey) == 0 }
	q := Query{Types: []string{wire.TypeSite, wire.TypeSite6}, KeepAlias: true}
	q.Signed = !slices.ContainsFunc(top.sites, func(s wire.Site) bool { return slices.ContainsFunc(s.Servers, keyless) })
	a, err := c.resolveAt(ctx, top, wire.RootHandle, &q, c.newWalk(ctx))
	if err != nil {
		return fmt.Errorf("ask the root where it is: %w", err)
	}
	var sites []wire.Site
	for i := range a.Values {
		if site, err := wire.DecodeSite(a.Values[i].Data); err == nil && len(site.Servers) > 0 {
			sites = append(sites, site)
		}
	}
	if len(sites) == 0 {
		return fmt.Errorf("ask the root where it is: %w", ErrNoService)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.root = sites
	return nil
}

// outdate forgets where a service is that knows better.
func (c *Client) outdate(ctx context.Context, at *found, r *reply) {
	switch {
	case !r.newer || at.place == "":
	case at.place == wire.RootHandle:
		_ = c.RefreshRoot(ctx) // what is known of the root has just been good enough
	case c.o.Cache != nil:
		c.o.Cache.Store(at.place, nil, time.Time{})
	}
}

// renew looks for the service of a handle without what is kept.
func (c *Client) renew(ctx context.Context, place, handle string, w *walk) (found, error) {
	w.fresh, w.top = true, true
	clear(w.seen)
	clear(w.places)
	if place == wire.RootHandle {
		if err := c.RefreshRoot(ctx); err != nil {
			return found{}, err
		}
	}
	return c.home(ctx, handle, w, 0)
}

// newer tells whether a serial number comes after another; they go round.
func newer(serial, than uint16) bool {
	return serial != wire.SerialUnknown && than != wire.SerialUnknown && int16(serial-than) > 0 //nolint:gosec // the same bits
}
