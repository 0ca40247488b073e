package enterprise

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/modules/enterprise/internal/need"
	"linghang/modules/scenario/scenarioevent"
)

func TestANeedShowsTheScenariosThatFitItToWhoeverSeesTheNeed(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newMarket(t, o)
		x.shelf.fits = []scenarioevent.Fitting{{
			ScenarioID: "s1", TitleZH: "外观缺陷机器视觉检测", TitleEN: "Inspection", Score: 0.7, Found: []string{"外观缺陷"},
			Reasons: []scenarioevent.Reason{{Code: "words", Value: 0.8, Share: 0.6}, {Code: "taxonomy", Value: 0.5, Share: 0.1, Paths: []string{"scenario/quality"}}},
		}}
		d := x.draft(t, `,"budget_from":10,"budget_to":50,"confidential":true`, http.StatusCreated)
		var v struct{ Items []need.FittingScenario }
		x.do(t, "GET", "/needs/"+d.ID+"/scenarios", "manager-ours", "", 0, http.StatusOK, &v)
		if len(v.Items) != 1 || v.Items[0].ScenarioID != "s1" || v.Items[0].Title.EN != "Inspection" || v.Items[0].Reasons[1].Paths[0] != "scenario/quality" || v.Items[0].Found[0] != "外观缺陷" {
			t.Errorf("%+v", v.Items)
		}
		w := x.shelf.wanted[0]
		if !strings.Contains(w.Text, "轮胎外观缺陷检测") || w.Link != "quality" || w.Industry != "C35" || *w.BudgetTo != 50 || !slices.Equal(w.Technologies, []scenarioevent.Word{{Code: "vision", ZH: "机器视觉", EN: "Machine vision"}}) {
			t.Errorf("the catalogue was asked for %+v", w)
		}
		// Who does not see the need is told nothing of what would fit it.
		x.do(t, "POST", "/needs/"+d.ID+"/publication", "manager-ours", "", 0, http.StatusOK, nil)
		for _, who := range []string{"manager-theirs", "officer", rival} {
			x.do(t, "GET", "/needs/"+d.ID+"/scenarios", who, "", 0, http.StatusNotFound, nil)
		}
	})
}

func TestAScenarioShowsWhoNeedsItAndNothingConfidential(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newMarket(t, o)
		from, to := 20.0, 40.0
		x.shelf.of = map[string]scenarioevent.Catalogued{
			"s1": {
				TitleZH: "外观缺陷机器视觉检测", SummaryZH: "工业相机拍摄表面，模型识别缺陷，替代人工目检", Industries: []string{"C35"}, CostFrom: &from, CostTo: &to,
				Links: []scenarioevent.Word{{Code: "quality", ZH: "质量管理"}}, Technologies: []scenarioevent.Word{{Code: "seeing", ZH: "机器视觉"}},
			},
			"other": {TitleZH: "啤酒瓶回收押金", Links: []scenarioevent.Word{{Code: "marketing", ZH: "营销管理"}}},
			"old":   {TitleZH: "外观缺陷机器视觉检测", Withdrawn: true},
		}
		draft := x.draft(t, "", http.StatusCreated)
		publish := func(more string) string {
			d := x.draft(t, more, http.StatusCreated)
			x.do(t, "POST", "/needs/"+d.ID+"/publication", "manager-ours", "", 0, http.StatusOK, nil)
			return d.ID
		}
		open, secret := publish(`,"budget_from":30,"budget_to":50`), publish(`,"confidential":true`)
		for _, who := range []string{"officer", "manager-ours", rival, "manager-theirs"} {
			var v struct{ Items []need.FittingNeed }
			body := x.do(t, "GET", "/scenarios/s1/needs", who, "", 0, http.StatusOK, &v)
			if len(v.Items) != 1 || v.Items[0].ID != open || strings.Contains(body, secret) || strings.Contains(body, draft.ID) {
				t.Fatalf("%s is shown %s", who, body)
			}
			reasons := map[string]need.Reason{}
			for _, r := range v.Items[0].Reasons {
				reasons[r.Code] = r
			}
			if !slices.Contains(reasons["taxonomy"].Paths, "technology/vision") || !slices.Contains(reasons["taxonomy"].Paths, "scenario/quality") || reasons["price"].Params["from"] != 30 || reasons["words"].Value == 0 || !slices.Contains(v.Items[0].Found, "外观缺陷检测") {
				t.Errorf("why: %+v, found %v", v.Items[0].Reasons, v.Items[0].Found)
			}
		}
		var none struct{ Items []need.FittingNeed }
		if x.do(t, "GET", "/scenarios/other/needs", "officer", "", 0, http.StatusOK, &none); len(none.Items) != 0 {
			t.Errorf("nobody needs it: %+v", none.Items)
		}
		for _, id := range []string{"old", "nothing"} {
			x.do(t, "GET", "/scenarios/"+id+"/needs", "officer", "", 0, http.StatusNotFound, nil)
		}
		// A need that is over is not needed any more.
		x.do(t, "POST", "/needs/"+open+"/withdrawal", "manager-ours", `{"reason":"已解决"}`, 0, http.StatusOK, nil)
		if x.do(t, "GET", "/scenarios/s1/needs", "officer", "", 0, http.StatusOK, &none); len(none.Items) != 0 {
			t.Errorf("withdrawn: %+v", none.Items)
		}
		// What of a confidential need comes before the bureau in a dispute is no demand either.
		x.exec(t, fmt.Sprintf(`UPDATE need SET disputed = TRUE, reply_until = %d WHERE id = '%s'`, time.Now().Add(time.Hour).UnixMilli(), secret))
		if body := x.do(t, "GET", "/scenarios/s1/needs", "officer", "", 0, http.StatusOK, nil); strings.Contains(body, secret) {
			t.Errorf("a confidential need is shown: %s", body)
		}
	})
}
