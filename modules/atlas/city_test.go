package atlas

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"linghang/kernel"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/modules/enterprise/enterpriseevent"
)

// town is a city with a graph.
type town struct {
	*kerneltest.City
	module    *Module
	directory directory
}

func newTown(t testing.TB, o kerneltest.Options) *town {
	t.Helper()
	x := &town{directory: directory{list: map[string]enterpriseevent.Shown{}}}
	x.City = kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		x.directory.kit = k.Kit("enterprise")
		x.module = New(k.Kit("atlas"), k.Directory(), x.directory)
		return []module.Module{x.directory, x.module}
	}, o)
	return x
}

// do sends a request and wants a status; v takes the answer.
func (x *town) do(t *testing.T, method, path, who, body string, version int64, want int, v any) string {
	t.Helper()
	var header []string
	if version > 0 {
		header = []string{"If-Match", fmt.Sprintf("%q", fmt.Sprint(version))}
	}
	r := x.Send(t, method, "/api/atlas"+path, who, body, header...)
	if r.Status != want {
		t.Fatalf("%s %s as %s: %d %s, want %d", method, path, who, r.Status, r.Body, want)
	}
	if v != nil {
		r.Decode(t, v)
	}
	return string(r.Body)
}

// shows puts an enterprise in the directory and lets the graph follow.
func (x *town) shows(t *testing.T, s enterpriseevent.Shown) {
	t.Helper()
	x.directory.list[s.EntryID] = s
	if err := x.module.follow(t.Context(), s.EntryID, "enterprise.entry.changed"); err != nil {
		t.Fatal(err)
	}
}

func (x *town) upload(t *testing.T, path, name, who, content string, want int) string {
	t.Helper()
	r := x.Send(t, "POST", "/api/atlas"+path+"?name="+name, who, content, "Content-Type", "text/csv")
	if r.Status != want {
		t.Fatalf("upload %s: %d %s, want %d", path, r.Status, r.Body, want)
	}
	return string(r.Body)
}

const tyre = `{"name":{"zh":"橡胶轮胎","en":"Tyres"},"note":"初版","content":{"stages":[
	{"id":"rubber","name":{"zh":"合成橡胶","en":"Synthetic rubber"}},{"id":"mould","name":{"zh":"模具","en":"Moulds"}},
	{"id":"press","name":{"zh":"硫化设备","en":"Curing presses"},"product":"硫化机"},{"id":"tyre","name":{"zh":"轮胎","en":"Tyres"},"end":true}],
	"links":[{"from":"rubber","to":"tyre"},{"from":"mould","to":"press"},{"from":"press","to":"tyre"}]}}`

func shown(id, name, district string, stages ...string) enterpriseevent.Shown {
	s := enterpriseevent.Shown{EntryID: id, Code: "code-" + id, NameZH: name, District: district, Industry: "C29", Business: true, Location: true}
	for _, stage := range stages {
		s.Positions = append(s.Positions, enterpriseevent.Position{Chain: "橡胶轮胎", Stage: stage})
	}
	return s
}

// tyres is a chain with a stage that nobody is at, one with two, and others with one.
func (x *town) tyres(t *testing.T) (chain ChainDetail) {
	t.Helper()
	x.do(t, "POST", "/chains", "officer", tyre, 0, http.StatusCreated, &chain)
	a := shown("a", "甲橡胶", "370212", "合成橡胶")
	a.Technologies, a.Products = []string{"机器视觉", "低温混炼"}, []string{"顺丁橡胶"}
	a.Sites = []enterpriseevent.Site{{Name: "厂", District: "370212", Longitude: 120.47, Latitude: 36.1}}
	x.shows(t, a)
	b := shown("b", "乙轮胎", "370212", "轮胎")
	b.Technologies = []string{"机器视觉"}
	b.Sites = []enterpriseevent.Site{{Name: "厂", District: "370212", Longitude: 120.48, Latitude: 36.11}}
	x.shows(t, b)
	x.shows(t, shown("c", "丙轮胎", "370281", "轮胎"))
	x.shows(t, shown("d", "丁模具", "370214", "模具"))
	return chain
}

const outside = `企业名称,所在地区,产品,技术,产业链环节,供应本地企业,来源,可见范围
外地秘密硫化,外省,硫化机,机器视觉,,乙轮胎,secret-fair,bureau
外地公开硫化,外省,,,橡胶轮胎/硫化设备,,公开名录,public
`

const relations = `relation,from,to,chain,value,output,input,imported,source,see
supplies,甲橡胶,乙轮胎,,424242,,,,secret-source,
at,甲橡胶,合成橡胶,橡胶轮胎,,987654,10,5,secret-source,
`

