package atlas

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
	"linghang/modules/identifier/identifierevent"
	"linghang/modules/plan/planevent"
	"linghang/modules/platforms/platformsevent"
	"linghang/modules/scenario/scenarioevent"
	"linghang/modules/security/securityevent"
)

// secrets are an agreement, a platform with its operator, a sensor, a target of the plan and
// a holding, which the bureau alone may know.
func (x *town) secrets(t *testing.T) {
	t.Helper()
	x.directory.agreements.put("n", enterpriseevent.Agreement{AgreementID: "n", EntryID: "b", ProviderEntryID: "a", Since: time.Now().AddDate(-1, 0, 0)})
	x.registry.list.put("p", platformsevent.Listed{PlatformID: "p", NameZH: "秘密平台", Operator: x.Ours.ID, OperatorZH: "秘密运营", Industry: "C29", District: "370212", Since: time.Now().AddDate(-1, 0, 0)})
	x.others.watch.list.put("s", securityevent.Watching{SensorID: "s", Name: "秘密探针", Organisation: x.Ours.ID, OrganisationZH: "秘密运营", Since: time.Now().AddDate(-1, 0, 0)})
	x.others.resolution.list.put("r", identifierevent.Listed{NodeID: "r", NameZH: "某节点", Operator: x.Ours.ID, OperatorZH: "秘密运营", Since: time.Now().AddDate(-1, 0, 0)})
	x.others.plans.list.put("t", planevent.Owned{TargetID: "t", TitleZH: "秘密指标", Owner: x.Ours.ID, OwnerZH: "秘密运营", Since: time.Now().AddDate(-1, 0, 0), Until: time.Now().AddDate(1, 0, 0)})
	if err := x.module.gather(t.Context()); err != nil {
		t.Fatal(err)
	}
	x.upload(t, "/import/relations", "t.csv", "relation,from,to,share,source\nholds,甲橡胶,丁模具,51,secret-register\n")
}

// ask follows a row of steps and returns by which ways it leads, as names.
func (x *town) steps(t *testing.T, who, day, query string) (ways []string) {
	t.Helper()
	var v queryView
	path := "/query?q=" + url.QueryEscape(query)
	if day != "" {
		path += "&day=" + day
	}
	x.do(t, "GET", path, who, "", http.StatusOK, &v)
	for _, w := range v.Ways {
		way := ""
		for i, n := range w.Nodes {
			if i > 0 {
				way += " > "
			}
			way += n.ZH
		}
		ways = append(ways, way)
	}
	slices.Sort(ways)
	return ways
}

// tell emits an event as another room.
func tell(t *testing.T, kit *module.Kit, e bus.Event) {
	t.Helper()
	if err := kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error { return tx.Emit(t.Context(), e) }); err != nil {
		t.Fatal(err)
	}
}

func (x *town) waits(t *testing.T, what, query string, want ...string) {
	t.Helper()
	kerneltest.Wait(t, what, func() bool { return slices.Equal(x.steps(t, "officer", "", query), want) })
}

func daysAgo(n int) (time.Time, string) {
	at := time.Now().AddDate(0, 0, -n)
	return at, today(at)
}

func offering(since, until time.Time) enterpriseevent.Offering {
	return enterpriseevent.Offering{ProviderID: "v", EntryID: "d", Since: since, Until: until, Capabilities: []enterpriseevent.Capability{
		{Scenario: enterpriseevent.Word{Code: "quality", ZH: "质量管控", EN: "Quality"}, Industries: []string{"C29"}, Technologies: []enterpriseevent.Word{{Code: "vision", ZH: "机器视觉", EN: "Machine vision"}, {Code: "ai", ZH: "人工智能", EN: "AI"}}},
		{Scenario: enterpriseevent.Word{Code: "energy", ZH: "能耗管理", EN: "Energy"}, Technologies: []enterpriseevent.Word{{Code: "ai", ZH: "人工智能", EN: "AI"}}},
	}}
}

