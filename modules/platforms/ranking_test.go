package platforms

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// league is a city with four platforms of two operators, and figures of a month.
type league struct {
	*scene
	ids   []string
	month time.Time
}

func newLeague(t *testing.T, o kerneltest.Options) *league {
	t.Helper()
	x := &league{scene: &scene{newSite(t, o)}, month: monthly.start(time.Now().AddDate(0, -2, 0))}
	for i := range 4 {
		owner := x.Ours.ID
		if i == 3 {
			owner = x.Theirs.ID
		}
		var p struct{ ID string }
		r := x.Send(t, "POST", "/api/platforms", "officer", fmt.Sprintf(`{"name":{"zh":"平台%d","en":"P%d"},"code":"p%d","class":"technology","district":"370202","operator_id":%q,"operator_name":{"zh":"运营方","en":"Op"}}`, i, i, i, owner))
		if r.Decode(t, &p); r.Status != http.StatusCreated {
			t.Fatalf("register: %d %s", r.Status, r.Body)
		}
		x.ids = append(x.ids, p.ID)
	}
	return x
}

// report back-fills facts of a platform, each "code,period,value".
func (x *league) report(t *testing.T, i int, query string, facts ...string) {
	t.Helper()
	r := x.Send(t, "POST", "/api/platforms/"+x.ids[i]+"/backfill"+query, "officer", "code,period,value\n"+strings.Join(facts, "\n")+"\n", "Content-Type", "text/csv")
	if r.Status != http.StatusOK {
		t.Fatalf("back-fill: %d %s", r.Status, r.Body)
	}
}

func (x *league) day(n int) string { return x.month.AddDate(0, 0, n-1).Format(time.DateOnly) }

const twoItems = `{"items":[{"code":"dev_connected","per":"","reverse":false,"log":false,"weight":3},{"code":"txn_amount","per":"","reverse":false,"log":false,"weight":1}],
	"trim":0,"scaling":"minmax","weighting":"hand","judgements":[],"lambda":0.6,"cap":0,"trust":false,"error":0.02}`

func (x *league) method(t *testing.T, method string) Ranking {
	t.Helper()
	r := x.Send(t, "POST", "/api/platforms/rank/methods", "officer", `{"name":{"zh":"专业型平台","en":"Technology"},"class":"technology","method":`+method+`}`)
	if r.Status != http.StatusCreated {
		t.Fatalf("method: %d %s", r.Status, r.Body)
	}
	var v Ranking
	r.Decode(t, &v)
	return v
}

func (x *league) compute(t *testing.T, id string) runDetail {
	t.Helper()
	r := x.Send(t, "POST", "/api/platforms/rank/results", "officer", fmt.Sprintf(`{"ranking_id":%q,"month":%q}`, id, monthOf(x.month)))
	if r.Status != http.StatusCreated {
		t.Fatalf("compute: %d %s", r.Status, r.Body)
	}
	var v runDetail
	r.Decode(t, &v)
	return v
}

func (x *league) move(t *testing.T, run runDetail, body string, want int) {
	t.Helper()
	r := x.Send(t, "POST", "/api/platforms/rank/results/"+run.ID+"/state", "officer", body, "If-Match", fmt.Sprintf("%q", fmt.Sprint(run.Version)))
	if r.Status != want {
		t.Errorf("move %s: %d %s, want %d", body, r.Status, r.Body, want)
	}
}

