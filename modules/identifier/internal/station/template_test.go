package station_test

import (
	"testing"

	"linghang/lib/handle/client"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/station"
)

// An enterprise says in its prefix's record, at the node above, how handles are made of
// others; its own node computes them, and a recursive node keeps them as others.
func TestTemplateHandlesResolveFromTheRootDown(t *testing.T) {
	c := newChain(t)
	owner := as(t, c.root, c.dirs[2], enterpriseHandle)
	template := wire.Text(400, wire.TypeNamespace, `<namespace><template delimiter="@"><foreach>
		<if value="type" test="equals" expression="URL"><value data="${data}?part=${extension}"/></if>
	</foreach></template></namespace>`)
	if err := owner.AddValues(t.Context(), enterpriseHandle, []wire.Value{template}, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := owner.Create(t.Context(), product, []wire.Value{wire.Text(1, wire.TypeURL, "http://a.example/T001")}, 0); err != nil {
		t.Fatal(err)
	}
	recursive, _ := open(t, station.Config{Role: station.Recursive, Dir: t.TempDir(), Root: []wire.Site{c.root}})
	stranger := client.New(client.Options{Root: []wire.Site{c.root}})
	asking := client.New(client.Options{Resolver: []wire.Site{recursive.Site()}})
	for who, a := range map[string]*client.Client{"a stranger": stranger, "a recursive node": asking} {
		defer func() { _ = a.Close() }()
		for range 2 {
			got, err := a.Resolve(t.Context(), product+"@gear", client.Query{})
			if err != nil || len(got.Values) != 1 || string(got.Values[0].Data) != "http://a.example/T001?part=gear" {
				t.Errorf("%s: %+v, %v", who, got, err)
			}
		}
		if _, err := a.Resolve(t.Context(), "88.101.5/NONE@gear", client.Query{}); client.CodeOf(err) != wire.CodeNotFound {
			t.Errorf("%s, of a base that is not there: %v", who, err)
		}
	}
}
