package scenario

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"linghang/kernel/kerneltest"
	"linghang/modules/scenario/scenarioevent"
)

func TestScenariosThatFitANeedComeWithReasons(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newTown(t, o)
		x.upload(t, "/import?name=a.csv&synthetic=true", synthetic(144), http.StatusOK, nil)
		if err := x.module.finder.learn(t.Context()); err != nil {
			t.Fatal(err)
		}
		from, to := 30.0, 60.0
		w := scenarioevent.Wanted{
			Text: "轮胎外观缺陷检测 成型线终检靠人工，漏检多，希望用相机识别气泡和划痕", Link: "quality", Industry: "C29", BudgetFrom: &from, BudgetTo: &to,
			Technologies: []scenarioevent.Word{{Code: "seeing", ZH: "机器视觉", EN: "Machine vision"}},
		}
		list, err := x.module.Fitting(t.Context(), w)
		if err != nil || len(list) != fittingMost {
			t.Fatalf("%d fit, %v", len(list), err)
		}
		best := list[0]
		if !strings.HasPrefix(best.TitleZH, "轮胎") || !strings.Contains(best.TitleZH, "外观缺陷机器视觉检测") || best.TitleEN == "" || best.SummaryZH == "" || !best.Synthetic {
			t.Errorf("the best is %+v", best)
		}
		codes, sum := []string{}, 0.0
		for _, r := range best.Reasons {
			codes, sum = append(codes, r.Code), sum+r.Share
			if r.Code == "taxonomy" && !slices.Equal(r.Paths, []string{"industry/C/C29", "scenario/quality", "technology/seeing"}) {
				t.Errorf("both are %v: a technology is known by its name, too", r.Paths)
			}
		}
		if !slices.Contains(codes, "words") || !slices.Contains(codes, "latent") || !slices.Contains(codes, "taxonomy") || sum > 1.001 || len(best.Found) == 0 {
			t.Errorf("why: %+v, found %v", best.Reasons, best.Found)
		}
		for _, f := range list {
			if f.Score > best.Score || f.Score < fittingLeast {
				t.Errorf("%s has %v", f.TitleZH, f.Score)
			}
		}
		// What left the catalogue, or never was in it, fits nobody.
		var d Detail
		x.do(t, "GET", "/scenarios/"+best.ScenarioID, "officer", "", 0, http.StatusOK, &d)
		x.do(t, "POST", "/scenarios/"+best.ScenarioID+"/withdrawal", "officer", `{"reason":"淘汰"}`, d.Version, http.StatusOK, nil)
		x.do(t, "POST", "/scenarios", "manager-ours", `{"title":{"zh":"轮胎外观缺陷检测草稿","en":""},"industries":["C29"],"stages":[],"modes":[],"links":["quality"],"technologies":["vision"],"values":[],"maturity":"","effects":[],"providers":[],"apps":[],"standards":[],"pictures":[]}`, 0, http.StatusCreated, nil)
		list, err = x.module.Fitting(t.Context(), w)
		if err != nil || slices.ContainsFunc(list, func(f scenarioevent.Fitting) bool {
			return f.ScenarioID == best.ScenarioID || strings.Contains(f.TitleZH, "草稿")
		}) {
			t.Errorf("%+v, %v", list, err)
		}
		if list, err = x.module.Fitting(t.Context(), scenarioevent.Wanted{Text: "qqqq zzzz", Link: "nothing"}); err != nil || len(list) != 0 {
			t.Errorf("nothing fits: %+v, %v", list, err)
		}
	})
}