func TestARankingIsComputedPublishedAndKept(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLeague(t, o)
		month := monthOf(x.month)
		for i := range 4 {
			x.report(t, i, "", fmt.Sprintf("dev_connected,%s,%d", x.day(1), 5), fmt.Sprintf("dev_connected,%s,%d", x.day(28), 1000*(i+1)), fmt.Sprintf("txn_amount,%s,%d", month, 40-10*i))
		}
		method := x.method(t, twoItems)
		draft := x.compute(t, method.ID)
		if p := draft.Result.Places; len(p) != 4 || p[0].ID != x.ids[3] || p[0].Score != 75 || p[3].Score != 25 {
			t.Fatalf("places %+v", p)
		}
		if in := draft.Result.Platforms[0].Inputs; len(in) != 2 || in[0].Rule != "last" || in[0].Facts != 2 || in[1].Rule != "sum" || in[0].SubmissionID == "" {
			t.Errorf("inputs %+v", in)
		}
		path := "/api/platforms/rank/results/" + draft.ID
		if r := x.Get(t, path, "manager-ours"); r.Status != http.StatusNotFound {
			t.Errorf("a draft is seen by an operator: %d", r.Status)
		}
		draft = x.compute(t, method.ID) // again: the older draft gives way
		var list sqldb.Page[Standing]
		x.Get(t, "/api/platforms/rank/results", "officer").Decode(t, &list)
		if len(list.Items) != 1 || list.Items[0].ID != draft.ID || list.Items[0].Month != month {
			t.Fatalf("runs %+v", list.Items)
		}
		x.move(t, draft, `{"to":"withdrawn","reason":"x"}`, http.StatusConflict)
		x.move(t, draft, `{"to":"published"}`, http.StatusOK)
		x.move(t, draft, `{"to":"withdrawn","reason":"x"}`, http.StatusPreconditionFailed)
		x.seen(t, draft.ID)
		x.report(t, 0, "?reason=mended", fmt.Sprintf("dev_connected,%s,%d", x.day(28), 9000)) // corrected later
		var kept runDetail
		x.Get(t, "/api/platforms/rank/results/"+draft.ID, "officer").Decode(t, &kept)
		if kept.State != runPublished || kept.Result.Places[0].ID != x.ids[3] {
			t.Errorf("what was published changed: %+v", kept.Standing)
		}
		if again := x.compute(t, method.ID); again.Result.Places[0].ID != x.ids[0] || again.Result.Platforms[0].Inputs[0].Revision != 2 {
			t.Errorf("the correction does not count: %+v", again.Result.Platforms[0])
		}
		x.move(t, kept, `{"to":"withdrawn"}`, http.StatusUnprocessableEntity)
		x.move(t, kept, `{"to":"withdrawn","reason":"数据已更正"}`, http.StatusOK)
		if r := x.Send(t, "DELETE", "/api/platforms/rank/methods/"+method.ID, "officer", ""); r.Status != http.StatusConflict {
			t.Errorf("a method with results is removed: %d", r.Status)
		}
	})
}

// seen holds what an operator sees of a published ranking against what is theirs.
func (x *league) seen(t *testing.T, id string) {
	t.Helper()
	var v runDetail
	r := x.Get(t, "/api/platforms/rank/results/"+id, "manager-ours")
	if r.Decode(t, &v); r.Status != http.StatusOK || len(v.MayMove) != 0 {
		t.Fatalf("an operator reads it: %d, may move %v", r.Status, v.MayMove)
	}
	for _, p := range v.Result.Platforms {
		if ours := p.ID != x.ids[3]; ours != (len(p.Inputs) > 0) {
			t.Errorf("figures of %s: %+v", p.ID, p.Inputs)
		}
	}
	for _, p := range v.Result.Places {
		if ours := p.ID != x.ids[3]; ours != (p.Parts[0].Raw > 0) {
			t.Errorf("raw values of %s: %+v", p.ID, p.Parts)
		}
	}
	csv := string(x.Get(t, "/api/platforms/rank/results/"+id+"/places?export=csv", "viewer-theirs").Body)
	if !strings.Contains(csv, "平台3") || strings.Count(csv, "\n") != 4 {
		t.Errorf("the list as CSV is %q", csv)
	}
}

func TestMonthsAreMadeOfFactsByTheKindOfTheIndicator(t *testing.T) {
	month := time.Date(2026, 10, 1, 0, 0, 0, 0, cityTime())
	day := func(n int, v float64) monthFact { return monthFact{at: month.AddDate(0, 0, n-1), value: v} }
	before := day(0, 100)
	f := func(kind string, facts []monthFact, before *monthFact, want float64, known bool) {
		t.Helper()
		in, ok := indicator{Kind: kind}.monthValue(facts, before)
		if ok != known || in.Value != want && ok {
			t.Errorf("%s of %v: %g %v, want %g %v", kind, facts, in.Value, ok, want, known)
		}
	}
	facts := []monthFact{day(1, 110), day(15, 130), day(31, 160)}
	f("gauge", facts, &before, 160, true)
	f("flow", facts, &before, 400, true)
	f("ratio", facts, &before, 400.0/3, true)
	f("counter", facts, &before, 60, true)
	f("counter", facts, nil, 50, true)
	f("counter", facts[:1], nil, 0, false)
	f("counter", []monthFact{day(3, 5)}, &before, 0, false) // set back
	f("gauge", nil, &before, 0, false)
	of, last := split([]monthFact{before, facts[0]}, month)
	if len(of) != 1 || last == nil || last.value != 100 {
		t.Errorf("split %v %v", of, last)
	}
}