func TestAMissingStageLeadsToWhoCouldFillIt(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		chain := x.tyres(t)
		x.upload(t, "/import/outside", "o.csv", "officer", outside, http.StatusOK)
		var m ChainMap
		x.do(t, "GET", "/chains/"+chain.ID+"/map", "viewer-theirs", "", 0, http.StatusOK, &m)
		states := ""
		for _, s := range m.Stages {
			states += fmt.Sprintf("%s %s %d %d; ", s.Stage.ID, s.State, s.Local, s.Outside)
		}
		if want := "rubber weak 1 0; mould weak 1 0; press missing 0 1; tyre sound 2 0; "; states != want || m.Basis != "presence" {
			t.Errorf("the stages are %s (%s), want %s", states, m.Basis, want)
		}
		var gaps, found Answer
		x.do(t, "GET", "/answers/gaps?chain="+chain.ID, "officer", "", 0, http.StatusOK, &gaps)
		if len(gaps.Items) != 3 || gaps.Items[0].Node.ID != stageNode(chain.ID, "press") || len(gaps.Items[0].Path) == 0 {
			t.Errorf("the gaps are %+v", gaps.Items)
		}
		x.do(t, "GET", "/answers/candidates?chain="+chain.ID, "officer", "", 0, http.StatusOK, &found)
		if len(found.Items) != 2 {
			t.Fatalf("the candidates are %+v", found.Items)
		}
		// Makes the product (2), supplies one here (1), shares a technology with the tyre makers (0.5).
		first := found.Items[0]
		if first.Node.ZH != "外地秘密硫化" || first.Score != 3.5 || len(first.Path) != 3 || first.Path[0].Source != "secret-fair" || found.Items[1].Score != 3 {
			t.Errorf("the candidates are %+v", found.Items)
		}
		var kept AnswerListDetail
		x.do(t, "POST", "/lists", "officer", `{"title":"硫化设备招商","question":{"kind":"candidates","chain":"`+chain.ID+`","stage":"press"}}`, 0, http.StatusCreated, &kept)
		file := string(x.Get(t, "/api/atlas/lists/"+kept.ID+"/items?export=csv", "officer").Body)
		if kept.Items != 2 || !strings.Contains(file, "外地秘密硫化") || !strings.Contains(file, "secret-fair") {
			t.Errorf("the list is %+v, its file %s", kept.AnswerListView, file)
		}
	})
}

func TestNothingThatIsRestrictedLeaksByAnyWay(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		chain := x.tyres(t)
		x.upload(t, "/import/outside", "o.csv", "officer", outside, http.StatusOK)
		x.upload(t, "/import/relations", "r.csv", "officer", relations, http.StatusOK)
		var kept AnswerListDetail
		x.do(t, "POST", "/lists", "officer", `{"title":"secret-list","question":{"kind":"candidates","chain":"`+chain.ID+`"}}`, 0, http.StatusCreated, &kept)
		a, b, hidden := url.QueryEscape(enterpriseNode("a")), url.QueryEscape(enterpriseNode("b")), url.QueryEscape("outside/外地秘密硫化")
		ways := []string{
			"/chains/" + chain.ID + "/map", "/chains/" + chain.ID + "/export/graphml", "/answers/gaps?chain=" + chain.ID, "/answers/candidates?chain=" + chain.ID, "/answers/candidates?stage=press&chain=" + chain.ID,
			"/answers/who?what=硫化机", "/answers/stop?node=" + a, "/answers/way?node=" + a + "&to=" + b, "/answers/similar?node=" + a, "/answers/emerging", "/answers/similar?node=" + hidden, "/answers/way?node=" + a + "&to=" + hidden,
			"/lists", "/lists/" + kept.ID, "/lists/" + kept.ID + "/items?export=csv", "/graph/nodes?q=秘密", "/graph/node?id=" + hidden, "/graph/node?id=" + a, "/graph/around?hops=3&node=" + a, "/graph/part", "/graph/summary",
			"/query?q=" + url.QueryEscape("enterprise -supplies-> enterprise"), "/query?q=" + url.QueryEscape("outside -makes-> product"),
		}
		for _, path := range ways {
			for _, who := range []string{"viewer-theirs", "manager-ours"} {
				body := string(x.Get(t, "/api/atlas"+path, who).Body)
				for _, mark := range []string{"secret", "秘密", "424242", "987654", `"kind":"supplies"`} {
					if strings.Contains(body, mark) {
						t.Errorf("%s learns %s from %s: %s", who, mark, path, body)
					}
				}
			}
		}
		// The bureau finds all of it, so that the test tests something.
		all := ""
		for _, path := range ways {
			all += string(x.Get(t, "/api/atlas"+path, "officer").Body)
		}
		for _, mark := range []string{"secret-source", "秘密", "987654", `"kind":"supplies"`} {
			if !strings.Contains(all, mark) {
				t.Errorf("the bureau itself does not find %s", mark)
			}
		}
		x.do(t, "POST", "/import/outside?name=o.csv", "manager-ours", outside, 0, http.StatusForbidden, nil)
	})
}

func TestWhatAnEnterpriseHidesIsForgottenInThePastToo(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		chain := x.tyres(t)
		ask := func() string {
			return x.do(t, "GET", "/answers/who?what=顺丁", "viewer-theirs", "", 0, http.StatusOK, nil) + x.do(t, "GET", "/chains/"+chain.ID+"/map", "viewer-theirs", "", 0, http.StatusOK, nil)
		}
		if !strings.Contains(ask(), "甲橡胶") {
			t.Fatal("nobody is found who makes it")
		}
		s := shown("a", "甲橡胶", "370212")
		s.Business = false
		x.shows(t, s)
		if got := ask(); strings.Contains(got, "甲橡胶") {
			t.Errorf("it is still told: %s", got)
		}
		c, err := x.module.memory.now(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range c.history {
			if e.Src == enterpriseNode("a") && e.Kind != edgeIn && e.Kind != edgeOf {
				t.Errorf("the graph still has %+v", e)
			}
		}
		if _, ok := c.nodes["product/顺丁橡胶"]; ok {
			t.Error("the word that only it said is still there")
		}
		s.Gone = true
		x.shows(t, s)
		if c, _ = x.module.memory.now(t.Context()); c.nodes[enterpriseNode("a")].ID != "" {
			t.Error("an enterprise that is gone is still there")
		}
	})
}
