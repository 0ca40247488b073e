package atlas

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"linghang/kernel"
	"linghang/kernel/bus"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
	"linghang/modules/platforms/platformsevent"
	"linghang/modules/scenario/scenarioevent"
)

// town is a city with a graph.
type town struct {
	*kerneltest.City
	module    *Module
	directory *directory
	catalogue catalogue
	registry  registry
	others    others
}

func newTown(t testing.TB, o kerneltest.Options) *town {
	t.Helper()
	x := &town{}
	x.City = kerneltest.Start(t, func(k *kernel.Kernel) []module.Module {
		x.directory = newDirectory(k.Kit("enterprise"))
		x.catalogue = catalogue{k.Kit("scenario"), newShelf[scenarioevent.Catalogued]()}
		x.registry = registry{k.Kit("platforms"), newShelf[platformsevent.Listed]()}
		x.others = newOthers(k)
		x.module = New(NewGraph(k.Kit("atlas")), k.Directory(), Rooms{x.directory, x.directory, x.directory, x.catalogue, x.registry, x.others.resolution, x.others.watch, x.others.plans})
		return append(x.others.modules(), x.directory, x.catalogue, x.registry, x.module)
	}, o)
	return x
}

// do sends a request and wants a status; v takes the answer.
func (x *town) do(t *testing.T, method, path, who, body string, want int, v any) string {
	t.Helper()
	r := x.Send(t, method, "/api/atlas"+path, who, body)
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
	x.directory.list.put(s.EntryID, s)
	if err := x.module.follow(t.Context(), x.module.entries(), "enterprise.entry.changed", s.EntryID); err != nil {
		t.Fatal(err)
	}
}

