package scenario

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/quick"

	"linghang/kernel/kerneltest"
)

func TestImportIsAllOrNothing(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		good, bad := row("轮胎外观缺陷检测", "Inspection of tyres", "工业相机识别轮胎缺陷替代目检"), "焊缝检测,Seams,说明,C99,inspection,smart_manufacturing,vision,quality,running\n"
		body := x.upload(t, "/import?name=a.csv", head+good+bad, http.StatusUnprocessableEntity, nil)
		if !strings.Contains(body, `"line":3`) || !strings.Contains(body, "industries") {
			t.Errorf("it does not say where: %s", body)
		}
		var page struct{ Total int }
		if x.do(t, "GET", "/scenarios", "officer", "", 0, http.StatusOK, &page); page.Total != 0 {
			t.Errorf("%d scenarios of a file that is wrong", page.Total)
		}
		var v importView
		near := row("轮胎外观的缺陷检测", "Tyres", "另一段说明文字，与前一条不同")
		x.upload(t, "/import/preview?name=a.csv", head+good+near+good, http.StatusOK, &v)
		if v.New != 2 || v.Known != 1 || len(v.Near) != 1 || v.Near[0].Line != 3 || v.Done {
			t.Errorf("preview: %+v", v)
		}
		x.upload(t, "/import?name=a.csv&skip=3", head+good+near, http.StatusOK, &v)
		x.upload(t, "/import?name=a.csv", head+good, http.StatusOK, &v)
		if x.do(t, "GET", "/scenarios", "officer", "", 0, http.StatusOK, &page); page.Total != 1 || v.Known != 1 {
			t.Errorf("%d scenarios, %+v", page.Total, v)
		}
		x.upload(t, "/import?name=a.csv", "title_zh\nx\n", http.StatusUnprocessableEntity, nil)
		r := x.Send(t, "POST", "/api/scenario/import?name=a.csv", "manager-ours", head+good, "Content-Type", "text/csv")
		if r.Status != http.StatusForbidden {
			t.Errorf("a manager imports: %d", r.Status)
		}
	})
}

func TestDuplicatesAreDecidedAndUndone(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		a := x.published(t, row("轮胎外观缺陷检测", "", "第一段说明")+row("轮胎外观的缺陷检测", "", "第二段说明")+row("仓库盘点", "", "第三段说明"))
		var list duplicatesView
		x.do(t, "GET", "/duplicates", "officer", "", 0, http.StatusOK, &list)
		if list.Total != 1 || list.Items[0].Rule != likeTitle {
			t.Fatalf("duplicates: %+v", list)
		}
		kept, other := list.Items[0].A.ID, list.Items[0].B.ID
		pair := func(same bool, want int) (p Pair) {
			x.do(t, "POST", "/duplicates/decisions", "officer", fmt.Sprintf(`{"kept_id":%q,"other_id":%q,"same":%v}`, kept, other, same), 0, want, &p)
			return p
		}
		p := pair(false, http.StatusCreated)
		pair(true, http.StatusConflict)
		if x.do(t, "GET", "/duplicates", "officer", "", 0, http.StatusOK, &list); list.Total != 0 {
			t.Errorf("what was decided is asked again: %+v", list)
		}
		x.do(t, "DELETE", "/duplicates/decisions/"+p.ID, "officer", "", 0, http.StatusNoContent, nil)
		p = pair(true, http.StatusCreated)
		var d struct {
			Status  string
			Version int64
			TwinID  string `json:"twin_id"`
		}
		if x.do(t, "GET", "/scenarios/"+other, "officer", "", 0, http.StatusOK, &d); d.Status != withdrawn || d.TwinID != kept {
			t.Errorf("the other: %+v", d)
		}
		x.do(t, "DELETE", "/duplicates/decisions/"+p.ID, "officer", "", 0, http.StatusNoContent, nil)
		if x.do(t, "GET", "/scenarios/"+other, "officer", "", 0, http.StatusOK, &d); d.Status != published || d.TwinID != "" {
			t.Errorf("after it was undone: %+v", d)
		}
		x.do(t, "DELETE", "/duplicates/decisions/"+p.ID, "officer", "", 0, http.StatusConflict, nil)
		if a.ID == "" {
			t.Error("nothing was published")
		}
	})
}

