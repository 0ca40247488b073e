package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// desk returns a desk with one kind of work, which it does when serve is set.
func desk(t testing.TB, db *sqldb.DB, k jobs.Kind, serve bool, look time.Duration) *jobs.Desk {
	t.Helper()
	d := jobs.NewDesk(db, jobs.Config{Look: look}, slog.New(slog.DiscardHandler))
	if err := d.Declare("shop", k); err != nil {
		t.Fatal(err)
	}
	if serve {
		d.Serve("shop", k)
	}
	return d
}

// work runs desks until the returned function is called.
func work(desks ...*jobs.Desk) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for _, d := range desks {
		all.Go(func() { d.Run(ctx) })
	}
	return func() { cancel(); all.Wait() }
}

func start(t *testing.T, d *jobs.Desk, o jobs.Order) string {
	t.Helper()
	id, err := d.Room("shop").Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func read(t *testing.T, d *jobs.Desk, id string) jobs.Job {
	t.Helper()
	j, err := d.Read(context.Background(), id, "")
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func waitFor(t *testing.T, d *jobs.Desk, id string, want jobs.State) jobs.Job {
	t.Helper()
	kerneltest.Wait(t, "the job to be "+string(want), func() bool { return read(t, d, id).State == want })
	return read(t, d, id)
}

func eachEngine(t *testing.T, test func(t *testing.T, db *sqldb.DB)) {
	t.Helper()
	kerneltest.EachEngine(t, identity.Migrations(), test)
}

type order struct {
	Pages int `json:"pages"`
}

func TestAJobTakesInputShowsProgressAndKeepsItsResult(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		gate := make(chan struct{})
		d := desk(t, db, jobs.Kind{Name: "print", Title: lang.Text{ZH: "打印", EN: "Print"}, Run: func(_ context.Context, task *jobs.Task) (any, error) {
			var o order
			if err := task.Decode(&o); err != nil {
				return nil, err
			}
			task.Progress(0.5, lang.Text{ZH: "一半", EN: "half"})
			<-gate
			return map[string]int{"printed": o.Pages}, nil
		}}, true, 50*time.Millisecond)
		defer work(d)()
		id := start(t, d, jobs.Order{Kind: "print", Input: order{7}})
		kerneltest.Wait(t, "the progress to show", func() bool { j := read(t, d, id); return j.Fraction == 0.5 && j.Note.EN == "half" })
		close(gate)
		j := waitFor(t, d, id, jobs.Done)
		if string(j.Result) != `{"printed":7}` || j.Title.EN != "Print" || j.Attempt != 1 || j.Fraction != 1 || j.FinishedAt == nil {
			t.Errorf("%+v", j)
		}
		bad := start(t, d, jobs.Order{Kind: "print", Input: map[string]int{"sheets": 1}})
		if j := waitFor(t, d, bad, jobs.Failed); j.Attempt != 1 {
			t.Errorf("input that cannot be read was tried %d times", j.Attempt)
		}
		later := start(t, d, jobs.Order{Kind: "print", At: time.Now().Add(time.Hour)})
		if j, err := d.Cancel(t.Context(), later, ""); err != nil || j.State != jobs.Cancelled {
			t.Errorf("cancel a job that waits: %s, %v", j.State, err)
		}
		if _, err := d.Cancel(t.Context(), later, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("cancel it again: %v", err)
		}
	})
}

func TestARunningJobIsCancelled(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		d := desk(t, db, jobs.Kind{Name: "wait", Run: func(ctx context.Context, _ *jobs.Task) (any, error) { <-ctx.Done(); return nil, ctx.Err() }}, true, 50*time.Millisecond)
		defer work(d)()
		id := start(t, d, jobs.Order{Kind: "wait"})
		waitFor(t, d, id, jobs.Running)
		if _, err := d.Cancel(t.Context(), id, ""); err != nil {
			t.Fatal(err)
		}
		waitFor(t, d, id, jobs.Cancelled)
	})
}

