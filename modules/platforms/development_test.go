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
)

// plus returns the month so many after the month of the league.
func (x *league) plus(n int) time.Time { return x.month.AddDate(0, n, 0) }

const oneDimension = `{"base":%q,"mean":"arithmetic","dimensions":[{"name":{"zh":"资源","en":"Resources"},"weight":60,"items":[{"code":"dev_connected","weight":100}]},{"name":{"zh":"活力","en":"Use"},"weight":40,"items":[{"code":"txn_amount","weight":100}]}]}`

func (x *league) index(t *testing.T, base string) DevelopmentIndex {
	t.Helper()
	r := x.Send(t, "POST", "/api/platforms/index/definitions", "officer", `{"name":{"zh":"发展指数","en":"Index"},"sample":{"class":"technology","district":"","industry":""},"definition":`+fmt.Sprintf(oneDimension, base)+`}`)
	if r.Status != http.StatusCreated {
		t.Fatalf("index: %d %s", r.Status, r.Body)
	}
	var v DevelopmentIndex
	r.Decode(t, &v)
	return v
}

func (x *league) computeIndex(t *testing.T, id string, month time.Time) (v indexRunDetail) {
	t.Helper()
	r := x.Send(t, "POST", "/api/platforms/index/results", "officer", fmt.Sprintf(`{"index_id":%q,"month":%q}`, id, monthOf(month)))
	if r.Status != http.StatusCreated {
		t.Fatalf("compute: %d %s", r.Status, r.Body)
	}
	r.Decode(t, &v)
	return v
}

func (x *league) moveIndex(t *testing.T, run indexRunDetail, body string, want int) {
	t.Helper()
	r := x.Send(t, "POST", "/api/platforms/index/results/"+run.ID+"/state", "officer", body, "If-Match", fmt.Sprintf("%q", fmt.Sprint(run.Version)))
	if r.Status != want {
		t.Errorf("move %s: %d %s, want %d", body, r.Status, r.Body, want)
	}
}

func is(v *float64, want float64) bool { return v != nil && math.Abs(*v-want) < 1e-9 }

// Devices of four platforms grow from 400 to 480 while one says nothing of a month and
// counts as before (60 % of the index), transactions from 100 to 150 (40 %): 132.
func TestAnIndexIsComputedPublishedAndKept(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLeague(t, o)
		base, last := x.plus(-1), x.plus(0)
		for i := range 4 {
			x.report(t, i, "", fmt.Sprintf("dev_connected,%s,100", base.AddDate(0, 0, 9).Format(time.DateOnly)), fmt.Sprintf("txn_amount,%s,25", monthOf(base)), fmt.Sprintf("txn_amount,%s,37.5", monthOf(last)))
			if i > 0 {
				x.report(t, i, "", fmt.Sprintf("dev_connected,%s,%g", x.day(20), []float64{0, 120, 120, 140}[i]))
			}
		}
		def := x.index(t, monthOf(base))
		run := x.computeIndex(t, def.ID, last)
		if !is(run.Level, 132) || run.Edition != 1 || run.Platforms != 4 || len(run.Result.Months) != 2 {
			t.Fatalf("run %+v", run)
		}
		item := run.Result.Months[1].Dimensions[0].Items[0]
		if !is(item.Level.Matched, 120) || !slices.Equal(item.Carried, x.ids[:1]) || item.Sum != 480 {
			t.Errorf("devices %+v", item)
		}
		x.figures(t, run.ID, last)
		if r := x.Get(t, "/api/platforms/index/results/"+run.ID, "manager-ours"); r.Status != http.StatusNotFound {
			t.Errorf("a draft is seen by an operator: %d", r.Status)
		}
		run = x.computeIndex(t, def.ID, last) // again: the older draft gives way
		var list sqldb.Page[IndexRun]
		x.Get(t, "/api/platforms/index/results?index="+def.ID, "officer").Decode(t, &list)
		if len(list.Items) != 1 || list.Items[0].ID != run.ID || !is(list.Items[0].Level, 132) {
			t.Fatalf("runs %+v", list.Items)
		}
		x.moveIndex(t, run, `{"to":"withdrawn","reason":"x"}`, http.StatusConflict)
		x.moveIndex(t, run, `{"to":"published"}`, http.StatusOK)
		x.moveIndex(t, run, `{"to":"published"}`, http.StatusPreconditionFailed)
		x.veiled(t, run.ID)
		x.report(t, 1, "?reason=recount", fmt.Sprintf("dev_connected,%s,9000", x.day(20))) // corrected later
		var kept indexRunDetail
		x.Get(t, "/api/platforms/index/results/"+run.ID, "officer").Decode(t, &kept)
		if kept.State != runPublished || !is(kept.Level, 132) {
			t.Errorf("what was published changed: %+v", kept.IndexRun)
		}
		if next := x.computeIndex(t, def.ID, last); is(next.Level, 132) {
			t.Error("the correction does not count")
		}
		x.moveIndex(t, kept, `{"to":"withdrawn"}`, http.StatusUnprocessableEntity)
		x.moveIndex(t, kept, `{"to":"withdrawn","reason":"数据已更正"}`, http.StatusOK)
		if r := x.Send(t, "DELETE", "/api/platforms/index/definitions/"+def.ID, "officer", ""); r.Status != http.StatusConflict {
			t.Errorf("a definition with results is removed: %d", r.Status)
		}
	})
}