func TestWhatProvidersOfferHoldsWhileTheyServe(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.tyres(t)
		const query = "enterprise -offers-> capability"
		began, _ := daysAgo(30)
		_, before := daysAgo(10)
		x.directory.offerings.put("v", offering(began, time.Now().AddDate(0, 11, 0)))
		tell(t, x.directory.kit, enterpriseevent.ProviderChanged{ProviderID: "v"})
		x.waits(t, "the graph has what was accepted", query, "丁模具 > 能耗管理", "丁模具 > 质量管控")
		if got := x.steps(t, "viewer-theirs", before, query); len(got) != 2 {
			t.Errorf("ten days ago it was %v", got)
		}
		// Others find it by the capability, and a technology is the one that enterprises name.
		var found Answer
		x.do(t, "GET", "/answers/who?what=质量管控", "viewer-theirs", "", http.StatusOK, &found)
		if len(found.Items) != 1 || found.Items[0].Node.ID != enterpriseNode("d") || found.Items[0].Path[0].Source != sourceProvider {
			t.Errorf("who has the capability: %+v", found.Items)
		}
		if got := x.steps(t, "viewer-theirs", "", `enterprise -offers-> technology <-uses- enterprise("甲橡胶")`); len(got) != 1 {
			t.Errorf("the technology joins %v", got)
		}
		// Suspended: it ends, and was.
		x.directory.offerings.put("v", enterpriseevent.Offering{ProviderID: "v", Gone: true})
		tell(t, x.directory.kit, enterpriseevent.ProviderChanged{ProviderID: "v"})
		x.waits(t, "the graph has nothing of who is suspended", query)
		if got := x.steps(t, "viewer-theirs", before, query); len(got) != 2 {
			t.Errorf("ten days ago it was %v", got)
		}
		// It serves again, and its year ends: that needs no event.
		x.directory.offerings.put("v", offering(began, time.Now().AddDate(0, 0, -1)))
		if err := x.module.gather(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := x.steps(t, "officer", "", query); len(got) != 0 {
			t.Errorf("who is over still offers %v", got)
		}
	})
}

func TestOffersAndAgreementsFollowAMergeAtOnceAndComeBack(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.tyres(t)
		const offers, served = "enterprise -offers-> capability", "enterprise -served-> enterprise"
		began, _ := daysAgo(30)
		of := func(entry string) {
			list := offering(began, time.Now().AddDate(0, 11, 0))
			list.EntryID = entry
			x.directory.offerings.put("v", list)
			x.directory.agreements.put("n", enterpriseevent.Agreement{AgreementID: "n", EntryID: "a", ProviderEntryID: entry, Since: began})
			x.directory.agreements.put("m", enterpriseevent.Agreement{AgreementID: "m", EntryID: entry, ProviderEntryID: "a", Since: began})
		}
		of("c")
		if err := x.module.gather(t.Context()); err != nil {
			t.Fatal(err)
		}
		x.waits(t, "the other offers", offers, "丙轮胎 > 能耗管理", "丙轮胎 > 质量管控")
		// The entry that goes is told to be another first, and its node goes with all it had.
		x.directory.list.put("c", enterpriseevent.Shown{EntryID: "c", Gone: true})
		of("b")
		tell(t, x.directory.kit, enterpriseevent.Changed{EntryID: "c"})
		tell(t, x.directory.kit, enterpriseevent.Merged{EntryID: "b", OtherID: "c"})
		x.waits(t, "the survivor offers", offers, "乙轮胎 > 能耗管理", "乙轮胎 > 质量管控")
		x.waits(t, "the survivor serves and is served", served, "乙轮胎 > 甲橡胶", "甲橡胶 > 乙轮胎")
		x.directory.list.put("c", shown("c", "丙轮胎", "370281", "轮胎"))
		of("c")
		tell(t, x.directory.kit, enterpriseevent.Unmerged{EntryID: "b", OtherID: "c"})
		x.waits(t, "the other offers again", offers, "丙轮胎 > 能耗管理", "丙轮胎 > 质量管控")
		x.waits(t, "the other serves and is served again", served, "丙轮胎 > 甲橡胶", "甲橡胶 > 丙轮胎")
		before, err := x.module.elements.seq(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := x.module.gather(t.Context()); err != nil {
			t.Fatal(err)
		}
		if after, _ := x.module.elements.seq(t.Context()); after != before {
			t.Errorf("a walk after that makes %d changes", after-before)
		}
	})
}

