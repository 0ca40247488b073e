package system_test

import (
	"net/http"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/health"
	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/system"
)

func TestOnlyWhatStaysUnwellIsToldAndOnceAnHour(t *testing.T) {
	now := time.Date(2026, 11, 26, 10, 30, 0, 0, time.UTC)
	report := func(id string, state health.State, ago time.Duration) health.Report {
		return health.Report{ID: id, State: state, Since: now.Add(-ago), Title: lang.Text{ZH: id, EN: id}, Note: lang.Text{ZH: "满", EN: "full"}, Mend: lang.Text{ZH: "清理", EN: "Make room"}}
	}
	told := system.Unwell(system.Status{At: now, Components: []health.Report{
		report("disk", health.Degraded, 10*time.Minute), report("bus", health.Down, 30*time.Second), report("database", health.Good, time.Hour),
	}}, "bureau")
	if len(told) != 1 || told[0].Body.EN != "full. Make room" || told[0].To.Organisation != "bureau" {
		t.Fatalf("told: %+v", told)
	}
	again := system.Unwell(system.Status{At: now.Add(time.Minute), Components: []health.Report{report("disk", health.Degraded, 10*time.Minute+time.Second)}}, "bureau")
	if again[0].Key != told[0].Key {
		t.Errorf("another replica tells it under the key %q, not %q", again[0].Key, told[0].Key)
	}
}

func TestTheCheckOfHealthRuns(t *testing.T) {
	c := kerneltest.Start(t, func(*kernel.Kernel) []module.Module { return nil })
	if r := c.Send(t, "POST", "/api/system/schedules/run", "administrator", `{"kind":"system.tell_health"}`); r.Status >= http.StatusBadRequest && r.Status != http.StatusConflict { // it runs already
		t.Fatalf("run it: %d %s", r.Status, r.Body)
	}
	var v struct {
		Items []struct{ State, Error string }
	}
	kerneltest.Wait(t, "the check to end", func() bool {
		c.Get(t, "/api/system/jobs?kind=system.tell_health&limit=1", "administrator").Decode(t, &v)
		return len(v.Items) > 0 && (v.Items[0].State == "done" || v.Items[0].State == "failed")
	})
	if v.Items[0].State != "done" {
		t.Errorf("it %s: %s", v.Items[0].State, v.Items[0].Error)
	}
}
