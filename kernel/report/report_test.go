package report_test

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"linghang/kernel"
	"linghang/kernel/fault"
	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/paper"
)

// desk is a room with one report, which does what its parameter says.
type desk struct {
	begun atomic.Int64
	ended atomic.Value // why the one that waits was ended
}

func (d *desk) Manifest() module.Manifest {
	choice := func(context.Context) (list []module.Choice, err error) {
		for _, v := range []string{"wait", "refuse", "fine"} {
			list = append(list, module.Choice{Value: v, Title: lang.Text{ZH: v, EN: v}})
		}
		return list, nil
	}
	title := lang.Text{ZH: "试验", EN: "Trial"}
	return module.Manifest{
		Name: "desk", Title: title,
		Reports: []module.Report{{
			ID: "desk.trial", Title: title, About: title, Permission: "report.view", Build: d.build,
			Parameters: []module.Parameter{{Name: "does", Title: title, Choices: choice}},
		}},
	}
}

func (d *desk) build(ctx context.Context, r module.ReportRequest) (paper.Document, error) {
	r.Progress(0.5)
	d.begun.Add(1)
	switch r.Values["does"] {
	case "wait":
		<-ctx.Done()
		d.ended.Store(context.Cause(ctx).Error())
		return paper.Document{}, ctx.Err()
	case "refuse":
		return paper.Document{}, fault.New(fault.Invalid, "desk.refused", "there is nothing to report on")
	}
	return paper.Document{Title: "Trial", Blocks: []paper.Block{}}, nil
}

type run struct {
	ID, State, Problem string
	Progress           float64
}

func TestARunIsAJob(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		d := &desk{}
		c := kerneltest.Start(t, func(k *kernel.Kernel) []module.Module { k.Kit("desk"); return []module.Module{d} }, o)
		ask := func(does string) (r run) {
			t.Helper()
			x := c.Send(t, "POST", "/api/report/runs", "officer", fmt.Sprintf(`{"report":"desk.trial","language":"en","values":{"does":%q}}`, does))
			if x.Status != http.StatusCreated {
				t.Fatalf("ask: %d %s", x.Status, x.Body)
			}
			x.Decode(t, &r)
			return r
		}
		state := func(id string) (r run) {
			t.Helper()
			c.Get(t, "/api/report/runs/"+id, "officer").Decode(t, &r)
			return r
		}
		becomes := func(id, want string) run {
			t.Helper()
			kerneltest.Wait(t, "the run to be "+want, func() bool { return state(id).State == want })
			return state(id)
		}

		if r := becomes(ask("fine").ID, "done"); r.Progress != 1 {
			t.Errorf("a run that is done shows %v", r.Progress)
		}
		if r := becomes(ask("refuse").ID, "failed"); r.Problem != "desk.refused" {
			t.Errorf("the problem is %q", r.Problem)
		}

		for from, cancel := range map[string]func(id string) kerneltest.Reply{
			"its own page": func(id string) kerneltest.Reply {
				return c.Send(t, "POST", "/api/report/runs/"+id+"/cancel", "officer", "{}")
			},
			"the page of jobs": func(id string) kerneltest.Reply {
				return c.Send(t, "POST", "/api/system/jobs/"+id+"/cancel", "administrator", "{}")
			},
		} {
			waits := ask("wait")
			kerneltest.Wait(t, "the progress to show", func() bool { return state(waits.ID).Progress > 0 })
			d.ended.Store("")
			if r := cancel(waits.ID); r.Status != http.StatusOK {
				t.Fatalf("cancel from %s: %d %s", from, r.Status, r.Body)
			}
			becomes(waits.ID, "cancelled")
			kerneltest.Wait(t, "the work to end", func() bool { return d.ended.Load() != "" })
			if why := d.ended.Load(); why != "the job was cancelled" {
				t.Errorf("from %s: the work ended because %s", from, why)
			}
		}
	})
}

// A job that ends without having run leaves a run that waits; the check finds it.
func TestARunWhoseJobWasCancelledBeforeItBeganIsEnded(t *testing.T) {
	d := &desk{}
	c := kerneltest.Start(t, func(k *kernel.Kernel) []module.Module { k.Kit("desk"); return []module.Module{d} })
	var ids []string
	for range 3 { // two run at once, the third waits
		var r run
		c.Send(t, "POST", "/api/report/runs", "officer", `{"report":"desk.trial","language":"en","values":{"does":"wait"}}`).Decode(t, &r)
		ids = append(ids, r.ID)
	}
	kerneltest.Wait(t, "two to run", func() bool { return d.begun.Load() == 2 })
	var waiting string
	for _, id := range ids {
		var r run
		if c.Get(t, "/api/report/runs/"+id, "officer").Decode(t, &r); r.State == "waiting" {
			waiting = id
		}
	}
	kerneltest.Wait(t, "the job to be cancelled", func() bool {
		return c.Send(t, "POST", "/api/system/jobs/"+waiting+"/cancel", "administrator", "{}").Status == http.StatusOK
	})
	kerneltest.Wait(t, "the check to end the run", func() bool {
		c.Send(t, "POST", "/api/system/schedules/run", "administrator", `{"kind":"report.mend"}`)
		var r run
		c.Get(t, "/api/report/runs/"+waiting, "officer").Decode(t, &r)
		return r.State == "cancelled"
	})
}