func TestAgreementsAreCooperationForTheBureau(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.tyres(t)
		const query = "enterprise -served-> enterprise"
		began, _ := daysAgo(30)
		_, before := daysAgo(10)
		x.directory.agreements.put("n", enterpriseevent.Agreement{AgreementID: "n", EntryID: "b", ProviderEntryID: "d", Since: began, Synthetic: true})
		tell(t, x.directory.kit, enterpriseevent.AgreementAccepted{AgreementID: "n"})
		x.waits(t, "the graph has the agreement", query, "丁模具 > 乙轮胎")
		closed, _ := daysAgo(5)
		x.directory.agreements.put("n", enterpriseevent.Agreement{AgreementID: "n", EntryID: "b", ProviderEntryID: "d", Since: began, Until: closed, Synthetic: true})
		tell(t, x.directory.kit, enterpriseevent.AgreementClosed{AgreementID: "n"})
		x.waits(t, "the graph has the end of the agreement", query)
		if got := x.steps(t, "officer", before, query); len(got) != 1 {
			t.Errorf("ten days ago there was %v", got)
		}
		if got := x.steps(t, "manager-ours", before, query); len(got) != 0 {
			t.Errorf("others learn of %v", got)
		}
		var v NodeDetail
		x.do(t, "GET", "/graph/node?id=enterprise/b&day="+before, "officer", "", http.StatusOK, &v)
		i := slices.IndexFunc(v.Edges, func(h Hop) bool { return h.Kind == edgeServed })
		if i < 0 || !v.Edges[i].Synthetic || !v.Edges[i].Restricted { // the walk at the start may have been there before the event
			t.Errorf("the edges are %+v", v.Edges)
		}
	})
}

func catalogued(x *town, since time.Time) scenarioevent.Catalogued {
	return scenarioevent.Catalogued{
		ScenarioID: "s", TitleZH: "视觉质检", TitleEN: "Visual inspection", Since: since, Synthetic: true, Owner: &scenarioevent.Party{Organisation: x.Ours.ID, ZH: "我方"},
		Industries: []string{"C29"}, Modes: []scenarioevent.Word{{Code: "smart", ZH: "智能化制造"}}, Stages: []scenarioevent.Word{{Code: "inspection", ZH: "检验"}},
		Links: []scenarioevent.Word{{Code: "quality", ZH: "质量管控", EN: "Quality"}}, Technologies: []scenarioevent.Word{{Code: "vision", ZH: "机器视觉"}, {Code: "ai", ZH: "人工智能", EN: "AI"}},
		Providers: []scenarioevent.Party{{Organisation: x.Theirs.ID, ZH: "对方"}},
	}
}

func TestScenariosOfTheCatalogueAreInTheGraph(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.tyres(t)
		began, _ := daysAgo(30)
		_, before := daysAgo(10)
		x.catalogue.list.put("s", catalogued(x, began))
		tell(t, x.catalogue.kit, scenarioevent.Published{ScenarioID: "s"})
		x.waits(t, "the graph has what was published", "scenario -covers|uses|step|mode-> *", "视觉质检 > 人工智能", "视觉质检 > 智能化制造", "视觉质检 > 机器视觉", "视觉质检 > 检验", "视觉质检 > 质量管控")
		if got := x.steps(t, "viewer-theirs", before, "* -owns|provides-> scenario"); !slices.Equal(got, []string{"对方 > 视觉质检", "我方 > 视觉质检"}) {
			t.Errorf("whose it is: %v", got)
		}
		// An organisation that has an entry in the directory is that enterprise.
		b := x.directory.list.get("b")
		b.Organisation = x.Ours.ID
		x.shows(t, b)
		if got := x.steps(t, "viewer-theirs", before, "* -owns-> scenario"); !slices.Equal(got, []string{"乙轮胎 > 视觉质检"}) {
			t.Errorf("whose it is, with an entry: %v", got)
		}
		// What is withdrawn ends; what is taken away never was.
		c := x.catalogue.list.get("s")
		c.Withdrawn = true
		x.catalogue.list.put("s", c)
		tell(t, x.catalogue.kit, scenarioevent.Withdrawn{ScenarioID: "s"})
		x.waits(t, "the graph has no scenario that was withdrawn", "scenario -uses-> technology")
		if got := x.steps(t, "viewer-theirs", before, "scenario -uses-> technology"); len(got) != 2 {
			t.Errorf("ten days ago there was %v", got)
		}
		x.catalogue.list.drop("s")
		tell(t, x.catalogue.kit, scenarioevent.Withdrawn{ScenarioID: "s"})
		kerneltest.Wait(t, "the graph forgets what was taken away", func() bool { return len(x.steps(t, "officer", before, "scenario -uses-> technology")) == 0 })
	})
}