func TestMethodsThatCannotBeUsedChangeNothing(t *testing.T) {
	x := newLeague(t, kerneltest.Options{})
	f := func(who, body string, want int, words ...string) {
		t.Helper()
		r := x.Send(t, "POST", "/api/platforms/rank/methods", who, body)
		for _, w := range words {
			if !strings.Contains(string(r.Body), w) {
				t.Errorf("%s: %s lacks %s", body, r.Body, w)
			}
		}
		if r.Status != want {
			t.Errorf("%s: %d %s, want %d", body, r.Status, r.Body, want)
		}
	}
	f("manager-ours", `{"name":{"zh":"x","en":""},"method":`+twoItems+`}`, http.StatusForbidden)
	f("officer", `{"name":{"zh":"","en":""},"class":"none","method":`+twoItems+`}`, http.StatusUnprocessableEntity, `"body.name"`, `"body.class"`)
	f("officer", `{"name":{"zh":"x","en":""},"method":`+strings.Replace(twoItems, "txn_amount", "heartbeat", 1)+`}`, http.StatusUnprocessableEntity, `"body.method.items[1].code"`)
	ahp := func(matrix string) string {
		return strings.NewReplacer(`"hand"`, `"ahp"`, `"judgements":[]`, `"judgements":[{"expert":"一","matrix":`+matrix+`}]`).Replace(twoItems)
	}
	f("officer", `{"name":{"zh":"x","en":""},"method":`+ahp(`[[1,3],[3,1]]`)+`}`, http.StatusUnprocessableEntity, `"body.method.judgements[0].matrix"`, "reciprocal")
	var list rankingsView
	x.Get(t, "/api/platforms/rank/methods", "viewer-ours").Decode(t, &list)
	if len(list.Items) != 0 || len(list.Indicators) < 10 {
		t.Errorf("%d methods, %d indicators", len(list.Items), len(list.Indicators))
	}
	r := x.Send(t, "POST", "/api/platforms/rank/previews", "officer", `{"month":"2026-01","class":"technology","method":`+ahp(`[[1,3],[0.3333333333,1]]`)+`}`)
	var out ranked
	if err := json.Unmarshal(r.Body, &out); err != nil || r.Status != http.StatusOK || len(out.Unranked) != 4 || out.Weights[0] < 0.74 || out.Weights[0] > 0.76 {
		t.Errorf("preview: %d %s", r.Status, r.Body)
	}
	if r := x.Send(t, "POST", "/api/platforms/rank/results", "officer", `{"ranking_id":"none","month":"2199-01"}`); r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), "body.month") {
		t.Errorf("a month to come: %d %s", r.Status, r.Body)
	}
}

func TestAChangedMethodLeavesResultsAsTheyAre(t *testing.T) {
	x := newLeague(t, kerneltest.Options{})
	for i := range 4 {
		x.report(t, i, "", fmt.Sprintf("dev_connected,%s,%d", x.day(28), i+1), fmt.Sprintf("txn_amount,%s,%d", monthOf(x.month), 9-i))
	}
	method := x.method(t, twoItems)
	run := x.compute(t, method.ID)
	put := func(version, want int) {
		t.Helper()
		r := x.Send(t, "PUT", "/api/platforms/rank/methods/"+method.ID, "officer", `{"name":{"zh":"改","en":""},"class":"technology","method":`+strings.Replace(twoItems, `"weight":3`, `"weight":0`, 1)+`}`, "If-Match", fmt.Sprintf("%q", fmt.Sprint(version)))
		if r.Status != want {
			t.Errorf("change: %d %s, want %d", r.Status, r.Body, want)
		}
	}
	put(7, http.StatusPreconditionFailed)
	put(1, http.StatusOK)
	var kept runDetail
	x.Get(t, "/api/platforms/rank/results/"+run.ID, "officer").Decode(t, &kept)
	if kept.Edition != 1 || kept.Method.Items[0].Weight != 3 || kept.Name.ZH != "专业型平台" {
		t.Errorf("the result changed with its method: %+v", kept.Standing)
	}
	if next := x.compute(t, method.ID); next.Edition != 2 || next.Result.Places[0].ID != x.ids[0] {
		t.Errorf("the changed method is not used: %+v", next.Standing)
	}
	unused := x.method(t, twoItems)
	if r := x.Send(t, "DELETE", "/api/platforms/rank/methods/"+unused.ID, "officer", ""); r.Status != http.StatusNoContent {
		t.Errorf("remove: %d %s", r.Status, r.Body)
	}
}
