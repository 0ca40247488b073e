package platforms

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// history back-fills so many months of a platform, until the last one that is over.
func (x *league) history(t *testing.T, i int, code string, months int, of func(n int) float64) {
	t.Helper()
	last := over(1, time.Now()).first
	var facts []string
	for n := range months {
		facts = append(facts, fmt.Sprintf("%s,%s,%g", code, monthOf(last.AddDate(0, n-months+1, 0)), of(n)))
	}
	x.report(t, i, "", facts...)
}

func (x *league) trend(t *testing.T, who, query string) (v trendView) {
	t.Helper()
	r := x.Get(t, "/api/platforms/analysis/trend?"+query, who)
	if r.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", query, r.Status, r.Body)
	}
	r.Decode(t, &v)
	return v
}

// Four platforms with 10, 20, 30 and 40 times a month's number, one of them for the last
// two months only: growth is of those that reported in both.
func TestAnIndicatorIsAnalysedByMonth(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLeague(t, o)
		for i, months := range []int{30, 30, 30, 2} {
			x.history(t, i, "txn_amount", months, func(n int) float64 { return float64((i + 1) * 10 * (100 + n - months + 30)) })
		}
		v := x.trend(t, "officer", "code=txn_amount&class=technology")
		last := v.Months[len(v.Months)-1]
		if len(v.Months) != 30 || !is(last.Value, 12900) || last.Platforms != 4 || !is(last.Monthly, 100*(129/128.0-1)) || !is(last.Yearly, 100*(129/117.0-1)) || last.Sum == nil || !v.Changed {
			t.Errorf("%+v", last)
		}
		if first := v.Months[0]; !is(first.Value, 6000) || !is(first.Linked, 10000) || v.Last != last.Month || v.First != first.Month {
			t.Errorf("linked from %s to %s: %+v", v.First, v.Last, first)
		}
		if v.Seasons.Lacking != 0 || len(v.Seasons.Indices) != 12 || v.Forecast.Method != "holt_winters" || len(v.Forecast.Steps) != 12 || !v.Forecast.Beats {
			t.Errorf("seasons %+v, forecast %+v", v.Seasons, v.Forecast)
		}
		own := x.trend(t, "manager-ours", "code=txn_amount")
		if own.Platforms != 3 || !is(own.Months[29].Value, 60*129) {
			t.Errorf("an operator sees its own: %+v", own.Months[29])
		}
		if v := x.trend(t, "manager-theirs", "code=txn_amount"); v.Platforms != 1 || v.Forecast.Method != "none" || v.Forecast.Lacking != 4 || v.Seasons.Lacking != 22 {
			t.Errorf("two months: %+v", v.Forecast)
		}
		if r := x.Get(t, "/api/platforms/analysis/trend?code=txn_amount&platform="+x.ids[0], "manager-theirs"); r.Status != http.StatusNotFound {
			t.Errorf("another operator reads a platform: %d", r.Status)
		}
		for path, want := range map[string]int{"months": 30, "forecast": 12} {
			csv := string(x.Get(t, "/api/platforms/analysis/trend/"+path+"?code=txn_amount&export=csv", "officer").Body)
			if strings.Count(csv, "\n") != want {
				t.Errorf("%s as CSV: %q", path, csv)
			}
		}
	})
}

func TestWhatCannotBeAnalysedSaysWhy(t *testing.T) {
	x := newLeague(t, kerneltest.Options{})
	f := func(query, word string) {
		t.Helper()
		if r := x.Get(t, "/api/platforms/analysis/"+query, "officer"); r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), word) {
			t.Errorf("%s: %d %s", query, r.Status, r.Body)
		}
	}
	f("trend?code=heartbeat", "query.code")
	f("trend?code=txn_amount&class=none", "query.class")
	f("cohorts?code=txn_amount&month=2199-01&by=class", "query.month")
	f("cohorts?code=txn_amount&month=2026-01&by=size", "query.by")
	if v := x.trend(t, "officer", "code=txn_amount"); len(v.Months) != 0 || v.First != "" || v.Forecast.Lacking != 6 || v.Seasons.Lacking != 24 {
		t.Errorf("nothing reported: %+v", v)
	}
}