func TestTechnologiesComeTogetherInScenariosAndCapabilities(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.tyres(t)
		old := time.Now().AddDate(-2, 0, 0)
		began, _ := daysAgo(30)
		first, second := catalogued(x, old), catalogued(x, began)
		second.ScenarioID = "s2"
		x.catalogue.list.put("s", first)
		x.catalogue.list.put("s2", second)
		x.directory.offerings.put("v", offering(began, time.Now().AddDate(1, 0, 0)))
		if err := x.module.gather(t.Context()); err != nil {
			t.Fatal(err)
		}
		var v Answer
		x.do(t, "GET", "/answers/emerging?since="+today(time.Now().AddDate(-1, 0, 0)), "viewer-ours", "", http.StatusOK, &v)
		i := slices.IndexFunc(v.Items, func(i Item) bool { return i.Node.ZH == "人工智能" && i.Other.ZH == "机器视觉" })
		if i < 0 {
			t.Fatalf("the pair is not there: %+v", v.Items)
		}
		// A scenario two years ago; since then another, and one capability: the other offers AI alone.
		got, year := v.Items[i], time.Now().In(time.FixedZone("", 8*3600)).Year()
		last := got.Years[len(got.Years)-1]
		if got.Reasons[0].Value != 3 || got.Reasons[1].Value != 1 || last.Year != year || last.Count != 3 || len(got.Years) != shownYears || got.Years[0].Count != 0 {
			t.Errorf("they are together: %+v", got)
		}
		sources := map[string]bool{}
		for _, h := range got.Path {
			sources[h.Source] = true
		}
		if len(got.Path) != 6 || !sources[sourceScenario] || !sources[sourceProvider] {
			t.Errorf("the sources are %v of %d edges", sources, len(got.Path))
		}
	})
}

func TestPlatformsAreInTheBureausGraph(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.tyres(t)
		const query = "* -runs-> platform -suits-> industry"
		began, _ := daysAgo(30)
		x.registry.list.put("p", platformsevent.Listed{PlatformID: "p", NameZH: "某平台", Operator: x.Ours.ID, OperatorZH: "我方", Industry: "C29", District: "370212", Since: began})
		tell(t, x.registry.kit, platformsevent.Registered{PlatformID: "p"})
		x.waits(t, "the graph has what was registered", query, "我方 > 某平台 > 橡胶和塑料制品业")
		p := x.registry.list.get("p")
		p.Industry = "C30"
		x.registry.list.put("p", p)
		tell(t, x.registry.kit, platformsevent.Changed{PlatformID: "p"})
		x.waits(t, "the graph has what was edited", query, "我方 > 某平台 > 非金属矿物制品业")
		p.Retired = true
		x.registry.list.put("p", p)
		tell(t, x.registry.kit, platformsevent.StatusChanged{PlatformID: "p"})
		x.waits(t, "the graph has no platform that is retired", query)
	})
}

func TestALateRoomHearsWhatWasBeforeOnce(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.tyres(t)
		began, _ := daysAgo(400)
		x.directory.offerings.put("v", offering(began, time.Now().AddDate(1, 0, 0)))
		// Whose entry is not shown: the edges wait for it.
		lost := offering(began, time.Now().AddDate(1, 0, 0))
		lost.ProviderID, lost.EntryID = "w", "nobody"
		x.directory.offerings.put("w", lost)
		x.catalogue.list.put("s", catalogued(x, began))
		x.secrets(t)
		if got := x.steps(t, "officer", today(time.Now().AddDate(0, 0, -390)), "enterprise -offers-> capability"); len(got) != 2 {
			t.Errorf("over a year ago there was %v", got)
		}
		before, err := x.module.elements.seq(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := x.module.gather(t.Context()); err != nil {
			t.Fatal(err)
		}
		if after, _ := x.module.elements.seq(t.Context()); after != before {
			t.Errorf("a walk in which nothing is new makes %d changes", after-before)
		}
		x.shows(t, shown("nobody", "戊新企业", "370212"))
		if got := x.steps(t, "viewer-ours", "", `enterprise("戊新企业") -offers-> capability`); len(got) != 2 {
			t.Errorf("what waited for its entry: %v", got)
		}
		x.directory.offerings.drop("v")
		x.directory.offerings.drop("w")
		if err := x.module.gather(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := x.steps(t, "officer", "", "enterprise -offers-> capability"); len(got) != 0 {
			t.Errorf("what is no more: %v", got)
		}
	})
}