func (x *town) upload(t *testing.T, path, name, content string) {
	t.Helper()
	r := x.Send(t, "POST", "/api/atlas"+path+"?name="+name, "officer", content, "Content-Type", "text/csv")
	if r.Status != http.StatusOK {
		t.Fatalf("upload %s: %d %s", path, r.Status, r.Body)
	}
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
	x.do(t, "POST", "/chains", "officer", tyre, http.StatusCreated, &chain)
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
		x.upload(t, "/import/outside", "o.csv", outside)
		var m ChainMap
		x.do(t, "GET", "/chains/"+chain.ID+"/map", "viewer-theirs", "", http.StatusOK, &m)
		states := ""
		for _, s := range m.Stages {
			states += fmt.Sprintf("%s %s %d %d; ", s.Stage.ID, s.State, s.Local, s.Outside)
		}
		if want := "rubber weak 1 0; mould weak 1 0; press missing 0 1; tyre sound 2 0; "; states != want || m.Basis != "presence" {
			t.Errorf("the stages are %s (%s), want %s", states, m.Basis, want)
		}
		var gaps, found Answer
		x.do(t, "GET", "/answers/gaps?chain="+chain.ID, "officer", "", http.StatusOK, &gaps)
		if len(gaps.Items) != 3 || gaps.Items[0].Node.ID != stageNode(chain.ID, "press") || len(gaps.Items[0].Path) == 0 {
			t.Errorf("the gaps are %+v", gaps.Items)
		}
		x.do(t, "GET", "/answers/candidates?chain="+chain.ID, "officer", "", http.StatusOK, &found)
		if len(found.Items) != 2 {
			t.Fatalf("the candidates are %+v", found.Items)
		}
		// Makes the product (2), supplies one here (1), shares a technology with the tyre makers (0.5).
		first := found.Items[0]
		if first.Node.ZH != "外地秘密硫化" || first.Score != 3.5 || len(first.Path) != 3 || first.Path[0].Source != "secret-fair" || found.Items[1].Score != 3 {
			t.Errorf("the candidates are %+v", found.Items)
		}
		var kept AnswerListDetail
		x.do(t, "POST", "/lists", "officer", `{"title":"硫化设备招商","question":{"kind":"candidates","chain":"`+chain.ID+`","stage":"press"}}`, http.StatusCreated, &kept)
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
		x.upload(t, "/import/outside", "o.csv", outside)
		x.upload(t, "/import/relations", "r.csv", relations)
		x.secrets(t)
		var kept AnswerListDetail
		x.do(t, "POST", "/lists", "officer", `{"title":"secret-list","question":{"kind":"candidates","chain":"`+chain.ID+`"}}`, http.StatusCreated, &kept)
		a, b, hidden := url.QueryEscape(enterpriseNode("a")), url.QueryEscape(enterpriseNode("b")), url.QueryEscape("outside/外地秘密硫化")
		ways := []string{
			"/chains/" + chain.ID + "/map", "/chains/" + chain.ID + "/export/graphml", "/answers/gaps?chain=" + chain.ID, "/answers/candidates?chain=" + chain.ID, "/answers/candidates?stage=press&chain=" + chain.ID,
			"/answers/who?what=硫化机", "/answers/stop?node=" + a, "/answers/way?node=" + a + "&to=" + b, "/answers/similar?node=" + a, "/answers/emerging", "/answers/similar?node=" + hidden, "/answers/way?node=" + a + "&to=" + hidden,
			"/lists", "/lists/" + kept.ID, "/lists/" + kept.ID + "/items?export=csv", "/graph/nodes?q=秘密", "/graph/node?id=" + hidden, "/graph/node?id=" + a, "/graph/around?hops=3&node=" + a, "/graph/part", "/graph/summary",
			"/query?q=" + url.QueryEscape("enterprise -supplies-> enterprise"), "/query?q=" + url.QueryEscape("outside -makes-> product"),
			"/query?q=" + url.QueryEscape("enterprise -served-> enterprise"), "/query?q=" + url.QueryEscape("* -*- platform"), "/query?q=" + url.QueryEscape("* -*- sensor"), "/query?q=" + url.QueryEscape("* -runs-> resolver"), "/graph/node?id=resolver/r", "/query?q=" + url.QueryEscape("* -answers-> target"), "/graph/node?id=sensor/s", "/graph/node?id=target/t", "/graph/nodes?kind=sensor", "/graph/nodes?kind=target", "/query?q=" + url.QueryEscape("* -holds|cooperates-> *"),
			"/graph/node?id=platform/p", "/graph/around?hops=2&node=" + b, "/graph/around?hops=2&node=" + url.QueryEscape("platform/p"), "/answers/stop?node=" + b, "/graph/part?nodes=platform&nodes=organisation",
			"/graph/around?kinds=served&node=" + a, "/graph/nodes?kind=platform", "/graph/nodes?kind=organisation", "/answers/way?node=" + a + "&to=" + url.QueryEscape(enterpriseNode("d")),
		}
		for _, path := range ways {
			for _, who := range []string{"viewer-theirs", "manager-ours"} {
				body := string(x.Get(t, "/api/atlas"+path, who).Body)
				for _, mark := range []string{"secret", "秘密", "424242", "987654", `"kind":"supplies"`, `"kind":"served"`, `"kind":"platform"`, `"kind":"sensor"`, `"kind":"target"`, `"kind":"answers"`, `"kind":"runs"`, `"kind":"organisation"`, `"kind":"holds"`, "platform/p"} {
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
		for _, mark := range []string{"secret-source", "秘密平台", "秘密运营", "秘密探针", "秘密指标", "987654", `"kind":"supplies"`, `"kind":"served"`, `"kind":"holds"`} {
			if !strings.Contains(all, mark) {
				t.Errorf("the bureau itself does not find %s", mark)
			}
		}
		x.do(t, "POST", "/import/outside?name=o.csv", "manager-ours", outside, http.StatusForbidden, nil)
	})
}

func TestWhatAnEnterpriseHidesIsForgottenInThePastToo(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		chain := x.tyres(t)
		ask := func() string {
			return x.do(t, "GET", "/answers/who?what=顺丁", "viewer-theirs", "", http.StatusOK, nil) + x.do(t, "GET", "/chains/"+chain.ID+"/map", "viewer-theirs", "", http.StatusOK, nil)
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

func TestTheGraphFollowsEventsAndCatchesUp(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.tyres(t)
		there := func(name string) bool {
			var v nodesView
			x.do(t, "GET", "/graph/nodes?q="+url.QueryEscape(name), "viewer-ours", "", http.StatusOK, &v)
			return len(v.Items) > 0
		}
		tell := func(e bus.Event) {
			t.Helper()
			if err := x.directory.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error { return tx.Emit(t.Context(), e) }); err != nil {
				t.Fatal(err)
			}
		}
		x.directory.list.put("e", shown("e", "戊新企业", "370212"))
		tell(enterpriseevent.Accepted{EntryID: "e"})
		kerneltest.Wait(t, "the graph has who was accepted", func() bool { return there("戊新企业") })
		// A merge: the other is shown no more.
		x.directory.list.put("c", enterpriseevent.Shown{EntryID: "c", Gone: true})
		tell(enterpriseevent.Merged{EntryID: "b", OtherID: "c"})
		kerneltest.Wait(t, "the graph has one of two that were merged", func() bool { return !there("丙轮胎") })
		// What no event told is found when the directory is walked, and a second walk changes nothing.
		x.directory.list.drop("d")
		x.directory.list.put("f", shown("f", "己未告知", "370212", "轮胎"))
		if err := x.module.gather(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !there("己未告知") || there("丁模具") {
			t.Error("the walk missed something")
		}
		// The room walks by itself, too, and hears events meanwhile: once these are through, nothing is new.
		kerneltest.Wait(t, "a walk to change nothing", func() bool {
			before, err := x.module.elements.seq(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := x.module.gather(t.Context()); err != nil {
				t.Fatal(err)
			}
			after, err := x.module.elements.seq(t.Context())
			return err == nil && after == before
		})
	})
}

func TestEveryQuestionAnswersWithWaysAndSources(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		chain := x.tyres(t)
		x.upload(t, "/import/relations", "r.csv", relations)
		a, b := url.QueryEscape(enterpriseNode("a")), url.QueryEscape(enterpriseNode("b"))
		ask := func(path, who string) (v Answer) {
			t.Helper()
			x.do(t, "GET", "/answers/"+path, who, "", http.StatusOK, &v)
			for _, i := range v.Items {
				for _, h := range i.Path {
					if h.Source == "" || h.ValidFrom == "" || h.From.ID == "" || h.To.ID == "" {
						t.Errorf("%s: a step without a source: %+v", path, h)
					}
				}
			}
			return v
		}
		// Both have it; b is in the same district and about a kilometre and a half away.
		if v := ask("who?what=机器视觉&node="+a, "viewer-ours"); len(v.Items) != 1 || v.Items[0].Km == nil || *v.Items[0].Km != 1.4 || v.Items[0].Score < 3.8 {
			t.Errorf("who: %+v", v.Items)
		}
		if v := ask("who?what=机器&district=370212", "viewer-ours"); len(v.Items) != 2 || v.Items[0].Score != 2.5 {
			t.Errorf("who by district: %+v", v.Items)
		}
		if v := ask("stop?node="+a, "viewer-ours"); len(v.Items) == 0 || v.Items[len(v.Items)-1].State != "missing" || v.Basis != "presence" {
			t.Errorf("stop: %+v", v)
		}
		found := false
		for _, i := range ask("stop?node="+a, "officer").Items {
			found = found || i.State == "buyer" && i.Node.ID == enterpriseNode("b") && i.Score == 1 && len(i.Path) == 1
		}
		if !found {
			t.Error("the bureau is not told who buys from it")
		}
		if v := ask("way?node="+a+"&to="+b, "officer"); len(v.Items) == 0 || len(v.Items[0].Path) != 1 {
			t.Errorf("the bureau's way: %+v", v.Items)
		}
		if v := ask("way?node="+a+"&to="+b, "viewer-ours"); len(v.Items) == 0 || len(v.Items[0].Path) != 2 {
			t.Errorf("the way of others: %+v", v.Items)
		}
		if v := ask("similar?node="+a, "viewer-ours"); len(v.Items) != 3 || v.Items[0].Node.ID != enterpriseNode("b") {
			t.Errorf("similar: %+v", v.Items)
		}
		// With figures the bureau sees that all the rubber is from one.
		for _, i := range ask("gaps?chain="+chain.ID, "officer").Items {
			if i.Node.ID != stageNode(chain.ID, "tyre") {
				continue
			}
			for _, r := range i.Reasons {
				found = found && r.Code != "one-supplier"
			}
		}
		if found {
			t.Error("the gaps do not name the one supplier")
		}
	})
}
