package platforms

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/modules/platforms/internal/index"
)

// weighted is a definition whose items weigh by entropy and whose dimensions by AHP.
const weighted = `{"name":{"zh":"发展指数","en":"Index"},"sample":{"class":"technology","district":"","industry":""},"definition":{"base":%q,"mean":"arithmetic",
	"weighting":{"by":"ahp","judgements":[{"expert":"甲","matrix":[[1,9],[0.1111111111,1]]},{"expert":"乙","matrix":[[1,1],[1,1]]}]},"window":{"from":%q,"until":%q},
	"dimensions":[{"name":{"zh":"资源","en":"Resources"},"weight":0,"weighting":{"by":"entropy"},"items":[{"code":"dev_connected","weight":0},{"code":"txn_amount","weight":0}]},
	{"name":{"zh":"投入","en":"Research"},"weight":0,"items":[{"code":"rd_invest","weight":100}]}]}}`

func (x *league) weighted(t *testing.T, body string) DevelopmentIndex {
	t.Helper()
	r := x.Send(t, "POST", "/api/platforms/index/definitions", "officer", body)
	var v DevelopmentIndex
	if r.Decode(t, &v); r.Status != http.StatusCreated {
		t.Fatalf("index: %d %s", r.Status, r.Body)
	}
	return v
}

// grown reports what an index of both months needs: devices of 1, 2, 3 and 4 hundred,
// transactions of one platform only, research that doubles.
func (x *league) grown(t *testing.T) {
	t.Helper()
	for i := range 4 {
		for n, month := range []time.Time{x.plus(-1), x.plus(0)} {
			txn := 10.0
			if i == 3 {
				txn = 90
			}
			x.report(t, i, "", fmt.Sprintf("dev_connected,%s,%d", month.AddDate(0, 0, 9).Format(time.DateOnly), 100*(i+1)), fmt.Sprintf("txn_amount,%s,%g", monthOf(month), txn), fmt.Sprintf("rd_invest,%s,%d", monthOf(month), 10*(n+1)))
		}
	}
}

// By hand: devices are 0, 1/3, 2/3 and 1 on the scale, so that their shares are 0, 1/6,
// 1/3 and 1/2; transactions tell one platform apart from all others, with entropy 0.
// Experts who say 9 and 1 say 3 together: 75 and 25 %. Research doubles: 125.
func TestAnIndexIsWeighedByNamedMethodsAndKeepsItsWeights(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLeague(t, o)
		base, last := monthOf(x.plus(-1)), monthOf(x.plus(0))
		x.grown(t)
		def := x.weighted(t, fmt.Sprintf(weighted, base, base, base))
		if d := def.Definition.Dimensions; math.Abs(d[0].Weight-75) > 1e-6 || d[0].Items[0].Weight != 0 || d[1].Weighting.By != index.ByHand {
			t.Errorf("settled %+v", def.Definition)
		}
		run := x.computeIndex(t, def.ID, x.plus(0))
		e := -(math.Log(1.0/6)/6 + math.Log(1.0/3)/3 + math.Log(0.5)/2) / math.Log(4)
		g := run.Result.Weights.Items[0]
		if !is(&g.Weights[0], 100*(1-e)/(2-e)) || !g.Few || g.Platforms != 4 || run.Result.Weights.Window != base+"/"+base || run.Result.Weights.Of != "" {
			t.Errorf("weights %+v, entropy of devices %g", run.Result.Weights, e)
		}
		if run.Level == nil || math.Abs(*run.Level-125) > 1e-6 || !is(&run.Definition.Dimensions[0].Items[0].Weight, g.Weights[0]) || len(run.Result.Weights.Dimensions.Opinions) != 2 {
			t.Errorf("run %+v %+v", run.IndexRun, run.Definition)
		}
		if b := run.Result.Months[1].Bounds; b == nil || !(b.Low < 122 && b.High > 128) || !is(run.Result.Months[1].Dimensions[1].Without, 100) {
			t.Errorf("bounds %+v", b)
		}
		x.weighed(t, run.ID, base)
		x.moveIndex(t, run, `{"to":"published"}`, http.StatusOK)
		x.takenOver(t, def, run, base)
		if r := x.Get(t, "/api/platforms/index/results/"+run.ID+"/weighed?month="+last, "officer"); !strings.Contains(string(r.Body), `"items":[]`) {
			t.Errorf("figures of a month that is not in the window: %s", r.Body)
		}
	})
}

// weighed holds that weights lead to the figures behind them, and an operator to its own.
func (x *league) weighed(t *testing.T, run, month string) {
	t.Helper()
	var page sqldb.Page[indexInput]
	path := "/api/platforms/index/results/" + run + "/weighed?month=" + month
	x.Get(t, path, "officer").Decode(t, &page)
	at := slices.IndexFunc(page.Items, func(in indexInput) bool { return in.Code == "txn_amount" && in.PlatformID == x.ids[3] })
	if len(page.Items) != 8 || at < 0 || page.Items[at].Value != 90 || page.Items[at].SubmissionID == "" || page.Items[at].Carried {
		t.Errorf("figures behind weights %+v", page.Items)
	}
}