func TestWhatIsMadeUpIsMarked(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.tyres(t)
		d := x.directory.list.get("d")
		d.Synthetic = true
		x.shows(t, d)
		x.upload(t, "/import/outside", "o.csv", "name_zh,products,supplies,source,see,synthetic\n外地示例,硫化机,乙轮胎,示例,public,yes\n外地真实,硫化机,丁模具,名录,public,\n")
		marks := func(id string) (node bool, edges map[string]bool) {
			var v NodeDetail
			x.do(t, "GET", "/graph/node?id="+url.QueryEscape(id), "viewer-ours", "", http.StatusOK, &v)
			edges = map[string]bool{}
			for _, h := range v.Edges {
				edges[h.To.ZH] = h.Synthetic
			}
			return v.Node.Synthetic, edges
		}
		if node, edges := marks("outside/外地示例"); !node || !edges["硫化机"] || !edges["乙轮胎"] {
			t.Errorf("what was made up: %v %v", node, edges)
		}
		// An edge to what is made up is made up too, whoever told it.
		if node, edges := marks("outside/外地真实"); node || edges["硫化机"] || !edges["丁模具"] {
			t.Errorf("what is real: %v %v", node, edges)
		}
		if r := x.Send(t, "POST", "/api/atlas/import/outside?name=o.csv", "officer", "name_zh,source,synthetic\n某企业,名录,perhaps\n", "Content-Type", "text/csv"); r.Status != http.StatusUnprocessableEntity {
			t.Errorf("a mark that is none: %d %s", r.Status, r.Body)
		}
	})
}

func TestTiesOfEnterprisesAreFoundOverShareholdings(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.tyres(t)
		began, _ := daysAgo(400)
		ended, _ := daysAgo(100)
		x.directory.agreements.put("n", enterpriseevent.Agreement{AgreementID: "n", EntryID: "c", ProviderEntryID: "d", Since: began, Until: ended})
		x.upload(t, "/import/relations", "t.csv", "relation,from,to,share,since,until,source\nholds,甲橡胶,乙轮胎,51,2024-01-01,,登记\nholds,乙轮胎,丁模具,30,,,登记\ncooperates,甲橡胶,丙轮胎,,2020-01-01,2021-01-01,调研\n")
		if err := x.module.gather(t.Context()); err != nil {
			t.Fatal(err)
		}
		ties := func(code string) (list []string) {
			got, err := x.module.Ties(t.Context(), []string{code, "code-unknown"})
			if err != nil {
				t.Fatal(err)
			}
			for _, tie := range got {
				list = append(list, tie.FromName+" "+tie.Kind+" "+tie.ToName)
				if tie.Kind == "shareholding" && tie.Share != 51 && tie.Share != 30 || tie.FromCode == "" || tie.Since == "" || tie.Source == "" {
					t.Errorf("a tie is %+v", tie)
				}
			}
			slices.Sort(list)
			return list
		}
		// From a over b, which it holds, to d, and what these did with others; not on from c.
		all := []string{"丁模具 cooperation 丙轮胎", "乙轮胎 shareholding 丁模具", "甲橡胶 cooperation 丙轮胎", "甲橡胶 shareholding 乙轮胎"}
		if got := ties("code-a"); !slices.Equal(got, all) {
			t.Errorf("of a: %v", got)
		}
		if got := ties("code-c"); !slices.Equal(got, []string{"丁模具 cooperation 丙轮胎", "甲橡胶 cooperation 丙轮胎"}) {
			t.Errorf("of c: %v", got)
		}
		for _, wrong := range []string{"holds,甲橡胶,乙轮胎,101,,,登记", "cooperates,甲橡胶,乙轮胎,,2020-02-01,2020-01-01,调研", "holds,甲橡胶,甲橡胶,5,,,登记", "holds,甲橡胶,乙轮胎,5,2999-01-01,,登记", "employs,甲橡胶,乙轮胎,,,,调研"} {
			r := x.Send(t, "POST", "/api/atlas/import/relations?name=t.csv", "officer", "relation,from,to,share,since,until,source\n"+wrong+"\n", "Content-Type", "text/csv")
			if r.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s is taken: %d %s", wrong, r.Status, r.Body)
			}
		}
	})
}
