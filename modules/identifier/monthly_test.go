package identifier

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/module"
	"linghang/kernel/paper"
	"linghang/modules/identifier/internal/probe"
)

func TestRunningHoursLeaveOutWhatOverlapsOnce(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 1, 1, hour, 0, 0, 0, time.UTC) }
	r := monthly{from: at(0), until: at(20)}
	for _, c := range []struct {
		stops   []stop
		outages []outage
		want    time.Duration
	}{
		{nil, nil, 20 * time.Hour},
		{[]stop{{From: at(2), To: at(4)}}, []outage{{From: at(3), To: at(5)}}, 17 * time.Hour},
		{[]stop{{From: at(1), To: at(9)}, {From: at(2), To: at(3)}}, nil, 12 * time.Hour},
		{nil, []outage{{From: at(-2), To: at(1)}, {From: at(18)}}, 17 * time.Hour},
		{[]stop{{From: at(19), To: at(30)}}, nil, 19 * time.Hour},
	} {
		r.stops, r.outages = c.stops, c.outages
		if got := r.running(); got != c.want {
			t.Errorf("%+v, %+v: %s, want %s", c.stops, c.outages, got, c.want)
		}
	}
}

func TestTheMonthlyReportTellsWhatProbesSawAndNothingElse(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		h := city(t, o)
		h.found(t)
		h.move(t, "manager-ours", "trial", http.StatusOK)
		now := time.Now().UTC()
		build := func(month string) string {
			ctx := identity.With(t.Context(), identity.Identity{Scope: identity.Scope{All: true}})
			d, err := h.module.buildMonthly(ctx, module.ReportRequest{Values: map[string]string{"node": h.enterprise.ID, "month": month}, Language: "zh", At: now, Progress: func(float64) {}})
			if err != nil {
				t.Fatal(err)
			}
			font, err := paper.Font("")
			if err != nil {
				t.Fatal(err)
			}
			var pdf, book bytes.Buffer
			if err := d.PDF(&pdf, font, paper.Frame{Language: "zh", At: now}); err != nil || d.XLSX(&book, paper.Frame{Language: "zh", At: now}) != nil {
				t.Fatal(err)
			}
			var said []string
			for _, f := range d.Blocks[0].Figures {
				said = append(said, f.Value)
			}
			return strings.Join(said, " ")
		}
		// Of the last March that is over, for looks are forgotten after four hundred days.
		day := time.Date(now.In(chinaTime()).Year(), 3, 10, 0, 0, 0, 0, chinaTime())
		if day.AddDate(0, 1, 0).After(now) {
			day = day.AddDate(-1, 0, 0)
		}
		march := day.Format("2006-01")
		if got := build(march); got != "— — — — —" {
			t.Errorf("nobody looked, and it says %s", got)
		}
		var looks []look
		for i, ok := range []bool{true, true, true, false} {
			r := &probe.Result{NodeID: h.enterprise.ID, At: day.Add(time.Duration(i) * time.Minute), UDP: &probe.Outcome{OK: ok, Ms: 2}}
			if ok {
				r.Made = &probe.Registration{OK: true, Ms: 6, VisibleMs: 3600}
			}
			looks = append(looks, look{result: r, after: probe.Standing{At: r.At, Since: r.At}})
		}
		if err := h.module.probes.insert(t.Context(), prober{ID: "p", Name: "p", CreatedAt: now}); err != nil {
			t.Fatal(err)
		}
		if err := h.module.probes.note(t.Context(), "p", nil, looks); err != nil {
			t.Fatal(err)
		}
		// From the tenth to the end of March are twenty-two days.
		if got := build(march); got != "75.000% 6.000 ms 2.000 ms 0.001000 h 528.0 h" {
			t.Errorf("it says %s", got)
		}
	})
}
