package atlas

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"linghang/kernel/lang"
	"linghang/kernel/sheet"
)

func TestWhatBecomesOfEdgesWhenAnOwnerSaysOthers(t *testing.T) {
	old := Edge{ID: "1", Src: "a", Kind: edgeMakes, Dst: "x", See: seePublic, From: "2026-01-01"}
	ended := Edge{ID: "2", Src: "a", Kind: edgeMakes, Dst: "y", See: seePublic, From: "2025-01-01", To: "2025-06-01"}
	fresh := Edge{ID: "3", Src: "a", Kind: edgeUses, Dst: "z", See: seePublic, From: "2026-03-01"}
	says := func(e Edge) Edge { e.ID, e.From, e.To = "", "", ""; return e }
	f := func(what string, had, has []Edge, forget []string, add, end, gone string) {
		t.Helper()
		d := compare(had, has, forget, "2026-03-01")
		ids := func(list []Edge) (s string) {
			for _, e := range list {
				s += e.Dst + e.From + e.To
			}
			return s
		}
		if ids(d.add) != add || ids(d.end) != end || strings.Join(d.forget, "") != gone {
			t.Errorf("%s: added %s, ended %s, forgotten %s", what, ids(d.add), ids(d.end), d.forget)
		}
	}
	f("the same is left", []Edge{old, ended}, []Edge{says(old)}, nil, "", "", "")
	f("what is new begins today", nil, []Edge{says(old)}, nil, "x2026-03-01", "", "")
	f("what is no more ends today", []Edge{old}, nil, nil, "", "x2026-01-012026-03-01", "")
	f("what began today never was", []Edge{fresh}, nil, nil, "", "", "3")
	f("what ended comes again as another", []Edge{ended}, []Edge{says(ended)}, nil, "y2026-03-01", "", "")
	f("what is hidden is forgotten with its past", []Edge{old, ended, fresh}, nil, []string{edgeMakes, edgeUses}, "", "", "123")
	until := func(e Edge, from, to string) Edge { e.From, e.To = from, to; return e }
	f("an end may be known before", nil, []Edge{until(says(old), "2026-02-01", "2027-01-01")}, nil, "x2026-02-012027-01-01", "", "")
	f("and may move", []Edge{until(old, "2026-01-01", "2026-06-01")}, []Edge{until(says(old), "2026-01-01", "2027-06-01")}, nil, "", "x2026-01-012027-06-01", "")
	f("or be known later", []Edge{old}, []Edge{until(says(old), "2026-01-01", "2026-02-01")}, nil, "", "x2026-01-012026-02-01", "")
	f("what is over and is said again as it was is left", []Edge{ended}, []Edge{ended}, nil, "", "", "")
	f("what is over and goes on comes again today", []Edge{ended}, []Edge{until(ended, "2025-01-01", "2027-01-01")}, nil, "y2026-03-012027-01-01", "", "")
	f("what never held is not kept", nil, []Edge{until(says(old), "2026-03-01", "2026-03-01")}, nil, "", "", "")
	f("nor what would end before it began", []Edge{fresh}, []Edge{until(fresh, "2026-02-01", "2026-02-10")}, nil, "", "", "3")
	restricted := says(old)
	restricted.See = seeBureau
	f("who may see it is part of it", []Edge{old}, []Edge{restricted}, nil, "x2026-03-01", "x2026-01-012026-03-01", "")
}

func TestKilometres(t *testing.T) {
	// Qingdao to Beijing by their railway stations' places, and half the equator.
	f := func(a, b point, want, within float64) {
		t.Helper()
		if got := kilometres(a, b); math.Abs(got-want) > within {
			t.Errorf("%v to %v is %f km, want %f", a, b, got, want)
		}
	}
	f(point{Longitude: 0, Latitude: 0}, point{Longitude: 180, Latitude: 0}, math.Pi*6371.0088, 0.001)
	f(point{Longitude: 120, Latitude: 36}, point{Longitude: 120, Latitude: 37}, math.Pi/180*6371.0088, 0.001)
	f(point{Longitude: 120, Latitude: 36}, point{Longitude: 120, Latitude: 36}, 0, 0)
}

