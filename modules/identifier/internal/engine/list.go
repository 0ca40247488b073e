package engine

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
)

// list answers what handles a prefix has, or what prefixes are below it.
func (e *Engine) list(ctx context.Context, req *server.Request, res *server.Response) (*Home, error) {
	prefixHandle, err := wire.DecodeHandle(req.Body)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	if err := wire.CheckHandle(prefixHandle); err != nil {
		return nil, err //nolint:wrapcheck // it says all
	}
	if !wire.IsPrefixHandle(prefixHandle) {
		return nil, refuse(wire.CodeInvalidHandle, "%s is not the handle of a prefix, as 0.NA/88.101 is", prefixHandle)
	}
	h := e.homes.Load()
	home := h.list[wire.Fold(prefixHandle)]
	if home == nil {
		return nil, refuse(wire.CodeNotResponsible, "the home of %s is elsewhere", prefixHandle)
	}
	if !req.Proven() {
		res.Code = wire.CodeAuthNeeded
		return home, nil
	}
	need, instead := wire.RightListHandles, []wire.Rights(nil)
	if req.Header.Op == wire.OpListPrefixes {
		need, instead = wire.RightListPrefixes, []wire.Rights{wire.RightListHandles} // servers in use know the one right only
	}
	values, err := e.values(ctx, prefixHandle)
	if err != nil {
		return home, err
	}
	if err := e.permit(ctx, values, req.Identity, need, instead); err != nil {
		return home, err
	}
	_, prefix := wire.Split(prefixHandle)
	if req.Header.Op == wire.OpListPrefixes {
		below := wire.Fold(prefixHandle) + "."
		top, _ := wire.Split(wire.RootHandle)
		res.List = e.handles(e.o.Store.List(ctx, top, below), below)
		return home, nil
	}
	res.List = e.handles(e.o.Store.List(ctx, prefix, ""), "")
	return home, nil
}

// handles are those of records, as long as they begin with something. What other
// servers of the site answer for is left out.
func (e *Engine) handles(records iter.Seq2[*record.Record, error], begin string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for r, err := range records {
			if err != nil {
				yield("", fmt.Errorf("list handles: %w", err))
				return
			}
			key := wire.Fold(r.Handle)
			if !strings.HasPrefix(key, begin) {
				return
			}
			if e.o.Share.WantsFolded([]byte(key)) && !yield(r.Handle, nil) {
				return
			}
		}
	}
}

// homed homes and unhomes prefixes, and tells which are, for who administers the
// node.
func (e *Engine) homed(ctx context.Context, req *server.Request, res *server.Response) error {
	prefixHandle, err := wire.DecodeHandle(req.Body)
	if err != nil {
		return err //nolint:wrapcheck // it says all
	}
	if req.Header.Op != wire.OpListHomed && !wire.IsPrefixHandle(prefixHandle) {
		return refuse(wire.CodeInvalidHandle, "%s is not the handle of a prefix, as 0.NA/88.101 is", prefixHandle)
	}
	if !req.Proven() {
		res.Code = wire.CodeAuthNeeded
		return nil
	}
	is, err := e.among(ctx, e.o.Administrators, req.Identity)
	if err != nil {
		return err
	}
	if !is {
		return refuse(wire.CodeNotAdmin, "%s does not administer this node", req.Identity)
	}
	if req.Header.Op == wire.OpListHomed {
		res.List = e.homedPrefixes()
		return nil
	}
	action := wire.ActionHome
	if req.Header.Op == wire.OpUnhome {
		action = wire.ActionUnhome
	}
	c := record.Change{
		Action: action, Handle: prefixHandle, Was: record.Any, Values: []byte(e.o.Name),
		By: req.Identity.String(), From: req.Remote.Addr().String(), Via: req.Transport.String(),
	}
	if _, err := e.o.Store.Apply(ctx, []record.Change{c}); err != nil {
		return fmt.Errorf("save the home of %s: %w", prefixHandle, err)
	}
	if err := e.refresh(ctx); err != nil {
		return err
	}
	res.Code = wire.CodeSuccess
	return nil
}

func (e *Engine) homedPrefixes() iter.Seq2[string, error] {
	list := e.homes.Load().list
	return func(yield func(string, error) bool) {
		for _, key := range slices.Sorted(maps.Keys(list)) {
			if !yield(list[key].Prefix, nil) {
				return
			}
		}
	}
}
