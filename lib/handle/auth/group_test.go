package auth_test

import (
	"context"
	"fmt"
	"testing"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/wire"
)

// groups is a directory of groups by handle, each at index 200.
type groups struct {
	members map[string][]wire.Reference
	lookups int
}

func (g *groups) lookup(_ context.Context, handle string) ([]wire.Value, error) {
	g.lookups++
	return []wire.Value{{Index: 200, Type: wire.TypeVList, Data: wire.AppendVList(nil, g.members[handle])}}, nil
}

func TestMembersOfNestedGroupsAreIncluded(t *testing.T) {
	person := wire.Reference{Handle: "88/P", Index: 300}
	g := &groups{members: map[string][]wire.Reference{
		"88/A": {{Handle: "88/B", Index: 200}, {Handle: "88/A", Index: 200}},
		"88/B": {{Handle: "88/C", Index: 200}, {Handle: "88/a", Index: 200}},
		"88/C": {{Handle: "88/p", Index: 300}, {Handle: "88/Q"}},
	}}
	for name, c := range map[string]struct {
		list     []wire.Reference
		identity wire.Reference
		want     bool
	}{
		"named":           {[]wire.Reference{{Handle: "88/p", Index: 300}}, person, true},
		"any index":       {[]wire.Reference{{Handle: "88/P"}}, person, true},
		"another index":   {[]wire.Reference{{Handle: "88/P", Index: 301}}, person, false},
		"three deep":      {[]wire.Reference{{Handle: "88/A", Index: 200}}, person, true},
		"any in a group":  {[]wire.Reference{{Handle: "88/A", Index: 200}}, wire.Reference{Handle: "88/q", Index: 9}, true},
		"not a group's":   {[]wire.Reference{{Handle: "88/A", Index: 201}}, person, false},
		"nobody's member": {[]wire.Reference{{Handle: "88/A", Index: 200}}, wire.Reference{Handle: "88/X", Index: 1}, false},
	} {
		got, err := auth.Includes(t.Context(), c.list, c.identity, g.lookup)
		if err != nil || got != c.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestGroupsWithoutEndAreLeft(t *testing.T) {
	g := &groups{members: map[string][]wire.Reference{}}
	for i := range 1000 {
		for j := range 10 {
			h := fmt.Sprintf("88/%d", i)
			g.members[h] = append(g.members[h], wire.Reference{Handle: fmt.Sprintf("88/%d", (i*10+j)%1000), Index: 200})
		}
	}
	got, err := auth.Includes(t.Context(), []wire.Reference{{Handle: "88/1", Index: 200}}, wire.Reference{Handle: "88/X"}, g.lookup)
	if got || err != nil || g.lookups > 64 {
		t.Errorf("%v, %v after %d look-ups", got, err, g.lookups)
	}
}