// takenOver holds that a correction does not change the weights of a version once
// something was published by it, neither there nor in what follows.
func (x *league) takenOver(t *testing.T, def DevelopmentIndex, run indexRunDetail, base string) {
	t.Helper()
	x.report(t, 3, "?reason=recount", "txn_amount,"+base+",10")
	next := x.computeIndex(t, def.ID, x.plus(0))
	if w := next.Result.Weights; w.Of != run.ID || !slices.Equal(w.Items[0].Weights, run.Result.Weights.Items[0].Weights) {
		t.Errorf("weights of a later run %+v", w)
	}
	x.weighed(t, next.ID, base)
	var ours sqldb.Page[indexInput]
	x.Get(t, "/api/platforms/index/results/"+run.ID+"/weighed?month="+base, "manager-ours").Decode(t, &ours)
	if len(ours.Items) != 6 {
		t.Errorf("an operator sees %d figures behind weights", len(ours.Items))
	}
	var kept indexRunDetail
	x.Get(t, "/api/platforms/index/results/"+run.ID, "officer").Decode(t, &kept)
	if !slices.Equal(kept.Result.Weights.Items[0].Weights, run.Result.Weights.Items[0].Weights) {
		t.Errorf("what was published has other weights: %+v", kept.Result.Weights)
	}
	x.moveIndex(t, kept, `{"to":"withdrawn","reason":"数据已更正"}`, http.StatusOK)
	again := x.computeIndex(t, def.ID, x.plus(0))
	if w := again.Result.Weights; w.Of != "" || w.Items[0].Weights[1] != 0 || w.Items[0].Entropies[1] != 1 {
		t.Errorf("once it is withdrawn, weights come from what is known now: %+v", w)
	}
}

func TestWeightsThatCannotBeComputedSayWhy(t *testing.T) {
	x := newLeague(t, kerneltest.Options{})
	base := monthOf(x.plus(-1))
	refused := func(path, body string, words ...string) {
		t.Helper()
		r := x.Send(t, "POST", path, "officer", body)
		for _, w := range words {
			if !strings.Contains(string(r.Body), w) {
				t.Errorf("%s lacks %s", r.Body, w)
			}
		}
		if r.Status != http.StatusUnprocessableEntity {
			t.Errorf("%d %s", r.Status, r.Body)
		}
	}
	whole := fmt.Sprintf(weighted, base, base, base)
	third := strings.Replace(whole, `,
	{"name":{"zh":"投入"`, `,{"name":{"zh":"用户","en":""},"weight":0,"items":[{"code":"user_mau","weight":100}]},
	{"name":{"zh":"投入"`, 1)
	refused("/api/platforms/index/definitions", third, `"body.definition.weighting.judgements[0].matrix"`, "compare each item")
	refused("/api/platforms/index/definitions", strings.Replace(third, `[[1,9],[0.1111111111,1]]`, `[[1,9,0.1111111111],[0.1111111111,1,9],[9,0.1111111111,1]]`, 1), "contradict", "look at item 1 against item")
	refused("/api/platforms/index/definitions", fmt.Sprintf(weighted, base, base, "2019-01"), `"body.definition.window.until"`)
	refused("/api/platforms/index/weights", fmt.Sprintf(weighted, base, "2198-01", "2199-01"), "platforms.index.window")
	refused("/api/platforms/index/weights", whole, "platforms.index.few", "0 platforms", "dev_connected, txn_amount")
	def := x.weighted(t, whole)
	refused("/api/platforms/index/results", fmt.Sprintf(`{"index_id":%q,"month":%q}`, def.ID, monthOf(x.month)), "platforms.index.few")
	if r := x.Send(t, "POST", "/api/platforms/index/weights", "manager-ours", whole); r.Status != http.StatusForbidden {
		t.Errorf("an operator tries weights: %d", r.Status)
	}
	x.grown(t)
	var w indexWeights
	r := x.Send(t, "POST", "/api/platforms/index/weights", "officer", whole)
	if r.Decode(t, &w); r.Status != http.StatusOK || math.Abs(w.Dimensions.Weights[0]-75) > 1e-6 || w.Items[0].Rows != 4 || w.Items[1].Weights[0] != 100 {
		t.Errorf("tried: %d %s", r.Status, r.Body)
	}
}

// What was defined and computed when weights came by hand only is read as by hand.
func TestWhatWasMadeBeforeThereWereMethodsIsByHand(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLeague(t, o)
		x.grown(t)
		def := x.index(t, monthOf(x.plus(-1)))
		run := x.computeIndex(t, def.ID, x.plus(0))
		old := fmt.Sprintf(oneDimension, monthOf(x.plus(-1)))
		err := x.room.kit.DB.Write(sqldb.Alone(t.Context()), func(tx *sqldb.Tx) error {
			if _, err := tx.Exec(t.Context(), `UPDATE index_definition SET definition = $1 WHERE id = $2`, old, def.ID); err != nil {
				return err
			}
			_, err := tx.Exec(t.Context(), `UPDATE index_run SET definition = $1, result = $2 WHERE id = $3`, old,
				`{"months":[{"month":"2026-01","level":{"chained":100,"matched":100},"dimensions":[{"level":{"chained":100,"matched":100},"items":[]},{"level":{"chained":100,"matched":100},"items":[]}]}],"members":[]}`, run.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var kept indexRunDetail
		x.Get(t, "/api/platforms/index/results/"+run.ID, "officer").Decode(t, &kept)
		w := kept.Result.Weights
		if w.Dimensions.By != index.ByHand || !slices.Equal(w.Dimensions.Weights, []float64{60, 40}) || len(w.Items) != 2 || kept.Result.Months[0].Bounds != nil || kept.Definition.Weighting.By != index.ByHand {
			t.Errorf("kept %+v %+v", kept.Definition, w)
		}
		if next := x.computeIndex(t, def.ID, x.plus(0)); next.Result.Weights.Of != "" || !slices.Equal(next.Result.Weights.Dimensions.Weights, []float64{60, 40}) {
			t.Errorf("computed again %+v", next.Result.Weights)
		}
	})
}