func TestALastMonthThatIsNotCompleteIsLeftOut(t *testing.T) {
	s := span{time.Date(2026, 1, 1, 0, 0, 0, 0, cityTime()), 4}
	in := func(v float64) rankInput { return rankInput{Value: v} }
	v := indicator{Kind: "gauge", Across: acrossMean}.trend(s, make([]member, 2), map[string]map[int]rankInput{"a": {0: in(1), 1: in(2), 2: in(4)}, "b": {0: in(1), 1: in(2)}})
	if v.Last != "2026-02" || v.First != "2026-01" || v.Changed || len(v.Months) != 4 || v.Months[1].Sum != nil || !is(v.Months[1].Value, 2) || v.Months[3].Value != nil {
		t.Errorf("%+v", v)
	}
}

func TestCohortsTellSharesAndContributions(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newLeague(t, o)
		for i := range 4 {
			x.history(t, i, "txn_amount", 2, func(n int) float64 { return float64(100 + n*10*i) })
			x.history(t, i, "ent_sme", 2, func(int) float64 { return float64(10 * (i + 1)) })
		}
		list := func(who, query string) (rows []cohortRow) {
			t.Helper()
			var page sqldb.Page[cohortRow]
			r := x.Get(t, "/api/platforms/analysis/cohorts?month="+monthOf(over(1, time.Now()).first)+"&over=month&"+query, who)
			if r.Decode(t, &page); r.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", query, r.Status, r.Body)
			}
			return page.Items
		}
		rows := list("officer", "code=txn_amount&by=class")
		if len(rows) != 2 || rows[0].Code != "technology" || rows[0].Value != 460 || !is(rows[0].Share, 100) || !is(rows[0].Growth, 15) || !is(rows[1].Contribution, 15) || !is(rows[0].Median, 115) {
			t.Errorf("%+v", rows)
		}
		if rows = list("officer", "code=ent_sme&by=district"); rows[0].Value != 25 || rows[0].Share != nil || rows[0].Contribution != nil {
			t.Errorf("enterprises are added up: %+v", rows)
		}
		if rows = list("manager-theirs", "code=txn_amount&by=class"); len(rows) != 2 || rows[0].Median != nil || !is(rows[0].Growth, 15) {
			t.Errorf("an operator sees %+v", rows)
		}
	})
}

func TestSmallCohortsAreNotToldToOthers(t *testing.T) {
	var members []member
	now, before := map[string]float64{}, map[string]float64{}
	add := func(class string, n int) {
		for i := range n {
			id := fmt.Sprint(class, i)
			members = append(members, member{ID: id, Class: class})
			now[id], before[id] = 2, 1
		}
	}
	x := indicator{Across: acrossSum}
	codes := func(rows []cohortRow) (list []string) {
		for _, r := range rows {
			if list = append(list, r.Code); r.Platforms < fewest {
				t.Errorf("%s tells of %d platforms", r.Code, r.Platforms)
			}
		}
		return list
	}
	add("leader", 1)
	if rows := x.cohorts(byClass, members, now, before, true); len(rows) != 0 {
		t.Errorf("one platform is told: %+v", rows)
	}
	add("industry", 4)
	add("region", 5)
	if got := codes(x.cohorts(byClass, members, now, before, true)); !slices.Equal(got, []string{"region", cohortOthers, cohortAll}) {
		t.Errorf("%v", got)
	}
	add("technology", 2)
	rows := x.cohorts(byClass, members, now, before, true)
	if got := codes(rows); !slices.Equal(got, []string{"region", "industry", cohortOthers, cohortAll}) || !is(rows[2].Growth, 100) || !is(rows[0].Share, 100*5/12.0) {
		t.Errorf("%v: %+v", got, rows)
	}
	delete(before, "leader0")
	if rows := x.cohorts(byClass, members, now, before, true); rows[0].Growth != nil || rows[3].Growth != nil {
		t.Error("the growth of two platforms is told by the growth of the others")
	}
	if rows := x.cohorts(byClass, members, now, before, false); len(rows) != 5 || rows[0].Code != "leader" || rows[0].Growth != nil || !is(rows[4].Growth, 100) {
		t.Errorf("the city sees each: %+v", rows)
	}
}