func TestAJobBelongsToWhoStartedIt(t *testing.T) {
	d := desk(t, kerneltest.Database(t, sqldb.Config{Dir: t.TempDir()}, identity.Migrations()), jobs.Kind{Name: "x", Run: func(context.Context, *jobs.Task) (any, error) { return nil, nil }}, false, time.Second)
	ctx := identity.With(t.Context(), identity.Identity{PersonID: "p1", Name: "One"})
	id, err := d.Room("shop").Start(ctx, jobs.Order{Kind: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Cancel(t.Context(), id, "person:p2"); !fault.Is(err, fault.NotFound) {
		t.Errorf("another cancels it: %v", err)
	}
	if page, err := d.List(t.Context(), jobs.Params{}, "person:p2"); err != nil || page.Total != 0 {
		t.Errorf("another sees %d, %v", page.Total, err)
	}
	if page, err := d.List(t.Context(), jobs.Params{}, "person:p1"); err != nil || page.Total != 1 || page.Items[0].OwnerName != "One" {
		t.Errorf("the owner sees %+v, %v", page, err)
	}
	if _, err := d.Room("other").Start(ctx, jobs.Order{Kind: "x"}); err == nil {
		t.Error("another room starts it")
	}
}

func TestAFailingJobIsTriedAgainAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := kerneltest.Database(t, sqldb.Config{Dir: t.TempDir()}, identity.Migrations())
		var tries atomic.Int64
		begin := time.Now()
		d := desk(t, db, jobs.Kind{Name: "fail", Run: func(_ context.Context, task *jobs.Task) (any, error) {
			if n := tries.Add(1); int(n) != task.Attempt {
				t.Errorf("attempt %d is told %d", n, task.Attempt)
			}
			if tries.Load() == 2 {
				panic("once")
			}
			return nil, errors.New("no paper")
		}}, true, time.Second)
		stop := work(d)
		id := start(t, d, jobs.Order{Kind: "fail"})
		for read(t, d, id).State != jobs.Failed {
			time.Sleep(time.Second)
		}
		took := time.Since(begin)
		stop()
		if j := read(t, d, id); tries.Load() != 5 || j.Error != "no paper" || took < 2*time.Minute || took > 10*time.Minute {
			t.Errorf("%d tries in %s, %+v", tries.Load(), took, j)
		}
	})
}

// The two that run are held until both desks have passed over those that wait:
// each took a job of another kind, which stood behind them.
func TestAKindIsDoneByAsManyAtOnceAsItAllows(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		var running, most, done atomic.Int64
		open := make(chan struct{})
		k := jobs.Kind{Name: "bake", AtOnce: 2, Run: func(context.Context, *jobs.Task) (any, error) {
			n := running.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			<-open
			running.Add(-1)
			done.Add(1)
			return nil, nil
		}}
		desks, passed := make([]*jobs.Desk, 2), make([]atomic.Int64, 2)
		for i := range desks {
			desks[i] = desk(t, db, k, true, 20*time.Millisecond)
			behind := jobs.Kind{Name: "behind", Run: func(context.Context, *jobs.Task) (any, error) { passed[i].Add(1); return nil, nil }}
			if err := desks[i].Declare("shop", behind); err != nil {
				t.Fatal(err)
			}
			desks[i].Serve("shop", behind)
		}
		defer work(desks...)()
		for range 12 {
			start(t, desks[0], jobs.Order{Kind: "bake"})
		}
		kerneltest.Wait(t, "two to run", func() bool { return running.Load() == 2 })
		for i, d := range desks {
			kerneltest.Wait(t, "a desk to pass over those that wait", func() bool {
				start(t, d, jobs.Order{Kind: "behind"})
				return passed[i].Load() > 0
			})
		}
		close(open)
		kerneltest.Wait(t, "all to be done", func() bool { return done.Load() == 12 })
		if most.Load() != 2 {
			t.Errorf("%d at once", most.Load())
		}
	})
}

