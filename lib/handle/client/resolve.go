package client

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"linghang/lib/handle/wire"
)

// Query says which values of a handle are wanted. The zero value asks for all
// that are public and follows aliases.
type Query struct {
	Indexes       []int32
	Types         []string // a type that ends with a dot is it and all below
	Authoritative bool     // a primary is asked
	Signed        bool     // the answer must be signed with the key of the server's site
	Private       bool     // values that only administrators read too
	KeepAlias     bool     // an alias is an answer
	Fresh         bool     // nothing in Options.Cache is used

	// Of who asks for another.
	Recurse   bool  // the servers of ResolveAt are asked to ask on
	Trusted   bool  // FlagTrustedQuery of the national dialect
	Recursion uint8 // how often the question was passed on before
}

// Answer is what a handle holds.
type Answer struct {
	Handle        string   // whose values they are, after aliases
	Aliases       []string // that were followed, the handle asked for first
	Values        []wire.Value
	Authoritative bool
	Trusted       bool // FlagTrustedResult of the national dialect
	From          netip.AddrPort
}

// Resolve returns values of a handle.
func (c *Client) Resolve(ctx context.Context, handle string, q Query) (*Answer, error) {
	return c.follow(ctx, handle, &q, func(handle string, w *walk) (found, error) { return c.find(ctx, handle, w) })
}

// ResolveAt returns values of a handle as the servers of sites have them.
func (c *Client) ResolveAt(ctx context.Context, sites []wire.Site, handle string, q Query) (*Answer, error) {
	return c.follow(ctx, handle, &q, func(string, *walk) (found, error) { return found{sites: sites}, nil })
}

// follow resolves a handle and the aliases it leads to.
func (c *Client) follow(ctx context.Context, handle string, q *Query, find func(handle string, w *walk) (found, error)) (*Answer, error) {
	w := c.newWalk(ctx)
	w.fresh, w.top, w.recursion = q.Fresh, q.Fresh, q.Recursion
	seen := map[string]bool{}
	var aliases []string
	for {
		if err := wire.CheckHandle(handle); err != nil {
			return nil, err //nolint:wrapcheck // it says all
		}
		if seen[wire.Fold(handle)] {
			return nil, fmt.Errorf("alias %s: %w", handle, ErrLoop)
		}
		seen[wire.Fold(handle)] = true
		at, err := find(handle, w)
		if err != nil {
			return nil, err
		}
		a, err := c.resolveAt(ctx, at, handle, q, w)
		if err != nil && at.short && ctx.Err() == nil {
			w.top = true
			clear(w.seen)
			if at, err = find(handle, w); err == nil {
				a, err = c.resolveAt(ctx, at, handle, q, w)
			}
		}
		if err != nil {
			return nil, err
		}
		a.Aliases = aliases
		next := alias(a.Values)
		if next == "" || q.KeepAlias {
			return a, nil
		}
		if aliases = append(aliases, handle); len(aliases) > c.o.MaxAlias {
			return nil, fmt.Errorf("%d aliases: %w", len(aliases), ErrTooFar)
		}
		handle = next
	}
}

func alias(values []wire.Value) string {
	for i := range values {
		if wire.Equal(values[i].Type, wire.TypeAlias) {
			return string(values[i].Data)
		}
	}
	return ""
}

// flagsOf returns the flags of a query.
func (c *Client) flagsOf(q *Query) wire.Flags {
	var flags wire.Flags
	for _, f := range []struct {
		set  bool
		flag wire.Flags
	}{
		{!q.Private, wire.FlagPublicOnly},
		{q.Authoritative, wire.FlagAuthoritative},
		{q.Signed, wire.FlagCertify | wire.FlagReturnDigest},
		{q.Recurse || len(c.o.Resolver) > 0, wire.FlagRecurse},
		{q.Trusted, wire.FlagTrustedQuery},
	} {
		if f.set {
			flags |= f.flag
		}
	}
	return flags
}

func (c *Client) resolveAt(ctx context.Context, at found, handle string, q *Query, w *walk) (*Answer, error) {
	types := q.Types
	if len(q.Types)+len(q.Indexes) > 0 && !q.KeepAlias {
		types = append(slices.Clip(types), wire.TypeAlias)
	}
	at.sites = primaries(at.sites, q.Authoritative)
	query := wire.NewQuery(handle, q.Indexes, types)
	r, err := c.do(ctx, at, &ask{
		op: wire.OpResolve, flags: c.flagsOf(q), handle: handle, body: query.Append(nil), why: "the values", recursion: q.Recursion,
	}, w)
	if err != nil {
		return nil, err
	}
	values, err := wire.DecodeValues(r.body)
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if !wire.Equal(values.Handle, handle) {
		return nil, fmt.Errorf("answer for %s by %s: %w", values.Handle, r.from, ErrForged)
	}
	return &Answer{
		Handle: values.Handle, Values: values.Values, From: r.from,
		Authoritative: r.message.Flags.Has(wire.FlagAuthoritative), Trusted: r.message.Flags.Has(wire.FlagTrustedResult),
	}, nil
}

// primaries returns the primary sites if they are wanted and there are any.
func primaries(sites []wire.Site, wanted bool) []wire.Site {
	if !wanted {
		return sites
	}
	var list []wire.Site
	for _, s := range sites {
		if s.Primary {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		return sites
	}
	return list
}