func chainOf(t *testing.T) Content {
	t.Helper()
	c := Content{
		Stages: []Stage{
			{ID: "rubber", Name: lang.Text{ZH: "合成\"橡胶\"", EN: "Rubber"}, Product: "顺丁", Note: "一行"},
			{ID: "press", Name: lang.Text{ZH: "硫化<设备>"}, Final: 12.5},
			{ID: "tyre", Name: lang.Text{ZH: "轮胎", EN: "Tyres"}, End: true},
		},
		Links: []Link{{"rubber", "tyre", 0.6}, {"press", "tyre", 0}},
	}
	if err := c.check(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAChainComesBackAsItWasSent(t *testing.T) {
	c := chainOf(t)
	var b bytes.Buffer
	if err := writeTurtle(&b, Chain{ID: "X", Name: lang.Text{ZH: "链"}}, c); err != nil {
		t.Fatal(err)
	}
	if got, err := fromTurtle(b.Bytes()); err != nil || !reflect.DeepEqual(got, c) {
		t.Errorf("Turtle: %+v, %v from\n%s", got, err, b.String())
	}
	var file strings.Builder
	file.WriteString("id,name_zh,name_en,product,feeds,final,end,note\n")
	for _, row := range chainRows(c) {
		for i, cell := range row {
			if i > 0 {
				file.WriteByte(',')
			}
			file.WriteString(`"` + strings.ReplaceAll(cell.(string), `"`, `""`) + `"`)
		}
		file.WriteByte('\n')
	}
	got, wrong, err := readChain(sheet.CSV(strings.NewReader(file.String()), int64(file.Len())))
	if err != nil || len(wrong) > 0 || !reflect.DeepEqual(got, c) {
		t.Errorf("CSV: %+v, %v, %v", got, wrong, err)
	}
	b.Reset()
	if err := writeGraphML(&b, c, nil); err != nil || !strings.Contains(b.String(), "硫化&lt;设备&gt;") || !strings.Contains(b.String(), `<edge source="rubber" target="tyre"><data key="share">0.6</data></edge>`) {
		t.Errorf("GraphML: %v\n%s", err, b.String())
	}
}

func TestFilesOfChainsAreToldWhatIsWrong(t *testing.T) {
	text := "环节,下游环节,终端需求（万元）\n甲,乙;丙:0.5,x\n乙,甲:2,\n"
	_, wrong, err := readChain(sheet.CSV(strings.NewReader(text), int64(len(text))))
	if err != nil || len(wrong) != 3 {
		t.Fatalf("%v %v", wrong, err)
	}
	for i, want := range []string{"final", "feeds", "feeds"} {
		if wrong[i].Column != want {
			t.Errorf("finding %d is at %s: %s", i, wrong[i].Column, wrong[i].Why.EN)
		}
	}
	for _, text := range []string{"", "编号\n1\n", "环节\n"} {
		if _, _, err := readChain(sheet.CSV(strings.NewReader(text), int64(len(text)))); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

// small is a graph of one chain, made without a database.
func small(t *testing.T, edges ...Edge) *city {
	t.Helper()
	nodes, list := map[string]Node{}, map[string]Edge{}
	for _, id := range []string{"enterprise/a", "enterprise/b", "outside/o", "technology/t", "technology/u", "technology/v", "technology/w", "product/p", "district/d"} {
		kind, name, _ := strings.Cut(id, "/")
		nodes[id] = Node{ID: id, Kind: kind, Name: lang.Text{ZH: name}, See: seePublic}
	}
	for i, e := range edges {
		e.ID, e.Weight = string(rune('A'+i)), 1
		if e.See == "" {
			e.See = seePublic
		}
		list[e.ID] = e
	}
	c, err := newCity(context.Background(), "2026-06-01", 1, nodes, list)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTechnologiesThatComeTogetherLaterAreEmerging(t *testing.T) {
	c := small(
		t, Edge{Src: "enterprise/a", Kind: edgeUses, Dst: "technology/u", From: "2024-01-01"}, Edge{Src: "enterprise/a", Kind: edgeUses, Dst: "technology/v", From: "2026-05-01"},
		Edge{Src: "enterprise/b", Kind: edgeUses, Dst: "technology/u", From: "2026-05-01", See: seeBureau}, Edge{Src: "enterprise/b", Kind: edgeUses, Dst: "technology/v", From: "2026-05-01"},
	)
	f := func(since string, bureau bool, want float64) {
		t.Helper()
		a, err := c.emerging(t.Context(), Question{Since: since, bureau: bureau})
		got := 0.0
		if len(a.Items) > 0 {
			got = a.Items[0].Score
		}
		if err != nil || got != want {
			t.Errorf("since %s: %v more, %v; want %v", since, got, err, want)
		}
	}
	f("2025-01-01", false, 1.5) // one more than none: half a point for being new
	f("2025-01-01", true, 2.5)
	f("2026-05-20", true, 0)
	if _, err := c.emerging(t.Context(), Question{Since: "2027-01-01"}); err == nil {
		t.Error("a day to come is compared with")
	}
}

func TestOfMorePairsThanWereAskedForTheFirstOnesStandInTheAnswer(t *testing.T) {
	var edges []Edge
	for _, w := range []string{"t", "u", "v", "w"} {
		edges = append(edges, Edge{Src: "enterprise/a", Kind: edgeUses, Dst: "technology/" + w, From: "2026-05-01"})
	}
	edges = append(edges, Edge{Src: "enterprise/b", Kind: edgeUses, Dst: "technology/v", From: "2026-05-01"}, Edge{Src: "enterprise/b", Kind: edgeUses, Dst: "technology/w", From: "2026-05-01"})
	c := small(t, edges...)
	a, err := c.emerging(t.Context(), Question{bureau: true, Limit: 3})
	got := ""
	for _, i := range a.Items {
		got += i.Node.ID + " " + i.Other.ID + fmt.Sprintf(" %g; ", i.Score)
	}
	if want := "technology/v technology/w 2.5; technology/t technology/u 1.5; technology/t technology/v 1.5; "; err != nil || got != want || !a.Truncated {
		t.Errorf("the answer is %s, cut %v, %v; want %s", got, a.Truncated, err, want)
	}
	over, stop := context.WithCancel(t.Context())
	stop()
	if _, err := c.emerging(over, Question{bureau: true}); err == nil {
		t.Error("who does not wait any more is answered")
	}
}

func TestAWordThatOnlyTheBureauKnowsIsNotInThePublicGraph(t *testing.T) {
	c := small(t, Edge{Src: "outside/o", Kind: edgeMakes, Dst: "product/p", From: "2024-01-01", See: seeBureau}, Edge{Src: "enterprise/a", Kind: edgeIn, Dst: "district/d", From: "2024-01-01"})
	if !c.hidden["product/p"] || c.hidden["district/d"] || c.hidden["outside/o"] {
		t.Errorf("hidden are %v", c.hidden)
	}
	for bureau, want := range map[bool]int{true: 1, false: 0} {
		q, err := parseQuery("outside -makes-> product")
		if err != nil {
			t.Fatal(err)
		}
		v := c.public
		if bureau {
			v = c.whole
		}
		p, err := v.Match(t.Context(), c.pattern(q, bureau, 10))
		if err != nil || len(p.List) != want {
			t.Errorf("as bureau %v: %d ways, %v", bureau, len(p.List), err)
		}
	}
}

func TestQueriesAreReadOrRefused(t *testing.T) {
	good := map[string]int{
		"enterprise -makes-> product": 1, `enterprise("甲 公司")-at|uses->*<-at-outside`: 2, "*-*-*": 1, "stage -feeds-> stage -feeds- stage": 2,
	}
	for text, steps := range good {
		if q, err := parseQuery(text); err != nil || len(q.steps) != steps {
			t.Errorf("%s: %+v, %v", text, q, err)
		}
	}
	for _, text := range []string{
		"", "enterprise", "thing -at-> stage", "enterprise -eats-> stage", "enterprise -at-> stage extra", `enterprise("x -at-> stage`, `enterprise() -at-> stage`, "enterprise at-> stage", "enterprise <-at-> stage",
		"*" + strings.Repeat("-*->*", 7), strings.Repeat("*", 3000),
	} {
		if q, err := parseQuery(text); err == nil {
			t.Errorf("%q is read as %+v", text, q)
		}
	}
}

func FuzzQuery(f *testing.F) {
	f.Add(`enterprise("甲") -makes-> product <-makes- outside`)
	f.Fuzz(func(t *testing.T, text string) {
		q, err := parseQuery(text)
		if err == nil && (len(q.steps) == 0 || len(q.steps) > 6) {
			t.Errorf("%q has %d steps", text, len(q.steps))
		}
	})
}

func FuzzTurtleChain(f *testing.F) {
	f.Add([]byte("@prefix lc: <urn:linghang:chain#> . <a:s> a lc:Stage ; <http://www.w3.org/2000/01/rdf-schema#label> \"x\" ; lc:feeds [ lc:to <a:t> ; lc:share 0.2 ] . <a:t> a lc:Stage ; lc:note \"n\" ."))
	f.Fuzz(func(t *testing.T, document []byte) {
		c, err := fromTurtle(document)
		if err == nil && c.check() != nil {
			t.Errorf("what is read is no chain: %+v", c)
		}
	})
}
