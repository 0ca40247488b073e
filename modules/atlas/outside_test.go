package atlas

import (
	"net/http"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
)

const made = `企业名称,所在地区,产品,技术,产业链环节,供应本地企业,来源,可见范围,合成数据
演示硫化,外省,硫化机;演示产品,演示技术,橡胶轮胎/硫化设备,乙轮胎,synthetic,public,yes
真实硫化,外省,硫化机,,,,名录,public,no
`

func TestWhatWasMadeUpOutsideIsRemovedWithAllThatItBroughtAndNothingElse(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.tyres(t)
		x.upload(t, "/import/outside", "real.csv", strings.Replace(made, "演示硫化,外省,硫化机;演示产品,演示技术,橡胶轮胎/硫化设备,乙轮胎,synthetic,public,yes\n", "", 1))
		before := x.everything(t)
		x.upload(t, "/import/outside", "o.csv", made)
		x.upload(t, "/import/relations", "r.csv", "relation,from,to,share,source,synthetic\nholds,演示硫化,丁模具,51,synthetic,yes\n")
		var page struct{ Items []OutsideView }
		x.do(t, "GET", "/outside?synthetic=yes", "officer", "", http.StatusOK, &page)
		if len(page.Items) != 1 || page.Items[0].ID != "演示硫化" || !page.Items[0].Synthetic {
			t.Fatalf("synthetic are %+v", page.Items)
		}
		x.found(t, "viewer-theirs", "演示硫化", "outside 演示硫化")
		for _, who := range []string{"viewer-theirs", "manager-ours"} {
			x.do(t, "GET", "/outside", who, "", http.StatusForbidden, nil)
			x.do(t, "DELETE", "/outside/演示硫化", who, "", http.StatusForbidden, nil)
		}
		x.do(t, "DELETE", "/outside/真实硫化", "officer", "", http.StatusConflict, nil)
		x.do(t, "DELETE", "/outside/没有的", "officer", "", http.StatusNotFound, nil)
		x.do(t, "DELETE", "/outside/演示硫化", "officer", "", http.StatusNoContent, nil)
		x.Audited(t, "outside/演示硫化")
		if after := x.everything(t); after != before {
			t.Errorf("after the removal there is\n%s\nbefore\n%s", after, before)
		}
		x.found(t, "viewer-theirs", "演示硫化")
		x.agrees(t, "after the removal")
	})
}

// everything is all that the graph has, in words.
func (x *town) everything(t *testing.T) string {
	t.Helper()
	c, err := x.module.memory.now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]bool{}
	for id := range c.nodes {
		list[id] = true
	}
	for _, e := range append(c.history, c.loose...) {
		list[e.Src+" "+e.Kind+" "+e.Dst+" "+e.From+" "+e.To] = true
	}
	return strings.Join(sortedKeys(list), "\n")
}
