package identifier

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"linghang/kernel/kerneltest"
	"linghang/modules/identifier/internal/tally"
)

func TestAPeriodIsDaysOfChina(t *testing.T) {
	now := time.Date(2026, 3, 1, 17, 0, 0, 0, time.UTC) // it is the second of March in China
	for _, c := range []struct{ from, to, first, last string }{
		{"", "", "2026-02-01", "2026-03-02"},
		{"2026-02-28", "", "2026-02-28", "2026-03-02"},
		{"", "2026-01-31", "2026-01-02", "2026-01-31"},
	} {
		p, err := periodOf(c.from, c.to, now)
		if err != nil || p.first() != c.first || p.last() != c.last {
			t.Errorf("%q to %q is %s to %s, %v; want %s to %s", c.from, c.to, p.first(), p.last(), err, c.first, c.last)
		}
	}
	for _, c := range [][2]string{{"2026-03-03", "2026-03-02"}, {"2024-01-01", "2026-03-02"}, {"yesterday", ""}, {"", "31.1.2026"}} {
		if _, err := periodOf(c[0], c[1], now); err == nil {
			t.Errorf("%v is a period", c)
		}
	}
}

// reading is what a meter would have counted.
func reading(n uint64, least, most time.Duration, at time.Time, peak uint32) tally.Reading {
	return tally.Reading{
		Requests: n, Succeeded: n - 1, Sum: time.Duration(n) * (least + most) / 2,
		Least: least, LeastAt: at, Most: most, MostAt: at.Add(time.Second), Peak: peak, PeakAt: at.Add(2 * time.Second),
	}
}

func TestStatisticsHaveTheExtremesOfAllChosenNodes(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		// Of late, for addresses are forgotten after some weeks.
		day := startOf(time.Now()).AddDate(0, 0, -2).Add(12 * time.Hour)
		days := fmt.Sprintf("?from=%s&to=%s", dayOf(day.AddDate(0, 0, -1)), dayOf(day))
		list := []counted{
			{h.secondary.ID, resolutions, reading(10, 2*time.Millisecond, 4*time.Millisecond, day, 7)},
			{h.enterprise.ID, resolutions, reading(30, time.Millisecond, 3*time.Millisecond, day.Add(time.Hour), 5)},
			{h.enterprise.ID, registrations, reading(2, 5*time.Millisecond, 9*time.Millisecond, day, 1)},
		}
		sources := map[netip.Addr]uint64{netip.MustParseAddr("192.0.2.7"): 42}
		if err := h.module.counts.add(t.Context(), dayOf(day), list, "main", sources, 0); err != nil {
			t.Fatal(err)
		}
		var s statistics
		read := func(query string) statistics {
			h.do(t, "GET", "/statistics"+days+query, "viewer-ours", "", http.StatusOK, &s)
			return s
		}
		all := read("")
		if all.Sources || len(all.Days) != 2 || all.Days[0].Resolutions != 0 || all.Days[1].Resolutions != 40 || all.Days[1].Registrations != 2 {
			t.Fatalf("two days are %+v", all.Days)
		}
		if len(all.Totals) != 2 || all.Totals[1].Kind != resolutions {
			t.Fatalf("totals are %+v", all.Totals)
		}
		got := all.Totals[1]
		if got.Requests != 40 || got.Succeeded != 38 || got.MeanMs != 2.25 || got.LeastMs != 1 || got.MostMs != 4 || got.Peak != 7 ||
			!got.LeastAt.Equal(day.Add(time.Hour)) || !got.MostAt.Equal(day.Add(time.Second)) || !got.PeakAt.Equal(day.Add(2*time.Second)) {
			t.Errorf("both nodes together are %+v", got)
		}
		if len(all.Busiest) != 2 || all.Busiest[0].ID != h.enterprise.ID {
			t.Errorf("the busiest are %+v", all.Busiest)
		}
		if one := read("&node=" + h.secondary.ID); one.Totals[0].Requests != 10 || one.Nodes != 1 {
			t.Errorf("the secondary node alone is %+v", one)
		}
		if both := read("&below=true&node=" + h.secondary.ID); both.Totals[1].Requests != 40 || both.Nodes != 2 {
			t.Errorf("the secondary node with the one below it is %+v", both)
		}
		if none := read("&role=root"); len(none.Totals) != 0 {
			t.Errorf("the root alone is %+v", none)
		}
		h.do(t, "GET", "/statistics/sources"+days, "manager-ours", "", http.StatusForbidden, nil)
		if r := h.Get(t, "/api/identifier/statistics/sources"+days+"&export=csv", "officer"); !strings.Contains(string(r.Body), "192.0.2.7,42") {
			t.Errorf("sources are %s", r.Body)
		}
		if r := h.Get(t, "/api/identifier/statistics/days"+days+"&kind=resolution&export=csv", "viewer-theirs"); strings.Count(string(r.Body), ",resolution,") != 2 {
			t.Errorf("days of nodes are %s", r.Body)
		}
	})
}

func TestIdentifiersAreCountedOnTheDayTheyWereRegistered(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		h.do(t, "PUT", "/handle", "reporter-theirs", url1, http.StatusOK, nil)
		var s statistics
		kerneltest.Wait(t, "the identifier to be counted today", func() bool {
			h.do(t, "GET", "/statistics?node="+h.enterprise.ID, "viewer-theirs", "", http.StatusOK, &s)
			last := s.Days[len(s.Days)-1]
			return len(s.Days) == 30 && last.Added == 1 && last.Identifiers == 1 && s.Days[0].Identifiers == 0
		})
	})
}
