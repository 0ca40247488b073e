package atlas

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
)

// finds asks the city's search and returns which nodes of the graph answer, as kind and title.
func (x *town) finds(t *testing.T, who, q string) (list []string) {
	t.Helper()
	var v struct {
		Items []struct {
			Kind, Path string
			Title      struct{ ZH string }
		}
	}
	x.Get(t, "/api/search?q="+url.QueryEscape(q), who).Decode(t, &v)
	for _, i := range v.Items {
		if kind, ok := strings.CutPrefix(i.Kind, "atlas/"); ok {
			list = append(list, kind+" "+i.Title.ZH)
		}
	}
	slices.Sort(list)
	return list
}

func (x *town) found(t *testing.T, who, q string, want ...string) {
	t.Helper()
	kerneltest.Wait(t, fmt.Sprintf("%s finds %v by %s", who, want, q), func() bool {
		got := x.finds(t, who, q)
		if !slices.Equal(got, want) && t.Context().Err() == nil {
			return false
		}
		return true
	})
}

// agrees checks that what the search was told is what the graph shows today.
func (x *town) agrees(t *testing.T, what string) {
	t.Helper()
	c, err := x.module.memory.now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	told, err := x.module.elements.told(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	err = c.found(func(id string, d module.Document) error {
		n++
		if told[id] != digestOf(d) {
			t.Errorf("%s: the search was told otherwise of %s, which is %+v", what, id, d)
		}
		delete(told, id)
		return nil
	})
	if err != nil || n == 0 || len(told) > 0 {
		t.Errorf("%s: %d nodes, %v, and the search still knows %v", what, n, err, told)
	}
}

func TestNodesAreFoundByWhoMaySeeThemAndByNobodyElse(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		chain := x.tyres(t)
		x.upload(t, "/import/outside", "o.csv", `企业名称,所在地区,产品,技术,产业链环节,供应本地企业,来源,可见范围,说明
外地秘密硫化,外省,硫化机;秘密产品,机器视觉,,乙轮胎,secret-fair,bureau,秘密说明
外地公开硫化,外省,公开产品,,橡胶轮胎/硫化设备,,公开名录,public,
`)
		x.agrees(t, "after imports")
		// What a chain yields is everybody's: the product is found whoever else makes it in secret.
		x.found(t, "viewer-theirs", "硫化机", "product 硫化机")
		x.found(t, "viewer-theirs", "橡胶轮胎", "chain 橡胶轮胎", "stage 合成橡胶", "stage 模具", "stage 硫化设备", "stage 轮胎")
		x.found(t, "viewer-theirs", "外地公开硫化", "outside 外地公开硫化")
		x.found(t, "viewer-theirs", "公开产品", "product 公开产品")
		x.found(t, "viewer-theirs", "机器视觉", "technology 机器视觉")
		x.found(t, "officer", "秘密", "outside 外地秘密硫化", "product 秘密产品")
		for _, who := range []string{"viewer-theirs", "manager-ours"} {
			for _, q := range []string{"秘密", "秘密产品", "外地秘密硫化", "秘密说明"} {
				if list := x.finds(t, who, q); slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, "秘密") }) {
					t.Errorf("%s finds %v by %s", who, list, q)
				}
			}
		}
		// Enterprises are found in the directory, by what they show there; not a second time here.
		if list := x.finds(t, "officer", "乙轮胎"); slices.Contains(list, "enterprise 乙轮胎") {
			t.Errorf("the graph's search has enterprises: %v", list)
		}
		// A proposal that nobody accepted is nowhere.
		x.do(t, "POST", "/chains/"+chain.ID+"/proposals", "manager-ours", `{"base":1,"note":"建议","content":{"stages":[{"id":"new","name":{"zh":"建议环节","en":""},"product":"建议产品"}],"links":[]}}`, http.StatusCreated, nil)
		if list := append(x.finds(t, "officer", "建议环节"), x.finds(t, "officer", "建议产品")...); len(list) != 0 {
			t.Errorf("a proposal is found: %v", list)
		}
		// What is public no more, what nobody says any more and what is over is not found.
		x.upload(t, "/import/outside", "o.csv", "企业名称,所在地区,产品,来源,可见范围\n外地公开硫化,外省,公开产品,公开名录,bureau\n")
		x.found(t, "viewer-theirs", "外地公开硫化")
		x.found(t, "viewer-theirs", "公开产品")
		x.found(t, "officer", "公开产品", "product 公开产品")
		a := shown("a", "甲橡胶", "370212")
		a.Business = false
		x.shows(t, a)
		x.found(t, "viewer-theirs", "顺丁橡胶")
		x.agrees(t, "after hiding")
		was, _ := daysAgo(30)
		x.directory.offerings.put("v", offering(was, time.Now().AddDate(0, 1, 0)))
		if err := x.module.follow(t.Context(), x.module.offerings(), "", "v"); err != nil {
			t.Fatal(err)
		}
		x.found(t, "viewer-theirs", "能耗管理", "capability 能耗管理")
		x.directory.offerings.put("v", enterpriseevent.Offering{ProviderID: "v", Gone: true})
		if err := x.module.follow(t.Context(), x.module.offerings(), "", "v"); err != nil {
			t.Fatal(err)
		}
		x.found(t, "viewer-theirs", "能耗管理")
		x.agrees(t, "after a suspension")
	})
}

func TestTheDayTakesNodesOutOfTheSearchAndPutsThemIn(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.tyres(t)
		was, _ := daysAgo(30)
		x.directory.offerings.put("v", offering(was, time.Now().AddDate(0, 1, 0)))
		if err := x.module.follow(t.Context(), x.module.offerings(), "", "v"); err != nil {
			t.Fatal(err)
		}
		x.found(t, "viewer-theirs", "能耗管理", "capability 能耗管理")
		// Its year was over this morning; nobody changed anything.
		err := x.module.kit.DB.Write(t.Context(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE edge SET valid_to = $1 WHERE origin = 'provider/v'`, today(time.Now()))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		x.module.memory.nodes, x.module.memory.days = nil, nil // as on another day: what is held is made anew
		x.module.settled.Store(settled{})
		if err := x.module.settleFound(t.Context()); err != nil {
			t.Fatal(err)
		}
		x.found(t, "viewer-theirs", "能耗管理")
		x.agrees(t, "after the day")
	})
}
