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
	w := c.newWalk()
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
		a, err := c.resolveOnce(ctx, handle, q, w)
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

func (c *Client) resolveOnce(ctx context.Context, handle string, q Query, w *walk) (*Answer, error) {
	types := q.Types
	if len(q.Types)+len(q.Indexes) > 0 && !q.KeepAlias {
		types = append(slices.Clip(types), wire.TypeAlias)
	}
	var flags wire.Flags
	if !q.Private {
		flags |= wire.FlagPublicOnly
	}
	if q.Authoritative {
		flags |= wire.FlagAuthoritative
	}
	if q.Signed {
		flags |= wire.FlagCertify | wire.FlagReturnDigest
	}
	if len(c.o.Resolver) > 0 {
		flags |= wire.FlagRecurse
	}
	sites, err := c.sites(ctx, handle, w)
	if err != nil {
		return nil, err
	}
	query := wire.NewQuery(handle, q.Indexes, types)
	r, err := c.do(ctx, primaries(sites, q.Authoritative), &ask{
		op: wire.OpResolve, flags: flags, handle: handle, body: query.Append(nil), why: "the values",
	}, w)
	if err != nil {
		return nil, err
	}
	values, err := wire.DecodeValues(r.body)
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if !wire.Equal(values.Handle, handle) {
		return nil, fmt.Errorf("answer for %s: %w", values.Handle, ErrForged)
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