// figures holds that the city is led from a level to the reports behind it, and an
// operator to its own.
func (x *league) figures(t *testing.T, run string, month time.Time) {
	t.Helper()
	var page sqldb.Page[indexInput]
	x.Get(t, "/api/platforms/index/results/"+run+"/figures?code=dev_connected&month="+monthOf(month), "officer").Decode(t, &page)
	if len(page.Items) != 4 || page.Items[0].SubmissionID == "" || !page.Items[0].Carried || page.Items[1].Carried || page.Items[1].Value != 120 {
		t.Errorf("figures %+v", page.Items)
	}
}

// veiled holds what an operator sees of a published index.
func (x *league) veiled(t *testing.T, run string) {
	t.Helper()
	var v indexRunDetail
	path := "/api/platforms/index/results/" + run
	r := x.Get(t, path, "manager-ours")
	if r.Decode(t, &v); r.Status != http.StatusOK || !is(v.Level, 132) || len(v.MayMove) != 0 {
		t.Fatalf("an operator reads it: %d %s", r.Status, r.Body)
	}
	if d := v.Result.Months[1].Dimensions[0]; len(d.Items) != 0 || !is(d.Level.Chained, 120) {
		t.Errorf("sums are told to an operator: %+v", d)
	}
	var page sqldb.Page[indexInput]
	x.Get(t, path+"/figures?month="+monthOf(x.month), "manager-ours").Decode(t, &page)
	for _, in := range page.Items {
		if in.PlatformID == x.ids[3] {
			t.Errorf("a figure of another operator: %+v", in)
		}
	}
	if len(page.Items) != 6 {
		t.Errorf("%d figures of its own", len(page.Items))
	}
	csv := string(x.Get(t, path+"/levels?export=csv", "viewer-theirs").Body)
	if strings.Count(csv, "\n") != 6 || !strings.Contains(csv, "总指数") || strings.Contains(csv, "dev_connected") {
		t.Errorf("levels as CSV: %q", csv)
	}
}

