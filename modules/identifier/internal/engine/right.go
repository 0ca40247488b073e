package engine

import (
	"context"
	"fmt"
	"slices"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

// administrators returns the HS_ADMIN values among values. What cannot be read
// gives nobody a right.
func administrators(values []wire.Value) []wire.Admin {
	var list []wire.Admin
	for i := range values {
		if !wire.Equal(values[i].Type, wire.TypeAdmin) {
			continue
		}
		if a, err := wire.DecodeAdmin(values[i].Data); err == nil {
			list = append(list, a)
		}
	}
	return list
}

// permit checks that who asks has rights by the HS_ADMIN values of a record. The
// rights of all values that name them, or a group they are in, add up. All of need
// are wanted, or all of another set in instead.
func (e *Engine) permit(ctx context.Context, values []wire.Value, who wire.Reference, need wire.Rights, instead []wire.Rights) error {
	if full, err := e.mayEverything(ctx, who); full || err != nil {
		return err
	}
	var have wire.Rights
	named := false
	for _, a := range administrators(values) {
		if have.Has(need) {
			break
		}
		is, err := auth.Includes(ctx, []wire.Reference{a.Reference}, who, e.values)
		if err != nil {
			return fmt.Errorf("find out who %s is: %w", who, err)
		}
		if is {
			named, have = true, have|a.Rights
		}
	}
	switch {
	case !named:
		return refuse(wire.CodeNotAdmin, "%s is not an administrator of it", who)
	case have.Has(need):
		return nil
	}
	if slices.ContainsFunc(instead, have.Has) {
		return nil
	}
	return refuse(wire.CodeNoPermission, "%s lacks the rights %s (has %s)", who, need&^have, have)
}

// mayEverything tells whether who asks administers this node and its
// administrators may do everything.
func (e *Engine) mayEverything(ctx context.Context, who wire.Reference) (bool, error) {
	if !e.o.FullAccess {
		return false, nil
	}
	return e.among(ctx, e.o.Administrators, who)
}

func (e *Engine) among(ctx context.Context, list []wire.Reference, who wire.Reference) (bool, error) {
	is, err := auth.Includes(ctx, list, who, e.values)
	if err != nil {
		return false, fmt.Errorf("find out who %s is: %w", who, err)
	}
	return is, nil
}

// permitCreate checks that who asks may create a handle: rights come from the
// prefix it is under, or, for the handle of a prefix, from the prefix above.
func (e *Engine) permitCreate(ctx context.Context, handle string, who wire.Reference) error {
	above, need := wire.PrefixHandle(handle), wire.RightAddHandle
	var instead []wire.Rights
	if wire.IsPrefixHandle(handle) {
		need = wire.RightAddDerivedPrefix
		parent, ok := wire.Parent(handle)
		if !ok {
			parent, instead = wire.RootHandle, []wire.Rights{wire.RightAddHandle} // a prefix of one segment is the root's
		}
		above = parent
	}
	values, err := e.values(ctx, above)
	if err != nil {
		return err
	}
	return e.permit(ctx, values, who, need, instead)
}
