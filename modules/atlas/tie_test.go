package atlas

import (
	"fmt"
	"testing"
)

func TestTiesGoAsFarAsAConflictOfInterestDoes(t *testing.T) {
	edges, nodes := map[string]Edge{}, map[string]Node{}
	for i := range 16 {
		id := fmt.Sprintf("enterprise/%02d", i)
		nodes[id] = Node{ID: id, Kind: kindEnterprise, See: seePublic, Props: map[string]string{"code": fmt.Sprint("code-", i)}}
		if i > 0 {
			e := Edge{ID: fmt.Sprint(i), Src: fmt.Sprintf("enterprise/%02d", i-1), Kind: edgeHolds, Dst: id, See: seeBureau, From: "2024-01-01"}
			edges[e.ID] = e
		}
	}
	nodes["enterprise/none"] = Node{ID: "enterprise/none", Kind: kindEnterprise, See: seePublic}
	edges["none"] = Edge{ID: "none", Src: "enterprise/none", Kind: edgeCooperates, Dst: "enterprise/15", See: seeBureau, From: "2024-01-01"}
	edges["made"] = Edge{ID: "made", Src: "enterprise/00", Kind: edgeServed, Dst: "enterprise/05", See: seeBureau, From: "2024-01-01", To: "2025-01-01"}
	c, err := newCity(t.Context(), "2026-06-01", 1, nodes, edges)
	if err != nil {
		t.Fatal(err)
	}
	list, all := c.tiesOf([]string{"code-0"})
	if !all || len(list) != 12 { // ten shareholdings and one more, and what was done together
		t.Errorf("from the first there are %d ties: %+v", len(list), list)
	}
	for _, x := range list {
		if x.Kind == "cooperation" && (x.Until != "2025-01-01" || x.FromCode != "code-0" || x.ToCode != "code-5") {
			t.Errorf("what was done together is %+v", x)
		}
	}
	if list, all = c.tiesOf([]string{""}); !all || len(list) != 0 {
		t.Errorf("who has no code has %+v", list)
	}
	if list, all = c.tiesOf([]string{"code-0", "code-15"}); !all || len(list) != 16 {
		t.Errorf("from both ends there are %d ties", len(list))
	}
}
