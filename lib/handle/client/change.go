package client

import (
	"context"
	"fmt"
	"iter"

	"linghang/lib/handle/wire"
)

// change asks the primary of a handle.
func (c *Client) change(ctx context.Context, a *ask) (*reply, error) {
	name := a.handle
	if a.flags.Has(wire.FlagMint) {
		name += "x" // the server adds to it
	}
	if err := wire.CheckHandle(name); err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	w := c.newWalk(ctx)
	at, err := c.find(ctx, a.handle, w)
	if err != nil {
		return nil, err
	}
	a.admin = true
	a.flags |= wire.FlagAuthoritative | wire.FlagReturnDigest
	return c.do(ctx, at, a, w)
}

// Create creates a handle with values. With wire.FlagOverwrite it replaces one
// that exists; with wire.FlagMint the server adds a suffix to the handle. It
// returns the handle.
func (c *Client) Create(ctx context.Context, handle string, values []wire.Value, flags wire.Flags) (string, error) {
	body := wire.Values{Handle: handle, Values: values}
	r, err := c.change(ctx, &ask{op: wire.OpCreate, flags: flags, handle: handle, body: body.Append(nil)})
	if err != nil {
		return "", err
	}
	if len(r.body) == 0 {
		return handle, nil
	}
	created, err := wire.DecodeHandle(r.body)
	if err != nil {
		return "", fmt.Errorf("read answer: %w", err)
	}
	if created == "" {
		return handle, nil
	}
	return created, nil
}

// Delete deletes a handle.
func (c *Client) Delete(ctx context.Context, handle string) error {
	_, err := c.change(ctx, &ask{op: wire.OpDelete, handle: handle, body: wire.AppendHandle(nil, handle)})
	return err
}

// AddValues adds values to a handle.
func (c *Client) AddValues(ctx context.Context, handle string, values []wire.Value, flags wire.Flags) error {
	body := wire.Values{Handle: handle, Values: values}
	_, err := c.change(ctx, &ask{op: wire.OpAddValues, flags: flags, handle: handle, body: body.Append(nil)})
	return err
}

// ModifyValues replaces the values of a handle that have the same indexes.
func (c *Client) ModifyValues(ctx context.Context, handle string, values []wire.Value) error {
	body := wire.Values{Handle: handle, Values: values}
	_, err := c.change(ctx, &ask{op: wire.OpModifyValues, handle: handle, body: body.Append(nil)})
	return err
}

// RemoveValues removes values of a handle.
func (c *Client) RemoveValues(ctx context.Context, handle string, indexes []int32) error {
	body := wire.Indexes{Handle: handle, Indexes: indexes}
	_, err := c.change(ctx, &ask{op: wire.OpRemoveValues, handle: handle, body: body.Append(nil)})
	return err
}

// List calls the handles of a prefix, whose handle is 0.NA/prefix, from the
// server that has it. A site of several servers is asked server by server.
func (c *Client) List(ctx context.Context, prefixHandle string) iter.Seq2[string, error] {
	return c.list(ctx, wire.OpListHandles, prefixHandle, func(w *walk) ([]wire.Site, error) {
		// The handles are where a handle of the prefix is.
		_, prefix := wire.Split(prefixHandle)
		at, err := c.find(ctx, prefix+"/", w)
		return at.sites, err
	})
}

// ListHomed calls the prefixes that the servers of a site are home of.
func (c *Client) ListHomed(ctx context.Context, site wire.Site) iter.Seq2[string, error] {
	return c.list(ctx, wire.OpListHomed, wire.NoHandle, func(*walk) ([]wire.Site, error) { return []wire.Site{site}, nil })
}

func (c *Client) list(ctx context.Context, op wire.Op, handle string, find func(*walk) ([]wire.Site, error)) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		w := c.newWalk(ctx)
		sites, err := find(w)
		if err == nil && len(primaries(sites, true)) == 0 {
			err = ErrNoService
		}
		if err != nil {
			yield("", err)
			return
		}
		site := primaries(sites, true)[0]
		for i := range site.Servers {
			going := true
			a := &ask{op: op, handle: handle, body: wire.AppendHandle(nil, handle), admin: true, flags: wire.FlagAuthoritative}
			a.each = func(body []byte) error {
				handles, err := wire.DecodeList(body)
				for _, h := range handles {
					if going = going && yield(h, nil); !going {
						return errStopped
					}
				}
				return err
			}
			one := site
			one.Servers = site.Servers[i : i+1]
			if _, err := c.do(ctx, found{sites: []wire.Site{one}}, a, w); err != nil && going {
				yield("", err)
				return
			}
			if !going {
				return
			}
		}
	}
}

// SiteInfo asks a server for what it knows of its site.
func (c *Client) SiteInfo(ctx context.Context, site wire.Site) (wire.Site, error) {
	r, err := c.do(ctx, found{sites: []wire.Site{site}}, &ask{op: wire.OpSiteInfo, handle: wire.NoHandle, body: wire.AppendHandle(nil, wire.NoHandle)}, c.newWalk(ctx))
	if err != nil {
		return wire.Site{}, err
	}
	got, err := wire.DecodeSite(r.body)
	if err != nil {
		return wire.Site{}, fmt.Errorf("read site: %w", err)
	}
	return got, nil
}

// Home makes the servers of a site the home of a prefix.
func (c *Client) Home(ctx context.Context, site wire.Site, prefixHandle string) error {
	return c.tellAll(ctx, site, wire.OpHome, prefixHandle)
}

// Unhome ends that the servers of a site are the home of a prefix.
func (c *Client) Unhome(ctx context.Context, site wire.Site, prefixHandle string) error {
	return c.tellAll(ctx, site, wire.OpUnhome, prefixHandle)
}

func (c *Client) tellAll(ctx context.Context, site wire.Site, op wire.Op, prefixHandle string) error {
	for i := range site.Servers {
		one := site
		one.Servers = site.Servers[i : i+1]
		a := &ask{op: op, handle: prefixHandle, body: wire.AppendHandle(nil, prefixHandle), admin: true, flags: wire.FlagAuthoritative}
		if _, err := c.do(ctx, found{sites: []wire.Site{one}}, a, c.newWalk(ctx)); err != nil {
			return fmt.Errorf("server %d: %w", site.Servers[i].ID, err)
		}
	}
	return nil
}

// Verify asks the home of a secret whether a proof is right. The answer must be
// signed.
func (c *Client) Verify(ctx context.Context, v *wire.Verification) (bool, error) {
	w := c.newWalk(ctx)
	at, err := c.find(ctx, v.Identity.Handle, w)
	if err != nil {
		return false, err
	}
	r, err := c.do(ctx, at, &ask{
		op: wire.OpVerify, flags: wire.FlagCertify | wire.FlagReturnDigest, handle: v.Identity.Handle, body: v.Append(nil), why: "is the proof right",
	}, w)
	if err != nil {
		return false, err
	}
	right, err := wire.DecodeVerdict(r.body)
	if err != nil {
		return false, fmt.Errorf("read verdict: %w", err)
	}
	return right, nil
}