// One row each for what comes around, however often it did; among what was
// asked for it shows only when it failed.
func TestPeriodicKindsAreOneRowEachAndTheirFailuresAreNotHidden(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		var broken atomic.Bool
		broken.Store(true)
		d := desk(t, db, jobs.Kind{Name: "sweep", Every: time.Hour, Do: func(context.Context) error {
			if broken.Load() {
				return errors.New("no broom")
			}
			return nil
		}}, true, 20*time.Millisecond)
		if err := d.Declare("shop", jobs.Kind{Name: "ask", Run: func(context.Context, *jobs.Task) (any, error) { return nil, nil }}); err != nil {
			t.Fatal(err)
		}
		defer work(d)()
		schedule := func(state string) jobs.Schedule {
			t.Helper()
			page, err := d.ListSchedules(t.Context(), jobs.ScheduleParams{State: state})
			if err != nil {
				t.Fatal(err)
			}
			if page.Total == 0 {
				return jobs.Schedule{}
			}
			return page.Items[0]
		}
		kerneltest.Wait(t, "the first to fail", func() bool { return schedule("failed").Failures == 1 })
		if s := schedule("failed"); s.LastError != "no broom" || s.NextAt == nil || s.Seconds != 3600 {
			t.Errorf("the schedule is %+v", s)
		}
		broken.Store(false)
		if _, err := d.Now(t.Context(), "shop.sweep"); err != nil {
			t.Fatal(err)
		}
		kerneltest.Wait(t, "the second to go well", func() bool { return schedule("done").Failures == 1 })
		page, err := d.List(t.Context(), jobs.Params{Show: "asked"}, "")
		if err != nil || page.Total != 2 {
			t.Errorf("asked for or failed: %+v, %v", page, err)
		}
		if _, err := d.ListSchedules(t.Context(), jobs.ScheduleParams{ListParams: sqldb.ListParams{Sort: "colour"}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("sorted by colour: %v", err)
		}
		if err := d.Prune(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAJobOfADeadReplicaIsTakenOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := kerneltest.Database(t, sqldb.Config{Dir: t.TempDir()}, identity.Migrations())
		k := func(name string) jobs.Kind {
			return jobs.Kind{Name: "long", Run: func(context.Context, *jobs.Task) (any, error) { return name, nil }}
		}
		living := desk(t, db, k("the living"), true, time.Second)
		id := start(t, living, jobs.Order{Kind: "long"})
		// A replica has claimed it and died: its lease runs out.
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE job SET state = 'running', attempt = 1, holder = 'dead', lease_until = $1 WHERE id = $2`, time.Now().Add(15*time.Second).UnixMilli(), id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		begin, stop := time.Now(), work(living)
		for read(t, living, id).State != jobs.Done {
			if time.Since(begin) > time.Minute {
				t.Fatal("it was not taken over within a minute")
			}
			time.Sleep(time.Second)
		}
		stop()
		if j := read(t, living, id); string(j.Result) != `"the living"` || j.Attempt != 2 || time.Since(begin) < 14*time.Second {
			t.Errorf("after %s: %+v", time.Since(begin), j)
		}
	})
}

func TestADailyJobIsDoneDailyHoweverOftenTheProcessRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, done := kerneltest.Database(t, sqldb.Config{Dir: t.TempDir()}, identity.Migrations()), atomic.Int64{}
		k := jobs.Kind{Name: "daily", Every: 24 * time.Hour, Do: func(context.Context) error { done.Add(1); return nil }}
		for range 90 { // thirty days in pieces of a third of a day
			stop := work(desk(t, db, k, true, 10*time.Minute))
			time.Sleep(8 * time.Hour)
			stop()
		}
		if n := done.Load(); n < 28 || n > 30 {
			t.Errorf("done %d times in thirty days", n)
		}
	})
}

func TestAPeriodicJobIsDoneByOneReplicaHoweverLongItTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := kerneltest.Database(t, sqldb.Config{Dir: t.TempDir()}, identity.Migrations())
		var running, done atomic.Int64
		k := jobs.Kind{Name: "long", Every: time.Minute, Do: func(ctx context.Context) error {
			if n := running.Add(1); n > 1 {
				t.Errorf("%d replicas do the job at once", n)
			}
			defer running.Add(-1)
			select {
			case <-time.After(3 * time.Minute):
			case <-ctx.Done():
			}
			done.Add(1)
			return nil
		}}
		stop := work(desk(t, db, k, true, 5*time.Second), desk(t, db, k, true, 5*time.Second), desk(t, db, k, true, 5*time.Second))
		time.Sleep(time.Hour)
		stop()
		if n := done.Load(); n < 18 || n > 21 {
			t.Errorf("done %d times in an hour", n)
		}
	})
}

func TestASchedulePlansShowsAndRunsNow(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		var done atomic.Int64
		d := desk(t, db, jobs.Kind{Name: "hourly", Every: time.Hour, Do: func(context.Context) error { done.Add(1); return nil }}, true, 20*time.Millisecond)
		defer work(d)()
		last := func() *jobs.Schedule {
			list, err := d.Schedules(context.Background())
			if err != nil || len(list) != 1 {
				t.Fatalf("%v, %v", list, err)
			}
			return &list[0]
		}
		kerneltest.Wait(t, "the first run", func() bool { s := last(); return s.Last != nil && s.Last.State == jobs.Done })
		if s := last(); s.Seconds != 3600 || s.NextAt == nil || time.Until(*s.NextAt) < 50*time.Minute || !s.Last.Periodic {
			t.Errorf("%+v", s)
		}
		if _, err := d.Now(t.Context(), "shop.hourly"); err != nil {
			t.Fatal(err)
		}
		kerneltest.Wait(t, "the run that was asked for", func() bool { return done.Load() == 2 })
		if _, err := d.Now(t.Context(), "shop.none"); !fault.Is(err, fault.NotFound) {
			t.Errorf("run what there is not: %v", err)
		}
	})
}

func TestHistoryIsBounded(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *sqldb.DB) {
		d := desk(t, db, jobs.Kind{Name: "x", Run: func(context.Context, *jobs.Task) (any, error) { return nil, nil }}, false, time.Second)
		now := time.Now().UnixMilli()
		err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
			for i := range 300 {
				_, err := tx.Exec(t.Context(), `INSERT INTO job (id, kind, input, state, owner, owner_name, organisation_id, periodic, created_at, run_at, finished_at)
					VALUES ($1, 'shop.x', 'null', 'done', '', '', '', FALSE, 1, 1, $2)`, fmt.Sprint(i), now-int64(i))
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		id := start(t, d, jobs.Order{Kind: "x"})
		if err := d.Prune(t.Context()); err != nil {
			t.Fatal(err)
		}
		page, err := d.List(t.Context(), jobs.Params{}, "")
		if err != nil || page.Total != 201 || read(t, d, id).State != jobs.Waiting || read(t, d, "0").ID != "0" {
			t.Errorf("%d are left, %v", page.Total, err)
		}
	})
}

func TestAnAskedJobIsTakenOnce(t *testing.T) {
	d := desk(t, kerneltest.Database(t, sqldb.Config{Dir: t.TempDir()}, identity.Migrations()), jobs.Kind{Name: "x", Run: func(context.Context, *jobs.Task) (any, error) { return nil, nil }}, false, time.Second)
	a := jobs.Asked{ID: "one", Kind: "shop.x", Input: "null"}
	if data, err := json.Marshal(a); err != nil || len(data) == 0 {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.Receive(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	if page, err := d.List(t.Context(), jobs.Params{}, ""); err != nil || page.Total != 1 {
		t.Errorf("%d jobs, %v", page.Total, err)
	}
}
