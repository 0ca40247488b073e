package auth

import (
	"context"
	"fmt"

	"linghang/lib/handle/wire"
)

// maxGroups bounds how many groups are looked into for one question.
const maxGroups = 64

// Includes tells whether an identity is one of the references, or a member of a
// group (HS_VLIST) that they name, or of a group in it. Index 0 in a reference
// is any index of its handle. Lookup returns the HS_VLIST values of a handle.
// Groups that contain one another are looked into once; what is in more than a
// bounded number of groups is not found.
func Includes(ctx context.Context, list []wire.Reference, identity wire.Reference, lookup func(ctx context.Context, handle string) ([]wire.Value, error)) (bool, error) {
	seen := map[wire.Reference]bool{}
	for queue := list; len(queue) > 0; {
		var next []wire.Reference
		for _, r := range queue {
			if wire.Equal(r.Handle, identity.Handle) && (r.Index == 0 || r.Index == identity.Index) {
				return true, nil
			}
			key := wire.Reference{Handle: wire.Fold(r.Handle), Index: r.Index}
			if seen[key] || len(seen) >= maxGroups {
				continue
			}
			seen[key] = true
			members, err := membersOf(ctx, r, lookup)
			if err != nil {
				return false, err
			}
			next = append(next, members...)
		}
		queue = next
	}
	return false, nil
}

func membersOf(ctx context.Context, r wire.Reference, lookup func(ctx context.Context, handle string) ([]wire.Value, error)) ([]wire.Reference, error) {
	values, err := lookup(ctx, r.Handle)
	if err != nil {
		return nil, fmt.Errorf("look into group %s: %w", r, err)
	}
	var members []wire.Reference
	for i := range values {
		v := &values[i]
		if !wire.Equal(v.Type, wire.TypeVList) || r.Index != 0 && v.Index != r.Index {
			continue
		}
		list, err := wire.DecodeVList(v.Data)
		if err != nil {
			return nil, fmt.Errorf("read group %s: %w", r, err)
		}
		members = append(members, list[:min(len(list), wire.MaxValues)]...)
	}
	return members, nil
}
