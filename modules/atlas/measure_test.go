package atlas

import (
	"net/http"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/kernel/measure"
)

func (x *town) measured(t *testing.T, id string) measure.Value {
	t.Helper()
	x.module.memory.last = nil // as after a minute
	for _, m := range x.module.Manifest().Measures {
		if m.ID == "atlas."+id {
			v, err := m.Value(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	t.Fatalf("there is no measure %s", id)
	return measure.Value{}
}

func TestTheFiguresOfTheGraphCountWhatThereIsToday(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		if v := x.measured(t, "chains"); v.Number != 0 || !v.Known || v.Synthetic {
			t.Errorf("before there is anything the chains are %+v", v)
		}
		x.tyres(t)
		x.upload(t, "/import/outside", "o.csv", outside)
		is := func(id string, want float64, synthetic bool) {
			t.Helper()
			if v := x.measured(t, id); v.Number != want || v.Synthetic != synthetic || !v.Known {
				t.Errorf("%s is %+v, want %g", id, v, want)
			}
		}
		is("chains", 1, false)
		is("stages", 4, false)
		is("stages_without_local", 1, false) // an enterprise outside is named for it
		is("outside", 2, false)
		// Four are part of the chain, four yield, three feed; four enterprises and one outside stand there.
		is("relations_industry", 4+4+3+4+1, false)
		is("relations_technology", 2+1+1, false)
		is("relations_scenario", 0, false)
		var v GraphSummary
		x.do(t, "GET", "/graph/summary", "officer", "", http.StatusOK, &v)
		nodes, edges := 0, 0
		for _, k := range v.Nodes {
			nodes += k.Count
		}
		for _, k := range v.Edges {
			edges += k.Count
		}
		is("nodes", float64(nodes), false)
		is("relations", float64(edges), false)
		// Whoever the bureau alone knows to stand there is somebody.
		x.upload(t, "/import/relations", "r.csv", "relation,from,to,chain,source,synthetic\nat,丁模具,硫化设备,橡胶轮胎,secret,yes\n")
		is("stages_without_local", 0, false)
		is("relations_industry", 17, true)
	})
}