// The index of pairs finds what looking at every pair would.
func TestNearTitlesAreThoseOfEveryPair(t *testing.T) {
	words := []string{"轮胎", "缺陷", "检测", "空压站", "节能", "仓库", "盘点", "AI"}
	check := func(seed uint64) bool {
		r := rand.New(rand.NewPCG(seed, 1))
		list := make([]told, 12)
		for i := range list {
			var b strings.Builder
			for range 1 + r.IntN(5) {
				b.WriteString(words[r.IntN(len(words))])
			}
			list[i] = told{title: plainText(b.String()), summary: fmt.Sprint(i)}
		}
		got, want := map[[2]int]bool{}, map[[2]int]bool{}
		for _, n := range nearOnes(list, 0) {
			got[[2]int{n.a, n.b}] = true
		}
		for b := range list {
			for a := range b {
				if dice(list[a].title, list[b].title) >= alikeFrom {
					want[[2]int{a, b}] = true
				}
			}
		}
		return fmt.Sprint(got) == fmt.Sprint(want)
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}

func dice(a, b string) float64 {
	x, y := bigrams(a), bigrams(b)
	n, all := 0, len(x)+len(y)
	for _, g := range x {
		if i := slices.Index(y, g); i >= 0 {
			n++
			y = slices.Delete(y, i, i+1)
		}
	}
	return 2 * float64(n) / float64(all)
}

func TestListsAreNumberedAndNeverChange(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		s := x.published(t, row("轮胎外观缺陷检测", "Inspection", "第一段说明")+row("空压站节能", "Energy", "第二段说明"))
		year := yearOf(now())
		body := fmt.Sprintf(`{"year":%d}`, year)
		x.do(t, "POST", "/lists", "manager-ours", body, 0, http.StatusForbidden, nil)
		x.do(t, "POST", "/lists", "officer", fmt.Sprintf(`{"year":%d}`, year+1), 0, http.StatusUnprocessableEntity, nil)
		var first, second Release
		x.do(t, "POST", "/lists", "officer", body, 0, http.StatusCreated, &first)
		x.do(t, "POST", "/lists", "officer", body, 0, http.StatusConflict, nil)
		contents := x.do(t, "GET", "/lists/"+first.ID+"/contents", "viewer-theirs", "", 0, http.StatusOK, nil)
		pdf := x.do(t, "GET", "/lists/"+first.ID+"/paper?language=zh", "viewer-theirs", "", 0, http.StatusOK, nil)
		if first.Number != 1 || first.Entries != 2 || !strings.HasPrefix(pdf, "%PDF") {
			t.Errorf("the first list: %+v", first)
		}
		var d Detail
		x.do(t, "GET", "/scenarios/"+s.ID, "officer", "", 0, http.StatusOK, &d)
		x.do(t, "POST", "/scenarios/"+s.ID+"/withdrawal", "officer", `{"reason":"淘汰"}`, d.Version, http.StatusOK, nil)
		x.published(t, row("仓库盘点无人机", "Drones", "第三段说明"))
		x.do(t, "POST", "/lists", "officer", body, 0, http.StatusCreated, &second)
		if second.Number != 2 || second.Entries != 1 {
			t.Errorf("the second list: %+v", second)
		}
		if x.do(t, "GET", "/lists/"+first.ID+"/contents", "officer", "", 0, http.StatusOK, nil) != contents || x.do(t, "GET", "/lists/"+first.ID+"/paper?language=zh", "viewer-theirs", "", 0, http.StatusOK, nil) != pdf {
			t.Error("a released list changed")
		}
		x.do(t, "GET", "/lists/"+first.ID+"/paper?format=xlsx", "officer", "", 0, http.StatusOK, nil)
		x.do(t, "GET", "/lists/"+first.ID+"/paper?format=doc", "officer", "", 0, http.StatusUnprocessableEntity, nil)
	})
}

func TestAppsAreFoundByTheirWholeName(t *testing.T) {
	x := newTown(t, kerneltest.Options{})
	apps := strings.Replace(head, "maturity\n", "maturity,apps\n", 1)
	line := func(title, names string) string {
		return strings.Replace(row(title, "", title+"的说明"), "running\n", "running,"+names+"\n", 1)
	}
	x.upload(t, "/import?name=a.csv", apps+line("轮胎外观缺陷检测", "外观检测App")+line("汽车焊缝检测", "外观检测App;焊缝 Pro")+line("仓库盘点", "盘点通"), http.StatusOK, nil)
	var v facetsView
	x.do(t, "GET", "/scenarios/facets?status=published", "viewer-theirs", "", 0, http.StatusOK, &v)
	i := slices.IndexFunc(v.Facets, func(f facet) bool { return f.Axis == columnApp })
	if want := []tally{{"外观检测App", 2}, {"焊缝 Pro", 1}, {"盘点通", 1}}; !slices.Equal(v.Facets[i].Counts, want) {
		t.Errorf("%+v", v.Facets[i])
	}
	for name, want := range map[string]int{"外观检测App": 2, "焊缝 Pro": 1, "焊缝": 0} {
		var page struct{ Total int }
		if x.do(t, "GET", "/scenarios?app="+url.QueryEscape(name), "viewer-theirs", "", 0, http.StatusOK, &page); page.Total != want {
			t.Errorf("%s is used by %d scenarios, not %d", name, page.Total, want)
		}
	}
}

func TestFacetsCountAsIfTheirOwnFilterWereNotThere(t *testing.T) {
	x := newTown(t, kerneltest.Options{})
	x.published(t, row("轮胎外观缺陷检测", "", "第一段说明")+strings.Replace(row("汽车焊缝检测", "", "第二段说明"), "C29", "C36", 1)+strings.Replace(row("汽车涂装检测", "", "第三段说明"), "C29", "C36", 1))
	var v facetsView
	x.do(t, "GET", "/scenarios/facets?industry=C36&q=检测", "viewer-theirs", "", 0, http.StatusOK, &v)
	i := slices.IndexFunc(v.Facets, func(f facet) bool { return f.Axis == axisIndustry })
	if want := []tally{{"C36", 2}, {"C29", 1}}; v.Total != 2 || !slices.Equal(v.Facets[i].Counts, want) {
		t.Errorf("%+v", v)
	}
}