func TestIndicesThatCannotBeComputedSayWhy(t *testing.T) {
	x := newLeague(t, kerneltest.Options{})
	add := func(who, body string, want int, words ...string) {
		t.Helper()
		r := x.Send(t, "POST", "/api/platforms/index/definitions", who, body)
		for _, w := range words {
			if !strings.Contains(string(r.Body), w) {
				t.Errorf("%s: %s lacks %s", body, r.Body, w)
			}
		}
		if r.Status != want {
			t.Errorf("%s: %d %s, want %d", body, r.Status, r.Body, want)
		}
	}
	whole := `{"name":{"zh":"x","en":""},"sample":{"class":"","district":"","industry":""},"definition":` + fmt.Sprintf(oneDimension, "2025-01") + `}`
	add("manager-ours", whole, http.StatusForbidden)
	add("officer", strings.NewReplacer(`"x"`, `""`, `"district":""`, `"district":"1"`, `"weight":60`, `"weight":50`, "txn_amount", "sec_event").Replace(whole), http.StatusUnprocessableEntity,
		`"body.name"`, `"body.sample.district"`, `"body.definition.dimensions"`, `"body.definition.dimensions[1].items[0].code"`)
	def := x.index(t, monthOf(x.month))
	compute := func(month string, want string) {
		t.Helper()
		r := x.Send(t, "POST", "/api/platforms/index/results", "officer", fmt.Sprintf(`{"index_id":%q,"month":%q}`, def.ID, month))
		if r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), want) {
			t.Errorf("%s: %d %s", month, r.Status, r.Body)
		}
	}
	compute("2199-01", "body.month")
	compute(monthOf(x.plus(-1)), "body.month")
	compute(monthOf(x.plus(0)), "dev_connected, txn_amount")
	if r := x.Send(t, "DELETE", "/api/platforms/index/definitions/"+def.ID, "officer", ""); r.Status != http.StatusNoContent {
		t.Errorf("remove: %d %s", r.Status, r.Body)
	}
}

func TestAChangedDefinitionLeavesResultsAsTheyAre(t *testing.T) {
	x := newLeague(t, kerneltest.Options{})
	x.report(t, 0, "", fmt.Sprintf("dev_connected,%s,100", x.day(20)), fmt.Sprintf("txn_amount,%s,25", monthOf(x.month)))
	def := x.index(t, monthOf(x.month))
	run := x.computeIndex(t, def.ID, x.month)
	body := `{"name":{"zh":"改","en":""},"sample":{"class":"","district":"","industry":""},"definition":` + strings.NewReplacer("60", "10", "40", "90").Replace(fmt.Sprintf(oneDimension, monthOf(x.month))) + `}`
	put := func(version, want int) {
		t.Helper()
		if r := x.Send(t, "PUT", "/api/platforms/index/definitions/"+def.ID, "officer", body, "If-Match", fmt.Sprintf("%q", fmt.Sprint(version))); r.Status != want {
			t.Errorf("change: %d %s, want %d", r.Status, r.Body, want)
		}
	}
	put(7, http.StatusPreconditionFailed)
	put(1, http.StatusOK)
	var kept indexRunDetail
	x.Get(t, "/api/platforms/index/results/"+run.ID, "officer").Decode(t, &kept)
	if kept.Edition != 1 || kept.Definition.Dimensions[0].Weight != 60 || kept.Name.ZH != "发展指数" {
		t.Errorf("the result changed with its definition: %+v", kept.IndexRun)
	}
	x.moveIndex(t, run, `{"to":"published"}`, http.StatusOK)
	var seen indexRunDetail
	x.Get(t, "/api/platforms/index/results/"+run.ID, "viewer-theirs").Decode(t, &seen)
	if m := seen.Result.Months[0]; !m.Few || m.Level.Chained != nil || seen.Level != nil || m.Dimensions[0].Level.Chained != nil {
		t.Errorf("an index of one platform is told to others: %+v", m)
	}
	if csv := x.Get(t, "/api/platforms/index/results?export=csv", "viewer-theirs").Body; strings.Contains(string(csv), ",100,") {
		t.Errorf("the list tells it: %s", csv)
	}
}

func TestMonthsOfCountersBeginWithTheMonthBefore(t *testing.T) {
	first := time.Date(2026, 1, 1, 0, 0, 0, 0, cityTime())
	s := spanOf(first, first.AddDate(0, 3, 0))
	at := func(month int, v float64) monthFact { return monthFact{at: first.AddDate(0, month, 9), value: v} }
	got := indicator{Code: "x", Kind: "counter"}.months([]monthFact{at(-1, 100), at(0, 130), at(1, 190), at(3, 500), at(3, 520)}, s)
	if s.months != 4 || len(got) != 3 || got[0].Value != 30 || got[1].Value != 60 || got[3].Value != 20 {
		t.Errorf("%d months: %+v", s.months, got)
	}
}
